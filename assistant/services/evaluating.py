"""How well the library of manuals answers questions whose answers are known."""

from __future__ import annotations

import json
import math
import re
import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import BadQuestions, NothingFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from assistant.manual import Hit

    Search = Callable[[str], Sequence[Hit]]

_NUMBER = re.compile(r"^[0-9０-９.．、()（）第章節条項\s]+")
DEPTH = 10
"""How many hits of each question are looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A section that answers. `manual` is a file's name or a title, `headings` a part of the path.

    Either may be empty and then fits anything.
    """

    manual: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks; no `answers` means that nothing in the library answers it."""

    query: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way of searching reached, as means over the questions; None where none applies.

    `recall` is the share of answerable questions with an answer among the first 1, 3 and 5 hits.
    MRR and nDCG look at ten. `silent_precision` is how often "nothing fits" was right,
    `silent_recall` how many of the questions without an answer were told so. `median` and `p95`
    are seconds for one question.
    """

    way: str
    questions: int
    recall: dict[int, float | None]
    mrr: float | None
    ndcg: float | None
    silent_precision: float | None
    silent_recall: float | None
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class _Result:
    """One question's: the rank (from 1) at which each answer that was found stands first."""

    question: Question
    ranks: tuple[int, ...]
    silent: bool
    seconds: float

    @property
    def reciprocal(self) -> float:
        return 1 / min(self.ranks) if self.ranks else 0.0

    @property
    def ndcg(self) -> float:
        """Järvelin and Kekäläinen (2002), every answer worth one."""
        ideal = sum(_discount(rank) for rank in range(1, len(self.question.answers) + 1)[:DEPTH])
        return sum(_discount(rank) for rank in self.ranks) / ideal


def evaluate(questions: Sequence[Question], searches: Mapping[str, Search]) -> list[Measured]:
    """Asks every question in every way, and says what came of it.

    Each way answers one question first that does not count, since what is loaded at the first is
    no matter of searching.
    """
    if not questions:
        return []
    return [_measure(way, questions, search) for way, search in searches.items()]


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON Lines file: `{"query": …, "answers": [{"manual", "headings"}]}`.

    Raises:
        NothingFound: there is no such file.
        BadQuestions: a line of it is not understood, or it holds none.
    """
    if not path.is_file():
        raise NothingFound(path=path)
    lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
    found = [_question(line, path.name, at) for at, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise BadQuestions(name=path.name, line=1)
    return found


def answers(hit: Hit, answer: Answer) -> bool:
    """Whether the hit stands in the section: its headings hold the answer's path somewhere.

    Numbers, spaces and width do not count: 「一時保護」 fits 「第３章　一時保護」. Where small
    sections make one passage, their headings are lines of its text.
    """
    names = (hit.edition.manual, hit.edition.file, hit.edition.title)
    if answer.manual and _plain(answer.manual) not in map(_plain, names):
        return False
    wanted = [_plain(heading) for heading in answer.headings]
    path = [_plain(heading) for heading in (hit.edition.title, *hit.passage.headings)]
    lines = hit.passage.text.splitlines()
    return _leads(path, wanted) or (
        _leads(path, wanted[:-1])
        and any(_plain(_NUMBER.sub("", one)) == wanted[-1] for one in lines)
    )


def _leads(path: Sequence[str], wanted: Sequence[str]) -> bool:
    starts = range(len(path) - len(wanted) + 1)
    return any(
        all(one in there for one, there in zip(wanted, path[start:], strict=False))
        for start in starts
    )


def _measure(way: str, questions: Sequence[Question], search: Search) -> Measured:
    search(questions[0].query)
    results = [_ask(question, search) for question in questions]
    answerable = [one for one in results if one.question.answers]
    unanswerable = [one for one in results if not one.question.answers]
    seconds = sorted(one.seconds for one in results)
    return Measured(
        way=way,
        questions=len(results),
        recall={
            depth: _mean(any(rank <= depth for rank in one.ranks) for one in answerable)
            for depth in (1, 3, 5)
        },
        mrr=_mean(one.reciprocal for one in answerable),
        ndcg=_mean(one.ndcg for one in answerable),
        silent_precision=_mean(not one.question.answers for one in results if one.silent),
        silent_recall=_mean(one.silent for one in unanswerable),
        median=_quantile(seconds, 0.5),
        p95=_quantile(seconds, 0.95),
    )


def _ask(question: Question, search: Search) -> _Result:
    start = time.perf_counter()
    hits = list(search(question.query))[:DEPTH]
    seconds = time.perf_counter() - start
    ranks = (
        next((rank for rank, hit in enumerate(hits, 1) if answers(hit, answer)), None)
        for answer in question.answers
    )
    found = tuple(sorted({rank for rank in ranks if rank is not None}))
    return _Result(question, found, not hits, seconds)


def _question(line: str, name: str, number: int) -> Question:
    try:
        parsed = json.loads(line)
        return Question(_text(parsed["query"]), tuple(_answer(one) for one in parsed["answers"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadQuestions(name=name, line=number) from error


def _answer(parsed: dict[str, object]) -> Answer:
    headings = parsed.get("headings", [])
    if not isinstance(headings, list):
        raise TypeError
    return Answer(_text(parsed.get("manual", "")), tuple(map(_text, headings)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that so large a share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
