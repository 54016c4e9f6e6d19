"""The worker process: `python -m assistant.work`, which the application starts by itself."""

from __future__ import annotations

import sys

from assistant.bootstrap import Application
from assistant.jobs.upkeep import tend
from assistant.jobs.worker import alone, end_with
from assistant.logs import configure_logs


def main() -> None:
    """Works until the application ends."""
    configure_logs()
    end_with(sys.stdin.buffer)
    application = Application()
    with alone(application.settings.state_dir / "worker.lock"):
        worker = application.worker()
        tend(application.manual_upkeep().step, lambda: worker.busy)
        worker.run()


if __name__ == "__main__":
    main()
