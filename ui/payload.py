"""What the page is told about recordings: plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.model import Flag, Span, merge_spans
from assistant.services.annotating import SETTING
from ui.manual_payload import turn_passage_json

if TYPE_CHECKING:
    from assistant.model import Segment, Transcript, Turn
    from assistant.services.library import Entry, Printout
    from assistant.services.queueing import Job

Json = dict[str, Any]

STAGES = {
    "prepare": (0.0, 0.05),
    "survey": (0.05, 0.1),
    "load": (0.1, 0.1),
    "recognize": (0.1, 0.9),
    "finish": (0.9, 0.9),
    "annotate": (0.95, 1.0),
}
"""Which part of the whole bar a stage fills; nobody can tell how long those without width take."""
WORTH_A_LOOK = frozenset(Flag) - {Flag.BACKCHANNEL}
"""Flags that make a turn one to check."""


def entry_json(entry: Entry) -> Json:
    """A line of the list."""
    record, job = entry.record, entry.job
    return {
        "id": record.id,
        "name": record.name,
        "title": record.title,
        "added": record.added.isoformat(),
        "size": record.size,
        "origin": record.origin.value,
        "state": "stopping" if job.stopping else job.state.value,
        "progress": progress_json(job),
        "error": dict(job.error),
    }


def progress_json(job: Job) -> Json | None:
    """The stage, the share of the whole, and the seconds that are left, where they are known.

    `measured` says that the share moves within this stage, `held` that a call goes first.
    """
    if job.progress is None:
        return None
    begin, end = STAGES[job.progress.stage]
    return {
        "stage": job.progress.stage,
        "share": round(begin + (end - begin) * job.progress.share, 4),
        "measured": end > begin and job.progress.total > 0,
        "left": None if job.left is None else round(job.left),
        "held": job.held,
    }


def transcript_json(transcript: Transcript) -> Json:
    """Everything the transcript's view shows."""
    recording, provenance = transcript.recording, transcript.provenance
    seconds = speaking_seconds(transcript)
    return {
        "kind": transcript.kind.value,
        "duration": recording.duration,
        "truncated": recording.truncated,
        "embedded": provenance.embedded_recognition,
        "speakers": [
            {"id": one.id, "name": one.name, "seconds": round(seconds[one.id], 1)}
            for one in transcript.speakers
        ],
        "turns": [turn_json(turn) for turn in transcript.turns],
        "speech": [[_cs(one.start), _cs(one.end), one.speaker] for one in transcript.speech],
        "passages": [turn_passage_json(one) for one in transcript.passages],
        "searched": SETTING in provenance.settings,
        "withheld": [withheld_json(segment) for segment in transcript.withheld],
        "models": [
            {"task": use.task, "name": use.name, "licence": use.licence}
            for use in provenance.models
        ],
        "finished": provenance.finished.isoformat(),
    }


def printout_json(printout: Printout) -> Json:
    """What stands on paper beside the transcript itself."""
    record = printout.record
    return {
        "title": record.title,
        "name": record.name,
        "matter": printout.matter,
        "occurred": record.occurred.isoformat() if record.occurred else None,
        "added": record.added.isoformat(),
        "by": printout.by,
        "at": printout.at.isoformat(),
        "transcript": transcript_json(printout.transcript),
    }


def turn_json(turn: Turn) -> Json:
    """A turn; words are [start, end, text, probability]."""
    return {
        "id": turn.id,
        "start": _cs(turn.start),
        "end": _cs(turn.end),
        "speaker": turn.speaker,
        "text": turn.text,
        "flags": sorted(flag.value for flag in turn.flags),
        "check": not turn.flags.isdisjoint(WORTH_A_LOOK),
        "words": [
            [_cs(word.start), _cs(word.end), word.text, round(word.probability, 2)]
            for word in turn.words
        ],
    }


def withheld_json(segment: Segment) -> Json:
    """What the guards held back, and why."""
    return {
        "start": _cs(segment.start),
        "end": _cs(segment.end),
        "text": segment.text,
        "flags": sorted(flag.value for flag in segment.flags),
    }


def speaking_seconds(transcript: Transcript) -> dict[str, float]:
    """How long each speaker speaks; own overlapping spans count once."""
    spans: dict[str, list[Span]] = {one.id: [] for one in transcript.speakers}
    for one in transcript.speech:
        spans.setdefault(one.speaker, []).append(Span(one.start, one.end))
    return {
        speaker: sum(span.duration for span in merge_spans(own)) for speaker, own in spans.items()
    }


def _cs(seconds: float) -> float:
    """Hundredths of a second are enough to click on."""
    return round(seconds, 2)
