"""The samples of one kind under a view: who has which, which make pairs, who responded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis
from dashboard.metrics.cohort import NEVER, Days, text
from dashboard.metrics.response import RESPONSE, day_array
from dashboard.metrics.response_order import (
    NON_RESPONDERS,
    RESPONDERS,
    TimeOrder,
    at_landmark,
    before_assessment,
)
from dashboard.metrics.sample_pairs import Accountability, Pairs, accountability, sample_pairs
from dashboard.metrics.sample_table import SampleTable, Visits, pair_visits, sample_table
from data_access.study.model import BiomarkerPlan

Kind = Literal["immune", "microbiome", "tissue"]
KINDS: tuple[Kind, ...] = ("immune", "microbiome", "tissue")
DOMAIN: dict[Kind, str] = {"immune": "ADIM", "microbiome": "ADMB", "tissue": "ADTB"}


def plan_of(analysis: Analysis, kind: Kind) -> BiomarkerPlan:
    """What study.toml states of a kind."""
    found: BiomarkerPlan = getattr(analysis.cut.study.biomarkers, kind)
    return found


def response_groups(analysis: Analysis) -> dict[str, frozenset[str]]:
    """Responders and non-responders; {} where the export holds no response.

    By confirmed best response (not evaluable and missing are non-responders, as in the response
    rate); without one by the column of ADSL that study.toml names.
    """
    return analysis.once("response groups", lambda: _response_groups(analysis))


def _response_groups(analysis: Analysis) -> dict[str, frozenset[str]]:
    stated = analysis.cut.study.biomarkers
    found = analysis.responses
    if found.source_confirmed is not None:
        terms = dict(zip(found.usubjid, found.confirmed, strict=True))
        yes = frozenset(u for u, t in terms.items() if t in RESPONSE)
        return {RESPONDERS: yes, NON_RESPONDERS: frozenset(terms) - yes}
    if stated.response is None or stated.response not in analysis.adsl.columns:
        return {}
    words = text(analysis.adsl, stated.response)
    ids = analysis.adsl["USUBJID"].to_numpy(dtype=object)
    out = {}
    for name, listed in ((RESPONDERS, stated.responders), (NON_RESPONDERS, stated.non_responders)):
        meant = {w.casefold() for w in listed}
        hit = np.array([w.casefold() in meant for w in words.tolist()], dtype=np.bool_)
        out[name] = frozenset(ids[hit].tolist())
    return out


class Samples:
    """The samples of a kind of the patients of a view."""

    def __init__(self, analysis: Analysis, kind: Kind, patients: Sequence[str]) -> None:
        self.analysis, self.kind = analysis, kind
        self.patients = tuple(sorted(patients))
        self.plan = plan_of(analysis, kind)

    @property
    def known(self) -> bool:
        """Does the export hold the domain?"""
        return DOMAIN[self.kind] in self.analysis.cut.domains

    @property
    def level(self) -> float:
        return self.analysis.rules.level

    @cached_property
    def table(self) -> SampleTable:
        """All samples of the cut, whatever the view."""

        def make() -> SampleTable:
            frame = self.analysis.frame(DOMAIN[self.kind])
            assert frame is not None
            return sample_table(frame, self.analysis.cohort)

        return self.analysis.once(f"biomarkers.samples.{self.kind}", make)

    @cached_property
    def visits(self) -> Visits:
        return pair_visits(self.table, before=self.plan.before, after=self.plan.after)

    @cached_property
    def usable(self) -> SampleTable:
        """The samples, those that enter no estimate marked as failed with the reason."""
        return self.table

    @cached_property
    def pairs(self) -> Pairs:
        return sample_pairs(self.usable, self.visits, self.analysis.cohort, self.patients)

    @cached_property
    def groups(self) -> dict[str, frozenset[str]]:
        """Responders and non-responders of the view; {} where nobody knows."""
        inside = set(self.patients)
        return {k: v & inside for k, v in response_groups(self.analysis).items()}

    @cached_property
    def account(self) -> Accountability:
        return accountability(
            self.usable,
            self.pairs,
            self.analysis.cohort,
            self.patients,
            self.groups,
            level=self.level,
        )

    @cached_property
    def names(self) -> np.ndarray:
        """USUBJID of each sample."""
        return np.asarray(self.analysis.cohort.usubjid[self.usable.patient], dtype=object)

    def one_each(self, visit: str | None) -> dict[str, int]:
        """Patient of the view -> their one usable sample of a visit (None: of any); others not."""
        inside = set(self.patients)
        here = self.usable.usable.copy()
        if visit is not None:
            here &= self.usable.visit == visit
        found: dict[str, list[int]] = {}
        for i in np.flatnonzero(here).tolist():
            if self.names[i] in inside:
                found.setdefault(self.names[i], []).append(i)
        return {u: own[0] for u, own in found.items() if len(own) == 1}

    @cached_property
    def baseline(self) -> dict[str, int]:
        """Patient -> sample before treatment; any one sample where visits are not known."""
        return self.one_each(self.visits.before)

    def ordered(self, samples: dict[str, int], *, baseline: bool) -> TimeOrder:
        """Who may be compared by response on these samples."""
        cohort, who = self.analysis.cohort, tuple(samples)
        at = cohort.index(pd.Series(who, dtype=object))
        day: Days = self.usable.day[list(samples.values())]
        landmark = self.analysis.cut.study.biomarkers.landmark_days
        if landmark is None or baseline:
            first = self._first_assessment[at]
            return before_assessment(who, day, first, self.groups, baseline=baseline)
        event = self._first_event[at]
        followed = np.minimum(cohort.alive, cohort.follow_up)[at]
        known = self.analysis.responses
        dated = {u for u, d in zip(known.usubjid, known.response_day, strict=True) if d is not None}
        return at_landmark(
            who,
            day,
            event,
            followed,
            self.groups,
            landmark=landmark,
            undated=self.groups.get(RESPONDERS, frozenset()) - dated,
        )

    @cached_property
    def _first_assessment(self) -> Days:
        found = self.analysis.assessments
        first = np.full(self.analysis.cohort.n, NEVER, dtype=np.int64)
        np.minimum.at(first, found.patient, found.day)
        return first

    @cached_property
    def _first_event(self) -> Days:
        responses, cohort = self.analysis.responses, self.analysis.cohort
        seen = np.minimum(day_array(responses.response_day), day_array(responses.first_pd_day))
        return np.asarray(np.minimum(seen, cohort.death), dtype=np.int64)


def as_failed(table: SampleTable, why: dict[str, str]) -> SampleTable:
    """The samples with those of `why` (id -> reason) marked as failed."""
    state, reason = table.state.copy(), table.reason.copy()
    for i, (id_, now) in enumerate(zip(table.id.tolist(), state.tolist(), strict=True)):
        if id_ in why and now == "usable":
            state[i], reason[i] = "failed", why[id_]
    return replace(table, state=state, reason=reason)
