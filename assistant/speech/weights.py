"""The store of weights: a models folder, a folder of weights each."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import (
    BadModelFolder,
    BadModelName,
    DamagedWeights,
    MissingWeights,
    UnknownModel,
    UnloadableWeights,
    storage_errors,
)
from assistant.model import ModelUse
from assistant.speech import hub
from assistant.speech.carry import carry_in
from assistant.speech.embedded import EMBEDDED_NAME, PARCELS, join_embedded
from assistant.speech.landing import discard, landing, only_one
from assistant.speech.layout import Layout, layout_of
from assistant.speech.manifest import FileNote, Manifest, notes_of, read_manifest
from assistant.speech.recommended import RECOMMENDED, canonical, recommendation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.speech.embedded import Parcel
    from assistant.speech.hub import Download
    from assistant.speech.manifest import ByteProgress

AUTO = "auto"
"""The setting that takes the best recommended weights that are there."""

_TASKS = {
    Layout.WHISPER: "recognition",
    Layout.PIPELINE: "diarization",
    Layout.ENCODER: "search",
    Layout.RERANKER: "reranking",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights ready to load: the folder, and what a transcript's provenance says of them."""

    folder: Path
    use: ModelUse


@contextmanager
def loading(weights: Weights) -> Iterator[None]:
    """Words what goes wrong while a library loads `weights`.

    Raises:
        UnloadableWeights: another format, another version, no memory, no such device.
    """
    try:
        yield
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        name, path = weights.use.name, weights.folder
        raise UnloadableWeights(name=name, path=path, reason=error) from error


class WeightStore:
    """Weights in `folder`. `parcels` and `download` are replaced in tests."""

    def __init__(
        self,
        folder: Path,
        parcels: tuple[Parcel, ...] = PARCELS,
        download: Download = hub.download,
    ) -> None:
        self.folder = folder
        self.parcels = parcels
        self._download = download

    def resolve(self, setting: str = AUTO, kind: Layout = Layout.WHISPER) -> Weights:
        """The weights that a setting means: a name, a folder anywhere, or `auto`.

        Joins the embedded weights if they are meant and were not used before.

        Raises:
            UnknownModel: neither a name in the store nor a folder.
            BadModelFolder: a folder that holds no weights of that kind.
            MissingWeights: `auto`, or the embedded ones by name, and there are none.
            DamagedWeights: a file is missing or was cut off.
            StorageError: the embedded weights cannot be joined there.
        """
        name = self.best(kind) if setting == AUTO else setting
        folder = self._find(name)
        ours = folder is None or self.is_embedded(folder)
        if kind is Layout.WHISPER and canonical(name) == EMBEDDED_NAME and ours:
            return self._embedded()
        folder = folder or Path(name).expanduser()
        if not folder.is_dir():
            raise UnknownModel(name=setting, folder=self.folder)
        if layout_of(folder) is not kind:
            raise BadModelFolder(path=folder, missing=f"{kind} ({_TASKS[kind]})")
        manifest = read_manifest(folder) or _described(folder)
        manifest.check_sizes(folder)
        return Weights(folder, _use(manifest))

    def find(self, kind: Layout) -> Weights | None:
        """The best weights of that kind, None when there are none.

        Raises:
            DamagedWeights, StorageError: as `resolve`.
        """
        try:
            return self.resolve(AUTO, kind)
        except MissingWeights:
            return None

    def add(
        self, folder: Path, name: str | None = None, progress: ByteProgress | None = None
    ) -> Manifest:
        """Copies a folder that was carried in; the copy appears complete or not at all.

        Checksums that came with it (`kikigaki.json` or `SHA256SUMS`) are compared on the way.

        Raises:
            BadModelFolder: not usable as weights.
            BadModelName: the name cannot be used, or is taken.
            DamagedWeights: a checksum does not match.
            StorageError: no room, or no right to write.
        """
        layout = layout_of(folder)
        target = self._free(name or canonical(folder.resolve().name))
        carried = read_manifest(folder)
        source = carried.source if carried else folder.name
        with only_one(target):
            self._free(target.name)
            with landing(target) as temporary:
                notes = carry_in(folder, temporary, layout, progress)
                manifest = _manifest(target.name, layout, folder, source, notes)
                manifest.write(temporary)
        return manifest

    def folder_of(self, name: str) -> Path:
        """Where the weights of that name lie.

        Raises:
            UnknownModel: nothing of that name is there.
        """
        if folder := self._find(name):
            return folder
        raise UnknownModel(name=name, folder=self.folder)

    def verify(self, name: str, progress: ByteProgress | None = None) -> Manifest:
        """Compares all checksums; a folder laid there by hand gets its note now.

        `name` may be a folder elsewhere, too; one without a note has nothing to be compared with.

        Raises:
            UnknownModel: neither a name in the store nor a folder.
            BadModelFolder: it is of no known kind.
            DamagedWeights: a file is missing or is not what it was.
        """
        if canonical(name) == EMBEDDED_NAME and not self._find(name):
            self._embedded()
        elsewhere = Path(name).expanduser()
        folder = elsewhere if elsewhere.is_dir() and not self._find(name) else self.folder_of(name)
        layout_of(folder)
        manifest = read_manifest(folder)
        if manifest is None:
            manifest = _described(folder, progress)
            if folder.parent == self.folder:
                with suppress(OSError):
                    manifest.write(folder)
        else:
            manifest.check(folder, progress)
        return manifest

    def remove(self, name: str) -> None:
        """Deletes the weights of that name.

        Raises:
            UnknownModel: nothing of that name is there.
            NotWritable: no right to.
        """
        target = self.folder_of(name)
        with only_one(target):
            discard(target)

    def fetch(self, name: str) -> Manifest:
        """Brings weights from the hub: a recommended name, or `owner/repository`.

        A download that breaks goes on at the next call.

        Raises:
            UnknownModel: neither of the two.
            BadModelName: weights of that name are there already.
            NoConnection, FetchRefused: the hub is not reached, or says no.
            BadModelFolder: what came is nothing the program can use.
            StorageError: no room, or no right to write.
        """
        known = recommendation(name)
        if not known and not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name):
            raise UnknownModel(name=name, folder=self.folder)
        repository = known.repository if known else name
        target = self._free(known.name if known else name.partition("/")[2])
        with only_one(target):
            self._free(target.name)
            staging = self.folder / f".fetching-{target.name}"
            with storage_errors(staging):
                staging.mkdir(exist_ok=True)
            self._download(repository, staging, known.kind if known else None)
            try:
                return self._land(staging, target, repository)
            finally:
                shutil.rmtree(staging, ignore_errors=True)

    def _land(self, staging: Path, target: Path, repository: str) -> Manifest:
        layout = layout_of(staging)
        notes = notes_of(staging, layout)
        manifest = _manifest(target.name, layout, staging, repository, notes)
        with landing(target) as temporary:
            for note in notes:
                place = temporary / note.path
                place.parent.mkdir(parents=True, exist_ok=True)
                (staging / note.path).rename(place)
            manifest.write(temporary)
        return manifest

    def best(self, kind: Layout) -> str:
        """The name that `auto` takes; for recognition the embedded one, here or not, at the last.

        Raises:
            MissingWeights: nothing of that kind is there.
        """
        present = {canonical(one.name): one.name for one in self.folders() if _kind(one) is kind}
        for one in RECOMMENDED:
            if one.kind is kind and one.automatic and one.name in present:
                return present[one.name]
        if kind is Layout.WHISPER:
            # Whisper of another name may be tuned for anything: only its name chooses it.
            return EMBEDDED_NAME
        if present:
            return min(present.values())
        raise MissingWeights(name=_TASKS[kind], folder=self.folder)

    def _embedded(self) -> Weights:
        folder = self.folder / EMBEDDED_NAME
        manifest = join_embedded(folder, self.parcels)
        return Weights(folder, _use(manifest, embedded=True))

    def is_embedded(self, folder: Path) -> bool:
        """Whether `folder` was joined from the installation's packages."""
        try:
            manifest = read_manifest(folder)
        except DamagedWeights:
            return True
        return manifest is not None and manifest.source in {one.source for one in self.parcels}

    def folders(self) -> list[Path]:
        """The folders in the store, usable or not."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        )

    def _find(self, name: str) -> Path | None:
        by_name = {canonical(folder.name): folder for folder in self.folders()}
        by_name |= {folder.name: folder for folder in self.folders()}
        return by_name.get(name) or by_name.get(canonical(name))

    def _free(self, name: str) -> Path:
        usable = re.fullmatch(r"[\w+-][\w .+-]{0,99}", name) and not name.endswith((".", " "))
        if not usable or self._find(name):
            raise BadModelName(name=name)
        return self.folder / name


def _described(folder: Path, progress: ByteProgress | None = None) -> Manifest:
    """The note that `folder` would get; it is not written, as somebody may be copying still."""
    layout = layout_of(folder)
    return _manifest(folder.name, layout, folder, str(folder), notes_of(folder, layout, progress))


def _kind(folder: Path) -> Layout | None:
    try:
        return layout_of(folder)
    except BadModelFolder:
        return None


def _use(manifest: Manifest, embedded: bool = False) -> ModelUse:
    return ModelUse(
        task=_TASKS[manifest.kind],
        name=manifest.name,
        source=manifest.source,
        licence=manifest.licence,
        sha256=manifest.sha256,
        embedded=embedded,
    )


def _manifest(
    name: str, layout: Layout, folder: Path, source: str, notes: Sequence[FileNote]
) -> Manifest:
    added = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(name, layout, source, licence_of(folder, name), added, tuple(notes))


def licence_of(folder: Path, name: str) -> str:
    """From the note, the first lines of the README (as hubs write them), or the recommendation."""
    if carried := read_manifest(folder):
        return carried.licence
    with suppress(OSError):
        text = (folder / "README.md").read_text("utf-8", "replace")[:4_000]
        if found := re.search(r"^license:\s*(\S+)\s*$", text, re.MULTILINE):
            return found[1]
    known = recommendation(name)
    return known.licence if known else ""
