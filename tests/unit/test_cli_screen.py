"""What the command line offers and how it is stopped."""

from __future__ import annotations

import contextlib
import os
import signal

import pytest

from assistant.cli import FORMATS
from assistant.cli_screen import Watcher
from assistant.errors import Stopped
from assistant.export.registry import EXPORTERS
from assistant.model import Progress


def test_every_format_can_be_asked_for() -> None:
    assert set(FORMATS) == set(EXPORTERS)


def test_a_swallowed_interruption_still_stops_the_work() -> None:
    with Watcher(1) as watcher:
        watcher(Progress("recognize", 1.0, 2.0))
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopped):
            watcher(Progress("recognize", 1.5, 2.0))


def test_ctrl_c_means_what_it_did_before_once_the_work_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Watcher(1):
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
