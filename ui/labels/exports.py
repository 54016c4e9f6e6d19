"""What is said about exports of many records."""

from __future__ import annotations

JA = {
    "place_exports": "書き出し",
    "exports_hint": (
        "ここには自分が頼んだ書き出しだけが並びます。画面を閉じても進みます。"
        "受け取れる期限を過ぎると、読めない形で消去します。"
    ),
    "no_exports": (
        "まだありません。「さがす」の結果や「会議・通話」の一覧から、"
        "まとめて Word などに書き出せます。"
    ),
    "head_asked": "頼んだ日時",
    "head_form": "形式",
    "head_records": "記録",
    "export_records": "{}件",
    "export_running": "{}件できました",
    "export_done": "できあがりました",
    "export_done_but": "できあがりました(書き出せなかった記録 {}件。ZIP の中に一覧があります)",
    "export_until": "{}まで受け取れます",
    "export_fetch": "ZIP を受け取る",
    "export_all": "まとめて書き出す",
    "export_title": "{}件の記録を書き出す",
    "export_text": (
        "文書を1つの ZIP にまとめます。書き出したことは、記録ごとに監査記録に残ります。"
    ),
    "export_start": "書き出す",
    "choose_several": "選んで書き出す",
    "choose_all": "すべて選ぶ",
    "chosen": "{}件を書き出す",
    "choose_stop": "選ぶのをやめる",
    "detail_step": "段階",
    "detail_export": "書き出し",
    "detail_records": "記録の数",
}

EN = {
    "place_exports": "Exports",
    "exports_hint": (
        "Only what you asked for yourself. It goes on when you close the page. After its time it "
        "is shredded."
    ),
    "no_exports": (
        "None yet. From what a search found, or from the list of meetings and calls, many records "
        "can be exported at once."
    ),
    "head_asked": "Asked",
    "head_form": "Format",
    "head_records": "Records",
    "export_records": "{}",
    "export_running": "{} done",
    "export_done": "Ready",
    "export_done_but": "Ready ({} records could not be exported: they are listed in the ZIP)",
    "export_until": "Until {}",
    "export_fetch": "Fetch the ZIP",
    "export_all": "Export all",
    "export_title": "Export {} records",
    "export_text": "Their documents come in one ZIP. The audit log tells of each record.",
    "export_start": "Export",
    "choose_several": "Choose and export",
    "choose_all": "Choose all",
    "chosen": "Export {}",
    "choose_stop": "Stop choosing",
    "detail_step": "step",
    "detail_export": "export",
    "detail_records": "records",
}
