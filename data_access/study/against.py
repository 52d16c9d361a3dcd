"""What study.toml names, looked for in the export: absent columns and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from data_access.findings import Finding, Place, Rule, Severity
from data_access.rawtable import RawTable
from data_access.schema import DOMAINS
from data_access.study.content import check_content
from data_access.study.locate import dotted
from data_access.study.model import DomainSpec, Study, WideResponse, WideTte
from data_access.study.suggest import nearest, or_list, plain

COLUMN = Rule(
    "study-column-absent",
    Severity.ERROR,
    "study.toml names a column that the export does not have",
    "Correct the name in study.toml, or export the column.",
)
FILE_CHOICE = Rule(
    "study-file-choice",
    Severity.REJECT,
    "More than one of the alternative files of study.toml is there",
    "Leave one of them in the exports folder, or name one only under [files].",
)
PARAMETER = Rule(
    "study-paramcd-absent",
    Severity.WARNING,
    "study.toml names a PARAMCD that the export does not have",
    "Correct the code under [terms.paramcds], or export the parameter.",
)

RULES: tuple[Rule, ...] = (COLUMN, FILE_CHOICE, PARAMETER)

_HOME_OF_PURPOSE = {
    **dict.fromkeys(("OVR", "BOR", "CBOR", "RSP", "CRSP", "PD", "DEATH", "LSTA"), "ADRS"),
    **dict.fromkeys(("PFS", "OS", "DOR", "TTR"), "ADTTE"),
    "TARGET_SUM": "ADTR",
}


def check_against(
    study: Study, tables: Mapping[str, RawTable], sheets: Mapping[str, RawTable]
) -> tuple[Finding, ...]:
    """Everything study.toml names that the export lacks, but for files: their reader tells.

    `tables` are the recognised domains by name, `sheets` the other files study.toml uses by file
    name. Severity reject where the domain cannot be read without the column, error otherwise.
    """
    return (
        *_files(study, tables, sheets),
        *_columns(study, tables),
        *_wide_columns(study, {**tables, **sheets}),
        *_parameters(study, tables),
        *check_content(study, tables),
    )


def _place(study: Study, *path: str) -> Place:
    return Place(study.text.name, line=study.text.line(dotted(path)))


# --- files --------------------------------------------------------------------------------------


def _files(
    study: Study, tables: Mapping[str, RawTable], sheets: Mapping[str, RawTable]
) -> Iterator[Finding]:
    present = {
        plain(t.source.name.rpartition("/")[2]) for t in (*tables.values(), *sheets.values())
    }
    for domain, spec in study.files.items():
        there = [p for p in spec.paths if plain(p) in present]
        if len(there) > 1:
            yield FILE_CHOICE.finding(
                f"{domain} is in {or_list(spec.paths)}: {len(there)} of them are there.",
                domain=domain,
                places=(_place(study, "files", domain),),
                count=len(there),
            )


# --- columns ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Want:
    """A column study.toml wants: stored under `name`, taken from the first candidate present."""

    name: str
    candidates: Sequence[str]
    path: tuple[str, ...]
    needed: bool = False


def _columns(study: Study, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    for domain, table in tables.items():
        spec = study.domains.get(domain, DomainSpec(domain))
        seen: set[str] = set()
        for want in _wants(study, domain, spec):
            if want.name.casefold() in seen:
                continue
            seen.add(want.name.casefold())
            yield from _look(study, table, want, domain)
    known = {plain(c.name) for t in tables.values() for c in t.columns}
    known |= {plain(n) for s in study.domains.values() for n in s.columns}
    for name in study.terms.missing_by_column:
        if plain(name) not in known:
            yield COLUMN.finding(
                f"[missing.columns] names {name}, which no file has.",
                severity=Severity.WARNING,
                column=name,
                places=(_place(study, "missing", "columns", name),),
            )


def _wants(study: Study, domain: str, spec: DomainSpec) -> Iterator[_Want]:
    section = ("domains", domain)
    schema = DOMAINS[domain]
    needed = {c.name for c in schema.columns if c.required}
    needed |= {name for names in schema.one_of for name in names}
    for name, candidates in spec.columns.items():
        place = "keep" if name in spec.keep else "columns"
        yield _Want(name, candidates, (*section, place, name), name in needed)
    if domain == "ADSL":
        yield from _wants_of_adsl(study, spec)
    if domain == "ADAE":
        for drug, column in study.terms.related_columns.items():
            yield _Want(column, (column,), ("terms", "related_columns", drug))
    for name in spec.keep:
        yield _Want(name, (name,), (*section, "keep"))


def _wants_of_adsl(study: Study, spec: DomainSpec) -> Iterator[_Want]:
    if spec.person:
        yield _Want("person", (spec.person,), ("domains", "ADSL", "person"))
    for i, filter_ in enumerate(study.filters):
        own = ("filters", filter_.column)
        path = own if dotted(own) in study.text.lines else ("filters", str(i))
        yield _Want(filter_.column, (filter_.column,), path)
    for set_ in study.sets:
        if set_.column:
            yield _Want(set_.column, (set_.column,), ("sets", set_.id, "column"))
    if study.biomarkers.response:
        column = study.biomarkers.response
        yield _Want(column, (column,), ("biomarkers", "response"))
    if study.backbones:
        column = study.backbones.column
        yield _Want(column, (column,), ("backbones", "column"))


def _look(study: Study, table: RawTable, want: _Want, domain: str | None) -> Iterator[Finding]:
    names = {plain(c.name): c.name for c in table.columns}
    if any(plain(c) in names for c in want.candidates):
        return
    meant = nearest(want.candidates[0], names.values())
    yield COLUMN.finding(
        f"{table.source.name} has no column {or_list(want.candidates)}"
        + (f", asked for as {want.name}." if (want.name,) != tuple(want.candidates) else "."),
        severity=Severity.REJECT if want.needed else Severity.ERROR,
        remedy=f"Did you mean {meant}? {COLUMN.remedy}" if meant else None,
        domain=domain,
        column=want.candidates[0],
        places=(_place(study, *want.path),),
    )


def _wide(study: Study) -> Iterator[tuple[str, WideTte | WideResponse]]:
    yield from (("tte", item) for item in study.wide_tte)
    yield from (("best_response", item) for item in study.wide_response)


def _wide_columns(study: Study, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    by_name = {plain(name): table for name, table in tables.items()}
    for section, item in _wide(study):
        table = by_name.get(plain(item.file))
        if table is None:
            continue
        stated = (
            {"time": item.time, "event": item.event}
            if isinstance(item, WideTte)
            else {"column": item.column}
        )
        for key, column in stated.items():
            want = _Want(column, (column,), (section, item.paramcd, key), needed=True)
            yield from _look(study, table, want, None)


# --- parameters ---------------------------------------------------------------------------------


def _parameters(study: Study, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    codes = {domain: _paramcds(study, domain, table) for domain, table in tables.items()}
    codes.setdefault("ADTTE", set()).update(item.paramcd for item in study.wide_tte)
    codes.setdefault("ADRS", set()).update(item.paramcd for item in study.wide_response)
    for purpose, wanted in study.terms.paramcds.items():
        home = _HOME_OF_PURPOSE.get(purpose)
        places: Iterable[str] = (home,) if home else codes
        there = {code for domain in places for code in codes.get(domain, ())}
        if not there or {w.upper() for w in wanted} & there:
            continue
        meant = nearest(wanted[0], sorted(there))
        yield PARAMETER.finding(
            f"No record has PARAMCD {or_list(wanted)}, stated for {purpose}.",
            remedy=f"Did you mean {meant}? {PARAMETER.remedy}" if meant else None,
            domain=home,
            column="PARAMCD",
            places=(_place(study, "terms", "paramcds", purpose),),
        )


def _paramcds(study: Study, domain: str, table: RawTable) -> set[str]:
    spec = study.domains.get(domain, DomainSpec(domain))
    names = {plain(n) for n in spec.columns.get("PARAMCD", ("PARAMCD",))}
    for position, column in enumerate(table.columns):
        if plain(column.name) in names:
            values = pc.unique(table.data.column(position)).to_pylist()
            return {str(v).strip().upper() for v in values if v is not None}
    return set()
