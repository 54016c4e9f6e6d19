from __future__ import annotations

import csv
import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.bootstrap import Application
from assistant.cli import app
from assistant.errors import ClosedMatter, Forbidden, UnknownOsUser, UnknownRole
from assistant.identity import machine
from assistant.people import Scope
from assistant.services.auditing import AuditQuery
from assistant.testing import FakeHasher
from tests.archives import sqlite_at
from tests.people import make_record

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("assistant.identity.argon2id.Argon2idHasher", FakeHasher)
    sqlite_at(tmp_path / "state" / "kikigaki.sqlite").close()
    become(monkeypatch, "satou")
    return tmp_path


def become(monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    monkeypatch.setattr(machine, "os_user", lambda: user)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def add(login: str, role: str, *more: str) -> str:
    return run("people", "add", login, "--role", role, *more).stdout.strip()


def test_the_first_account_is_that_of_who_sets_the_site_up() -> None:
    password = add("sato", "administrator", "--name", "佐藤")
    assert len(password) == 19
    (one,) = json.loads(run("people", "list", "--json").stdout)
    assert (one["login"], one["name"], one["os_user"]) == ("sato", "佐藤", "satou")
    assert one["roles"] == ["administrator"]


def test_commands_are_typed_with_the_rights_of_the_machine_s_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add("sato", "administrator")
    add("ito", "clerk", "--os-user", "itou", "--no-password")
    become(monkeypatch, "itou")
    with pytest.raises(Forbidden):
        run("people", "add", "other")
    with pytest.raises(Forbidden):
        run("audit", "verify")
    become(monkeypatch, "stranger")
    with pytest.raises(UnknownOsUser):
        run("people", "list")


def test_an_environment_variable_makes_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    before = machine.os_user()
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert machine.os_user() == before


def test_accounts_are_changed() -> None:
    add("sato", "administrator")
    add("ito", "clerk")
    run("people", "roles", "ito", "supervisor", "clerk")
    run("people", "deactivate", "ITO")
    assert "停止中" in run("people", "list").stdout
    run("people", "activate", "ito")
    assert len(run("people", "reset-password", "ito").stdout.strip()) == 19
    run("people", "os-user", "ito", "itou")
    ito = json.loads(run("people", "list", "--json").stdout)[0]
    assert (ito["roles"], ito["active"], ito["os_user"]) == (
        ["clerk", "supervisor"],
        True,
        "itou",
    )
    with pytest.raises(UnknownRole):
        run("people", "roles", "ito", "king")


def test_matters_and_members() -> None:
    add("sato", "administrator")
    add("ito", "caseworker")
    number = run("matters", "add", "山田家").stdout.strip()
    run("matters", "add", "文教委員会", "--kind", "body")
    run("matters", "join", "山田家", "ito")
    assert "ito" in run("matters", "members", number).stdout
    run("matters", "leave", number, "ito")
    assert run("matters", "members", number).stdout == ""
    run("matters", "rename", "山田家", "田中家")
    run("matters", "close", "田中家")
    listed = {one["name"]: one for one in json.loads(run("matters", "list", "--json").stdout)}
    assert listed["田中家"] == {"id": number, "kind": "case", "name": "田中家", "closed": True}
    run("matters", "reopen", "田中家")
    assert "終了" not in run("matters", "list").stdout


def test_an_intact_log_gives_its_head_to_write_down() -> None:
    add("sato", "administrator", "--role", "auditor")
    head = run("audit", "verify").stdout.strip()
    assert head.startswith("1:")
    assert run("audit", "verify", "--anchor", head).stdout.startswith("2:")
    told = json.loads(run("audit", "verify", "--json").stdout)
    assert (told["intact"], told["rows"], told["fault"]) == (True, 3, None)


def test_a_log_that_was_changed_is_told_with_the_row(data: Path) -> None:
    add("sato", "administrator", "--role", "auditor")
    add("ito", "clerk")
    with sqlite3.connect(data / "state" / "kikigaki.sqlite") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET name = 'somebody' WHERE seq = 2")
    connection.close()
    assert run("audit", "verify", code=5).stdout.strip() == "2 changed"
    told = json.loads(run("audit", "verify", "--json", code=5).stdout)
    assert (told["intact"], told["fault"]) == (False, {"seq": 2, "why": "changed"})


def test_an_anchor_that_does_not_fit_is_told() -> None:
    add("sato", "administrator", "--role", "auditor")
    run("audit", "verify", "--anchor", f"1:{'0' * 64}", code=5)
    run("audit", "verify", "--anchor", "nonsense", code=2)


def test_the_log_is_listed_and_written_to_a_file(data: Path) -> None:
    add("sato", "administrator", "--role", "auditor")
    run("matters", "add", "山田家")
    rows = json.loads(run("audit", "list", "--action", "rights", "--json").stdout)
    assert [row["details"]["change"] for row in rows] == ["added", "added"]
    assert "rights" in run("audit", "list", "--limit", "1", "--action", "rights").stdout
    assert run("audit", "list", "--to", "2020-01-01").stdout == ""
    run("audit", "list", "--from", "yesterday", code=2)
    run("audit", "csv", str(data / "log.csv"), "--action", "rights")
    with (data / "log.csv").open(encoding="utf-8-sig") as file:
        head, *lines = csv.reader(file)
    assert head[:4] == ["番号", "日時", "利用者", "氏名"]
    assert [line[6] for line in lines] == ["rights", "rights"]
    assert run("audit", "csv").stdout_bytes.startswith(b"\xef\xbb\xbf")


def test_who_types_commands_stands_in_the_log() -> None:
    add("sato", "administrator", "--role", "auditor")
    add("ito", "clerk")
    application = Application()
    rows = application.audit_log.rows(application.actor, AuditQuery(action="rights"))
    assert [(row.way, row.address) for row in rows] == [
        ("command", "command line"),
        ("single", "command line"),
    ]
    assert rows[0].user == application.actor.user


def test_a_record_is_moved_into_a_case_that_goes_on(data: Path) -> None:
    add("sato", "manager")
    make_record(Application().archive, "r1", by="somebody")
    run("matters", "add", "山田家")
    run("matters", "move", "r1", "山田家")
    with Application().archive.reading() as unit:
        record = unit.records.find("r1", Scope(everything=True))
        assert record is not None
        assert record.matter is not None
    run("matters", "move", "r1")
    run("matters", "close", "山田家")
    with pytest.raises(ClosedMatter):
        run("matters", "move", "r1", "山田家")
