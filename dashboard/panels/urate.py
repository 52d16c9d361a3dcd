"""The urate card: values against bands, stones and gout, and what was done with the study drug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import laboratory as lab
from dashboard.lab_rules import sex_of, urate_bands, urate_limits
from dashboard.metrics.coded import clean
from dashboard.metrics.dose_changes import dose_modifications, dosed_with
from dashboard.metrics.lab_lines import LINES, timed_lines
from dashboard.metrics.labs import Floats, LabValues
from dashboard.metrics.urate import PARAMCDS, Urate, urate
from dashboard.metrics.urate_course import (
    CONSEQUENCES,
    PLAUSIBLE,
    DoseMark,
    UrateEvent,
    above,
    changes_near,
    dose_marks,
    implausible,
    over_limits,
    reported,
    urate_change,
    urate_events,
)
from dashboard.metrics.urate_story import last_above, urate_story, watched
from dashboard.panels.common import json_of, who
from dashboard.panels.events.externals import externals, said_externally
from dashboard.panels.labs import of_labs
from dashboard.panels.safety import events_in
from dashboard.results import View
from dashboard.words import said

Json = Mapping[str, Any]


def course(view: View) -> Json:
    """Urate of every patient over time, by band, with stones, gout and changed doses."""
    labs = view.cut.study.labs
    answer: dict[str, Any] = {
        **of_labs(view),
        "found": False,
        **{k: [] for k in ("lines", "events", "marks", "units", "above", "over")},
        "limits": urate_limits(view.cut.study),
        "source": labs.source,
        "expected": _expected(view),
        "stated": "labs" in {k.split(".")[0] for k in view.cut.study.text.lines},
    }
    values = lab.labs_in(view)
    if values is None or not lab.holds(view.analysis, PARAMCDS):
        return answer
    level = view.analysis.rules.level
    found = urate(values, urate_bands(view.cut.study))
    mine = values.select(values.of(PARAMCDS))
    amount = mine.value * mine.factors("urate")
    every = timed_lines(mine, amount, most=mine.treated.n)
    events = events_in(view)
    told = () if events is None else urate_events(events, found, every)
    records = lab.doses_in(view)
    drugs = () if records is None else lab.study_drugs(view.cut.study, records.drugs)
    marks = () if records is None else dose_marks(records, drugs, every)
    changes = None if records is None else dose_modifications(records, level=level)
    edge = watched(found.edges)
    over = over_limits(found, sex_of(view.analysis), answer["limits"], level=level)
    marked = [e.usubjid for e in told] + [m.usubjid for m in marks]
    drawn = _drawn(view, mine, amount, tuple(dict.fromkeys(marked))[:LINES])
    shown = {line["usubjid"] for line in drawn}
    return {
        **answer,
        "found": True,
        "edges": list(found.edges),
        "labels": list(found.labels),
        "n_measured": len(found.patients),
        "bands": _bands(view, found),
        "above": [_above(view, found, edge, level) for edge in found.edges],
        "over": [{**json_of(o), "who": who(view, o.patients)} for o in over],  # type: ignore[dict-item]
        "visits": _visits(view, found),
        "change": urate_change(found).to_json(),
        "events_known": events is not None,
        "events": [_event(view, e, marks) for e in told],
        "implausible": _implausible(view, mine, amount),
        "reported": None if events is None else _people(view, reported(events)),
        "watched": edge,
        "last_above": _people(view, last_above(found, edge)),
        "story": urate_story(told, marks, edge).to_json(),
        "changed": _changed(view, marks),
        "n_dosed": 0 if records is None else dosed_with(records, drugs),
        "doses_known": records is not None,
        "changes_recorded": bool(changes and changes.recorded),
        "changes_rule": changes.rule if changes else None,
        "drugs": [said(view.cut.study, "EXTRT", d) for d in drugs],
        "marks": [_mark(view, m) for m in marks if m.usubjid in shown],
        "units": [u.to_json() for u in found.unknown_units],
        "lines": drawn,
        "cut_day": _longest(drawn),
    }


def _expected(view: View) -> list[dict[str, Any]]:
    """What study.toml says was published of stones and gout: each row with its own source."""
    told = []
    for event in view.cut.study.aesi:
        terms = {clean(t) for t in event.terms}
        if terms & (CONSEQUENCES["stone"] | CONSEQUENCES["gout"]):
            told += [
                {
                    "said": said_externally(e),
                    "population": e.population,
                    "source": e.source.split(", http")[0],
                }
                for e in externals(event)
            ]
    return told


def _implausible(view: View, mine: LabValues, amount: Floats) -> dict[str, Any]:
    n, patients = implausible(mine, amount)
    return {"n": n, "who": who(view, patients), "range": list(PLAUSIBLE)}


def _people(view: View, patients: Sequence[str]) -> dict[str, Any]:
    return {"n": len(patients), "who": who(view, patients)}


def _changed(view: View, marks: Sequence[DoseMark]) -> dict[str, Any]:
    """Patients with a changed dose, and by kind of change."""
    kinds: dict[str, set[str]] = {}
    for m in marks:
        kinds.setdefault(m.change, set()).add(m.usubjid)
    patients = {u for own in kinds.values() for u in own}
    return {
        "n": len(patients),
        "who": who(view, sorted(patients)),
        "kinds": [[kind, len(own)] for kind, own in kinds.items()],
    }


def _drawn(
    view: View, mine: LabValues, amount: Floats, marked: Sequence[str]
) -> list[dict[str, Any]]:
    """Lines that are drawn: all where there are few, else the highest and some with a mark."""
    lines = list(timed_lines(mine, amount))
    shown = {line.usubjid for line in lines}
    more = [u for u in marked if u not in shown]
    if more:
        keep = mine.treated.mask(more)[mine.patient]
        lines += timed_lines(mine.select(keep), amount[keep])
    return [
        {
            "usubjid": line.usubjid,
            "key": view.keys.key(line.usubjid),
            "day": list(line.day),
            "value": [round(v, 2) for v in line.value],
            "visit": [said(view.cut.study, "AVISIT", v) if v else "" for v in line.visit],
        }
        for line in lines
    ]


def _longest(lines: list[dict[str, Any]]) -> int:
    return max((line["day"][-1] for line in lines), default=0)


def _bands(view: View, found: Urate) -> list[dict[str, Any]]:
    """Patients by the band of their highest and of their last value after the first dose."""
    out = []
    for label in found.labels:
        peak = [p.usubjid for p in found.patients if p.peak_band == label]
        last = [p.usubjid for p in found.patients if p.last_band == label]
        out.append(
            {
                "label": label,
                "peak": len(peak),
                "peak_who": who(view, peak),
                "last": len(last),
                "last_who": who(view, last),
            }
        )
    return out


def _above(view: View, found: Urate, edge: float, level: float) -> dict[str, Any]:
    share, patients = above(found, edge, level=level)
    return {"edge": edge, "proportion": share.to_json(), "who": who(view, patients)}


def _visits(view: View, found: Urate) -> list[dict[str, Any]]:
    return [
        {
            "visit": said(view.cut.study, "AVISIT", v.visit),
            "n": v.value.n,
            "median": v.value.median,
            "q1": v.value.q1,
            "q3": v.value.q3,
            "bands": dict(v.bands),
        }
        for v in found.visits
    ]


def _event(view: View, event: UrateEvent, marks: Sequence[DoseMark]) -> dict[str, Any]:
    return {
        **event.to_json(),
        "done": [_mark(view, m) for m in changes_near(event, marks)],
        "others": [m.day for m in marks if m.usubjid == event.usubjid],
        "key": view.keys.key(event.usubjid),
        "words": said(view.cut.study, "AEDECOD", event.term),
    }


def _mark(view: View, mark: DoseMark) -> dict[str, Any]:
    study = view.cut.study
    return {
        **mark.to_json(),
        "key": view.keys.key(mark.usubjid),
        "drug": said(study, "EXTRT", mark.drug),
        "words": said(study, "EXACN", mark.words),
        "reason": None if mark.reason is None else said(study, "EXADJ", mark.reason),
    }
