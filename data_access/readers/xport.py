"""SAS transport files (XPORT) of version 5 and 8: strict headers, numbers converted exactly.

Numbers are IBM System/360 double-precision hexadecimal floating point (Principles of Operation,
GA22-6821): sign, 7-bit power of 16 with excess 64, 56-bit fraction. Version 5 states neither a
checksum nor the number of observations, so a file cut exactly between two observations, or one
digit changed inside a value, cannot be told from a good file: list files and rows in
`sources.toml` to have them checked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_access.findings import Finding, Place, Rule, Severity
from data_access.rawtable import RawColumn, RawTable, SourceFile
from data_access.readers.assemble import Arrow, compute, refuse, table
from data_access.readers.sasvalues import declared_of, sas_numbers
from data_access.readers.xport_header import RECORD, Broken, Member, Variable, parse

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

XPORT_STRUCTURE = Rule(
    "read-xport-structure",
    Severity.REJECT,
    "A SAS transport file follows its record layout from the first to the last byte",
    "The file was damaged or cut off on its way, or is no SAS transport file: compare its size "
    "with the original and have it sent again, or write it anew with LIBNAME XPORT.",
    (44, 45, 46, 48, 49, 50, 51, 52, 53, 54),
)
XPORT_EMPTY = Rule(
    "read-xport-no-records",
    Severity.REJECT,
    "A SAS transport file holds at least one observation",
    "A version 5 file without observations cannot be told from one cut off behind its header: "
    "have it sent again; if the domain is truly empty, leave the file out.",
    (47,),
)
XPORT_CONTENT = Rule(
    "read-xport-content",
    Severity.REJECT,
    "Every field of a SAS transport file is text or an IBM floating-point number",
    "The observations are damaged or something was appended to them: have the file sent again or "
    "write it anew with LIBNAME XPORT.",
    (50, 55),
)
XPORT_ENCODING = Rule(
    "read-xport-encoding",
    Severity.REJECT,
    "Text in a SAS transport file is UTF-8 unless study.toml names another encoding",
    "State the encoding the file was written with (gb18030, cp1252, ...) in [files] of study.toml, "
    "or export it from a UTF-8 session of SAS.",
    (55,),
)
XPORT_PADDING = Rule(
    "read-xport-blank-end",
    Severity.NOTE,
    "Blank observations at the end of a transport file are padding",
    "Nothing needs doing unless the dataset really ends with empty records.",
)

RULES: tuple[Rule, ...] = (
    XPORT_STRUCTURE,
    XPORT_EMPTY,
    XPORT_CONTENT,
    XPORT_ENCODING,
    XPORT_PADDING,
)

_BLANK = 0x20
#: No clinical quantity lies outside; bytes that are not numbers mostly do.
_SMALLEST, _LARGEST = 1e-35, 1e35
#: control bytes that never stand in text (tab, line feed and carriage return do)
_CONTROL = np.zeros(256, dtype=np.bool_)
_CONTROL[[c for c in range(32) if c not in (9, 10, 13)] + [127]] = True
_PRINTABLE = np.zeros(256, dtype=np.bool_)
_PRINTABLE[32:127] = True
_MISSING_CODES = np.zeros(256, dtype=np.bool_)
_MISSING_CODES[[ord(c) for c in "._ABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = True


def read(
    path: Path, source: SourceFile, *, encoding: str | None = None, **_: object
) -> tuple[RawTable, ...]:
    """Every dataset of a transport file, in file order.

    Raises DataError when the layout is broken, a field is neither text nor a number, or text is
    not in `encoding` (default UTF-8).
    """
    data = path.read_bytes()
    encoding = encoding or "utf-8"
    try:
        b"".decode(encoding)
        _version, members = parse(data, encoding)
    except LookupError:
        raise refuse(XPORT_ENCODING, source, f"{encoding} is no known text encoding.") from None
    except Broken as broken:
        raise refuse(
            XPORT_STRUCTURE, source, f"{broken.sentence} (80-byte record {broken.record:,})"
        ) from None
    return tuple(_dataset(data, m, source, encoding) for m in members)


def _dataset(data: bytes, member: Member, source: SourceFile, encoding: str) -> RawTable:
    matrix, findings = _observations(data, member, source)
    columns, arrays = [], []
    prose = np.ones(len(matrix), dtype=np.bool_)  # rows whose every number reads as letters
    mantissas = 0
    for variable in member.variables:
        field = matrix[:, variable.start : variable.start + variable.length]
        if variable.numeric:
            numbers, like_text = _numbers(field, variable, source)
            prose &= like_text
            mantissas += variable.length - 1
            declared = declared_of(variable.format)
            array, seen = sas_numbers(numbers, declared, source, variable.name)
            findings.extend(seen)
        else:
            declared = "text"
            array = _text(field, variable, source, encoding)
        columns.append(RawColumn(variable.name, declared, variable.label))
        arrays.append(array)
    _refuse_prose(prose, mantissas, source)
    return table(member.name, source, columns, arrays, findings=findings)


def _observations(data: bytes, member: Member, source: SourceFile) -> tuple[Bytes, list[Finding]]:
    """The observations as bytes (rows, record length), padding removed."""
    length = member.record_length
    area = np.frombuffer(data, dtype=np.uint8)[member.data_start : member.data_end]
    if member.stated is not None:
        _check_stated(area, member, source)
        return area[: member.stated * length].reshape(member.stated, length), []
    rows = len(area) // length
    rest = area[rows * length :]
    if len(rest) >= RECORD or (rest != _BLANK).any():
        raise refuse(
            XPORT_STRUCTURE,
            source,
            f"{member.name} ends with {len(rest)} bytes that are neither an observation of "
            f"{length} bytes nor blank padding: the last observation is cut off or something was "
            "appended.",
            row=rows + 1,
        )
    matrix = area[: rows * length].reshape(rows, length)
    kept = _without_padding(matrix, len(rest))
    if kept == 0:
        raise refuse(XPORT_EMPTY, source, f"{member.name} has a header but no observations.")
    ambiguous = kept < rows and not any(v.numeric for v in member.variables)
    return matrix[:kept], [_padding(member, source, kept, rows)] if ambiguous else []


def _check_stated(area: Bytes, member: Member, source: SourceFile) -> None:
    stated = member.stated or 0
    needed = stated * member.record_length
    rest = area[needed:]
    if len(area) < needed or len(rest) >= RECORD or (rest != _BLANK).any():
        raise refuse(
            XPORT_STRUCTURE,
            source,
            f"The header of {member.name} states {stated:,} observations of "
            f"{member.record_length:,} bytes, but {len(area):,} bytes follow: the file is cut off "
            "or something was appended.",
            row=min(stated, len(area) // member.record_length) + 1,
        )


def _without_padding(matrix: Bytes, rest: int) -> int:
    """Rows left when blank rows inside the last, partly filled 80-byte record are taken away."""
    kept = len(matrix)
    length = matrix.shape[1]
    blank = rest
    while kept and blank + length < RECORD and (matrix[kept - 1] == _BLANK).all():
        kept -= 1
        blank += length
    return kept


def _padding(member: Member, source: SourceFile, kept: int, rows: int) -> Finding:
    return XPORT_PADDING.finding(
        f"{member.name} ends with {rows - kept} blank observations inside its last 80-byte "
        "record: taken for padding, as SAS does.",
        places=[Place(source.name, row=kept + 1)],
        count=rows - kept,
    )


def _numbers(
    field: Bytes, variable: Variable, source: SourceFile
) -> tuple[npt.NDArray[np.float64], Flags]:
    """Values (n,) with NaN = missing, and which rows hold a number made of printable bytes."""
    padded = np.zeros((len(field), 8), dtype=np.uint8)
    padded[:, : field.shape[1]] = field
    bits = padded.view(">u8")[:, 0].astype(np.uint64)
    fraction = bits & np.uint64(0x00FF_FFFF_FFFF_FFFF)
    first = padded[:, 0]
    empty = fraction == 0
    missing = empty & _MISSING_CODES[first]
    zero = empty & (first == 0)
    power = 4 * ((first & 0x7F).astype(np.int32) - 64) - 56
    # uint64 -> double rounds to nearest where an IBM fraction has more than 53 bits; the scaling
    # by a power of two that follows is exact
    values = np.ldexp(fraction.astype(np.float64), power)
    sound = ~empty & (fraction >> np.uint64(52) != 0) & (values >= _SMALLEST) & (values <= _LARGEST)
    wrong = ~(missing | zero | sound)
    if wrong.any():
        row = int(np.argmax(wrong))
        what = "blank" if (field[row] == _BLANK).all() else "no number an analysis can hold"
        raise refuse(
            XPORT_CONTENT,
            source,
            f"The numeric field {variable.name} is {what}.",
            row=row + 1,
            column=variable.name,
            count=int(wrong.sum()),
        )
    values[first >= 0x80] *= -1
    values[missing] = np.nan
    mantissa = field[:, 1:]
    # 0.2 and 1/3 are the same printable byte over and over, and are no text
    varied = (mantissa[:, :-1] != mantissa[:, :1]).any(axis=1)
    return values, _PRINTABLE[field].all(axis=1) & varied


def _refuse_prose(prose: Flags, mantissas: int, source: SourceFile) -> None:
    """Refuse rows in which every number is made of letters: text was written over them.

    A true fraction of m bytes is printable by chance once in (256/95)^m; 21 bytes make that
    impossible in practice for any row, 14 for the last one, where appended text ends up.
    """
    if not len(prose) or not ((mantissas >= 21 and prose.any()) or (mantissas >= 14 and prose[-1])):
        return
    row = int(np.argmax(prose)) if mantissas >= 21 else len(prose) - 1
    raise refuse(
        XPORT_CONTENT,
        source,
        "Every numeric field of this observation holds letters instead of a number.",
        row=row + 1,
        count=int(prose.sum()),
    )


def _text(field: Bytes, variable: Variable, source: SourceFile, encoding: str) -> Arrow:
    """Text (n,) without trailing blanks; blank is missing."""
    control = _CONTROL[field].any(axis=1)
    if control.any():
        raise refuse(
            XPORT_CONTENT,
            source,
            f"The text field {variable.name} holds control bytes.",
            row=int(np.argmax(control)) + 1,
            column=variable.name,
            count=int(control.sum()),
        )
    filled = field != _BLANK
    lengths = np.where(filled.any(axis=1), field.shape[1] - np.argmax(filled[:, ::-1], axis=1), 0)
    inside = np.arange(field.shape[1]) < lengths[:, None]
    offsets = np.zeros(len(field) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    raw = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(),
        len(field),
        [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(field[inside].tobytes())],
    )
    present = compute.if_else(pa.array(lengths > 0), raw, None)
    return _decoded(present, variable, source, encoding)


def _decoded(raw: Arrow, variable: Variable, source: SourceFile, encoding: str) -> Arrow:
    if encoding.replace("_", "-").lower() in ("utf-8", "utf8", "ascii"):
        try:
            return raw.cast(pa.large_string())
        except pa.ArrowInvalid:
            pass  # found again below, with its row
    dictionary = raw.dictionary_encode()
    words: list[str] = []
    for number, word in enumerate(dictionary.dictionary.to_pylist()):
        try:
            words.append(word.decode(encoding))
        except UnicodeDecodeError as error:
            raise refuse(
                XPORT_ENCODING,
                source,
                f"The text field {variable.name} is not {encoding} (byte {error.start + 1} of the "
                "field).",
                row=compute.index(dictionary.indices, number).as_py() + 1,
                column=variable.name,
            ) from None
    return pa.array(words, pa.large_string()).take(dictionary.indices)
