"""Signs that samples were swapped or copied: two samples of a patient should lie near each other.

Communities of one person at two times are more alike than those of two people (Franzosa 2015), so
a sample nearer to another patient's than to its own is worth a look; it is a question, not a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.feature_table import FeatureTable
from dashboard.metrics.types import Result

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SwapSuspect(Result):
    """Two patients whose second samples are each nearer to the other's first than to their own."""

    usubjid: str
    other: str
    sample: str
    other_sample: str
    own_distance: float
    swapped_distance: float


@dataclass(frozen=True, slots=True)
class Duplicate(Result):
    """Samples with exactly the same counts in every taxon, of one patient or of several."""

    samples: tuple[str, ...]
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdentityChecks(Result):
    """`nearest_own`: pairs whose second sample is nearest to its own first, of `pairs`."""

    pairs: int
    nearest_own: int
    swaps: tuple[SwapSuspect, ...]
    duplicates: tuple[Duplicate, ...]


def identity_checks(
    table: FeatureTable,
    patient_of: Sequence[str],
    patients: Sequence[str],
    cross: Floats,
    after: Sequence[str],
) -> IdentityChecks:
    """`cross` (pairs, pairs): distance of each second sample (row) to each first (column).

    `patient_of` names the patient of each sample of the table; `after` the second samples.
    """
    n = len(patients)
    own = np.diag(cross) if n else np.empty(0)
    nearest = cross.argmin(axis=1) if n else np.empty(0, np.int64)
    swaps = []
    for i in range(n):
        for j in range(i + 1, n):
            apart = own[i] + own[j]
            exchanged = cross[i, j] + cross[j, i]
            both = cross[i, j] < own[i] and cross[j, i] < own[j]
            if both and nearest[i] == j and nearest[j] == i:
                swaps.append(
                    SwapSuspect(
                        patients[i], patients[j], after[i], after[j], float(apart), float(exchanged)
                    )
                )
    return IdentityChecks(
        pairs=n,
        nearest_own=int((nearest == np.arange(n)).sum()),
        swaps=tuple(swaps),
        duplicates=_duplicates(table, patient_of),
    )


def _duplicates(table: FeatureTable, patient_of: Sequence[str]) -> tuple[Duplicate, ...]:
    """Equal rows with at least two taxa seen: one taxon alone is no fingerprint."""
    seen: dict[bytes, list[int]] = {}
    for i, row in enumerate(table.values):
        if (row > 0).sum() > 1:
            seen.setdefault(row.tobytes(), []).append(i)
    return tuple(
        Duplicate(
            tuple(table.samples[i] for i in same),
            tuple(dict.fromkeys(patient_of[i] for i in same)),
        )
        for same in seen.values()
        if len(same) > 1
    )
