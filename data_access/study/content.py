"""What study.toml says of the values of an export, held against those values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import pyarrow.compute as pc

from data_access.findings import Finding, Place, Rule, Severity
from data_access.rawtable import RawTable
from data_access.schema import ADSL, DOMAINS, Kind
from data_access.study.locate import dotted
from data_access.study.model import DomainSpec, Study
from data_access.study.suggest import or_list, plain

ALL_EVENTS = Rule(
    "study-every-time-an-event",
    Severity.WARNING,
    "With the event codes of study.toml no time of an endpoint is censored",
    "CNSR is 0 for an event in ADaM. Correct [terms] event_codes, unless every patient had one.",
)
EMPTY_SET = Rule(
    "study-set-empty",
    Severity.ERROR,
    "An analysis set takes values that the export does not have",
    "Correct `values` or `column` of the set: until then it is empty.",
)
NO_GROUP = Rule(
    "study-backbone-unnamed",
    Severity.WARNING,
    "Values of the backbone column are in no group",
    "Add the values to a group of [backbones.groups]; until then these patients are in none.",
)
TEXT_FILTER = Rule(
    "study-filter-text",
    Severity.ERROR,
    "A filter of kind number is on a column of text",
    'Write kind = "category", or name a column of numbers.',
)
USED_TWICE = Rule(
    "study-column-twice",
    Severity.WARNING,
    "One column of the export is used for two variables",
    "Check the names under columns and keep: both variables hold the same values.",
)
NO_DOMAIN = Rule(
    "study-domain-absent",
    Severity.NOTE,
    "study.toml maps a domain that the export does not have",
    "Nothing to do when the domain comes later; otherwise correct the name of the section.",
)
CODE_CHANGED = Rule(
    "study-response-changed",
    Severity.WARNING,
    "A RECIST category is read as another",
    "Remove the line from [terms.response], unless the export uses the code in another sense.",
)
FLAG_BLANKED = Rule(
    "study-missing-flag",
    Severity.WARNING,
    "A word declared as missing is the answer of a flag",
    "Take Y and N out of [missing]; name the column where they do mean missing: [missing.columns].",
)

RULES: tuple[Rule, ...] = (
    ALL_EVENTS,
    EMPTY_SET,
    NO_GROUP,
    TEXT_FILTER,
    USED_TWICE,
    NO_DOMAIN,
    CODE_CHANGED,
    FLAG_BLANKED,
)

_CODES = frozenset({"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"})
_UNTREATED = re.compile(r"scr.*fail|not (?:assigned|treated)|unassigned", re.IGNORECASE)
_NUMBER = re.compile(r"[-+<>=\s]*\d[\d.,]*(?:[eE][-+]?\d+)?")


def check_content(study: Study, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """Statements of study.toml that the values of the export speak against, with their lines."""
    yield from _events(study, tables)
    if (adsl := tables.get("ADSL")) is not None:
        yield from _sets(study, adsl)
        yield from _groups(study, adsl)
        yield from _filters(study, adsl)
        yield from _flags(study, adsl)
    for domain, spec in study.domains.items():
        yield from _mapping(study, domain, spec, tables.get(domain))
    yield from _responses(study)


def _place(study: Study, *path: str) -> tuple[Place, ...]:
    return (Place(study.text.name, line=study.text.line(dotted(path))),)


def _cells(study: Study, domain: str, table: RawTable, name: str) -> list[str | None]:
    """A column as text, "1" for 1.0; a word declared as missing is None. [] when absent."""
    spec = study.domains.get(domain, DomainSpec(domain))
    names = [plain(n) for n in spec.columns.get(name, (name,))]
    known = {plain(c.name): i for i, c in reversed(list(enumerate(table.columns)))}
    position = next((known[n] for n in names if n in known), None)
    if position is None:
        return []
    gone = {*study.terms.missing, *study.terms.missing_by_column.get(name, ())}
    texts = (_text(v) for v in table.data.column(position).to_pylist())
    return [None if t is None or t in gone else t for t in texts]


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()


def _said(counts: Counter[str]) -> str:
    shown = ", ".join(f"“{v[:40]}” ({n:,})" for v, n in counts.most_common(12))
    return shown + (f" and {len(counts) - 12} more" if len(counts) > 12 else "")


def _events(study: Study, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    adtte = tables.get("ADTTE")
    if adtte is None or study.terms.event_codes == ("0",):
        return
    by_code: dict[str, Counter[bool]] = {}
    codes = _cells(study, "ADTTE", adtte, "PARAMCD")
    for code, cnsr in zip(codes, _cells(study, "ADTTE", adtte, "CNSR"), strict=False):
        if code is not None and cnsr is not None:
            by_code.setdefault(code, Counter())[cnsr in study.terms.event_codes] += 1
    bad = [code for code, seen in by_code.items() if not seen[False] and seen[True] > 1]
    if bad:
        yield ALL_EVENTS.finding(
            f"Every time of {or_list(sorted(bad))} is an event, none is censored.",
            domain="ADTTE",
            column="CNSR",
            places=_place(study, "terms", "event_codes"),
            count=len(bad),
        )


def _sets(study: Study, adsl: RawTable) -> Iterator[Finding]:
    for set_ in study.sets:
        found = Counter(c for c in _cells(study, "ADSL", adsl, set_.column or "") if c)
        wanted = {v.casefold() for v in set_.values}
        if found and not wanted & {v.casefold() for v in found}:
            yield EMPTY_SET.finding(
                f"No patient has {set_.column} {or_list(set_.values)}, so the {set_.id} set is "
                f"empty; it holds {_said(found)}.",
                domain="ADSL",
                column=set_.column,
                places=_place(study, "sets", set_.id),
            )


def _groups(study: Study, adsl: RawTable) -> Iterator[Finding]:
    backbones = study.backbones
    if backbones is None:
        return
    cells = Counter(c for c in _cells(study, "ADSL", adsl, backbones.column) if c)
    lost = Counter(
        {v: n for v, n in cells.items() if not backbones.members(v) and not _UNTREATED.search(v)}
    )
    if lost:
        yield NO_GROUP.finding(
            f"{backbones.column} has values in no group: {_said(lost)}.",
            domain="ADSL",
            column=backbones.column,
            places=_place(study, "backbones", "groups"),
            count=sum(lost.values()),
        )


def _filters(study: Study, adsl: RawTable) -> Iterator[Finding]:
    for filter_ in study.filters:
        if filter_.kind != "number":
            continue
        cells = {c for c in _cells(study, "ADSL", adsl, filter_.column) if c}
        if cells and not any(_NUMBER.fullmatch(c) for c in cells):
            yield TEXT_FILTER.finding(
                f"{filter_.column} is a filter of kind number and holds no number.",
                domain="ADSL",
                column=filter_.column,
                places=_place(study, "filters", filter_.column),
            )


def _flags(study: Study, adsl: RawTable) -> Iterator[Finding]:
    answers = [w for w in study.terms.missing if w.casefold() in {"y", "n"}]
    flags = {plain(c.name) for c in ADSL.columns if c.kind is Kind.FLAG}
    lost: Counter[str] = Counter()
    for position, column in enumerate(adsl.columns if answers else ()):
        if plain(column.name) in flags and column.declared == "text":
            values = adsl.data.column(position)
            lost[column.name] = sum(pc.sum(pc.equal(values, word)).as_py() or 0 for word in answers)
    lost = +lost
    if lost:
        yield FLAG_BLANKED.finding(
            f"[missing] values makes {or_list(answers)} missing in {_said(lost)}.",
            domain="ADSL",
            places=_place(study, "missing", "values"),
            count=sum(lost.values()),
        )


def _mapping(
    study: Study, domain: str, spec: DomainSpec, table: RawTable | None
) -> Iterator[Finding]:
    section = ("domains", domain)
    if table is None:
        stated = study.text.line(dotted(section)) is not None
        if domain in DOMAINS and stated and spec.source is None:
            yield NO_DOMAIN.finding(
                f"[domains.{domain.lower()}] is stated and the export has no {domain}.",
                domain=domain,
                places=_place(study, *section),
            )
        return
    known = {plain(c.name): c.name for c in table.columns}
    used: dict[str, list[str]] = {}
    for name, candidates in spec.columns.items():
        found = next((known[plain(c)] for c in candidates if plain(c) in known), None)
        if found is not None:
            used.setdefault(found, []).append(name)
    for column, names in used.items():
        if len(names) > 1:
            yield USED_TWICE.finding(
                f"{table.source.name} column {column} is used for {' and for '.join(names)}.",
                domain=domain,
                column=column,
                places=_place(study, *section, "columns", names[1]),
            )


def _responses(study: Study) -> Iterator[Finding]:
    for word, meaning in study.terms.response.items():
        if word.strip().upper() in _CODES and word.strip().upper() != meaning:
            yield CODE_CHANGED.finding(
                f"[terms.response] reads {word} as {meaning}.",
                domain="ADRS",
                column="AVALC",
                places=_place(study, "terms", "response", word),
            )
