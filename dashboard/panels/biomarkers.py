"""What the biomarker pages share: who was sampled and who was not, and paired change of markers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from dashboard.biomarkers import Kind, Samples
from dashboard.marker_panel import Markers
from dashboard.metrics.markers import impossible
from dashboard.metrics.paired_change import MarkerChange
from dashboard.metrics.proportions import proportion
from dashboard.metrics.response_order import RESPONDERS
from dashboard.metrics.sample_stages import (
    STAGES,
    PatientSamples,
    lesions,
    patient_samples,
    reached,
    sites,
)
from dashboard.metrics.types import Exclusion
from dashboard.metrics.windows import response_window
from dashboard.panels.common import common, who
from dashboard.results import Panel, View

Json = Mapping[str, Any]

#: why there is nothing to show: no domain, nobody in view, no visits to pair, no pair
NO_DOMAIN, NOBODY, NO_VISITS, NO_PAIR = "domain", "nobody", "visits", "pairs"


def missing(found: Samples) -> str | None:
    """What a card of pairs lacks; None where there is at least one pair."""
    if not found.known:
        return NO_DOMAIN
    if not found.patients:
        return NOBODY
    if found.visits.before is None or found.visits.after is None:
        return NO_VISITS
    return None if found.pairs.patients else NO_PAIR


def of_samples(view: View, found: Samples) -> dict[str, Any]:
    """`common`, the visits of a pair, and how many patients have one."""
    gap = missing(found)
    known = found.known and found.patients
    return {
        **common(view),
        "kind": found.kind,
        "missing": gap,
        "visits": found.visits.to_json() if known else None,
        "pairs": len(found.pairs.patients) if known else 0,
        "responses_known": bool(found.groups),
    }


def account(kind: Kind, samples: Callable[[View], Samples] | None = None) -> Panel:
    """Due, taken, passed, paired: by response, by patient, with the reason for each gap.

    `samples`: where more than their flags decides which samples are usable.
    """

    def panel(view: View) -> Json:
        made = samples or (lambda v: Samples(v.analysis, kind, v.members.patients))
        found = made(view)
        told = of_samples(view, found)
        if told["missing"] in {NO_DOMAIN, NOBODY}:
            return told
        people = patient_samples(found.usable, found.pairs, view.analysis.cohort, found.patients)
        return {**told, **_account(view, found, people)}

    return panel


def _account(view: View, found: Samples, people: Sequence[PatientSamples]) -> dict[str, Any]:
    result = found.account
    columns = _columns(found)
    return {
        "planned": found.usable.due is not None,
        "paired": {**result.paired.to_json(), "who": who(view, result.pairs)},
        "columns": [
            {"id": id_, "n": len(own), "who": who(view, own)} for id_, own in columns.items()
        ],
        "stages": _stages(view, found, people, columns),
        "by_response": [
            {"group": s.group, "paired": s.paired.to_json()} for s in result.by_response
        ],
        "reading": _reading(view),
        "mix_pairs": None if result.mix_pairs is None else result.mix_pairs.to_json(),
        "mix_cohort": None if result.mix_cohort is None else result.mix_cohort.to_json(),
        "gaps": [
            {
                "visit": gap.visit,
                "reason": gap.reason,
                "patients": list(gap.patients),
                "keys": [view.keys.key(u) for u in gap.patients],
                "responders": len(set(gap.patients) & found.groups.get(RESPONDERS, frozenset())),
            }
            for gap in result.gaps
        ],
        "people": _people(view, found, people),
        "other_visits": [
            {"visit": v.visit, "usable": v.usable, "who": who(view, v.patients_usable)}
            for v in result.per_visit
            if v.visit not in {found.visits.before, found.visits.after}
        ],
        "unvisited": result.unvisited,
        "sites": _sites(view, found) if found.kind == "tissue" else [],
        "lesions": _lesions(view, found) if found.kind == "tissue" else None,
    }


def _reading(view: View) -> dict[str, Any]:
    """What a responder is here, and how many count in the window of the response rate: the two
    numbers differ by late responders."""
    analysis, days = view.analysis, view.analysis.rules.orr_window_days
    if analysis.responses.source_confirmed is None:
        return {"by": view.cut.study.biomarkers.response, "window": None}
    if days is None:
        return {"by": None, "window": None}
    found = response_window(
        analysis.window_days, view.members, window_days=days, level=analysis.rules.level
    )
    return {"by": None, "window": {"days": days, **found.interim.headline.to_json()}}


def _columns(found: Samples) -> dict[str, list[str]]:
    """Everybody, then the response groups that are known."""
    made = {"all": list(found.patients)}
    made.update({g: sorted(own) for g, own in found.groups.items()})
    return made


def _stages(
    view: View,
    found: Samples,
    people: Sequence[PatientSamples],
    columns: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    """Rows from the first sample due to the pair; each cell counts the patients of its column."""
    visits = [v for v in (found.visits.before, found.visits.after) if v]
    stages = STAGES if found.usable.due is not None else STAGES[1:]
    rows = [(v, s, reached(people, v, s)) for v in visits for s in stages]
    rows.append(("", "paired", found.pairs.patients))
    return [
        {"visit": visit, "stage": stage, "cells": _cells(view, patients, columns, found.level)}
        for visit, stage, patients in rows
    ]


def _cells(
    view: View, patients: Collection[str], columns: Mapping[str, Sequence[str]], level: float
) -> list[dict[str, Any]]:
    inside = set(patients)
    made = []
    for own in columns.values():
        here = [u for u in own if u in inside]
        made.append(
            {
                "proportion": proportion(len(here), len(own), level=level).to_json(),
                "who": who(view, here),
            }
        )
    return made


def _people(view: View, found: Samples, people: Sequence[PatientSamples]) -> list[dict[str, Any]]:
    """Patients as they stand in the figure: responders first, pairs first within a group."""
    order = {u: i for i, own in enumerate(found.groups.values()) for u in own}
    names = list(found.groups)
    told = [
        {
            "usubjid": p.usubjid,
            "key": view.keys.key(p.usubjid),
            "group": names[order[p.usubjid]] if p.usubjid in order else None,
            "states": dict(p.state),
            "reasons": dict(p.reason),
            "paired": p.paired,
        }
        for p in people
    ]
    return sorted(
        told, key=lambda p: (order.get(p["usubjid"], len(order)), not p["paired"], p["usubjid"])
    )


def _sites(view: View, found: Samples) -> list[dict[str, Any]]:
    counted = sites(found.usable, found.pairs, view.analysis.cohort, found.patients)
    return [
        {
            "site": s.site,
            "usable": {v: {"n": len(own), "who": who(view, own)} for v, own in s.usable.items()},
            "paired": {"n": len(s.paired), "who": who(view, s.paired)},
        }
        for s in counted
    ]


def _lesions(view: View, found: Samples) -> dict[str, Any]:
    told = lesions(found.usable, found.pairs)
    return {
        name: {"n": len(own), "who": who(view, own)}
        for name, own in (("same", told.same), ("other", told.other), ("unknown", told.unknown))
    }


def paired(kind: Kind) -> Panel:
    """Before and after of every marker: patients' lines, shift, exact p and q."""

    def panel(view: View) -> Json:
        found = Markers(view.analysis, kind, view.members.patients)
        told = {**of_samples(view, found), "stated": found.stated}
        if told["missing"]:
            return {**told, "markers": [], "families": []}
        group = {u: g for g, own in found.groups.items() for u in own}
        same = set(lesions(found.usable, found.pairs).other) if kind == "tissue" else set()
        return {
            **told,
            "markers": [_marker(view, c, group, same) for c in found.changes],
            "families": _families(found.changes),
            "impossible": [
                {"label": m.label, "n": n}
                for m in found.markers
                if (n := impossible(m, found.values.values[m.paramcd][found.usable.usable]))
            ],
        }

    return panel


def _families(changes: Iterable[MarkerChange]) -> list[dict[str, Any]]:
    sizes = {c.marker.family: c.m for c in changes}
    return [{"family": family, "m": m} for family, m in sizes.items()]


def _marker(
    view: View, change: MarkerChange, group: Mapping[str, str], other_lesion: Collection[str]
) -> dict[str, Any]:
    """One marker without the differences, which the figure and the file make again."""
    rank = change.rank
    return {
        "marker": change.marker.to_json(),
        "n": rank.n,
        "zeros": rank.zeros,
        "estimate": change.estimate,
        "lower": change.lower,
        "upper": change.upper,
        "p": rank.p,
        "smallest_p": rank.smallest_p,
        "method": rank.method,
        "q": change.q,
        "m": change.m,
        "median_before": change.median_before,
        "median_after": change.median_after,
        "who": who(view, change.patients),
        "left_out": by_reason(view, change.left_out),
        "people": [
            {
                "usubjid": u,
                "key": view.keys.key(u),
                "group": group.get(u),
                "before": before,
                "after": after,
                "other_lesion": u in other_lesion,
            }
            for u, before, after in zip(change.patients, change.before, change.after, strict=True)
        ],
    }


def by_reason(view: View, exclusions: Iterable[Exclusion]) -> list[dict[str, Any]]:
    """Patients under the reason they share, the most frequent first."""
    groups: dict[str, list[str]] = {}
    for e in exclusions:
        groups.setdefault(e.reason, []).append(e.usubjid)
    return [
        {"reason": reason, "patients": ids, "keys": [view.keys.key(u) for u in ids]}
        for reason, ids in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
    ]
