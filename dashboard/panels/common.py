"""What every panel says beside its numbers: the study, the cut, the view and its population."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dashboard.metrics.types import Result
from dashboard.patient_names import shared_prefix
from dashboard.results import View
from dashboard.selection import MAX_PATIENTS
from dashboard.words import filter_words


def common(view: View) -> dict[str, Any]:
    """What a card needs to name its population and its files."""
    study = view.cut.study
    return {
        "study": study.short_title or study.title,
        "study_id": study.id,
        "synthetic": study.synthetic,
        "cut": view.cut.id,
        "cut_date": view.cut.cut_date.isoformat(),
        "query": view.selection.query(),
        "filtered": view.selection.filtered,
        "filter_words": filter_words(study, view.selection),
        "set_label": view.members.label,
        "set_id": view.members.id,
        "set_rule": view.members.rule,
        "n": view.members.n,
        "level": view.analysis.rules.level,
        "min_group": view.analysis.rules.min_group,
        "origin": study.origin,
        # what the id of every patient starts with: pages say the rest
        "prefix": shared_prefix(view.analysis.cohort.patients),
    }


def who(view: View, patients: Collection[str]) -> str:
    """The keys of patients with a space between: what `data-patients` of a page holds.

    "" for nobody, and for more patients than can be highlighted at once.
    """
    if len(patients) > MAX_PATIENTS:
        return ""
    return " ".join(view.keys.key(p) for p in patients)


def json_of(result: Result | None) -> dict[str, Any] | None:
    """The result as plain JSON values; None stays None."""
    return None if result is None else result.to_json()
