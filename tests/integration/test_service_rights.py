"""Every call of every service against everybody; records of others against all that could tell."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant import services
from assistant.bootstrap import Application
from assistant.entrance import Entrance
from assistant.errors import KikigakiError, UnknownDisplay, UnknownRecording
from assistant.people import SINGLE_USER, Actor, Role
from assistant.search import Filters
from assistant.services import watching
from assistant.services.importing import Preview
from assistant.services.mending import Corrections
from assistant.services.transcribing import Options
from tests.service_calls import CALLS, ROLES
from tests.service_world import EVERYTHING, NEVER, REASON, World, world_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERYBODY = [*ROLES.split(), "outsider", "single"]
WITHIN = [one for one in (*ROLES.split(), "outsider") if one != "manager"]
"""Those who do not see all records."""
REPOSITORY = Path(services.__file__).parents[2]
SCREENS = [
    *REPOSITORY.glob("ui/*.py"),
    *REPOSITORY.glob("assistant/cli*.py"),
    REPOSITORY / "app.py",
]

# Services that pages and commands can get hold of, and calls that take nobody who acts: why.
NO_ACTOR = {
    "Annotator": "is given a transcript; whoever keeps what it finds has asked for the right",
    "ArchiveWindows": "embeds for the worker; gives nothing back",
    "Backups.weigh": "a number, for the worker",
    "Corrections": "only words",
    "Preview": "only numbers",
    "Wishes": "only words",
    "Daily": "what the worker does by itself",
    "Deleter.is_daily": "a switch",
    "Deleter.run_daily": "what the worker does by itself, where somebody has switched it on",
    "Documents": "is given the transcript; whoever gives it has asked for the right",
    "Deliverer": "works on files that whoever types the command can read; `take` asks for more",
    "ExportDesk.sweep": "what the worker does by itself with what has expired",
    "ExportFiles": "called through the desk and the worker, which ask for the right",
    "ExportWork": "acts as whoever asked for the export, with the rights of that moment",
    "Importer.find": "names of files that whoever types the command can read",
    "Library.tidy": "after a start, by the program itself",
    "ManualFeedback.report": "counts by section: it tells of nobody",
    "ManualLibrary": "everybody may read the manuals; what changes them is called through the desk",
    "ManualSearch": "searches the manuals only; what people type goes through `ManualQuestions`",
    "MasterKeyCare.ids": "numbers that lead to no key",
    "ModelCheck": "works on files that whoever types the command can read",
    "Piecework": "what the worker does by itself",
    "Reception": "finds out who acts",
    "RecordingIntake": "what the worker does by itself; the library is told that it is the program",
    "SignIn.by_password": "finds out who acts",
    "SignIn.recognise": "finds out who acts",
    "SignIn.vouched": "finds out who acts",
    "Transcriber": "works on files that whoever types the command can read",
    "TranscriptionQueue": "called through the library, which asks for the right",
    "Workbench": "the library as the worker sees it, which acts as the program",
}
# What of those changes something, and so must not be called by a page or a command.
THROUGH_OTHERS = {
    "documents": "make",
    "manuals": "add receive receiving sync retire restore reindex",
    "queue": "add make_playable stop retry forget jobs find",
    "jobs": "add ensure stop retry forget",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_on(request, tmp_path_factory.mktemp("site"))


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLED", 0.0)


def service_classes() -> dict[str, type]:
    """By name, those that services define and that do something."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(services.__path__, f"{services.__name__}."):
        for name, one in vars(importlib.import_module(module.name)).items():
            ours = inspect.isclass(one) and one.__module__ == module.name
            if ours and not getattr(one, "_is_protocol", False) and public_calls(one):
                found[name] = one
    return found


def public_calls(service: type) -> dict[str, Callable[..., object]]:
    found = {name: inspect.unwrap(one) for name, one in vars(service).items() if callable(one)}
    return {
        name: one
        for name, one in found.items()
        if inspect.isfunction(one) and not name.startswith("_")
    }


def takes_actor(call: Callable[..., object]) -> bool:
    annotations = {str(one.annotation) for one in inspect.signature(call).parameters.values()}
    return bool(annotations & {"Actor", "Visitor"})


def handed_out() -> set[str]:
    """The names in what `Application` and `Entrance` say they give."""
    given: set[str] = set()
    for one in (*Application.__mro__, Entrance):
        for member in vars(one).values():
            getter = getattr(member, "func", getattr(member, "fget", member))
            said = getattr(getter, "__annotations__", {}).get("return", "")
            given |= set(re.findall(r"\w+", str(said)))
    return given


def imported_by_screens() -> set[str]:
    trees = [ast.parse(path.read_text("utf-8")) for path in SCREENS]
    return {
        name.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(services.__name__)
        for name in node.names
    }


def test_the_table_names_every_call_that_takes_who_acts() -> None:
    calls = {
        f"{service}.{name}"
        for service, one in service_classes().items()
        for name, call in public_calls(one).items()
        if takes_actor(call)
    }
    assert calls == set(CALLS)


def test_every_call_without_an_actor_has_a_reason() -> None:
    within_reach = handed_out() | imported_by_screens()
    assert {"Library", "SignIn", "Deliverer"} <= within_reach
    missing = [
        f"{service}.{name}"
        for service, one in service_classes().items()
        if service in within_reach and service not in NO_ACTOR
        for name, call in public_calls(one).items()
        if not takes_actor(call) and f"{service}.{name}" not in NO_ACTOR
    ]
    assert missing == []


def test_no_reason_is_left_over() -> None:
    classes = service_classes()
    known = {f"{service}.{name}" for service, one in classes.items() for name in public_calls(one)}
    assert set(NO_ACTOR) - known - set(classes) == set()
    assert set(NO_ACTOR) & set(CALLS) == set()


def test_no_page_and_no_command_goes_round_the_rights() -> None:
    for service, calls in THROUGH_OTHERS.items():
        forbidden = re.compile(rf"\.{service}\.({'|'.join(calls.split())})\(")
        found = {path.name for path in SCREENS if forbidden.search(path.read_text("utf-8"))}
        assert found == set()


@pytest.mark.parametrize("login", EVERYBODY)
@pytest.mark.parametrize("name", sorted(CALLS))
def test_those_who_may_are_let_and_the_others_are_not(world: World, name: str, login: str) -> None:
    call = CALLS[name]
    given = call.given(world, world.actor(login))
    actor = world.actor(login)
    if call.lets(login):
        call.act(world, actor, given)
        return
    before = world.count()
    with pytest.raises(call.refuses(login)) as refused:
        call.act(world, actor, given)
    assert type(refused.value) is call.refuses(login)
    assert set(world.log(before)) <= {"password"}  # a wrong one is written down


@pytest.mark.parametrize("login", WITHIN)
@pytest.mark.parametrize("name", sorted(one for one in CALLS if CALLS[one].of_record))
def test_a_record_of_another_case_is_as_if_it_never_was(
    world: World, name: str, login: str
) -> None:
    if name.startswith("MatterDesk"):
        return  # see below
    actor = world.actor(login)
    places = (*elsewhere(world), "x")
    told = [refusal(partial(CALLS[name].act, world, actor, one)) for one in places]
    assert told == [told[0]] * len(told)
    assert told[0][0] in {UnknownRecording, CALLS[name].otherwise}


@pytest.mark.parametrize("login", WITHIN)
def test_nothing_else_tells_of_it_either(world: World, login: str) -> None:
    actor = world.actor(login)
    matters = (world.theirs.id, NEVER)
    for act in every_other_way(world, actor):
        told = [act(one) for one in elsewhere(world)]
        assert told == [told[0]] * len(told)
    for in_matter in every_way_to_a_matter(world, actor):
        told = [in_matter(one) for one in matters]
        assert told == [told[0]] * len(told)


@pytest.mark.parametrize("login", [*ROLES.split(), "outsider"])
def test_what_somebody_else_has_asked_for_is_not_there(world: World, login: str) -> None:
    actor, application = world.actor(login), world.application
    exports, searches = application.exports, application.archive_search
    export = exports.ask(SINGLE_USER, [world.record()], "txt", queued=False)
    application.export_work.make(export, lambda _: None)
    search = searches.save(SINGLE_USER, "", "委員会", {}).id
    display, waiting = world.display(SINGLE_USER), world.importing(SINGLE_USER)
    desk = application.import_desk
    for look in (desk.find, desk.drop, partial(desk.preview, shown=9)):
        assert outcome(partial(look, actor, waiting)) == outcome(partial(look, actor, "0" * 16))
    assert waiting in {one.id for one in desk.waiting(SINGLE_USER)}
    for act in (exports.file, exports.stop, exports.retry, exports.remove):
        assert outcome(partial(act, actor, export)) == outcome(partial(act, actor, "x"))
    told = [outcome(partial(searches.forget, actor, one)) for one in (search, "x")]
    assert told[0] == told[1]
    for number in (display, 0):
        assert outcome(partial(application.feedback.opened, actor, number)) == (
            UnknownDisplay,
            UnknownDisplay.ja,
            UnknownDisplay.en,
        )
    assert exports.file(SINGLE_USER, export).is_file()
    assert search in {one.id for one in searches.saved(SINGLE_USER)}


def elsewhere(world: World) -> tuple[str, ...]:
    """A record of another case, and none."""
    return world.foreign, NEVER


def every_other_way(world: World, actor: Actor) -> Iterator[Callable[[str], object]]:
    """By lists, searches, exports, retention, holds, and the sections beside a talk."""
    application, archive = world.application, world.application.archive_search
    retainer = application.retainer

    def filtered(record: str) -> Filters:
        return Filters(record=record)

    yield lambda one: one in {entry.id for entry in world.library.entries(actor)}
    yield lambda one: outcome(lambda: archive.search(actor, "委員会", filtered(one)).total)
    yield lambda one: outcome(lambda: archive.export(actor, "委員会", filtered(one), 9).total)
    yield lambda one: one in str(outcome(lambda: archive.search(actor, "委員会")))
    yield lambda one: one in str(outcome(lambda: archive.export(actor, "委員会", None, 99)))
    yield lambda one: outcome(lambda: world.library.passage(actor, one, 0))
    yield lambda one: outcome(lambda: retainer.classify(actor, one, "child"))
    yield lambda one: outcome(lambda: retainer.hold(actor, one, REASON))
    yield lambda one: outcome(lambda: retainer.release(actor, one, REASON))
    yield lambda one: outcome(lambda: world.application.editing.move(actor, one, world.ours.id))
    yield lambda one: outcome(lambda: application.exports.ask(actor, [one], "txt"))
    yield lambda one: one in str(outcome(lambda: archive.records(actor, "委員会", None)))
    yield lambda one: outcome(lambda: application.forecaster.of(actor, one))


def every_way_to_a_matter(world: World, actor: Actor) -> Iterator[Callable[[str], object]]:
    """Moving into it, adding to it, importing into it, asking for its name, searching in it."""
    ours = world.record()

    def add(matter: str) -> None:
        with world.library.adding(actor, "a.wav", Options(), matter):
            pass

    def bring(matter: str) -> object:
        name = world.theirs.name if matter == world.theirs.id else "どこにもない家"
        take = world.application.importer.take
        return str(outcome(lambda: take(actor, world.minutes(name), Corrections()))).replace(
            name, "…"
        )

    def preview(matter: str) -> object:
        name = world.theirs.name if matter == world.theirs.id else "どこにもない家"
        look = world.application.importer.preview
        found = outcome(lambda: look(actor, world.minutes(name), 9))
        return (found.records, found.known, found.missing) if isinstance(found, Preview) else found

    def find(matter: str) -> object:
        name = world.theirs.name if matter == world.theirs.id else "どこにもない家"
        return str(outcome(lambda: world.people.matters.find(actor, name))).replace(name, "…")

    def search(matter: str) -> object:
        archive = world.application.archive_search
        return outcome(lambda: archive.search(actor, "委員会", Filters(matter=matter)).total)

    yield lambda one: outcome(lambda: world.application.editing.move(actor, ours, one))
    yield lambda one: outcome(lambda: add(one))
    yield search
    if Role.ADMINISTRATOR not in actor.roles:  # who looks after cases and bodies knows their names
        yield bring
        yield preview
        yield find


def refusal(act: Callable[[], object]) -> tuple[type, str, str]:
    with pytest.raises(KikigakiError) as refused:
        act()
    return type(refused.value), refused.value.message("ja"), refused.value.message("en")


def outcome(act: Callable[[], Any]) -> object:
    """What it gave, or how it was refused."""
    try:
        return act()
    except KikigakiError as error:
        return type(error), error.message("ja"), error.message("en")


def test_what_was_refused_changed_nothing_and_the_log_is_whole(world: World) -> None:
    with world.store.reading() as unit:
        record = unit.records.find(world.foreign, EVERYTHING)
        assert record is not None
        assert (record.matter, record.title) == (world.theirs.id, "委員会")
        assert unit.records.edits(world.foreign) == []
    assert world.application.audit_log.verify(SINGLE_USER).fault is None
