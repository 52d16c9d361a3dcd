"""The rows of a table of terms as they are read: which show, in which order, folded how."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dashboard.metrics.ae_tables import TermRow, TermTable
from dashboard.metrics.coded import clean


@dataclass(frozen=True, slots=True)
class RowOptions:
    """`least` is a percentage of the patients; `turned` are classes that stand the other way round
    than `open_` says. Neither words nor `least` change a count: a class counts all of its terms."""

    fold: str = "class"
    by_name: bool = False
    find: str = ""
    least: int = 0
    turned: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    """`terms`: how many terms of a class pass words and threshold; None for a term."""

    row: TermRow
    terms: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class ShownRows:
    """`hidden` counts terms below the threshold, `unmatched` those without the words."""

    rows: tuple[ShownRow, ...]
    terms: int
    hidden: int
    unmatched: int


def shown_rows(table: TermTable, options: RowOptions) -> ShownRows:
    """Classes with the terms of the open ones, or terms alone."""
    wanted = clean(options.find).split()
    if options.fold == "term":
        terms = [r for r in table.by_pt if _matches(r.term, r.soc or "", wanted)]
        kept = _frequent(terms, options.least)
        rows = tuple(ShownRow(r, None, open=False) for r in _in_order(kept, options))
        return ShownRows(rows, len(kept), len(terms) - len(kept), len(table.by_pt) - len(terms))
    opened = options.fold == "open" or bool(wanted)
    found: list[ShownRow] = []
    n, hidden, unmatched = 0, 0, 0
    by_row = {s.row.term: s for s in table.by_soc}
    for soc in _in_order([s.row for s in table.by_soc], options):
        inside = by_row[soc.term].terms
        terms = [r for r in inside if _matches(r.term, soc.term, wanted)]
        kept = _frequent(terms, options.least)
        n, hidden = n + len(kept), hidden + len(terms) - len(kept)
        unmatched += len(inside) - len(terms)
        if not kept:
            continue
        is_open = opened != (soc.term in options.turned)
        found.append(ShownRow(soc, len(kept), open=is_open))
        if is_open:
            found += [ShownRow(r, None, open=False) for r in _in_order(kept, options)]
    return ShownRows(tuple(found), n, hidden, unmatched)


def _in_order(rows: list[TermRow], options: RowOptions) -> list[TermRow]:
    """By name, or as they come: most frequent first, then by name."""
    return sorted(rows, key=lambda r: (r.term, r.soc or "")) if options.by_name else rows


def _frequent(rows: list[TermRow], least: int) -> list[TermRow]:
    return [r for r in rows if 100 * r.any.x >= least * r.any.n]


def _matches(term: str, soc: str, wanted: list[str]) -> bool:
    held = f"{clean(term)} {clean(soc)}"
    return all(w in held for w in wanted)
