"""docs/study-toml.md knows every key the parser knows, and its examples are valid."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.findings import DataError, Finding
from data_access.study import parse_study
from data_access.study.model import Rules
from data_access.study.parse import KEYS, SECTIONS

DOC = (Path(__file__).resolve().parents[3] / "docs" / "study-toml.md").read_text("utf-8")
EXAMPLES = re.findall(r"(?ms)^```toml\n(.*?)^```", DOC)
TITLE = '[study]\ntitle = "T"\ntreatment = "Inosine"\n'


def documented() -> dict[str, set[str]]:
    """Heading without brackets -> the keys in the first column of the tables below it."""
    found: dict[str, set[str]] = {}
    keys: set[str] = set()
    for line in DOC.splitlines():
        if heading := re.match(r"#+ `\[+(.+?)\]+`(?: of kind `(\w+)`)?$", line):
            name = f"{heading[1]} {heading[2]}" if heading[2] else heading[1]
            keys = found.setdefault(name, set())
        elif line.startswith("#"):
            keys = set()
        elif line.startswith("| `"):
            keys |= set(re.findall(r"`(\w+)`", line.split(" | ")[0]))
    return found


@pytest.mark.parametrize("section", KEYS)
def test_every_key_has_an_entry_and_every_entry_is_a_key(section: str) -> None:
    assert documented()[section] == set(KEYS[section])


def test_every_section_has_a_heading() -> None:
    headings = {name.partition(".")[0].partition(" ")[0] for name in documented()}

    assert headings == set(SECTIONS)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_valid(example: str) -> None:
    text = example if "[study]" in example else TITLE + example

    assert parse_study(text).title


def test_the_documented_defaults_are_those_in_force() -> None:
    section = DOC.split("### `[rules]`")[1].split("###")[0]
    stated = dict(re.findall(r"(?m)^\| `(\w+)` \| (.+?) \|", section))

    for name in KEYS["rules"]:
        default = getattr(Rules(), name)
        written = f'"{default}"' if isinstance(default, str) else str(default).lower()
        assert stated[name] == ("not stated" if default is None else written)


# --- whatever is wrong with a file, the answer is a list of findings ----------------------------

WORKED = max(EXAMPLES, key=len)
ANY: Any = st.recursive(
    st.one_of(
        st.text("aA1 +.\n", max_size=4),
        st.integers(-2, 400),
        st.floats(allow_nan=True),
        st.booleans(),
        st.dates(),
        st.datetimes(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab", max_size=2), inner, max_size=2)
    ),
    max_leaves=4,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [p for k, v in items for p in [(*path, k), *spots(v, (*path, k))]]


def written(value: Any) -> str:
    """Any value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)} = {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@settings(deadline=None)
@given(st.data())
def test_no_value_in_any_place_stops_the_parser_itself(data: st.DataObject) -> None:
    document = tomllib.loads(WORKED)
    *parents, last = data.draw(st.sampled_from(spots(document)))
    place: Any = document
    for key in parents:
        place = place[key]
    place[last] = data.draw(ANY)
    text = "\n".join(f"{written(k)} = {written(v)}" for k, v in document.items())

    assert all(f.remedy and f.places[0].line for f in problems(text))


def problems(text: str) -> tuple[Finding, ...]:
    try:
        parse_study(text)
    except DataError as error:
        return error.findings
    return ()
