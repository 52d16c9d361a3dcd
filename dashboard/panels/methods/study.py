"""Sections on this study: trial, cut, files and software; endpoints, sets and rules in force."""

from __future__ import annotations

import platform
from importlib.metadata import version

from dashboard.definitions.parameters import duration
from dashboard.definitions.passport import values_of
from dashboard.definitions.rules import in_force
from dashboard.metrics.types import AnalysisSet
from dashboard.panels.common import common
from dashboard.panels.methods.blocks import (
    Block,
    Json,
    facts,
    heading,
    heads,
    or_not,
    section,
    table,
    words,
)
from dashboard.results import View
from dashboard.text import day, text
from data_access import VERSION

#: what computes a number; their versions are part of how it was computed
SOFTWARE = ("numpy", "pandas", "scipy", "pyarrow", "lifelines", "plotly", "dash", "flask")
SETS = ("enrolled", "safety", "full", "evaluable")


def cut(view: View) -> Json:
    """The trial, the cut with its hash and files, and the software."""
    found, study, said = view.cut, view.cut.study, common(view)
    stem = "methods.cut"
    synthetic = [(text(f"{stem}.synthetic"), text(f"{stem}.synthetic.body"))]
    imported = f"{found.imported_at:%Y-%m-%d %H:%M}"
    return section(
        view,
        facts(
            (text(f"{stem}.title"), study.title),
            *(synthetic if study.synthetic else []),
            *(
                (text(f"{stem}.{k}"), or_not(getattr(study, k)))
                for k in ("phase", "indication", "treatment", "sponsor", "registry")
            ),
            (text(f"{stem}.design"), _design(view)),
            (text(f"{stem}.planned"), or_not(study.design.planned_patients)),
            (text(f"{stem}.date"), day(found.cut_date)),
            (text(f"{stem}.hash"), found.id),
            (
                text(f"{stem}.imported"),
                text(f"{stem}.imported.body", when=imported, version=or_not(found.version)),
            ),
            (text(f"{stem}.software"), ", ".join(f"{n} {v}" for n, v in _software())),
            (
                text(f"{stem}.view"),
                text(
                    f"{stem}.view.body",
                    set=said["set_label"],
                    n=said["n"],
                    filters=said["filter_words"],
                ),
            ),
            *((text(f"{stem}.notes"), note) for note in study.notes),
        ),
        words(text(f"{stem}.hash.words")),
    )


def files(view: View) -> Json:
    """Every file and table with its checksum, and the software that computed this page."""
    found, stem = view.cut, "methods.cut"
    return section(
        view,
        table(text(f"{stem}.software"), heads(stem, "name", "version"), _software()),
        table(
            text(f"{stem}.domains"),
            heads(stem, "domain", "rows", "digest"),
            [(d, f"{found.rows(d):,}", found.digest(d)) for d in found.domains],
        ),
        table(
            text(f"{stem}.files"),
            heads(stem, "file", "format", "bytes", "sha"),
            [(s.name, s.format, f"{s.bytes:,}", s.sha256) for s in found.sources],
        ),
    )


def _software() -> list[tuple[str, str]]:
    own = [
        (text("methods.cut.interim"), VERSION),
        (text("methods.cut.python"), platform.python_version()),
    ]
    return [*own, *((name, version(name)) for name in SOFTWARE)]


def _design(view: View) -> str:
    design = view.cut.study.design
    if design.arms == 1 and not design.randomised:
        return text("methods.cut.design.single")
    key = "randomised" if design.randomised else "not_randomised"
    return text("methods.cut.design.arms", arms=design.arms, randomised=text(f"methods.cut.{key}"))


def registered(view: View) -> Json:
    """The registered endpoints in the registry's words, the origin of time, the windows."""
    study, values, stem = view.cut.study, values_of(view), "methods.endpoints"
    rows = [
        (
            e.label,
            text(f"efficacy.role.{e.role}"),
            text(f"{stem}.quoted", wording=e.wording) if e.wording else text("number.ns"),
            text("number.ns") if e.window_days is None else duration(e.window_days),
        )
        for e in study.endpoints
    ]
    columns = view.analysis.cohort.origin_rule.partition(": ")[2]
    origin = text(
        f"{stem}.origin.body",
        origin=text(f"origin.{study.origin}"),
        fallback=text(f"{stem}.origin.{study.origin}"),
        columns=columns,
    )
    quoted = table(text(f"{stem}"), heads(stem, "id", "role", "wording", "window"), rows)
    return section(
        view,
        quoted if rows else words(text(f"{stem}.none")),
        *_registry_note(view),
        heading(text(f"{stem}.origin")),
        words(origin),
        heading(text(f"{stem}.windows")),
        words(text(f"{stem}.windows.orr", window=values["orr_window"])),
        words(text(f"{stem}.windows.pfs", window=values["pfs_window"])),
        words(text(f"{stem}.windows.ae", window=values["ae_window"])),
        words(text(f"{stem}.days")),
    )


def _registry_note(view: View) -> list[Block]:
    """How far the registry's wording of PFS carries."""
    study = view.cut.study
    pfs = next((e for e in study.endpoints if e.id.upper() == "PFS" and e.wording), None)
    if pfs is None:
        return []
    wording = (pfs.wording or "").casefold()
    said = [text("registry.pfs.reads", wording=pfs.wording)]
    if "death" in wording and "progress" not in wording:
        said.append(text("registry.pfs.is_os"))
    if "randomi" in wording and not study.design.randomised:
        said.append(text("registry.pfs.not_randomised"))
    said.append(text("registry.pfs.here", origin=text(f"origin.{study.origin}")))
    return [words(" ".join(said))]


def sets(view: View) -> Json:
    """The analysis sets of the whole cut with the rule that was used."""
    stem = "methods.sets"
    found = [view.analysis.sets[id_] for id_ in SETS]
    shown = view.analysis.shown_sets
    rows = [
        (s.label, _rule(s), str(s.n) if s.id in shown else text("number.ns"), _left_out(s))
        for s in found
    ]
    return section(
        view,
        words(text(f"{stem}.words")),
        table(text(stem), heads(stem, "set", "rule", "n", "out"), rows, metric="n"),
        *(words(f"{s.label}: {note}.") for s in found for note in s.notes),
    )


def _rule(members: AnalysisSet) -> str:
    return members.rule if members.derivable else text("methods.sets.not_stated")


def _left_out(members: AnalysisSet) -> str:
    if not members.derivable:
        return text("number.ns")
    counts: dict[str, int] = {}
    for e in members.excluded:
        counts[e.reason] = counts.get(e.reason, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    told_ = [text("methods.sets.group", n=n, reason=reason) for reason, n in ordered]
    return "; ".join(told_) or text("methods.sets.nobody")


def rules(view: View) -> Json:
    """Every key of [rules] in words."""
    stem = "methods.rules"
    rows = [
        (r.label, r.value, text(f"{stem}.{'stated' if r.stated else 'default'}"))
        for r in in_force(view.cut.study)
    ]
    return section(view, table(text(stem), heads(stem, "rule", "value", "from"), rows))
