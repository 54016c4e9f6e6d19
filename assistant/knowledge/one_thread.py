"""Short work of one thread: two that wait for each other take longer than one that does not.

A question is embedded and compared in a few milliseconds. Waking a second thread costs up to eight
where the machine has other work, and beside speech recognition a question took six times as long
with two (median 289 ms against 48).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class OneThread:
    """What the calling thread does inside takes no other; `torch` and the engines loaded by now."""

    def __init__(self) -> None:
        torch.get_num_threads()  # it has read its settings when the pools are looked for
        self._pools = ThreadpoolController()

    def __call__(self) -> AbstractContextManager[object]:
        """Others keep their threads: the bound is one of the calling thread's own."""
        limit: AbstractContextManager[object] = self._pools.limit(limits=1, user_api="openmp")
        return limit
