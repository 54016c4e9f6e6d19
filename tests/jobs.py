"""A worker's part, played by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.services.queueing import TRANSCRIPTION

if TYPE_CHECKING:
    from assistant.services.queueing import WorkerSide

WORKER = "worker"


def begin(jobs: WorkerSide, recording: str) -> str:
    """The worker takes the recording; the name of the run."""
    job = jobs.find(TRANSCRIPTION, recording)
    assert job is not None
    assert jobs.begin(job.run, WORKER, 3)
    return job.run
