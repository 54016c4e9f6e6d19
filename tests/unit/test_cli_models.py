from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.cli_models import models_app
from assistant.errors import BadModelFolder, DamagedWeights, UnknownModel, UnloadableWeights
from tests.model_folders import MODEL, encoder_folder, whisper_folder

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder of this test."""
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KIKIGAKI_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path / "models"


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(models_app, arguments, input=answer)


def test_the_list_names_what_is_here_and_what_is_worth_having(models: Path) -> None:
    whisper_folder(models / "small")
    shown = run("list").stdout
    assert "large-v3-turbo" in shown
    row = next(line for line in shown.splitlines() if line.startswith("small"))
    assert "使用中" in row


def test_names_can_be_read_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "speaker-diarization-community-1" in run("list").stdout


def test_the_list_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIKIGAKI_SCREEN_LANGUAGE", "en")
    shown = run("list").stdout
    assert "not here" in shown
    assert "なし" not in shown


def test_the_list_for_machines_is_json_and_nothing_else(models: Path) -> None:
    whisper_folder(models / "ours")
    entries = {entry["name"]: entry for entry in json.loads(run("list", "--json").stdout)}
    assert entries["ours"]["ready"]
    assert not entries["ours"]["recommended"]
    assert entries["medium"]["recommended"]
    assert not entries["medium"]["ready"]


def test_a_folder_is_added_checked_and_removed(models: Path, tmp_path: Path) -> None:
    carried = encoder_folder(tmp_path / "usb" / "our-encoder")
    assert json.loads(run("add", str(carried), "--json").stdout)["name"] == "our-encoder"
    checked = json.loads(run("check", "our-encoder", "--json").stdout)
    assert (checked["kind"], checked["samples"]) == ("encoder", [])
    assert run("remove", "our-encoder", "--yes").exit_code == 0
    assert not (models / "our-encoder").exists()


def test_removing_asks_first(models: Path) -> None:
    whisper_folder(models / "small")
    assert run("remove", "small", answer="n\n").exit_code == 1
    assert (models / "small").is_dir()
    assert run("remove", "small", answer="y\n").exit_code == 0
    assert not (models / "small").exists()


def test_errors_reach_the_main_program(models: Path, tmp_path: Path) -> None:
    assert isinstance(run("add", str(tmp_path / "nowhere")).exception, BadModelFolder)
    assert isinstance(run("remove", "nothing").exception, UnknownModel)
    assert isinstance(run("check", "nothing").exception, UnknownModel)
    run("add", str(encoder_folder(tmp_path / "e")))
    (models / "e" / "model.safetensors").write_bytes(b"changed")
    assert isinstance(run("check", "e").exception, DamagedWeights)


def test_a_model_that_does_not_load_is_no_success(models: Path) -> None:
    whisper_folder(models / "small", MODEL)
    error = run("check", "small").exception
    assert isinstance(error, UnloadableWeights)
    assert "small" in error.message("ja")
