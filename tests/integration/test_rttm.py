from __future__ import annotations

from io import BytesIO, StringIO

from pyannote.database.util import load_rttm

from assistant.export.rttm import RttmExporter
from tests.transcripts import transcript


def test_rttm_is_read_by_the_library_that_scores_it() -> None:
    stream = BytesIO()
    made = transcript("A 0-2 はい。 | B 1.5-5.125 了解です。", name="第１回 会議.wav")
    RttmExporter().export(made, stream)
    (annotation,) = load_rttm(StringIO(stream.getvalue().decode())).values()
    tracks = [(*segment, label) for segment, _, label in annotation.itertracks(yield_label=True)]
    assert tracks == [(0.0, 2.0, "A"), (1.5, 5.125, "B")]
