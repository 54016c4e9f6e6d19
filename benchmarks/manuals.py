"""How fast a large library of manuals is searched, and how fast passages are embedded.

python -m benchmarks.manuals [--passages 100000] [--questions 300]
python -m benchmarks.manuals --embed 64 [--threads 1 2]

The library is made up: sentences about consultation and councils with a long tail of invented
names, and random unit vectors, so that only the work is real. Everything a search does is measured
but a reranker: the database is asked whether something is new, the question is cut into words,
expanded and embedded, everything is compared, and the hits get their reasons.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.bootstrap import Application
from assistant.manual import Edition, EditionState, Passage
from assistant.services.manuals import vectors_key
from assistant.settings import Settings
from benchmarks.measure import report, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SEED = 20261123
MANUAL = 2_000
"""Passages of one made-up manual."""
SECTION = 4
"""Passages under one heading."""
SENTENCES = 7
"""Sentences of a passage, about 300 characters together."""
STOCK = 8_000
"""Different sentences; each is cut into words once."""
WARM = 20
"""Questions that are not counted."""
_WHO = """児童 保護者 通告者 近隣住民 学校 保育所 医療機関 警察 児童福祉司 児童心理司 里親 祖母
担当者 議員 議長 傍聴人 事務局 委員長 請願者 保健師 民生委員 相談員 所長 市民""".split()  # noqa: SIM905
_WHAT = """安全確認 一時保護 家庭訪問 身体的虐待 泣き声 面会 記録 会議録 請願書 欠席届 療育手帳
個人情報 立入調査 同意書 受診 送致 健康診査 傍聴券 発言通告 転居 費用徴収 夜間の電話 不登校 食事
個別ケース検討会議 援助方針 緊急受理会議 審査請求 母子健康手帳 生活保護 児童扶養手当""".split()  # noqa: SIM905
_DOES = """確認する 報告する 記録する 受け付ける 判断する 通知する 説明する 依頼する 拒む 調査する
提出する 検討する 引き継ぐ 保管する 相談する 立ち会う""".split()  # noqa: SIM905
_WHEN = """速やかに 四十八時間以内に 翌日までに 必要に応じて 書面で 電話で 原則として 会議のあとで
休日であっても 本人の意向を聞いて 複数の職員で""".split()  # noqa: SIM905
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--embed", type=int, default=0, help="passages to embed, at each --threads")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--child", choices=["search", "embed"])
    options = parser.parse_args()
    if options.child == "search":
        _print(_search(options.passages, options.questions))
    elif options.child == "embed":
        _print(_embed(options.embed, options.threads[0]))
    elif options.embed:
        rows = [
            _child("embed", "--embed", options.embed, "--threads", threads)
            for threads in options.threads
        ]
        report("Embedding passages with the embedded weights", rows)
    else:
        row = _child("search", "--passages", options.passages, "--questions", options.questions)
        report("Searching a large library of manuals", [row])


def _child(kind: str, *arguments: object) -> dict[str, object]:
    """In a process of its own: memory, and an OpenMP that reads its threads once, are its own."""
    done = run("-m", "benchmarks.manuals", "--child", kind, *map(str, arguments))
    measured: dict[str, object] = json.loads(done.output.splitlines()[-1])
    return measured | {"peak_mib": round(done.peak_mib)}


def _search(passages: int, questions: int) -> dict[str, object]:
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory(dir=Settings().state_dir) as folder:
        application = Application(Settings(data_dir=Path(folder), database_url=None))
        application.settings.state_dir.mkdir(parents=True)
        _fill(application, passages, chance)
        before = _resident()
        started = time.perf_counter()
        search = application.manual_search
        search.search("一時保護の期間")
        ready = time.perf_counter() - started
        after = _resident()
        asked = [_question(chance) for _ in range(questions + WARM)]
        seconds = _latencies(search.search, asked)
        embedder = application.manual_tools.embedder()
        embedding = _latencies(lambda question: embedder.queries([question]), asked)
        application.database.close()
    return {
        "passages": passages,
        "first_search_s": round(ready, 1),
        "index_mib": round((after - before) / 1024**2),
        "p50_ms": round(1000 * float(np.quantile(seconds, 0.5)), 1),
        "p95_ms": round(1000 * float(np.quantile(seconds, 0.95)), 1),
        "max_ms": round(1000 * max(seconds), 1),
        "of_it_embedding_p50_ms": round(1000 * float(np.quantile(embedding, 0.5)), 1),
        "of_it_embedding_p95_ms": round(1000 * float(np.quantile(embedding, 0.95)), 1),
        "cores": len(os.sched_getaffinity(0)),
    }


def _latencies(work: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    seconds = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        seconds.append(time.perf_counter() - started)
    return seconds[WARM:]


def _fill(application: Application, number: int, chance: random.Random) -> None:
    """Editions, passages, terms and vectors, straight into the database."""
    store, tools = application.manuals.store, application.manual_tools
    model, width = vectors_key(tools.weights()), tools.embedder().dimensions
    while tools.sayings().prepare(model, tools.embedder(), STOCK):
        pass
    numbers = np.random.default_rng(SEED)
    tokenizer = tools.tokenizer()
    stock = [(one, " ".join(tokenizer.terms(one))) for one in _sentences(STOCK, chance)]
    for first in range(0, number, MANUAL):
        edition = _edition(first // MANUAL, min(MANUAL, number - first))
        picked = [chance.choices(stock, k=SENTENCES) for _ in range(edition.passages)]
        passages = [
            Passage(edition.id, at, _headings(at), "".join(text for text, _ in some), at + 1)
            for at, some in enumerate(picked)
        ]
        store.add(edition, passages, [" ".join(terms for _, terms in some) for some in picked])
        ids = [one.id for one in passages for _ in tools.parts(one)]
        vectors = numbers.standard_normal((len(ids), width)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        store.keep_vectors(model, ids, vectors)


def _edition(number: int, passages: int) -> Edition:
    return Edition(
        id=f"{number:016x}",
        manual=f"manual-{number}.docx",
        title=f"業務手引き 第{number + 1}巻",
        file=f"manual-{number}.docx",
        sha256=f"{number:064x}",
        added=datetime(2026, 11, 1, tzinfo=UTC),
        state=EditionState.CURRENT,
        passages=passages,
    )


def _headings(position: int) -> tuple[str, ...]:
    section = position // SECTION
    return (f"第{section // 20 + 1}章", f"{section % 20 + 1} {_WHAT[section % len(_WHAT)]}")


def _sentences(number: int, chance: random.Random) -> Iterator[str]:
    """Half of them hold an invented name, as of a facility: the rare words of a library."""
    for _ in range(number):
        name = "".join(chance.choices(_KANA, k=4)) + "園の" if chance.random() < 0.5 else ""
        yield (
            f"{chance.choice(_WHO)}は、{name}{chance.choice(_WHAT)}について"
            f"{chance.choice(_WHEN)}{chance.choice(_WHO)}と{chance.choice(_DOES)}。"
        )


def _question(chance: random.Random) -> str:
    said = [
        "叩かれてるみたい",
        "ご飯を食べてない",
        "名前は言いたくない",
        "どうしたらいいですか",
        "傍聴したい",
    ]
    return f"{chance.choice(_WHO)}が{chance.choice(_WHAT)}のことで、{chance.choice(said)}んですけど"


def _embed(number: int, threads: int) -> dict[str, object]:
    from assistant.knowledge.embedded_e5 import EmbeddedE5
    from assistant.knowledge.parts import parts

    chance = random.Random(SEED)
    embedder = EmbeddedE5(threads)
    texts = ["".join(_sentences(SENTENCES, chance)) for _ in range(number)]
    made = [parts(Passage("", at, _headings(at), text)) for at, text in enumerate(texts)]
    embedder.passages(texts[:2])
    started = time.perf_counter()
    for first in range(0, number, 16):
        embedder.passages([part for some in made[first : first + 16] for part in some])
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(20):
        embedder.queries([_question(chance)])
    return {
        "threads": threads,
        "passages_per_second": round(number / seconds, 1),
        "vectors_of_each": round(sum(map(len, made)) / number, 1),
        "characters": round(sum(map(len, texts)) / number),
        "question_ms": round(1000 * (time.perf_counter() - started) / 20, 1),
    }


def _resident() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def _print(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
