"""Exported values that the records do not give, each with the rule that explains the difference.

The rules of best response are RECIST 1.1 s.4.4 and table 3. A rule explains a difference when the
derivation under that rule gives the exported value; nothing is explained by resemblance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import NEVER, Cohort, column_dates, days_between, flagged, text
from dashboard.metrics.columns import take
from dashboard.metrics.discrepancy_words import (
    NO_RECORD,
    SYNONYM,
    UNCONFIRMED,
    UNEXPLAINED,
    Reader,
    Reason,
    alternatives,
    without_value,
)
from dashboard.metrics.recist import (
    CR,
    PR,
    TERMS,
    Assessments,
    pick_evaluator,
)
from dashboard.metrics.response import (
    RESPONSE,
    BestResponses,
    ResponseRules,
    usable_records,
)
from dashboard.metrics.types import Result, Source

#: Two words for "nothing evaluable": they change no rate, so such a difference is not grave.
NOTHING = frozenset({"NE", "MISSING"})
#: kinds of reasons for which a record that does not count may be the missing one
LACKING = frozenset({NO_RECORD, SYNONYM, UNCONFIRMED, UNEXPLAINED})


@dataclass(frozen=True, slots=True)
class Discrepancy(Result):
    """A value of one patient that the export and the records give differently.

    `kind` groups reasons of one sort, in words. `grave`: a category, an event or a count changes.
    """

    endpoint: str
    usubjid: str
    exported: str
    derived: str
    reason: str
    kind: str
    grave: bool = True


def counted_kinds(found: Iterable[Discrepancy]) -> tuple[tuple[str, int], ...]:
    """How many discrepancies are of each kind: most first, what nothing explains last."""
    counts = Counter(d.kind for d in found)
    return tuple(sorted(counts.items(), key=lambda k: (k[0] == UNEXPLAINED, -k[1], k[0])))


def response_discrepancies(
    cohort: Cohort,
    assessments: Assessments,
    shown: BestResponses,
    derived: BestResponses,
    rules: ResponseRules | None = None,
    *,
    uncounted: Mapping[str, str] | None = None,
) -> tuple[Discrepancy, ...]:
    """CBOR and BOR as exported against the derivation from the same export's assessments.

    `uncounted`: what to add where a patient has assessments that do not count (see
    `uncounted_records`). () for a reading that the export does not state, and where it holds no
    assessments.
    """
    rules = rules or ResponseRules()
    readings: tuple[tuple[str, bool, Source | None, tuple[str, ...], tuple[str, ...]], ...] = (
        ("CBOR", True, shown.source_confirmed, shown.confirmed, derived.confirmed),
        ("BOR", False, shown.source_unconfirmed, shown.unconfirmed, derived.unconfirmed),
    )
    found: list[Discrepancy] = []
    for endpoint, confirmed, source, exported, own in readings:
        if source != "exported" or derived.source_confirmed is None:
            continue
        rows = [i for i, (a, b) in enumerate(zip(exported, own, strict=True)) if a != b]
        if not rows:
            continue
        reader = Reader.of(cohort, assessments, rules, rows, confirmed=confirmed)
        days = shown.confirmed_day if confirmed else shown.unconfirmed_day
        wanted = {i: exported[i] for i in rows}
        reasons = _reasons(reader, wanted, own, days, _unused(shown))
        reasons = {
            i: _with(r, (uncounted or {}).get(cohort.patients[i])) for i, r in reasons.items()
        }
        found += [
            Discrepancy(
                endpoint,
                cohort.patients[i],
                exported[i],
                own[i],
                *reasons[i],
                grave=not {exported[i], own[i]} <= NOTHING,
            )
            for i in rows
        ]
    return tuple(found)


def _with(reason: Reason, more: str | None) -> Reason:
    """Records that do not count may be what is missing; elsewhere they explain nothing."""
    said, kind = reason
    return (f"{said}; {more}", kind) if more and kind in LACKING else reason


def uncounted_records(
    adrs: pd.DataFrame,
    cohort: Cohort,
    paramcds: Sequence[str],
    *,
    evaluator: str = "INVESTIGATOR",
) -> dict[str, str]:
    """Overall responses without a date or dated after the cut-off, in words by patient."""
    codes = text(adrs, "PARAMCD")
    used = next((c.upper() for c in paramcds if (codes == c.upper()).any()), None)
    rows = pick_evaluator(take(adrs, codes == used), "RSEVAL", evaluator)
    index = cohort.rows_of(rows)
    said = np.isin(text(rows, "AVALC").astype(str), TERMS) & ~flagged(rows, "ABLFL")
    rows, index = rows.take(said & (index >= 0)), index[said & (index >= 0)]
    dates = column_dates(rows, ("ADT",))
    day = days_between(dates, cohort.origin[index])
    told: dict[str, list[str]] = {}
    for words, mask in (
        ("without a date", np.isnat(dates)),
        ("dated after the cut-off date", (day > cohort.follow_up[index]) & (day < NEVER)),
    ):
        who, count = np.unique(index[mask], return_counts=True)
        for i, n in zip(who.tolist(), count.tolist(), strict=True):
            some = f"{n} overall response{'' if n == 1 else 's'} {words}"
            told.setdefault(cohort.patients[i], []).append(some)
    return {
        u: f"{' and '.join(parts)} {'does' if _single(parts) else 'do'} not count"
        for u, parts in told.items()
    }


def _single(parts: Sequence[str]) -> bool:
    return len(parts) == 1 and parts[0].startswith("1 ")


def _unused(shown: BestResponses) -> dict[str, str]:
    """Why an exported best response was not used, by patient."""
    return {q.usubjid: q.reason for q in shown.data_queries if q.reason.endswith(", not used")}


def _reasons(
    reader: Reader,
    wanted: dict[int, str],
    own: tuple[str, ...],
    days: tuple[int | None, ...],
    unused: dict[str, str],
) -> dict[int, Reason]:
    """A reason for each patient, by row of the cohort."""
    reasons: dict[int, Reason] = {}
    for i, term in wanted.items():
        said = without_value(
            reader, i, term, own[i], day=days[i], unused=unused.get(reader.cohort.usubjid[i])
        )
        if said:
            reasons[i] = said
    for alternative in alternatives(reader):
        open_ = [i for i in wanted if i not in reasons]
        if not open_:
            break
        terms = alternative.terms()
        reasons |= {i: alternative.reason(i) for i in open_ if terms[i] == wanted[i]}
    unknown = {i: t for i, t in wanted.items() if i not in reasons}
    return reasons | {i: reader.unexplained(i, t, own[i]) for i, t in unknown.items()}


def without_second_scan(
    cohort: Cohort,
    assessments: Assessments,
    shown: BestResponses,
    rules: ResponseRules | None = None,
) -> tuple[str, ...]:
    """Exported confirmed responders without two responses at least confirm_days apart.

    Looks at the assessments that count: before new therapy and up to the first PD.
    """
    rules = rules or ResponseRules()
    if shown.source_confirmed != "exported" or assessments.paramcd is None:
        return ()
    records, _, _ = usable_records(assessments, cohort.new_therapy)
    responded = np.isin(records.response, (CR, PR))
    patient, day = records.patient[responded], records.day[responded]
    first = np.full(cohort.n, NEVER, dtype=np.int64)
    last = np.full(cohort.n, -1, dtype=np.int64)
    np.minimum.at(first, patient, day)
    np.maximum.at(last, patient, day)
    paired = last - first >= rules.confirm_days
    said = [t in RESPONSE for t in shown.confirmed]
    return tuple(cohort.usubjid[np.array(said, dtype=np.bool_) & ~paired].tolist())
