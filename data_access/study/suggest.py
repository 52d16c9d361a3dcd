"""The nearest valid name, for errors that say what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def fold(name: str) -> str:
    """A name without case, blanks and punctuation, as a hurried reader compares it."""
    return re.sub(r"[\W_]+", "", name).casefold()


def plain(name: str) -> str:
    """A column or file name as it is compared: without regard to case and blanks."""
    return "".join(name.split()).casefold()


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The one valid name close enough to be meant, or None. A name that only
    one valid name begins with is meant too."""
    by_fold: dict[str, str] = {}
    for candidate in valid:
        by_fold.setdefault(fold(candidate), candidate)
    wanted = fold(name)
    longer = [c for c in by_fold if len(wanted) >= 4 and c.startswith(wanted)]
    if len(longer) == 1:
        return by_fold[longer[0]]
    hits = difflib.get_close_matches(wanted, by_fold, n=1, cutoff=0.7)
    return by_fold[hits[0]] if hits else None


def or_list(names: Iterable[str], *, most: int = 20) -> str:
    """`a, b or c`; a long list is cut and says so."""
    listed = list(names)
    if len(listed) > most:
        return f"{', '.join(listed[:most])} and {len(listed) - most} more"
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} or {listed[-1]}"
