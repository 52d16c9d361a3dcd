"""The Overview's tables by backbone: who the patients are, and where they are now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.casing import SHORT_CODE, term_case
from dashboard.metrics.baseline import (
    BaselineTable,
    Characteristic,
    Factor,
    Level,
    baseline_table,
)
from dashboard.metrics.disposition import Disposition, disposition
from dashboard.metrics.table_columns import Layout, layout
from dashboard.metrics.types import AnalysisSet
from dashboard.panels.common import common
from dashboard.panels.deaths import deaths
from dashboard.panels.strip import level_order
from dashboard.report.subgroups import backbone_groups
from dashboard.results import View
from dashboard.text import CATALOGUE, text
from dashboard.words import said
from data_access.schema import DOMAINS, Kind
from data_access.study.model import FilterColumn, Study

Json = Mapping[str, Any]

#: what a reader looks for first, in this order
FIRST = ("AGE", "SEX", "ECOGBL", "LINE", "PRIORLN", "VISCFL", "NMETSITE", "PDL1", "GBRCA")
FIRST_IF_THERE = ("MEASFL", "BMEASIFL")
LISTS = ("PRIORTRT", "METSITES")
#: described when exported, whether or not the study names them
LAST = ("LIVERFL", "LUNGFL", "BONEFL", "BRAINFL", "MENOPAUSE", "BMIBL", "RACE")
PEOPLES = ("RACE", "ETHNIC", "COUNTRY", "REGION1")
NUMBERS = ("AGE", "PRIORLN", "NMETSITE", "BMIBL")
#: rows of the table that are shown before anything is unfolded
ROWS_SHOWN = 26
YES = "Y"


def baseline(view: View) -> Json:
    """Baseline characteristics of the chosen set by backbone."""
    study, adsl = view.cut.study, view.analysis.adsl
    table = _layout(view, view.members)
    found = baseline_table(adsl, table, _factors(study, adsl), order=level_order)
    return {
        **_common(view, view.members, table),
        "table": found.to_json(),
        "labels": {c: _label(study, c) for c in _columns(found)},
        "words": {c.column: _words(study, c) for c in found.characteristics},
        "flags": [c.column for c in found.characteristics if _is_flag(c)],
        "first": _first(found),
    }


def where(view: View) -> Json:
    """Disposition of the enrolled patients by backbone."""
    analysis, members = view.analysis, view.set("enrolled")
    table = _layout(view, members)
    died = deaths(analysis, members)
    found = disposition(
        analysis.adsl,
        analysis.cohort,
        table,
        died=() if died is None else died.numerator,
        doses_known=analysis.doses_known,
    )
    return {
        **_common(view, members, table),
        "set_label": members.label,
        "set_rule": members.rule,
        "n": members.n,
        "table": found.to_json(),
        "deaths_known": died is not None,
        "ends_known": bool({"EOSDT", "EOSSTT"} & set(analysis.adsl.columns)),
        "doses_known": analysis.doses_known,
        "words": _reasons(view.cut.study, found),
    }


def _layout(view: View, members: AnalysisSet) -> Layout:
    return layout(
        members,
        backbone_groups(view.analysis),
        everyone=text("cohort.everyone"),
        no_group=text("cohort.no_group"),
        min_group=view.analysis.rules.min_group,
    )


def _common(view: View, members: AnalysisSet, table: Layout) -> dict[str, Any]:
    backbones = view.cut.study.backbones
    shown = {c.id for c in table.columns}
    grouped = len(shown) > 1
    keys = {u: view.keys.key(u) for u in members.patients}
    return {
        **common(view),
        "keys": keys,
        "backbone_label": backbones.label if backbones is not None and grouped else None,
        "randomised": view.cut.study.design.randomised,
        "empty_groups": [
            g.label for g in (backbones.groups if backbones else ()) if g.id not in shown
        ]
        if grouped and not view.selection.filtered
        else [],
    }


def _factors(study: Study, adsl: pd.DataFrame) -> list[Factor]:
    """Every column of a baseline table: the usual ones, then those the study filters by."""
    named = {f.column: f for f in study.filters}
    measurable = next((c for c in FIRST_IF_THERE if c in adsl.columns), None)
    order = [*FIRST, *([measurable] if measurable else []), *LISTS, *named, *LAST]
    own = study.backbones.column if study.backbones is not None else None
    return [
        Factor(column, _kind(study, column), separator=_separator(named.get(column)))
        for column in dict.fromkeys(order)
        if column in adsl.columns and column != own
    ]


def _kind(study: Study, column: str) -> Any:
    spec = next((f for f in study.filters if f.column == column), None)
    if column in LISTS or (spec is not None and spec.kind == "several"):
        return "list"
    number = column in NUMBERS if spec is None else spec.kind == "number"
    return "number" if number else "category"


def _separator(spec: FilterColumn | None) -> str | None:
    return spec.separator if spec is not None and spec.kind == "several" else None


def _columns(table: BaselineTable) -> list[str]:
    return [*(c.column for c in table.characteristics), *(c for c, _ in table.left_out)]


def _label(study: Study, column: str) -> str:
    """As the study names it, else the usual name, else the column's own."""
    spec = next((f for f in study.filters if f.column == column), None)
    if spec is not None:
        return spec.label
    if column in study.labels:
        return study.labels[column]
    key = f"adsl.{column}"
    return text(key) if key in CATALOGUE else column


def _words(study: Study, found: Characteristic) -> list[str]:
    """The levels of a factor as a reader says them, all in one manner: Low and Medium."""
    plain = [level.value for level in found.levels if not level.pooled]
    capitals = all(v.isupper() and v.replace(" ", "").isalpha() for v in plain)
    alike = found.kind == "category" and capitals and any(len(v) > SHORT_CODE for v in plain)

    def one(level: Level) -> str:
        if level.pooled:
            return text("cohort.pooled", n=level.pooled)
        words = said(study, found.column, level.value)
        if words == level.value and alike:
            words = term_case(words)
        return _proper(words) if found.column in PEOPLES else words

    return [one(level) for level in found.levels]


def _proper(words: str) -> str:
    """Names of peoples and places keep their capitals: American Indian or Alaska Native."""
    return " ".join(
        w if w in {"or", "and", "of", "not"} else w[:1].upper() + w[1:] for w in words.split()
    )


def _is_flag(found: Characteristic) -> bool:
    """A question answered with yes or no: one row says it."""
    known = DOMAINS["ADSL"].column(found.column)
    values = {level.value for level in found.levels}
    flag = known is not None and known.kind is Kind.FLAG
    return found.kind == "category" and bool(values) and values <= ({YES, "N"} if flag else set())


def _first(found: BaselineTable) -> int:
    """How many characteristics stand before the fold: whole ones, up to a readable length."""
    rows = 0
    for i, one in enumerate(found.characteristics):
        missing = any(one.missing[0]) if one.missing else False
        rows += (1 if one.kind == "number" or _is_flag(one) else 1 + len(one.levels)) + missing
        if rows > ROWS_SHOWN:
            return max(i, 1)
    return len(found.characteristics)


def _reasons(study: Study, found: Disposition) -> dict[str, str]:
    """Reasons as a reader says them, by row id; ours come from the catalogue."""
    column = {
        "off_treatment": found.treatment_reason,
        "off_study": found.study_reason,
        "died": found.death_cause,
    }
    return {
        row.id: text(f"cohort.reason.{row.reason[1:]}")
        if row.reason.startswith("*")
        else said(study, column[row.part_of] or "", row.reason)
        for row in found.rows
        if row.reason
    }
