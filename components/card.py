"""The one card: a title that says what is shown and for how many, tools, a body that may fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components.attributes import attrs
from components.metric import metric
from dashboard.text import text


@dataclass(frozen=True, slots=True)
class Tools:
    """What can be done with a card. `csv` is the address of its data; pictures need a figure.

    `passport` is the address of the definitions of its numbers (dashboard/passports.py).
    """

    passport: str | None = None
    code: str | None = None  # address of the Python that prints its numbers again
    csv: str | None = None
    picture: bool = False
    select: bool = False  # the figure's patients can be chosen by drawing around them
    footer: str = ""  # stands under a downloaded picture: study, cut, filters, synthetic label


def card(
    name: str,
    title: str,
    body: Any,
    *,
    n: str | None = None,
    n_metric: str = "n",
    subtitle: str | None = None,
    subtitle_metric: str = "",
    tools: Tools | None = None,
    marks: Sequence[str] = (),
    extra: str = "",
) -> html.Section:
    """`name` is the card's anchor in a link and its stem in file names; `n_metric`
    and `subtitle_metric` define the numbers in these words, `marks` those of a body that holds
    numbers of one kind alone.
    """
    heading = f"{name}-title"
    return html.Section(
        [
            html.Header(
                [
                    html.Div(
                        [
                            html.H2(
                                [title, *([_n(n, n_metric)] if n else [])],
                                id=heading,
                            ),
                            *([_subtitle(subtitle, subtitle_metric)] if subtitle else []),
                        ],
                        className="card-words",
                    ),
                    *([_toolbar(title, tools)] if tools else []),
                ],
                className="card-head",
            ),
            html.Div(body, className="card-body", **(metric(*marks) if marks else {})),
        ],
        id=name,
        className=f"card-frame {extra}".strip(),
        **attrs(aria_labelledby=heading),
    )


def _n(words: str, metric_id: str) -> html.Span:
    return html.Span(words, className="card-n", **metric(metric_id))


def _subtitle(words: str, metric_id: str) -> html.P:
    return html.P(words, className="card-subtitle", **(metric(metric_id) if metric_id else {}))


def _toolbar(title: str, tools: Tools) -> html.Div:
    items: list[Any] = []
    if tools.passport:
        items.append(_passport(title, tools.passport))
    if tools.code:
        items.append(_code(title, tools.code))
    if tools.csv or tools.picture:
        items.append(_downloads(tools))
    items.append(_button("link-45deg", "card.link", "copy-link"))
    if tools.select:
        items.append(_button("lasso", "thread.select", "select-patients", aria_pressed="false"))
    if tools.picture:
        items.append(_button("fullscreen", "card.fullscreen", "fullscreen"))
    return html.Div(
        items,
        className="card-tools",
        role="group",
        **attrs(aria_label=f"{text('card.tools')}: {title}"),
    )


def _passport(title: str, address: str) -> html.Button:
    """passport.js asks the address and opens a dialog; so do labels inside the card."""
    name = text("card.definition.of", title=title)
    return html.Button(
        type="button",
        className="tool-button glyph icon-info-circle",
        title=name,
        **attrs(aria_label=name, data_action="passport", data_passport=address),
    )


def _code(title: str, address: str) -> html.Button:
    """passport.js asks the address and shows the code with a button that copies it."""
    return html.Button(
        type="button",
        className="tool-button glyph icon-code",
        title=text("code.show"),
        **attrs(
            aria_label=f"{text('code.show')}: {title}",
            data_action="code",
            data_code=address,
            data_title=text("code.of", title=title),
        ),
    )


def _downloads(tools: Tools) -> html.Details:
    items: list[Any] = []
    if tools.csv:
        words = text("card.download.csv")
        items.append(html.A(words, href=tools.csv, download="", className="menu-choice"))
    if tools.picture:
        items += [
            html.Button(
                text(f"card.download.{form}"),
                type="button",
                className="menu-choice",
                **attrs(data_action=f"picture-{form}", data_footer=tools.footer),
            )
            for form in ("png", "svg")
        ]
    return html.Details(
        [_face("download", text("card.download")), html.Div(items, className="menu-panel")],
        className="menu tool",
        **attrs(data_menu="true"),
    )


def _face(icon_name: str, name: str) -> html.Summary:
    """A button that is an icon; its name is for screen readers and the tooltip."""
    return html.Summary(
        className=f"menu-button glyph icon-{icon_name}", title=name, **attrs(aria_label=name)
    )


def _button(icon_name: str, key: str, action: str, **more: str) -> html.Button:
    return html.Button(
        type="button",
        className=f"tool-button glyph icon-{icon_name}",
        title=text(key),
        **attrs(
            aria_label=text(key),
            data_action=action,
            data_done=text("card.link.done"),
            data_failed=text("card.link.failed"),
            **more,
        ),
    )


def empty(words: str, *, hint: str | None = None) -> html.Div:
    """Why there is nothing to see, and what to change."""
    return html.Div(
        [html.P(words), *([html.P(hint, className="muted")] if hint else [])],
        className="card-empty",
    )


def failed(name: str, title: str) -> html.Section:
    """A panel that could not be made: the rest of the page stays alive."""
    return card(
        name,
        title,
        html.Div(
            [
                html.P(text("card.failed.title")),
                html.P(text("card.failed.body"), className="muted"),
            ],
            className="card-empty",
            role="alert",
        ),
        extra="card-failed",
    )


def underway(name: str, title: str, stage: str, done: int, total: int) -> html.Section:
    """A card whose numbers are being computed: how far, a way to stop. progress.js keeps it true.

    `stage`: waiting, running, failed, stopped or full.
    """
    ended = stage in {"failed", "stopped", "full"}
    words = {k: text(f"card.work.{k}") for k in ("waiting", "running", "failed", "stopped", "full")}
    progress: dict[str, Any] = {"max": str(total), "value": str(done)} if total else {}
    return card(
        name,
        title,
        html.Div(
            [
                html.P(
                    words.get(stage, words["waiting"]),
                    className="work-words",
                    **attrs(aria_live="polite"),
                ),
                html.Progress(
                    className="work-progress", **progress, **attrs(aria_label=text("card.work.far"))
                ),
                html.P(className="work-far muted"),
                html.Button(
                    text("card.work.again" if ended else "card.work.stop"),
                    type="button",
                    className="work-button",
                ),
            ],
            className=f"card-work{' ended' if ended else ''}",
            **attrs(
                data_progress=name,
                data_words=json.dumps(words),
                data_stop=text("card.work.stop"),
                data_again=text("card.work.again"),
                data_steps=text("card.work.steps", done="{done}", total="{total}"),
            ),
        ),
        extra="card-underway",
    )


def skeleton(name: str, title: str, *, lines: Sequence[int] = (40, 65, 55)) -> html.Section:
    """The card's frame before its numbers are there; its slot keeps the height free."""
    return html.Section(
        [
            html.Header(html.H2(title, id=f"{name}-title"), className="card-head"),
            html.Div([html.Div(className=f"skeleton w{w}") for w in lines], className="card-body"),
        ],
        id=name,
        className="card-frame card-loading",
        **attrs(aria_labelledby=f"{name}-title", aria_busy="true"),
    )
