"""What the import and the derivations found: by rule, gravest first, with rows and patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.attributes import attrs
from components.card import card
from components.cuts.parts import Answer, counted, fold, page_of, pager, patient
from components.cuts.records import column_words, domain_words
from components.overview.parts import Rows, tools
from dashboard.text import text

NAME = "cuts-findings"
ICONS = {
    "reject": "exclamation-octagon",
    "error": "exclamation-octagon",
    "warning": "exclamation-triangle",
    "note": "info-circle",
}
#: rules on one page of the list
GROUPS = 15
SHOWN_FIRST = ("reject", "error", "warning")
WHOLE = "-"
ANY = "*"


def draw(answer: Answer) -> html.Section:
    found = answer["findings"]
    severities = _first(found)
    chosen = {"severity": severities, "domain": ANY, "search": ""}
    return card(
        NAME,
        text("cuts.findings.title"),
        [
            _filters(answer, severities),
            html.Div(
                listing(answer, chosen, 0),
                id={"kind": "cuts-list", "of": "findings"},
                **attrs(data_keep_focus="true"),
            ),
        ],
        subtitle=text("cuts.findings.subtitle"),
        tools=tools(NAME, answer),
        marks=("findings",),
        n_metric="findings",
        subtitle_metric="findings",
    )


def _first(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Severities chosen at first: what touches a number or warns; notes if that is all."""
    known = [s for s in SHOWN_FIRST if any(f["severity"] == s for f in found)]
    return known or ["note"]


def _filters(answer: Answer, chosen: Sequence[str]) -> html.Div:
    found = answer["findings"]
    options = []
    for s in answer["severities"]:
        n = sum(f["severity"] == s for f in found)
        if n or s != "reject":
            options.append({"value": s, "label": counted(f"cuts.severity.{s}", n)})
    domains = sorted({f["domain"] or WHOLE for f in found})
    names = [{"value": ANY, "label": text("cuts.findings.domain.all")}]
    names += [
        {"value": d, "label": text("cuts.findings.domain.none") if d == WHOLE else domain_words(d)}
        for d in domains
    ]
    return html.Div(
        [
            html.Div(
                dbc.Checklist(
                    id={"kind": "cuts-filter", "name": "severity"},
                    options=options,
                    value=list(chosen),
                    inline=True,
                    className="level-list",
                ),
                className="pills",
                role="group",
                **attrs(aria_label=text("cuts.findings.severity")),
            ),
            html.Label(
                [
                    html.Span(text("cuts.findings.domain")),
                    dbc.Select(
                        id={"kind": "cuts-filter", "name": "domain"},
                        options=names,
                        value=ANY,
                        size="sm",
                    ),
                ]
            ),
            html.Label(
                [
                    html.Span(text("cuts.findings.search")),
                    dbc.Input(
                        id={"kind": "cuts-filter", "name": "search"},
                        type="search",
                        value="",
                        debounce=0.25,
                        size="sm",
                        maxLength=100,
                    ),
                ]
            ),
        ],
        className="finding-filters",
    )


def chosen_findings(answer: Answer, chosen: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """(position, finding) of what the filters leave; what the page never offers chooses nothing."""
    severity = chosen.get("severity")
    severities = set(severity) if isinstance(severity, list) else set()
    domain, search = chosen.get("domain"), str(chosen.get("search") or "").casefold().strip()
    out = []
    for i, f in enumerate(answer["findings"]):
        if f["severity"] not in severities or domain not in (None, ANY, f["domain"] or WHOLE):
            continue
        if search and search not in _searched(f):
            continue
        out.append((i, f))
    return out


def _searched(finding: Mapping[str, Any]) -> str:
    parts = [
        finding["rule"],
        finding["sentence"],
        finding["remedy"],
        finding["column"] or "",
        finding["domain"] or "",
    ]
    files = [p["file"] for p in finding["places"]]
    return " ".join([*parts, *finding["patients"], *files]).casefold()


def grouped(found: list[tuple[int, dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Findings of one rule and severity together, in their order."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _, f in found:
        groups.setdefault((f["severity"], f["rule"]), []).append(f)
    return list(groups.values())


def listing(answer: Answer, chosen: Mapping[str, Any], page: int) -> list[Any]:
    """The rules that found something, as the filters leave them, with their counts."""
    found = chosen_findings(answer, chosen)
    groups = grouped(found)
    last = max(0, (len(groups) - 1) // GROUPS)
    page = min(max(page, 0), last)
    n = len(answer["findings"])
    said = text(
        "cuts.findings.count",
        shown=len(found),
        n=n,
        rules=counted("cuts.findings.rule", len(groups)),
    )
    head = html.P(said, className="sentence", role="status")
    if not n:
        return [html.P(text("quality.none"), className="sentence")]
    if not groups:
        return [head, html.P(text("cuts.findings.none"), className="card-empty")]
    shown = groups[page * GROUPS : (page + 1) * GROUPS]
    turning = pager("findings-list", page, len(groups), size=GROUPS, noun="rules")
    return [head, *(_group(g) for g in shown), *turning]


def _group(group: list[dict[str, Any]]) -> html.Details:
    f = group[0]
    severity = f["severity"]
    several = [text("cuts.findings.more", n=len(group) - 1)] if len(group) > 1 else []
    face = [
        html.Span(
            text(f"cuts.severity.{severity}.word"),
            className=f"severity-word glyph icon-{ICONS[severity]}",
        ),
        html.Span(
            [
                html.Span(f["sentence"]),
                html.Span(" ".join([f["rule"], *several]), className="cell-more"),
            ]
        ),
    ]
    return fold(f"findings:{severity}:{f['rule']}", face, extra=f"finding-fold {severity}")


def unfold(answer: Answer, key: str, page: int, chosen: Mapping[str, Any]) -> list[Any]:
    """The findings of one rule: remedy, patients, and the rows they stand in."""
    severity, _, rule = key.partition(":")
    mine = [
        f
        for _, f in chosen_findings(answer, chosen)
        if (f["severity"], f["rule"]) == (severity, rule)
    ]
    shown, page = page_of(mine, page)
    return [
        *(_finding(answer, f, alone=len(mine) == 1) for f in shown),
        *pager(f"findings:{key}", page, len(mine), noun="findings"),
    ]


def _finding(answer: Answer, f: Mapping[str, Any], *, alone: bool) -> html.Div:
    where = [domain_words(f["domain"])] if f["domain"] else []
    where += [column_words(f["column"])] if f["column"] else []
    lines: list[Any] = [] if alone else [html.P(f["sentence"], className="finding-sentence")]
    facts = [(text("cuts.findings.remedy"), f["remedy"])]
    if where:
        facts.append((text("cuts.findings.where"), ", ".join(where)))
    if f["patients"]:
        facts.append((text("cuts.findings.patients"), _patients(answer, f)))
    if f["places"]:
        facts.append((text("cuts.findings.rows"), places(f)))
    lines.append(html.Dl([html.Div([html.Dt(k), html.Dd(v)]) for k, v in facts], className="facts"))
    return html.Div(lines, className="finding-detail")


def _patients(answer: Answer, f: Mapping[str, Any]) -> list[Any]:
    out: list[Any] = []
    for u in f["patients"]:
        out += [patient(answer, u), ", "]
    return out[:-1]


def places(f: Mapping[str, Any]) -> str:
    """adae.csv: lines 4, 9, 12; and how many more there are."""
    files: dict[tuple[str, str], list[str]] = {}
    for p in f["places"]:
        word = "line" if p["line"] is not None else "row" if p["row"] is not None else ""
        n = p["line"] if p["line"] is not None else p["row"]
        files.setdefault((p["file"], word), []).extend([] if n is None else [f"{n:,}"])
    said = []
    for (file, word), found in files.items():
        key = f"cuts.findings.{word}.{'one' if len(found) == 1 else 'other'}"
        said.append(text(key, file=file, rows=", ".join(found)) if word and found else file)
    more = f["count"] - len(f["places"])
    if more > 0 and len(f["places"]) >= 50:
        said.append(text("cuts.findings.rows.more", n=f"{more:,}"))
    return "; ".join(said)


def rows(answer: Answer) -> Rows:
    """Every finding, whatever the filters of the card; patients and rows in one cell each."""
    keys = (
        "severity",
        "rule",
        "domain",
        "column",
        "count",
        "finding",
        "remedy",
        "patients",
        "rows",
    )
    header = tuple(text(f"cuts.csv.{k}") for k in keys)
    body = [
        (
            f["severity"],
            f["rule"],
            f["domain"] or "",
            f["column"] or "",
            f["count"],
            f["sentence"],
            f["remedy"],
            "; ".join(f["patients"]),
            places(f),
        )
        for f in answer["findings"]
    ]
    return header, body
