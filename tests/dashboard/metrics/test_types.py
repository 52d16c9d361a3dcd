"""The JSON form of results: complete, strict, reversible."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from dashboard.metrics.types import Exclusion, Result, number, numbers


@dataclass(frozen=True, slots=True)
class Sample(Result):
    name: str
    value: float | None
    pair: tuple[float, int]
    many: tuple[Exclusion, ...]
    when: date | None
    nested: Mapping[str, tuple[int, ...]]


SAMPLE = Sample("a", None, (0.5, 2), (Exclusion("S1", "why"),), date(2026, 1, 2), {"k": (1, 2)})


def test_round_trip_through_text():
    text = json.dumps(SAMPLE.to_json(), allow_nan=False)
    assert Sample.from_json(json.loads(text)) == SAMPLE


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_never_leave(bad):
    with pytest.raises(ValueError, match="not estimable is None"):
        Sample("a", bad, (0.5, 2), (), None, {}).to_json()


def test_numpy_values_do_not_leak():
    with pytest.raises(TypeError, match="int64 has no JSON form"):
        Sample("a", 1.0, (0.5, np.int64(2)), (), None, {}).to_json()


def test_unknown_and_missing_keys_are_refused():
    data = SAMPLE.to_json()
    with pytest.raises(TypeError, match="no field extra"):
        Sample.from_json({**data, "extra": 1})
    del data["pair"]
    with pytest.raises(TypeError, match="pair"):
        Sample.from_json(data)


def test_numbers_turn_what_is_not_finite_into_none():
    assert numbers([1.0, np.nan, np.inf]) == (1.0, None, None)
    assert number(None) is None
    assert number(np.float64(2)) == 2.0
