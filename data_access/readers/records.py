"""Exact reading of delimited text, record by record (RFC 4180, any of the four separators).

This is the reference reading: it knows the place of every fault. `delimited.py` reads large files
with Arrow after `scan.py` has proved that Arrow must see the same records, and comes here when
anything is off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

#: separators a file may have, with the word a person uses for each
SEPARATORS: dict[str, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+')


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it starts on (an editor's count), its fields still as UTF-8 bytes."""

    line: int
    fields: tuple[bytes, ...]
    end: int  # byte offset just past the record and its line end
    blank: bool = False  # nothing at all between two line ends


class RecordError(ValueError):
    """A fault after which the rest of the text cannot be split into records."""

    def __init__(self, kind: str, line: int, offset: int, opened: int | None = None) -> None:
        super().__init__(kind)
        self.opened = opened or line  # where the field begins
        self.kind = kind  # "unclosed", "junk", "stray", "line-ends"
        self.line = line
        self.offset = offset


@cache
def _field(separator: bytes) -> re.Pattern[bytes]:
    s = re.escape(separator)
    return re.compile(
        rb'(?:"([^"]*+(?:""[^"]*+)*+)"|([^"\r\n%b]*+))(%b|\r\n|\n|\r|\Z)' % (s, s), re.DOTALL
    )


def count_lines(data: bytes, start: int = 0, end: int | None = None) -> int:
    """Line ends (LF, CR LF or CR) in data[start:end]."""
    stop = len(data) if end is None else end
    cr = data.count(b"\r", start, stop)
    pairs = data.count(b"\r\n", start, stop) if cr else 0
    return data.count(b"\n", start, stop) + cr - pairs


def line_at(data: bytes, offset: int) -> int:
    """The line, counted from 1, on which the byte at `offset` stands."""
    pair = data[offset - 1 : offset + 1] == b"\r\n"  # the LF of a CR LF is still on its line
    return 1 + count_lines(data, 0, offset) - int(pair)


def records(
    data: bytes, separator: str, *, start: int = 0, line: int = 1, lone: bool | None = None
) -> Iterator[Record]:
    """Every record of UTF-8 `data` from byte `start`, which stands on `line`. `lone`: whether a
    lone CR ended the records before it (None: there are none).

    Raises RecordError at an unclosed quote, at text after a closing quote, at a quote inside an
    unquoted field, and where lone CR and LF both end records.
    """
    field, sep = _field(separator.encode()), separator.encode()
    position, size = start, len(data)
    ends = set() if lone is None else {lone}
    while position < size:
        first, first_line, fields = position, line, []
        token = sep
        while token == sep:
            match = field.match(data, position)
            if match is None:
                raise _fault(data, position, line)
            quoted, plain, token = match.groups()
            if quoted is not None:
                line += count_lines(quoted)
                fields.append(quoted.replace(b'""', b'"'))
            else:
                fields.append(plain)
            position = match.end()
        if token:
            ends.add(token == b"\r")
            if len(ends) > 1:
                raise RecordError("line-ends", line, position - len(token))
            line += 1
        yield Record(first_line, tuple(fields), position, position - first == len(token))


def _fault(data: bytes, position: int, line: int) -> RecordError:
    """Why no field can be read at `position`."""
    match = _QUOTED.match(data, position)
    if match is None:
        return RecordError("stray", line, data.index(b'"', position))
    if match.end() == len(data):
        return RecordError("unclosed", line, position)
    return RecordError("junk", line + count_lines(match.group()), match.end() + 1, line)
