"""Reference values computed with R: the cases kept here, else the shared collection."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Cohort

DATA = Path(__file__).parent / "data"

Case = dict[str, Any]


@pytest.fixture(scope="session")
def oracle(request: pytest.FixtureRequest) -> Callable[[str], Case]:
    """A case by name: {inputs, expected, tool, note}; null in `expected` means not estimable."""
    loaded: dict[str, Case] = {}

    def case(name: str) -> Case:
        kept = DATA / f"{name}.json"
        if kept.exists():
            return json.loads(kept.read_text())
        if not loaded:
            shared: Path = request.getfixturevalue("shared")
            loaded.update(json.loads((shared / "reference" / "stat_reference.json").read_text()))
        return loaded[name]

    return case


@pytest.fixture(scope="session")
def near() -> Callable[..., bool]:
    """Equal at the stated tolerance; None equals only None."""

    def near_(got: float | None, want: float | None, rtol: float = 1e-9, atol: float = 0.0) -> bool:
        if got is None or want is None:
            return got is None and want is None
        return abs(got - want) <= max(atol, rtol * max(1.0, abs(want)))

    return near_


@pytest.fixture(scope="session")
def make_cohort() -> Callable[..., Cohort]:
    """A cohort from days since the origin; None, or later than follow-up: did not happen."""

    def days(values: list[int | None], follow_up: np.ndarray) -> np.ndarray:
        made = np.array([NEVER if v is None else v for v in values], dtype=np.int64)
        return np.where(made <= follow_up, made, NEVER)

    def _dates(origin: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        never = after == NEVER
        found = origin + np.where(never, 0, after).astype("timedelta64[D]")
        return np.where(never, np.datetime64("NaT", "D"), found)

    def build(
        *,
        names: list[str],
        follow_up: list[int],
        death: list[int | None],
        new_therapy: list[int | None],
    ) -> Cohort:
        n = len(names)
        end = np.array(follow_up, dtype=np.int64)
        origin = np.full(n, np.datetime64("2024-01-01", "D"))
        return Cohort(
            usubjid=np.array(names, dtype=object),
            origin=origin,
            enrolment=origin,
            first_dose=origin,
            timed=np.ones(n, dtype=np.bool_),
            follow_up=end,
            death=days(death, end),
            alive=end,
            new_therapy=days(new_therapy, end),
            off_study=np.full(n, NEVER),
            died_on=_dates(origin, days(death, end)),
            left_on=np.full(n, np.datetime64("NaT", "D")),
            cut_date=date(2026, 1, 1),
            excluded=(),
            untimed=(),
            origin_rule="first dose",
        )

    return build
