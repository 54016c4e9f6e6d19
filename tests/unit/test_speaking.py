from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.model import Speaker, SpeakerSpan
from assistant.services.speaking import speaking
from tests.transcripts import transcript


def test_time_and_turns_are_counted_and_backchannels_are_no_turns() -> None:
    made = transcript("A 0-6 はい。 | B 4-5 ええ。 #backchannel | B 6-7 了解。 | A 8-9 では。")
    a, b = speaking(made)
    assert (a.seconds, a.turns) == (7, 2)
    assert (b.seconds, b.turns) == (2, 1)
    assert a.share == pytest.approx(7 / 9)


def test_spans_that_overlap_are_counted_once() -> None:
    spans = (SpeakerSpan(0, 4, "A"), SpeakerSpan(3, 5, "A"))
    (a,) = speaking(replace(transcript("A 0-5 はい。"), speech=spans))
    assert a.seconds == 5


def test_who_says_nothing_has_no_share() -> None:
    made = transcript("", speakers=(Speaker("A", "話者A"),))
    (a,) = speaking(made)
    assert (a.seconds, a.share, a.turns) == (0, 0, 0)
