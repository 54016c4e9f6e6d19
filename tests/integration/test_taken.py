from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from assistant.people import SINGLE_USER
from assistant.services.documents import Documents
from assistant.services.intake import RecordingIntake, TakenFile
from assistant.services.library import Library
from assistant.services.queueing import TranscriptionQueue
from assistant.services.recording_files import RecordingFiles
from assistant.store.archive import SqlArchive
from assistant.store.jobs import SqlJobs
from assistant.store.taken import SqlTakenFiles
from assistant.testing import FakeClock, PlainVault
from tests.archives import CODEC

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.engine import Database


def test_what_became_of_files_is_remembered(database: Database) -> None:
    taken = SqlTakenFiles(database)
    beginning = TakenFile("a.wav", 5, 2**60, "sha", "r1", complete=False)
    failed = TakenFile("b.wav", 5, 1, error=(("ja", "開けません"), ("en", "cannot be opened")))
    for one in (beginning, failed):
        taken.keep(one)
    assert taken.all() == {"a.wav": beginning, "b.wav": failed}
    assert taken.with_content("sha") == []

    finished = TakenFile("a.wav", 5, 2**60, "sha", "r1")
    taken.keep(finished)
    assert taken.all()["a.wav"] == finished
    assert taken.with_content("sha") == [finished]


def test_a_name_goes_with_its_record(database: Database, tmp_path: Path) -> None:
    store, taken = SqlArchive(database, CODEC), SqlTakenFiles(database)
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "山田花子.wav").write_bytes(b"sound")
    library = Library(
        store=store,
        files=RecordingFiles(tmp_path / "recordings", PlainVault()),
        documents=Documents({}),
        queue=TranscriptionQueue(SqlJobs(database)),
        clock=FakeClock(),
        forget=lambda _: None,
    )
    intake = RecordingIntake(folder, library, taken, lambda: nullcontext(enter_result=True))

    def look_twice() -> list[str]:
        intake.look(lambda: False)
        intake.look(lambda: False)
        return [one.id for one in library.entries(SINGLE_USER)]

    (record,) = look_twice()
    library.remove(SINGLE_USER, record)
    assert look_twice() == [], "the file still lies there"
    (kept,) = taken.all().values()
    assert "山田" not in kept.path
    assert (kept.recording, kept.complete) == (record, True)

    (folder / "山田花子.wav").write_bytes(b"another call")
    assert len(look_twice()) == 1, "a new recording under the same name"
