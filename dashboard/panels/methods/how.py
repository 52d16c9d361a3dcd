"""Sections on how: censoring rules, intervals, groups and adverse events."""

from __future__ import annotations

from dashboard.definitions.document import split
from dashboard.definitions.passport import values_of
from dashboard.panels.events.externals import externals, said_externally
from dashboard.panels.methods.blocks import (
    Block,
    Json,
    facts,
    heads,
    or_not,
    section,
    table,
    words,
)
from dashboard.report.subgroups import backbone_groups
from dashboard.results import View
from dashboard.text import listed, text


def censoring(view: View) -> Json:
    """Both tables of censoring rules, and which reading is shown."""
    stem, values, own = "methods.censoring", values_of(view), view.analysis.rules
    shown = view.analysis.pfs(view.selection.rules)
    reading = "none"
    if shown is not None:
        reading = "exported" if shown.source == "exported" else shown.rule
    head = heads(stem, "situation", "day", "status")
    return section(
        view,
        words(text(f"{stem}.words", reading=text(f"{stem}.reading.{reading}"))),
        *(
            table(text(f"{stem}.{rule}"), head, split(text(f"{stem}.{rule}.rows", **values)))
            for rule in ("fda", "ema")
        ),
        words(
            text(
                f"{stem}.gap",
                max_gap=values["max_gap"],
                interval=own.assessment_interval,
                window=own.visit_window,
            )
        ),
        words(text(f"{stem}.os")),
    )


def intervals(view: View) -> Json:
    """The method of every interval and estimate."""
    stem, values = "methods.intervals", values_of(view)
    rows = split(text(f"{stem}.rows", **values))
    return section(
        view,
        table(text(stem), heads(stem, "what", "how"), rows),
        words(text(f"{stem}.words", min_group=values["min_group"])),
    )


def groups(view: View) -> Json:
    """Backbone groups, how they overlap, and the factors of the study."""
    stem, study = "methods.groups", view.cut.study
    backbones = study.backbones
    blocks: list[Block] = [words(text(f"{stem}.none"))]
    if backbones is not None:
        labels = {g.id: g.label for g in backbones.groups}
        inside = set(view.members.patients)
        sizes = {g.id: len(inside & set(g.patients)) for g in backbone_groups(view.analysis)}
        rows = [
            (
                g.label,
                ", ".join(g.values),
                listed(labels[w] for w in g.within) or "–",
                str(sizes.get(g.id, text("number.ns"))),
            )
            for g in backbones.groups
        ]
        order = backbones.priority or tuple(labels)
        blocks = [
            table(
                backbones.label,
                heads(stem, "group", "values", "within", "n"),
                rows,
                metric="n",
            ),
            words(
                text(
                    f"{stem}.words",
                    label=backbones.label,
                    priority=", ".join(labels[p] for p in order),
                )
            ),
        ]
    chosen = "randomised" if study.design.randomised else "chosen"
    blocks.append(words(text(f"{stem}.{chosen}", min_group=view.analysis.rules.min_group)))
    if study.filters:
        rows_ = [(f.label, f.column) for f in study.filters]
        blocks.append(table(text(f"{stem}.factors"), heads(stem, "factor", "column"), rows_))
    return section(view, *blocks)


def adverse(view: View) -> Json:
    """What counts as emergent, related and severe, and the events of special interest."""
    stem, study, values = "methods.adverse", view.cut.study, values_of(view)
    terms = study.terms
    columns = [
        text(f"{stem}.columns.body", drug=drug, column=column)
        for drug, column in terms.related_columns.items()
    ]
    said = [] if view.analysis.frame("ADAE") is not None else [words(text(f"{stem}.none"))]
    rows = [
        (
            a.label,
            _drug(view, a.drug),
            ", ".join(t.lower() for t in a.terms),
            or_not("; ".join(said_externally(e) for e in externals(a)) or None),
            or_not("; ".join(dict.fromkeys(e.source for e in externals(a) if e.source)) or None),
        )
        for a in study.aesi
    ]
    head = [text(f"{stem}.aesi.{k}") for k in ("label", "drug", "terms", "expected", "source")]
    return section(
        view,
        *said,
        facts(
            (text(f"{stem}.emergent"), values["emergent"]),
            (text(f"{stem}.scale"), values["scale"]),
            (text(f"{stem}.related"), ", ".join(t.lower() for t in terms.related)),
            (text(f"{stem}.not_related"), ", ".join(t.lower() for t in terms.not_related)),
            *([(text(f"{stem}.columns"), "; ".join(columns))] if columns else []),
            (
                text(f"{stem}.window"),
                text(f"{stem}.window.body", window=values["ae_window"])
                if view.analysis.rules.ae_window_days is not None
                else text("number.ns"),
            ),
            (text(f"{stem}.counting"), text(f"{stem}.counting.body")),
        ),
        table(text(f"{stem}.aesi"), head, rows) if rows else words(text(f"{stem}.aesi.none")),
    )


def _drug(view: View, id_: str) -> str:
    backbones = view.cut.study.backbones
    labels = {g.id: g.label for g in backbones.groups} if backbones else {}
    return labels.get(id_, id_)
