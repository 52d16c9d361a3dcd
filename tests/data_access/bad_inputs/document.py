"""docs/bad-inputs.md from its tests: `python -m tests.data_access.bad_inputs.document`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dashboard.derived_findings import RULES
from data_access.findings import Rule
from data_access.rules import all_rules
from tests.data_access.bad_inputs.case import WORDS, Case

HEAD = """\
# What becomes of a bad input

Each line is an input that a test makes, imports and judges; after each, the cut imported
before still opens. The page is written from those tests
(`python -m tests.data_access.bad_inputs.document`).

| no. | input | what becomes of it | rules that answer |
|---|---|---|---|
"""


def every_rule() -> tuple[Rule, ...]:
    """The rules of the import, then those that need a derivation."""
    return (*all_rules(), *RULES)


def document(cases: Sequence[Case], rules: Sequence[Rule]) -> str:
    """The page as text."""
    lines = []
    for case in sorted(cases, key=lambda c: c.number):
        named = [f"`{r.id}`" for r in rules if case.number in r.answers]
        outcome = WORDS[case.outcome]
        lines.append(f"| {case.number} | {case.title} | {outcome} | {', '.join(named) or '-'} |\n")
    return HEAD + "".join(lines)


def main() -> None:
    """Write the page."""
    from tests.data_access.bad_inputs.test_bad_inputs import CASES

    page = Path(__file__).parents[3] / "docs" / "bad-inputs.md"
    page.write_text(document(CASES, every_rule()), encoding="utf-8")


if __name__ == "__main__":
    main()
