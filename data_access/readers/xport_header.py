"""The headers of SAS transport files, read strictly: record layouts TS-140 (version 5) and the
record layout of a SAS version 8 or 9 data set in transport format.

A transport file is a chain of 80-byte records without any checksum. Everything the layout fixes
is therefore checked here: each header record, the descriptions of the variables (140 bytes each,
their count, numbers, types, lengths and positions), and where the observations begin and end.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

RECORD = 80
_HEADER = re.compile(rb"HEADER RECORD\*{7}(.{8})HEADER RECORD!{7}(.{32})", re.DOTALL)
_NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhi32shhh")  # 126 of 140 bytes; the rest is unused
_ZEROS = re.compile(rb"0{30}[0 ]{2}")
_V5_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")
_TEXT, _NUMBER = 2, 1
#: Longest character variable of each version.
_LONGEST = {5: 32_767, 8: 32_767}


class Broken(Exception):  # noqa: N818 - a state of the file, turned into findings by the reader
    """The file does not follow the layout. `record` counts the file's 80-byte records from 1."""

    def __init__(self, offset: int, sentence: str) -> None:
        super().__init__(sentence)
        self.record = offset // RECORD + 1
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: bytes [start, start + length) of each observation."""

    name: str
    label: str | None
    numeric: bool
    start: int
    length: int
    format: str


@dataclass(frozen=True, slots=True)
class Member:
    """One dataset: its observations lie in bytes [data_start, data_end) of the file.

    `stated` is the number of observations in the header: version 8 only, and not every writer.
    """

    name: str
    variables: tuple[Variable, ...]
    data_start: int
    data_end: int
    stated: int | None

    @property
    def record_length(self) -> int:
        return sum(v.length for v in self.variables)


@dataclass(frozen=True, slots=True)
class _Names:
    """The record names of a version."""

    opening: bytes
    member: bytes
    descriptor: bytes
    namestr: bytes
    observations: bytes


_V5 = _Names(b"LIBRARY ", b"MEMBER  ", b"DSCRPTR ", b"NAMESTR ", b"OBS     ")
_V8 = _Names(b"LIBV8   ", b"MEMBV8  ", b"DSCPTV8 ", b"NAMSTV8 ", b"OBSV8   ")


def parse(data: bytes, encoding: str) -> tuple[int, tuple[Member, ...]]:
    """The version (5 or 8) and the datasets of a whole transport file.

    Raises Broken at the first place that does not follow the layout.
    """
    if len(data) == 0:
        raise Broken(0, "The file is empty.")
    if not any(data):
        raise Broken(0, "The file holds nothing but zeros.")
    if data.startswith(b"**COMPRESSED**"):
        raise Broken(0, "This is a PROC CPORT file, which only SAS reads.")
    version = _version(data)
    if len(data) % RECORD:
        raise Broken(
            len(data),
            f"The file has {len(data):,} bytes, which is not a whole number of 80-byte records: "
            "its end is cut off or something was added.",
        )
    return version, tuple(_Parser(data, version, encoding).members())


def _version(data: bytes) -> int:
    name = data[20:28]
    if _HEADER.match(data[:RECORD]) and name in (_V5.opening, _V8.opening):
        return 5 if name == _V5.opening else 8
    raise Broken(0, "The file does not begin with the header record of a SAS transport file.")


class _Parser:
    def __init__(self, data: bytes, version: int, encoding: str) -> None:
        self.data = data
        self.version = version
        self.names = _V5 if version == 5 else _V8
        self.encoding = encoding
        self.at = 0

    def members(self) -> list[Member]:
        self._fixed(self.names.opening)
        if not self._record("library").startswith(b"SAS     SAS     SASLIB  "):
            raise Broken(self.at - RECORD, "The second record is not that of a SAS library.")
        self._record("library date")
        found = []
        while True:
            member = self._member()
            found.append(member)
            if member.data_end == len(self.data):
                return found
            self.at = member.data_end

    # -- records -------------------------------------------------------------------------------

    def _take(self, size: int, what: str) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise Broken(len(self.data), f"The file ends inside its headers ({what}).")
        self.at += size
        return piece

    def _record(self, what: str) -> bytes:
        return self._take(RECORD, what)

    def _named(self, *expected: bytes) -> tuple[bytes, bytes]:
        """The next header record: its name and the 32 bytes behind it."""
        start, wanted = self.at, " or ".join(e.decode().strip() for e in expected)
        match = _HEADER.fullmatch(self._record(f"{wanted} header"))
        if match is None or match[1] not in expected:
            raise Broken(start, f"The {wanted} header record is missing or damaged.")
        return match[1], match[2]

    def _fixed(self, name: bytes) -> None:
        """A header record that carries nothing but zeros."""
        start = self.at
        if not _ZEROS.fullmatch(self._named(name)[1]):
            raise Broken(start, f"The {name.decode().strip()} header record is damaged.")

    def _words(self, raw: bytes, offset: int, what: str, *, cut: int = 0) -> str:
        """Decoded text, less at most `cut` bytes of a character that did not fit at the end."""
        for dropped in range(cut + 1):
            try:
                text = raw[: len(raw) - dropped].decode(self.encoding).strip("\0 ")
                break
            except UnicodeDecodeError:
                continue
        else:
            raise Broken(offset, f"The {what} is not {self.encoding} text.")
        if any(ord(c) < 32 or ord(c) == 127 for c in text):
            raise Broken(offset, f"The {what} holds control bytes.")
        return text

    # -- one dataset ---------------------------------------------------------------------------

    def _member(self) -> Member:
        start = self.at
        tail = self._named(self.names.member)[1]
        match = re.fullmatch(rb"0{17}160{8}(140|136)[ 0]{2}", tail)
        if match is None:
            raise Broken(start, "The MEMBER header record is damaged.")
        self._fixed(self.names.descriptor)
        name = self._dataset_name()
        self._record("dataset label")
        variables = self._variables(int(match[1]))
        stated = self._observations(variables)
        data_start = self.at
        return Member(name, tuple(variables), data_start, self._data_end(data_start), stated)

    def _dataset_name(self) -> str:
        start, record = self.at, self._record("dataset name")
        width = 8 if self.version == 5 else 32
        kind = record[8 + width : 16 + width]
        name = self._words(record[8 : 8 + width], start, "dataset name")
        if record[:8] != b"SAS     " or kind != b"SASDATA " or not name:
            raise Broken(start, "The record with the dataset's name is damaged.")
        return name

    def _variables(self, size: int) -> list[Variable]:
        start = self.at
        tail = self._named(self.names.namestr)[1]
        match = re.fullmatch(rb"0000(\d{6})0{20}[0 ]{2}", tail)
        count = int(match[1]) if match else 0
        if not count:
            raise Broken(start, "The NAMESTR header record does not say how many variables follow.")
        begin = self.at
        block = -(-count * size // RECORD) * RECORD
        if _HEADER.match(self.data, begin + block, begin + block + RECORD) is None:
            raise Broken(
                start,
                f"The NAMESTR header announces {count} variables, but no further header follows "
                f"after {count} descriptions: the count is wrong or a part is missing.",
            )
        raw = self._take(block, "variables")
        if raw[count * size :].strip(b" \0"):
            raise Broken(begin + block - RECORD, "There are bytes behind the last variable.")
        variables: list[Variable] = []
        position = 0
        for index in range(count):
            piece = raw[index * size : (index + 1) * size].ljust(140, b"\0")
            offset = begin + index * size
            variable = self._variable(piece, offset, index, position)
            variables.append(variable)
            position += variable.length
        return variables

    def _variable(self, raw: bytes, offset: int, index: int, position: int) -> Variable:
        what = f"description of variable {index + 1}"
        (kind, _hash, length, number, short, label, form, width, decimals, side, _fill, _in,
         in_width, in_decimals, start, long_name, label_length, _fl, _il) = _NAMESTR.unpack(
            raw[: _NAMESTR.size]
        )  # fmt: skip
        longest = 8 if kind == _NUMBER else _LONGEST[self.version]
        shortest = 2 if kind == _NUMBER else 1
        sane = (
            kind in (_NUMBER, _TEXT)
            and shortest <= length <= longest
            and number == index + 1
            and side in (0, 1)
            and min(width, decimals, in_width, in_decimals, label_length) >= 0
            # SAS's own version 8 macro writes positions of another layout; order is what counts
            and (start == position or self.version == 8)
        )
        if not sane:
            raise Broken(
                offset, f"The {what} contradicts itself (type, number, length or position)."
            )
        name = self._words(short, offset, what)
        if self.version == 8:
            name = self._words(long_name, offset, what) or name
        if not name or (self.version == 5 and not _V5_NAME.fullmatch(name)):
            raise Broken(offset, f"The {what} does not hold a SAS variable name.")
        return Variable(
            name=name,
            label=self._words(label, offset, f"label of variable {name}", cut=3) or None,
            numeric=kind == _NUMBER,
            start=position,
            length=length,
            format=self._words(form, offset, f"format of variable {name}"),
        )

    # -- version 8 labels, observation count -----------------------------------------------------

    def _observations(self, variables: list[Variable]) -> int | None:
        if self.version == 5:
            self._fixed(self.names.observations)
            return None
        start = self.at
        name, tail = self._named(self.names.observations, b"LABELV8 ", b"LABELV9 ")
        if name != self.names.observations:
            self._labels(name, tail, start, variables)
            start = self.at
            _, tail = self._named(self.names.observations)
        stated = tail[:15].strip()
        if not re.fullmatch(rb"\d*", stated) or tail[15:].strip(b" 0"):
            raise Broken(start, "The OBSV8 header record is damaged.")
        # older writers put zeros where the count belongs: then nothing is stated
        return None if not stated or stated == b"0" * 15 else int(stated)

    def _labels(self, name: bytes, tail: bytes, start: int, variables: list[Variable]) -> None:
        """The section of labels over 40 and formats over 8 characters; changes `variables`."""
        count = tail.strip()
        if not re.fullmatch(rb"\d{1,6}", count):
            raise Broken(start, f"The {name.decode().strip()} header record is damaged.")
        sizes = struct.Struct(">3H" if name == b"LABELV8 " else ">5H")
        begin = self.at
        for _ in range(int(count)):
            offset = self.at
            index, *lengths = sizes.unpack(self._take(sizes.size, "long labels"))
            texts = [
                self._words(self._take(n, "long labels"), offset, "long label") for n in lengths
            ]
            if not 1 <= index <= len(variables) or variables[index - 1].name != texts[0]:
                raise Broken(offset, "A long label does not belong to any variable.")
            variable = replace(variables[index - 1], label=texts[1] or None)
            if len(texts) > 2 and texts[2]:
                variable = replace(variable, format=texts[2])
            variables[index - 1] = variable
        rest = -(self.at - begin) % RECORD
        if self._take(rest, "long labels").strip(b" \0"):
            raise Broken(self.at - 1, "There are bytes behind the last long label.")

    def _data_end(self, start: int) -> int:
        """Where the next dataset's header begins, or the end of the file."""
        mark = b"HEADER RECORD*******" + self.names.member + b"HEADER RECORD!!!!!!!"
        at = self.data.find(mark, start)
        while at >= 0 and at % RECORD:
            at = self.data.find(mark, at + 1)
        return at if at >= 0 else len(self.data)
