"""Rules on codes and keys as values: one level, one spelling; words that may mean "missing"."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from data_access.checks.context import (
    Check,
    Context,
    columns_of,
    counted,
    hits,
    listed,
    noun,
)
from data_access.checks.hygiene import columns_of_text, distinct, visible
from data_access.findings import Finding, Rule, Severity
from data_access.schema import Kind

VARIANTS = Rule(
    "check-level-variants",
    Severity.REJECT,
    "One level of a code is spelled in several ways",
    "Use one spelling: levels that differ in case, spaces or width of letters, or mean the same "
    "(F and Female), split a group.",
    (30,),
)
MISSING_WORD = Rule(
    "check-missing-word",
    Severity.REJECT,
    "A code or key holds a word that often means missing",
    "Say in study.toml what the word means: [missing] values = [...] when it is missing, "
    "[missing] literal = [...] when it is a value of its own.",
    (24, 38),
)
NA_KEPT = Rule(
    "check-na-kept",
    Severity.NOTE,
    'A code "NA" is kept as a value',
    "Nothing is to be done when NA is a code (a site, North America). If it means missing: "
    '[missing] values = ["NA"] in study.toml.',
    (43,),
)
LONG_ID = Rule(
    "check-long-number",
    Severity.REJECT,
    "An id is a number too long for most programs",
    "Spreadsheets and SAS keep 15 digits of a number. Export the id as text with a letter or "
    'hyphen; if these digits are right, state [missing] literal = ["long-numeric-ids"].',
    (37,),
)
LEADING_ZERO = Rule(
    "check-leading-zero",
    Severity.NOTE,
    "Ids start with a zero, which is kept",
    "Nothing is to be done: ids are text here.",
    (20,),
)

RULES: tuple[Rule, ...] = (VARIANTS, MISSING_WORD, NA_KEPT, LONG_ID, LEADING_ZERO)

#: In `study.terms.literal`: numbers of more than 15 digits are meant as ids.
LONG_NUMERIC_IDS = "long-numeric-ids"

#: Lower case; compared without regard to case.
MISSING_WORDS = frozenset(
    {
        ".", "n/a", "#n/a", "null", "(null)", "nan", "<na>", "nat", "true", "false",
        "#null!", "#value!", "#ref!", "#div/0!", "#name?", "#num!",
    }
)  # fmt: skip
#: Words that are a term in capitals (AEREL, AEACN "NONE") and a stray word otherwise.
_NOT_IN_CAPITALS = frozenset({"None", "none"})


#: Words of one meaning that exports mix in one column, by column.
_YES_NO = (frozenset({"y", "yes"}), frozenset({"n", "no"}))
SYNONYMS: dict[str, tuple[frozenset[str], ...]] = {
    "SEX": (
        frozenset({"f", "female", "w", "woman", "女", "女性"}),
        frozenset({"m", "male", "man", "男", "男性"}),
    ),
    **dict.fromkeys(
        ("AESER", "AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE"), _YES_NO
    ),
}


def fold(value: str) -> str:
    """What two spellings of one level have in common."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def level_variants(context: Context) -> Iterable[Finding]:
    for domain, _ in context.with_columns():
        keys = [c for c in ("USUBJID", "SITEID") if c in context.frames[domain]]
        for column in [*columns_of(context, domain, Kind.CODE), *keys]:
            values = distinct(context, domain, column)
            groups = _variants(values[~values.isin(list(context.study.terms.units))])
            groups = groups or _synonyms(values, SYNONYMS.get(column, ()))
            if groups:
                yield _split(context, domain, column, groups)


def _variants(values: pd.Series[str]) -> list[list[str]]:
    """Groups of values that fold to one."""
    lowered = values.str.lower().str.strip()
    plain = not values.str.contains(r"\s\s|[^\x20-\x7e]").any()
    if plain and lowered.is_unique:
        return []
    spellings: dict[str, list[str]] = defaultdict(list)
    for value in values:
        spellings[fold(value)].append(value)
    return [sorted(group) for group in spellings.values() if len(group) > 1]


def _synonyms(values: pd.Series[str], known: tuple[frozenset[str], ...]) -> list[list[str]]:
    """Groups of values that are words of one meaning."""
    groups = [sorted(v for v in values if fold(v) in words) for words in known]
    return [group for group in groups if len(group) > 1]


def _split(context: Context, domain: str, column: str, groups: list[list[str]]) -> Finding:
    bad = [value for group in groups for value in group]
    found = hits(context, domain, context.frames[domain][column].isin(bad))
    named = "" if column == "USUBJID" else f": {'; '.join(_spelled(g) for g in groups[:5])}"
    number = counted(len(groups), "level")
    return found.finding(
        VARIANTS,
        f"{number} of {column} {'is' if len(groups) == 1 else 'are'} spelled in several ways in "
        f"{counted(found.rows, noun(domain))}{named}.",
        column=column,
    )


def _spelled(group: list[str]) -> str:
    return " and ".join(visible(v) for v in group)


def missing_words(context: Context) -> Iterable[Finding]:
    for domain, _ in context.with_columns():
        for column in columns_of(context, domain, Kind.KEY, Kind.CODE, Kind.TEXT):
            values = distinct(context, domain, column)
            short = values[values.str.len() <= 8]
            bad = [v for v in short if _stray(context, domain, column, v)]
            if bad:
                yield _strayed(context, domain, column, sorted(bad))


def _strayed(context: Context, domain: str, column: str, bad: list[str]) -> Finding:
    found = hits(context, domain, context.frames[domain][column].isin(bad))
    text = columns_of_text(context, domain, column)
    return found.finding(
        MISSING_WORD,
        f"{column} says {listed(bad)} in {found.told(noun(domain))}; whether that means missing "
        "cannot be known.",
        column=column,
        severity=Severity.WARNING if text else None,
    )


def _stray(context: Context, domain: str, column: str, value: str) -> bool:
    if value.lower() not in MISSING_WORDS and value not in _NOT_IN_CAPITALS:
        return False
    terms = context.study.terms
    declared = {*terms.literal, *terms.missing, *terms.missing_by_column.get(column, ())}
    if fold(value) in {fold(word) for word in declared}:
        return False
    relations = {fold(word) for word in (*terms.related, *terms.not_related)}
    is_relation = column in {"AEREL", "AREL", *terms.related_columns.values()}
    return not (domain == "ADAE" and is_relation and fold(value) in relations)


def na_kept(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.KEY, Kind.CODE):
            found = hits(context, domain, frame[column] == "NA")
            if found:
                told = counted(found.rows, noun(domain))
                yield found.finding(
                    NA_KEPT, f'{column} is "NA" in {told} and kept as a value.', column=column
                )


def long_numbers(context: Context) -> Iterable[Finding]:
    allowed = LONG_NUMERIC_IDS in context.study.terms.literal
    pattern = r"^\d(?:\.\d+)?[eE]\+?\d+$" if allowed else r"^(?:\d{16,}|\d(?:\.\d+)?[eE]\+?\d+)$"
    for domain, frame in context.with_columns():
        for column in columns_of(context, domain, Kind.KEY):
            found = hits(context, domain, frame[column].str.contains(pattern))
            if found:
                yield found.finding(
                    LONG_ID,
                    f"{column} is a number of more than 15 digits, or one with an exponent, in "
                    f"{found.told(noun(domain))}; digits may have been lost.",
                    column=column,
                )


def leading_zeros(context: Context) -> Iterable[Finding]:
    for domain, frame in context.with_columns():
        if domain != "ADSL":
            continue
        for column in columns_of(context, domain, Kind.KEY):
            found = hits(context, domain, frame[column].str.contains(r"^0\d+$"))
            if found:
                told = counted(found.rows, noun(domain))
                yield found.finding(
                    LEADING_ZERO,
                    f"{column} starts with 0 in {told} and is kept as text.",
                    column=column,
                )


CHECKS: tuple[Check, ...] = (
    level_variants,
    missing_words,
    na_kept,
    long_numbers,
    leading_zeros,
)
