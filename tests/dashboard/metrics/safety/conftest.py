"""Small safety studies written by hand: days count from the first dose (day 0 is that day)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from dashboard.metrics.adverse_events import AdverseEvents, adverse_events
from dashboard.metrics.cohort import Cohort, build_cohort
from dashboard.metrics.labs import LabValues, lab_values
from dashboard.metrics.safety_options import SafetyOptions
from dashboard.metrics.treated import Treated, treated_patients
from dashboard.metrics.types import AnalysisSet

#: the last day that the data know, counted from the first dose of a patient who began on day 0
CUT = 400
AE_COLUMNS = ("USUBJID", "AEDECOD", "AEBODSYS", "AETOXGR")


class Trial:
    """patients: id -> {start, last, ongoing, death}; `last` None and not ongoing: unknown end."""

    def __init__(
        self,
        frame: Callable[..., pd.DataFrame],
        day: Callable[[int | None], Any],
        patients: Mapping[str, Mapping[str, Any]],
        cut: int = CUT,
    ) -> None:
        self.frame, self.day = frame, day
        rows = [
            {
                "USUBJID": u,
                "TRTSDT": day(p.get("start", 0)),
                "TRTEDT": day(p.get("last")),
                "DTHDT": day(p.get("death")),
                "EOTSTT": "ONGOING" if p.get("ongoing") else "DISCONTINUED",
                "SAFFL": "Y",
            }
            for u, p in patients.items()
        ]
        columns = ("USUBJID", "TRTSDT", "TRTEDT", "DTHDT", "EOTSTT", "SAFFL")
        self.adsl = frame(rows, columns)
        for name in ("TRTSDT", "TRTEDT", "DTHDT"):
            self.adsl[name] = self.adsl[name].astype("datetime64[s]")
        self.cohort: Cohort = build_cohort(self.adsl, day(cut).astype("datetime64[D]").item())
        self.members = AnalysisSet("safety", "Safety set", self.cohort.patients, (), "all")

    def treated(self, options: SafetyOptions | None = None) -> Treated:
        options = options or SafetyOptions()
        return treated_patients(
            self.adsl, self.cohort, self.members, teae_end_days=options.teae_end_days
        )

    def adae(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Rows of {id, pt, soc, grade, start, end, ...}; other keys are columns of ADAE."""
        made = []
        for i, row in enumerate(rows):
            rest = {k: v for k, v in row.items() if k.isupper()}
            grade = row.get("grade")
            made.append(
                {
                    "USUBJID": row["id"],
                    "AESEQ": float(i + 1),
                    "AEDECOD": row.get("pt", "NAUSEA"),
                    "AEBODSYS": row.get("soc", "GI"),
                    "AETOXGR": None if grade is None else str(grade),
                    "ASTDT": self.day(row.get("start", 1)),
                    "AENDT": self.day(row.get("end")),
                    **rest,
                }
            )
        made_frame = self.frame(made, AE_COLUMNS)
        for name in ("ASTDT", "AENDT"):
            if name not in made_frame or not len(made_frame):
                made_frame[name] = pd.Series([], dtype="datetime64[s]")
        return made_frame

    def events(
        self, rows: Sequence[Mapping[str, Any]], options: SafetyOptions | None = None
    ) -> AdverseEvents:
        return adverse_events(self.adae(rows), self.treated(options), options)

    def labs(self, rows: Sequence[Mapping[str, Any]]) -> LabValues:
        """Rows of {id, param, day, value, low, high, unit, visit, number, base, dtype}."""
        made = [
            {
                "USUBJID": r["id"],
                "PARAMCD": r["param"],
                "PARAM": r.get("label", r["param"]),
                "AVAL": r["value"],
                "AVALU": r.get("unit", "U/L"),
                "ANRLO": r.get("low"),
                "ANRHI": r.get("high"),
                "ADT": self.day(r["day"]),
                "AVISIT": r.get("visit", f"DAY {r['day']}"),
                "AVISITN": r.get("number", float(r["day"] or 0)),
                "DTYPE": r.get("dtype"),
                **{k: v for k, v in r.items() if k.isupper()},
            }
            for r in rows
        ]
        return lab_values(self.frame(made), self.treated())


@pytest.fixture(scope="session")
def trial(frame, day) -> Callable[..., Trial]:
    def make(patients: Mapping[str, Mapping[str, Any]] | Sequence[str], cut: int = CUT) -> Trial:
        if not isinstance(patients, Mapping):
            patients = {u: {"last": 200} for u in patients}
        return Trial(frame, day, patients, cut)

    return make
