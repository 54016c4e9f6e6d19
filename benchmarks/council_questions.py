"""Questions to made-up talk of councils: frequent and rare words, phrases, filters, sentences."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING

from assistant.model import Kind
from assistant.search import Filters
from benchmarks.council import MATTERS, SEED, Council

if TYPE_CHECKING:
    from collections.abc import Callable

    Asked = tuple[str, str, Filters]

_AS_IT_IS = """虐待 予算 税 母 橋 港 保護 けが 届 学童 高橋 山崎 渡辺 一時保護 家庭訪問 生活保護
いじめ ふるさと納税 泣き声 空き家 個人番号 下水 通告 請願""".split()  # noqa: SIM905
TRUTH = {word: word for word in _AS_IT_IS} | {
    "あざ": "あざ|痣", "痣": "あざ|痣", "届け": "届(?!出)", "届出": "届け?出",
    "子ども": "子ども|こども|子供", "こども": "子ども|こども|子供",
    "児相": "児相|児童相談所", "児童相談所": "児相|児童相談所",
    "要対協": "要対協|要保護児童対策地域協議会", "保育園": "保育[園所]", "保育所": "保育[園所]",
    "髙橋": "高橋", "ＤＸ": "dx",
}  # fmt: skip
"""Words to a pattern of every way in which the talk writes them, folded."""
_FREQUENT = "予算 事業 対応 市民 計画 支援 必要 検討 状況 子ども 学校 お願い それでは".split()  # noqa: SIM905
_SHORT = "税 橋 港 母 父 児 町 園 届 痣 川 山".split()  # noqa: SIM905
_TWO = "虐待 保護 児相 相談 保険 年金 警察 夜間 あざ けが 給食 健診 里親 採決 異議 散会".split()  # noqa: SIM905
_SENTENCES = (
    "夜に子どもの泣き声が聞こえると近所の人が言う",
    "予算が足りないので工事を延期する",
    "学校に行きたがらない子への支援",
    "窓口の待ち時間を短くしてほしい",
    "高齢者が運転免許を返した後の交通",
    "母親が疲れていて家事ができない",
    "空き家が増えて困っている",
    "保育所に入れない家庭への対応",
)
_PHRASES = (
    "についてお伺いします", "が課題であると認識しております", "をお願いします",
    "の件で電話しました", "があったのではないですか", "一時保護", "児童相談所", "本市の予算",
    "先ほどの学校",
)  # fmt: skip


def questions(number: int) -> list[Asked]:
    """Each with what kind of question it is; the same each time."""
    chance = random.Random(SEED + 1)
    names = Council().names
    makers: tuple[tuple[str, Callable[[], tuple[str, Filters]]], ...] = (
        ("frequent", lambda: (chance.choice(_FREQUENT), Filters())),
        ("rare", lambda: (chance.choice(names), Filters())),
        ("two characters", lambda: (chance.choice(_TWO), Filters())),
        ("one character", lambda: (chance.choice(_SHORT), Filters())),
        ("phrase", lambda: (f'"{chance.choice(_PHRASES)}"', Filters())),
        ("and", lambda: (f"{chance.choice(_FREQUENT)} {chance.choice(_TWO)}", Filters())),
        ("not", lambda: (f"{chance.choice(_TWO)} -{chance.choice(_FREQUENT)}", Filters())),
        ("near", lambda: (f"{chance.choice(_FREQUENT)} NEAR/20 {chance.choice(_TWO)}", Filters())),
        ("sentence", lambda: (chance.choice(_SENTENCES), Filters())),
        ("filtered", lambda: (chance.choice([*_FREQUENT, *_TWO]), _narrow(chance))),
    )
    asked = []
    for n in range(number):
        kind, make = makers[n % len(makers)]
        words, filters = make()
        asked.append((kind, words, filters))
    return asked


def _narrow(chance: random.Random) -> Filters:
    year = chance.randint(2016, 2024)
    return chance.choice(
        (
            Filters(role=chance.choice(("chair", "member", "official", "caller", "worker"))),
            Filters(speaker=chance.choice("桜松竹梅藤原")),
            Filters(first_day=date(year, 4, 1), last_day=date(year + 1, 3, 31)),
            Filters(matter=f"第{chance.randrange(MATTERS)}委員会"),
            Filters(kind=chance.choice((Kind.CALL, Kind.MEETING))),
        )
    )
