"""Who spoke when, as RTTM: the format that diarization is measured by.

Source: NIST, Rich Transcription Spring 2009 evaluation plan, appendix A.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

    from assistant.model import Transcript


class RttmExporter:
    """`ports.Exporter` of RTTM: a line for each stretch of speech, to the millisecond."""

    suffix = "rttm"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """Speakers go by their ids, the file by its name without suffix."""
        file = _field(PurePath(transcript.recording.name).stem)
        for one in transcript.speech:
            times = f"{one.start:.3f} {one.end - one.start:.3f}"
            line = f"SPEAKER {file} 1 {times} <NA> <NA> {_field(one.speaker)} <NA> <NA>\n"
            stream.write(line.encode())


def _field(text: str) -> str:
    """Fields are divided by spaces and cannot be empty."""
    return re.sub(r"\s+", "_", text) or "_"
