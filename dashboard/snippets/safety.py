"""The code behind the cards of the Safety page."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

SNIPPETS: dict[str, Snippet] = {
    "safety-overview": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.safety import overview",
        ),
        """
        told = overview(v)
        for flag in told["flags"]:
            if flag["cells"] is None:
                print(f"{flag['id']}: not stated")
                continue
            for column, cell in zip(told["columns"], flag["cells"]):
                rate = proportion(Proportion.from_json(cell["proportion"]), small=rules.min_group)
                print(f"{flag['id']}, {column['label']}: {rate}, {cell['n_events']} events")
        """,
    ),
    "safety-terms": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.safety_terms import terms",
        ),
        """
        told = terms(v)
        for row in told["rows"]:
            rate = proportion(Proportion.from_json(row["any"]), small=rules.min_group)
            grades = ", ".join(f"{grade}: {n}" for grade, n in row["by_grade"].items())
            print(f"{row['soc']}, {row['pt'] or 'any term'}: {rate}; by grade {grades}")
        """,
    ),
}
