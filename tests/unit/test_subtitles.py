from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysubs2 import SSAFile

from assistant.export.subtitles import (
    CUE,
    LONGEST_CUE,
    LONGEST_LINE,
    SHORTEST_CUE,
    SrtExporter,
    VttExporter,
    cues,
)
from assistant.model import Speaker, Transcript
from tests.transcripts import transcript

SPEECH = st.text("あいうえ会議案件がをは、。", min_size=1, max_size=120)
TALKS = st.lists(
    st.tuples(st.sampled_from("AB"), st.floats(0, 5), st.floats(0.1, 40), SPEECH),
    min_size=1,
    max_size=8,
)


def talk(parts: list[tuple[str, float, float, str]]) -> Transcript:
    """Turns after each other, with pauses between them."""
    notation, at = [], 0.0
    for speaker, pause, duration, text in parts:
        at += pause
        notation.append(f"{speaker} {at:.3f}-{at + duration:.3f} {text}")
        at += duration
    return transcript(" | ".join(notation))


def written(exporter: SrtExporter | VttExporter, made: Transcript) -> str:
    stream = BytesIO()
    exporter.export(made, stream)
    return stream.getvalue().decode("utf-8")


def width(line: str) -> float:
    return sum(1 if east_asian_width(one) in "FWA" else 0.5 for one in line)


@given(TALKS)
def test_everything_that_was_said_is_shown_in_order(
    parts: list[tuple[str, float, float, str]],
) -> None:
    shown = cues(talk(parts), name_speakers=False)
    assert "".join(line for cue in shown for line in cue.lines) == "".join(one[3] for one in parts)


@given(TALKS)
def test_cues_are_readable(parts: list[tuple[str, float, float, str]]) -> None:
    shown = cues(talk(parts), name_speakers=True)
    for cue in shown:
        assert cue.start <= cue.end
        assert len(cue.lines) in (1, 2)
        label = "〔話者A〕" if cue.lines[0].startswith("〔") else ""
        assert sum(map(width, cue.lines)) <= CUE + width(label)
        assert max(map(width, cue.lines)) <= LONGEST_LINE
    for speaker in "AB":
        own = [cue for cue in shown if cue.speaker == speaker]
        for cue, after in pairwise(own):
            assert cue.end <= after.start
            assert cue.end - cue.start >= min(SHORTEST_CUE, after.start - cue.start) - 1e-9


@given(TALKS)
def test_a_subtitle_library_reads_srt_back(parts: list[tuple[str, float, float, str]]) -> None:
    made = talk(parts)
    read = SSAFile.from_string(written(SrtExporter(), made))
    shown = cues(made, name_speakers=True)
    assert [event.plaintext for event in read] == ["\n".join(cue.lines) for cue in shown]
    for event, cue in zip(read, shown, strict=True):
        assert event.start == pytest.approx(cue.start * 1000, abs=1)
        assert event.start < event.end


def test_a_speaker_is_named_at_a_change_only() -> None:
    made = transcript("A 0-2 はい。 | A 5-7 いいえ。 | B 8-9 ええ。", name="a")
    lines = [cue.lines[0] for cue in cues(made, name_speakers=True)]
    assert lines == ["〔話者A〕はい。", "いいえ。", "〔話者B〕ええ。"]


def test_a_long_turn_is_cut_where_sentences_and_phrases_end() -> None:
    made = transcript(
        "A 0-9 令和七年度の相談受付件数は三千件で、前年度と比べて増えております。"
        "内訳は、養護相談が千件です。"
    )
    assert [cue.lines for cue in cues(made, name_speakers=False)] == [
        ("令和七年度の相談受付件数は三千件で、", "前年度と比べて増えております。"),
        ("内訳は、養護相談が千件です。",),
    ]


def test_slow_speech_does_not_stay_for_long() -> None:
    made = transcript("A 0-30 たいへんゆっくりと話される方の発言でございます。")
    assert all(cue.end - cue.start <= LONGEST_CUE for cue in cues(made, name_speakers=False))


def test_a_pause_ends_a_cue() -> None:
    first, second = transcript("A 0-2 ええと、 | A 4-6 はい。").turns
    made = transcript("A 0-6 ええと、はい。")
    turn = made.turns[0]
    paused = replace(turn, words=(*first.words, *second.words))
    shown = cues(replace(made, turns=(paused,)), name_speakers=False)
    assert [(cue.start, cue.lines) for cue in shown] == [(0, ("ええと、",)), (4, ("はい。",))]


def test_markup_in_speech_is_no_markup_in_subtitles() -> None:
    said = "A 0-2 <i>R&D{\\an8}"
    vtt = written(VttExporter(), transcript(said))
    assert "<v 話者A>&lt;i&gt;R&amp;D{＼an8}</v>" in vtt
    assert "＜i＞R&D｛＼an8｝" in written(SrtExporter(), transcript(said))


def test_vtt_names_every_speaker_and_escapes_the_name() -> None:
    made = transcript("A 0-2 はい。", speakers=(Speaker("A", "青木 <R&D>"),))
    assert written(VttExporter(), made).startswith(
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\n<v 青木 &lt;R&amp;D&gt;>はい。</v>"
    )


def test_what_was_not_understood_is_said() -> None:
    assert "〔聞き取れず〕" in written(SrtExporter(), transcript("A 0-2  #unrecognized"))


def test_a_corrected_text_is_shown_though_its_words_are_others() -> None:
    made = transcript("A 0-10 公正委員会です。")
    corrected = replace(made.turns[0], text="厚生委員会です。")
    shown = cues(replace(made, turns=(corrected,)), name_speakers=False)
    assert "".join(line for cue in shown for line in cue.lines) == "厚生委員会です。"


def test_a_transcript_without_turns_is_an_empty_file() -> None:
    assert written(SrtExporter(), transcript("")) == ""
    assert written(VttExporter(), transcript("")).strip() == "WEBVTT"
