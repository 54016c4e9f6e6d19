from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.errors import NothingFound
from assistant.model import TurnPassage
from assistant.services.delivering import Deliverer, Delivery, State, find_recordings, output_names
from assistant.services.transcribing import Options, Transcriber
from assistant.testing import FakeClock, FakeReader, FakeToolbox, MemorySteps, sound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.model import Transcript

OUT = Path("out")


@dataclass
class MemoryShelf:
    """Documents by folder and name; `written` counts every document."""

    transcripts: dict[tuple[Path, str], Transcript] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def find(self, folder: Path, name: str) -> Transcript | None:
        return self.transcripts.get((folder, name))

    def write(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        self.transcripts[folder, name] = transcript
        self.written += [f"{name}.{one}" for one in formats]
        return {one: folder / f"{name}.{one}" for one in formats}

    def complete(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        missing = [one for one in formats if f"{name}.{one}" not in self.written]
        self.write(transcript, folder, name, missing)
        return {one: folder / f"{name}.{one}" for one in formats}


def deliver(
    shelf: MemoryShelf,
    *names: str,
    options: Options | None = None,
    formats: str = "json",
    annotate: Callable[[Transcript], Transcript] | None = None,
    computed: list[str] | None = None,
) -> list[Delivery]:
    reader = FakeReader({"a.wav": sound([0.1, 0.2]), "b.wav": sound([0.3])})
    steps = MemorySteps(computed=[] if computed is None else computed)
    transcriber = Transcriber(reader, FakeToolbox(), steps, FakeClock(), {}, 3)
    paths = [Path(name) for name in names]
    deliverer = Deliverer(transcriber, shelf)
    chosen = options or Options()
    return list(deliverer.deliver(paths, OUT, formats.split(","), chosen, annotate=annotate))


def test_every_file_gets_its_documents() -> None:
    made = deliver(MemoryShelf(), "a.wav", "b.wav", formats="json,docx")
    assert [one.state for one in made] == [State.DONE, State.DONE]
    assert made[0].outputs == {"json": OUT / "a.json", "docx": OUT / "a.docx"}


def test_a_second_run_says_that_it_is_done_and_adds_only_what_is_missing() -> None:
    shelf = MemoryShelf()
    deliver(shelf, "a.wav")
    again = deliver(shelf, "a.wav", formats="json,srt")
    assert again[0].state is State.ALREADY
    assert shelf.written == ["a.json", "a.srt"]


def with_passage(made: Transcript) -> Transcript:
    """Once."""
    found = TurnPassage(made.turns[0].id, 1.0, "手引き", "ab", None, ("第1章",), 1, "文。", 0.5, ())
    return made if made.passages else replace(made, passages=(found,))


def test_passages_come_with_the_first_run() -> None:
    shelf = MemoryShelf()
    (made,) = deliver(shelf, "a.wav", annotate=with_passage)
    assert made.state is State.DONE
    assert shelf.transcripts[OUT, "a"].passages


def test_passages_are_added_to_what_was_heard_before_without_hearing_again() -> None:
    shelf, first, computed = MemoryShelf(), list[str](), list[str]()
    deliver(shelf, "a.wav", formats="json,docx", computed=first)
    assert first
    heard = shelf.transcripts[OUT, "a"]
    (added,) = deliver(
        shelf, "a.wav", formats="json,docx", annotate=with_passage, computed=computed
    )
    assert (added.state, computed) == (State.DONE, [])
    assert replace(shelf.transcripts[OUT, "a"], passages=()) == heard
    assert shelf.written == ["a.json", "a.docx"] * 2
    (again,) = deliver(shelf, "a.wav", annotate=with_passage)
    assert again.state is State.ALREADY
    (plain,) = deliver(shelf, "a.wav")
    assert plain.transcript == added.transcript


def test_other_settings_are_heard_anew() -> None:
    shelf = MemoryShelf()
    deliver(shelf, "a.wav")
    assert deliver(shelf, "a.wav", options=Options(speakers="none"))[0].state is State.DONE


def test_one_bad_file_stops_no_other() -> None:
    made = deliver(MemoryShelf(), "text.wav", "a.wav")
    assert [one.state for one in made] == [State.FAILED, State.DONE]
    assert "text.wav" in str(made[0].error)


def test_files_of_the_same_stem_do_not_overwrite_each_other() -> None:
    paths = [Path("x/a.wav"), Path("x/a.mp3"), Path("y/b.wav"), Path("z/b.wav")]
    assert list(output_names(paths).values()) == ["a.wav", "a.mp3", "y-b.wav", "z-b.wav"]


def test_folders_are_searched_for_sound(tmp_path: Path) -> None:
    for name in ("b.mp3", "a.WAV", "notes.txt", ".hidden.wav", "inner/c.m4a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = find_recordings([tmp_path, tmp_path / "notes.txt"])
    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["a.WAV", "b.mp3", "inner/c.m4a", "notes.txt"]


@pytest.mark.parametrize("name", ["nowhere.wav", "."])
def test_nothing_to_do_is_an_error_that_names_the_place(name: str, tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match=str(tmp_path)):
        find_recordings([tmp_path / name])
