"""What the code of the cards of Laboratory and Exposure must print, from their panels' JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from components.numbers import months, percent, proportion
from dashboard.metrics.types import Proportion

Json = dict[str, Any]


def _p(data: Json, a: Json) -> str:
    return proportion(Proportion.from_json(data), small=a["min_group"])


def grades(a: Json) -> list[str]:
    said = []
    for t in a["terms"]:
        counts = ", ".join(f"{g}: {n}" for g, n in enumerate(t["grades"]))
        said.append(f"{t['term']} ({counts}); grade 3 or 4: {_p(t['high'], a)}")
    return said


def urate(a: Json) -> list[str]:
    said = []
    if a["found"] and a["n_measured"]:
        said += [f"above {x['edge']:g}: {_p(x['proportion'], a)}" for x in a["above"]]
    return said + [
        f"{e['usubjid']}: {e['term']}, day {e['first']}, {e['before']}" for e in a["events"]
    ]


def parameter(a: Json) -> list[str]:
    said = []
    for v in a["change"]["visits"] if a["change"] else ():
        value, change = v["value"], v["change"]
        ends = f"({value['q1']} to {value['q3']})"
        said.append(f"{v['visit']}: n {value['n']}, median {value['median']} {ends}")
        said.append(f"{v['visit']}: change n {change['n']}, median {change['median']}")
    return said


def shift(a: Json) -> list[str]:
    cells = a["tables"][-1]["cells"] if a["tables"] else ()
    return [f"{before} to {after}: {n}" for before, after, n, _ in cells]


def liver(a: Json) -> list[str]:
    if a["missing"]:
        return []
    said = [f"{q}: {n}" for q, n, _ in a["scatters"][0]["quadrants"] if n]
    return [*said, f"candidates: {a['confirmed']['n']}"]


def nadir(a: Json) -> list[str]:
    return [
        f"{c['id']}, cycle {r['cycle']}: n {r['nadir']['n']}, median {r['nadir']['median']}, "
        f"{r['by_grade']}"
        for c in a["counts"]
        for r in c["rows"]
    ]


def findings(a: Json) -> list[str]:
    if not a["found"]:
        return []
    said = [f"median time on treatment: {months(a['time']['estimate'])} months"]
    return said + [
        f"{d['id']}: n {d['intensity']['n']}, dose intensity {d['intensity']['median']}"
        for d in a["drugs"]
    ]


def cycles(a: Json) -> list[str]:
    return [
        f"cycle {r['cycle']}: {r['completed'][0]} of {r['started'][0]} completed, "
        f"{r['running'][0]} running"
        for r in a["rows"]
    ]


def intensity(a: Json) -> list[str]:
    said = []
    for d in a["drugs"]:
        found = d["intensity"]
        ends = f"({percent(found['q1'])} to {percent(found['q3'])})"
        said.append(f"{d['id']}, n = {d['n']}: {percent(found['median'])}% {ends}")
    return said


def changes(a: Json) -> list[str]:
    return [
        f"{r['id'][0]}, {r['id'][1]}: {_p(r['proportion'], a)}, {r['n_records']} records"
        for r in a["rows"]
    ]


def stops(a: Json) -> list[str]:
    return [f"{r['id']}: {_p(r['proportion'], a)}" for r in (a["reasons"] if a["found"] else ())]


def groups(a: Json) -> list[str]:
    return [f"{g['label']}, n = {g['n']}: off treatment {_p(g['stopped'], a)}" for g in a["groups"]]


EXPECTED: dict[str, Callable[[Json], list[str]]] = {
    "labs-findings": grades,
    "labs-grades": grades,
    "labs-urate": urate,
    "labs-parameter": parameter,
    "labs-shift": shift,
    "labs-liver": liver,
    "labs-nadir": nadir,
    "exposure-findings": findings,
    "exposure-cycles": cycles,
    "exposure-intensity": intensity,
    "exposure-changes": changes,
    "exposure-stops": stops,
    "exposure-groups": groups,
}
#: cards whose code prints in another order than the card shows
UNORDERED = frozenset({"labs-liver", "exposure-intensity", "exposure-changes"})
