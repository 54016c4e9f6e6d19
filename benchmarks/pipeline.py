"""Wall time of the whole job against bare faster-whisper on the same file, in one run.

    python -m benchmarks.pipeline [--minutes 30] [--rounds 1]

The peer is `BatchedInferencePipeline.transcribe(file, language="ja")`, its defaults, with the same
weights; ours decodes, detects voices, recognises with word times, reviews, tells speakers apart,
builds turns and writes JSON and Word. Both include loading; each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

from assistant.bootstrap import Application
from benchmarks.measure import Measured, report, run
from benchmarks.sounds import long_recording

PEER = """
import sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=int(sys.argv[3]))
segments, _ = BatchedInferencePipeline(model).transcribe(sys.argv[1], language="ja")
print(sum(len(segment.text) for segment in segments))
"""


def main() -> None:
    """Measures and prints ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    application = Application()
    weights = application.store.resolve(application.settings.model)
    threads = str(application.tools.threads)
    with tempfile.TemporaryDirectory(dir=application.settings.state_dir) as folder:
        sound = Path(folder) / "long.wav"
        long_recording(sound, arguments.minutes * 60)
        rounds = [
            (
                run("-c", PEER, str(sound), str(weights.folder), threads),
                ours(sound, Path(folder) / f"none-{n}", "none"),
                ours(sound, Path(folder) / f"embedded-{n}", "embedded"),
            )
            for n in range(arguments.rounds)
        ]
    peer, plain, full = ([one[column] for one in rounds] for column in range(3))
    base = median(one.seconds for one in peer)
    rows: list[dict[str, object]] = [
        {
            "what": what,
            "minutes": arguments.minutes,
            "seconds": round(median(one.seconds for one in runs), 1),
            "ratio": round(median(one.seconds for one in runs) / base, 2),
            "peak_mib": round(max(one.peak_mib for one in runs)),
        }
        for what, runs in (
            ("faster-whisper, batched", peer),
            ("kikigaki, speakers none", plain),
            ("kikigaki, speakers embedded", full),
        )
    ]
    report("Wall time of the whole job against bare faster-whisper", rows)


def ours(sound: Path, out: Path, speakers: str) -> Measured:
    """The whole job through the command line."""
    options = ["--out", str(out), "--speakers-by", speakers, "--format", "json,docx", "--json"]
    environment = os.environ | {"KIKIGAKI_DATA_DIR": str(out / "data")}
    models = str(Application().settings.weights_dir)
    return run(
        "-m", "assistant", "transcribe", str(sound), *options,
        environment=environment | {"KIKIGAKI_MODELS_DIR": models},
    )  # fmt: skip


if __name__ == "__main__":
    main()
