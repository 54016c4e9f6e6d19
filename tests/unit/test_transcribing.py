from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import Stopped, UnreadableSound
from assistant.model import Kind, Progress, Transcript
from assistant.services.transcribing import Options, Transcriber
from assistant.testing import (
    FakeClock,
    FakeReader,
    FakeRecognizer,
    FakeToolbox,
    MemorySteps,
    sound,
)

TALK = sound([0.1, 0.1, 0, 0.2, 0, 0, 0, 0.1, 0.3, 0.3])
CALL = sound([0.1, 0.1, 0, 0, 0.1, 0], [0, 0, 0.2, 0.2, 0, 0])


def transcriber(
    reader: FakeReader,
    steps: MemorySteps | None = None,
    recognizer: FakeRecognizer | None = None,
    group_size: int = 3,
) -> Transcriber:
    tools = FakeToolbox(recognizer or FakeRecognizer())
    return Transcriber(reader, tools, steps or MemorySteps(), FakeClock(), {}, group_size)


def heard(transcript: Transcript) -> list[tuple[str, float, float, str]]:
    names = {speaker.id: speaker.name for speaker in transcript.speakers}
    return [(names[t.speaker], t.start, t.end, t.text) for t in transcript.turns]


def test_a_meeting_becomes_turns_of_speakers_told_apart_by_voice() -> None:
    made = transcriber(FakeReader({"a.wav": TALK})).transcribe(Path("a.wav"), Options())
    assert made.kind is Kind.MEETING
    assert heard(made) == [
        ("話者1", 0.0, 2.0, "10。10。"),
        ("話者2", 3.0, 4.0, "20。"),
        ("話者1", 7.0, 8.0, "10。"),
        ("話者3", 8.0, 10.0, "30。30。"),
    ]
    assert made.provenance.settings["speakers_by"] == "embedded"
    assert made.recording.duration == 10.0


def test_a_two_channel_call_is_told_apart_by_channel() -> None:
    made = transcriber(FakeReader({"c.wav": CALL})).transcribe(Path("c.wav"), Options())
    assert made.kind is Kind.CALL
    assert heard(made) == [
        ("相談者", 0.0, 2.0, "10。10。"),
        ("職員", 2.0, 4.0, "20。20。"),
        ("相談者", 4.0, 5.0, "10。"),
    ]


def test_channels_that_carry_the_same_voices_are_mixed_and_told_apart_by_voice() -> None:
    reader = FakeReader({"c.wav": CALL}, likeness=0.95)
    made = transcriber(reader).transcribe(Path("c.wav"), Options(kind=Kind.CALL))
    assert made.provenance.settings["speakers_by"] == "embedded"
    assert [turn.text for turn in made.turns] == ["5。5。", "10。10。", "5。"]


def test_a_silent_channel_is_left_out() -> None:
    reader = FakeReader({"c.wav": sound([0.2, 0.2], [0, 0])})
    made = transcriber(reader).transcribe(Path("c.wav"), Options(kind=Kind.CALL))
    assert heard(made) == [("話者1", 0.0, 2.0, "20。20。")]


def test_silence_gives_an_empty_transcript() -> None:
    made = transcriber(FakeReader({"s.wav": sound([0, 0, 0])})).transcribe(Path("s.wav"), Options())
    assert (made.turns, made.speakers, made.speech) == ((), (), ())


@given(st.floats(0.05, 11.0), st.integers(1, 9))
def test_the_size_of_blocks_never_changes_the_transcript(block: float, group_size: int) -> None:
    expected = transcriber(FakeReader({"a.wav": TALK}), group_size=group_size)
    other = transcriber(FakeReader({"a.wav": TALK}, block=block), group_size=group_size)
    assert other.transcribe(Path("a.wav"), Options()) == expected.transcribe(
        Path("a.wav"), Options()
    )


loudness = st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.2, 0.3]), min_size=1, max_size=20)


@given(loudness, loudness, st.sampled_from(["auto", "channels", "embedded", "none"]))
def test_turns_are_ordered_and_inside_the_recording(
    left: list[float], right: list[float], speakers: str
) -> None:
    length = max(len(left), len(right))
    clip = sound(left + [0] * (length - len(left)), right + [0] * (length - len(right)))
    made = transcriber(FakeReader({"x.wav": clip})).transcribe(
        Path("x.wav"), Options(speakers=speakers)
    )
    assert all(before.start <= after.start for before, after in pairwise(made.turns))
    for turn in made.turns:
        assert 0 <= turn.start <= turn.end <= made.recording.duration
        assert all(turn.start <= word.start <= word.end <= turn.end for word in turn.words)
        made.speaker(turn.speaker)


def test_a_stopped_run_goes_on_where_it_stopped() -> None:
    def stop_after_seven_seconds(progress: Progress) -> None:
        if progress.stage == "recognize" and progress.done >= 7:
            raise Stopped

    reader, steps = FakeReader({"a.wav": TALK}), MemorySteps()
    with pytest.raises(Stopped):
        transcriber(reader, steps).transcribe(Path("a.wav"), Options(), stop_after_seven_seconds)
    assert steps.computed == ["recognize/0/0"]
    again = FakeRecognizer()
    made = transcriber(reader, steps, again).transcribe(Path("a.wav"), Options())
    assert again.groups == [3]
    assert made == transcriber(reader).transcribe(Path("a.wav"), Options())


def test_other_settings_are_other_work() -> None:
    work = transcriber(FakeReader({"a.wav": TALK}))
    ids = {
        work.prepare(Path("a.wav"), options).id
        for options in (Options(), Options(kind=Kind.CALL), Options(speakers="none"))
    }
    assert len(ids) == 3


def test_a_file_that_is_no_sound_says_so() -> None:
    with pytest.raises(UnreadableSound, match=r"text\.wav"):
        transcriber(FakeReader({})).transcribe(Path("text.wav"), Options())


def test_progress_reaches_the_end() -> None:
    seen: list[Progress] = []
    transcriber(FakeReader({"a.wav": TALK})).transcribe(Path("a.wav"), Options(), seen.append)
    assert [step.stage for step in seen if step.done == 0] == []
    assert seen[-1].share == 1.0
