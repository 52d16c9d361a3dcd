"""Time-to-event part of the report: the export's endpoints in their own unit, then our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import USUAL_PARAMCDS, Analysis
from dashboard.endpoints import responders
from dashboard.metrics.coded import distinct
from dashboard.metrics.columns import Frame, floats, strings, take
from dashboard.metrics.duration import duration_of_response, time_to_response
from dashboard.metrics.kaplan_meier import KaplanMeier, KaplanMeierOptions, Quantile, kaplan_meier
from dashboard.metrics.logrank import log_rank
from dashboard.metrics.time_to_event import DAYS_PER, TimeToEvent, exported_time_to_event
from dashboard.metrics.types import AnalysisSet
from data_access.checks.times import count_rows

Json = dict[str, Any]

#: Landmarks in days where the caller names none: 3, 6 and 12 months
DEFAULT_DAYS = (91.3125, 182.625, 365.25)
QUANTILES = (0.25, 0.5, 0.75)


class Survival:
    """Estimates for the patients of one analysis set, by group when asked."""

    def __init__(
        self,
        analysis: Analysis,
        members: AnalysisSet,
        options: KaplanMeierOptions,
        times: tuple[float, ...],
        groups: Mapping[str, frozenset[str]] | None,
    ) -> None:
        self.analysis, self.members, self.options = analysis, members, options
        self.times, self.groups = times, groups
        self.inside = frozenset(members.patients)

    def exported(self, rule: str | None) -> Json:
        """Every endpoint of ADTTE by its PARAMCD, and PFS, OS, DOR derived where not exported."""
        out: Json = {}
        adtte = self.analysis.frame("ADTTE")
        if adtte is not None and len(adtte):
            kept = take(adtte, ~count_rows(adtte).to_numpy())
            for paramcd in sorted({c for c in strings(kept, "PARAMCD") if isinstance(c, str)}):
                out[paramcd] = self._of_export(kept, paramcd)
        for endpoint in USUAL_PARAMCDS:
            code = next((c for c in self.analysis.usual_paramcds(endpoint) if c in out), None)
            if code is None:
                out[endpoint] = self._derived(endpoint, rule)
            elif endpoint == "DOR":
                out[endpoint] = self._responders_only(out, adtte, code)
            elif code != endpoint:
                out[endpoint] = out[code]
        return {k: v for k, v in out.items() if v is not None}

    def derived(self) -> Json:
        """Interim's own PFS under both censoring rule sets, whatever the export derives."""
        out = {}
        for rule in ("fda", "ema"):
            data = self.analysis.derived_pfs(rule)
            out[rule] = None if data is None else self._in_days(data)
        return out

    def ttr(self) -> Json:
        """Time to response of confirmed responders, days from the origin (no Kaplan-Meier)."""
        found = time_to_response(self.analysis.responses, self.members)
        return {
            "n": found.n,
            "median": found.median,
            "min": found.minimum,
            "max": found.maximum,
            "unit": "DAYS",
            "method": found.method,
        }

    def _of_export(self, adtte: Frame, paramcd: str) -> Json | None:
        data = exported_time_to_event(
            adtte, paramcd, (paramcd,), event_codes=self.analysis.cut.study.terms.event_codes
        )
        if data is None:
            return None
        rows = take(adtte, strings(adtte, "PARAMCD") == paramcd)
        units = distinct(rows, "AVALU")[1] if "AVALU" in rows.columns else []
        if len(units) > 1:
            return self._in_days(data) | {"paramcd": paramcd}
        # One unit: the export's own numbers, so that no conversion rounds them.
        own = dict(zip(strings(rows, "USUBJID"), floats(rows, "AVAL"), strict=True))
        time = np.array([own[u] for u in data.usubjid], dtype=np.float64)
        unit = str(units[0]) if units else "DAYS"
        return self._estimates(data, time, unit) | {"paramcd": paramcd}

    def _responders_only(self, out: Json, adtte: pd.DataFrame | None, code: str) -> Json | None:
        """Duration of response is defined for responders; an export may hold it for others."""
        known = responders(self.analysis)
        if not known or adtte is None:
            return dict(out[code])
        theirs = np.array([u in known for u in strings(adtte, "USUBJID").tolist()], dtype=bool)
        rows = take(adtte, (strings(adtte, "PARAMCD") == code) & theirs)
        narrowed = self._of_export(rows, code) if len(rows) else None
        return None if narrowed is None else narrowed | {"population_note": "confirmed responders"}

    def _derived(self, endpoint: str, rule: str | None) -> Json | None:
        data: TimeToEvent | None
        if endpoint == "OS":
            data = self.analysis.os
        else:
            data = self.analysis.pfs(rule or "primary")
            if data is not None and endpoint == "DOR":
                cohort, responses = self.analysis.cohort, self.analysis.responses
                data = duration_of_response(cohort, responses, data)
        return None if data is None else self._in_days(data)

    def _in_days(self, data: TimeToEvent) -> Json:
        return self._estimates(data, np.array(data.days, dtype=np.float64), "DAYS")

    def _estimates(self, data: TimeToEvent, time: np.ndarray, unit: str) -> Json:
        ids = np.array(data.usubjid, dtype=object)
        event = np.array(data.event, dtype=bool)
        inside = np.array([u in self.inside for u in data.usubjid], dtype=bool)
        ids, time, event = ids[inside], time[inside], event[inside]
        out: Json = {
            "endpoint": data.endpoint,
            "source": data.source,
            "rule": data.rule,
            "unit": unit,
            "population": self.members.id,
            "without_record": self.members.n - len(ids),
            **self._curve(time, event, unit),
        }
        if self.groups is not None:
            out["by"] = self._by(ids, time, event, unit)
            out["logrank"] = self._logrank(ids, time, event)
        return out

    def _curve(self, time: np.ndarray, event: np.ndarray, unit: str) -> Json:
        curve = kaplan_meier(time, event, self.options)
        median = curve.median
        followed = kaplan_meier(time, ~event, self.options)
        return {
            "n": curve.n,
            "events": curve.events,
            "censored": curve.censored,
            "first_event": float(time[event].min()) if event.any() else None,
            "conf_type": curve.conf_type,
            "level": curve.level,
            "method": curve.method,
            "median": median.estimate,
            "median_lower": median.lower,
            "median_upper": median.upper,
            "quantiles": [_quantile(curve.quantile(p)) for p in QUANTILES],
            "rates": [_rate(curve, t) for t in self._times(unit)],
            "followup": {
                **_quantile(followed.median),
                "method": "reverse Kaplan-Meier",
                "min": float(time.min()) if len(time) else None,
                "max": float(time.max()) if len(time) else None,
            },
        }

    def _times(self, unit: str) -> tuple[float, ...]:
        if self.times:
            return self.times
        per = DAYS_PER[unit.upper()]
        return tuple(d / per for d in DEFAULT_DAYS)

    def _by(self, ids: np.ndarray, time: np.ndarray, event: np.ndarray, unit: str) -> Json:
        assert self.groups is not None
        out = {}
        for level, patients in self.groups.items():
            inside = np.array([u in patients for u in ids.tolist()], dtype=bool)
            if inside.any():
                out[level] = self._curve(time[inside], event[inside], unit)
        return out

    def _logrank(self, ids: np.ndarray, time: np.ndarray, event: np.ndarray) -> Json:
        assert self.groups is not None
        of = {u: level for level, patients in self.groups.items() for u in patients}
        known = np.array([u in of for u in ids], dtype=bool)
        labels = np.array([of[u] for u in ids[known]], dtype=str)
        test = log_rank(time[known], event[known], labels)
        return {
            "chisq": test.chisq,
            "df": test.df,
            "p": test.p,
            "n": int(known.sum()),
            "method": test.method,
            "note": "descriptive: the groups were not randomised"
            if not self.analysis.cut.study.design.randomised
            else "",
        }


def _quantile(q: Quantile) -> Json:
    return {"p": q.p, "estimate": q.estimate, "lower": q.lower, "upper": q.upper}


def _rate(curve: KaplanMeier, time: float) -> Json:
    rate = curve.rate(time)
    return {
        "time": time,
        "estimate": rate.survival,
        "lower": rate.lower,
        "upper": rate.upper,
        "n_at_risk": rate.n_at_risk,
    }
