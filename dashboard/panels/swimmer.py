"""What the Swimmer page shows: one lane per patient with its words, in every order and grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.analysis import Analysis
from dashboard.endpoints import data_of, endpoints
from dashboard.measurements import best_changes_of, sums_of
from dashboard.metrics.cohort import aligned
from dashboard.metrics.columns import strings
from dashboard.metrics.lane_order import SORTS, Sort, lane_groups, lane_order
from dashboard.metrics.lanes import Lane, Lanes, swimmer_lanes
from dashboard.metrics.response import BEST_ORDER
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.tumour import BestChanges
from dashboard.panels.common import common
from dashboard.panels.marker_link import marker_link
from dashboard.patient_keys import PatientKeys
from dashboard.patient_names import shared_prefix
from dashboard.results import View
from dashboard.words import backbone_labels, said
from data_access.study.model import Study

Json = Mapping[str, Any]

#: how lanes may be put under headings; "none" is one group without a heading
GROUPS = ("none", "backbone", "site", "best")
#: the group of a patient whose backbone or site is not stated
UNKNOWN = ""


def lanes(view: View) -> Json:
    """Lanes, each patient's words, and the rows of the lanes for every order and grouping."""
    analysis, study = view.analysis, view.cut.study
    changes = _changes(analysis)
    found = swimmer_lanes(
        analysis.adsl,
        analysis.cohort,
        view.members,
        analysis.assessments,
        analysis.responses,
        dor=_duration(view),
    )
    patients = _patients(analysis, study, found, view.keys)
    keys = {
        "none": [UNKNOWN] * len(patients),
        "backbone": [p["backbone"] for p in patients],
        "site": [p["site"] for p in patients],
        "best": [lane.best for lane in found.lanes],
    }
    groups = [g for g in GROUPS if g == "none" or _offers(g, analysis, found)]
    sorts = _sorts(found, changes)
    rules = analysis.rules
    marker = marker_link(view, [lane.usubjid for lane in found.lanes])
    coloured = marker["chosen"] is not None and any(
        t is not None for t in marker["chosen"]["third"]
    )
    for i, patient in enumerate(patients):
        third = marker["chosen"]["third"][i] if coloured else None
        patient["third"] = "" if third is None else str(third)
    return {
        **common(view),
        **found.to_json(),
        "marker": marker,
        "coloured_by": "third" if coloured else "backbone",
        "patients": patients,
        "sorts": sorts,
        "groups": groups,
        "group": view.selection.group if view.selection.group in groups else "none",
        "layouts": _layouts(found.lanes, sorts, {g: keys[g] for g in groups}, study, changes),
        "backbones": [{"id": id_, "label": label} for id_, label in backbone_labels(study).items()],
        "backbone_label": study.backbones.label if study.backbones else None,
        "randomised": study.design.randomised,
        "window_days": rules.orr_window_days,
        "confirm_days": rules.confirm_days,
        "rules": view.selection.rules,
        "new_therapy_known": "NACTDT" in analysis.adsl.columns,
        "deaths_known": bool({"DTHDT", "DTHFL"} & set(analysis.adsl.columns)),
        "assessed": analysis.assessments.paramcd is not None,
    }


def _duration(view: View) -> TimeToEvent | None:
    """Duration of response as the Survival page shows it."""
    chosen = next((e for e in endpoints(view.analysis) if e.id == "DOR"), None)
    return None if chosen is None else data_of(view.analysis, chosen, view.selection.rules)


def _changes(analysis: Analysis) -> BestChanges | None:
    """What orders the waterfall; None when the export holds no sum of target lesions."""
    sums = sums_of(analysis)
    return None if sums is None else best_changes_of(analysis, sums)


def _offers(group: str, analysis: Analysis, found: Lanes) -> bool:
    columns = set(analysis.adsl.columns)
    backbones = analysis.cut.study.backbones
    return {
        "backbone": backbones is not None and backbones.column in columns,
        "site": "SITEID" in columns,
        "best": found.responses_known,
    }[group]


def _sorts(found: Lanes, changes: BestChanges | None) -> list[Sort]:
    """The orders this export can tell apart."""
    known = {
        "response": found.responses_known,
        "best": found.responses_known,
        "waterfall": changes is not None and bool(changes.usubjid),
    }
    return [s for s in SORTS if known.get(s, True)]


def _layouts(
    drawn: Sequence[Lane],
    sorts: Sequence[Sort],
    keys: Mapping[str, Sequence[str]],
    study: Study,
    changes: BestChanges | None,
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """sort -> grouping -> groups in order, each with the rows of its lanes."""
    known: dict[str, Sequence[str]] = {
        "backbone": tuple(backbone_labels(study)),
        "best": BEST_ORDER,
    }
    made: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for sort in sorts:
        order = lane_order(drawn, sort, changes)
        made[sort] = {
            group: [g.to_json() for g in lane_groups(order, each, known.get(group, ()))]
            for group, each in keys.items()
        }
    return made


def _patients(
    analysis: Analysis, study: Study, found: Lanes, known: PatientKeys
) -> list[dict[str, Any]]:
    """Per lane, in words: key, short id, backbone group and drug, site, reasons."""
    rows = aligned(analysis.adsl, analysis.cohort)
    place = {u: i for i, u in enumerate(analysis.cohort.patients)}
    backbones = study.backbones
    drugs = _stated(rows, backbones.column if backbones else None)
    sites = _stated(rows, "SITEID")
    prefix = len(shared_prefix(analysis.cohort.patients))  # of the cut: no filter changes an id
    told = []
    for lane in found.lanes:
        i = place[lane.usubjid]
        value = drugs[i]
        parts = [] if backbones is None or value is None else value.split(backbones.separator)
        told.append(
            {
                "key": known.key(lane.usubjid),
                "id": lane.usubjid[prefix:],
                "backbone": (backbones.primary(value) if backbones else None) or UNKNOWN,
                "drug": None if value is None or backbones is None
                else said(study, backbones.column, value),
                "doublet": len([p for p in parts if p.strip()]) > 1,
                "site": sites[i] or UNKNOWN,
                "reason": _reason(study, "DCTREAS", lane.reason),
                "study_reason": _reason(study, "DCSREAS", lane.study_reason),
            }
        )  # fmt: skip
    return told


def _stated(rows: Any, column: str | None) -> list[str | None]:
    if column is None or column not in rows.columns:
        return [None] * len(rows)
    return [None if pd.isna(v) else str(v) for v in strings(rows, column).tolist()]


def _reason(study: Study, column: str, value: str | None) -> str | None:
    return None if value is None else said(study, column, value)
