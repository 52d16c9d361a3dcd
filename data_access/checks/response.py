"""Rules on ADRS: what is said of a response, and in which order (RECIST 1.1, Eisenhauer 2009)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_access.checks import params
from data_access.checks.context import Check, Context, counted, hits, listed
from data_access.findings import Finding, Rule, Severity

UNKNOWN_TERM = Rule(
    "check-response-unknown",
    Severity.REJECT,
    "A response is not one of the known terms",
    "Say in study.toml which of CR, PR, SD, NON-CR/NON-PD, PD, NE and MISSING the term means:\n"
    '[terms.response]\n"{term}" = "..."',
)
NO_TERM = Rule(
    "check-response-missing",
    Severity.ERROR,
    "A response record says nothing",
    "Export AVALC; an assessment that could not be made is NE.",
)
UNDATED = Rule(
    "check-response-undated",
    Severity.ERROR,
    "A response assessment has no date",
    "Export ADT on every overall response: without it an assessment is in no derived response, and "
    "an undated PD is no event of PFS.",
)
BEFORE_ORIGIN = Rule(
    "check-response-before-start",
    Severity.ERROR,
    "A response was assessed before the study began for the patient",
    "Correct the date of the assessment or of the start; what was seen at baseline is no response.",
    (71,),
)
AFTER_PD = Rule(
    "check-response-after-progression",
    Severity.ERROR,
    "A response or stable disease follows progression without a new baseline",
    "Check the order of the dates. After progression no better response counts, unless a new "
    "baseline was set (BASETYPE, or a baseline flag in ADTR).",
    (72,),
)
SEVERAL_BEST = Rule(
    "check-best-response-several",
    Severity.ERROR,
    "A patient has several best responses",
    "Export one best overall response per patient and PARAMCD.",
)
NOT_IN_SET = Rule(
    "check-responder-outside-set",
    Severity.ERROR,
    "A responder is not in the efficacy set",
    "Correct the flag of the set in ADSL: a responder left out lowers the rate.",
    (76,),
)
CODE_UNCLEAR = Rule(
    "check-response-code",
    Severity.NOTE,
    "One numeric code stands for several responses",
    "Nothing is to be done: Interim reads AVALC and never the code in AVAL.",
)

RULES: tuple[Rule, ...] = (
    UNKNOWN_TERM,
    NO_TERM,
    UNDATED,
    BEFORE_ORIGIN,
    AFTER_PD,
    SEVERAL_BEST,
    NOT_IN_SET,
    CODE_UNCLEAR,
)

#: The usual flags of an efficacy set, when study.toml names none.
_SETS = ("EFFFL", "FASFL", "RESPEVFL")


def _adrs(context: Context) -> tuple[pd.DataFrame, pd.Series[bool]] | None:
    """ADRS and which of its rows hold a response category."""
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC")
    return None if adrs is None else (adrs, params.categorical(context, adrs))


#: Terms of iRECIST (Seymour 2017) with one meaning in RECIST 1.1; whether iUPD is PD is to be said.
_IRECIST = {"ICR": "CR", "IPR": "PR", "ISD": "SD", "ICPD": "PD"}


def unknown_terms(context: Context) -> Iterable[Finding]:
    """One finding per term, with the line that would explain it."""
    given = _adrs(context)
    if given is None:
        return
    adrs, rows = given
    strange = rows & adrs["AVALC"].notna() & ~adrs["AVALC"].isin(params.RESPONSES)
    for term in sorted(adrs["AVALC"][strange].unique()):
        found = hits(context, "ADRS", strange & (adrs["AVALC"] == term))
        codes = sorted(adrs["PARAMCD"].iloc[found.index].unique())
        yield found.finding(
            UNKNOWN_TERM,
            f'"{term}" is no response Interim knows; {", ".join(codes)} says so in '
            f"{found.told('response record')}.",
            column="AVALC",
            remedy=UNKNOWN_TERM.remedy.replace("{term}", _toml(term)).replace(
                "...", _IRECIST.get(term.upper(), "...")
            ),
        )


def _toml(word: str) -> str:
    """A word as it stands between the quotes of TOML."""
    return word.replace("\\", "\\\\").replace('"', '\\"')


def missing_terms(context: Context) -> Iterable[Finding]:
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC")
    if adrs is None:
        return
    rows = params.of(context, adrs, "OVR", "BOR", "CBOR")
    found = hits(context, "ADRS", rows & adrs["AVALC"].isna())
    if found:
        told = found.told("response record", "says|say")
        yield found.finding(NO_TERM, f"{told} nothing (AVALC is empty).", column="AVALC")


def undated(context: Context) -> Iterable[Finding]:
    """Assessments of a visit without ADT; progressions are told apart, being events."""
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC")
    if adrs is None:
        return
    rows = params.of(context, adrs, "OVR") & adrs["AVALC"].isin(params.RESPONSES)
    rows &= adrs["AVALC"] != "MISSING"
    if "ADT" in adrs:
        rows &= adrs["ADT"].isna()
    progressed = adrs["AVALC"] == "PD"
    if found := hits(context, "ADRS", rows & progressed):
        told = found.told("progression", "has|have")
        yield found.finding(
            UNDATED,
            f"{told} no date (AVALC is PD, ADT is empty) and {_is(found.rows)} no event of PFS.",
            column="ADT",
        )
    if found := hits(context, "ADRS", rows & ~progressed):
        told = found.told("response assessment", "has|have")
        yield found.finding(
            UNDATED, f"{told} no date (ADT) and {_is(found.rows)} not counted.", column="ADT"
        )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def before_origin(context: Context) -> Iterable[Finding]:
    given, start = _adrs(context), params.origin(context)
    if given is None or start is None or "ADT" not in given[0]:
        return
    adrs, rows = given
    column, days = start
    begun = days.reindex(adrs["USUBJID"]).to_numpy()
    said = adrs["AVALC"].isin(["CR", "PR", "SD", "NON-CR/NON-PD", "PD"])
    found = hits(context, "ADRS", rows & said & (adrs["ADT"].to_numpy() < begun))
    if found:
        told = found.told("response record", "lies|lie")
        name = params.ORIGIN_NAMES[context.study.origin]
        yield found.finding(BEFORE_ORIGIN, f"{told} before {name} ({column}).", column="ADT")


def after_progression(context: Context) -> Iterable[Finding]:
    """Per patient, evaluator and baseline: a day with CR, PR or SD after a day with PD."""
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC", "ADT")
    if adrs is None:
        return
    rows = params.of(context, adrs, "OVR") & adrs["ADT"].notna()
    series = [
        c
        for c in ("USUBJID", "PARAMCD", "RSEVAL", "RSEVALID", "BASETYPE")
        if c in adrs and adrs[c].notna().any()
    ]
    ovr = adrs.loc[rows, [*series, "AVALC", "ADT"]]
    progressed = ovr["ADT"].where(ovr["AVALC"] == "PD")
    first = progressed.groupby([ovr[c] for c in series], dropna=False).transform("min")
    better = ovr["AVALC"].isin(["CR", "PR", "SD"]) & (ovr["ADT"] > first)
    better &= ~_new_baseline(context, ovr, first)
    found = hits(context, "ADRS", better.reindex(adrs.index, fill_value=False))
    if found:
        terms = adrs["AVALC"].iloc[found.index].value_counts()
        said = ", ".join(f"{n} {t}" for t, n in terms.items())
        yield found.finding(
            AFTER_PD,
            f"{found.told('response record', 'follows|follow')} a progression without a new "
            f"baseline ({said}).",
            column="AVALC",
        )


def _new_baseline(context: Context, ovr: pd.DataFrame, first: pd.Series) -> pd.Series[bool]:
    """Whether ADTR has a baseline of the patient after the progression, up to the assessment."""
    adtr = context.frame("ADTR", "USUBJID", "ABLFL", "ADT")
    if adtr is None:
        return pd.Series(data=False, index=ovr.index)
    last = adtr[adtr["ABLFL"] == "Y"].groupby("USUBJID")["ADT"].max()
    baseline = pd.Series(last.reindex(ovr["USUBJID"]).to_numpy(), index=ovr.index)
    return (baseline > first) & (baseline <= ovr["ADT"])


def several_best(context: Context) -> Iterable[Finding]:
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC")
    if adrs is None:
        return
    by = ["USUBJID", "PARAMCD", *(c for c in ("RSEVAL", "RSEVALID") if c in adrs)]
    best = adrs[params.of(context, adrs, "BOR", "CBOR")]
    terms = best.groupby([best[c] for c in by], dropna=False)["AVALC"].transform("nunique")
    found = hits(context, "ADRS", (terms > 1).reindex(adrs.index, fill_value=False))
    if found:
        who = counted(len(found.patients()), "patient")
        verb = "has" if len(found.patients()) == 1 else "have"
        yield found.finding(
            SEVERAL_BEST,
            f"{who} {verb} several different best responses of one PARAMCD.",
            column="AVALC",
        )


def responders_outside(context: Context) -> Iterable[Finding]:
    adrs = context.frame("ADRS", "USUBJID", "PARAMCD", "AVALC")
    if adrs is None:
        return
    best = params.of(context, adrs, "BOR", "CBOR") & adrs["AVALC"].isin(["CR", "PR"])
    for column, values in _efficacy_sets(context):
        flag = context.of_subject("ADRS", column)
        if flag is None:
            continue
        known = adrs["USUBJID"].isin(list(context.frames["ADSL"]["USUBJID"].dropna()))
        outside = best & known & ~flag.isin(values)
        found = hits(context, "ADRS", outside)
        if found:
            who = counted(len(found.patients()), "responder")
            verb = "is" if len(found.patients()) == 1 else "are"
            yield found.finding(
                NOT_IN_SET, f"{who} {verb} not in the efficacy set ({column}).", column=column
            )


def _efficacy_sets(context: Context) -> list[tuple[str, tuple[str, ...]]]:
    stated = [
        (s.column, s.values)
        for s in context.study.sets
        if s.id in ("full", "evaluable") and s.column
    ]
    return stated or [(c, ("Y",)) for c in _SETS]


def response_codes(context: Context) -> Iterable[Finding]:
    given = _adrs(context)
    if given is None or "AVAL" not in given[0]:
        return
    adrs, rows = given
    pairs = adrs.loc[rows, ["AVAL", "AVALC"]].dropna().drop_duplicates()
    unclear = sorted(pairs["AVAL"][pairs["AVAL"].duplicated(keep=False)].unique())
    if not unclear:
        return
    said = "; ".join(
        f"{code:g} is {listed(sorted(pairs['AVALC'][pairs['AVAL'] == code]))}"
        for code in unclear[:5]
    )
    yield hits(context, "ADRS", rows & adrs["AVAL"].isin(np.array(unclear))).finding(
        CODE_UNCLEAR, f"One code of AVAL stands for several responses: {said}.", column="AVAL"
    )


CHECKS: tuple[Check, ...] = (
    unknown_terms,
    missing_terms,
    undated,
    before_origin,
    after_progression,
    several_best,
    responders_outside,
    response_codes,
)
