"""Rules on single numbers and dates: values no patient can have."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_access.checks.context import Check, Context, columns_of, hits, listed, noun
from data_access.findings import Finding, Rule, Severity
from data_access.schema import Kind

SENTINEL = Rule(
    "check-sentinel-number",
    Severity.REJECT,
    "A number stands for something else, such as -999 for missing",
    "Leave missing values empty, or say what the number means in study.toml: "
    '[missing.columns] AGE = ["-999"].',
    (23,),
)
AGE = Rule(
    "check-age-range",
    Severity.REJECT,
    "An age is below 0 or above 120 years",
    "Correct the age in ADSL.",
    (23,),
)
SENTINEL_DATE = Rule(
    "check-sentinel-date",
    Severity.REJECT,
    "A date stands for something else, such as 9999-12-31 for missing",
    "Leave missing dates empty, or say what the date means in study.toml: "
    '[missing.columns] EOSDT = ["9999-12-31"].',
    (23,),
)
FUTURE = Rule(
    "check-date-future",
    Severity.REJECT,
    "A date lies after the day of import",
    "Correct the date: what is exported as having happened cannot lie in the future.",
    (26,),
)
ANCIENT = Rule(
    "check-date-before-1900",
    Severity.REJECT,
    "A date lies before 1900",
    "Correct the date; a two-digit year or a number read as a date is the usual cause.",
)

AGE_UNIT = Rule(
    "check-age-unit",
    Severity.WARNING,
    "An age is not in years",
    "Export AGE in years (AGEU = YEARS): pages show it as a number and do not convert it.",
)

RULES: tuple[Rule, ...] = (SENTINEL, AGE, AGE_UNIT, SENTINEL_DATE, FUTURE, ANCIENT)

_LOW = (-9.0, -99.0, -999.0, -9999.0, -99999.0)
_VERY_LOW = (-999.0, -9999.0, -99999.0, -999999.0)
_HIGH = (999.0, 9999.0, 99999.0)
_VERY_HIGH = (9999.0, 99999.0, 999999.0)

#: Numbers that no patient can have in a column: below zero where nothing is below zero, and
#: runs of nines where nobody gets that far.
SENTINELS: dict[str, dict[str, tuple[float, ...]]] = {
    "ADSL": {
        **dict.fromkeys(("AGE", "WEIGHTBL", "HEIGHTBL", "BMIBL"), (*_LOW, *_HIGH)),
        **dict.fromkeys(("PRIORLN", "NMETSITE"), (*_LOW, 99.0, *_HIGH)),
        **dict.fromkeys(("LDHBL", "TRTDURD", "TRTDUR"), _LOW),
    },
    "ADTR": dict.fromkeys(("AVAL", "BASE", "NADIR", "TRSTRESN"), _LOW),
    "ADTTE": {"AVAL": _VERY_LOW},
    "ADEX": dict.fromkeys(("AVAL", "EXDOSE", "EXPLDOS"), _VERY_LOW),
    **{
        d: dict.fromkeys(("AVAL", "BASE", "ANRLO", "ANRHI", "DEPTH"), _VERY_LOW)
        for d in ("ADLB", "ADIM", "ADTB", "ADMB")
    },
}
_SIZES = ("mm", "cm")

#: Dates that programs write for "none": zero of Excel, SAS and Unix, and the ends of calendars.
SENTINEL_DATES = tuple(
    np.datetime64(day, "s")
    for day in (
        "1899-12-30", "1899-12-31", "1900-01-01", "1900-01-02", "1960-01-01", "1970-01-01",
        "2099-12-31", "2999-12-31", "3000-01-01", "9999-12-31",
    )
)  # fmt: skip


def sentinel_numbers(context: Context) -> Iterable[Finding]:
    for domain, columns in SENTINELS.items():
        frame = context.frame(domain)
        for column, numbers in columns.items() if frame is not None else ():
            if frame is None or column not in frame:
                continue
            bad = frame[column].isin(numbers)
            if domain == "ADTR":
                bad |= frame[column].isin(_VERY_HIGH) & _is_size(frame)
            yield from _sentinel(context, domain, column, bad)


def _is_size(frame: pd.DataFrame) -> pd.Series[bool]:
    """Rows whose unit says, or leaves open, that they are diameters."""
    unit = pd.Series(np.nan, index=frame.index, dtype=object)
    for column in ("TRSTRESU", "AVALU"):
        if column in frame:
            unit = frame[column].astype(object).where(frame[column].notna(), unit)
    return unit.isna() | unit.isin(_SIZES)


def _sentinel(
    context: Context, domain: str, column: str, bad: pd.Series[bool]
) -> Iterable[Finding]:
    found = hits(context, domain, bad)
    if found:
        numbers = sorted(context.frames[domain][column][bad].unique())
        named = ", ".join(f"{n:g}" if abs(n) < 1e5 else f"{n:.0f}" for n in numbers)
        yield found.finding(
            SENTINEL,
            f"{column} is {named} in {found.told(noun(domain))}, which no patient can have.",
            column=column,
        )


def ages(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "AGE")
    if adsl is None:
        return
    age = adsl["AGE"]
    bad = ((age < 0) | (age > 120)) & ~age.isin(SENTINELS["ADSL"]["AGE"])
    if "AGEU" in adsl:
        years = adsl["AGEU"].isna() | adsl["AGEU"].str.upper().isin(["YEARS", "YEAR"])
        bad &= years
        if other := hits(context, "ADSL", ~years & age.notna()):
            units = listed(sorted(adsl["AGEU"].iloc[other.index].unique()))
            told = other.told("patient", "has|have")
            yield other.finding(AGE_UNIT, f"{told} an age in {units}.", column="AGEU")
    found = hits(context, "ADSL", bad)
    if found:
        told = found.told("patient", "is|are")
        yield found.finding(AGE, f"{told} younger than 0 or older than 120 years.", column="AGE")


def dates(context: Context) -> Iterable[Finding]:
    """Dates that cannot be: stand-ins, before 1900, after the day of import."""
    today = np.datetime64(context.today, "s")
    first = np.datetime64("1900-01-01", "s")
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.DATE):
            days = frame[column]
            stand_in = days.isin(SENTINEL_DATES)
            yield from _date(context, domain, column, SENTINEL_DATE, stand_in)
            yield from _date(context, domain, column, ANCIENT, (days < first) & ~stand_in)
            yield from _date(context, domain, column, FUTURE, (days > today) & ~stand_in)


_DATE_SAYS = {
    SENTINEL_DATE.id: "is a date that stands for none ({range})",
    ANCIENT.id: "lies before 1900 ({range})",
    FUTURE.id: "lies after the day of import, {today} ({range})",
}


def _date(
    context: Context, domain: str, column: str, rule: Rule, bad: pd.Series[bool]
) -> Iterable[Finding]:
    found = hits(context, domain, bad)
    if not found:
        return
    days = context.frames[domain][column][bad]
    ends = sorted({str(np.datetime64(d, "D")) for d in (days.min(), days.max())})
    says = _DATE_SAYS[rule.id].format(range=" to ".join(ends), today=context.today)
    yield found.finding(rule, f"{column} {says} in {found.told(noun(domain))}.", column=column)


def collected_dates(context: Context) -> Iterable[Finding]:
    """The same for dates kept as collected (*DTC), which may stop at the month or year."""
    today = context.today.isoformat()
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.PARTIAL):
            text = frame[column].where(frame[column].str.contains(r"^\d{4}"))
            found = hits(context, domain, text.str.slice(0, 10) > today)
            if found:
                yield found.finding(
                    FUTURE,
                    f"{column} lies after the day of import, {today}, in "
                    f"{found.told(noun(domain))}.",
                    column=column,
                )
            found = hits(context, domain, text.str.slice(0, 4) < "1900")
            if found:
                told = found.told(noun(domain))
                yield found.finding(ANCIENT, f"{column} lies before 1900 in {told}.", column=column)


CHECKS: tuple[Check, ...] = (sentinel_numbers, ages, dates, collected_dates)
