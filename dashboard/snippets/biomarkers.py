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


SNIPPETS: dict[str, Snippet] = {
    f"{kind}-{name}": made(kind)
    for kind in ("immune", "tissue")
    for name, made in (("samples", _account), ("paired", _paired))
}
