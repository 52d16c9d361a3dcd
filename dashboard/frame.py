"""What the shell says about a selection: every link in the top bar and filter bar, already made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from components.shell import Chip, Choice, FilterControl, FilterLevel, TopBar
from dashboard.panels.strip import level_order
from dashboard.patient_keys import joined
from dashboard.population import Loosened, Population
from dashboard.selection import MISSING, FilterField, Levels, Range, Selection
from dashboard.shelf import CutName, Opened
from dashboard.text import day, listed, text
from dashboard.words import backbone_labels, filter_parts, filter_text, said
from data_access.store import Cut


def top_bar(
    selection: Selection,
    opened: Opened,
    population: Population,
    studies: tuple[tuple[str, str], ...],
    cuts: tuple[CutName, ...],
) -> TopBar:
    """`studies` are (id, title), `cuts` those of this study, newest first."""
    cut = opened.cut
    sets = set_labels(opened)
    return TopBar(
        study=cut.study.short_title or cut.study.title,
        studies=tuple(
            Choice(title, f"?study={id_}", current=id_ == selection.study) for id_, title in studies
        ),
        cut=text("shell.cut.item", date=day(cut.cut_date)),
        cuts=tuple(
            Choice(
                text("shell.cut.newest" if i == 0 else "shell.cut.item", date=day(c.cut_date)),
                f"?study={selection.study}&cut={c.id[:16]}",
                current=c.id == selection.cut,
            )
            for i, c in enumerate(cuts)
        ),
        sets=tuple(
            Choice(
                sets[s],
                "?" + replace(selection, analysis_set=s).query(),
                current=s == selection.analysis_set,
            )
            for s in opened.vocabulary.sets
        ),
        set_label=sets[selection.analysis_set],
        shown=population.members.n,
        total=population.base.n,
        chips=chips(selection, opened),
        clear="?" + selection.unfiltered().query() if selection.filtered else None,
        synthetic=cut.study.synthetic,
        loosen=tuple(_loosened(selection, opened, found) for found in population.loosened),
    )


def _loosened(selection: Selection, opened: Opened, found: Loosened) -> tuple[str, int, str]:
    """The filters in words, how many patients there are without them, and that view's address."""
    rest = selection
    for column in found.columns:
        rest = rest.without(column)
    parts = filter_parts(opened.cut.study, selection)
    words = [_whole([p for p in parts if p[0] == column]) for column in found.columns]
    return listed(words), found.n, "?" + rest.query()


def _whole(parts: list[tuple[str, str, str | None, str]]) -> str:
    """All values of one filter: ECOG at baseline: 1 or 2."""
    return filter_text(parts[0][1], text("shell.filters.or").join(words for *_, words in parts))


def set_labels(opened: Opened) -> dict[str, str]:
    """Names of the analysis sets, the study's own words first."""
    stated: dict[str, str] = {s.id: s.label for s in opened.cut.study.sets}
    return {s: stated.get(s) or text(f"set.{s}") for s in opened.vocabulary.sets}


def chips(selection: Selection, opened: Opened) -> tuple[Chip, ...]:
    """One chip per chosen value, so that each can go alone."""
    return tuple(
        Chip(
            filter_text(name, words),
            "?" + selection.without(column, value).query(),
            joined(selection.patients) if column == "patients" else "",
        )
        for column, name, value, words in filter_parts(opened.cut.study, selection)
    )


def controls(
    selection: Selection, opened: Opened, population: Population
) -> tuple[FilterControl | None, tuple[FilterControl, ...]]:
    """The backbone control (None without backbones) and one per filter column of the study."""
    cut = opened.cut
    counts = population.counts
    backbone = None
    if opened.vocabulary.backbones and cut.study.backbones:
        names = backbone_labels(cut.study)
        backbone = FilterControl(
            "backbone",
            cut.study.backbones.label,
            tuple(
                FilterLevel(b, names[b], counts["backbone"].get(b, 0))
                for b in opened.vocabulary.backbones
            ),
            selection.backbones,
            help=text("shell.filters.overlap"),
        )
    chosen = {f.column: f for f in selection.filters}
    return backbone, tuple(
        _control(cut, spec, chosen.get(spec.column), counts) for spec in opened.vocabulary.fields
    )


def _control(
    cut: Cut,
    spec: FilterField,
    chosen: Levels | Range | None,
    counts: Mapping[str, Mapping[str, int]],
) -> FilterControl:
    if spec.kind == "number":
        ends = chosen if isinstance(chosen, Range) else Range(spec.column)
        return FilterControl(
            spec.column,
            spec.label,
            numeric=True,
            lower=ends.lower,
            upper=ends.upper,
            help=None
            if spec.lowest is None
            else text(
                "shell.filters.bounds",
                lowest=f"{spec.lowest:g}",
                highest=f"{spec.highest:g}",
            ),
        )
    found = counts.get(spec.column, {})
    held = chosen.values if isinstance(chosen, Levels) else ()
    return FilterControl(
        spec.column,
        spec.label,
        tuple(
            FilterLevel(v, said(cut.study, spec.column, v), found.get(v, 0))
            for v in _readable(spec.levels)
            if v != MISSING or found.get(v) or v in held
        ),
        held,
    )


def _readable(levels: tuple[str, ...]) -> list[str]:
    """As a reader orders them (<40 before 40-49, 2 before 10), "not stated" last."""
    return sorted(levels, key=level_order)
