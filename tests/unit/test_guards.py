"""Guards: what nobody said is withheld, what is doubtful is flagged, what was said stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model import Flag, Segment, Span, Word
from assistant.speech.guards import Evidence, doubts, is_loop, is_never_said, review, unwritten


def segment(text: str, start: float, end: float, probability: float = 0.8) -> Segment:
    """A segment of evenly spread words of two characters."""
    pieces = [text[at : at + 2] for at in range(0, len(text), 2)]
    step = (end - start) / len(pieces)
    words = tuple(
        Word(start + number * step, start + (number + 1) * step, piece, probability)
        for number, piece in enumerate(pieces)
    )
    return Segment(start, end, words)


def voice(*spans: tuple[float, float]) -> Evidence:
    return Evidence([Span(*span) for span in spans])


@pytest.mark.parametrize(
    "text",
    [
        "ご視聴ありがとうございました。",
        "ご視聴ありがとうございました",
        "最後までご視聴いただきありがとうございます。",
        "チャンネル登録よろしくお願いします!",
        "次の動画でお会いしましょう",
        "字幕視聴ありがとうございました",
        "♪",
    ],
)
def test_what_only_videos_say_is_withheld_even_where_there_is_voice(text: str) -> None:
    heard = review([segment(text, 0, 3)], voice((0, 3)))
    assert not heard.kept
    assert Flag.STOCK_PHRASE in heard.withheld[0].flags


@pytest.mark.parametrize(
    "text",
    [
        "お電話ありがとうございました。",
        "ただいまから文教委員会を開会いたします。",
        "字が読めないので窓口に来ました。",
        "次の議題に移ります。",
        "音楽室の改修工事でございます。",
        "チャンネル登録者は三千人でございます。",
        "字幕を付けてほしいというご要望です。",
        "高評価をいただいております。",
        "次の動画をご覧ください。",
        "お疲れ様でした。",
    ],
)
def test_office_talk_is_no_stock_phrase(text: str) -> None:
    heard = review([segment(text, 0, 3)], voice((0, 3)))
    assert heard.kept[0].flags == frozenset()


def test_thanks_that_were_said_stay() -> None:
    heard = review([segment("ありがとうございました。", 1, 2.2)], voice((0.9, 2.3)))
    assert heard.kept[0].flags == frozenset()


def test_thanks_that_were_heard_badly_are_flagged() -> None:
    thanks = segment("ありがとうございました。", 1, 2.2, probability=0.5)
    assert review([thanks], voice((0.9, 2.3))).kept[0].flags == {Flag.STOCK_PHRASE}


def test_thanks_into_silence_are_withheld() -> None:
    heard = review([segment("ありがとうございました。", 5, 8)], voice((0.9, 2.3), (7.5, 8)))
    assert heard.withheld[0].flags == {Flag.STOCK_PHRASE, Flag.LITTLE_VOICE}


def test_nothing_is_kept_where_nobody_spoke() -> None:
    heard = review([segment("本日の案件は二件です。", 5, 8)], voice((0, 2)))
    assert not heard.kept
    assert heard.withheld


def test_a_stock_phrase_after_real_words_is_withheld_alone() -> None:
    heard = review([segment("質疑を終わりますご視聴ありがとうございました", 0, 6)], voice((0, 6)))
    assert [one.text for one in heard.kept] == ["質疑を終わります"]
    assert [one.text for one in heard.withheld] == ["ご視聴ありがとうございました"]


def test_one_weak_sign_flags_and_two_withhold() -> None:
    unsure = segment("案件は認見でございます。", 0, 2, probability=0.2)
    assert review([unsure], voice((0, 2))).kept[0].flags == {Flag.LOW_PROBABILITY}
    assert review([unsure], voice((0, 0.5))).withheld[0].flags == {
        Flag.LOW_PROBABILITY,
        Flag.LITTLE_VOICE,
    }


def test_more_characters_than_anybody_can_say() -> None:
    dense = segment("そのように決定いたしましたのでご報告申し上げます", 0, 0.6)
    assert review([dense], voice((0, 0.6))).kept[0].flags == {Flag.TOO_DENSE}


def test_a_loop_has_all_its_signs() -> None:
    heard = review([segment("そうですね" * 30, 0, 20)], voice((0, 20)))
    assert heard.kept[0].flags == {Flag.REPETITION, Flag.COMPRESSION}


@pytest.mark.parametrize(
    "text", ["はいはいはい", "うんうんうんうん", "いやいやいや", "だんだんどんどん"]
)
def test_how_people_repeat_themselves_is_no_loop(text: str) -> None:
    assert not is_loop(text)


@given(st.text("はいそうですねえあの", min_size=1, max_size=12), st.integers(8, 30))
def test_every_text_said_eight_times_over_is_a_loop(text: str, times: int) -> None:
    assert is_loop(text * times)


def test_stock_phrases_are_known_by_letters_only() -> None:
    assert is_never_said(" ご視聴、ありがとう ございました!! ")
    assert not is_never_said("")


@given(st.lists(st.tuples(st.text(max_size=30), st.floats(0, 60), st.floats(0, 5)), max_size=6))
def test_nothing_is_ever_dropped(said: list[tuple[str, float, float]]) -> None:
    segments = [segment(text, start, start + length) for text, start, length in said if text]
    heard = review(segments, voice((2, 9), (20, 30)))
    assert sorted("".join(one.text for one in (*heard.kept, *heard.withheld))) == sorted(
        "".join(one.text for one in segments)
    )
    assert all(one.flags for one in heard.withheld)


def test_voice_without_words_is_a_doubt() -> None:
    evidence = voice((0, 3), (4, 6))
    assert doubts([segment("委員会を開会いたします", 0, 3)], evidence) == {Flag.UNRECOGNIZED}
    assert doubts([segment("委員会を開会いたします本日は", 0, 6)], evidence) == frozenset()
    assert unwritten([segment("委員会を開会いたします", 0, 3)], evidence.voice) == 2.0


def test_a_window_without_text_is_doubtful_when_somebody_spoke() -> None:
    assert doubts([], voice((0, 3))) == {Flag.UNRECOGNIZED}
    assert doubts([], voice((0, 0.5))) == frozenset()


def test_a_recogniser_that_is_unsure_is_a_doubt() -> None:
    evidence = Evidence([Span(0, 3)], log_probability=-1.3)
    assert doubts([segment("委員会を開会いたします", 0, 3)], evidence) == {Flag.LOW_PROBABILITY}


def test_nothing_is_kept_where_the_recogniser_itself_hears_nobody() -> None:
    evidence = Evidence([Span(0, 3)], no_speech=0.7)
    heard = review([segment("委員会を開会いたします", 0, 3)], evidence)
    assert heard.withheld[0].flags == {Flag.LITTLE_VOICE}
