"""Numbers as a reader sees them, turned back into values, to be held against `metrics`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from dashboard.report import ReportOptions, metrics_report
from dashboard.selection import Range
from dashboard.shelf import Shelf, levels_of

Json = dict[str, Any]

_NUMBER = r"\d+(?:\.\d+)?"
_END = rf"{_NUMBER}|not estimable|not reached"
_CI = rf"95% CI (?P<lower>{_END}) to (?P<upper>{_END})"
_PAPER = re.compile(
    rf"(?P<x>\d+)/(?P<n>\d+) \((?:(?P<percent>{_NUMBER})%; )?{_CI}, Clopper-Pearson\)"
)
_SENTENCE = re.compile(rf"(?P<x>\d+) of (?P<n>\d+) [^.;]*?\((?:(?P<percent>{_NUMBER})%; )?{_CI}\)")


@dataclass(frozen=True)
class Shown:
    """A proportion as printed: percentages with one decimal, no estimate for a few patients."""

    x: int
    n: int
    percent: float | None
    lower: float
    upper: float

    def is_(self, told: Mapping[str, Any], *, small: int = 5) -> bool:
        """Is it this proportion of `metrics`, rounded to a tenth of a percent?"""
        if (self.x, self.n) != (told["x"], told["n"]):
            return False
        if (self.percent is None) != (self.n < small):
            return False
        pairs = [(self.lower, told["lower"]), (self.upper, told["upper"])]
        if self.percent is not None:
            pairs.append((self.percent, told["estimate"]))
        return all(rounds(shown, 100 * value) for shown, value in pairs)


def rounds(shown: float, value: float) -> bool:
    """Is `shown` the value with one decimal?"""
    return abs(shown - value) <= 0.05 + 1e-9


def plain(words: str) -> str:
    """Single blanks, and no mark that only holds a line together."""
    return " ".join(words.replace("\u2011", "-").split())


def called(usubjid: str) -> str:
    """What pages call a patient of the demo study."""
    return usubjid.removeprefix("SYNTH-INO-TNBC-")


def proportion(words: str) -> Shown:
    return _shown(_PAPER, words)


def subject(words: str) -> Shown:
    """The proportion a sentence starts with."""
    return _shown(_SENTENCE, words)


def _shown(pattern: re.Pattern[str], words: str) -> Shown:
    found = pattern.search(plain(words))
    assert found is not None, f"no number in: {words}"
    percent = found["percent"]
    return Shown(
        int(found["x"]),
        int(found["n"]),
        None if percent is None else float(percent),
        float(found["lower"]),
        float(found["upper"]),
    )


def months(words: str) -> float | None:
    """5.5 months, or None for words ("not reached")."""
    found = re.search(rf"({_NUMBER})", words)
    return None if found is None else float(found[1])


def settled(page: Page, count: int) -> Page:
    """Every card has arrived and nothing is under way."""
    expect(page.locator(".card-frame:not(.card-loading)")).to_have_count(count, timeout=60_000)
    expect(page.locator("[data-progress]:not(.ended)")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-dash-is-loading=true]")).to_have_count(0)
    expect(page.locator(".dash-graph--pending")).to_have_count(0)
    return page


def finding(page: Page, card: str, title: str) -> Locator:
    """A finding of a card by its heading."""
    heading = page.locator("h3", has_text=re.compile(f"^{title}"))
    return page.locator(f"#{card} .finding").filter(has=heading)


def report(shelf: Shelf, query: str, **more: Any) -> Json:
    """What `python app.py metrics` prints for the patients of a query.

    Backbone groups and ranges become the values of their columns, as its user would type them.
    """
    selection, opened = shelf.resolve(query)
    adsl, study = opened.analysis.adsl, opened.cut.study
    where: dict[str, tuple[str, ...]] = {}
    if selection.backbones:
        assert study.backbones is not None
        chosen, column = set(selection.backbones), study.backbones.column
        levels = {v for v in levels_of(adsl[column]) if v}
        where[column] = tuple(v for v in levels if chosen & set(study.backbones.members(v)))
    for item in selection.filters:
        if isinstance(item, Range):
            low = -1e9 if item.lower is None else item.lower
            high = 1e9 if item.upper is None else item.upper
            values = {f"{v:.15g}" for v in adsl[item.column].dropna() if low <= v <= high}
            where[item.column] = tuple(sorted(values))
        else:
            where[item.column] = item.values
    options = ReportOptions(
        where=where,
        population=selection.analysis_set,  # type: ignore[arg-type]
        times=more.pop("times", (opened.analysis.pfs_landmark,)),
        **more,
    )
    return metrics_report(opened.cut, options)
