from __future__ import annotations

from dataclasses import replace

from assistant.export.backchannels import utterances
from assistant.model import Turn
from tests.transcripts import turns


def shown(notation: str) -> list[str]:
    """Each utterance, 相づち in brackets."""
    return [
        "".join(f"({one.text})" if isinstance(one, Turn) else one for one in each.pieces())
        for each in utterances(turns(notation))
    ]


def test_a_backchannel_stands_after_the_phrase_it_answers() -> None:
    notation = "A 0-10 件数は、三千件で、前年より増えました。 | B 2-2.5 はい #backchannel"
    assert shown(notation) == ["件数は、(はい)三千件で、前年より増えました。"]


def test_several_keep_their_order() -> None:
    notation = (
        "A 0-10 件数は、三千件です。 | B 1-1.5 はい #backchannel | C 1.2-1.6 ええ #backchannel"
        " | B 9-9.9 うん #backchannel"
    )
    assert shown(notation) == ["件数は、(はい)(ええ)三千件です。(うん)"]


def test_one_without_a_turn_around_it_stands_alone() -> None:
    assert shown("A 0-2 では。 | B 5-5.5 はい #backchannel") == ["では。", "はい"]
    assert shown("B 0-0.5 はい #backchannel") == ["はい"]


def test_an_answer_is_no_backchannel() -> None:
    assert shown("A 0-10 よろしいですか。 | B 2-2.5 はい") == ["よろしいですか。", "はい"]


def test_a_corrected_text_is_never_torn() -> None:
    said, nod = turns("A 0-10 公正、委員会です。 | B 2-2.5 はい #backchannel")
    (one,) = utterances([replace(said, text="厚生、委員会です。"), nod])
    assert one.pieces() == ["厚生、委員会です。", nod]


def test_it_goes_to_the_turn_that_began_last() -> None:
    notation = "A 0-20 長い話です。 | B 3-10 短い話です。 | C 5-5.5 はい #backchannel"
    assert shown(notation) == ["長い話です。", "短い話です。(はい)"]
