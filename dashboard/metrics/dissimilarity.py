"""Distances between samples: Bray & Curtis 1957 on relative abundances, and Aitchison 1986."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import distance

from dashboard.metrics.composition import PSEUDOCOUNT, closed, clr_counts
from dashboard.metrics.diversity import abundances

Floats = NDArray[np.float64]


def bray_curtis(table: ArrayLike, *, relative: bool = True) -> Floats:
    """Bray-Curtis distances, shape (n, n).

    On shares of each sample by default, so that depth plays no part; `relative` False: on the
    values as they are. Raises ValueError on an empty sample: it is at no distance from anything.
    """
    found = closed(table) if relative else abundances(table)
    total = found.sum(axis=1)
    if (total <= 0).any():
        raise ValueError("a sample is empty: it has no composition")
    if not found.size:
        return np.zeros((found.shape[0], found.shape[0]))
    return _symmetric(distance.cdist(found, found, "cityblock") / (total[:, None] + total[None, :]))


def between(rows: ArrayLike, columns: ArrayLike) -> Floats:
    """Bray-Curtis distances of shares from each sample of `rows` to each of `columns`, (n, m)."""
    one, two = closed(rows), closed(columns)
    if not one.size or not two.size:
        return np.zeros((one.shape[0], two.shape[0]))
    made: Floats = distance.cdist(one, two, "cityblock") / 2
    return made


def aitchison(counts: ArrayLike, pseudocount: float = PSEUDOCOUNT) -> Floats:
    """Euclidean distances of the centred log-ratios, shape (n, n)."""
    return euclidean(clr_counts(counts, pseudocount))


def jaccard(table: ArrayLike) -> Floats:
    """Jaccard distances of which taxa are seen, shape (n, n): 2B / (1 + B) of Bray-Curtis."""
    seen = (abundances(table) > 0).astype(np.float64)
    apart = bray_curtis(seen, relative=False)
    made: Floats = 2 * apart / (1 + apart)
    return made


def euclidean(rows: ArrayLike) -> Floats:
    """Euclidean distances of rows, shape (n, n); by differences, so that near rows stay exact."""
    found = np.asarray(rows, dtype=np.float64)
    if not found.size:
        return np.zeros((found.shape[0], found.shape[0]))
    return _symmetric(distance.cdist(found, found, "euclidean"))


def _symmetric(matrix: Floats) -> Floats:
    made: Floats = (matrix + matrix.T) / 2
    np.fill_diagonal(made, 0.0)
    return made


def checked(distances: ArrayLike) -> Floats:
    """A square matrix of distances. Raises ValueError on anything else."""
    found = np.asarray(distances, dtype=np.float64)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ValueError(f"distances are samples x samples, not of shape {found.shape}")
    if not np.isfinite(found).all() or (found < 0).any() or (np.diag(found) != 0).any():
        raise ValueError("a distance is missing or negative, or a sample is away from itself")
    if not np.allclose(found, found.T, rtol=1e-9, atol=1e-12):
        raise ValueError("distances are not the same both ways")
    return found


def gower(distances: Floats) -> Floats:
    """Centred cross products: -d^2 / 2 with row and column means taken out (Gower 1966)."""
    a = -0.5 * distances**2
    row = a.mean(axis=1, keepdims=True)
    made: Floats = a - row - row.T + a.mean()
    return made
