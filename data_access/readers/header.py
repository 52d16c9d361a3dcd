"""The header of delimited text: which separator divides it, and what its columns are called."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from pathlib import PurePosixPath

from data_access.findings import DataError, Place, Rule
from data_access.readers import delimited_faults as faults
from data_access.readers.records import SEPARATORS, Record, RecordError, records

_USUAL = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "\t"}
_TRIED = 50  # records that two separators must both divide evenly to be called ambiguous
_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"?')


def fold(name: str) -> str:
    """A name without regard to case and spaces."""
    return "".join(name.split()).casefold()


def separator_of(data: bytes, name: str, *, declared: str | None) -> str:
    """The separator of a text whose first line is its header.

    Raises DataError when the header does not hold it but holds another, when no extension says
    which it is, or when another separator divides the file just as evenly.
    """
    plain = _QUOTED.sub(b"", _first_line(data))
    held = [s for s in SEPARATORS if s.encode() in plain]
    used = declared or _USUAL.get(PurePosixPath(name).suffix.casefold())
    if used is None or used not in SEPARATORS:
        raise _unknown(name, declared, held)
    if used in held:
        others = [s for s in held if s != used] if declared is None else []
        for other in others:
            if _divides(data, other):
                raise faults.ambiguous(name, used=used, other=other)
    elif held:
        raise faults.separator(name, used=used, other=held[0], declared=declared is not None)
    return used


def _first_line(data: bytes) -> bytes:
    match = re.search(rb"[\r\n]", data)
    return data if match is None else data[: match.start()]


def _unknown(name: str, declared: str | None, held: list[str]) -> DataError:
    if declared is not None:
        sentence = f"{name} is declared with the separator {declared!r}, which is not read."
        remedy = "Use a comma, a semicolon, a tab or a vertical bar."
    else:
        seen = ", ".join(SEPARATORS[s] for s in held) or "no separator"
        sentence = f"The extension of {name} does not say its separator; its header holds: {seen}."
        remedy = "Name the file .csv (comma) or .tsv (tab). " + faults.declare(
            name, 'separator = ";"'
        )
    return DataError(faults.SEPARATOR.finding(sentence, places=[Place(name)], remedy=remedy))


def _divides(data: bytes, separator: str) -> bool:
    """Whether the first records all have as many fields as the header, and more than one."""
    try:
        counts = {len(r.fields) for r in islice(records(data, separator), _TRIED)}
    except RecordError:
        return False
    return len(counts) == 1 and counts != {1}


def header_names(header: Record, name: str, *, max_columns: int, max_cell: int) -> tuple[str, ...]:
    """Column names without outer spaces. Raises DataError for empty, double or hidden ones."""
    if len(header.fields) > max_columns:
        raise _refusal(
            faults.COLUMNS,
            f"{name} has {len(header.fields):,} columns; at most {max_columns:,} are read.",
            name,
            header.line,
        )
    if max(map(len, header.fields)) > max_cell:
        raise faults.cell_size([(header.line, "(header)")], limit=max_cell, name=name, count=1)
    names = tuple(field.decode().strip() for field in header.fields)
    _refuse_empty(names, name, header.line)
    _refuse_hidden(names, name, header.line)
    _refuse_duplicates(names, name, header.line)
    return names


def _refuse_empty(names: tuple[str, ...], name: str, line: int) -> None:
    empty = [i for i, n in enumerate(names, start=1) if not n]
    if empty:
        listed = ", ".join(map(str, empty[:10]))
        raise _refusal(
            faults.HEADER_EMPTY,
            f"{len(empty)} of {len(names)} columns of {name} have no name (column {listed}).",
            name,
            line,
        )


def _refuse_hidden(names: tuple[str, ...], name: str, line: int) -> None:
    for number, text in enumerate(names, start=1):
        for character in text:
            if unicodedata.category(character) in {"Cc", "Cf"} and character not in "\t\r\n":
                raise _refusal(
                    faults.HEADER_HIDDEN,
                    f"The name of column {number} of {name} holds the invisible character "
                    f"U+{ord(character):04X}.",
                    name,
                    line,
                )


def _refuse_duplicates(names: tuple[str, ...], name: str, line: int) -> None:
    first: dict[str, tuple[int, str]] = {}
    for number, text in enumerate(names, start=1):
        earlier = first.setdefault(fold(text), (number, text))
        if earlier[0] != number:
            raise _refusal(
                faults.HEADER_DUPLICATE,
                f"Columns {earlier[0]} ({earlier[1]}) and {number} ({text}) of {name} have the "
                "same name.",
                name,
                line,
                column=text,
            )


def _refusal(
    rule: Rule, sentence: str, name: str, line: int, *, column: str | None = None
) -> DataError:
    place = Place(name, line=line, column=column)
    return DataError(rule.finding(sentence, places=[place], column=column))
