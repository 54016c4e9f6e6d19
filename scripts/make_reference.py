"""Writes the generated pages of docs/reference/: the command line, the settings, the JSON schema.

A test compares the committed pages with what this gives, so they cannot go stale.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["COLUMNS"] = "100"

import typer.main
from typer.testing import CliRunner

from assistant.cli import app
from assistant.export.json_transcript import json_schema, json_schema_text
from assistant.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Made by `make reference`. -->\n"


def pages() -> dict[str, str]:
    """The generated pages: name in docs/reference -> text."""
    return {
        "cli.md": cli_page(),
        "settings.md": settings_page(),
        "transcript.md": transcript_page(),
        "transcript.schema.json": json_schema_text(),
    }


def cli_page() -> str:
    """Every command's help."""
    runner = CliRunner()
    parts = [NOTE, "# Command line\n"]
    for words in _commands():
        text = runner.invoke(app, [*words, "--help"], prog_name="kikigaki").stdout
        title = " ".join(["kikigaki", *words])
        body = "\n".join(line.rstrip() for line in text.strip().splitlines())
        parts.append(f"## {title}\n\n```\n{body}\n```\n")
    return "\n".join(parts)


def _commands() -> Iterator[list[str]]:
    root = typer.main.get_command(app)
    yield []
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        yield [name]
        for inner in getattr(command, "commands", {}):
            yield [name, inner]


def settings_page() -> str:
    """Every setting with its default and meaning."""
    parts = [
        NOTE,
        "# Settings\n",
        "Environment variables, or lines of a file `.env` where the program starts.\n",
    ]
    for name, field in Settings.model_fields.items():
        default = "see below" if name == "data_dir" else json.dumps(field.default)
        kind = _type(field.annotation)
        parts.append(f"## KIKIGAKI_{name.upper()}\n\n{kind}, default `{default}`\n")
        parts.append(f"{field.description}\n")
    return "\n".join(parts)


TRANSCRIPT_INTRODUCTION = """\
# Transcripts as JSON

What `kikigaki transcribe … --format json` writes to `NAME.json`: UTF-8, keys in this order, all of
them always there. Times are seconds from the start of the recording, as decimal numbers. The same
as a JSON Schema: [transcript.schema.json](transcript.schema.json).

Programs that read it should check `format` and `version` and ignore keys they do not know.
"""


def transcript_page() -> str:
    """Every field of a transcript's JSON."""
    schema = json_schema()
    parts = [NOTE, TRANSCRIPT_INTRODUCTION, *_fields("The file", schema)]
    for name, part in schema["$defs"].items():
        if "enum" in part:
            parts.append(f"## {name}\n\n{part['description']}\n\n{_quoted(part['enum'])}\n")
        else:
            parts += _fields(name, part)
    return "\n".join(parts)


def _fields(title: str, part: dict[str, Any]) -> Iterator[str]:
    yield f"## {title}\n\n{part['description']}\n"
    yield "| field | type | meaning |\n|---|---|---|"
    for name, field in part["properties"].items():
        yield f"| `{name}` | {_json_type(field)} | {field['description']} |"
    yield ""


_JSON_TYPES = {
    "string": "text",
    "date": "date",
    "date-time": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "true or false",
    "null": "null",
}


def _json_type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field:
        return " or ".join(_json_type(one) for one in field["anyOf"])
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if field["type"] == "array":
        return f"list of {_json_type(field['items'])}"
    if field["type"] == "object":
        return f"text → {_json_type(field['additionalProperties'])}"
    return _JSON_TYPES[field.get("format", field["type"])]


def _quoted(values: list[str]) -> str:
    return "One of " + ", ".join(f"`{value}`" for value in values) + "."


def _type(annotation: object) -> str:
    text = getattr(annotation, "__name__", str(annotation))
    return text.replace("typing.", "").replace("pathlib.", "")


if __name__ == "__main__":
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")
