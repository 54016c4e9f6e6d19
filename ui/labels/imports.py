"""What the page of imports says."""

from __future__ import annotations

JA = {
    "place_imports": "取り込み",
    "drop_imports": "ここに会議録を置く",
    "drop_imports_hint": (
        "Word(docx)、テキスト、聞き書きの JSON、JSON Lines。まとめて何本でも置けます。"
    ),
    "import_files": "置いたファイル",
    "import_welcome": "過去の会議録や文字起こしを取り込みます",
    "import_welcome_1": "左の枠に、会議録や文字起こしのファイルを置きます。",
    "import_welcome_2": "読み取った題名、日付、案件、発言者の役割を確かめて、直します。",
    "import_welcome_3": "取り込むと、録音からの記録と同じように探せます。",
    "import_sending": "送っています",
    "import_reading": "読み取っています",
    "import_failed": "取り込めません",
    "import_ready": "確認待ち({}件、発言 {})",
    "import_taking": "取り込み中 {} / {}件",
    "import_taken": "{}件を取り込みました",
    "import_already": "取り込み済み({}件)",
    "import_outcome_taken": "{}件を取り込みました(発言 {})。検索できます。",
    "import_outcome_already": "{}件は前に取り込んであるため、そのままにしました。",
    "import_open": "取り込んだ記録を開く",
    "import_take": "この内容で取り込む",
    "import_take_all": "確認待ちの{}本をすべて取り込む",
    "import_drop": "取り込まない",
    "import_clear": "一覧から外す",
    "import_time": "時刻",
    "import_speakers": "発言者 {}人",
    "import_first": "はじめの発言(全部で {})",
    "import_turns": "発言 {}",
    "import_role_of": "{}の役割",
    "import_no_role": "役割なし",
    "import_nameless": "(名前なし)",
    "import_known": "同じ内容が取り込み済みです。もう一度は取り込みません。",
    "import_known_short": "取り込み済み",
    "import_missing": (
        "案件「{}」がないか、あなたは入っていません。選ばなければ、案件なしで取り込みます。"
    ),
    "import_missing_short": "案件「{}」なし",
    "import_body": (
        "文書にある会議体は「{}」ですが、同じ名前の案件がないか、あなたは入っていません。"
    ),
    "import_some_known": "{}件は取り込み済みです。残りだけを取り込みます。",
    "import_some_missing": "{}件の案件が見つかりません。下で案件を選んでください。",
    "import_more": "ほかに {}件あります。「すべての記録」で選んだ種別と案件で取り込みます。",
    "import_more_refused": "ほかに {}行",
    "import_every": "すべての記録",
    "import_as_read": "読み取ったとおり",
    "import_skip": "取り込まない",
    "doubt_no_date": "日付が見つかりません。分かれば入れてください。",
    "doubt_no_date_short": "日付なし",
    "doubt_weekday": "文書の曜日が日付と合いません。日付を確かめてください。",
    "doubt_no_title": "題名が見つからないため、ファイルの名前を使います。",
    "doubt_roleless": "役割の分からない発言者がいます。",
}

EN = {
    "place_imports": "Import",
    "drop_imports": "Drop minutes here",
    "drop_imports_hint": (
        "Word (docx), text, Kikigaki's JSON, JSON Lines; as many as you like at once."
    ),
    "import_files": "Files",
    "import_welcome": "Import past minutes and transcripts",
    "import_welcome_1": "Drop files of minutes or transcripts into the frame on the left.",
    "import_welcome_2": "Check what was read, and mend title, date, case and speakers' roles.",
    "import_welcome_3": "Once taken they are found like what was recorded.",
    "import_sending": "sending",
    "import_reading": "reading",
    "import_failed": "cannot be taken",
    "import_ready": "to be checked ({} records, {} turns)",
    "import_taking": "taking {} of {}",
    "import_taken": "{} taken",
    "import_already": "taken before ({})",
    "import_outcome_taken": "{} taken ({} turns). They can be searched.",
    "import_outcome_already": "{} were taken before and stay as they are.",
    "import_open": "Open what was taken",
    "import_take": "Take it like this",
    "import_take_all": "Take all {} that were read",
    "import_drop": "Do not take it",
    "import_clear": "Off the list",
    "import_time": "Time",
    "import_speakers": "{} speakers",
    "import_first": "First turns (of {})",
    "import_turns": "{} turns",
    "import_role_of": "Role of {}",
    "import_no_role": "no role",
    "import_nameless": "(no name)",
    "import_known": "The same was taken before. It is not taken again.",
    "import_known_short": "taken before",
    "import_missing": (
        "There is no case or body “{}”, or you do not belong to it. Unless you choose another one, "
        "it is taken without."
    ),
    "import_missing_short": "no case or body “{}”",
    "import_body": (
        "The document names the body “{}”. There is none of that name, or you do not belong to it."
    ),
    "import_some_known": "{} were taken before; only the others are taken.",
    "import_some_missing": "Of {} the case or body was not found. Choose one below.",
    "import_more": "And {} more, taken with the kind and the case chosen for all records.",
    "import_more_refused": "and {} more lines",
    "import_every": "All records",
    "import_as_read": "as read",
    "import_skip": "Leave out",
    "doubt_no_date": "No date was found. Give it if you know it.",
    "doubt_no_date_short": "no date",
    "doubt_weekday": "The document's weekday does not fit the date. Check the date.",
    "doubt_no_title": "No title was found: the file's name is used.",
    "doubt_roleless": "There is a speaker whose role is not known.",
}
