"""The curve as a card: headline rate and median, the figure, the landmarks, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.figures.kaplan_meier import kaplan_meier_figure
from components.figures.kaplan_meier_frame import height
from components.figures.kaplan_meier_plot import MAX_BANDS, Curve, Plot, colours
from components.graph import graph
from components.menu import choices, menu
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, brackets, duration, tools
from components.survival import words
from components.survival.landmarks import landmarks
from components.who import count, plain
from dashboard.metrics.kaplan_meier import KaplanMeier, Quantile, Rate, RiskTable
from dashboard.metrics.time_to_event import SurvivalResult
from dashboard.text import text

NAME = "survival-curve"
MAX_CURVES = 8


def draw(answer: Answer) -> html.Section:
    endpoint = answer["endpoint"]
    if endpoint is None or answer["result"] is None:
        title = text("survival.curve.title")
        return card(NAME, title, [empty(text("survival.missing"))], tools=tools(NAME, answer))
    result = SurvivalResult.from_json(answer["result"])
    drawn = _drawable(answer, result)
    return card(
        NAME,
        endpoint["label"],
        [_controls(answer), *_body(answer, result)],
        n=_n_words(answer, result),
        n_metric=endpoint_metric(answer),
        tools=tools(NAME, answer, picture=drawn),
    )


def _drawable(answer: Answer, result: SurvivalResult) -> bool:
    return bool(result.curve.n >= answer["min_group"])


def _n_words(answer: Answer, result: SurvivalResult) -> str:
    if answer["endpoint"]["id"] == "DOR":
        return text("survival.n.responders", n=result.curve.n)
    return text("survival.n", label=answer["set_label"], n=result.curve.n)


def _controls(answer: Answer) -> html.Div:
    """What the card may be changed to: links, so that each choice is a view with an address."""
    menus = [
        _menu(text("survival.pick"), answer["endpoints"]),
        _menu(text("survival.reading"), answer["readings"]),
        _menu(text("survival.group"), answer["groups"]),
    ]
    return html.Div([m for m in menus if m is not None], className="card-choices")


def _menu(name: str, items: list[dict[str, Any]]) -> html.Details | None:
    if len(items) < 2:
        return None
    now = next((i["label"] for i in items if i["current"]), items[0]["label"])
    links = [(i["label"], f"?{i['query']}", i["current"]) for i in items]
    full = text("survival.pick.now", name=name, value=now)
    face = [html.Span(f"{name}: ", className="choice-name"), now]
    return menu(
        face, choices(links, current_words=text("shell.current")), name=full, extra="picker"
    )


def _body(answer: Answer, result: SurvivalResult) -> list[Any]:
    curve = result.curve
    absent = answer["n"] - curve.n
    without = []
    if absent and answer["endpoint"]["id"] != "DOR":
        without = [
            html.P(
                words.plural("survival.excluded", absent),
                className="sentence",
                **metric(endpoint_metric(answer)),
            )
        ]
    if curve.n == 0:
        why = "survival.none"
        if answer["endpoint"]["id"] == "DOR":
            why = "survival.follow.ttr.none"
        filtered = answer["filtered"] and answer["n"] == 0
        return [empty(text("card.empty.filter" if filtered else why))]
    note = words.registry_note(answer)
    notes = [html.P(note, className="note", **metric("pfs", "os"))] if note else []
    about = metric(endpoint_metric(answer), "rate_at", "median", "at_risk")
    if not _drawable(answer, result):
        return [html.P(_small(answer, curve), className="sentence", **about), *without, *notes]
    return [
        _headline(answer, curve),
        html.P(
            " ".join(_sentences(answer, curve)), className="sentence survival-sentence", **about
        ),
        *without,
        *_figure(answer, result),
        landmarks(answer, result),
        *notes,
    ]


def _small(answer: Answer, curve: KaplanMeier) -> str:
    if curve.n == 1:
        return text("survival.small.one", events=curve.events)
    return text("survival.small", n=answer["min_group"], events=curve.events, x=curve.n)


def _rate(answer: Answer) -> Rate:
    rates = [Rate.from_json(r) for r in answer["readout"]["rates"]]
    return next(r for r in rates if r.time == answer["headline"])


def _headline(answer: Answer, curve: KaplanMeier) -> html.Dl:
    rate, median = _rate(answer), curve.median
    ci = numbers.level_words(curve.level)
    shown = text("number.ne") if rate.survival is None else f"{numbers.percent(rate.survival)}%"
    inside = f"{ci} {numbers.interval(rate.lower, rate.upper)}"
    method = text("survival.method", ci=inside, method=curve.method)
    if rate.survival is None:
        method = text("survival.rate.beyond.short")
    months = numbers.months(median.estimate)
    if median.estimate is not None:
        months = text("survival.months", value=months)
    ends = f"{ci} {words.month_ends(median.lower, median.upper)}"
    censored = text("survival.events.words", censored=curve.censored)
    return html.Dl(
        [
            _number(
                "rate_at", text("survival.rate.title", time=words.at(rate)), plain(shown), method
            ),
            _number("median", text("survival.median.title"), plain(months), ends),
            _number(
                "at_risk",
                text("survival.events.title"),
                count(
                    text("survival.events", events=curve.events, n=curve.n),
                    answer["who"],
                    of=text("survival.events.title"),
                ),
                censored,
            ),
        ],
        className="survival-headline",
    )


def _number(metric_id: str, title: str, value: Any, more: str) -> html.Div:
    return html.Div(
        [
            html.Dt(ask(title, metric_id)),
            html.Dd([value, " ", brackets(more)], className="paper"),
        ],
        **metric(metric_id),
    )


def _sentences(answer: Answer, curve: KaplanMeier) -> list[str]:
    rate = _rate(answer)
    ci = numbers.level_words(curve.level)
    when = words.at(rate)
    out = []
    if rate.survival is None:
        out.append(text("survival.rate.beyond", time=when))
    else:
        out.append(
            words.of_endpoint(
                answer,
                "survival.rate",
                time=when,
                rate=numbers.percent(rate.survival),
                ci=ci,
                interval=numbers.interval(rate.lower, rate.upper),
            )
        )
        out += words.few(answer, rate, curve.n)
    out += _median_words(curve.median, ci)
    window = answer["window_days"]
    if window is not None:
        out.append(text("survival.note.window", time=duration(window)))
    return out


def _median_words(found: Quantile, ci: str) -> list[str]:
    if found.estimate is None:
        if found.lower is None:
            return [text("survival.median.nr")]
        return [text("survival.median.nr.lower", ci=ci, lower=numbers.months(found.lower))]
    told = text(
        "survival.median.words",
        value=numbers.months(found.estimate),
        ci=ci,
        interval=words.month_ends(found.lower, found.upper),
    )
    if found.flat is None:
        return [told]
    start, end = (numbers.months(d) for d in found.flat)
    if found.sas_not_estimable:
        return [told, text("survival.median.flat.sas", start=start)]
    return [told, text("survival.median.flat", start=start, end=end)]


def _drawn(answer: Answer) -> list[dict[str, Any]]:
    return [s for s in answer["strata"] if not s["why"]]


def plot_of(answer: Answer) -> Plot:
    """What the figure shows: the groups that may be drawn, else all patients together."""
    drawn = _drawn(answer)
    keys = answer["keys"]
    curves = [_curve(s, s["label"], s["position"], keys) for s in drawn]
    curves = curves or [_curve(answer, "", 0, keys)]
    window = answer["window_days"]
    return Plot(
        curves=tuple(curves),
        ticks=tuple(answer["ticks"]),
        x_title=_start(answer),
        y_title=words.of_endpoint(answer, "survival.y"),
        window=None
        if window is None
        else (
            round(window / numbers.DAYS_PER_MONTH, 3),
            text("survival.window.label", time=duration(window)),
        ),
        note=_group_note(answer) if drawn else (),
    )


def _start(answer: Answer) -> str:
    """What the months count from, as far as it is known."""
    if answer["endpoint"]["id"] == "DOR":
        return text("survival.x.DOR")
    if not answer["from_origin"]:
        return text("survival.x.exported")
    return text("survival.x", origin=text(f"origin.{answer['origin']}"))


def _curve(
    found: dict[str, Any] | Answer, label: str, position: int, keys: Mapping[str, str]
) -> Curve:
    result = SurvivalResult.from_json(found["result"])
    colour, dash = colours(position, single=not label)
    return Curve(
        label=label,
        colour=colour,
        dash=dash,
        result=result,
        risk=RiskTable.from_json(found["readout"]["risk"]),
        thin_from=found["readout"]["thin_from"],
        reasons={r: words.reason(r) for r in set(result.data.reason)},
        keys=keys,
    )


def _group_note(answer: Answer) -> tuple[str, ...]:
    kind = "backbone" if answer["group_is_backbone"] else "factor"
    if answer["randomised"] and kind == "backbone":
        kind = "randomised"
    return tuple(text(f"survival.groups.note.{kind}").split("|"))


def _figure(answer: Answer, result: SurvivalResult) -> list[Any]:
    plot = plot_of(answer)
    file_name = f"{answer['study_id']}-{answer['cut_date']}-{answer['endpoint']['id'].lower()}"
    return [
        graph(
            "survival-curve-figure",
            kaplan_meier_figure(plot),
            alt=_alt(answer, result),
            file_name=file_name,
            height=height(plot),
            metrics=(endpoint_metric(answer), "rate_at", "median", "at_risk"),
        ),
        html.P(
            " ".join(_caption(answer, result, plot)),
            className="figure-note",
            **metric(endpoint_metric(answer), "at_risk"),
        ),
    ]


def _alt(answer: Answer, result: SurvivalResult) -> str:
    label, curve = answer["endpoint"]["label"], result.curve
    drawn = _drawn(answer)
    if not drawn:
        median = words.median(curve.median, curve.level)
        return text("survival.alt", endpoint=label, n=curve.n, events=curve.events, median=median)
    groups = ", ".join(_count(s) for s in drawn)
    return text("survival.alt.group", endpoint=label, group=answer["group"], groups=groups)


def _count(stratum: dict[str, Any]) -> str:
    return text("survival.groups.count", **{k: stratum[k] for k in ("label", "events", "n")})


def _caption(answer: Answer, result: SurvivalResult, plot: Plot) -> list[str]:
    curve = result.curve
    ci = numbers.level_words(curve.level)
    out = []
    if len(plot.curves) > MAX_BANDS:
        out.append(text("survival.bands.none"))
    else:
        out.append(text("survival.bands", ci=ci, method=curve.method))
    if plot.grouped:
        if any(c.thin_from is not None for c in plot.curves):
            out.append(text("survival.tail.group"))
    elif (thin := plot.curves[0].thin_from) is not None:
        out.append(text("survival.tail", month=numbers.months(thin)))
    return out + _group_words(answer)


def _group_words(answer: Answer) -> list[str]:
    """Which groups are counts, and why."""
    if not answer["strata"]:
        return []
    out = []
    small = answer["min_group"]
    if not _drawn(answer):
        out.append(text("survival.groups.none", n=small))
    counted = [s for s in answer["strata"] if s["why"]]
    if counted:
        out.append(text("survival.groups.counts", groups=", ".join(_count(s) for s in counted)))
        out.append(text("survival.groups.why", n=small, most=MAX_CURVES))
    if answer["groups_overlap"]:
        out.append(text("survival.groups.disjoint"))
    return out


def endpoint_metric(answer: Answer) -> str:
    """The definition of the endpoint in view; endpoints of the export's own share one."""
    id_ = answer["endpoint"]["id"]
    return id_.lower() if id_ in words.STANDARD else "tte"


HEADER = (
    *("endpoint", "group", "days", "months", "at_risk", "events", "censored"),
    *("survival", "lower", "upper", "level", "method", "rule"),
)


def rows(answer: Answer) -> Rows:
    """Every step of every curve as drawn; nothing of groups that are counts only."""
    header = tuple(text(f"survival.csv.{k}") for k in HEADER)
    if answer["result"] is None:
        return header, []
    drawn = [(s["label"], s["result"]) for s in _drawn(answer)]
    whole = SurvivalResult.from_json(answer["result"])
    if not drawn and _drawable(answer, whole):
        drawn = [(text("survival.table.all"), answer["result"])]
    body: list[tuple[Any, ...]] = []
    for label, data in drawn:
        body += _steps(answer["endpoint"]["label"], label, SurvivalResult.from_json(data))
    return header, body


def _steps(endpoint: str, label: str, result: SurvivalResult) -> list[tuple[Any, ...]]:
    curve = result.curve
    out = []
    for i, day in enumerate(curve.time):
        shares = [
            "" if v is None else numbers.percent(v)
            for v in (curve.survival[i], curve.lower[i], curve.upper[i])
        ]
        out.append(
            (
                endpoint,
                label,
                round(day, 4),
                numbers.fixed(day / numbers.DAYS_PER_MONTH, 2),
                curve.n_at_risk[i],
                curve.n_event[i],
                curve.n_censored[i],
                *shares,
                curve.level,
                curve.method,
                result.data.rule,
            )
        )
    return out
