"""What two versions of study.toml say differently, by the names study.toml itself uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from data_access.study.model import Study

#: parts that say nothing of a rule: the text itself, and the cut's own date
_LEFT_OUT = frozenset({"text", "cut_date"})
_NAMES = ("id", "column", "paramcd", "domain")


def study_changes(then: Study, now: Study) -> tuple[tuple[str, str, str], ...]:
    """(dotted name, value then, value now) of everything that differs; "" is not stated."""
    if then.text.text == now.text.text:
        return ()
    was, is_ = dict(_leaves(then, "")), dict(_leaves(now, ""))
    names = [*is_, *(n for n in was if n not in is_)]
    return tuple(
        (n, was.get(n, ""), is_.get(n, "")) for n in names if was.get(n, "") != is_.get(n, "")
    )


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for f in fields(value):
            if name or f.name not in _LEFT_OUT:
                yield from _leaves(getattr(value, f.name), f"{name}.{f.name}".strip("."))
    elif isinstance(value, Mapping):
        for key in value:
            yield from _leaves(value[key], f"{name}.{key}")
    elif isinstance(value, tuple) and value and all(is_dataclass(v) for v in value):
        for item in value:
            yield from _leaves(item, f"{name}.{_name_of(item)}")
    else:
        yield name, _words(value)


def _name_of(item: Any) -> str:
    return next((str(getattr(item, n)) for n in _NAMES if hasattr(item, n)), type(item).__name__)


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(_words(v) for v in value)
    return str(value)
