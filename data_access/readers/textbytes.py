"""From the bytes of a text file to UTF-8 without a mark: nothing is guessed, every fault has its
offset (Unicode 15 chapter 3.9; GB 18030; Windows code page 1252).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.readers.records import line_at

UTF8 = "utf-8"
#: encodings a study may declare; anything else is refused by the study file
ENCODINGS: tuple[str, ...] = (UTF8, "gb18030", "cp1252")

_CHUNK = 1 << 23
_LONGER = re.compile(rb"[\xe0-\xff]")  # begins a UTF-8 sequence of three or four bytes
_LONE_CELL = re.compile(rb'(?<![^,;\t|"\r\n])((?:[\xc2-\xdf][\xa1-\xbf]){1,3})(?![^,;\t|"\r\n])')
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

ENCODING = Rule(
    "read-encoding",
    Severity.REJECT,
    "Text is UTF-8, or in the encoding study.toml declares",
    "Save the file as UTF-8, or declare its encoding in study.toml under [files]: "
    'adsl = { path = "adsl.csv", encoding = "gb18030" } (Chinese) or "cp1252" (Western European).',
    answers=(7, 8, 9),
)
UTF16 = Rule(
    "read-utf16",
    Severity.REJECT,
    "Text is not UTF-16 or UTF-32",
    "Save the file as UTF-8 (in Excel: “CSV UTF-8”).",
    answers=(6,),
)
NUL = Rule(
    "read-nul",
    Severity.REJECT,
    "Text holds no NUL bytes",
    "NUL bytes mean a damaged or binary file: export it again and compare its SHA-256 with the "
    "sender's.",
    answers=(10,),
)
DOUBT = Rule(
    "read-encoding-doubt",
    Severity.WARNING,
    "A file cannot be read in another encoding as well",
    "Check the accented or Chinese words of this file; if they are wrong, declare its encoding in "
    "study.toml under [files], or remove the declaration.",
    answers=(7, 8, 9),
)

RULES: tuple[Rule, ...] = (ENCODING, UTF16, NUL, DOUBT)


@dataclass(frozen=True, slots=True)
class Text:
    """`data` is valid UTF-8 without NUL and without a byte order mark."""

    data: bytes
    encoding: str  # utf-8, utf-8-sig, gb18030 or cp1252: what the file is in
    findings: tuple[Finding, ...] = ()


def to_utf8(data: bytes, *, name: str, encoding: str | None) -> Text:
    """The text of a file in its declared encoding (None: UTF-8).

    Raises DataError with the byte offset and line of the first byte that does not belong.
    """
    declared = (encoding or UTF8).casefold()
    declared = UTF8 if declared in {"utf8", "utf-8-sig"} else declared
    if declared not in ENCODINGS:
        raise DataError(
            ENCODING.finding(
                f"{name} is declared as {encoding}, which is not read.", places=[Place(name)]
            )
        )
    _refuse_wide(data, name)
    nul = data.find(b"\0")
    if nul >= 0:
        raise DataError(
            NUL.finding(
                f"{name} holds {data.count(bytes(1))} NUL bytes, the first at byte offset {nul}.",
                places=[Place(name, line=line_at(data, nul))],
            )
        )
    marked = data.startswith(codecs.BOM_UTF8)
    if marked and declared != UTF8:
        raise DataError(
            ENCODING.finding(
                f"{name} is declared as {declared} but begins with the UTF-8 byte order mark.",
                places=[Place(name, line=1)],
                remedy="Remove encoding from the [files] entry of this file in study.toml.",
            )
        )
    if declared == UTF8:
        _decode(data, UTF8, name)
        if marked:
            return Text(data[3:], "utf-8-sig")
        return Text(data, UTF8, _doubt_utf8(data, name))
    if data.isascii():
        return Text(data, declared)
    text = _decode(data, declared, name, keep=True)
    return Text(text, declared, _doubt(data, declared, name))


def _refuse_wide(data: bytes, name: str) -> None:
    for mark, label in _MARKS:
        if data.startswith(mark):
            raise DataError(
                UTF16.finding(
                    f"{name} is {label}, which is not read.", places=[Place(name, line=1)]
                )
            )
    if alternates(data[:200]):
        raise DataError(
            UTF16.finding(
                f"{name} looks like UTF-16 without a byte order mark, which is not read.",
                places=[Place(name, line=1)],
            )
        )


def alternates(head: bytes) -> bool:
    """Whether every other byte is NUL and the rest is not: UTF-16 without a mark."""
    even, odd = head[0::2], head[1::2]
    return len(odd) >= 4 and (bool(even.strip(b"\0")) != bool(odd.strip(b"\0")))


def _decode(data: bytes, encoding: str, name: str, *, keep: bool = False) -> bytes:
    """`data` as UTF-8 when `keep`, else b""; in pieces, so that no second copy is held."""
    if data.isascii():
        return data if keep else b""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    pieces: list[bytes] = []
    for base in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        piece = data[base : base + _CHUNK]
        try:
            text = decoder.decode(piece, base + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            raise _undecodable(data, base - pending + error.start, encoding, name) from None
        if keep:
            pieces.append(text.encode())
    return b"".join(pieces)


def _undecodable(data: bytes, offset: int, encoding: str, name: str) -> DataError:
    line = line_at(data, offset)
    label = "UTF-8" if encoding == UTF8 else encoding
    remedy = (
        f"The file is not {label} throughout: export it again in one encoding, best UTF-8, or "
        "correct encoding in its [files] entry of study.toml."
    )
    return DataError(
        ENCODING.finding(
            f"Byte 0x{data[offset]:02X} at byte offset {offset} (line {line}) of {name} is not "
            f"valid {label}.",
            places=[Place(name, line=line)],
            remedy=None if encoding == UTF8 else remedy,
        )
    )


def _doubt_utf8(data: bytes, name: str) -> tuple[Finding, ...]:
    """Whole cells of one to three letters that are Chinese words in GB 2312.

    The bytes of 女 are those of Ů in UTF-8, so that a file with no other Chinese word is valid in
    both. A longer or mixed text hardly ever is.
    """
    if data.isascii() or _LONGER.search(data):
        return ()
    for match in _LONE_CELL.finditer(data):
        if match[1].decode().isalpha() and _is_gb2312(match[1]):
            line = line_at(data, match.start(1))
            sentence = (
                f"{name} is read as UTF-8, but a whole cell of it, first on line {line}, is a "
                "Chinese word in GB 18030."
            )
            return (DOUBT.finding(sentence, places=[Place(name, line=line)]),)
    return ()


def _is_gb2312(word: bytes) -> bool:
    try:
        word.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def _doubt(data: bytes, declared: str, name: str) -> tuple[Finding, ...]:
    """A file that is also valid UTF-8 was probably declared wrongly: read as declared, and said."""
    try:
        _decode(data, UTF8, name)
    except DataError:
        return ()
    return (
        DOUBT.finding(
            f"{name} is read as {declared}, as declared, but all of it is valid UTF-8 too.",
            places=[Place(name)],
        ),
    )
