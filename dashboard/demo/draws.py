"""Reproducible random draws: PCG64 bits, every distribution made here from uniforms.

numpy promises the bit stream of PCG64 and SeedSequence for ever, but not the streams of
`Generator.normal` and its kin; so only uniforms are taken from it. Every patient and topic has a
stream of its own: a change in one domain never moves another.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
_NORMAL = NormalDist()


class Draws:
    """A stream of draws named by its keys (`Draws("labs", "SYNTH-01-001")`)."""

    def __init__(self, seed: int, *keys: str) -> None:
        words = [seed, *(zlib.crc32(k.encode()) for k in keys)]
        bits = np.random.PCG64(np.random.SeedSequence(words))
        self._random = np.random.Generator(bits).random

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * float(self._random())

    def uniforms(self, n: int) -> npt.NDArray[np.float64]:
        """`n` uniforms in [0, 1)."""
        return self._random(n)

    def chance(self, probability: float) -> bool:
        return float(self._random()) < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + math.floor((high - low + 1) * float(self._random()))

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        # the middle of a cell of the 2**53 grid: never 0, never 1
        return mean + sd * _NORMAL.inv_cdf(float(self._random()) * (1 - 2**-52) + 2**-53)

    def lognormal(self, median: float, sigma: float) -> float:
        return median * math.exp(self.normal(0.0, sigma))

    def exponential(self, median: float) -> float:
        return -median * math.log2(1.0 - float(self._random()))

    def gamma(self, shape: float) -> float:
        """Gamma(shape, 1) by Marsaglia and Tsang, ACM TOMS 2000;26:363."""
        if shape < 1.0:
            return self.gamma(shape + 1.0) * math.pow(1.0 - float(self._random()), 1.0 / shape)
        d = shape - 1.0 / 3.0
        c = 1.0 / math.sqrt(9.0 * d)
        while True:
            x = self.normal()
            v = (1.0 + c * x) ** 3
            if v > 0 and math.log(1.0 - float(self._random())) < 0.5 * x * x + d - d * v + d * (
                math.log(v)
            ):
                return d * v

    def pick(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        if weights is None:
            return choices[self.whole(0, len(choices) - 1)]
        left = float(self._random()) * math.fsum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            left -= weight
            if left < 0:
                return choice
        return choices[-1]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Fisher and Yates."""
        out = list(values)
        for i in range(len(out) - 1, 0, -1):
            j = self.whole(0, i)
            out[i], out[j] = out[j], out[i]
        return out

    def quota(self, counts: Mapping[T, int]) -> list[T]:
        """Every value exactly as often as stated, in random order."""
        return self.shuffled([value for value, n in counts.items() for _ in range(n)])

    def counts(self, n: int, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """A multinomial: `n` draws over `shares` (k,), which need not sum to one."""
        edges = np.cumsum(shares)
        cells = np.searchsorted(edges, self._random(n) * edges[-1], side="right")
        return np.bincount(np.minimum(cells, len(shares) - 1), minlength=len(shares))
