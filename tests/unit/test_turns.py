from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.model import Flag, Segment, SpeakerSpan, Word
from assistant.services.turns import build_turns, speakers_of


def said(text: str, start: float, *, pace: float = 0.1, lane: int = 0) -> Segment:
    """A segment of one word per character, `pace` seconds each."""
    words = tuple(
        Word(start + n * pace, start + (n + 1) * pace, character, 0.9)
        for n, character in enumerate(text)
    )
    return Segment(words[0].start, words[-1].end, words, lane=lane)


def spans(notation: str) -> list[SpeakerSpan]:
    """`"A 0-2 | B 2-5"`."""
    parsed = []
    for part in notation.split("|"):
        speaker, times = part.split()
        start, end = times.split("-")
        parsed.append(SpeakerSpan(float(start), float(end), speaker))
    return parsed


def shown(segments: list[Segment], speech: list[SpeakerSpan]) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in build_turns(segments, speech)]


def test_words_go_to_the_speaker_who_was_heard_during_them() -> None:
    segments = [said("開会します。はい、質問です。", 0.0)]
    assert shown(segments, spans("A 0-0.6 | B 0.6-1.4")) == [
        ("A", "開会します。"),
        ("B", "はい、質問です。"),
    ]


def test_a_single_stray_syllable_does_not_change_the_speaker() -> None:
    segments = [said("ただいまから開会いたします", 0.0)]
    assert shown(segments, spans("A 0-0.5 | B 0.5-0.6 | A 0.6-1.3")) == [
        ("A", "ただいまから開会いたします")
    ]


def test_a_tie_stays_with_the_speaker_who_is_talking() -> None:
    words = said("あいうえお", 0.0).words
    assert speakers_of(words, spans("A 0-0.5 | B 0.2-0.5")) == ["A"] * 5


def test_words_outside_all_speech_go_to_the_nearest_speaker() -> None:
    assert shown([said("はいどうぞ", 10.0)], spans("A 0-0.9 | B 11-11.9")) == [("B", "はいどうぞ")]


def test_where_nobody_was_heard_there_is_still_one_speaker() -> None:
    assert shown([said("もしもし", 1.0)], []) == [("S1", "もしもし")]


def test_a_long_pause_ends_a_turn() -> None:
    segments = [said("以上です", 0.0), said("次に移ります", 4.0)]
    assert [turn.text for turn in build_turns(segments, spans("A 0-0.4 | A 4-4.6"))] == [
        "以上です",
        "次に移ります",
    ]


def test_a_short_pause_inside_a_sentence_does_not() -> None:
    segments = [said("資料の三ページを", 0.0), said("ご覧ください。", 1.5)]
    assert shown(segments, spans("A 0-3")) == [("A", "資料の三ページをご覧ください。")]


def test_backchannels_leave_the_turn_they_accompany_in_one_piece() -> None:
    caller = [said("三日前に顔にあざがあって", 0.0), said("心配で電話しました。", 1.3)]
    worker = [said("はい", 0.7, lane=1)]
    speech = spans("C 0-2.3 | W 0.7-0.9")
    turns = build_turns([*caller, *worker], speech, {0: "C", 1: "W"})
    assert [(turn.speaker, turn.text) for turn in turns] == [
        ("C", "三日前に顔にあざがあって心配で電話しました。"),
        ("W", "はい"),
    ]
    assert turns[1].flags == {Flag.BACKCHANNEL}


def test_an_answer_is_no_backchannel() -> None:
    turns = build_turns(
        [said("けがはありますか。", 0.0), said("はい", 1.2, lane=1)],
        spans("W 0-0.9 | C 1.2-1.4"),
        {0: "W", 1: "C"},
    )
    assert turns[1].text == "はい"
    assert Flag.BACKCHANNEL not in turns[1].flags


def test_turns_of_one_speaker_share_no_time_of_the_speech_they_reach_into() -> None:
    segments = [said("開会。", 1.0), said("説明。", 3.0), said("以上。", 6.0)]
    turns = build_turns(segments, spans("A 0.5-7"))
    assert [(turn.start, turn.end) for turn in turns] == [(0.5, 3.0), (3.0, 6.0), (6.0, 7.0)]


def test_speech_without_any_word_is_shown_as_not_understood() -> None:
    turns = build_turns([said("はい", 0.0)], spans("A 0-0.5 | B 3-5"))
    assert (turns[1].speaker, turns[1].text) == ("B", "")
    assert turns[1].flags == {Flag.UNRECOGNIZED}


def test_flags_of_a_segment_reach_the_turn() -> None:
    doubtful = said("ご視聴", 0.0)
    doubtful = Segment(doubtful.start, doubtful.end, doubtful.words, frozenset({Flag.STOCK_PHRASE}))
    assert build_turns([doubtful], spans("A 0-1"))[0].flags == {Flag.STOCK_PHRASE}


texts = st.text(alphabet="はいええ開会します。、質問", min_size=1, max_size=12)
segment_lists = st.lists(
    st.builds(said, texts, st.floats(0, 60), lane=st.integers(0, 1)), max_size=12
)
speech_lists = st.lists(
    st.builds(
        lambda start, length, name: SpeakerSpan(start, start + length, name),
        st.floats(0, 60),
        st.floats(0.1, 8),
        st.sampled_from("AB"),
    ),
    max_size=12,
)


@given(segment_lists, speech_lists, st.booleans())
def test_every_word_lies_in_one_turn_and_turns_are_ordered(
    segments: list[Segment],
    speech: list[SpeakerSpan],
    by_lane: bool,
) -> None:
    turns = build_turns(segments, speech, {0: "A", 1: "B"} if by_lane else None)
    words = sorted(word for segment in segments for word in map(_key, segment.words))
    assert sorted(_key(word) for turn in turns for word in turn.words) == words
    assert all(before.start <= after.start for before, after in pairwise(turns))
    assert [turn.id for turn in turns] == [f"t{n}" for n in range(1, len(turns) + 1)]
    for turn in turns:
        assert turn.start <= turn.end
        assert all(turn.start <= word.start <= word.end <= turn.end for word in turn.words)
        assert turn.text == "".join(word.text for word in turn.words).strip()


def _key(word: Word) -> tuple[float, float, str]:
    return word.start, word.end, word.text
