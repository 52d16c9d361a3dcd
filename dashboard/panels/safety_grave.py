"""Deaths and serious events, one line each, with what is new since the previous cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.analysis import Analysis
from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_overview import ae_overview
from dashboard.metrics.coded import Codes
from dashboard.metrics.death_lines import DeathLine, death_lines
from dashboard.metrics.dose_before import doses_before
from dashboard.metrics.event_lines import event_order
from dashboard.metrics.event_news import event_news
from dashboard.metrics.proportions import proportion
from dashboard.metrics.safety import treated
from dashboard.panels.common import who
from dashboard.panels.deaths import causes, deaths
from dashboard.panels.safety import drugs_of, events_in, of_safety
from dashboard.panels.safety_lines import doses_of, drug_words, lines_of, patients_of
from dashboard.people import events_of, everybody
from dashboard.results import View
from dashboard.shelf import Opened

Json = Mapping[str, Any]

#: what a recorded cause of death says where the disease progressed
PROGRESSION = "progress"


def grave(view: View) -> Json:
    """Deaths from every source beside the fatal events, and every serious event on record."""
    told = of_safety(view)
    before = _before(view)
    events = events_in(view)
    return {
        **told,
        "labels": drugs_of(view),
        "scale": None if events is None else events.scale,
        "doses_known": "ADEX" in view.cut.domains,
        "backbone_label": view.cut.study.backbones.label if view.cut.study.backbones else None,
        "previous": None if before is None else before.cut.cut_date.isoformat(),
        "deaths": _deaths(view, events, before),
        "serious": _serious(view, events, before),
        "teae_end_days": view.analysis.rules.teae_end_days,
    }


def _before(view: View) -> Opened | None:
    """The cut that "since the previous cut" means; None for the first of a study."""
    if not view.selection.against:
        return None
    return view.shelf.open(view.selection.study, view.selection.against)


# --- deaths --------------------------------------------------------------------------------------


def _dead(analysis: Analysis) -> frozenset[str] | None:
    """Whom the export calls dead, of everybody; None where it cannot say."""
    found = deaths(analysis, everybody(analysis))
    return None if found is None else frozenset(found.numerator)


def _deaths(view: View, events: AdverseEvents | None, before: Opened | None) -> dict[str, Any]:
    analysis, members = view.analysis, view.set("safety")
    dead = _dead(analysis)
    if not members.n:
        return {"known": dead is not None, "lines": [], "n_recorded": 0, "untreated": []}
    patients = treated(analysis.adsl, analysis.cohort, members, analysis.safety_options)
    lines = death_lines(patients, dead or frozenset(), events)
    told = {} if dead is None else _causes(view)
    then = None if before is None else _known_dead(before.analysis)
    lines = tuple(sorted(lines, key=lambda d: _grave_first(d, told)))
    recorded = [d.usubjid for d in lines if d.recorded]
    others = set(view.set("enrolled").patients) - set(members.patients)
    return {
        "known": dead is not None,
        "events_known": events is not None and events.flags["fatal"] is not None,
        "lines": [_death(view, d, events, told, then) for d in lines],
        "recorded": proportion(len(recorded), members.n, level=analysis.rules.level).to_json(),
        "who": who(view, recorded),
        "n_recorded": len(recorded),
        "parts": _parts(view, [d for d in lines if d.recorded], told, then),
        "only_events": sum(not d.recorded for d in lines),
        "untreated": sorted(others & (dead or frozenset())),
    }


def _grave_first(death: DeathLine, told: Mapping[str, str | None]) -> tuple[bool, bool]:
    """A fatal event first, then what is not recorded as progression; else as they come, latest
    first."""
    cause = told.get(death.usubjid) or ""
    return not death.events, PROGRESSION in cause.casefold()


def _parts(
    view: View,
    died: Sequence[DeathLine],
    told: Mapping[str, str | None],
    then: frozenset[str] | None,
) -> list[dict[str, Any]]:
    """What is asked of deaths next: (id, words of a cause or "", n, keys)."""
    days = view.analysis.rules.teae_end_days
    found: list[tuple[str, str, list[str]]] = [
        ("fatal", "", [d.usubjid for d in died if d.events]),
        ("soon", "", [d.usubjid for d in died if _within(d.days_after, days)]),
    ]
    by_cause: dict[str, list[str]] = {}
    for d in died:
        by_cause.setdefault(told.get(d.usubjid) or "", []).append(d.usubjid)
    causes_ = sorted(by_cause, key=lambda c: (not c, -len(by_cause[c])))
    found += [("cause" if c else "no_cause", c, by_cause[c]) for c in causes_]
    if then is not None:
        found.append(("new", "", [d.usubjid for d in died if d.usubjid not in then]))
    return [
        {"id": i, "words": words, "n": len(ids), "who": who(view, ids)} for i, words, ids in found
    ]


def _within(days: int | None, most: int) -> bool:
    return days is not None and 0 <= days <= most


def _known_dead(analysis: Analysis) -> frozenset[str]:
    """Who was dead by either source in another cut."""
    events = events_of(analysis)
    fatal: set[str] = set()
    if events is not None:
        fatal = set(events.ids(events.patient[events.flag_of("fatal")]))
    return (_dead(analysis) or frozenset()) | fatal


def _causes(view: View) -> dict[str, str | None]:
    """Cause of death in words, by patient."""
    found = causes(view.cut.study, view.analysis, everybody(view.analysis)) or []
    return {u: c["cause"] for c in found for u in c["patients"]}


def _death(
    view: View,
    death: DeathLine,
    events: AdverseEvents | None,
    told: Mapping[str, str | None],
    then: frozenset[str] | None,
) -> dict[str, Any]:
    patients = patients_of(view.analysis)
    lines: list[dict[str, Any]] = []
    if events is not None and death.events:
        at = np.flatnonzero(np.isin(events.row, death.events))
        lines = lines_of(view, events, at)
    return {
        **death.to_json(),
        "key": view.keys.key(death.usubjid),
        "id": patients.name(death.usubjid),
        "backbone": patients.backbone(death.usubjid),
        "cause": told.get(death.usubjid),
        "events": lines,
        "doses": _last_doses(view, death),
        "news": None if then is None else "" if death.usubjid in then else "new",
    }


def _last_doses(view: View, death: DeathLine) -> list[dict[str, Any]]:
    """What was given last of each drug before the death."""
    records = doses_of(view.analysis)
    if records is None or death.when is None:
        return []
    found = doses_before(records, death.usubjid, np.datetime64(death.when, "D"))
    return [{**d.to_json(), "label": drug_words(view, d.drug)} for d in found]


# --- serious events ------------------------------------------------------------------------------


def _serious(view: View, events: AdverseEvents | None, before: Opened | None) -> dict[str, Any]:
    if events is None or events.flags["serious"] is None:
        return {"known": False, "lines": []}
    at = _gravest(events, events.flag_of("serious"))
    lines = lines_of(view, events, at)
    if before is not None:
        then = events_of(before.analysis)
        found = event_news(events, then, at) if then is not None else ("new",) * at.size
        for line, news in zip(lines, found, strict=True):
            line["news"] = news
    lines.sort(key=lambda line: not line.get("news"))  # what is new first, else as it was
    options = view.analysis.safety_options
    flag = ae_overview(events, options).flag("serious")
    mine = np.unique(events.patient[at])
    return {
        "known": True,
        "lines": lines,
        "emergent": None if flag.proportion is None else flag.proportion.to_json(),
        "emergent_who": who(view, flag.patients),
        "emergent_events": flag.n_events,
        "all": proportion(int(mine.size), events.treated.n, level=options.level).to_json(),
        "who": who(view, events.ids(mine)),
        "new": sum(line.get("news") == "new" for line in lines),
    }


def _gravest(events: AdverseEvents, mask: np.typing.NDArray[np.bool_]) -> Codes:
    """Positions of some events, fatal and highest grade first, then the latest."""
    at = np.flatnonzero(mask)
    order = event_order(events.select(at), "start", descending=True)
    at = at[order]
    gravest = np.lexsort((np.arange(at.size), -events.grade[at], ~events.flag_of("fatal")[at]))
    return np.asarray(at[gravest], dtype=np.int64)
