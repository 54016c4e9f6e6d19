"""What the bar says, and what is said on every page."""

from __future__ import annotations

JA = {
    "product": "聞き書き",
    "places": "画面",
    "place_recordings": "会議・通話",
    "key_place": "画面",
    "offline": "外部通信なし",
    "offline_why": "録音も文字も、この庁内の機械から外へは出ません。",
    "language": "表示の言葉",
    "offline_error": (
        "アプリにつながりません。録音と処理はそのまま残っています。つながるのを待っています…"
    ),
    "failed_action": "うまくいきませんでした。もう一度押してください。何も失われていません。",
    "close": "閉じる",
}

EN = {
    "product": "Kikigaki",
    "places": "Places",
    "place_recordings": "Meetings and calls",
    "key_place": "places",
    "offline": "No outside connection",
    "offline_why": "Neither sound nor text leaves this machine inside the municipality.",
    "language": "Language of the screen",
    "offline_error": (
        "The application does not answer. Recordings and work are safe; waiting for it…"
    ),
    "failed_action": "That did not work. Please press it again. Nothing is lost.",
    "close": "Close",
}
