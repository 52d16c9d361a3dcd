"""Names and birth dates of people, told by what a column holds (45 CFR 164.514(b)(2)(i))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from data_access.rawtable import RawTable
from data_access.schema import DOMAINS, Kind

HAN = "[\u4e00-\u9fff]"
#: A whole cell: "Jane Doe", "Doe, Jane", "Dr. Ann B Lee".
NAME = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?[A-Z][a-z]+(?:,? [A-Z][a-z'-]+){1,3}"
NAME_HAN = f"{HAN}{{2,4}}"
_NAME = re.compile(
    rf"{NAME}|[A-Z][a-z'-]+,? (?:[A-Z]\. ?)?[A-Z][A-Za-z'-]+|[A-Z'-]{{2,}}, ?[A-Z]{{2,}}"
)
#: The most common family names of China, by which a column of short words is one of names.
_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔向汤"
)
_NAME_HAN = re.compile(f"[{_FAMILIES}]{HAN}{{1,3}}")

#: Share of cells that must look like a name, how many must be different, and the fewest cells.
_SHARE = 0.8
_DIFFERENT = 0.9
_FEWEST = 5
#: Names begin with many different words; the levels of a code with few.
_FIRST_WORDS = 0.5


def names_of_people(cells: Sequence[str]) -> str | None:
    """Why a column seems to hold names of people; None when it does not. No value is repeated."""
    for pattern in (_NAME, _NAME_HAN):
        named = [c for c in cells if pattern.fullmatch(c)]
        if len(named) < _FEWEST or len(named) < _SHARE * len(cells):
            continue
        first = {re.split("[ ,]", c)[0] for c in named}
        if len(set(named)) >= _DIFFERENT * len(named) and len(first) >= _FIRST_WORDS * len(named):
            return f"{len(named) / len(cells):.0%} of its filled cells look like names of people"
    return None


# --- birth dates --------------------------------------------------------------------------------

_STARTS = ("TRTSDT", "TRTSDTM", "TRT01SDT", "RFICDT", "RFICDTC", "RFSTDTC", "ENRLDT", "RANDDT")
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR_FIRST = re.compile(rf"((?:19|20)\d\d)([-/.年])\s?{_MONTH}[-/.月]\s?{_DAY}(?!\d)")
_YEAR_LAST = re.compile(rf"(?<!\d){_DAY}[-/. ](?:{_DAY}|[A-Za-z]{{3}})[-/. ]((?:19|20)\d\d)(?!\d)")
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
_DIGITS_LAST = re.compile(r"(?<!\d)(?:0[1-9]|[12]\d|3[01]){2}((?:19|20)\d\d)(?!\d)")
_FORMS = (_YEAR_FIRST, _YEAR_LAST, _DIGITS, _DIGITS_LAST)
_GAP = (-1, 0, 1)  # completed years against the difference of two calendar years
_AGREE = 0.8
_ROWS = 3
#: No subject of a trial of adults is younger; nothing else lies so many years before treatment.
_DECADE = 10


def years_in(text: str) -> list[int]:
    """The years of the full dates written in a text, as people and programs write them."""
    return [int(m[1]) for form in _FORMS if (m := form.search(text))]


def born(text: str, start: int | None, age: float | None) -> bool:
    """Whether a full date in `text` is that of the birth of someone `age` years old in `start`."""
    if start is None or age is None or not age >= _DECADE:
        return False
    return any(start - year - int(age) in _GAP for year in years_in(text))


def birth_columns(table: RawTable) -> dict[str, str]:
    """Column -> reason, for every column of full dates that agree with AGE and the start."""
    by_name = {c.name.upper(): i for i, c in enumerate(table.columns)}
    start = next((by_name[n] for n in _STARTS if n in by_name), None)
    if start is None or "AGE" not in by_name:
        return {}
    ages = [_number(v) for v in _values(table, by_name["AGE"])]
    begun = [next(iter(years_in(str(v))), None) for v in _values(table, start)]
    found = {}
    for position, column in enumerate(table.columns):
        if _is_date_of_the_trial(column.name) or column.declared == "time":
            continue
        dates = [_text(v) for v in _values(table, position)]
        rows = [(d, s, a) for d, s, a in zip(dates, begun, ages, strict=True) if d and s and a]
        if _agree(rows):
            found[column.name] = "holds full dates that agree with AGE as dates of birth"
    return found


def _is_date_of_the_trial(name: str) -> bool:
    """Columns the schema reads as dates, which other rules hold against each other."""
    known = [c for d in DOMAINS.values() if (c := d.column(name.upper().removesuffix("M")))]
    return any(c.kind in (Kind.DATE, Kind.PARTIAL) for c in known) or name.upper() in _STARTS


def _agree(rows: Iterable[tuple[str, int, float]]) -> bool:
    """Whether most rows hold a birth date. The first rows tell a column without any dates."""
    rows = list(rows)
    if len(rows) < _ROWS or not any(years_in(d) for d, _, _ in rows[:50]):
        return False
    return sum(born(d, s, a) for d, s, a in rows) >= _AGREE * len(rows)


def _values(table: RawTable, position: int) -> list[Any]:
    data: pa.ChunkedArray[Any] = table.data.column(position).slice(0, 1_000)
    values: list[Any] = data.to_pylist()
    return values


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
