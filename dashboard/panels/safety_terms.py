"""The table of terms by worst grade: a page of its rows, and the events behind one count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.ae_tables import HIGH_KEYS, TermRow, TermTable, term_table
from dashboard.metrics.event_lines import event_order
from dashboard.metrics.grades import GRADE_KEYS
from dashboard.metrics.term_rows import RowOptions, ShownRow, ShownRows, shown_rows
from dashboard.panels.common import who
from dashboard.panels.safety_lines import choices_of, common_of, lines_of, selected
from dashboard.people import once
from dashboard.recent import Recent
from dashboard.results import View
from dashboard.words import said

Json = Mapping[str, Any]

#: rows of one page; events shown at once behind a count
ROWS, EVENTS = 50, 20
#: classes that may be turned by hand, and characters of a name from the browser
MAX_TURNED, MAX_NAME = 400, 300
ANY, HIGH = "any", "high"
COLUMNS = (ANY, *GRADE_KEYS, HIGH)


@dataclass(frozen=True, slots=True)
class Arranged:
    """What the reader has arranged; it changes no number. `cell` is (class or "", term or "",
    column) of the count whose events are open, with `more` pages of them."""

    turned: tuple[str, ...] = ()
    page: int = 1
    cell: tuple[str, str, str] | None = None
    events: int = 1


def arranged(held: object) -> Arranged:
    """What a store of the page holds, checked: it comes from the browser."""
    now = held if isinstance(held, Mapping) else {}
    turned = now.get("turned")
    names = tuple(_names(turned)[:MAX_TURNED]) if isinstance(turned, list) else ()
    cell = now.get("cell")
    known = _names(cell) if isinstance(cell, list) else []
    return Arranged(
        turned=names,
        page=_count(now.get("page")),
        cell=(known[0], known[1], known[2]) if len(known) == 3 and known[2] in COLUMNS else None,
        events=_count(now.get("events")),
    )


def _names(values: list[Any]) -> list[str]:
    return [v for v in values if isinstance(v, str) and len(v) <= MAX_NAME]


def _count(value: object) -> int:
    good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 10**6
    return value if good and isinstance(value, int) else 1


def table_of(view: View) -> TermTable | None:
    """The table of the selected events, kept while its reader sorts, searches and turns pages."""
    chosen, selection = selected(view), view.selection
    if chosen is None:
        return None
    kept = once(view.analysis, "term tables", lambda: Recent[TermTable](4))
    key = (selection.backbones, selection.filters, selection.patients, selection.events.switches)
    return kept.of(key, lambda: term_table(chosen.events, level=view.analysis.rules.level))


def options_of(view: View, turned: tuple[str, ...] = ()) -> RowOptions:
    events = view.selection.events
    return RowOptions(
        fold=events.by,
        by_name=events.sort == "name",
        find=events.find,
        least=events.least,
        turned=frozenset(turned),
    )


def terms(view: View) -> Json:
    """The whole table, every class with its terms: for the file and the code."""
    table = table_of(view)
    told = common_of(view)
    if table is None:
        return {**told, "rows": [], "overall": None}
    options = options_of(view)
    fold = "term" if options.fold == "term" else "open"
    whole = RowOptions(fold, options.by_name, options.find, options.least)
    found = shown_rows(table, whole)
    return {
        **told,
        **_counts(found),
        "overall": _row(view, table.overall),
        "rows": [_shown(view, r) for r in found.rows],
    }


def page_of_terms(view: View, about: str) -> Json:
    """One page of the rows as the reader has arranged them; `about` is `Arranged` as JSON."""
    asked = arranged(json.loads(about))
    table, chosen = table_of(view), selected(view)
    told = {**common_of(view), "choices": choices_of(view)}
    if table is None or chosen is None:
        return {**told, "rows": [], "overall": None, "page": 1, "pages": 1}
    found = shown_rows(table, options_of(view, asked.turned))
    pages = max(1, -(-len(found.rows) // ROWS))
    page = min(asked.page, pages)
    rows = []
    for shown in found.rows[(page - 1) * ROWS : page * ROWS]:
        row = {**_shown(view, shown), "who": _who(view, shown.row)}
        if asked.cell is not None and asked.cell[:2] == (row["soc"], row["pt"]):
            row["opened"] = _behind(view, chosen.events, shown, asked)
        rows.append(row)
    return {
        **told,
        **_counts(found),
        "overall": {**_row(view, table.overall), "who": _who(view, table.overall)},
        "rows": rows,
        "shown": len(found.rows),
        "page": page,
        "pages": pages,
        "asked": asdict(asked),
    }


def _counts(found: ShownRows) -> dict[str, Any]:
    return {"terms": found.terms, "hidden": found.hidden, "unmatched": found.unmatched}


def _shown(view: View, shown: ShownRow) -> dict[str, Any]:
    """A class has `pt` "", a term alone (of several classes) has `soc` ""."""
    row = shown.row
    is_class = shown.terms is not None
    return {
        **_row(view, row),
        "soc": row.term if is_class else row.soc or "",
        "pt": "" if is_class else row.term,
        "terms": shown.terms,
        "open": shown.open,
    }


def _row(view: View, row: TermRow) -> dict[str, Any]:
    return {
        "name": said(view.cut.study, "AEDECOD", row.term),
        "class": "" if row.soc is None else said(view.cut.study, "AEBODSYS", row.soc),
        "any": row.any.to_json(),
        "high": None if row.grade3plus is None else row.grade3plus.to_json(),
        "by_grade": dict(row.by_grade),
        "n_events": row.n_events,
    }


def _members(row: TermRow, column: str) -> list[str]:
    """The patients of one count: by their worst grade there."""
    pairs = zip(row.patients, row.worst, strict=True)
    if column == ANY:
        return list(row.patients)
    if column == HIGH:
        return [p for p, w in pairs if w is not None and str(w) in HIGH_KEYS]
    wanted = None if column == "missing" else int(column)
    return [p for p, w in pairs if w == wanted]


def _who(view: View, row: TermRow) -> dict[str, str]:
    return {c: keys for c in COLUMNS if (keys := who(view, _members(row, c)))}


def _behind(view: View, events: AdverseEvents, shown: ShownRow, asked: Arranged) -> dict[str, Any]:
    """The events behind a count: all of its patients' under this row, the worst of each first."""
    assert asked.cell is not None
    column = asked.cell[2]
    mine = events.select(_under(events, shown))
    inside = np.isin(mine.patient, np.flatnonzero(mine.treated.mask(_members(shown.row, column))))
    mine = mine.select(inside)
    order = event_order(mine, "patient")
    last = max(1, -(-mine.n // EVENTS))
    page = min(asked.events, last)
    at = order[(page - 1) * EVENTS : page * EVENTS]
    return {
        "column": column,
        "lines": lines_of(view, mine, at),
        "n": mine.n,
        "page": page,
        "pages": last,
    }


def _under(events: AdverseEvents, shown: ShownRow) -> np.typing.NDArray[np.bool_]:
    """Which events a row counts."""
    row = shown.row
    soc = np.array(
        [t == (row.term if shown.terms is not None else row.soc) for t in events.soc_terms]
    )
    pt = np.array([t == row.term for t in events.pt_terms])
    every = np.ones(events.n, dtype=np.bool_)
    if shown.terms is not None:
        return soc[events.soc] if soc.size else every
    of_term = pt[events.pt] if pt.size else every
    return of_term if row.soc is None else of_term & soc[events.soc]
