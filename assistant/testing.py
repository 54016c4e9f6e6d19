"""Fakes of the ports, public: for our tests, and for those of programs that build on us.

They compute from what they are fed, so a test that feeds wrong sound gets a wrong transcript.
"""

from __future__ import annotations

import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import ManualError, MissingWeights, UnreadableSound, storage_errors
from assistant.manual import (
    Block,
    BlockKind,
    Display,
    Document,
    Edition,
    EditionState,
    Hit,
    Match,
    Nearness,
    Passage,
    Reason,
    ReasonKind,
    SectionReport,
    Source,
    Token,
    Topic,
    Verdict,
)
from assistant.model import (
    SAMPLE_RATE,
    Clip,
    Heard,
    ModelUse,
    Segment,
    SoundSurvey,
    Span,
    SpeakerSpan,
    Window,
    Word,
)
from assistant.services.manuals import vectors_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO, Literal

    from assistant.keys import FileKey
    from assistant.manual import Asked
    from assistant.model import FloatArray, HalfArray, SpeakerCount, Transcript
    from assistant.ports import Embedder, ManualStore, ReadableFile, Reranker, Steps, Ways

FAKE_WEIGHTS = ModelUse("recognition", "fake", "assistant.testing", "MIT", "0" * 64)


def sound(*loudness: Sequence[float]) -> Clip:
    """A clip of one channel for each list: every entry is a second of that constant loudness."""
    channels = [np.repeat(np.asarray(one, np.float32), SAMPLE_RATE) for one in loudness]
    return Clip(np.stack(channels))


@dataclass
class FakeReader:
    """`ports.SoundReader` of sounds in memory, by file name, in blocks of `block` seconds."""

    sounds: dict[str, Clip]
    block: float = 1.0
    likeness: float = 0.0

    def survey(
        self, file: ReadableFile, progress: Callable[[float], None] | None = None
    ) -> SoundSurvey:
        """What the sound of that name really holds."""
        clip = self._sound(file)
        if progress is not None:
            progress(clip.duration)
        return SoundSurvey(
            duration=clip.duration,
            channels=len(clip.samples),
            sample_rate=SAMPLE_RATE,
            codec="fake",
            sha256=file.name,
            levels=tuple(float(np.sqrt((row**2).mean())) for row in clip.samples),
            likeness=self.likeness,
        )

    def blocks(self, file: ReadableFile) -> Iterator[Clip]:
        """The sound in blocks."""
        clip, size = self._sound(file), round(self.block * SAMPLE_RATE)
        for first in range(0, clip.samples.shape[1], size):
            yield Clip(clip.samples[:, first : first + size], first / SAMPLE_RATE)

    def _sound(self, file: ReadableFile) -> Clip:
        if file.name not in self.sounds:
            raise UnreadableSound(name=file.name)
        return self.sounds[file.name]


class FakeListener:
    """`ports.Listener` that takes every second which is not silent for voice, a window each."""

    def __init__(self, lane: int = 0) -> None:
        self._lane = lane
        self._rest = np.zeros((1, 0), np.float32)
        self._at = 0
        self.speech: list[Span] = []

    def feed(self, clip: Clip) -> list[Window]:
        """The seconds that are complete now."""
        self._rest = np.concatenate([self._rest, clip.samples], axis=1)
        windows = []
        while self._rest.shape[1] >= SAMPLE_RATE:
            windows += self._window(self._rest[:, :SAMPLE_RATE])
            self._rest = self._rest[:, SAMPLE_RATE:]
        return windows

    def finish(self) -> list[Window]:
        """The rest."""
        return self._window(self._rest) if self._rest.shape[1] else []

    def _window(self, samples: FloatArray) -> list[Window]:
        clip = Clip(samples, self._at / SAMPLE_RATE)
        self._at += samples.shape[1]
        if not samples.any():
            return []
        span = Span(clip.start, clip.end)
        self.speech.append(span)
        return [Window(clip, (span,), self._lane)]


@dataclass
class FakeRecognizer:
    """`ports.Recognizer` that writes how loud a window is, in percent, as one word."""

    model: ModelUse = FAKE_WEIGHTS
    groups: list[int] = field(default_factory=list)

    def recognize(self, windows: Sequence[Window]) -> list[Heard]:
        """One segment of one word for each window."""
        self.groups.append(len(windows))
        return [Heard(kept=(self._segment(window),)) for window in windows]

    def _segment(self, window: Window) -> Segment:
        loudness = round(float(np.abs(window.clip.samples).mean()) * 100)
        word = Word(window.clip.start, window.clip.end, f"{loudness}。", 1.0)
        return Segment(word.start, word.end, (word,), lane=window.lane)


@dataclass
class FakeDiarizer:
    """`ports.Diarizer` that gives every loudness a speaker of its own."""

    models: tuple[ModelUse, ...] = ()

    def stream(self, count: SpeakerCount, steps: Steps) -> FakeDiarization:
        """A fresh pass."""
        return FakeDiarization(count)


class FakeDiarization:
    """`ports.DiarizationStream`, a span for each second."""

    def __init__(self, count: SpeakerCount) -> None:
        self._count = count
        self._listener = FakeListener()
        self._windows: list[Window] = []

    def feed(self, clip: Clip) -> None:
        """Takes the next sound."""
        self._windows += self._listener.feed(clip)

    def finish(self) -> tuple[SpeakerSpan, ...]:
        """Speakers in order of appearance."""
        self._windows += self._listener.finish()
        ids: dict[int, str] = {}
        spans = []
        for window in self._windows:
            loudness = round(float(window.clip.samples.mean()) * 100)
            speaker = ids.setdefault(loudness, f"S{len(ids) + 1}")
            spans.append(SpeakerSpan(window.clip.start, window.clip.end, speaker))
        return tuple(spans)


@dataclass
class FakeToolbox:
    """`ports.Toolbox` of fakes."""

    heard: FakeRecognizer = field(default_factory=FakeRecognizer)

    def listener(self, lane: int) -> FakeListener:
        """A fresh one."""
        return FakeListener(lane)

    def weights(self, model: str) -> ModelUse:
        """Always the same."""
        return self.heard.model

    def recognizer(self, model: str) -> FakeRecognizer:
        """Always the same."""
        return self.heard

    def ways(self) -> frozenset[str]:
        """The embedded way."""
        return frozenset({"embedded"})

    def diarizer(self, way: str) -> FakeDiarizer:
        """Always the same."""
        return FakeDiarizer()

    def versions(self) -> dict[str, str]:
        """Of nothing real."""
        return {"fake": "1"}


@dataclass
class MemorySteps:
    """`ports.StepsStore` and `ports.Steps` in memory; `computed` counts what was really done."""

    kept: dict[str, bytes] = field(default_factory=dict)
    computed: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, work: str, name: str) -> Iterator[MemorySteps]:
        """Itself."""
        yield self

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """The kept result, or a new one."""
        if name not in self.kept:
            self.kept[name] = compute()
            self.computed.append(name)
        return self.kept[name]

    def forget(self, work: str) -> None:
        """Everything."""
        self.kept.clear()


@dataclass
class FakeClock:
    """`ports.Clock` that stands still."""

    time: datetime = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Always the same moment."""
        return self.time


@dataclass(frozen=True)
class PlainFile:
    """`ports.StoredFile` that is not sealed."""

    path: Path

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.name

    def is_file(self) -> bool:
        """Whether it is there."""
        return self.path.is_file()

    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size

    def remove(self) -> None:
        """If it is there."""
        self.path.unlink(missing_ok=True)

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """At its start."""
        return self.path.open(mode)

    def seal(self) -> bool:
        """Never."""
        return False

    @contextmanager
    def create(self) -> Iterator[BinaryIO]:
        """At its place when the block ends well."""
        part = self.path.with_name(f".{self.path.name}.part")
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("wb") as file:
                    yield file
                part.replace(self.path)
            finally:
                part.unlink(missing_ok=True)


@dataclass
class PlainVault:
    """`ports.Vault` that seals nothing; `shredded` are the owners that it was to forget."""

    shredded: list[str] = field(default_factory=list)

    def ready(self) -> None:
        """Always."""

    def file(self, path: Path, owner: str, *, alone: bool = True) -> PlainFile:
        """The file at `path`."""
        del owner, alone
        return PlainFile(path)

    def settle(self, part: Path) -> None:
        """Drops it."""
        part.unlink(missing_ok=True)

    def shred(self, owner: str) -> None:
        """Notes it."""
        self.shredded.append(owner)


@dataclass
class MemoryKeyShelf:
    """`ports.KeyShelf` in memory."""

    kept: dict[str, FileKey] = field(default_factory=dict)

    def get(self, file: str) -> FileKey | None:
        """The key of the file with that id."""
        return self.kept.get(file)

    def put(self, key: FileKey) -> None:
        """Keeps the key of a new file."""
        self.kept[key.file] = key

    def delete(self, owner: str) -> None:
        """Drops the keys of an owner, or that of one file."""
        for file in self._of(owner):
            del self.kept[file]

    def has(self, owner: str) -> bool:
        """Whether `delete` would drop any."""
        return bool(self._of(owner))

    def _of(self, owner: str) -> list[str]:
        return [file for file in self.kept if file == owner or file.startswith(f"{owner}/")]

    def counts(self) -> dict[str, int]:
        """How many keys are wrapped under each master key."""
        return dict(Counter(key.master for key in self.kept.values()))

    def under(self, master: str, limit: int) -> list[FileKey]:
        """Some of the keys that are wrapped under that master key."""
        return [key for key in self.kept.values() if key.master == master][:limit]

    def exchange(self, before: Sequence[FileKey], after: Sequence[FileKey]) -> None:
        """Those that are still there."""
        for old, new in zip(before, after, strict=True):
            if self.kept.get(old.file) == old:
                self.kept[old.file] = new


@dataclass
class FakeShelf:
    """`ports.Shelf` that keeps transcripts in memory and leaves an empty file for each."""

    transcripts: dict[Path, Transcript] = field(default_factory=dict)

    def find(self, folder: Path, name: str) -> Transcript | None:
        """What was written there."""
        return self.transcripts.get(folder / f"{name}.json")

    def write(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """Keeps it."""
        paths = {one: folder / f"{name}.{one}" for one in formats}
        for path in paths.values():
            path.touch()
        self.transcripts[folder / f"{name}.json"] = transcript
        return paths

    def complete(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """The same."""
        return self.write(transcript, folder, name, formats)


class FakeExporter:
    """`ports.Exporter` that writes a line for each turn: name, tab, text."""

    suffix = "txt"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """In UTF-8."""
        for turn in transcript.turns:
            name = transcript.speaker(turn.speaker).name
            stream.write(f"{name}\t{turn.text}\n".encode())


@dataclass
class FakeManualReader:
    """`ports.ManualReader` of UTF-8 text: lines that start with # are headings, others paragraphs.

    `read_files` counts what was really read.
    """

    read_files: list[str] = field(default_factory=list)

    def read(self, file: ReadableFile) -> Document:
        """The blocks, titled by the file's name."""
        self.read_files.append(file.name)
        with file.open("rb") as stream:
            try:
                lines = stream.read().decode().splitlines()
            except UnicodeDecodeError as error:
                raise ManualError(name=file.name) from error
        blocks = [_block(line) for line in lines if line.strip()]
        return Document(PurePath(file.name).stem, tuple(blocks))


def _block(line: str) -> Block:
    level = len(line) - len(line.lstrip("#"))
    kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
    return Block(kind, line[level:].strip(), level)


def split_blocks(document: Document, edition: str) -> tuple[Passage, ...]:
    """A passage for each paragraph."""
    headings: list[str] = []
    passages: list[Passage] = []
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            headings = [*headings[: block.level - 1], block.text]
        else:
            passages.append(Passage(edition, len(passages), tuple(headings), block.text))
    return tuple(passages)


class FakeTokenizer:
    """`ports.Tokenizer` whose terms are single characters."""

    def terms(self, text: str) -> list[str]:
        """Every character that is no space."""
        return [token.term for token in self.tokens(text)]

    def tokens(self, text: str) -> list[Token]:
        """With their places."""
        return [Token(one, at, at + 1) for at, one in enumerate(text) if not one.isspace()]


@dataclass
class FakeEmbedder:
    """`ports.Embedder`: texts that share characters are near. `batches` tells what it was given."""

    model: ModelUse = ModelUse("search", "fake-encoder", "assistant.testing", "MIT", "0" * 64)
    dimensions: int = 64
    batches: list[int] = field(default_factory=list)

    def queries(self, texts: Sequence[str]) -> FloatArray:
        """Shape (n, dimensions)."""
        return np.stack([self._vector(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Shape (n, dimensions)."""
        self.batches.append(len(texts))
        return self.queries(texts)

    def _vector(self, text: str) -> FloatArray:
        vector = np.full(self.dimensions, 1e-3, np.float32)
        for character in text:
            vector[zlib.crc32(character.encode()) % self.dimensions] += 1
        return vector / np.float32(np.linalg.norm(vector))


@dataclass
class FakeIndex:
    """`ports.PassageIndex` that adds up shared terms and inner products."""

    terms: list[Counter[str]]
    vectors: dict[int, FloatArray]

    def rank(
        self, asked: Asked, ways: Ways = "fused", among: Sequence[int] | None = None
    ) -> list[Match]:
        """Best first; rows that share nothing are left out."""
        terms = dict.fromkeys(asked.said, 1.0) if ways == "lexical" else asked.terms
        cosines = {
            row: float(vector @ asked.meaning)
            for row, vector in self.vectors.items()
            if asked.meaning is not None
        }
        totals = {
            row: sum(weight * bag[term] for term, weight in terms.items()) + cosines.get(row, 0.0)
            for row, bag in enumerate(self.terms)
            if among is None or row in among
        }
        best = max(totals.values(), default=0.0)
        ordered = sorted(totals, key=lambda row: (-totals[row], row))
        return [
            Match(
                row,
                totals[row] / best,
                cosines.get(row, 0.0),
                cosines.get(row, 0.0),
                sum(term in self.terms[row] for term in asked.said) / max(1, len(asked.said)),
            )
            for row in ordered
            if totals[row] > 0
        ]

    def nearest(self, meaning: FloatArray) -> float:
        """The largest inner product."""
        return max((float(vector @ meaning) for vector in self.vectors.values()), default=0.0)

    def learn(self, topics: Iterable[Topic]) -> None:
        """Nothing to do: topics are not looked at."""


class NoSayings:
    """`ports.Sayings` that knows none."""

    def prepare(self, key: str, embedder: Embedder, limit: int) -> int:
        """Nothing to do."""
        del key, embedder, limit
        return 0

    def near(self, key: str, terms: Sequence[str], meaning: FloatArray) -> Nearness:
        """No question is near to anything."""
        del key, terms, meaning
        return Nearness()

    def topics(self, key: str) -> tuple[()]:
        """None."""
        del key
        return ()

    def anything(self, key: str) -> FloatArray:
        """None."""
        del key
        return np.zeros((0, 0), np.float32)


@dataclass
class FakeManualTools:
    """`ports.ManualTools` of fakes."""

    manual_reader: FakeManualReader = field(default_factory=FakeManualReader)
    fake_embedder: FakeEmbedder = field(default_factory=FakeEmbedder)
    fake_reranker: Reranker | None = None
    other_embedders: tuple[FakeEmbedder, ...] = ()

    def reader(self) -> FakeManualReader:
        """Always the same."""
        return self.manual_reader

    def split(self, document: Document, edition: str) -> tuple[Passage, ...]:
        """A passage for each paragraph."""
        return split_blocks(document, edition)

    def parts(self, passage: Passage) -> list[str]:
        """The whole, alone."""
        return ["\n".join((*passage.headings, passage.text))]

    def sayings(self) -> NoSayings:
        """None."""
        return NoSayings()

    def tokenizer(self) -> FakeTokenizer:
        """Characters."""
        return FakeTokenizer()

    def reranker(self) -> Reranker | None:
        """What it was given."""
        return self.fake_reranker

    def index(
        self, terms: Iterable[Sequence[str]], rows: Sequence[int], vectors: HalfArray
    ) -> FakeIndex:
        """Counts shared terms."""
        wide = vectors.astype(np.float32)
        return FakeIndex([Counter(one) for one in terms], dict(zip(rows, wide, strict=True)))

    def weights(self) -> ModelUse:
        """The embedder's."""
        return self.fake_embedder.model

    def embedder(self, key: str | None = None) -> FakeEmbedder:
        """The one that is used, or one whose vectors carry the key.

        Raises:
            MissingWeights: there is none.
        """
        every = (self.fake_embedder, *self.other_embedders)
        if key is None:
            return self.fake_embedder
        for one in every:
            if vectors_key(one.model) == key:
                return one
        raise MissingWeights(name=key, folder="nowhere")


@dataclass
class FakeSearcher:
    """`ports.ManualSearcher`: a section fits by the share of its `words` that are asked for.

    Its edition and passages are made up from them. `asked` are the questions, in order.
    """

    words: dict[str, tuple[str, ...]]
    """Words by section."""
    asked: list[str] = field(default_factory=list)

    def search(self, question: str, limit: int = 5, manual: str | None = None) -> list[Hit]:
        """The best first; in the order of `words` where they fit equally well."""
        self.asked.append(question)
        hits = [self.hit(section, question) for section in self.words]
        fitting = [one for one in hits if one.score > 0 and manual in (None, one.edition.manual)]
        return sorted(fitting, key=lambda one: -one.score)[:limit]

    def hit(self, section: str, question: str) -> Hit:
        """How that section fits the question."""
        words, position = self.words[section], list(self.words).index(section)
        found = tuple(word for word in words if word in question)
        passage = Passage("fake", position, ("第1章", section), "\n".join(words), position + 1)
        score = len(found) / len(words)
        return Hit(passage, self._edition(), score, (Reason(ReasonKind.WORDS, found),))

    def _edition(self) -> Edition:
        added, state = FakeClock().now(), EditionState.CURRENT
        return Edition(
            "fake", "fake.md", "手引き", "fake.md", "0" * 64, added, state, len(self.words)
        )


class InMemoryManualStore:
    """`ports.ManualStore` in memory."""

    def __init__(self) -> None:
        self._editions: dict[str, Edition] = {}
        self._passages: dict[str, list[tuple[Passage, str]]] = {}
        self._vectors: dict[str, dict[str, list[HalfArray]]] = {}
        self._version = 0

    def add(self, edition: Edition, passages: Sequence[Passage], terms: Sequence[str]) -> None:
        """Keeps an edition and makes it the current one of its manual."""
        self._version += 1
        if edition.id in self._editions:
            return
        if edition.state is EditionState.CURRENT:
            self._supersede(edition.manual)
        self._editions[edition.id] = edition
        self._passages[edition.id] = list(zip(passages, terms, strict=True))

    def editions(self) -> list[Edition]:
        """All of them, newest first."""
        kept = sorted(self._editions.values(), key=lambda one: one.added, reverse=True)
        return [replace(one, embedded=self._embedded(one.id)) for one in kept]

    def set_state(self, edition: str, state: EditionState) -> None:
        """Takes an edition into the search or out of it."""
        self._version += 1
        if state is EditionState.CURRENT:
            self._supersede(self._editions[edition].manual)
        self._editions[edition] = replace(self._editions[edition], state=state)

    def passages(self, edition: str) -> list[Passage]:
        """In reading order."""
        return [passage for passage, _ in self._passages.get(edition, [])]

    def indexed(self) -> list[tuple[Passage, str]]:
        """The passages of current editions with their terms."""
        return [
            pair
            for edition, pairs in sorted(self._passages.items())
            if self._editions[edition].state is EditionState.CURRENT
            for pair in pairs
        ]

    def vectors(self, model: str) -> tuple[list[str], HalfArray]:
        """What these weights have made of the current passages, and whose each is."""
        kept = self._vectors.get(model, {})
        pairs = [
            (passage.id, vector)
            for passage, _ in self.indexed()
            for vector in kept.get(passage.id, ())
        ]
        if not pairs:
            return [], np.zeros((0, 0), np.float16)
        return [one for one, _ in pairs], np.stack([vector for _, vector in pairs])

    def missing(self, model: str, limit: int) -> list[Passage]:
        """Current passages that these weights have not embedded yet."""
        kept = self._vectors.get(model, {})
        every = [passage for passage, _ in self.indexed() if passage.id not in kept]
        return every[:limit]

    def keep_vectors(self, model: str, ids: Sequence[str], vectors: FloatArray) -> None:
        """Keeps what `missing` asked for; vectors that are there already stay."""
        self._version += 1
        kept = self._vectors.setdefault(model, {})
        new: dict[str, list[HalfArray]] = {}
        for one, vector in zip(ids, vectors, strict=True):
            new.setdefault(one, []).append(vector.astype(np.float16))
        self._vectors[model] = new | kept

    def models(self) -> dict[str, int]:
        """The weights that have embedded anything, and how many of the current passages."""
        return {model: len(set(self.vectors(model)[0])) for model in self._vectors}

    def forget_vectors(self, model: str) -> None:
        """Drops the vectors of weights that are used no more."""
        self._version += 1
        self._vectors.pop(model, None)

    def keep_terms(self, edition: str, terms: Sequence[str]) -> None:
        """Puts new terms in the place of the old ones."""
        self._version += 1
        passages = self.passages(edition)
        self._passages[edition] = list(zip(passages, terms, strict=True))

    def version(self) -> int:
        """Grows whenever a search would see something new."""
        return self._version

    def _supersede(self, manual: str) -> None:
        for one in self._editions.values():
            if one.manual == manual and one.state is EditionState.CURRENT:
                self._editions[one.id] = replace(one, state=EditionState.SUPERSEDED)

    def _embedded(self, edition: str) -> int:
        ids = {passage.id for passage in self.passages(edition)}
        return max((len(ids & kept.keys()) for kept in self._vectors.values()), default=0)


@dataclass
class MemoryWatchedFiles:
    """`ports.WatchedFiles` in memory."""

    kept: dict[str, Source] = field(default_factory=dict)

    def sources(self) -> dict[str, Source]:
        """By path."""
        return dict(self.kept)

    def keep_source(self, source: Source) -> None:
        """Puts it in the place of what was remembered of that path."""
        self.kept[source.path] = source

    def forget_source(self, path: str) -> None:
        """Drops it."""
        self.kept.pop(path, None)


@dataclass
class MemoryDisplayLog:
    """`ports.DisplayLog` in memory; `sections` tells manual, title and headings of a passage."""

    kept: list[Display] = field(default_factory=list)
    sections: Callable[[str], tuple[str, str, tuple[str, ...]]] = lambda passage: (
        passage.partition(":")[0],
        "",
        (passage,),
    )

    def log(self, displays: Sequence[Display]) -> list[int]:
        """Keeps them; their ids count from 1."""
        first = len(self.kept) + 1
        self.kept += [replace(one, id=first + n) for n, one in enumerate(displays)]
        return [one.id for one in self.kept[first - 1 :]]

    def opened(self, display: int, person: str, when: datetime) -> bool:
        """The first time counts."""
        return self._note(display, person, lambda one: replace(one, opened=one.opened or when))

    def judge(self, display: int, person: str, verdict: Verdict | None) -> bool:
        """The last word counts."""
        return self._note(display, person, lambda one: replace(one, verdict=verdict))

    def displays(self) -> list[Display]:
        """All of them, oldest first."""
        return list(self.kept)

    def report(self) -> list[SectionReport]:
        """A line for each section of `sections` that was ever shown."""
        groups: dict[tuple[str, str, tuple[str, ...]], list[Display]] = {}
        for one in self.kept:
            groups.setdefault(self.sections(one.passage), []).append(one)
        return [_report(*section, shown) for section, shown in groups.items()]

    def _note(self, display: int, person: str, change: Callable[[Display], Display]) -> bool:
        if not 0 < display <= len(self.kept) or self.kept[display - 1].person != person:
            return False
        self.kept[display - 1] = change(self.kept[display - 1])
        return True


def sections_of(store: ManualStore) -> Callable[[str], tuple[str, str, tuple[str, ...]]]:
    """Manual, title of its newest edition, and headings of a passage of that store, by its id."""

    def section(passage: str) -> tuple[str, str, tuple[str, ...]]:
        edition, _, position = passage.rpartition(":")
        manual = next(one.manual for one in store.editions() if one.id == edition)
        title = next(one.title for one in store.editions() if one.manual == manual)
        return manual, title, store.passages(edition)[int(position)].headings

    return section


def _report(
    manual: str, title: str, headings: tuple[str, ...], shown: Sequence[Display]
) -> SectionReport:
    verdicts = [one.verdict for one in shown]
    return SectionReport(
        manual,
        title,
        headings,
        len(shown),
        sum(one.opened is not None for one in shown),
        verdicts.count(Verdict.HELPED),
        verdicts.count(Verdict.WRONG),
    )


@dataclass
class FakeHasher:
    """`services.passwords.Hasher` that anyone can read; `looked_at` counts comparisons."""

    version: int = 1
    looked_at: int = 0

    def hash(self, password: str) -> str:
        """Readable."""
        return f"v{self.version}:{password}"

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password that was kept."""
        self.looked_at += 1
        return kept is not None and kept.partition(":")[2] == password

    def is_outdated(self, kept: str) -> bool:
        """Whether it was kept by another version."""
        return not kept.startswith(f"v{self.version}:")
