"""Result types every metric shares, and their one JSON form (RFC 8259: no NaN, no infinity)."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

#: "exported": the value stands in the export; "derived": Interim computed it from records.
Source = Literal["exported", "derived"]
#: A number that may be not estimable (None); never NaN, never infinite.
Estimate = float | None


class Result:
    """Base of all results: a frozen dataclass that writes and reads plain JSON values."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Plain dict of JSON values; None stands for "not estimable".

        Raises ValueError on NaN or infinity: a metric must say None instead.
        """
        return {name: _encode(getattr(self, name)) for name in _names(self.__class__.__mro__[0])}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The result that wrote `data`. Raises TypeError on unknown or missing keys."""
        hints = _hints(cls.__mro__[0])
        unknown = set(data) - set(hints)
        if unknown:
            raise TypeError(f"{cls.__name__} has no field {', '.join(sorted(unknown))}")
        return cls(**{name: _decode(hints[name], value) for name, value in data.items()})


#: what JSON takes as it is; asked first, because nearly every value is one of these
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def _encode(value: Any) -> Any:
    if type(value) in _AS_IT_IS or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a result holds NaN or infinity; not estimable is None")
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Result):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(k): _encode(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [_encode(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no JSON form in a result")


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return {
        name: hint
        for name, hint in typing.get_type_hints(cls).items()
        if name in getattr(cls, "__dataclass_fields__", {})
    }


#: reads a value of JSON as its field's type; None where it is that already
_Reader = Callable[[Any], Any] | None


def _decode(hint: Any, value: Any) -> Any:
    read = _reader(hint)
    return value if value is None or read is None else read(value)


@cache
def _reader(hint: Any) -> _Reader:
    """How a value of this type is read: found once per type, as results hold thousands."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _reader(next(a for a in args if a is not type(None)))
    if origin is tuple:
        return _tuple_reader(args)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return lambda value: {k: _decode(args[1], v) for k, v in value.items()}
    if isinstance(hint, type) and issubclass(hint, Result):
        return hint.from_json
    plain: dict[Any, Callable[[Any], Any]] = {date: date.fromisoformat, float: float}
    return plain.get(hint)


def _tuple_reader(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(args) != 2 or args[1] is not Ellipsis:
        return lambda value: tuple(_decode(h, v) for h, v in zip(args, value, strict=True))
    read = _reader(args[0])
    if read is None:
        return tuple
    return lambda value: tuple([None if v is None else read(v) for v in value])


def number(value: float | np.floating[Any] | None) -> Estimate:
    """A Python float, or None when it is missing or not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def numbers(values: ArrayLike) -> tuple[Estimate, ...]:
    """`number` for each value of a one-dimensional array."""
    array = np.asarray(values, dtype=np.float64)
    missing = np.flatnonzero(~np.isfinite(array)).tolist()
    out: list[Estimate] = array.tolist()
    for i in missing:
        out[i] = None
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Exclusion(Result):
    """A patient who is not in a denominator (or has no value), and why."""

    usubjid: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proportion(Result):
    """x of n with a two-sided confidence interval of the named method, as fractions 0..1.

    n = 0: estimate and limits are None, never 0 and never 100%.
    """

    x: int
    n: int
    estimate: Estimate
    lower: Estimate
    upper: Estimate
    method: str
    level: float


@dataclass(frozen=True, slots=True)
class AnalysisSet(Result):
    """The patients of a denominator, who is outside and why, and the rule that decided."""

    id: str
    label: str
    patients: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    rule: str
    derivable: bool = True
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return len(self.patients)


@dataclass(frozen=True, slots=True)
class PatientProportion(Result):
    """A proportion of patients: headline interval, other methods, and the patients behind it."""

    id: str
    label: str
    headline: Proportion
    others: tuple[Proportion, ...]
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    analysis_set: str
    source: Source
    notes: tuple[str, ...] = ()
