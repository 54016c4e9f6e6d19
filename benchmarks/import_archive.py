"""Imports made-up minutes into an empty archive: turns per second, memory, and size.

    python -m benchmarks.import_archive [--turns 1000000] [--database postgresql://…]

The texts are drawn from words of the sample manuals, so that an index of them has realistic terms.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tempfile
from pathlib import Path

from benchmarks.measure import report, run

SOURCES = Path(__file__).parent.parent / "scripts" / "manuals" / "source"
TURNS = 100
"""Of each recording."""
ROLES = ("chair", "member", "official")


def main() -> None:
    """Makes the file, imports it, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        path = make_file(place / "minutes.jsonl", arguments.turns)
        places = {"KIKIGAKI_DATA_DIR": folder}
        if arguments.database:
            places["KIKIGAKI_DATABASE_URL"] = arguments.database
            run("-m", "assistant", "db", "upgrade", environment=os.environ | places)
        done = run(
            "-m",
            "assistant",
            "import",
            str(path),
            "--yes",
            "--json",
            environment=os.environ | places,
        )
        (told,) = json.loads(done.output)
        database = place / "state" / "kikigaki.sqlite"
        size = database.stat().st_size if database.exists() else 0
        row: dict[str, object] = {
            "turns": told["turns"],
            "records": len(told["taken"]),
            "file_mib": round(path.stat().st_size / 1024**2),
            "minutes": round(done.seconds / 60, 1),
            "turns_per_second": round(told["turns"] / done.seconds),
            "peak_mib": round(done.peak_mib),
            "sqlite_mib": round(size / 1024**2),
        }
    report("Import of minutes", [row])


def make_file(path: Path, turns: int) -> Path:
    """Recordings of `TURNS` turns each, in as many lines as it takes."""
    chance = random.Random(7)
    sentences = sample_sentences()
    with path.open("w", encoding="utf-8") as file:
        for number in range(-(-turns // TURNS)):
            size = min(TURNS, turns - number * TURNS)
            file.write(json.dumps(recording(number, size, sentences, chance), ensure_ascii=False))
            file.write("\n")
    return path


def recording(
    number: int, turns: int, sentences: list[str], chance: random.Random
) -> dict[str, object]:
    """A meeting of nine people; a turn is one to four sentences."""
    people = [{"name": f"話者{n}", "role": ROLES[n % 3]} for n in range(9)]
    return {
        "title": f"第{number + 1}回会議",
        "date": f"{2000 + number % 26}-{1 + number % 12:02}-{1 + number % 28:02}",
        "speakers": people,
        "turns": [
            {
                "speaker": chance.choice(people)["name"],
                "text": "".join(chance.choices(sentences, k=chance.randint(1, 4))),
            }
            for _ in range(turns)
        ],
    }


def sample_sentences() -> list[str]:
    """The sentences of the sample manuals."""
    text = "\n".join(one.read_text(encoding="utf-8") for one in sorted(SOURCES.glob("*.md")))
    return [one for one in re.findall(r"[^。\n|#]+。", text) if 5 < len(one) < 80]


if __name__ == "__main__":
    main()
