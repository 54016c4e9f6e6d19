"""Transcripts as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.export import wording
from assistant.export.backchannels import utterances
from assistant.export.wording import clock, length, marked_name, one_line
from assistant.model import Turn
from assistant.text.eras import era_moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from assistant.export.backchannels import Utterance
    from assistant.model import Transcript


class TextExporter:
    """`ports.Exporter` of plain text: a paragraph for each turn."""

    suffix = "txt"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """UTF-8; lines end as Windows ends them."""
        for line in _lines(transcript):
            stream.write(f"{line}\r\n".encode())


def _lines(transcript: Transcript) -> Iterator[str]:
    yield wording.TITLE.format(kind=wording.KINDS[transcript.kind])
    yield f"録音ファイル　{one_line(transcript.recording.name)}"
    yield f"録音の長さ　　{length(transcript.recording.duration)}"
    yield f"作成日時　　　{era_moment(transcript.provenance.finished)}"
    yield wording.NOT_PROOFREAD
    yield ""
    names = {one.id: marked_name(one) for one in transcript.speakers}
    for one in utterances(transcript.turns):
        mark = wording.DOUBTFUL if wording.is_doubtful(one.turn.flags) else ""
        yield f"[{clock(one.turn.start)}]{mark} {names[one.turn.speaker]}　{_said(one, names)}"


def _said(one: Utterance, names: dict[str, str]) -> str:
    pieces = (
        wording.aside(piece, names) if isinstance(piece, Turn) else one_line(piece)
        for piece in one.pieces()
    )
    return "".join(pieces) or wording.UNRECOGNIZED
