"""Why a best response is NE or missing: the reason beside every such patient."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.cohort import NEVER, Cohort
from dashboard.metrics.recist import MISSING, NE, Assessments
from dashboard.metrics.response import BestResponses, ResponseRules, usable_records
from dashboard.metrics.types import Exclusion

ONLY_NE = "every assessment was not evaluable"
ENDED = {
    "death": "died before the first assessment",
    "new_therapy": "new anticancer therapy before the first assessment",
    "off_study": "left the study before the first assessment",
}
WAITING = "no assessment yet, still in follow-up"
NOT_DOSED = "no assessment, never dosed"
NO_ORIGIN = "no first dose and no enrolment date"


def not_evaluable_reasons(
    cohort: Cohort,
    assessments: Assessments,
    responses: BestResponses,
    rules: ResponseRules | None = None,
    *,
    confirmed: bool = True,
) -> tuple[Exclusion, ...]:
    """One reason for every patient whose best response is NE or MISSING.

    They stay in every denominator as non-responders; the reason only explains them.
    """
    rules = rules or ResponseRules()
    records, _, _ = usable_records(assessments, cohort.new_therapy)
    seen = np.bincount(records.patient, minlength=cohort.n) > 0
    adequate = np.bincount(records.patient[records.response != NE], minlength=cohort.n) > 0
    values = responses.confirmed if confirmed else responses.unconfirmed
    early = f"last evaluable assessment before day {rules.sd_min_days}"
    found = []
    for i, (u, value) in enumerate(zip(responses.usubjid, values, strict=True)):
        if value not in {"NE", MISSING}:
            continue
        if seen[i]:
            found.append(Exclusion(u, early if adequate[i] else ONLY_NE))
        else:
            found.append(Exclusion(u, _without_records(cohort, i)))
    return tuple(found)


def _without_records(cohort: Cohort, i: int) -> str:
    if not cohort.timed[i]:
        return NO_ORIGIN
    ended = {name: int(getattr(cohort, name)[i]) for name in ENDED}
    first = min(ended, key=lambda name: ended[name])
    if ended[first] < NEVER:
        return ENDED[first]
    return NOT_DOSED if np.isnat(cohort.first_dose[i]) else WAITING
