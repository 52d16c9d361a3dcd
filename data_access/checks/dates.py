"""Rules on dates: against the cut, against each other, against death and the start of treatment."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_access.checks.context import Check, Context, columns_of, counted, hits, noun
from data_access.findings import Finding, Rule, Severity
from data_access.schema import Kind

AFTER_CUT = Rule(
    "check-date-after-cut",
    Severity.ERROR,
    "A date lies after the data cut-off",
    "Export what was known at the cut-off, or correct the cut date.",
    (86,),
)
CUT_EARLY = Rule(
    "check-cut-before-newest",
    Severity.ERROR,
    "The cut date is earlier than the newest record",
    "Correct the cut date (--cut-date, or cut_date in study.toml), or export again as of that day.",
    (86,),
)
END_FIRST = Rule(
    "check-end-before-start",
    Severity.ERROR,
    "Something ends before it starts",
    "Correct the two dates; durations made from them are wrong.",
)
DEATH_FIRST = Rule(
    "check-death-before-alive",
    Severity.ERROR,
    "A patient died before the date last known alive",
    "Correct DTHDT or LSTALVDT; survival depends on which of them holds.",
    (70,),
)
DEATH_FLAG = Rule(
    "check-death-flag",
    Severity.ERROR,
    "Death flag and date of death disagree",
    "Give every death both DTHFL = Y and DTHDT.",
)
AFTER_DEATH = Rule(
    "check-after-death",
    Severity.ERROR,
    "Something starts or was assessed after the patient's death",
    "Correct the date of the record or DTHDT.",
)
PARTIAL = Rule(
    "check-partial-date",
    Severity.WARNING,
    "A collected date stops at the month or year",
    "Nothing is to be done when the day is unknown. The analysis date next to it (*DT) says what "
    "was imputed.",
)
IMPUTED = Rule(
    "check-date-imputed",
    Severity.NOTE,
    "Dates are imputed",
    "Nothing is to be done; the flag (*DTF: D, M or Y) says which part was filled in.",
)

RULES: tuple[Rule, ...] = (
    AFTER_CUT,
    CUT_EARLY,
    END_FIRST,
    DEATH_FIRST,
    DEATH_FLAG,
    AFTER_DEATH,
    PARTIAL,
    IMPUTED,
)

#: Start and end of one thing, per domain.
PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "ADSL": (
        ("TRTSDT", "TRTEDT"),
        ("TRT01SDT", "TRT01EDT"),
        ("INOSDT", "INOEDT"),
        ("CHMSDT", "CHMEDT"),
        ("RFICDT", "TRTSDT"),
        ("TRTSDT", "EOTDT"),
        ("TRTSDT", "EOSDT"),
        ("TRTSDT", "DTHDT"),
        ("RFSTDTC", "RFENDTC"),
        ("RFXSTDTC", "RFXENDTC"),
    ),
    "ADAE": (("ASTDT", "AENDT"), ("AESTDTC", "AEENDTC")),
    "ADEX": (("ASTDT", "AENDT"),),
}
#: The date by which a record happened.
WHEN = {
    "ADRS": "ADT",
    "ADTR": "ADT",
    "ADLB": "ADT",
    "ADIM": "ADT",
    "ADTB": "ADT",
    "ADMB": "ADT",
    "ADAE": "ASTDT",
    "ADEX": "ASTDT",
}


def after_cut(context: Context) -> Iterable[Finding]:
    """One finding per column, and one that sums them up for whoever stated the cut date."""
    cut = np.datetime64(context.cut_date, "s")
    rows, newest = 0, None
    domains: set[str] = set()
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.DATE):
            late = (frame[column] > cut) & (frame[column] <= np.datetime64(context.today, "s"))
            found = hits(context, domain, late)
            if not found:
                continue
            last = frame[column][late].max()
            rows, domains = rows + found.rows, domains | {domain}
            newest = max(filter(None, (newest, (last, domain, column))))
            told = found.told(noun(domain))
            yield found.finding(
                AFTER_CUT,
                f"{column} lies after the cut-off, {context.cut_date}, in {told}.",
                column=column,
            )
    if newest is not None:
        last, domain, column = newest
        yield CUT_EARLY.finding(
            f"The cut date {context.cut_date} is earlier than the newest date, {last:%Y-%m-%d} "
            f"({domain} {column}); {counted(rows, 'date')} in {', '.join(sorted(domains))} "
            f"{'lies' if rows == 1 else 'lie'} after it.",
            domain=domain,
            column=column,
            count=rows,
        )


def ends_before_starts(context: Context) -> Iterable[Finding]:
    for domain, pairs in PAIRS.items():
        for start, end in pairs:
            frame = context.frame(domain, start, end)
            if frame is None:
                continue
            if domain == "ADAE" and end == "AEENDTC" and {"ASTDT", "AENDT"} <= set(frame.columns):
                continue  # said once, with the analysis dates
            found = hits(context, domain, _day(frame[end]) < _day(frame[start]))
            if found:
                told = found.told(noun(domain))
                yield found.finding(END_FIRST, f"{end} lies before {start} in {told}.", column=end)


def _day(dates: pd.Series) -> pd.Series:
    """Dates as they are; of collected dates those that are complete."""
    if pd.api.types.is_datetime64_any_dtype(dates):
        return dates
    days = dates.str.slice(0, 10).where(dates.str.contains(r"^\d{4}-\d\d-\d\d"))
    return pd.to_datetime(days, format="%Y-%m-%d", errors="coerce")


def death_before_alive(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "DTHDT", "LSTALVDT")
    if adsl is None:
        return
    found = hits(context, "ADSL", adsl["DTHDT"] < adsl["LSTALVDT"])
    if found:
        told = found.told("patient", "died|died")
        yield found.finding(
            DEATH_FIRST, f"{told} before the date last known alive.", column="DTHDT"
        )


def death_flags(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "DTHFL")
    if adsl is None:
        return
    flagged = adsl["DTHFL"].eq("Y").fillna(value=False)
    # without the whole column no death has a day, and none is an event of PFS or OS
    dated = adsl["DTHDT"].notna() if "DTHDT" in adsl else flagged & False
    found = hits(context, "ADSL", flagged & ~dated)
    if found:
        told = found.told("patient", "is|are")
        yield found.finding(DEATH_FLAG, f"{told} flagged as dead without DTHDT.", column="DTHDT")
    found = hits(context, "ADSL", dated & ~flagged)
    if found:
        told = found.told("patient", "has|have")
        yield found.finding(DEATH_FLAG, f"{told} DTHDT without DTHFL = Y.", column="DTHFL")


def after_death(context: Context) -> Iterable[Finding]:
    for domain, column in WHEN.items():
        frame = context.frame(domain, column)
        death = context.of_subject(domain, "DTHDT")
        if frame is None or death is None:
            continue
        found = hits(context, domain, frame[column] > death)
        if found:
            told = found.told(noun(domain), "lies|lie")
            yield found.finding(AFTER_DEATH, f"{told} after the patient's death.", column=column)


def partial_dates(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.PARTIAL):
            lengths = frame[column].str.len()
            found = hits(context, domain, lengths.isin([4, 7]))
            if found:
                years = int((lengths == 4).sum())
                parts = {"the year alone": years, "year and month": found.rows - years}
                said = ", ".join(f"{n:,} with {part}" for part, n in parts.items() if n)
                yield found.finding(
                    PARTIAL,
                    f"{column} is incomplete in {found.told(noun(domain))}: {said}.",
                    column=column,
                )


def imputed_dates(context: Context) -> Iterable[Finding]:
    parts = {"D": "day", "M": "month and day", "Y": "whole date"}
    for domain, frame in context.with_columns():
        for column in (c for c in frame.columns if str(c).endswith("DTF")):
            counts = frame[column].value_counts()
            found = hits(context, domain, frame[column].isin(list(parts)))
            if found:
                said = ", ".join(f"{p} of {counts[k]:,}" for k, p in parts.items() if k in counts)
                yield found.finding(
                    IMPUTED,
                    f"{str(column)[:-1]} is imputed in {found.told(noun(domain))} ({said}).",
                    column=str(column),
                )


CHECKS: tuple[Check, ...] = (
    after_cut,
    ends_before_starts,
    death_before_alive,
    death_flags,
    after_death,
    partial_dates,
    imputed_dates,
)
