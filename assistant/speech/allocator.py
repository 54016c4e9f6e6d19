"""Keeps glibc from holding on to memory that the networks gave back.

glibc gives every thread a heap of its own and grows what it holds back with every large block that
is freed; with two networks and a handful of threads that is half a gigabyte. Figures:
`python -m benchmarks.memory`.
"""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""Parameters of mallopt(3), from malloc.h."""
_ARENAS = 2
_LARGE = 4 * 1024**2
"""Bytes. Blocks of this size go back to the system at once."""


def install() -> None:
    """Sets the limits for this process; does nothing where the C library has no such thing."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, _LARGE)
