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
| response-evaluable | enrolled, measurable disease at baseline, and an adequate later assessment, or PD or death before one | `RESPEVFL = Y`, else from the records (measurable: `MEASFL`, `BMEASIFL`, else a baseline sum above 0) |

The rule used is shown; a flag without any value says nothing, and the next rule is used. Two evaluators are never mixed:
without an investigator the one with most records counts. A set that the export cannot tell is "not stated". No denominator is made by dropping NE or
missing responses.

## Where the export derives a value itself

It is shown as exported. Interim derives it again from the records, and lists every patient for whom the two differ with
the rule that explains it ([derived-checks.md](derived-checks.md)). Where the export derives nothing, Interim's own
derivation is shown and labelled.

## Changes between two cuts

Always told from the earlier cut-off to the later one, each cut by its own `study.toml`, with the same analysis set and
filters. A patient moves an estimate x/n by entering or leaving its numerator or its denominator and stands under
exactly one cause, so the causes add up to the difference. The first line that holds is the cause:

| cause | the patient |
|---|---|
| newly enrolled | is not in the earlier export, or is not enrolled there |
| no longer in the export | has no row of ADSL in the later export |
| into or out of the filters | is in the analysis set in both cuts and passes the filters in one |
| newly in the set, no longer in the set | is in both exports and counted in one: newly treated, evaluable, or with a time |
| corrected, recorded late | is given another value by the later records up to the earlier cut-off, derived again by Interim; *recorded late* when no earlier record was changed or removed |
| reclassified by the export | has the same records in both cuts, or loses a result although no earlier record was changed |
| newly confirmed | had an unconfirmed CR or PR |
| newly evaluable | had NE or no assessment as best response |
| new since the earlier cut | has a new event or a new assessment |
| rules changed | has another value when the later records are read by the later `study.toml` instead of the earlier one; told last, so that a patient may move once by records and once by rules |

Records behind an estimate: dates and overall responses (response); these with the dates of death and of new therapy
(PFS); the date of death; each treatment-emergent event with its term, start, grade, relation and seriousness, but not
its end, which is known later. A Kaplan-Meier rate is no sum over patients: patients are exchanged cause by cause, and a
cause has the mean of the changes it makes over every order of the causes (Shapley 1953, *A value for n-person games*).
*Followed longer*: censored in both cuts, later in the later one. Rules come last there too."""


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
