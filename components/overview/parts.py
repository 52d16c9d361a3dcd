"""What the Overview's cards share: their definition entries, tools and interval bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import Tools
from components.who import count
from dashboard.metrics.types import PatientProportion, Proportion
from dashboard.text import day, text

Answer = Mapping[str, Any]
#: header, then rows: what a card shows, as cells
Rows = tuple[tuple[str, ...], list[tuple[Any, ...]]]

PROPORTION_HEADER = (
    "csv.measure",
    "csv.x",
    "csv.n",
    "csv.estimate",
    "csv.lower",
    "csv.upper",
    "csv.level",
    "csv.method",
)


def tools(
    name: str,
    answer: Answer,
    *,
    data: bool = True,
    picture: bool = False,
    select: bool = False,
    passport: bool = True,
    code: bool = True,
    key: str = "",
) -> Tools:
    """Definitions, data and link; pictures for a card with a figure.

    Definitions come from the registry (`Card.metrics`). `key`: the patient the code is about.
    """
    about = f"{name}/{key}" if key else name
    return Tools(
        passport=f"/passport/{name}.json?{answer['query']}" if passport else None,
        code=f"/code/{about}.json?{answer['query']}" if passport and code else None,
        csv=f"/download/{name}.csv?{answer['query']}" if data else None,
        picture=picture,
        select=select,
        footer=footer(answer, name),
    )


def caveats(answer: Answer, name: str) -> list[str]:
    """What must not be lost when numbers leave the screen: that they are interim, whose windows
    are open, that groups were chosen, what a bar is not."""
    words = [text("caveat.interim")]
    window = answer.get("window")
    pending = window.get("pending") if isinstance(window, Mapping) else None
    if pending:
        words.append(
            text("caveat.pending", n=pending if isinstance(pending, int) else len(pending))
        )
    if name in {"response-waterfall", "response-spider"}:
        words.append(text("caveat.nadir"))
    if "pairs" in answer and "kind" in answer:
        words.append(text("caveat.biomarkers"))
    if answer.get("randomised") is False:
        words.append(text("caveat.chosen"))
    return words


def footer(answer: Answer, name: str = "") -> str:
    """Lines under a picture that leaves the screen: trial, cut, view, n, caveats."""
    cut = text("status.cut", date=day(answer["cut_date"]))
    hash_ = f"{text('file.hash')} {answer['cut'][:16]}"
    n = f"{answer['set_label']}, {text('card.n', n=answer['n'])}"
    lines = [" · ".join((answer["study"], cut, hash_, n, answer["filter_words"]))]
    lines += caveats(answer, name)
    if answer["synthetic"]:
        lines.append(text("file.synthetic"))
    return "\n".join(lines)


def population(answer: Answer, rule: str) -> tuple[str, str]:
    """The definition's entry on who is counted."""
    filters = text("definition.population.filters") if answer["filtered"] else ""
    return (
        text("definition.population"),
        text(
            "definition.population.body",
            label=answer["set_label"],
            rule=rule,
            n=answer["n"],
            filters=filters,
        ),
    )


def patient_proportion(data: Mapping[str, Any] | None) -> PatientProportion | None:
    """The whole proportion with its patients; `headline` is the cheaper half."""
    return None if data is None else PatientProportion.from_json(data)


def headline(data: Mapping[str, Any]) -> Proportion:
    """The headline of a proportion of patients; the patients themselves are not read."""
    return Proportion.from_json(data["headline"])


def paper(result: Proportion, *, small: int, who: str = "", of: str = "") -> html.P:
    """12/34 (35.3%; 95% CI 19.7 to 53.5, Clopper-Pearson) with the counts set large.

    `who` are the keys of the patients counted, `of` what is counted.
    """
    return html.P(
        [
            count(numbers.counts(result), who, of=of),
            " ",
            brackets(numbers.in_brackets(result, small=small)),
        ],
        className="paper",
    )


def who(answer: Answer, result: Proportion) -> dict[str, str]:
    """Subject and verb of a sentence: "12 of 34 enrolled patients (35.3%; ...)", "have"."""
    key = f"who.{answer['set_id']}"
    told = numbers.plain_brackets(result, small=answer["min_group"])
    return {
        "who": text(f"{key}.one" if result.n == 1 else key, x=result.x, n=result.n, brackets=told),
        "have": have(result.x),
    }


def have(x: int) -> str:
    return text("who.have.one" if x == 1 else "who.have")


def brackets(words: str) -> html.Span:
    """The interval and its method beside a number; a line never breaks inside "log-log"."""
    return html.Span(words.replace("log-log", "log\u2011log"), className="brackets")


def interval_bar(
    label: str, estimate: float | None, lower: float | None, upper: float | None, level: float
) -> html.Div | None:
    """A line from lower to upper with the estimate marked, on a scale of 0 to 100%."""
    if estimate is None or lower is None or upper is None:
        return None
    return html.Div(
        style={
            "--from": f"{100 * lower:.2f}%",
            "--span": f"{100 * (upper - lower):.2f}%",
            "--at": f"{100 * estimate:.2f}%",
        },
        className="interval",
        role="img",
        **attrs(
            aria_label=text(
                "efficacy.interval.alt",
                label=label,
                estimate=numbers.percent(estimate),
                ci=numbers.level_words(level),
                lower=numbers.percent(lower),
                upper=numbers.percent(upper),
            )
        ),
    )


def proportion_row(measure: str, result: Proportion) -> tuple[Any, ...]:
    """One row of a file; a value that is not estimable is empty."""

    def cell(value: float | None) -> str:
        return "" if value is None else numbers.percent(value)

    return (
        measure,
        result.x,
        result.n,
        cell(result.estimate),
        cell(result.lower),
        cell(result.upper),
        result.level,
        result.method,
    )


def duration(days: float) -> str:
    """Days in words: 182.625 is 6 months; what is no whole number of months stays in days."""
    months = days / numbers.DAYS_PER_MONTH
    if months >= 0.5 and abs(months - round(months)) < 0.01:
        return text("number.months", value=round(months))
    return text("number.days", n=f"{days:g}")


def patients(n: int) -> str:
    return plural("number.patients", n)


def lower(words: str) -> str:
    """A sentence in the middle of another: its first letter small, unless it is an abbreviation."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def plural(key: str, n: int) -> str:
    """`key`.one or `key`.other."""
    return text(f"{key}.one" if n == 1 else f"{key}.other", n=n)
