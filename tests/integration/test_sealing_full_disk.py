"""No room, and sudden ends, in the middle of sealing: nothing is lost, and nothing half is left."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.sealed_site import SPEECH, Site

if TYPE_CHECKING:
    from pathlib import Path

WRITES = """
import resource, sys
from pathlib import Path
from assistant.errors import DiskFull
from tests.sealed_site import Site
site = Site(Path(sys.argv[1]))
limit = int(sys.argv[2])
site.vault.ready()
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with site.file().create() as stream:
        print("writing", flush=True)
        for _ in range(int(sys.argv[3])):
            stream.write(bytes(1 << 16))
except DiskFull as error:
    print(error.message("ja"), flush=True)
"""


@pytest.mark.parametrize("limit", [1_000, 70_000, 1_000_000, 3_000_000])
def test_no_room_in_the_middle_keeps_what_was_there(tmp_path: Path, limit: int) -> None:
    site = Site(tmp_path)
    file = site.write(SPEECH)
    done = subprocess.run(
        [sys.executable, "-c", WRITES, str(tmp_path), str(limit), "64"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "空きを作って" in done.stdout
    with file.open("rb") as stream:
        assert stream.read() == SPEECH
    assert [path.name for path in file.path.parent.iterdir()] == ["call.wav"]


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
def test_killed_in_the_middle_what_was_there_stays(tmp_path: Path, seconds: float) -> None:
    site = Site(tmp_path)
    file = site.write(SPEECH)
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, str(tmp_path), str(1 << 40), "1000000"],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.kill()
    with file.open("rb") as stream:
        assert stream.read() == SPEECH
    for path in file.path.parent.glob(".*.part"):
        assert not path.read_bytes().startswith(b"KIKISEAL"), (
            "what nobody finished opens for nobody"
        )
