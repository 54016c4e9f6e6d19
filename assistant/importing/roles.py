"""Titles of people in minutes, and what they speak as."""

from __future__ import annotations

import re
import unicodedata

from assistant.drafts import SpeakerRole

NUMBER = re.compile(r"(?:議席)?第?(?:\d{1,3}|[一二三四五六七八九十]{1,4})番(?:議員|委員)?")
"""Members of a council by their seats."""
_PRESIDING = (
    r"(?:仮|臨時)?議長(?:職務代理者?|代理|代行)?|委員長(?:職務代理者?|代理|代行)?|(?:部|分科|副)?会長"
    r"|座長|主査委員|司会(?:者)?|進行(?:役)?"
)
_OFFICIAL = (
    r"(?:部|課|局|所|室|係|班|次|館|園|校|院|署|団|財務|総務|支所|消防|企画|事務局|センター)長"
    r"|(?:副)?(?:知事|市長|区長|町長|村長|管理者|教育長|参事|主幹|主査|主任|技監|理事)"
    r"|(?:監査|代表監査)委員|監|事務局(?:員|職員)?|書記|補佐|参与|担当(?:者|職員)?|職員"
    r"|児童福祉司|児童心理司|指導主事|主事|技師|保健師|専門員|推進員"
)
_WITNESS = r"参考人|証人|公述人|陳述人|請願者|陳情者|紹介議員|講師|説明者"
_MEMBER = r"委員|議員|員|幹事|構成員|会員|代表|教授|講師|弁護士|医師|オブザーバー|アドバイザー"
_ENDINGS = (
    (SpeakerRole.WITNESS, re.compile(rf"(?:{_WITNESS})$")),
    (SpeakerRole.MEMBER, re.compile(r"副(?:委員|議|会|座)長$")),
    (SpeakerRole.CHAIR, re.compile(rf"(?:{_PRESIDING})$")),
    (SpeakerRole.OFFICIAL, re.compile(rf"(?:{_OFFICIAL})$")),
    (SpeakerRole.MEMBER, re.compile(rf"(?:{_MEMBER})$")),
)
"""The first that fits the end of a title counts."""
_NOBODY = re.compile(
    r"出席|欠席|説明のため|職務のため|議事|日程|会議|案件|場所|日時|期日|傍聴|配[付布]|本日|議題|次第|職務|署名"
    r"|招集|開会|開議|閉会|散会|報告|その他|資料|議案|定足数"
)
"""How headings begin that stand under the same marks as speakers."""
_HONORIFIC = re.compile(r"(?:君|くん|さん|氏|議員|委員|様|殿)$")
_GAPS = re.compile(r"\s+")


def plain(text: str) -> str:
    """One form for letters, digits and brackets, without gaps: 委　員　長 is 委員長."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", text))


def role_of(title: str) -> SpeakerRole | None:
    """What somebody of that title speaks as; None where the title does not tell it.

    >>> role_of("青木委員長").value, role_of("３番").value, role_of("児童相談課長").value
    ('chair', 'member', 'official')
    """
    written = plain(title)
    if NUMBER.fullmatch(written):
        return SpeakerRole.MEMBER
    return next((role for role, ending in _ENDINGS if ending.search(written)), None)


def is_heading(label: str) -> bool:
    """Whether a label names a part of the minutes rather than a person."""
    return _NOBODY.match(plain(label)) is not None


def without_honorific(name: str) -> str:
    """A name without 君, さん and the like, and without gaps.

    >>> without_honorific("青木　一郎君")
    '青木一郎'
    """
    written = plain(name)
    return _HONORIFIC.sub("", written) or written
