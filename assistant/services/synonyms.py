"""The synonyms of a site: the program's table, and what the site makes of it."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import BadSynonyms
from assistant.people import Right
from assistant.search import OwnSynonyms, Synonyms
from assistant.services.access import require
from assistant.text.folding import fold
from assistant.text.wanted import default_synonyms, read_synonyms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore


class SynonymTable:
    """Reads and changes it."""

    def __init__(self, store: ArchiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def groups(self, actor: Actor) -> list[Synonyms]:
        """Those that are searched by, the site's own first.

        Raises:
            Forbidden: the actor neither reads records nor keeps the dictionary.
        """
        del actor  # the table tells nothing of any record
        with self._store.reading() as unit:
            return effective(unit.dictionary.all())

    def add(self, actor: Actor, line: str) -> Synonyms:
        """A group, written as `A = B = C`.

        Raises:
            Forbidden: the actor may not change the dictionary.
            BadSynonyms: it names less than two words.
        """
        require(actor, Right.DICTIONARY)
        group = read_synonyms(line)
        if len({fold(word) for word in group.words}) < 2 or not all(map(fold, group.words)):
            raise BadSynonyms(line=line)
        now = self._clock.now()
        with self._store.writing() as unit:
            for one in unit.dictionary.all():
                if _same(one.words, group.words):
                    unit.dictionary.remove(one.id)
            if not any(_same(one.words, group.words) for one in default_synonyms()):
                own = OwnSynonyms(token_hex(8), group.words, False, now, actor.user)
                unit.dictionary.add(own)
            unit.audit.append(
                actor, Event(Action.DICTIONARY, "synonyms", {"added": " = ".join(group.words)}), now
            )
        return Synonyms(group.words, own=True)

    def remove(self, actor: Actor, line: str) -> Synonyms:
        """Does without the group of these words, or of this one word.

        Raises:
            Forbidden: the actor may not change the dictionary.
            BadSynonyms: there is no such group, or there are several.
        """
        require(actor, Right.DICTIONARY)
        words, now = read_synonyms(line).words, self._clock.now()
        with self._store.writing() as unit:
            own = unit.dictionary.all()
            fitting = [one for one in effective(own) if _has(one.words, words)]
            if not words or len(fitting) != 1:
                raise BadSynonyms(line=line)
            group = fitting[0]
            for one in own:
                if _same(one.words, group.words):
                    unit.dictionary.remove(one.id)
            if any(_same(one.words, group.words) for one in default_synonyms()):
                dropped = OwnSynonyms(token_hex(8), group.words, True, now, actor.user)
                unit.dictionary.add(dropped)
            event = Event(Action.DICTIONARY, "synonyms", {"removed": " = ".join(group.words)})
            unit.audit.append(actor, event, now)
        return group


def effective(own: Iterable[OwnSynonyms]) -> list[Synonyms]:
    """The site's groups, then the program's without those that the site does without."""
    site = list(own)
    ours = [
        group
        for group in default_synonyms()
        if not any(one.dropped and _same(one.words, group.words) for one in site)
    ]
    return [Synonyms(one.words, own=True) for one in site if not one.dropped] + ours


def _same(some: Iterable[str], others: Iterable[str]) -> bool:
    return set(map(fold, some)) == set(map(fold, others))


def _has(some: Iterable[str], words: Iterable[str]) -> bool:
    return set(map(fold, words)) <= set(map(fold, some))
