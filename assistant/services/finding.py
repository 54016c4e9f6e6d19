"""Records and transcripts within somebody's rights, or the answer that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import UnknownRecording
from assistant.services.access import scope

if TYPE_CHECKING:
    from assistant.archive import Record
    from assistant.model import Transcript
    from assistant.people import Actor, Right
    from assistant.services.archive_store import Unit


def find(unit: Unit, actor: Actor, right: Right, recording: str) -> Record:
    """The record.

    Raises:
        UnknownRecording: it is not there for the actor.
    """
    record = unit.records.find(recording, scope(actor, right))
    if record is None:
        raise UnknownRecording
    return record


def current(unit: Unit, recording: str) -> Transcript:
    """The current transcript of a record.

    Raises:
        UnknownRecording: there is none yet.
    """
    return existing(unit.records.transcript(recording))


def existing(transcript: Transcript | None) -> Transcript:
    """The transcript.

    Raises:
        UnknownRecording: there is none.
    """
    if transcript is None:
        raise UnknownRecording
    return transcript
