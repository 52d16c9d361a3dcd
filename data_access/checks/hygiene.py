"""Rules on what is written in cells: characters nobody sees, look-alikes, formulas, stray words.

Letters that look alike: Unicode Technical Standard 39 (confusables), the Cyrillic and Greek rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from data_access.checks.context import Check, Context, columns_of, hits, noun
from data_access.findings import Finding, Rule, Severity
from data_access.schema import Kind

HIDDEN = Rule(
    "check-hidden-character",
    Severity.REJECT,
    "A key or code holds a character that is not visible",
    "Remove zero-width characters and soft hyphens (U+200B to U+200F, U+2060, U+FEFF, U+00AD): "
    "two values that look the same are counted apart.",
    (32,),
)
BIDI = Rule(
    "check-text-direction",
    Severity.REJECT,
    "A cell holds a control that reverses the direction of text",
    "Remove the controls U+202A to U+202E and U+2066 to U+2069: they show other than is stored.",
    (33,),
)
CONTROL = Rule(
    "check-control-character",
    Severity.REJECT,
    "A key or code holds a control character",
    "Remove control characters, tabs and line breaks from keys and codes.",
)
LOOKALIKE = Rule(
    "check-lookalike-letter",
    Severity.REJECT,
    "A key or code mixes Latin letters with Cyrillic or Greek ones that look the same",
    "Retype the value with Latin letters: two values that look the same are counted apart.",
    (31,),
)
FORMULA = Rule(
    "check-formula",
    Severity.REJECT,
    "A cell would be run as a formula by a spreadsheet",
    "Export the value of the cell, not its formula; text must not start with = or @.",
    (21,),
)
MARKUP = Rule(
    "check-markup",
    Severity.NOTE,
    "A cell holds HTML or script",
    "Nothing is to be done: it is shown letter by letter and never run.",
    (36,),
)

TOTALS = Rule(
    "check-key-total",
    Severity.REJECT,
    "A line of totals stands among the patients",
    "Take lines of totals and notes out of the export: they would count as patients.",
)
LONG_KEY = Rule(
    "check-key-long",
    Severity.REJECT,
    "An id is longer than any id is",
    "Export the id itself: at most 200 characters, as in SAS transport files.",
)

RULES: tuple[Rule, ...] = (HIDDEN, BIDI, CONTROL, LOOKALIKE, FORMULA, MARKUP, LONG_KEY, TOTALS)

#: The longest text of an XPORT v5 file, and of a submission.
_LONGEST_KEY = 200
#: What people write at the head of a line of totals, and at the end of a listing.
_TOTALS = (
    r"(?i)^\W*(?:(?:grand |sub)?totals?|sum|overall|mean|average|count|gesamt|summe|insgesamt|"
    r"合计|总计|小计|end of (?:file|listing|report)|eof)\W*$"
)

_BIDI = "\u202a-\u202e\u2066-\u2069"
_HIDDEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff"
_FORMULA = r"^\s*[=@＝＠]"
_DDE = (
    r"^[-+]\s*(?:HYPERLINK|WEBSERVICE|FILTERXML|IMPORT[A-Z]+|CALL|EXEC|REGISTER|RTD|DDE)\s*\("
    r"|(?:cmd|msexcel|excel|powershell|mshta|rundll32|soffice)\s*\|"
)
_MARKUP = (
    r"<\s*[/!]?\s*(?:script|img|svg|iframe|object|embed|style|link|meta|form|input|body|html"
    r"|table|div|span|a|b|i|p|br)\b[^>]*>|javascript\s*:"
)
#: Anything worth a closer look; one pass over each distinct value. Understood by RE2 and `re`.
_SUSPECT = (
    f"[\\x00-\\x1f\\x7f-\\x9f{_HIDDEN}{_BIDI}\u0370-\u03ff\u0400-\u052f]|{_FORMULA}"
    r"|[|(<]|(?:javascript)"
)

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһԝ", "ABESIJKMHOPCTYXaeopcyxijsdhw", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
LOOKALIKES: Mapping[str, str] = {**_CYRILLIC, **_GREEK}

_hidden = re.compile(f"[{_HIDDEN}]").search
_bidi = re.compile(f"[{_BIDI}]").search
_control = re.compile("[\x00-\x1f\x7f-\x9f]").search
_control_in_text = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]").search
_formula = re.compile(f"{_FORMULA}|{_DDE}", re.IGNORECASE).search
_markup = re.compile(_MARKUP, re.IGNORECASE).search
_word = re.compile(r"[^\W\d_]+")
_latin = re.compile("[A-Za-zÀ-ɏ]")
_cyrillic = re.compile("[\u0400-\u052f]")


def _mixed(value: str) -> bool:
    """Whether one word has Latin letters and Cyrillic ones, or Greek ones that look Latin. Greek
    letters as such (IFN-γ, TNFα) are ordinary."""
    return any(
        _latin.search(word) and (_cyrillic.search(word) or any(c in _GREEK for c in word))
        for word in _word.findall(value)
    )


def _disguised(value: str) -> bool:
    """Whether every letter of a value is a Cyrillic or Greek look-alike of a Latin one."""
    letters = [c for c in value if c.isalpha()]
    return bool(letters) and all(c in LOOKALIKES for c in letters)


@dataclass(frozen=True, slots=True)
class _Sight:
    """One thing to look for: the rule, and what finds it in codes and in free text."""

    rule: Rule
    says: str
    in_codes: Callable[[str], object]
    in_text: Callable[[str], object]
    text_severity: Severity


_SIGHTS = (
    _Sight(HIDDEN, "holds a character nobody sees", _hidden, _hidden, Severity.WARNING),
    _Sight(BIDI, "holds a control that reverses text", _bidi, _bidi, Severity.REJECT),
    _Sight(CONTROL, "holds a control character", _control, _control_in_text, Severity.WARNING),
    _Sight(LOOKALIKE, "holds letters that only look Latin", _mixed, _mixed, Severity.WARNING),
    _Sight(FORMULA, "reads as a spreadsheet formula", _formula, _formula, Severity.REJECT),
    _Sight(
        MARKUP, "holds HTML or script, shown letter by letter,", _markup, _markup, Severity.NOTE
    ),
)


def characters(context: Context) -> Iterable[Finding]:
    """Every sight in every column of words; each distinct value is looked at once."""
    for domain, _ in context.with_columns():
        for column in columns_of(context, domain, Kind.KEY, Kind.CODE, Kind.TEXT):
            yield from _column(context, domain, column)


def _column(context: Context, domain: str, column: str) -> Iterable[Finding]:
    values = distinct(context, domain, column)
    suspects = list(values[values.str.contains(_SUSPECT)])
    if not suspects:
        return
    words = columns_of_text(context, domain, column)
    for sight in _SIGHTS:
        look = sight.in_text if words else sight.in_codes
        bad = {v for v in suspects if look(v)}
        if sight.rule is LOOKALIKE and values.str.contains("[A-Za-z]").any():
            bad |= {v for v in suspects if not words and _disguised(v)}
        if bad:
            yield _seen(context, domain, column, sight, bad)


def _seen(context: Context, domain: str, column: str, sight: _Sight, bad: set[str]) -> Finding:
    found = hits(context, domain, context.frames[domain][column].isin(list(bad)))
    text = columns_of_text(context, domain, column)
    key = column in columns_of(context, domain, Kind.KEY)
    example = "" if text or key else f" ({visible(min(bad))})"
    return found.finding(
        sight.rule,
        f"{column} {sight.says} in {found.told(noun(domain))}{example}.",
        column=column,
        severity=sight.text_severity if text else None,
    )


def columns_of_text(context: Context, domain: str, column: str) -> bool:
    """Whether a column holds free words rather than keys or codes."""
    return column in columns_of(context, domain, Kind.TEXT)


def distinct(context: Context, domain: str, column: str) -> pd.Series[str]:
    """The distinct values of a column of words, missing left out."""
    return context.frames[domain][column].dropna().drop_duplicates()


def visible(value: str) -> str:
    """A value in quotes with what nobody would see or tell apart spelled out."""
    named = [
        c
        if c == " " or (c.isprintable() and c not in LOOKALIKES)
        else f"<{unicodedata.name(c, f'U+{ord(c):04X}')}>"
        for c in value
    ]
    return f'"{"".join(named)}"'


def long_keys(context: Context) -> Iterable[Finding]:
    """Ids too long to be one, in the keys of every domain. The ids are not repeated."""
    for domain, _ in context.with_columns():
        for column in columns_of(context, domain, Kind.KEY):
            length = context.frames[domain][column].str.len()
            found = hits(context, domain, length > _LONGEST_KEY)
            if found:
                yield LONG_KEY.finding(
                    f"{column} is longer than {_LONGEST_KEY} characters in "
                    f"{found.told(noun(domain))} (up to {length.max():,.0f}).",
                    domain=domain,
                    column=column,
                    places=found.places(column),
                    count=found.rows,
                )


def totals(context: Context) -> Iterable[Finding]:
    """Lines of ADSL whose USUBJID is a word for a total. Elsewhere they belong to nobody."""
    adsl = context.frame("ADSL", "USUBJID")
    if adsl is None:
        return
    found = hits(context, "ADSL", adsl["USUBJID"].str.contains(_TOTALS))
    if found:
        word = str(adsl["USUBJID"].iloc[found.index[0]])
        yield found.finding(
            TOTALS,
            f"USUBJID says {visible(word)} in {found.told(noun('ADSL'))}.",
            column="USUBJID",
        )


CHECKS: tuple[Check, ...] = (characters, long_keys, totals)
