"""The whole web application for tests, in this process: its routes, gate and guard."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient

from assistant.bootstrap import Application
from assistant.entrance import Entrance
from assistant.settings import Settings
from assistant.testing import FakeClock, FakeHasher
from tests.archives import sqlite_at
from tests.people import PASSWORD, add_person
from ui.gate import TOKEN_HEADER
from ui.page import create_app
from ui.pages import routers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from assistant.people import Role

HOST = "http://localhost:7860"
HERE = ("127.0.0.1", 50000)


class WebSite:
    """A site whose data lies in `folder`; the clock of sign-in stands still."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        sqlite_at(folder / "state" / "kikigaki.sqlite").close()
        self.application = Application(Settings(data_dir=folder, **settings))
        self.clock, self.hasher = FakeClock(), FakeHasher()
        self.store = self.application.archive
        known = self.application.settings
        self.entrance = Entrance(known, self.store, self.clock, self.hasher)
        vars(self.application)["people"] = self.entrance
        self.app: FastAPI = create_app(self.entrance, routers(self.application))

    def add_person(self, login: str, *roles: Role) -> str:
        """An account whose password is `PASSWORD`; its id."""
        person, first = add_person(self.store, login, *roles, hasher=self.hasher)
        visitor = self.entrance.signing.by_password(login, first, "setup")
        self.entrance.signing.change_password(visitor, first, PASSWORD)
        return person.id

    @contextmanager
    def browser(self, peer: tuple[str, int] = HERE, host: str = HOST) -> Iterator[TestClient]:
        """Somebody who has not signed in."""
        client = TestClient(self.app, base_url=host, client=peer, follow_redirects=False)
        try:
            yield client
        finally:
            client.close()

    @contextmanager
    def signed_in(self, login: str) -> Iterator[TestClient]:
        """The browser of that person; its requests carry their token."""
        with self.browser() as client:
            answer = client.post("/api/sign-in", json={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers[TOKEN_HEADER] = answer.json()["csrf"]
            yield client
