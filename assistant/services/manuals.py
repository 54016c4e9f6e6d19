"""The library of manuals: taking in editions, keeping them apart, preparing them for the search.

state/manuals/
  1f3a…/手引き.docx   the original of an edition, under its own name, as it was taken in, sealed
  .arriving-…/        one that is being taken in
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
import unicodedata
from collections import Counter
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant.errors import (
    CrashingManual,
    EmptyManual,
    InaccessibleManual,
    InputError,
    KikigakiError,
    StorageError,
    UnknownManual,
    storage_errors,
)
from assistant.logs import where
from assistant.manual import Edition, EditionState, Source
from assistant.model import Progress
from assistant.services.arriving import ARRIVING, arriving
from assistant.services.editions import changes, section_of
from assistant.services.watching import look, manual_files, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from assistant.manual import Passage
    from assistant.model import ModelUse
    from assistant.ports import (
        Clock,
        ManualStore,
        ManualTools,
        ProgressHook,
        ReadableFile,
        StoredFile,
        Vault,
        WatchedFiles,
    )
    from assistant.services.editions import Change, Section
    from assistant.services.watching import Sighting

    Within = Callable[[Edition, str], AbstractContextManager[object]]
    """What an edition is taken in within, so that it is written down: the edition, and what."""

log = logging.getLogger(__name__)

BATCH = 16
"""Passages that are embedded at once, a second or two on two cores: nothing waits for longer."""
ABANDONED = 12 * 3600.0
"""Seconds after which what a dead process was taking in is dropped."""
SAYINGS = 64
"""Samples of speech that are embedded at once."""
KEY_DIGITS = 12
"""Digits of the weights' SHA-256 that vectors carry."""
MADE = 3
"""Counts up when vectors are made in another way, so that all are made anew."""
ID_DIGITS = 16
"""Digits of a file's SHA-256 that name its edition."""
OWNER = "manuals"
"""What the keys of all originals belong to: editions are never deleted."""
GONE = -1
"""The size of a watched file that is not there any more."""


class Outcome(StrEnum):
    """What became of a file."""

    ADDED = "added"
    ALREADY = "already"
    """The very same file is in the library."""
    FAILED = "failed"
    GONE = "gone"
    """It is not in the watched folder any more; its edition is still searched."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of one file. `replaced` is the edition that it superseded."""

    path: Path
    outcome: Outcome
    edition: Edition | None = None
    replaced: Edition | None = None
    error: KikigakiError | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody said about a file; None leaves it to the file."""

    manual: str
    title: str | None = None
    date: date | None = None


def unnoted(edition: Edition, what: str) -> AbstractContextManager[object]:
    """Nothing is written down."""
    del edition, what
    return nullcontext()


class ManualLibrary:
    """Manuals, their editions, and the files they came from, which are kept in `folder`.

    The vault seals them there.
    """

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        store: ManualStore,
        watched: WatchedFiles,
        tools: ManualTools,
        clock: Clock,
    ) -> None:
        self.folder = folder
        self.store = store
        self._vault = vault
        self._watched = watched
        self._tools = tools
        self._clock = clock
        self._complete_at = -1

    def add(
        self,
        paths: Sequence[Path],
        title: str | None = None,
        edition_date: date | None = None,
        manual: str | None = None,
        within: Within = unnoted,
    ) -> Iterator[Addition]:
        """Takes files, and the files in folders; each can be found by its words at once.

        A file of the same name, or given under the same `manual`, is a new edition of it: the old
        one is superseded and kept. A file that cannot be used stops no other.

        Raises:
            NothingFound: a path does not exist, or a folder holds no manual.
            StorageError: the library cannot be written.
        """
        files = manual_files(paths)
        names = Counter(manual_key(path.name) for path in files)
        for path in files:
            name = path.name if names[manual_key(path.name)] == 1 else _with_folder(path)
            wish = _Wish(manual_key(manual or name), title, edition_date)
            yield self._attempt(path, path, wish, within)

    @contextmanager
    def receiving(self, name: str) -> Iterator[StoredFile]:
        """A file for what arrives, to be written and then given to `receive`; gone afterwards."""
        with arriving(self.folder) as place:
            file = self._vault.file(place / name, OWNER, alone=False)
            try:
                yield file
            finally:
                file.remove()

    def receive(
        self,
        file: StoredFile,
        title: str | None = None,
        edition_date: date | None = None,
        manual: str | None = None,
        within: Within = unnoted,
    ) -> Addition:
        """Takes what has arrived; otherwise as `add`.

        Raises:
            StorageError: the library cannot be written.
        """
        wish = _Wish(manual_key(manual or file.name), title, edition_date)
        return self._attempt(file.path, file, wish, within)

    def sync(self, folder: Path, within: Within = unnoted) -> Iterator[Addition]:
        """Takes what is new or changed in the watched folder, and says what is gone from it.

        A file that is still being written is left for the next time. One that could not be used is
        not tried again until it changes. Nothing is retired because a file is gone.

        Raises:
            StorageError: the library cannot be written.
        """
        if not folder.is_dir():
            return
        seen, known = look(folder), self._watched.sources()
        new = {name: one for name, one in seen.items() if not _same(one, known.get(name))}
        for name, sighting in settled(folder, new).items():
            yield self._take_watched(name, sighting, seen, within)
        for name, source in known.items():
            if name not in seen and source.size != GONE:
                yield from self._miss(folder / name, source)

    def troubles(self) -> list[Source]:
        """The watched files that could not be used."""
        return [one for one in self._watched.sources().values() if one.error and one.size != GONE]

    def editions(self) -> list[Edition]:
        """All of them, newest first."""
        return self.store.editions()

    def find(self, name: str) -> Edition:
        """An edition by the beginning of its id; or a manual's current one, by key, file or title.

        Raises:
            UnknownManual: there is none, or several.
        """
        editions = self.editions()
        by_id = [one for one in editions if len(name) >= 4 and one.id.startswith(name)]
        if len(by_id) == 1:
            return by_id[0]
        key = manual_key(name)
        named = [one for one in editions if key == one.manual or name in (one.file, one.title)]
        named.sort(key=lambda one: one.state is not EditionState.CURRENT)  # stable: newest first
        if not named or len({one.manual for one in named}) > 1:
            raise UnknownManual(name=name)
        return named[0]

    def retire(self, name: str) -> Edition:
        """Takes an edition out of the search; it is kept, and can still be opened.

        Raises:
            UnknownManual: as `find`.
        """
        return self._set(self.find(name), EditionState.RETIRED)

    def restore(self, name: str) -> Edition:
        """Makes an edition the current one of its manual again.

        Raises:
            UnknownManual: as `find`.
        """
        return self._set(self.find(name), EditionState.CURRENT)

    def original(self, edition: Edition) -> StoredFile:
        """The file as it was taken in.

        Raises:
            UnknownManual: it is not there; the folder was lost.
        """
        file = self._vault.file(self.folder / edition.id / edition.file, OWNER, alone=False)
        if not file.is_file():
            raise UnknownManual(name=edition.file)
        return file

    def section(self, passage: str) -> Section:
        """The whole section that a passage stands in, by the passage's id.

        Raises:
            UnknownManual: there is no such passage.
        """
        edition_id, _, position = passage.rpartition(":")
        passages = self.store.passages(edition_id)
        edition = next((one for one in self.editions() if one.id == edition_id), None)
        if edition is None or not position.isdecimal() or int(position) >= len(passages):
            raise UnknownManual(name=passage)
        return section_of(edition, passages, int(position))

    def predecessor(self, edition: Edition) -> Edition | None:
        """The edition of the same manual that was added before; None for the first one."""
        family = [one for one in self.editions() if one.manual == edition.manual]
        older = [one for one in family if one.added < edition.added]
        return older[0] if older else None

    def changes(self, old: Edition, new: Edition) -> list[Change]:
        """What the new edition adds, removes and says differently, section by section."""
        return changes(self.store.passages(old.id), self.store.passages(new.id))

    def reindex(self, progress: ProgressHook | None = None) -> int:
        """Makes the terms of all editions anew, after a change of the dictionary; how many.

        Raises:
            Stopped: by `progress`; an edition has its old terms or its new ones.
        """
        editions = self.editions()
        for number, edition in enumerate(editions):
            _report(progress, "reindex", number, len(editions))
            terms = [self._terms(one) for one in self.store.passages(edition.id)]
            self.store.keep_terms(edition.id, terms)
        return len(editions)

    def embed_missing(self, progress: ProgressHook | None = None) -> int:
        """Embeds every current passage that the weights have not embedded yet; how many it did.

        Each batch is kept at once: killed at any moment, the next run does the rest. The vectors
        of other weights go when those of these are complete.

        Raises:
            SetupError: the weights are not here.
            Stopped: by `progress`; what was embedded is kept.
        """
        model = vectors_key(self._tools.weights())
        total = sum(one.passages for one in self.editions() if one.state is EditionState.CURRENT)
        embedded = 0
        while True:
            _report(progress, "embed", self.store.models().get(model, 0), total)
            with self._embedding(timeout=-1):
                number = self._embed_batch()
            embedded += number
            if number == 0:
                return embedded

    def embed_some(self) -> bool:
        """Embeds one batch; False when nothing is left to do, or another process is at it.

        Raises:
            SetupError: the weights are not here.
        """
        version = self.store.version()
        if version == self._complete_at:
            return False
        try:
            with self._embedding(timeout=0):
                number = self._embed_batch()
        except Timeout:
            return False
        if number == 0:
            self._complete_at = version
        return number > 0

    def incomplete(self) -> bool:
        """Whether `embed_some` would find something to do.

        Raises:
            SetupError: the weights are not here.
        """
        if self.store.version() == self._complete_at:
            return False
        model = self._tools.weights().name
        return bool(self.store.missing(model, 1) or self.store.models().keys() - {model})

    def tidy(self) -> None:
        """Drops what dead processes were taking in."""
        for one in self.folder.glob(f"{ARRIVING}*"):
            if time.time() - one.stat().st_mtime > ABANDONED:
                shutil.rmtree(one, ignore_errors=True)
        for part in self.folder.glob("[!.]*/.*.part"):
            if time.time() - part.stat().st_mtime > ABANDONED:
                self._vault.settle(part)

    @contextmanager
    def _embedding(self, timeout: float) -> Iterator[None]:
        """One process of this machine embeds at a time: two would do the same passages."""
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".embedding.lock")
            lock.acquire(timeout=timeout)
        try:
            yield
        finally:
            lock.release()

    def _embed_batch(self) -> int:
        """How many passages it embedded. The samples of speech come first, a few at a time."""
        model = vectors_key(self._tools.weights())
        passages = self.store.missing(model, BATCH)
        embedder = self._tools.embedder()
        while passages and self._tools.sayings().prepare(model, embedder, SAYINGS):
            pass
        if passages:
            parts = [(one.id, part) for one in passages for part in self._tools.parts(one)]
            vectors = embedder.passages([part for _, part in parts])
            self.store.keep_vectors(model, [one for one, _ in parts], vectors)
        else:
            for other in self.store.models().keys() - {model}:
                self.store.forget_vectors(other)
        return len(passages)

    def _terms(self, passage: Passage) -> str:
        return " ".join(self._tools.tokenizer().terms(wording(passage)))

    def _set(self, edition: Edition, state: EditionState) -> Edition:
        self.store.set_state(edition.id, state)
        return replace(edition, state=state)

    def _attempt(self, path: Path, file: ReadableFile, wish: _Wish, within: Within) -> Addition:
        """Takes the file at `path`; what is wrong with it becomes part of the answer."""
        try:
            return self._take(path, file, wish, within)
        except InputError as error:
            return Addition(path, Outcome.FAILED, error=error)
        except KikigakiError:
            raise
        except Exception as error:  # one bad file must not keep the others out
            log.error(  # noqa: TRY400 - a traceback's message may hold what stands in the file
                "unforeseen", extra={"file": path.name, "error": where(error)}
            )
            return Addition(path, Outcome.FAILED, error=CrashingManual(name=path.name))

    def _take(self, path: Path, file: ReadableFile, wish: _Wish, within: Within) -> Addition:
        with self._arriving(file) as (copy, sha256):
            there = [one for one in self.editions() if one.sha256 == sha256]
            if there:
                with within(there[0], Outcome.ALREADY):
                    pass
                return Addition(path, Outcome.ALREADY, there[0])
            document = self._tools.reader().read(copy)
            edition_id = sha256[:ID_DIGITS]
            passages = self._tools.split(document, edition_id)
            if not passages:
                raise EmptyManual(name=path.name)
            current = self._current(wish.manual)
            edition = Edition(
                id=edition_id,
                manual=wish.manual,
                title=wish.title or document.title or path.stem,
                file=path.name,
                sha256=sha256,
                added=self._clock.now(),
                state=EditionState.CURRENT,
                passages=len(passages),
                date=wish.date or document.date,
            )
            if current and _older(edition, current):
                edition, current = replace(edition, state=EditionState.SUPERSEDED), None
            terms = [self._terms(one) for one in passages]
            with self._keeping_original(copy, edition_id), within(edition, Outcome.ADDED):
                self.store.add(edition, passages, terms)
        return Addition(path, Outcome.ADDED, edition, current)

    def _current(self, manual: str) -> Edition | None:
        ours = [one for one in self.editions() if one.manual == manual]
        return next((one for one in ours if one.state is EditionState.CURRENT), None)

    @contextmanager
    def _arriving(self, file: ReadableFile) -> Iterator[tuple[StoredFile, str]]:
        """A copy of the file, under its name, and the SHA-256 of what was copied.

        What is read is then what is kept, even if somebody writes to the file meanwhile.
        """
        self.tidy()
        with arriving(self.folder) as place:
            copy = self._vault.file(place / file.name, OWNER, alone=False)
            try:
                yield copy, _copy(file, copy)
            finally:
                copy.remove()  # unless it was kept, and is elsewhere now

    @contextmanager
    def _keeping_original(self, copy: StoredFile, edition_id: str) -> Iterator[None]:
        """The original takes its place; it goes back when the block, which adds it, fails."""
        target, arrived = self.folder / edition_id, copy.path.parent
        with storage_errors(target):
            shutil.rmtree(target, ignore_errors=True)  # of a process that died before it was added
            arrived.rename(target)
        try:
            yield
        except BaseException:
            target.rename(arrived)
            raise

    def _take_watched(
        self, name: str, sighting: Sighting, seen: dict[str, Sighting], within: Within
    ) -> Addition:
        sources = self._watched.sources()
        source, before = Source(name, sighting.size, sighting.modified), sources.get(name)
        # A process that dies of this file twice must not die of it again and again.
        died = CrashingManual(name=sighting.path.name).sentences
        self._watched.keep_source(replace(source, error=died) if source == before else source)
        try:
            key = self._watched_key(name, seen, sources)
            addition = self._attempt(sighting.path, sighting.path, _Wish(key), within)
        except KikigakiError:
            with suppress(StorageError):  # it was not the file's fault
                self._watched.keep_source(before or replace(source, size=GONE))
            raise
        if addition.edition:
            self._watched.keep_source(replace(source, edition=addition.edition.id))
        elif addition.error:
            edition = before.edition if before else ""
            error = addition.error.sentences
            self._watched.keep_source(replace(source, edition=edition, error=error))
        return addition

    def _watched_key(self, name: str, seen: dict[str, Sighting], sources: dict[str, Source]) -> str:
        """The key of the manual that this file was before; else its name, or path if that is taken.

        Files of the same name in two folders would supersede each other in turn.
        """
        manuals = {one.id: one.manual for one in self.editions()}
        if name in sources and sources[name].edition in manuals:
            return manuals[sources[name].edition]
        others = [one for path, one in sources.items() if path in seen and path != name]
        taken = {manuals.get(one.edition) for one in others}
        key = manual_key(name.rpartition("/")[2])
        return manual_key(name) if key in taken else key

    def _miss(self, path: Path, source: Source) -> Iterator[Addition]:
        self._watched.keep_source(replace(source, size=GONE))
        edition = next((one for one in self.editions() if one.id == source.edition), None)
        if edition and edition.state is EditionState.CURRENT:
            yield Addition(path, Outcome.GONE, edition)


def manual_key(name: str) -> str:
    """The key that editions share: the file's name, however it is typed.

    >>> manual_key("相談援助 手引き.DOCX")
    '相談援助 手引き.docx'
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def vectors_key(weights: ModelUse) -> str:
    """What vectors carry: those of other weights, or made in another way, cannot be compared.

    A name alone will not do: a folder's weights may be replaced under their old name.
    """
    return f"{weights.name} {weights.sha256[:KEY_DIGITS]}/{MADE}"


def wording(passage: Passage) -> str:
    """What of a passage is cut into terms: the headings belong to it."""
    return "\n".join((*passage.headings, passage.text))


def _with_folder(path: Path) -> str:
    return f"{path.resolve().parent.name}/{path.name}"


def _older(edition: Edition, current: Edition) -> bool:
    """Whether both say of when they are, and the current one is the later."""
    return bool(edition.date and current.date and edition.date < current.date)


def _same(sighting: Sighting, source: Source | None) -> bool:
    """Whether the file is as it was when it was last taken, or failed."""
    if source is None or not (source.edition or source.error):
        return False
    return (sighting.size, sighting.modified) == (source.size, source.modified)


def _copy(file: ReadableFile, target: StoredFile) -> str:
    """Copies a file; the SHA-256 of its content.

    Raises:
        InaccessibleManual: it cannot be read.
        StorageError: the copy cannot be written.
    """
    digest = hashlib.sha256()
    with target.create() as output:
        for block in _blocks(file):
            digest.update(block)
            output.write(block)
    return digest.hexdigest()


def _blocks(file: ReadableFile) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                yield block
    except OSError as error:
        raise InaccessibleManual(name=file.name) from error


def _report(progress: ProgressHook | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(Progress(stage, done, total))
