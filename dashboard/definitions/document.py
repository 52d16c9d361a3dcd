"""docs/definitions.md, made from the registry with the defaults of [rules] filled in."""

# ruff: noqa: E501  (the head is prose of a Markdown page)

from __future__ import annotations

from collections.abc import Sequence

from dashboard.definitions.parameters import parameters
from dashboard.definitions.registry import ENTRIES, PARTS, SECTIONS, Entry
from dashboard.text import text
from data_access.study.model import Rules

HEAD = """\
# Definitions in force

What each number means when `study.toml` does not say otherwise; the Methods page says it for the study and cut in view,
and the passport of a number (its card's first tool) for the patients in view. This page is made from the same registry:
`python -m dashboard.document`.

Everything is computed at the cut-off: what is dated later does not exist. Days are whole days; a duration counts its
first day (`AVAL = end - start + 1`), a window counts days after the origin; months are days / 30.4375, for display only.
"Not estimable" is never 0, never 100%. The origin of every time and window is the first dose (enrolment for a patient
never dosed); `[origin] event` changes it.

## Analysis sets

| set | who | default rule |
|---|---|---|
| enrolled | signed consent and enrolled | `ENRLFL = Y`; else `ITTFL`; else `RANDFL`; else ADSL without screen failures |
| safety | at least one dose of any study drug | `SAFFL = Y`, else a date of first dose |
| full analysis | at least one dose of inosine and of the backbone | `FASFL = Y`, else first doses of both (`INOSDT`, `CHMSDT`) |
| response-evaluable | measurable disease at baseline, and an adequate later assessment, or PD or death before one | `RESPEVFL = Y`, else from the records |

The rule used is shown. A set that the export cannot tell is "not stated". No denominator is made by dropping NE or
missing responses.

## Where the export derives a value itself

It is shown as exported. Interim derives it again from the records, and lists every patient for whom the two differ with
the rule that explains it ([derived-checks.md](derived-checks.md)). Where the export derives nothing, Interim's own
derivation is shown and labelled."""


def definitions_page() -> str:
    """The page as text."""
    values = parameters()
    lines = [HEAD, "", *_censoring(values), "", *_intervals(values)]
    for section in SECTIONS:
        lines += ["", f"## {text(f'define.section.{section}')}"]
        for entry in ENTRIES:
            if entry.section == section:
                lines += ["", *_entry(entry, values)]
    cited = dict.fromkeys(r for entry in ENTRIES for r in entry.references)
    lines += ["", "## References", "", *sorted(f"- {text(f'ref.{r}')}" for r in cited)]
    return "\n".join(lines) + "\n"


def _entry(entry: Entry, values: dict[str, str]) -> list[str]:
    lines = [f"### {entry.name} (`{entry.id}`)", ""]
    lines += [f"- **{text(f'define.{part}')}**: {entry.words(part, values)}" for part in PARTS]
    if entry.rules:
        keys = ", ".join(f"`{k}`" for k in entry.rules)
        lines.append(f"- **{text('define.parameters')}**: {keys}")
    if entry.references:
        works = "; ".join(text(f"ref.{r}.short") for r in entry.references)
        lines.append(f"- **{text('define.references')}**: {works}")
    return lines


def _censoring(values: dict[str, str]) -> list[str]:
    stem, rules = "methods.censoring", Rules()
    head = [text(f"{stem}.{k}") for k in ("situation", "day", "status")]
    lines = [f"## {text(stem)}"]
    for rule in ("fda", "ema"):
        lines += ["", f"{text(f'{stem}.{rule}')}:", ""]
        lines += table(head, split(text(f"{stem}.{rule}.rows", **values)))
    gap = text(
        f"{stem}.gap",
        max_gap=values["max_gap"],
        interval=rules.assessment_interval,
        window=rules.visit_window,
    )
    return [*lines, "", gap, "", text(f"{stem}.os")]


def _intervals(values: dict[str, str]) -> list[str]:
    stem = "methods.intervals"
    head = [text(f"{stem}.{k}") for k in ("what", "how")]
    rows = split(text(f"{stem}.rows", **values))
    return [
        f"## {text(stem)}",
        "",
        *table(head, rows),
        "",
        text(f"{stem}.words", min_group=values["min_group"]),
    ]


def split(rows: str) -> list[list[str]]:
    """Rows of a table kept as one string of the catalogue."""
    return [row.split("|") for row in rows.split("||")]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
