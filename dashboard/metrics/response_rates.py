"""ORR, DCR, CBR and the best-response table, from derived or exported best responses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import NEVER, Cohort, Days, column_dates, days_between, text
from dashboard.metrics.proportions import patient_proportion
from dashboard.metrics.recist import MISSING, NE, PD, Assessments, pick_parameter
from dashboard.metrics.response import (
    BEST_ORDER,
    CONTROL,
    RESPONSE,
    BestResponses,
    ResponseRules,
    day_array,
    day_tuple,
    usable_records,
)
from dashboard.metrics.types import AnalysisSet, Exclusion, PatientProportion, Result, Source

BOR_PARAMCDS = ("BOR",)
CBOR_PARAMCDS = ("CBOR", "BESRSPI")
RESPONSE_PARAMCDS = ("CRSP",)


@dataclass(frozen=True, slots=True)
class BestResponseRow(Result):
    """How many patients of the set have this best response, confirmed and unconfirmed reading.

    None: the export holds nothing for that reading.
    """

    term: str
    confirmed: PatientProportion | None
    unconfirmed: PatientProportion | None


@dataclass(frozen=True, slots=True)
class BestResponseTable(Result):
    rows: tuple[BestResponseRow, ...]
    analysis_set: str
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class _Exported:
    terms: tuple[str, ...]
    days: Days
    queries: tuple[Exclusion, ...]


def _exported(
    adrs: pd.DataFrame, cohort: Cohort, paramcds: Sequence[str], allowed: Collection[str]
) -> _Exported | None:
    """The export's own value per patient (MISSING without a usable row); None if it has none."""
    rows, paramcd = pick_parameter(adrs, paramcds)
    if paramcd is None:
        return None
    index = cohort.rows_of(rows)
    rows, index = rows.take(index >= 0), index[index >= 0]
    terms = text(rows, "AVALC")
    days = days_between(column_dates(rows, ("ADT",)), cohort.origin[index])
    late = (days > cohort.follow_up[index]) & (days < NEVER)
    twice = pd.Series(index).duplicated(keep=False).to_numpy()
    unknown = ~np.isin(terms.astype(str), list(allowed)) & (terms != "")
    keep = (terms != "") & ~late & ~twice & ~unknown
    value = np.full(cohort.n, MISSING, dtype=object)
    value[index[keep]] = terms[keep]
    day = np.full(cohort.n, NEVER, dtype=np.int64)
    day[index[keep]] = days[keep]
    queries = tuple(
        Exclusion(u, f"{paramcd}: {reason}")
        for reason, bad in (
            ("dated after the cut-off date, not used", late),
            ("more than one record, not used", twice),
            ("term outside RECIST 1.1, not used", unknown),
        )
        for u in dict.fromkeys(cohort.usubjid[index[bad]].tolist())
    )
    return _Exported(tuple(value.tolist()), day, queries)


def prefer_exported(
    derived: BestResponses,
    adrs: pd.DataFrame,
    cohort: Cohort,
    *,
    bor_paramcds: Sequence[str] = BOR_PARAMCDS,
    cbor_paramcds: Sequence[str] = CBOR_PARAMCDS,
    response_paramcds: Sequence[str] = RESPONSE_PARAMCDS,
) -> BestResponses:
    """Best responses as shown: the export's BOR and CBOR where it has them, else the derivation.

    A patient without a row of an exported parameter is MISSING in it. Exported response day: the
    confirmed response's own record (CRSP = Y), else the derived day of the same response, else
    the date of CBOR.
    """
    shown = derived
    bor = _exported(adrs, cohort, bor_paramcds, BEST_ORDER)
    if bor:
        shown = replace(
            shown,
            unconfirmed=bor.terms,
            unconfirmed_day=day_tuple(bor.days),
            source_unconfirmed="exported",
            data_queries=(*shown.data_queries, *bor.queries),
        )
    cbor = _exported(adrs, cohort, cbor_paramcds, BEST_ORDER)
    if not cbor:
        return shown
    responded = np.array([t in RESPONSE for t in cbor.terms], dtype=np.bool_)
    dated = _exported(adrs, cohort, response_paramcds, ("Y", "N"))
    first = np.full(cohort.n, NEVER, dtype=np.int64)
    if dated:
        said_yes = np.array([t == "Y" for t in dated.terms], dtype=np.bool_)
        first = np.where(said_yes, dated.days, NEVER)
    for other in (day_array(derived.response_day), cbor.days):
        first = np.where(first < NEVER, first, other)
    first = np.where(responded, first, NEVER)
    undated = tuple(
        Exclusion(u, "confirmed response without a date: counted in no window")
        for u in cohort.usubjid[responded & (first >= NEVER)]
    )
    candidate = np.where(responded, NEVER, day_array(derived.candidate_day))
    return replace(
        shown,
        confirmed=cbor.terms,
        confirmed_day=day_tuple(cbor.days),
        response_day=day_tuple(first),
        candidate_day=day_tuple(candidate),
        source_confirmed="exported",
        data_queries=(*shown.data_queries, *cbor.queries, *undated),
    )


def _reading(responses: BestResponses, *, confirmed: bool) -> tuple[tuple[str, ...], Source | None]:
    if confirmed:
        return responses.confirmed, responses.source_confirmed
    return responses.unconfirmed, responses.source_unconfirmed


def _share(
    name: tuple[str, str],
    responses: BestResponses,
    members: AnalysisSet,
    terms: Collection[str],
    *,
    confirmed: bool,
    level: float,
) -> PatientProportion | None:
    values, source = _reading(responses, confirmed=confirmed)
    if source is None:
        return None
    who = [u for u, v in zip(responses.usubjid, values, strict=True) if v in terms]
    return patient_proportion(*name, who, members, level=level, source=source)


def objective_response(
    responses: BestResponses, members: AnalysisSet, *, confirmed: bool = True, level: float = 0.95
) -> PatientProportion | None:
    """ORR: CR or PR of all patients of the set (NE and MISSING are non-responders).

    None when the export holds no response of this reading.
    """
    name = ("ORR", f"Objective response rate, {'confirmed' if confirmed else 'unconfirmed'}")
    return _share(name, responses, members, RESPONSE, confirmed=confirmed, level=level)


def disease_control(
    responses: BestResponses, members: AnalysisSet, *, confirmed: bool = True, level: float = 0.95
) -> PatientProportion | None:
    """DCR: CR, PR, SD or NON-CR/NON-PD of all patients of the set."""
    name = ("DCR", f"Disease control rate, {'confirmed' if confirmed else 'unconfirmed'}")
    return _share(name, responses, members, CONTROL, confirmed=confirmed, level=level)


def clinical_benefit(
    cohort: Cohort,
    assessments: Assessments,
    responses: BestResponses,
    members: AnalysisSet,
    rules: ResponseRules | None = None,
    *,
    level: float = 0.95,
) -> PatientProportion | None:
    """CBR: confirmed CR/PR, or disease control documented at cb_days (less the visit window).

    An adequate assessment on or after that day, without PD before it and before new therapy.
    """
    rules = rules or ResponseRules()
    if responses.source_confirmed is None or assessments.paramcd is None:
        return None
    records, _, _ = usable_records(assessments, cohort.new_therapy)
    lasting = (records.day >= rules.cb_days - rules.visit_window) & ~np.isin(
        records.response, (NE, PD)
    )
    stable = set(cohort.usubjid[np.unique(records.patient[lasting])].tolist())
    responded = {
        u for u, v in zip(responses.usubjid, responses.confirmed, strict=True) if v in RESPONSE
    }
    return patient_proportion(
        "CBR",
        f"Clinical benefit rate at {rules.cb_days} days",
        stable | responded,
        members,
        level=level,
        source=responses.source_confirmed,
    )


def best_response_table(
    responses: BestResponses, members: AnalysisSet, *, level: float = 0.95
) -> BestResponseTable:
    """Counts of every best response, best first; each row of all patients of the set."""
    rows = tuple(
        BestResponseRow(
            term,
            *(
                _share((term, term), responses, members, {term}, confirmed=c, level=level)
                for c in (True, False)
            ),
        )
        for term in BEST_ORDER
    )
    return BestResponseTable(rows, members.id, members.n)
