"""Deaths and serious events first: a line each, new ones marked, "none" said in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.card import card
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, have, lower, plural, tools
from components.safety import lines as parts
from components.safety.lines import pager, table
from components.safety.parts import card_n
from components.who import count, row
from components.written import written
from dashboard.metrics.types import Proportion
from dashboard.text import day, text

NAME = "safety-grave"
METRICS = ("deaths", "ae_serious", "death_line", "ae_line", "safety_n")
ROWS = "safety-grave-rows"
#: lines of one page
SIZE = 10
SERIOUS = ("patient", "event", "day", "grade", "related", "state", "dose", "news")
DEATHS = ("patient", "death", "after", "cause", "fatal", "news")

Line = Mapping[str, Any]


def draw(answer: Answer, held: object = None) -> html.Section:
    if answer["missing"] == "doses":
        body: list[Any] = [html.P(text("safety.missing.doses"), className="card-empty")]
    elif not answer["n"]:
        body = [html.P(text("card.empty.filter"), className="card-empty")]
    else:
        body = [html.Div(rows_of(answer, held), id=ROWS, **attrs(data_keep_focus="true"))]
    return card(
        NAME,
        text("safety.grave.title"),
        body,
        n=card_n(answer),
        n_metric="safety_n",
        subtitle=_since(answer),
        subtitle_metric="ae_line",
        tools=tools(NAME, answer),
    )


def _since(answer: Answer) -> str:
    """What "new" means here."""
    if answer["previous"] is None:
        return text("safety.grave.first")
    return text("safety.grave.since", date=day(answer["previous"]))


def rows_of(answer: Answer, held: object = None) -> list[Any]:
    return [
        *_deaths(answer, page_in(held, "deaths")),
        *_serious(answer, page_in(held, "serious")),
        *_short(answer),
    ]


def _short(answer: Answer) -> list[Any]:
    """On a phone: where the doses are that its short lines leave out."""
    lines = answer["deaths"]["lines"] or answer["serious"]["lines"]
    if not answer["doses_known"] or not lines:
        return []
    return [html.P(text("safety.grave.short"), className="figure-note on-phone")]


def page_in(held: object, name: str) -> int:
    """A page the reader has turned to: from the browser, so it may be anything."""
    page = held.get(name) if isinstance(held, Mapping) else 1
    good = isinstance(page, int) and not isinstance(page, bool) and 1 <= page < 10**5
    return page if good and isinstance(page, int) else 1


def turned(
    lines: Sequence[Line], page: int, name: str, about: str, *, card_name: str = NAME
) -> tuple[Sequence[Line], list[Any]]:
    """The lines of a page, and its buttons; `about` is the definition of a line."""
    pages = max(1, -(-len(lines) // SIZE))
    page = min(page, pages)
    shown = lines[(page - 1) * SIZE : page * SIZE]
    first = (page - 1) * SIZE + 1
    words = text("safety.grave.page", first=first, last=first + len(shown) - 1, n=len(lines))
    turning = pager(card_name, name, page, pages, words)
    return shown, [] if turning is None else [html.Div(turning, **metric(about))]


# --- deaths --------------------------------------------------------------------------------------


def _deaths(answer: Answer, page: int) -> list[Any]:
    found = answer["deaths"]
    title = html.H3(ask(text("safety.deaths"), "deaths"), className="list-title")
    words = [
        html.P(death_words(answer), className="sentence wide", **metric("deaths", "death_line"))
    ]
    if not found["lines"]:
        return [title, *words]
    shown, turning = turned(found["lines"], page, "deaths", "death_line")
    return [title, *words, death_table(answer, shown), *turning]


def death_words(answer: Answer) -> list[Any]:
    found = answer["deaths"]
    parts_: list[Any] = []
    if not found["known"]:
        parts_.append(text("safety.deaths.unknown"))
    elif not found["n_recorded"]:
        parts_.append(text("safety.deaths.none", n=answer["n"]))
    else:
        rate = Proportion.from_json(found["recorded"])
        small = answer["min_group"]
        parts_ += [
            count(numbers.counts(rate), found["who"], of=text("safety.deaths")),
            f" {numbers.plain_brackets(rate, small=small)} ",
            text("safety.deaths.words", have=have(rate.x)),
            *_of_them(answer),
        ]
    if found["known"] and found.get("only_events"):
        parts_ += [" ", plural("safety.deaths.only_events", found["only_events"])]
    if not found.get("events_known", True):
        parts_ += [" ", text("safety.deaths.no_events")]
    if found["untreated"]:
        parts_ += [" ", plural("safety.deaths.untreated", len(found["untreated"]))]
    return parts_


def _of_them(answer: Answer) -> list[Any]:
    """By fatal events, time since the last dose, recorded cause, and what is new."""
    said: list[Any] = [text("safety.deaths.of_them")]
    told = answer["deaths"]["parts"]
    for i, part in enumerate(told):
        words = text(
            f"safety.deaths.part.{part['id']}",
            days=answer["teae_end_days"],
            cause=lower(part["words"]),
        )
        said += [", " if i else " ", count(str(part["n"]), part["who"], of=words), f" {words}"]
    return [*said, ". ", text("safety.deaths.order")]


def death_table(
    answer: Answer, lines: Sequence[Line], heads: Mapping[str, html.Th] | None = None
) -> html.Div:
    """`heads` are the headings that do more than name a column."""
    title = text("safety.deaths")
    columns = [c for c in DEATHS if c != "news" or answer["previous"] is not None]
    own = heads or {}
    made = [own.get(c) or html.Th(text(f"safety.col.{c}"), scope="col") for c in columns]
    made_table = html.Table(
        [
            html.Caption(title, className="visually-hidden"),
            html.Thead(html.Tr(made)),
            html.Tbody([_death_row(answer, line, columns) for line in lines]),
        ],
        className=f"numbers-table event-lines{' sorted-lines' if own else ''}",
    )
    return written(made_table, title, "death_line")


def _death_row(answer: Answer, line: Line, columns: Sequence[str]) -> html.Tr:
    cells: list[Any] = [html.Th(parts.patient(answer, line), scope="row", className="whole")]
    for column in columns[1:]:
        head = attrs(data_head=text(f"safety.col.{column}"))
        words = parts.one(_DEATH[column](answer, line))
        cells.append(html.Td(words, className=f"at-{column}", **head))
    return row(cells, line["key"])


def death_day(answer: Answer, line: Line) -> str:
    if line["when"] is None:
        return text("safety.death.undated")
    if line["day"] is None:
        return day(line["when"])
    return text("safety.death.day", day=line["day"], when=day(line["when"]))


def after_words(answer: Answer, line: Line) -> Any:
    """How long after the last dose of any study drug, and what was given last."""
    days = line["days_after"]
    words = text("number.ns")
    if days is not None:
        words = plural("safety.death.after", days)
        if days < 0:
            words = text("safety.death.before", n=-days)
    doses = [html.Span(parts.dose_words(d), className="cell-more given") for d in line["doses"]]
    return [words, *doses]


def fatal_words(answer: Answer, line: Line) -> Any:
    """The fatal events on record, or that there are none."""
    if not line["events"]:
        return text("safety.death.no_event")
    return [_fatal(answer, e) for e in line["events"]]


def _fatal(answer: Answer, event: Line) -> html.Span:
    related = parts.related_text(answer, event)
    when = "" if event["first"] is None else text("safety.death.event.day", day=event["first"])
    notes = [when, parts.grade_phrase(answer, event), related]
    if not event["emergent"]:
        notes.append(text("safety.line.not_emergent"))
    more = html.Span(", ".join(n for n in notes if n), className="cell-more")
    return html.Span([parts.term(answer, event), more], className="cell-first")


def cause_words(answer: Answer, line: Line) -> Any:
    first = [html.Span(line["backbone"], className="cell-more")] if line["backbone"] else []
    if not line["recorded"]:
        return [html.Span(text("safety.death.not_recorded"), className="trouble-line"), *first]
    return [line["cause"] or text("safety.death.cause.none"), *first]


_DEATH = {
    "death": death_day,
    "after": after_words,
    "cause": cause_words,
    "fatal": fatal_words,
    "news": parts.news,
}


# --- serious events ------------------------------------------------------------------------------


def _serious(answer: Answer, page: int) -> list[Any]:
    found = answer["serious"]
    title = html.H3(ask(text("safety.serious"), "ae_serious"), className="list-title")
    if answer["missing"] == "events":
        return [title, html.P(text("safety.missing.events"), className="sentence")]
    if not found["known"]:
        return [title, html.P(text("safety.unknown.serious"), className="sentence")]
    if not found["lines"]:
        none = text("safety.serious.none", n=answer["n"])
        return [title, html.P(none, className="sentence", **metric("ae_serious"))]
    shown, turning = turned(found["lines"], page, "serious", "ae_line")
    columns = [c for c in SERIOUS if c != "news" or answer["previous"] is not None]
    words = html.P(_serious_words(answer), className="sentence", **metric("ae_serious"))
    return [title, words, table(answer, shown, columns, text("safety.serious")), *turning]


def _serious_words(answer: Answer) -> list[Any]:
    found = answer["serious"]
    small = answer["min_group"]
    rate, whole = Proportion.from_json(found["emergent"]), Proportion.from_json(found["all"])
    said: list[Any] = [
        count(numbers.counts(rate), found["emergent_who"], of=text("safety.serious")),
        f" {numbers.plain_brackets(rate, small=small)} ",
        text(
            "safety.serious.words",
            have=have(rate.x),
            events=plural("safety.events", found["emergent_events"]),
        ),
    ]
    others = len(found["lines"]) - found["emergent_events"]
    if others:
        said += [" ", plural("safety.serious.others", others)]
        said.append(f" {text('safety.serious.all', x=whole.x, n=whole.n)}")
    if answer["previous"] is not None:
        key = "safety.serious.new" if found["new"] else "safety.serious.new.none"
        said += [" ", plural(key, found["new"]) if found["new"] else text(key)]
    return said


def rows(answer: Answer) -> Rows:
    """Deaths, then serious events, in one table: what is not of a kind is empty."""
    body: list[tuple[Any, ...]] = []
    for line in answer["deaths"]["lines"]:
        fatal = "; ".join(e["term"] for e in line["events"])
        body.append(
            (
                text("safety.csv.death"), line["usubjid"], line["backbone"], line["when"],
                line["day"], line["days_after"],
                line["cause"] if line["recorded"] else text("safety.death.not_recorded"),
                fatal, "", "", "", "", "", "", _news(line),
            )
        )  # fmt: skip
    for line in answer["serious"]["lines"]:
        body.append(
            (
                text("safety.csv.serious"), line["usubjid"], line["backbone"], line["start"],
                line["first"], line["days_after"], "", line["term"], line["soc"],
                line["grade"] or "", parts.related_text(answer, line), line["state"], line["end"],
                "; ".join(parts.dose_words(d) for d in line["doses"]), _news(line),
            )
        )  # fmt: skip
    return tuple(text("safety.grave.csv").split(",")), body


def _news(line: Line) -> str:
    found = line.get("news")
    return "" if found is None else text(f"safety.news.{found or 'known'}")
