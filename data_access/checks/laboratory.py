"""Rules on ADLB and the biomarker domains beyond their units: ranges, baselines, unit slips."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_access.checks.context import Check, Context, counted, hits, listed, noun
from data_access.checks.measures import BIOMARKERS
from data_access.findings import Finding, Rule, Severity

RANGE = Rule(
    "check-range-indicator",
    Severity.WARNING,
    "A reference range indicator disagrees with the value and its range",
    "Derive ANRIND from AVAL, ANRLO and ANRHI of the same record.",
)
NO_BASELINE = Rule(
    "check-baseline-missing",
    Severity.WARNING,
    "Patients have values of a parameter and no baseline",
    "Flag the baseline record (ABLFL = Y) or export BASE; these patients have no change.",
)
SLIP = Rule(
    "check-unit-slip",
    Severity.ERROR,
    "A value is about a thousand times the patient's other values",
    "Check the unit of the value (g and mg, mg/L and ug/L).",
    (85,),
)

RULES: tuple[Rule, ...] = (RANGE, NO_BASELINE, SLIP)

#: A factor of 1000, give or take what a patient changes between visits.
_SLIP = (1000 / 1.5, 1000 * 1.5)


def range_indicators(context: Context) -> Iterable[Finding]:
    frame = context.frame("ADLB", "AVAL", "ANRIND", "ANRLO", "ANRHI")
    if frame is None:
        return
    said = frame["ANRIND"].str.upper()
    low, high = frame["AVAL"] < frame["ANRLO"], frame["AVAL"] > frame["ANRHI"]
    says_low, says_high = said.str.startswith("L"), said.str.startswith("H")
    wrong = (says_low & (frame["AVAL"] >= frame["ANRLO"])) | (
        says_high & (frame["AVAL"] <= frame["ANRHI"])
    )
    wrong |= said.str.startswith("N") & (low | high)
    found = hits(context, "ADLB", wrong)
    if found:
        told = found.told(noun("ADLB"), "says|say")
        yield found.finding(
            RANGE, f"{told} low, normal or high against its own range.", column="ANRIND"
        )


def baselines_missing(context: Context) -> Iterable[Finding]:
    for domain in BIOMARKERS:
        frame = context.frame(domain, "USUBJID", "PARAMCD", "AVAL")
        if frame is None or not {"ABLFL", "BASE"} & set(frame.columns):
            continue
        has = pd.Series(data=False, index=frame.index)
        if "ABLFL" in frame:
            has |= frame["ABLFL"].eq("Y").fillna(value=False) & frame["AVAL"].notna()
        if "BASE" in frame:
            has |= frame["BASE"].notna()
        some = has.groupby([frame["USUBJID"], frame["PARAMCD"]], dropna=False).transform("any")
        found = hits(context, domain, frame["AVAL"].notna() & ~some)
        if found:
            codes = frame.iloc[found.index].groupby("PARAMCD")["USUBJID"].nunique()
            said = ", ".join(f"{code} {n:,}" for code, n in codes.head(8).items())
            who = counted(len(found.patients()), "patient")
            verb = "has" if len(found.patients()) == 1 else "have"
            yield found.finding(
                NO_BASELINE, f"{who} {verb} values without a baseline ({said}).", column="ABLFL"
            )


def unit_slips(context: Context) -> Iterable[Finding]:
    """Values 1000 times above or below the patient's median; of two values, the second."""
    for domain in ("ADLB", "ADIM"):
        frame = context.frame(domain, "USUBJID", "PARAMCD", "AVAL")
        if frame is None:
            continue
        positive = frame[frame["AVAL"] > 0]
        if "ADT" in frame:
            positive = positive.sort_values("ADT", kind="stable")
        values = positive["AVAL"]
        groups = values.groupby([positive["USUBJID"], positive["PARAMCD"]])
        usual = groups.transform("median").where(groups.transform("size") > 2, groups.shift())
        times = values / usual
        slip = times.between(*_SLIP) | (1 / times).between(*_SLIP)
        found = hits(context, domain, slip.reindex(frame.index, fill_value=False))
        if found:
            codes = listed(sorted(frame["PARAMCD"].iloc[found.index].unique()))
            told = found.told(noun(domain), "is|are")
            yield found.finding(
                SLIP,
                f"{told} about 1,000 times above or below the patient's other values ({codes}).",
                column="AVAL",
            )


CHECKS: tuple[Check, ...] = (range_indicators, baselines_missing, unit_slips)
