"""The verbs: what the services ask of the world. Adapters implement them, `testing` fakes them.

Whoever makes a stream feeds it in order and finishes it once. No port keeps a clip it was fed
longer than it needs: recordings are hours long and do not fit in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO, Literal

    from assistant.drafts import Draft, Refused
    from assistant.keys import FileKey
    from assistant.manual import (
        Asked,
        Display,
        Document,
        Edition,
        EditionState,
        Hit,
        Match,
        Nearness,
        Passage,
        SectionReport,
        Source,
        Token,
        Topic,
        Verdict,
    )
    from assistant.model import (
        Clip,
        FloatArray,
        HalfArray,
        Heard,
        ModelUse,
        Progress,
        SoundSurvey,
        Span,
        SpeakerCount,
        SpeakerSpan,
        Transcript,
        Window,
    )

    ProgressHook = Callable[[Progress], None]
    Ways = Literal["lexical", "expanded", "dense", "fused"]
    Reading = Literal["lexical", "expanded", "dense", "fused", "reranked"]


class ReadableFile(Protocol):
    """A file with bytes to read: a `Path`, or one that is sealed on the disk."""

    @property
    def name(self) -> str:
        """Without its folder."""

    def is_file(self) -> bool:
        """Whether it is there."""

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Its content, at the start; it can be sought in.

        Raises:
            OSError: it is not there, or may not be read.
            KikigakiError: it is sealed, and cannot be opened.
        """


class StoredFile(ReadableFile, Protocol):
    """A file that the program keeps, sealed or plain."""

    @property
    def path(self) -> Path:
        """Where it is, or will be. What lies there may be sealed."""

    def size(self) -> int:
        """Bytes of its content.

        Raises:
            OSError: it is not there, or may not be read.
            BrokenSeal: it was cut off.
        """

    def remove(self) -> None:
        """Deletes it and its key, if it is there.

        Raises:
            StorageError: no right to delete.
        """

    def seal(self) -> bool:
        """Seals the plain file that is there, in its place; whether there was one to seal.

        Killed at any moment, it leaves the one or the other, whole, and can be run again.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: the master key is missing.
            BrokenSeal: it is no plain file, but a sealed one that was changed.
        """

    def create(self) -> AbstractContextManager[BinaryIO]:
        """Writes it anew: whole at its place when the block ends well, else nothing of it.

        What was written can be sought in; only its first 64 KiB can be written again.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: it is to be sealed, and the master key is missing.
        """


class Vault(Protocol):
    """Files that nobody reads from the disk."""

    def ready(self) -> None:
        """Sees to it that new files can be sealed.

        Raises:
            SetupError: the master key is missing, or is none.
        """

    def file(self, path: Path, owner: str, *, alone: bool = True) -> StoredFile:
        """The file at `path`, there or not yet; `owner` names what it belongs to.

        Where it is the only one of its owner, a plain file in the place of a sealed one is noticed.
        """

    def settle(self, part: Path) -> None:
        """After a sudden end: completes what had arrived whole, drops what had not."""

    def shred(self, owner: str) -> None:
        """Makes everything of `owner` that was sealed unreadable for ever, wherever copies are.

        Raises:
            StorageError: the keys cannot be deleted.
        """


class KeyShelf(Protocol):
    """Keeps the wrapped keys of sealed files, apart from the files."""

    def get(self, file: str) -> FileKey | None:
        """The key of the file with that id."""

    def put(self, key: FileKey) -> None:
        """Keeps the key of a new file."""

    def has(self, owner: str) -> bool:
        """Whether `delete` would drop any."""

    def delete(self, owner: str) -> None:
        """Drops the key of the file with that id, and all whose id begins with `owner` and a /."""

    def counts(self) -> dict[str, int]:
        """How many keys are wrapped under each master key, by its id."""

    def under(self, master: str, limit: int) -> list[FileKey]:
        """Some of the keys that are wrapped under that master key."""

    def exchange(self, before: Sequence[FileKey], after: Sequence[FileKey]) -> None:
        """Puts each of `after` in the place of that `before`, unless that was dropped meanwhile."""


class MasterKeyRing(Protocol):
    """The master keys, of which people see ids only. Older ones are there during a rotation."""

    @property
    def place(self) -> str:
        """Where they are kept, as people call it."""

    def ids(self) -> tuple[str, ...]:
        """The newest first; empty when there is none.

        Raises:
            BadMasterKey: what is there is no key.
        """

    def add(self) -> None:
        """Makes a new one, which is the newest from now on.

        Raises:
            FixedMasterKey: they cannot be changed from here.
            MissingMasterKey: there is none, and something was sealed with it.
        """

    def drop_old(self) -> bool:
        """Forgets all but the newest; False when they cannot be changed from here."""

    def rewrap(self, keys: Sequence[FileKey]) -> list[FileKey]:
        """The same keys of files under the newest master key.

        Raises:
            WrongMasterKey: a master key is not here.
            BrokenSeal: one was changed.
        """

    def held(self) -> AbstractContextManager[None]:
        """While the block runs, nobody on this machine seals a file or changes the master keys."""


class SoundReader(Protocol):
    """Opens sound files."""

    def survey(
        self, file: ReadableFile, progress: Callable[[float], None] | None = None
    ) -> SoundSurvey:
        """Looks over the whole file once; `progress` gets the seconds seen so far.

        Raises:
            SoundError: the file holds no sound that can be read.
        """

    def blocks(self, file: ReadableFile) -> Iterator[Clip]:
        """The sound from start to end, in blocks of a few seconds, all channels, resampled.

        Raises:
            SoundError: the file holds no sound that can be read.
        """


class SpeechStream(Protocol):
    """One pass of a speech detector over one channel."""

    def feed(self, samples: FloatArray) -> FloatArray:
        """Takes samples of shape (n,); gives the probability of speech of each completed frame."""

    def finish(self) -> FloatArray:
        """The probability of the last, incomplete frame: shape (1,), or (0,) when none was left."""


class SpeechDetector(Protocol):
    """Hears whether somebody speaks."""

    frame: int
    """Samples per frame."""

    def stream(self) -> SpeechStream:
        """A fresh pass; streams are independent of each other."""


class Listener(Protocol):
    """Hears one lane and cuts it into windows worth recognising.

    The windows do not depend on the size of the clips it was fed.
    """

    def feed(self, clip: Clip) -> list[Window]:
        """Takes the next sound, shape (1, n); gives the windows that are complete now."""

    def finish(self) -> list[Window]:
        """The windows that were still open."""

    @property
    def speech(self) -> Sequence[Span]:
        """Where somebody was heard so far, ordered, in seconds of the recording."""


class Recognizer(Protocol):
    """Writes what is said."""

    model: ModelUse

    def recognize(self, windows: Sequence[Window]) -> list[Heard]:
        """What is said in each window, reviewed by the guards; times in seconds of the recording.

        Windows do not influence each other, but the grouping is part of the computation: the same
        group gives the same result.
        """


class DiarizationStream(Protocol):
    """One pass of a diarizer over one recording."""

    def feed(self, clip: Clip) -> None:
        """Takes the next sound, one channel, shape (1, n)."""

    def finish(self) -> tuple[SpeakerSpan, ...]:
        """Who spoke when, ordered; speakers are called S1, S2, … in order of appearance."""


class Diarizer(Protocol):
    """Tells speakers apart by their voices."""

    @property
    def models(self) -> tuple[ModelUse, ...]:
        """The weights that take part."""

    def stream(self, count: SpeakerCount, steps: Steps) -> DiarizationStream:
        """A fresh pass; expensive parts run as `steps`."""


class Steps(Protocol):
    """Work that is done once: a finished step is kept, and a resumed run gets it back."""

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """The kept result of the step called `name`, or that of `compute`, then kept."""


class Shelf(Protocol):
    """A folder's documents of transcripts."""

    def find(self, folder: Path, name: str) -> Transcript | None:
        """The transcript that was written there under that name, if it is there and readable."""

    def write(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """Writes one document for each format; what lies there under its name is kept aside.

        Raises:
            StorageError: it cannot be written; nothing half-written is left.
        """

    def complete(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """Writes the documents that are not there; those that are may have been worked on.

        Raises:
            StorageError: one cannot be written; nothing half-written is left.
        """


class StepsStore(Protocol):
    """Keeps the steps of unfinished work."""

    def open(self, work: str, name: str) -> AbstractContextManager[Steps]:
        """The steps of `work`, held by nobody else meanwhile; `name` is what people call it.

        Raises:
            AlreadyRunning: another process holds them.
            StorageError: they cannot be kept.
        """

    def forget(self, work: str) -> None:
        """Drops the steps of `work`."""


class Toolbox(Protocol):
    """Makes the heavy parts when they are first needed."""

    def listener(self, lane: int) -> Listener:
        """A fresh one for a lane."""

    def recognizer(self, model: str) -> Recognizer:
        """With the weights of that name or folder, or the best there are for `auto`.

        Raises:
            UnknownModel, BadModelFolder, MissingWeights, DamagedWeights
        """

    def weights(self, model: str) -> ModelUse:
        """The weights that `recognizer` would load.

        Raises:
            UnknownModel, BadModelFolder, MissingWeights, DamagedWeights
        """

    def diarizer(self, way: Literal["pyannote", "embedded"]) -> Diarizer:
        """Tells speakers apart in that way.

        Raises:
            MissingWeights: its weights are not here.
        """

    def ways(self) -> frozenset[str]:
        """The ways to tell voices apart whose weights are here: `pyannote`, `embedded`."""

    def versions(self) -> dict[str, str]:
        """The programs that take part, for the provenance."""


class Exporter(Protocol):
    """Writes a transcript in one format."""

    suffix: str
    """Of the file's name, without a dot."""

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """Writes to `stream` and leaves it open."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present, with a time zone."""


class ManualReader(Protocol):
    """Reads a manual's file."""

    def read(self, file: ReadableFile) -> Document:
        """Its title and blocks, in reading order.

        Raises:
            ManualError: it cannot be used as a manual.
        """


class DraftReader(Protocol):
    """Reads transcripts and minutes that were made elsewhere."""

    def find(self, paths: Sequence[Path]) -> list[Path]:
        """The files among `paths`, and those in the folders among them, in order.

        Raises:
            NothingFound: a path does not exist, or a folder holds nothing that is read.
        """

    def read(self, file: ReadableFile) -> Iterator[Draft | Refused]:
        """The records in a file, as they come; what cannot be read is named in its place."""


class Tokenizer(Protocol):
    """Cuts a text into the terms that a word search compares."""

    def terms(self, text: str) -> list[str]:
        """Normalised terms in order, with repetitions."""

    def tokens(self, text: str) -> list[Token]:
        """The terms with the places where they stand in `text`."""


class Embedder(Protocol):
    """Turns text into vectors whose inner product says how near two meanings are."""

    model: ModelUse
    dimensions: int

    def queries(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of questions, shape (n, dimensions)."""

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of passages, shape (n, dimensions)."""


class Reranker(Protocol):
    """Reads a question and a passage together."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, 0 to 1."""


class PassageIndex(Protocol):
    """Every passage of the current editions, ready to be searched."""

    def rank(
        self, asked: Asked, ways: Ways = "fused", among: Sequence[int] | None = None
    ) -> list[Match]:
        """The passages that fit, the best first.

        `lexical` looks for the words that were said, `expanded` also for what manuals write for
        them, `dense` at the meaning alone, `fused` at everything. `among` are the rows that may be
        found, all by default.
        """

    def nearest(self, meaning: FloatArray) -> float:
        """The cosine of the passage that is nearest to a unit vector; 0 where there is none."""

    def learn(self, topics: Iterable[Topic]) -> None:
        """Finds what each passage has to do with each topic, before a question is near to it."""


class Sayings(Protocol):
    """Samples of how people put what manuals write in other words, compared by meaning."""

    def prepare(self, key: str, embedder: Embedder, limit: int) -> int:
        """Embeds so many samples that these weights have not embedded yet; how many it did."""

    def near(self, key: str, terms: Sequence[str], meaning: FloatArray) -> Nearness:
        """The topics that a question is near; none before the samples are prepared."""

    def topics(self, key: str) -> Sequence[Topic]:
        """All that a question can be near; none before the samples are prepared."""

    def anything(self, key: str) -> FloatArray:
        """Unit vectors of questions about anything, shape (n, d); none before they are prepared."""


class ManualTools(Protocol):
    """Makes the heavy parts of the library of manuals when they are first needed."""

    def reader(self) -> ManualReader:
        """Reads every format that manuals come in."""

    def split(self, document: Document, edition: str) -> tuple[Passage, ...]:
        """The passages of an edition, in reading order."""

    def parts(self, passage: Passage) -> list[str]:
        """What of a passage is embedded: a few sentences each, in order."""

    def tokenizer(self) -> Tokenizer:
        """What the word search compares by."""

    def reranker(self) -> Reranker | None:
        """The one that a site brought, or None."""

    def index(
        self, terms: Iterable[Sequence[str]], rows: Sequence[int], vectors: HalfArray
    ) -> PassageIndex:
        """An index of passages with these terms; `vectors` (n, d) are of the passages `rows`.

        Rows ascend. A passage may have several vectors: the first is of the whole of it.
        """

    def sayings(self) -> Sayings:
        """How people put what manuals write in other words."""

    def weights(self) -> ModelUse:
        """The weights that new vectors are made with.

        Raises:
            SetupError: they are not here.
        """

    def embedder(self, key: str | None = None) -> Embedder:
        """With those weights, or with the ones whose vectors carry `key`.

        Raises:
            SetupError: they are not here, or cannot be loaded.
        """


class ManualSearcher(Protocol):
    """Finds the sections of the manuals that answer."""

    def search(self, question: str, limit: int = 5, manual: str | None = None) -> list[Hit]:
        """The best passage of each section that fits, the best first; empty when nothing fits.

        `manual` is the key of the only manual to look in.
        """


class ManualStore(Protocol):
    """Keeps editions, their passages, and the vectors of these."""

    def add(self, edition: Edition, passages: Sequence[Passage], terms: Sequence[str]) -> None:
        """Keeps an edition and makes it the current one of its manual; all of it, or nothing.

        `terms` are each passage's, joined by spaces.
        """

    def editions(self) -> list[Edition]:
        """All of them, newest first."""

    def set_state(self, edition: str, state: EditionState) -> None:
        """Takes an edition into the search or out of it.

        An edition that becomes current supersedes the one that was, as with `add`.
        """

    def passages(self, edition: str) -> list[Passage]:
        """In reading order."""

    def indexed(self) -> list[tuple[Passage, str]]:
        """The passages of current editions with their terms."""

    def vectors(self, model: str) -> tuple[list[str], HalfArray]:
        """What these weights have made of the current passages, shape (n, d), and whose each is.

        A passage's vectors follow each other, in the order they were given in.
        """

    def missing(self, model: str, limit: int) -> list[Passage]:
        """Current passages that these weights have not embedded yet."""

    def keep_vectors(self, model: str, ids: Sequence[str], vectors: FloatArray) -> None:
        """Keeps what `missing` asked for; a passage's id stands once for each of its vectors."""

    def models(self) -> dict[str, int]:
        """The weights that have embedded anything, and how many of the current passages."""

    def forget_vectors(self, model: str) -> None:
        """Drops the vectors of weights that are used no more."""

    def keep_terms(self, edition: str, terms: Sequence[str]) -> None:
        """Puts new terms in the place of the old ones, one for each passage, in order."""

    def version(self) -> int:
        """Grows whenever a search would see something new."""


class WatchedFiles(Protocol):
    """Remembers what became of each file of the watched folder."""

    def sources(self) -> dict[str, Source]:
        """By path."""

    def keep_source(self, source: Source) -> None:
        """Puts it in the place of what was remembered of that path."""

    def forget_source(self, path: str) -> None:
        """The file is gone, and somebody was told."""


class DisplayLog(Protocol):
    """Which passages were shown, and what people made of them."""

    def log(self, displays: Sequence[Display]) -> list[int]:
        """Keeps them; their ids, in order."""

    def opened(self, display: int, person: str, when: datetime) -> bool:
        """They opened what was shown to them; the first time counts. False: it was not shown."""

    def judge(self, display: int, person: str, verdict: Verdict | None) -> bool:
        """They said whether what was shown to them helped, or took that back; False as above."""

    def displays(self) -> list[Display]:
        """All of them, oldest first."""

    def report(self) -> list[SectionReport]:
        """A line for each section that was ever shown, in no order."""
