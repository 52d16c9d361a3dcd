"""sources.toml: what the sender says of each export (rows, SHA-256), held against what came."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.study.locate import locate

NAME = "sources.toml"
_KEYS = ("rows", "sha256")
_EXAMPLE = '[files."adsl.csv"] with rows = 60 and sha256 = "..."'

FORM = Rule(
    "read-sources",
    Severity.REJECT,
    "sources.toml is well formed",
    f"Write {_EXAMPLE}, one such section for each file.",
)
MISSING = Rule(
    "read-source-missing",
    Severity.REJECT,
    "Every file of sources.toml is there",
    "Add the file to the exports, or take its section out of sources.toml.",
)
DIGEST = Rule(
    "read-source-sha256",
    Severity.REJECT,
    "Every file has the SHA-256 the sender stated",
    "The file is not the one the sender described: ask for it again, or for a new sources.toml.",
    answers=(3, 4, 88),
)
ROWS = Rule(
    "read-source-rows",
    Severity.REJECT,
    "Every file has the rows the sender stated",
    "The file was cut off or changed: ask for it again, or for a new sources.toml.",
    answers=(4,),
)
UNLISTED = Rule(
    "read-source-unlisted",
    Severity.WARNING,
    "Every file is in sources.toml",
    "Ask the sender whether the file belongs to this export, and add it to sources.toml.",
)

RULES: tuple[Rule, ...] = (FORM, MISSING, DIGEST, ROWS, UNLISTED)


@dataclass(frozen=True, slots=True)
class Expected:
    """What sources.toml says of one file, and on which of its lines."""

    rows: int | None
    sha256: str | None
    line: int | None
    rows_line: int | None
    sha256_line: int | None


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came; `rows` of all its datasets, None when it was not read."""

    sha256: str
    rows: int | None


def load(path: Path) -> dict[str, Expected]:
    """`parse` of a file."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        sentence = f"{NAME} is not UTF-8 at byte offset {error.start}."
        raise DataError(FORM.finding(sentence, places=[Place(NAME)])) from None


def parse(text: str, name: str = NAME) -> dict[str, Expected]:
    """File name -> what is expected of it. Raises DataError with the line of each fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        place = Place(name, line=int(found[1]) if found else None)
        raise DataError(FORM.finding(f"{name} is not TOML: {error}.", places=[place])) from None
    lines = locate(text)
    faults = [
        _fault(name, f"{name} has an unknown key: {key}.", lines.get((key,)))
        for key in data
        if key != "files"
    ]
    files = data.get("files", {})
    if not isinstance(files, dict):
        raise DataError(_fault(name, f"files in {name} is no section.", lines.get(("files",))))
    out: dict[str, Expected] = {}
    for file, stated in files.items():
        faults += _faults_of(file, stated, name, lines)
        if isinstance(stated, dict):
            out[file] = _expected(file, stated, lines)
    if faults:
        raise DataError(*faults)
    return out


def check(
    expected: Mapping[str, Expected], received: Mapping[str, Received], name: str = NAME
) -> tuple[Finding, ...]:
    """Everything in which the files that came differ from what sources.toml says."""
    findings: list[Finding] = []
    for file, stated in expected.items():
        came = received.get(file)
        if came is None:
            close = get_close_matches(file, received, n=1)
            hint = f"; {close[0]} is" if close else ""
            findings.append(
                MISSING.finding(
                    f"{file} of {name} is not in the exports{hint}.",
                    places=[Place(name, line=stated.line)],
                )
            )
        else:
            findings += _differences(file, stated, came, name)
    return tuple(findings) + tuple(
        UNLISTED.finding(f"{file} is not listed in {name}.", places=[Place(file)])
        for file in received
        if file not in expected
    )


def _differences(file: str, stated: Expected, came: Received, name: str) -> list[Finding]:
    findings = []
    if stated.sha256 is not None and stated.sha256.casefold() != came.sha256:
        findings.append(
            DIGEST.finding(
                f"{file} has SHA-256 {came.sha256[:12]}…, {name} says {stated.sha256[:12]}….",
                places=[Place(name, line=stated.sha256_line), Place(file)],
            )
        )
    if stated.rows is not None and came.rows is not None and stated.rows != came.rows:
        findings.append(
            ROWS.finding(
                f"{file} has {came.rows:,} row{'' if came.rows == 1 else 's'}, "
                f"{name} says {stated.rows:,}.",
                places=[Place(name, line=stated.rows_line), Place(file)],
            )
        )
    return findings


def _expected(
    file: str, stated: Mapping[str, Any], lines: Mapping[tuple[str | int, ...], int]
) -> Expected:
    return Expected(
        rows=stated.get("rows"),
        sha256=stated.get("sha256"),
        line=lines.get(("files", file)),
        rows_line=lines.get(("files", file, "rows")),
        sha256_line=lines.get(("files", file, "sha256")),
    )


def _faults_of(
    file: str, stated: object, name: str, lines: Mapping[tuple[str | int, ...], int]
) -> list[Finding]:
    """What is wrong with one section."""
    at = lines.get(("files", file))
    if not isinstance(stated, dict):
        return [_fault(name, f"{file} in {name} is no section.", at)]
    faults = []
    for key, value in stated.items():
        line = lines.get(("files", file, key), at)
        if key not in _KEYS:
            faults.append(_unknown(file, key, value, name, line))
        elif key == "rows" and (type(value) is not int or value < 0):
            faults.append(_fault(name, f"rows of {file} in {name} is no whole number.", line))
        elif key == "sha256" and not (
            isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{64}", value)
        ):
            faults.append(
                _fault(name, f"sha256 of {file} in {name} is not 64 hexadecimal digits.", line)
            )
    if not stated:
        faults.append(_fault(name, f"{file} in {name} states neither rows nor sha256.", at))
    return faults


def _unknown(file: str, key: str, value: object, name: str, line: int | None) -> Finding:
    if isinstance(value, dict):
        return FORM.finding(
            f"{name} names a file without quotes: {file}.{key}.",
            remedy=f'Put the file name in quotes: [files."{file}.{key}"].',
            places=[Place(name, line=line)],
        )
    close = get_close_matches(key.casefold(), _KEYS, n=1)
    return FORM.finding(
        f"{file} in {name} has an unknown key: {key}.",
        remedy=f"Did you mean {close[0]}?" if close else f"Its keys are {' and '.join(_KEYS)}.",
        places=[Place(name, line=line)],
    )


def _fault(name: str, sentence: str, line: int | None) -> Finding:
    return FORM.finding(sentence, places=[Place(name, line=line)])
