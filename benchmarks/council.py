"""Made-up talk of councils and consultation for the benchmarks of the archive.

Words follow Zipf's law: the commonest stand in a fifth of all turns, most in a few. Most of the
vocabulary are invented names. What is written in several ways (届/届け, 子ども/こども) is so here.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from assistant.model import (
    Kind,
    Provenance,
    Recording,
    Speaker,
    Transcript,
    Turn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20261126
MEETING, CALL = 560, 50
"""Turns of a meeting and of a call."""
CALLS = 0.16
"""Share of all turns that are said in calls."""
MATTERS = 40
# fmt: off
_COMMON = """予算 事業 対応 市民 計画 支援 必要 現在 検討 状況 子ども 学校 地域 相談 保護
施設 整備 実施 確認 説明 質問 意見 お願い 報告 制度 条例 会議 時間 場合 考え
問題 課題 情報 連携 職員 利用 家庭 生活 環境 教育 福祉 医療 防災 道路 交通
公園 農業 商工 観光 税 水道 保険 年金 介護 高齢者 障害者 児童 虐待 一時保護
児童相談所 児相 要対協 保育所 保育園 学童 不登校 いじめ 給食 図書館 文化財 祭り
港 橋 川 山 下水 上水 ごみ 空き家 移住 ふるさと納税 デジタル化 DX 個人番号
窓口 届 届け 届出 申請 許可 認可 補助金 交付金 起債 決算 監査 契約 入札 工事
設計 測量 用地 補償 裁判 和解 請願 陳情 採決 起立 異議 休憩 散会 母 父 祖母
祖父 兄 妹 近所 泣き声 けが あざ 痣 通院 入院 診断 服薬 面会 家庭訪問
安全確認 警察 夜間 電話 手紙 記録 同意 通告 通報 里親 養子縁組 療育手帳
生活保護 児童扶養手当 母子健康手帳 健診 予防接種 こども 子供 部長 課長 議長
委員長 市長 教育長 事務局 髙橋 高橋 山﨑 渡邊 斎藤 佐藤 鈴木 田中""".split()  # noqa: SIM905
_ENDS = """についてお伺いします でございます をお願いします と考えております を進めてまいります
が課題であると認識しております について説明いたします をどのように考えているのか
が増えていると聞いています の件で電話しました を見たという話がありました
に努めてまいります を検討してください は難しいと思います があったのではないですか
については把握しておりません を確認しました と答えておきました""".split()  # noqa: SIM905
_STARTS = """それでは 次に まず ただいまの はい、 えー、 その 先ほどの 本市の 今年度の 昨年の
これは つまり やはり 例えば なお、 また、 そして""".split()  # noqa: SIM905
_PARTICLES = "の と に関する における や から への による".split()  # noqa: SIM905
_KANJI = "桜松竹梅藤原川山田村町野沢島崎浜岡本森林池谷坂橋宮城白黒青緑東西南北上中下大小新古高長"
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
# fmt: on
NAMES = 20_000
_ROLES = ("chair", "member", "member", "official", "official")
_SPEAKERS = 300


class Council:
    """Everything by chance, and the same each time."""

    def __init__(self, seed: int = SEED) -> None:
        self.chance = random.Random(seed)
        self.names = [self._name() for _ in range(NAMES)]
        self.words = [*_COMMON, *self.names]
        self._weights = list(accumulate(1 / (rank + 4) for rank in range(len(self.words))))
        self._people = [self._person(number) for number in range(_SPEAKERS)]

    def records(self, turns: int) -> Iterator[tuple[int, datetime, Transcript]]:
        """The matter's number, the moment and what was said, until there are so many turns."""
        left, number = turns, 0
        when = datetime(2016, 4, 1, 1, tzinfo=UTC)
        while left > 0:
            is_call = self.chance.random() < CALLS * MEETING / (CALLS * MEETING + CALL)
            kind = Kind.CALL if is_call else Kind.MEETING
            size = min(left, self.chance.randint(*_range(CALL if is_call else MEETING)))
            when += timedelta(hours=self.chance.randint(2, 30))
            yield number % MATTERS, when, self._transcript(number, kind, size)
            left -= size
            number += 1

    def text(self) -> str:
        """What somebody says in a turn: one to four sentences."""
        return "".join(self._sentence() for _ in range(self.chance.choice((1, 1, 2, 2, 3, 4))))

    def _sentence(self) -> str:
        first, second = self.chance.choices(self.words, cum_weights=self._weights, k=2)
        start = self.chance.choice(_STARTS)
        particle, end = self.chance.choice(_PARTICLES), self.chance.choice(_ENDS)
        return f"{start}{first}{particle}{second}{end}。"

    def _transcript(self, number: int, kind: Kind, size: int) -> Transcript:
        if kind is Kind.CALL:
            speakers = [
                Speaker("S1", "相談者", "caller"),
                replace(self.chance.choice(self._people), id="S2", role="worker"),
            ]
        else:
            some = self.chance.sample(self._people, 12)
            speakers = [replace(one, id=f"S{n}") for n, one in enumerate(some, 1)]
        turns = [
            Turn(f"t{n}", n * 9.0, n * 9.0 + 8, self.chance.choice(speakers).id, self.text())
            for n in range(size)
        ]
        moment = datetime(2026, 11, 1, tzinfo=UTC)
        return Transcript(
            Recording(f"{number}.wav", f"{number:064x}", size * 9.0, 1, 16_000, "fake"),
            kind,
            tuple(speakers),
            tuple(turns),
            (),
            (),
            Provenance((), {}, {}, moment, moment),
        )

    def _name(self) -> str:
        if self.chance.random() < 0.5:
            return "".join(self.chance.choices(_KANJI, k=3)) + self.chance.choice("園町橋線校区")
        return "".join(self.chance.choices(_KANA, k=4)) + self.chance.choice(("園", "計画", "通り"))

    def _person(self, number: int) -> Speaker:
        name = "".join(self.chance.choices(_KANJI, k=2)) + self.chance.choice("一二三子美郎")
        return Speaker(f"S{number}", name, self.chance.choice(_ROLES))


def _range(size: int) -> tuple[int, int]:
    return size // 2, size + size // 2
