"""Peak memory of the whole job on a short and on a long recording, side by side.

python -m benchmarks.memory [--minutes 10 600] [--speech 1.0] [--speakers embedded]

`--speech` is the share of the time in which somebody speaks; a day in a hall has long breaks.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from assistant.bootstrap import Application
from benchmarks.measure import report
from benchmarks.pipeline import ours
from benchmarks.sounds import long_recording


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[10, 600])
    parser.add_argument("--speech", type=float, default=1.0)
    parser.add_argument("--speakers", default="embedded")
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(dir=Application().settings.state_dir) as folder:
        for minutes in arguments.minutes:
            sound = Path(folder) / f"{minutes:g}.wav"
            long_recording(sound, minutes * 60, speech=arguments.speech)
            measured = ours(sound, Path(folder) / f"{minutes:g}", arguments.speakers)
            rows.append(
                {
                    "minutes": minutes,
                    "speech": arguments.speech,
                    "speakers": arguments.speakers,
                    "seconds": round(measured.seconds, 1),
                    "real_time_factor": round(measured.seconds / (minutes * 60), 3),
                    "peak_mib": round(measured.peak_mib),
                }
            )
    report("Peak memory by length of the recording", rows)


if __name__ == "__main__":
    main()
