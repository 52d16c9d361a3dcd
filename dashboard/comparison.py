"""Every value of a cut that the export derives and its records give otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from dashboard.analysis import Analysis
from dashboard.metrics.cohort import ENROLMENT_COLUMNS, Days, aligned, column_dates, days_between
from dashboard.metrics.discrepancies import Discrepancy, response_discrepancies, uncounted_records
from dashboard.metrics.discrepancy_events import emergence_discrepancies
from dashboard.metrics.discrepancy_times import (
    Agreement,
    Endpoint,
    Times,
    agreement,
    time_discrepancies,
)
from dashboard.metrics.discrepancy_tumour import (
    best_discrepancies,
    size_discrepancies,
    stated_sums,
)
from dashboard.metrics.discrepancy_visits import (
    NO_REASON,
    Measured,
    against_change,
    lesions_of,
    overall_discrepancies,
    target_discrepancies,
)
from dashboard.metrics.duration import duration_of_response
from dashboard.metrics.recist import OVERALL_PARAMCDS
from dashboard.metrics.response import day_array
from dashboard.metrics.target_response import lesions_gone
from dashboard.metrics.time_to_event import PfsRules, TimeToEvent, exported_time_to_event
from dashboard.metrics.tumour import target_sums

FDA, EMA = "the FDA-like rule", "the EMA-like rule"
EXPORTED_PFS = "the exported PFS"
OWN = "the records"
#: How many days the rounding of an exported time may cost, by its unit.
SLACK = {"DAYS": 0.5, "WEEKS": 0.5, "MONTHS": 2.0, "YEARS": 5.0}
SLACK |= {unit[:-1]: days for unit, days in SLACK.items()}
DOR_PARAMCDS = ("DOR", "RSD", "CRSD")


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """All comparisons of a cut.

    `compared`: the patient of every value compared, by endpoint; a patient has one value of each,
    but one per adverse event of TRTEMFL. `followed`: how far the exported PFS agrees with each rule
    set. `contradictions`: responses that the measurements speak against, which no exported
    derivation need have wrong.
    """

    found: tuple[Discrepancy, ...]
    contradictions: tuple[Discrepancy, ...]
    compared: Mapping[str, tuple[str, ...]]
    followed: Agreement | None

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many values were compared, by endpoint."""
        return {endpoint: len(patients) for endpoint, patients in self.compared.items()}


_KEPT: WeakKeyDictionary[Analysis, Compared] = WeakKeyDictionary()


def compared(analysis: Analysis) -> Compared:
    """`compare` as findings use it, made once per analysis."""
    kept = _KEPT.get(analysis)
    if kept is None:
        kept = _KEPT[analysis] = compare(analysis)
    return kept


def discrepancies(analysis: Analysis) -> tuple[Discrepancy, ...]:
    """Every value against Interim's own reading (PFS: the FDA-like rule), with the reason."""
    return compare(analysis, lead=FDA).found


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What does not depend on the rule set that PFS is held to; `before` stands before PFS."""

    before: tuple[Discrepancy, ...]
    after: tuple[Discrepancy, ...]
    contradictions: tuple[Discrepancy, ...]
    compared: Mapping[str, tuple[str, ...]]
    progression: Endpoint | None
    followed: Agreement | None


_SHARED: WeakKeyDictionary[Analysis, _Held] = WeakKeyDictionary()


def compare(analysis: Analysis, *, lead: str | None = None) -> Compared:
    """The same for findings: exported PFS is held to `lead`, or to the rule set it follows."""
    held = _SHARED.get(analysis)
    if held is None:
        held = _SHARED[analysis] = _held(analysis)
    found = [*held.before]
    if held.progression is not None and held.followed is not None:
        progression = held.progression.led_by(lead or held.followed.agree[0][0])
        found += time_discrepancies(progression, _compared(analysis, progression))
    return Compared((*found, *held.after), held.contradictions, held.compared, held.followed)


def _held(analysis: Analysis) -> _Held:
    tumour, contradictions = _tumour(analysis)
    progression = pfs(analysis)
    followed = None
    if progression is not None:
        followed = agreement(progression, _compared(analysis, progression))
    times = {e.name: e for e in (progression, overall(analysis), duration(analysis)) if e}
    compared = _best_compared(analysis)
    after: list[Discrepancy] = []
    for name, endpoint in times.items():
        who = _compared(analysis, endpoint)
        compared[name] = tuple(analysis.cohort.usubjid[who & endpoint.compared].tolist())
        if endpoint is not progression:
            after += time_discrepancies(endpoint, who)
    events = analysis.events
    if events is not None:
        if events.exported is not None:
            compared["TRTEMFL"] = events.ids(events.patient)
        after += emergence_discrepancies(events, analysis.rules.teae_end_days)
    before = (*best_responses(analysis), *tumour)
    return _Held(before, tuple(after), contradictions, compared, progression, followed)


def _best_compared(analysis: Analysis) -> dict[str, tuple[str, ...]]:
    """Enrolled patients for each best response that the export states and its records can give."""
    shown, derived = analysis.responses, analysis.derived_responses
    sources = {"CBOR": shown.source_confirmed, "BOR": shown.source_unconfirmed}
    if derived.source_confirmed is None:
        return {}
    enrolled = analysis.sets["enrolled"].patients
    return {endpoint: enrolled for endpoint, source in sources.items() if source == "exported"}


def _tumour(analysis: Analysis) -> tuple[list[Discrepancy], tuple[Discrepancy, ...]]:
    """Sums, target and overall responses; and what speaks against the responses."""
    cohort, adtr, adrs = analysis.cohort, analysis.frame("ADTR"), analysis.frame("ADRS")
    found: list[Discrepancy] = []
    measured = None
    sums = None if adtr is None else target_sums(adtr, cohort, paramcds=analysis.sum_paramcds)
    if adtr is not None and sums is not None and sums.paramcd is not None:
        gone = lesions_gone(adtr, cohort, sums)
        measured = Measured.of(cohort, sums, gone, analysis.response_rules)
        first_pd = day_array(analysis.derived_responses.first_pd_day)
        found += size_discrepancies(cohort, stated_sums(adtr, cohort, sums))
        found += best_discrepancies(adtr, cohort, sums, first_pd)
    if adrs is None:
        return found, ()
    lesions = lesions_of(adrs, cohort, sums if measured else None)
    visits = overall_discrepancies(cohort, analysis.assessments, lesions)
    found += visits
    contradictions = [d for d in visits if d.kind == NO_REASON]
    if measured is not None:
        found += target_discrepancies(measured, lesions.target)
        contradictions += against_change(
            measured, analysis.assessments, lesions.target, _exported_best(analysis)
        )
    return found, tuple(contradictions)


def _exported_best(analysis: Analysis) -> dict[int, str]:
    """The exported best response by row of the cohort: the unconfirmed one where there is any."""
    shown = analysis.responses
    if shown.source_unconfirmed == "exported":
        return dict(enumerate(shown.unconfirmed))
    return dict(enumerate(shown.confirmed)) if shown.source_confirmed == "exported" else {}


def best_responses(analysis: Analysis) -> tuple[Discrepancy, ...]:
    """CBOR and BOR of the enrolled patients."""
    enrolled = frozenset(analysis.sets["enrolled"].patients)
    adrs = analysis.frame("ADRS")
    if adrs is None:
        return ()
    paramcds = analysis.paramcds("OVR") or OVERALL_PARAMCDS
    found = response_discrepancies(
        analysis.cohort,
        analysis.assessments,
        analysis.responses,
        analysis.derived_responses,
        analysis.response_rules,
        uncounted=uncounted_records(adrs, analysis.cohort, paramcds),
    )
    return tuple(d for d in found if d.usubjid in enrolled)


# --- times ---------------------------------------------------------------------------------------


def pfs(analysis: Analysis) -> Endpoint | None:
    """PFS as exported beside both rule sets; None when one side is not there."""
    exported = analysis.exported_time("PFS")
    fda, ema = analysis.derived_pfs("fda"), analysis.derived_pfs("ema")
    if exported is None or fda is None or ema is None:
        return None
    readings = {FDA: fda, EMA: ema}
    return _endpoint(analysis, "PFS", exported, readings, starts=_origins(analysis))


def overall(analysis: Analysis) -> Endpoint | None:
    """OS as exported beside the date of death or last contact."""
    exported, own = analysis.exported_time("OS"), analysis.derived_os()
    if exported is None or own is None:
        return None
    return _endpoint(analysis, "OS", exported, {OWN: own}, starts=_origins(analysis))


def duration(analysis: Analysis) -> Endpoint | None:
    """Duration of response of the responders whom the records confirm."""
    exported, fda = exported_duration(analysis), analysis.derived_pfs("fda")
    ema, shown = analysis.derived_pfs("ema"), analysis.exported_time("PFS")
    if exported is None or fda is None or ema is None:
        return None
    cohort, responses = analysis.cohort, analysis.derived_responses
    ends = {FDA: fda, EMA: ema} | ({EXPORTED_PFS: shown} if shown is not None else {})
    readings = {k: duration_of_response(cohort, responses, v) for k, v in ends.items()}
    starts = {
        "the first response, confirmed or not": day_array(responses.first_response_day),
        "the confirming scan": day_array(responses.confirmation_day),
        "the origin of PFS": np.zeros(cohort.n, dtype=np.int64),
    }
    own = day_array(responses.response_day)
    return _endpoint(analysis, "DOR", exported, readings, starts=starts, start=own)


def exported_duration(analysis: Analysis) -> TimeToEvent | None:
    """Duration of response as the export derived it; None when it did not."""
    adtte = analysis.frame("ADTTE")
    if adtte is None or not {"PARAMCD", "AVAL", "CNSR"} <= set(adtte.columns):
        return None
    return exported_time_to_event(
        adtte,
        "DOR",
        analysis.paramcds("DOR") or DOR_PARAMCDS,
        event_codes=analysis.cut.study.terms.event_codes,
    )


def _endpoint(
    analysis: Analysis,
    name: str,
    exported: TimeToEvent,
    readings: Mapping[str, TimeToEvent],
    *,
    starts: Mapping[str, Days],
    start: Days | None = None,
) -> Endpoint:
    cohort, rules = analysis.cohort, analysis.rules
    first = next(iter(readings.values()))
    return Endpoint(
        name=name,
        cohort=cohort,
        exported=Times.of(cohort, exported),
        readings={k: Times.of(cohort, v) for k, v in readings.items()},
        assessments=analysis.assessments,
        starts=starts,
        ends=_ends(analysis),
        start=start,
        slack=_slack(analysis),
        max_gap=PfsRules("FDA", rules.assessment_interval, rules.visit_window).max_gap,
        excluded={e.usubjid: e.reason for e in (*first.excluded, *exported.excluded)},
    )


def _slack(analysis: Analysis) -> float:
    adtte = analysis.frame("ADTTE")
    if adtte is None or "AVALU" not in adtte.columns:
        return SLACK["DAYS"]
    units = {str(u).strip().upper() for u in adtte["AVALU"].dropna().unique()}
    return max((SLACK[u] for u in units if u in SLACK), default=SLACK["DAYS"])


def _origins(analysis: Analysis) -> dict[str, Days]:
    """Other dates an export may count from, as days from the origin."""
    columns = ("TRTSDT", "TRT01SDT", *ENROLMENT_COLUMNS)
    rows = aligned(analysis.adsl, analysis.cohort)
    return {
        c: days_between(column_dates(rows, (c,)), analysis.cohort.origin)
        for c in columns
        if c in rows.columns
    }


def _ends(analysis: Analysis) -> dict[str, Days]:
    """Dates at which an export may censor, as days from the origin."""
    cohort = analysis.cohort
    return {
        "the origin": np.zeros(cohort.n, dtype=np.int64),
        "the start of new anticancer therapy": cohort.new_therapy,
        "the date last known alive": cohort.alive,
        "the end of the study": cohort.off_study,
        "the cut-off date": cohort.follow_up,
        "the date of death": cohort.death,
    }


def _compared(analysis: Analysis, endpoint: Endpoint) -> np.typing.NDArray[np.bool_]:
    """Enrolled patients; for duration of response those with both values."""
    who = analysis.cohort.mask(analysis.sets["enrolled"].patients)
    if endpoint.name == "DOR":
        who &= ~np.isnan(endpoint.exported.days) & ~np.isnan(endpoint.own.days)
    return who
