"""What weights there are: those in the store, and recommended ones that are not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import BadModelFolder, DamagedWeights, MissingWeights
from assistant.speech.embedded import EMBEDDED_NAME, embedded_at_hand
from assistant.speech.landing import sweep
from assistant.speech.layout import Layout, files_of, layout_of
from assistant.speech.manifest import read_manifest
from assistant.speech.recommended import RECOMMENDED, Recommendation, canonical, recommendation
from assistant.speech.weights import licence_of

if TYPE_CHECKING:
    from assistant.speech.weights import WeightStore


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of weights: those that are there, and recommended ones that are not.

    `size` is in bytes. `ready` says that they can be used: embedded ones are ready when their
    packages are installed, though they are joined only when first used. `taken` marks what `auto`
    takes. `missing` names what an unusable folder lacks.
    """

    name: str
    kind: Layout | None = None
    ready: bool = False
    size: int = 0
    licence: str = ""
    source: str = ""
    taken: bool = False
    embedded: bool = False
    missing: str = ""

    @property
    def advice(self) -> Recommendation | None:
        """What it is for, when it is a recommended one."""
        return recommendation(self.name)


def inventory(store: WeightStore) -> list[Entry]:
    """The weights that are there, then the recommended ones that are not."""
    with suppress(OSError):
        sweep(store.folder)
    here = [_entry(store, folder) for folder in store.folders()]
    names = {canonical(entry.name) for entry in here}
    absent = [_absent(store, one) for one in RECOMMENDED if one.name not in names]
    return here + sorted(absent, key=lambda entry: not entry.ready)


def _entry(store: WeightStore, folder: Path) -> Entry:
    try:
        kind, note = layout_of(folder), read_manifest(folder)
        if note:
            note.check_sizes(folder)
    except BadModelFolder as error:
        return Entry(folder.name, missing=str(error.details["missing"]))
    except DamagedWeights as error:
        return Entry(folder.name, missing=Path(str(error.details["path"])).name)
    files = [folder / path for path in files_of(folder, kind)]
    return Entry(
        name=folder.name,
        kind=kind,
        ready=True,
        size=note.size if note else sum(path.stat().st_size for path in files),
        licence=licence_of(folder, folder.name),
        source=note.source if note else "",
        taken=_is_taken(store, folder.name, kind),
        embedded=store.is_embedded(folder),
    )


def _absent(store: WeightStore, one: Recommendation) -> Entry:
    embedded = one.name == EMBEDDED_NAME
    ready = embedded and embedded_at_hand(store.parcels)
    return Entry(
        name=one.name,
        kind=one.kind,
        ready=ready,
        size=one.megabytes * 1_000_000,
        licence=one.licence,
        source=one.repository,
        taken=ready and _is_taken(store, one.name, one.kind),
        embedded=embedded,
    )


def _is_taken(store: WeightStore, name: str, kind: Layout) -> bool:
    try:
        return store.best(kind) == name
    except MissingWeights:
        return False
