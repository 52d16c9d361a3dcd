"""Every visible string, by key: one catalogue, so that another language can follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from dashboard.catalogue import (
    biomarkers,
    cuts,
    definitions,
    events,
    exposure,
    labs,
    markers,
    methods,
    microbiome,
    overview,
    patients,
    response,
    safety,
    shell,
    survival,
    swimmer,
    thread,
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CATALOGUE: dict[str, str] = {
    **shell.STRINGS,
    **overview.STRINGS,
    **response.STRINGS,
    **survival.STRINGS,
    **safety.STRINGS,
    **biomarkers.STRINGS,
    **microbiome.STRINGS,
    **markers.STRINGS,
    **swimmer.STRINGS,
    **cuts.STRINGS,
    **definitions.STRINGS,
    **events.STRINGS,
    **labs.STRINGS,
    **exposure.STRINGS,
    **methods.STRINGS,
    **thread.STRINGS,
    **patients.STRINGS,
}


def text(key: str, /, **values: object) -> str:
    """The string of `key` with its placeholders filled. KeyError for an unknown key."""
    return CATALOGUE[key].format(**values)


def day(value: date | str | None) -> str:
    """A date as a reader writes it: 15 Apr 2025. None is "not stated"."""
    if value is None:
        return text("number.ns")
    known = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])}{text('word.and')}{items[-1]}"
