"""Rules on ADTTE: times, censoring codes and the reasons given (ADaM BDS for time-to-event)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
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
NO_TIME = Rule(
    "check-time-missing",
    Severity.ERROR,
    "A record says event or censored, and not when",
    "Export AVAL, or leave the record out: patients without a time are missing from the curve.",
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
    NO_TIME,
    CODES,
    NO_REASON,
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
        rows |= _where(adtte["AVALU"], lambda unit: unit.upper() in _COUNT_UNITS)
    if "PARAM" in adtte:
        rows |= _where(adtte["PARAM"], lambda name: bool(re.search(_COUNT_PARAM, name)))
    return rows


def _where(column: pd.Series[str], test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
    """Rows whose text passes; every distinct text is looked at once, a missing one never passes."""
    codes, values = pd.factorize(column)
    table = np.array([*(test(str(v)) for v in values), False], dtype=np.bool_)
    return np.asarray(table[codes], dtype=np.bool_)


def times_of(context: Context, *columns: str) -> tuple[pd.DataFrame, pd.Series[bool]] | None:
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
    given = times_of(context, "AVAL")
    if given is None:
        return
    found = hits(context, "ADTTE", given[1] & (given[0]["AVAL"] < 0))
    if found:
        told = found.told("time", "is|are")
        yield found.finding(NEGATIVE, f"{told} negative.", column="AVAL")


def censoring(context: Context) -> Iterable[Finding]:
    given = times_of(context, "CNSR")
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
    given = times_of(context, "CNSR", "EVNTDESC")
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


def unit_of(adtte: pd.DataFrame) -> pd.Series[str]:
    """AVALU in capitals; missing throughout when there is no such column."""
    if "AVALU" in adtte:
        return adtte["AVALU"].str.upper()
    return pd.Series(np.nan, index=adtte.index, dtype=adtte["PARAMCD"].dtype)


def days_per(unit: pd.Series[str]) -> pd.Series[float]:
    """Days in one of each unit; NaN where it is missing or unknown."""
    return unit.map({u: days for u, (days, _) in UNITS.items()}).astype("float64")


def without_time(context: Context) -> Iterable[Finding]:
    given = times_of(context, "AVAL", "CNSR")
    if given is None:
        return
    adtte, rows = given
    found = hits(context, "ADTTE", rows & adtte["AVAL"].isna() & adtte["CNSR"].notna())
    if found:
        codes = listed(sorted(adtte["PARAMCD"].iloc[found.index].dropna().unique()))
        told = found.told("record", "says|say")
        yield found.finding(
            NO_TIME,
            f"{told} event or censored (CNSR) without a time ({codes}); "
            f"{'it is' if found.rows == 1 else 'they are'} in no curve.",
            column="AVAL",
        )


def censored_at_once(context: Context) -> Iterable[Finding]:
    given = times_of(context, "AVAL", "CNSR")
    if given is None:
        return
    adtte, rows = given
    day = 1 / days_per(unit_of(adtte)).fillna(1)
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
    without_time,
    reasons,
    censored_at_once,
    durations,
)
