"""What the cards of events share: numbers of a row, stacks by grade, the choice of a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import empty
from components.figures.event_terms import STACK, Share, grade_name, high_name
from components.links import view_link
from components.menu import choices, menu
from components.metric import metric
from components.overview.parts import Answer, brackets
from components.safety.terms import switch_words
from components.who import count
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text


def is_severity(answer: Answer) -> bool:
    """Does the export hold severity in place of grades?"""
    return bool(answer["scale"] == "severity")


def high_words(answer: Answer) -> str:
    """Grade 3 or higher, or severe."""
    return high_name(severity=is_severity(answer))


def share_of(data: Mapping[str, Any] | None, who: str, small: int) -> Share | None:
    """x of n as a figure draws it; None where it is not recorded or nobody could have it."""
    if data is None or data["estimate"] is None:
        return None
    found = Proportion.from_json(data)
    words = numbers.proportion(found, small=small)
    return Share(
        found.x, found.n, found.estimate or 0.0, found.lower or 0.0, found.upper or 0.0, words, who
    )


def paper(data: Mapping[str, Any], small: int, who: str, of: str) -> list[Any]:
    """12/34 and its interval, without the method, which stands once on the card."""
    found = Proportion.from_json(data)
    told = brackets(numbers.plain_brackets(found, small=small))
    return [count(numbers.counts(found), who, of=of), " ", told]


def stack(row: Mapping[str, Any], answer: Answer) -> html.Div:
    """Patients by worst grade in words, and as a bar of the share of n."""
    n = row["any"]["n"]
    if not row["any"]["x"]:
        return html.Div(text("events.none"), className="grade-words none")
    known = [(k, row["by_grade"][k]) for k in reversed(STACK) if row["by_grade"].get(k)]
    bar = [
        html.Span(
            className=f"grade-part grade-{key}", style={"width": f"{100 * x / n:.2f}%"}
        )
        for key, x in known
    ]  # fmt: skip
    words: list[Any] = []
    for key, x in known:
        name = grade_name(key, severity=is_severity(answer))
        words += [
            html.Span(
                [
                    html.Span(className=f"grade-key grade-{key}"),
                    f"{name}: ",
                    count(str(x), row["who_by_grade"].get(key, ""), of=f"{row['label']}, {name}"),
                ],
                className="grade-word",
            )
        ]
    told = [html.Div(words, className="grade-words")]
    if n >= answer["min_group"]:
        told.insert(0, html.Div(bar, className="grade-bar", **attrs(aria_hidden="true")))
    return html.Div(told)


def unknown(answer: Answer) -> list[Any]:
    """Why nothing is counted where a switch asks for what the export does not record."""
    if not answer["unknown"]:
        return []
    words = listed(switch_words(answer, s) for s in answer["unknown"])
    return [empty(text("safety.terms.unknown", kinds=words))]


def only(answer: Answer, metric_id: str) -> list[Any]:
    """Which events the switches of the page leave, where they leave any out, and a way back."""
    if not answer["switches"]:
        return []
    words = listed(switch_words(answer, s) for s in answer["switches"])
    again = view_link(text("safety.switch.none"), f"?{answer['none']}", className="switch-none")
    told = text("events.only", kinds=words)
    return [html.P([told, again], className="note only-note", **metric(metric_id))]


def kinds(answer: Answer, metric_id: str) -> list[Any]:
    """The choice of the kind of event two cards look at: links, so that it has an address."""
    items = answer["choices"]
    if len(items) < 2:
        return []
    now = next((i["label"] for i in items if i["current"]), items[0]["label"])
    links = [(i["label"], f"?{i['query']}", i["current"]) for i in items]
    name = text("events.kind")
    face = [html.Span(f"{name}: ", className="choice-name"), now]
    full = text("survival.pick.now", name=name, value=now)
    picker = menu(
        face, choices(links, current_words=text("shell.current")), name=full, extra="picker"
    )
    return [html.Div(picker, className="card-choices", **metric(metric_id))]


def range_words(median: float | None, low: float | None, high: float | None, n: int) -> str:
    """Median 7 days (1 to 33), n = 58; not estimable in words."""
    if not n or median is None or low is None or high is None:
        return text("events.none")
    return text(
        "events.range",
        median=f"{median:g}",
        low=f"{low:g}",
        high=f"{high:g}",
        n=n,
    )


def source_words(source: str | None) -> list[Any]:
    """A source as it is stated; its address as a link."""
    if not source:
        return [text("number.ns")]
    before, scheme, address = _split(source)
    if not scheme or " " in address:
        return [source]
    link = html.A(
        text("events.source.link"),
        href=scheme + address,
        target="_blank",
        rel="noopener noreferrer",
        **attrs(aria_label=text("events.source.link.of", source=before.strip(" ,"))),
    )
    return [before, link]


def _split(source: str) -> tuple[str, str, str]:
    for scheme in ("https://", "http://"):
        before, found, address = source.partition(scheme)
        if found:
            return before, found, address
    return source, "", ""


def table(
    caption: str, heads: Sequence[Any], lines: Sequence[html.Tr], *, extra: str = "stacking"
) -> html.Div:
    """A table that stacks on a phone; each cell carries its head for that."""
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
                html.Tbody(list(lines)),
            ],
            className=f"numbers-table {extra}".strip(),
        ),
        className="table-frame",
    )


def cell(head: str, *value: Any, extra: str = "") -> html.Td:
    """A cell with its head, which a phone shows."""
    parts = [html.Span(head, className="cell-head"), html.Div(list(value))]
    return html.Td(parts, className=extra) if extra else html.Td(parts)


def page_link(words: str, path: str, query: str) -> html.A:
    return view_link(words, f"{path}?{query}")
