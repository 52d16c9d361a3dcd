"""The footer and page headers of a Parquet file, read from the bytes (parquet-format 2).

pyarrow ends the whole process on some damaged footers, so what Interim needs of them is decoded
here first: Thrift compact protocol, then the parts of parquet.thrift that name, count and place
things. What the format states twice must agree.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MAGIC = b"PAR1"
#: A page header longer than this is damage: statistics of two cells fit many times.
_HEADER_WINDOW = 1 << 16
_DEEPEST = 24

Fields = dict[int, Any]


class Damaged(Exception):  # noqa: N818 - a state of the file, turned into findings by the reader
    """The bytes contradict parquet-format or each other."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One column of one row group: its pages fill bytes [start, end) of the file."""

    name: str
    values: int
    start: int
    end: int
    flat: bool


@dataclass(frozen=True, slots=True)
class Footer:
    rows: int
    names: tuple[str, ...]
    chunks: tuple[Chunk, ...]
    arrow_schema: bytes | None  # base64 of an Arrow IPC schema, where an Arrow writer left it


class _Compact:
    """Thrift compact protocol, read only: structs become {field id: value}."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise Damaged("it ends inside a header")
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise Damaged("a number has more than 64 bits")

    def signed(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise Damaged("it ends inside a header")
        self.at += size
        return self.data[self.at - size : self.at]

    def fields(self, depth: int = 0) -> Fields:
        if depth > _DEEPEST:
            raise Damaged("its header is nested too deeply")
        found: Fields = {}
        number = 0
        while (head := self.byte()) != 0:
            step, kind = head >> 4, head & 0x0F
            number = number + step if step else self.signed()
            if number in found:
                raise Damaged("a header states one field twice")
            # a truth value has no bytes of its own: its type says which
            found[number] = kind == 1 if kind in (1, 2) else self.value(kind, depth)
        return found

    def value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2, 3):
            return self.byte()
        if kind in (4, 5, 6):
            return self.signed()
        if kind == 7:
            return struct.unpack("<d", self.take(8))[0]
        if kind == 8:
            return self.take(self.varint())
        if kind in (9, 10):
            return self.items(depth)
        if kind == 12:
            return self.fields(depth + 1)
        # maps do not occur in parquet.thrift
        raise Damaged("a header holds a field of no known type")

    def items(self, depth: int) -> list[Any]:
        head = self.byte()
        size, kind = head >> 4, head & 0x0F
        if size == 15:
            size = self.varint()
        if size > len(self.data) - self.at:
            raise Damaged("a list is longer than the file")
        return [self.value(kind, depth + 1) for _ in range(size)]


def read_footer(file: BinaryIO, size: int) -> Footer:
    """The footer of a file of `size` bytes that begins and ends with PAR1. Raises Damaged."""
    file.seek(size - 8)
    length = int.from_bytes(file.read(4), "little")
    if not 0 < length <= size - 12:
        raise Damaged(f"the footer claims {length:,} bytes, but the whole file has {size:,}")
    file.seek(size - 8 - length)
    compact = _Compact(file.read(length))
    meta = compact.fields()
    if compact.at != length:
        raise Damaged("the footer does not end where it says")
    try:
        return _footer(meta, size - 8 - length)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        raise Damaged("the footer lacks a part it must have") from None


def _footer(meta: Fields, end: int) -> Footer:
    elements = meta[2]
    leaves = _leaves(elements)
    groups = meta[4]
    rows = meta[3]
    if rows < 0 or sum(group[3] for group in groups) != rows:
        raise Damaged(f"the footer states {rows:,} records, its row groups another number")
    chunks = tuple(
        _chunk(column, leaf, group[3], end)
        for group in groups
        for column, leaf in zip(group[1], leaves, strict=True)
    )
    stored = {entry[1]: entry.get(2) for entry in meta.get(5, [])}
    names = tuple(e[4].decode() for e in elements[1:])
    return Footer(rows, names, chunks, stored.get(b"ARROW:schema"))


#: ConvertedType -> the member of the union LogicalType that says the same
_SAME = {
    0: 1, 1: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 7, 9: 8, 10: 8, **dict.fromkeys(range(11, 19), 10),
    19: 12, 20: 13,
}  # fmt: skip
_UNITS = {7: (7, 1), 8: (7, 2), 9: (8, 1), 10: (8, 2)}  # time and timestamp: milli, micro


def _check_element(element: Fields) -> None:
    """A column's meaning stands twice in the schema (ConvertedType, LogicalType): both agree."""
    old, new = element.get(6), element.get(10)
    sane = all(isinstance(element.get(i, 0), int) and element.get(i) is not True for i in (6, 7, 8))
    if not sane or not isinstance(element.get(10, {}), dict):
        raise Damaged(f"the type of column {element[4].decode()} is unreadable")
    if old is None or new is None:
        return
    member = _SAME.get(old)
    detail = new.get(member)
    agree = len(new) == 1 and isinstance(detail, dict)
    if agree and member == 5:
        agree = (detail.get(1, 0), detail.get(2)) == (element.get(7, 0), element.get(8))
    elif agree and old in _UNITS:
        agree = list(detail.get(2, {})) == [_UNITS[old][1]]
    elif agree and member == 10:
        width = detail.get(1, 0)
        agree = width in (8, 16, 32, 64) and old == (
            (15 if detail.get(2) else 11) + width.bit_length() - 4
        )
    if not agree:
        raise Damaged(f"the footer gives column {element[4].decode()} two types")


def _leaves(elements: list[Fields]) -> list[tuple[list[bytes], Fields, bool]]:
    """Path, element and flatness of every leaf of the flattened schema tree."""
    found: list[tuple[list[bytes], Fields, bool]] = []
    position = 1

    def walk(path: list[bytes], children: int, depth: int, *, flat: bool) -> None:
        nonlocal position
        if depth > _DEEPEST:
            raise Damaged("its columns are nested too deeply")
        for _ in range(children):
            element = elements[position]
            position += 1
            _check_element(element)
            here, below = [*path, element[4]], element.get(5, 0)
            single = flat and element.get(3, 0) != 2
            if below:
                walk(here, below, depth + 1, flat=False)
            else:
                found.append((here, element, single))

    walk([], elements[0].get(5, 0), 0, flat=True)
    if position != len(elements):
        raise Damaged("the schema has more parts than it announces")
    return found


def _chunk(column: Fields, leaf: tuple[list[bytes], Fields, bool], rows: int, end: int) -> Chunk:
    path, element, flat = leaf
    name = b".".join(path).decode()
    meta = column[3]
    if 1 in column:
        raise Damaged(f"column {name} lies in another file")
    if meta[3] != path or meta[1] != element[1]:
        raise Damaged(f"the footer describes column {name} in two ways")
    if flat and meta[5] != rows:
        raise Damaged(f"column {name} has {meta[5]:,} values for {rows:,} records")
    if meta[5] == 0:
        return Chunk(name, 0, 0, 0, flat)
    dictionary = meta.get(11) or meta[9]
    start = min(dictionary, meta[9])
    if not 4 <= start <= start + meta[7] <= end:
        raise Damaged(f"the pages of column {name} lie outside the file")
    return Chunk(name, meta[5], start, start + meta[7], flat)


def pages(file: BinaryIO, chunk: Chunk) -> Iterator[Fields]:
    """The header of each page of a chunk, in order. Raises Damaged unless they fill it exactly."""
    at, values = chunk.start, 0
    while at < chunk.end:
        file.seek(at)
        compact = _Compact(file.read(min(_HEADER_WINDOW, chunk.end - at)))
        header = compact.fields()
        length = _whole(header, 3)
        at += compact.at + length
        if length < 0 or _whole(header, 2) < 0 or at > chunk.end:
            raise Damaged(f"a page of column {chunk.name} is longer than its place")
        values += _values(header)
        yield header
    if values != chunk.values:
        raise Damaged(
            f"the pages of column {chunk.name} hold {values:,} of {chunk.values:,} values"
        )


def _values(header: Fields) -> int:
    """Values in a data page (version 1 or 2); a dictionary page holds none."""
    part = header.get({0: 5, 3: 8}.get(_whole(header, 1), 0))
    if part is None and _whole(header, 1) in (1, 2):
        return 0
    if not isinstance(part, dict):
        raise Damaged("a page does not say how many values it holds")
    return _whole(part, 1)


def _whole(fields: Fields, number: int) -> int:
    value = fields.get(number)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Damaged("a header lacks a number it must have")
    return value
