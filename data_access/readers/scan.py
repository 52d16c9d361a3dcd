"""One vectorised pass over the bytes of delimited text: quotes, line ends, where records start.

When the pass succeeds, every quote opens, closes or escapes as RFC 4180 says, so that any correct
parser must see the same records; when anything is off it says from where `records.py` must look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_QUOTE, _LF, _CR = 34, 10, 13
CHUNK = 1 << 20

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scan:
    """Records of a text, the header among them.

    `lines` : int64, shape (records,): the physical line each record starts on, header = 1.
    `longest` : bytes of the longest record with its line end.
    `blank` : int64: indices of the records with nothing in them.
    `multiline` : whether a quoted field holds a line end.
    """

    lines: Offsets
    longest: int
    blank: Offsets
    multiline: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A quote is out of place or never closed, or lone CR and LF both end records: at or after the
    record that starts at byte `start` on `line`. `lone`: what ended the records before it."""

    start: int
    line: int
    lone: bool | None


@dataclass(frozen=True, slots=True)
class _Ends:
    """Line ends: the offset just past each, whether a lone CR made it, its width, its number."""

    past: Offsets
    lone: npt.NDArray[np.bool_]
    width: npt.NDArray[np.int8]
    number: Offsets

    def only(self, chosen: npt.NDArray[np.bool_]) -> _Ends:
        return _Ends(self.past[chosen], self.lone[chosen], self.width[chosen], self.number[chosen])

    @classmethod
    def joined(cls, parts: Sequence[_Ends]) -> _Ends:
        none = np.zeros(0, np.int64)
        return cls(
            np.concatenate([none, *(p.past for p in parts)]),
            np.concatenate([none.astype(np.bool_), *(p.lone for p in parts)]),
            np.concatenate([none.astype(np.int8), *(p.width for p in parts)]),
            np.concatenate([none, *(p.number for p in parts)]),
        )


def scan(data: bytes, separator: str) -> Scan | Fault:
    """The records of `data` (not empty)."""
    text: Bytes = np.frombuffer(data, dtype=np.uint8)
    quotes, returns = b'"' in data, b"\r" in data
    open_quotes, seen = 0, 0
    parts: list[_Ends] = []
    for base in range(0, len(text), CHUNK):
        ends = _line_ends(text, base, seen, returns=returns)
        seen += len(ends.past)
        if quotes:
            at = np.flatnonzero(text[base : base + CHUNK] == _QUOTE) + base
            if not _well_placed(text, at, open_quotes, ord(separator)):
                return _fault(_Ends.joined(parts))
            # a line end is inside a quoted field when an odd number of quotes precedes it
            ends = ends.only((np.searchsorted(at, ends.past) + open_quotes) % 2 == 0)
            open_quotes = (open_quotes + len(at)) % 2
        parts.append(ends)
    ends = _Ends.joined(parts)
    if open_quotes or (ends.lone.any() and not ends.lone.all()):
        return _fault(ends)
    return _records(ends, size=len(text), breaks=seen)


def _fault(ends: _Ends) -> Fault:
    """Where to look, given the record ends before the fault."""
    if not len(ends.past):
        return Fault(0, 1, None)
    changed = np.flatnonzero(ends.lone != ends.lone[0])
    last = int(changed[0]) - 1 if len(changed) else len(ends.past) - 1
    return Fault(int(ends.past[last]), int(ends.number[last]) + 1, bool(ends.lone[0]))


def _line_ends(text: Bytes, base: int, seen: int, *, returns: bool) -> _Ends:
    """Every LF, CR LF and lone CR of the chunk at `base`; `seen` came before it."""
    chunk = text[base : base + CHUNK]
    feeds = np.flatnonzero(chunk == _LF) + base
    if not returns:
        past, lone = feeds + 1, np.zeros(len(feeds), dtype=np.bool_)
        width = np.ones(len(feeds), dtype=np.int8)
    else:
        cr = np.flatnonzero(chunk == _CR) + base
        after = np.minimum(cr + 1, len(text) - 1)
        cr = cr[(text[after] != _LF) | (cr == len(text) - 1)]
        paired = (text[np.maximum(feeds - 1, 0)] == _CR) & (feeds > 0)
        past = np.concatenate([feeds, cr]) + 1
        order = np.argsort(past, kind="stable")
        lone = np.concatenate([np.zeros(len(feeds), np.bool_), np.ones(len(cr), np.bool_)])[order]
        width = np.concatenate([1 + paired.astype(np.int8), np.ones(len(cr), np.int8)])[order]
        past = past[order]
    return _Ends(past, lone, width, np.arange(seen + 1, seen + 1 + len(past)))


def _well_placed(text: Bytes, at: Offsets, open_quotes: int, separator: int) -> bool:
    """Whether each quote opens a field, closes one, or is half of a doubled quote."""
    allowed = np.zeros(256, dtype=np.bool_)
    allowed[[separator, _LF, _CR, _QUOTE]] = True
    opening, closing = at[open_quotes::2], at[1 - open_quotes :: 2]
    before = allowed[text[np.maximum(opening - 1, 0)]] | (opening == 0)
    after = allowed[text[np.minimum(closing + 1, len(text) - 1)]] | (closing == len(text) - 1)
    return bool(before.all() and after.all())


def _records(ends: _Ends, *, size: int, breaks: int) -> Scan:
    starts = np.concatenate([np.zeros(1, np.int64), ends.past])
    lines = np.concatenate([np.ones(1, np.int64), ends.number + 1])
    if starts[-1] == size:
        starts, lines = starts[:-1], lines[:-1]
    return Scan(
        lines=lines,
        longest=int(np.diff(starts, append=size).max()),
        blank=np.flatnonzero(ends.past - ends.width == starts[: len(ends.past)]),
        multiline=breaks != len(ends.past),
    )
