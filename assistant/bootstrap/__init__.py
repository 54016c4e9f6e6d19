"""Settings -> application: the only place that knows the concrete classes.

A file has one subject, and its class stands on those beneath it: `Storage`, `Listening`,
`Manuals`, `Records`, `Exports`, `People`, `Keeping`, `Work`, with the `Application` on top. What a
storey makes may use what is beneath it, never what is above; names with an underscore stay in their
file.

Heavy libraries are imported inside the functions, when a part is first needed: the command line
answers `--help` at once, and a machine without a part can still use the rest.
"""

from __future__ import annotations

import os

from assistant.bootstrap.application import Application
from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.workers import job_engine, make_worker

__all__ = ["Application", "SystemClock", "job_engine", "make_worker"]

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the libraries must not ask a hub for anything
os.environ.pop("DBOS__CLOUD", None)  # the engine of our jobs would report to its maker
