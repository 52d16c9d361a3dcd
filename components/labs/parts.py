"""What the cards of the Laboratory page share: who is counted, what is missing, values in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import empty
from components.menu import choices, menu
from components.metric import metric
from components.overview.parts import Answer, brackets
from components.safety.parts import with_query
from components.who import count, person
from dashboard.metrics.types import Proportion
from dashboard.text import text

#: from here on digits are grouped
GROUPED = 10_000
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def nothing(answer: Answer) -> list[Any]:
    """Why there is nothing to show, and what would mend it; [] where there is."""
    why = answer["missing"]
    if why:
        return [empty(text(f"labs.missing.{why}"), hint=text(f"labs.missing.{why}.hint"))]
    if answer["n"] == 0:
        return [empty(text("card.empty.filter"))]
    return []


def no_grades(answer: Answer) -> list[Any]:
    """That the version of CTCAE in study.toml has no table of limits here; [] where it has."""
    if answer["graded"]:
        return []
    words = text("labs.ungraded.version", version=answer["version"])
    return [empty(words, hint=text("labs.ungraded.version.hint"))]


def version(answer: Answer) -> str:
    """CTCAE v5.0."""
    return text("labs.version", version=answer["version"])


def amount(value: float | None) -> str:
    """A value with three figures, never more decimals than tell something: 386, 48.5, 1.92.

    Large ones are grouped: 228,600."""
    if value is None:
        return text("number.ne")
    size = abs(value)
    if size >= GROUPED:
        return f"{value:,.0f}"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    told = numbers.fixed(value, digits)
    return told.rstrip("0").rstrip(".") if "." in told else told


def unit(words: str | None) -> str:
    """A unit as a paper prints it: µmol/L, 10⁹/L; "" for none."""
    if not words:
        return ""
    told = re.sub(r"10(?:\^|\*\*|\*|E\+?0?)?(\d{1,2})(?=/)", _power, words)
    return re.sub(r"^u(?=(mol|kat|g|IU))", "µ", told)


def _power(found: re.Match[str]) -> str:
    return "10" + found[1].translate(_POWERS)


def label(words: str, unit_: str = "") -> str:
    """The name of a parameter without the unit that stands behind it in brackets."""
    bare, _, rest = words.rpartition(" (")
    inside = rest.removesuffix(")")
    is_unit = rest.endswith(")") and (inside == unit_ or "/" in inside or inside == "%")
    return bare if bare and is_unit else words


def with_unit(value: str, unit_: str) -> str:
    return f"{value} {unit(unit_)}".strip()


def proportion(
    answer: Answer, told: Mapping[str, Any], who: str, *, of: str = "", method: bool = False
) -> list[Any]:
    """12/34 (35.3%; 95% CI 19.7 to 53.5): the count opens its patients."""
    number = Proportion.from_json(told)
    words = numbers.in_brackets if method else numbers.plain_brackets
    return [
        count(numbers.counts(number), who, of=of),
        " ",
        brackets(words(number, small=answer["min_group"])),
    ]


def cycle_words(cycles: Mapping[str, Any]) -> str:
    """Where the cycles come from."""
    if not cycles["numbered"]:
        return text("labs.cycles.fixed", days=cycles["length"])
    if cycles["drug"]:
        return text("labs.cycles.drug", drug=cycles["drug"])
    return text("labs.cycles.records")


def sentence(*parts: Any, metrics: tuple[str, ...]) -> html.P:
    return html.P(list(parts), className="sentence wide", **metric(*metrics))


def figure_note(words: Iterable[str], *metrics: str) -> html.P:
    return html.P(" ".join(words), className="figure-note", **metric(*metrics))


def fold(title: str, children: list[Any]) -> html.Details:
    """More of the same, for whom it concerns."""
    return html.Details([html.Summary(title, className="fold"), *children], className="folded")


def table(title: str, head: list[Any], body: list[Any], *, extra: str = "") -> html.Div:
    """A table of numbers in a frame that scrolls by itself."""
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([h if isinstance(h, html.Th) else th(h) for h in head])),
                html.Tbody(body),
            ],
            className=f"numbers-table lab-table {extra}".strip(),
        ),
        className="table-frame by-group-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
    )


def th(words: Any, **more: Any) -> html.Th:
    return html.Th(words, scope="col", **more)


def lead(answer: Answer, usubjid: str, key: str) -> html.Th:
    """A patient at the head of a line: highlights, and leads to the patient's page."""
    return html.Th(person(answer, key, usubjid), scope="row", className="who-cell")


def chooser(answer: Answer) -> list[Any]:
    """The menu of parameters: links, so that each choice has an address. [] for a single one."""
    if len(answer["choices"]) < 2:
        return []
    now, first = answer["parameter"], answer["choices"][0][0]
    items = [
        (words, with_query(answer["query"], lab=None if code == first else code), code == now)
        for code, words in answer["choices"]
    ]
    face = [html.Span(f"{text('labs.choose')}: ", className="choice-name"), answer["label"]]
    full = text("labs.choose.now", value=answer["label"])
    picker = menu(
        face, choices(items, current_words=text("shell.current")), name=full, extra="picker"
    )
    return [html.Div([picker], className="card-choices", **metric("lab_values"))]
