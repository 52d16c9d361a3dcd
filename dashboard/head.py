"""The head of every page for a selection: top bar, filters, notices, or why there is no view."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html

from components import shell as parts
from components.encode import encoded
from components.shell import FilterControl
from dashboard import frame
from dashboard.pages import Context, Page, parts_of
from dashboard.results import Audience
from dashboard.selection import Selection, SelectionError, Vocabulary, choose
from dashboard.shelf import CutName, Opened
from dashboard.text import day, text
from dashboard.thread import keys_in, strangers
from data_access.findings import DataError

log = logging.getLogger(__name__)

Props = dict[str, Any]
Part = tuple[str, Callable[[], bytes], str]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a page. `parts` are (id, their properties as JSON, digest).

    `controls` are (id, value) of every filter control; `counts` patients per level.
    """

    query: str | None
    said: str = ""  # once, to the reader
    study: str = ""
    parts: tuple[Part, ...] = ()
    controls: tuple[tuple[Props, Any], ...] = ()
    counts: Mapping[str, Mapping[str, int]] | None = None


def head_of(context: Context, view_of: Changed, opened: Opened, audience: Audience) -> Head:
    """The head of a view. Controls of the refused columns stay as their reader left them."""
    selection, refused = view_of.selection, view_of.refused
    studies = tuple((s.id, s.title or s.id) for s in context.shelf.studies())
    cuts = context.shelf.cuts(selection.study)
    head: Head = context.heads.of(
        (replace(selection, highlighted=()), audience, studies, cuts),  # cuts go by their content
        lambda: _head(context, selection, opened, audience, (studies, cuts)),
    )
    if refused or view_of.said:
        kept = tuple(pair for pair in head.controls if pair[0]["column"] not in refused)
        return replace(head, said=view_of.said, controls=kept)
    return head


def _head(
    context: Context,
    selection: Selection,
    opened: Opened,
    audience: Audience,
    listed: tuple[tuple[tuple[str, str], ...], tuple[CutName, ...]],
) -> Head:
    studies, cuts = listed
    view = context.results.view(selection, audience)
    bar = frame.top_bar(selection, opened, view.population, studies, cuts)
    controls = frame.controls(selection, opened, view.population)
    shown = [c for c in (controls[0], *controls[1]) if c is not None]

    def filter_bar() -> bytes:
        return encoded({"children": parts.filter_bar(*controls)})

    return Head(
        selection.query(),
        "",
        bar.study,
        (
            _part("top-bar", parts.top_bar(bar)),
            # as long as the cut is the same its controls stay, and with them the reader's place
            ("filter-bar", filter_bar, selection.cut),
            _part("notice", newer_cut(selection, opened, cuts)),
            _part("trouble", None),
            ("page", lambda: b'{"hidden":false}', "shown"),
        ),
        tuple(pair for c in shown for pair in _values(c)),
        parts.level_counts(*controls),
    )


def parts_of_page(page: Page | None, query: str | None, title: str) -> Part:
    """Headline and links of a page that is one of several; nothing for any other."""
    if page is None or not page.group or query is None:
        return _part("parts", None)
    items = tuple(
        parts.Choice(text(f"page.{p.name}.part"), f"{p.path}?{query}", p.path == page.path)
        for p in parts_of(page)
    )
    here = title or next(i.label for i in items if i.current)
    return _part("parts", parts.parts_nav(text(f"page.{page.group}"), here, items))


def part_title(page: Page | None) -> str:
    """What the browser calls a part of a page that is several; "" for the page of the rail."""
    grouped = page is not None and page.group not in {"", page.name}
    return text(f"page.{page.name}.part") if page is not None and grouped else ""


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
    empty = [_part(id_, None) for id_ in ("top-bar", "filter-bar", "notice", "parts")]
    hidden: Part = ("page", lambda: b'{"hidden":true}', "hidden")
    return Head(None, parts=(*empty, _part("trouble", told), hidden))


def _part(id_: str, children: Any) -> Part:
    said = encoded({"children": children})
    return id_, lambda: said, hashlib.blake2b(said, digest_size=9).hexdigest()


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
