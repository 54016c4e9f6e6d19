"""Speakers' roles as documents name them, and the groups that people look for."""

from __future__ import annotations

from assistant.text.folding import fold

_GROUPS = {
    "chair": "議長 副議長 委員長 副委員長 会長 副会長 座長 chair",
    "member": "議員 委員 member",
    "official": "市長 副市長 区長 副区長 町長 村長 知事 教育長 局長 部長 次長 室長 課長 係長"
    " 参事 主幹 主査 所長 管理者 事務局 説明員 理事者 official",
    "witness": "参考人 陳述人 請願者 証人 witness",
    "caller": "相談者 通告者 電話の相手 発信者 保護者 市民 caller",
    "worker": "担当者 児童福祉司 児童心理司 相談員 ケースワーカー ワーカー 職員"
    " スーパーバイザー worker",
}
_JAPANESE = {
    "chair": ("議長など", "進行役"),
    "member": ("議員など", "委員など"),
    "official": ("理事者", "執行部", "説明員など"),
    "witness": ("参考人など",),
    "caller": ("電話の相手", "相談者など"),
    "worker": ("担当者", "職員"),
}
ROLE_GROUPS = tuple(_GROUPS)
"""What can be asked for beside a role's own name."""


def role_fits(asked: str, role: str) -> bool:
    """Whether a speaker's role is what was asked for: a group, or a part of the role's name.

    Minutes that were brought in have the group alone.

    >>> role_fits("chair", "総務委員長"), role_fits("member", "委員長"), role_fits("議長", "chair")
    (True, False, True)
    """
    wanted, named = fold(asked), fold(role)
    if not named:
        return False
    group = next((one for one, names in _JAPANESE.items() if wanted in (one, *names)), "")
    if group:
        return _group_of(named) == group
    return wanted in named or named == _group_of(wanted)


def _group_of(role: str) -> str:
    """By how the role's name ends, the longest ending first: 委員長 is no 委員."""
    endings = [(fold(one), group) for group, names in _GROUPS.items() for one in names.split()]
    fitting = [(len(one), group) for one, group in endings if role.endswith(one)]
    return max(fitting, default=(0, ""))[1]
