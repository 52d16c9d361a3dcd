"""Rules on what may identify a person in free text and in USUBJID itself. No value is repeated.

The patterns are those of `data_access.checks.identifiers` (HIPAA Safe Harbor).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_access.checks import identifiers as like
from data_access.checks import people
from data_access.checks.context import Check, Context, columns_of, hits, noun
from data_access.checks.hygiene import distinct
from data_access.checks.levels import LONG_NUMERIC_IDS
from data_access.findings import Finding, Rule, Severity
from data_access.schema import Kind

FREE_TEXT = Rule(
    "check-free-text-identifier",
    Severity.ERROR,
    "Free text holds what may identify a person",
    "Blank the passage in the source system and export again. Until then the text is stored with "
    "the cut.",
    (89,),
)
KEY = Rule(
    "check-identifier-key",
    Severity.REJECT,
    "USUBJID itself identifies a person",
    "Give patients study numbers. USUBJID must not be an e-mail address, a telephone or national "
    "id number, or a name, and holds no date of birth.",
    (89,),
)

RULES: tuple[Rule, ...] = (FREE_TEXT, KEY)

_BIRTH = (
    r"(?i)\b(?:d\.?o\.?b\.?|date of birth|birth ?date|born(?: on)?)\b[ :.]{0,3}"
    r"(?:\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{1,2}[ -][a-z]{3,9}[ -]\d{2,4})"
    r"|(?:出生日期|生日|出生于)[ ::]{0,3}\d{4}"
)
_RECORD_NUMBER = (
    r"(?i)\b(?:MRN|NHS (?:no|number)|medical record (?:no|number)|hospital (?:no|number)"
    r"|passport(?: no| number)?|SSN)\b[ .:#]{0,3}[A-Z]{0,3}\d{4,}"
    r"|(?:住院号|病历号|门诊号|身份证号?|病案号)[ ::]{0,3}[A-Za-z]{0,3}\d{4,}"
)
_NAME_LABEL = f"(?:患者|病人)?姓名[ ::]{{1,3}}{people.HAN}{{2,4}}"
_TITLED = (
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? (?:[A-Z]\.? ?){0,2}[A-Z][a-z]+\b"
    r"|\b(?:MR|MRS|DR)\.? [A-Z]{3,}\b"
)

#: What is sought in free text and how the finding calls it. RE2 syntax.
PATTERNS: tuple[tuple[str, str], ...] = (
    (like.EMAIL, "an e-mail address"),
    (rf"(?i){like.URL}", "a web address"),
    (like.NATIONAL_ID_CN, "a national id number"),
    (like.SSN_US, "a social security number"),
    (f"{like.PHONE}|{like.PHONE_GROUPS}|{like.MOBILE_CN}", "a telephone number"),
    (_BIRTH, "a date of birth"),
    (_RECORD_NUMBER, "a record or passport number"),
    (_TITLED, "the name of a person"),
    (_NAME_LABEL, "the name of a person"),
)
#: Every pattern needs one of these; a quick first pass over text that is almost always innocent.
_HINT = r"(?i)@|www\.|http|\d{3}|\+\d|\(\d|\b(?:mr|mrs|ms|miss|dr|prof)\b|姓名|born|birth|d\.?o\.?b"

#: A number with decimals is a measurement, whatever its digits.
_MEASURED = r"^\s*[-+<>=]*\s*\d+\.\d+\s*$"

_KEY_PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"^{like.EMAIL}$", "e-mail addresses"),
    (rf"^{people.NAME}$", "names"),
    (rf"^{people.NAME_HAN}$", "names"),
    (r"^\+\d[\d .()-]{7,}$", "telephone numbers"),
)
_KEY_NUMBERS: tuple[tuple[str, str], ...] = (
    (rf"^(?:{like.NATIONAL_ID_CN})$", "national id numbers"),
    (rf"^(?:{like.MOBILE_CN})$", "telephone numbers"),
)


def free_text(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.TEXT):
            values = distinct(context, domain, column)
            values = values[values.str.contains(_HINT) & ~values.str.contains(_MEASURED)]
            kinds = [(values[values.str.contains(p)], what) for p, what in PATTERNS]
            bad = {v for hit, _ in kinds for v in hit}
            found = hits(context, domain, frame[column].isin(list(bad)))
            if found:
                what = _listed([what for hit, what in kinds if len(hit)])
                told = found.told(noun(domain))
                yield found.finding(
                    FREE_TEXT, f"{column} seems to hold {what} in {told}.", column=column
                )


def _listed(kinds: list[str]) -> str:
    kinds = list(dict.fromkeys(kinds))
    return " and ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]]))


def key_is_identifier(context: Context) -> Iterable[Finding]:
    """USUBJID that is an identifier; neither its values nor the patients are listed."""
    yield from _born(context)
    for domain, frame in context.with_columns("USUBJID"):
        ids = distinct(context, domain, "USUBJID")
        patterns = list(_KEY_PATTERNS)
        if LONG_NUMERIC_IDS not in context.study.terms.literal:
            patterns += _KEY_NUMBERS
        for pattern, what in patterns:
            bad = ids[ids.str.contains(pattern)]
            if len(bad) == 0 or (pattern == _KEY_NUMBERS[-1][0] and not _phones(bad)):
                continue
            found = hits(context, domain, frame["USUBJID"].isin(list(bad)))
            many = "is" if len(bad) == 1 else "are"
            yield KEY.finding(
                f"{len(bad):,} of {len(ids):,} USUBJID look like {what} and {many} not stored.",
                domain=domain,
                column="USUBJID",
                places=found.places("USUBJID"),
                count=len(bad),
            )


#: The day AGE is counted at; the cut stands in for one that is missing.
_STARTS = ("TRTSDT", "TRT01SDT", "RFICDT", "ENRLDT", "RANDDT")


def _born(context: Context) -> Iterable[Finding]:
    """USUBJID with a full date in it that agrees with AGE at the start as a date of birth."""
    adsl = context.frame("ADSL", "USUBJID", "AGE")
    if adsl is None:
        return
    column = next((c for c in _STARTS if c in adsl), None)
    if column is None:
        return
    ids, ages = adsl["USUBJID"], adsl["AGE"]
    years = adsl[column].dt.year.fillna(context.cut_date.year)
    rows = list(zip(ids.fillna(""), years, ages, strict=True))
    dated = np.array([bool(age >= 0 and people.years_in(str(i))) for i, _, age in rows])
    bad = dated & np.array([people.born(str(i), int(year), age) for i, year, age in rows])
    number = int(bad.sum())
    if number * 2 > dated.sum() and dated.sum() * 2 >= len(rows):
        yield KEY.finding(
            f"{number:,} of {len(ids):,} USUBJID hold a full date that agrees with AGE as a date "
            f"of birth and {'is' if number == 1 else 'are'} not stored.",
            domain="ADSL",
            column="USUBJID",
            places=hits(context, "ADSL", bad).places("USUBJID"),
            count=number,
        )


def _phones(ids: pd.Series[str]) -> bool:
    return like.like_phone_numbers(str(i) for i in ids)


#: `key_is_identifier` goes before all checks (`run_checks`).
CHECKS: tuple[Check, ...] = (free_text,)
