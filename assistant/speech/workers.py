"""Several cores for one network: every worker computes whole batches on a core of its own.

Splitting one small recurrent network over the cores gains little and, on a busy machine, loses
much: its threads wait for each other at every layer. Batches need not wait.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Batch = TypeVar("Batch")
Result = TypeVar("Result")


class Workers:
    """`threads` workers; 0 takes one per core."""

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads or len(os.sched_getaffinity(0))

    def map(self, work: Callable[[Batch], Result], batches: Iterable[Batch]) -> list[Result]:
        """The result of `work` for every batch, in order; torch uses one core in each worker."""
        import torch

        with ThreadPoolExecutor(
            self._threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            return list(pool.map(torch.inference_mode()(work), batches))
