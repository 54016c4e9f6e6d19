"""A site with every service on a real database, and a person of each role."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.bootstrap import Application
from assistant.entrance import Entrance
from assistant.manual import Hit, Reason, ReasonKind
from assistant.people import SINGLE_USER, SYSTEM, Actor, MatterKind, Role, Scope
from assistant.retention import Rule
from assistant.sealing.rotation import KeyRing
from assistant.services.backups import Restores
from assistant.services.keys import MasterKeyCare
from assistant.services.signing import Visitor
from assistant.services.transcribing import Options
from assistant.services.workbench import Workbench
from assistant.settings import Settings
from assistant.testing import FakeClock, FakeHasher, FakeManualTools
from tests.archives import sqlite_at
from tests.jobs import begin
from tests.people import PASSWORD, actor_named, add_person
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from assistant.archive import Record
    from assistant.manual import Edition
    from assistant.model import Transcript, TurnPassage
    from assistant.people import Matter
    from assistant.services.archive_store import Audit, Unit
    from assistant.services.backups import Contents
    from assistant.services.library import Library

NEVER = "20200101-000000-000000"
"""A record, matter, person … that never was."""
EVERYTHING = Scope(everything=True)
SHORT = Rule("short", "短い", 1)
"""The class of records that are due."""
REASON = "夜間の安否確認のため、前回の通話を聞く"


class EmptyBackup:
    """What is in a backup of nothing."""

    files = bytes = 0

    @property
    def rows(self) -> dict[str, int]:
        return {}


class World:
    """`ours` is the case of everybody but the outsider; `theirs` is that of a keeper."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        if database_url is None:
            sqlite_at(folder / "state" / "kikigaki.sqlite").close()
        settings = Settings(data_dir=folder, database_url=database_url)  # type: ignore[arg-type]
        self.application = Application(settings)
        if database_url is not None:
            self.application.upgrade_tables()
        vars(self.application)["manual_tools"] = FakeManualTools()
        self.store = self.application.archive
        self.hasher, self.clock = FakeHasher(), FakeClock(datetime.now(UTC))
        self.people = Entrance(settings, self.store, self.clock, self.hasher)
        vars(self.application)["people"] = self.people
        self.library: Library = self.application.library
        self.editing = self.application.editing
        self.bench = Workbench(self.library, self.store, self.clock)
        self.restores = Restores(self, self.application.anchors, self.clock)
        self.keys = MasterKeyCare(
            KeyRing(self.application.master_keys),
            self.application.key_shelf,
            self.store,
            self.clock,
            encrypt=lambda: True,
        )
        self._fill()

    def _fill(self) -> None:
        add_person(self.store, "administrator", Role.ADMINISTRATOR, hasher=self.hasher)
        for role in (*Role, "outsider", "newcomer", "keeper"):
            if role != "administrator":
                roles = {"outsider": [Role.CASEWORKER], "newcomer": [], "keeper": [Role.CLERK]}
                self.person(role, *roles.get(role, [Role(role)] if role in set(Role) else []))
        self.ours, self.theirs = (self.matter(name) for name in ("山田家", "鈴木家"))
        for login in ("caseworker", "clerk", "supervisor", "auditor", "administrator", "newcomer"):
            self.people.matters.join(SINGLE_USER, self.ours.id, actor_named(self.store, login).user)
        self.application.retainer.set_rule(SINGLE_USER, SHORT)
        self.foreign = self.record(matter=self.theirs.id)
        self.section = self.beside()

    def actor(self, login: str) -> Actor:
        """The person of that login as they are now; `single` is whoever needs no sign-in."""
        return SINGLE_USER if login == "single" else actor_named(self.store, login)

    def visitor(self, actor: Actor) -> Visitor:
        """The actor at a browser that has just signed in; the single user has no session."""
        if actor == SINGLE_USER:
            return Visitor(actor, "")
        with self.store.writing() as unit:
            person = unit.people.find(actor.user)
            assert person is not None
            unit.people.update(replace(person, password=self.hasher.hash(PASSWORD)))
        return self.people.signing.by_password(person.login, PASSWORD, token_hex(4))

    def person(self, login: str, *roles: Role) -> str:
        """Another account; its id."""
        return add_person(self.store, login, *roles, hasher=self.hasher)[0].id

    def somebody(self) -> str:
        return self.person(f"p{token_hex(6)}", Role.CLERK)

    def matter(self, name: str = "") -> Matter:
        name = name or token_hex(6)
        return self.people.matters.add(SINGLE_USER, MatterKind.CASE, name)

    def record(
        self, matter: str | None = None, *, finished: bool = True, by: Actor | None = None
    ) -> str:
        """A record of the keeper's, or of somebody else, in `ours` or that matter."""
        with self.library.adding(by or self.actor("keeper"), "委員会.wav", Options()) as (
            recording,
            file,
        ):
            file.write(b"sound")
        if finished:
            self.bench.keep(recording, make_transcript("委員会.wav"))
            with self.bench.peaks(recording).create() as stream:
                stream.write(b"peaks")
            self.application.queue.forget(recording)
        with self.store.writing() as unit:
            record = self._find(unit, recording)
            unit.records.update(replace(record, matter=matter or self.ours.id))
        return recording

    def due(self) -> str:
        """A record whose time is over."""
        recording = self.record()
        with self.store.writing() as unit:
            record = self._find(unit, recording)
            old = datetime(1990, 4, 1, tzinfo=UTC)
            unit.records.update(replace(record, occurred=old, record_class=SHORT.record_class))
        return recording

    def waiting(self) -> str:
        return self.record(finished=False)

    def stopped(self) -> str:
        recording = self.record(finished=False)
        self.application.queue.stop(recording)
        return recording

    def running(self) -> str:
        recording = self.record(finished=False)
        begin(self.application.jobs, recording)
        return recording

    def file(self, name: str, text: str) -> Path:
        path = self.folder / "brought" / token_hex(4) / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
        return path

    def minutes(self, matter: str = "") -> Path:
        """A file to import, like no other."""
        said = {"title": token_hex(4), "turns": [{"text": "委員会を開きます。", "speaker": "青木"}]}
        return self.file("a.jsonl", json.dumps(said | ({"matter": matter} if matter else {})))

    def importing(self, actor: Actor, matter: str = "") -> str:
        """Such a file as it waits to be looked at; its id."""
        desk = self.application.import_desk
        with desk.receiving(actor, "a.jsonl") as (id_, arrived), arrived.create() as stream:
            stream.write(self.minutes(matter).read_bytes())
        return id_

    def manual(self) -> Path:
        """A file for the library of manuals, like no other."""
        return self.file(f"{token_hex(4)}.md", f"# 手引き\n## 通告\n受理{token_hex(4)}。\n")

    def edition(self) -> Edition:
        (addition,) = self.application.manual_desk.add(SYSTEM, [self.manual()])
        assert addition.edition is not None
        return addition.edition

    def hit(self) -> Hit:
        edition = self.edition()
        passage = self.application.manuals.store.passages(edition.id)[0]
        return Hit(passage, edition, 1.0, (Reason(ReasonKind.MEANING),))

    def display(self, actor: Actor) -> int:
        (display,) = self.application.feedback.shown(actor, [self.hit()])
        return display

    def beside(self) -> TurnPassage:
        """A section of a manual beside a turn."""
        from assistant.model import TurnPassage

        hit = self.hit()
        return TurnPassage(
            "T1",
            0.0,
            "手引き",
            hit.edition.id,
            None,
            ("通告",),
            None,
            "文。",
            1.0,
            (),
            hit.passage.id,
        )

    def annotated(self, heard: Transcript) -> Transcript:
        return replace(heard, passages=(self.section,))

    def synonyms(self) -> str:
        """A group of the site's own, as it is written."""
        line = f"{token_hex(4)} = {token_hex(4)}"
        self.application.synonyms.add(SINGLE_USER, line)
        return line

    def log(self, after: int = 0) -> list[str]:
        """The actions of the rows behind the one of that number."""
        with self.store.reading() as unit:
            return [row.action for row in unit.audit.rows() if row.seq > after]

    def count(self) -> int:
        with self.store.reading() as unit:
            return unit.audit.count()

    def check(self, path: Path, told: Callable[[Contents], None]) -> Contents:
        """As a restorer: there is nothing to read."""
        del path, told
        return EmptyBackup()

    def restore(
        self, path: Path, told: Callable[[Contents], None], note: Callable[[Audit], object]
    ) -> Contents:
        """As a restorer: into this world's database, which was filled before."""
        del path, told
        with self.store.writing() as unit:
            note(unit.audit)
        return EmptyBackup()

    def _find(self, unit: Unit, recording: str) -> Record:
        found = unit.records.find(recording, EVERYTHING)
        assert found is not None
        return found


def world_on(request: pytest.FixtureRequest, folder: Path) -> World:
    """On the database that the fixture's parameter names."""
    on_server = request.param == "postgresql"
    address = request.getfixturevalue("postgresql").fresh() if on_server else None
    return World(folder, address)
