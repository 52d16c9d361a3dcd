"""What the feature table holds: counts or shares, depth, samples left out, drugs, odd samples."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import card
from components.metric import ask, marked, metric
from components.microbiome.parts import card_n, nothing, number_of, shown, table, table_menu, visit
from components.overview.parts import Answer, Rows, tools
from components.who import count, name, short
from dashboard.text import text

NAME = "microbiome-table"
METRICS = ("feature_table", "sample_drugs", "sample_identity")


def draw(answer: Answer) -> html.Section:
    bare = "checks" not in answer
    return card(
        NAME,
        text("microbiome.table.title"),
        nothing(answer) if bare else _body(answer),
        n=card_n(answer),
        n_metric="feature_table" if not bare else "n",
        tools=tools(NAME, answer, data=not bare),
    )


def _body(answer: Answer) -> list[Any]:
    checks = answer["checks"]
    return [
        *nothing(answer),
        html.Dl(_facts(checks), className="table-facts", **metric("feature_table")),
        *_shown(answer),
        *_left_out(answer),
        *_drugs(answer),
        *_identity(answer),
    ]


def _shown(answer: Answer) -> list[Any]:
    """The table in words; a menu where the cut holds several."""
    choice = table_menu(answer)
    if choice:
        return [marked(html.Div(choice), "feature_table")]
    return [html.P(shown(answer), className="figure-note", **metric("feature_table"))]


def _facts(checks: Answer) -> list[Any]:
    kind = "counts" if checks["counts"] else "shares"
    facts = [
        (text("microbiome.table.kind"), text(f"microbiome.table.kind.{kind}")),
        (
            text("microbiome.table.samples"),
            text("microbiome.table.samples.of", n=checks["compared"], of=checks["samples"]),
        ),
        (text("microbiome.table.taxa"), _taxa(checks)),
    ]
    if checks["counts"] and checks["compared"]:
        facts.insert(1, (text("microbiome.table.depth"), _depth(checks)))
    found: list[Any] = []
    for label, words in facts:
        found += [html.Dt(label), html.Dd(words)]
    return found


def _depth(checks: Answer) -> str:
    ends = {k: f"{checks[k]:,.0f}" for k in ("depth_min", "depth_median", "depth_max")}
    least = checks["min_depth"]
    rule = (
        text("microbiome.table.depth.least", least=f"{least:,}")
        if least
        else text("microbiome.table.depth.none")
    )
    return f"{text('microbiome.table.depth.words', **ends)} {rule}"


def _taxa(checks: Answer) -> str:
    return text(
        "microbiome.table.taxa.words",
        taxa=f"{checks['taxa']:,}",
        zero=numbers.percent(checks["zero_share"]),
        one=f"{checks['in_one_sample']:,}",
        tested=f"{checks['tested']:,}",
        share=number_of(100 * checks["min_prevalence"], 0),
    )


def _left_out(answer: Answer) -> list[Any]:
    """Samples that enter no estimate, by reason, with their patients."""
    groups: dict[str, list[Any]] = {}
    for out in answer["checks"]["left_out"]:
        groups.setdefault(out["reason"], []).append(out)
    if not groups:
        return []
    items = []
    for reason, outs in groups.items():
        words: list[Any] = [text(f"microbiome.left_out.{reason}", n=len(outs)), " "]
        for i, out in enumerate(outs):
            words += [", " if i else "", *_sample(answer, out)]
        items.append(html.Li(words))
    return [
        html.H3(text("microbiome.left_out")),
        html.Ul(items, className="reasons", **metric("feature_table")),
    ]


def _sample(answer: Answer, out: Answer) -> list[Any]:
    """The patient, or the sample of one who has no page here, with its depth."""
    own = answer["who"].get(out["sample"]) or {}
    label: Any = out["sample"]
    if own:
        label = name(own["key"], short(answer, own["usubjid"]), own["usubjid"])
    if out["depth"] is None or not answer["counts"]:
        return [label]
    return [label, f" ({out['depth']:,.0f})"]


def _drugs(answer: Answer) -> list[Any]:
    if not answer["drugs"]:
        return [
            html.P(text("microbiome.drugs.none"), className="figure-note", **metric("sample_drugs"))
        ]
    body = []
    for row in answer["drugs"]:
        exposed = len(row["exposed"])
        known = exposed + row["not_exposed"]
        label = text(f"microbiome.drug.{row['drug']}")
        body.append(
            html.Tr(
                [
                    html.Th(label, scope="row"),
                    html.Td(visit(row["visit"])),
                    html.Td(count(f"{exposed}/{known}", row["who"], of=label)),
                    html.Td(str(row["not_stated"])),
                ],
                **metric("sample_drugs"),
            )
        )
    head = [
        ask(text("microbiome.drugs.drug"), "sample_drugs"),
        text("microbiome.column.visit"),
        text("microbiome.drugs.exposed"),
        text("microbiome.drugs.not_stated"),
    ]
    return [
        html.H3(text("microbiome.drugs")),
        table(text("microbiome.drugs"), head, body, "narrow", "sample_drugs"),
        html.P(text("microbiome.drugs.why"), className="figure-note"),
    ]


def _identity(answer: Answer) -> list[Any]:
    """Two samples of a patient should lie near each other; two samples should not be equal."""
    told = answer["identity"]
    words: list[Any] = []
    if told["pairs"]:
        words.append(
            text("microbiome.identity.nearest", n=told["nearest_own"], pairs=told["pairs"])
        )
    items = [_swap(answer, s) for s in told["swaps"]]
    items += [_copy(answer, d) for d in told["duplicates"]]
    if not items:
        words.append(text("microbiome.identity.nothing"))
    return [
        html.H3(ask(text("microbiome.identity"), "sample_identity")),
        html.P(" ".join(words), className="sentence", **metric("sample_identity")),
        *([html.Ul(items, className="reasons", **metric("sample_identity"))] if items else []),
    ]


def _named(answer: Answer, usubjid: str) -> Any:
    return name(answer["keys"][usubjid], short(answer, usubjid), usubjid)


def _swap(answer: Answer, found: Answer) -> html.Li:
    return html.Li(
        [
            text("microbiome.identity.swap"),
            " ",
            _named(answer, found["usubjid"]),
            text("word.and"),
            _named(answer, found["other"]),
            ". ",
            text(
                "microbiome.identity.swap.why",
                own=number_of(found["own_distance"]),
                swapped=number_of(found["swapped_distance"]),
            ),
        ]
    )


def _copy(answer: Answer, found: Answer) -> html.Li:
    words: list[Any] = [
        text("microbiome.identity.copy", samples=", ".join(found["samples"])), " "
    ]  # fmt: skip
    for i, usubjid in enumerate(found["patients"]):
        words += [", " if i else "", _named(answer, usubjid)]
    return html.Li(words)


def rows(answer: Answer) -> Rows:
    """Samples that enter no estimate."""
    header = tuple(text(f"microbiome.csv.{n}") for n in ("sample", "patient", "reads", "reason"))
    body: list[tuple[Any, ...]] = []
    for out in answer.get("checks", {}).get("left_out", ()):
        own = answer["who"].get(out["sample"]) or {}
        depth = "" if out["depth"] is None else out["depth"]
        body.append((out["sample"], own.get("usubjid", ""), depth, out["reason"]))
    return header, body
