"""Target response from sums of diameters, and the overall table (RECIST 1.1 s.4.3, tables 1-2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from dashboard.metrics.cohort import Bools, Cohort, column_dates, days_between, text
from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.recist import CODES, CR, NE, PD, PR, SD, TERMS, first_row, make_assessments
from dashboard.metrics.response import ResponseRules, confirmation
from dashboard.metrics.tumour import TargetSums, percent_change
from dashboard.metrics.types import Estimate, Result, numbers

#: mm; 23.1/33 and its like fall on the wrong side of a threshold in binary floating point.
EPSILON = 1e-9
NONE = "NONE"
#: No disease at baseline: not a RECIST response, the patient is outside the evaluable set.
NED = "NED"
NODE_NORMAL = 10.0  # mm, short axis


@dataclass(frozen=True, slots=True)
class TargetResponses(Result):
    """One entry per post-baseline visit, by patient and day.

    `calculated` is the strict arithmetic (PR against baseline, PD against nadir); `carried` keeps
    a confirmed PR until PD (EORTC FAQ). Sums in mm; nadir is the smallest complete earlier sum.
    """

    usubjid: tuple[str, ...]
    day: tuple[int, ...]
    total: tuple[float, ...]
    nadir: tuple[Estimate, ...]
    percent_baseline: tuple[Estimate, ...]
    percent_nadir: tuple[Estimate, ...]
    complete: tuple[bool, ...]
    calculated: tuple[str, ...]
    carried: tuple[str, ...]


def nadir_before(sums: TargetSums) -> Floats:
    """Smallest complete sum before each visit, baseline included; NaN without a baseline."""
    if not sums.day.size:
        return np.empty(0)
    known = pd.Series(np.where(sums.complete, sums.total, np.inf))
    lowest = known.groupby(sums.patient).cummin().to_numpy()
    first = np.ones(sums.day.size, dtype=np.bool_)
    first[1:] = sums.patient[1:] != sums.patient[:-1]
    earlier = np.where(first, np.inf, np.concatenate([[np.inf], lowest[:-1]]))
    return np.asarray(np.minimum(sums.base[sums.patient], earlier), dtype=np.float64)


def target_codes(sums: TargetSums, gone: Bools | None = None) -> NDArray[np.int64]:
    """RECIST code of each visit. `gone`: non-nodal lesions all 0 and nodes < 10 mm (default sum 0).

    An incomplete visit is NE unless the lesions measured are PD on their own.
    """
    base, nadir = sums.base[sums.patient], nadir_before(sums)
    gone = np.isclose(sums.total, 0) if gone is None else gone
    grown = (sums.total >= 1.2 * nadir - EPSILON) & (sums.total - nadir >= 5 - EPSILON)
    back = (nadir <= EPSILON) & (sums.total > EPSILON)
    codes = np.full(sums.day.shape, SD, dtype=np.int64)
    codes[sums.total <= 0.7 * base + EPSILON] = PR
    codes[gone] = CR
    codes[~sums.complete] = NE
    codes[(grown | back) & ~(gone & sums.complete)] = PD
    codes[np.isnan(base)] = NE
    return codes


def carried_codes(
    sums: TargetSums, codes: NDArray[np.int64], rules: ResponseRules
) -> NDArray[np.int64]:
    """Codes where SD after a confirmed PR, and before PD, stays PR."""
    records = make_assessments(sums.patient, sums.day, codes, sums.base.size)
    pair = confirmation(records, PR, (CR, PR), rules)
    row = first_row(pair.confirmed, records)
    proved = np.append(pair.by, -1)[row]
    day = np.append(records.day, 0)
    confirmed = np.where(row >= 0, day[proved], np.iinfo(np.int64).max)
    pd_row = first_row(records.response == PD, records)
    ended = np.where(pd_row >= 0, day[pd_row], np.iinfo(np.int64).max)
    p = sums.patient
    stays = (codes == SD) & (sums.day > confirmed[p]) & (sums.day < ended[p])
    return np.where(stays, PR, codes)


def target_responses(
    cohort: Cohort,
    sums: TargetSums,
    *,
    gone: Bools | None = None,
    rules: ResponseRules | None = None,
) -> TargetResponses:
    """Target response of every post-baseline visit of the cohort."""
    codes = target_codes(sums, gone)
    carried = carried_codes(sums, codes, rules or ResponseRules())
    nadir = nadir_before(sums)
    change = np.full(nadir.shape, np.nan)
    np.divide(100 * (sums.total - nadir), nadir, out=change, where=nadir > 0)
    return TargetResponses(
        usubjid=tuple(cohort.usubjid[sums.patient].tolist()),
        day=tuple(sums.day.tolist()),
        total=tuple(sums.total.tolist()),
        nadir=numbers(nadir),
        percent_baseline=numbers(percent_change(sums)),
        percent_nadir=numbers(change),
        complete=tuple(sums.complete.tolist()),
        calculated=tuple(TERMS[c] for c in codes.tolist()),
        carried=tuple(TERMS[c] for c in carried.tolist()),
    )


def lesions_gone(adtr: pd.DataFrame, cohort: Cohort, sums: TargetSums) -> Bools | None:
    """Per visit: every non-nodal lesion 0 and every node below 10 mm, from lesion records.

    None when the export has no lesion records (TRLNKID with TULOCGR1 NODAL / NON-NODAL). Of the
    diameters of one lesion on one day the smallest counts: a node is judged by its short axis.
    """
    kind = text(adtr, "TULOCGR1")
    rows = adtr[np.isin(kind.astype(str), ("NODAL", "NON-NODAL"))]
    index = cohort.index(rows["USUBJID"]) if len(rows) else np.empty(0, np.int64)
    rows, index = rows[index >= 0], index[index >= 0]
    if not len(rows):
        return None
    lesions = pd.DataFrame(
        {
            "patient": index,
            "day": days_between(column_dates(rows, ("ADT",)), cohort.origin[index]),
            "lesion": text(rows, "TRLNKID"),
            "node": text(rows, "TULOCGR1") == "NODAL",
            "size": rows["AVAL"].to_numpy(np.float64),
        }
    ).dropna()
    size = lesions.groupby(["patient", "day", "lesion", "node"], as_index=False)["size"].min()
    size["gone"] = np.where(size["node"], size["size"] < NODE_NORMAL, size["size"] <= EPSILON)
    visits = size.groupby(["patient", "day"])["gone"].all()
    wanted = pd.MultiIndex.from_arrays([sums.patient, sums.day])
    return np.asarray(visits.reindex(wanted).fillna(value=0).to_numpy() == 1, dtype=np.bool_)


def overall_response(
    target: ArrayLike, non_target: ArrayLike, new_lesion: ArrayLike
) -> NDArray[np.object_]:
    """Overall responses from target, non-target ("NONE" = no such lesion) and new lesions.

    Arrays of one shape: terms, terms, booleans. Raises ValueError on terms outside the tables.
    """
    t, nt = np.asarray(target, dtype=object), np.asarray(non_target, dtype=object)
    new = np.asarray(new_lesion, dtype=np.bool_)
    unknown = ({*t.tolist()} - {*CODES, NONE}) | ({*nt.tolist()} - {*CODES, NONE})
    if unknown:
        raise ValueError(f"not a RECIST response: {', '.join(sorted(map(str, unknown)))}")
    overall = t.copy()  # PR, SD and NE stand whatever the non-target lesions do short of PD
    overall[(t == "CR") & ~np.isin(nt.astype(str), ("CR", NONE))] = "PR"
    alone = t == NONE
    overall[alone] = nt[alone]
    overall[alone & (nt == NONE)] = NED
    overall[(t == "PD") | (nt == "PD") | new] = "PD"
    return overall
