"""Typed reading of TOML values: every complaint is collected, with its line and a remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from data_access.findings import Finding, Place, Rule, Severity
from data_access.study.locate import Path, dotted
from data_access.study.suggest import nearest, or_list

UNKNOWN = Rule(
    "study-unknown-key",
    Severity.REJECT,
    "A section or key of study.toml that Interim does not know",
    "Correct the spelling, or remove it; docs/study-toml.md lists every key.",
)
MISSING = Rule(
    "study-missing-key",
    Severity.REJECT,
    "A key that its section of study.toml needs is not there",
    "Add the key; docs/study-toml.md shows an example.",
)
TYPE = Rule(
    "study-type",
    Severity.REJECT,
    "A value of study.toml has the wrong type",
    "Write the value as docs/study-toml.md shows it.",
)
VALUE = Rule(
    "study-value",
    Severity.REJECT,
    "A value of study.toml is outside what it may be",
    "Write a value that docs/study-toml.md allows.",
)
DATE = Rule(
    "study-date",
    Severity.REJECT,
    "A date of study.toml is not a date, or cannot be meant",
    "Write a day as 2026-03-31 (year, month, day), without a time.",
)
DUPLICATE = Rule(
    "study-duplicate",
    Severity.REJECT,
    "study.toml states one thing twice",
    "Keep one of them.",
)

RULES: tuple[Rule, ...] = (UNKNOWN, MISSING, TYPE, VALUE, DATE, DUPLICATE)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Complaints:
    """All problems of one file, with the line each stands on."""

    def __init__(self, name: str, lines: Mapping[Path, int]) -> None:
        self.name = name
        self.lines = lines
        self.findings: list[Finding] = []

    def add(self, rule: Rule, path: Path, sentence: str, remedy: str | None = None) -> None:
        place = Place(self.name, line=self.line(path))
        self.findings.append(rule.finding(sentence, remedy=remedy, places=(place,)))

    def line(self, path: Path) -> int | None:
        """Line of a path, or of its nearest stated parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands, and where complaints about it go."""

    path: Path
    complaints: Complaints = field(repr=False)

    def at(self, *more: str | int) -> Spot:
        return Spot((*self.path, *more), self.complaints)

    @property
    def name(self) -> str:
        return dotted(self.path)

    def complain(self, rule: Rule, sentence: str, remedy: str | None = None) -> None:
        self.complaints.add(rule, self.path, sentence, remedy)

    def attempt(self, read: Read, value: Any) -> Any:
        """The value as `read` understands it; None when refused (then the reason is kept)."""
        try:
            return read(value, self)
        except Refusal as refusal:
            self.complain(refusal.rule, refusal.sentence, refusal.remedy)
            return None


class Refusal(Exception):  # noqa: N818 - a word of this module, not an error of the program
    """A value that a reader cannot take."""

    def __init__(self, rule: Rule, sentence: str, remedy: str | None = None) -> None:
        super().__init__(sentence)
        self.rule, self.sentence, self.remedy = rule, sentence, remedy


#: Reads one value of the file or raises Refusal.
Read = Callable[[Any, Spot], Any]


class Key(NamedTuple):
    """How one key is read."""

    read: Read
    required: bool = False


Keys = Mapping[str, Key]

_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a date with a time",
}


def shown(value: object) -> str:
    """A value for a sentence, short."""
    words = f"“{value}”" if isinstance(value, str) else str(value)
    return words if len(words) <= 60 else words[:57] + "..."


def wrong_type(value: object, spot: Spot, wanted: str, remedy: str | None = None) -> Refusal:
    kind = _NAMES.get(type(value), type(value).__name__)
    return Refusal(TYPE, f"{spot.name} is {kind} ({shown(value)}); it must be {wanted}.", remedy)


def text(value: Any, spot: Spot) -> str:
    """Words on one line, outer blanks removed; not empty."""
    if not isinstance(value, str):
        raise wrong_type(value, spot, "text", "Put it in quotation marks.")
    if not value.strip():
        raise Refusal(VALUE, f"{spot.name} is empty.", "Write something, or remove it.")
    if _CONTROL.search(value):
        raise Refusal(VALUE, f"{spot.name} contains a control character.", "Remove it.")
    return " ".join(value.split())


def cell(value: Any, spot: Spot) -> str:
    """A value as it stands in an export's cell. Whole numbers may go without quotation marks."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise wrong_type(
            value, spot, "text", "Put the value in quotation marks, as the export writes it."
        )
    text(value, spot)
    return value.strip()


def flag(value: Any, spot: Spot) -> bool:
    if isinstance(value, bool):
        return value
    raise wrong_type(value, spot, "true or false", "Write true or false, without quotation marks.")


def whole(low: int, high: int = 10**9) -> Read:
    """A reader of whole numbers low..high."""

    def read(value: Any, spot: Spot) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(
                value, spot, "a whole number", "Write a whole number without quotation marks."
            )
        if not low <= value <= high:
            raise Refusal(VALUE, f"{spot.name} is {value}; it must be {low} to {high}.")
        return value

    return read


def number(low: float, high: float, *, open_ends: bool = False) -> Read:
    """A reader of finite numbers low..high; `open_ends` leaves the two ends out."""

    def read(value: Any, spot: Spot) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(value, spot, "a number", "Write a number without quotation marks.")
        inside = low < value < high if open_ends else low <= value <= high
        if not math.isfinite(value) or not inside:
            between = (
                f"between {low:g} and {high:g}, ends not included"
                if open_ends
                else f"{low:g} to {high:g}"
            )
            hint = (
                f"Write a fraction: {value / 100:g} for {value:g}%."
                if high == 1 and 1 < value <= 100
                else None
            )
            raise Refusal(VALUE, f"{spot.name} is {value}; it must be {between}.", hint)
        return float(value)

    return read


def day(value: Any, spot: Spot) -> date:
    """A TOML date. Text is refused: the file has one way to write a day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            meant = date.fromisoformat(value.strip())
        except ValueError as error:
            raise Refusal(DATE, f"{spot.name}: there is no day {value}.") from error
        raise wrong_type(value, spot, "a date", f"Write {meant}, without quotation marks.")
    raise Refusal(DATE, f"{spot.name} is {shown(value)}, which is not a day.")


def choice(*options: str) -> Read:
    """A reader of one of a few words, whatever their case."""
    by_fold = {o.casefold(): o for o in options}

    def read(value: Any, spot: Spot) -> str:
        if not isinstance(value, str):
            raise wrong_type(value, spot, or_list(f"“{o}”" for o in options))
        if value.casefold() in by_fold:
            return by_fold[value.casefold()]
        meant = nearest(value, options)
        raise Refusal(
            VALUE,
            f"{spot.name} is {shown(value)}; it must be {or_list(f'“{o}”' for o in options)}.",
            f"Did you mean “{meant}”?" if meant else None,
        )

    return read


def one_or_more(read: Read = text) -> Read:
    """A reader of one value or a list of different values, as a tuple."""

    def read_all(value: Any, spot: Spot) -> tuple[Any, ...]:
        if not isinstance(value, list):
            return (read(value, spot),)
        if not value:
            raise Refusal(VALUE, f"{spot.name} is an empty list.", "Fill it, or remove the key.")
        items = [(spot.at(i).attempt(read, v), spot.at(i)) for i, v in enumerate(value)]
        no_repeats(((v, s) for v, s in items if v is not None), spot.name)
        return tuple(v for v, _ in items if v is not None)

    return read_all


def no_repeats(items: Iterable[tuple[Any, Spot]], where: str) -> None:
    """Complain of each value that stood there before, whatever its case."""
    seen: set[Any] = set()
    for value, spot in items:
        key = value.casefold() if isinstance(value, str) else value
        if key in seen:
            spot.complain(DUPLICATE, f"{where} has {shown(value)} twice.")
        seen.add(key)


def mapping(read: Read, *, example: str) -> Read:
    """A reader of a table whose keys are free: {words: value}."""

    def read_table(value: Any, spot: Spot) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong_type(value, spot, "a table", f"Write it as {example}.")
        no_repeats(((k, spot.at(k)) for k in value), spot.name)
        if not all(k.strip() for k in value):
            spot.complain(VALUE, f"{spot.name} has an empty name.", "Write the name, or remove it.")
        found = {k: spot.at(k).attempt(read, v) for k, v in value.items()}
        return {k: v for k, v in found.items() if v is not None}

    return read_table


def table(value: Any, spot: Spot, keys: Keys) -> dict[str, Any]:
    """The readable entries of a table with known keys."""
    if not isinstance(value, dict):
        raise wrong_type(value, spot, "a section", f"Write it as [{spot.name}], one key a line.")
    out: dict[str, Any] = {}
    for name, item in value.items():
        if name not in keys:
            unknown(name, spot, keys)
            continue
        got = spot.at(name).attempt(keys[name].read, item)
        if got is not None:
            out[name] = got
    for name, key in keys.items():
        if key.required and name not in value:
            spot.complain(
                MISSING, f"[{spot.name}] does not state {name}.", f"Add {name} = ... to it."
            )
    return out


def unknown(name: str, spot: Spot, valid: Iterable[str], what: str = "key") -> None:
    """Complain of a name, with the valid ones and the one that was probably meant."""
    valid = list(valid)
    meant = nearest(name, valid)
    place = f"[{spot.name}]" if spot.path else "study.toml"
    spot.at(name).complain(
        UNKNOWN,
        f"{place} has no {what} “{name}”.",
        f"Did you mean “{meant}”?" if meant else f"It knows {or_list(valid)}.",
    )


def complete(out: Mapping[str, Any], keys: Keys) -> bool:
    """Whether every required key could be read (if not, the complaint is there already)."""
    return all(name in out for name, key in keys.items() if key.required)
