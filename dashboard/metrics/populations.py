"""Analysis sets: enrolled, safety, full and response-evaluable (ICH E9 s.5.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import (
    FIRST_DOSE_COLUMNS,
    NEVER,
    Bools,
    Cohort,
    column_dates,
    in_order,
    text,
)
from dashboard.metrics.columns import Frame
from dashboard.metrics.recist import NE, PD, Assessments
from dashboard.metrics.tumour import TargetSums
from dashboard.metrics.types import AnalysisSet, Exclusion

SetId = Literal["enrolled", "safety", "full", "evaluable"]
LABELS: dict[str, str] = {
    "enrolled": "Enrolled patients",
    "safety": "Safety set",
    "full": "Full analysis set",
    "evaluable": "Response-evaluable patients",
}
SCREEN_FAILURE_COLUMNS = ("ARM", "ACTARM", "ARMCD", "ACTARMCD")
SCREEN_FAILURE_TERMS = frozenset({"SCREEN FAILURE", "SCRNFAIL", "SCREEN FAILED", "NOTASSGN"})
ENROLLED_FLAGS = ("ENRLFL", "ITTFL", "RANDFL")


@dataclass(frozen=True, slots=True)
class SetRule:
    """How the study defines a set: an ADSL column and the values that mean membership."""

    id: SetId
    label: str
    column: str | None = None
    values: tuple[str, ...] = ("Y",)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What response-evaluability needs beyond ADSL.

    `enrolled`: patients of the study's enrolled set; None: by the default rule.
    `measurable`: patients with measurable disease at baseline, None when no record says.
    `assessed`: patients with an adequate (not NE) post-baseline assessment, None when no record
    can say.
    `ended_early`: patients with PD or death.
    """

    enrolled: frozenset[str] | None = None
    measurable: frozenset[str] | None = None
    assessed: frozenset[str] | None = frozenset()
    ended_early: frozenset[str] = frozenset()


def response_evidence(
    cohort: Cohort,
    assessments: Assessments,
    sums: TargetSums | None = None,
    *,
    enrolled: AnalysisSet | None = None,
) -> Evidence:
    """Evidence from the records: baseline sums, adequate assessments, and PD or death.

    Measurable disease is a baseline sum above 0; without target sums no record says. What was
    assessed on the day of the origin is no post-baseline assessment.
    """
    ids = cohort.usubjid

    def those(mask: Bools) -> frozenset[str]:
        return frozenset(ids[mask].tolist())

    def seen(mask: Bools) -> Bools:
        return np.bincount(assessments.patient[mask], minlength=cohort.n) > 0

    return Evidence(
        enrolled=None if enrolled is None else frozenset(enrolled.patients),
        measurable=None if sums is None or sums.paramcd is None else those(sums.base > 0),
        assessed=None
        if assessments.paramcd is None
        else those(seen((assessments.response != NE) & (assessments.day > 0))),
        ended_early=those(seen(assessments.response == PD) | (cohort.death < NEVER)),
    )


def analysis_set(
    adsl: pd.DataFrame,
    cohort: Cohort,
    id_: SetId,
    *,
    rule: SetRule | None = None,
    evidence: Evidence | None = None,
) -> AnalysisSet:
    """One analysis set of the patients known at the cut-off.

    A rule with a column wins. Otherwise: enrolled = ENRLFL, else ITTFL, else RANDFL, else ADSL
    without screen failures; safety = SAFFL, else a first dose; full = FASFL, else first doses of
    both study drug (INOSDT) and backbone (CHMSDT); evaluable = RESPEVFL, else enrolled with
    measurable disease and an adequate post-baseline assessment, or PD or death before one. A flag
    that is empty for every patient decides nothing.
    Patients enrolled after the cut-off are listed as excluded.
    """
    rows = in_order(adsl, cohort)
    name = (id_, rule.label if rule else LABELS[id_])
    if rule and rule.column:
        return _by_column(rows, cohort, name, rule.column, rule.values)
    if id_ == "enrolled":
        return _enrolled(rows, cohort, name)
    if id_ == "safety":
        return _safety(rows, cohort, name)
    if id_ == "full":
        return _full(rows, cohort, name)
    return _evaluable(rows, cohort, name, evidence or Evidence())


def _make(
    cohort: Cohort,
    name: tuple[str, str],
    keep: Bools,
    reasons: str | Sequence[str],
    rule: str,
    *,
    notes: tuple[str, ...] = (),
) -> AnalysisSet:
    why = [reasons] * cohort.n if isinstance(reasons, str) else reasons
    out = tuple(
        Exclusion(u, r)
        for u, k, r in zip(cohort.usubjid.tolist(), keep.tolist(), why, strict=True)
        if not k
    )
    return AnalysisSet(
        id=name[0],
        label=name[1],
        patients=tuple(cohort.usubjid[keep].tolist()),
        excluded=(*cohort.excluded, *out),
        rule=rule,
        notes=notes,
    )


def _by_column(
    rows: Frame,
    cohort: Cohort,
    name: tuple[str, str],
    column: str,
    values: Sequence[str] = ("Y",),
) -> AnalysisSet:
    if column not in rows.columns:
        return _not_derivable(cohort, name, f"ADSL has no column {column}")
    wanted = [v.strip().upper() for v in values]
    keep = np.isin(text(rows, column).astype(str), wanted)
    stated = f"{column} is {' or '.join(values)}"
    return _make(cohort, name, keep, f"{column} is not {' or '.join(values)}", stated)


def _decides(rows: Frame, column: str) -> bool:
    """Whether a flag is exported and says anything of anybody: an empty column puts nobody out."""
    return column in rows.columns and bool((text(rows, column) != "").any())


def _not_derivable(cohort: Cohort, name: tuple[str, str], why: str) -> AnalysisSet:
    nobody = np.zeros(cohort.n, dtype=np.bool_)
    made = _make(cohort, name, nobody, why, f"not derivable: {why}")
    return AnalysisSet(made.id, made.label, (), made.excluded, made.rule, derivable=False)


def screen_failures(adsl: Frame) -> Bools:
    """Rows of ADSL that are screen failures: SCRNFL = Y, or an arm that says so."""
    failed = text(adsl, "SCRNFL") == "Y"
    for column in SCREEN_FAILURE_COLUMNS:
        failed |= np.array([v in SCREEN_FAILURE_TERMS for v in text(adsl, column)], dtype=np.bool_)
    return np.asarray(failed, dtype=np.bool_)


def _enrolled(rows: Frame, cohort: Cohort, name: tuple[str, str]) -> AnalysisSet:
    for column in ENROLLED_FLAGS:
        if (text(rows, column) == "Y").any():
            return _by_column(rows, cohort, name, column)
    keep = ~screen_failures(rows)
    return _make(
        cohort,
        name,
        keep,
        "screen failure",
        "ADSL without screen failures",
        notes=(
            "No enrolment flag (ENRLFL, ITTFL, RANDFL): every ADSL patient but screen failures",
        ),
    )


def _safety(rows: Frame, cohort: Cohort, name: tuple[str, str]) -> AnalysisSet:
    if _decides(rows, "SAFFL"):
        return _by_column(rows, cohort, name, "SAFFL")
    if not {*FIRST_DOSE_COLUMNS} & set(rows.columns):
        return _not_derivable(cohort, name, "ADSL has neither SAFFL nor a date of first dose")
    keep = ~np.isnat(cohort.first_dose)
    return _make(cohort, name, keep, "no dose of any study drug", "a first dose date")


def _full(rows: Frame, cohort: Cohort, name: tuple[str, str]) -> AnalysisSet:
    if _decides(rows, "FASFL"):
        return _by_column(rows, cohort, name, "FASFL")
    if not {"INOSDT", "CHMSDT"} <= set(rows.columns):
        why = "ADSL has neither FASFL nor the first doses of both drugs (INOSDT, CHMSDT)"
        return _not_derivable(cohort, name, why)
    cut = np.datetime64(cohort.cut_date, "D")
    keep = np.ones(cohort.n, dtype=np.bool_)
    for column in ("INOSDT", "CHMSDT"):
        keep &= column_dates(rows, (column,)) <= cut
    return _make(
        cohort,
        name,
        keep,
        "not dosed with both study drug and backbone",
        "first doses of study drug (INOSDT) and backbone (CHMSDT)",
    )


def _evaluable(
    rows: Frame, cohort: Cohort, name: tuple[str, str], evidence: Evidence
) -> AnalysisSet:
    if _decides(rows, "RESPEVFL"):
        return _by_column(rows, cohort, name, "RESPEVFL")
    if evidence.assessed is None:
        why = "neither RESPEVFL nor an assessment of response is exported"
        return _not_derivable(cohort, name, why)
    inside = evidence.enrolled
    if inside is None:
        inside = frozenset(_enrolled(rows, cohort, name).patients)
    measurable, source = _measurable(rows, cohort, evidence)
    ids = cohort.usubjid.tolist()
    reasons = []
    for u, m in zip(ids, measurable.tolist(), strict=True):
        if u not in inside:
            reasons.append("not enrolled")
        elif not m:
            reasons.append("no measurable disease at baseline")
        elif u not in evidence.assessed and u not in evidence.ended_early:
            reasons.append("no adequate post-baseline assessment")
        else:
            reasons.append("")
    keep = np.array([not r for r in reasons], dtype=np.bool_)
    notes = () if source else ("Measurable disease is not recorded: taken as present in all",)
    return _make(
        cohort,
        name,
        keep,
        reasons,
        f"measurable disease ({source or 'not recorded'}) and an adequate post-baseline "
        "assessment, or PD or death before it",
        notes=notes,
    )


def _measurable(rows: Frame, cohort: Cohort, evidence: Evidence) -> tuple[Bools, str]:
    for column in ("MEASFL", "BMEASIFL"):
        if column in rows.columns:
            return np.asarray(text(rows, column) == "Y", dtype=np.bool_), column
    if evidence.measurable is not None:
        known: Collection[str] = evidence.measurable
        has = np.array([u in known for u in cohort.usubjid.tolist()], dtype=np.bool_)
        return has, "baseline sum of target lesions"
    return np.ones(cohort.n, dtype=np.bool_), ""


def intersect(members: AnalysisSet, patients: Collection[str], reason: str) -> AnalysisSet:
    """The set's patients who are also in `patients`; the others are excluded for `reason`."""
    inside = set(patients)
    return replace(
        members,
        patients=tuple(u for u in members.patients if u in inside),
        excluded=(
            *members.excluded,
            *(Exclusion(u, reason) for u in members.patients if u not in inside),
        ),
    )
