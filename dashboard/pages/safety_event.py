"""Safety, one event: what happened before it, around it and after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, html

from components.safety import story, timeline
from dashboard.event_keys import EVENT_KEY, parts_of_key
from dashboard.pages.page import About, Card, Context, Page, fill, slot
from dashboard.panels import safety_story
from dashboard.panels.patient import NotShownError
from dashboard.patient_names import short_name
from dashboard.results import Audience
from dashboard.selection import Selection
from dashboard.shelf import Opened
from dashboard.text import text

Json = Mapping[str, Any]


def ask(context: Context, selection: Selection, audience: Audience, about: About) -> Json:
    """The event of the address, or why there is none to show: {"problem", "address"}."""
    try:
        return context.results.ask(safety_story.story, selection, audience, about.key)
    except safety_story.NoEventError:
        return {"problem": "unknown", "address": selection.query()}
    except NotShownError:
        return {"problem": "outside", "address": selection.query()}


#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        story.FACTS,
        "safety.story.title",
        (340, 720),
        story.draw_facts,
        ask=ask,
        metrics=("ae_line",),
    ),
    Card(
        story.AROUND,
        "safety.story.around",
        (1100, 3000),
        story.draw_around,
        timeline.rows,
        ask=ask,
        metrics=story.METRICS,
    ),
)


def layout() -> Any:
    """Ids and empty slots; the event comes with the view. The headline is the shell's."""
    return html.Div([slot(c) for c in CARDS], className="report")


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


def title(opened: Opened, key: str) -> str:
    """What the browser calls the page."""
    place = parts_of_key(key)
    usubjid = None if place is None else opened.keys.patient(place[0])
    if usubjid is None:
        return text("safety.story.unknown.title")
    return text("safety.story.of.title", id=short_name(usubjid, opened.analysis.cohort))


PAGE = Page(
    name="safety-event",
    path="/safety/listings",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    below=EVENT_KEY,
    title=title,
    group="safety",
)
