from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from assistant.errors import (
    BadModelFolder,
    BadModelName,
    DamagedWeights,
    DiskFull,
    MissingWeights,
    NoConnection,
    UnknownModel,
)
from assistant.speech import carry
from assistant.speech.embedded import Parcel
from assistant.speech.inventory import inventory
from assistant.speech.layout import MANIFEST_NAME, Layout
from assistant.speech.manifest import sha256_of
from assistant.speech.recommended import RECOMMENDED, Recommendation, canonical, recommendation
from assistant.speech.weights import WeightStore
from tests.model_folders import (
    MODEL,
    encoder_folder,
    packaged_whisper,
    pipeline_folder,
    whisper_folder,
)

if TYPE_CHECKING:
    from pathlib import Path

NOTHING_INSTALLED = (Parcel("nothing", ("no_such_package",), ()),)


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    """An empty store on a machine without the embedded packages and without a network."""

    def no_network(repository: str, folder: Path, kind: Layout | None) -> None:
        raise NoConnection(name=repository)

    return WeightStore(tmp_path / "models", NOTHING_INSTALLED, no_network)


@pytest.fixture
def carried(tmp_path: Path) -> Path:
    return whisper_folder(tmp_path / "usb" / "faster-whisper-small")


@pytest.fixture
def equipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WeightStore:
    """An empty store on a machine with embedded packages."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))
    return WeightStore(tmp_path / "models", (packaged_whisper(site),))


def lying_in(store: WeightStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir() if path.suffix != ".lock")


class TestResolving:
    def test_auto_takes_the_best_that_is_there(self, equipped: WeightStore) -> None:
        assert equipped.resolve("auto").use.name == "whisper-base"
        for name in ("small", "medium", "large-v3-turbo"):
            whisper_folder(equipped.folder / name)
            assert equipped.resolve("auto").folder == equipped.folder / name

    def test_auto_never_takes_what_reads_well_and_converses_badly(
        self, equipped: WeightStore
    ) -> None:
        for name in ("kotoba-whisper-v2.0", "our-own-tuning"):
            whisper_folder(equipped.folder / name)
        assert equipped.resolve("auto").use.name == "whisper-base"
        assert equipped.resolve("our-own-tuning").use.name == "our-own-tuning"

    def test_auto_without_anything_says_what_to_bring(self, store: WeightStore) -> None:
        with pytest.raises(MissingWeights, match="models add"):
            store.resolve("auto")

    def test_embedded_weights_are_marked(self, equipped: WeightStore) -> None:
        use = equipped.resolve("base").use
        assert (use.embedded, use.task, use.licence) == (True, "recognition", "MIT")

    def test_base_weights_laid_there_by_hand_are_used_not_replaced(
        self, equipped: WeightStore
    ) -> None:
        folder = whisper_folder(equipped.folder / "whisper-base", MODEL + b"ours")
        assert not equipped.resolve("whisper-base").use.embedded
        assert (folder / "model.bin").read_bytes() == MODEL + b"ours"

    @pytest.mark.parametrize("name", ["small", "faster-whisper-small", "whisper-small"])
    def test_weights_have_several_names(self, store: WeightStore, name: str) -> None:
        folder = whisper_folder(store.folder / "faster-whisper-small")
        assert store.resolve(name).folder == folder

    def test_a_folder_anywhere(self, store: WeightStore, carried: Path) -> None:
        weights = store.resolve(str(carried))
        assert weights.folder == carried
        assert weights.use.sha256 == sha256_of(carried / "model.bin")
        assert not (carried / MANIFEST_NAME).exists(), "somebody else's folder stays untouched"

    @pytest.mark.parametrize("name", ["nothing", "../usb", "/no/such/place", ""])
    def test_an_unknown_name(self, store: WeightStore, name: str) -> None:
        with pytest.raises((UnknownModel, BadModelFolder)):
            store.resolve(name)

    def test_weights_for_something_else(self, store: WeightStore) -> None:
        pipeline_folder(store.folder / "community")
        with pytest.raises(BadModelFolder, match="recognition"):
            store.resolve("community")

    def test_weights_that_were_cut_off(self, store: WeightStore, carried: Path) -> None:
        store.add(carried)
        (store.folder / "small" / "model.bin").write_bytes(MODEL[:50])
        with pytest.raises(DamagedWeights):
            store.resolve("small")

    def test_the_best_pipeline(self, store: WeightStore) -> None:
        assert store.find(Layout.PIPELINE) is None
        pipeline_folder(store.folder / "another")
        found = store.find(Layout.PIPELINE)
        assert found is not None
        assert found.use.name == "another"
        pipeline_folder(store.folder / "speaker-diarization-community-1")
        found = store.find(Layout.PIPELINE)
        assert found is not None
        assert found.use.name == "speaker-diarization-community-1"
        assert (found.use.task, found.use.licence) == ("diarization", "CC-BY-4.0")


class TestAdding:
    def test_the_folder_is_copied_and_noted(self, store: WeightStore, carried: Path) -> None:
        (carried / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
        manifest = store.add(carried)
        assert (manifest.name, manifest.licence) == ("small", "apache-2.0")
        assert manifest.source == "faster-whisper-small"
        assert manifest.sha256 == sha256_of(carried / "model.bin")
        assert (carried / "model.bin").is_file(), "copied, not moved"
        assert store.verify("small") == manifest
        assert lying_in(store) == ["small"]

    def test_another_name_can_be_given(self, store: WeightStore, carried: Path) -> None:
        store.add(carried, "議会用")
        assert store.resolve("議会用").use.name == "議会用"

    @pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "x" * 200, "tab\t"])
    def test_names_that_are_no_folder_names(
        self, store: WeightStore, carried: Path, name: str
    ) -> None:
        with pytest.raises(BadModelName):
            store.add(carried, name)

    def test_a_name_is_given_once(self, store: WeightStore, carried: Path) -> None:
        store.add(carried)
        for name in (None, "small", "whisper-small"):
            with pytest.raises(BadModelName):
                store.add(carried, name)

    @pytest.mark.parametrize("form", ["{} *model.bin\n", "{}  ./model.bin\n"])
    def test_checksums_that_came_along_are_compared(
        self, store: WeightStore, carried: Path, form: str
    ) -> None:
        sums = carried / "SHA256SUMS"
        sums.write_text(form.format(sha256_of(carried / "model.bin").upper()))
        store.add(carried, "right")
        sums.write_text(form.format("0" * 64))
        with pytest.raises(DamagedWeights):
            store.add(carried, "wrong")
        assert lying_in(store) == ["right"]

    def test_weights_from_another_machine_are_compared_with_its_note(
        self, tmp_path: Path, store: WeightStore, carried: Path
    ) -> None:
        store.add(carried)
        other = WeightStore(tmp_path / "other", NOTHING_INSTALLED)
        assert other.add(store.folder / "small").source == "faster-whisper-small"
        (store.folder / "small" / "tokenizer.json").write_text("[]")
        with pytest.raises(DamagedWeights):
            other.add(store.folder / "small", "again")

    def test_a_file_that_the_checksums_name_and_that_is_not_there(
        self, store: WeightStore, tmp_path: Path
    ) -> None:
        folder = encoder_folder(tmp_path / "usb")
        (folder / "SHA256SUMS").write_text("0" * 64 + "  model-00002.safetensors\n")
        with pytest.raises(DamagedWeights, match="00002"):
            store.add(folder)

    def test_links_are_followed(self, store: WeightStore, tmp_path: Path, carried: Path) -> None:
        # Hubs keep a cache of links to files with other names.
        blob = (carried / "model.bin").rename(tmp_path / "blob")
        (carried / "model.bin").symlink_to(blob)
        store.add(carried)
        copied = store.folder / "small" / "model.bin"
        assert copied.read_bytes() == MODEL
        assert not copied.is_symlink()

    def test_folders_inside_come_along(self, store: WeightStore, tmp_path: Path) -> None:
        store.add(pipeline_folder(tmp_path / "p"), "p")
        assert (store.folder / "p" / "embedding" / "pytorch_model.bin").is_file()

    def test_a_full_disk_leaves_nothing(
        self, store: WeightStore, carried: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> str:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(carry, "copy_hashed", full)
        with pytest.raises(DiskFull):
            store.add(carried)
        assert lying_in(store) == []

    def test_progress_ends_with_everything(self, store: WeightStore, carried: Path) -> None:
        seen: list[tuple[int, int]] = []
        manifest = store.add(carried, progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (manifest.size, manifest.size)
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)


class TestVerifying:
    def test_one_changed_byte_is_found(self, store: WeightStore, carried: Path) -> None:
        store.add(carried)
        (store.folder / "small" / "model.bin").write_bytes(MODEL[:-1] + b"!")
        with pytest.raises(DamagedWeights, match=r"model\.bin"):
            store.verify("small")

    def test_a_folder_laid_there_by_hand_gets_its_note(self, store: WeightStore) -> None:
        folder = whisper_folder(store.folder / "medium")
        store.verify("medium")
        (folder / "vocabulary.txt").write_text("b\na\n")
        with pytest.raises(DamagedWeights, match="vocabulary"):
            store.verify("medium")

    def test_a_damaged_note(self, store: WeightStore, carried: Path) -> None:
        store.add(carried)
        (store.folder / "small" / MANIFEST_NAME).write_text('{"files": 3}')
        with pytest.raises(DamagedWeights, match=MANIFEST_NAME):
            store.verify("small")

    def test_embedded_weights_are_joined_first(self, equipped: WeightStore) -> None:
        assert equipped.verify("whisper-base").size > len(MODEL)


class TestListing:
    def test_an_empty_machine_lists_what_to_bring(self, store: WeightStore) -> None:
        entries = inventory(store)
        assert [entry.name for entry in entries] == [one.name for one in RECOMMENDED]
        assert not any(entry.ready or entry.taken for entry in entries)
        assert not store.folder.exists(), "looking writes nothing"

    def test_embedded_weights_are_ready_before_they_are_joined(self, equipped: WeightStore) -> None:
        first = inventory(equipped)[0]
        assert (first.name, first.ready, first.taken, first.embedded) == (
            "whisper-base",
            True,
            True,
            True,
        )

    def test_exactly_one_of_a_kind_is_taken(self, equipped: WeightStore, carried: Path) -> None:
        equipped.resolve("base")
        equipped.add(carried)
        whisper_folder(equipped.folder / "ours")
        taken = [entry.name for entry in inventory(equipped) if entry.taken]
        assert taken == ["small"]

    def test_unusable_folders_say_what_is_missing(self, store: WeightStore, carried: Path) -> None:
        store.add(carried)
        (store.folder / "small" / "tokenizer.json").write_bytes(b"cut")
        (store.folder / "empty").mkdir(parents=True)
        missing = {entry.name: entry.missing for entry in inventory(store) if entry.missing}
        assert missing["small"] == "tokenizer.json"
        assert "model.bin" in missing["empty"]

    def test_what_killed_processes_left_is_removed(self, store: WeightStore) -> None:
        leftover = store.folder / ".arriving-1a2b3c4d-small"
        whisper_folder(leftover)
        inventory(store)
        assert not leftover.exists()


class TestFetching:
    def test_without_a_connection_it_says_how_to_carry_weights_in(self, store: WeightStore) -> None:
        with pytest.raises(NoConnection, match="kikigaki models add"):
            store.fetch("small")

    def test_what_came_is_noted_and_landed(self, tmp_path: Path) -> None:
        asked = []

        def hub(repository: str, folder: Path, kind: Layout | None) -> None:
            asked.append((repository, kind))
            whisper_folder(folder)
            (folder / ".cache").mkdir()

        store = WeightStore(tmp_path / "models", NOTHING_INSTALLED, hub)
        manifest = store.fetch("small")
        assert asked == [("Systran/faster-whisper-small", Layout.WHISPER)]
        assert manifest.source == "Systran/faster-whisper-small"
        assert store.verify("small") == manifest
        assert lying_in(store) == ["small"]
        assert store.resolve("auto").use.name == "small"

    def test_a_broken_download_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        def hub(repository: str, folder: Path, kind: Layout | None) -> None:
            if not (folder / "model.bin").exists():
                (folder / "model.bin").write_bytes(MODEL)
                raise NoConnection(name=repository)
            whisper_folder(folder, (folder / "model.bin").read_bytes())

        store = WeightStore(tmp_path / "models", NOTHING_INSTALLED, hub)
        with pytest.raises(NoConnection):
            store.fetch("someone/our-whisper")
        assert [entry.name for entry in inventory(store) if entry.ready] == []
        assert store.fetch("someone/our-whisper").name == "our-whisper"

    def test_what_is_no_model_is_thrown_away(self, tmp_path: Path) -> None:
        def hub(repository: str, folder: Path, kind: Layout | None) -> None:
            (folder / "README.md").write_text("nothing else")

        store = WeightStore(tmp_path / "models", NOTHING_INSTALLED, hub)
        with pytest.raises(BadModelFolder):
            store.fetch("someone/data")
        assert lying_in(store) == []

    @pytest.mark.parametrize("name", ["nothing", "a/b/c", "../x", "https://somewhere/x"])
    def test_only_recommended_names_and_repositories(self, store: WeightStore, name: str) -> None:
        with pytest.raises((UnknownModel, BadModelName)):
            store.fetch(name)


def test_removed_weights_are_gone(store: WeightStore, carried: Path) -> None:
    store.add(carried)
    store.remove("small")
    assert lying_in(store) == []
    with pytest.raises(UnknownModel):
        store.remove("small")
    assert carried.is_dir()


def test_the_note_is_readable_json(store: WeightStore, carried: Path) -> None:
    store.add(carried)
    note = json.loads((store.folder / "small" / MANIFEST_NAME).read_text("utf-8"))
    assert {"name", "kind", "source", "licence", "added", "files"} == set(note)
    assert {"path", "size", "sha256"} == set(note["files"][0])


@pytest.mark.parametrize("one", RECOMMENDED, ids=lambda one: one.name)
def test_recommendations_are_found_by_name_and_repository(one: Recommendation) -> None:
    assert canonical(one.repository) == one.name
    assert recommendation(one.name) is one
    assert one.purpose("ja") != one.purpose("en")
