"""Overview: where are we?"""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from components.cuts import ledger
from components.overview import (
    accrual,
    baseline,
    changes,
    disposition,
    efficacy,
    maturity,
    quality,
    registry,
    safety,
    status,
)
from dashboard.definitions import shown
from dashboard.pages.page import Card, Context, Page, fill, slot
from dashboard.text import text

EFFICACY = shown.efficacy
STATUS = (
    "cut_off", "enrolled", "treated", "evaluable", "on_treatment", "ended", "follow_up_enrolled",
)  # fmt: skip
BASELINE, DISPOSITION = (*baseline.METRICS, "n"), disposition.METRICS
ACCRUAL, QUALITY, REGISTRY = ("accrual",), ("findings",), ("registered", "pfs")
SAFETY = ("ae_related_high", "ae_serious", "safety_n")
MATURITY = (
    "n", "window_complete", "window_complete_ae", "orr_bounds", "orr_mature", "orr_incidence",
)  # fmt: skip
#: heights are those of the demo study, so that nothing moves on arrival
CARDS: tuple[Card, ...] = (
    Card(status.NAME, "status.title", (194, 398), status.draw, status.rows, metrics=STATUS),
    Card(
        efficacy.NAME,
        "efficacy.title",
        (606, 1161),
        efficacy.draw,
        efficacy.rows,
        metrics=shown.efficacy,
    ),
    Card(safety.NAME, "safety.title", (324, 611), safety.draw, safety.rows, metrics=SAFETY),
    Card(
        changes.NAME,
        "changes.title",
        (430, 873),
        changes.draw,
        changes.rows,
        ledger.NAME,  # one panel for both: the Cuts page shows the same at length
        metrics=shown.changes,
    ),
    Card(
        maturity.NAME, "maturity.title", (483, 1122), maturity.draw, maturity.rows, metrics=MATURITY
    ),
    Card(
        disposition.NAME,
        "disposition.title",
        (759, 990),
        disposition.draw,
        disposition.rows,
        metrics=DISPOSITION,
    ),
    Card(
        baseline.NAME, "baseline.title", (897, 1052), baseline.draw, baseline.rows, metrics=BASELINE
    ),
    Card(accrual.NAME, "accrual.title", (411, 414), accrual.draw, accrual.rows, metrics=ACCRUAL),
    Card(quality.NAME, "quality.title", (252, 260), quality.draw, quality.rows, metrics=QUALITY),
    Card(registry.NAME, "registry.title", (582, 974), registry.draw, metrics=REGISTRY),
)


def layout() -> Any:
    """Ids and empty slots; the numbers come by callbacks."""
    return html.Div(
        [html.H1(text("page.overview"), className="visually-hidden"), *(slot(c) for c in CARDS)],
        className="report",
    )


def register(app: Dash, context: Context) -> None:
    fill(app, context, *CARDS)


PAGE = Page(
    name="overview", path="/", icon="grid-1x2", layout=layout, register=register, cards=CARDS
)
