"""Rules on keys: who is in the export, and whether every record can be told from the others.

Keys per domain follow ADaMIG 1.3 (`data_access.schema`).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_access.checks.context import (
    PERSON,
    PROVENANCE,
    Check,
    Context,
    among,
    counted,
    hits,
    noun,
)
from data_access.findings import Finding, Rule, Severity
from data_access.schema import DOMAINS

EMPTY = Rule(
    "check-empty-domain",
    Severity.WARNING,
    "A domain has its columns but no records",
    "Check that the export was not made with a filter that leaves nothing; if the trial has no "
    "such records yet, nothing is to be done.",
    (2,),
)
KEY_MISSING = Rule(
    "check-key-missing",
    Severity.REJECT,
    "A record has no USUBJID",
    "Give every record the USUBJID of its patient, or take the record out of the export.",
    (28,),
)
SUBJECT_TWICE = Rule(
    "check-subject-duplicate",
    Severity.REJECT,
    "A patient has more than one row in ADSL",
    "Keep one ADSL row per patient. If the rows are samples of one person, map USUBJID to the "
    "sample id and name the person column as `person` in [domains.ADSL].",
    (19, 83),
)
PERSON_TWICE = Rule(
    "check-person-repeated",
    Severity.ERROR,
    "One person stands behind several rows of ADSL",
    "Every number counts these rows separately. Remove the repeats, or say which sample counts.",
    (83,),
)
TTE_TWICE = Rule(
    "check-time-duplicate",
    Severity.REJECT,
    "A patient has two times for one endpoint",
    "Keep one ADTTE record per patient and PARAMCD; a second one needs a PARAMCD of its own.",
    (19,),
)
ROW_TWICE = Rule(
    "check-record-duplicate",
    Severity.ERROR,
    "A record is there twice, equal in every column",
    "Remove the repeated rows; until then each is counted.",
    (19,),
)
AESEQ_TWICE = Rule(
    "check-aeseq-duplicate",
    Severity.ERROR,
    "Two adverse events of a patient have the same AESEQ",
    "Number the adverse events of a patient without repeats.",
    (19,),
)
KEY_TWICE = Rule(
    "check-key-duplicate",
    Severity.WARNING,
    "Two different records have the same keys",
    "Add the column that tells the records apart (a sequence number, evaluator or visit).",
    (19,),
)
NO_PARAM = Rule(
    "check-paramcd-missing",
    Severity.ERROR,
    "A record does not say what it holds",
    "Export PARAMCD on every record; a record without it is in no result.",
)
NOT_IN_ADSL = Rule(
    "check-subject-unknown",
    Severity.ERROR,
    "A record belongs to a patient who is not in ADSL",
    "Add the patient to ADSL or correct the USUBJID; such records are in no denominator and are "
    "not counted.",
    (77,),
)
WITHOUT = Rule(
    "check-subject-without-records",
    Severity.NOTE,
    "Patients of ADSL have no record in a domain",
    "Nothing is to be done when none are expected, as for screening failures.",
)

RULES: tuple[Rule, ...] = (
    EMPTY,
    KEY_MISSING,
    SUBJECT_TWICE,
    PERSON_TWICE,
    TTE_TWICE,
    ROW_TWICE,
    AESEQ_TWICE,
    KEY_TWICE,
    NO_PARAM,
    NOT_IN_ADSL,
    WITHOUT,
)


def empty_domains(context: Context) -> Iterable[Finding]:
    for domain, frame in context.frames.items():
        if frame.empty:
            what = "no patients" if domain == "ADSL" else f"no {noun(domain)}s"
            yield EMPTY.finding(f"{domain} holds {what}.", domain=domain, count=0)


def keys_missing(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns("USUBJID"):
        found = hits(context, domain, frame["USUBJID"].isna())
        if found:
            told = found.told(noun(domain), "has|have")
            yield found.finding(KEY_MISSING, f"{told} no USUBJID.", column="USUBJID")


def subjects_twice(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "USUBJID")
    if adsl is None:
        return
    ids = adsl["USUBJID"]
    found = hits(context, "ADSL", ids.notna() & ids.duplicated(keep=False))
    if found:
        who = counted(len(found.patients()), "patient")
        verb = "has" if len(found.patients()) == 1 else "have"
        yield found.finding(
            SUBJECT_TWICE,
            f"{who} {verb} {counted(found.rows, 'ADSL row')} together; one each is expected.",
            column="USUBJID",
        )


def persons_twice(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", PERSON)
    if adsl is None:
        return
    person = adsl[PERSON]
    repeated = person.notna() & person.duplicated(keep=False)
    found = hits(context, "ADSL", repeated)
    if found:
        persons = int(person[repeated].nunique())
        stand = "stands" if persons == 1 else "stand"
        yield found.finding(
            PERSON_TWICE,
            f"{counted(persons, 'person|persons')} {stand} behind {found.rows} rows of ADSL: "
            f"{len(adsl):,} rows are counted, {int(person.nunique()):,} persons.",
        )


def _key_columns(domain: str, frame: pd.DataFrame) -> list[str]:
    return [k for k in DOMAINS[domain].keys if k in frame.columns]


def records_twice(context: Context) -> Iterable[Finding]:
    """Repeated keys: ADTTE, whole rows, AESEQ, then any other repeat of the key columns."""
    for domain, frame in context.with_columns("USUBJID"):
        keys = _key_columns(domain, frame) if domain in DOMAINS else []
        if domain == "ADSL":
            continue
        content = [c for c in frame.columns if c not in PROVENANCE]
        complete = frame["USUBJID"].notna()
        if "PARAMCD" in frame:
            complete &= frame["PARAMCD"].notna()
        by_key = frame.duplicated(keys if len(keys) > 1 else content, keep=False) & complete
        if not by_key.any():
            continue
        if domain == "ADTTE":
            yield _times_twice(context, by_key)
            continue
        equal = frame.loc[by_key, content].duplicated(keep=False)
        whole = equal.reindex(frame.index, fill_value=False)
        yield from _repeats(context, domain, whole, by_key & ~whole, keys)


def _times_twice(context: Context, mask: pd.Series) -> Finding:
    found = hits(context, "ADTTE", mask)
    codes = sorted(context.frames["ADTTE"]["PARAMCD"][mask].dropna().unique())
    return found.finding(
        TTE_TWICE,
        f"{found.told('ADTTE record', 'shares|share')} patient and PARAMCD with another "
        f"({', '.join(codes)}); which time holds cannot be known.",
        column="PARAMCD",
    )


def _repeats(
    context: Context, domain: str, whole: pd.Series, same_key: pd.Series, keys: list[str]
) -> Iterable[Finding]:
    found = hits(context, domain, whole)
    if found:
        told = found.told(noun(domain), "is|are")
        yield found.finding(ROW_TWICE, f"{told} equal to another in every column.")
    found = hits(context, domain, same_key)
    if found and keys == ["USUBJID", "AESEQ"]:
        told = found.told(noun(domain), "shares|share")
        yield found.finding(
            AESEQ_TWICE, f"{told} AESEQ with another of the same patient.", column="AESEQ"
        )
    elif found:
        told = found.told(noun(domain), "differs|differ")
        yield found.finding(
            KEY_TWICE, f"{told} from another although {', '.join(keys)} are the same."
        )


def params_missing(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns("PARAMCD"):
        found = hits(context, domain, frame["PARAMCD"].isna())
        if found:
            told = found.told(noun(domain), "has|have")
            yield found.finding(NO_PARAM, f"{told} no PARAMCD.", column="PARAMCD")


def subjects_unknown(context: Context) -> Iterable[Finding]:
    adsl = context.frames.get("ADSL")  # one without rows knows nobody
    if adsl is None or "USUBJID" not in adsl:
        return
    known = adsl["USUBJID"].dropna()
    for domain, frame in context.with_columns("USUBJID"):
        if domain == "ADSL":
            continue
        ids = frame["USUBJID"]
        found = hits(context, domain, ids.notna() & ~among(ids, known))
        if found:
            told = found.told(noun(domain), "belongs|belong")
            yield found.finding(
                NOT_IN_ADSL,
                f"{told} to nobody in ADSL and {_are(found.rows)} not counted.",
                column="USUBJID",
            )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def subjects_without(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "USUBJID")
    if adsl is None:
        return
    ids = adsl["USUBJID"].dropna().drop_duplicates()
    for domain, frame in context.with_columns("USUBJID"):
        missing = sorted(ids[~among(ids, frame["USUBJID"])])
        if missing and domain != "ADSL":
            verb = "has" if len(missing) == 1 else "have"
            yield WITHOUT.finding(
                f"{len(missing):,} of {len(ids):,} patients {verb} no {noun(domain)}.",
                domain=domain,
                patients=missing,
                count=len(missing),
            )


CHECKS: tuple[Check, ...] = (
    empty_domains,
    keys_missing,
    subjects_twice,
    persons_twice,
    records_twice,
    params_missing,
    subjects_unknown,
    subjects_without,
)
