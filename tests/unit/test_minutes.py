"""Minutes as text -> who said what."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.drafts import DOCUMENT, Doubt, Draft
from assistant.errors import NoSpeakers
from assistant.importing.marks import marked
from assistant.importing.minutes import read_minutes
from tests.minutes import COMMITTEE, COUNCIL


def read(text: str, name: str = "会議録.txt", property_: str = "") -> Draft:
    return read_minutes(text.splitlines(), property_, Path(name), "0" * 64)


def said(draft: Draft) -> list[tuple[str, str]]:
    names = {one.id: one.name for one in draft.speakers}
    return [(names[one.speaker], one.text) for one in draft.turns]


@pytest.mark.parametrize(
    ("line", "who", "text"),
    [
        ("○議長（青木一郎君）　ただいまから", "青木一郎（議長）", "ただいまから"),
        ("〇議長（青木　一郎君）ただいまから", "青木一郎（議長）", "ただいまから"),
        ("◯３番（上田次郎君）　伺います", "上田次郎（3番）", "伺います"),
        ("○１２番（上田　次郎議員） 伺います", "上田次郎（12番）", "伺います"),
        ("○十二番(上田次郎さん)　伺います", "上田次郎（十二番）", "伺います"),
        ("○委員長　では", "委員長", "では"),
        ("○委　員　長　では", "委員長", "では"),
        ("○委員長（青木一郎）　では", "青木一郎（委員長）", "では"),
        ("○青木一郎（委員長）　では", "青木一郎（委員長）", "では"),
        ("◎児童相談課長　お答えします", "児童相談課長", "お答えします"),
        ("◎加藤児童相談課長　お答えします", "加藤児童相談課長", "お答えします"),
        ("◆上田委員　伺います", "上田委員", "伺います"),
        ("◆上田　伺います", "上田", "伺います"),
        ("　○　教育長（大野　四郎氏）　お答えします", "大野四郎（教育長）", "お答えします"),
        ("○委員長", "委員長", ""),
    ],
)
def test_a_speaker_s_mark(line: str, who: str, text: str) -> None:
    found = marked(line)
    assert found is not None
    assert (found.who, found.text) == (who, text)


@pytest.mark.parametrize(
    "line",
    [
        "○出席委員（８人）",
        "○出席委員　青木一郎",
        "◎日程第２　議案第１号",
        "◎開議の宣告",
        "○議事日程（第３号）",
        "○資料について、説明する。",
        "○傍聴人　２人",
        "○配付資料　資料１",
        "委員長　では",
        "〔「異議なし」と呼ぶ者あり〕",
        "○",
        "",
    ],
)
def test_what_is_no_speaker_s_mark(line: str) -> None:
    assert marked(line) is None


def test_a_committee_s_minutes() -> None:
    draft = read(COMMITTEE)
    assert draft.title == "文教委員会会議録（要点記録）"
    assert draft.occurred == datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001
    assert draft.body == "文教委員会"
    assert draft.doubts == frozenset()
    roles = {one.name: one.role for one in draft.speakers}
    assert roles == {
        "青木委員長": "chair",
        "加藤児童相談課長": "official",
        "上田委員": "member",
        "（記載）": "",
    }
    talk = said(draft)
    assert talk[1:] == [
        (
            "青木委員長",
            "ただいまから文教委員会を開会いたします。会議録署名委員に上田委員を指名いたします。",
        ),
        (
            "加藤児童相談課長",
            "令和７年度の相談受付件数は3,512件で、前年度と比べて4.2％の増でございます。\n内訳は次に。",
        ),
        ("上田委員", "48時間以内の安全確認の実施率を伺います。"),
        ("（記載）", "〔「異議なし」と呼ぶ者あり〕\n午前10時52分休憩　　　午前11時00分再開"),
        ("青木委員長", "休憩前に引き続き会議を開きます。"),
        ("（記載）", "【決定事項】 (1) 報告を了承した。"),
    ]
    assert "欠席委員（１人）" in talk[0][1]


def test_a_council_s_minutes() -> None:
    draft = read(COUNCIL)
    assert draft.title == "令和元年第２回〇〇市議会定例会会議録"
    assert draft.occurred == datetime(2019, 6, 3, 10, 0)  # noqa: DTZ001
    assert {one.name: one.role for one in draft.speakers} == {
        "青木一郎（議長）": "chair",
        "上田次郎（1番）": "member",
        "大野四郎（市長）": "official",
        "加藤五月（参考人）": "witness",
        "（記載）": "",
    }
    assert [one for one in said(draft) if one[0] == "上田次郎（1番）"] == [
        ("上田次郎（1番）", "質問いたします。"),
        ("上田次郎（1番）", "児童虐待への対応はいかがでしょうか。"),
    ]
    assert ("（記載）", "◎日程第２　議案第１号") in said(draft)


def test_a_weekday_that_does_not_fit_is_a_doubt() -> None:
    wrong = COMMITTEE.replace("20日（金）", "20日（月）")
    assert read(wrong).doubts == {Doubt.WEEKDAY}


def test_without_a_head_the_file_s_name_tells_the_date() -> None:
    draft = read("○委員長　では始めます。\n◎部長　はい。", "子ども部会_20240513.txt")
    assert draft.occurred == datetime(2024, 5, 13)  # noqa: DTZ001
    assert draft.title == "子ども部会_20240513"
    assert draft.doubts == {Doubt.NO_TITLE}
    assert [one.role for one in draft.speakers] == ["chair", "official"]


def test_kanji_numerals_tell_a_date() -> None:
    text = "教育委員会会議録\n令和八年十一月二十日（金曜日）　午後一時三十分　開会\n○教育長　では。"
    assert read(text).occurred == datetime(2026, 11, 20, 13, 30)  # noqa: DTZ001


def test_marks_with_a_colon_where_there_are_no_others() -> None:
    talk = "会長：開会します。\n田中委員：質問です。\n事務局：お答えします。"
    text = f"審議会議事録\n{talk}\n場所：区役所"
    assert said(read(text)) == [
        ("（記載）", "審議会議事録"),
        ("会長", "開会します。"),
        ("田中委員", "質問です。"),
        ("事務局", "お答えします。\n場所：区役所"),
    ]


def test_lines_that_were_wrapped_by_hand_are_put_together() -> None:
    line = "あ" * 40
    text = "\n".join([f"○委員長　{line[:35]}", line, line, "終わりです。"])
    assert said(read(text)) == [("委員長", "あ" * 115 + "終わりです。")]


def test_a_text_without_speakers_is_refused() -> None:
    with pytest.raises(NoSpeakers):
        read("今日は晴れ。\n○出席委員（８人）")


MARK = st.sampled_from("○〇◯◎◆●")
LABEL = st.sampled_from(
    ["議長（青木君）", "３番（上田）", "委員長　", "部長　", "日程第１　", "（", "　"]
)
LINE = st.one_of(
    st.text(max_size=30), st.builds("{}{}{}".format, MARK, LABEL, st.text(max_size=20))
)


@settings(deadline=None)
@given(st.lists(LINE, max_size=20))
def test_nothing_of_a_document_is_lost(lines: list[str]) -> None:
    lines = [part for line in lines for part in (line.splitlines() or [""])]
    try:
        draft = read_minutes(lines, "", Path("x.txt"), "")
    except NoSpeakers:
        return
    kept = "".join(one.text for one in draft.turns)
    assert {one.speaker for one in draft.turns} <= {one.id for one in draft.speakers}
    assert all(one.text for one in draft.turns)
    for line in lines:
        if marked(line) is None and line.strip() and line.strip(" \u3000\t-―─━＝=_＿*＊・…‥~〜◇◆"):
            assert line.strip() in kept
    assert DOCUMENT not in {one.id for one in draft.speakers if one.name != "（記載）"}
