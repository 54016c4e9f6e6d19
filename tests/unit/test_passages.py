from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.passages import LONGEST, SHORTEST, split
from assistant.manual import JOINED, Block, BlockKind, Document

SENTENCE = "子どもの安全を四十八時間以内に確かめる。"


def heading(level: int, text: str, page: int | None = None) -> Block:
    return Block(BlockKind.HEADING, text, level, page)


def paragraph(text: str, page: int | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, page=page)


def document(*blocks: Block) -> Document:
    return Document("手引き", blocks)


def bare(text: str) -> str:
    return "".join(text.split())


words = st.text(alphabet="児童相談所通告受付確認、。！」\n ａ1", min_size=1, max_size=900)
rows = st.lists(
    st.lists(st.text(alphabet="甲乙丙丁。", min_size=1, max_size=80), min_size=2, max_size=4).map(
        "\t".join
    ),
    min_size=1,
    max_size=30,
).map("\n".join)
blocks = st.lists(
    st.one_of(
        st.builds(Block, st.just(BlockKind.HEADING), st.text("章節条", min_size=1, max_size=12),
                  st.integers(1, 4), st.integers(1, 9)),
        st.builds(Block, st.sampled_from([BlockKind.PARAGRAPH, BlockKind.LIST_ITEM]), words),
        st.builds(Block, st.just(BlockKind.TABLE), rows),
    ),
    max_size=25,
)  # fmt: skip


@given(blocks)
def test_nothing_is_lost_and_nothing_changes_places(found: list[Block]) -> None:
    passages = split(Document("t", tuple(found)), "e")
    written = "".join(bare(" ".join(one.headings) + one.text) for one in passages)
    place = 0
    for block in found:
        for piece in block.text.split("\n") if block.kind is BlockKind.TABLE else [block.text]:
            if block.kind is BlockKind.TABLE and len(piece) > LONGEST // 2:
                continue  # cut inside the row: its header stands between the parts
            at = written.find(bare(piece), 0 if block.kind is BlockKind.HEADING else place)
            assert at >= 0, piece
            place = place if block.kind is BlockKind.HEADING else at


@given(blocks)
def test_no_passage_is_over_the_bound_or_empty(found: list[Block]) -> None:
    passages = split(Document("t", tuple(found)), "e")
    assert all(one.text.strip() and len(one.text) <= LONGEST for one in passages)
    assert [one.id for one in passages] == [f"e:{n}" for n in range(len(passages))]


@given(blocks)
def test_headings_lead_from_the_top_to_the_section(found: list[Block]) -> None:
    known = {one.text for one in found if one.kind is BlockKind.HEADING}
    for one in split(Document("t", tuple(found)), "e"):
        assert {name for path in one.headings for name in path.split(JOINED)} <= known
        assert len(one.headings) <= 4


@given(st.integers(1, 60))
def test_a_long_section_is_cut_evenly_between_sentences(count: int) -> None:
    text = SENTENCE * count
    passages = split(document(heading(1, "安全確認"), paragraph(text)), "e")
    assert "".join(one.text for one in passages) == text
    assert all(one.text.endswith("。") for one in passages)
    if len(text) > LONGEST:
        assert all(len(one.text) >= SHORTEST - len(SENTENCE) for one in passages)


def test_no_passage_crosses_a_heading_of_a_section_with_enough_text() -> None:
    found = split(
        document(
            heading(1, "第1章"),
            heading(2, "第1節"),
            paragraph(SENTENCE * 12),
            heading(2, "第2節"),
            paragraph(SENTENCE * 12),
        ),
        "e",
    )
    assert [one.headings for one in found] == [("第1章", "第1節"), ("第1章", "第2節")]


def test_small_sections_side_by_side_are_joined_under_their_parent() -> None:
    found = split(
        document(
            heading(1, "第3章"),
            heading(2, "氏名"),
            paragraph("名前を聞く。", 7),
            heading(2, "住所"),
            paragraph("住所を聞く。", 8),
            heading(1, "第4章"),
            paragraph("調査する。", 9),
        ),
        "e",
    )
    assert [(one.headings, one.text) for one in found] == [
        (("第3章", "氏名／住所"), "氏名\n名前を聞く。\n住所\n住所を聞く。"),
        (("第4章",), "調査する。"),
    ]
    assert [one.page for one in found] == [7, 9]


def test_a_section_with_an_introduction_keeps_it_apart_from_its_subsections() -> None:
    found = split(
        document(
            heading(1, "第3章"),
            paragraph("はじめに。"),
            heading(2, "氏名"),
            paragraph("名前を聞く。"),
        ),
        "e",
    )
    assert [one.headings for one in found] == [("第3章",), ("第3章", "氏名")]


def test_a_heading_without_text_is_found_too() -> None:
    found = split(document(heading(1, "第1章"), heading(1, "別表")), "e")
    assert [one.text for one in found] == ["第1章", "別表"]


def test_a_long_table_repeats_its_first_row() -> None:
    table = "\n".join(["名称\t電話", *(f"第{n}児童相談所\t03-0000-{n:04}" for n in range(100))])
    found = split(document(heading(1, "連絡先"), Block(BlockKind.TABLE, table)), "e")
    assert len(found) > 3
    assert all(one.text.startswith("名称\t電話\n") for one in found)
    kept = [row for one in found for row in one.text.split("\n")[1:]]
    assert kept == table.split("\n")[1:]


def test_a_passage_stands_on_the_page_of_its_first_character() -> None:
    found = split(
        document(heading(1, "通告"), *(paragraph(SENTENCE * 9, page) for page in range(3, 9))), "e"
    )
    assert [one.page for one in found] == sorted(one.page or 0 for one in found)
    assert found[0].page == 3
    assert all(a.page != b.page for a, b in pairwise(found))
