"""What a patient is called on a page: USUBJID less what all patients of the study share."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.metrics.cohort import Cohort


def shared_prefix(usubjids: Sequence[str]) -> str:
    """What all ids of a study start with, up to a separator; nothing for fewer than two ids."""
    if len(usubjids) < 2:
        return ""
    low, high = min(usubjids), max(usubjids)  # what these two share, all between them share
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[: max(low.rfind(mark, 0, same) for mark in "-_./ ") + 1]


def short_name(usubjid: str, cohort: Cohort) -> str:
    """The short id of a patient; of the cut, so that no filter changes it."""
    return usubjid.removeprefix(shared_prefix(cohort.patients))
