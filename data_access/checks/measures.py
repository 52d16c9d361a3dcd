"""Rules on measurements over time (ADTR, ADLB and the biomarker domains; ADaM BDS)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_access.checks import params
from data_access.checks.context import Check, Context, counted, hits, listed, noun
from data_access.findings import Finding, Rule, Severity

BELOW = Rule(
    "check-change-below-minus-100",
    Severity.ERROR,
    "A change is below -100 percent",
    "Correct PCHG, AVAL or BASE: nothing shrinks by more than all of it.",
    (74,),
)
ZERO = Rule(
    "check-baseline-zero",
    Severity.ERROR,
    "A baseline sum of diameters is 0",
    "Correct the baseline: a patient with target lesions has a sum above 0, and no percent change "
    "can be formed from 0.",
    (75,),
)
BEFORE = Rule(
    "check-change-before-start",
    Severity.ERROR,
    "A change from baseline is dated before the study began for the patient",
    "Correct the date, or the baseline flag of the record.",
    (71,),
)
VISIT_ORDER = Rule(
    "check-visit-order",
    Severity.WARNING,
    "Visits are not in the order of their dates",
    "Check the dates of the visits; Interim goes by dates, never by visit numbers.",
)
VISIT_NUMBER = Rule(
    "check-visit-number",
    Severity.NOTE,
    "One visit number stands for several visits",
    "Nothing is to be done: Interim goes by dates and visit names.",
)
EMPTY_BASELINE = Rule(
    "check-baseline-empty",
    Severity.WARNING,
    "A baseline record has no value",
    "Export AVAL on the baseline record; where BASE is given on other records, that is used.",
)
DERIVED = Rule(
    "check-derived-records",
    Severity.NOTE,
    "Some records are derived from others",
    "Nothing is to be done: records with DTYPE repeat or summarise others and are not counted "
    "beside them.",
)
SIZE_UNITS = Rule(
    "check-size-units",
    Severity.ERROR,
    "Tumour sizes are given in more than one unit",
    "Export all sizes in mm, and check whether the numbers were converted with the unit.",
    (85,),
)
SIZE_NO_UNIT = Rule(
    "check-size-unit-missing",
    Severity.NOTE,
    "Tumour sizes have no unit",
    "Add AVALU. Sizes are shown as they are; percent changes do not depend on the unit.",
)
UNITS = Rule(
    "check-units-mixed",
    Severity.ERROR,
    "One parameter is given in several units",
    'Convert to one unit per PARAMCD, or map spellings in study.toml: [terms.units] "G/L" = '
    '"10^9/L". Until then a biomarker is compared in the unit most of its values are in, and '
    "the others are left out, by name.",
    (85,),
)
NO_UNIT = Rule(
    "check-unit-missing",
    Severity.WARNING,
    "Values have no unit",
    "Add AVALU; a value without its unit cannot be compared with limits.",
)
IMPOSSIBLE = Rule(
    "check-biomarker-impossible",
    Severity.ERROR,
    "A percentage of cells is below 0 or above 100, or a count is below 0",
    "Correct AVAL, or AVALU where the value is no share: both are used as they are.",
)

RULES: tuple[Rule, ...] = (
    BELOW,
    ZERO,
    BEFORE,
    EMPTY_BASELINE,
    VISIT_ORDER,
    VISIT_NUMBER,
    DERIVED,
    SIZE_UNITS,
    SIZE_NO_UNIT,
    UNITS,
    NO_UNIT,
    IMPOSSIBLE,
)

BIOMARKERS = ("ADLB", "ADIM", "ADTB", "ADMB")
MEASURED = ("ADTR", *BIOMARKERS)


def changes_below(context: Context) -> Iterable[Finding]:
    for domain in MEASURED:
        frame = context.frame(domain, "PCHG")
        if frame is None:
            continue
        bad = frame["PCHG"] < -100 - 1e-9
        for column in ("AVAL", "BASE"):  # below zero such a change is possible
            if column in frame:
                bad &= ~(frame[column] < 0)
        found = hits(context, domain, bad)
        if found:
            lowest = frame["PCHG"].iloc[found.index].min()
            told = found.told(noun(domain))
            yield found.finding(
                BELOW, f"PCHG is below -100 in {told} (lowest {lowest:.1f}).", column="PCHG"
            )


def _sums(context: Context, adtr: pd.DataFrame) -> pd.Series[bool]:
    """Rows of ADTR that hold the sum of target lesions."""
    rows = params.of(context, adtr, "TARGET_SUM")
    if "TARGET_SUM" not in context.study.terms.paramcds and "PARAM" in adtr:
        rows |= adtr["PARAM"].str.contains(r"(?i)\bsum\b").fillna(value=False)
    return rows


def baseline_zero(context: Context) -> Iterable[Finding]:
    adtr = context.frame("ADTR", "PARAMCD", "AVAL")
    if adtr is None:
        return
    zero = pd.Series(data=False, index=adtr.index)
    if "BASE" in adtr:
        zero |= adtr["BASE"] == 0
    if "ABLFL" in adtr:
        zero |= adtr["ABLFL"].eq("Y").fillna(value=False) & (adtr["AVAL"] == 0)
    found = hits(context, "ADTR", zero & _sums(context, adtr))
    if found:
        told = found.told("tumour measurement", "has|have")
        yield found.finding(
            ZERO, f"{told} a baseline sum of 0; no percent change can be formed.", column="BASE"
        )


def changes_before_start(context: Context) -> Iterable[Finding]:
    adtr, start = context.frame("ADTR", "USUBJID", "ADT", "PCHG"), params.origin(context)
    if adtr is None or start is None:
        return
    begun = start[1].reindex(adtr["USUBJID"]).to_numpy()
    early = (adtr["ADT"].to_numpy() < begun) & adtr["PCHG"].notna()
    if "ABLFL" in adtr:
        early &= ~adtr["ABLFL"].eq("Y").fillna(value=False)
    found = hits(context, "ADTR", early)
    if found:
        told = found.told("change from baseline|changes from baseline", "lies|lie")
        name = params.ORIGIN_NAMES[context.study.origin]
        yield found.finding(BEFORE, f"{told} before {name} ({start[0]}).", column="ADT")


def visit_order(context: Context) -> Iterable[Finding]:
    """Steps to a later visit (AVISITN) with an earlier date, per patient and parameter."""
    for domain in ("ADRS", *MEASURED):
        frame = context.frame(domain, "USUBJID", "PARAMCD", "AVISITN", "ADT")
        if frame is None:
            continue
        rows = frame["ADT"].notna() & frame["AVISITN"].notna()
        if "DTYPE" in frame:
            rows &= frame["DTYPE"].isna()
        keys = ["USUBJID", "PARAMCD"]
        ordered = frame.loc[rows, [*keys, "AVISITN", "ADT"]].sort_values([*keys, "AVISITN", "ADT"])
        before = ordered.groupby(keys)[["AVISITN", "ADT"]].shift()
        back = (ordered["AVISITN"] > before["AVISITN"]) & (ordered["ADT"] < before["ADT"])
        found = hits(context, domain, back.reindex(frame.index, fill_value=False))
        if found:
            steps = counted(found.rows, "step")
            who = counted(len(found.patients()), "patient")
            yield found.finding(
                VISIT_ORDER,
                f"{steps} to a later visit of {who} {'goes' if found.rows == 1 else 'go'} back in "
                "time.",
                column="AVISITN",
            )


def visit_numbers(context: Context) -> Iterable[Finding]:
    for domain in ("ADRS", *MEASURED):
        frame = context.frame(domain, "AVISIT", "AVISITN")
        if frame is None:
            continue
        measured = frame[frame["DTYPE"].isna()] if "DTYPE" in frame else frame
        pairs = measured[["AVISITN", "AVISIT"]].dropna().drop_duplicates()
        shared = pairs[pairs["AVISITN"].duplicated(keep=False)]
        if len(shared):
            number = sorted(shared["AVISITN"].unique())[0]
            visits = listed(sorted(shared["AVISIT"][shared["AVISITN"] == number]))
            rows = frame["AVISITN"].isin(list(shared["AVISITN"]))
            yield hits(context, domain, rows).finding(
                VISIT_NUMBER, f"AVISITN {number:g} is {visits}.", column="AVISITN"
            )


def baselines_empty(context: Context) -> Iterable[Finding]:
    for domain in MEASURED:
        frame = context.frame(domain, "ABLFL", "AVAL")
        if frame is None:
            continue
        flagged = frame["ABLFL"].eq("Y").fillna(value=False)
        found = hits(context, domain, flagged & frame["AVAL"].isna())
        if found:
            told = found.told("baseline record", "has|have")
            yield found.finding(EMPTY_BASELINE, f"{told} no value.", column="AVAL")


def derived_records(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns("DTYPE"):
        found = hits(context, domain, frame["DTYPE"].notna())
        if found:
            types = listed(sorted(frame["DTYPE"].dropna().unique()))
            told = found.told(noun(domain), "is|are")
            yield found.finding(DERIVED, f"{told} derived (DTYPE {types}).", column="DTYPE")


def _unit_column(frame: pd.DataFrame) -> str | None:
    for column in ("AVALU", "TRSTRESU", "TRORRESU"):
        if column in frame and frame[column].notna().any():
            return column
    return None


def size_units(context: Context) -> Iterable[Finding]:
    adtr = context.frame("ADTR", "USUBJID", "PARAMCD")
    if adtr is None:
        return
    column = _unit_column(adtr)
    if column is None:
        sums = hits(context, "ADTR", _sums(context, adtr))
        if sums:
            yield sums.finding(SIZE_NO_UNIT, f"{sums.told('sum', 'has|have')} no unit.")
        return
    lengths = _standard(context, adtr[column]).str.lower()
    lengths = lengths.where(lengths.isin(["mm", "cm", "m"]))
    if lengths.nunique() > 1:
        usual = lengths.mode().iloc[0]
        found = hits(context, "ADTR", lengths.notna() & (lengths != usual))
        units = lengths.value_counts()
        said = ", ".join(f"{n:,} in {u}" for u, n in units.items())
        yield found.finding(SIZE_UNITS, f"Tumour sizes are given {said} ({column}).", column=column)


def _standard(context: Context, units: pd.Series) -> pd.Series:
    """Units as study.toml maps them."""
    stated = context.study.terms.units
    return units.replace(dict(stated)) if stated else units


def units_mixed(context: Context) -> Iterable[Finding]:
    for domain in BIOMARKERS:
        frame = context.frame(domain, "PARAMCD", "AVALU")
        if frame is None:
            continue
        unit = _standard(context, frame["AVALU"])
        number = unit.groupby(frame["PARAMCD"]).transform("nunique")
        mixed = number > 1
        for code in sorted(frame["PARAMCD"][mixed].unique()):
            rows = frame["PARAMCD"] == code
            usual = unit[rows].mode().iloc[0]
            found = hits(context, domain, rows & unit.notna() & (unit != usual))
            counts = ", ".join(f"{n:,} in {u}" for u, n in unit[rows].value_counts().items())
            yield found.finding(UNITS, f"{code} is given {counts}.", column="AVALU")


def units_missing(context: Context) -> Iterable[Finding]:
    for domain in BIOMARKERS:
        frame = context.frame(domain, "PARAMCD", "AVAL")
        if frame is None:
            continue
        unit = (
            frame["AVALU"].isna() if "AVALU" in frame else pd.Series(data=True, index=frame.index)
        )
        found = hits(context, domain, unit & frame["AVAL"].notna())
        if found:
            codes = sorted(frame["PARAMCD"].iloc[found.index].dropna().unique())
            told = found.told(noun(domain), "has|have")
            yield found.finding(
                NO_UNIT, f"{told} a value without unit ({listed(codes)}).", column="AVALU"
            )


def biomarkers_impossible(context: Context) -> Iterable[Finding]:
    """Shares of a whole and counts per volume or area; a score or a logarithm may be negative."""
    for domain in ("ADIM", "ADTB"):
        frame = context.frame(domain, "PARAMCD", "AVALU", "AVAL")
        if frame is None:
            continue
        unit = _standard(context, frame["AVALU"]).fillna("").str.strip().str.casefold()
        share = unit.eq("%") | unit.str.startswith(("% of ", "percent"))
        count = unit.str.contains("/", regex=False) & ~unit.str.contains(r"log|ln|fold", regex=True)
        bad = ((share | count) & (frame["AVAL"] < 0)) | (share & (frame["AVAL"] > 100 + 1e-9))
        found = hits(context, domain, bad.fillna(value=False))
        if found:
            rows = frame.iloc[found.index]
            codes = listed(sorted(rows["PARAMCD"].dropna().unique()))
            low, high = rows["AVAL"].min(), rows["AVAL"].max()
            ends = f"{low:g}" if low == high else f"{low:g} to {high:g}"
            told = found.told(noun(domain), "holds|hold")
            yield found.finding(
                IMPOSSIBLE, f"{told} a value that cannot be ({codes}: {ends}).", column="AVAL"
            )


CHECKS: tuple[Check, ...] = (
    changes_below,
    baseline_zero,
    changes_before_start,
    baselines_empty,
    visit_order,
    visit_numbers,
    derived_records,
    size_units,
    units_mixed,
    units_missing,
    biomarkers_impossible,
)
