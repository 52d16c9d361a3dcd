"""The frame of a SAS7BDAT file: header, pages, and the stated numbers of observations.

SAS publishes no layout; this follows the reverse-engineered one (Shotwell and Cummins, "SAS7BDAT
Database Binary Format", 2013). Only what proves the file whole is read here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_MARK = b"\xf7\xf7\xf7\xf7"
#: signatures of the row-size subheader: 32 and 64 bit, little and big endian
_ROW_SIZE = (
    _MARK,
    _MARK + bytes(4),
    bytes(4) + _MARK,
    _MARK + b"\xff\xff\xfb\xfe",
    b"\xff\xff\xfb\xfe" + _MARK,
)
#: bit of a page's type that says a bitmap of deleted observations follows
_DELETED = 0x80


class Broken(Exception):  # noqa: N818 - a state of the file, turned into a finding by the reader
    """The file is not whole."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`rows` counts every observation stored, `deleted` those that SAS no longer shows."""

    rows: int
    deleted: int


def read_frame(data: bytes) -> Frame:
    """What the header and pages of a whole SAS7BDAT file state. Raises Broken."""
    if not data:
        raise Broken("the file is empty")
    if not data.startswith(MAGIC):
        raise Broken("it does not begin as a SAS7BDAT file")
    if len(data) < 288:
        raise Broken("it ends inside its header")
    wide = data[32:33] == b"3"
    shift = 4 if data[35:36] == b"3" else 0
    order = "<" if data[37] == 1 else ">"
    sizes = f"{order}II{'Q' if wide else 'I'}"
    header, page, pages = struct.unpack_from(sizes, data, 196 + shift)
    if header < 288 or page < 256 or pages < 1:
        raise Broken("its header states no pages")
    if len(data) != header + page * pages:
        raise Broken(
            f"its header states {header + page * pages:,} bytes ({pages:,} pages of {page:,}), "
            f"the file has {len(data):,}"
        )
    reader = _Pages(data, order, header, page, wide=wide)
    frame = reader.frame()
    marked = any(reader.kind(i) & _DELETED for i in range(pages))
    return Frame(frame.rows, max(frame.deleted, int(marked)))


class _Pages:
    def __init__(self, data: bytes, order: str, header: int, page: int, *, wide: bool) -> None:
        self.data, self.order = data, order
        self.header, self.page = header, page
        self.word = 8 if wide else 4
        self.start = 32 if wide else 16

    def kind(self, index: int) -> int:
        (kind,) = struct.unpack_from(
            f"{self.order}H", self.data, self.header + index * self.page + self.start
        )
        return int(kind)

    def _word(self, at: int) -> int:
        kind = "Q" if self.word == 8 else "I"
        if at + self.word > len(self.data):
            raise Broken("a pointer leads out of the file")
        return int(struct.unpack_from(f"{self.order}{kind}", self.data, at)[0])

    def frame(self) -> Frame:
        """Observation counts from the row-size subheader, which stands on an early page."""
        for index in range((len(self.data) - self.header) // self.page):
            base = self.header + index * self.page
            (count,) = struct.unpack_from(f"{self.order}H", self.data, base + self.start + 4)
            width = 3 * self.word
            for number in range(min(count, self.page // width)):
                at = base + self.start + 8 + number * width
                if at + width > base + self.page:
                    break
                target = base + self._word(at)
                if self.data[target : target + self.word] in _ROW_SIZE:
                    return Frame(
                        self._word(target + 6 * self.word), self._word(target + 7 * self.word)
                    )
        raise Broken("it does not say how many observations it holds")
