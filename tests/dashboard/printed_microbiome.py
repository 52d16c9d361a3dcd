"""What the code of each card of the Microbiome page prints, made from the panel's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Json = Mapping[str, Any]


def holds(a: Json) -> list[str]:
    c, identity = a["checks"], a["identity"]
    said = [
        f"{c['compared']} of {c['samples']} samples, {c['taxa']} taxa, {c['tested']} tested",
        f"reads {c['depth_min']} to {c['depth_max']}, median {c['depth_median']}",
        f"zeros {c['zero_share']}, in one sample {c['in_one_sample']}",
    ]
    own = [f"{o['sample']}: {o['reason']}, {o['depth']} reads" for o in c["left_out"]]
    said += own
    for d in a["drugs"]:
        told = f"{len(d['exposed'])} of {len(d['exposed']) + d['not_exposed']}"
        said.append(f"{d['drug']}, {d['visit']}: {told}, {d['not_stated']} not stated")
    said.append(f"nearest to their own: {identity['nearest_own']} of {identity['pairs']} pairs")
    for s in identity["swaps"]:
        ends = f"{s['own_distance']}, {s['swapped_distance']}"
        said.append(f"swapped? {s['usubjid']}, {s['other']}: {ends}")
    return [*said, *(f"equal: {', '.join(d['samples'])}" for d in identity["duplicates"])]


def composition(a: Json) -> list[str]:
    return [
        f"{r['visit']}, {g}: mean share {r['mean'][i]} of {r['n']}"
        for r in a["rows"]
        for i, g in enumerate(a["groups"])
    ]


def alpha(a: Json) -> list[str]:
    said = []
    for c in a["changes"]:
        t = c["change"]
        ends = f"{c['before']['median']} to {c['after']['median']}"
        shift = f"{t['estimate']} ({t['lower']} to {t['upper']})"
        said.append(
            f"{c['index']}: {t['n']} pairs, {ends}, {shift}, p {t['p']}, at best {t['smallest_p']}"
        )
    for g in a["by_response"]:
        for group, s in zip(g["groups"], g["spreads"], strict=True):
            said.append(f"{g['index']}, {group}: median {s['median']} ({s['q1']}, {s['q3']})")
        two = g["two"]
        said.append(f"{g['index']}: shift {two['shift']}, AUC {two['auc']}, p {two['p']}")
    return said


def place(a: Json) -> list[str]:
    said = []
    for o in sorted(a["ordinations"], key=lambda o: o["distance"]):
        w = o["within"]
        axes = f"axes {tuple(o['share'])}, {o['negative']} negative eigenvalues"
        ends = f"{w['median']} ({w['minimum']} to {w['maximum']})"
        said.append(f"{o['distance']}: {axes}")
        said.append(f"mean distance {o['mean']}; within {w['n']} pairs {ends}")
    return said


def named(a: Json) -> list[str]:
    said = []
    for t in a["taxa"]:
        for v in t["visits"]:
            s = v["share"]
            held = f"{v['carriers']['x']}/{v['carriers']['n']}, share {s['median']}"
            said.append(f"{t['name']}, {v['visit']}: {held} ({s['q1']}, {s['q3']}), {v['classes']}")
        c = t["change"]
        if c is not None:
            shift = f"{c['estimate']} ({c['lower']} to {c['upper']})"
            said.append(f"{t['name']}: {c['n']} pairs, {shift}")
    return said


def tests(a: Json) -> list[str]:
    said = []
    for t in a["tests"]:
        d = t["dispersion"]
        sizes = dict(zip(t["groups"], t["sizes"], strict=True))
        spread = dict(zip(d["groups"], d["distance"], strict=True))
        told = f"F {t['f']}, R2 {t['r2']}, p {t['p']} ({t['method']})"
        said.append(f"{t['distance']}, {t['factor']}: {sizes} {told}")
        said.append(f"dispersion {spread}, p {d['p']}")
    return said


def differ(a: Json) -> list[str]:
    said = []
    for d in a["designs"]:
        found = f"{d['found_by_both']} by both; smallest p {d['smallest_p']}"
        head = f"{d['first']} to {d['second']}: {d['tested']} tested, {d['found']} found"
        said.append(f"{head}, {found}")
        for r in d["rows"]:
            effect = f"{r['effect']} ({r['lower']} to {r['upper']})"
            linda = f"LinDA {r['log2_fold']}, q {r['sensitivity_q']}"
            said.append(f"{r['taxon']}: {effect} p {r['p']}, q {r['q']}; {linda}")
    return said


def shown(printed: Callable[[Json], list[str]]) -> Callable[[Json], list[str]]:
    """Nothing where the card says why there is nothing."""
    return lambda a: printed(a) if a["missing"] is None else []


EXPECTED: dict[str, Callable[[Json], list[str]]] = {
    "microbiome-table": shown(holds),
    "microbiome-composition": shown(composition),
    "microbiome-alpha": shown(alpha),
    "microbiome-ordination": shown(place),
    "microbiome-taxa": shown(named),
    "microbiome-tests": shown(tests),
    "microbiome-differential": shown(differ),
}
