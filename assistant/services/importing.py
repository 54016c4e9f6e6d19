"""Transcripts and minutes that were made elsewhere become records of the archive.

Records are taken in batches, each batch in one transaction with its audit rows: an import that was
killed left whole records only, and the next run takes what is missing. What was taken is known by
its *work*, which is the checksum of its content.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Event, Origin, Record
from assistant.drafts import Draft, Refused
from assistant.errors import UnknownMatter
from assistant.model import Kind, Provenance, Recording, Transcript
from assistant.people import Matter, MatterKind, Right
from assistant.services.access import may, require, scope
from assistant.services.mending import Corrections
from assistant.services.naming import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from assistant.people import Actor
    from assistant.ports import Clock, DraftReader, ReadableFile
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.mending import Mender

    Told = Callable[["Tally"], None]

WORK = "import:"
"""How the work of a transcript begins that was not made here."""
BATCH_TURNS = 2_000
"""Turns that are taken in one transaction: others wait no longer than that to write."""
BATCH_RECORDS = 200
LONGEST_TITLE = 200


@dataclass(slots=True)
class Tally:
    """What became of a file: ids of records that were taken, and how many were there already."""

    path: Path
    taken: list[str] = field(default_factory=list)
    already: int = 0
    turns: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it would be taken; `known` is there already.

    `matter` is the id of its case or body, and `missing` the name of one that it belongs to and
    that is not there for the actor.
    """

    draft: Draft
    known: bool
    matter: str | None
    missing: str


@dataclass(slots=True)
class Preview:
    """What would become of a file: the first of its records, and the numbers of all of them."""

    seen: list[Seen] = field(default_factory=list)
    records: int = 0
    turns: int = 0
    known: int = 0
    missing: int = 0
    """Records whose case or body is not there."""
    refused: list[Refused] = field(default_factory=list)

    def count(self, seen: Sequence[Seen], shown: int) -> None:
        """More of the file's records, of which the first are kept to be shown."""
        self.seen += seen[: max(0, shown - len(self.seen))]
        self.records += len(seen)
        self.turns += sum(len(one.draft.turns) for one in seen)
        self.known += sum(one.known for one in seen)
        self.missing += sum(bool(one.missing) for one in seen)


class Importer:
    """Takes drafts into the archive. `patiently` acts again until the database answers."""

    def __init__(
        self,
        store: ArchiveStore,
        reader: DraftReader,
        clock: Clock,
        patiently: Callable[[Callable[[], None]], None] = lambda act: act(),
    ) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._patiently = patiently

    def find(self, paths: Sequence[Path]) -> list[Path]:
        """The files that would be read.

        Raises:
            NothingFound: a path does not exist, or a folder holds nothing that is read.
        """
        return self._reader.find(paths)

    def look(self, actor: Actor, file: ReadableFile, mender: Mender) -> Iterator[Draft | Refused]:
        """What a file tells, with the corrections; nothing is taken.

        Raises:
            Forbidden: the actor may not import.
        """
        require(actor, Right.ADD)
        for one in self._reader.read(file):
            mended = one if isinstance(one, Refused) else mender.apply(one)
            if mended is not None:
                yield mended

    def preview(self, actor: Actor, file: ReadableFile, shown: int) -> Preview:
        """What a file tells, before it is taken: the first of its records, and how many there are.

        Raises:
            Forbidden: the actor may not import.
        """
        preview = Preview()
        read = self.look(actor, file, Corrections())
        for batch in _batches(read, preview.refused):
            works = [_work(one) for one in batch]
            with self._store.reading() as unit:
                known = unit.records.works(works, scope(actor, Right.VIEW))
                seen = [
                    _seen(unit, actor, draft, known=work in known)
                    for draft, work in zip(batch, works, strict=True)
                ]
            preview.count(seen, shown)
        return preview

    def take(
        self, actor: Actor, file: ReadableFile, mender: Mender, told: Told | None = None
    ) -> Tally:
        """Takes everything of a file that can be read; `told` hears after each batch.

        Raises:
            Forbidden: the actor may not import.
            UnknownMatter: a case or body that is not there for the actor; what came before is kept.
            StorageError: no room, or no right to write; what came before is kept.
        """
        tally = Tally(Path(file.name))
        for batch in _batches(self.look(actor, file, mender), tally.refused):
            self._patiently(partial(self._take_batch, actor, batch, tally))
            if told is not None:
                told(tally)
        return tally

    def _take_batch(self, actor: Actor, batch: Sequence[Draft], tally: Tally) -> None:
        """A batch that is there already costs a look and no transaction."""
        drafts = {_work(one): one for one in batch}
        reach = scope(actor, Right.VIEW)
        with self._store.reading() as unit:
            known = unit.records.works(drafts, reach)
        now = self._clock.now()
        made = {
            work: _transcript(draft, work, now)
            for work, draft in drafts.items()
            if work not in known
        }
        for transcript in made.values():
            self._store.prepare(transcript)  # nobody waits for it, as they do for a transaction
        taken: list[Record] = []
        if made:
            with self._store.writing() as unit:
                unit.audit.alone()  # others may import the same
                for work in unit.records.works(made, reach):
                    del made[work]
                taken = [
                    self._take_one(unit, actor, drafts[work], transcript)
                    for work, transcript in made.items()
                ]
        tally.taken += [one.id for one in taken]
        tally.already += len(batch) - len(taken)
        tally.turns += sum(len(one.turns) for one in made.values())

    def _take_one(self, unit: Unit, actor: Actor, draft: Draft, transcript: Transcript) -> Record:
        now = self._clock.now()
        record = Record(
            id=f"{now:%Y%m%d-%H%M%S}-{token_hex(6)}",
            name=draft.source.name,
            title=visible(draft.title)[:LONGEST_TITLE] or draft.source.stem,
            kind=draft.kind,
            added=now,
            added_by=actor.user,
            origin=Origin.IMPORT,
            matter=self._matter(unit, actor, draft, now),
            occurred=_aware(draft.occurred, now),
        )
        unit.records.add(record)
        unit.records.keep(record.id, transcript, actor.user, now)
        # The log stays when the record is deleted: no name in it, which may be a person's.
        details = {"content": draft.digest, "turns": str(len(draft.turns))}
        unit.audit.append(actor, Event(Action.IMPORT, record.id, details), now)
        return record

    def _matter(self, unit: Unit, actor: Actor, draft: Draft, now: datetime) -> str | None:
        """The case or body that a draft names; one that is not there is opened by those who may.

        What only the text names is taken where it is there.

        Raises:
            UnknownMatter: it is not there for the actor.
        """
        name = visible(draft.matter or draft.body)
        if not name:
            return None
        known = _called(unit, draft, name)
        found = _reached(actor, known)
        if found is not None:
            return found.id
        if not draft.matter:
            return None
        if known or not may(actor, Right.PEOPLE):
            raise UnknownMatter(name=name)
        opened = Matter(f"{now:%Y%m%d}-{token_hex(6)}", _matter_kind(draft), name, now)
        unit.matters.add(opened)
        details = {"opened": opened.kind.value}
        unit.audit.append(actor, Event(Action.RIGHTS, opened.id, details), now)
        return opened.id


def _matter_kind(draft: Draft) -> MatterKind:
    return MatterKind.CASE if draft.kind is Kind.CALL else MatterKind.BODY


def _called(unit: Unit, draft: Draft, name: str) -> list[Matter]:
    """The matters of that id or name, those of the kind that fits the draft first."""
    found = unit.matters.find(name)
    known = [found] if found else unit.matters.named(name)
    return sorted(known, key=lambda one: one.kind is not _matter_kind(draft))


def _reached(actor: Actor, known: Iterable[Matter]) -> Matter | None:
    reach = scope(actor, Right.ADD)
    return next((one for one in known if reach.everything or one.id in reach.matters), None)


def _seen(unit: Unit, actor: Actor, draft: Draft, *, known: bool) -> Seen:
    name = visible(draft.matter or draft.body)
    found = _reached(actor, _called(unit, draft, name)) if name else None
    missing = draft.matter if found is None else ""
    return Seen(draft, known, found.id if found else None, missing)


def _batches(read: Iterable[Draft | Refused], refused: list[Refused]) -> Iterator[list[Draft]]:
    """Drafts in batches; what cannot be read is put aside."""
    batch: list[Draft] = []
    turns = 0
    for one in read:
        if isinstance(one, Refused):
            refused.append(one)
            continue
        batch.append(one)
        turns += len(one.turns)
        if turns >= BATCH_TURNS or len(batch) >= BATCH_RECORDS:
            yield batch
            batch, turns = [], 0
    if batch:
        yield batch


def _work(draft: Draft) -> str:
    """A transcript of ours is the work that made it, wherever it is brought from."""
    made = draft.made.provenance.settings.get("work", "") if draft.made else ""
    return made or WORK + draft.digest


def _transcript(draft: Draft, work: str, now: datetime) -> Transcript:
    if draft.made is not None:
        settings = draft.made.provenance.settings | {"work": work}
        return replace(
            draft.made,
            kind=draft.kind,
            provenance=replace(draft.made.provenance, settings=settings),
        )
    duration = max((turn.end for turn in draft.turns), default=0.0)
    return Transcript(
        recording=Recording(draft.source.name, draft.digest, duration, 0, 0, ""),
        kind=draft.kind,
        speakers=draft.speakers,
        turns=draft.turns,
        speech=(),
        withheld=(),
        provenance=Provenance((), {}, {"work": work}, now, now),
    )


def _aware(moment: datetime | None, now: datetime) -> datetime | None:
    """A moment without a time zone is in that of the site."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=now.tzinfo)
