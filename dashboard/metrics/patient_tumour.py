"""One patient's tumour assessments visit by visit, and the best response with what made it.

RECIST 1.1: response against the baseline, progression against the smallest sum so far (s.4.3), best
overall response with confirmation (s.4.4, table 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import Cohort, column_dates, days_between, text
from dashboard.metrics.columns import every, floats
from dashboard.metrics.discrepancy_visits import (
    NEW_LESION,
    NON_TARGET_PARAMCDS,
    TARGET_PARAMCDS,
)
from dashboard.metrics.not_evaluable import not_evaluable_reasons
from dashboard.metrics.recist import TERMS, Assessments, pick_evaluator, select
from dashboard.metrics.record_place import RecordPlace, places
from dashboard.metrics.response import BestResponses, ResponseRules
from dashboard.metrics.target_response import EPSILON, nadir_before
from dashboard.metrics.tumour import TargetSums, percent_change
from dashboard.metrics.types import Estimate, Result, Source, number

#: what made a PD, in the order of RECIST 1.1 table 1
GROWTH, NON_TARGET, NEW = "growth", "non-target", "new lesion"


@dataclass(frozen=True, slots=True)
class Visit(Result):
    """What is known of one day of assessment; days count from the origin.

    `total` is the sum of target diameters (mm), `percent` its change from baseline, `nadir` the
    smallest complete sum before this visit (baseline included), `percent_nadir` and `rise` (mm) the
    change from it. `reasons`: what makes a PD (growth, non-target, new lesion), as far as recorded.
    `why` is the reason of NE as exported. None where the export does not say.
    """

    day: int
    when: date
    visit: str | None
    overall: str | None
    target: str | None
    non_target: str | None
    new_lesion: bool | None
    total: Estimate
    complete: bool | None
    percent: Estimate
    nadir: Estimate
    percent_nadir: Estimate
    rise: Estimate
    reasons: tuple[str, ...]
    why: str | None
    places: tuple[RecordPlace, ...]


@dataclass(frozen=True, slots=True)
class Best(Result):
    """The best response as shown elsewhere, and the days that make it.

    `confirmed_reading`: the export or the records tell a confirmed response. `candidate_day`: a CR
    or PR that can still be confirmed. `reason`: why it is NE or missing.
    """

    best: str
    day: int | None
    confirmed_reading: bool
    source: Source | None
    unconfirmed: str
    unconfirmed_day: int | None
    response_day: int | None
    confirmation_day: int | None
    candidate_day: int | None
    first_pd_day: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Tumour(Result):
    """`baseline` is the sum at baseline (mm) and `baseline_day` its day; None where unknown.

    `sums_known`, `responses_known`: the export holds sums and overall responses of anybody, so that
    a patient without them has none.
    """

    visits: tuple[Visit, ...]
    baseline: Estimate
    baseline_day: int | None
    best: Best | None
    sums_known: bool
    responses_known: bool


@dataclass(frozen=True, slots=True)
class TumourInput:
    """Whole-cut inputs; `adrs` and `adtr` may be the patient's own rows, with their places."""

    assessments: Assessments
    responses: BestResponses
    rules: ResponseRules
    sums: TargetSums | None
    adrs: pd.DataFrame | None
    adtr: pd.DataFrame | None
    sum_paramcds: Sequence[str]


def tumour_of(given: TumourInput, cohort: Cohort, usubjid: str) -> Tumour:
    """Every assessment of one patient up to the cut-off, counted or not."""
    i = int(np.flatnonzero(cohort.usubjid == usubjid)[0])
    own = cohort.subset((usubjid,))
    assessments = _own_assessments(given.assessments, i)
    sums = None if given.sums is None else _own_sums(given.sums, i)
    days: dict[int, dict[str, object]] = {}
    _add_responses(days, assessments)
    _add_sums(days, sums)
    noted = _Records(own)
    if given.adrs is not None:
        noted.read_responses(given.adrs, given.assessments.paramcd)
    base_day = None
    if given.adtr is not None and sums is not None:
        base_day = noted.read_sums(given.adtr, sums.paramcd)
    visits = tuple(
        _visit(day, found, noted, own, sums_known=given.sums is not None)
        for day, found in sorted(_with_noted(days, noted).items())
    )
    baseline = None if sums is None else number(sums.base[0])
    shown = own_responses(given.responses, i)
    known = (shown.source_confirmed or shown.source_unconfirmed) is not None
    return Tumour(
        visits=visits,
        baseline=baseline,
        baseline_day=base_day if baseline is not None else None,
        best=_best(own, assessments, shown, given.rules) if known else None,
        sums_known=given.sums is not None,
        responses_known=given.assessments.paramcd is not None,
    )


def own_responses(responses: BestResponses, i: int) -> BestResponses:
    """The entry of one patient as responses of a cohort of one."""
    return replace(
        responses,
        usubjid=(responses.usubjid[i],),
        unconfirmed=(responses.unconfirmed[i],),
        unconfirmed_day=(responses.unconfirmed_day[i],),
        confirmed=(responses.confirmed[i],),
        confirmed_day=(responses.confirmed_day[i],),
        first_response_day=(responses.first_response_day[i],),
        response_day=(responses.response_day[i],),
        confirmation_day=(responses.confirmation_day[i],),
        candidate_day=(responses.candidate_day[i],),
        first_pd_day=(responses.first_pd_day[i],),
    )


def _own_assessments(records: Assessments, i: int) -> Assessments:
    mine = select(records, records.patient == i)
    return Assessments(
        np.zeros_like(mine.patient), mine.day, mine.response, 1, records.paramcd, records.ignored
    )


def _own_sums(sums: TargetSums, i: int) -> TargetSums:
    mine = sums.patient == i
    arrays = {f.name: getattr(sums, f.name) for f in fields(sums)}
    for name in ("patient", "day", "total", "complete"):
        arrays[name] = arrays[name][mine]
    arrays["patient"] = np.zeros_like(arrays["patient"])
    arrays["base"] = sums.base[i : i + 1]
    return TargetSums(**arrays)


def _add_responses(days: dict[int, dict[str, object]], records: Assessments) -> None:
    for day, code in zip(records.day.tolist(), records.response.tolist(), strict=True):
        days.setdefault(day, {})["overall"] = TERMS[code]


def _add_sums(days: dict[int, dict[str, object]], sums: TargetSums | None) -> None:
    if sums is None:
        return
    nadir, change = nadir_before(sums), percent_change(sums)
    for k, day in enumerate(sums.day.tolist()):
        total, low = float(sums.total[k]), number(nadir[k])
        found = days.setdefault(day, {})
        if "total" in found and not sums.complete[k]:
            continue  # of two sums of one day the complete one is the visit's
        found["total"], found["complete"] = total, bool(sums.complete[k])
        found["percent"], found["nadir"] = number(change[k]), low
        found["rise"] = None if low is None else total - low
        found["percent_nadir"] = 100 * (total - low) / low if low else None


class _Records:
    """What the records of one patient say by day: visit name, lesions, reasons, places."""

    def __init__(self, cohort: Cohort) -> None:
        self._cohort = cohort
        self.visit: dict[int, str] = {}
        self.target: dict[int, str] = {}
        self.non_target: dict[int, str] = {}
        self.new: dict[int, bool] = {}
        self.why: dict[int, str] = {}
        self.places: dict[int, list[RecordPlace]] = {}
        self.new_known = False

    def read_responses(self, adrs: pd.DataFrame, overall: str | None) -> None:
        """Target, non-target and new lesions, and the reason of NE beside an overall response."""
        codes = text(adrs, "PARAMCD")
        groups: tuple[tuple[tuple[str, ...], Mapping[int, str] | None], ...] = (
            (TARGET_PARAMCDS, self.target),
            (NON_TARGET_PARAMCDS, self.non_target),
        )
        for paramcds, into in groups:
            for day, row, frame in self._dated(adrs[np.isin(codes.astype(str), paramcds)]):
                assert isinstance(into, dict)
                into[day] = str(text(frame, "AVALC")[row])
        for day, row, frame in self._dated(adrs[codes == NEW_LESION]):
            self.new_known = True
            self.new[day] = self.new.get(day, False) or text(frame, "AVALC")[row] == "Y"
        if overall is not None:
            for day, row, frame in self._dated(adrs[codes == overall.upper()]):
                self._beside(day, row, frame)

    def _beside(self, day: int, row: int, frame: pd.DataFrame) -> None:
        """Columns beside an overall response."""
        reason, new = _cell(frame, "NEREASON", row), text(frame, NEW_LESION)[row]
        if reason is not None:
            self.why[day] = reason
        if new:
            self.new_known = True
            self.new[day] = self.new.get(day, False) or new == "Y"

    def read_sums(self, adtr: pd.DataFrame, paramcd: str | None) -> int | None:
        """Places of the sums; the day of the baseline sum."""
        if paramcd is None:
            return None
        rows = adtr[text(adtr, "PARAMCD") == paramcd.upper()]
        base = None
        for day, row, frame in self._dated(pick_evaluator_rows(rows)):
            if text(frame, "ABLFL")[row] == "Y" and not np.isnan(floats(frame, "AVAL")[row]):
                base = day
        return base

    def _dated(self, rows: pd.DataFrame) -> list[tuple[int, int, pd.DataFrame]]:
        """(day, position, the rows) of every record dated by the cut-off; notes visit and place."""
        if not len(rows):
            return []
        dates = column_dates(rows, ("ADT",))
        day = days_between(dates, np.broadcast_to(self._cohort.origin, dates.shape))
        spots = places(rows)
        found = []
        for k, d in enumerate(day.tolist()):
            if d > int(self._cohort.follow_up[0]) or not self._cohort.timed[0]:
                continue
            name = _cell(rows, "AVISIT", k)
            if name is not None:
                self.visit.setdefault(d, name)
            self.places.setdefault(d, []).append(spots[k])
            found.append((d, k, rows))
        return found


def pick_evaluator_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The investigator's measurements where there are any; otherwise all."""
    kept = pick_evaluator(every(rows), "TREVAL", "INVESTIGATOR")
    return rows.iloc[kept.at]


def _cell(frame: pd.DataFrame, column: str, row: int) -> str | None:
    if column not in frame.columns:
        return None
    value = frame[column].iloc[row]
    return None if pd.isna(value) else str(value)


def _with_noted(
    days: dict[int, dict[str, object]], noted: _Records
) -> dict[int, dict[str, object]]:
    """Days with a response or a sum, and those on which only lesions were read."""
    for day in {*noted.target, *noted.non_target, *(d for d, new in noted.new.items() if new)}:
        days.setdefault(day, {})
    return days


def _visit(
    day: int,
    found: Mapping[str, object],
    noted: _Records,
    own: Cohort,
    *,
    sums_known: bool,
) -> Visit:
    def value(name: str) -> Estimate:
        held = found.get(name)
        return held if isinstance(held, float) else None

    overall, complete = found.get("overall"), found.get("complete")
    visit = Visit(
        day=day,
        when=(own.origin[0] + np.timedelta64(day, "D")).item(),
        visit=noted.visit.get(day),
        overall=overall if isinstance(overall, str) else None,
        target=noted.target.get(day),
        non_target=noted.non_target.get(day),
        new_lesion=noted.new.get(day, False) if noted.new_known else None,
        total=value("total"),
        complete=complete if isinstance(complete, bool) and sums_known else None,
        percent=value("percent"),
        nadir=value("nadir"),
        percent_nadir=value("percent_nadir"),
        rise=value("rise"),
        reasons=(),
        why=noted.why.get(day),
        places=tuple(dict.fromkeys(noted.places.get(day, ()))),
    )
    return replace(visit, reasons=pd_reasons(visit))


def pd_reasons(visit: Visit) -> tuple[str, ...]:
    """What makes a visit a PD, as far as it is recorded; () for any other response."""
    if visit.overall != "PD":
        return ()
    grown = visit.target == "PD"
    if visit.target is None and visit.rise is not None and visit.nadir is not None:
        grown = visit.rise >= 5 - EPSILON and visit.rise >= 0.2 * visit.nadir - EPSILON
    found = ((GROWTH, grown), (NON_TARGET, visit.non_target == "PD"), (NEW, visit.new_lesion))
    return tuple(name for name, hit in found if hit)


def _best(
    own: Cohort, assessments: Assessments, shown: BestResponses, rules: ResponseRules
) -> Best:
    confirmed = shown.source_confirmed is not None
    best = shown.confirmed[0] if confirmed else shown.unconfirmed[0]
    reason = None
    if best in {"NE", "MISSING"}:
        found = not_evaluable_reasons(own, assessments, shown, rules, confirmed=confirmed)
        reason = found[0].reason if found else None
    return Best(
        best=best,
        day=shown.confirmed_day[0] if confirmed else shown.unconfirmed_day[0],
        confirmed_reading=confirmed,
        source=shown.source_confirmed if confirmed else shown.source_unconfirmed,
        unconfirmed=shown.unconfirmed[0],
        unconfirmed_day=shown.unconfirmed_day[0],
        response_day=shown.response_day[0],
        confirmation_day=shown.confirmation_day[0],
        candidate_day=shown.candidate_day[0],
        first_pd_day=shown.first_pd_day[0],
        reason=reason,
    )
