"""Tells whether channels carry the same voices.

Each second of the sound is aligned on its own, within ±20 ms, by the largest absolute value of
the cross-correlation r in the telephone band. Over the whole file

    likeness = Σ max|r| / √(Σ E1 · Σ E2)

with the energies E of the two channels in that band: the correlation coefficient of two signals,
0 to 1, with a delay that may drift. Loud seconds count as much as they sound. Dividing by the
energies of the whole file, and not second by second, is what tells a quiet copy (near 1: the ratio
of the levels never changes) from cross-talk (low: it turns round when the other person speaks).
With voices of equal level, cross-talk at -20 dB gives 0.2, at -12 dB 0.5.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from assistant.model import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.model import FloatArray

SECOND = SAMPLE_RATE
LAG = 320
"""20 ms in samples: a telephone exchange and a second microphone stay below it."""
POINTS = 16_384
"""Of the Fourier transform: a second and LAG samples of padding, so that no lag wraps round."""
LOWEST, HIGHEST = (round(hertz * POINTS / SAMPLE_RATE) for hertz in (200, 3_400))
"""The telephone band in points. Hum and offset lie below; channels share them without voices."""


class Likeness:
    """Gathers the likeness of every pair of channels over a sound; memory is constant."""

    def __init__(self, channels: int) -> None:
        self._pairs = tuple(combinations(range(channels), 2))
        self._energies = np.zeros(channels)
        self._shared = np.zeros(len(self._pairs))

    def add(self, samples: FloatArray) -> None:
        """Takes the next samples, shape (channels, n); seconds are counted from their start."""
        if self._pairs:
            for start in range(0, samples.shape[1], SECOND):
                self._add_second(samples[:, start : start + SECOND])

    def _add_second(self, samples: FloatArray) -> None:
        spectra = fft.rfft(samples, POINTS)
        spectra[:, :LOWEST] = spectra[:, HIGHEST:] = 0
        self._energies += np.square(np.abs(spectra)).sum(axis=1)
        for pair, (one, other) in enumerate(self._pairs):
            self._shared[pair] += _correlation(spectra[one], spectra[other])

    @property
    def largest(self) -> float:
        """Of all pairs, 0 to 1; 0 for one channel and for pairs with a silent one."""
        products = [self._energies[one] * self._energies[other] for one, other in self._pairs]
        ratios = [
            shared / np.sqrt(product)
            for shared, product in zip(self._shared, products, strict=True)
            if product > 0
        ]
        return float(min(1.0, max(ratios, default=0.0)))


def _correlation(one: NDArray[np.complex64], other: NDArray[np.complex64]) -> float:
    """The largest absolute cross-correlation within ±LAG, in the unit of the energies."""
    correlation = np.abs(fft.irfft(one * other.conj(), POINTS)) * (POINTS / 2)
    return float(max(correlation[: LAG + 1].max(), correlation[-LAG:].max()))
