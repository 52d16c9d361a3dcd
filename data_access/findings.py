"""Findings: what a conformance rule saw in an export, for whom, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: No finding lists more rows or patients than this; `count` always holds the full number.
MAX_LISTED = 50


class Severity(StrEnum):
    """How far a finding goes. Order of declaration is order of gravity."""

    REJECT = "reject"  # cannot be shown honestly: nothing is imported
    ERROR = "error"  # imported and shown, but a number is touched: mend the export
    WARNING = "warning"  # imported; a reader should know
    NOTE = "note"  # imported; what Interim did with it

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Place:
    """One spot in a source file. `line` counts as an editor does (the header is 1);
    `row` is the 1-based record number for formats that have no lines."""

    file: str
    line: int | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.line is not None:
            parts.append(f"line {self.line}")
        elif self.row is not None:
            parts.append(f"record {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen by one rule.

    `sentence` says what is wrong and never repeats a value that may identify a person;
    `remedy` says what the data manager can do about it.
    """

    rule: str
    severity: Severity
    sentence: str
    remedy: str
    domain: str | None = None
    column: str | None = None
    patients: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    count: int = 1

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "domain": self.domain,
            "column": self.column,
            "count": self.count,
            "patients": list(self.patients),
            "places": [
                {"file": p.file, "line": p.line, "row": p.row, "column": p.column}
                for p in self.places
            ],
            "sentence": self.sentence,
            "remedy": self.remedy,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        return cls(
            rule=data["rule"],
            severity=Severity(data["severity"]),
            sentence=data["sentence"],
            remedy=data["remedy"],
            domain=data["domain"],
            column=data["column"],
            patients=tuple(data["patients"]),
            places=tuple(Place(**p) for p in data["places"]),
            count=data["count"],
        )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Gravest first, then by domain, rule and column: the order every listing uses."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (f.severity.rank, f.domain or "", f.rule, f.column or "", f.sentence),
        )
    )


class DataError(Exception):
    """Something in the input stops the work. Carries findings of severity `reject`."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = in_order(findings)
        super().__init__("\n".join(describe(f) for f in self.findings))


def describe(finding: Finding) -> str:
    """One finding as text for a terminal: severity, place, sentence, remedy."""
    where = f" [{finding.places[0]}]" if finding.places else ""
    more = f" ({finding.count} in all)" if finding.count > 1 else ""
    head = f"{finding.severity.value}: {finding.rule}{where}: {finding.sentence}{more}"
    return f"{head}{_who(finding.patients)}\n    {finding.remedy}"


def _who(patients: tuple[str, ...], most: int = 5) -> str:
    if not patients:
        return ""
    rest = f" and {len(patients) - most} more" if len(patients) > most else ""
    if len(patients) >= MAX_LISTED:  # the list was cut: how many more is not known here
        rest = " and others"
    return f" Patients: {', '.join(patients[:most])}{rest}."


@dataclass(frozen=True, slots=True)
class Rule:
    """A conformance rule as documented: every finding names one of these by `id`."""

    id: str
    severity: Severity
    title: str
    remedy: str
    #: numbers of the bad inputs (docs/bad-inputs.md) this rule answers
    answers: tuple[int, ...] = field(default=())

    def finding(
        self,
        sentence: str,
        *,
        severity: Severity | None = None,
        remedy: str | None = None,
        domain: str | None = None,
        column: str | None = None,
        patients: Iterable[str] = (),
        places: Iterable[Place] = (),
        count: int = 1,
    ) -> Finding:
        """A finding of this rule; lists are cut to `MAX_LISTED`, `count` is not."""
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            sentence=sentence,
            remedy=remedy or self.remedy,
            domain=domain,
            column=column,
            patients=tuple(patients)[:MAX_LISTED],
            places=tuple(places)[:MAX_LISTED],
            count=count,
        )
