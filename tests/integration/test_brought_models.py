"""Encoders and rerankers that a site brings as folders, with tiny weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.model import ModelUse
from assistant.speech.layout import Layout
from assistant.speech.weights import WeightStore
from tests.tiny_models import tiny_encoder, tiny_reranker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_reranker(tmp_path_factory.mktemp("reranker") / "tiny")


def use(name: str) -> ModelUse:
    return ModelUse("search", name, "made for a test", "MIT", "0" * 64)


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("ruri-v3-310m", "検索クエリ: ", "検索文書: "),
        ("cl-nagoya_ruri-v3-30m", "検索クエリ: ", "検索文書: "),
        ("multilingual-e5-large", "query: ", "passage: "),
        ("bge-m3", "", ""),
        ("our-own", "", ""),
    ],
)
def test_each_family_reads_its_own_prefixes(
    encoder: Path, name: str, query: str, passage: str
) -> None:
    from assistant.knowledge.sentence_model import SentenceModel

    plain, model = SentenceModel(encoder, use("plain")), SentenceModel(encoder, use(name))
    text = "児童虐待"
    assert np.allclose(model.queries([text]), plain.queries([query + text]), atol=1e-6)
    assert np.allclose(model.passages([text]), plain.queries([passage + text]), atol=1e-6)
    assert np.allclose(model.queries([text]), model.passages([text]), atol=1e-6) is (
        query == passage
    )


def test_vectors_are_of_unit_length_in_the_texts_order(encoder: Path) -> None:
    from assistant.knowledge.sentence_model import SentenceModel

    model = SentenceModel(encoder, use("plain"))
    texts = ["児童", "議会の傍聴" * 40, "虐待", ""]
    vectors = model.passages(texts)
    assert vectors.shape == (4, model.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(model.passages([text])[0], vector, atol=1e-5)
    assert model.queries([]).shape == (0, model.dimensions)


def test_a_reranker_gives_each_text_its_share(reranker: Path) -> None:
    from assistant.knowledge.reranker import CrossEncoderReranker

    model = CrossEncoderReranker(reranker, use("tiny"))
    texts = ["児童の虐待", "議会の傍聴", "保護" * 400, "", "児童", "虐待"]
    scores = model.scores("虐待", texts)
    assert len(scores) == len(texts)
    assert all(0 <= score <= 1 for score in scores)
    assert len({round(score, 6) for score in scores}) > 1
    for text, score in zip(texts, scores, strict=True):
        assert model.scores("虐待", [text]) == pytest.approx([score], abs=1e-5)
    assert model.scores("虐待", []) == []


def test_the_store_tells_them_apart(encoder: Path, reranker: Path, tmp_path: Path) -> None:
    store = WeightStore(tmp_path / "models")
    store.add(encoder, "our-encoder")
    store.add(reranker, "our-reranker")
    for kind, name in ((Layout.ENCODER, "our-encoder"), (Layout.RERANKER, "our-reranker")):
        found = store.find(kind)
        assert found is not None
        assert found.use.name == name
