"""Who somebody is, accounts, matters, emergencies, and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from fastapi import APIRouter, Body, Query, Response

from assistant.people import MatterKind, Role  # noqa: TC001 (FastAPI reads it)
from ui.acting import Acting, Visiting  # noqa: TC001 (FastAPI reads it)
from ui.people_payload import (
    AccountJson,
    AddedJson,
    AuditFilter,
    AuditJson,
    FirstPasswordJson,
    MatterJson,
    MatterNameJson,
    MeJson,
    RowJson,
    VerificationJson,
)
from ui.web import PRIVATE, attachment

if TYPE_CHECKING:
    from assistant.entrance import Entrance
    from assistant.services.auditing import AuditLog

ROWS = 200
"""Of the log that a page holds."""
Name = Annotated[str, Body(embed=True, max_length=1000)]


class PeopleServices(Protocol):
    """Where the services come from; each is made when first asked for."""

    @property
    def people(self) -> Entrance:
        """Accounts, matters, ways to sign in."""

    @property
    def audit_log(self) -> AuditLog:
        """Who did what."""


class PeopleRoutes:
    """The routes of the place of administration. Paths hold ids only: they may stand in a log."""

    def __init__(self, services: PeopleServices) -> None:
        self._people = services.people
        self._log = services.audit_log

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api")
        person, matter = "/people/{person}", "/matters/{matter}"
        for method, path, act, status in (
            ("GET", "/me", self.me, 200),
            ("POST", "/emergency", self.open, 204),
            ("GET", "/people", self.accounts, 200),
            ("POST", "/people", self.add, 201),
            ("PUT", f"{person}/name", self.rename, 204),
            ("PUT", f"{person}/roles", self.set_roles, 204),
            ("PUT", f"{person}/active", self.set_active, 204),
            ("POST", f"{person}/password", self.reset_password, 200),
            ("GET", "/matters", self.matters, 200),
            ("GET", "/matters/members", self.memberships, 200),
            ("POST", "/matters", self.add_matter, 201),
            ("PUT", f"{matter}/name", self.rename_matter, 204),
            ("PUT", f"{matter}/closed", self.set_closed, 204),
            ("PUT", f"{matter}/members/{{person}}", self.join, 204),
            ("DELETE", f"{matter}/members/{{person}}", self.leave, 204),
            ("GET", "/audit", self.audit, 200),
            ("GET", "/audit.csv", self.audit_csv, 200),
            ("POST", "/audit/verify", self.verify, 200),
        ):
            router.add_api_route(path, act, methods=[method], status_code=status)
        return router

    def me(self, visitor: Visiting) -> MeJson:
        """Who is at the browser, and what they may."""
        return MeJson.of(visitor)

    def open(
        self,
        actor: Acting,
        record: Annotated[str, Body(max_length=200)],
        reason: Annotated[str, Body(max_length=2000)],
    ) -> None:
        """Opens a record in an emergency."""
        self._people.emergency.open(actor, record.strip(), reason)

    def accounts(self, actor: Acting) -> list[AccountJson]:
        """Everybody."""
        return [AccountJson.of(one) for one in self._people.accounts.all(actor)]

    def add(
        self,
        actor: Acting,
        login: Annotated[str, Body(max_length=1000)],
        name: Annotated[str, Body(max_length=1000)] = "",
        roles: Annotated[list[Role] | None, Body()] = None,
        password: Annotated[bool, Body()] = True,
    ) -> AddedJson:
        """Another account; its first password is told this once."""
        person, first = self._people.accounts.add(
            actor, login, name, roles or [], with_password=password
        )
        return AddedJson(id=person.id, password=first)

    def rename(self, actor: Acting, person: str, name: Name) -> None:
        """Another name on screens."""
        self._people.accounts.rename(actor, person, name)

    def set_roles(
        self, actor: Acting, person: str, roles: Annotated[list[Role], Body(embed=True)]
    ) -> None:
        """What somebody is here for."""
        self._people.accounts.set_roles(actor, person, roles)

    def set_active(
        self, actor: Acting, person: str, active: Annotated[bool, Body(embed=True)]
    ) -> None:
        """Whether somebody may sign in."""
        self._people.accounts.set_active(actor, person, active=active)

    def reset_password(self, actor: Acting, person: str) -> FirstPasswordJson:
        """A first password anew, told this once."""
        return FirstPasswordJson(password=self._people.accounts.reset_password(actor, person))

    def matters(self, actor: Acting) -> list[MatterNameJson]:
        """Those that the actor may put records into, or looks after."""
        return [MatterNameJson.named(one) for one in self._people.matters.all(actor)]

    def memberships(self, actor: Acting) -> list[MatterJson]:
        """All cases and bodies with their members."""
        return [MatterJson.of(one) for one in self._people.matters.memberships(actor)]

    def add_matter(
        self,
        actor: Acting,
        name: Annotated[str, Body(max_length=1000)],
        kind: Annotated[MatterKind, Body()],
    ) -> MatterNameJson:
        """Another case or body."""
        return MatterNameJson.named(self._people.matters.add(actor, kind, name))

    def rename_matter(self, actor: Acting, matter: str, name: Name) -> None:
        """Calls it otherwise."""
        self._people.matters.rename(actor, matter, name)

    def set_closed(
        self, actor: Acting, matter: str, closed: Annotated[bool, Body(embed=True)]
    ) -> None:
        """Whether it is over."""
        act = self._people.matters.close if closed else self._people.matters.reopen
        act(actor, matter)

    def join(self, actor: Acting, matter: str, person: str) -> None:
        """Somebody belongs to it."""
        self._people.matters.join(actor, matter, person)

    def leave(self, actor: Acting, matter: str, person: str) -> None:
        """Somebody does not any more."""
        self._people.matters.leave(actor, matter, person)

    def audit(self, actor: Acting, query: Annotated[AuditFilter, Query()]) -> AuditJson:
        """The newest rows that fit; `more` says that there are older ones."""
        rows = self._log.rows(actor, query.asked(), ROWS + 1)
        told = [RowJson.of(row) for row in rows[:ROWS]]
        return AuditJson(rows=told, more=len(rows) > ROWS)

    def audit_csv(self, actor: Acting, query: Annotated[AuditFilter, Query()]) -> Response:
        """All rows that fit, for a spreadsheet."""
        content = self._log.csv(actor, query.asked())
        headers = PRIVATE | {"Content-Disposition": attachment("監査の記録.csv")}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    def verify(self, actor: Acting) -> VerificationJson:
        """Whether every row is as it was written."""
        return VerificationJson.of(self._log.verify(actor))
