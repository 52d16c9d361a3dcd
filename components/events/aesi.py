"""Events of special interest by drug: first what they say in words, then each drug's own list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import numbers
from components.card import card, empty
from components.events.parts import (
    cell,
    is_severity,
    page_link,
    paper,
    share_of,
    source_words,
    stack,
    table,
)
from components.figures.event_terms import Published, TermMark, grade_name, terms_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, lower, tools
from components.safety.parts import card_n, nothing
from components.who import count
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "events-aesi"
METRICS = ("ae_aesi_drug", "ae_external", "urate_high")

Json = Mapping[str, Any]

#: umol/L of urate in 1 mg/dL (molar mass 168.11 g/mol)
UMOL_PER_MG = 59.48


def draw(answer: Answer) -> html.Section:
    lead = _lead(answer)
    return card(
        NAME,
        text("events.aesi.title"),
        nothing(answer) or _body(answer),
        n=card_n(answer),
        n_metric="safety_n",
        tools=tools(NAME, answer, picture=lead is not None and not lead["small"]),
    )


def _lead(answer: Answer) -> Json | None:
    """The drug given beside the backbone: its list is what the page is read for."""
    return next((d for d in answer["drugs"] if not d["backbone"]), None)


def _body(answer: Answer) -> list[Any]:
    if not answer["stated"]:
        return [empty(text("events.aesi.unstated"))]
    lead = _lead(answer)
    rest = [d for d in answer["drugs"] if d is not lead]
    body: list[Any] = []
    if lead is not None:
        body += [*_headline(answer, lead), *_figure(answer, lead), _drug(answer, lead)]
    if rest:
        body.append(html.H3(text("events.aesi.backbones"), className="list-title"))
        body += [_folded(answer, d) for d in rest]
    if answer["without"]:
        words = text("events.aesi.without", drugs=listed(lower(d) for d in answer["without"]))
        body.append(html.P(words, className="figure-note"))
    return body


# --- the headline: what a reader takes away -------------------------------------------------------


def _headline(answer: Answer, drug: Json) -> list[Any]:
    """The story in a sentence, then a number each: urate, and the list from the worst down."""
    found = [_urate(answer)] if answer["urate"] else []
    found += [_tile(answer, r) for r in _worst_first(drug["rows"])]
    about = metric(*METRICS)
    story = html.P(_story(answer, drug), className="sentence story", **about)
    return [story, html.Dl(found, className="aesi-tiles")]


def _worst_first(rows_: list[Json]) -> list[Json]:
    """By the worst grade that occurred, then by patients; what never happened comes last."""

    def place(row: Json) -> tuple[int, int]:
        worst = max((int(k) for k, x in row["by_grade"].items() if x and k != "missing"), default=0)
        return (-worst, -row["any"]["x"])

    return sorted(rows_, key=place)


def _story(answer: Answer, drug: Json) -> str:
    """What happened to how many, the gravest first, and how high urate rose."""
    parts = []
    happened = [r for r in _worst_first(drug["rows"]) if r["any"]["x"]]
    if happened:
        told = [_told(answer, r) for r in happened]
        parts.append(
            text(
                "events.aesi.story.events",
                drug=lower(drug["label"]),
                n=drug["n"],
                events="; ".join(told),
            )
        )
    never = [lower(r["label"]) for r in drug["rows"] if not r["any"]["x"]]
    if never:
        parts.append(text("events.aesi.story.never", events=listed(never)))
    if answer["urate"]:
        found = answer["urate"]
        peak = Proportion.from_json(found["peak"]["proportion"])
        last = Proportion.from_json(found["last"]["proportion"])
        label = urate_label(found)
        parts.append(text("events.aesi.story.urate", label=label, x=peak.x, n=peak.n, last=last.x))
    return " ".join(parts)


def _told(answer: Answer, row: Json) -> str:
    """kidney stones in 3, 1 of them of grade 3 or higher."""
    high = row["grade3plus"]
    told = text("events.aesi.story.event", label=lower(row["label"]), x=row["any"]["x"])
    if high is None or not high["x"]:
        return told
    kind = "severity" if is_severity(answer) else "grade"
    return told + text(f"events.aesi.story.high.{kind}", x=high["x"])


def _tile(answer: Answer, row: Json) -> html.Div:
    return html.Div(
        [
            html.Dt(ask(row["label"], METRICS[0])),
            html.Dd(
                [
                    html.P(
                        paper(row["any"], answer["min_group"], row["who"], row["label"]),
                        className="paper",
                    ),
                    html.P(_worst(answer, row), className="tile-words"),
                    html.P(_beside(row), className="tile-words"),
                ]
            ),
        ],
        className="aesi-tile",
        **metric(*METRICS[:2]),
    )


def _beside(row: Json) -> str:
    """The published frequencies of the row in one line, never as a comparison."""
    known = [
        f"{e['exact']['x']}/{e['exact']['n']}"
        if e["exact"] is not None
        else f"{numbers.percent(e['estimate'])}%"
        for e in row["external"]
        if e["estimate"] is not None
    ]
    if known:
        return text("events.aesi.tile.external", results=listed(known))
    return text(f"events.aesi.tile.{'words' if row['external'] else 'none'}")


def _worst(answer: Answer, row: Json) -> str:
    """How bad it got, in one line."""
    if not row["any"]["x"]:
        return text("events.aesi.never")
    graded = [k for k in ("5", "4", "3", "2", "1") if row["by_grade"].get(k)]
    if not graded:
        return text("events.aesi.ungraded")
    worst = grade_name(graded[0], severity=is_severity(answer))
    x = row["by_grade"][graded[0]]
    return text("events.aesi.worst", worst=lower(worst), x=x)


def _urate(answer: Answer) -> html.Div:
    found = answer["urate"]
    small = answer["min_group"]
    peak, last = found["peak"], found["last"]
    label = urate_label(found)
    still = Proportion.from_json(last["proportion"])
    return html.Div(
        [
            html.Dt(ask(label, METRICS[2])),
            html.Dd(
                [
                    html.P(paper(peak["proportion"], small, peak["who"], label), className="paper"),
                    html.P(
                        [
                            text("events.aesi.urate.last"),
                            " ",
                            count(numbers.counts(still), last["who"], of=label),
                            "; ",
                            text(
                                "events.aesi.urate.highest",
                                value=f"{found['highest']:.0f}",
                            ),
                            ". ",
                            page_link(
                                text("events.aesi.urate.labs"), "/safety/labs", answer["query"]
                            ),
                        ],
                        className="tile-words",
                    ),
                ]
            ),
        ],
        className="aesi-tile",
        **metric(METRICS[2]),
    )


def urate_label(found: Json) -> str:
    """Urate above 480 µmol/L (8.1 mg/dL)."""
    return text(
        "events.aesi.urate",
        value=f"{found['watch']:g}",
        unit=found["unit"].replace("umol", "µmol"),
        mg=numbers.fixed(found["watch"] / UMOL_PER_MG),
    )


# --- the list of a drug ---------------------------------------------------------------------------


def _figure(answer: Answer, drug: Json) -> list[Any]:
    figure = picture(answer, drug)
    if figure is None:
        return []
    rows_ = ", ".join(f"{r['label']} {r['any']['x']}/{r['any']['n']}" for r in drug["rows"])
    return [
        graph(
            "events-aesi-figure",
            figure,
            alt=text("events.aesi.alt", drug=drug["label"], rows=rows_),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-aesi",
            height=figure["layout"]["height"],
            metrics=METRICS[:2],
            role="group",
        ),
        html.P(text("events.aesi.figure"), className="figure-note", **metric(*METRICS[:2])),
    ]


def picture(answer: Answer, drug: Json) -> dict[str, Any] | None:
    """The leading drug's list with published frequencies under each row; None for few or nobody."""
    if drug["small"]:
        return None
    marks = []
    for row in _worst_first(drug["rows"]):
        any_ = share_of(row["any"], row["who"], answer["min_group"])
        if any_ is None:
            continue
        high = share_of(row["grade3plus"], row["who_high"], answer["min_group"])
        grades = {k: (x, row["who_by_grade"].get(k, "")) for k, x in row["by_grade"].items()}
        published = tuple(
            Published(e["lower"], e["estimate"], e["upper"], _published_words(e))
            for e in row["external"]
            if e["estimate"] is not None
        )
        marks.append(TermMark(row["label"], any_, high, grades, published))
    if not marks:
        return None
    return terms_figure(
        marks,
        severity=is_severity(answer),
        intervals=True,
        x_title=text("events.aesi.x", drug=lower(drug["label"]), n=drug["n"]),
    )


def _published_words(external: Json) -> str:
    return text("events.aesi.hover", label=external["label"], result=result_words(external))


def result_words(external: Json) -> str:
    """2/14 (14.3%; 95% CI 1.8 to 42.8), an estimate with its interval, or the source's words."""
    if external["exact"] is not None:
        found = Proportion.from_json(external["exact"])
        return f"{numbers.counts(found)} {numbers.plain_brackets(found, small=0)}"
    if external["estimate"] is None:
        return external["words"] or text("number.ns")
    told = f"{numbers.percent(external['estimate'])}%"
    if external["lower"] is not None:
        told = f"{told} ({numbers.interval(external['lower'], external['upper'])})"
    return f"{told}; {external['words']}" if external["words"] else told


def _among(drug: Json) -> str:
    key = "dosed" if drug["source"] == "exported" else "assigned"
    return text(f"events.aesi.among.{key}", n=drug["n"], drug=lower(drug["label"]))


def _drug(answer: Answer, drug: Json) -> html.Div:
    heads = [
        text("events.aesi.head.event"),
        text("events.aesi.head.observed"),
        text("events.aesi.head.grade"),
        text("events.aesi.head.external"),
    ]
    lines = [_line(answer, row, heads) for row in _worst_first(drug["rows"])]
    shown = [heads[0], ask(heads[1], METRICS[0]), heads[2], ask(heads[3], METRICS[1])]
    return html.Div(
        [
            html.P(_among(drug), className="sentence"),
            table(drug["label"], shown, lines, extra="stacking aesi-table"),
        ],
        **metric(*METRICS[:2]),
    )


def _folded(answer: Answer, drug: Json) -> html.Details:
    """A backbone's list: its counts stand on the fold, so that it need not be opened."""
    told = "; ".join(f"{lower(r['label'])} {r['any']['x']}/{r['any']['n']}" for r in drug["rows"])
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(drug["label"], className="fold-name"),
                    html.Span(f" {told}", className="fold-more"),
                ],
                className="fold",
            ),
            _drug(answer, drug),
        ],
        className="folded on-paper aesi-fold",
        **metric(*METRICS[:2]),
    )


def _line(answer: Answer, row: Json, heads: list[str]) -> html.Tr:
    terms = [t for t in row["terms"] if t["label"] != row["label"]]
    own = [
        html.Span(
            [f"{t['label']} ", count(f"{t['any']['x']}/{t['any']['n']}", t["who"], of=t["label"])],
            className="cell-more",
        )
        for t in terms
    ]
    observed = paper(row["any"], answer["min_group"], row["who"], row["label"])
    return html.Tr(
        [
            html.Th(row["label"], scope="row"),
            cell(heads[1], html.Div(observed, className="observed"), *own),
            cell(heads[2], stack(row, answer)),
            cell(heads[3], *_external(row)),
        ]
    )


def _external(row: Json) -> list[Any]:
    if not row["external"]:
        return [html.Span(text("events.aesi.external.none"), className="muted")]
    return [
        html.Div(
            [
                html.Div(
                    [
                        f"{e['label']}: " if e["label"] else "",
                        html.Span(result_words(e), className="external-result"),
                    ]
                ),
                html.Div(
                    [
                        text(
                            "events.aesi.external.who",
                            population=e["population"] or text("events.aesi.population.none"),
                            line=e["line"] or text("events.aesi.line.none"),
                        ),
                        " ",
                        *source_words(e["source"]),
                    ],
                    className="cell-more",
                ),
            ],
            className="external",
        )
        for e in row["external"]
    ]


HEADER = (
    *("drug", "event", "x", "n", "percent", "lower", "upper", "level", "method"),
    *("grade1", "grade2", "grade3", "grade4", "grade5", "grade_missing"),
    *("external", "external_result", "external_population", "external_line", "external_source"),
    "external_note",
)


def rows(answer: Answer) -> Rows:
    """A line per event and published frequency; the observed numbers repeat."""
    body: list[tuple[Any, ...]] = []
    for drug in answer["drugs"]:
        for row in drug["rows"]:
            found = Proportion.from_json(row["any"])
            shares = [
                "" if v is None else numbers.percent(v)
                for v in (found.estimate, found.lower, found.upper)
            ]
            grades = [row["by_grade"][k] for k in ("1", "2", "3", "4", "5", "missing")]
            own = (drug["label"], row["label"], found.x, found.n, *shares, found.level)
            for e in row["external"] or [None]:
                published = ("", text("events.aesi.external.none"), "", "", "", "")
                if e is not None:
                    published = (
                        e["label"],
                        result_words(e),
                        e["population"] or text("number.ns"),
                        e["line"] or text("number.ns"),
                        e["source"] or text("number.ns"),
                        text("events.aesi.external"),
                    )
                body.append((*own, found.method, *grades, *published))
    return tuple(text(f"events.csv.{k}") for k in HEADER), body
