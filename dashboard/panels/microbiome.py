"""What the Microbiome page shows: one feature table of the view, card by card, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.biomarkers import Samples
from dashboard.metrics.community import community
from dashboard.metrics.feature_table import UNLINKED
from dashboard.metrics.progress import Progress
from dashboard.metrics.response_order import NON_RESPONDERS, RESPONDERS
from dashboard.microbiome import Distance, Factor, Microbiome, seed_of, tables_of
from dashboard.panels import biomarkers
from dashboard.panels.common import common, json_of, who
from dashboard.recent import Recent
from dashboard.results import View

Json = Mapping[str, Any]

#: why there is nothing to show
NO_DOMAIN, NO_TABLE, NOBODY, NO_SAMPLES = "domain", "table", "nobody", "samples"
#: bars of one visit that can be told apart
MOST_BARS = 400
#: ordinations drawn, in their order
DRAWN: tuple[Distance, ...] = ("aitchison", "bray_curtis")
TESTED: tuple[Distance, ...] = ("aitchison", "bray_curtis")
FACTORS: tuple[Factor, ...] = ("visit_pairs", "response")
#: steps that each test counts for in the progress of its card
STEPS = 1000

_KEPT: Recent[Microbiome] = Recent(4)


def found_in(view: View) -> Microbiome | None:
    """The feature table of the address under the view, else the first; None where the cut has
    none. Its distances are kept for the other cards of the page."""
    tables = tables_of(view.analysis)
    if "ADMB" not in view.cut.domains or not tables:
        return None
    seed = seed_of(view.cut.id)
    table = view.selection.table if view.selection.table in tables else tables[0]
    key = (id(view.analysis), view.members.patients, table)
    return _KEPT.of(key, lambda: Microbiome(view.analysis, view.members.patients, table, seed=seed))


def samples_in(view: View) -> Samples:
    """The samples of the view; where there is a table, only what it holds enough of is usable."""
    return found_in(view) or Samples(view.analysis, "microbiome", view.members.patients)


def account(view: View) -> Json:
    """From plan to pair; usable is what the shown table holds enough of."""
    told = samples_account(view)
    found = found_in(view)
    return told if found is None else {**told, **_tables(view, found)}


samples_account = biomarkers.account("microbiome", samples_in)


def _tables(view: View, found: Microbiome) -> dict[str, Any]:
    """The table that is shown, among those of the cut."""
    return {
        "table": found.spec.label,
        "tables": [
            {"id": f.id, "label": f.label, "shown": f.id == found.table_id}
            for f in view.cut.study.features
            if f.id in tables_of(view.analysis)
        ],
    }


def missing(view: View, found: Microbiome | None) -> str | None:
    """Why no sample can be shown; None where one can."""
    if "ADMB" not in view.cut.domains:
        return NO_DOMAIN
    if found is None:
        return NO_TABLE
    if not found.patients:
        return NOBODY
    return None if found.compared.table.samples else NO_SAMPLES


def _told(view: View, found: Microbiome | None) -> dict[str, Any]:
    """`common`, which table is shown, the visits, and how many samples and pairs there are."""
    gap = missing(view, found)
    told = {**common(view), "kind": "microbiome", "missing": gap}
    if found is None or gap in {NO_DOMAIN, NO_TABLE, NOBODY}:
        return told
    return {
        **told,
        **_tables(view, found),
        "counts": found.features.counts,
        "visits": found.visits.to_json(),
        "pairs": len(found.pairs.patients),
        "samples": len(found.compared.table.samples),
        "responses_known": bool(found.groups),
    }


def table(view: View) -> Json:
    """What the table holds, which samples enter no estimate, drugs at sampling, odd samples."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"] in {NO_DOMAIN, NO_TABLE, NOBODY}:
        return told
    left = found.compared.checks.left_out
    own = [o for o in left if o.reason != UNLINKED]
    identity = found.identity()
    return {
        **told,
        "checks": {**found.compared.checks.to_json(), "left_out": [o.to_json() for o in own]},
        "strangers": len(left) - len(own),
        "who": {o.sample: _key(view, found, o.sample) for o in own},
        "drugs": [{**d.to_json(), "who": who(view, d.exposed)} for d in found.drugs()],
        "identity": identity.to_json(),
        "keys": {
            u: view.keys.key(u)
            for u in {
                *(u for s in identity.swaps for u in (s.usubjid, s.other)),
                *(u for d in identity.duplicates for u in d.patients),
            }
        },
    }


def _key(view: View, found: Microbiome, sample: str) -> dict[str, str]:
    usubjid = found.patient_of.get(sample)
    return (
        {}
        if usubjid is None or sample in found.shared
        else {"usubjid": usubjid, "key": view.keys.key(usubjid)}
    )


def composition(view: View) -> Json:
    """Shares of the most abundant genera, one bar per sample, pairs one above the other."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"]:
        return told
    made = community(found.compared.table, found.genera, found.compared.table.samples)
    at = {s: i for i, s in enumerate(made.samples)}
    paired = list(found.pairs.patients)
    rows = []
    for visit, samples in found.by_visit.items():
        own = {found.patient_of[s]: s for s in samples if s in at}
        order = [u for u in paired if u in own] + [u for u in own if u not in set(paired)]
        shown = order[:MOST_BARS]
        mean = [_mean([made.shares[at[own[u]]][g] for u in own]) for g in range(len(made.groups))]
        rows.append(
            {
                "visit": visit,
                "n": len(samples),
                "patients": len(own),
                "shown": len(shown),
                "people": [
                    {
                        "usubjid": u,
                        "key": view.keys.key(u),
                        "sample": own[u],
                        "shares": list(made.shares[at[own[u]]]),
                        "paired": u in set(paired),
                    }
                    for u in shown
                ],
                "mean": mean,
            }
        )
    return {
        **told,
        "rank": made.rank,
        "groups": list(made.groups),
        "members": list(made.members),
        "rows": rows,
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def alpha(view: View) -> Json:
    """Diversity within samples: pairs before and after, and by response before treatment."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"]:
        return told
    group = {u: g for g, own in found.groups.items() for u in own}
    values = {s.sample: s for s in found.alpha.samples}
    before, after = found.paired
    changes = []
    for change in found.alpha_paired():
        people = []
        for u, b, a in zip(found.pairs.patients, before, after, strict=True):
            ends = [getattr(values[s], change.index) for s in (b, a)]
            if None not in ends:
                people.append(
                    {
                        "usubjid": u,
                        "key": view.keys.key(u),
                        "group": group.get(u),
                        "before": ends[0],
                        "after": ends[1],
                    }
                )
        changes.append({**change.to_json(), "people": people, "who": who(view, _ids(people))})
    return {
        **told,
        "changes": changes,
        "by_response": [g.to_json() for g in found.alpha_of(found.by_response)],
        "rarefied_depth": found.alpha.rarefied_depth,
        "rarefied_stated": found.plan.rarefy_to is not None,
        "shallow": sum(s.rarefied is None for s in found.alpha.samples),
        "notes": list(found.alpha.notes),
    }


def _ids(people: Sequence[Mapping[str, Any]]) -> list[str]:
    return [p["usubjid"] for p in people]


def ordination(view: View) -> Json:
    """Where samples lie: principal coordinates, with a line from the first to the second."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"]:
        return told
    group = {u: g for g, own in found.groups.items() for u in own}
    visit_of = dict(zip(found.usable.id.tolist(), found.usable.visit.tolist(), strict=True))
    made = []
    for distance in (d for d in DRAWN if d in found.distances):
        axes = found.ordination(distance)
        made.append(
            {
                "distance": distance,
                "share": list(axes.share),
                "negative": axes.negative,
                "scores": {s: list(v) for s, v in zip(axes.sample, axes.scores, strict=True)},
                "within": json_of(found.within_pairs(distance)),
                "mean": found.mean_distance(distance),
            }
        )
    return {
        **told,
        "ordinations": made,
        "points": [
            {
                "sample": s,
                "usubjid": found.patient_of[s],
                "key": view.keys.key(found.patient_of[s]),
                "visit": visit_of[s],
                "group": group.get(found.patient_of[s]),
            }
            for s in found.compared.table.samples
        ],
        "lines": [list(pair) for pair in zip(*found.paired, strict=True)],
    }


def taxa(view: View) -> Json:
    """Named taxa: carriers, share, classes of Akkermansia, change in pairs."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"]:
        return told
    return {
        **told,
        "taxa": [{**t.to_json(), "who": _carriers(view, found, t.taxa)} for t in found.taxa()],
        "small": told["min_group"],
    }


def _carriers(view: View, found: Microbiome, names: Sequence[str]) -> dict[str, str]:
    """Visit -> keys of the patients with any read of these taxa."""
    held = found.compared.table
    at = [i for i, t in enumerate(held.taxa) if t in set(names)]
    seen = {s for s, v in zip(held.samples, held.values[:, at].sum(axis=1), strict=True) if v > 0}
    return {
        visit: who(view, sorted({found.patient_of[s] for s in own if s in seen}))
        for visit, own in found.by_visit.items()
    }


def tests(view: View, progress: Progress) -> Json:
    """Do communities differ between visits and by response? PERMANOVA and dispersion."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"]:
        return told
    wanted = [(d, f) for d in TESTED if d in found.distances for f in FACTORS]
    rows = []
    for i, (distance, factor) in enumerate(wanted):

        def step(done: int, of: int, before: int = i) -> None:
            progress(STEPS * before + STEPS * done // max(of, 1), STEPS * len(wanted))

        test = found.test(distance, factor, progress=step)
        step(1, 1)
        if test is not None:
            rows.append(
                {
                    "distance": distance,
                    "factor": factor,
                    **test.permanova.to_json(),
                    "dispersion": test.dispersion.to_json(),
                }
            )
    return {**told, "tests": rows}


def differential(view: View, progress: Progress) -> Json:
    """Which taxa differ: in pairs, and by response before treatment."""
    found = found_in(view)
    told = _told(view, found)
    if found is None or told["missing"]:
        return told

    def half(part: int) -> Progress:
        return lambda done, of: progress(STEPS * part + STEPS * done // max(of, 1), 2 * STEPS)

    pairs, groups = found.differential_paired(half(0)), found.differential_response(half(1))
    named = {t: g for t, g in found.genera.items() if g != t}
    return {
        **told,
        "designs": [d.to_json() for d in (pairs, groups) if d is not None],
        "genera": {
            r.taxon: named[r.taxon]
            for d in (pairs, groups)
            if d is not None
            for r in d.rows
            if r.taxon in named
        },
        "responders": len(found.by_response.get(RESPONDERS, ())),
        "non_responders": len(found.by_response.get(NON_RESPONDERS, ())),
    }
