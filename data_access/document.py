"""Writes docs/checks.md from the rules: `python -m data_access.document`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from data_access.findings import Rule, Severity
from data_access.rules import all_rules

PAGE = Path(__file__).resolve().parents[1] / "docs" / "checks.md"

_MEANING = {
    Severity.REJECT: "The export is refused and nothing is stored: it cannot be shown honestly.",
    Severity.ERROR: "The export is stored and shown; a number is touched. Mend the export.",
    Severity.WARNING: "The export is stored; a reader should know.",
    Severity.NOTE: "The export is stored; this is what Interim did with it.",
}


HEAD = """\
# Conformance checks

Every finding names one of these rules, the domain, the column, patients and rows,
and says what to do. This page is made from the rules themselves:
`python -m data_access.document`."""


def page(rules: Iterable[Rule], head: str = HEAD) -> str:
    """The page as Markdown: `head`, then one table per severity, rules by id."""
    parts = [head]
    known = sorted(rules, key=lambda r: r.id)
    for severity in Severity:
        mine = [r for r in known if r.severity is severity]
        if mine:
            parts += ["", f"## {severity.value.capitalize()}", "", _MEANING[severity], ""]
            parts += ["| rule | what it says | what to do | bad inputs |", "|---|---|---|---|"]
            parts += [_row(r) for r in mine]
    return "\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    answers = ", ".join(str(n) for n in rule.answers)
    cells = (f"`{rule.id}`", rule.title, rule.remedy, answers)
    return "| " + " | ".join(_cell(c) for c in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def main() -> int:
    """Write the page; 0 when done."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(all_rules()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
