"""What the Cuts page shows: each function asks the metrics for one card, as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.analysis import SETS
from dashboard.comparison import FDA, compare
from dashboard.cut_sides import ESTIMATES, Comparison, Seen, known_times
from dashboard.definitions.shown import headline_response
from dashboard.derived_findings import derived_findings
from dashboard.metrics.change_ledger import Ledger, Side, change_ledger
from dashboard.metrics.proportions import proportion
from dashboard.metrics.rate_ledger import RateLedger, causes_of_times, rate_ledger, ruled
from dashboard.metrics.record_changes import domain_change
from dashboard.metrics.time_to_event import TimeToEvent, survival
from dashboard.panels.common import common
from dashboard.report.report import digest_of
from dashboard.results import View
from dashboard.selection import Levels, Selection
from dashboard.shelf import Opened
from dashboard.study_changes import study_changes
from data_access.findings import Severity, in_order
from data_access.schema import DOMAINS

Json = Mapping[str, Any]

#: endpoints whose exported values are held against the records, in the order of the page
COMPARED = ("CBOR", "BOR", "PFS", "OS", "DOR", "TRTEMFL")


# --- two cuts ------------------------------------------------------------------------------------


def ledger(view: View) -> Json:
    """Every estimate at both cuts, and the patients who make the difference, by cause."""
    other = _other(view)
    answer = {**_common(view, other), **_both(view, other), "estimates": [], "rate": None}
    if other is None:
        return answer
    problem = _incomparable(view.selection, other)
    if problem:
        return {**answer, "problem": problem}
    compared = Comparison(
        _seen(view.shelf.open(*_place(view)), view.selection), _seen(other, view.selection)
    )
    ledgers = {id_: _estimate(compared, id_) for id_ in ESTIMATES}
    return {
        **answer,
        "estimates": [{"id": id_, **told} for id_, (told, _) in ledgers.items()],
        "rate": _rate(compared, ledgers["pfs"][1]),
        "response": headline_response(view),
        "rules_changed": compared.same_rules is not None,
    }


def records(view: View) -> Json:
    """What changed in the records, in study.toml and in the analysis sets."""
    other = _other(view)
    answer = {
        **_common(view, other),
        **_both(view, other),
        "domains": [],
        "study_changes": [],
        "sets": [],
        "vanished": [],
    }
    if other is None:
        return answer
    then, now = _in_time(view.shelf.open(*_place(view)), other)
    # no selection changes what was recorded; an order names its cut
    told = f"records since {'|'.join(_order(then))}"
    return {**answer, **now.analysis.once(told, lambda: _recorded(then, now))}


def _recorded(then: Opened, now: Opened) -> dict[str, Any]:
    """The changes between two cuts, whatever is in view."""
    names = [*now.cut.domains, *(d for d in then.cut.domains if d not in now.cut.domains)]
    return {
        "domains": [_domain(then, now, name) for name in names],
        "study_changes": [list(c) for c in study_changes(then.cut.study, now.cut.study)],
        "sets": [_set_change(then, now, id_) for id_ in SETS],
        "vanished": sorted(_patients(then) - _patients(now)),
    }


def _common(view: View, other: Opened | None = None) -> dict[str, Any]:
    """What every card needs, the opaque keys of all patients it may name, and who of them is in the
    other cut alone."""
    here = set(view.analysis.adsl["USUBJID"])
    there = _patients(other) if other else set()
    keys = {u: view.keys.key(u) for u in sorted(here | there)}
    return {**common(view), "keys": keys, "absent": sorted(there - here)}


def _place(view: View) -> tuple[str, str]:
    return view.selection.study, view.selection.cut


def _other(view: View) -> Opened | None:
    if not view.selection.against:
        return None
    return view.shelf.open(view.selection.study, view.selection.against)


def _order(opened: Opened) -> tuple[str, ...]:
    cut = opened.cut
    return cut.cut_date.isoformat(), cut.imported_at.isoformat(), cut.id


def _in_time(one: Opened, other: Opened) -> tuple[Opened, Opened]:
    return (one, other) if _order(one) <= _order(other) else (other, one)


def _seen(opened: Opened, selection: Selection) -> Seen:
    return Seen(opened.analysis, selection, opened.keys, _order(opened))


def _both(view: View, other: Opened | None) -> dict[str, Any]:
    """Which cuts are compared, which others there are, and why there may be none."""
    cuts = view.shelf.cuts(view.selection.study)
    here = view.shelf.open(*_place(view))
    told: dict[str, Any] = {"then": None, "now": None, "problem": None}
    if other is None:
        told["problem"] = "first" if len(cuts) > 1 else "single"
    else:
        then, now = _in_time(here, other)
        told |= {"then": _cut(then), "now": _cut(now)}
    told["choices"] = [
        {
            "id": c.id,
            "date": c.cut_date.isoformat(),
            "query": replace(view.selection, against=c.id).query(),
            "current": c.id == view.selection.against,
        }
        for c in cuts
        if c.id != view.selection.cut
    ]
    return told


def _cut(opened: Opened) -> dict[str, str]:
    return {"id": opened.cut.id, "date": opened.cut.cut_date.isoformat()}


def _incomparable(selection: Selection, other: Opened) -> str | None:
    """Why the other cut cannot be seen through this selection: a part it does not have."""
    known = other.vocabulary
    if selection.analysis_set not in known.sets:
        return "set"
    if not set(selection.backbones) <= set(known.backbones):
        return "backbone"
    for item in selection.filters:
        spec = known.field(item.column)
        if spec is None or (spec.kind == "category") != isinstance(item, Levels):
            return "filter"
    return None


def _estimate(compared: Comparison, id_: str) -> tuple[dict[str, Any], Ledger | None]:
    then, now = compared.then.side(id_), compared.now.side(id_)
    told: dict[str, Any] = {
        "then": _proportion(compared.then, then),
        "now": _proportion(compared.now, now),
        "who": {
            "then": [] if then is None else sorted(then.positive),
            "now": [] if now is None else sorted(now.positive),
        },
        "moves": [],
    }
    if then is None or now is None:
        return told, None
    made = change_ledger(then, now, compared.between(id_))
    told["moves"] = [[m.usubjid, m.cause, m.dx, m.dn, m.then, m.now] for m in made.moves]
    return told, made


def _proportion(seen: Seen, side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return proportion(side.x, side.n, level=seen.analysis.rules.level).to_json()


def _rate(compared: Comparison, moves: Ledger | None) -> dict[str, Any] | None:
    """The PFS rate at the landmark of the later cut, and each cause's share of its change."""
    then, now = compared.then, compared.now
    sides = then.side("pfs"), now.side("pfs")
    data = then.pfs_times, now.pfs_times
    if moves is None or sides[0] is None or sides[1] is None or not (data[0] and data[1]):
        return None
    day = now.analysis.pfs_landmark
    middle = compared.same_rules or now
    times = middle.pfs_times
    side = middle.side("pfs")
    if times is None or side is None:
        return None
    was, is_ = known_times(data[0]), known_times(times)
    causes = causes_of_times(moves, was, is_, (sides[0].facts, side.facts))
    made: RateLedger = rate_ledger(was, is_, causes, day)
    if middle is not now:
        made = ruled(made, known_times(data[1]))
    who = {u for share in made.shares for u in share.patients}
    told = {u: [sides[0].told.get(u), sides[1].told.get(u)] for u in who}
    both = [_rate_side(seen, times, day) for seen, times in zip((then, now), data, strict=True)]
    return {**made.to_json(), "values": told, "sides": both}


def _rate_side(seen: Seen, times: TimeToEvent | None, day: float) -> dict[str, Any]:
    assert times is not None
    curve = survival(times, seen.population.members, seen.analysis.km_options).curve
    rate = curve.rate(day)
    return {
        "lower": rate.lower,
        "upper": rate.upper,
        "level": curve.level,
        "method": curve.method,
        "events": curve.events,
        "n": curve.n,
    }


def _domain(then: Opened, now: Opened, name: str) -> dict[str, Any]:
    """The changes of a domain; `alone` says which of the cuts has it, where one has not."""
    cuts = then.cut, now.cut
    inside = [name in cut.domains for cut in cuts]
    if not all(inside):
        only = cuts[inside.index(True)]
        return {"domain": name, "alone": "then" if inside[0] else "now", "rows": only.rows(name)}
    if then.cut.digest(name) == now.cut.digest(name):
        return {"domain": name, "same": True, "rows": now.cut.rows(name)}
    keys = DOMAINS[name].keys if name in DOMAINS else ("USUBJID",)
    frames = [cut.frame(name, provenance=True) for cut in cuts]
    return {**domain_change(name, frames[0], frames[1], keys).to_json(), "rows": now.cut.rows(name)}


def _set_change(then: Opened, now: Opened, id_: str) -> dict[str, Any]:
    was, is_ = then.analysis.sets[id_], now.analysis.sets[id_]
    both = _patients(then) & _patients(now)
    reasons = {e.usubjid: e.reason for e in is_.excluded}
    before = {e.usubjid: e.reason for e in was.excluded}
    joined = sorted((set(is_.patients) - set(was.patients)) & both)
    left = sorted((set(was.patients) - set(is_.patients)) & both)
    return {
        "id": id_,
        "label": is_.label,
        "then": was.n if was.derivable else None,
        "now": is_.n if is_.derivable else None,
        "rule_then": was.rule,
        "rule_now": is_.rule,
        "new": len(set(is_.patients) - _patients(then)),
        "gone": len(set(was.patients) - _patients(now)),
        "joined": [[u, before.get(u, "")] for u in joined],
        "left": [[u, reasons.get(u, "")] for u in left],
    }


def _patients(opened: Opened) -> set[str]:
    return set(opened.analysis.adsl["USUBJID"].tolist())


# --- one cut -------------------------------------------------------------------------------------


def findings(view: View) -> Json:
    """Every finding of the import and of the derivations, gravest first."""
    found = in_order([*view.cut.findings, *derived_findings(view.analysis)])
    return {
        **_common(view),
        "severities": [s.value for s in Severity],
        "findings": [f.to_json() for f in found],
    }


def checks(view: View) -> Json:
    """Exported values against the records: what was compared, how much agrees, what does not."""
    compared = compare(view.analysis, lead=FDA)
    keep = view.population.filtered if view.selection.filtered else None
    items = [d for d in compared.found if keep is None or d.usubjid in keep]
    sizes = {
        endpoint: [u for u in who if keep is None or u in keep]
        for endpoint, who in compared.compared.items()
    }
    names = [*COMPARED, *dict.fromkeys(d.endpoint for d in items if d.endpoint not in COMPARED)]
    return {
        **_common(view),
        "endpoints": [
            {
                "id": name,
                "compared": len(sizes[name]) if name in sizes else None,
                "differing": _differing(d.usubjid for d in items if d.endpoint == name)
                if name != "TRTEMFL"
                else sum(d.endpoint == name for d in items),
                "patients": len(set(sizes[name])) if name in sizes else None,
            }
            for name in names
        ],
        "items": [
            [d.endpoint, d.usubjid, d.exported, d.derived, d.reason, d.kind, d.grave] for d in items
        ],
        "followed": None if compared.followed is None else compared.followed.to_json(),
    }


def _differing(patients: Iterable[str]) -> int:
    return len(set(patients))


# --- the store -----------------------------------------------------------------------------------


def listing(view: View) -> Json:
    """Every cut of the study, damaged ones too, newest first, with the files it came from."""
    summaries = view.shelf.store.cuts(view.selection.study)
    newest = next((c.id for c in summaries if c.damaged is None), None)
    return {
        **common(view),
        "cuts": [
            {
                "id": c.id,
                "date": None if c.cut_date is None else c.cut_date.isoformat(),
                "newest": c.id == newest,
                "here": c.id == view.selection.cut,
                "damaged": c.damaged,
                "imported_at": None
                if c.imported_at is None
                else c.imported_at.isoformat(timespec="minutes"),
                "version": c.version,
                "patients": c.patients,
                "domains": dict(c.domains),
                "findings": dict(c.findings),
                "digest": digest_of(c.digests) if c.digests else None,
                "sources": [
                    {"name": s.name, "format": s.format, "sha256": s.sha256, "bytes": s.bytes}
                    for s in c.sources
                ],
            }
            for c in summaries
        ],
    }
