"""A process that takes manuals in, or embeds them, slowly enough to be killed in the midst of it.

Started as `python -m tests.manuals_process add|embed PLACE FOLDER [FILE…]`. PLACE is a database's
path or address, FOLDER where the originals are kept. A dot is written for every batch.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.model import ModelUse
from assistant.services.manuals import ManualLibrary
from assistant.store.engine import Database
from assistant.store.keys import SqlKeyShelf
from assistant.store.manuals import SqlManualStore
from assistant.store.sources import SqlWatchedFiles
from assistant.testing import FakeClock, FakeEmbedder, FakeManualTools
from tests.sealed_site import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.model import FloatArray

MODEL = ModelUse("search", "new-encoder", "tests", "MIT")


class SlowEmbedder(FakeEmbedder):
    """Takes a twentieth of a second for each batch."""

    def passages(self, texts: Sequence[str]) -> FloatArray:
        time.sleep(0.05)
        sys.stdout.write(".")
        sys.stdout.flush()
        return super().passages(texts)


def make_library(place: Path | str, folder: Path, embedder: FakeEmbedder) -> ManualLibrary:
    """The library that a test and its processes share."""
    database = Database(place)
    tools = FakeManualTools(fake_embedder=embedder)
    store, watched = SqlManualStore(database), SqlWatchedFiles(database)
    vault = Site(folder.parent / "keys", shelf=SqlKeyShelf(database)).vault
    return ManualLibrary(folder, vault, store, watched, tools, FakeClock())


def main() -> None:
    """Does what the command line says."""
    work, address, folder, *files = sys.argv[1:]
    place = address if address.startswith("postgresql:") else Path(address)
    library = make_library(place, Path(folder), SlowEmbedder(MODEL))
    if work == "embed":
        library.embed_missing()
    else:
        sys.stdout.write(".")
        sys.stdout.flush()
        list(library.add([Path(file) for file in files]))


if __name__ == "__main__":
    main()
