"""The forest as a card: response by group, with what is published beside it and its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import numbers, theme
from components.card import card, empty
from components.figures.forest import ForestRow, Section, forest_figure
from components.graph import graph
from components.metric import ask, metric
from components.overview.parts import (
    PROPORTION_HEADER,
    Answer,
    Rows,
    proportion_row,
    tools,
)
from components.response.parts import card_n
from dashboard.metrics.shrinkage import Shrinkage, ShrunkenGroup
from dashboard.metrics.types import Proportion
from dashboard.text import listed, text

NAME = "response-forest"
METRICS = ("orr_by_group", "shrunken", "benchmark")


def draw(answer: Answer) -> html.Section:
    shown = bool(answer["responses_known"] and answer["n"])
    if shown:
        body = _body(answer)
    else:
        key = "card.empty.filter" if answer["responses_known"] else "response.missing"
        body = [empty(text(key))]
    return card(
        NAME,
        text("response.forest.title"),
        body,
        n=card_n(answer),
        tools=tools(NAME, answer, picture=shown),
    )


def _body(answer: Answer) -> list[Any]:
    overall = Proportion.from_json(answer["overall"])
    key = "randomised" if answer["randomised"] else "not_randomised"
    small = overall.n < answer["min_group"]
    figure = forest_figure(
        sections(answer),
        overall=None if small else overall.estimate,
        sentence=text(f"response.forest.{key}"),
    )
    return [
        html.P(_words(answer, overall), className="sentence", **metric("orr_by_group")),
        graph(
            "response-forest-figure",
            figure,
            alt=_alt(answer),
            file_name=f"{answer['study_id']}-{answer['cut_date']}-forest",
            height=figure["layout"]["height"],
            narrow=figure["layout"]["meta"]["narrow"]["layout"]["height"],
            metrics=METRICS,
            role="group",
        ),
        html.P(_key(answer, overall), className="figure-note", **metric(*METRICS)),
        *_sources(answer),
    ]


def sections(answer: Answer) -> list[Section]:
    """All rows of the figure, in the order they stand."""
    overall = Proportion.from_json(answer["overall"])
    numbered = _numbered(answer)
    everyone = ForestRow(
        **_raw(answer, text("response.forest.all"), overall, "accent", who=answer["who"])
    )
    found = [Section("", (everyone, *_published(numbered, None)))]
    if answer["backbone"] is not None:
        found.append(Section(answer["backbone_label"], tuple(_backbones(answer, numbered))))
    for factor in answer["factors"]:
        rows_ = tuple(
            ForestRow(**_raw(answer, row["label"], rate, "accent", who=row["who"]))
            for row in factor["rows"]
            if (rate := Proportion.from_json(row["rate"])).n
        )
        if rows_:
            found.append(Section(factor["label"], rows_))
    return found


def _backbones(
    answer: Answer, numbered: Sequence[tuple[int, Mapping[str, Any]]]
) -> list[ForestRow]:
    shrunken = _shrunken(answer)
    found: list[ForestRow] = []
    for position, row in enumerate(answer["backbone"]["rows"]):
        rate = Proportion.from_json(row["rate"])
        if not rate.n:
            continue
        colour = theme.backbone_colour(position)
        own = _raw(answer, row["label"], rate, "", who=row["who"])
        found.append(ForestRow(**{**own, "colour": colour}))
        pulled = shrunken.get(row["id"])
        if pulled is not None and not row["small"] and pulled.n:
            found.append(_pulled(answer, row["label"], pulled, colour))
        found += _published(numbered, row["id"]) or ([_unpublished()] if numbered else [])
    return found


def _unpublished() -> ForestRow:
    """Said where other groups have a benchmark; a study that states none needs no such rows."""
    none = text("response.forest.none")
    return ForestRow(text("response.forest.published.none"), none, "published")


def _shrunken(answer: Answer) -> dict[str, ShrunkenGroup]:
    if answer["shrunken"] is None:
        return {}
    return {g.group: g for g in Shrinkage.from_json(answer["shrunken"]).groups}


def _raw(answer: Answer, label: str, rate: Proportion, colour: str, *, who: str) -> dict[str, Any]:
    """Under the minimum number of patients: a count and nothing else. `who`: keys of responders."""
    own = {"label": label, "colour": theme.colour(colour) if colour else "", "who": who}
    if rate.n < answer["min_group"] or rate.estimate is None:
        words = text("response.forest.count", x=rate.x, n=rate.n)
        return {**own, "words": words, "hover": _hover(label, words)}
    words = text(
        "response.forest.words",
        x=rate.x,
        n=rate.n,
        rate=numbers.percent(rate.estimate),
        lower=numbers.percent(rate.lower),
        upper=numbers.percent(rate.upper),
    )
    return {
        **own,
        "words": words,
        "estimate": rate.estimate,
        "lower": rate.lower,
        "upper": rate.upper,
        "hover": _hover(label, numbers.proportion(rate)),
    }


def _hover(label: str, words: str) -> str:
    return text("response.forest.hover.row", label=label, words=words)


def _pulled(answer: Answer, label: str, group: ShrunkenGroup, colour: str) -> ForestRow:
    values = {
        "rate": numbers.percent(group.mean),
        "lower": numbers.percent(group.lower),
        "upper": numbers.percent(group.upper),
    }
    level = f"{100 * answer['shrunken']['level']:g}"
    return ForestRow(
        label=text("response.forest.shrunken"),
        words=text("response.forest.words.rate", **values),
        kind="shrunken",
        estimate=group.mean,
        lower=group.lower,
        upper=group.upper,
        colour=colour,
        hover=text(
            "response.forest.hover.shrunken",
            label=label,
            level=level,
            x=group.x,
            n=group.n,
            **values,
        ),
    )


def _numbered(answer: Answer) -> list[tuple[int, Mapping[str, Any]]]:
    """Benchmarks in the order their rows stand: of all patients first, then by backbone."""
    order = {None: -1}
    if answer["backbone"] is not None:
        order |= {
            row["id"]: i for i, row in enumerate(answer["backbone"]["rows"]) if row["rate"]["n"]
        }
    used = [b for b in answer["benchmarks"] if b["backbone"] in order]
    used.sort(key=lambda b: order[b["backbone"]])
    return list(enumerate(used, start=1))


def _published(
    numbered: Sequence[tuple[int, Mapping[str, Any]]], backbone: str | None
) -> list[ForestRow]:
    return [_benchmark(n, b) for n, b in numbered if b["backbone"] == backbone]


def _benchmark(number: int, found: Mapping[str, Any]) -> ForestRow:
    values = {k: numbers.percent(found[k]) for k in ("lower", "upper")}
    rate = numbers.percent(found["estimate"])
    return ForestRow(
        label=text("response.forest.published", n=number),
        words=text("response.forest.words.rate", rate=rate, **values),
        kind="published",
        estimate=found["estimate"],
        lower=found["lower"],
        upper=found["upper"],
        colour=theme.colour("muted"),
        hover=text("response.forest.hover.published", label=found["label"], rate=rate, **values),
    )


def _words(answer: Answer, overall: Proportion) -> str:
    words = [text("response.forest.reading")]
    if answer["backbone"] is not None and answer["backbone"]["overlapping"]:
        words.append(text("response.forest.overlap"))
    tables = [*([answer["backbone"]] if answer["backbone"] else []), *answer["factors"]]
    if any(0 < row["rate"]["n"] < answer["min_group"] for t in tables for row in t["rows"]):
        words.append(text("response.forest.small", n=answer["min_group"]))
    if answer["backbone"] is not None and answer["shrunken"] is None:
        words.append(text("response.forest.no_shrink"))
    return " ".join(words)


def _key(answer: Answer, overall: Proportion) -> str:
    level = f"{100 * answer['level']:g}"
    words = [text("response.forest.key", method=overall.method, level=level)]
    if answer["shrunken"] is not None:
        words.append(text("response.forest.key.shrunken", level=level))
    if _numbered(answer):
        words.append(text("response.forest.key.published"))
    missing = [
        text("response.forest.in_no_group", label=f["label"], n=f["in_no_group"])
        for f in answer["factors"]
        if f["in_no_group"]
    ]
    backbone = answer["backbone"]
    if backbone is not None and backbone["in_no_group"]:
        first = text(
            "response.forest.in_no_group",
            label=answer["backbone_label"],
            n=backbone["in_no_group"],
        )
        missing.insert(0, first)
    if missing:
        words.append(text("response.forest.missing", items="; ".join(missing)))
    return " ".join(words)


def _sources(answer: Answer) -> list[Any]:
    items = [
        html.Li(
            [
                text(
                    "response.forest.source",
                    label=found["label"],
                    population=found["population"],
                    numbers=_printed(found),
                ),
                *_source(found["source"]),
            ]
        )
        for _, found in _numbered(answer)
    ]
    if not items:
        return []
    return [
        html.Div(
            [
                html.H3(ask(text("response.forest.sources"), "benchmark")),
                html.Ol(items, className="sources"),
            ],
            className="bounds-block",
            **metric("benchmark"),
        )
    ]


def _printed(found: Mapping[str, Any]) -> str:
    values = {
        "rate": numbers.percent(found["estimate"]),
        "lower": numbers.percent(found["lower"]),
        "upper": numbers.percent(found["upper"]),
    }
    if found["exact"] is None:
        return text("response.forest.source.printed", **values)
    exact = found["exact"]
    return text(
        "response.forest.source.exact",
        x=exact["x"],
        n=exact["n"],
        method=exact["method"],
        level=f"{100 * exact['level']:g}",
        **values,
    )


def _source(words: str) -> list[Any]:
    """A source as it is stated; its address as a link."""
    before, scheme, address = words.partition("https://")
    if not scheme or " " in address:
        return [words]
    link = html.A(
        text("response.forest.source.link"),
        href=scheme + address,
        target="_blank",
        rel="noopener noreferrer",
    )
    return [before, link]


def _alt(answer: Answer) -> str:
    rows_ = [
        (text("response.forest.all"), answer["overall"]),
        *((r["label"], r["rate"]) for r in (answer["backbone"] or {"rows": []})["rows"]),
    ]
    told = [
        text("response.forest.alt.row", label=label, x=rate["x"], n=rate["n"])
        for label, rate in rows_
        if rate["n"]
    ]
    return text("response.forest.alt", rows=listed(told))


def rows(answer: Answer) -> Rows:
    """Observed, shrunken and published rates; small groups without a percentage, as drawn."""
    header = tuple(
        text(k)
        for k in (
            "response.csv.section",
            "response.csv.group",
            "response.csv.kind",
            *PROPORTION_HEADER[1:],
            "response.csv.source",
        )
    )
    if answer["overall"] is None:
        return header, []
    everyone = text("response.forest.all")
    body = [_row(answer, "", everyone, answer["overall"])]
    shrunken = _shrunken(answer)
    for row in (answer["backbone"] or {"rows": []})["rows"]:
        body.append(_row(answer, answer["backbone_label"], row["label"], row["rate"]))
        pulled = shrunken.get(row["id"])
        if pulled is not None and not row["small"]:
            body.append(_pulled_row(answer, row["label"], pulled))
    for factor in answer["factors"]:
        body += [_row(answer, factor["label"], r["label"], r["rate"]) for r in factor["rows"]]
    return header, [*body, *(_published_row(b) for _, b in _numbered(answer))]


def _row(answer: Answer, section: str, label: str, rate: Mapping[str, Any]) -> tuple[Any, ...]:
    kind = text("response.forest.kind.raw")
    cells = list(proportion_row(label, Proportion.from_json(rate)))
    if rate["n"] < answer["min_group"]:
        cells[3:6] = ["", "", ""]
    return (section, cells[0], kind, *cells[1:], "")


def _pulled_row(answer: Answer, label: str, group: ShrunkenGroup) -> tuple[Any, ...]:
    found = answer["shrunken"]
    values = [numbers.percent(v) for v in (group.mean, group.lower, group.upper)]
    kind = text("response.forest.kind.shrunken")
    section = answer["backbone_label"]
    return (section, label, kind, group.x, group.n, *values, found["level"], found["method"], "")


def _published_row(found: Mapping[str, Any]) -> tuple[Any, ...]:
    exact = found["exact"] or {"x": "", "n": "", "level": "", "method": ""}
    values = [numbers.percent(found[k]) for k in ("estimate", "lower", "upper")]
    kind = text("response.forest.kind.published")
    return (
        found["backbone"] or "",
        found["label"],
        kind,
        exact["x"],
        exact["n"],
        *values,
        exact["level"],
        exact["method"],
        found["source"],
    )
