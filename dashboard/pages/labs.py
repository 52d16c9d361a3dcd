"""Laboratory: who is out of range, what of urate and stones, the liver, and the blood counts?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.labs import findings, grades, liver, nadir, parameter, shift, urate
from dashboard.pages.page import Card, Context, Page, fill, slot

#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(
        findings.NAME,
        "labs.findings.title",
        (526, 973),
        findings.draw,
        findings.rows,
        metrics=findings.METRICS,
    ),
    Card(
        urate.NAME,
        "labs.urate.title",
        (1216, 2572),
        urate.draw,
        urate.rows,
        metrics=urate.METRICS,
    ),
    Card(
        parameter.NAME,
        "labs.parameter",
        (711, 926),
        parameter.draw,
        parameter.rows,
        metrics=parameter.METRICS,
    ),
    Card(
        shift.NAME,
        "labs.shift",
        (456, 854),
        shift.draw,
        shift.rows,
        metrics=shift.METRICS,
    ),
    Card(
        grades.NAME,
        "labs.grades",
        (758, 1405),
        grades.draw,
        grades.rows,
        metrics=grades.METRICS,
    ),
    Card(
        liver.NAME,
        "labs.liver.title",
        (1330, 2490),
        liver.draw,
        liver.rows,
        metrics=liver.METRICS,
    ),
    Card(
        nadir.NAME,
        "labs.nadir.title",
        (635, 1298),
        nadir.draw,
        nadir.rows,
        metrics=nadir.METRICS,
    ),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks. The headline is the shell's."""
    return html.Div([slot(c) for c in CARDS], className="report")


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="labs",
    path="/safety/labs",
    icon="safety",
    layout=layout,
    register=register,
    cards=CARDS,
    group="safety",
)
