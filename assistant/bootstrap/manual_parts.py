"""What reads and searches manuals, with the real weights."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.errors import BadModelFolder, DamagedWeights, MissingWeights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.manual import Document, Passage
    from assistant.model import HalfArray, ModelUse
    from assistant.ports import Embedder, ManualReader, PassageIndex, Reranker, Sayings, Tokenizer
    from assistant.settings import Settings
    from assistant.speech.weights import Weights, WeightStore


class ManualParts:
    """`ports.ManualTools` with the real readers and weights; each is made once and stays."""

    def __init__(self, settings: Settings, store: WeightStore) -> None:
        self._settings = settings
        self._store = store
        self._embedders: dict[str, Embedder] = {}

    def reader(self) -> ManualReader:
        """Reads every format that manuals come in."""
        from assistant.knowledge.reading import FileReader

        return FileReader()

    def split(self, document: Document, edition: str) -> tuple[Passage, ...]:
        """The passages of an edition, in reading order."""
        from assistant.knowledge.passages import split

        return split(document, edition)

    def parts(self, passage: Passage) -> list[str]:
        """What of a passage is embedded: a few sentences each, in order."""
        from assistant.knowledge.parts import parts

        return parts(passage)

    def tokenizer(self) -> Tokenizer:
        """Sudachi's normalised words."""
        return self._tokenizer

    def index(
        self, terms: Iterable[Sequence[str]], rows: Sequence[int], vectors: HalfArray
    ) -> PassageIndex:
        """In memory."""
        from assistant.knowledge.index import FusedIndex

        return FusedIndex(terms, rows, vectors)

    def weights(self) -> ModelUse:
        """The best sentence encoder that is here, or the embedded one."""
        from assistant.knowledge.e5_weights import EMBEDDED_E5
        from assistant.speech.layout import Layout

        found = self._store.find(Layout.ENCODER)
        return found.use if found else EMBEDDED_E5

    def sayings(self) -> Sayings:
        """The program's, and those of the site."""
        return self._sayings

    def embedder(self, key: str | None = None) -> Embedder:
        """With those weights, or with the ones whose vectors carry `key`; loaded once."""
        from assistant.services.manuals import vectors_key

        key = key or vectors_key(self.weights())
        if key not in self._embedders:
            self._embedders[key] = self._load_embedder(key)
        return self._embedders[key]

    def reranker(self) -> Reranker | None:
        """With the weights that a site brought; loaded once."""
        return self._reranker

    @cached_property
    def _reranker(self) -> Reranker | None:
        from assistant.speech.layout import Layout

        found = self._store.find(Layout.RERANKER)
        if found is None:
            return None
        from assistant.knowledge.reranker import CrossEncoderReranker
        from assistant.speech.weights import loading

        with loading(found):
            return CrossEncoderReranker(found.folder, found.use)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from assistant.text.tokens import SudachiTokenizer

        return SudachiTokenizer()

    @cached_property
    def _sayings(self) -> Sayings:
        from assistant.knowledge.sayings import GIVEN, SayingsBank
        from assistant.text.sayings import read_sayings

        folder = self._settings.state_dir
        subjects = read_sayings(folder / "sayings.txt")
        return SayingsBank(subjects, self._tokenizer, folder / "manuals", GIVEN)

    def _load_embedder(self, key: str) -> Embedder:
        from assistant.knowledge.centred import CentredEmbedder
        from assistant.knowledge.e5_weights import EMBEDDED_E5
        from assistant.services.manuals import vectors_key

        if key == vectors_key(EMBEDDED_E5):
            from assistant.knowledge.embedded_e5 import EmbeddedE5

            return CentredEmbedder(EmbeddedE5(self._settings.threads))
        found = next((one for one in self._encoders() if vectors_key(one.use) == key), None)
        if found is None:
            raise MissingWeights(name=key, folder=self._settings.weights_dir)
        from assistant.knowledge.sentence_model import SentenceModel
        from assistant.speech.weights import loading

        with loading(found):
            return CentredEmbedder(SentenceModel(found.folder, found.use))

    def _encoders(self) -> Iterator[Weights]:
        """The sentence encoders that are here, the best first."""
        from assistant.speech.layout import Layout

        best = self._store.find(Layout.ENCODER)
        if best is not None:
            yield best
        for folder in self._store.folders():
            with suppress(BadModelFolder, DamagedWeights):
                yield self._store.resolve(str(folder), Layout.ENCODER)
