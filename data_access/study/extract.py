"""Values that stand inside others: `extract` of a domain of study.toml (patterns of RE2)."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data_access.study.fields import VALUE, Key, Keys, Refusal, Spot, cell, complete, table
from data_access.study.model import Extract


def _pattern(value: Any, spot: Spot) -> str:
    """A regular expression with one group, in the dialect that runs in linear time (RE2)."""
    pattern = cell(value, spot)
    try:
        groups = re.compile(pattern).groups
        if groups == 1:
            extracted(pa.array([""]), pattern)
    except (re.error, pa.ArrowInvalid) as error:
        raise Refusal(
            VALUE, f"{spot.name} is “{pattern}”, which is no pattern Interim can run: {error}."
        ) from error
    if groups != 1:
        raise Refusal(
            VALUE,
            f"{spot.name} has {groups} groups; it must have one.",
            "Put the part to take into round brackets, and write (?:...) for the others.",
        )
    return pattern


KEYS: Keys = {"column": Key(cell, required=True), "pattern": Key(_pattern, required=True)}


def extract(value: Any, spot: Spot) -> Extract | None:
    """One entry: the column looked into and the pattern."""
    got = table(value, spot, KEYS)
    return Extract(**got) if complete(got, KEYS) else None


def extracted(texts: pa.Array, pattern: str) -> pa.Array:
    """What the group of `pattern` holds in each text; null where the pattern is not found."""
    named = re.sub(r"(?<!\\)\((?!\?)", "(?P<part>", pattern, count=1)
    return pc.extract_regex(texts, pattern=named).field("part")
