"""A process that works on an archive until it is killed: `python -m tests.victim SEED`.

It brings transcripts in, adds sound, has it transcribed, corrects, indexes, removes, and deletes
what is due, at random, through the services that the program uses.
"""

from __future__ import annotations

import json
import random
import sys
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from assistant.archive import Origin
from assistant.bootstrap import Application, SystemClock
from assistant.errors import UnknownRecording
from assistant.people import SINGLE_USER, SYSTEM, Scope
from assistant.retention import Rule
from assistant.services.mending import Corrections
from assistant.services.transcribing import Options
from assistant.services.workbench import Workbench
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.archive import Record

EVERYTHING = Scope(everything=True)
LATE = date(2090, 1, 1)
"""By then all records of the class that is deleted are due."""
MANY = 60
"""Records from which on more are deleted than added."""


class Victim:
    """Somebody at work on the application's archive."""

    def __init__(self, application: Application, chance: random.Random) -> None:
        self._application = application
        self._chance = chance
        self._folder = application.settings.data_dir / "brought"
        self._folder.mkdir(exist_ok=True)

    def prepare(self) -> None:
        """Only one class is ever deleted, and no sound by itself; the dictionary is loaded."""
        self._application.archive.prepare(make_transcript("a.wav"))
        retainer = self._application.retainer
        retainer.set_rule(SINGLE_USER, Rule("light", "軽易", 1))
        for one in ("minutes", "child"):
            retainer.set_rule(SINGLE_USER, Rule(one, one, None))

    def act(self) -> None:
        """Does something. What somebody else removed meanwhile is no fault."""
        adding: list[Callable[[], None]] = [self._bring, self._add]
        changing: list[Callable[[], None]] = [self._correct, self._hear, self._index]
        going: list[Callable[[], None]] = [self._remove, self._expire]
        many = len(self._records()) > MANY
        with suppress(UnknownRecording):
            self._chance.choice(changing + going * (3 if many else 1) + ([] if many else adding))()

    def _bring(self) -> None:
        name = f"{self._chance.getrandbits(48):x}"
        path = self._folder / f"{name}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for record in range(6):
                turns = [
                    {"speaker": f"委員{n % 2}", "text": text_of(name, record, n)} for n in range(8)
                ]
                line = {"title": f"{name}-{record}", "date": "2020-05-01", "turns": turns}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._application.importer.take(SINGLE_USER, path, Corrections())

    def _add(self) -> None:
        library = self._application.library
        with library.adding(SINGLE_USER, "a.wav", Options()) as (record, file):
            file.write(sound_of(record))

    def _hear(self) -> None:
        waiting = [one for one in self._records() if one.origin is Origin.SOUND]
        if waiting:
            record = self._chance.choice(waiting).id
            bench = Workbench(self._application.library, self._application.archive, SystemClock())
            bench.keep(record, make_transcript("a.wav"))

    def _correct(self) -> None:
        record = self._any()
        if record is None:
            return
        with self._application.archive.reading() as unit:
            transcript = unit.records.transcript(record.id)
        if transcript is not None:
            turn = self._chance.choice(transcript.turns).id
            text = f"訂正{self._chance.getrandbits(32):x}"
            self._application.editing.correct(SINGLE_USER, record.id, turn, text)

    def _index(self) -> None:
        record = self._any()
        if record is not None:
            with self._application.archive.writing() as unit:
                unit.records.index(record.id)

    def _remove(self) -> None:
        record = self._any()
        if record is not None:
            self._application.library.remove(SINGLE_USER, record.id)

    def _expire(self) -> None:
        record = self._any()
        if record is not None:
            self._application.retainer.classify(SINGLE_USER, record.id, "light")
        self._application.deleter.run(SYSTEM, LATE)

    def _any(self) -> Record | None:
        records = [one for one in self._records() if one.revision]
        return self._chance.choice(records) if records else None

    def _records(self) -> list[Record]:
        with self._application.archive.reading() as unit:
            return unit.records.all(EVERYTHING)


def text_of(name: str, record: int, turn: int) -> str:
    """What the turn of a brought record says: nobody else says it."""
    return f"印{name}の{record}番の{turn}、児童相談所の報告です。"


def sound_of(record: str) -> bytes:
    """More than one sealed chunk, and none of another record."""
    return f"sound of {record} ".encode() * 4_000


def main() -> None:
    """Works until it is killed; says when it begins."""
    victim = Victim(Application(), random.Random(int(sys.argv[1])))
    victim.prepare()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        victim.act()


if __name__ == "__main__":
    main()
