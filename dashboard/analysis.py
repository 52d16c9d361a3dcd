"""What is derived once per cut: cohort, responses, analysis sets, times to event.

The study's parameters are copied into the metrics' own options here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.cohort import FIRST_DOSE_COLUMNS, Cohort, build_cohort
from dashboard.metrics.contacts import with_contacts
from dashboard.metrics.kaplan_meier import KaplanMeierOptions
from dashboard.metrics.populations import (
    Evidence,
    SetId,
    SetRule,
    analysis_set,
    response_evidence,
)
from dashboard.metrics.recist import (
    OVERALL_PARAMCDS,
    Assessments,
    empty_assessments,
    overall_responses,
)
from dashboard.metrics.response import BestResponses, ResponseRules, best_responses
from dashboard.metrics.response_rates import (
    BOR_PARAMCDS,
    CBOR_PARAMCDS,
    RESPONSE_PARAMCDS,
    prefer_exported,
)
from dashboard.metrics.safety import safety_events
from dashboard.metrics.safety_options import AesiGroup, SafetyOptions, action_columns
from dashboard.metrics.time_to_event import (
    PfsRules,
    TimeToEvent,
    exported_time_to_event,
    overall_survival,
    progression_free_survival,
)
from dashboard.metrics.tumour import SUM_PARAMCDS, TargetSums, target_sums
from dashboard.metrics.types import AnalysisSet
from dashboard.metrics.windows import WindowDays, window_days_of
from data_access.study.model import Study

T = TypeVar("T")

SETS: tuple[SetId, ...] = ("enrolled", "safety", "full", "evaluable")
#: 6 months, the landmark of PFS where the study states no window
SIX_MONTHS = 182.625
#: standard endpoint -> PARAMCDs that usually hold it
USUAL_PARAMCDS = {"PFS": ("PFS", "PFSINV"), "OS": ("OS",), "DOR": ("DOR", "RSD", "CRSD")}


class Tables(Protocol):
    """What a derivation reads: a stored cut, or one that is only about to be stored."""

    @property
    def study(self) -> Study: ...

    @property
    def cut_date(self) -> date: ...

    @property
    def domains(self) -> tuple[str, ...]: ...

    def frame(self, domain: str) -> pd.DataFrame:
        """A domain of `domains`, typed as `Cut.frame` says."""

    @property
    def feature_tables(self) -> tuple[str, ...]: ...

    def features(self, id_: str) -> pd.DataFrame:
        """A table of `feature_tables`: SAMPLEID, TAXON, VALUE, or the ranks of a taxonomy."""


class Analysis:
    """Derivations of one cut, each made when first asked for. Arrays are shared: do not mutate."""

    def __init__(self, cut: Tables) -> None:
        self.cut = cut
        self.rules = cut.study.rules
        self._frames: dict[str, pd.DataFrame] = {}
        self._derived: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What others derive of the whole cut, made when first asked for."""
        if name not in self._derived:
            self._derived[name] = make()
        kept: T = self._derived[name]
        return kept

    def frame(self, domain: str) -> pd.DataFrame | None:
        """A domain, always the same frame: pandas keeps a column once it was asked for."""
        if domain not in self.cut.domains:
            return None
        if domain not in self._frames:
            self._frames[domain] = self.cut.frame(domain)
        return self._frames[domain]

    @cached_property
    def adsl(self) -> pd.DataFrame:
        return self.cut.frame("ADSL")

    @cached_property
    def cohort(self) -> Cohort:
        made = build_cohort(self.adsl, self.cut.cut_date, origin=self.cut.study.origin)
        return with_contacts(made, self.adsl, self.frame)

    @cached_property
    def assessments(self) -> Assessments:
        adrs = self.frame("ADRS")
        if adrs is None:
            return empty_assessments(self.cohort)
        paramcds = self.paramcds("OVR") or OVERALL_PARAMCDS
        return overall_responses(adrs, self.cohort, paramcds=paramcds)

    @cached_property
    def response_rules(self) -> ResponseRules:
        rules = self.rules
        return ResponseRules(
            confirm_days=rules.confirm_days,
            sd_min_days=rules.sd_min_days,
            max_ne=rules.max_ne,
            accept_sd_between=rules.accept_sd_between,
            cb_days=rules.cb_days,
            visit_window=rules.visit_window,
        )

    @cached_property
    def derived_responses(self) -> BestResponses:
        """Interim's own best responses, whatever the export derives."""
        return best_responses(self.cohort, self.assessments, self.response_rules)

    @cached_property
    def responses(self) -> BestResponses:
        """Best responses as shown: the export's own where it has them, else derived."""
        derived = self.derived_responses
        adrs = self.frame("ADRS")
        if adrs is None:
            return derived
        return prefer_exported(
            derived,
            adrs,
            self.cohort,
            bor_paramcds=self.paramcds("BOR") or BOR_PARAMCDS,
            cbor_paramcds=self.paramcds("CBOR") or CBOR_PARAMCDS,
            response_paramcds=self.paramcds("CRSP") or RESPONSE_PARAMCDS,
        )

    @cached_property
    def sets(self) -> Mapping[str, AnalysisSet]:
        """The four analysis sets; `derivable` False where the export cannot say."""
        rules = {
            s.id: SetRule(s.id, s.label, s.column, tuple(s.values)) for s in self.cut.study.sets
        }
        adsl, cohort = self.adsl, self.cohort
        enrolled = analysis_set(adsl, cohort, "enrolled", rule=rules.get("enrolled"))
        evidence = self._evidence(enrolled)
        return {
            id_: enrolled
            if id_ == "enrolled"
            else analysis_set(adsl, cohort, id_, rule=rules.get(id_), evidence=evidence)
            for id_ in SETS
        }

    @property
    def doses_known(self) -> bool:
        """Does the export hold a date of first dose? Without it nobody can be called treated."""
        return bool({*FIRST_DOSE_COLUMNS} & set(self.adsl.columns))

    @property
    def evaluable_known(self) -> bool:
        """Can the response-evaluable set be told, by a flag or by assessments?"""
        return self.sets["evaluable"].derivable

    @property
    def dated(self) -> bool:
        """Has any patient a date of enrolment or an origin?"""
        return bool(self.cohort.timed.any() or not np.isnat(self.cohort.enrolment).all())

    @property
    def shown_sets(self) -> tuple[str, ...]:
        """Sets a reader may choose: those the export can tell, and that hold anybody."""
        return tuple(
            id_
            for id_ in SETS
            if id_ == "enrolled" or (self.sets[id_].derivable and self.sets[id_].n)
        )

    @cached_property
    def window_days(self) -> WindowDays:
        """Input of the response window, confirmed reading."""
        return window_days_of(self.cohort, self.responses)

    def pfs(self, rules: str) -> TimeToEvent | None:
        """PFS: "primary" as exported, else by the FDA-like rules; "fda" or "ema" as derived.

        None when neither ADTTE nor ADRS can say.
        """
        return self._pfs_primary if rules == "primary" else self.derived_pfs(rules)

    @cached_property
    def _pfs_primary(self) -> TimeToEvent | None:
        return self.exported_time("PFS") or self.derived_pfs("fda")

    @cached_property
    def os(self) -> TimeToEvent | None:
        """OS; None when neither ADTTE nor a date of death is exported."""
        exported = self.exported_time("OS")
        return exported if exported is not None else self.derived_os()

    def derived_os(self) -> TimeToEvent | None:
        """Interim's own OS; None when no date of death is exported."""
        return overall_survival(self.cohort) if "DTHDT" in self.adsl.columns else None

    @property
    def safety_options(self) -> SafetyOptions:
        """What the study's words and windows mean for its adverse events."""
        terms, rules, study = self.cut.study.terms, self.rules, self.cut.study
        labels = {g.id: g.label for g in study.backbones.groups} if study.backbones else {}
        return SafetyOptions(
            related=terms.related,
            not_related=terms.not_related,
            related_columns=dict(terms.related_columns),
            action_columns=action_columns(terms.related_columns),
            drug_labels=labels,
            severity_scale=terms.severity_scale,
            teae_end_days=rules.teae_end_days,
            ae_window_days=rules.ae_window_days,
            aesi=tuple(AesiGroup(a.id, a.label, tuple(a.terms), a.drug) for a in study.aesi),
            level=rules.level,
        )

    @cached_property
    def events(self) -> AdverseEvents | None:
        """Adverse events of the safety set; None without ADAE or where nobody is known treated."""
        adae, members = self.frame("ADAE"), self.sets["safety"]
        if adae is None or not members.derivable or not members.n:
            return None
        return safety_events(self.adsl, adae, self.cohort, members, self.safety_options)

    @property
    def km_options(self) -> KaplanMeierOptions:
        return KaplanMeierOptions(conf_type=self.rules.conf_type, level=self.rules.level)

    @property
    def pfs_landmark(self) -> float:
        """Day (AVAL) of the headline PFS rate."""
        return self.rules.pfs_window_days or SIX_MONTHS

    def derived_pfs(self, rules: str) -> TimeToEvent | None:
        """Interim's own PFS by rule set "fda" or "ema", whatever the export derives."""
        ema = rules == "ema"
        return self.once(f"derived PFS {ema}", lambda: self._derived_pfs(ema=ema))

    @property
    def sum_paramcds(self) -> tuple[str, ...]:
        """PARAMCDs that hold the sum of target diameters."""
        return self.paramcds("TARGET_SUM") or SUM_PARAMCDS

    def paramcds(self, purpose: str) -> tuple[str, ...]:
        """PARAMCDs that study.toml states for a purpose; () leaves it to the usual ones."""
        return tuple(self.cut.study.terms.paramcds.get(purpose, ()))

    def usual_paramcds(self, endpoint: str) -> tuple[str, ...]:
        """PARAMCDs that may hold an endpoint: those study.toml states, else the usual ones."""
        return self.paramcds(endpoint) or USUAL_PARAMCDS.get(endpoint, (endpoint,))

    def exported_time(self, endpoint: str) -> TimeToEvent | None:
        """PFS or OS as the export derived it; None when it did not."""
        return self.once(f"exported {endpoint}", lambda: self._exported_time(endpoint))

    def _exported_time(self, endpoint: str) -> TimeToEvent | None:
        adtte = self.frame("ADTTE")
        if adtte is None or not {"PARAMCD", "AVAL", "CNSR"} <= set(adtte.columns):
            return None
        return exported_time_to_event(
            adtte,
            endpoint,
            self.usual_paramcds(endpoint),
            event_codes=self.cut.study.terms.event_codes,
        )

    def _derived_pfs(self, *, ema: bool) -> TimeToEvent | None:
        if self.assessments.paramcd is None:
            return None
        rules = PfsRules(
            rule="EMA" if ema else "FDA",
            assessment_interval=self.rules.assessment_interval,
            visit_window=self.rules.visit_window,
        )
        return progression_free_survival(self.cohort, self.assessments, rules)

    @cached_property
    def sums(self) -> TargetSums | None:
        """Post-baseline sums of target diameters; None when the export holds none."""
        adtr = self.frame("ADTR")
        if adtr is None:
            return None
        found = target_sums(adtr, self.cohort, paramcds=self.sum_paramcds)
        return found if found.paramcd is not None else None

    def _evidence(self, enrolled: AnalysisSet) -> Evidence:
        return response_evidence(self.cohort, self.assessments, self.sums, enrolled=enrolled)
