"""What the code behind the cards of events must print, from the JSON of their panels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from components.numbers import fixed, interval, percent, proportion
from dashboard.metrics.types import Proportion

Json = dict[str, Any]


def _p(data: Json, small: int) -> str:
    return proportion(Proportion.from_json(data), small=small)


def clock(a: Json) -> list[str]:
    if a["ae"] is None:
        return []
    done, said = a["ae"]["resolved"], []
    said.append(f"complete: {done['x']} of {done['n']}, open: {a['ae']['open']}")
    if a["related"] is not None:
        said.append(f"related: {_p(a['related']['interim'], a['min_group'])}")
        said.append(f"can still have one: {a['related']['open']}")
        said.append(f"whole window passed: {_p(a['related']['mature'], a['min_group'])}")
    return said


def aesi(a: Json) -> list[str]:
    """The panel sorts the rows into their drugs; the study lists each drug's together."""
    said = []
    for drug in a["drugs"]:
        for row in drug["rows"]:
            grades = ", ".join(f"{g}: {x}" for g, x in row["by_grade"].items() if x)
            rate = _p(row["any"], a["min_group"])
            said.append(f"{drug['id']}, {row['label']}: {rate}; {grades or 'none'}")
    return said


def terms(a: Json) -> list[str]:
    return [f"{r['label']}: {_p(r['any'], a['min_group'])}" for r in a["rows"]]


def rates(a: Json) -> list[str]:
    said = []
    for row in (r for g in a["groups"] for r in g["rows"]):
        found = row["incidence"]
        head = f"{row['label']}: {found['x']} in {fixed(found['person_years'])} years, "
        if found["rate"] is None:
            said.append(f"{head}not estimable")
            continue
        rate, lower, upper = (fixed(100 * found[k]) for k in ("rate", "lower", "upper"))
        said.append(f"{head}{rate} per 100 ({lower} to {upper})")
    return said


def incidence(a: Json) -> list[str]:
    if not a["curves"]:
        return []
    first = a["curves"][0]
    curve = first["curve"]
    said = [f"{a['kind']}: {curve['events']} of {curve['n']}, competing {curve['competing']}"]
    for at in first["at"]:
        ends = interval(at["lower"], at["upper"])
        value = percent(at["estimate"])
        said.append(f"day {at['time']:g}: {value} ({ends}), {at['n_at_risk']} at risk")
    return said


def course(a: Json) -> list[str]:
    if a["kind"] is None:
        return []
    onset, out = a["chosen"]["onset"], a["chosen"]["outcome"]
    ends = f"({onset['minimum']} to {onset['maximum']}), {onset['n']}"
    lasted = f"({out['minimum']} to {out['maximum']}), {out['n_duration']}"
    said = [f"onset: {onset['median']} {ends}", f"duration: {out['median']} {lasted}"]
    states = f"fatal {out['fatal']}, unknown {out['unknown']}"
    states = f"ongoing {out['ongoing']}, {states}"
    said.append(f"resolved {out['resolved']}, ended {out['ended']}, {states}")
    for row in a["prevalence"]["rows"]:
        said.append(f"cycle {row['cycle']}: {_p(row['prevalence'], a['min_group'])}")
    return said


EXPECTED: dict[str, Callable[[Json], list[str]]] = {
    "events-clock": clock,
    "events-aesi": aesi,
    "events-terms": terms,
    "events-rates": rates,
    "events-incidence": incidence,
    "events-course": course,
}
