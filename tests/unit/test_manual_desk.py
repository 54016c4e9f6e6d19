from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import Forbidden
from assistant.manual import EditionState
from assistant.people import Actor, Right, Role
from assistant.services.access import RIGHTS
from assistant.services.manual_desk import ManualDesk
from assistant.services.manuals import ManualLibrary
from assistant.testing import (
    FakeClock,
    FakeManualTools,
    InMemoryManualStore,
    MemoryWatchedFiles,
    PlainVault,
)
from tests.archives import archive_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Desk:
    """A desk with a file to add; everything lies in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "手引き.md"
        self.file.write_text("# 通告\nあざを見たら書く。\n", "utf-8")
        self.archive = archive_in(folder / "data")
        self.library = ManualLibrary(
            folder / "manuals",
            PlainVault(),
            InMemoryManualStore(),
            MemoryWatchedFiles(),
            FakeManualTools(),
            FakeClock(),
        )
        self.desk = ManualDesk(self.library, self.archive, FakeClock())

    def told(self) -> list[tuple[str, str, dict[str, str]]]:
        with self.archive.reading() as unit:
            return [(row.action, row.object, row.details) for row in unit.audit.rows()]


def acting(role: Role) -> Actor:
    return Actor("u1", "だれか", frozenset({role}))


@pytest.fixture
def place(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("role", Role)
def test_only_those_with_the_right_change_manuals(place: Desk, role: Role) -> None:
    actor, desk = acting(role), place.desk
    calls: list[Callable[[], object]] = [
        lambda: list(desk.add(actor, [place.file])),
        lambda: desk.retire(actor, "手引き.md"),
        lambda: desk.restore(actor, "手引き.md"),
        lambda: desk.reindex(actor),
    ]
    assert desk.may_change(actor) == (Right.MANUALS in RIGHTS[role])
    for call in calls:
        if desk.may_change(actor):
            call()
        else:
            with pytest.raises(Forbidden):
                call()
    if not desk.may_change(actor):
        with pytest.raises(Forbidden), desk.receiving(actor, "a.md"):
            pass
        assert (place.library.editions(), place.told()) == ([], [])


def test_what_was_done_is_written_down(place: Desk) -> None:
    actor, desk = acting(Role.SUPERVISOR), place.desk
    (addition,) = desk.add(actor, [place.file])
    assert addition.edition is not None
    id_ = addition.edition.id
    with desk.receiving(actor, "手引き.md") as file:
        with file.create() as stream:
            stream.write(place.file.read_bytes())
        desk.receive(actor, file)
    assert desk.retire(actor, id_).state is EditionState.RETIRED
    assert desk.restore(actor, id_).state is EditionState.CURRENT

    assert place.told() == [
        ("manuals", id_, {"what": what, "manual": "手引き.md"})
        for what in ("added", "already", "retire", "restore")
    ]
