"""What the services ask of the archive's store.

Everything happens inside a *unit*: what one `writing` block does is kept together, or not at all,
and what the audit log tells is written in the same transaction as what it tells of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from assistant.archive import (
        AuditRow,
        Edit,
        Event,
        GlossaryEntry,
        KnownSpeaker,
        MinutesVersion,
        Record,
    )
    from assistant.exports import Export, ExportItem
    from assistant.model import Speaker, Transcript
    from assistant.people import Actor, Attempts, Matter, Opening, Person, Scope, Session
    from assistant.retention import Deletion, Hold, Rule
    from assistant.services.auditing import AuditQuery
    from assistant.services.search_store import Dictionary, SavedSearches, Search


class Records(Protocol):
    """Records, their transcripts in revisions, and what was changed in them."""

    def add(self, record: Record) -> None:
        """A new one."""

    def find(self, record: str, scope: Scope) -> Record | None:
        """The one of that id; None when there is none, or none within the scope."""

    def all(self, scope: Scope) -> list[Record]:
        """Those within the scope, newest first."""

    def update(self, record: Record) -> None:
        """Puts it in the place of the one of that id; its revision stays as it is."""

    def remove(self, record: str) -> None:
        """Drops it with everything that belongs to it, the keys of its files, and its jobs."""

    def drop_sound(self, record: str) -> None:
        """The record has no sound any more: its keys go."""

    def keep(self, record: str, transcript: Transcript, by: str, at: datetime) -> int:
        """Adds a revision, which is the current one from now on; its number."""

    def transcript(self, record: str, revision: int | None = None) -> Transcript | None:
        """The current transcript with the corrections people made, or that of `revision` as made.

        None when there is no such transcript.
        """

    def speakers(self, record: str) -> dict[str, Speaker]:
        """The speakers of the current transcript by id, as people call them now."""

    def texts(self, record: str) -> dict[str, str]:
        """What each turn of the current transcript says now, by the turn's id."""

    def add_passages(self, record: str, annotated: Transcript) -> None:
        """Adds the passages of manuals that `annotated` has, and what found them.

        Nothing else of the current transcript changes.
        """

    def has_work(self, work: str, scope: Scope) -> str | None:
        """The record within the scope whose current transcript that work made."""

    def works(self, among: Collection[str], scope: Scope) -> frozenset[str]:
        """Those of the works that made a transcript of a record within the scope."""

    def edit(self, edit: Edit) -> None:
        """Makes the change that the edit tells of, and keeps the edit."""

    def edits(self, record: str) -> list[Edit]:
        """All that was changed, oldest first."""

    def index(self, record: str) -> None:
        """Makes what finds its turns by their words anew."""


class KnownSpeakers(Protocol):
    """Who speaks in several records."""

    def all(self, matter: str | None) -> list[KnownSpeaker]:
        """Those of a matter, or those of none, by name."""

    def keep(self, speaker: KnownSpeaker) -> KnownSpeaker:
        """The one of that name in the matter; this one from now on, where there was none."""

    def link(self, record: str, speaker: str, known: str | None) -> None:
        """Says who a record's speaker is; None takes that back."""

    def records(self, known: str) -> list[tuple[str, str]]:
        """Where they speak: records and the speaker's id in each."""


class Glossary(Protocol):
    """A site's own words."""

    def keep(self, entry: GlossaryEntry) -> None:
        """Puts it in the place of the one of that id."""

    def remove(self, entry: str) -> None:
        """Drops the one of that id."""

    def of(self, matter: str | None) -> list[GlossaryEntry]:
        """The words of everybody and, where one is named, those of a matter, by reading."""


class MinutesVersions(Protocol):
    """Minutes of records."""

    def keep(self, record: str, revision: int, content: bytes, by: str, at: datetime) -> int:
        """Adds a version, made from that revision of the transcript; its number."""

    def versions(self, record: str) -> list[MinutesVersion]:
        """All of a record's, oldest first."""


class Matters(Protocol):
    """Cases and bodies, and who belongs to them."""

    def add(self, matter: Matter) -> None:
        """A new one."""

    def find(self, matter: str) -> Matter | None:
        """The one of that id."""

    def named(self, name: str) -> list[Matter]:
        """Those of that name: a case and a body may share one."""

    def all(self) -> list[Matter]:
        """By name."""

    def update(self, matter: Matter) -> None:
        """Puts it in the place of the one of that id."""

    def members(self, matter: str) -> list[str]:
        """The users who belong to it."""

    def of(self, user: str) -> frozenset[str]:
        """The matters that a user belongs to."""

    def join(self, matter: str, user: str) -> None:
        """From now on they belong to it."""

    def leave(self, matter: str, user: str) -> None:
        """They do not any more."""


class People(Protocol):
    """Accounts."""

    def any(self) -> bool:
        """Whether there is an account at all."""

    def add(self, person: Person) -> None:
        """A new one."""

    def find(self, person: str) -> Person | None:
        """The one of that id."""

    def by_login(self, login: str) -> Person | None:
        """The one of that login."""

    def by_subject(self, subject: str) -> Person | None:
        """Whom the provider of sign-in calls so."""

    def by_os_user(self, os_user: str) -> Person | None:
        """Who types commands as that user."""

    def all(self) -> list[Person]:
        """By login."""

    def update(self, person: Person) -> None:
        """Puts them in the place of the one of that id."""


class Sessions(Protocol):
    """Browsers that have signed in."""

    def add(self, session: Session) -> None:
        """A new one; those that are over go."""

    def find(self, session: str) -> Session | None:
        """The one of that id."""

    def seen(self, session: str, at: datetime) -> None:
        """Its person did something."""

    def end(self, session: str) -> None:
        """Its cookie is good for nothing any more."""

    def end_of(self, person: str) -> None:
        """Ends all of theirs."""


class FailedAttempts(Protocol):
    """Sign-ins that failed, by login and by address."""

    def find(self, key: str) -> Attempts | None:
        """Those of that key."""

    def count(self, key: str, at: datetime, since: datetime) -> Attempts:
        """One more failure; those before `since` count no more. Others wait for the transaction."""

    def block(self, key: str, until: datetime) -> None:
        """Nobody gets in before that moment."""

    def give_back(self, key: str) -> None:
        """The last one counted was no failure."""

    def forget(self, key: str) -> None:
        """Drops them."""

    def forget_before(self, latest: datetime) -> None:
        """Drops all whose last failure is older."""


class Openings(Protocol):
    """Records that people opened in an emergency."""

    def keep(self, opening: Opening) -> None:
        """Puts it in the place of an earlier one of the same person and record."""

    def of(self, person: str, now: datetime) -> frozenset[str]:
        """The records that they may read in an emergency."""


class Audit(Protocol):
    """The audit log: rows are only ever added, each chained to the one before."""

    def append(self, actor: Actor, event: Event, at: datetime) -> AuditRow:
        """Writes an event down; others who write wait until this transaction ends.

        Raises:
            ForeignAuditRow: somebody else wrote the next row.
        """

    def alone(self) -> None:
        """From now on, all others who write something down wait until this transaction ends."""

    def rows(self) -> Iterator[AuditRow]:
        """All of them, in order."""

    def latest(self, query: AuditQuery, limit: int | None) -> list[AuditRow]:
        """The newest first, those that fit; all of them without a limit."""

    def count(self) -> int:
        """How many rows were ever written."""


class Retention(Protocol):
    """Rules of retention, holds, and what was deleted."""

    def rules(self) -> list[Rule]:
        """Those that the site changed or added."""

    def keep_rule(self, rule: Rule) -> None:
        """Puts it in the place of the one of that class."""

    def daily(self) -> bool:
        """Whether deletion happens by itself."""

    def set_daily(self, *, on: bool) -> None:
        """From now on it does, or does not."""

    def hold(self, hold: Hold) -> None:
        """Keeps it; one of that id is replaced."""

    def holds(self, subjects: Collection[str] | None = None) -> list[Hold]:
        """Those that are not released, of all subjects or of these, oldest first."""

    def note(self, deletion: Deletion) -> None:
        """Keeps it; one of that id is replaced."""

    def deletions(self, limit: int) -> list[Deletion]:
        """The latest first."""

    def unfinished(self) -> list[Deletion]:
        """Those whose files may be left, oldest first."""


class Exports(Protocol):
    """Exports of many records. A record that is removed takes those with it that hold it."""

    def add(self, export: Export, items: Sequence[ExportItem]) -> None:
        """A new one."""

    def find(self, export: str) -> Export | None:
        """The one of that id."""

    def of(self, person: str) -> list[Export]:
        """Theirs, newest first."""

    def expired(self, now: datetime) -> list[Export]:
        """Those that nobody may fetch any more."""

    def items(self, export: str) -> list[ExportItem]:
        """Its records, in order."""

    def note(self, export: str, item: ExportItem) -> None:
        """What became of a record."""

    def update(self, export: Export) -> None:
        """Puts it in the place of the one of that id, if that is still there."""

    def remove(self, export: str) -> None:
        """Drops it, its job, and the keys of its files."""


class Unit(Protocol):
    """One transaction."""

    @property
    def records(self) -> Records:
        """Records and transcripts."""

    @property
    def known_speakers(self) -> KnownSpeakers:
        """Who speaks in several records."""

    @property
    def glossary(self) -> Glossary:
        """A site's own words."""

    @property
    def minutes(self) -> MinutesVersions:
        """Minutes of records."""

    @property
    def matters(self) -> Matters:
        """Cases and bodies."""

    @property
    def people(self) -> People:
        """Accounts."""

    @property
    def sessions(self) -> Sessions:
        """Browsers that have signed in."""

    @property
    def attempts(self) -> FailedAttempts:
        """Sign-ins that failed."""

    @property
    def openings(self) -> Openings:
        """Records that people opened in an emergency."""

    @property
    def retention(self) -> Retention:
        """Rules, holds, deletions."""

    @property
    def audit(self) -> Audit:
        """The audit log."""

    @property
    def search(self) -> Search:
        """What finds turns."""

    @property
    def dictionary(self) -> Dictionary:
        """Synonyms."""

    @property
    def saved_searches(self) -> SavedSearches:
        """Questions that people keep."""

    @property
    def exports(self) -> Exports:
        """What people asked to be exported."""


class ArchiveStore(Protocol):
    """The database of the archive."""

    def prepare(self, transcript: Transcript) -> None:
        """Does what takes long before a unit that keeps this transcript is opened; may be left."""

    def reading(self) -> AbstractContextManager[Unit]:
        """A unit that sees one state of the archive.

        Raises:
            StorageError: it cannot be read.
        """

    def writing(self) -> AbstractContextManager[Unit]:
        """A unit that is kept as a whole, or not at all.

        Raises:
            StorageError: it cannot be written; nothing was kept.
        """
