"""Rules on the unit of ADTTE times, held against AVALU, PARAM and the dates (ADaM BDS for TTE)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_access.checks.context import Check, Context, Hits, hits, listed
from data_access.checks.times import UNITS, days_per, times_of, unit_of
from data_access.findings import Finding, Rule, Severity

TIME_UNITS = Rule(
    "check-time-units",
    Severity.ERROR,
    "One endpoint is given in several units of time",
    "Export one unit per PARAMCD.",
    (85,),
)
NO_TIME_UNIT = Rule(
    "check-time-unit-missing",
    Severity.WARNING,
    "Times have no unit and are read as days",
    "Add AVALU (DAYS, WEEKS, MONTHS or YEARS) to ADTTE.",
)
DISAGREES = Rule(
    "check-time-dates",
    Severity.ERROR,
    "A time differs from its own dates",
    "AVAL is ADT - STARTDT + 1 in days. Correct the time or the dates.",
)
FROM_ZERO = Rule(
    "check-time-from-zero",
    Severity.WARNING,
    "Times of an endpoint are counted from day 0",
    "ADaM counts the first day as 1 (ADT - STARTDT + 1); times are shown as exported, one day "
    "shorter.",
)
UNKNOWN_UNIT = Rule(
    "check-time-unit-unknown",
    Severity.REJECT,
    "Times are in a unit that is not known",
    "Export AVALU as DAYS, WEEKS, MONTHS or YEARS, or say in study.toml what the word means, for "
    'example:\n[terms]\nunits = { "{unit}" = "MONTHS" }',
)
OTHER_UNIT = Rule(
    "check-time-unit-conflict",
    Severity.REJECT,
    "Times are read as days although PARAM, their dates or their fractions speak of another unit",
    "Export AVALU with the unit of AVAL on every record; if another column holds it, name it in "
    'study.toml: [domains.adtte] columns = { AVALU = "..." }.',
    (85,),
)

RULES: tuple[Rule, ...] = (
    TIME_UNITS,
    NO_TIME_UNIT,
    DISAGREES,
    FROM_ZERO,
    UNKNOWN_UNIT,
    OTHER_UNIT,
)

#: What rounding and other lengths of a month or year may cost a ratio.
_NEAR = 0.1
#: Share of the times of one endpoint that must agree with another unit, and the fewest times.
_MOST = 0.8
_FEWEST = 3
_WORDS = {
    "DAYS": "days?|天|日",
    "WEEKS": "weeks?|wks?|周",
    "MONTHS": "months?|mos?|mths?|个?月",
    "YEARS": "years?|yrs?|年",
}
#: A unit that stands alone in brackets, after "in" or a comma, or at the end after a dash.
_IN_PARAM = {
    unit: re.compile(
        rf"(?i)(?:[(\[（]\s*(?:in\s+)?|\bin\s+|[,;]\s*|\s[-–]\s)(?:{words})\.?\s*(?:[)\]）]|$)"
    )
    for unit, words in _WORDS.items()
}


def unit_in(param: str) -> str | None:
    """The unit a PARAM names: "Overall survival (months)" is MONTHS; None when it names none."""
    return next((unit for unit, pattern in _IN_PARAM.items() if pattern.search(param)), None)


def _code_rows(adtte: pd.DataFrame, rows: pd.Series[bool]) -> Iterable[tuple[str, pd.Series[bool]]]:
    """Each PARAMCD of ADTTE and its rows, of `rows`."""
    for code in sorted(adtte["PARAMCD"][rows].dropna().unique()):
        yield str(code), rows & (adtte["PARAMCD"] == code)


def units(context: Context) -> Iterable[Finding]:
    given = times_of(context, "AVAL")
    if given is None:
        return
    adtte, rows = given
    unit = unit_of(adtte)
    found = hits(context, "ADTTE", rows & unit.isna() & adtte["AVAL"].notna())
    if found:
        told = found.told("time", "has|have")
        yield found.finding(
            NO_TIME_UNIT,
            f"{told} no unit and {'is' if found.rows == 1 else 'are'} read as days.",
            column="AVALU",
        )
    for code, mine in _code_rows(adtte, rows):
        if unit[mine].nunique() < 2:
            continue
        usual = unit[mine].mode().iloc[0]
        said = ", ".join(f"{n:,} in {u}" for u, n in unit[mine].value_counts().items())
        yield hits(context, "ADTTE", mine & unit.notna() & (unit != usual)).finding(
            TIME_UNITS, f"{code} is given {said}.", column="AVALU"
        )


def fractions(context: Context) -> Iterable[Finding]:
    """Times without a unit that are no whole days, where neither PARAM nor dates tell the unit."""
    given = times_of(context, "AVAL")
    if given is None:
        return
    adtte, rows = given
    silent = rows & unit_of(adtte).isna() & adtte["AVAL"].notna()
    if "PARAM" in adtte:
        spoken = [p for p in adtte["PARAM"].dropna().unique() if unit_in(str(p))]
        silent &= ~adtte["PARAM"].isin(spoken)
    if {"STARTDT", "ADT"} <= set(adtte.columns):
        silent &= adtte["STARTDT"].isna() | adtte["ADT"].isna()
    for code, mine in _code_rows(adtte, silent):
        found = hits(context, "ADTTE", mine & (adtte["AVAL"] % 1 != 0))
        if found.rows > mine.sum() / 2 and found.rows >= _FEWEST:
            yield found.finding(
                OTHER_UNIT,
                f"{code}: without AVALU {found.told('time', 'is|are')} read as days, and "
                "are no whole number of them.",
                column="AVALU",
            )


def unknown_units(context: Context) -> Iterable[Finding]:
    given = times_of(context, "AVAL", "AVALU")
    if given is None:
        return
    adtte, rows = given
    unit = adtte["AVALU"]
    strange = rows & unit.notna() & ~unit.str.upper().isin(list(UNITS))
    found = hits(context, "ADTTE", strange)
    if found:
        words = sorted(unit[strange].unique())
        yield found.finding(
            UNKNOWN_UNIT,
            f"{found.told('time', 'is|are')} in {listed(words)}; known are DAYS, WEEKS, MONTHS "
            "and YEARS.",
            column="AVALU",
            remedy=UNKNOWN_UNIT.remedy.replace("{unit}", words[0].replace('"', "")),
        )


def against_param(context: Context) -> Iterable[Finding]:
    """The unit in the words of PARAM against AVALU, or against days where AVALU is missing."""
    given = times_of(context, "AVAL", "PARAM")
    if given is None:
        return
    adtte, rows = given
    known = {p: unit_in(str(p)) for p in adtte["PARAM"].dropna().unique()}
    said = adtte["PARAM"].map(known)
    stated = unit_of(adtte)
    days = days_per(stated)
    other = rows & said.notna() & adtte["AVAL"].notna()
    other &= days_per(said) != days.where(stated.notna(), 1.0)
    for code, mine in _code_rows(adtte, other):
        words = listed(sorted(said[mine].unique()))
        if found := hits(context, "ADTTE", mine & stated.isna()):
            yield found.finding(
                OTHER_UNIT,
                f"{code}: PARAM says {words}, and without AVALU {found.told('time', 'is|are')} "
                "read as days.",
                column="AVALU",
                remedy=_state(str(said[mine].iloc[0])),
            )
        if found := hits(context, "ADTTE", mine & days.notna()):
            avalu = listed(sorted(stated[mine].dropna().unique()))
            yield found.finding(
                OTHER_UNIT,
                f"{code}: PARAM says {words} and AVALU {avalu}; "
                f"{found.told('time', 'is|are')} read as AVALU says.",
                column="AVALU",
                severity=Severity.ERROR,
                remedy="Correct AVALU or PARAM, whichever is not the unit of AVAL.",
            )


def _state(unit: str) -> str:
    return f'If AVAL is in {unit.lower()}, export AVALU = "{unit}". {OTHER_UNIT.remedy}'


def against_dates(context: Context) -> Iterable[Finding]:
    """AVAL against ADT - STARTDT + 1. An endpoint counted from day 0 throughout is a convention."""
    given = times_of(context, "AVAL", "STARTDT", "ADT")
    if given is None:
        return
    adtte, rows = given
    stated = unit_of(adtte)
    unit = stated.fillna("DAYS")
    slack = unit.map({u: room for u, (_, room) in UNITS.items()})
    between = (adtte["ADT"] - adtte["STARTDT"]).dt.days
    off = adtte["AVAL"] * days_per(unit) - between - 1
    known = rows & off.notna() & slack.notna()
    for code, mine in _code_rows(adtte, known):
        wrong = mine & (off.abs() > slack)
        if not wrong.any():
            continue
        if ((off[mine] + 1).abs() <= np.minimum(slack[mine], 0.5)).all():
            yield hits(context, "ADTTE", mine).finding(
                FROM_ZERO, f"{code} counts from day 0: AVAL is ADT - STARTDT.", column="AVAL"
            )
            continue
        fitting = _fitting(adtte["AVAL"][mine], between[mine] + 1, days_per(unit)[mine])
        found = hits(context, "ADTTE", wrong)
        if fitting and stated[mine].isna().all():
            yield _unfit(code, found, fitting)
            continue
        yield found.finding(
            DISAGREES,
            f"{code}: {found.told('time', 'differs|differ')} from ADT - STARTDT + 1 by up to "
            f"{off[wrong].abs().max():,.0f} days.",
            column="AVAL",
            remedy=f"The dates fit AVAL in {fitting.lower()}: correct AVALU. {DISAGREES.remedy}"
            if fitting
            else None,
        )


def _unfit(code: str, found: Hits, unit: str) -> Finding:
    return found.finding(
        OTHER_UNIT,
        f"{code}: without AVALU {found.told('time', 'is|are')} read as days, but ADT - STARTDT + 1 "
        f"fits {unit.lower()}.",
        column="AVALU",
        remedy=_state(unit),
    )


def _fitting(aval: pd.Series[float], days: pd.Series[int], factor: pd.Series[float]) -> str | None:
    """The unit in which most times agree with their dates, when the one they are read in (`factor`
    days) does not."""
    usable = (aval > 0) & (days > 0)
    ratio = (days[usable] / aval[usable]).to_numpy(dtype=np.float64)
    if len(ratio) < _FEWEST:
        return None

    def agreeing(per: np.ndarray | float) -> float:
        return float(np.mean(np.abs(np.log(ratio / per)) <= _NEAR))

    if agreeing(factor[usable].to_numpy(dtype=np.float64)) > 1 - _MOST:
        return None
    return next((unit for unit in _WORDS if agreeing(UNITS[unit][0]) >= _MOST), None)


CHECKS: tuple[Check, ...] = (units, fractions, unknown_units, against_param, against_dates)
