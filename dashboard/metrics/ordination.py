"""Principal coordinates of distances (Gower 1966), axes in shares of the positive eigenvalues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard.metrics.dissimilarity import checked, gower
from dashboard.metrics.types import Result

Floats = NDArray[np.float64]
#: an eigenvalue this small beside the largest is round-off
_ROUND_OFF = 1e-10


@dataclass(frozen=True, slots=True)
class Coordinates(Result):
    """Scores of each sample on the first axes, and what the axes stand for.

    `share`: eigenvalue of each axis over the sum of the positive ones. Distances that are not
    Euclidean have negative eigenvalues, which no axis shows: `negative` of them add up to
    `sum_negative`. On each axis the largest score is positive, so that pictures can be compared.
    """

    sample: tuple[str, ...]
    scores: tuple[tuple[float, ...], ...]
    share: tuple[float, ...]
    eigenvalues: tuple[float, ...]
    negative: int
    sum_negative: float
    method: str = "principal coordinates; shares of the sum of positive eigenvalues"


def spectrum(distances: ArrayLike) -> tuple[Floats, Floats]:
    """Eigenvalues, largest first, and unit vectors in columns; round-off is left out."""
    values, vectors = np.linalg.eigh(gower(checked(distances)))
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = np.abs(values) > _ROUND_OFF * np.abs(values).max(initial=0.0)
    return values[kept], vectors[:, kept]


def principal_coordinates(
    distances: ArrayLike, samples: Sequence[str], *, axes: int = 2
) -> Coordinates:
    """The first `axes` coordinates; fewer where fewer eigenvalues are positive."""
    values, vectors = spectrum(distances)
    if len(samples) != vectors.shape[0]:
        raise ValueError(f"{len(samples)} names for {vectors.shape[0]} samples")
    positive = values > 0
    shown = int(min(axes, positive.sum()))
    scores = vectors[:, :shown] * np.sqrt(values[:shown])
    if shown:
        top = scores[np.abs(scores).argmax(axis=0), np.arange(shown)]
        scores = scores * np.where(top < 0, -1.0, 1.0)
    whole = float(values[positive].sum())
    return Coordinates(
        sample=tuple(str(s) for s in samples),
        scores=tuple(tuple(row) for row in (scores + 0.0).tolist()),
        share=tuple((values[:shown] / whole).tolist()) if shown else (),
        eigenvalues=tuple(values.tolist()),
        negative=int((values < 0).sum()),
        sum_negative=float(values[values < 0].sum()),
    )
