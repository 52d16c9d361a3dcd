"""The head of every page for a selection: top bar, filters, notices, or why there is no view."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html

from components import shell as parts
from components.encode import encoded
from components.shell import FilterControl
from dashboard import frame
from dashboard.pages import Context
from dashboard.results import Audience
from dashboard.selection import Selection, SelectionError, Vocabulary, choose
from dashboard.shelf import CutName, Opened
from dashboard.text import day, text
from dashboard.thread import keys_in, strangers
from data_access.findings import DataError

log = logging.getLogger(__name__)

Props = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a page. `parts` are (id, properties, digest of what they say).

    `controls` are (id, value) of every filter control; `counts` patients per level.
    """

    query: str | None
    said: str = ""  # once, to the reader
    study: str = ""
    parts: tuple[tuple[str, Props, str], ...] = ()
    controls: tuple[tuple[Props, Any], ...] = ()
    counts: Mapping[str, Mapping[str, int]] | None = None


def head_of(context: Context, view_of: Changed, opened: Opened, audience: Audience) -> Head:
    """The head of a view. Controls of the refused columns stay as their reader left them."""
    selection, refused = view_of.selection, view_of.refused
    view = context.results.view(selection, audience)
    studies = tuple((s.id, s.title or s.id) for s in context.shelf.studies())
    cuts = context.shelf.cuts(selection.study)
    bar = frame.top_bar(selection, opened, view.population, studies, cuts)
    controls = frame.controls(selection, opened, view.population)
    shown = [c for c in (controls[0], *controls[1]) if c is not None]
    return Head(
        selection.query(),
        view_of.said,
        bar.study,
        (
            _part("top-bar", parts.top_bar(bar)),
            # as long as the cut is the same its controls stay, and with them the reader's place
            ("filter-bar", {"children": parts.filter_bar(*controls)}, selection.cut),
            _part("notice", newer_cut(selection, opened, cuts)),
            _part("trouble", None),
            ("page", {"hidden": False}, "shown"),
        ),
        tuple(pair for c in shown if c.column not in refused for pair in _values(c)),
        parts.level_counts(*controls),
    )


def trouble_of(error: Exception) -> Head:
    """No view: what is wrong, in words, and a way back."""
    if isinstance(error, SelectionError):
        told = _trouble(error)
    elif isinstance(error, DataError):
        log.error("a cut could not be opened", exc_info=error)
        told = _page("trouble.damaged")
    else:
        log.error("a selection could not be opened", exc_info=error)
        told = _page("trouble.failed")
    empty = [_part(id_, None) for id_ in ("top-bar", "filter-bar", "notice")]
    hidden = ("page", {"hidden": True}, "hidden")
    return Head(None, parts=(*empty, _part("trouble", told), hidden))


def _part(id_: str, children: Any) -> tuple[str, Props, str]:
    return (
        id_,
        {"children": children},
        hashlib.blake2b(encoded(children), digest_size=9).hexdigest(),
    )


def _values(control: FilterControl) -> list[tuple[Props, Any]]:
    if control.numeric:
        ends = (("lower", control.lower), ("upper", control.upper))
        return [(parts.bound_id(control.column, end), value) for end, value in ends]
    return [(parts.levels_id(control.column), list(control.chosen))]


@dataclass(frozen=True, slots=True)
class Changed:
    """A selection after its reader's changes. `refused` are columns that cannot hold what their
    control does; `said` is what the reader should hear of it."""

    selection: Selection
    refused: frozenset[str] = frozenset()
    said: str = ""


def changed(selection: Selection, changes: Mapping[str, Any], vocabulary: Vocabulary) -> Changed:
    """The selection with what filter controls hold, by column; "patients" are keys to be shown."""
    refused, said = set(), ""
    for column, value in changes.items():
        if column == "patients":
            keys = keys_in(value)
            known = tuple(k for k in keys if k in vocabulary.patients)
            selection = replace(selection, patients=known) if known else selection
            said = " ".join(strangers(len(keys) - len(known)))
            continue
        try:
            selection = choose(selection, column, value, vocabulary)
        except SelectionError:
            refused.add(column)  # an empty range, or a value that the page itself never offers
    return Changed(selection, frozenset(refused), said)


def newer_cut(selection: Selection, opened: Opened, cuts: tuple[CutName, ...]) -> Any:
    """The offer of the newest cut, unless this is it or a later one."""
    here = opened.cut.cut_date
    if not cuts or cuts[0].id == selection.cut or cuts[0].cut_date < here:
        return None
    address = f"?study={selection.study}&cut={cuts[0].id[:16]}"
    return parts.newer_cut(day(cuts[0].cut_date), day(here), address)


def no_such_page() -> html.Div:
    return _page("trouble.page")


def _page(key: str) -> html.Div:
    return parts.trouble(text(f"{key}.title"), text(f"{key}.body"), back=_back())


def _back() -> tuple[str, str]:
    return text("trouble.back"), "/"


def _trouble(error: SelectionError) -> html.Div:
    if error.problem == "no_study":
        return parts.trouble(
            text("trouble.empty.title"),
            text("trouble.empty.body"),
            command=text("trouble.empty.command"),
        )
    return parts.trouble(
        text("trouble.title"),
        text(f"selection.{error.problem}", part=error.part),
        detail=text("trouble.keep"),
        back=_back(),
    )
