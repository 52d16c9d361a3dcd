"""Checks between the sections of a study.toml: what each part may say, but not together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from data_access.findings import Rule, Severity
from data_access.study.fields import DATE, Spot
from data_access.study.model import (
    Backbones,
    Benchmark,
    Design,
    Endpoint,
    External,
    Rules,
    Terms,
)
from data_access.study.sections import NAME
from data_access.study.suggest import nearest, or_list

CONTRADICTION = Rule(
    "study-contradiction",
    Severity.REJECT,
    "Two statements of study.toml cannot both hold",
    "Keep the one the protocol states.",
)

LONG_TITLE = Rule(
    "study-title-long",
    Severity.REJECT,
    "The title is longer than a page can head",
    "Write at most 300 characters; the rest belongs in notes.",
)

RULES: tuple[Rule, ...] = (CONTRADICTION, LONG_TITLE)

_LONGEST_TITLE = 300

#: Endpoints Interim computes; a benchmark or monitoring rule may name one that is not registered.
STANDARD_ENDPOINTS = (
    "ORR", "DCR", "CBR", "PFS", "OS", "DOR", "TTR", "AE", "SAE", "DLT", "BIOMARKER",
)  # fmt: skip
PROPORTIONS = frozenset({"ORR", "DCR", "CBR", "AE", "SAE", "DLT"})
TIMES = frozenset({"PFS", "OS", "DOR", "TTR"})
_WINDOWS = {"ORR": "orr_window_days", "PFS": "pfs_window_days", "AE": "ae_window_days"}
_FIRST_DAY = date(1990, 1, 1)


def check(parts: dict[str, Any], document: Mapping[str, Any], top: Spot, today: date) -> None:
    """Complain of every contradiction; windows stated once are filled in where they belong."""
    if len(title := str(parts.get("title", ""))) > _LONGEST_TITLE:
        sentence = f"The title has {len(title):,} characters."
        top.at("study", "title").complain(LONG_TITLE, sentence)
    _windows(parts, top)
    _cut_date(parts, document, top, today)
    _design(parts.get("design", Design()), top.at("design"))
    _rules(parts, top)
    if "backbones" in parts:
        _backbones(parts["backbones"], top.at("backbones"))
    _terms(parts["terms"], top)
    _endpoint_names(parts, top)
    for benchmark in parts.get("benchmarks", ()):
        _benchmark(benchmark, top.at("benchmarks", benchmark.id))
    for event in parts.get("aesi", ()):
        for external in event.external:
            _external(external, top.at("aesi", event.id, "external", external.id))
    _drugs(parts, top)
    for rule in parts.get("monitoring", ()):
        if rule.kind == "simon":
            _simon(rule.parameters, top.at("monitoring", rule.id))


def _windows(parts: dict[str, Any], top: Spot) -> None:
    """A window may stand with the endpoint or in [rules]; both must agree."""
    endpoints: tuple[Endpoint, ...] = parts.get("endpoints", ())
    rules: Rules = parts.get("rules", Rules())
    filled = []
    for endpoint in endpoints:
        name = _WINDOWS.get(endpoint.id.upper())
        stated = getattr(rules, name) if name else None
        if name and endpoint.window_days is not None and stated is None:
            rules = _with_window(rules, name, endpoint.window_days)
        elif stated is not None and endpoint.window_days is None:
            endpoint = replace(endpoint, window_days=float(stated))  # noqa: PLW2901
        elif stated is not None and stated != endpoint.window_days:
            top.at("endpoints", endpoint.id, "window_days").complain(
                CONTRADICTION,
                f"The {endpoint.id} window is {endpoint.window_days:g} days here and {stated:g} "
                f"in [rules] {name}.",
            )
        filled.append(endpoint)
    if filled:
        parts["endpoints"], parts["rules"] = tuple(filled), rules


def _with_window(rules: Rules, name: str, days: float) -> Rules:
    if name == "orr_window_days":
        return replace(rules, orr_window_days=int(days))
    if name == "ae_window_days":
        return replace(rules, ae_window_days=int(days))
    return replace(rules, pfs_window_days=days)


def _cut_date(
    parts: Mapping[str, Any], document: Mapping[str, Any], top: Spot, today: date
) -> None:
    cut: date | None = parts.get("cut_date")
    if cut is None or _FIRST_DAY <= cut <= today + timedelta(days=366):
        return
    in_study = isinstance(document.get("study"), dict) and "cut_date" in document["study"]
    spot = top.at("study", "cut_date") if in_study else top.at("cut", "date")
    when = "far in the future" if cut > today else "before 1990"
    spot.complain(DATE, f"The cut date {cut} is {when}.", "Write the day the data were cut.")


def _design(design: Design, spot: Spot) -> None:
    for i, (before, after) in enumerate(pairwise(design.accrual_plan), start=1):
        if after[0] <= before[0] or after[1] < before[1]:
            spot.at("accrual", i).complain(
                CONTRADICTION,
                f"The accrual plan goes from {before[1]} patients on {before[0]} to {after[1]} "
                f"on {after[0]}; dates must ascend and the numbers never fall.",
                "Write the total planned by each day, the earliest first.",
            )
    planned, plan = design.planned_patients, design.accrual_plan
    if planned is not None and plan and plan[-1][1] > planned:
        spot.at("accrual", len(plan) - 1).complain(
            CONTRADICTION,
            f"The plan ends at {plan[-1][1]} patients; planned_patients is {planned}.",
        )
    if design.simon:
        _simon(design.simon, spot.at("simon"))


_SIMON_ORDERS = (("p0", "p1"), ("r1", "n1"), ("r", "n"), ("n1", "n"), ("alpha", "power"))


def _simon(stated: Mapping[str, Any], spot: Spot) -> None:
    for low, high in _SIMON_ORDERS:
        if low in stated and high in stated and stated[low] >= stated[high]:
            spot.at(low).complain(
                CONTRADICTION,
                f"{low} is {stated[low]:g} and {high} is {stated[high]:g}; {low} must be smaller.",
            )
    if "r1" in stated and "r" in stated and stated["r1"] > stated["r"]:
        spot.at("r1").complain(
            CONTRADICTION, f"r1 is {stated['r1']} and r is {stated['r']}; r1 cannot be larger."
        )


def _rules(parts: Mapping[str, Any], top: Spot) -> None:
    rules: Rules = parts.get("rules", Rules())
    windows = {"ORR": rules.orr_window_days, "PFS": rules.pfs_window_days}
    windows |= {e.id: e.window_days for e in parts.get("endpoints", ()) if e.id.upper() == "DCR"}
    for name, window in windows.items():
        if window is not None and rules.sd_min_days > window:
            top.at("rules", "sd_min_days").complain(
                CONTRADICTION,
                f"sd_min_days is {rules.sd_min_days}, longer than the {name} window of "
                f"{window:g} days: stable disease could never count.",
            )


def _backbones(backbones: Backbones, spot: Spot) -> None:
    ids = [g.id for g in backbones.groups]
    for group in backbones.groups:
        at = spot.at("groups", group.id)
        for value in group.values:
            if backbones.separator in value:
                at.at("values").complain(
                    CONTRADICTION,
                    f"“{value}” contains the separator “{backbones.separator}”, so it would be "
                    "read as two drugs and never match.",
                    "Name one drug a value, or state another separator.",
                )
        for wider in group.within:
            _known(wider, ids, at.at("within"), "backbone group")
    within = {g.id: [w for w in g.within if w in ids] for g in backbones.groups}
    for id_ in ids:
        if id_ in _wider(id_, within):
            spot.at("groups", id_, "within").complain(
                CONTRADICTION, f"The group {id_} is within itself.", "Remove one of the withins."
            )
    _shared_values(backbones, within, spot)
    _priority(backbones, ids, spot.at("priority"))


def _wider(id_: str, within: Mapping[str, list[str]]) -> set[str]:
    """All groups `id_` is in, however indirectly."""
    found: set[str] = set()
    pending = list(within[id_])
    while pending:
        group = pending.pop()
        if group not in found:
            found.add(group)
            pending.extend(within[group])
    return found


def _shared_values(backbones: Backbones, within: Mapping[str, list[str]], spot: Spot) -> None:
    owner: dict[str, str] = {}
    for group in backbones.groups:
        for value in group.values:
            other = owner.setdefault(value.casefold(), group.id)
            related = other in _wider(group.id, within) or group.id in _wider(other, within)
            if other != group.id and not related:
                spot.at("groups", group.id, "values").complain(
                    CONTRADICTION,
                    f"“{value}” is in the groups {other} and {group.id}, and neither is within "
                    "the other.",
                    f'Give it to one, or state within = ["{other}"].',
                )


def _priority(backbones: Backbones, ids: list[str], spot: Spot) -> None:
    if not backbones.priority:
        return
    for id_ in backbones.priority:
        _known(id_, ids, spot, "backbone group")
    lost = [i for i in ids if i not in backbones.priority]
    if lost:
        spot.complain(
            CONTRADICTION,
            f"priority does not name {or_list(lost)}: those patients would have no group.",
            "Name every group once, the most important first.",
        )


def _terms(terms: Terms, top: Spot) -> None:
    at = top.at("terms")
    both = {t.casefold() for t in terms.related} & {t.casefold() for t in terms.not_related}
    if both:
        at.at("related").complain(
            CONTRADICTION,
            f"{or_list(sorted(t.upper() for t in both))} is both related and not related.",
            "State both lists, without a word in common.",
        )
    blank = {m.casefold() for m in terms.missing} & {m.casefold() for m in terms.literal}
    if blank:
        top.at("missing", "literal").complain(
            CONTRADICTION, f"{or_list(sorted(blank))} is both missing and a real value."
        )
    gone = {m.casefold() for m in terms.missing}
    if lost := [c for c in terms.event_codes if c.casefold() in gone]:
        at.at("event_codes").complain(
            CONTRADICTION, f"The event code {or_list(lost)} is also stated as missing."
        )
    purposes: dict[str, str] = {}
    for purpose, names in terms.paramcds.items():
        for name in names:
            first = purposes.setdefault(name.casefold(), purpose)
            if first != purpose:
                at.at("paramcds", purpose).complain(
                    CONTRADICTION, f"PARAMCD {name} stands for {first} and for {purpose}."
                )


def _known(name: str, valid: Iterable[str], spot: Spot, what: str) -> None:
    valid = list(valid)
    if name in valid:
        return
    meant = nearest(name, valid)
    spot.complain(
        NAME,
        f"There is no {what} “{name}”.",
        f"Did you mean “{meant}”?" if meant else f"There are {or_list(valid) or 'none stated'}.",
    )


def _endpoint_names(parts: Mapping[str, Any], top: Spot) -> None:
    valid = list(dict.fromkeys([*(e.id for e in parts.get("endpoints", ())), *STANDARD_ENDPOINTS]))
    for section in ("benchmarks", "monitoring"):
        for item in parts.get(section, ()):
            _known(item.endpoint, valid, top.at(section, item.id, "endpoint"), "endpoint")


_Problem = tuple[bool, str, str]


def _benchmark(b: Benchmark, spot: Spot) -> None:
    share = b.endpoint in PROPORTIONS
    problems: list[_Problem] = [
        (b.x is None and b.estimate is None, "label", "states neither x and n nor an estimate"),
        *_published(b),
        (share and _above(b.upper or b.estimate, 1), "estimate", "is a proportion above 1"),
        (b.endpoint in TIMES and b.x is not None, "x", f"has x of n for {b.endpoint}, a time"),
    ]
    _tell(problems, f"The benchmark {b.id}", spot)


def _external(e: External, spot: Spot) -> None:
    """An external range of an event of special interest says something, and agrees with itself."""
    silent = e.x is None and e.estimate is None and e.words is None
    problems: list[_Problem] = [
        (silent, "label", "states neither x and n, nor an estimate, nor words"),
        *_published(e),
    ]
    _tell(problems, f"The external range {e.id}", spot)


def _published(b: Benchmark | External) -> list[_Problem]:
    """What is wrong between the numbers of a published result: (is it?, key, words)."""
    differ = (
        b.x is not None and b.n and b.estimate is not None and abs(b.x / b.n - b.estimate) > 0.006
    )
    ratio = f"{b.x / b.n:.3f}" if b.x is not None and b.n else ""
    return [
        ((b.x is None) != (b.n is None), "x" if b.n is None else "n", "needs both x and n"),
        (_above(b.x, b.n), "x", f"has x = {b.x} of n = {b.n}"),
        ((b.lower is None) != (b.upper is None), "label", "needs both lower and upper, or neither"),
        (b.lower is not None and b.estimate is None, "lower", "has an interval but no estimate"),
        (_above(b.lower, b.estimate), "lower", "has lower above the estimate"),
        (_above(b.estimate, b.upper), "upper", "has upper below the estimate"),
        (
            bool(differ),
            "estimate",
            f"has {b.x} of {b.n} = {ratio}, but estimate {b.estimate or 0:g}",
        ),
    ]


def _tell(problems: Iterable[_Problem], whose: str, spot: Spot) -> None:
    for wrong, key, what in problems:
        if wrong:
            spot.at(key).complain(CONTRADICTION, f"{whose} {what}.", _SOURCE)


_SOURCE = "Write what the source prints; proportions as fractions of 1, medians in months."


def _above(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low > high


def _drugs(parts: Mapping[str, Any], top: Spot) -> None:
    """AESI and benchmarks name a backbone group, a drug with its own relatedness column, or
    the study treatment."""
    groups = [g.id for g in parts["backbones"].groups] if "backbones" in parts else []
    for benchmark in parts.get("benchmarks", ()):
        if benchmark.backbone is not None:
            spot = top.at("benchmarks", benchmark.id, "backbone")
            _known(benchmark.backbone, groups, spot, "backbone group")
    drugs = [*parts["terms"].related_columns, *groups]
    treatment = str(parts.get("treatment", "")).casefold()
    for event in parts.get("aesi", ()):
        if drugs and event.drug.casefold() not in treatment:
            _known(event.drug, drugs, top.at("aesi", event.id, "drug"), "drug or backbone group")
