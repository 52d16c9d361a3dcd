"""Builders of small studies from hand-written tables, and real exports as typed frames."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from dashboard.metrics.cohort import Cohort, build_cohort
from dashboard.metrics.recist import Assessments, overall_responses
from dashboard.metrics.types import AnalysisSet

# the same examples on every machine, and no time limit on a busy one
settings.register_profile("metrics", deadline=None, derandomize=True)
settings.load_profile("metrics")

ORIGIN = np.datetime64("2024-01-01", "s")
TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)
Study = tuple[Cohort, Assessments]


def day(n: int | None) -> np.datetime64:
    return np.datetime64("NaT", "s") if n is None else ORIGIN + np.timedelta64(n, "D")


def column(values: Sequence[Any]) -> Any:
    """Values with the dtype the importer gives them."""
    if any(isinstance(v, np.datetime64) for v in values):
        return np.array(values, dtype="datetime64[s]")
    if all(v is None or isinstance(v, (int, float)) for v in values):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return pd.array([np.nan if v is None else v for v in values], dtype=TEXT)


def typed(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> pd.DataFrame:
    """A frame of the rows' columns, in the dtypes every metric may rely on."""
    names = list(dict.fromkeys([*columns, *(k for row in rows for k in row)]))
    return pd.DataFrame({n: column([row.get(n) for row in rows]) for n in names})


@pytest.fixture(name="frame", scope="session")
def frame_() -> Callable[..., pd.DataFrame]:
    return typed


@pytest.fixture(name="day", scope="session")
def day_() -> Callable[[int | None], np.datetime64]:
    return day


@pytest.fixture(scope="session")
def study() -> Callable[..., Study]:
    """patients: id -> {day, resp, death, nact, off, alive, start}; days from 2024-01-01."""

    def build(patients: Mapping[str, Mapping[str, Any]], cutoff: int = 400) -> Study:
        adsl = typed(
            [
                {
                    "USUBJID": u,
                    "TRTSDT": day(p.get("start", 0)),
                    "DTHDT": day(p.get("death")),
                    "NACTDT": day(p.get("nact")),
                    "EOSDT": day(p.get("off")),
                    "LSTALVDT": day(p.get("alive")),
                }
                for u, p in patients.items()
            ]
        )
        adrs = typed(
            [
                {"USUBJID": u, "PARAMCD": "OVR", "ADT": day(p.get("start", 0) + d), "AVALC": r}
                for u, p in patients.items()
                for d, r in zip(p.get("day", []), p.get("resp", []), strict=True)
            ],
            ("USUBJID", "PARAMCD", "ADT", "AVALC"),
        )
        if adrs.empty:
            adrs["ADT"] = np.array([], dtype="datetime64[s]")
        cohort = build_cohort(adsl, day(cutoff).astype("datetime64[D]").item())
        return cohort, overall_responses(adrs, cohort)

    return build


@pytest.fixture(scope="session")
def everyone() -> Callable[[Cohort], AnalysisSet]:
    """All patients of a cohort as an analysis set."""

    def members(cohort: Cohort) -> AnalysisSet:
        return AnalysisSet("enrolled", "Enrolled patients", cohort.patients, (), "all")

    return members


@pytest.fixture(scope="session")
def reference(shared: Path) -> dict[str, Any]:
    """The R reference cases."""
    return json.loads((shared / "reference" / "stat_reference.json").read_text())


NUMBERS = ("AVAL", "BASE", "CHG", "PCHG", "CNSR", "ADY", "AVISITN")


def read_adam(path: Path) -> pd.DataFrame:
    """A CSV export in the importer's dtypes: blank is missing, *DT from *DTM if alone."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    made: dict[str, Any] = {}
    for name in raw.columns:
        stripped = raw[name].str.strip()
        values = stripped.where(stripped != "")
        if name.endswith("DT"):
            made[name] = pd.to_datetime(values).to_numpy("datetime64[s]")
        elif name.endswith("DTM"):
            whole = pd.to_datetime(values).dt.normalize().to_numpy("datetime64[s]")
            made.setdefault(name[:-1], whole)
        elif name in NUMBERS:
            made[name] = pd.to_numeric(values).to_numpy(np.float64)
        else:
            made[name] = pd.array(values, dtype=TEXT)
    return pd.DataFrame(made)


@pytest.fixture(scope="session")
def adam(shared: Path) -> Callable[[str, str], pd.DataFrame]:
    """adam("random_cdisc", "adsl") -> typed frame."""
    read: dict[tuple[str, str], pd.DataFrame] = {}

    def load(folder: str, name: str) -> pd.DataFrame:
        if (folder, name) not in read:
            read[folder, name] = read_adam(shared / "data" / folder / "csv" / f"{name}.csv")
        return read[folder, name]

    return load


@pytest.fixture(scope="session")
def expected(shared: Path) -> Callable[[str], dict[str, Any]]:
    """reference.json of a data set, computed with R from the published bytes."""

    def load(folder: str) -> dict[str, Any]:
        return json.loads((shared / "data" / folder / "reference.json").read_text())

    return load


@pytest.fixture(scope="session")
def far_cut() -> date:
    """A cut-off after every record of the public exports."""
    return date(2030, 1, 1)
