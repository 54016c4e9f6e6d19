from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.manual import Passage
from assistant.services.editions import ChangeKind, changes, compare


def passages(edition: str, *sections: tuple[str, str]) -> list[Passage]:
    return [
        Passage(edition, number, (heading,), text)
        for number, (heading, text) in enumerate(sections)
    ]


def test_sections_are_added_removed_and_changed() -> None:
    old = passages(
        "a", ("受理", "記録する。会議を開く。"), ("措置", "施設に入る。"), ("同じ", "同じ。")
    )
    new = passages(
        "b", ("受理", "記録する。48時間以内に会う。"), ("同じ", "同じ。"), ("面接", "聞く。")
    )

    changed, added, removed = changes(old, new)

    assert (changed.kind, changed.headings) == (ChangeKind.CHANGED, ("受理",))
    assert [line.mark + line.text for line in changed.lines] == [
        " 記録する。", "-会議を開く。", "+48時間以内に会う。",
    ]  # fmt: skip
    assert (added.kind, added.headings) == (ChangeKind.ADDED, ("面接",))
    assert (removed.kind, removed.headings) == (ChangeKind.REMOVED, ("措置",))


def test_a_section_under_a_new_number_is_the_old_one() -> None:
    text = "記録する。会議を開く。報告する。"
    (change,) = changes(passages("a", ("第3節 受理", text)), passages("b", ("第4節 受理", text)))
    assert (change.kind, change.before) == (ChangeKind.CHANGED, ("第3節 受理",))


def test_where_passages_are_cut_changes_nothing() -> None:
    old = passages("a", ("受理", "記録する。"), ("受理", "会議を開く。"))
    new = passages("b", ("受理", "記録する。\n会議を開く。"))
    assert changes(old, new) == []


def test_small_sections_are_compared_apart_however_they_are_joined() -> None:
    old = passages("a", ("氏名／住所", "氏名\n名前を聞く。\n住所\n住所を聞く。"))
    new = passages(
        "b", ("氏名／電話", "氏名\n名前を二度聞く。\n電話\n番号を聞く。"), ("住所", "住所を聞く。")
    )
    changed, added = changes(old, new)
    assert (changed.kind, changed.headings) == (ChangeKind.CHANGED, ("氏名",))
    assert [one.mark + one.text for one in changed.lines] == ["-名前を聞く。", "+名前を二度聞く。"]
    assert (added.kind, added.headings) == (ChangeKind.ADDED, ("電話",))
    assert changes(old, passages("b", ("氏名", "名前を聞く。"), ("住所", "住所を聞く。"))) == []


def test_a_heading_may_hold_the_mark_itself() -> None:
    old = passages("a", ("受理／不受理", "受理する。"))
    (change,) = changes(old, passages("b", ("受理／不受理", "受理しない。")))
    assert change.headings == ("受理／不受理",)


sentences = st.lists(st.sampled_from(["一。", "二。", "三。", "四。", "五。"]), max_size=12)


@given(sentences, sentences)
def test_a_comparison_holds_both_texts(one: list[str], other: list[str]) -> None:
    lines = list(compare("".join(one), "".join(other)))
    assert [line.text for line in lines if line.mark != "+"] == one
    assert [line.text for line in lines if line.mark != "-"] == other


@given(sentences)
def test_an_edition_is_the_same_as_itself(text: list[str]) -> None:
    same = passages("a", ("受理", "".join(text)), ("措置", "別。"))
    assert changes(same, same) == []
