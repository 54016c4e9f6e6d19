"""What documents call things, and how they write times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.model import Flag, Kind
from assistant.text.eras import era_year, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.model import Speaker, Turn, TurnPassage

KINDS = {Kind.MEETING: "会議", Kind.CALL: "通話"}

FLAGS = {
    Flag.STOCK_PHRASE: "無音のところに現れやすい決まり文句",
    Flag.LITTLE_VOICE: "声がほとんど聞こえない",
    Flag.REPETITION: "同じ言葉のくり返し",
    Flag.COMPRESSION: "不自然なくり返し",
    Flag.LOW_PROBABILITY: "認識に自信がない",
    Flag.TOO_DENSE: "時間のわりに文字が多すぎる",
    Flag.BACKCHANNEL: "相づち",
    Flag.UNRECOGNIZED: "聞き取れず",
    Flag.OVERLAP: "ほかの人と同時に発言",
}

ROLES = {"caller": "相談者", "worker": "職員"}
"""Roles that the program gives itself; others are shown as people wrote them."""

TASKS = {
    "recognition": "音声認識",
    "diarization": "話者分離",
    "segmentation": "話者の区切り",
    "search": "マニュアルの検索",
}

MARKS = {"worker": "◎"}
"""The mark before a speaker of that role; everybody else has `MARK`."""
MARK = "○"

TITLE = "文字起こし（{kind}）"
UNRECOGNIZED = "〔聞き取れず〕"
DOUBTFUL = "※"

NOT_PROOFREAD = (
    "これは機械が録音から作った文字起こしで、人による校正をまだ受けていません。"
    "話者の区別も機械による推定です。引用・公表の前に、録音と照らし合わせて確かめてください。"
)
LARGER_WEIGHTS = (
    "音声認識には付属の小さな重みを使いました。より大きな重みを加えると、聞き取りがより正確に"
    "なります。重みのフォルダーを用意し、kikigaki models add フォルダー で加えてください。"
)
PASSAGES = (
    "発言の内容に合うと機械が判断したマニュアルの節です。合わないものや漏れがあることがあります。"
    "判断の前に、マニュアルの最新の版で確かめてください。"
)
NO_PASSAGES = "発言の内容に合うと機械が判断したマニュアルの節は、ありませんでした。"
PATH = " ＞ "
"""Between headings."""
LONGEST_EXCERPT = 40
TRUNCATED = "録音ファイルが途中で切れていたため、読み取れたところまでの文字起こしです。"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


def plain(text: str) -> str:
    """`text` without line breaks and without characters that a document cannot hold."""
    return _CONTROL.sub(" ", text)


def one_line(text: str) -> str:
    """`plain`, without spaces around it."""
    return plain(text).strip(" ")


def is_doubtful(flags: frozenset[Flag]) -> bool:
    """Whether a person should listen again; 相づち are certain."""
    return bool(flags - {Flag.BACKCHANNEL})


def reasons(flags: frozenset[Flag]) -> str:
    """The flags in words, always in the same order.

    >>> reasons(frozenset({Flag.OVERLAP, Flag.LOW_PROBABILITY}))
    '認識に自信がない、ほかの人と同時に発言'
    """
    return "、".join(words for flag, words in FLAGS.items() if flag in flags)


def role_of(speaker: Speaker) -> str:
    """In Japanese; empty when unknown."""
    return one_line(ROLES.get(speaker.role, speaker.role))


def marked_name(speaker: Speaker) -> str:
    """The name with the mark that minutes put before it: ○話者１."""
    return MARKS.get(speaker.role, MARK) + one_line(speaker.name)


def excerpt(turn: Turn, second: float) -> str:
    """The last that was said in the turn until `second`, in the brackets of a quotation."""
    heard = "".join(word.text for word in turn.words if word.end <= second) or turn.text
    heard = one_line(heard)
    return f"「{'…' * (len(heard) > LONGEST_EXCERPT)}{heard[-LONGEST_EXCERPT:]}」"


def source(passage: TurnPassage) -> str:
    """Manual, edition, page, and the words it was found by."""
    day = passage.edition_date
    edition = f"{era_year(day)}{number(day.month)}月{number(day.day)}日版" if day else ""
    page = f"{number(passage.page)}ページ" if passage.page is not None else ""
    about = "、".join(filter(None, (edition, page, f"版の番号 {passage.edition[:8]}")))
    words = dict.fromkeys(word for one in passage.reasons for word in one.words)
    found = f"　合った語：{'、'.join(map(one_line, words))}" if words else ""
    return f"{one_line(passage.manual)}（{about}）{found}"


def quotation(text: str) -> str:
    """A passage line by line, the cells of a table divided by bars."""
    lines = (" ｜ ".join(map(one_line, line.split("\t"))) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def aside(turn: Turn, names: Mapping[str, str]) -> str:
    """A 相づち in brackets, with its speaker's marked name unless only two are there."""
    if len(names) <= 2:
        return f"（{one_line(turn.text)}）"
    return f"（{names[turn.speaker][1:]}：{one_line(turn.text)}）"


def clock(seconds: float) -> str:
    """Hours, minutes and whole seconds from the start, rounded down so that nothing is missed.

    >>> clock(83.9), clock(36000)
    ('0:01:23', '10:00:00')
    """
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def length(seconds: float) -> str:
    """How long something takes, to the second.

    >>> length(6120), length(185.4), length(9)
    ('１時間42分00秒', '３分05秒', '９秒')
    """
    minutes, second = divmod(int(seconds + 0.5), 60)
    hour, minute = divmod(minutes, 60)
    if hour:
        return f"{number(hour)}時間{minute:02}分{second:02}秒"
    return f"{number(minute)}分{second:02}秒" if minute else f"{number(second)}秒"
