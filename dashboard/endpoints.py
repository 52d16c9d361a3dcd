"""Time-to-event endpoints of a cut: which there are, where each comes from, and its data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dashboard.analysis import USUAL_PARAMCDS, Analysis
from dashboard.metrics.duration import duration_of_response
from dashboard.metrics.time_to_event import TimeToEvent, exported_time_to_event
from dashboard.metrics.types import Exclusion
from data_access.checks.times import count_rows

#: read from ADTTE under their usual PARAMCDs, else derived from ADSL and ADRS
STANDARD = tuple(USUAL_PARAMCDS)
NO_RESPONSE = "no confirmed response"
_UNIT = re.compile(r"\s*\((?:days?|weeks?|months?|years?)\)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`id` is PFS, OS, DOR or a PARAMCD; `words` is the export's own name of another PARAMCD.

    `code`: the PARAMCD that holds it; None when it is derived from the records.
    """

    id: str
    words: str
    code: str | None


def endpoints(analysis: Analysis) -> tuple[Endpoint, ...]:
    """Every time to event of the cut: PFS, OS, DOR first. A parameter that counts is none."""
    return analysis.once("endpoints", lambda: _endpoints(analysis))


def _endpoints(analysis: Analysis) -> tuple[Endpoint, ...]:
    codes = exported_codes(analysis)
    found = []
    for id_ in STANDARD:
        code = next((c for c in analysis.usual_paramcds(id_) if c in codes), None)
        if code is not None or _derivable(analysis, id_):
            found.append(Endpoint(id_, "", code))
    taken = {e.code for e in found}
    return (*found, *(Endpoint(c, words, c) for c, words in codes.items() if c not in taken))


def endpoint_named(found: Iterable[Endpoint], id_: str) -> Endpoint | None:
    """The endpoint a selection names; the cut's first where it names none."""
    known = {e.id: e for e in found}
    return known.get(id_) or next(iter(known.values()), None)


def exported_codes(analysis: Analysis) -> dict[str, str]:
    """PARAMCD -> its name in words (PARAM without a unit), of the times ADTTE holds."""
    adtte = analysis.frame("ADTTE")
    if adtte is None or not {"PARAMCD", "AVAL", "CNSR"} <= set(adtte.columns):
        return {}
    kept = adtte[~count_rows(adtte) & adtte["PARAMCD"].notna()]
    named = "PARAM" if "PARAM" in kept.columns else "PARAMCD"
    first = kept.drop_duplicates("PARAMCD").sort_values("PARAMCD")
    return {
        str(code).strip().upper(): _UNIT.sub("", str(words))
        for code, words in zip(first["PARAMCD"], first[named].fillna(first["PARAMCD"]), strict=True)
    }


def data_of(analysis: Analysis, endpoint: Endpoint, rules: str) -> TimeToEvent | None:
    """Times of an endpoint, one per patient. `rules` choose among readings of PFS, and of a
    duration of response that is derived from it; other endpoints have one reading.
    """
    if endpoint.id == "PFS":
        return analysis.pfs(rules)
    if endpoint.id == "OS":
        return analysis.os
    return analysis.once(f"time {endpoint.id} {rules}", lambda: _data_of(analysis, endpoint, rules))


def _data_of(analysis: Analysis, endpoint: Endpoint, rules: str) -> TimeToEvent | None:
    if endpoint.id == "DOR" and endpoint.code is None:
        pfs = analysis.pfs(rules)
        if pfs is None:
            return None
        return duration_of_response(analysis.cohort, analysis.responses, pfs)
    return _exported(analysis, endpoint)


def from_origin(analysis: Analysis, data: TimeToEvent) -> bool:
    """Are the times counted from the study's origin? Derived ones are; exported ones when every
    patient's date says so (ADT - origin + 1 = AVAL), else their start is only the export's word.
    """
    if data.source == "derived":
        return data.endpoint != "DOR"
    return analysis.once(f"origin {data.endpoint}", lambda: _dated_from_origin(analysis, data))


def _dated_from_origin(analysis: Analysis, data: TimeToEvent) -> bool:
    cohort = analysis.cohort
    origin = dict(zip(cohort.patients, cohort.origin.tolist(), strict=True))
    known = [
        (when - start).days + 1 == days
        for patient, days, when in zip(data.usubjid, data.days, data.dates, strict=True)
        if when is not None and (start := origin.get(patient)) is not None
    ]
    return bool(known) and all(known)


def responders(analysis: Analysis) -> frozenset[str]:
    """Patients with a confirmed response; empty where nobody's confirmation is known."""
    responses = analysis.responses
    if not responses.source_confirmed:
        return frozenset()
    pairs = zip(responses.usubjid, responses.response_day, strict=True)
    return frozenset(u for u, day in pairs if day is not None)


def _exported(analysis: Analysis, endpoint: Endpoint) -> TimeToEvent | None:
    adtte = analysis.frame("ADTTE")
    if adtte is None or endpoint.code is None:
        return None
    codes = analysis.cut.study.terms.event_codes
    data = exported_time_to_event(adtte, endpoint.id, (endpoint.code,), event_codes=codes)
    known = responders(analysis)
    if data is None or endpoint.id != "DOR" or not known:
        return data
    # Duration of response is defined for responders; an export may hold it for others.
    keep = [i for i, u in enumerate(data.usubjid) if u in known]
    others = [Exclusion(u, NO_RESPONSE) for u in analysis.cohort.patients if u not in known]
    listed = {e.usubjid for e in data.excluded}
    return replace(
        data,
        usubjid=tuple(data.usubjid[i] for i in keep),
        days=tuple(data.days[i] for i in keep),
        event=tuple(data.event[i] for i in keep),
        reason=tuple(data.reason[i] for i in keep),
        dates=tuple(data.dates[i] for i in keep),
        excluded=(*data.excluded, *(e for e in others if e.usubjid not in listed)),
    )


def _derivable(analysis: Analysis, id_: str) -> bool:
    if id_ == "OS":
        return analysis.os is not None
    known = analysis.assessments.paramcd is not None
    return known and (id_ == "PFS" or analysis.responses.source_confirmed is not None)
