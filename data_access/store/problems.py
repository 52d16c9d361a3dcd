"""What can go wrong with stored cuts, in words: the rules, and how system errors map to them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from data_access.findings import DataError, Place, Rule, Severity

DAMAGED = Rule(
    id="store-damaged",
    severity=Severity.REJECT,
    title="A stored cut is not what was written",
    remedy=(
        "Import the same exports again: the damaged folder is put aside and the cut is written "
        "anew. The other cuts of the study still open."
    ),
)
NEWER = Rule(
    id="store-newer",
    severity=Severity.REJECT,
    title="A cut was written by a newer version of Interim",
    remedy="Open it with the version that wrote it, or a later one.",
)
UNKNOWN = Rule(
    id="store-unknown",
    severity=Severity.REJECT,
    title="There is no such study or cut",
    remedy="List what is there with `python app.py studies` and `python app.py cuts`.",
)
NAME = Rule(
    id="store-name",
    severity=Severity.REJECT,
    title="An id cannot be the name of a folder or file",
    remedy=(
        "Use letters, digits, '.', '-' and '_' only, starting with a letter or digit, at most 100 "
        "characters."
    ),
)
FULL = Rule(
    id="store-full",
    severity=Severity.REJECT,
    title="There is not enough space for the cut",
    remedy="Free some space on that disk, or set INTERIM_HOME to another one, and import again.",
)
UNWRITABLE = Rule(
    id="store-unwritable",
    severity=Severity.REJECT,
    title="The store cannot be written",
    remedy="Check the disk and the permissions of the folder, or set INTERIM_HOME to another one.",
)
BUSY = Rule(
    id="store-busy",
    severity=Severity.REJECT,
    title="Another import of this study is still running",
    remedy="Wait until it has finished and import again.",
)
STUDY_REFUSED = Rule(
    id="store-study",
    severity=Severity.REJECT,
    title="The study.toml kept with a cut is not accepted by this version of Interim",
    remedy="Mend what is named in your study.toml and import the exports again.",
)
SECRET = Rule(
    id="store-secret",
    severity=Severity.REJECT,
    title="The store's secret cannot be used",
    remedy=(
        "Start `python app.py serve` once as the owner of the store, which makes it; or restore "
        "the file `secret` of INTERIM_HOME from a copy. Without a copy remove it: a new one is "
        "made, and links that name patients lose their meaning."
    ),
)
RULES: tuple[Rule, ...] = (
    DAMAGED,
    NEWER,
    UNKNOWN,
    NAME,
    FULL,
    UNWRITABLE,
    BUSY,
    STUDY_REFUSED,
    SECRET,
)

_FULL_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def damaged(cut: str, file: str, what: str) -> DataError:
    """A stored file that is missing or changed. `cut` and `file` are names inside the store."""
    sentence = f"Cut {cut[:12]} is damaged: {file} {what}."
    return DataError(DAMAGED.finding(sentence, places=(Place(f"{cut[:12]}/{file}"),)))


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{max(size, 1) / 1e6:,.1f} MB"


@contextmanager
def in_words(doing: str, *, needed: int | None = None) -> Iterator[None]:
    """Turn a system error while `doing` something into a DataError; nothing else is caught."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _FULL_CODES:
            room = "" if needed is None else f" It needs about {megabytes(needed)}."
            raise DataError(
                FULL.finding(f"The disk is full: {doing} stopped ({reason}).{room}")
            ) from error
        raise DataError(
            UNWRITABLE.finding(f"The disk refused: {doing} stopped ({reason}).")
        ) from error
