"""Rules on ADTTE: times, censoring codes and the reasons given (ADaM BDS for time-to-event)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_access.checks import params
from data_access.checks.context import Check, Context, counted, hits, listed
from data_access.findings import Finding, Rule, Severity

NEGATIVE = Rule(
    "check-time-negative",
    Severity.ERROR,
    "A time to event is negative",
    "Correct the start or end date of the time.",
    (81,),
)
CENSORING = Rule(
    "check-censoring-code",
    Severity.ERROR,
    "A censoring code is missing or not 0, 1, 2, ...",
    "Export CNSR as 0 for an event and a positive whole number for a censored time.",
    (82,),
)
CODES = Rule(
    "check-censoring-codes-several",
    Severity.NOTE,
    "Censored times carry several codes",
    "Nothing is to be done: every code but the event codes of study.toml counts as censored.",
    (82,),
)
NO_REASON = Rule(
    "check-time-reason-missing",
    Severity.WARNING,
    "An event or censoring has no reason in words",
    "Export EVNTDESC for events and CNSDTDSC (or EVNTDESC) for censored times.",
)
TIME_UNITS = Rule(
    "check-time-units",
    Severity.ERROR,
    "One endpoint is given in several units of time",
    "Export one unit per PARAMCD.",
    (85,),
)
NO_TIME_UNIT = Rule(
    "check-time-unit-missing",
    Severity.NOTE,
    "Times have no unit and are read as days",
    "Add AVALU (DAYS, WEEKS, MONTHS or YEARS).",
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
DAY_ONE = Rule(
    "check-censored-day-one",
    Severity.WARNING,
    "Times are censored on the first day",
    "Nothing is to be done when these patients have no assessment after baseline; they add no "
    "information to the curve.",
)
COUNT = Rule(
    "check-time-is-count",
    Severity.NOTE,
    "A parameter of ADTTE counts something",
    "Nothing is to be done: it is not shown as a time.",
)
NOT_RESPONDER = Rule(
    "check-duration-without-response",
    Severity.WARNING,
    "A patient without a response has a duration of response",
    "Leave duration of response to responders.",
)

RULES: tuple[Rule, ...] = (
    NEGATIVE,
    CENSORING,
    CODES,
    NO_REASON,
    TIME_UNITS,
    NO_TIME_UNIT,
    DISAGREES,
    FROM_ZERO,
    DAY_ONE,
    COUNT,
    NOT_RESPONDER,
)

#: Days per unit, and how many days rounding of an exported time may cost.
UNITS = {
    "DAY": (1.0, 0.5),
    "DAYS": (1.0, 0.5),
    "WEEK": (7.0, 0.5),
    "WEEKS": (7.0, 0.5),
    "MONTH": (30.4375, 2.0),
    "MONTHS": (30.4375, 2.0),
    "YEAR": (365.25, 5.0),
    "YEARS": (365.25, 5.0),
}
_COUNT_PARAM = r"(?i)^(?:total )?(?:number|count) of\b"
_COUNT_UNITS = ("COUNT", "COUNTS", "EVENTS", "N")


def count_rows(adtte: pd.DataFrame) -> pd.Series[bool]:
    """Rows of ADTTE whose parameter counts something and is no time."""
    rows = pd.Series(data=False, index=adtte.index)
    if "AVALU" in adtte:
        rows |= adtte["AVALU"].str.upper().isin(_COUNT_UNITS)
    if "PARAM" in adtte:
        rows |= adtte["PARAM"].str.contains(_COUNT_PARAM).fillna(value=False)
    return rows


def _times(context: Context, *columns: str) -> tuple[pd.DataFrame, pd.Series[bool]] | None:
    """ADTTE and which of its rows are times."""
    adtte = context.frame("ADTTE", "USUBJID", "PARAMCD", *columns)
    return None if adtte is None else (adtte, ~count_rows(adtte))


def events(context: Context, adtte: pd.DataFrame) -> pd.Series[bool]:
    """Rows whose CNSR is an event code of the study."""
    wanted = pd.to_numeric(pd.Series(list(context.study.terms.event_codes)), errors="coerce")
    return adtte["CNSR"].isin(wanted.dropna().tolist())


def counts(context: Context) -> Iterable[Finding]:
    adtte = context.frame("ADTTE", "USUBJID", "PARAMCD")
    if adtte is None:
        return
    found = hits(context, "ADTTE", count_rows(adtte))
    if found:
        codes = listed(sorted(adtte["PARAMCD"].iloc[found.index].dropna().unique()))
        told = found.told("record", "counts|count")
        yield found.finding(COUNT, f"{told} something and {_is(found.rows)} no time ({codes}).")


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def negative(context: Context) -> Iterable[Finding]:
    given = _times(context, "AVAL")
    if given is None:
        return
    found = hits(context, "ADTTE", given[1] & (given[0]["AVAL"] < 0))
    if found:
        told = found.told("time", "is|are")
        yield found.finding(NEGATIVE, f"{told} negative.", column="AVAL")


def censoring(context: Context) -> Iterable[Finding]:
    given = _times(context, "CNSR")
    if given is None:
        return
    adtte, rows = given
    code = adtte["CNSR"]
    needed = rows & adtte["AVAL"].notna() if "AVAL" in adtte else rows
    wrong = code.notna() & ((code < 0) | (code != np.floor(code)))
    found = hits(context, "ADTTE", (needed & code.isna()) | (rows & wrong))
    if found:
        told = found.told("time", "has|have")
        yield found.finding(
            CENSORING, f"{told} no CNSR, or one that is not 0, 1, 2, ...", column="CNSR"
        )
    found = hits(context, "ADTTE", rows & ~wrong & (code > 1))
    if found:
        used = ", ".join(f"{c:g}" for c in sorted(code[rows & ~wrong].dropna().unique()))
        yield found.finding(
            CODES, f"CNSR takes the values {used}; {_event_words(context)}.", column="CNSR"
        )


def _event_words(context: Context) -> str:
    codes = context.study.terms.event_codes
    return f"{' and '.join(codes)} {_is(len(codes))} an event, all others are censored"


def reasons(context: Context) -> Iterable[Finding]:
    given = _times(context, "CNSR", "EVNTDESC")
    if given is None:
        return
    adtte, rows = given
    happened = events(context, adtte)
    unsaid = adtte["EVNTDESC"].isna()
    found = hits(context, "ADTTE", rows & happened & unsaid)
    if found:
        told = found.told("event", "has|have")
        yield found.finding(NO_REASON, f"{told} no EVNTDESC.", column="EVNTDESC")
    if "CNSDTDSC" in adtte:
        unsaid &= adtte["CNSDTDSC"].isna()
    censored = rows & ~happened & adtte["CNSR"].notna()
    found = hits(context, "ADTTE", censored & unsaid)
    if found:
        told = found.told("censored time", "has|have")
        yield found.finding(NO_REASON, f"{told} neither CNSDTDSC nor EVNTDESC.", column="CNSDTDSC")


def _unit(adtte: pd.DataFrame) -> pd.Series[str]:
    """AVALU in capitals; missing throughout when there is no such column."""
    if "AVALU" in adtte:
        return adtte["AVALU"].str.upper()
    return pd.Series(np.nan, index=adtte.index, dtype=adtte["PARAMCD"].dtype)


def units(context: Context) -> Iterable[Finding]:
    given = _times(context, "AVAL")
    if given is None:
        return
    adtte, rows = given
    unit = _unit(adtte)
    found = hits(context, "ADTTE", rows & unit.isna() & adtte["AVAL"].notna())
    if found:
        told = found.told("time", "has|have")
        yield found.finding(
            NO_TIME_UNIT, f"{told} no unit and {_is(found.rows)} read as days.", column="AVALU"
        )
    number = unit[rows].groupby(adtte["PARAMCD"][rows]).nunique()
    for code in sorted(number[number > 1].index):
        mine = rows & (adtte["PARAMCD"] == code)
        usual = unit[mine].mode().iloc[0]
        said = ", ".join(f"{n:,} in {u}" for u, n in unit[mine].value_counts().items())
        yield hits(context, "ADTTE", mine & unit.notna() & (unit != usual)).finding(
            TIME_UNITS, f"{code} is given {said}.", column="AVALU"
        )


def against_dates(context: Context) -> Iterable[Finding]:
    """AVAL against ADT - STARTDT + 1. An endpoint counted from day 0 throughout is a convention."""
    given = _times(context, "AVAL", "STARTDT", "ADT")
    if given is None:
        return
    adtte, rows = given
    unit = _unit(adtte).fillna("DAYS")
    factor = unit.map({u: days for u, (days, _) in UNITS.items()})
    slack = unit.map({u: room for u, (_, room) in UNITS.items()})
    between = (adtte["ADT"] - adtte["STARTDT"]).dt.days
    off = adtte["AVAL"] * factor - between - 1
    known = rows & off.notna() & slack.notna()
    for code in sorted(adtte["PARAMCD"][known].dropna().unique()):
        mine = known & (adtte["PARAMCD"] == code)
        wrong = mine & (off.abs() > slack)
        if not wrong.any():
            continue
        if ((off[mine] + 1).abs() <= np.minimum(slack[mine], 0.5)).all():
            yield hits(context, "ADTTE", mine).finding(
                FROM_ZERO, f"{code} counts from day 0: AVAL is ADT - STARTDT.", column="AVAL"
            )
            continue
        found = hits(context, "ADTTE", wrong)
        most = off[wrong].abs().max()
        yield found.finding(
            DISAGREES,
            f"{code}: {found.told('time', 'differs|differ')} from ADT - STARTDT + 1 by up to "
            f"{most:,.0f} days.",
            column="AVAL",
        )


def censored_at_once(context: Context) -> Iterable[Finding]:
    given = _times(context, "AVAL", "CNSR")
    if given is None:
        return
    adtte, rows = given
    unit = _unit(adtte)
    day = 1 / unit.map({u: days for u, (days, _) in UNITS.items()}).astype("float64").fillna(1)
    censored = rows & adtte["CNSR"].notna() & ~events(context, adtte)
    at_once = censored & (adtte["AVAL"] >= 0) & (adtte["AVAL"] <= day * 1.5)
    for code, mine in at_once[rows].groupby(adtte["PARAMCD"][rows]):
        found = hits(context, "ADTTE", mine.reindex(adtte.index, fill_value=False))
        if found:
            yield found.finding(
                DAY_ONE,
                f"{found.rows:,} of {len(mine):,} {code} times {_is(found.rows)} censored on the "
                "first day.",
                column="AVAL",
            )


def durations(context: Context) -> Iterable[Finding]:
    adtte = context.frame("ADTTE", "USUBJID", "PARAMCD")
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC")
    if adtte is None or adrs is None:
        return
    best = params.of(context, adrs, "BOR", "CBOR")
    if not best.any():
        return
    said = adrs["AVALC"].isin(["CR", "PR"])
    responders = list(adrs["USUBJID"][best & said].dropna().unique())
    rows = params.of(context, adtte, "DOR")
    found = hits(context, "ADTTE", rows & ~adtte["USUBJID"].isin(responders))
    if found:
        total = int(rows.sum())
        yield found.finding(
            NOT_RESPONDER,
            f"{found.rows:,} of {counted(total, 'duration')} of response "
            f"{'belongs' if found.rows == 1 else 'belong'} to patients without a response.",
            column="PARAMCD",
        )


CHECKS: tuple[Check, ...] = (
    counts,
    negative,
    censoring,
    reasons,
    units,
    against_dates,
    censored_at_once,
    durations,
)
