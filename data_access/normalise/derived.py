"""Domains made from another table: `[domains.<domain>] from` of study.toml.

A sample sheet has a row per sample and no patient of its own: patients are what `key` names. Only
columns that study.toml names are taken, because a sheet calls other things by standard names
(DEPTH of a biopsy, STAGE of a gel).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from data_access.checks.identifiers import identifier_columns
from data_access.findings import Finding, Place, Rule, Severity
from data_access.normalise.naming import (
    IDENTIFIER_KEY,
    fold,
    spec_of,
    used_by_endpoints,
    wanted_of_adsl,
)
from data_access.rawtable import RawColumn, RawTable
from data_access.schema import DOMAINS
from data_access.study.extract import extracted
from data_access.study.model import DomainSpec, Study

KEY_COLUMN = Rule(
    "type-derived-column",
    Severity.REJECT,
    "study.toml makes patients or values from a column that the table does not have",
    "Correct the column name in study.toml, or export the column.",
)
KEY_AMBIGUOUS = Rule(
    "type-derived-key",
    Severity.REJECT,
    "Two patients would get one id from the parts of their key",
    "Give the table a column that names each patient, and state it as key.",
)
KEY_EMPTY = Rule(
    "type-derived-keyless",
    Severity.ERROR,
    "Rows whose key is empty belong to no patient and are left out",
    "Fill the columns of the key in the sheet.",
)
KEY_DISAGREES = Rule(
    "type-derived-disagree",
    Severity.WARNING,
    "Samples of one patient disagree on a value of the patient, which is left empty",
    "Correct the sheet, or keep the column with the samples instead of the patient.",
)
NOT_USED = Rule(
    "type-derived-instead",
    Severity.WARNING,
    "A table of the export is not used, because study.toml makes the domain from another",
    "Remove from under [domains.<domain>] to use the table of the export.",
)
RULES = (KEY_COLUMN, KEY_AMBIGUOUS, KEY_EMPTY, KEY_DISAGREES, NOT_USED)

#: what joins the parts of a key
JOIN = "-"
#: domains of samples: a row without a parameter is a sample that was taken
SAMPLES = ("ADIM", "ADTB", "ADMB")
_TEXT = pa.large_string()


def derived_tables(
    study: Study, tables: Mapping[str, RawTable], sheets: Mapping[str, RawTable]
) -> tuple[dict[str, RawTable], list[Finding]]:
    """The table of every domain that study.toml makes from another: ADSL with a row per patient.

    USUBJID is the key. A file that is not there is the finding of the exports reader.
    """
    made: dict[str, RawTable] = {}
    findings: list[Finding] = []
    for domain, spec in study.domains.items():
        if spec.source is None:
            continue
        given = tables.get(spec.source) if spec.source in DOMAINS else sheets.get(spec.source)
        if given is None:
            continue
        if domain in tables:
            findings.append(
                NOT_USED.finding(
                    f"{tables[domain].source.name} is {domain} by its name; {domain} is made from "
                    f"{given.source.name}.",
                    domain=domain,
                    places=[Place(tables[domain].source.name)],
                )
            )
        table = _Derivation(study, domain, spec, given, findings).run()
        if table is not None:
            made[domain] = table
    # domains of one sheet share its key: what is wrong with it is said once
    once = {(f.rule, f.sentence): f for f in reversed(findings)}
    return made, [f for f in findings if once[f.rule, f.sentence] is f]


@dataclass(slots=True)
class _Derivation:
    study: Study
    domain: str
    spec: DomainSpec
    given: RawTable
    findings: list[Finding]

    def run(self) -> RawTable | None:
        parts = [self._column(name, "key") for name in self._key()]
        if None in parts:
            return None
        self._refuse_identifiers([c.name for c, _ in filter(None, parts)])
        key = self._joined([values for _, values in filter(None, parts)])
        taken = [(RawColumn("USUBJID", "text"), key), *self._wanted()]
        rows = pc.indices_nonzero(pc.is_valid(key))
        if len(rows) < self.given.rows:
            self._say_keyless(pc.indices_nonzero(pc.is_null(key)))
        if self.domain == "ADSL":
            return self._patients(taken, rows)
        return self._table(taken, rows)

    def _key(self) -> Sequence[str]:
        """The columns of the key: stated here, for ADSL from the same sheet, or as USUBJID."""
        adsl = spec_of(self.study, "ADSL")
        for spec in (self.spec, adsl if adsl.source == self.spec.source else None):
            if spec and spec.key:
                return spec.key
            if spec and "USUBJID" in spec.columns:
                names = spec.columns["USUBJID"]
                return [next((n for n in names if self._find(n) is not None), names[0])]
        return ("USUBJID",)

    def _find(self, name: str) -> int | None:
        found = (i for i, c in enumerate(self.given.columns) if fold(c.name) == fold(name))
        return next(found, None)

    def _column(self, name: str, key: str) -> tuple[RawColumn, pa.Array] | None:
        """A column with its values, declared words of missing taken out; or a complaint."""
        i = self._find(name)
        if i is None:
            line = self.study.text.line(f"domains.{self.domain}.{key}")
            asked = f", which {self.study.text.name} line {line} asks for" if line else ""
            self.findings.append(
                KEY_COLUMN.finding(
                    f"{self.given.source.name} has no column '{name}'{asked}.",
                    domain=self.domain,
                    column=name,
                )
            )
            return None
        column, values = self.given.columns[i], self.given.data.column(i)
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        return column, self._without_missing(values, column.name)

    def _without_missing(self, values: pa.Array, name: str) -> pa.Array:
        if values.type != _TEXT:
            return values
        trimmed = pc.utf8_trim_whitespace(values)
        words = {"", *self.study.terms.missing, *self.study.terms.missing_by_column.get(name, ())}
        hit = pc.is_in(trimmed, pa.array(sorted(words), _TEXT))
        return pc.if_else(hit, pa.scalar(None, _TEXT), values)

    def _refuse_identifiers(self, names: Sequence[str]) -> None:
        identifiers = identifier_columns(self.given)
        for name in names:
            if name in identifiers:
                self.findings.append(
                    IDENTIFIER_KEY.finding(
                        f"{self.given.source.name} column {name} is part of the key of patients "
                        f"and {identifiers[name]}.",
                        domain=self.domain,
                        column=name,
                    )
                )

    def _joined(self, parts: list[pa.Array]) -> pa.Array:
        """One id per row, null where a part is; complains where two keys give one id."""
        words = [pc.utf8_trim_whitespace(_text(p)) for p in parts]
        if len(words) == 1:
            return words[0]
        key = pc.binary_join_element_wise(*words, pa.scalar(JOIN, _TEXT))
        tuples: dict[str, tuple[str, ...]] = {}
        for row, (id_, *own) in enumerate(
            zip(*(w.to_pylist() for w in (key, *words)), strict=True)
        ):
            if id_ is not None and tuples.setdefault(id_, tuple(own)) != tuple(own):
                one = " + ".join(tuples[id_])
                self.findings.append(
                    KEY_AMBIGUOUS.finding(
                        f"{one} and {' + '.join(own)} would both be {id_}.",
                        domain=self.domain,
                        column="USUBJID",
                        places=[self.given.place(row)],
                    )
                )
                break
        return key

    def _wanted(self) -> Iterator[tuple[RawColumn, pa.Array]]:
        """The columns study.toml names, under the names of the sheet; constants and parts."""
        seen = {fold("USUBJID"), *map(fold, (*self.spec.constants, *self.spec.extract))}
        for name in self._names():
            i = self._find(name)
            if i is not None and fold(name) not in seen:
                seen.add(fold(name))
                found = self._column(name, "columns")
                assert found is not None
                yield found
        for name, value in self._constants().items():
            yield RawColumn(name, "text"), pa.array([value] * self.given.rows, _TEXT)
        for name, part in self.spec.extract.items():
            found = self._column(part.column, f"extract.{name}")
            if found is not None:
                yield RawColumn(name, "text"), extracted(_text(found[1]), part.pattern)

    def _constants(self) -> Mapping[str, str]:
        stated = self.spec.constants
        named = {*stated, *self.spec.columns, *self.spec.extract}
        if self.domain in SAMPLES and "PARAMCD" not in named:
            return {"PARAMCD": "SAMPLE", **stated}
        return stated

    def _names(self) -> Iterator[str]:
        for name in dict.fromkeys((*self.spec.columns, *self.spec.keep)):
            if name != "USUBJID":
                yield from self.spec.columns.get(name, (name,))
        if self.domain == "ADSL":
            yield from wanted_of_adsl(self.study)
            yield from used_by_endpoints(self.study)
            if self.spec.person:
                yield self.spec.person

    def _say_keyless(self, rows: pa.Array) -> None:
        self.findings.append(
            KEY_EMPTY.finding(
                f"{len(rows):,} of {self.given.rows:,} rows of {self.given.source.name} have no "
                f"{' or no '.join(self._key())}.",
                domain=self.domain,
                column="USUBJID",
                places=[self.given.place(i.as_py()) for i in rows[:50]],
                count=len(rows),
            )
        )

    def _patients(self, taken: list[tuple[RawColumn, pa.Array]], rows: pa.Array) -> RawTable:
        """One row per patient; what their samples disagree on is empty, and said."""
        ids = taken[0][1].take(rows).to_pylist()
        first: dict[str, int] = {}
        for place, id_ in enumerate(ids):
            first.setdefault(id_, place)
        order = pa.array(list(first.values()), pa.int64())
        merged, disagree = [taken[0][1].take(rows).take(order)], {}
        for column, values in taken[1:]:
            given = values.take(rows)
            one, patients = _agreed(ids, given.to_pylist(), list(first))
            merged.append(pa.array(one, given.type))
            if patients:
                disagree[column.name] = patients
        if disagree:
            listed = ", ".join(f"{n} ({len(p):,} patients)" for n, p in disagree.items())
            who = sorted({p for patients in disagree.values() for p in patients})
            self.findings.append(
                KEY_DISAGREES.finding(
                    f"{self.given.source.name}: {listed}.", domain="ADSL", count=len(who)
                )
            )
        lines = self.given.lines.take(rows).take(order)
        return self._raw([c for c, _ in taken], merged, lines)

    def _table(self, taken: list[tuple[RawColumn, pa.Array]], rows: pa.Array) -> RawTable:
        arrays = [values.take(rows) for _, values in taken]
        return self._raw([c for c, _ in taken], arrays, self.given.lines.take(rows))

    def _raw(self, columns: list[RawColumn], arrays: list[pa.Array], lines: pa.Array) -> RawTable:
        return RawTable(
            dataset=self.domain,
            source=self.given.source,
            columns=tuple(columns),
            data=pa.table(arrays, names=[c.name for c in columns]),
            lines=lines,
            has_lines=self.given.has_lines,
        )


def _agreed(
    ids: Sequence[str], values: Sequence[object], order: Sequence[str]
) -> tuple[list[object], list[str]]:
    """The one value of each patient (None where samples disagree), and who disagrees."""
    found: dict[str, set[object]] = {}
    for id_, value in zip(ids, values, strict=True):
        if value is not None:
            found.setdefault(id_, set()).add(value.strip() if isinstance(value, str) else value)
    several = [id_ for id_ in order if len(found.get(id_, ())) > 1]
    return [next(iter(found[i])) if len(found.get(i, ())) == 1 else None for i in order], several


def _text(values: pa.Array) -> pa.Array:
    if values.type == _TEXT:
        return values
    if pa.types.is_floating(values.type):
        listed = [None if v is None else f"{v:.15g}" for v in values.to_pylist()]
        return pa.array(listed, _TEXT)
    return values.cast(_TEXT)
