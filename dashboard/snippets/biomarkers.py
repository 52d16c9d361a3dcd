"""The code behind the cards of the biomarker pages."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet


def _account(kind: str) -> Snippet:
    return account(
        f'found = Samples(a, "{kind}", v.members.patients)',
        "from dashboard.biomarkers import Samples",
    )


def account(start: str, import_: str) -> Snippet:
    """`start` makes the samples, `found`."""
    return Snippet(
        ("from components.numbers import proportion", import_),
        f"""
        {start}
        if found.known and found.patients:
            account = found.account
            print(f"{{found.visits.before}} to {{found.visits.after}}: {{found.visits.rule}}")
            for visit in account.per_visit:
                due = "not stated" if visit.due is None else visit.due
                told = f"due {{due}}, taken {{visit.taken}}, usable {{visit.usable}}"
                print(f"{{visit.visit}}: {{told}}")
            print(f"paired: {{proportion(account.paired, small=rules.min_group)}}")
            for group in account.by_response:
                print(f"{{group.group}}: {{proportion(group.paired, small=rules.min_group)}}")
            for gap in account.gaps:
                print(f"{{gap.visit}}, {{gap.reason}}: {{', '.join(gap.patients)}}")
        """,
    )


def _paired(kind: str) -> Snippet:
    return Snippet(
        ("from dashboard.marker_panel import Markers",),
        f"""
        found = Markers(a, "{kind}", v.members.patients)
        if found.known and found.patients:
            for change in found.changes:
                rank, name = change.rank, change.marker.paramcd
                print(f"{{name}}: {{rank.n}} pairs, shift {{change.estimate}}", end=" ")
                print(f"({{change.lower}} to {{change.upper}}), p {{rank.p}}", end=", ")
                print(f"smallest {{rank.smallest_p}}, q {{change.q}} of m = {{change.m}}")
        """,
    )


def _heat(kind: str) -> Snippet:
    return Snippet(
        ("from dashboard.panels.markers import heat",),
        f"""
        told = heat("{kind}")(v)
        for row in told["rows"]:
            for person, z in zip(told["people"], row["z"]):
                if z is not None:
                    print(f"{{row['marker']['paramcd']}}, {{person['usubjid']}}: {{z}} SD")
        """,
    )


def _response(kind: str) -> Snippet:
    return Snippet(
        (
            "from dashboard.marker_panel import Markers",
            "from dashboard.metrics.marker_response import by_response",
        ),
        f"""
        found = Markers(a, "{kind}", v.members.patients)
        if found.known and found.patients and found.groups:
            parts = [("baseline", found.baselines, found.order_before)]
            if found.pairs.patients:
                parts.append(("change", found.shifts, found.order_after))
            for what, values, order in parts:
                print(f"{{what}}: {{order.rule}}; left out {{len(order.excluded)}}")
                for row in by_response(found.markers, values, order):
                    rank, name = row.rank, row.marker.paramcd
                    print(f"{{name}}: {{rank.n_a}} and {{rank.n_b}}, shift {{row.shift}}", end=", ")
                    print(f"AUC {{rank.auc}}, p {{rank.p}}, q {{row.q}} of m = {{row.m}}")
        """,
    )


def _outcome(kind: str) -> Snippet:
    return Snippet(
        ("from dashboard.panels.markers import outcome",),
        f"""
        told = outcome("{kind}")(v)
        for h in told["hazards"]:
            model = h["cox"] or {{"hr": [None], "lower": [None], "upper": [None]}}
            hr, low, high = (model[k][0] for k in ("hr", "lower", "upper"))
            print(f"{{h['marker']['paramcd']}}, {{h['what']}}, from day {{h['start']}}", end=": ")
            print(f"{{hr}} ({{low}} to {{high}}), {{h['events']}} of {{h['n']}}")
        for group in told["curves"]["groups"] if told["curves"] else ():
            print(f"{{group['id']}}: {{group['events']}} of {{group['n']}} with an event")
        """,
    )


_COMPOSITION = Snippet(
    ("from dashboard.marker_panel import Markers, compositions_of",),
    """
    found = Markers(a, "immune", v.members.patients)
    if found.known and found.patients and found.pairs.patients:
        for composition in compositions_of(found):
            print(f"{composition.parent}: {len(composition.patients)} pairs")
            for part in composition.parts:
                ends = f"{part.lower} to {part.upper}"
                print(f"{part.marker.paramcd}: {part.estimate} ({ends}), p {part.rank.p}", end=", ")
                print(f"q {part.q} of m = {part.m}")
    """,
)
_RANGES = Snippet(
    (
        "from dashboard.marker_panel import Markers",
        "from dashboard.metrics.normal_ranges import against_ranges",
    ),
    """
    found = Markers(a, "immune", v.members.patients)
    if found.known and found.patients and found.pairs.patients:
        made = against_ranges(found.markers, found.values, found.pairs, found.laboratory)
        for row in made:
            print(f"{row.marker.paramcd}: {row.low} to {row.high}")
            for counts in (row.before, row.after):
                if counts is not None:
                    sizes = (len(c) for c in (counts.below, counts.within, counts.above))
                    print("below {}, within {}, above {}".format(*sizes))
    """,
)
_JOINT = Snippet(
    ("from dashboard.panels.markers import joint",),
    """
    for point in joint(v)["points"]:
        print(f"{point['usubjid']}: {point['x']}, {point['y']}, best {point['best']}")
    """,
)

SNIPPETS: dict[str, Snippet] = {
    **{
        f"{kind}-{name}": made(kind)
        for kind in ("immune", "tissue")
        for name, made in (
            ("samples", _account),
            ("paired", _paired),
            ("heat", _heat),
            ("response", _response),
            ("outcome", _outcome),
        )
    },
    "immune-composition": _COMPOSITION,
    "immune-ranges": _RANGES,
    "tissue-joint": _JOINT,
}
