"""Embed the program's samples of speech with the embedded weights, so that nobody else has to.

    python scripts/make_sayings.py

Do so when `assistant/text/data/sayings.txt`, the questions about anything, or the way vectors are
made have changed: a test says when. What is there already stays.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from assistant.knowledge.centred import CentredEmbedder
from assistant.knowledge.embedded_e5 import EmbeddedE5
from assistant.knowledge.sayings import GIVEN, SayingsBank, write
from assistant.services.manuals import vectors_key
from assistant.text.sayings import read_sayings
from assistant.text.tokens import SudachiTokenizer


def main() -> None:
    """Writes the file that the program gives."""
    embedder = CentredEmbedder(EmbeddedE5())
    key = vectors_key(embedder.model)
    with tempfile.TemporaryDirectory() as folder:
        bank = SayingsBank(read_sayings(), SudachiTokenizer(), Path(folder), GIVEN)
        while bank.prepare(key, embedder, 200):
            sys.stderr.write(".")
            sys.stderr.flush()
        known = bank.known(key)
    write(Path(str(GIVEN)), key, {text: known[text] for text in bank.texts()})
    sys.stderr.write(f"\n{len(known)} samples\n")


if __name__ == "__main__":
    main()
