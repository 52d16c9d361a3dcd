"""One patient on one time axis: doses, tumour, adverse events, labs, samples, and their records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis
from dashboard.casing import sentence_case
from dashboard.derived_findings import derived_findings
from dashboard.metrics.columns import strings
from dashboard.metrics.exposure import doses
from dashboard.metrics.lanes import Lane
from dashboard.metrics.patient_doses import DoseRecord, dose_records
from dashboard.metrics.patient_events import event_records
from dashboard.metrics.patient_labs import baselines_flagged, lab_series
from dashboard.metrics.patient_tumour import TumourInput, tumour_of
from dashboard.metrics.safety import treated
from dashboard.metrics.samples import KINDS, samples
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import AnalysisSet
from dashboard.panels.common import common
from dashboard.panels.listing import people_of
from dashboard.people import discrepancies_of, events_of, lanes_of, sums_once, time_of
from dashboard.results import View
from dashboard.words import backbone_labels, said
from data_access.findings import MAX_LISTED
from data_access.study.model import Study

Json = Mapping[str, Any]
#: codes of exports that a reader meets as words: field of a record -> column of the export
WORDED = {"visit": "AVISIT", "reason": "EXADJ", "words": "EXACN", "why": "NEREASON"}


class NotShownError(LookupError):
    """A patient who is not among those of the view; `reason` is why, in words of the metrics."""

    def __init__(self, reason: str, id_: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = id_


def check_shown(view: View, usubjid: str) -> None:
    """Raises NotShownError for a patient outside the selection."""
    if usubjid in set(view.members.patients):
        return
    listed = {e.usubjid: e.reason for e in view.members.excluded}
    late = {e.usubjid: e.reason for e in view.analysis.cohort.excluded}
    raise NotShownError(listed.get(usubjid) or late.get(usubjid) or "", usubjid)


def profile(view: View, about: str) -> Json:
    """Everything about one patient, `about` its USUBJID. NotShownError outside the view."""
    usubjid = about
    check_shown(view, usubjid)
    analysis, study = view.analysis, view.cut.study
    cohort = analysis.cohort
    row = int(np.searchsorted(cohort.usubjid, usubjid))
    lane = lanes_of(analysis, view.selection.rules).lanes[row]
    people = people_of(view)
    one = _alone(analysis, usubjid)
    return {
        **common(view),
        **people.known,
        "columns": people.columns,
        "patient": people.line(row, view.keys),
        "lane": lane.to_json(),
        "origin_rule": cohort.origin_rule,
        "origin_date": None if lane.origin is None else lane.origin.isoformat(),
        "cut_day": int(cohort.follow_up[row]) if cohort.timed[row] else None,
        "window_day": analysis.rules.orr_window_days,
        "times": _times(view, usubjid),
        "doses": _doses(view, one, lane),
        "tumour": _tumour(view, usubjid),
        "events": _events(view, usubjid),
        "labs": _labs(view, one, usubjid),
        "samples": _samples(view, usubjid),
        "labels": _labels(study),
    }


def checks(view: View, about: str) -> Json:
    """What the checks say about one patient. They look at the whole cut, so they come apart."""
    usubjid = about
    check_shown(view, usubjid)
    row = int(np.searchsorted(view.analysis.cohort.usubjid, usubjid))
    return {
        **common(view),
        "patient": people_of(view).name(row, view.keys),
        "findings": _findings(view, usubjid),
        "mismatches": [d.to_json() for d in discrepancies_of(view.analysis, usubjid)],
    }


def _own(view: View, domain: str, usubjid: str) -> pd.DataFrame | None:
    """The patient's rows of a domain with their places; None when the cut has no such domain."""
    if domain not in view.cut.domains:
        return None
    frame = view.cut.frame(domain, provenance=True)
    own: pd.DataFrame = frame[strings(frame, "USUBJID") == usubjid]
    return own


def _alone(analysis: Analysis, usubjid: str) -> Treated:
    """The patient as a treated set of one."""
    cohort = analysis.cohort.subset((usubjid,))
    rows = analysis.adsl[strings(analysis.adsl, "USUBJID") == usubjid]
    alone = AnalysisSet("one", "One patient", (usubjid,), (), "one patient")
    return treated(rows, cohort, alone, analysis.safety_options)


def _times(view: View, usubjid: str) -> list[dict[str, Any]]:
    """PFS, OS and duration of response of the patient, as the Survival page counts them."""
    told = []
    for endpoint in ("PFS", "OS", "DOR"):
        data = time_of(view.analysis, endpoint, view.selection.rules)
        if data is None or usubjid not in data.usubjid:
            continue
        i = data.usubjid.index(usubjid)
        when = data.dates[i]
        told.append(
            {
                "id": endpoint,
                "days": data.days[i],
                "event": data.event[i],
                "reason": data.reason[i],
                "when": None if when is None else when.isoformat(),
                "source": data.source,
            }
        )
    return told


def _doses(view: View, one: Treated, lane: Lane) -> dict[str, Any]:
    """Dosing records by drug, study drugs before the backbone; none without ADEX."""
    study = view.cut.study
    adex = _own(view, "ADEX", lane.usubjid)
    found: tuple[DoseRecord, ...] = ()
    if adex is not None and len(adex):
        found = dose_records(doses(adex, one), view.analysis.cohort, lane.usubjid)
    backbones = study.backbones

    def group(drug: str) -> str | None:
        return None if backbones is None else backbones.primary(drug)

    names = sorted({d.drug for d in found}, key=lambda d: (group(d) is not None, d))
    return {
        "known": adex is not None,
        "drugs": [{"name": d, "label": _drug_words(study, d), "group": group(d)} for d in names],
        "records": [_worded(study, d.to_json()) for d in found],
    }


def _tumour(view: View, usubjid: str) -> dict[str, Any]:
    analysis = view.analysis
    given = TumourInput(
        assessments=analysis.assessments,
        responses=analysis.responses,
        rules=analysis.response_rules,
        sums=sums_once(analysis),
        adrs=_own(view, "ADRS", usubjid),
        adtr=_own(view, "ADTR", usubjid),
        sum_paramcds=analysis.sum_paramcds,
    )
    found = tumour_of(given, analysis.cohort, usubjid).to_json()
    found["visits"] = [_worded(view.cut.study, v) for v in found["visits"]]
    return found


def _events(view: View, usubjid: str) -> dict[str, Any]:
    events = events_of(view.analysis)
    if events is None:
        return {"known": False, "scale": None, "records": []}
    frame = view.cut.frame("ADAE", provenance=True, columns=["USUBJID"])
    found = event_records(events, usubjid, frame)
    return {
        "known": True,
        "scale": events.scale,
        "records": [
            {**e.to_json(), "term": said(view.cut.study, "AEDECOD", e.term)} for e in found
        ],
    }


def _labs(view: View, one: Treated, usubjid: str) -> dict[str, Any]:
    adlb = _own(view, "ADLB", usubjid)
    if adlb is None:
        return {"known": False, "series": []}
    flags = baselines_flagged(view.cut.frame("ADLB", columns=["ABLFL"])) if _flags(view) else False
    found = lab_series(adlb, one, view.analysis.cohort, usubjid, flags_baseline=flags)
    series = []
    for each in found:
        made = each.to_json()
        made["points"] = [
            {**_worded(view.cut.study, p), "side": point.side}
            for p, point in zip(made["points"], each.points, strict=True)
        ]
        series.append(made)
    return {"known": True, "series": series}


def _flags(view: View) -> bool:
    return "ABLFL" in view.cut.columns("ADLB")


def _samples(view: View, usubjid: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    kinds = []
    for domain, kind in KINDS.items():
        frame = _own(view, domain, usubjid)
        if frame is None:
            continue
        kinds.append(kind)
        for sample in samples(frame, kind, view.analysis.cohort, usubjid):
            made = _worded(view.cut.study, sample.to_json())
            made["reason"] = None if sample.reason is None else sentence_case(sample.reason)
            made["site"] = None if sample.site is None else sentence_case(sample.site)
            found.append(made)
    return {"kinds": kinds, "records": found}


def _findings(view: View, usubjid: str) -> list[dict[str, Any]]:
    """Findings that list the patient; a finding lists no more than its first `MAX_LISTED`."""
    every = (*view.cut.findings, *derived_findings(view.analysis))
    return [
        {
            "rule": f.rule,
            "severity": f.severity.value,
            "sentence": f.sentence,
            "remedy": f.remedy,
            "domain": f.domain,
            "others": max(len(f.patients) - 1, 0),
            "cut_short": len(f.patients) >= MAX_LISTED,
        }
        for f in every
        if usubjid in f.patients
    ]


def _labels(study: Study) -> dict[str, str]:
    """Words of the drugs that relations and actions name."""
    return backbone_labels(study)


def _drug_words(study: Study, drug: str) -> str:
    column = study.backbones.column if study.backbones else "EXTRT"
    return said(study, column, drug)


def _worded(study: Study, record: dict[str, Any]) -> dict[str, Any]:
    """The record with the codes of the export as a reader says them."""
    for name, column in WORDED.items():
        value = record.get(name)
        if isinstance(value, str):
            record[name] = said(study, column, value)
    return record
