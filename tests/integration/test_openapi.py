"""Anything that can be asked of the REST API, as its own description has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import response_schema_conformance

from assistant.people import Role
from tests.sites import HOST, WebSite
from ui.gate import OPEN, TOKEN_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.testclient import TestClient

LEFT_OUT = {
    "POST /api/manuals/search": "needs weights",
    "POST /api/manuals/reindex": "the same",
    "POST /api/sign-out": "ends the session that asks",
    "POST /api/sign-in/password": "the same",
}
BOUNDED = settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> WebSite:
    """With somebody who may everything."""
    site = WebSite(tmp_path_factory.mktemp("site"))
    site.add_person("sato", *Role)
    return site


@pytest.fixture(scope="module")
def browser(site: WebSite) -> Iterator[TestClient]:
    with site.signed_in("sato") as browser:
        yield browser


def operations(site: WebSite) -> list[Any]:
    schema: Any = schemathesis.openapi.from_dict(site.app.openapi())
    found = [one.ok() for one in schema.get_all_operations()]
    return [one for one in found if one.label not in LEFT_OUT and one.path not in OPEN]


def kind_of(asked: Any) -> dict[str, str]:
    """What the body is said to be."""
    kind = asked["headers"].get("Content-Type")
    return {"Content-Type": kind} if kind else {}


def test_whatever_is_asked_is_answered_as_described(site: WebSite, browser: TestClient) -> None:
    tried = operations(site)
    assert len(tried) > 50
    for operation in tried:

        @BOUNDED
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            asked: Any = case.as_transport_kwargs(base_url=HOST)
            answer = browser.request(
                asked["method"],
                asked["url"],
                params=asked.get("params"),
                json=asked.get("json"),
                content=asked.get("data"),
                headers={TOKEN_HEADER: browser.headers[TOKEN_HEADER]} | kind_of(asked),
            )
            assert answer.status_code < 500, (case.operation.label, answer.text)
            told = Response.from_httpx(answer, verify=False)  # type: ignore[arg-type]  # as httpx's
            case.validate_response(told, checks=[response_schema_conformance])

        ask()


def test_the_description_is_told_to_nobody_without_sign_in(site: WebSite) -> None:
    with site.browser() as stranger:
        for path in ("/openapi.json", "/docs", "/redoc"):
            assert stranger.get(path).status_code == 401


@pytest.mark.parametrize("status", ["200", "201"])
def test_answers_of_administration_are_described(site: WebSite, status: str) -> None:
    paths = site.app.openapi()["paths"]
    ours = (
        "/api/people",
        "/api/matters",
        "/api/audit",
        "/api/retention",
        "/api/imports",
        "/api/backups",
        "/api/me",
        "/api/sign-in",
    )
    for path, methods in paths.items():
        for method, operation in methods.items():
            answer = operation["responses"].get(status)
            if path.startswith(ours) and answer and not path.endswith((".csv", "/run", "/take")):
                schema = answer["content"]["application/json"]["schema"]
                assert schema.keys() & {"$ref", "type"}, (method, path)
