"""Values parted into thirds by rank: lower, middle, upper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: with fewer values thirds say nothing
LEAST = 3


def thirds(values: Sequence[float | None]) -> tuple[int | None, ...]:
    """0, 1 or 2 per value by the terciles of those known; None where there is none, or too few.

    Equal values are in one third: a value on a tercile belongs to the lower one.
    """
    known = np.array([v for v in values if v is not None], dtype=np.float64)
    if known.size < LEAST or known.min() == known.max():
        return (None,) * len(values)
    ends = np.quantile(known, [1 / 3, 2 / 3])
    return tuple(None if v is None else int((v > ends).sum()) for v in values)
