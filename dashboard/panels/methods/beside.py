"""Sections on what stands beside the numbers: benchmarks, monitoring rules, derivations, works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.numbers import fixed, percent
from dashboard.comparison import compare
from dashboard.definitions.passport import source_words, spoken, values_of
from dashboard.definitions.registry import ENTRIES, SECTIONS
from dashboard.endpoints import data_of, endpoints
from dashboard.panels.common import common
from dashboard.panels.methods.blocks import Json, heads, section, table, words
from dashboard.results import View
from dashboard.text import CATALOGUE, text
from data_access.study.model import Benchmark


def benchmarks(view: View) -> Json:
    """Published results with their source."""
    stem = "methods.benchmarks"
    found = view.cut.study.benchmarks
    if not found:
        return section(view, words(text(f"{stem}.none")))
    rows = [(b.endpoint, b.label, b.population, _value(b), b.source) for b in found]
    head = heads(stem, "endpoint", "label", "population", "value", "source")
    return section(
        view, words(text(f"{stem}.words")), table(text(stem), head, rows, metric="benchmark")
    )


def _value(found: Benchmark) -> str:
    """As published: counts, a rate, or a median in months."""
    if found.x is not None and found.n is not None:
        return text("methods.benchmarks.counts", x=found.x, n=found.n)
    values = {"value": found.estimate, "lower": found.lower, "upper": found.upper}
    rate = found.endpoint.upper() in {"ORR", "DCR", "CBR"}
    shown = {
        k: text("number.ns") if v is None else percent(v) if rate else fixed(v)
        for k, v in values.items()
    }
    return text(f"methods.benchmarks.{'rate' if rate else 'months'}", **shown)


def monitoring(view: View) -> Json:
    """The decision rules of the protocol, or that none is stated."""
    stem, study = "methods.monitoring", view.cut.study
    rows = [
        (
            r.label,
            text(f"{stem}.kind.{r.kind}"),
            r.endpoint,
            _parameters(r.parameters),
        )
        for r in study.monitoring
    ]
    if study.design.simon:
        rows.insert(
            0,
            (
                text(f"{stem}.simon"),
                text(f"{stem}.kind.simon"),
                text(f"{stem}.all_patients"),
                _parameters(study.design.simon),
            ),
        )
    if not rows:
        return section(view, words(text(f"{stem}.none")))
    head = heads(stem, "rule", "kind", "endpoint", "parameters")
    return section(view, words(text(f"{stem}.words")), table(text(stem), head, rows))


def _parameters(found: Mapping[str, Any]) -> str:
    def shown(value: Any) -> str:
        if isinstance(value, tuple | list):
            return ", ".join(shown(v) for v in value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    return "; ".join(f"{k} {shown(v)}" for k, v in found.items() if v is not None)


def sources(view: View) -> Json:
    """Per endpoint: as exported or derived, and what the independent derivation says."""
    stem, analysis = "methods.sources", view.analysis
    compared = compare(analysis)
    shown = {
        "CBOR": analysis.responses.source_confirmed,
        "BOR": analysis.responses.source_unconfirmed,
        **{e.id: _source_of(view, e.id) for e in endpoints(analysis)},
        "TRTEMFL": None if analysis.events is None else analysis.events.source,
    }
    rows = []
    for name, source in shown.items():
        differing = len({d.usubjid for d in compared.found if d.endpoint == name})
        n = compared.sizes.get(name, 0) if source == "exported" else 0
        if not n:
            said = text(f"{stem}.differs.not")
        elif differing:
            said = text(f"{stem}.differs.some", x=differing, n=n)
        else:
            said = text(f"{stem}.differs.none", n=n)
        label = f"{stem}.{name}"
        rows.append((text(label) if label in CATALOGUE else name, source_words(source), said))
    blocks = [table(text(stem), heads(stem, "what", "shown", "differs"), rows, metric="agreement")]
    if compared.followed is not None:
        name, x = compared.followed.agree[0]
        blocks.append(words(text(f"{stem}.follows", rule=name, x=x, n=compared.followed.n)))
    return section(view, words(text(f"{stem}.words")), *blocks)


def _source_of(view: View, id_: str) -> str | None:
    found = next(e for e in endpoints(view.analysis) if e.id == id_)
    data = data_of(view.analysis, found, view.selection.rules)
    return None if data is None else data.source


def definitions(view: View) -> Json:
    """Every entry of the registry with the parameters in force; nobody is named here."""
    values = values_of(view)
    return {
        **common(view),
        "sections": [
            {
                "id": id_,
                "title": text(f"define.section.{id_}"),
                "entries": [spoken(e, view, values) for e in ENTRIES if e.section == id_],
            }
            for id_ in SECTIONS
        ],
    }


def references(view: View) -> Json:
    """Every work a definition rests on, once, where the definitions point."""
    cited = {r: text(f"ref.{r}") for entry in ENTRIES for r in entry.references}
    items = sorted(cited.items(), key=lambda item: item[1])
    return section(
        view,
        {"kind": "list", "items": [w for _, w in items], "ids": [f"ref-{r}" for r, _ in items]},
    )
