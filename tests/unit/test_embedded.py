from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import DamagedWeights, DiskFull, MissingWeights, NotWritable
from assistant.speech import embedded
from assistant.speech.embedded import Parcel, join_embedded, package_folder
from tests.model_folders import MODEL, packaged_whisper

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose packages can be found, and no others of ours."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def names_in(folder: Path) -> list[str]:
    """Everything but the locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_parts_are_joined_in_order_and_checked(site: Path, models: Path) -> None:
    parcel = packaged_whisper(site)
    manifest = join_embedded(models / "whisper-base", (parcel,))
    assert (models / "whisper-base" / "model.bin").read_bytes() == MODEL
    assert manifest.sha256 == next(n.sha256 for n in parcel.files if n.path == "model.bin")
    assert names_in(models) == ["whisper-base"]


def test_the_packages_are_not_imported(site: Path, models: Path) -> None:
    join_embedded(models / "whisper-base", (packaged_whisper(site),))
    assert "fake_whisper_1" not in sys.modules


def test_joined_weights_are_left_alone(site: Path, models: Path) -> None:
    parcel = packaged_whisper(site)
    join_embedded(models / "whisper-base", (parcel,))
    before = (models / "whisper-base" / "model.bin").stat()
    join_embedded(models / "whisper-base", (parcel,))
    assert (models / "whisper-base" / "model.bin").stat() == before


def test_weights_that_were_cut_off_are_joined_anew(site: Path, models: Path) -> None:
    parcel = packaged_whisper(site)
    join_embedded(models / "whisper-base", (parcel,))
    (models / "whisper-base" / "model.bin").write_bytes(MODEL[:100])
    join_embedded(models / "whisper-base", (parcel,))
    assert (models / "whisper-base" / "model.bin").read_bytes() == MODEL
    assert names_in(models) == ["whisper-base"]


def test_a_changed_part_is_refused_and_nothing_stays(site: Path, models: Path) -> None:
    parcel = packaged_whisper(site)
    part = site / "fake_whisper_2" / "data" / "model.bin.part2"
    part.write_bytes(part.read_bytes()[:-1] + b"!")
    with pytest.raises(DamagedWeights):
        join_embedded(models / "whisper-base", (parcel,))
    assert names_in(models) == []


def test_a_missing_part_is_damage(site: Path, models: Path) -> None:
    parcel = packaged_whisper(site)
    (site / "fake_whisper_1" / "data" / "tokenizer.json").unlink()
    with pytest.raises(DamagedWeights):
        join_embedded(models / "whisper-base", (parcel,))


def test_the_second_source_stands_in_when_a_package_is_gone(site: Path, models: Path) -> None:
    gone = Parcel("gone", ("fake_whisper_1", "no_such_package"), ())
    second = packaged_whisper(site)
    assert join_embedded(models / "whisper-base", (gone, second)).source == "fake_whisper"


def test_the_second_source_stands_in_when_the_first_is_damaged(site: Path, models: Path) -> None:
    first = packaged_whisper(site, prefix="first")
    (site / "first_1" / "data" / "config.json").write_text("{}")
    second = packaged_whisper(site, prefix="second")
    assert join_embedded(models / "whisper-base", (first, second)).source == "second"


def test_without_any_source_the_folder_to_bring_is_named(models: Path) -> None:
    gone = Parcel("gone", ("no_such_package",), ())
    with pytest.raises(MissingWeights) as caught:
        join_embedded(models / "whisper-base", (gone,))
    assert str(models) in caught.value.message("ja")
    assert "kikigaki models add" in caught.value.message("ja")


def test_a_full_disk_leaves_nothing(
    site: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    parcel = packaged_whisper(site)
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "copy_hashed", full)
        with pytest.raises(DiskFull):
            join_embedded(models / "whisper-base", (parcel,))
    assert names_in(models) == []
    join_embedded(models / "whisper-base", (parcel,))


def test_a_file_in_the_place_of_the_models_folder(site: Path, models: Path) -> None:
    models.write_text("not a folder")
    with pytest.raises(NotWritable):
        join_embedded(models / "whisper-base", (packaged_whisper(site),))


JOIN = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from assistant.speech import embedded
from tests.model_folders import packaged_whisper
site, models, start = map(Path, sys.argv[1:4])
parcel = packaged_whisper(models.parent / "description", bytes(20_000_000))
print("ready", flush=True)
while not start.exists():
    time.sleep(0.001)
embedded.join_embedded(models / "whisper-base", (parcel,))
print((models / "whisper-base" / "model.bin").stat().st_ino)
"""


def test_processes_that_start_at_once_join_once(tmp_path: Path) -> None:
    site, start = tmp_path / "site", tmp_path / "start"
    packaged_whisper(site, bytes(20_000_000))
    processes = []
    for number in range(3):
        # Each describes the packages in a folder of its own, and all find the ones in `site`.
        script = JOIN.replace("description", f"description{number}")
        arguments = [str(site), str(tmp_path / "models"), str(start)]
        processes.append(python(script, *arguments))
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    start.touch()
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(outputs)) == 1, "one process joined, the others found its file"
    assert names_in(tmp_path / "models") == ["whisper-base"]


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from assistant.speech import embedded
from tests.model_folders import packaged_whisper
def half(sources, target, progress=None):
    target.write(b"half")
    target.flush()
    print("half", flush=True)
    time.sleep(600)
embedded.copy_hashed = half
site, models = map(Path, sys.argv[1:])
embedded.join_embedded(models / "whisper-base", (packaged_whisper(site),))
"""


def test_a_process_killed_in_the_middle_does_no_harm(site: Path, models: Path) -> None:
    parcel = packaged_whisper(site)
    process = python(KILLED, str(site), str(models))
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not (models / "whisper-base").exists()
    assert len(names_in(models)) == 1, "its temporary folder"
    join_embedded(models / "whisper-base", (parcel,))
    assert names_in(models) == ["whisper-base"]
    assert (models / "whisper-base" / "model.bin").read_bytes() == MODEL


def test_a_package_is_found_without_importing_it() -> None:
    assert package_folder("no_such_package") is None
    assert package_folder("email") == Path(os.__file__).parent / "email"


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
