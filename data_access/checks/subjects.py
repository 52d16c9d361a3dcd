"""Rules on who is treated and in which set, and on parameters that no result is made of."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

import pandas as pd

from data_access.checks import params
from data_access.checks.context import Check, Context, counted, hits
from data_access.checks.times import count_rows
from data_access.findings import Finding, Place, Rule, Severity
from data_access.study.words import LABELLED

UNTREATED = Rule(
    "check-safety-untreated",
    Severity.WARNING,
    "A patient of the safety set has no start of treatment",
    "Export TRTSDT, or set SAFFL to N: the safety set is everyone who took a first dose, and times "
    "from the first dose cannot be made without it.",
)
SET_EMPTY = Rule(
    "check-set-empty",
    Severity.WARNING,
    "A flag puts no patient at all in a set, or is empty for all",
    "Check the flag in ADSL; a set that names another column or other values is stated under "
    "[sets] in study.toml.",
)
NO_PARAMCD = Rule(
    "check-paramcd-unused",
    Severity.WARNING,
    "No parameter of a domain is one that results are made of",
    "Say in study.toml which PARAMCD is which, for example:\n[terms.paramcds]\n"
    '{purpose} = "{code}"',
)

ENROLLED_BY = Rule(
    "check-set-enrolled",
    Severity.NOTE,
    "ADSL has no ENRLFL; something else says who is enrolled",
    "Nothing is to be done when this is who is meant; otherwise export ENRLFL, or name the column "
    "in study.toml: [sets.enrolled] column = ...",
)

RULES: tuple[Rule, ...] = (UNTREATED, SET_EMPTY, NO_PARAMCD, ENROLLED_BY)

_STARTS = ("TRTSDT", "TRT01SDT")
ENROLLED_FLAGS = ("ENRLFL", "ITTFL", "RANDFL")
_FLAGS = {"ENRLFL": "enrolled", "SAFFL": "safety", "FASFL": "full", "RESPEVFL": "evaluable"}
#: What results are made of, the one to propose first; and what a sentence calls them.
_PURPOSES = {
    "ADRS": (("OVR", "BOR", "CBOR"), "a response"),
    "ADTTE": (("PFS", "OS", "DOR"), "PFS, OS or DOR"),
    "ADTR": (("TARGET_SUM",), "a sum of target lesions"),
}
_MOST_CODES = 12


def safety_untreated(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "USUBJID", "SAFFL")
    if adsl is None:
        return
    column = next((c for c in _STARTS if c in adsl), None)
    if column is None:
        return
    found = hits(context, "ADSL", (adsl["SAFFL"] == "Y") & adsl[column].isna())
    if found:
        told = found.told("patient", "is|are")
        yield found.finding(
            UNTREATED, f"{told} in the safety set (SAFFL is Y) without {column}.", column=column
        )


def sets_empty(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "USUBJID")
    if adsl is None:
        return
    stated = {s.id: s for s in context.study.sets if s.column}
    for column, set_ in _FLAGS.items():
        if column not in adsl or set_ in stated:
            continue
        flag = adsl[column].dropna()
        if flag.empty:
            yield hits(context, "ADSL", adsl[column].isna()).finding(
                SET_EMPTY,
                f"{column} is empty for all {counted(len(adsl), 'patient')}, so it does not decide "
                f"who is in the {set_} set.",
                column=column,
                remedy=f"Fill {column} (Y or N), or leave the column out of the export.",
            )
        elif (flag == "N").all():
            yield hits(context, "ADSL", adsl[column] == "N").finding(
                SET_EMPTY,
                f"{column} is N for all {counted(len(flag), 'patient')} who have it; the "
                f"{set_} set is empty.",
                column=column,
            )


def enrolled_by(context: Context) -> Iterable[Finding]:
    """The denominator of the headline: the first flag that is Y for anybody, else all of ADSL."""
    adsl = context.frame("ADSL", "USUBJID")
    if adsl is None or any(s.id == "enrolled" and s.column for s in context.study.sets):
        return
    flags = [c for c in ENROLLED_FLAGS if c in adsl and (adsl[c] == "Y").any()]
    if flags[:1] == ["ENRLFL"]:
        return
    if flags:
        found = hits(context, "ADSL", adsl[flags[0]] == "Y")
        who = counted(len(found.patients()), "patient")
        said = f"The enrolled set is the {who} of {len(adsl):,} with {flags[0]} = Y."
        yield ENROLLED_BY.finding(said, domain="ADSL", column=flags[0])
        return
    yield ENROLLED_BY.finding(
        "No flag of ADSL says who is enrolled (ENRLFL, ITTFL, RANDFL): the enrolled set is every "
        "patient but screen failures (SCRNFL, ARM, ACTARM).",
        domain="ADSL",
    )


def parameters_unused(context: Context) -> Iterable[Finding]:
    for domain, (purposes, words) in _PURPOSES.items():
        frame = context.frame(domain, "USUBJID", "PARAMCD")
        if frame is None:
            continue
        rows = frame["PARAMCD"].notna()
        if domain == "ADTTE":
            rows &= ~count_rows(frame)
        codes = frame["PARAMCD"][rows].value_counts()
        known = {c for p in purposes for c in (*params.USUAL[p], *params.codes(context, p))}
        if codes.empty or known & set(codes.index):
            continue
        said = ", ".join(f"{code} ({n:,})" for code, n in codes.head(_MOST_CODES).items())
        more = len(codes) - _MOST_CODES
        yield NO_PARAMCD.finding(
            f"No PARAMCD of {domain} is known to be {words}; it holds {said}"
            + (f" and {more} more." if more > 0 else "."),
            domain=domain,
            column="PARAMCD",
            remedy=_mapping(frame, domain, purposes[0], str(codes.index[0])),
            places=[Place(str(f)) for f in frame["_file"].dropna().unique()],
            count=len(codes),
        )


def _mapping(frame: pd.DataFrame, domain: str, purpose: str, code: str) -> str:
    """The line of study.toml that is meant, as far as PARAM tells; a guess would map a best
    response as one of a visit, or a lesion as the sum of all."""
    labels: dict[Hashable, object] = {}
    if "PARAM" in frame:
        labels = frame.groupby("PARAMCD")["PARAM"].first().dropna().to_dict()
    for where, meant, pattern in LABELLED:
        hits = [c for c, words in labels.items() if re.search(pattern, str(words), re.IGNORECASE)]
        if where == domain and hits:
            return NO_PARAMCD.remedy.replace("{purpose}", meant).replace("{code}", str(hits[0]))
    if domain == "ADTR":
        return (
            "Export the sum of diameters of the target lesions of each visit (AVAL, with ABLFL or "
            "BASE), and name its PARAMCD in study.toml:\n[terms.paramcds]\n"
            'TARGET_SUM = "..."'
        )
    if domain == "ADRS" and not frame.loc[frame["PARAMCD"] == code, "USUBJID"].duplicated().any():
        purpose = "BOR"  # one record a patient is no response at a visit
    return NO_PARAMCD.remedy.replace("{purpose}", purpose).replace("{code}", code)


CHECKS: tuple[Check, ...] = (safety_untreated, sets_empty, enrolled_by, parameters_unused)
