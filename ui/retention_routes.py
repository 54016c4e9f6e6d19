"""How long records are kept: rules, what is due, holds, deleting, what was deleted."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812, TC003 (FastAPI reads it)
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import APIRouter, Body, Query
from fastapi.responses import StreamingResponse  # noqa: TC002 (FastAPI reads it)

from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.retention_payload import (
    DeletionJson,
    DueJson,
    ForecastJson,
    ForecastsJson,
    HoldJson,
    RuleJson,
    RulesJson,
    ShownJson,
)
from ui.streams import stream_progress

if TYPE_CHECKING:
    from assistant.ports import ProgressHook
    from assistant.services.deleting import Deleter
    from assistant.services.forecasting import Forecaster
    from assistant.services.retaining import Retainer

ROWS = 200
"""Of a list that a page holds at once."""
Reason = Annotated[str, Body(max_length=2000)]
Subject = Annotated[str, Body(max_length=1000)]
Typed = Annotated[str, Body(max_length=100)]


class RetentionServices(Protocol):
    """Where the services come from; each is made when first asked for."""

    @property
    def retainer(self) -> Retainer:
        """Rules and holds."""

    @property
    def forecaster(self) -> Forecaster:
        """When what falls due."""

    @property
    def deleter(self) -> Deleter:
        """Deletes it."""


class RetentionRoutes:
    """The routes under `/api/retention`, and when a record falls due beside the record."""

    def __init__(self, services: RetentionServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api")
        for method, path, act, status in (
            ("GET", "/recordings/{recording}/retention", self.of, 200),
            ("GET", "/retention/rules", self.rules, 200),
            ("PUT", "/retention/rules", self.set_rule, 204),
            ("PUT", "/retention/daily", self.set_daily, 204),
            ("POST", "/retention/plan", self.plan, 200),
            ("GET", "/retention/records", self.records, 200),
            ("GET", "/retention/holds", self.holds, 200),
            ("POST", "/retention/holds", self.hold, 201),
            ("POST", "/retention/holds/release", self.release, 204),
            ("GET", "/retention/deletions", self.deletions, 200),
        ):
            router.add_api_route(path, act, methods=[method], status_code=status)
        router.add_api_route("/retention/run", self.run, methods=["POST"], response_model=None)
        return router

    def of(self, actor: Acting, recording: str) -> ForecastJson:
        """When a record falls due, and what keeps it: for everybody who may read it."""
        return ForecastJson.of(self._services.forecaster.of(actor, recording))

    def rules(self, actor: Acting) -> RulesJson:
        """The rule of every class."""
        return RulesJson(
            rules=[RuleJson.of(one) for one in self._services.retainer.rules(actor)],
            daily=self._services.deleter.is_daily(),
            today=self._services.deleter.today,
        )

    def set_rule(self, actor: Acting, rule: Annotated[RuleJson, Body()], typed: Typed = "") -> None:
        """Changes the rule of a class, or adds a class; `typed` is what `plan` told, if it did."""
        self._services.deleter.insist_on_rule(actor, rule.meant(), typed)
        self._services.retainer.set_rule(actor, rule.meant())

    def set_daily(self, actor: Acting, on: Annotated[bool, Body()], typed: Typed = "") -> None:
        """Whether what is due is deleted by itself; `typed` is how many that is tomorrow."""
        self._services.deleter.set_daily(actor, on=on, typed=typed)

    def plan(
        self,
        actor: Acting,
        day: Annotated[Date, Body()],
        rule: Annotated[RuleJson | None, Body()] = None,
    ) -> list[DueJson]:
        """What a run on that day would delete, and what would stay; nothing is deleted.

        With a rule, as if it held already.
        """
        found = self._services.deleter.plan(actor, day, rule.meant() if rule else None)
        return [DueJson.of(one) for one in found]

    def records(
        self, actor: Acting, start: Annotated[int, Query(ge=0, lt=1 << 31)] = 0
    ) -> ForecastsJson:
        """When each record falls due, the first before the others; a piece of the list."""
        found = self._services.forecaster.all(actor)
        names = self._services.retainer.names(actor)
        piece = [ForecastJson.of(one, names) for one in found[start : start + ROWS]]
        return ForecastsJson(records=piece, total=len(found))

    def holds(self, actor: Acting) -> list[HoldJson]:
        """Those that are not released, the oldest first."""
        names = self._services.retainer.names(actor)
        return [HoldJson.of(one, names) for one in self._services.retainer.holds(actor)]

    def hold(self, actor: Acting, subject: Subject, reason: Reason) -> HoldJson:
        """From now on the record, or all records of the case or body, must stay."""
        return HoldJson.of(self._services.retainer.hold(actor, subject.strip(), reason))

    def release(
        self, actor: Acting, hold: Annotated[str, Body(max_length=200)], reason: Reason
    ) -> None:
        """Ends a hold, by its id."""
        self._services.retainer.release(actor, hold, reason)

    def run(
        self,
        actor: Acting,
        shown: Annotated[list[ShownJson], Body(max_length=100_000)],
        typed: Typed,
    ) -> StreamingResponse:
        """Deletes what somebody was shown and is due; `typed` is how many that is."""
        self._services.deleter.insist_on_run(actor, len(shown), typed)

        def work(progress: ProgressHook) -> dict[str, Any]:
            wanted = [(one.record, one.part) for one in shown]
            done = self._services.deleter.run_confirmed(actor, wanted, typed, progress)
            return {"gone": len(done.gone), "staying": len(done.staying)}

        return stream_progress(work)

    def deletions(self, actor: Acting) -> list[DeletionJson]:
        """What was deleted, the latest first."""
        names = self._services.retainer.names(actor)
        found = self._services.deleter.deletions(actor, ROWS)
        return [DeletionJson.of(one, names) for one in found]
