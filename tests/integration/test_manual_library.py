"""The library of manuals on real databases, and killed in the midst of its work."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from assistant.manual import ReasonKind
from assistant.sealing.chunks import MAGIC
from assistant.services.manuals import vectors_key
from assistant.services.searching import ManualSearch
from assistant.testing import FakeEmbedder, FakeManualTools
from tests.libraries import content
from tests.manuals_process import MODEL, make_library

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.services.manuals import ManualLibrary
    from assistant.store.engine import Database


OLD, NEW = vectors_key(FakeEmbedder().model), vectors_key(MODEL)


class NoWording:
    """No table."""

    def written(self, question: str) -> dict[str, float]:
        del question
        return {}


def start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.manuals_process", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def kill_after(process: subprocess.Popen[bytes], dots: int, seconds: float = 0) -> None:
    """Kills a process that lets nobody say goodbye, some batches into its work."""
    assert process.stdout is not None
    process.stdout.read(dots)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def manual(path: Path, sections: int) -> Path:
    text = "\n".join(f"# 第{n}節\n{path.stem}の{n}番目の定め。" for n in range(sections))
    path.write_text(text, encoding="utf-8")
    return path


def whole(library: ManualLibrary) -> bool:
    """Whether every edition has all its passages, with terms, and its original, sealed."""
    return all(
        len(library.store.passages(one.id)) == one.passages
        and hashlib.sha256(content(library.original(one))).hexdigest() == one.sha256
        and library.original(one).path.read_bytes().startswith(MAGIC)
        for one in library.editions()
    ) and all(terms for _, terms in library.store.indexed())


def test_killed_while_embedding_the_old_index_answers_and_the_next_start_completes(
    database: Database, place: Path | str, tmp_path: Path
) -> None:
    library = make_library(place, tmp_path / "kept", FakeEmbedder())
    list(library.add([manual(tmp_path / "a.md", 200)]))
    library.embed_missing()
    old, before = library.store.vectors(OLD)
    tools = FakeManualTools(
        fake_embedder=FakeEmbedder(MODEL), other_embedders=(FakeEmbedder(FakeEmbedder().model),)
    )
    search = ManualSearch(library.store, tools, NoWording())
    answer = [hit.passage.id for hit in search.search("17番目の定め")]

    kill_after(start("embed", place, tmp_path / "kept"), dots=5)

    done = library.store.models()[NEW]
    assert 0 < done < 200
    ids, vectors = library.store.vectors(OLD)
    assert (ids, vectors.tobytes()) == (old, before.tobytes())
    assert [hit.passage.id for hit in search.search("17番目の定め")] == answer
    (hit, *_) = ManualSearch(library.store, tools, NoWording()).search("17番目の定め")
    assert ReasonKind.MEANING in {one.kind for one in hit.reasons}, "the old vectors answer"
    process = start("embed", place, tmp_path / "kept")
    output, _ = process.communicate(timeout=60)
    assert len(output) == -(-(200 - done) // 16), "what was embedded is not embedded again"
    assert library.store.models() == {NEW: 200}
    assert [hit.passage.id for hit in search.search("17番目の定め")] == answer


def test_killed_at_any_moment_of_adding_an_edition_is_there_whole_or_not_at_all(
    database: Database, place: Path | str, tmp_path: Path
) -> None:
    library = make_library(place, tmp_path / "kept", FakeEmbedder())
    files = [manual(tmp_path / f"{n}.md", 300) for n in range(12)]
    list(library.add(files[:1]))
    chance = random.Random(5)
    for _ in range(4):
        process = start("add", place, tmp_path / "kept", *files)
        kill_after(process, dots=1, seconds=chance.uniform(0.0, 0.25))
        assert whole(library)
    list(library.add(files))
    assert len(library.editions()) == 12
    assert whole(library)
    left = [one.name for one in (tmp_path / "kept").iterdir() if not one.name.startswith(".")]
    assert sorted(left) == sorted(one.id for one in library.editions())


def test_another_process_sees_what_was_added(
    database: Database, place: Path | str, tmp_path: Path
) -> None:
    library = make_library(place, tmp_path / "kept", FakeEmbedder())
    version = library.store.version()
    process = start("add", place, tmp_path / "kept", manual(tmp_path / "a.md", 3))
    process.communicate(timeout=60)
    assert library.store.version() > version
    assert len(library.store.indexed()) == 3
