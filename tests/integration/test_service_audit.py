"""What services do is written down in the same transaction: every call, and every action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from assistant.archive import Action
from assistant.errors import NotWritable, SignInFailed, UnknownVisitor
from assistant.services import watching
from assistant.services.signing import Vouched
from assistant.services.upkeep import WatchedManuals
from assistant.store.audit import SqlAudit
from assistant.store.search_tables import metadata
from tests.people import PASSWORD
from tests.recordings import make_transcript
from tests.service_calls import CALLS
from tests.service_world import World, world_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.people import Role

NOT_COMPARED = {"attempt", "manual_source"}
"""Failed sign-ins are counted before anything is looked at, whatever becomes of it; and so are the
files of a watched folder that somebody tried to take."""


@dataclass(frozen=True)
class Act:
    """What is done, and what the log tells of it; `given` is made beforehand."""

    act: Callable[[World, Any], object]
    told: Action
    given: Callable[[World], Any] = lambda world: None


def _fails(error: type[Exception], act: Callable[[], object]) -> None:
    with pytest.raises(error):
        act()


def _daily(world: World) -> None:
    world.application.deleter.set_daily(world.actor("manager"), on=True)
    world.due()


def _look(world: World, folder: Path) -> None:
    desk = world.application.manual_desk
    WatchedManuals(desk, folder, lambda: world.application.database.alone("x")).look(lambda: False)


def _login(world: World, *roles: Role) -> str:
    person = world.somebody()
    with world.store.reading() as unit:
        found = unit.people.find(person)
        assert found is not None
    return found.login


def _with_password(world: World) -> str:
    login = _login(world)
    world.visitor(world.actor(login))
    return login


# What takes nobody who acts, and is written down all the same.
OTHERS = {
    "sign in": Act(
        lambda w, login: w.people.signing.by_password(login, PASSWORD, "a"),
        Action.SIGN_IN,
        _with_password,
    ),
    "sign in with a wrong password": Act(
        lambda w, login: _fails(
            SignInFailed, lambda: w.people.signing.by_password(login, "wrong", "a")
        ),
        Action.SIGN_IN_FAILED,
        _with_password,
    ),
    "sign in elsewhere": Act(
        lambda w, login: w.people.signing.vouched(Vouched(login), "proxy", "a"),
        Action.SIGN_IN,
        _login,
    ),
    "sign in elsewhere without an account": Act(
        lambda w, _: _fails(
            UnknownVisitor, lambda: w.people.signing.vouched(Vouched("nobody"), "proxy", "a")
        ),
        Action.SIGN_IN_FAILED,
    ),
    "the worker has heard": Act(
        lambda w, one: w.bench.keep(one, make_transcript("a.wav")),
        Action.TRANSCRIBE,
        lambda w: w.waiting(),
    ),
    "the worker has found sections": Act(
        lambda w, one: w.bench.annotate(one, w.annotated), Action.EDIT, lambda w: w.record()
    ),
    "the worker has made a document": Act(
        lambda w, one: w.application.export_work.make(one, lambda _: None),
        Action.EXPORT,
        lambda w: w.application.exports.ask(w.actor("manager"), [w.record()], "txt", queued=False),
    ),
    "the daily deletion": Act(
        lambda w, _: w.application.deleter.run_daily(), Action.RETENTION, _daily
    ),
    "the watched folder of manuals": Act(_look, Action.MANUALS, lambda w: w.manual().parent),
}


def _acted(name: str) -> Act:
    """A call of the table, by the first person whom it lets."""
    call = CALLS[name]
    login = call.whom.split()[0]
    assert isinstance(call.told, Action)
    return Act(
        lambda world, given: call.act(world, world.actor(login), given),
        call.told,
        lambda world: call.given(world, world.actor(login)),
    )


ACTS = OTHERS | {name: _acted(name) for name, one in CALLS.items() if isinstance(one.told, Action)}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_on(request, tmp_path_factory.mktemp("site"))


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLED", 0.0)


def test_every_action_is_told_by_something() -> None:
    assert {one.told for one in ACTS.values()} == set(Action)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_what_is_done_is_told(world: World, name: str) -> None:
    act = ACTS[name]
    given, before = act.given(world), world.count()
    act.act(world, given)
    assert act.told.value in world.log(before)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_what_cannot_be_told_is_not_done(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = ACTS[name]
    given, before = act.given(world), everything(world)

    def refuse(*_: object) -> None:
        raise NotWritable(path="the audit log")

    with monkeypatch.context() as patch:
        patch.setattr(SqlAudit, "append", refuse)
        with pytest.raises(NotWritable):
            act.act(world, given)
    assert everything(world) == before


@pytest.mark.parametrize(
    "name", sorted(name for name, one in CALLS.items() if not isinstance(one.told, Action))
)
def test_what_is_not_told_changes_nothing_but_the_log_of_displays(world: World, name: str) -> None:
    call = CALLS[name]
    login = call.whom.split()[0]
    given, before = call.given(world, world.actor(login)), everything(world)
    call.act(world, world.actor(login), given)
    after = everything(world)
    changed = {one for one in before | after if before.get(one) != after.get(one)}
    if name.startswith("ImportDesk"):  # a file that waits for somebody is nowhere else
        changed -= {"file_key"} | {one for one in changed if one.startswith("state/imports/")}
    assert changed <= {"manual_display"}


def everything(world: World) -> dict[str, object]:
    """Every row of every table, and every file with its size; the master keys too."""
    found: dict[str, object] = {}
    with world.application.database.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name not in NOT_COMPARED:
                rows = connection.execute(sa.select(table)).all()
                found[table.name] = sorted(map(repr, rows))
    for path in world.folder.rglob("*"):
        name = path.relative_to(world.folder).as_posix()
        of_test = name.startswith("brought/") or ".sqlite" in name or name.endswith(".lock")
        if path.is_file() and not of_test:
            found[name] = path.read_bytes()
    return found
