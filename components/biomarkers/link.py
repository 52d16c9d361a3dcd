"""A marker chosen for another page: the menu that offers them, and its name in words."""

from __future__ import annotations

from typing import Any

from dash import html

from components.biomarkers.heat import label
from components.menu import choices, menu
from components.metric import marked
from components.overview.parts import Answer
from components.safety.parts import with_query
from dashboard.text import text


def marker_name(option: Answer) -> str:
    """B cells, %: change."""
    what = text(f"biomarkers.outcome.{option['what']}")
    return text("biomarkers.link.name", label=label(option["marker"]), what=what)


def marker_menu(answer: Answer) -> list[Any]:
    """Links to this view with each marker of the panels; [] where the export has none."""
    link = answer["marker"]
    if not link["options"]:
        return []
    chosen = link["chosen"]
    none = text("biomarkers.link.none")
    items = [(none, with_query(answer["query"], marker=None), chosen is None)]
    items += [
        (
            marker_name(o),
            with_query(answer["query"], marker=o["id"]),
            chosen is not None and chosen["id"] == o["id"],
        )
        for o in link["options"]
    ]
    now = none if chosen is None else marker_name(chosen)
    face = [html.Span(text("biomarkers.link.face"), className="choice-name"), now]
    found = menu(
        face,
        choices(items, current_words=text("shell.current")),
        name=text("biomarkers.link.now", now=now),
        extra="picker marker-menu",
    )
    return [marked(found, "marker_link")]
