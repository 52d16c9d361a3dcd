"""What the Laboratory page shows: each function asks the metrics for one card, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import laboratory as lab
from dashboard.lab_names import lab_names
from dashboard.lab_rules import graded
from dashboard.metrics.ctcae_rules import rules as ctcae_rules
from dashboard.metrics.lab_change import farthest, lab_changes
from dashboard.metrics.lab_lines import lab_lines
from dashboard.metrics.lab_quality import FAR, LabParameter, lab_parameters
from dashboard.metrics.lab_shift import LabGrades, any_high, lab_grades
from dashboard.metrics.labs import LabValues
from dashboard.metrics.nadir import nadir_points, nadirs
from dashboard.metrics.shift_table import ShiftTable, grade_shift, range_shift
from dashboard.panels.common import json_of, who
from dashboard.panels.safety import of_safety
from dashboard.results import View
from dashboard.selection import MAX_PATIENTS
from dashboard.words import said
from data_access.findings import Severity

Json = Mapping[str, Any]

#: why there is no laboratory value to count: no file, no values in it, nobody known to be treated
NO_FILE, NO_VALUES, NO_DOSES = "file", "values", "doses"
#: counts whose nadir is shown, by the PARAMCDs that hold them
COUNTS = (("NEUT", "NEUTS", "ANC", "NEUTSG"), ("PLAT", "PLT"))


def of_labs(view: View) -> dict[str, Any]:
    """What every card says: the safety set, the grading in force, and what is missing."""
    version = view.analysis.rules.ctcae_version
    return {
        **of_safety(view),
        "missing": missing(view),
        "version": version,
        "graded": graded(version),
        "teae_days": view.analysis.rules.teae_end_days,
    }


def missing(view: View) -> str | None:
    """Why laboratory values cannot be shown; None where they can."""
    if "ADLB" not in view.cut.domains:
        return NO_FILE
    if not lab_names(view.analysis):
        return NO_VALUES
    return None if lab.safety_set(view.analysis) is not None else NO_DOSES


def findings(view: View) -> Json:
    """Who is out of range by CTCAE, and what stands against reading the values as they are."""
    answer = {**of_labs(view), "terms": [], "problems": [], "parameters": 0, "values": 0}
    values = lab.labs_in(view)
    if values is None:
        return {**answer, "imported": _imported(view)}
    found = grades_of(view, values)
    parts = lab_parameters(values)
    high = any_high(found, level=view.analysis.rules.level)
    return {
        **answer,
        "terms": [_graded(view, g) for g in found],
        "high": high.proportion.to_json() if found else None,
        "who_high": who(view, high.patients),
        "parameters": len(parts),
        "values": values.n,
        "ungraded": _ungraded(parts, found),
        "problems": _problems(view, parts, found),
        "notes": list(values.notes),
        "imported": _imported(view),
        "emergent_rule": values.treated.rule,
    }


def grades_of(view: View, values: LabValues) -> tuple[LabGrades, ...]:
    """Worst grades in the safety window; none for a version of CTCAE without a table."""
    version = view.analysis.rules.ctcae_version
    if not graded(version):
        return ()
    level = view.analysis.rules.level
    if view.selection.filtered:
        return lab_grades(values, version=version, level=level)
    return view.analysis.once(
        "lab grades", lambda: lab_grades(values, version=version, level=level)
    )


def _graded(view: View, found: LabGrades) -> dict[str, Any]:
    """One term with the patients of each grade; where CTCAE says more than a value can, why."""
    by_grade: dict[int, list[str]] = {g: [] for g in range(5)}
    for usubjid, worst in zip(found.patients, found.worst, strict=True):
        by_grade[worst].append(usubjid)
    return {
        "term": found.term,
        "paramcd": list(found.paramcd),
        "direction": found.direction,
        "n": found.n,
        "measured": found.measured,
        "any": found.any.to_json(),
        "high": found.grade3plus.to_json(),
        "grades": [len(by_grade[g]) for g in range(5)],
        "who": [who(view, by_grade[g]) for g in range(5)],
        "who_any": who(view, [u for g in (1, 2, 3, 4) for u in by_grade[g]]),
        "who_high": who(view, [*by_grade[3], *by_grade[4]]),
        "not_graded": found.not_graded,
        "units": [u.to_json() for u in found.unknown_units],
        "differs": found.differs_from_export,
        "note": found.note,
    }


def _ungraded(parts: Sequence[LabParameter], found: Sequence[LabGrades]) -> list[str]:
    """Parameters that no term of the version grades."""
    known = {code for g in found for code in g.paramcd}
    return [p.label for p in parts if p.paramcd not in known]


def _problems(
    view: View, parts: Sequence[LabParameter], found: Sequence[LabGrades]
) -> list[dict[str, Any]]:
    """What is wrong with units and ranges, a line per kind and parameter, with whom it concerns."""
    lines: list[dict[str, Any]] = []
    for part in parts:
        counts = {
            "no_unit": part.without_unit if len(part.units) > 1 or part.units[0] else 0,
            "no_units": part.n if part.units == ("",) else 0,
            "no_range": part.without_range,
            "crossed": part.crossed,
        }
        lines += [_line(part, kind, n) for kind, n in counts.items() if n]
        named = [u for u in part.units if u]
        if len(named) > 1:
            lines.append({**_line(part, "units", part.n), "units": named})
        if part.far:
            known = who(view, part.far_patients)
            lines.append({**_line(part, "far", part.far), "who": known, "times": FAR})
        if part.without_baseline:
            n = len(part.without_baseline)
            lines.append({**_line(part, "no_baseline", n), "who": who(view, part.without_baseline)})
    for g in found:
        if g.not_graded:
            lines.append({"kind": "not_graded", "label": g.term, "n": g.not_graded, "who": ""})
        if g.differs_from_export:
            n = g.differs_from_export
            lines.append({"kind": "differs", "label": g.term, "n": n, "who": ""})
    return lines


def _line(part: LabParameter, kind: str, n: int) -> dict[str, Any]:
    return {"kind": kind, "label": part.label, "n": n, "of": part.n, "who": ""}


def _imported(view: View) -> int:
    """Errors and warnings of the import that concern laboratory values."""
    grave = (Severity.ERROR, Severity.WARNING)
    return sum(f.domain == "ADLB" and f.severity in grave for f in view.cut.findings)


def grades(view: View) -> Json:
    """Worst CTCAE grade after the first dose, every term that the export has a parameter for."""
    values = lab.labs_in(view)
    found = () if values is None else grades_of(view, values)
    parts = () if values is None else lab_parameters(values)
    return {
        **of_labs(view),
        "terms": [_graded(view, g) for g in found],
        "ungraded": _ungraded(parts, found),
        "window_rule": None if values is None else values.treated.rule,
    }


def chosen(view: View) -> dict[str, Any]:
    """The parameter in view, and the others with the address of each."""
    names = lab_names(view.analysis)
    now = view.selection.lab or (names[0].code if names else "")
    return {
        "parameter": now,
        "label": next((n.label for n in names if n.code == now), now),
        "choices": [[n.code, n.label] for n in names],
    }


def parameter(view: View) -> Json:
    """Values of one parameter: each patient over the planned visits, and a summary of each."""
    answer = {**of_labs(view), **chosen(view), "lines": None, "change": None, "quality": None}
    values = lab.labs_in(view)
    code = answer["parameter"]
    if values is None or not (values.of((code,)) & values.preferred).any():
        return answer
    lines, change = lab_lines(values, code), lab_changes(values, code)
    study = view.cut.study
    quality = next(p for p in lab_parameters(values) if p.paramcd.upper() == code.upper())
    drawn = lines.to_json()
    for line in drawn["lines"]:
        line["key"] = view.keys.key(line["usubjid"])
    return {
        **answer,
        "lines": drawn,
        "change": change.to_json(),
        "far": json_of(farthest(change, at_least=answer["min_group"])),
        "visit_words": {v.visit: said(study, "AVISIT", v.visit) for v in change.visits},
        "quality": quality.to_json(),
    }


def shift(view: View) -> Json:
    """Baseline to worst of the chosen parameter: by CTCAE grade, and by the limits of normal."""
    answer = {**of_labs(view), **chosen(view), "tables": [], "gradable": False}
    values = lab.labs_in(view)
    code = answer["parameter"]
    if values is None or not values.of((code,)).any():
        return answer
    version = view.analysis.rules.ctcae_version
    terms = (
        [r for r in ctcae_rules(version) if code.upper() in r.paramcds] if graded(version) else []
    )
    tables = [_shift(view, grade_shift(values, rule)) for rule in terms]
    return {
        **answer,
        "tables": [*tables, _shift(view, range_shift(values, code))],
        "gradable": bool(terms),
    }


def _shift(view: View, table: ShiftTable) -> dict[str, Any]:
    return {
        "term": table.term,
        "direction": table.direction,
        "rows": list(table.rows),
        "columns": list(table.columns),
        "n": table.n,
        "cells": [[c.before, c.after, len(c.patients), who(view, c.patients)] for c in table.cells],
    }


def nadir(view: View) -> Json:
    """Lowest neutrophils and platelets by cycle, with the grade of each patient's lowest value."""
    answer = {**of_labs(view), "counts": [], "cycles": None, "absent": []}
    values = lab.labs_in(view)
    version = view.analysis.rules.ctcae_version
    if values is None or not graded(version):
        return answer
    made = lab.cycles_in(view, lab.doses_in(view))
    if made is None:
        return answer
    cycles = made.cycles
    counts = []
    for codes in COUNTS:
        if not lab.holds(view.analysis, codes):
            answer["absent"].append(codes[0])
            continue
        found = nadirs(values, cycles, codes, version=version)
        points = nadir_points(values, cycles, codes, version=version)
        drawn = points if values.treated.n <= MAX_PATIENTS else ()
        high = {
            row.cycle: [p.usubjid for p in points if p.cycle == row.cycle and p.grade >= 3]
            for row in found.rows
        }
        counts.append(
            {
                **found.to_json(),
                "id": codes[0],
                "limits": _limits(version, codes),
                "high": [[len(high[r.cycle]), who(view, high[r.cycle])] for r in found.rows],
                "points": [{**p.to_json(), "key": view.keys.key(p.usubjid)} for p in drawn],
                "ever": _ever(view, [p for p in points if p.grade >= 3]),
                "measured": len({p.usubjid for p in points}),
            }
        )
    return {**answer, "counts": counts, "cycles": lab.cycle_words(view, made)}


def _limits(version: str, codes: Sequence[str]) -> dict[str, float]:
    """Where grades 3 and 4 begin, in the unit of the nadirs."""
    wanted = set(codes)
    rule = next(
        r
        for r in ctcae_rules(version)
        if r.direction == "low" and r.quantity and wanted & set(r.paramcds)
    )
    limits = {"3": rule.absolute[2], "4": rule.absolute[3]}
    return {grade: limit for grade, limit in limits.items() if limit is not None}


def _ever(view: View, points: Sequence[Any]) -> dict[str, Any]:
    patients = sorted({p.usubjid for p in points})
    return {"n": len(patients), "who": who(view, patients)}
