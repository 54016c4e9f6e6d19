"""From sound files to documents in a folder, each file on its own: one bad file stops no other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.errors import KikigakiError, NothingFound, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from assistant.model import Transcript
    from assistant.ports import ProgressHook, Shelf
    from assistant.services.transcribing import Options, Transcriber

    Annotate = Callable[[Transcript], Transcript]
    Take = Callable[[Transcript, Path], object]

SOUND_SUFFIXES = frozenset(
    {".wav", ".mp3", ".m4a", ".m4b", ".aac", ".wma", ".flac", ".ogg", ".oga", ".opus", ".amr"}
    | {".3gp", ".aif", ".aiff", ".au", ".caf", ".g722", ".mka"}
    | {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wmv", ".mpg", ".mpeg", ".ts"}
)
"""What is taken from a folder; a file that is named is tried whatever it is called."""


class State(StrEnum):
    """How a delivery ended."""

    DONE = "done"
    ALREADY = "already"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one sound file; `outputs` maps formats to the files written."""

    source: Path
    state: State
    outputs: dict[str, Path] = field(default_factory=dict)
    transcript: Transcript | None = None
    error: KikigakiError | None = None


def find_recordings(paths: Sequence[Path]) -> list[Path]:
    """The files among `paths`, and the sound files in the folders among them, in order.

    Raises:
        NothingFound: a path does not exist, or a folder holds no sound file.
    """
    return find_files(paths, SOUND_SUFFIXES)


def find_files(paths: Sequence[Path], suffixes: Collection[str]) -> list[Path]:
    """The files among `paths`, and those with a suffix in the folders among them, in order.

    Raises:
        NothingFound: a path does not exist, or a folder holds no such file.
    """
    found: list[Path] = []
    for path in paths:
        inside = _in_folder(path, suffixes) if path.is_dir() else [path]
        if not inside or not inside[0].exists():
            raise NothingFound(path=path)
        found += inside
    return list(dict.fromkeys(found))


def _in_folder(folder: Path, suffixes: Collection[str]) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes
        and path.is_file()
        and not path.name.startswith((".", "~$"))
    )


def output_names(paths: Sequence[Path]) -> dict[Path, str]:
    """A name for the documents of each file: its stem, or its whole name where stems collide."""
    stems = Counter(path.stem for path in paths)
    names = {path: path.stem if stems[path.stem] == 1 else path.name for path in paths}
    whole = Counter(names.values())
    return {
        path: name if whole[name] == 1 else f"{path.parent.name}-{name}"
        for path, name in names.items()
    }


class Deliverer:
    """Transcribes files and writes their documents."""

    def __init__(self, transcriber: Transcriber, shelf: Shelf) -> None:
        self._transcriber = transcriber
        self._shelf = shelf

    def deliver(
        self,
        paths: Sequence[Path],
        folder: Path,
        formats: Sequence[str],
        options: Options,
        progress: ProgressHook | None = None,
        annotate: Annotate | None = None,
        take: Take | None = None,
    ) -> Iterator[Delivery]:
        """Documents of each file, in order, into `folder`.

        A file whose transcript with the same settings lies there already is not heard again. A
        file that cannot be used gives a delivery with its error, and the next one is taken.
        `annotate` adds to a transcript, and gives back the very same one if it has nothing to add.
        `take` takes each transcript and its sound into the archive, if they are not there yet.

        Raises:
            Stopped: by `progress`; what was done is kept.
        """
        for path, name in output_names(paths).items():
            try:
                delivery = self._deliver(path, folder, name, formats, options, progress, annotate)
                if take is not None and delivery.transcript is not None:
                    take(delivery.transcript, path)
                yield delivery
            except Stopped:
                raise
            except KikigakiError as error:
                yield Delivery(path, State.FAILED, error=error)

    def _deliver(
        self,
        path: Path,
        folder: Path,
        name: str,
        formats: Sequence[str],
        options: Options,
        progress: ProgressHook | None,
        annotate: Annotate | None,
    ) -> Delivery:
        work = self._transcriber.prepare(path, options, progress)
        kept = self._shelf.find(folder, name)
        if kept is not None and kept.provenance.settings.get("work") != work.id:
            kept = None
        heard = kept or self._transcriber.run(work, progress)
        transcript = annotate(heard) if annotate else heard
        if transcript is kept:
            outputs = self._shelf.complete(transcript, folder, name, formats)
            return Delivery(path, State.ALREADY, outputs, transcript)
        outputs = self._shelf.write(transcript, folder, name, formats)
        self._transcriber.forget_steps(transcript)
        return Delivery(path, State.DONE, outputs, transcript)
