"""Why every estimate changed between two cuts: then, now, and each cause with its patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components import numbers, who
from components.attributes import attrs
from components.card import card, empty
from components.cuts.parts import (
    MINUS,
    Answer,
    counted,
    cut_words,
    fold,
    keys_of,
    page_of,
    pager,
    patient,
    signed,
    table,
)
from components.menu import choices, menu
from components.metric import ask, metric
from components.overview.parts import Rows, duration, patients, tools
from components.survival import words
from dashboard.metrics.change_ledger import CAUSES
from dashboard.metrics.types import Proportion
from dashboard.text import day, text

NAME = "cuts-ledger"
#: the definition of each estimate; the panel says which response rate is meant
METRICS = {
    "enrolled": "enrolled",
    "dcr": "dcr",
    "pfs": "pfs",
    "deaths": "deaths",
    "related_grade3plus": "ae_related_high",
    "serious": "ae_serious",
}


def draw(answer: Answer) -> html.Section:
    return card(
        NAME,
        text("cuts.ledger.title"),
        _body(answer),
        n=f"{answer['set_label']}" if answer["estimates"] else None,
        subtitle=subtitle(answer),
        tools=tools(NAME, answer),
        n_metric="ledger",
        subtitle_metric="ledger",
    )


def subtitle(answer: Answer) -> str | None:
    if answer["then"] is None:
        return None
    return text("cuts.between", then=day(answer["then"]["date"]), now=day(answer["now"]["date"]))


def _body(answer: Answer) -> list[Any]:
    head = picker(answer, "ledger")
    if answer["problem"]:
        return [*head, empty(text(f"cuts.problem.{answer['problem']}"))]
    notes = []
    if answer["filtered"]:
        notes.append(text("cuts.ledger.filters", filters=answer["filter_words"]))
    if answer["rules_changed"]:
        notes.append(text("cuts.ledger.rules"))
    told = [html.P(" ".join(notes), className="sentence", **metric("ledger"))] if notes else []
    blocks = []
    for estimate in answer["estimates"]:
        blocks.append(_estimate(answer, estimate))
        if estimate["id"] == "pfs" and answer["rate"]:
            blocks.append(_rate(answer))
    return [*head, *told, *blocks]


def picker(answer: Answer, metric_id: str) -> list[Any]:
    """The choice of the other cut, every one a link. `metric_id` defines the card's numbers."""
    if not answer["choices"]:
        return []
    items = [
        (text("cuts.cut", date=day(c["date"])), f"?{c['query']}", c["current"])
        for c in answer["choices"]
    ]
    now = next((w for w, _, current in items if current), text("cuts.choose.none"))
    face = [html.Span(text("cuts.choose"), className="choice-name"), " ", now]
    return [
        html.Div(
            menu(
                face,
                choices(items, current_words=text("shell.current")),
                name=text("cuts.choose.now", cut=now),
                extra="picker",
            ),
            className="card-choices",
            **metric(metric_id),
        )
    ]


def title_of(answer: Answer, estimate: Answer) -> str:
    return text(f"cuts.estimate.{estimate['id']}")


def _estimate(answer: Answer, estimate: dict[str, Any]) -> html.Div:
    id_ = estimate["id"]
    if estimate["then"] is None or estimate["now"] is None:
        which = (
            "both"
            if estimate["then"] is estimate["now"]
            else "then"
            if estimate["then"] is None
            else "now"
        )
        return _block(
            ask(title_of(answer, estimate), metric_of(answer, id_)),
            html.P(text(f"cuts.untold.{which}"), className="paper absent"),
            [],
            (metric_of(answer, id_), "ledger"),
        )
    then, now = (Proportion.from_json(estimate[k]) for k in ("then", "now"))
    small = answer["min_group"]
    if id_ == "enrolled":
        number = _arrow(_counts(answer, estimate, str(then.n), str(now.n)), None)
    else:
        brackets = [numbers.in_brackets(p, small=small) for p in (then, now)]
        words_ = numbers.counts(then), numbers.counts(now)
        number = _arrow(_counts(answer, estimate, *words_), brackets)
    lines: list[Any] = [_cause(id_, c, mine) for c, mine in grouped(estimate["moves"])]
    if lines:
        lines = [_heads(id_), *lines, _total(id_, estimate["moves"])]
    else:
        lines = [html.P(text("cuts.unchanged"), className="sentence")]
    asked = metric_of(answer, id_)
    title = ask(title_of(answer, estimate), asked)
    return _block(title, number, lines, (asked, "ledger"), anchor=id_)


def metric_of(answer: Answer, estimate: str) -> str:
    """The definition of an estimate; of the response rate that the Overview sets large."""
    return str(answer["response"]) if estimate == "orr" else METRICS[estimate]


def _counts(answer: Answer, estimate: Answer, then: str, now: str) -> list[Any]:
    """Both counts; each opens the patients behind it."""
    title = title_of(answer, estimate)
    pairs = zip(("then", "now"), (then, now), strict=True)
    return [
        who.count(words_, keys_of(answer, estimate["who"][side]), of=title)
        for side, words_ in pairs
    ]


def grouped(moves: Sequence[Sequence[Any]]) -> list[tuple[str, list[Sequence[Any]]]]:
    """Moves by cause, in the order of the causes."""
    return [(c, mine) for c in CAUSES if (mine := [m for m in moves if m[1] == c])]


def _block(
    title: Any, number: Any, lines: list[Any], metrics: tuple[str, str], anchor: str = ""
) -> html.Div:
    """`metrics`: the definitions of the estimate and of what its causes moved."""
    more = attrs(id=f"change-{anchor}") if anchor else {}
    return html.Div(
        [
            html.Div([html.H3(title), number], className="change-head", **metric(metrics[0])),
            html.Div(lines, className="change-causes", **metric(metrics[1])),
        ],
        className="change",
        **more,
    )


def _arrow(counts: Sequence[Any], brackets: list[str] | None) -> html.Div:
    sides = []
    for i, count in enumerate(counts):
        inside = [
            html.Span(text(f"cuts.side.{('then', 'now')[i]}"), className="visually-hidden"),
            html.Span(count, className="count") if isinstance(count, str) else count,
        ]
        if brackets:
            inside.append(
                html.Span(brackets[i].replace("log-log", "log\u2011log"), className="brackets")
            )
        sides.append(html.Div(inside, className="change-side"))
    arrow = html.Span("→", className="change-arrow", **attrs(aria_hidden="true"))
    return html.Div([sides[0], arrow, sides[1]], className="change-number")


def _heads(id_: str) -> html.Div:
    cells = [
        html.Span(text("cuts.head.cause")),
        *([] if id_ == "enrolled" else [html.Span(text(f"cuts.head.{id_}"))]),
        html.Span(text("cuts.head.n")),
    ]
    return html.Div(cells, className=_line_class(id_, "cause-heads"), **attrs(aria_hidden="true"))


def _line_class(id_: str, name: str) -> str:
    return f"cause-line {name} {'single' if id_ == 'enrolled' else ''}".strip()


def _cause(id_: str, cause: str, mine: list[Sequence[Any]]) -> html.Details:
    told_ = patients(len({m[0] for m in mine}))
    label = html.Span(text(f"cuts.cause.{cause}"), className="cause-name")
    face = [html.Span([label, html.Span(told_, className="muted")]), *_numbers(id_, mine)]
    return fold(f"ledger:{id_}:{cause}", face, extra=_line_class(id_, "cause"))


def _numbers(id_: str, moves: Sequence[Sequence[Any]]) -> list[html.Span]:
    """What moves add to numerator and denominator; the heads are said where they are not seen."""
    dx, dn = sum(m[2] for m in moves), sum(m[3] for m in moves)
    cells = [] if id_ == "enrolled" else [_number(text(f"cuts.head.{id_}"), signed(dx))]
    return [*cells, _number(text("cuts.head.n"), signed(dn))]


def _number(head: str, told: str) -> html.Span:
    return html.Span(
        [html.Span(f", {head} ", className="visually-hidden"), told], className="number"
    )


def _total(id_: str, moves: Sequence[Sequence[Any]]) -> html.Div:
    cells = [ask(text("cuts.total"), "ledger"), *_numbers(id_, moves)]
    return html.Div(cells, className=_line_class(id_, "cause-total"))


def _rate(answer: Answer) -> html.Div:
    rate = answer["rate"]
    title = ask(text("cuts.estimate.pfs_rate", time=duration(rate["day"])), "pfs_rate")
    metrics = ("pfs_rate", "ledger_rate")
    number = _arrow([_rate_count(rate[k]) for k in ("then", "now")], _rate_brackets(answer))
    if rate["then"] is None or rate["now"] is None or not rate["split"]:
        words_ = text("cuts.rate.unsplit")
        return _block(title, number, [html.P(words_, className="sentence")], metrics)
    if not rate["shares"]:
        words_ = text("cuts.unchanged")
        return _block(title, number, [html.P(words_, className="sentence")], metrics)
    heads = html.Div(
        [html.Span(text("cuts.head.cause")), html.Span(text("cuts.head.points"))],
        className="cause-line cause-heads single",
        **attrs(aria_hidden="true"),
    )
    lines = [_share(s) for s in rate["shares"]]
    total = html.Div(
        [
            ask(text("cuts.total"), "ledger_rate"),
            html.Span(points(rate["now"] - rate["then"]), className="number"),
        ],
        className="cause-line cause-total single",
    )
    return _block(title, number, [heads, *lines, total], metrics)


def _rate_count(value: float | None) -> str:
    return text("number.ne") if value is None else f"{numbers.percent(value)}%"


def _rate_brackets(answer: Answer) -> list[str]:
    """Of each cut: interval, method, events and patients."""
    return [
        text(
            "cuts.rate.brackets",
            ci=numbers.level_words(side["level"]),
            interval=numbers.interval(side["lower"], side["upper"]),
            method=side["method"],
            events=side["events"],
            n=side["n"],
        )
        for side in answer["rate"]["sides"]
    ]


def _share(share: dict[str, Any]) -> html.Details:
    label = text(f"cuts.cause.{share['cause']}")
    told_ = patients(len(share["patients"]))
    face = [
        html.Span([html.Span(label, className="cause-name"), html.Span(told_, className="muted")]),
        _number(text("cuts.head.points"), points(share["change"])),
    ]
    return fold(f"ledger:rate:{share['cause']}", face, extra="cause-line cause single")


def points(change: float) -> str:
    """A difference of two fractions in percentage points: +1.2."""
    told = numbers.fixed(abs(change) * 100, 1)
    if float(told) == 0:
        return told
    return f"{'+' if change > 0 else MINUS}{told}"


# --- the patients of a cause ---------------------------------------------------------------------


def unfold(answer: Answer, key: str, page: int) -> list[Any]:
    """The patients behind one cause, with what was and what is. KeyError for an unknown key."""
    id_, _, cause = key.partition(":")
    rows = _rows_of(answer, id_, cause)
    shown, page = page_of(rows, page)
    heads = [text(f"cuts.list.{k}") for k in ("patient", "then", "now")]
    return [
        html.P(text(f"cuts.cause.{cause}.why"), className="sentence"),
        table(
            heads,
            [
                [patient(answer, u), told(answer, id_, was), told(answer, id_, now)]
                for u, was, now in shown
            ],
            caption=text(f"cuts.cause.{cause}"),
        ),
        *pager(f"ledger:{key}", page, len(rows), noun="patients"),
    ]


def _rows_of(answer: Answer, id_: str, cause: str) -> list[tuple[str, str | None, str | None]]:
    if id_ == "rate":
        share = next(s for s in answer["rate"]["shares"] if s["cause"] == cause)
        values = answer["rate"]["values"]
        return [(u, *values.get(u, (None, None))) for u in share["patients"]]
    estimate = next(e for e in answer["estimates"] if e["id"] == id_)
    return [(m[0], m[4], m[5]) for m in estimate["moves"] if m[1] == cause]


def told(answer: Answer, id_: str, code: str | None) -> str:
    """A patient's value in words; what the export does not tell is "not in this cut"."""
    if code is None:
        return text("cuts.told.alive" if id_ == "deaths" else "cuts.told.absent")
    if id_ in ("orr", "dcr"):
        return _response(code)
    if "|" in code:
        status, days, why = code.split("|", 2)
        return text(
            "cuts.told.time",
            status=words.status(status == "event"),
            months=numbers.months(float(days), digits=1),
            reason=words.reason(why),
        )
    if id_ == "deaths":
        return text("cuts.told.died", date=day(code)) if code else text("cuts.told.died.undated")
    if id_ == "enrolled":
        return text("cuts.told.enrolled", date=day(code))
    return counted("cuts.told.events", int(code)) if int(code) else text("cuts.told.events.none")


def _response(code: str) -> str:
    best, *more = code.split("+")
    parts = [text(f"response.term.{best}")]
    for extra in more:
        parts.append(
            text("cuts.told.late") if extra == "late" else text("cuts.told.unconfirmed", term=extra)
        )
    return ", ".join(parts)


def rows(answer: Answer) -> Rows:
    """One line per patient who moves an estimate, and the totals of both cuts."""
    keys = ("estimate", "then", "now", "cause", "dx", "dn", "patient", "was", "is")
    header = tuple(text(f"cuts.csv.{k}") for k in keys)
    body: list[tuple[Any, ...]] = []
    for estimate in answer["estimates"]:
        sides = [
            "" if estimate[k] is None else f"{estimate[k]['x']}/{estimate[k]['n']}"
            for k in ("then", "now")
        ]
        title = title_of(answer, estimate)
        body.append((title, *sides, "", "", "", "", "", ""))
        body += [
            (
                title,
                *sides,
                text(f"cuts.cause.{c}"),
                dx,
                dn,
                u,
                told(answer, estimate["id"], a),
                told(answer, estimate["id"], b),
            )
            for u, c, dx, dn, a, b in estimate["moves"]
        ]
    rate = answer["rate"]
    if rate:
        title = text("cuts.estimate.pfs_rate", time=duration(rate["day"]))
        sides = ["" if rate[k] is None else numbers.percent(rate[k]) for k in ("then", "now")]
        body.append((title, *sides, "", "", "", "", "", ""))
        body += [
            (
                title,
                *sides,
                text(f"cuts.cause.{s['cause']}"),
                numbers.fixed(s["change"] * 100, 3),
                "",
                "",
                "",
                "",
            )
            for s in rate["shares"]
        ]
    return header, body


__all__ = ["NAME", "cut_words", "draw", "rows", "unfold"]
