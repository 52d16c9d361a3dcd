"""What the Exposure page shows: each function asks the metrics for one card, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import laboratory as lab
from dashboard.metrics.cycle_counts import CycleCounts, cycle_counts
from dashboard.metrics.disposition import COMPLETED, DIED, UNSTATED
from dashboard.metrics.dose_changes import (
    ANY,
    NO_REASON,
    Discontinuations,
    Modifications,
    discontinuations,
    dose_modifications,
)
from dashboard.metrics.exposure import Doses, DrugExposure, exposure_of
from dashboard.metrics.exposure_groups import REDUCED, below_plan, exposure_groups
from dashboard.metrics.stopping import Stopping, TreatmentTime, stopping, treatment_time
from dashboard.metrics.table_columns import layout
from dashboard.metrics.treated import Treated
from dashboard.panels.common import who
from dashboard.panels.safety import of_safety
from dashboard.panels.survival import ticks
from dashboard.report.subgroups import backbone_groups
from dashboard.results import View
from dashboard.selection import MAX_PATIENTS
from dashboard.text import text
from dashboard.words import said

Json = Mapping[str, Any]

MONTH = 30.4375
#: readouts of the curves: 3, 6 and 12 months
AT = (3 * MONTH, 6 * MONTH, 12 * MONTH)


def of_exposure(view: View) -> dict[str, Any]:
    """What every card says: the safety set, and whether there are dosing records."""
    known = "ADEX" in view.cut.domains
    return {
        **of_safety(view),
        "missing": None if lab.safety_set(view.analysis) is not None else "doses",
        "records": known,
    }


def _stops(view: View) -> Discontinuations:
    analysis = view.analysis
    level = analysis.rules.level
    return discontinuations(analysis.adsl, analysis.cohort, view.set("safety"), level=level)


def _times(view: View, patients: Treated) -> TreatmentTime:
    return treatment_time(view.analysis.adsl, view.analysis.cohort, patients, _stops(view))


def _changes(view: View, records: Doses | None) -> Modifications | None:
    return None if records is None else dose_modifications(records, level=view.analysis.rules.level)


def _counts(view: View, records: Doses | None) -> tuple[CycleCounts, dict[str, Any]] | None:
    made = lab.cycles_in(view, records)
    if made is None:
        return None
    return cycle_counts(made.cycles, length_days=made.length), lab.cycle_words(view, made)


def findings(view: View) -> Json:
    """The answer in numbers: time on treatment, cycles, dose of the study drug, changes, stops."""
    answer = {**of_exposure(view), "found": False}
    patients = lab.treated_in(view)
    if patients is None or not patients.n:
        return answer
    records = lab.doses_in(view)
    found = exposure_of(patients, records)
    time = stopping(_times(view, patients), options=view.analysis.km_options)
    counts = _counts(view, records)
    changes = _changes(view, records)
    drugs = [d.drug for d in found.drugs]
    added = set(lab.study_drugs(view.cut.study, drugs))
    return {
        **answer,
        "found": True,
        "time": time.curve.median.to_json(),
        "timed": time.n,
        "curve_method": time.curve.method,
        "ongoing": len(time.ongoing),
        "ongoing_who": who(view, time.ongoing),
        "person_years": found.person_years,
        "cycles": None if counts is None else _cycle_totals(*counts),
        "drugs": [_intensity(view, d) for d in sorted(found.drugs, key=lambda d: (-d.n, d.drug))],
        "study_drugs": [said(view.cut.study, "EXTRT", d) for d in drugs if d in added],
        "backbones": view.cut.study.backbones is not None,
        "changed": [
            {**_changed(view, row), "study": row.drug in added}
            for row in (changes.rows if changes else ())
            if row.type == ANY
        ],
        "changes_recorded": bool(changes and changes.recorded),
        "stopped": _stop_words(view, time),
        "reduced": REDUCED,
        "notes": list(found.notes),
        "treated_notes": list(patients.notes),
    }


def _cycle_totals(counts: CycleCounts, words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "started": counts.started.to_json(),
        "completed": counts.completed.to_json(),
        "total": counts.total,
        "total_completed": counts.total_completed,
        "words": dict(words),
    }


def _intensity(view: View, drug: DrugExposure) -> dict[str, Any]:
    study = view.cut.study
    added = drug.drug in lab.study_drugs(study, [drug.drug])
    low = below_plan(drug, level=view.analysis.rules.level)
    return {
        "id": drug.drug,
        "drug": said(study, "EXTRT", drug.drug),
        "study": added,
        "n": drug.n,
        "who": who(view, [c.usubjid for c in drug.courses]),
        "unit": drug.unit,
        "cycles": drug.cycles.to_json(),
        "days": drug.days.to_json(),
        "cumulative": drug.cumulative.to_json(),
        "intensity": drug.intensity.to_json(),
        "adjusted": drug.cycle_days is not None and drug.cycles.n > 0,
        "cycle_days": drug.cycle_days,
        "below": low.proportion.to_json(),
        "below_who": who(view, low.patients),
        "notes": list(drug.notes),
    }


def cycles(view: View) -> Json:
    """Cycles started, completed, running and cut short, by number."""
    answer = {**of_exposure(view), "rows": [], "totals": None}
    records = lab.doses_in(view)
    made = _counts(view, records)
    if made is None:
        return answer
    counts, words = made
    return {
        **answer,
        "totals": _cycle_totals(counts, words),
        "without": len(counts.without),
        "rows": [
            {
                "cycle": row.cycle,
                **{
                    name: [len(ids), who(view, ids)]
                    for name in ("started", "completed", "running", "short")
                    for ids in [getattr(row, name)]
                },
            }
            for row in counts.rows
        ],
    }


def intensity(view: View) -> Json:
    """Dose of every drug against its plan, and each patient's relative dose intensity."""
    answer = {**of_exposure(view), "drugs": [], "reduced": REDUCED, "roles": False}
    records, patients = lab.doses_in(view), lab.treated_in(view)
    if records is None or patients is None:
        return answer
    found = exposure_of(patients, records)
    rank = sorted(found.drugs, key=lambda d: (not _added(view, d.drug), -d.n, d.drug))
    drugs = []
    for drug in rank:
        told = _intensity(view, drug)
        points = [c for c in drug.courses if c.intensity is not None]
        drawn = points if patients.n <= MAX_PATIENTS else []
        told["points"] = [
            [view.keys.key(c.usubjid), c.usubjid, round(c.intensity or 0.0, 4)] for c in drawn
        ]
        drugs.append(told)
    # in a randomised study backbones name the arms, and no drug is added to one
    both = {d["study"] for d in drugs} == {True, False}
    return {**answer, "drugs": drugs, "roles": both and not view.cut.study.design.randomised}


def _added(view: View, drug: str) -> bool:
    return bool(lab.study_drugs(view.cut.study, [drug]))


def changes(view: View) -> Json:
    """Dose modifications per drug and kind with their reasons, each patient once."""
    answer = {**of_exposure(view), "rows": [], "recorded": False, "rule": None, "drugs": []}
    records = lab.doses_in(view)
    found = _changes(view, records)
    if records is None or found is None:
        return answer
    got = exposure_of(records.treated, records)
    rows = sorted(
        found.rows,
        key=lambda r: (not _added(view, r.drug), r.drug, r.type != ANY, -r.proportion.x, r.type),
    )
    return {
        **answer,
        "recorded": found.recorded,
        "rule": found.rule,
        "rows": [_changed(view, row) for row in rows],
        "unchanged": [
            {"drug": said(view.cut.study, "EXTRT", d.drug), "n": d.n}
            for d in got.drugs
            if d.drug not in {r.drug for r in rows}
        ],
    }


def _changed(view: View, row: Any) -> dict[str, Any]:
    study = view.cut.study
    return {
        "id": [row.drug, row.type],
        "drug": said(study, "EXTRT", row.drug),
        "any": row.type == ANY,
        "type": "" if row.type == ANY else said(study, "EXACN", row.type),
        "proportion": row.proportion.to_json(),
        "n_records": row.n_records,
        "who": who(view, row.patients),
        "reasons": [
            [
                None if reason == NO_REASON else said(study, "EXADJ", reason),
                len(ids),
                who(view, ids),
            ]
            for reason, ids in row.of_reason.items()
        ],
    }


def stops(view: View) -> Json:
    """Time on treatment and its end by reason, cumulative, with the numbers still on treatment."""
    answer = {**of_exposure(view), "found": False}
    patients = lab.treated_in(view)
    if patients is None or not patients.n:
        return answer
    times = _times(view, patients)
    if not times.usubjid:
        return {**answer, "without": _without(times)}
    months = ticks(float(max(times.days)))
    found = stopping(
        times, at=AT, ticks=[m * MONTH for m in months], options=view.analysis.km_options
    )
    return {
        **answer,
        "found": True,
        "timed": found.n,
        "curve": found.curve.to_json(),
        "rates": [found.curve.rate(t).to_json() for t in AT],
        "risk": found.risk.to_json(),
        "ticks": months,
        "reasons": _marked(view, found, times),
        "ongoing": len(found.ongoing),
        "ongoing_who": who(view, found.ongoing),
        "without": _without(times),
        "rule": found.rule,
        "of_study": "end of study" in found.rule,
        "last": max(times.days),
    }


def _without(times: TreatmentTime) -> list[dict[str, Any]]:
    counted: dict[str, int] = {}
    for e in times.without:
        counted[e.reason] = counted.get(e.reason, 0) + 1
    return [{"reason": r, "n": n} for r, n in counted.items()]


def _stop_words(view: View, found: Stopping) -> list[dict[str, Any]]:
    column = "DCTREAS" if found.rule.startswith("EOTSTT") else "DCSREAS"
    own = {COMPLETED, DIED, UNSTATED}
    return [
        {
            "reason": text(f"cohort.reason.{r.reason[1:]}")
            if r.reason in own
            else said(view.cut.study, column, r.reason),
            "id": r.reason,
            "kind": r.reason if r.reason in own else _kind(r.reason),
            "proportion": r.proportion.to_json(),
            "who": who(view, r.patients),
            "day": list(r.day),
            "share": list(r.share),
            "at": [i.to_json() for i in r.at],
        }
        for r in found.reasons
    ]


def _marked(view: View, found: Stopping, times: TreatmentTime) -> list[dict[str, Any]]:
    """The reasons with a mark per step of the curve: [day, share, keys, who they are]."""
    day_of = dict(zip(times.usubjid, times.days, strict=True))
    told = _stop_words(view, found)
    for words, reason in zip(told, found.reasons, strict=True):
        by_day: dict[int, list[str]] = {}
        for u in reason.patients if found.n <= MAX_PATIENTS else ():
            by_day.setdefault(day_of[u], []).append(u)
        shares = dict(zip(reason.day, reason.share, strict=True))
        words["marks"] = [
            [day, round(shares[float(day)], 5), who(view, ids), ", ".join(ids)]
            for day, ids in sorted(by_day.items())
        ]
    return told


def _kind(reason: str) -> str:
    """What a reason is of, for its colour: progression, harm, or another."""
    words = reason.upper()
    if "PROGRESS" in words or "RELAPSE" in words or "LACK OF EFFICACY" in words:
        return "progression"
    if "ADVERSE" in words or "TOXICITY" in words:
        return "harm"
    return "death" if "DEATH" in words or "DIED" in words else "other"


def groups(view: View) -> Json:
    """The same by backbone: each group with its own N."""
    answer = {**of_exposure(view), "groups": [], "backbone_label": None}
    patients = lab.treated_in(view)
    parts = backbone_groups(view.analysis)
    if patients is None or not parts:
        return answer
    records = lab.doses_in(view)
    found = exposure_of(patients, records)
    made = _counts(view, records)
    if made is None:
        return answer
    table = layout(
        view.set("safety"),
        parts,
        everyone=text("cohort.everyone"),
        no_group=text("cohort.no_group"),
        min_group=view.analysis.rules.min_group,
    )
    rows = exposure_groups(
        table.columns,
        drugs=found.drugs,
        study_drugs=lab.study_drugs(view.cut.study, [d.drug for d in found.drugs]),
        cycles=made[0],
        changes=_changes(view, records),
        time=_times(view, patients),
        options=view.analysis.km_options,
    )
    backbones = view.cut.study.backbones
    shown = {c.id for c in table.columns}
    return {
        **answer,
        "backbone_label": backbones.label if backbones else None,
        "randomised": view.cut.study.design.randomised,
        "overlapping": table.overlapping,
        "empty_groups": _empty(parts, shown),
        "groups": [
            {
                **{k: v for k, v in row.to_json().items() if not k.endswith("_patients")},
                "who": who(view, column.patients),
                "changed_who": who(view, row.changed_patients),
                "stopped_who": who(view, row.stopped_patients),
            }
            for row, column in zip(rows, table.columns, strict=True)
        ],
    }


def _empty(parts: Sequence[Any], shown: set[str]) -> list[str]:
    return [g.label for g in parts if g.id not in shown]
