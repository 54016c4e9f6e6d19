from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.search import Synonyms, Word
from assistant.testing import FakeTokenizer
from assistant.text.highlighting import snippet, spans
from assistant.text.roles import role_fits
from assistant.text.wanted import Forms, Look, Thesaurus, default_synonyms, read_synonyms


def test_overlapping_marks_are_one() -> None:
    words = [[Look("一時")], [Look("時保護")]]
    assert spans("その一時保護は", words, FakeTokenizer()) == ((2, 6),)


def test_a_snippet_shows_the_first_mark() -> None:
    text = "あ" * 300 + "虐待" + "い" * 300
    part = snippet(text, ((300, 302),), 100)
    assert len(part.text) == 100
    assert [part.text[a:b] for a, b in part.spans] == ["虐待"]
    assert part.cut_before
    assert part.cut_after


@given(st.text(max_size=60), st.text(min_size=1, max_size=3), st.integers(1, 40))
def test_marks_lie_inside_and_in_order(text: str, wanted: str, width: int) -> None:
    marked = spans(text, [[Look(wanted)]], FakeTokenizer())
    part = snippet(text, marked, width)
    flat = [edge for one in part.spans for edge in one]
    assert flat == sorted(flat)
    assert all(0 <= edge <= len(part.text) for edge in flat)


def test_synonyms_are_compared_as_folded() -> None:
    thesaurus = Thesaurus([Synonyms(("ＤＶ", "配偶者暴力"))])
    assert thesaurus.others("dv") == ["配偶者暴力"]
    assert thesaurus.others("配偶者暴力") == ["ＤＶ"]


def test_the_default_synonyms_name_two_words_or_more() -> None:
    groups = default_synonyms()
    assert len(groups) > 30
    assert all(len(set(group.words)) > 1 for group in groups)


def test_a_group_is_read_in_any_width() -> None:
    assert read_synonyms("児相＝児童相談所、ＣＧＣ").words == ("児相", "児童相談所", "CGC")


def test_kana_are_looked_for_in_the_other_script_where_that_is_safe() -> None:
    forms = Forms(FakeTokenizer(), Thesaurus([]))
    assert "コドモ" in {look.text for look in forms.word(Word("こども")).looks}
    assert "がす" not in {look.text for look in forms.word(Word("ガス")).looks}


def test_roles_are_asked_for_by_group_or_by_name() -> None:
    assert role_fits("official", "福祉部長")
    assert not role_fits("member", "副委員長")
    assert role_fits("委員長", "副委員長")
    assert not role_fits("chair", "")
