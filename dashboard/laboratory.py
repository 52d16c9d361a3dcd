"""Laboratory values and doses for the pages on safety: read once per cut, then filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.analysis import Analysis
from dashboard.lab_names import lab_names
from dashboard.metrics.cycles import CycleOptions, Cycles, treatment_cycles
from dashboard.metrics.exposure import Doses, doses, usual_gaps
from dashboard.metrics.labs import LabValues, lab_values
from dashboard.metrics.safety import treated
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import AnalysisSet
from dashboard.results import View
from dashboard.words import said
from data_access.study.model import Study

#: length of a cycle where no drug has two cycles to tell it
CYCLE_DAYS = 21


def safety_set(analysis: Analysis) -> AnalysisSet | None:
    """The safety set; None where the export cannot tell who was treated, or nobody was."""
    found = analysis.sets["safety"]
    return found if found.derivable and found.n else None


def treated_of(analysis: Analysis) -> Treated | None:
    """The patients of the whole safety set with their windows."""
    members = safety_set(analysis)
    if members is None:
        return None
    return analysis.once(
        "treated",
        lambda: treated(analysis.adsl, analysis.cohort, members, analysis.safety_options),
    )


def treated_in(view: View) -> Treated | None:
    """Those the filters leave."""
    whole = treated_of(view.analysis)
    if whole is None or not view.selection.filtered:
        return whole
    return whole.keep(whole.mask(view.set("safety").patients))


def holds(analysis: Analysis, paramcds: Sequence[str]) -> bool:
    """Does the export hold any of these parameters, whoever is in view?"""
    return bool({p.upper() for p in paramcds} & {n.code.upper() for n in lab_names(analysis)})


def labs_in(view: View) -> LabValues | None:
    """Values of the safety set as the filters leave it; None without ADLB or a safety set."""
    whole = _labs_of(view.analysis)
    if whole is None or not view.selection.filtered:
        return whole
    return whole.restrict(view.set("safety").patients)


def _labs_of(analysis: Analysis) -> LabValues | None:
    patients, adlb = treated_of(analysis), analysis.frame("ADLB")
    if patients is None or adlb is None or not lab_names(analysis):
        return None
    return analysis.once("labs", lambda: lab_values(adlb, patients))


def doses_in(view: View) -> Doses | None:
    """Dosing records of the safety set as the filters leave it; None without ADEX."""
    adex, patients = view.analysis.frame("ADEX"), treated_in(view)
    if adex is None or patients is None:
        return None
    return doses(adex, patients)


def study_drugs(study: Study, drugs: Sequence[str]) -> tuple[str, ...]:
    """The drugs that are no backbone: what the study adds. All of them without backbones."""
    backbones = study.backbones
    if backbones is None:
        return tuple(drugs)
    return tuple(d for d in drugs if backbones.primary(d) is None)


@dataclass(frozen=True, slots=True)
class CyclesMade:
    """Cycles, their planned length, and the drug whose records number them (None: all of them).

    `numbered` False: the export numbers none, so that they are of one length."""

    cycles: Cycles
    length: int
    drug: str | None
    numbered: bool


def cycles_in(view: View, records: Doses | None) -> CyclesMade | None:
    """Cycles of the view's patients; None where nobody is known treated.

    The cycles of the one drug that the study adds to its backbones count, where there is one.
    """
    patients, adex = treated_in(view), view.analysis.frame("ADEX")
    if patients is None:
        return None
    drug, length = None, CYCLE_DAYS
    numbered = adex is not None and "CYCLE" in adex.columns and bool(adex["CYCLE"].notna().any())
    if records is not None and records.drugs:
        added = study_drugs(view.cut.study, records.drugs)
        drug = added[0] if len(added) == 1 and len(records.drugs) > 1 else None
        gaps = zip(records.drugs, usual_gaps(records), strict=True)
        known = [gap for name, gap in gaps if gap is not None and drug in {None, name}]
        length = max(known, default=CYCLE_DAYS)
    made = treatment_cycles(adex, patients, CycleOptions(drug, length))
    return CyclesMade(made, length, drug if numbered else None, numbered)


def cycle_words(view: View, made: CyclesMade) -> dict[str, Any]:
    """What the cycles are, for a sentence."""
    drug = None if made.drug is None else said(view.cut.study, "EXTRT", made.drug)
    return {"numbered": made.numbered, "drug": drug, "length": made.length}
