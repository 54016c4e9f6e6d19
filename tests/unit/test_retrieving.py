from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import StorageError
from assistant.model import Speaker
from assistant.services.feedback import ManualFeedback
from assistant.services.retrieving import (
    HALF_LIFE,
    MARGIN,
    PLACES,
    Retriever,
    Shown,
    content,
    section_of,
)
from assistant.testing import FakeClock, FakeSearcher, MemoryDisplayLog
from tests.transcripts import turns

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from assistant.manual import Display, Hit
    from assistant.model import Turn

SPEAKERS = (Speaker("C", "相談者", "caller"), Speaker("W", "職員", "worker"))
MANUAL: dict[str, tuple[str, ...]] = {
    "身体的虐待": ("あざ",),
    "ネグレクト": ("ご飯",),
    "一時保護": ("帰れない",),
    "夜間の対応": ("夜中",),
    "学校との連携": ("先生",),
}
TALK = turns(
    "W 0-3 はい、児童相談所でございます。"
    " | C 3-9 あの、近所の子の腕にあざがあるのを見たんです。"
    " | W 9-13 そうですか。あざはいくつぐらいですか。"
    " | C 13-24 えーと、三つか四つです。それにご飯を食べていないみたいで、痩せています。"
    " | W 18-18.5 ええ。 #backchannel"
    " | C 25-33 夜中に外に出されて家に帰れないことも多いようなんです。"
    " | W 33-38 学校の先生はご存じでしょうか。どうお考えですか。"
)


def retriever(searcher: FakeSearcher | None = None) -> Retriever:
    return Retriever(searcher or FakeSearcher(MANUAL), SPEAKERS)


def titles(shown: Shown) -> list[str]:
    return [one.hit.passage.headings[-1] for one in shown.passages]


def cut(said: Sequence[Turn], second: float) -> list[Turn]:
    """The turns as they are known at that second."""
    begun = [
        replace(one, words=tuple(word for word in one.words if word.end <= second)) for one in said
    ]
    return [replace(one, text="".join(w.text for w in one.words)) for one in begun if one.words]


def test_what_the_caller_tells_brings_the_section() -> None:
    shown = retriever().for_conversation(TALK[:3])
    assert titles(shown) == ["身体的虐待"]
    (one,) = shown.passages
    assert one.turn == "t2"
    assert 3 < one.second <= 9


def test_new_topics_take_free_places_and_move_nothing() -> None:
    following = retriever()
    assert titles(following.for_conversation(TALK[:3])) == ["身体的虐待"]
    assert titles(following.for_conversation(TALK[:5])) == ["身体的虐待", "ネグレクト"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("はい。", ""),
        ("ええ、はい、そうですね。", ""),
        ("えーと、あのー、はい、腕にあざが。", "腕にあざが。"),
        ("そうですかと言われました。", "そうですかと言われました。"),
    ],
)
def test_fillers_and_signs_of_listening_are_no_content(text: str, left: str) -> None:
    assert content(text) == left


def test_signs_of_listening_ask_nothing() -> None:
    searcher = FakeSearcher(MANUAL)
    said = turns("W 0-2 はい、はい。 | C 2-3 ええ。 | W 3-9 そうですね、わかりました、はい。")
    retriever(searcher).for_conversation(said)
    assert searcher.asked == []


def test_a_flagged_backchannel_is_not_asked_whatever_it_says() -> None:
    searcher = FakeSearcher(MANUAL)
    said = turns("W 0-1 あざがあるという話なんですねえ本当に。 #backchannel")
    following = retriever(searcher)
    following.for_conversation(said)
    following.settle()
    assert searcher.asked == []


def test_nothing_is_asked_while_nothing_new_is_said() -> None:
    searcher = FakeSearcher(MANUAL)
    following = retriever(searcher)
    following.for_conversation(TALK)
    number = len(searcher.asked)
    assert following.for_conversation(TALK) == following.shown
    assert len(searcher.asked) == number


def test_questions_are_apart_in_time() -> None:
    searcher = FakeSearcher(MANUAL)
    fast = "腕に大きなあざがあるのを見ました。" * 6
    retriever(searcher).for_conversation(turns(f"C 0-6 {fast}"))
    assert 1 <= len(searcher.asked) <= 3


def test_a_short_last_phrase_waits_until_it_is_settled() -> None:
    following = retriever()
    said = turns("C 0-3 腕にあざがあるのを見たんですけど")
    assert titles(following.for_conversation(said)) == []
    assert titles(following.settle()) == ["身体的虐待"]


def test_the_caller_has_more_room_in_a_question_than_the_worker() -> None:
    long = "一二三四五六七八九十" * 20
    searcher = FakeSearcher(MANUAL)
    following = retriever(searcher)
    following.for_conversation(turns(f"W 0-9 {long.replace('一', '職')} | C 9-20 {long}"))
    following.settle()
    last = searcher.asked[-1]
    assert last.count("一") > last.count("職") > 0


def test_what_was_said_long_ago_is_not_asked_again() -> None:
    searcher = FakeSearcher(MANUAL)
    said = turns(
        "C 0-5 腕にあざがあるのを見たんです。 | C 90-95 ご飯も食べていないみたいなんです。"
    )
    retriever(searcher).for_conversation(said)
    assert "あざ" in searcher.asked[0]
    assert "あざ" not in searcher.asked[-1]


def test_a_faded_passage_gives_its_place_to_what_is_said_now() -> None:
    later = 40 + 2 * HALF_LIFE
    following = retriever()
    following.for_conversation(TALK[:6])
    before = titles(following.shown)
    assert len(before) == PLACES
    last = turns(f"C {later}-{later + 6} 学校の先生には話したことがあるそうです。")
    after = titles(following.for_conversation([*TALK[:6], replace(last[0], id="t99")]))
    assert "学校との連携" in after
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_a_text_that_was_corrected_is_asked_as_corrected() -> None:
    said = turns("C 0-5 腕に朝があるのを見たんです。")
    corrected = replace(said[0], text="腕にあざがあるのを見たんです。")
    assert titles(retriever().for_conversation([corrected])) == ["身体的虐待"]


def test_pinning_what_is_not_shown_is_refused() -> None:
    with pytest.raises(KeyError):
        retriever().pin("fake:0")


def feedback(log: MemoryDisplayLog) -> ManualFeedback:
    return ManualFeedback(log, FakeClock())


def test_every_display_is_logged_with_its_turn_second_and_place() -> None:
    log = MemoryDisplayLog()
    following = Retriever(FakeSearcher(MANUAL), SPEAKERS, feedback(log), "call-7")
    shown = following.for_conversation(TALK)
    assert [(one.passage, one.turn, one.second) for one in log.kept] == [
        (one.hit.passage.id, one.turn, one.second) for one in shown.history
    ]
    assert {one.place for one in log.kept} == {"call-7"}
    assert [one.rank for one in log.kept[:PLACES]] == [1, 2, 3]
    assert [one.display for one in shown.history] == [one.id for one in log.kept]


class FullLog(MemoryDisplayLog):
    """A log on a full disk."""

    def log(self, displays: Sequence[Display]) -> list[int]:
        raise StorageError(path="/full")


def test_a_full_disk_keeps_no_passage_away_and_no_speech_gets_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    following = Retriever(FakeSearcher(MANUAL), SPEAKERS, feedback(FullLog()), "call-7")
    assert titles(following.for_conversation(TALK[:3])) == ["身体的虐待"]
    assert "StorageError" in caplog.text
    assert "あざ" not in caplog.text


SAYINGS = st.sampled_from(
    [
        "腕にあざがあって",
        "ご飯がない、",
        "帰れないんです。",
        "夜中に泣く。",
        "先生が",
        "はい。",
        "えーと、",
    ]
)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Turns of both sides, which may overlap as in a real call."""
    said, at = [], 0.0
    for _ in range(draw(st.integers(1, 8))):
        text = "".join(draw(st.lists(SAYINGS, min_size=1, max_size=6)))
        start = max(0.0, at + draw(st.floats(-1, 3)))
        at = start + len(text) * draw(st.floats(0.08, 0.3))
        said.append(f"{draw(st.sampled_from('CW'))} {start:.2f}-{at:.2f} {text}")
    return tuple(sorted(turns(" | ".join(said)), key=lambda one: one.start))


@given(conversations(), st.lists(st.floats(0, 80), max_size=6))
def test_the_same_turns_in_other_portions_give_the_same_hits(
    said: tuple[Turn, ...], moments: list[float]
) -> None:
    searchers = FakeSearcher(MANUAL), FakeSearcher(MANUAL)
    whole, portioned = (Retriever(one, SPEAKERS) for one in searchers)
    whole.for_conversation(said)
    for moment in sorted(moments):
        portioned.for_conversation(cut(said, moment))
    assert portioned.for_conversation(said) == whole.shown
    assert searchers[0].asked == searchers[1].asked


@given(conversations(), st.randoms(use_true_random=False))
def test_a_pinned_passage_never_goes_and_never_moves(
    said: tuple[Turn, ...], chance: random.Random
) -> None:
    following = retriever()
    pinned: dict[int, str] = {}
    for number in range(1, len(said) + 1):
        shown = following.for_conversation(said[:number])
        for place, passage in pinned.items():
            assert shown.passages[place].hit.passage.id == passage
        if shown.passages and chance.random() < 0.4:
            place = chance.randrange(len(shown.passages))
            pinned[place] = shown.passages[place].hit.passage.id
            following.pin(pinned[place])


@given(conversations())
def test_no_section_is_shown_twice_and_never_more_than_there_are_places(
    said: tuple[Turn, ...],
) -> None:
    following = retriever()
    for number in range(1, len(said) + 1):
        sections = [
            section_of(one.hit) for one in following.for_conversation(said[:number]).passages
        ]
        assert len(sections) == len(set(sections)) <= PLACES


@dataclass
class Jittering:
    """Finds every section each time, with scores that are never `MARGIN` apart from the last."""

    searcher: FakeSearcher
    jitter: list[float]
    asked: int = 0

    def search(self, question: str, limit: int = 5, manual: str | None = None) -> list[Hit]:
        hits = [self.searcher.hit(section, "") for section in self.searcher.words]
        self.asked += 1
        return [
            replace(hit, score=0.7 + self.jitter[(self.asked * 7 + at) % len(self.jitter)])
            for at, hit in enumerate(hits)
        ]


JITTER = st.lists(st.floats(0, MARGIN - 0.001), min_size=11, max_size=11)


@given(conversations(), JITTER)
def test_scores_that_jitter_by_less_than_the_margin_move_nothing(
    said: tuple[Turn, ...], jitter: list[float]
) -> None:
    following = Retriever(Jittering(FakeSearcher(MANUAL), jitter), SPEAKERS)
    first: list[str] = []
    for number in range(1, len(said) + 1):
        shown = titles(following.for_conversation(said[:number]))
        assert first in ([], shown)
        first = shown


def test_a_hit_that_is_clearly_better_does_move() -> None:
    scores = dict.fromkeys(MANUAL, 0.5)

    class Fixed(FakeSearcher):
        def search(self, question: str, limit: int = 5, manual: str | None = None) -> list[Hit]:
            return [replace(self.hit(name, ""), score=score) for name, score in scores.items()]

    following = Retriever(Fixed(MANUAL), SPEAKERS)
    before = titles(following.for_conversation(TALK[:2]))
    scores["学校との連携"] = 0.5 + MARGIN + 0.01
    after = titles(following.for_conversation(TALK[:6]))
    assert "学校との連携" not in before
    assert "学校との連携" in after
