"""Recognition with Whisper, by faster-whisper."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from assistant.model import SAMPLE_RATE, Segment, Span, Word
from assistant.speech.guards import LONG_ENOUGH, Evidence, doubts, review

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.model import FloatArray, Heard, ModelUse, Window

SEGMENT_PAUSE = 0.5
"""Seconds between two words that end a segment."""
LONGEST_SYLLABLE = 0.4
"""Seconds. The aligner gives no time to a pause: what is longer reaches into one."""
SENTENCE_MARKS = ("。", "?", "!", "？", "！")
_MOST_FRAMES = 3000
"""What the encoder takes: 30 seconds of 10 ms."""
_FEWEST_FRAMES = 50
"""What the aligner needs to place a word."""
_PART = 4
"""Windows that a worker decodes together. On two cores, two workers with four windows each took
two thirds of the time of one worker with eight windows and both cores."""
_SILENCE_AFTER, _SILENCE_AFTER_SHORT, _SHORT = 100, 800, 2000
"""Frames of silence after the longest window of a part, and what short windows are filled up to.
Whisper learnt on 30 seconds and begins to loop with little silence after short sound; after long
sound, more silence than a second only takes longer."""
_BEFORE, _AFTER = "\"'“¿([{-「『（", "\"'.。,，!！?？:：”)]}、」』）"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the recogniser wrote for one window; `words` are in seconds of the clip.

    `openings` are the numbers of the words that begin a phrase, as its timestamps tell.
    """

    words: tuple[Word, ...]
    openings: frozenset[int]
    log_probability: float
    no_speech: float

    def followed_by(self, other: _Draft, seconds: float) -> _Draft:
        """Both, the other one so many seconds later."""
        later = (
            replace(word, start=word.start + seconds, end=word.end + seconds)
            for word in other.words
        )
        size = len(self.words)
        return _Draft(
            words=(*self.words, *later),
            openings=self.openings | {number + size for number in other.openings},
            log_probability=min(self.log_probability, other.log_probability),
            no_speech=min(self.no_speech, other.no_speech),
        )


class WhisperRecognizer:
    """A `Recognizer`: windows are decoded together, and doubtful ones once more in halves.

    `device` and `compute_type` take `auto`: float16 on CUDA where there is any, else int8 on the
    CPU. `threads` 0 takes all cores; they are shared by `workers` that decode side by side, which
    is best for a recording, while a single utterance is fastest with one. No text of one window
    reaches another.
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
        workers: int = 2,
    ) -> None:
        device = _device(device)
        threads = threads or os.cpu_count() or 1
        workers = 1 if device == "cuda" else min(workers, threads)
        if compute_type == "auto":
            compute_type = "float16" if device == "cuda" else "int8"
        self.model = model
        self._beam_size = beam_size
        self._language = language
        self._whisper = WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads // workers,
            num_workers=workers,
            local_files_only=True,
        )
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer,
            self._whisper.model.is_multilingual,
            task="transcribe",
            language=language,
        )
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="recognize")

    def recognize(self, windows: Sequence[Window]) -> list[Heard]:
        """What is said in each window, reviewed by the guards."""
        parts = [windows[first : first + _PART] for first in range(0, len(windows), _PART)]
        return [heard for part in self._pool.map(self._recognize, parts) for heard in part]

    def _recognize(self, part: Sequence[Window]) -> list[Heard]:
        drafts = self._decode([window.clip.samples[0] for window in part])
        return [self._heard(window, draft) for window, draft in zip(part, drafts, strict=True)]

    def _heard(self, window: Window, draft: _Draft) -> Heard:
        evidence = _evidence(window, draft)
        is_speech = evidence.voiced >= LONG_ENOUGH and not evidence.is_doubted
        if is_speech and _doubts(window, draft):
            draft = _better(window, draft, self._decode_halves(window.clip.samples[0]))
        return review(_segments(draft, window), _evidence(window, draft))

    def _decode(self, sounds: Sequence[FloatArray]) -> list[_Draft]:
        """All sounds in one pass: one encoding, one search, one alignment."""
        features = [self._whisper.feature_extractor(sound)[..., :-1] for sound in sounds]
        lengths = [max(_FEWEST_FRAMES, feature.shape[-1]) for feature in features]
        encoded = self._encode(features, _filled(max(lengths)))
        results = self._generate(encoded, len(sounds), self._beam_size)
        phrases = [self._phrases(result.sequences_ids[0]) for result in results]
        tokens = [[token for phrase in found for token in phrase] for found in phrases]
        timings = self._whisper.find_alignment(self._tokenizer, tokens, encoded, lengths)
        return [
            _Draft(*_words(timing, found), _log_probability(result), result.no_speech_prob)
            for timing, found, result in zip(timings, phrases, results, strict=True)
        ]

    def write_short(self, sound: FloatArray, seconds: float) -> str:
        """The text of one utterance, shape (n,), heard in a window of so many seconds, beam 1."""
        features = [self._whisper.feature_extractor(sound)[..., :-1]]
        encoded = self._encode(features, round(seconds * self._whisper.frames_per_second))
        (result,) = self._generate(encoded, 1, beam_size=1)
        text: str = self._tokenizer.decode(
            [token for phrase in self._phrases(result.sequences_ids[0]) for token in phrase]
        )
        return text.strip()

    def _encode(self, features: Sequence[FloatArray], frames: int) -> Any:
        frames = min(_MOST_FRAMES, frames)
        return self._whisper.encode(np.stack([pad_or_trim(one, frames) for one in features]))

    def _generate(self, encoded: Any, count: int, beam_size: int) -> Any:
        prompt = self._whisper.get_prompt(self._tokenizer, [], without_timestamps=False)
        return self._whisper.model.generate(
            encoded,
            [prompt] * count,
            beam_size=beam_size,
            max_length=self._whisper.max_length,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )

    def _phrases(self, tokens: Sequence[int]) -> list[list[int]]:
        """The tokens of the text between timestamps."""
        phrases: list[list[int]] = [[]]
        for token in tokens:
            if token >= self._tokenizer.timestamp_begin:
                phrases.append([])
            elif token < self._tokenizer.eot:
                phrases[-1].append(token)
        return [phrase for phrase in phrases if phrase]

    def _decode_halves(self, sound: FloatArray) -> _Draft:
        """The text of one window, heard in two parts: shorter sound loops and skips less."""
        cut = _quietest(sound)
        first, second = self._decode([sound[:cut], sound[cut:]])
        return first.followed_by(second, cut / SAMPLE_RATE)


def _filled(frames: int) -> int:
    """How many frames are encoded for so many of sound."""
    return max(frames + _SILENCE_AFTER, min(frames + _SILENCE_AFTER_SHORT, _SHORT))


def _quietest(sound: FloatArray) -> int:
    """The sample in the middle of the quietest moment of the middle third."""
    step = SAMPLE_RATE // 20
    third = len(sound) // 3
    power = np.add.reduceat(np.square(sound[third : 2 * third]), np.arange(0, third, step))[:-1]
    return third + int(np.argmin(power)) * step + step // 2 if len(power) else len(sound) // 2


def _log_probability(result: Any) -> float:
    """Mean over the tokens and the end of the text."""
    size = len(result.sequences_ids[0])
    return float(result.scores[0]) * size / (size + 1)


def _device(device: str) -> str:
    if device != "auto":
        return device
    return "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"


def _evidence(window: Window, draft: _Draft) -> Evidence:
    return Evidence(window.voice, draft.log_probability, draft.no_speech)


def _doubts(window: Window, draft: _Draft) -> int:
    return len(doubts(_segments(draft, window), _evidence(window, draft)))


def _better(window: Window, first: _Draft, second: _Draft) -> _Draft:
    """The attempt with fewer doubts; among equals, the one the recogniser is surer of."""

    def rank(draft: _Draft) -> tuple[int, float]:
        return -_doubts(window, draft), draft.log_probability

    return max(first, second, key=rank)


def _words(
    timings: list[dict[str, Any]], phrases: Sequence[Sequence[int]]
) -> tuple[tuple[Word, ...], frozenset[int]]:
    """The aligned words, and the numbers of those that open a phrase."""
    merge_punctuations(timings, _BEFORE, _AFTER)
    firsts = {0, *accumulate(len(phrase) for phrase in phrases)}
    words: list[Word] = []
    openings: set[int] = set()
    token = 0
    for timing in timings:
        if timing["word"]:
            if firsts & set(range(token, token + len(timing["tokens"]))):
                openings.add(len(words))
            words.append(_word(timing["word"], SimpleNamespace(**timing)))
        token += len(timing["tokens"])
    return tuple(words), frozenset(openings)


def _word(text: str, timing: Any) -> Word:
    return Word(float(timing.start), float(timing.end), text, float(timing.probability))


def _placed(draft: _Draft, window: Window) -> list[Word]:
    """The words in seconds of the recording, one after the other, inside the window."""
    placed: list[Word] = []
    latest, last = window.clip.start, window.when(window.clip.duration, ending=True)
    for number, word in enumerate(draft.words):
        written = Span(window.when(word.start), window.when(word.end, ending=True))
        said = _in_voice(
            written,
            window.voice,
            opens=number in draft.openings,
            closes=number + 1 in {*draft.openings, len(draft.words)},
        )
        start = min(max(latest, said.start), last)
        latest = min(max(start, said.end), last)
        placed.append(Word(round(start, 3), round(latest, 3), word.text, word.probability))
    return placed


def _in_voice(written: Span, voice: Sequence[Span], *, opens: bool, closes: bool) -> Span:
    """The part of a word's time in which it was said.

    The aligner stretches words over the pauses beside them, mostly the first one after a pause.
    A word lies in one island of voice; one without any voice ends where it was written.
    """
    islands = [island for island in voice if island.overlap(written) > 0]
    if not islands:
        return Span(max(written.start, written.end - LONGEST_SYLLABLE), written.end)
    island = max(islands, key=written.overlap)
    if closes and not opens:
        island = islands[0]
    elif opens or islands[0].overlap(written) < LONGEST_SYLLABLE:
        island = islands[-1]
    return Span(max(written.start, island.start), min(written.end, island.end))


def _segments(draft: _Draft, window: Window) -> list[Segment]:
    """Words in groups: a group ends at a pause or with a sentence."""
    groups: list[list[Word]] = []
    for word in _placed(draft, window):
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
