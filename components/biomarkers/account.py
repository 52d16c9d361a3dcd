"""Who was sampled: due, taken, passed and paired, by response, with the reason for each gap."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.attributes import attrs
from components.biomarkers.parts import card_n, nothing, visit
from components.card import card
from components.figures.samples import samples_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import Answer, Rows, paper, patients, plural, tools
from components.response.parts import by_reason
from components.who import count
from dashboard.casing import term_case
from dashboard.metrics.types import Proportion
from dashboard.text import text

METRICS = ("sample_account", "paired_samples", "response_mix")
TISSUE = ("biopsy_site", "same_lesion")


def name(kind: str) -> str:
    return f"{kind}-samples"


def draw(answer: Answer) -> html.Section:
    here = name(answer["kind"])
    bare = "stages" not in answer
    return card(
        here,
        text("biomarkers.account.title"),
        nothing(answer) if bare else _body(answer),
        n=card_n(answer),
        tools=tools(here, answer, data=not bare, picture=not bare),
    )


def _body(answer: Answer) -> list[Any]:
    visits = _visits(answer)
    return [
        *(nothing(answer) if answer["missing"] else [_findings(answer)]),
        *_of_table(answer),
        _table(answer),
        *_figure(answer, visits),
        *_other(answer),
        *_sites(answer),
        *_gaps(answer),
    ]


def _of_table(answer: Answer) -> list[Any]:
    """In which feature table a sample is usable, where the cut holds several."""
    if len(answer.get("tables", ())) < 2:
        return []
    words = text("biomarkers.account.of_table", table=answer["table"])
    return [html.P(words, className="figure-note", **metric("sample_account"))]


def _visits(answer: Answer) -> list[tuple[str, str]]:
    told = answer["visits"]
    return [(v, visit(v)) for v in (told["before"], told["after"]) if v]


def _findings(answer: Answer) -> html.Div:
    """How many pairs there are, and whether the pairs respond like the cohort."""
    paired = answer["paired"]
    told = {k: v for k, v in paired.items() if k != "who"}
    small = answer["min_group"]
    parts: list[Any] = [
        html.Div(
            [
                html.H3(ask(text("biomarkers.account.pair"), "paired_samples")),
                paper(
                    Proportion.from_json(told),
                    small=small,
                    who=paired["who"],
                    of=text("biomarkers.account.pair"),
                ),
                html.P(
                    text(
                        "biomarkers.account.visits",
                        before=visit(answer["visits"]["before"]),
                        after=visit(answer["visits"]["after"]),
                        rule=answer["visits"]["rule"],
                    ),
                    className="sentence",
                ),
            ],
            **metric("paired_samples"),
        )
    ]
    if answer["mix_pairs"] is not None:
        parts.append(_mix(answer))
    return html.Div(parts, className="account-findings")


def _mix(answer: Answer) -> html.Div:
    """The response mix of pairs and cohort, then how many of each group could be paired."""
    rows = (
        ("biomarkers.account.mix.pairs", answer["mix_pairs"]),
        ("biomarkers.account.mix.cohort", answer["mix_cohort"]),
        *((f"biomarkers.account.mix.{g['group']}", g["paired"]) for g in answer["by_response"]),
    )
    small = answer["min_group"]
    items: list[Any] = []
    for key, data in rows:
        found = Proportion.from_json(data)
        items.append(html.Dt(text(key)))
        items.append(
            html.Dd(
                [
                    html.Span(numbers.counts(found), className="count"),
                    " ",
                    html.Span(numbers.plain_brackets(found, small=small), className="brackets"),
                ]
            )
        )
    return html.Div(
        [
            html.H3(ask(text("biomarkers.account.mix"), "response_mix")),
            html.Dl(items, className="account-mix"),
            html.P(_reading(answer), className="sentence"),
            html.P(text("biomarkers.account.informative"), className="sentence"),
        ],
        **metric("response_mix"),
    )


def _reading(answer: Answer) -> str:
    """What a responder is here; the response rate in its window may count fewer."""
    reading = answer["reading"]
    if reading["by"]:
        return text("biomarkers.account.reading.column", column=reading["by"])
    window = reading["window"]
    if window is None:
        return text("biomarkers.account.reading")
    counts = text("biomarkers.ranges.count", x=window["x"], n=window["n"])
    return text("biomarkers.account.reading.window", days=window["days"], counts=counts)


def _table(answer: Answer) -> html.Div:
    head = [html.Th(ask(text("biomarkers.account.stage"), "sample_account"), scope="col")]
    head += [
        html.Th(
            [
                text(f"biomarkers.group.{c['id']}"),
                html.Span(text("card.n", n=c["n"]), className="set-n"),
            ],
            scope="col",
        )
        for c in answer["columns"]
    ]
    body = [_row(answer, row) for row in answer["stages"]]
    title = text("biomarkers.account.table")
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr(head)),
                html.Tbody(body),
            ],
            className="numbers-table kinds account",
        ),
        className="table-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title),
        **metric("sample_account"),
    )


def _row(answer: Answer, row: Answer) -> html.Tr:
    words = text(f"biomarkers.stage.{row['stage']}", visit=visit(row["visit"]))
    cells = []
    for column, cell in zip(answer["columns"], row["cells"], strict=True):
        group = text(f"biomarkers.group.{column['id']}")
        found = Proportion.from_json(cell["proportion"])
        cells.append(
            html.Td(
                count(numbers.counts(found), cell["who"], of=f"{words}, {group}"),
                **attrs(data_label=group),
            )
        )
    return html.Tr(
        [html.Th(words, scope="row"), *cells],
        className="total" if row["stage"] == "paired" else "",
        **attrs(data_stage=f"{row['visit']} {row['stage']}".strip()),
    )


def _figure(answer: Answer, visits: list[tuple[str, str]]) -> list[Any]:
    figure = samples_figure(answer["people"], visits)
    key = "biomarkers.account.order" if answer["responses_known"] else "biomarkers.account.by_pair"
    return [
        html.H3(text("biomarkers.account.each")),
        graph(
            f"{name(answer['kind'])}-figure",
            figure,
            alt=text("biomarkers.account.alt", n=answer["n"], pairs=answer["pairs"]),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-{name(answer['kind'])}",
            height=figure["layout"]["height"],
            metrics=("sample_account",),
        ),
        html.P(text(key), className="figure-note"),
    ]


def _other(answer: Answer) -> list[Any]:
    words: list[Any] = []
    if not answer["planned"]:
        words.append(text("biomarkers.account.unplanned"))
    for v in answer["other_visits"]:
        words += [" ", text("biomarkers.account.other", visit=visit(v["visit"])), " "]
        words.append(count(str(v["usable"]), v["who"], of=visit(v["visit"])))
        words.append(".")
    if answer["unvisited"]:
        words.append(" " + plural("biomarkers.account.unvisited", answer["unvisited"]))
    return [html.P(words, className="figure-note", **metric("sample_account"))] if words else []


def _gaps(answer: Answer) -> list[Any]:
    """Every patient without a usable sample under the reason, visit by visit."""
    made: list[Any] = []
    told_visits = [v for v, _ in _visits(answer)]
    for v in (*told_visits, None):
        own = [g for g in answer["gaps"] if g["visit"] == v]
        if not own:
            continue
        n = sum(len(g["patients"]) for g in own)
        told = [{**g, "reason": _reason(g["reason"])} for g in own]
        title = text("biomarkers.account.gaps", visit=visit(v), n=patients(n))
        if v is None:
            title = text("biomarkers.account.gaps.pair", n=patients(n))
        made.append(
            html.Div(
                [html.H3(title), by_reason(answer, told)],
                className="bounds-block",
                **metric("sample_account"),
            )
        )
    return made


def _reason(words: str) -> str:
    """not taken: PROGRESSION BEFORE SAMPLE -> not taken: progression before sample."""
    state, colon, why = words.partition(": ")
    if not colon:
        return words
    return f"{state}: {why.lower() if why.isupper() else why}"


def _sites(answer: Answer) -> list[Any]:
    """Tumour tissue: where biopsies were taken, and whether a pair is of one lesion."""
    if answer["lesions"] is None:
        return []
    made: list[Any] = []
    if answer["sites"]:
        made.append(_site_table(answer))
    parts: list[Any] = []
    for key in ("same", "other", "unknown"):
        cell = answer["lesions"][key]
        if cell["n"]:
            words = text(f"biomarkers.lesions.{key}")
            parts.append([count(str(cell["n"]), cell["who"], of=words), f" {words}"])
    if parts:
        flat: list[Any] = [f"{text('biomarkers.lesions')} "]
        for i, part in enumerate(parts):
            flat += [*([", "] if i else []), *part]
        made.append(html.P([*flat, "."], className="figure-note", **metric("same_lesion")))
    return made


def _site_table(answer: Answer) -> html.Div:
    visits = _visits(answer)
    head = [text("biomarkers.site"), *(text("biomarkers.site.usable", visit=w) for _, w in visits)]
    head.append(text("biomarkers.site.paired"))
    rows = []
    for site in answer["sites"]:
        cells = [(w, site["usable"].get(v)) for v, w in visits]
        cells.append((text("biomarkers.site.paired"), site["paired"]))
        words = term_case(site["site"])
        rows.append(
            html.Tr(
                [
                    html.Th(words, scope="row"),
                    *(
                        html.Td(
                            count(str(c["n"]), c["who"], of=f"{words}, {w}"), **attrs(data_label=w)
                        )
                        for w, c in cells
                        if c is not None
                    ),
                ]
            )
        )
    title = text("biomarkers.site.title")
    return html.Div(
        [
            html.H3(ask(title, "biopsy_site")),
            html.Table(
                [
                    html.Caption(title, className="visually-hidden"),
                    html.Thead(html.Tr([html.Th(h, scope="col") for h in head])),
                    html.Tbody(rows),
                ],
                className="numbers-table sites",
            ),
        ],
        className="site-block",
        **metric("biopsy_site"),
    )


def rows(answer: Answer) -> Rows:
    """A row per patient: response group, the state of each sample and its reason, paired or not."""
    if "people" not in answer:
        return (text("biomarkers.csv.patient"),), []
    visits = _visits(answer)
    header = [text("biomarkers.csv.patient"), text("biomarkers.csv.group")]
    for _, words in visits:
        header += [words, text("biomarkers.csv.why", visit=words)]
    header.append(text("biomarkers.csv.pair"))
    body: list[tuple[Any, ...]] = []
    for p in answer["people"]:
        cells = [p["usubjid"], text(f"biomarkers.group.{p['group'] or 'unknown'}")]
        for v, _ in visits:
            cells += [text(f"biomarkers.state.{p['states'][v]}"), p["reasons"].get(v, "")]
        body.append((*cells, text("word.yes" if p["paired"] else "word.no")))
    return tuple(header), body
