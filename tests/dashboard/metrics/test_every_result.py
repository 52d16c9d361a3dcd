"""Every result of every metric is frozen, and comes back whole from the JSON text it wrote."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import metrics
from dashboard.metrics.bayes import BetaPrior
from dashboard.metrics.simon import SimonDesign
from dashboard.metrics.types import Result

for _module in pkgutil.iter_modules(metrics.__path__, "dashboard.metrics."):
    importlib.import_module(_module.name)

#: plain JSON values keep their type: a float field may be read from "1"
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=6),
    bool: st.booleans(),
    int: st.integers(-(2**50), 2**50),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: st.dates(),
}


def _below(cls: type) -> Iterator[type]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _below(sub)


RESULTS = sorted(
    {
        c
        for c in _below(Result)
        if c.__module__.startswith("dashboard.metrics.")
        # a dataclass with slots replaces the class it was made of, which stays a subclass
        and getattr(sys.modules[c.__module__], c.__name__) is c
    },
    key=lambda c: (c.__module__, c.__name__),
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Anything a field of this type may hold."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is type(None):
        return st.none()
    if origin in {types.UnionType, typing.Union}:
        return st.one_of(*map(values_of, args))
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return st.lists(values_of(args[0]), max_size=2).map(tuple)
        return st.tuples(*map(values_of, args))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=2)
    return results_of(hint) if issubclass(hint, Result) else PLAIN[hint]


#: classes that refuse impossible fields, drawn from possible ones
_SHARE = st.floats(0.01, 0.99)
POSSIBLE: dict[type, st.SearchStrategy[Any]] = {
    BetaPrior: st.builds(BetaPrior, st.floats(0.1, 9), st.floats(0.1, 9)),
    SimonDesign: st.builds(
        lambda n1, p: SimonDesign(1, n1, 3, n1 + 9, p, (1 + p) / 2), st.integers(2, 30), _SHARE
    ),
}


def results_of(cls: type) -> st.SearchStrategy[Any]:
    if cls in POSSIBLE:
        return POSSIBLE[cls]
    hints = typing.get_type_hints(cls)
    return st.builds(
        cls,
        **{
            f.name: st.deferred(lambda h=hints[f.name]: values_of(h))
            for f in dataclasses.fields(cls)
        },
    )


def test_there_are_results():
    assert len(RESULTS) > 60


@pytest.mark.parametrize("cls", RESULTS, ids=lambda c: c.__name__)
def test_every_result_is_frozen(cls):
    assert dataclasses.is_dataclass(cls)
    assert cls.__dataclass_params__.frozen


@pytest.mark.parametrize("cls", RESULTS, ids=lambda c: c.__name__)
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_result_comes_back_from_its_json(cls, data):
    made = data.draw(results_of(cls))
    text = json.dumps(made.to_json(), allow_nan=False)
    assert cls.from_json(json.loads(text)) == made
