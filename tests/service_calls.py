"""Every call of a service that takes who acts: whom it lets, and what the log tells of it.

`tests/integration/test_service_rights.py` sees to it that none is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from assistant.archive import Action
from assistant.errors import Forbidden, UnknownMatter, UnknownRecording, WrongPassword
from assistant.manual import Verdict
from assistant.people import SINGLE_USER, MatterKind, Right, Role
from assistant.retention import Part
from assistant.services.access import may
from assistant.services.auditing import AuditQuery
from assistant.services.backup_desk import SUBJECT
from assistant.services.backups import SUFFIX
from assistant.services.mending import Corrections
from assistant.services.queueing import BACKUP
from assistant.services.transcribing import Options
from tests.people import PASSWORD
from tests.recordings import make_transcript
from tests.service_world import REASON, SHORT, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.errors import KikigakiError
    from assistant.model import Transcript
    from assistant.people import Actor

    Act = Callable[[World, Actor, Any], object]
    Given = Callable[[World, Actor], Any]

ROLES = "caseworker clerk supervisor manager auditor administrator newcomer"
"""The newcomer has no role yet. All of them belong to the case but the manager, who sees all."""
WORKERS = "caseworker clerk supervisor manager"
KEEPERS = "clerk supervisor manager administrator"
MANUALS = "supervisor manager administrator"
ACCOUNTS = "manager administrator"


def _nothing(world: World, actor: Actor) -> None:
    del world, actor


@dataclass(frozen=True)
class Call:
    """`act` gets what `given` made beforehand: an id, a file, …

    The others hear `otherwise`. `told` is what the log tells, or why it tells nothing. Of a record
    (`of_record`), those hear that there is none who do not belong to its case; `given` is its id.
    `by_single`: the single user may, too.
    """

    act: Act
    whom: str
    told: Action | str
    given: Given = _nothing
    otherwise: type[KikigakiError] = Forbidden
    of_record: bool = False
    by_single: bool = True

    def refuses(self, login: str) -> type[KikigakiError]:
        """What somebody hears who may not."""
        elsewhere = login == "outsider" and self.otherwise is Forbidden
        return UnknownRecording if self.of_record and elsewhere else self.otherwise

    def lets(self, login: str) -> bool:
        """Whether that person may."""
        if login == "single":
            return self.by_single
        if login == "outsider":
            return not self.of_record and "caseworker" in self.whom.split()
        return login in self.whom.split()


def _record(world: World, actor: Actor) -> str:
    del actor
    return world.record()


def on_record(act: Act, told: Action | str, whom: str = WORKERS, given: Given = _record) -> Call:
    """A call about one record."""
    return Call(act, whom, told, given, UnknownRecording, of_record=True)


COLLEAGUES = "names of colleagues, to those who look after them"
DISPLAYS = "the log of displays is one of its own: a call beside a conversation comes every moment"
ONLY_NAMES = "titles and states of one's own records, which a page asks for all the time"
NUMBERS = "compares a number with what was typed"
RULES = "what is kept how long, of no record"


def _add(world: World, actor: Actor, matter: str | None = None) -> str:
    with world.library.adding(actor, "a.wav", Options(), matter) as (recording, file):
        file.write(b"sound")
    return recording


def _take(world: World, actor: Actor, transcript: Transcript) -> str:
    return world.library.take(actor, transcript, world.file("a.wav", "sound"))


def _new_work(world: World, actor: Actor) -> Transcript:
    made = make_transcript("a.wav")
    settings = {"work": token_hex(16)}
    return replace(made, provenance=replace(made.provenance, settings=settings))


def _saved(world: World, actor: Actor) -> str:
    keeps = may(actor, Right.VIEW)
    return world.application.archive_search.save(actor, "", "委員会", {}).id if keeps else ""


def _export(world: World, actor: Actor, *, made: bool = False) -> str:
    """One that the actor asked for, or somebody else where they may not."""
    asking = actor if may(actor, Right.EXPORT) else SINGLE_USER
    export = world.application.exports.ask(
        asking, [world.record(by=asking)], "txt", queued=not made
    )
    if made:
        world.application.export_work.make(export, lambda _: None)
    return export


def _backup(world: World) -> str:
    """The name of one that can be verified, and nothing is being done."""
    folder = world.application.settings.backups_dir.absolute()
    folder.mkdir(exist_ok=True)
    place = folder / f"{token_hex(4)}{SUFFIX}"
    world.application.backups.make(SINGLE_USER, place, None)
    world.application.jobs.forget(BACKUP, SUBJECT)
    return place.name


def _importing(world: World, actor: Actor) -> str:
    """A file that waits for the actor, or for somebody else where they may not."""
    return world.importing(actor if may(actor, Right.ADD) else SINGLE_USER)


def _receive(world: World, actor: Actor, text: str) -> object:
    desk = world.application.manual_desk
    with desk.receiving(actor, f"{token_hex(4)}.md") as file:
        with file.create() as stream:
            stream.write(text.encode())
        return desk.receive(actor, file)


def _receiving(world: World, actor: Actor, given: object) -> None:
    with world.application.manual_desk.receiving(actor, "a.md"):
        pass


def _watched(world: World, actor: Actor) -> Any:
    return world.manual().parent


def _held(world: World, actor: Actor) -> str:
    return world.application.retainer.hold(SINGLE_USER, world.record(), REASON).id


def _foreign(world: World, actor: Actor) -> str:
    """A record of another case, of which an emergency may be."""
    return world.record(matter=world.matter().id)


def _change_password(world: World, actor: Actor, visitor: Any) -> object:
    return world.people.signing.change_password(visitor, PASSWORD, f"two green {token_hex(8)}")


CALLS: dict[str, Call] = {
    "Accounts.all": Call(lambda w, a, _: w.people.accounts.all(a), ACCOUNTS, COLLEAGUES),
    "Accounts.find": Call(lambda w, a, _: w.people.accounts.find(a, "clerk"), ACCOUNTS, COLLEAGUES),
    "Accounts.add": Call(
        lambda w, a, _: w.people.accounts.add(a, f"p{token_hex(6)}", "", [Role.CLERK]),
        ACCOUNTS,
        Action.RIGHTS,
    ),
    "Accounts.rename": Call(
        lambda w, a, one: w.people.accounts.rename(a, one, "青木"),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.somebody(),
    ),
    "Accounts.set_roles": Call(
        lambda w, a, one: w.people.accounts.set_roles(a, one, [Role.AUDITOR]),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.somebody(),
    ),
    "Accounts.set_active": Call(
        lambda w, a, one: w.people.accounts.set_active(a, one, active=False),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.somebody(),
    ),
    "Accounts.set_os_user": Call(
        lambda w, a, one: w.people.accounts.set_os_user(a, one, token_hex(6)),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.somebody(),
    ),
    "Accounts.reset_password": Call(
        lambda w, a, one: w.people.accounts.reset_password(a, one),
        ACCOUNTS,
        Action.PASSWORD,
        lambda w, a: w.somebody(),
    ),
    "ArchiveSearch.search": Call(
        lambda w, a, _: w.application.archive_search.search(a, "委員会"), WORKERS, Action.SEARCH
    ),
    "ArchiveSearch.export": Call(
        lambda w, a, _: w.application.archive_search.export(a, "委員会", None, 10),
        WORKERS,
        Action.EXPORT,
    ),
    "ArchiveSearch.saved": Call(
        lambda w, a, _: w.application.archive_search.saved(a), WORKERS, "one's own questions"
    ),
    "ArchiveSearch.save": Call(
        lambda w, a, _: w.application.archive_search.save(a, "", "委員会", {}),
        WORKERS,
        Action.SEARCH,
    ),
    "ArchiveSearch.forget": Call(
        lambda w, a, one: w.application.archive_search.forget(a, one),
        WORKERS,
        Action.SEARCH,
        _saved,
    ),
    "ArchiveSearch.records": Call(
        lambda w, a, _: w.application.archive_search.records(a, "委員会", None),
        WORKERS,
        Action.EXPORT,
    ),
    "AuditLog.verify": Call(
        lambda w, a, _: w.application.audit_log.verify(a), "auditor", Action.AUDIT
    ),
    "AuditLog.rows": Call(
        lambda w, a, _: w.application.audit_log.rows(a, AuditQuery()), "auditor", Action.AUDIT
    ),
    "AuditLog.csv": Call(
        lambda w, a, _: w.application.audit_log.csv(a, AuditQuery()), "auditor", Action.AUDIT
    ),
    "Backups.make": Call(
        lambda w, a, place: w.application.backups.make(a, place, "合言葉"),
        "administrator",
        Action.BACKUP,
        lambda w, a: w.file("x", "").with_name(f"{token_hex(4)}.backup"),
    ),
    "Backups.note": Call(
        lambda w, a, _: w.application.backups.note(a, "x", "verified"),
        "administrator",
        Action.BACKUP,
    ),
    "BackupDesk.overview": Call(
        lambda w, a, _: w.application.backup_desk.overview(a),
        "administrator",
        "names and sizes of backups",
    ),
    "BackupDesk.start": Call(
        lambda w, a, _: w.application.backup_desk.start(a),
        "administrator",
        Action.BACKUP,
        lambda w, a: w.application.jobs.forget(BACKUP, SUBJECT),
    ),
    "BackupDesk.verify": Call(
        lambda w, a, name: w.application.backup_desk.verify(a, name),
        "administrator",
        Action.BACKUP,
        lambda w, a: _backup(w),
    ),
    "BackupDesk.stop": Call(
        lambda w, a, _: w.application.backup_desk.stop(a), "administrator", Action.BACKUP
    ),
    "Restores.check": Call(
        lambda w, a, file: w.restores.check(a, file),
        "administrator",
        "nothing of it is told but how many rows it has",
        lambda w, a: w.file("x", ""),
    ),
    "Restores.restore": Call(
        lambda w, a, file: w.restores.restore(a, file),
        "administrator",
        Action.RESTORE,
        lambda w, a: w.file("x", ""),
    ),
    "Deleter.deletions": Call(
        lambda w, a, _: w.application.deleter.deletions(a), "manager", "notes of deletions"
    ),
    "Deleter.plan": Call(
        lambda w, a, _: w.application.deleter.plan(a, w.clock.now().date()),
        "manager",
        "titles, to those who see all records",
    ),
    "Deleter.set_daily": Call(
        lambda w, a, _: w.application.deleter.set_daily(a, on=True), "manager", Action.RETENTION
    ),
    "Deleter.run": Call(
        lambda w, a, _: w.application.deleter.run(a, w.clock.now().date()),
        "manager",
        Action.RETENTION,
        lambda w, a: w.due(),
    ),
    "Deleter.run_confirmed": Call(
        lambda w, a, one: w.application.deleter.run_confirmed(a, {(one, Part.WHOLE)}, "1"),
        "manager",
        Action.RETENTION,
        lambda w, a: w.due(),
    ),
    "Deleter.insist_on_run": Call(
        lambda w, a, _: w.application.deleter.insist_on_run(a, 1, "1"), "manager", NUMBERS
    ),
    "Deleter.insist_on_rule": Call(
        lambda w, a, _: w.application.deleter.insist_on_rule(a, replace(SHORT, years=900), "0"),
        "manager",
        NUMBERS,
    ),
    "Emergency.open": Call(
        lambda w, a, one: w.people.emergency.open(a, one, REASON),
        "caseworker supervisor",
        Action.BREAK_GLASS,
        _foreign,
    ),
    "ExportDesk.ask": Call(
        lambda w, a, one: w.application.exports.ask(a, [one], "txt"),
        WORKERS,
        Action.EXPORT,
        _record,
        of_record=True,
    ),
    "ExportDesk.mine": Call(
        lambda w, a, _: w.application.exports.mine(a), WORKERS, "what one asked for oneself"
    ),
    "ExportDesk.file": Call(
        lambda w, a, one: w.application.exports.file(a, one),
        WORKERS,
        Action.EXPORT,
        partial(_export, made=True),
    ),
    "ExportDesk.stop": Call(
        lambda w, a, one: w.application.exports.stop(a, one), WORKERS, Action.STOP, _export
    ),
    "ExportDesk.retry": Call(
        lambda w, a, one: w.application.exports.retry(a, one), WORKERS, Action.RETRY, _export
    ),
    "ExportDesk.remove": Call(
        lambda w, a, one: w.application.exports.remove(a, one), WORKERS, Action.REMOVE, _export
    ),
    "Forecaster.all": Call(
        lambda w, a, _: w.application.forecaster.all(a),
        "manager",
        "titles, to those who see all records",
    ),
    "Forecaster.of": on_record(lambda w, a, one: w.application.forecaster.of(a, one), RULES),
    "ImportDesk.receiving": Call(
        lambda w, a, _: w.importing(a), WORKERS, "a file that waits, of which nothing is taken"
    ),
    "ImportDesk.waiting": Call(
        lambda w, a, _: w.application.import_desk.waiting(a), WORKERS, "one's own files"
    ),
    "ImportDesk.find": Call(
        lambda w, a, one: w.application.import_desk.find(a, one),
        WORKERS,
        "one's own file",
        _importing,
    ),
    "ImportDesk.preview": Call(
        lambda w, a, one: w.application.import_desk.preview(a, one, 9),
        WORKERS,
        "one's own file, of which nothing is taken",
        _importing,
    ),
    "ImportDesk.take": Call(
        lambda w, a, one: w.application.import_desk.take(a, one, Corrections()),
        WORKERS,
        Action.IMPORT,
        _importing,
    ),
    "ImportDesk.drop": Call(
        lambda w, a, one: w.application.import_desk.drop(a, one),
        WORKERS,
        "a file that waited, of which nothing was taken",
        _importing,
    ),
    "Importer.preview": Call(
        lambda w, a, file: w.application.importer.preview(a, file, 9),
        WORKERS,
        "a file of the actor's own, of which nothing is taken",
        lambda w, a: w.minutes(),
    ),
    "Importer.look": Call(
        lambda w, a, file: list(w.application.importer.look(a, file, Corrections())),
        WORKERS,
        "a file of the actor's own, of which nothing is taken",
        lambda w, a: w.minutes(),
    ),
    "Importer.take": Call(
        lambda w, a, file: w.application.importer.take(a, file, Corrections()),
        WORKERS,
        Action.IMPORT,
        lambda w, a: w.minutes(),
    ),
    "Library.adding": Call(lambda w, a, _: _add(w, a), WORKERS, Action.ADD),
    "Library.take": Call(_take, WORKERS, Action.TRANSCRIBE, _new_work),
    "Library.entries": Call(lambda w, a, _: w.library.entries(a), f"{ROLES} outsider", ONLY_NAMES),
    "Library.entry": on_record(lambda w, a, one: w.library.entry(a, one), ONLY_NAMES),
    "Library.sound": on_record(lambda w, a, one: w.library.sound(a, one), Action.PLAY),
    "Library.peaks": on_record(
        lambda w, a, one: w.library.peaks(a, one), "its outline tells when, and not what"
    ),
    "Library.transcript": on_record(lambda w, a, one: w.library.transcript(a, one), Action.VIEW),
    "Library.edits": on_record(lambda w, a, one: w.library.edits(a, one), Action.VIEW),
    "Editing.annotate": on_record(
        lambda w, a, one: w.editing.annotate(a, one, w.annotated), Action.EDIT
    ),
    "Library.passage": on_record(
        lambda w, a, one: w.library.passage(a, one, 0), "a section of a manual"
    ),
    "Editing.rename_speaker": on_record(
        lambda w, a, one: w.editing.rename_speaker(a, one, "S1", "青木"), Action.EDIT
    ),
    "Editing.known_names": on_record(
        lambda w, a, one: w.editing.known_names(a, one),
        "comes with the transcript, which is told",
    ),
    "Editing.correct": on_record(
        lambda w, a, one: w.editing.correct(a, one, "T1", "はい。"), Action.EDIT
    ),
    "Editing.retitle": on_record(lambda w, a, one: w.editing.retitle(a, one, "題"), Action.EDIT),
    "Editing.move": on_record(lambda w, a, one: w.editing.move(a, one, None), Action.EDIT),
    "Library.export": on_record(lambda w, a, one: w.library.export(a, one, "txt"), Action.EXPORT),
    "Library.print_out": on_record(lambda w, a, one: w.library.print_out(a, one), Action.PRINT),
    "Library.cancel": on_record(
        lambda w, a, one: w.library.cancel(a, one), Action.STOP, given=lambda w, a: w.waiting()
    ),
    "Library.retry": on_record(
        lambda w, a, one: w.library.retry(a, one), Action.RETRY, given=lambda w, a: w.stopped()
    ),
    "Library.remove": on_record(
        lambda w, a, one: w.library.remove(a, one), Action.REMOVE, "clerk supervisor manager"
    ),
    "ManualDesk.may_change": Call(
        lambda w, a, _: w.application.manual_desk.may_change(a), ROLES, "only says what one may"
    ),
    "ManualDesk.add": Call(
        lambda w, a, file: list(w.application.manual_desk.add(a, [file])),
        MANUALS,
        Action.MANUALS,
        lambda w, a: w.manual(),
    ),
    "ManualDesk.sync": Call(
        lambda w, a, folder: list(w.application.manual_desk.sync(a, folder)),
        MANUALS,
        Action.MANUALS,
        _watched,
    ),
    "ManualDesk.receiving": Call(_receiving, MANUALS, "only an empty place, gone afterwards"),
    "ManualDesk.receive": Call(
        _receive, MANUALS, Action.MANUALS, lambda w, a: f"# 手引き\n{token_hex(8)}\n"
    ),
    "ManualDesk.retire": Call(
        lambda w, a, one: w.application.manual_desk.retire(a, one),
        MANUALS,
        Action.MANUALS,
        lambda w, a: w.edition().id,
    ),
    "ManualDesk.restore": Call(
        lambda w, a, one: w.application.manual_desk.restore(a, one),
        MANUALS,
        Action.MANUALS,
        lambda w, a: w.edition().id,
    ),
    "ManualDesk.reindex": Call(
        lambda w, a, _: w.application.manual_desk.reindex(a),
        MANUALS,
        Action.MANUALS,
        lambda w, a: w.edition(),
    ),
    "ManualFeedback.shown": Call(
        lambda w, a, hit: w.application.feedback.shown(a, [hit]),
        ROLES,
        DISPLAYS,
        lambda w, a: w.hit(),
    ),
    "ManualFeedback.shown_beside": Call(
        lambda w, a, one: w.application.feedback.shown_beside(a, "r1", one),
        ROLES,
        DISPLAYS,
        lambda w, a: w.beside(),
    ),
    "ManualFeedback.opened": Call(
        lambda w, a, one: w.application.feedback.opened(a, one),
        ROLES,
        DISPLAYS,
        lambda w, a: w.display(a),
    ),
    "ManualFeedback.judge": Call(
        lambda w, a, one: w.application.feedback.judge(a, one, Verdict.HELPED),
        ROLES,
        DISPLAYS,
        lambda w, a: w.display(a),
    ),
    "ManualQuestions.search": Call(
        lambda w, a, _: w.application.manual_questions.search(a, "通告"), ROLES, Action.SEARCH
    ),
    "ManualQuestions.ask": Call(
        lambda w, a, _: w.application.manual_questions.ask(a, "通告"),
        ROLES,
        Action.SEARCH,
        lambda w, a: w.edition(),
    ),
    "MasterKeyCare.show": Call(
        lambda w, a, _: w.keys.show(a), "administrator", "numbers of keys and of files"
    ),
    "MasterKeyCare.rotate": Call(
        lambda w, a, _: w.keys.rotate(a), "administrator", Action.KEYS, lambda w, a: w.record()
    ),
    "MasterKeyCare.encrypt_database": Call(
        lambda w, a, _: w.keys.encrypt_database(a), "administrator", Action.KEYS
    ),
    "MatterDesk.all": Call(
        lambda w, a, _: w.people.matters.all(a), ROLES, "names of one's own cases and bodies"
    ),
    "MatterDesk.memberships": Call(
        lambda w, a, _: w.people.matters.memberships(a), ACCOUNTS, COLLEAGUES
    ),
    "MatterDesk.find": Call(
        lambda w, a, _: w.people.matters.find(a, w.ours.id),
        ROLES,
        "names of one's own cases and bodies",
        otherwise=UnknownMatter,
        of_record=True,
    ),
    "MatterDesk.add": Call(
        lambda w, a, _: w.people.matters.add(a, MatterKind.CASE, token_hex(6)),
        ACCOUNTS,
        Action.RIGHTS,
    ),
    "MatterDesk.rename": Call(
        lambda w, a, one: w.people.matters.rename(a, one.id, token_hex(6)),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.matter(),
    ),
    "MatterDesk.close": Call(
        lambda w, a, one: w.people.matters.close(a, one.id),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.matter(),
    ),
    "MatterDesk.reopen": Call(
        lambda w, a, one: w.people.matters.reopen(a, one.id),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.matter(),
    ),
    "MatterDesk.join": Call(
        lambda w, a, one: w.people.matters.join(a, w.theirs.id, one),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.somebody(),
    ),
    "MatterDesk.leave": Call(
        lambda w, a, one: w.people.matters.leave(a, w.theirs.id, one),
        ACCOUNTS,
        Action.RIGHTS,
        lambda w, a: w.somebody(),
    ),
    "PlainSealer.seal": Call(
        lambda w, a, _: list(w.application.plain_sealer.seal(a)), "administrator", Action.KEYS
    ),
    "Retainer.rules": Call(lambda w, a, _: w.application.retainer.rules(a), "manager", RULES),
    "Retainer.set_rule": Call(
        lambda w, a, _: w.application.retainer.set_rule(a, replace(SHORT, name=token_hex(4))),
        "manager",
        Action.RETENTION,
    ),
    "Retainer.classify": Call(
        lambda w, a, one: w.application.retainer.classify(a, one, "child"),
        "manager",
        Action.RETENTION,
        _record,
    ),
    "Retainer.set_birth": Call(
        lambda w, a, one: w.application.retainer.set_birth(a, one.id, w.clock.now().date()),
        "manager",
        Action.RETENTION,
        lambda w, a: w.matter(),
    ),
    "Retainer.hold": Call(
        lambda w, a, one: w.application.retainer.hold(a, one, REASON),
        "manager",
        Action.HOLD,
        _record,
    ),
    "Retainer.release": Call(
        lambda w, a, one: w.application.retainer.release(a, one, REASON),
        "manager",
        Action.HOLD,
        _held,
    ),
    "Retainer.holds": Call(lambda w, a, _: w.application.retainer.holds(a), "manager", RULES),
    "Retainer.names": Call(lambda w, a, _: w.application.retainer.names(a), "manager", COLLEAGUES),
    "SignIn.change_password": Call(
        _change_password,
        ROLES,
        Action.PASSWORD,
        lambda w, a: w.visitor(a),
        WrongPassword,
        by_single=False,
    ),
    "SignIn.is_login_of": Call(
        lambda w, a, one: w.people.signing.is_login_of(one, "clerk"),
        ROLES,
        "compares what somebody else said with who it is",
        lambda w, a: w.visitor(a),
    ),
    "SignIn.sign_out": Call(
        lambda w, a, one: w.people.signing.sign_out(one),
        ROLES,
        Action.SIGN_OUT,
        lambda w, a: w.visitor(a),
    ),
    "SynonymTable.groups": Call(
        lambda w, a, _: w.application.synonyms.groups(a), ROLES, "tells nothing of any record"
    ),
    "SynonymTable.add": Call(
        lambda w, a, _: w.application.synonyms.add(a, f"{token_hex(4)} = {token_hex(4)}"),
        KEEPERS,
        Action.DICTIONARY,
    ),
    "SynonymTable.remove": Call(
        lambda w, a, line: w.application.synonyms.remove(a, line),
        KEEPERS,
        Action.DICTIONARY,
        lambda w, a: w.synonyms(),
    ),
}
