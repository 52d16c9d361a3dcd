"""Urate as a card: the story in a sentence, every line with its marks, who had a stone or gout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.events.parts import cell
from components.figures.urate import HEIGHT, urate_figure
from components.graph import graph
from components.labs.parts import (
    amount,
    figure_note,
    fold,
    lead,
    nothing,
    proportion,
    table,
)
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, plural, tools
from components.safety.parts import card_n
from components.who import count, plain
from dashboard.metrics.lab_units import FACTORS
from dashboard.metrics.types import Proportion
from dashboard.metrics.urate_story import KINDS
from dashboard.text import listed, text

NAME = "labs-urate"
METRICS = ("urate", "urate_event", "dose_change", "ae_external", "safety_n")
#: umol/L of urate in 1 mg/dL
UMOL_PER_MG = FACTORS["urate"]["mg/dl"]
#: events that stand in the card; all of them are in its file
LISTED = 40


def draw(answer: Answer) -> html.Section:
    drawn = bool(answer["found"] and answer["lines"])
    return card(
        NAME,
        text("labs.urate.title"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=drawn, select=drawn),
    )


def _body(answer: Answer) -> list[Any]:
    if not answer["found"]:
        return [empty(text("labs.urate.missing"), hint=text("labs.urate.missing.hint"))]
    if not answer["lines"]:
        units = listed(u["unit"] or text("labs.no_unit") for u in answer["units"])
        return [
            html.Div(
                empty(text("labs.urate.units", units=units), hint=text("labs.urate.units.hint")),
                **metric("urate"),
            )
        ]
    return [
        _headline(answer),
        _story(answer),
        *_listing(answer),
        _figure(answer),
        figure_note(_key(answer), "urate", "urate_event", "dose_change"),
        _bands(answer),
        *_published(answer),
    ]


def _headline(answer: Answer) -> html.Dl:
    """Three numbers: above the last but one edge, with a stone or gout, with a changed dose."""
    high = next(a for a in answer["above"] if a["edge"] == answer["watched"])
    share = Proportion.from_json(high["proportion"])
    told = numbers.plain_brackets(share, small=answer["min_group"])
    last = answer["last_above"]
    items = [
        _number(
            "urate",
            text("labs.urate.above", edge=f"{high['edge']:g}"),
            count(numbers.counts(share), high["who"], of=text("labs.urate.title")),
            told,
            [
                text("labs.urate.last_above"),
                " ",
                count(f"{last['n']}/{share.n}", last["who"], of=text("labs.urate.last_above")),
            ],
        ),
        _events_number(answer),
        _doses_number(answer),
    ]
    return html.Dl(items, className="survival-headline")


def _number(
    metric_id: str, title: str, value: Any, more: str, then: list[Any] | None = None
) -> html.Div:
    under = [html.Span(then, className="cell-more")] if then else []
    return html.Div(
        [
            html.Dt(ask(title, metric_id)),
            html.Dd([value, " ", brackets(more), *under], className="paper"),
        ],
        **metric(metric_id),
    )


def _events_number(answer: Answer) -> html.Div:
    title = text("labs.urate.events")
    if not answer["events_known"]:
        return _number("urate_event", title, plain(text("number.ns")), text("labs.urate.no_events"))
    own = [e for e in answer["events"] if e["kind"] in KINDS]
    keys = list(dict.fromkeys(e["key"] for e in own))
    parts = []
    for kind in KINDS:
        n = len({e["key"] for e in own if e["kind"] == kind})
        if n:
            parts.append(text(f"labs.urate.count.{kind}", n=n))
    more = listed(parts) if parts else text("labs.urate.events.none")
    x = f"{len(keys)}/{answer['n']}"
    return _number("urate_event", title, count(x, " ".join(keys), of=title), more)


def _doses_number(answer: Answer) -> html.Div:
    title = text("labs.urate.doses", drug=_drugs(answer))
    if not answer["doses_known"] or not answer["changes_recorded"]:
        why = "labs.urate.no_doses" if not answer["doses_known"] else "labs.urate.no_changes"
        return _number("dose_change", title, plain(text("number.ns")), text(why))
    found = answer["changed"]
    parts = [text(f"labs.dose.count.{kind}", n=n) for kind, n in found["kinds"]]
    more = listed(parts) if parts else text("labs.urate.doses.none")
    x = f"{found['n']}/{answer['n_dosed']}"
    return _number("dose_change", title, count(x, found["who"], of=title), more)


def _story(answer: Answer) -> html.Ul:
    """How urate went, who went over a limit, what it was when a stone came, and what followed."""
    lines = [*_implausible(answer), *_values(answer), *_reported(answer)]
    if answer["events_known"]:
        lines += _before(answer)
    return html.Ul(
        [html.Li(words) for words in lines], className="story-lines", **metric(*METRICS[:3])
    )


def _implausible(answer: Answer) -> list[Any]:
    """That some values are hardly in the unit they state: before anything is read from them."""
    told = answer["implausible"]
    if not told["n"]:
        return []
    low, high = (amount(v) for v in told["range"])
    words = plural("labs.values", told["n"])
    opens = count(words, told["who"], of=text("labs.urate.implausible.of"))
    said = text("labs.urate.implausible", low=low, high=high)
    return [html.Span([opens, " ", said], className="trouble-line")]


def _mg(value: float | None) -> str:
    """mg/dL of an amount in umol/L."""
    return text("number.ne") if value is None else numbers.fixed(value / UMOL_PER_MG)


#: quartiles of fewer patients say nothing
FEW = 4


def _values(answer: Answer) -> list[Any]:
    change, words = answer["change"], []
    if change["n"]:
        before, peak = change["before"]["median"], change["peak"]["median"]
        rise = change["rise"]
        spread = text("labs.quartiles", **{k: amount(rise[k]) for k in ("median", "q1", "q3")})
        words.append(
            text(
                "labs.urate.rise",
                before=amount(before),
                before_mg=_mg(before),
                peak=amount(peak),
                peak_mg=_mg(peak),
            )
        )
        few = change["n"] < FEW
        told = amount(rise["median"]) if few else spread
        key = "labs.urate.own.few" if few else "labs.urate.own"
        words[-1] += " " + text(key, rise=told, n=change["n"])
    if answer["over"]:
        words.append(text("labs.urate.over", parts=listed(_limit(o) for o in answer["over"])))
    return words


def _limit(over: dict[str, Any]) -> str:
    share = over["proportion"]
    already = plural("labs.urate.already", over["already"]) if over["already"] else ""
    return text(
        f"labs.urate.over.{over['sex']}",
        x=share["x"],
        n=share["n"],
        limit=f"{over['limit']:g}",
        already=already,
    )


def _reported(answer: Answer) -> list[Any]:
    """A third count, of adverse events: not to be taken for one of values."""
    told = answer["reported"]
    if told is None:
        return []
    x = count(f"{told['n']}/{answer['n']}", told["who"], of=text("labs.urate.reported.of"))
    return [[text("labs.urate.reported"), " ", x, ". ", text("labs.urate.reported.note")]]


def _before(answer: Answer) -> list[str]:
    """What urate was before each stone or gout; whether they are over; what was done about them."""
    told = answer["story"]
    if not told["n"]:
        return [text("labs.urate.events.nobody", n=answer["n"])]
    words, n = [], told["n"]
    if told["known"]:
        low, high = amount(told["low"]), amount(told["high"])
        key = "labs.urate.before.one" if low == high else "labs.urate.before"
        edge, x = f"{answer['watched']:g}", told["above"]
        words.append(text(key, low=low, high=high, edge=edge, x=x, n=told["known"]))
    said = [text("labs.urate.over_now", x=told["over"], n=n)]
    if answer["changes_recorded"]:
        drug = _drugs(answer)
        said.append(text("labs.urate.then_changed", drug=drug, x=told["changed"], n=n))
    return [*words, " ".join(said)]


def _drugs(answer: Answer) -> str:
    return listed(answer["drugs"]) or text("labs.urate.drug")


def _listing(answer: Answer) -> list[Any]:
    """Each stone, gout or kidney event: who, when, urate before it, what was done with the dose."""
    if not answer["events"]:
        return []
    heads = _heads(answer)
    asked = ("", "urate_event", "", "urate", "", "dose_change")
    head = [ask(h, m) if m else h for h, m in zip(heads, asked, strict=True)]
    every = sorted(answer["events"], key=_order)
    body = [_event(answer, e) for e in every[:LISTED]]
    made: list[Any] = [table(text("labs.urate.list"), head, body, extra="stacking")]
    if len(every) > LISTED:
        made.append(html.P(plural("labs.urate.more", len(every) - LISTED), className="figure-note"))
    return [html.Div(made, **metric("urate_event", "urate", "dose_change"))]


def _heads(answer: Answer) -> list[str]:
    return [
        text("labs.patient"),
        text("labs.urate.event"),
        text("labs.urate.day"),
        text("labs.urate.last"),
        text("labs.urate.peak"),
        text("labs.urate.then", drug=_drugs(answer)),
    ]


def _order(event: dict[str, Any]) -> tuple[bool, int, str]:
    return event["kind"] not in KINDS, event["first"] or 0, event["usubjid"]


def _event(answer: Answer, event: dict[str, Any]) -> html.Tr:
    grade = text("labs.grade", grade=event["grade"]) if event["grade"] else text("labs.ungraded")
    state = text(f"labs.state.{event['state']}")
    day = text("number.ns") if event["first"] is None else str(event["first"])
    if event["last"] is not None and event["first"] is not None:
        day = text("labs.days", first=event["first"], last=event["last"])
    before = amount(event["before"])
    if event["before_day"] is not None:
        before = text("labs.urate.value_on", value=before, day=event["before_day"])
    serious = [text("labs.serious")] if event["serious"] else []
    what = [event["words"], html.Span(", ".join([grade, *serious, state]), className="cell-more")]
    facts: list[list[Any]] = [
        what,
        [day],
        [before if event["before"] is not None else text("labs.urate.no_value")],
        [amount(event["peak"]) if event["peak"] is not None else text("number.ns")],
        [_done(answer, event)],
    ]
    heads = _heads(answer)[1:]
    return html.Tr(
        [
            lead(answer, event["usubjid"], event["key"]),
            *(cell(h, *f) for h, f in zip(heads, facts, strict=True)),
        ],
        **{"data-patients": event["key"]},
    )


def _done(answer: Answer, event: dict[str, Any]) -> str:
    """What was done with the study drug around the event, else when it was changed at all."""
    if not answer["changes_recorded"]:
        return text("number.ns")
    if event["done"]:
        return "; ".join(dict.fromkeys(_change(m) for m in event["done"]))
    if event["others"]:
        return text("labs.urate.done.other", days=listed(str(d) for d in event["others"]))
    return text("labs.urate.done.none")


def _change(mark: dict[str, Any]) -> str:
    return text("labs.urate.done", words=mark["words"], day=mark["day"])


def _figure(answer: Answer) -> html.Div:
    return graph(
        "labs-urate-figure",
        urate_figure(answer),
        alt=_alt(answer),
        file_name=f"{answer['study_id']}-{answer['cut_date']}-urate",
        height=HEIGHT,
        metrics=("urate", "urate_event", "dose_change"),
    )


def _alt(answer: Answer) -> str:
    return text(
        "labs.urate.alt",
        n=answer["n_measured"],
        edges=listed(f"{e:g}" for e in answer["edges"]),
        events=len(answer["events"]),
        marks=len(answer["marks"]),
    )


def _key(answer: Answer) -> list[str]:
    words = [text("labs.urate.key")]
    absent = answer["n"] - answer["n_measured"]
    if absent:
        words.append(plural("labs.urate.absent", absent))
    if len(answer["lines"]) < answer["n_measured"]:
        words.append(text("labs.lines.few", drawn=len(answer["lines"]), n=answer["n_measured"]))
    if answer["units"]:
        units = listed(u["unit"] or text("labs.no_unit") for u in answer["units"])
        n = sum(u["n"] for u in answer["units"])
        words.append(text("labs.urate.units.some", values=plural("labs.values", n), units=units))
    if not answer["events_known"]:
        words.append(text("labs.urate.no_events.note"))
    if not answer["doses_known"]:
        words.append(text("labs.urate.no_doses.note"))
    elif not answer["changes_recorded"]:
        words.append(text("labs.urate.no_changes.note"))
    return words


def _published(answer: Answer) -> list[Any]:
    """What was published of stones and gout, each row with its population and source."""
    if not answer["expected"]:
        return []
    items = []
    for told in answer["expected"]:
        more = "; ".join(filter(None, (told["population"], told["source"])))
        items.append(html.Li([told["said"], html.Span(f" ({more})", className="muted")]))
    title = text("labs.urate.expected")
    return [
        html.Div(fold(title, [html.Ul(items, className="lab-problems")]), **metric("ae_external"))
    ]


def _bands(answer: Answer) -> html.Div:
    """Patients per band at their highest and last value, and at each visit."""
    head = [
        ask(text("labs.urate.band"), "urate"),
        text("labs.urate.at_peak"),
        text("labs.urate.at_last"),
    ]
    n = answer["n_measured"]
    body = [
        html.Tr(
            [
                html.Th(b["label"], scope="row"),
                html.Td(count(f"{b['peak']}/{n}", b["peak_who"], of=b["label"])),
                html.Td(count(f"{b['last']}/{n}", b["last_who"], of=b["label"])),
            ]
        )
        for b in answer["bands"]
    ]
    limits = [_over(answer, o) for o in answer["over"]]
    source = [text("labs.urate.source", source=answer["source"])] if answer["source"] else []
    key = "labs.urate.stated" if answer["stated"] else "labs.urate.default"
    made: list[Any] = [
        table(text("labs.urate.bands"), head, body, extra="narrow"),
        *([html.Ul(limits, className="lab-problems")] if limits else []),
        _visits(answer),
        html.P(" ".join([text(key), *source]), className="figure-note"),
    ]
    return html.Div(fold(text("labs.urate.bands"), made), **metric("urate"))


def _over(answer: Answer, over: dict[str, Any]) -> html.Li:
    words = text(f"labs.urate.limit.{over['sex']}", limit=f"{over['limit']:g}")
    return html.Li([words, " ", *proportion(answer, over["proportion"], over["who"], of=words)])


def _visits(answer: Answer) -> html.Div:
    labels = answer["labels"]
    head: Sequence[Any] = [
        text("labs.visit"),
        text("labs.n"),
        text("labs.median"),
        *labels,
    ]
    body = [
        html.Tr(
            [
                html.Th(v["visit"], scope="row"),
                html.Td(str(v["n"])),
                html.Td(
                    text(
                        "labs.quartiles",
                        median=amount(v["median"]),
                        q1=amount(v["q1"]),
                        q3=amount(v["q3"]),
                    )
                ),
                *(html.Td(str(v["bands"][label])) for label in labels),
            ]
        )
        for v in answer["visits"]
    ]
    return table(text("labs.urate.visits"), list(head), body, extra="visits")


HEADER = ("patient", "kind", "day", "value", "visit", "words", "reason")


def rows(answer: Answer) -> Rows:
    """Every urate value that is drawn, then events and changed doses."""
    body: list[tuple[Any, ...]] = []
    for line in answer["lines"] or ():
        body += [
            (line["usubjid"], text("labs.csv.value"), d, v, visit, "", "")
            for d, v, visit in zip(line["day"], line["value"], line["visit"], strict=True)
        ]
    for e in answer.get("events", ()):
        day = "" if e["first"] is None else e["first"]
        before = "" if e["before"] is None else e["before"]
        body.append((e["usubjid"], text("labs.csv.event"), day, before, "", e["words"], ""))
    for m in answer.get("marks", ()):
        before = "" if m["before"] is None else m["before"]
        why = m["reason"] or ""
        body.append((m["usubjid"], text("labs.csv.dose"), m["day"], before, "", m["words"], why))
    return tuple(text(f"labs.csv.{k}") for k in HEADER), body
