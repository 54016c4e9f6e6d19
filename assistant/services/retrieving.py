"""The sections of the manuals that fit what is being talked about, laid beside a conversation.

A fold over the words in the order they are spoken: what is shown depends on the turns alone, not on
the portions they come in, and on no clock.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.errors import StorageError
from assistant.model import Flag, Word
from assistant.people import NOBODY
from assistant.services.turns import BACKCHANNELS, NO_WORDS, PHRASE_MARKS, SENTENCE_MARKS
from assistant.text.fillers import without_fillers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.manual import Hit
    from assistant.model import Speaker, Turn
    from assistant.people import Actor
    from assistant.ports import ManualSearcher
    from assistant.services.feedback import ManualFeedback

    Section = tuple[str, tuple[str, ...]]

log = logging.getLogger(__name__)

PLACES = 3
"""Passages that are shown at once: what a caseworker can take in while listening."""

LEAST_NEW, MUCH_NEW = 12, 45
"""Characters with content since the last question: from the first a finished phrase is asked, from
the second anything."""
SECONDS_BETWEEN = 3.0
"""Between two questions: nobody reads faster."""
PAUSE = 0.7
"""Seconds of silence that finish a phrase."""

WINDOW = 30.0
"""Seconds of talk that a question looks back."""
ROOM, WORKER_ROOM = 90, 45
"""Characters of a question, the newest first, that are the caller's (or anybody's whose role is not
known) and the worker's: it is the caller who knows what happened."""

HALF_LIFE = 30.0
"""Seconds after which a hit that is not found again counts half."""
LEAST = 0.4
"""A hit that counts less is not shown."""
MARGIN = 0.12
"""By so much must a hit beat the weakest that is shown to take its place."""

LISTENING = BACKCHANNELS | {
    *("もしもし", "わかりました", "分かりました", "承知しました", "かしこまりました"),
    *("そうなんですね", "そうなんですか", "そうでしたか", "お願いします", "ありがとうございます"),
}
"""Phrases that tell nothing of what the conversation is about."""
_PHRASE = re.compile("[^{0}]*[{0}]?".format(re.escape("".join(PHRASE_MARKS))))


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A hit in its place, the turn and second of the recording that brought it there.

    `display` is its id in the log of displays; None where nothing is logged.
    """

    hit: Hit
    turn: str
    second: float
    pinned: bool = False
    display: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands beside a conversation, place by place, and everything that was ever put there."""

    passages: tuple[ShownPassage, ...] = ()
    history: tuple[ShownPassage, ...] = ()


@dataclass(slots=True)
class _Said:
    """What was heard of a turn; `asked` characters of its content were part of a question."""

    turn: str
    speaker: str
    end: float
    text: str = ""
    asked: int = 0

    @property
    def content(self) -> str:
        return content(self.text)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The best that was found of a section, and when."""

    hit: Hit
    second: float

    def at(self, second: float) -> float:
        """How much it still counts."""
        return float(self.hit.score * 0.5 ** ((second - self.second) / HALF_LIFE))


class Retriever:
    """Follows one conversation; not to be shared between threads.

    `feedback` keeps the log of what was shown to `actor` at `place`, the id of the call or the
    recording.
    `reached` is told after each search up to which second the conversation was followed.
    """

    def __init__(
        self,
        searcher: ManualSearcher,
        speakers: Iterable[Speaker] = (),
        feedback: ManualFeedback | None = None,
        place: str = "",
        actor: Actor = NOBODY,
        reached: Callable[[float], None] | None = None,
    ) -> None:
        self._searcher = searcher
        self._workers = {one.id for one in speakers if one.role == "worker"}
        self._feedback = feedback
        self._place = place
        self._actor = actor
        self._reached = reached
        self._taken: dict[str, int] = {}
        self._said: list[_Said] = []
        self._asked_at = float("-inf")
        self._evidence: dict[Section, _Evidence] = {}
        self._passages: list[ShownPassage] = []
        self._history: list[ShownPassage] = []

    @property
    def shown(self) -> Shown:
        """As of the last turns."""
        return Shown(tuple(self._passages), tuple(self._history))

    def for_conversation(self, turns: Sequence[Turn]) -> Shown:
        """What fits, after the turns so far; the last ones may have grown since the last call.

        Where nothing new was said, nothing is searched.
        """
        for turn, word in self._new_words(turns):
            self._hear(turn, word)
        return self.shown

    def settle(self) -> Shown:
        """What fits when nobody goes on: asks what would have waited for more."""
        self._ask(hurried=True)
        return self.shown

    def pin(self, passage: str, *, pinned: bool = True) -> Shown:
        """Keeps a shown passage, by its id, in its place whatever is said; or lets it go again.

        Raises:
            KeyError: it is not shown.
        """
        for place, one in enumerate(self._passages):
            if one.hit.passage.id == passage:
                self._passages[place] = replace(one, pinned=pinned)
                return self.shown
        raise KeyError(passage)

    def _new_words(self, turns: Sequence[Turn]) -> list[tuple[Turn, Word]]:
        """What was not heard yet, in the order it was said."""
        new: list[tuple[Turn, Word]] = []
        for turn in turns:
            words = _words(turn)
            new += [(turn, word) for word in words[self._taken.get(turn.id, 0) :]]
            self._taken[turn.id] = len(words)
        return sorted(new, key=lambda pair: pair[1].end)

    def _hear(self, turn: Turn, word: Word) -> None:
        if Flag.BACKCHANNEL in turn.flags:
            return
        if self._said and _breaks_off(self._said[-1], turn, word):
            self._ask()
        said = self._latest(turn)
        said.text += word.text
        said.end = word.end
        if word.text.rstrip().endswith(SENTENCE_MARKS) or self._news() >= MUCH_NEW:
            self._ask()

    def _latest(self, turn: Turn) -> _Said:
        """What was heard of the turn, moved to the end; what is too old is forgotten."""
        known = next((one for one in self._said if one.turn == turn.id), None)
        said = known or _Said(turn.id, turn.speaker, turn.start)
        now = max((one.end for one in self._said), default=0.0)
        others = [one for one in self._said if one is not said and now - one.end <= WINDOW]
        self._said = [*others, said]
        return said

    def _news(self) -> int:
        """Characters with content that no question held yet."""
        return sum(max(0, len(one.content) - one.asked) for one in self._said)

    def _ask(self, *, hurried: bool = False) -> None:
        """Searches, if enough was said since the last time, and lays out what was found."""
        if not self._said or self._news() < LEAST_NEW:
            return
        turn, now = self._said[-1].turn, self._said[-1].end
        if not hurried and now - self._asked_at < SECONDS_BETWEEN:
            return
        question = self._question(now)
        self._asked_at = now
        for one in self._said:
            one.asked = max(one.asked, len(one.content))
        self._weigh(self._searcher.search(question, limit=2 * PLACES), now)
        self._lay_out(turn, now, question)
        if self._reached is not None:
            self._reached(now)

    def _question(self, now: float) -> str:
        """The last that both sides said, the caller with more room."""
        room = {True: WORKER_ROOM, False: ROOM}
        parts: list[str] = []
        for one in reversed(self._said):
            by_worker = one.speaker in self._workers
            if now - one.end <= WINDOW and room[by_worker] > 0:
                parts.append(_tail(one.content, room[by_worker]))
                room[by_worker] -= len(parts[-1])
        return "\n".join(part for part in reversed(parts) if part)

    def _weigh(self, hits: Iterable[Hit], now: float) -> None:
        """A section counts as its best find, which fades."""
        for hit in hits:
            known = self._evidence.get(section_of(hit))
            if known is None or hit.score >= known.at(now):
                self._evidence[section_of(hit)] = _Evidence(hit, now)

    def _lay_out(self, turn: str, now: float, question: str) -> None:
        strength = {section: one.at(now) for section, one in self._evidence.items()}
        there = {section_of(one.hit) for one in self._passages}
        waiting = [one for one in strength if one not in there and strength[one] >= LEAST]
        for section in sorted(waiting, key=lambda one: -strength[one]):
            place = self._place_for(strength[section], strength)
            if place is None:
                return
            hit = self._evidence[section].hit
            display = self._note(hit, place + 1, turn, now, question)
            passage = ShownPassage(hit, turn, now, display=display)
            self._passages[place : place + 1] = [passage]
            self._history.append(passage)

    def _place_for(self, strength: float, of: dict[Section, float]) -> int | None:
        """A free place, or that of the weakest passage if it is clearly beaten."""
        if len(self._passages) < PLACES:
            return len(self._passages)
        beaten = {
            place: of[section_of(one.hit)]
            for place, one in enumerate(self._passages)
            if not one.pinned and strength >= of[section_of(one.hit)] + MARGIN
        }
        return min(beaten, key=lambda place: beaten[place], default=None)

    def _note(self, hit: Hit, rank: int, turn: str, second: float, question: str) -> int | None:
        if self._feedback is None:
            return None
        try:
            (display,) = self._feedback.shown(
                self._actor, [hit], self._place, question, turn, second, rank
            )
        except (
            StorageError
        ) as error:  # a caseworker on the telephone needs the passage all the same
            log.warning("display not noted: %s", type(error).__name__)
            return None
        return display


def content(text: str) -> str:
    """What tells something: without fillers, and without phrases that only show listening.

    >>> content("はい、えーと、隣の部屋なんですけど、ええ。")
    '隣の部屋なんですけど、'
    """
    return "".join(
        phrase
        for phrase in _PHRASE.findall(without_fillers(text))
        if (words := phrase.strip(NO_WORDS)) and words not in LISTENING
    )


def section_of(hit: Hit) -> Section:
    """What must not be shown twice: the edition and the headings."""
    return hit.passage.edition, hit.passage.headings


def _words(turn: Turn) -> tuple[Word, ...]:
    """The words with their times; a text that people corrected is one word."""
    if "".join(word.text for word in turn.words).strip() == turn.text.strip():
        return turn.words
    return (Word(turn.start, turn.end, turn.text, 1.0),)


def _breaks_off(before: _Said, turn: Turn, word: Word) -> bool:
    """Whether a phrase is over because of a pause, or because somebody else goes on."""
    return before.turn != turn.id or word.start - before.end >= PAUSE


def _tail(text: str, room: int) -> str:
    """The last phrases that fit; the end of the last one where it alone is longer."""
    kept = ""
    for phrase in reversed(_PHRASE.findall(text)):
        if len(phrase) + len(kept) > room:
            break
        kept = phrase + kept
    return kept or text[-room:]
