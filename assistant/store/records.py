"""Records, their revisions and edits in the database."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.archive import Edit, Field, Origin, Record
from assistant.keys import steps_owner
from assistant.model import Kind, Speaker
from assistant.store import archive_tables as t
from assistant.store.exports import drop_exports_with
from assistant.store.job_tables import job, step
from assistant.store.keys import drop_keys
from assistant.store.tables import display
from assistant.store.taken import forget_names
from assistant.store.turns import SqlTurns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from assistant.model import Transcript
    from assistant.people import Scope
    from assistant.text.inverted import Inverter


_AT_ONCE = 500
"""Values in one query: databases bound their number."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How a transcript is kept: bytes that give back the very same one."""

    encode: Callable[[Transcript], bytes]
    decode: Callable[[bytes], Transcript]


class SqlRecords:
    """`services.archive_store.Records` in one transaction."""

    def __init__(self, connection: Connection, codec: Codec, inverter: Inverter) -> None:
        self._connection = connection
        self._codec = codec
        self._turns = SqlTurns(connection, inverter)

    def add(self, record: Record) -> None:
        """A new one."""
        self._connection.execute(t.record.insert().values(_record_row(record)))

    def find(self, record: str, scope: Scope) -> Record | None:
        """The one of that id; None when there is none, or none within the scope."""
        query = sa.select(t.record).where(t.record.c.id == record, within(scope))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def all(self, scope: Scope) -> list[Record]:
        """Those within the scope, newest first."""
        query = sa.select(t.record).where(within(scope))
        rows = self._connection.execute(query.order_by(t.record.c.added.desc(), t.record.c.id))
        return [_record(row) for row in rows]

    def update(self, record: Record) -> None:
        """Puts it in the place of the one of that id; its revision stays as it is."""
        values = _record_row(record)
        del values["revision"]
        self._connection.execute(t.record.update().where(_this(record.id)).values(values))

    def remove(self, record: str) -> None:
        """Drops it with everything that belongs to it, the keys of its files, and its jobs."""
        self._turns.remove(record)
        drop_exports_with(self._connection, record)
        forget_names(self._connection, record)
        drop_keys(self._connection, record)
        self._connection.execute(display.delete().where(display.c.place == record))
        self._drop_jobs(record)
        self._connection.execute(t.record.delete().where(_this(record)))

    def drop_sound(self, record: str) -> None:
        """The record has no sound any more: its keys go."""
        drop_keys(self._connection, record)
        self._change(record, size=0)

    def keep(self, record: str, transcript: Transcript, by: str, at: datetime) -> int:
        """Adds a revision, which is the current one from now on; its number."""
        latest = sa.select(sa.func.max(t.revision.c.number)).where(t.revision.c.record == record)
        number = (self._connection.scalar(latest) or 0) + 1
        row = {
            "record": record,
            "number": number,
            "made": at,
            "made_by": by,
            "work": transcript.provenance.settings.get("work", ""),
            "content": self._compressed(transcript),
        }
        self._connection.execute(t.revision.insert().values(row))
        self._make_current(record, number, transcript)
        return number

    def transcript(self, record: str, revision: int | None = None) -> Transcript | None:
        """The current transcript with the corrections people made, or that of `revision` as made.

        None when there is no such transcript.
        """
        query = sa.select(t.revision.c.content).join(t.record).where(t.record.c.id == record)
        number = t.record.c.revision if revision is None else revision
        row = self._connection.execute(query.where(t.revision.c.number == number)).one_or_none()
        if row is None:
            return None
        made = self._codec.decode(zlib.decompress(row.content))
        return self._corrected(record, made) if revision is None else made

    def speakers(self, record: str) -> dict[str, Speaker]:
        """The speakers of the current transcript by id, as people call them now."""
        query = sa.select(t.speaker.c.id, t.speaker.c.name, t.speaker.c.role)
        rows = self._connection.execute(query.where(t.speaker.c.record == record))
        return {row.id: Speaker(*row) for row in rows}

    def texts(self, record: str) -> dict[str, str]:
        """What each turn of the current transcript says now, by the turn's id."""
        return self._turns.texts(record)

    def add_passages(self, record: str, annotated: Transcript) -> None:
        """Adds the passages of manuals that `annotated` has, and what found them.

        Nothing else of the current transcript changes.
        """
        found = self._connection.scalar(sa.select(t.record.c.revision).where(_this(record)))
        made = self.transcript(record, found)
        if made is None:
            return
        more = replace(made, passages=annotated.passages, provenance=annotated.provenance)
        this = sa.and_(t.revision.c.record == record, t.revision.c.number == found)
        content = self._compressed(more)
        self._connection.execute(t.revision.update().where(this).values(content=content))

    def has_work(self, work: str, scope: Scope) -> str | None:
        """The record within the scope whose current transcript that work made."""
        current = t.record.c.revision == t.revision.c.number
        query = sa.select(t.record.c.id).join(t.revision).where(current, within(scope))
        found: str | None = self._connection.scalar(query.where(t.revision.c.work == work).limit(1))
        return found

    def works(self, among: Collection[str], scope: Scope) -> frozenset[str]:
        """Those of the works that made a transcript of a record within the scope."""
        wanted, found = sorted(among), set[str]()
        for first in range(0, len(wanted), _AT_ONCE):
            some = t.revision.c.work.in_(wanted[first : first + _AT_ONCE])
            query = sa.select(t.revision.c.work).join(t.record).where(some, within(scope))
            found.update(self._connection.scalars(query))
        return frozenset(found)

    def flush(self) -> None:
        """Lets what was added be found: before the transaction ends."""
        self._turns.flush()

    def edit(self, edit: Edit) -> None:
        """Makes the change that the edit tells of, and keeps the edit."""
        match edit.field:
            case Field.SPEAKER_NAME:
                this = sa.and_(t.speaker.c.record == edit.record, t.speaker.c.id == edit.target)
                self._connection.execute(t.speaker.update().where(this).values(name=edit.after))
            case Field.TURN_TEXT:
                self._turns.correct(edit.record, edit.target, edit.after)
            case Field.TITLE:
                self._change(edit.record, title=edit.after)
            case Field.MATTER:
                self._change(edit.record, matter=edit.after or None)
        row = {one.name: getattr(edit, one.name) for one in fields(Edit)}
        self._connection.execute(t.edit.insert().values(row))

    def edits(self, record: str) -> list[Edit]:
        """All that was changed, oldest first."""
        columns = [t.edit.c[one.name] for one in fields(Edit)]
        query = sa.select(*columns).where(t.edit.c.record == record).order_by(t.edit.c.number)
        rows = self._connection.execute(query)
        return [replace(Edit(*row), field=Field(row.field)) for row in rows]

    def _drop_jobs(self, record: str) -> None:
        """With the steps of unfinished work, which hold what was said."""
        its = job.c.subject == record
        works = sa.select(job.c.work).where(its, job.c.work != "")
        for work in self._connection.scalars(works).all():
            self._connection.execute(step.delete().where(step.c.work == work))
            drop_keys(self._connection, steps_owner(work))
        self._connection.execute(job.delete().where(its))

    def _compressed(self, transcript: Transcript) -> bytes:
        return zlib.compress(self._codec.encode(transcript))

    def index(self, record: str) -> None:
        """Makes what finds its turns by their words anew."""
        self._turns.index(record)

    def _make_current(self, record: str, number: int, transcript: Transcript) -> None:
        self._change(
            record,
            revision=number,
            kind=transcript.kind,
            duration=transcript.recording.duration,
            sha256=transcript.recording.sha256,
        )
        self._connection.execute(t.speaker.delete().where(t.speaker.c.record == record))
        speakers = [
            {"record": record, "id": one.id, "name": one.name, "role": one.role}
            for one in transcript.speakers
        ]
        if speakers:
            self._connection.execute(t.speaker.insert(), speakers)
        self._turns.replace(record, transcript.turns)

    def _corrected(self, record: str, made: Transcript) -> Transcript:
        texts, known = self.texts(record), self.speakers(record)
        return replace(
            made,
            speakers=tuple(known[one.id] for one in made.speakers),
            turns=tuple(
                turn if turn.text == texts[turn.id] else replace(turn, text=texts[turn.id])
                for turn in made.turns
            ),
        )

    def _change(self, record: str, **values: object) -> None:
        self._connection.execute(t.record.update().where(_this(record)).values(values))


def within(scope: Scope) -> ColumnElement[bool]:
    """Whether a row of `record` is within the scope."""
    if scope.everything:
        return sa.true()
    allowed: list[ColumnElement[bool]] = [sa.false()]
    if scope.matters:
        allowed.append(t.record.c.matter.in_(sorted(scope.matters)))
    if scope.own:
        allowed.append(t.record.c.added_by == scope.own)
    if scope.opened:
        allowed.append(t.record.c.id.in_(sorted(scope.opened)))
    return sa.or_(*allowed)


def _this(record: str) -> ColumnElement[bool]:
    return t.record.c.id == record


def _record_row(record: Record) -> dict[str, object]:
    return {one.name: getattr(record, one.name) for one in fields(Record)}


def _record(row: Row[Any]) -> Record:
    values = dict(zip(row._fields, row, strict=True))
    kind = None if row.kind is None else Kind(row.kind)
    return Record(**values | {"kind": kind, "origin": Origin(row.origin)})
