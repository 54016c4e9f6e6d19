"""Weights worth having, with what they are for. Sizes are those of the hub's files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.speech.embedded import EMBEDDED_NAME
from assistant.speech.layout import Layout

if TYPE_CHECKING:
    from assistant.errors import Language


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One set of weights: `repository` on the hub, `megabytes` on the disk.

    `auto` takes the first `automatic` one of its kind that is there.
    """

    name: str
    kind: Layout
    repository: str
    megabytes: int
    licence: str
    ja: str
    en: str
    automatic: bool = True

    def purpose(self, language: Language) -> str:
        """What it is for, in that language."""
        return self.ja if language == "ja" else self.en


RECOMMENDED = (
    Recommendation(
        "large-v3-turbo",
        Layout.WHISPER,
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        1_620,
        "MIT",
        "録音の文字起こしに最も確か。あれば自動で使う。GPU があると速い",
        "The surest for recordings; taken by itself when present. Fast with a GPU",
    ),
    Recommendation(
        "medium",
        Layout.WHISPER,
        "Systran/faster-whisper-medium",
        1_530,
        "MIT",
        "GPU のない機械で録音をていねいに起こす",
        "Careful work on recordings without a GPU",
    ),
    Recommendation(
        "small",
        Layout.WHISPER,
        "Systran/faster-whisper-small",
        490,
        "MIT",
        "GPU のない機械、通話中の文字起こし",
        "Without a GPU, and during calls",
    ),
    Recommendation(
        EMBEDDED_NAME,
        Layout.WHISPER,
        "Systran/faster-whisper-base",
        148,
        "MIT",
        "付属の重み。読みはよく合うが同音異字を誤りやすい。大きな重みのほうがよく聞き取る",
        "Comes with the installation. Hears the readings well and often writes the wrong "
        "homophone; larger weights hear better",
    ),
    Recommendation(
        "kotoba-whisper-v2.0",
        Layout.WHISPER,
        "kotoba-tech/kotoba-whisper-v2.0-faster",
        1_510,
        "MIT",
        "日本語向けに調整。朗読には強いが、自然な会話では誤りが半分に達した独立の試験がある。"
        "自動では使わない",
        "Tuned for Japanese. Good on read speech, but half the characters were wrong on natural "
        "conversation in an independent test; never taken by itself",
        automatic=False,
    ),
    Recommendation(
        "speaker-diarization-community-1",
        Layout.PIPELINE,
        "pyannote/speaker-diarization-community-1",
        34,
        "CC-BY-4.0",
        "会議の話者分け。あれば自動で使う",
        "Tells the speakers of a meeting apart; taken by itself when present",
    ),
    Recommendation(
        "ruri-v3-310m",
        Layout.ENCODER,
        "cl-nagoya/ruri-v3-310m",
        1_260,
        "Apache-2.0",
        "意味による検索(日本語)",
        "Search by meaning (Japanese)",
    ),
    Recommendation(
        "ruri-v3-130m",
        Layout.ENCODER,
        "cl-nagoya/ruri-v3-130m",
        530,
        "Apache-2.0",
        "意味による検索(日本語)。GPU のない機械でも軽い",
        "Search by meaning (Japanese); light enough without a GPU",
    ),
    Recommendation(
        "ruri-v3-30m",
        Layout.ENCODER,
        "cl-nagoya/ruri-v3-30m",
        150,
        "Apache-2.0",
        "意味による検索(日本語)。最も軽い",
        "Search by meaning (Japanese); the lightest",
    ),
    Recommendation(
        "bge-m3",
        Layout.ENCODER,
        "BAAI/bge-m3",
        2_270,
        "MIT",
        "意味による検索(多言語、長い文)。GPU があるとよい",
        "Search by meaning (multilingual, long texts); wants a GPU",
    ),
    Recommendation(
        "multilingual-e5-large",
        Layout.ENCODER,
        "intfloat/multilingual-e5-large",
        2_260,
        "MIT",
        "意味による検索(多言語)。GPU があるとよい",
        "Search by meaning (multilingual); wants a GPU",
    ),
    Recommendation(
        "multilingual-e5-base",
        Layout.ENCODER,
        "intfloat/multilingual-e5-base",
        1_130,
        "MIT",
        "意味による検索(多言語)",
        "Search by meaning (multilingual)",
    ),
    Recommendation(
        "ruri-v3-reranker-310m",
        Layout.RERANKER,
        "cl-nagoya/ruri-v3-reranker-310m",
        1_260,
        "Apache-2.0",
        "検索結果の並べ直し(日本語)。あれば自動で使う。GPU があるとよい",
        "Reads the best hits again and reorders them (Japanese); taken by itself when present; "
        "wants a GPU",
    ),
    Recommendation(
        "bge-reranker-v2-m3",
        Layout.RERANKER,
        "BAAI/bge-reranker-v2-m3",
        2_290,
        "Apache-2.0",
        "検索結果の並べ直し(多言語)。GPU があるとよい",
        "Reads the best hits again and reorders them (multilingual); wants a GPU",
    ),
)
"""Every recommendation; the embedded weights are among them."""

_SHORT = {"turbo": "large-v3-turbo", "base": EMBEDDED_NAME}


def canonical(name: str) -> str:
    """The recommended name that `name` stands for, else `name` as it is.

    `faster-whisper-small`, `whisper-small` and `Systran/faster-whisper-small` are all `small`.
    """
    by_repository = {one.repository.lower(): one.name for one in RECOMMENDED}
    if found := by_repository.get(name.lower()):
        return found
    short = name.lower().removeprefix("faster-").removeprefix("whisper-")
    short = _SHORT.get(short, short)
    return short if any(short == one.name for one in RECOMMENDED) else name


def recommendation(name: str) -> Recommendation | None:
    """The recommendation called `name`, by any of its names."""
    wanted = canonical(name)
    return next((one for one in RECOMMENDED if one.name == wanted), None)
