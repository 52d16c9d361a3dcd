"""One finding: its name and a sentence on the left, its number and interval on the right."""

from __future__ import annotations

from typing import Any

from dash import html

from components.metric import ask, metric
from components.overview.parts import Answer, interval_bar
from dashboard.metrics.types import Proportion
from dashboard.text import text


def finding(
    answer: Answer,
    title: str,
    endpoint: str,
    sentences: list[str],
    *,
    number: Any,
    bar: Any = None,
    metric_id: str,
) -> html.Div:
    """`endpoint` is the id under which study.toml may state the finding's role; `metric_id` that
    of the definition of its numbers."""
    stated = answer["endpoints"].get(endpoint)
    role = [html.Span(text(f"efficacy.role.{stated['role']}"), className="role")] if stated else []
    return html.Div(
        [
            html.Div(
                [
                    html.H3([ask(title, metric_id), *role]),
                    html.P(" ".join(sentences), className="sentence"),
                ],
                className="finding-words",
            ),
            html.Div([number, bar] if bar is not None else [number], className="finding-number"),
        ],
        className="finding",
        **metric(metric_id),
    )


def missing(answer: Answer, title: str, endpoint: str, why: str, metric_id: str) -> html.Div:
    """A finding the export cannot tell, with the reason."""
    number = html.P(text("number.ns"), className="paper absent")
    return finding(answer, title, endpoint, [why], number=number, metric_id=metric_id)


def bar_of(answer: Answer, label: str, result: Proportion) -> Any:
    """The interval on the shared scale; none for a few patients."""
    if result.n < answer["min_group"]:
        return None
    return interval_bar(label, result.estimate, result.lower, result.upper, result.level)


def axis() -> html.Div:
    """The shared scale under the bars."""
    ticks = [
        html.Span(f"{v}%", className="tick", style={"left": f"{v}%"}) for v in (0, 25, 50, 75, 100)
    ]
    return html.Div(ticks, className="interval-axis", title=text("efficacy.axis"))
