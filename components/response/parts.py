"""What the Response page's cards share: term labels with their swatch, patients by reason."""

from __future__ import annotations

from typing import Any

from dash import html

from components import theme
from components.attributes import attrs
from components.overview.parts import Answer, patients
from components.who import name, short
from dashboard.text import text


def card_n(answer: Answer) -> str:
    return f"{answer['set_label']}, {text('card.n', n=answer['n'])}"


def reading(answer: Answer) -> str:
    """Which reading of best response is shown: "confirmed" wherever there is one."""
    return text(f"response.reading.{'confirmed' if answer['confirmed'] else 'unconfirmed'}")


def source(value: str | None) -> str:
    return text("number.ns") if value is None else text(f"source.{value}")


def term_label(term: str) -> html.Span:
    """A term in full, with the swatch of its colour: the class carries light and dark."""
    name = text(f"response.term.{term}")
    return html.Span(
        [
            html.Span(
                className=f"term-swatch term-{term_class(term)}", **attrs(aria_hidden="true")
            ),
            html.Span(name[0].upper() + name[1:]),
        ],
        className="term",
    )


def term_class(term: str) -> str:
    """CR -> cr, NON-CR/NON-PD -> non-cr-non-pd."""
    return term.lower().replace("/", "-")


def swatch_css() -> str:
    """The rules of response.css that colour the swatches, from the one palette."""
    lines = []
    for term, tone in theme.RESPONSE.items():
        lines.append(f".term-{term_class(term)} {{ background: {tone.light}; }}")
        lines.append(
            f'[data-bs-theme="dark"] .term-{term_class(term)} {{ background: {tone.dark}; }}'
        )
    return "\n".join(lines)


def by_reason(answer: Answer, groups: list[dict[str, Any]], *, unfolded: int = 12) -> html.Ul:
    """Patients under the reason they share; many of them are folded away behind their count."""
    return html.Ul([_reason(answer, g, unfolded) for g in groups], className="reasons")


def _reason(answer: Answer, group: dict[str, Any], unfolded: int) -> html.Li:
    ids = group["patients"]
    items = [short(answer, u) for u in ids]
    if "terms" in group:
        items = [_with_term(u, t) for u, t in zip(items, group["terms"], strict=True)]
    reason = group["reason"][0].upper() + group["reason"][1:]
    head = text("response.bor.reason", reason=reason, n=patients(len(ids)))
    words = html.Span(_names(group["keys"], items, ids), className="patient-list")
    if len(ids) <= unfolded:
        return html.Li([html.Span(head), " ", words])
    return html.Li(html.Details([html.Summary(head, className="fold"), words], className="folded"))


def _names(keys: list[str], items: list[str], ids: list[str]) -> list[Any]:
    """a, b and c: each opens its patient."""
    last = len(items) - 1
    between = ["", *[", "] * (last - 1), *([text("word.and")] if last else [])]
    each = zip(between, keys, items, ids, strict=True)
    return [part for gap, key, item, id_ in each for part in (gap, name(key, item, id_)) if part]


def _with_term(patient: str, term: str) -> str:
    return text(
        "response.waterfall.without.item",
        patient=patient,
        term=text(f"response.short.{term}") if term != "MISSING" else text("response.term.MISSING"),
    )


def plural(key: str, n: int, **values: object) -> str:
    """`key`.one for a single patient where the catalogue has it."""
    return text(f"{key}.one" if n == 1 else key, n=n, **values)
