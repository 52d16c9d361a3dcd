"""The catalogue: every string has a key that is used, and every key that is used has a string."""

from __future__ import annotations

import importlib
import pkgutil
import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from dashboard import catalogue
from dashboard.text import CATALOGUE, day, listed, text

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    p
    for folder in ("components", "dashboard")
    for p in (ROOT / folder).rglob("*.py")
    if "catalogue" not in p.parts and not {"metrics", "demo"} & set(p.parts)
]


def keys_in_source() -> tuple[set[str], set[str]]:
    """Keys written out, and the beginnings of keys that are put together."""
    whole: set[str] = set()
    starts: set[str] = set()
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        whole |= set(re.findall(r"""["']([a-z_]+(?:\.[\w]+)+)["']""", source))
        starts |= set(re.findall(r"""f["']([a-z_]+\.(?:[\w]+\.)*)\{""", source))
    families = {f"{k}." for k in whole}  # "a.b" written out is also the start of "a.b.one"
    return whole, starts | {f for f in families if any(k.startswith(f) for k in CATALOGUE)}


def test_no_string_is_written_twice() -> None:
    parts = [
        importlib.import_module(f"dashboard.catalogue.{m.name}").STRINGS
        for m in pkgutil.iter_modules(catalogue.__path__)
    ]
    assert len(CATALOGUE) == sum(len(p) for p in parts if p.keys() <= CATALOGUE.keys())
    assert len(parts) >= 2


def test_every_key_used_has_a_string() -> None:
    whole, _ = keys_in_source()
    families = {k.split(".")[0] for k in CATALOGUE}
    missing = {k for k in whole if k.split(".")[0] in families} - set(CATALOGUE)
    files = {k for k in missing if k.endswith((".css", ".js", ".svg", ".py", ".toml"))}
    assert not {k for k in missing - files if not any(c.startswith(f"{k}.") for c in CATALOGUE)}


def test_every_string_is_used() -> None:
    whole, starts = keys_in_source()
    unused = {k for k in CATALOGUE if k not in whole and not k.startswith(tuple(starts))}
    assert not unused


def test_every_string_can_be_filled() -> None:
    for key, value in CATALOGUE.items():
        names = {name for _, name, _, _ in Formatter().parse(value) if name}
        assert isinstance(text(key, **dict.fromkeys(names, "x")), str), key


def test_an_unknown_key_is_a_fault() -> None:
    with pytest.raises(KeyError):
        text("no.such.key")


def test_dates_and_lists_in_words() -> None:
    assert day("2025-04-15") == "15 Apr 2025"
    assert day(date(2025, 12, 1)) == "1 Dec 2025"
    assert day(None) == "not stated"
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
