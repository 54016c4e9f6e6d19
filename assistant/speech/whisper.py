"""Recognition with Whisper, by faster-whisper."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from assistant.model import Segment, Span, Word
from assistant.speech.guards import Evidence, doubts, review

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.model import Heard, ModelUse, Window

SEGMENT_PAUSE = 0.5
"""Seconds between two words that end a segment."""
SENTENCE_MARKS = ("。", "?", "!", "？", "！")
_MOST_FRAMES = 3000
"""What the encoder takes: 30 seconds of 10 ms."""
_SILENCE_AFTER = 800
"""Frames of silence after the longest window of a group. Whisper learnt on 30 seconds; with less
than 5 seconds of silence after short sound it begins to loop, with more it only takes longer."""
_SEED = 20_000
"""For the second attempt, which draws words at random when everything else fails."""
_BEFORE, _AFTER = "\"'“¿([{-「『（", "\"'.。,，!！?？:：”)]}、」』）"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the recogniser wrote for one window; `words` are in seconds of the clip."""

    words: tuple[Word, ...]
    log_probability: float

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)


class WhisperRecognizer:
    """A `Recognizer`: windows are decoded together, and doubtful ones once more alone.

    `device` and `compute_type` take `auto`: float16 on CUDA where there is any, else int8 on the
    CPU. `threads` 0 takes all cores. No text of one window reaches another.
    """

    def __init__(
        self,
        folder: Path,
        model: ModelUse,
        *,
        language: str = "ja",
        beam_size: int = 5,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
    ) -> None:
        device = _device(device)
        if compute_type == "auto":
            compute_type = "float16" if device == "cuda" else "int8"
        self.model = model
        self._beam_size = beam_size
        self._language = language
        self._whisper = WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads or os.cpu_count() or 1,
            local_files_only=True,
        )
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer,
            self._whisper.model.is_multilingual,
            task="transcribe",
            language=language,
        )
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def recognize(self, windows: Sequence[Window]) -> list[Heard]:
        """What is said in each window, reviewed by the guards."""
        if not windows:
            return []
        drafts = self._decode([window.clip.samples[0] for window in windows])
        return [self._heard(window, draft) for window, draft in zip(windows, drafts, strict=True)]

    def _heard(self, window: Window, draft: _Draft) -> Heard:
        if _doubts(window, draft):
            draft = _better(window, draft, self._decode_alone(window.clip.samples[0]))
        return review(_segments(draft, window), _evidence(window, draft))

    def _decode(self, sounds: Sequence[Any]) -> list[_Draft]:
        """All windows in one pass: one encoding, one search, one alignment."""
        whisper = self._whisper
        features = [whisper.feature_extractor(sound, padding=0) for sound in sounds]
        lengths = [feature.shape[-1] for feature in features]
        heard = min(_MOST_FRAMES, max(lengths) + _SILENCE_AFTER)
        encoded = whisper.encode(np.stack([pad_or_trim(feature, heard) for feature in features]))
        prompt = whisper.get_prompt(self._tokenizer, [], without_timestamps=False)
        results = whisper.model.generate(
            encoded,
            [prompt] * len(sounds),
            beam_size=self._beam_size,
            max_length=whisper.max_length,
            suppress_tokens=self._suppressed,
            return_scores=True,
        )
        tokens = [
            [token for token in result.sequences_ids[0] if token < self._tokenizer.eot]
            for result in results
        ]
        words = self._align(encoded, tokens, lengths)
        return [
            _Draft(tuple(aligned), result.scores[0] * len(ids) / (len(ids) + 1))
            for aligned, ids, result in zip(words, tokens, results, strict=True)
        ]

    def _align(
        self, encoded: Any, tokens: Sequence[list[int]], lengths: Sequence[int]
    ) -> list[list[Word]]:
        aligned = self._whisper.find_alignment(self._tokenizer, tokens, encoded, list(lengths))
        return [_words(timings) for timings in aligned]

    def _decode_alone(self, sound: Any) -> _Draft:
        """Whisper's own way: phrase by phrase, and at other temperatures if need be."""
        ctranslate2.set_random_seed(_SEED)
        segments, _ = self._whisper.transcribe(
            sound,
            language=self._language,
            beam_size=self._beam_size,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        found = list(segments)
        weights = [len(segment.tokens) for segment in found]
        mean = (
            float(np.average([segment.avg_logprob for segment in found], weights=weights))
            if sum(weights)
            else 0.0
        )
        words = [
            Word(float(word.start), float(word.end), word.word, float(word.probability))
            for segment in found
            for word in segment.words or ()
        ]
        return _Draft(tuple(words), mean)


def _device(device: str) -> str:
    if device != "auto":
        return device
    return "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"


def _evidence(window: Window, draft: _Draft) -> Evidence:
    return Evidence(window.voice, draft.log_probability)


def _doubts(window: Window, draft: _Draft) -> int:
    return len(doubts(_segments(draft, window), _evidence(window, draft)))


def _better(window: Window, first: _Draft, second: _Draft) -> _Draft:
    """The attempt with fewer doubts; among equals, the one the recogniser is surer of."""

    def rank(draft: _Draft) -> tuple[int, float]:
        return -_doubts(window, draft), draft.log_probability

    return max(first, second, key=rank)


def _words(timings: list[dict[str, Any]]) -> list[Word]:
    merge_punctuations(timings, _BEFORE, _AFTER)
    return [
        Word(
            float(timing["start"]),
            float(timing["end"]),
            timing["word"],
            float(timing["probability"]),
        )
        for timing in timings
        if timing["word"]
    ]


def _placed(words: Sequence[Word], window: Window) -> list[Word]:
    """The words in seconds of the recording, one after the other, inside the window.

    The aligner stretches words over the pauses beside them; they are cut to the island of voice
    they share most time with. A word without any voice stays where it was written.
    """
    placed: list[Word] = []
    latest = window.clip.start
    end_of_window = window.when(window.clip.duration, ending=True)
    for word in words:
        said = _in_voice(
            Span(window.when(word.start), window.when(word.end, ending=True)), window.voice
        )
        start = min(max(latest, said.start), end_of_window)
        end = min(max(start, said.end), end_of_window)
        placed.append(Word(round(start, 3), round(end, 3), word.text, word.probability))
        latest = end
    return placed


def _in_voice(said: Span, voice: Sequence[Span]) -> Span:
    island = max(voice, key=said.overlap, default=said)
    if said.overlap(island) <= 0:
        return Span(min(said.start, said.end), max(said.start, said.end))
    return Span(max(said.start, island.start), min(said.end, island.end))


def _segments(draft: _Draft, window: Window) -> list[Segment]:
    """Words in groups: a group ends at a pause or with a sentence."""
    groups: list[list[Word]] = []
    for word in _placed(draft.words, window):
        before = groups[-1][-1] if groups else None
        if (
            before is None
            or word.start - before.end >= SEGMENT_PAUSE
            or before.text.endswith(SENTENCE_MARKS)
        ):
            groups.append([])
        groups[-1].append(word)
    return [
        Segment(group[0].start, group[-1].end, tuple(group), lane=window.lane) for group in groups
    ]
