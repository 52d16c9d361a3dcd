"""A column of an export becomes a column of the cut: text is typed by the schema, never guessed.

Every refusal names the first places and what was found there, shortened; a value that may identify
a person cannot reach a finding from here because keys and free text are never refused by value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from data_access.findings import Finding, Place, Rule, Severity
from data_access.normalise.layouts import advice, reader
from data_access.rawtable import RawColumn, RawTable
from data_access.schema import Kind

NUMBER = Rule(
    "type-number",
    Severity.REJECT,
    "A column of numbers holds something else",
    "Export plain numbers (12.5, -3, 1e-4). If the text means 'missing', say so in study.toml: "
    '[missing] values = ["..."]; a decimal comma is declared with decimal = "," for the file.',
    answers=(18, 22, 23, 24, 38),
)
INTEGER = Rule(
    "type-integer",
    Severity.REJECT,
    "A column of whole numbers holds a fraction or a number too large to be exact",
    "Export whole numbers below 9,007,199,254,740,992; give longer identifiers as text.",
    answers=(37,),
)
DATE = Rule(
    "type-date",
    Severity.REJECT,
    "A date column holds something that is not a full, existing date",
    "Export dates as YYYY-MM-DD. Impute partial dates upstream and set the imputation flag (*DTF); "
    "the text as collected belongs in the *DTC column. Another layout is declared in study.toml: "
    '[domains.<name>] dates = "%d/%m/%Y" ("sas" for days since 1960-01-01).',
    answers=(25, 27),
)
PARTIAL = Rule(
    "type-partial-date",
    Severity.ERROR,
    "A collected date (*DTC) is not ISO 8601",
    "Export collected dates as YYYY, YYYY-MM or YYYY-MM-DD, with -- for an unknown part.",
    answers=(25,),
)
FLAG = Rule(
    "type-flag",
    Severity.REJECT,
    "A flag holds something other than Y, N or nothing",
    'Export flags as Y or N. If the text means "missing", say so in study.toml: [missing] '
    'values = ["..."].',
    answers=(38,),
)
KEY_NUMBER = Rule(
    "type-key-number",
    Severity.REJECT,
    "An identifier is stored as a number that cannot be turned back into its text",
    "Export identifiers as text; leading zeros and digits beyond the 15th are lost in numbers.",
    answers=(37,),
)
KEY_FROM_NUMBER = Rule(
    "type-key-from-number",
    Severity.WARNING,
    "An identifier is stored as a number; leading zeros, if there were any, are gone",
    "Export identifiers as text.",
)
KEY_BLANKS = Rule(
    "type-key-blanks",
    Severity.WARNING,
    "Identifiers are padded with blanks; they are compared without them",
    "Trim identifiers in the export.",
    answers=(29,),
)
LEVEL_BLANKS = Rule(
    "type-level-blanks",
    Severity.REJECT,
    "One category is written both with and without outer blanks",
    "Trim the column in the export, so that one category is one spelling.",
    answers=(30,),
)
UTC = Rule(
    "type-date-utc",
    Severity.WARNING,
    "Date-times are written in UTC (Z); the day as written is used",
    "Check that the day before the T is the day at the site: a system that keeps local midnight "
    "in UTC writes the day before. Export local days as YYYY-MM-DD.",
)
RULES = (
    UTC,
    NUMBER,
    INTEGER,
    DATE,
    PARTIAL,
    FLAG,
    KEY_NUMBER,
    KEY_FROM_NUMBER,
    KEY_BLANKS,
    LEVEL_BLANKS,
)

#: Beyond this a float64 no longer holds every whole number.
MAX_EXACT = 2**53

_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_ZONE = r"(?:Z|[+-]\d{2}(?::?\d{2})?)"
_ISO_DATE = rf"^\d{{4}}-\d{{2}}-\d{{2}}([T ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?{_ZONE}?)?$"
_UTC_TIME = r"[T ]\d{2}:\d{2}.*Z$"
_ISO_PARTIAL = (
    r"^(\d{4}|-)(-(0[1-9]|1[0-2]|-)(-(0[1-9]|[12]\d|3[01]|-)"
    rf"(T([01]\d|2[0-3]|-)(:([0-5]\d|-)(:([0-5]\d(\.\d+)?|-))?)?{_ZONE}?)?)?)?$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How this study's words are to be read, beside the kind of the column."""

    missing: frozenset[str] = frozenset()
    decimal: str = "."
    dates: str = "iso"


@dataclass(frozen=True, slots=True)
class Target:
    """The column of the schema that a raw column becomes."""

    domain: str
    name: str
    kind: Kind


@dataclass(slots=True)
class Typed:
    """The typed column and what was seen on the way. `lost` counts declared missing words."""

    values: pa.Array
    findings: list[Finding] = field(default_factory=list)
    lost: int = 0


def type_column(table: RawTable, column: RawColumn, target: Target, reading: Reading) -> Typed:
    """Type one raw column as `target.kind`.

    Returns large_string (KEY, CODE, TEXT, FLAG, PARTIAL), float64 (NUMBER, INTEGER) or date32
    (DATE), with null for missing. Cells that cannot be typed give one finding of severity reject
    with their places, and null in the result.
    """
    index = next(i for i, c in enumerate(table.columns) if c is column)
    raw = table.data.column(index).combine_chunks()
    if isinstance(raw, pa.ChunkedArray):  # zero-chunk tables combine into a chunked array
        raw = pa.array([], raw.type)
    job = _Job(table, column.declared, target.name, target.domain, reading)
    lost = 0
    if column.declared == "text":
        raw, lost = _declared_missing(_right_trim(raw), reading.missing)
    typed = _BY_KIND[target.kind](job, raw)
    return Typed(typed, job.findings, lost)


def _no_remedy(_: list[str]) -> str | None:
    """The remedy of the rule will do."""
    return None


@dataclass(slots=True)
class _Job:
    table: RawTable
    declared: str
    name: str
    domain: str
    reading: Reading
    findings: list[Finding] = field(default_factory=list)

    def refuse(
        self,
        rule: Rule,
        bad: pa.Array,
        raw: pa.Array,
        what: str,
        remedy: Callable[[list[str]], str | None] = _no_remedy,
    ) -> None:
        """One finding over all rows where the boolean array `bad` is true. `remedy` makes a nearer
        one of the different values that are bad."""
        rows = pc.indices_nonzero(bad.fill_null(False))
        if len(rows) == 0:
            return
        shown = _examples(raw.take(rows[:200]))
        self.findings.append(
            rule.finding(
                f"{self.domain}.{self.name} {what} in {_records(len(rows))}: {shown}.",
                remedy=remedy([str(v) for v in pc.unique(raw.take(rows)).to_pylist()]),
                domain=self.domain,
                column=self.name,
                places=self.places(rows),
                count=len(rows),
            )
        )

    def number(self, _: list[str]) -> str | None:
        """The remedy for a column of codes that people like to write in words."""
        if self.name != "CNSR":
            return None
        return (
            "Export CNSR as 0 for an event and a positive whole number for a censored time; a "
            "sheet with words for both is read by [tte.<PARAMCD>] of study.toml."
        )

    def layout(self, values: list[str]) -> str | None:
        """The remedy for dates that are all written in one other way."""
        known = advice(values, self.domain)
        return None if known is None else f"Export dates as YYYY-MM-DD. {known}"

    def say(self, rule: Rule, sentence: str, rows: pa.Array) -> None:
        self.findings.append(
            rule.finding(
                sentence,
                domain=self.domain,
                column=self.name,
                places=self.places(rows),
                count=max(len(rows), 1),
            )
        )

    def places(self, rows: pa.Array) -> Iterable[Place]:
        return [self.table.place(i.as_py(), self.name) for i in rows[:50]]


def _records(n: int) -> str:
    return f"{n:,} record" if n == 1 else f"{n:,} records"


def _examples(values: pa.Array, most: int = 3) -> str:
    seen = [str(v) for v in pc.unique(values).to_pylist()[:most]]
    return ", ".join(f"'{v[:24]}…'" if len(v) > 24 else f"'{v}'" for v in seen)


def _right_trim(raw: pa.Array) -> pa.Array:
    """Trailing blanks carry nothing (fixed-width formats add them); empty text is missing."""
    trimmed = pc.utf8_rtrim(raw, " ")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, raw.type), trimmed)


def _declared_missing(raw: pa.Array, words: frozenset[str]) -> tuple[pa.Array, int]:
    if not words:
        return raw, 0
    hit = pc.is_in(pc.utf8_trim(raw, " "), pa.array(sorted(words), raw.type))
    return pc.if_else(hit, pa.scalar(None, raw.type), raw), pc.sum(hit).as_py() or 0


def _as_text(job: _Job, raw: pa.Array) -> pa.Array:
    """Any declared type as the text a person would write: 3 (not 3.0), 2024-05-01."""
    if job.declared == "text":
        return raw
    if job.declared in ("date", "datetime"):
        pattern = "%Y-%m-%d" if job.declared == "date" else "%Y-%m-%dT%H:%M:%S"
        return pc.strftime(raw.cast(pa.timestamp("s")), pattern).cast(pa.large_string())
    numbers = raw.to_pylist()
    return pa.array([None if v is None else f"{v:.15g}" for v in numbers], pa.large_string())


def _key(job: _Job, raw: pa.Array) -> pa.Array:
    if job.declared == "number":
        whole = pc.and_(pc.equal(raw, pc.floor(raw)), pc.less(pc.abs(raw), 1e15))
        bad = pc.and_(pc.is_valid(raw), pc.invert(whole))
        job.refuse(KEY_NUMBER, bad, raw, "cannot be read back as an identifier")
        if not job.findings and len(raw) > raw.null_count:
            job.say(
                KEY_FROM_NUMBER,
                f"{job.domain}.{job.name} is stored as numbers; it is read as their digits.",
                pa.array([], pa.int64()),
            )
    text = _as_text(job, raw)
    trimmed = pc.utf8_trim_whitespace(text)
    padded = pc.indices_nonzero(pc.not_equal(trimmed, text).fill_null(False))
    if len(padded):
        job.say(
            KEY_BLANKS,
            f"{job.domain}.{job.name} is padded with blanks in {_records(len(padded))}.",
            padded,
        )
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, text.type), trimmed)


def _code(job: _Job, raw: pa.Array) -> pa.Array:
    text = _as_text(job, raw)
    trimmed = pc.utf8_trim_whitespace(text)
    changed = pc.not_equal(trimmed, text).fill_null(False)
    if pc.any(changed).as_py():
        padded = pc.unique(trimmed.filter(changed))
        both = pc.and_(pc.invert(changed), pc.is_in(text, padded))
        if pc.any(both.fill_null(False)).as_py():
            job.refuse(LEVEL_BLANKS, changed, trimmed, "is written with and without outer blanks")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, text.type), trimmed)


def _flag(job: _Job, raw: pa.Array) -> pa.Array:
    text = pc.utf8_upper(pc.utf8_trim_whitespace(_as_text(job, raw)))
    text = pc.replace_substring_regex(text, pattern="^YES$", replacement="Y")
    text = pc.replace_substring_regex(text, pattern="^NO$", replacement="N")
    good = pc.is_in(text, pa.array(["Y", "N"], text.type))
    job.refuse(FLAG, pc.and_(pc.is_valid(text), pc.invert(good)), raw, "is not Y or N")
    return pc.if_else(good, text, pa.scalar(None, text.type))


def _number(job: _Job, raw: pa.Array) -> pa.Array:
    if job.declared == "number":
        finite = pc.is_finite(raw)
        job.refuse(NUMBER, pc.and_(pc.is_valid(raw), pc.invert(finite)), raw, "is not finite")
        return pc.if_else(finite, raw, pa.scalar(None, pa.float64()))
    text = pc.utf8_trim_whitespace(_as_text(job, raw))
    plain = text
    if job.reading.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    good = pc.match_substring_regex(plain, _NUMBER)
    job.refuse(
        NUMBER, pc.and_(pc.is_valid(text), pc.invert(good)), text, "is not a number", job.number
    )
    plain = pc.utf8_ltrim(pc.if_else(good, plain, pa.scalar(None, plain.type)), "+")
    values = _to_float(plain)
    infinite = pc.and_(pc.is_valid(values), pc.invert(pc.is_finite(values)))
    job.refuse(NUMBER, infinite, text, "is too large to be a number")
    return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))


def _to_float(plain: pa.Array) -> pa.Array:
    # Arrow's parser knows no bare "5." or ".5"; give both a digit.
    plain = pc.replace_substring_regex(plain, pattern=r"^(-?)\.", replacement=r"\1" + "0.")
    plain = pc.replace_substring_regex(plain, pattern=r"\.($|[eE])", replacement=r".0\1")
    return pc.cast(plain, pa.float64())


def _integer(job: _Job, raw: pa.Array) -> pa.Array:
    values = _number(job, raw)
    whole = pc.and_(
        pc.equal(values, pc.floor(values)), pc.less_equal(pc.abs(values), float(MAX_EXACT))
    )
    bad = pc.and_(pc.is_valid(values), pc.invert(whole))
    job.refuse(INTEGER, bad, _as_text(job, raw), "is not an exact whole number")
    return pc.if_else(whole, values, pa.scalar(None, pa.float64()))


def _date(job: _Job, raw: pa.Array) -> pa.Array:
    if job.declared == "date":
        return raw
    if job.declared == "datetime":
        return pc.floor_temporal(raw, unit="day").cast(pa.date32())
    if job.reading.dates == "sas":
        return _sas_days(job, raw)
    if job.declared == "number":
        job.refuse(
            DATE, pc.is_valid(raw), _as_text(job, raw), "is a bare number, not a date,", job.layout
        )
        return pa.nulls(len(raw), pa.date32())
    text = pc.utf8_trim_whitespace(_as_text(job, raw))
    parse = _iso if job.reading.dates == "iso" else reader(job.reading.dates)
    levels = text.dictionary_encode()
    days = pa.array([parse(v) for v in levels.dictionary.to_pylist()], pa.date32())
    parsed = days.take(levels.indices)
    bad = pc.and_(pc.is_valid(text), pc.is_null(parsed))
    alike = pc.equal(bad, pc.is_valid(text))  # a column of one layout, none of it read
    near = job.layout if pc.all(alike).as_py() else _no_remedy
    job.refuse(DATE, bad, text, "is not a full, existing date", near)
    _warn_of_utc(job, text)
    return parsed


def _warn_of_utc(job: _Job, text: pa.Array) -> None:
    """A time of day in UTC may be of another day where the patient is; midnight says nothing."""
    zulu = pc.match_substring_regex(text, _UTC_TIME)
    midnight = pc.match_substring_regex(text, "[T ]00:00(:00(\\.0+)?)?Z$")
    rows = pc.indices_nonzero(pc.and_(zulu, pc.invert(midnight)).fill_null(False))
    if len(rows):
        shown = _examples(text.take(rows[:200]))
        job.say(
            UTC,
            f"{job.domain}.{job.name} is a time in UTC in {_records(len(rows))}: {shown}.",
            rows,
        )


def _sas_days(job: _Job, raw: pa.Array) -> pa.Array:
    days = _integer(job, raw)
    epoch = pa.scalar(3653, pa.int32())  # 1960-01-01 to 1970-01-01
    return pc.subtract(days.cast(pa.int32()), epoch).cast(pa.date32())


def full_days(text: pa.Array) -> pa.Array:
    """The days of dates as collected; null where one stops at the month or does not exist."""
    levels = text.dictionary_encode()
    days = [_iso_day(value) for value in levels.dictionary.to_pylist()]
    return pa.array(days, pa.date32()).take(levels.indices)


def _iso_day(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


def _iso(value: str | None) -> date | None:
    if value is None or not re.match(_ISO_DATE, value):
        return None
    return _iso_day(value)


def _partial(job: _Job, raw: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(_as_text(job, raw))
    good = pc.match_substring_regex(text, _ISO_PARTIAL)
    job.refuse(PARTIAL, pc.and_(pc.is_valid(text), pc.invert(good)), text, "is not ISO 8601")
    return text


_BY_KIND: dict[Kind, Callable[[_Job, pa.Array], pa.Array]] = {
    Kind.KEY: _key,
    Kind.CODE: _code,
    Kind.TEXT: _as_text,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.DATE: _date,
    Kind.PARTIAL: _partial,
}
