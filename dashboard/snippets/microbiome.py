"""The code behind the cards of the Microbiome page."""

from __future__ import annotations

from dashboard.snippets.biomarkers import account
from dashboard.snippets.parts import Snippet

#: what every card starts from: the first table under the view, where there is one
_START = ("from dashboard.panels.microbiome import found_in, missing",)


def _of_table(lines: str, *imports: str) -> Snippet:
    body = "\n".join(f"            {line}" for line in lines.strip().splitlines())
    return Snippet(
        (*_START, *imports),
        f"""
        found = found_in(v)
        if found is not None and missing(v, found) is None:
{body}
        """,
    )


SNIPPETS: dict[str, Snippet] = {
    "microbiome-samples": account(
        "found = samples_in(v)", "from dashboard.panels.microbiome import samples_in"
    ),
    "microbiome-table": _of_table(
        """
checks, identity = found.compared.checks, found.identity()
print(f"{checks.compared} of {checks.samples} samples, {checks.taxa} taxa, {checks.tested} tested")
print(f"reads {checks.depth_min} to {checks.depth_max}, median {checks.depth_median}")
print(f"zeros {checks.zero_share}, in one sample {checks.in_one_sample}")
for out in checks.left_out:
    if out.reason != UNLINKED:
        print(f"{out.sample}: {out.reason}, {out.depth} reads")
for drug in found.drugs():
    told = f"{len(drug.exposed)} of {len(drug.exposed) + drug.not_exposed}"
    print(f"{drug.drug}, {drug.visit}: {told}, {drug.not_stated} not stated")
print(f"nearest to their own: {identity.nearest_own} of {identity.pairs} pairs")
for swap in identity.swaps:
    print(f"swapped? {swap.usubjid}, {swap.other}: {swap.own_distance}, {swap.swapped_distance}")
for copy in identity.duplicates:
    print(f"equal: {', '.join(copy.samples)}")
""",
        "from dashboard.metrics.feature_table import UNLINKED",
    ),
    "microbiome-composition": _of_table(
        """
for visit, samples in found.by_visit.items():
    made = community(found.compared.table, found.genera, found.compared.table.samples)
    rows = [r for s, r in zip(made.samples, made.shares) if s in set(samples)]
    for group, values in zip(made.groups, zip(*rows)):
        print(f"{visit}, {group}: mean share {sum(values) / len(values)} of {len(values)}")
""",
        "from dashboard.metrics.community import community",
    ),
    "microbiome-alpha": _of_table(
        """
for made in found.alpha_paired():
    told = made.change
    print(f"{made.index}: {told.n} pairs, {made.before.median} to {made.after.median}", end=", ")
    print(f"{told.estimate} ({told.lower} to {told.upper}), p {told.p}, at best {told.smallest_p}")
for made in found.alpha_of(found.by_response):
    for group, values in zip(made.groups, made.spreads):
        print(f"{made.index}, {group}: median {values.median} ({values.q1}, {values.q3})")
    print(f"{made.index}: shift {made.two.shift}, AUC {made.two.auc}, p {made.two.p}")
"""
    ),
    "microbiome-ordination": _of_table(
        """
for distance in sorted(d for d in found.distances if d in DRAWN):
    axes, within = found.ordination(distance), found.within_pairs(distance)
    print(f"{distance}: axes {axes.share}, {axes.negative} negative eigenvalues")
    print(f"mean distance {found.mean_distance(distance)}; within {within.n} pairs", end=" ")
    print(f"{within.median} ({within.minimum} to {within.maximum})")
""",
        "from dashboard.panels.microbiome import DRAWN",
    ),
    "microbiome-taxa": _of_table(
        """
for taxon in found.taxa():
    for at in taxon.visits:
        held = f"{at.carriers.x}/{at.carriers.n}, share {at.share.median}"
        print(f"{taxon.name}, {at.visit}: {held} ({at.share.q1}, {at.share.q3}), {at.classes}")
    if taxon.change is not None:
        told = taxon.change
        print(f"{taxon.name}: {told.n} pairs, {told.estimate} ({told.lower} to {told.upper})")
"""
    ),
    "microbiome-tests": _of_table(
        """
for distance in TESTED:
    for factor in FACTORS:
        test = found.test(distance, factor) if distance in found.distances else None
        if test is not None:
            told, spread = test.permanova, test.dispersion
            print(f"{distance}, {factor}: {dict(zip(told.groups, told.sizes))}", end=" ")
            print(f"F {told.f}, R2 {told.r2}, p {told.p} ({told.method})")
            print(f"dispersion {dict(zip(spread.groups, spread.distance))}, p {spread.p}")
""",
        "from dashboard.panels.microbiome import FACTORS, TESTED",
    ),
    "microbiome-differential": _of_table(
        """
for made in (found.differential_paired(), found.differential_response()):
    if made is not None:
        print(f"{made.first} to {made.second}: {made.tested} tested, {made.found} found", end=", ")
        print(f"{made.found_by_both} by both; smallest p {made.smallest_p}")
        for row in made.rows:
            print(f"{row.taxon}: {row.effect} ({row.lower} to {row.upper})", end=" ")
            print(f"p {row.p}, q {row.q}; LinDA {row.log2_fold}, q {row.sensitivity_q}")
"""
    ),
}
