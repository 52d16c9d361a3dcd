"""Which column of an export is which column of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from data_access.checks.identifiers import identifier_columns
from data_access.findings import Finding, Rule, Severity
from data_access.rawtable import RawColumn, RawTable
from data_access.schema import ADSL, COLLECTED, Domain, Kind
from data_access.study.model import DomainSpec, Study

IDENTIFIER = Rule(
    "type-identifier-dropped",
    Severity.ERROR,
    "A column that identifies people was in the export; it was dropped before anything was stored",
    "Remove the column from the export; a results dashboard has no use for it.",
)
IDENTIFIER_KEY = Rule(
    "type-identifier-key",
    Severity.REJECT,
    "The subject identifier itself identifies a person",
    "Give each patient a study identifier (USUBJID) that is neither a name, an address nor a "
    "number known outside the trial.",
)
MISSING_COLUMN = Rule(
    "type-missing-column",
    Severity.REJECT,
    "A column is missing without which the domain cannot be read",
    "Export the column, or name the column that holds it in study.toml: "
    '[domains.<name>] columns = {USUBJID = "SUBJECT"}.',
    answers=(12,),
)
TWO_COLUMNS = Rule(
    "type-two-columns",
    Severity.REJECT,
    "Two columns of the export claim to be the same column",
    "Keep one of them, or say which one in study.toml under [domains.<name>] columns.",
    answers=(11,),
)
LEFT_OUT = Rule(
    "type-columns-left-out",
    Severity.NOTE,
    "Columns Interim does not use are not stored",
    "Nothing to do; to keep one, name it in study.toml: [domains.<name>] keep = [...].",
)
FROM_DATETIME = Rule(
    "type-date-from-datetime",
    Severity.NOTE,
    "Only a date-time was exported; its day is used",
    "Nothing to do.",
)
RULES = (
    IDENTIFIER,
    IDENTIFIER_KEY,
    MISSING_COLUMN,
    TWO_COLUMNS,
    LEFT_OUT,
    FROM_DATETIME,
)


def fold(name: str) -> str:
    """Names are compared without regard to case and spaces."""
    return "".join(name.split()).casefold()


@dataclass(frozen=True, slots=True)
class Match:
    """`take`: schema name -> (export column, kind). `copies`: ADSL columns repeated here.

    `collected`: date of the schema -> the export's date as collected, of which it is the day.
    """

    take: Mapping[str, tuple[RawColumn, Kind]]
    copies: Mapping[str, RawColumn]
    collected: Mapping[str, RawColumn]
    findings: tuple[Finding, ...]


def spec_of(study: Study, domain: str) -> DomainSpec:
    """The mapping of a domain, empty when study.toml has none."""
    for name, spec in study.domains.items():
        if name.upper() == domain:
            return spec
    return DomainSpec(domain)


def wanted_of_adsl(study: Study) -> tuple[str, ...]:
    """ADSL columns beyond the schema that study.toml uses somewhere."""
    names = [f.column for f in study.filters]
    names += [s.column for s in study.sets if s.column]
    if study.backbones is not None:
        names.append(study.backbones.column)
    if study.biomarkers.response is not None:
        names.append(study.biomarkers.response)
    return tuple(dict.fromkeys(names))


def used_by_endpoints(study: Study) -> tuple[str, ...]:
    """Columns of one-row-per-patient sheets that study.toml turns into endpoints."""
    times = [name for item in study.wide_tte for name in (item.time, item.event)]
    return (*times, *(item.column for item in study.wide_response))


def match_columns(table: RawTable, domain: Domain, study: Study) -> Match:
    """Find every column of `domain` (and those study.toml names) in `table`."""
    return _Matcher(table, domain, study).run()


class _Matcher:
    def __init__(self, table: RawTable, domain: Domain, study: Study) -> None:
        self.table, self.domain, self.study = table, domain, study
        self.spec = spec_of(study, domain.name)
        self.by_fold: dict[str, list[RawColumn]] = {}
        for column in table.columns:
            self.by_fold.setdefault(fold(column.name), []).append(column)
        self.findings: list[Finding] = []
        self.used: set[str] = set()
        self.take: dict[str, tuple[RawColumn, Kind]] = {}

    def run(self) -> Match:
        identifiers = identifier_columns(self.table)
        for name, kind in self._wanted():
            self._take(name, kind)
        self._drop_identifiers(identifiers)
        self._days_from_datetimes(identifiers)
        collected = self._collected(identifiers)
        self._required()
        copies = self._copies(identifiers)
        self._left_out(identifiers, copies)
        return Match(self.take, copies, collected, tuple(self.findings))

    def _wanted(self) -> Sequence[tuple[str, Kind | None]]:
        kinds = {k: Kind(v) for k, v in self.spec.kinds.items()}
        wanted: dict[str, Kind | None] = {c.name: c.kind for c in self.domain.columns}
        extra = [*self.spec.keep, *self.spec.columns]
        if self.domain is ADSL:
            extra += wanted_of_adsl(self.study)
            if self.spec.person:
                wanted["_person"] = Kind.KEY
        for name in extra:
            wanted.setdefault(name, None)
        return [(n, kinds.get(n, k)) for n, k in wanted.items()]

    def _candidates(self, name: str) -> Sequence[str]:
        if name == "_person":
            return (self.spec.person or "",)
        return self.spec.columns.get(name, (name,))

    def _take(self, name: str, kind: Kind | None) -> None:
        for candidate in self._candidates(name):
            found = self.by_fold.get(fold(candidate), [])
            if len(found) > 1:
                self.findings.append(
                    TWO_COLUMNS.finding(
                        f"{self.table.source.name} has {len(found)} columns for "
                        f"{self.domain.name}.{name}: {', '.join(c.name for c in found)}.",
                        domain=self.domain.name,
                        column=name,
                    )
                )
            if found:
                self.take[name] = (found[0], kind or _kind_by_content(self.table, found[0]))
                self.used.add(found[0].name)
                return

    def _drop_identifiers(self, identifiers: Mapping[str, str]) -> None:
        for raw, reason in identifiers.items():
            names = [n for n, (c, _) in self.take.items() if c.name == raw]
            rule = IDENTIFIER_KEY if "USUBJID" in names else IDENTIFIER
            self.findings.append(
                rule.finding(
                    f"{self.table.source.name} column {raw} was dropped: {reason}."
                    if rule is IDENTIFIER
                    else f"{self.table.source.name} column {raw} is the subject identifier and "
                    f"{reason}.",
                    domain=self.domain.name,
                    column=raw,
                )
            )
            for name in names:
                if name != "USUBJID":
                    del self.take[name]
            self.used.add(raw)

    def _days_from_datetimes(self, identifiers: Mapping[str, str]) -> None:
        taken = []
        for column in self.domain.columns:
            if column.kind is not Kind.DATE or column.name in self.take:
                continue
            found = self.by_fold.get(fold(column.name + "M"), [])
            if len(found) == 1 and found[0].name not in identifiers:
                self.take[column.name] = (found[0], Kind.DATE)
                self.used.add(found[0].name)
                taken.append(f"{column.name} from {found[0].name}")
        if taken:
            self.findings.append(
                FROM_DATETIME.finding(
                    f"{self.domain.name}: {', '.join(taken)}.",
                    domain=self.domain.name,
                    count=len(taken),
                )
            )

    def _collected(self, identifiers: Mapping[str, str]) -> dict[str, RawColumn]:
        made = {}
        for name, source in COLLECTED.get(self.domain.name, {}).items():
            found = self.by_fold.get(fold(source), [])
            if name not in self.take and len(found) == 1 and found[0].name not in identifiers:
                made[name] = found[0]
                self.used.add(found[0].name)
        return made

    def _required(self) -> None:
        missing = [c.name for c in self.domain.columns if c.required and c.name not in self.take]
        missing += [
            " or ".join(names)
            for names in self.domain.one_of
            if not any(n in self.take for n in names)
        ]
        for name in missing:
            line = self.study.text.line(f"domains.{self.domain.name.lower()}.columns.{name}")
            stated = f" (study.toml line {line})" if line else ""
            self.findings.append(
                MISSING_COLUMN.finding(
                    f"{self.table.source.name} has no column {name}{stated}; it has "
                    f"{_some(c.name for c in self.table.columns)}.",
                    domain=self.domain.name,
                    column=name,
                )
            )

    def _copies(self, identifiers: Mapping[str, str]) -> dict[str, RawColumn]:
        if self.domain is ADSL:
            return {}
        names = [c.name for c in ADSL.columns if self.domain.column(c.name) is None]
        copies = {}
        for name in names:
            found = self.by_fold.get(fold(name), []) or self.by_fold.get(fold(name + "M"), [])
            if found and found[0].name not in identifiers and name not in self.take:
                copies[name] = found[0]
                self.used.update(c.name for c in found)
        return copies

    def _left_out(self, identifiers: Mapping[str, str], copies: Mapping[str, RawColumn]) -> None:
        mapped = {fold(name) for name in used_by_endpoints(self.study)}
        rest = [
            c.name
            for c in self.table.columns
            if c.name not in self.used and c.name not in identifiers and fold(c.name) not in mapped
        ]
        if rest or copies:
            one = len(copies) == 1
            said = "column repeats ADSL and stays" if one else "columns repeat ADSL and stay"
            repeated = f" {len(copies)} {said} there." if copies else ""
            said = "column is" if len(rest) == 1 else "columns are"
            listed = f" {len(rest)} {said} not stored: {_some(rest, 12)}." if rest else ""
            self.findings.append(
                LEFT_OUT.finding(
                    f"{self.table.source.name}:{repeated}{listed}",
                    domain=self.domain.name,
                    count=len(rest),
                )
            )


def _some(names: Iterable[str], most: int = 8) -> str:
    listed = [n[:40] for n in names]
    rest = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {rest} more" if rest > 0 else "")


def _kind_by_content(table: RawTable, column: RawColumn) -> Kind:
    """A column only study.toml names: numbers when every value is one, in every format alike."""
    if column.declared == "number":
        return Kind.NUMBER
    if column.declared in ("date", "datetime"):
        return Kind.DATE
    index = next(i for i, c in enumerate(table.columns) if c is column)
    levels = pc.unique(table.data.column(index).combine_chunks()).drop_null()
    if isinstance(levels, pa.ChunkedArray):
        levels = levels.combine_chunks()
    plain = r"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$"
    if len(levels) and pc.all(pc.match_substring_regex(levels, plain)).as_py():
        return Kind.NUMBER
    return Kind.CODE
