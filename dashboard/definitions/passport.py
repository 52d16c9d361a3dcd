"""The passport of a number: its definition with everything this cut and this view fill in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dashboard.definitions.parameters import parameters
from dashboard.definitions.people import People
from dashboard.definitions.registry import BY_ID, PARTS, Entry
from dashboard.definitions.rules import in_force
from dashboard.endpoints import from_origin
from dashboard.patient_names import shared_prefix
from dashboard.results import View
from dashboard.text import day, text

Json = Mapping[str, Any]

#: patients named per reason; the rest are counted (a reader cannot use more, a browser slows down)
NAMED = 500
#: how an analysis set says that its column decides
_FLAG = re.compile(r"[A-Z][A-Z0-9_]* is not .+")


def values_of(view: View) -> dict[str, str]:
    """The parameters of this view, in words."""
    analysis = view.analysis
    events = analysis.events
    times = (("PFS", analysis.pfs(view.selection.rules)), ("OS", analysis.os))
    return parameters(
        analysis.rules,
        view.cut.study.origin,
        scale=None if events is None else events.scale,
        emergent=None if events is None else events.source,
        exported_start=[name for name, data in times if data and not from_origin(analysis, data)],
    )


def spoken(entry: Entry, view: View, values: Mapping[str, str]) -> dict[str, Any]:
    """One entry with its words, its parameters and its source; nobody is named."""
    return {
        "id": entry.id,
        "name": entry.name,
        **{part: entry.words(part, values) for part in PARTS},
        "rules": [r.sentence for r in in_force(view.cut.study, entry.rules)],
        "source": source_words(entry.source(view)),
        "references": [(text(f"ref.{r}.short"), f"ref-{r}") for r in entry.references],
    }


def told(entry: Entry, view: View, values: Mapping[str, str]) -> dict[str, Any]:
    """The same with the people it counts and leaves out in this view."""
    people = entry.who(view)
    return {
        **spoken(entry, view, values),
        "population": _population(view, people),
        "excluded": _excluded(view, people),
    }


def source_words(source: str | None) -> str:
    return text("number.ns") if source is None else text(f"source.{source}")


def _population(view: View, people: People) -> str:
    members = people.members
    if people.everybody:
        return text("passport.everybody")
    filters = text("definition.population.filters") if view.selection.filtered else ""
    return text(
        "definition.population.body",
        label=members.label,
        rule=members.rule,
        n=people.n,
        filters=filters,
    )


def _excluded(view: View, people: People) -> dict[str, Any]:
    """How many are left out, and who by reason (name, key, id), the most frequent reason first."""
    prefix = shared_prefix(view.analysis.cohort.patients)
    groups: dict[str, list[str]] = {}
    for e in people.excluded:
        groups.setdefault(e.reason, []).append(e.usubjid)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        "n": len({e.usubjid for e in people.excluded}),
        "groups": [
            {
                "reason": _said(reason),
                "n": len(ids),
                "patients": [[u.removeprefix(prefix), view.keys.key(u), u] for u in ids[:NAMED]],
            }
            for reason, ids in ordered
        ],
    }


def _said(reason: str) -> str:
    """A reason as a reader says it: what a flag of the export holds is said to be one."""
    return text("passport.flag", flag=reason) if _FLAG.fullmatch(reason) else reason


def passports(names: Iterable[str] | Callable[[View], Iterable[str]]) -> Callable[[View], Json]:
    """The panel that tells the entries of one card; `names` may depend on the view."""

    def panel(view: View) -> Json:
        ids = names(view) if callable(names) else names
        values = values_of(view)
        return {
            "study": view.cut.study.short_title or view.cut.study.title,
            "cut": view.cut.id,
            "cut_date": view.cut.cut_date.isoformat(),
            "cut_words": day(view.cut.cut_date),
            "query": view.selection.query(),
            "entries": [told(BY_ID[i], view, values) for i in ids],
        }

    return panel
