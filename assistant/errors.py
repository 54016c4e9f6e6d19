"""Everything that can go wrong, by what the person in front of it can do.

KikigakiError                 the sentence says what happened, that nothing is lost, what to do
├── InputError (exit 2)       give something else
│   ├── ManualError           a file that cannot be used as a manual
│   │   ├── UnreadableManual  damaged, or of no format that is read
│   │   ├── OldOfficeManual   .doc, .xls or .ppt of the time before 2007
│   │   ├── ProtectedManual   under a password
│   │   ├── EmptyManual       nothing is written in it
│   │   ├── ManualWithoutText a PDF of pictures of pages
│   │   ├── ManualTooLarge    more than can be read, or packed to be so
│   │   ├── InaccessibleManual
│   │   └── CrashingManual    the program fails on it
│   ├── SoundError            a file that is no usable sound
│   │   ├── UnreadableSound
│   │   ├── NoSoundTrack
│   │   ├── EmptySound
│   │   ├── ProtectedSound
│   │   └── InaccessibleSound
│   ├── NothingFound          no such file, or a folder without recordings
│   ├── UnknownManual         no edition or manual of that name
│   ├── UnknownDisplay        nothing that was shown to this person
│   ├── UnknownRecording      no such recording in the library
│   ├── RecordingInUse        being transcribed: it cannot be removed
│   ├── RecordOnHold          it must stay, for a reason that is noted
│   ├── UnknownRule           no class of records of that name
│   ├── UnknownSubject        no record and no matter of that id
│   ├── BadRule               a class without a name, or a number of years or days that is none
│   ├── NoReason              nobody said why
│   ├── BadConfirmation       the number that was typed is not that of what would be deleted
│   ├── Forbidden             the person has not the right
│   ├── AccessError           who somebody is, and what they may
│   │   ├── NotSignedIn
│   │   ├── SignInFailed      login and password do not fit
│   │   ├── TooManyAttempts   nobody gets in for a while
│   │   ├── UnknownVisitor    the site's own sign-in names somebody without an account
│   │   ├── UnknownOsUser     nobody types commands as this user of the machine
│   │   ├── MustChangePassword
│   │   ├── StaleToken        a changing request without the page's token
│   │   ├── ThroughProxy      a request from elsewhere, where one person needs no sign-in
│   │   └── OwnRights         nobody changes what they may themselves
│   ├── PasswordError         short, long, common, like the login, or the old one
│   ├── AccountError          no such account, a login that is taken or none, the last administrator
│   ├── MatterError           no such case or body, one that is closed, a name that is taken or none
│   ├── BadReason             an emergency opening without a reason
│   ├── BadExpansions         a table of spoken and written words with a line that is not understood
│   ├── BadSynonyms           a group of synonyms that is none, or that is not there
│   ├── BadFilter             a period or a kind that is not understood
│   ├── UnknownSearch         no saved search of that id
│   ├── BadQuestions          a file of questions with a line that is not understood, or with none
│   ├── UnknownFormat         an output format that does not exist
│   ├── UnreadableTranscript  a JSON file that is no transcript of ours
│   ├── UnreadableDocument    a file that is imported, of no format that is read, or damaged
│   ├── NoSpeakers            a document in which no speaker is marked
│   ├── BadLine               a line of a file of recordings that is not understood
│   ├── UnknownImport         no file of that id waits to be imported
│   ├── NotConfirmed          what was read was not looked at by anybody
│   ├── BackupError           a file that cannot be restored here
│   │   ├── NoBackup          it is none of ours
│   │   ├── BrokenBackup      changed, cut off, or incomplete
│   │   ├── WrongPassphrase
│   │   ├── NewerBackup       made by a newer version
│   │   └── UnknownBackup     no backup of that name is in the folder of backups
│   ├── PassphraseNeeded      nobody could be asked for it
│   ├── PlaceNotEmpty         a backup is restored into an empty place only
│   ├── DatabaseNotEmpty      the same of the database
│   ├── FileThere             a file of that name is there already
│   ├── BadSpeakerCount
│   ├── UnknownModel          no weights of that name
│   ├── BadModelFolder        a folder that holds no usable weights
│   └── BadModelName          a name that weights cannot have, or that others have
├── SetupError (exit 3)       install or bring something
│   ├── MissingWeights
│   ├── DamagedWeights        a checksum that does not match
│   ├── UnloadableWeights     whole, but this machine or this version cannot load them
│   ├── NoConnection          `models fetch` does not reach the hub
│   ├── FetchRefused          `models fetch` reaches it, and it says no
│   ├── AddressTaken          the application cannot listen there
│   ├── OpenToAll             it would answer other machines without any sign-in
│   ├── BadSignInSettings     settings of sign-in that do not fit together
│   ├── ProviderFails         the provider of sign-in does not answer as it should
│   ├── OutdatedDatabase      `kikigaki db upgrade` first
│   ├── OneWorker             a database in a file has one worker, and it runs already
│   ├── NewerDatabase         a newer version of the program has upgraded it
│   ├── BadDatabaseAddress    KIKIGAKI_DATABASE_URL is no address of a database
│   ├── MissingMasterKey      there are sealed files, and no key
│   ├── WrongMasterKey        the key that is here is another one
│   ├── BadMasterKey          what is there is no key
│   ├── FixedMasterKey        it comes from the environment, and cannot be changed from here
│   ├── NoKeyring             the system has no keyring, or it is locked
│   ├── MissingCipher         the extra that encrypts the database is not installed
│   ├── DatabaseNotEncrypted  it is to be, and is not yet: `kikigaki db encrypt`
│   └── WrongDatabaseKey      the master key that is here does not open it
├── StorageError (exit 4)     make room or give rights
│   ├── DiskFull
│   ├── NotWritable
│   ├── DatabaseInUse         others have it open, and it has to be rewritten
│   ├── BrokenSeal            a sealed file that was changed, cut off or exchanged
│   ├── LostFileKey           a sealed file whose own key was deleted
│   ├── DatabaseUnavailable   the server does not answer, or the file is held by others
│   ├── DamagedDatabase
│   └── ForeignAuditRow       somebody else wrote into the audit log
├── Unforeseen (exit 1)       try again; show the log to whoever looks after the program
│   └── WorkerDied            the worker process ended in the midst of a recording, repeatedly
└── Stopped (exit 130)        somebody stopped the work; what was done is kept
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Language = Literal["ja", "en"]


class KikigakiWarning(UserWarning):
    """Something the program did that its developers should not let happen."""


class KikigakiError(Exception):
    """The root. Subclasses word `ja` and `en`; `details` fill their placeholders."""

    ja: ClassVar[str] = "処理を続けられませんでした。"
    en: ClassVar[str] = "The work could not go on."
    exit_code: ClassVar[int] = 1

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message("en"))

    def message(self, language: Language) -> str:
        """The sentence for people, in their language."""
        template = self.ja if language == "ja" else self.en
        return template.format_map(self.details)

    @property
    def sentences(self) -> tuple[tuple[str, str], ...]:
        """The same in every language, as it is kept."""
        return (("ja", self.message("ja")), ("en", self.message("en")))


class InputError(KikigakiError):
    """What was given cannot be used; something else can."""

    exit_code = 2


class SoundError(InputError):
    """A file that is no usable sound. Details: `name`."""


class UnreadableSound(SoundError):
    """Nothing in the file can be decoded."""

    ja = (
        "「{name}」は音声として読み取れません。中身が音声かどうか、壊れていないかを確かめ、"
        "録音機から取り出し直してください。元のファイルには触れていません。"
    )
    en = (
        "“{name}” cannot be read as sound. Check that it is a recording and not damaged, and copy "
        "it from the recorder again. The file was not touched."
    )


class NoSoundTrack(SoundError):
    """A container without an audio stream, or one of zero channels."""

    ja = "「{name}」には音声が入っていません(音声トラックがないか、0チャンネルです)。"
    en = "“{name}” holds no sound (no audio track, or zero channels)."


class EmptySound(SoundError):
    """A file or an audio stream of no length."""

    ja = "「{name}」は空です。録音できているかを録音機で確かめてください。"
    en = "“{name}” is empty. Check on the recorder that something was recorded."


class ProtectedSound(SoundError):
    """Encrypted or under DRM."""

    ja = "「{name}」は保護(DRM)されていて開けません。保護なしで書き出したファイルを使ってください。"
    en = "“{name}” is protected (DRM) and cannot be opened. Export it without protection first."


class InaccessibleSound(SoundError):
    """The operating system refuses to read the file, or its disk went away."""

    ja = (
        "「{name}」を開けません。読み取りの権限と、USBメモリや共有フォルダーの接続を"
        "確かめてください。元のファイルには触れていません。"
    )
    en = (
        "“{name}” cannot be opened. Check the right to read it, and that its USB stick or shared "
        "folder is connected. The file was left as it is."
    )


class ManualError(InputError):
    """A file that cannot be used as a manual. Details: `name`."""


class UnreadableManual(ManualError):
    """Damaged, of no format that is read, or not what its name says."""

    ja = (
        "「{name}」は資料として読み取れません。壊れていないか、"
        "中身が docx・pdf・xlsx・md・html・txt のどれかで、"
        "拡張子と合っているかを確かめ、保存し直したものを使ってください。"
        "ほかの資料には影響ありません。"
    )
    en = (
        "“{name}” cannot be read as a manual. Check that it is not damaged, that it is docx, pdf, "
        "xlsx, md, html or txt as its name says, and save it again. Other manuals are not affected."
    )


class OldOfficeManual(ManualError):
    """Word, Excel or PowerPoint of the time before 2007."""

    ja = (
        "「{name}」は古い形式(.doc や .xls など)です。Word や Excel で開き、"
        ".docx か .xlsx で保存し直したものを使ってください。"
    )
    en = (
        "“{name}” is in an old format (.doc, .xls or the like). Open it in Word or Excel, save it "
        "as .docx or .xlsx, and use that."
    )


class ProtectedManual(ManualError):
    """Encrypted: it opens with a password only."""

    ja = (
        "「{name}」はパスワードで保護されています。パスワードを外して保存したものを使ってください。"
    )
    en = "“{name}” is protected by a password. Save it without one and use that."


class EmptyManual(ManualError):
    """Nothing is written in it."""

    ja = "「{name}」には文字がありません。中身のあるファイルかどうかを確かめてください。"
    en = "Nothing is written in “{name}”. Check that it is the right file."


class ManualWithoutText(ManualError):
    """A PDF that holds pictures of pages and no text."""

    ja = (
        "「{name}」は紙を画像として取り込んだ PDF で、文字の情報がありません。"
        "文字認識(OCR)をかけて保存した PDF か、元の Word などのファイルを使ってください。"
    )
    en = (
        "“{name}” is a PDF of scanned pages without a text layer. Add a copy that went through "
        "character recognition (OCR), or the file it was printed from."
    )


class ManualTooLarge(ManualError):
    """Longer than the bound, or packed so that it would fill the memory."""

    ja = (
        "「{name}」は大きすぎて読み込めません。章ごとなどに分けたものを使ってください。"
        "ほかの資料には影響ありません。"
    )
    en = (
        "“{name}” is too large to be read. Divide it, by chapters for example. Other manuals are "
        "not affected."
    )


class InaccessibleManual(ManualError):
    """The operating system refuses to read the file, or its disk went away."""

    ja = (
        "「{name}」を開けません。読み取りの権限と、USBメモリや共有フォルダーの接続を"
        "確かめてください。ほかの資料には影響ありません。"
    )
    en = (
        "“{name}” cannot be opened. Check the right to read it, and that its USB stick or shared "
        "folder is connected. Other manuals are not affected."
    )


class CrashingManual(ManualError):
    """The program fails on this file, for a reason nobody foresaw."""

    ja = (
        "「{name}」を読み込む途中で、思わぬ不具合が起きました。ほかの資料には影響ありません。"
        "別の形式で保存し直したものを使うか、システム担当者にログを見せてください。"
    )
    en = (
        "Reading “{name}” failed for a reason nobody foresaw. Other manuals are not affected. Save "
        "it in another format and use that, or show the log to your system staff."
    )


class NothingFound(InputError):
    """No such file, or a folder without recordings. Details: `path`."""

    ja = "「{path}」に録音が見つかりません。場所と名前を確かめてください。"
    en = "No recording found at “{path}”. Check the place and the name."


class UnknownManual(InputError):
    """Details: `name`."""

    ja = "マニュアル「{name}」がありません。`kikigaki manuals list` で一覧を見てください。"
    en = "There is no manual “{name}”. See `kikigaki manuals list`."


class UnknownDisplay(InputError):
    """It was laid before nobody, or before somebody else."""

    ja = "その節は、あなたには示されていません。もう一度探してから評価してください。"
    en = "That section was not shown to you. Ask again, then judge it."


class UnknownRecording(InputError):
    """Nothing of that id is in the library, or not yet what was asked of it."""

    ja = (
        "その録音は一覧にないか、まだ処理が終わっていません。一覧から選び直してください。"
        "ほかの録音には影響ありません。"
    )
    en = (
        "That recording is not in the list, or is not finished yet. Choose it from the list again. "
        "Other recordings are not affected."
    )


class RecordingInUse(InputError):
    """A recording that is being transcribed cannot be removed. Details: `name`."""

    ja = "「{name}」は処理中です。先に「中止」を押してから削除してください。"
    en = "“{name}” is being transcribed. Press “Stop” first, then remove it."


class RecordOnHold(InputError):
    """Details: `reason`."""

    ja = (
        "この記録は保存の指定(理由: {reason})があるため削除できません。"
        "指定を解くのは、保存期間を管理する人です。何も削除していません。"
    )
    en = (
        "This record is on hold ({reason}) and cannot be deleted. Whoever looks after retention "
        "can release it. Nothing was deleted."
    )


class UnknownRule(InputError):
    """Details: `name`, `known`."""

    ja = "区分「{name}」がありません。あるもの: {known}。`kikigaki retention rule` で加えられます。"
    en = "There is no class “{name}”, only: {known}. `kikigaki retention rule` adds one."


class UnknownSubject(InputError):
    """Details: `name`."""

    ja = "「{name}」という記録も案件もありません。一覧のIDか、案件の名前で指定してください。"
    en = "There is no record and no matter “{name}”. Name it by its ID, or a matter by its name."


class BadRule(InputError):
    """A class of records is named, and its numbers are 1 to 999 where there are any."""

    ja = (
        "区分には名称が要ります。年数と日数は 1 から 999 までの数か、"
        "空(永久、または記録と同じ)にしてください。何も変えていません。"
    )
    en = (
        "A class needs a name. Years and days are numbers from 1 to 999, or left empty (for ever, "
        "or as the record). Nothing was changed."
    )


class NoReason(InputError):
    """A hold is set and released for a reason."""

    ja = "理由を書いてください。理由は監査の記録に残ります。何も変えていません。"
    en = "Write down the reason. It is kept in the audit log. Nothing was changed."


class BadConfirmation(InputError):
    """Details: `number`."""

    ja = "入れた数が、削除される件数({number})と合いません。何も削除していません。"
    en = "The number typed is not that of what would be deleted ({number}). Nothing was deleted."


class Forbidden(InputError):
    """Nothing is told of what was asked for: only that the person may not."""

    ja = "この操作をする権限がありません。必要なときは、管理者に役割の追加を頼んでください。"
    en = "You may not do this. Ask your administrator for the role if you need it."


class AccessError(InputError):
    """Who somebody is, and what they may."""


class NotSignedIn(AccessError):
    """Nothing is told to somebody who has not signed in."""

    ja = "サインインしていないか、時間が過ぎて終わりました。もう一度サインインしてください。"
    en = "You are not signed in, or your time is over. Please sign in again."


class SignInFailed(AccessError):
    """The same for an unknown login, a wrong password and an account that is not used any more."""

    ja = "ログイン名かパスワードが違います。確かめてもう一度入れてください。"
    en = "The login or the password is not right. Check them and try again."


class TooManyAttempts(AccessError):
    """Details: `minutes`. The same whether there is such an account or not."""

    ja = (
        "サインインの失敗が続いたため、約{minutes}分のあいだ受け付けません。"
        "待ってからもう一度入れるか、管理者にパスワードの再設定を頼んでください。"
    )
    en = (
        "Signing in failed too often: nobody gets in for about {minutes} minutes. Wait and try "
        "again, or ask your administrator for a new password."
    )


class UnknownVisitor(AccessError):
    """The site's own sign-in names somebody who has no account here. Details: `login`."""

    ja = "「{login}」は聞き書きの利用者に登録されていません。管理者に登録を頼んでください。"
    en = "“{login}” has no account in Kikigaki. Ask your administrator to add it."


class UnknownOsUser(AccessError):
    """Details: `name`."""

    ja = (
        "この機械の利用者「{name}」には聞き書きの権限がありません。管理者に "
        "`kikigaki people add ログイン名 --os-user {name}` を頼んでください。"
    )
    en = (
        "The user “{name}” of this machine has no rights in Kikigaki. Ask your administrator for "
        "`kikigaki people add LOGIN --os-user {name}`."
    )


class MustChangePassword(AccessError):
    """The first password is good for choosing another one only."""

    ja = "最初のパスワードのままです。新しいパスワードを決めてから使ってください。"
    en = "You still have your first password. Choose another one before you go on."


class StaleToken(AccessError):
    """A changing request that does not carry the page's token."""

    ja = "画面が古くなっています。読み込み直してから、もう一度押してください。"
    en = "The page is out of date. Reload it and press again."


class ThroughProxy(AccessError):
    """Without sign-in, only this machine's own browser is answered."""

    ja = (
        "いまは「単独利用」で、この機械のブラウザーからだけ使えます。ほかの機械から使うには、"
        "`kikigaki people add` で利用者を登録してください。"
    )
    en = (
        "Kikigaki is set for one person and answers this machine's own browser only. To use it "
        "from other machines, add accounts with `kikigaki people add`."
    )


class OwnRights(AccessError):
    """Nobody gives themselves rights."""

    ja = "自分の役割や担当、利用の停止は自分では変えられません。ほかの管理者に頼んでください。"
    en = "You cannot change your own roles, matters or account. Ask another administrator."


class PasswordError(InputError):
    """A password that cannot be taken."""


class PasswordTooShort(PasswordError):
    """Details: `least`."""

    ja = "パスワードは{least}文字以上にしてください。短い言葉をいくつか並べると覚えやすくなります。"
    en = "A password has at least {least} characters. Some short words in a row are easy to keep."


class PasswordTooLong(PasswordError):
    """Details: `most`."""

    ja = "パスワードは{most}文字までにしてください。"
    en = "A password has at most {most} characters."


class PasswordTooCommon(PasswordError):
    """One of those that are tried first."""

    ja = "そのパスワードはよく使われていて、すぐに当てられます。別のものにしてください。"
    en = "That password is used by many and is guessed at once. Choose another one."


class PasswordLikeLogin(PasswordError):
    """It is made of the login or the name."""

    ja = "ログイン名や氏名をもとにしたパスワードは使えません。別のものにしてください。"
    en = "A password cannot be made of the login or the name. Choose another one."


class PasswordUnchanged(PasswordError):
    """The new one is the old one."""

    ja = "いまと同じパスワードです。別のものにしてください。"
    en = "That is the password you have. Choose another one."


class WrongPassword(PasswordError):
    """The present password, asked for before another one is taken."""

    ja = "いまのパスワードが違います。確かめてもう一度入れてください。"
    en = "Your present password is not right. Check it and try again."


class AccountError(InputError):
    """An account that cannot be made or changed so."""


class UnknownPerson(AccountError):
    """Details: `login`."""

    ja = "利用者「{login}」がいません。`kikigaki people list` で一覧を見てください。"
    en = "There is no account “{login}”. See `kikigaki people list`."


class LoginTaken(AccountError):
    """Details: `login`."""

    ja = "「{login}」はもう使われています(停止した利用者も含みます)。別の名前にしてください。"
    en = "“{login}” is taken, perhaps by an account that is not used any more. Choose another."


class BadLogin(AccountError):
    """Details: `login`."""

    ja = "「{login}」はログイン名に使えません。空白や記号のない64文字までの名前にしてください。"
    en = "“{login}” cannot be a login: up to 64 letters, digits and .-_@, without spaces."


class UnknownRole(AccountError):
    """Details: `name`, `known`."""

    ja = "役割「{name}」はありません。使えるのは {known} です。"
    en = "There is no role “{name}”. There are {known}."


class LastAdministrator(AccountError):
    """Nobody would be left who can give rights."""

    ja = "利用者を管理できる人がいなくなります。先に別の人にその役割を付けてください。"
    en = "Nobody would be left to manage accounts. Give somebody else that role first."


class MatterError(InputError):
    """A case or body that cannot be made or changed so."""


class UnknownMatter(MatterError):
    """Details: `name`."""

    ja = (
        "案件「{name}」がないか、あなたは入っていません。`kikigaki matters list` で名前を"
        "確かめるか、案件を作れる人に頼んでください。何も変えていません。"
    )
    en = (
        "There is no case or body “{name}”, or you do not belong to it. See `kikigaki matters "
        "list`, or ask somebody who may open it. Nothing was changed."
    )


class MatterTaken(MatterError):
    """Details: `name`."""

    ja = "「{name}」という案件はもうあります。別の名前にしてください。"
    en = "There is a case or body “{name}” already. Choose another name."


class BadMatterName(MatterError):
    """Empty, or nothing that can be seen."""

    ja = "案件の名前を入れてください(200文字まで)。"
    en = "Give the case or body a name of up to 200 characters."


class ClosedMatter(MatterError):
    """Details: `name`."""

    ja = "案件「{name}」は終了しています。再開してから加えるか、ほかの案件にしてください。"
    en = "“{name}” is closed. Open it again first, or choose another case or body."


class BadReason(InputError):
    """Details: `least`."""

    ja = "緊急に開く理由を{least}文字以上で書いてください。理由は監査の記録に残ります。"
    en = (
        "Write why it has to be opened, in {least} characters or more. It is kept in the audit log."
    )


class BadExpansions(InputError):
    """Details: `name`, `line`."""

    ja = (
        "言いかえの表「{name}」の {line} 行目が読み取れません。"
        "「話しことば/別の言い方 → 書きことば」か「略語 = 正式名」の形で書いてください。"
    )
    en = (
        "Line {line} of the table of expressions “{name}” is not understood. Write it as "
        "“SPOKEN/SPOKEN → WRITTEN” or “SHORT = LONG”."
    )


class BadSynonyms(InputError):
    """Details: `line`."""

    ja = (
        "「{line}」の組がないか、読み取れません。"
        "「児相 = 児童相談所」の形で2語以上を書いてください。"
        "外すときは、一覧にある組を1つに決まるように書いてください。"
    )
    en = (
        "“{line}” is no group of synonyms, or names none of the list. Write two words or more as "
        "“SHORT = LONG”; to remove one, write it so that only one group fits."
    )


class BadFilter(InputError):
    """Details: `name`, `value`."""

    ja = (
        "「{value}」を {name} として読み取れません。"
        "期間は 令和8年11月、R8.11.1、2026-11-01 の形で、種別は 会議 か 通話 で書いてください。"
    )
    en = (
        "“{value}” is not understood as {name}. Write a period as 2026-11-01, 2026-11, R8.11.1 or "
        "令和8年11月, and a kind as meeting or call."
    )


class UnknownSearch(InputError):
    """The person keeps no search of that id."""

    ja = "その保存した検索はありません。一覧を開き直してください。"
    en = "There is no such saved search. Open the list again."


class UnknownExport(InputError):
    """The person asked for no export of that id, or it is gone."""

    ja = (
        "その書き出しはもうありません。期限を過ぎたか、中の記録が削除されました。"
        "必要なら、もう一度書き出してください。"
    )
    en = (
        "That export is gone: it has expired, or a record in it was deleted. Export again if you "
        "need it."
    )


class ExportNotReady(InputError):
    """Its file is fetched before it is made."""

    ja = "その書き出しはまだできていません。できあがるのを待ってから受け取ってください。"
    en = "That export is not ready yet. Wait until it is, then fetch it."


class RightsChanged(InputError):
    """An export holds a record that the person may not export any more."""

    ja = (
        "この書き出しには、いまは書き出せない記録が含まれています。"
        "もう一度書き出すと、いま見てよい記録だけになります。"
    )
    en = (
        "This export holds a record that you may not export any more. Export again: it will hold "
        "what you may see now."
    )


class NothingToExport(InputError):
    """No record was chosen, or none was found."""

    ja = "書き出す記録がありません。記録を選ぶか、検索の条件を変えてください。"
    en = "There is no record to export. Choose some, or search for something else."


class TooManyToExport(InputError):
    """Details: `most`."""

    ja = "一度に書き出せるのは {most} 件までです。期間や案件でしぼって、分けて書き出してください。"
    en = "At most {most} records can be exported at once. Narrow them down by period or matter."


class NoDocument(KikigakiError):
    """A record's document could not be made, for a reason nobody foresaw."""

    ja = (
        "この記録の文書を作れませんでした。別の形式で書き出してみてください。"
        "くり返すときは、システム担当者にログを見せてください。"
    )
    en = (
        "The document of this record could not be made. Try another format. If it happens again, "
        "show the log to your system staff."
    )


class BadQuestions(InputError):
    """Details: `name`, `line`."""

    ja = (
        "質問のファイル「{name}」の {line} 行目が読み取れません。1行に1つ、"
        '{{"query": "質問", "answers": [{{"manual": "ファイル名", "headings": ["見出し"]}}]}} '
        "の形で書いてください。答えがない質問は answers を [] にします。"
    )
    en = (
        "Line {line} of the questions in “{name}” is not understood. Write one a line, like "
        '{{"query": "…", "answers": [{{"manual": "FILE", "headings": ["HEADING"]}}]}}, with [] '
        "where nothing answers."
    )


class UnknownFormat(InputError):
    """Details: `name`, `known`."""

    ja = "書き出しの形式「{name}」はありません。使えるのは {known} です。"
    en = "There is no output format “{name}”. There are {known}."


class UnreadableTranscript(InputError):
    """Details: `place`, where in the file the first fault is."""

    ja = (
        "文字起こしのデータ(JSON)が読み取れません(箇所: {place})。壊れているか、別の形式か、"
        "新しい版の聞き書きで作られたものです。元の録音からもう一度作れます。"
    )
    en = (
        "The transcript's data (JSON) cannot be read (at: {place}). It is damaged, of another "
        "format, or of a newer version. It can be made again from the recording."
    )


class UnreadableDocument(InputError):
    """Details: `name`."""

    ja = (
        "「{name}」は取り込めません。docx・txt の会議録、聞き書きの JSON、JSON Lines のどれかで、"
        "壊れていないかを確かめてください。PDF や .doc は Word で .docx に保存し直してください。"
        "ほかのファイルには影響ありません。"
    )
    en = (
        "“{name}” cannot be imported. Check that it is minutes as docx or txt, a transcript as "
        "JSON, or JSON Lines, and not damaged; save PDF or .doc as .docx. Other files are not "
        "affected."
    )


class NoSpeakers(InputError):
    """Details: `name`."""

    ja = (
        "「{name}」には発言者の印(「○議長（青木一郎君）」「◆上田委員　」など)が見つかりません。"
        "会議録かどうかを確かめてください。何も取り込んでいません。"
    )
    en = (
        "No speaker is marked in “{name}” (as in 「○議長（青木一郎君）」 or 「◆上田委員　」). "
        "Check that it is minutes. Nothing of it was taken."
    )


class BadLine(InputError):
    """Details: `name`, `line` (counted from 1), `place` (which part of the line)."""

    ja = (
        "「{name}」の{line}行目({place})が読み取れません。この行は取り込まず、ほかの行は取り込みます。"
        "直してもう一度実行すると、残りだけを取り込みます。"
    )
    en = (
        "Line {line} of “{name}” cannot be read ({place}). It was left out, the others are taken. "
        "Correct it and run this again: only what is missing is taken then."
    )


class UnknownImport(InputError):
    """It was taken, dropped, has waited for too long, or was somebody else's."""

    ja = "そのファイルはもう待っていません。取り込むときは、もう一度置いてください。"
    en = "That file does not wait any more. To import it, drop it again."


class NotConfirmed(InputError):
    """Nobody could be asked."""

    ja = (
        "読み取った内容の確認がまだです。表示された内容でよければ、"
        "`--yes` を付けて実行してください。何も取り込んでいません。"
    )
    en = (
        "Nobody has confirmed what was read. If it is right as shown, run this with `--yes`. "
        "Nothing was taken."
    )


class BackupError(InputError):
    """A file that cannot be restored. Details: `name`."""


class NoBackup(BackupError):
    """It is something else."""

    ja = "「{name}」は聞き書きのバックアップではありません。何も変えていません。"
    en = "“{name}” is no backup of Kikigaki. Nothing was changed."


class BrokenBackup(BackupError):
    """It is damaged."""

    ja = (
        "バックアップ「{name}」は壊れているか、途中で切れています。何も変えていません。"
        "写しが別にあれば、そちらを使ってください。"
    )
    en = (
        "The backup “{name}” is damaged or cut off. Nothing was changed. Use another copy if there "
        "is one."
    )


class WrongPassphrase(BackupError):
    """Another one opens it."""

    ja = "合言葉が違うため「{name}」を開けません。何も変えていません。"
    en = "“{name}” opens with another passphrase. Nothing was changed."


class NewerBackup(BackupError):
    """This version does not know its form."""

    ja = (
        "「{name}」はより新しい版の聞き書きで作られました。その版か、より新しい版で戻してください。"
        "何も変えていません。"
    )
    en = (
        "“{name}” was made by a newer version of Kikigaki. Restore it with that version or a newer "
        "one. Nothing was changed."
    )


class UnknownBackup(BackupError):
    """Details: `name`."""

    ja = "「{name}」というバックアップは、ここにありません。一覧から選び直してください。"
    en = "There is no backup “{name}” here. Choose it from the list again."


class PassphraseNeeded(InputError):
    """Nobody could be asked."""

    ja = (
        "合言葉が要ります。端末から実行するか、`--passphrase-file` で合言葉の入ったファイルを"
        "指定してください。"
    )
    en = (
        "A passphrase is needed: run this at a terminal, or name a file that holds it with "
        "`--passphrase-file`."
    )


class PlaceNotEmpty(InputError):
    """Details: `place`."""

    ja = (
        "{place} には既に記録があります。バックアップは空の場所にだけ戻せます。"
        "KIKIGAKI_DATA_DIR で別のフォルダーを指定してください。何も変えていません。"
    )
    en = (
        "There are records in {place} already, and a backup is restored into an empty place only. "
        "Name another folder with KIKIGAKI_DATA_DIR. Nothing was changed."
    )


class DatabaseNotEmpty(InputError):
    """Details: `place`."""

    ja = (
        "データベース({place})には既にデータか、別の版の表があります。新しい空のデータベースを作り、"
        "KIKIGAKI_DATABASE_URL で指定してください。何も変えていません。"
    )
    en = (
        "The database ({place}) holds data already, or tables of another version. Make a new, "
        "empty one and name it with KIKIGAKI_DATABASE_URL. Nothing was changed."
    )


class FilesInUse(InputError):
    """A backup and the sealing of plain files need the files for themselves."""

    ja = (
        "バックアップか `kikigaki keys seal` が実行中です。どちらもファイルをそのまま保つ必要が"
        "あるため、終わってからもう一度実行してください。"
    )
    en = (
        "A backup or `kikigaki keys seal` is running. Each needs the files to stay as they are: "
        "run this again when it is over."
    )


class SealingOff(InputError):
    """What lies here plain is to be sealed, and new files are left plain."""

    ja = (
        "KIKIGAKI_SEAL=false のため、新しいファイルにも封をしていません。"
        "この設定を外してから、もう一度実行してください。"
    )
    en = (
        "KIKIGAKI_SEAL=false leaves even new files unsealed. Take that setting away, then run this "
        "again."
    )


class FileThere(InputError):
    """Details: `path`."""

    ja = "{path} が既にあります。上書きはしません。別の名前を指定してください。"
    en = "{path} is there already and is not overwritten. Give another name."


class BadSpeakerCount(InputError):
    """Details: `text`."""

    ja = "話者の人数「{text}」が読み取れません。4 や 2-6 のように書いてください。"
    en = "The number of speakers “{text}” is not understood. Write it like 4 or 2-6."


class AlreadyRunning(InputError):
    """Another process works on the same recording with the same settings. Details: `name`."""

    ja = (
        "「{name}」は別のところで処理中です。"
        "そちらが終わるのを待つか、止めてからやり直してください。"
    )
    en = "“{name}” is being worked on elsewhere. Wait for that to end, or stop it first."


class UnknownModel(InputError):
    """Details: `name`, `folder`."""

    ja = (
        "モデル「{name}」がありません。`kikigaki models list` で一覧を見るか、"
        "重みのフォルダーを `kikigaki models add` で {folder} に加えてください。"
    )
    en = (
        "There is no model “{name}”. See `kikigaki models list`, or bring a folder of weights into "
        "{folder} with `kikigaki models add`."
    )


class BadModelFolder(InputError):
    """Details: `path`, `missing`."""

    ja = "「{path}」はモデルのフォルダーとして使えません。足りないもの: {missing}。"
    en = "“{path}” cannot be used as a model's folder. Missing: {missing}."


class BadModelName(InputError):
    """Details: `name`."""

    ja = (
        "「{name}」という名前は付けられません。空か、使えない文字(/ や先頭の .)があるか、"
        "同じ名前のモデルがもうあります。`--name` で別の名前を付けるか、"
        "`kikigaki models remove` で前のものを外してください。"
    )
    en = (
        "Weights cannot be called “{name}”: it is empty, holds a character that cannot be used (/ "
        "or a leading .), or other weights have it. Give another name with `--name`, or remove the "
        "others with `kikigaki models remove`."
    )


class SetupError(KikigakiError):
    """Something has to be installed or brought in."""

    exit_code = 3


class MissingWeights(SetupError):
    """Details: `name`, `folder`."""

    ja = (
        "「{name}」の重みがありません。`make install` をやり直すか、重みのフォルダーを "
        "`kikigaki models add` で {folder} に加えてください。"
    )
    en = (
        "The weights of “{name}” are not here. Run `make install` again, or bring a folder of "
        "weights into {folder} with `kikigaki models add`."
    )


class DamagedWeights(SetupError):
    """Details: `name`, `path`."""

    ja = "「{name}」の重み({path})のチェックサムが合いません。入れ直してください。"
    en = "The checksum of “{name}” ({path}) does not match. Install it again."


class UnloadableWeights(SetupError):
    """Details: `name`, `path`, `reason` (the library's own words)."""

    ja = (
        "「{name}」の重み({path})を読み込めません。理由: {reason} "
        "別の重みを選ぶか (`kikigaki models list`)、合う形式のものを加えてください。"
    )
    en = (
        "The weights of “{name}” ({path}) cannot be loaded: {reason} Choose others (`kikigaki "
        "models list`), or bring them in a format that this version reads."
    )


class NoConnection(SetupError):
    """Details: `name`."""

    ja = (
        "「{name}」を取りに行けませんでした(外につながらないか、途中で切れました)。"
        "つながる所でもう一度実行すると続きから取ります。外につながらない機械には、"
        "フォルダーを持ち込んで `kikigaki models add フォルダー` で加えてください。"
    )
    en = (
        "“{name}” could not be fetched: there is no connection, or it broke. Run it again with a "
        "connection and it goes on where it stopped. For a machine without one, carry the folder "
        "in by hand: `kikigaki models add FOLDER`."
    )


class FetchRefused(SetupError):
    """Details: `name`."""

    ja = (
        "「{name}」は配布元にないか、利用条件への同意が要ります。配布元のページで確かめ、"
        "同意が要る場合は同意したうえで、アクセストークンを環境変数 HF_TOKEN に入れて"
        "もう一度実行してください。"
    )
    en = (
        "The hub does not have “{name}”, or wants its terms accepted first. Look at its page, "
        "accept the terms if it asks, put an access token into HF_TOKEN and run it again."
    )


class AddressTaken(SetupError):
    """The application cannot listen there. Details: `host`, `port`."""

    ja = (
        "{host}:{port} を開けません。聞き書きがもう動いているなら、その画面をそのまま使えます。"
        "別の番号で開くには KIKIGAKI_PORT=7861 のように指定してください。"
    )
    en = (
        "{host}:{port} cannot be opened. If Kikigaki is running already, use that page. To open it "
        "under another number, set KIKIGAKI_PORT=7861 or the like."
    )


class OpenToAll(SetupError):
    """It would answer other machines without any sign-in. Details: `host`."""

    ja = (
        "{host} で開くと、ほかの機械からサインインなしで使えてしまうため、始めません。先に "
        "`kikigaki people add ログイン名 --role administrator` で利用者を登録してください。"
        "この機械だけで使うには KIKIGAKI_HOST=127.0.0.1 のままにします。"
    )
    en = (
        "On {host} other machines could use it without signing in, so it does not start. Add an "
        "account first: `kikigaki people add LOGIN --role administrator`. To use it on this "
        "machine only, leave KIKIGAKI_HOST=127.0.0.1."
    )


class BadSignInSettings(SetupError):
    """Details: `name`, the setting."""

    ja = "{name} の書き方が違うか、一緒に要る設定がありません。設定の説明を見て直してください。"
    en = "{name} is not written as it should be, or lacks another setting. See the settings' page."


class ProviderFails(SetupError):
    """The provider of sign-in (OpenID Connect). Details: `issuer`."""

    ja = (
        "庁内の認証サービス({issuer})でサインインできませんでした。もう一度試し、続くときは"
        "システム担当者に知らせてください。"
    )
    en = (
        "Signing in through {issuer} did not work. Try again; if it goes on, tell your system "
        "staff."
    )


class OutdatedDatabase(SetupError):
    """Tables of an older version, in a database that is not upgraded without asking."""

    ja = (
        "データベースがこの版の聞き書きより古い形式です。バックアップを取ってから "
        "`kikigaki db upgrade` を実行してください。データはそのまま残ります。"
    )
    en = (
        "The database has the tables of an older version. Back it up, then run `kikigaki db "
        "upgrade`. Nothing in it is lost."
    )


class OneWorker(SetupError):
    """A second worker beside a database in a file. Details: `path`."""

    ja = (
        "データベース({path})の処理係は、もう動いています(画面を開くと一緒に始まります)。"
        "ほかの機械にも手伝わせるには PostgreSQL が要ります。"
        "KIKIGAKI_DATABASE_URL に指定してください。"
    )
    en = (
        "The worker of the database {path} is running already: it starts with the application. For "
        "workers on other machines, set KIKIGAKI_DATABASE_URL to a PostgreSQL database."
    )


class NewerDatabase(SetupError):
    """Tables of a version that this program does not know."""

    ja = (
        "データベースは、より新しい版の聞き書きで使われています。データには触れていません。"
        "この機械の聞き書きを新しくしてください。"
    )
    en = (
        "The database is used by a newer version of Kikigaki. It was not touched: bring this "
        "machine's program up to date."
    )


class BadDatabaseAddress(SetupError):
    """`KIKIGAKI_DATABASE_URL` is no address that can be used; it may hold a password."""

    ja = (
        "KIKIGAKI_DATABASE_URL が読み取れません。"
        "postgresql://利用者:パスワード@ホスト/データベース名 のように書いてください。"
    )
    en = (
        "KIKIGAKI_DATABASE_URL is not understood. Write it like "
        "postgresql://USER:PASSWORD@HOST/DATABASE."
    )


class MissingMasterKey(SetupError):
    """There are sealed files, and no master key. Details: `place`."""

    ja = (
        "封をした録音や資料を開く鍵が {place} にありません。何も失われておらず、新しい鍵も作って"
        "いません。保管してある鍵の写しを {place} に戻してから、もう一度実行してください。"
    )
    en = (
        "The master key that opens the sealed recordings and documents is not at {place}. Nothing "
        "is lost, and no new key was made: put your copy of it back to {place} and try again."
    )


class WrongMasterKey(SetupError):
    """Sealed under a master key that is not here. Details: `place`, `wanted`, `here`."""

    ja = (
        "{place} の鍵 ({here}) では開けません。鍵 {wanted} で封をしたものです。"
        "何も失われていません。"
        "鍵 {wanted} の写しを {place} の最後の行に加えてから、もう一度実行してください。"
    )
    en = (
        "The master key at {place} ({here}) does not open this: it was sealed with {wanted}. "
        "Nothing is lost. Add your copy of {wanted} as the last line at {place} and try again."
    )


class BadMasterKey(SetupError):
    """Details: `place`."""

    ja = (
        "{place} の中身が鍵として読み取れません (32 バイトを base64 で書いたものが鍵です)。"
        "何も失われていません。保管してある写しに戻してください。"
    )
    en = (
        "What is at {place} is no master key (32 bytes written in base64). Nothing is lost: put "
        "your copy of it back."
    )


class FixedMasterKey(SetupError):
    """The master key is given by the environment, and cannot be changed from here."""

    ja = (
        "鍵は環境変数 KIKIGAKI_MASTER_KEY にあり、ここからは変えられません。新しい鍵を "
        "`openssl rand -base64 32` で作り、「新しい鍵,今の鍵」の順にコンマで並べて設定してから、"
        "もう一度 `kikigaki keys rotate` を実行してください。"
    )
    en = (
        "The master key is in KIKIGAKI_MASTER_KEY and cannot be changed from here. Make a new one "
        "with `openssl rand -base64 32`, set the variable to “NEW,PRESENT”, and run `kikigaki "
        "keys rotate` again."
    )


class NoKeyring(SetupError):
    """The system has no keyring, or it is locked."""

    ja = (
        "このシステムのキーリング (資格情報の保管庫) を使えません。何も失われていません。"
        "ロックを解除するか、KIKIGAKI_MASTER_KEY_IN=file で鍵をファイルに置いてください。"
    )
    en = (
        "The system's keyring cannot be used. Nothing is lost: unlock it, or keep the key in a "
        "file with KIKIGAKI_MASTER_KEY_IN=file."
    )


class MissingCipher(SetupError):
    """SQLCipher is not installed."""

    ja = (
        "データベースの暗号化に使う部品 (SQLCipher) が入っていません。"
        "`pip install 'kikigaki[sqlcipher]'` で入れるか、"
        "KIKIGAKI_ENCRYPT_DATABASE を外してください。"
    )
    en = (
        "What encrypts the database (SQLCipher) is not installed. Run `pip install "
        "'kikigaki[sqlcipher]'`, or unset KIKIGAKI_ENCRYPT_DATABASE."
    )


class DatabaseNotEncrypted(SetupError):
    """It is to be encrypted, and is not yet. Details: `path`."""

    ja = (
        "データベース ({path}) はまだ暗号化されていません。聞き書きを止めてから "
        "`kikigaki db encrypt` を実行してください。中身はそのまま残ります。"
    )
    en = (
        "The database ({path}) is not encrypted yet. Stop Kikigaki and run `kikigaki db encrypt`. "
        "Nothing in it is lost."
    )


class WrongDatabaseKey(SetupError):
    """No master key that is here opens the database. Details: `path`."""

    ja = (
        "データベース ({path}) が今の鍵では開けないか、壊れています。何も書き込んでいません。"
        "保管してある鍵の写しを鍵の場所 (指定がなければ state/master.key) に戻してください。"
    )
    en = (
        "The master key that is here does not open the database ({path}), or it is damaged. "
        "Nothing was written. Put your copy of the key back to its place (state/master.key unless "
        "set otherwise)."
    )


class StorageError(KikigakiError):
    """The disk or the database says no."""

    exit_code = 4


class DiskFull(StorageError):
    """Details: `path`."""

    ja = (
        "「{path}」のディスクがいっぱいです。空きを作ってからもう一度実行してください。"
        "終わったところから続きます。"
    )
    en = "The disk of “{path}” is full. Make room and run it again: it goes on where it stopped."


class NotWritable(StorageError):
    """Details: `path`."""

    ja = "「{path}」に書き込めません。フォルダーの権限を確かめてください。"
    en = "“{path}” cannot be written to. Check the folder's permissions."


class BrokenSeal(StorageError):
    """A sealed file that was changed, cut off or exchanged. Details: `name`."""

    ja = (
        "「{name}」は封をしたあとで変わったか、途中で切れているため、開けません。"
        "ディスクの故障か、書き換えです。このファイルをバックアップから戻してください。"
        "ほかのものには影響ありません。"
    )
    en = (
        "“{name}” was changed or cut off after it was sealed, by a failing disk or by somebody, "
        "and cannot be opened. Restore it from a backup. Nothing else is affected."
    )


class LostFileKey(StorageError):
    """A sealed file whose own key is not in the database. Details: `name`."""

    ja = (
        "「{name}」の鍵がデータベースにありません。削除されたものなら、もう誰にも読めません。"
        "データベースを古いバックアップから戻したのなら、新しいものから戻し直してください。"
    )
    en = (
        "The key of “{name}” is not in the database. If it was deleted, nobody can read it any "
        "more; if the database came from an old backup, restore it from a newer one."
    )


class DatabaseInUse(StorageError):
    """Others have the database open, and it has to be rewritten. Details: `path`."""

    ja = (
        "データベース ({path}) をほかのプログラムが使っています。何も変えていません。"
        "聞き書きの画面とワーカーを止めてから、もう一度実行してください。"
    )
    en = (
        "The database ({path}) is in use. Nothing was changed: stop Kikigaki's page and workers, "
        "then try again."
    )


class DatabaseUnavailable(StorageError):
    """Details: `place`."""

    ja = (
        "データベース({place})につながらないか、ほかの処理が長く使っています。"
        "保存済みのものは失われていません。つながりを確かめて、もう一度実行してください。"
    )
    en = (
        "The database ({place}) does not answer, or others keep it busy. What was saved is safe: "
        "check the connection and try again."
    )


class DamagedDatabase(StorageError):
    """Details: `place`."""

    ja = (
        "データベース({place})が壊れているか、データベースではありません。"
        "何も書き込んでいません。バックアップから戻してください。"
    )
    en = (
        "The database ({place}) is damaged, or is none. Nothing was written: restore it from a "
        "backup."
    )


class ForeignAuditRow(StorageError):
    """The next row of the audit log is there already, and this program did not write it."""

    ja = (
        "監査の記録に、聞き書きが書いていない行があるため、何も書き込みませんでした。"
        "`kikigaki audit verify` で確かめ、システム担当者に知らせてください。"
    )
    en = (
        "The audit log has a row that Kikigaki did not write, so nothing was changed. Look with "
        "`kikigaki audit verify` and tell your system staff."
    )


class Unforeseen(KikigakiError):
    """A fault of the program itself."""

    ja = (
        "思わぬ不具合で処理が止まりました。録音は残っています。「もう一度」を押すと続きから始まります。"
        "くり返すときは、システム担当者にログを見せてください。"
    )
    en = (
        "The work stopped for a reason nobody foresaw. The recording is safe: “Try again” goes on "
        "from where it stopped. If it happens again, show the log to your system staff."
    )


class WorkerDied(Unforeseen):
    """The worker process ended in the midst of a recording, repeatedly."""

    ja = (
        "この録音の処理中に、処理用のプログラムが何度も落ちました(メモリ不足のことがあります)。"
        "録音は残っています。ほかの仕事を減らしてから「もう一度」を押すと続きから始まります。"
    )
    en = (
        "The program that does the work ended several times in the midst of this recording, "
        "perhaps for want of memory. The recording is safe: free some memory and press "
        "“Try again” to go on from where it stopped."
    )


class Stopped(KikigakiError):
    """Somebody stopped the work."""

    ja = "止めました。ここまでの結果は残っています。もう一度実行すると続きから始まります。"
    en = "Stopped. What was done so far is kept: run it again and it goes on from there."
    exit_code = 130


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turns the operating system's refusals to write at `path` into a `StorageError`.

    Raises:
        DiskFull: no room, over quota, or more than a file may have there.
        NotWritable: no permission, a read-only file system, or a file where a folder should be.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull(path=path) from error
        if error.errno in {
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOTDIR,
            errno.EEXIST,
            errno.ENAMETOOLONG,
        }:
            raise NotWritable(path=path) from error
        raise
