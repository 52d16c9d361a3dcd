"""Disposition by group (CONSORT 2010, item 13): who was treated, who still is, why others are not.

Every row is the patients in it, so that parts add up to their whole by construction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.metrics.accrual import on_treatment
from dashboard.metrics.cohort import NEVER, Bools, Cohort, in_order, text
from dashboard.metrics.columns import Rows, strings
from dashboard.metrics.table_columns import Column, Layout, Patients
from dashboard.metrics.types import Result

#: where the export says why; the first present column with a value speaks
TREATMENT_REASONS = ("DCTREAS", "DCTREASP")
STUDY_REASONS = ("DCSREAS", "DCREASCD", "DCDECOD")
#: a grouped cause is read before a verbatim one
DEATH_CAUSES = ("DTHCGR1", "DTHCAT", "DTHCAUS")
#: reasons that are ours, not the export's: catalogue keys, never words of an export
COMPLETED, DIED, UNSTATED = "*completed", "*died", "*unstated"
_NO_REASON = frozenset({"", "MISSING", "UNKNOWN", "NA", "N/A", "NOT STATED", "NOT KNOWN"})


@dataclass(frozen=True, slots=True)
class Row(Result):
    """One row. `part_of` is the id of the row its patients belong to, "" for a row of its own.

    `reason` is the export's word, or one of COMPLETED, DIED and UNSTATED; "" for a row that is no
    reason.
    """

    id: str
    part_of: str
    reason: str
    patients: tuple[Patients, ...]


@dataclass(frozen=True, slots=True)
class Disposition(Result):
    """`reasons`: what each of off_treatment, off_study and died was broken down by, None where the
    export says nothing."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    treatment_reason: str | None
    study_reason: str | None
    death_cause: str | None
    overlapping: bool

    def row(self, id_: str) -> Row:
        """A row by its id."""
        return next(r for r in self.rows if r.id == id_)


def disposition(
    adsl: pd.DataFrame,
    cohort: Cohort,
    table: Layout,
    *,
    died: Collection[str] = (),
    doses_known: bool = True,
) -> Disposition:
    """Where the patients of the table are at the cut-off.

    enrolled = treated + not treated; treated = on treatment + off treatment; enrolled = in the
    study + off study. Off study: an end of study or a death by the cut-off. `died` are deaths that
    no date of ADSL tells (a flag, an exported survival time). Without a date of first dose nobody
    can be called treated, and those rows are left out.
    """
    part = cohort.subset(table.usubjid.tolist())
    if part.patients != tuple(sorted(table.usubjid.tolist())):
        raise ValueError("the table has patients who are not in the cohort")
    at = {u: i for i, u in enumerate(part.patients)}
    order = np.array([at[u] for u in table.usubjid.tolist()], dtype=np.int64)
    rows = in_order(adsl, part)
    dead = (part.death < NEVER) | part.mask(died)
    dosed = ~np.isnat(part.first_dose)
    now = on_treatment(adsl, part) & ~dead
    off = dosed & ~now
    left = (part.off_study < NEVER) | dead

    why_off, treatment_reason = _reasons(rows, TREATMENT_REASONS, "EOTSTT")
    why_left, study_reason = _reasons(rows, STUDY_REASONS, "EOSSTT")
    why_left = np.where((why_left == UNSTATED) & dead, DIED, why_left)
    cause, death_cause = _reasons(rows, DEATH_CAUSES, "")

    def row(id_: str, part_of: str, who: Bools) -> Row:
        return Row(id_, part_of, "", table.split(who[order]))

    def reasons(
        id_: str, who: Bools, why: np.ndarray[tuple[int], np.dtype[np.object_]]
    ) -> list[Row]:
        found = [(r, who & (why == r)) for r in sorted({*why[who].tolist()})]
        ranked = sorted(found, key=lambda f: (f[0] == UNSTATED, -int(f[1].sum()), f[0]))
        return [
            Row(f"{id_}:{r}", id_, r, table.split(np.asarray(m, dtype=np.bool_)[order]))
            for r, m in ranked
        ]

    everyone = np.ones(part.n, dtype=np.bool_)
    found = [row("enrolled", "", everyone)]
    if doses_known:
        found += [
            row("treated", "", dosed),
            row("not_treated", "", ~dosed),
            row("on_treatment", "", now),
            row("off_treatment", "", off),
            *(reasons("off_treatment", off, why_off) if treatment_reason else []),
        ]
    found += [
        row("in_study", "", ~left),
        row("off_study", "", left),
        *(reasons("off_study", left, why_left) if study_reason else []),
        row("died", "", dead),
        *(reasons("died", dead, cause) if death_cause else []),
    ]
    return Disposition(
        columns=table.columns,
        rows=tuple(found),
        treatment_reason=treatment_reason if doses_known else None,
        study_reason=study_reason,
        death_cause=death_cause,
        overlapping=table.overlapping,
    )


def _reasons(
    rows: Rows, columns: Sequence[str], state: str
) -> tuple[np.ndarray[tuple[int], np.dtype[np.object_]], str | None]:
    """Why, per patient in the words of the first present column, and that column's name.

    Spellings that differ in case or blanks are one reason. COMPLETED where no reason is given and
    the state says so; UNSTATED where nothing says.
    """
    name = next((c for c in columns if c in rows.columns and _any(rows, c)), None)
    why = np.full(len(rows), UNSTATED, dtype=object)
    if state:
        why[text(rows, state) == "COMPLETED"] = COMPLETED
    if name is None:
        return why, None
    shown: dict[str, str] = {}
    for i, value in enumerate(strings(rows, name).tolist()):
        words = " ".join(str(value).split()) if isinstance(value, str) else ""
        if words.upper() in _NO_REASON:
            continue
        key = words.upper()
        why[i] = COMPLETED if key == "COMPLETED" else shown.setdefault(key, words)
    return why, name


def _any(rows: Rows, column: str) -> bool:
    return any(isinstance(v, str) and v.strip() for v in strings(rows, column).tolist())
