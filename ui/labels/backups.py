"""What is said about backups."""

from __future__ import annotations

JA = {
    "tab_backup": "バックアップ",
    "backup_hint": (
        "使いながら、すべてを1つの暗号化されたファイルに写し、終わりまで読めるかを確かめます。"
        "マスター鍵で封をします。"
    ),
    "backup_now": "いまバックアップする",
    "backup_none": "まだバックアップがありません。",
    "backup_last": "最後のバックアップは {}、大きさは {} です",
    "legible_fully_good": "{} に読めることを確かめました",
    "legible_fully_unknown": "読めるかどうかは、まだ確かめていません",
    "legible_fully_broken": "{} に確かめたところ、読めませんでした",
    "legible_briefly_good": "読めました({})",
    "legible_briefly_unknown": "まだです",
    "legible_briefly_broken": "読めません({})",
    "sentence_end": "。",
    "backup_where": "ここに書きます: {}。",
    "backup_beside": (
        "データと同じディスクなので、壊れると両方を失います。KIKIGAKI_BACKUP_DIR で"
        "別のディスクにしてください。"
    ),
    "backup_elsewhere": "場所の控えがありません",
    "backup_gone": "ここからは見えません",
    "backup_passphrase": "合言葉で封をしたもの",
    "backup_verify": "読めるか確かめる",
    "no_backups": "まだありません。",
    "backup_command": "別の場所へ書くときや、合言葉で封をするときは、コマンドを使います。",
    "stage_backup_rows": "記録を写しています",
    "stage_backup_files": "音声と文書を写しています",
    "stage_backup_verify": "読めるかを確かめています",
    "head_made": "日時",
    "head_file": "ファイル",
    "head_size": "大きさ",
    "head_verified": "確かめた結果",
    "restore_how": "戻し方と、ほかの方法",
    "restore_text": (
        "空の場所にだけ戻せます。書く前に、終わりまで読めるかを確かめます。"
        "--check を付けると、確かめるだけです。"
    ),
    "restore_key": (
        "戻した先には、バックアップしたときのマスター鍵(state/master.key)の控えが要ります。"
        "鍵は、バックアップとは別の場所に置いてください。"
    ),
    "restore_folder": "空のフォルダー",
    "restore_file": "ファイル",
    "detail_state": "段階",
    "detail_place": "場所",
    "detail_bytes": "バイト",
    "detail_sealed": "封",
    "detail_files": "ファイルのバイト",
    "detail_set": "指定",
    "detail_released": "解いた指定",
    "detail_daily": "毎日の削除",
    "detail_class": "区分",
    "detail_record_class": "区分",
    "detail_years": "年数",
    "detail_counting": "起算",
    "detail_sound_days": "音声の日数",
    "detail_deleted": "削除したもの",
    "detail_deletion": "削除の記録",
    "detail_turns": "発言",
    "detail_file": "ファイル",
    "step_asked": "頼んだ",
    "step_to_verify": "確かめるよう頼んだ",
    "step_begun": "始めた",
    "step_done": "できた",
    "step_verified": "読めることを確かめた",
    "step_broken": "読めなかった",
    "step_stop": "止めた",
}

EN = {
    "tab_backup": "Backup",
    "backup_hint": (
        "Copies everything into one encrypted file while it is in use, and reads that to its end. "
        "The master key seals it."
    ),
    "backup_now": "Back up now",
    "backup_none": "There is no backup yet.",
    "backup_last": "The last backup was made on {} and has {}",
    "legible_fully_good": "Read to its end on {}",
    "legible_fully_unknown": "Nobody has tried to read it yet",
    "legible_fully_broken": "On {} it could not be read",
    "legible_briefly_good": "can be read ({})",
    "legible_briefly_unknown": "not yet",
    "legible_briefly_broken": "cannot be read ({})",
    "sentence_end": ". ",
    "backup_where": "Written to {}. ",
    "backup_beside": (
        "This is the disk of the data: if it breaks, both are lost. Name another one by "
        "KIKIGAKI_BACKUP_DIR."
    ),
    "backup_elsewhere": "place not noted",
    "backup_gone": "not seen from here",
    "backup_passphrase": "sealed by a passphrase",
    "backup_verify": "Verify",
    "no_backups": "None yet.",
    "backup_command": "To write it elsewhere, or to seal it by a passphrase, use the command line.",
    "stage_backup_rows": "Copying records",
    "stage_backup_files": "Copying sound and documents",
    "stage_backup_verify": "Reading it to its end",
    "head_made": "Made",
    "head_file": "File",
    "head_size": "Size",
    "head_verified": "Verified",
    "restore_how": "How to restore, and other ways",
    "restore_text": (
        "Into an empty place only. It is read to its end before anything is written; with --check "
        "that is all."
    ),
    "restore_key": (
        "The restored site needs a copy of the master key of that time (state/master.key). Keep "
        "it away from the backups."
    ),
    "restore_folder": "EMPTY_FOLDER",
    "restore_file": "FILE",
    "detail_state": "step",
    "detail_place": "place",
    "detail_bytes": "bytes",
    "detail_sealed": "seal",
    "detail_files": "bytes of files",
    "detail_set": "hold",
    "detail_released": "released hold",
    "detail_daily": "daily deletion",
    "detail_class": "class",
    "detail_record_class": "class",
    "detail_years": "years",
    "detail_counting": "counted from",
    "detail_sound_days": "days of the sound",
    "detail_deleted": "deleted",
    "detail_deletion": "deletion",
    "detail_turns": "turns",
    "detail_file": "file",
    "step_asked": "asked for",
    "step_to_verify": "to be verified",
    "step_begun": "begun",
    "step_done": "done",
    "step_verified": "verified",
    "step_broken": "could not be read",
    "step_stop": "stopped",
}
