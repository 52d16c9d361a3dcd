"""A folder or archive of exports, read whole: each table with its domain, and every finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from data_access.findings import DataError, Finding, Place, Severity, in_order
from data_access.rawtable import RawTable, SourceFile
from data_access.readers import export_rules as rules
from data_access.readers import read_file, sha256, sources
from data_access.readers.folder import (
    Entry,
    Part,
    named_in,
    parts_of,
    unreadable,
    unused,
    wanted_sheets,
)
from data_access.readers.recognise import (
    SDTM,
    by_name,
    domain_of,
    same_file,
    sdtm_of,
    specs_of,
    stem,
)
from data_access.schema import DOMAINS, REQUIRED_DOMAINS
from data_access.study.model import FileSpec, Study

#: formats whose datasets have names of their own, worth opening under any file name
_NAMED_INSIDE = (".xpt", ".sas7bdat", ".json", ".ndjson", ".dsjc", ".xlsx", ".xlsm")
#: a copy that an editor or a person left beside the file
_COPIES = (".bak", ".old", ".orig", ".tmp", ".swp", ".save")
#: what a file of patients may be written in
TABULAR = (*_NAMED_INSIDE, ".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq")
#: a feature table has a column per sample or taxon
FEATURE_COLUMNS = 1_000_000

__all__ = ["Collection", "collect", "domain_of"]


@dataclass(frozen=True, slots=True)
class Collection:
    """What a folder of exports gave. `tables` are in the order of `DOMAINS`, one for each domain
    found; `sheets` are the other tables the study names, by file name as the study writes it."""

    tables: tuple[RawTable, ...]
    findings: tuple[Finding, ...]
    sources: tuple[SourceFile, ...]
    sheets: Mapping[str, RawTable] = field(default_factory=dict)
    domains: Mapping[str, RawTable] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    """What is known so far."""

    study: Study | None
    progress: Callable[[str], None]
    findings: list[Finding] = field(default_factory=list)
    #: (file, sheet, as a feature table) -> its tables
    read: dict[tuple[str, str | None, bool], tuple[RawTable, ...]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    found: dict[str, list[RawTable]] = field(default_factory=dict)  # domain -> candidates
    sheets: dict[str, RawTable] = field(default_factory=dict)
    sdtm: dict[str, str] = field(default_factory=dict)  # file -> SDTM dataset
    aside: list[str] = field(default_factory=list)
    hidden: bool = False  # an archive was refused: what it holds is not known


def collect(
    exports: Path, study: Study | None, *, progress: Callable[[str], None] = lambda _: None
) -> Collection:
    """Every domain of `exports`, a folder (not its subfolders) or a ZIP archive.

    A file that cannot be read is a finding of severity reject, and the others are read all the
    same: a data manager sees all that is wrong at once. Raises DataError only when there is
    nothing to look into. `progress` is told the name of each file before it is read.
    """
    work = _Work(study, progress)
    with ExitStack() as stack:
        parts, faults = parts_of(exports, stack, study)
        work.findings += faults
        work.hidden = bool(faults)
        for part in parts:
            work.aside += [*(e.name for e in part.set_aside), *part.folders]
            for entry in part.entries:
                _take(entry, work)
            _hold_against_sources(part, work)
    domains = _one_each(work)
    _say_what_is_missing(work, domains)
    work.findings += _copies(work, domains)
    work.findings += unused(work.aside)
    tables = [t for ts in work.read.values() for t in ts]
    used = {t.source.name: t.source for t in (*domains.values(), *work.sheets.values())}
    work.findings += [f for t in tables if t.source.name in used for f in t.findings]
    return Collection(
        tables=tuple(domains.values()),
        findings=in_order(dict.fromkeys(work.findings)),
        sources=tuple(used[name] for name in sorted(used)),
        sheets=work.sheets,
        domains=domains,
    )


def _take(entry: Entry, work: _Work) -> None:
    """Read one file if the study or its name says it is wanted."""
    specs = specs_of(entry.name, work.study)
    sheets = {
        name: feature
        for name, feature in wanted_sheets(work.study).items()
        if same_file(entry.name, name)
    }
    if specs or sheets:
        _take_named(entry, specs, sheets, work)
        return
    if Path(entry.name).suffix.casefold() in _COPIES:
        work.aside.append(entry.name)
        return
    guess, sdtm = by_name(stem(entry.name)), sdtm_of(stem(entry.name))
    if guess and work.study and guess in work.study.files:
        work.aside.append(entry.name)
    elif guess or Path(entry.name).suffix.casefold() in _NAMED_INSIDE:
        tables = _read(entry, None, work)
        for table in tables:
            _place(table, tables, work)
    elif sdtm:
        work.sdtm[entry.name] = sdtm
    else:
        work.aside.append(entry.name)


def _take_named(
    entry: Entry, specs: tuple[FileSpec, ...], sheets: Mapping[str, bool], work: _Work
) -> None:
    """A file study.toml names: the tables of its domains, and as a sheet where one is asked for."""
    for spec in specs:
        tables = _read(entry, spec, work)
        chosen = [t for t in tables if len(tables) == 1 or domain_of(t, work.study) == spec.domain]
        if len(tables) > 1 and spec.sheet is None:
            chosen = [t for t in tables if by_name(t.dataset) == spec.domain]
        if chosen:
            work.found.setdefault(spec.domain, []).extend(chosen)
        elif tables:
            work.findings.append(_which(tables, spec.domain))
    for name, feature in sheets.items():
        how = specs[0] if specs and not feature else None
        tables = _read(entry, how, work, feature=feature)
        if len(tables) == 1:
            work.sheets[name] = tables[0]
        elif tables:
            work.findings.append(_which(tables, "<domain>"))


def _place(table: RawTable, siblings: tuple[RawTable, ...], work: _Work) -> None:
    """Give a table that only names speak for its domain; `siblings` are all tables of its file."""
    name = table.source.name
    inside, outside = by_name(table.dataset), by_name(stem(name))
    domain = inside or (outside if len(siblings) == 1 else None)
    if len(siblings) == 1 and inside and outside and inside != outside:
        work.refused.add(name)
        work.findings.append(
            rules.NAME_CONFLICT.finding(
                f"{name} is named {outside} but holds the dataset {table.dataset}.",
                places=[Place(name)],
            )
        )
    elif domain and not (work.study and domain in work.study.files):
        work.found.setdefault(domain, []).append(table)
    elif sdtm := sdtm_of(table.dataset):
        work.sdtm[name] = sdtm
    elif outside and not any(by_name(t.dataset) for t in siblings):
        if table is siblings[0]:
            work.refused.add(name)
            work.findings.append(_which(siblings, outside))
    else:
        label = f"{name} ({table.dataset})" if len(siblings) > 1 else name
        work.aside.append(label)


def _read(
    entry: Entry, spec: FileSpec | None, work: _Work, *, feature: bool = False
) -> tuple[RawTable, ...]:
    """The tables of a file, () when it is refused; read once for each way to read it."""
    default = work.study.default_file if work.study else None
    how = [s for s in (spec, default) if s is not None]
    sheet = next((s.sheet for s in how if s.sheet), None)
    key = (entry.name, sheet, feature)
    if key in work.read:
        return work.read[key]
    work.progress(entry.name)
    options: dict[str, object] = (
        {"max_columns": FEATURE_COLUMNS, "comments": True} if feature else {}
    )
    try:
        tables = read_file(
            entry.path,
            name=entry.name,
            encoding=next((s.encoding for s in how if s.encoding), None),
            separator=next((s.separator for s in how if s.separator), None),
            decimal=next((s.decimal for s in how if s.decimal != "."), "."),
            sheet=sheet,
            **options,
        )
    except DataError as error:
        work.findings += error.findings
        work.refused.add(entry.name)
        tables = ()
    except OSError as error:
        work.findings.append(unreadable(entry.name, error))
        work.refused.add(entry.name)
        tables = ()
    work.read[key] = tables
    return tables


def _which(tables: tuple[RawTable, ...], domain: str) -> Finding:
    name = tables[0].source.name
    held = ", ".join(t.dataset for t in tables[:10])
    return rules.WHICH_TABLE.finding(
        f"{name} holds {len(tables)} tables ({held}), and it is not said which is meant.",
        remedy=rules.WHICH_TABLE.remedy.format(
            domain=domain.lower(), file=name, sheet=tables[0].dataset
        ),
        places=[Place(name)],
    )


def _hold_against_sources(part: Part, work: _Work) -> None:
    """Compare a part with its sources.toml, opening listed files that nothing else asked for."""
    if part.sources is None:
        return
    try:
        expected = sources.load(part.sources)
    except DataError as error:
        work.findings += error.findings
        return
    except OSError as error:
        work.findings.append(unreadable(part.prefix + sources.NAME, error))
        return
    received = {}
    for entry in (*part.entries, *part.set_aside):
        name = entry.name.removeprefix(part.prefix)
        if name in expected or entry in part.entries:
            rows = _rows(entry, expected.get(name), work)
            try:
                received[name] = sources.Received(sha256(entry.path), rows)
            except OSError as error:
                work.findings.append(unreadable(entry.name, error))
                expected = {k: v for k, v in expected.items() if k != name}
    work.findings += sources.check(expected, received)


def _rows(entry: Entry, stated: sources.Expected | None, work: _Work) -> int | None:
    """Rows of all tables of a file whose rows are stated; None when they are not, or unreadable."""
    if stated is None or stated.rows is None or entry.name in work.refused:
        return None
    ways = [
        tables for (name, sheet, _), tables in work.read.items() if name == entry.name and not sheet
    ]
    tables = ways[0] if ways else _read(entry, None, work)
    return sum(t.rows for t in tables) if tables else None


def _one_each(work: _Work) -> dict[str, RawTable]:
    """The one table of each domain; two are refused."""
    domains: dict[str, RawTable] = {}
    for domain in DOMAINS:
        tables = work.found.get(domain, [])
        if len(tables) == 1:
            domains[domain] = tables[0]
        elif tables:
            names = [_table_name(t, tables) for t in tables]
            remedy = rules.TWO_TABLES.remedy.format(
                domain=domain.lower(), file=tables[0].source.name
            )
            work.findings.append(
                rules.TWO_TABLES.finding(
                    f"{len(tables)} tables are {domain}: {' and '.join(names)}.",
                    remedy=remedy,
                    domain=domain,
                    places=[Place(t.source.name) for t in tables],
                )
            )
    return domains


def _table_name(table: RawTable, tables: list[RawTable]) -> str:
    name = table.source.name
    twice = sum(t.source.name == name for t in tables) > 1
    return f"{name} ({table.dataset})" if twice else name


def _say_what_is_missing(work: _Work, domains: Mapping[str, RawTable]) -> None:
    for name, code in sorted(work.sdtm.items()):
        work.findings.append(_sdtm(name, code, domains))
    if work.study is not None:
        _missing_files(work.study, work, domains)
    derived = work.study.domains if work.study else {}
    for domain in REQUIRED_DOMAINS:
        has_source = domain in derived and derived[domain].source is not None
        unseen = work.hidden or _refused_one(domain, work)
        told = work.study is not None and domain in work.study.files
        if domain not in work.found and not has_source and not unseen and not told:
            work.findings.append(_no_adsl(domain, work, domains))


def _refused_one(domain: str, work: _Work) -> bool:
    """Whether a file of this domain is there but was refused: then that finding says it all."""
    for name in work.refused:
        specs = specs_of(name, work.study)
        if any(s.domain == domain for s in specs) or by_name(stem(name)) == domain:
            return True
    return False


def _sdtm(name: str, code: str, domains: Mapping[str, RawTable]) -> Finding:
    missing = [d for d in SDTM.get(code, ()) if d not in domains]
    made = SDTM.get(code, ())
    if missing:
        tail = f"the ADaM dataset made from it, {missing[0]}, is missing"
    elif made:
        tail = f"{made[0]} is there and is used"
    else:
        tail = "no domain of Interim is made from it alone"
    return rules.SDTM_GIVEN.finding(
        f"{name} is the SDTM dataset {code}, not ADaM; {tail}.",
        severity=None if missing else Severity.NOTE,
        remedy=f"Export {missing[0]} instead; Interim derives none from SDTM."
        if missing
        else "Nothing to do: SDTM datasets are not used.",
        places=[Place(name)],
    )


def _no_adsl(domain: str, work: _Work, domains: Mapping[str, RawTable]) -> Finding:
    held = ", ".join(sorted(domains)) or "no ADaM domain"
    sentence = f"There is no {domain} in the exports; they hold {held}."
    if work.sdtm:
        needed = sorted({d for c in work.sdtm.values() for d in SDTM.get(c, ())} - set(domains))
        sentence = (
            f"{sentence[:-1]} and the SDTM datasets {', '.join(sorted(set(work.sdtm.values())))}. "
            f"Of ADaM, {', '.join(needed)} could be made from them."
        )
    folders = [n for n in work.aside if n.endswith("/")]
    if folders:
        sentence += f" Subfolders are not searched: {', '.join(folders[:5])}."
    return rules.NO_ADSL.finding(sentence, domain=domain, remedy=_name_it(domain, work))


def _name_it(domain: str, work: _Work) -> str | None:
    """The remedy where one of the files that are there may be the domain."""
    likely = _candidate(domain, work)
    if likely is None:
        folders = [n for n in work.aside if n.endswith("/")]
        if not folders:
            return None
        return (
            f"If the exports lie in {folders[0]}, give that folder (unpacked) as EXPORTS. "
            + rules.NO_ADSL.remedy
        )
    return f'If {likely} is {domain}, say so in study.toml: [files] {domain.lower()} = "{likely}".'


def _candidate(domain: str, work: _Work) -> str | None:
    """A file set aside that may be a domain: one named like it, or the only table."""
    files = [n for n in work.aside if Path(n).suffix.casefold() in TABULAR]
    named = [n for n in work.aside if domain.casefold() in stem(n).casefold() and "/" not in n]
    return next(iter(named), files[0] if len(files) == 1 else None)


def _copies(work: _Work, domains: Mapping[str, RawTable]) -> Iterator[Finding]:
    """Tables set aside that carry the name of a domain read from another file: "adsl (1).csv"."""
    for name in sorted(work.aside):
        words = re.split(r"[\W_]+", stem(name).upper())
        domain = next((d for d in domains if d in words), None)
        if domain and not name.endswith("/") and Path(name).suffix.casefold() in TABULAR:
            yield rules.COPY.finding(
                f"{name} is not used: {domain} is read from {domains[domain].source.name}.",
                domain=domain,
                places=[Place(name)],
            )


def _missing_files(study: Study, work: _Work, domains: Mapping[str, RawTable]) -> None:
    """Files study.toml names that are not in the folder."""
    for domain, spec in study.files.items():
        if domain in work.found or _refused_one(domain, work):
            continue
        severity, remedy = Severity.ERROR, None
        if spec.optional:
            severity, remedy = Severity.NOTE, "Nothing to do: it is optional."
        elif domain in REQUIRED_DOMAINS:
            severity, remedy = Severity.REJECT, _name_it(domain, work)
        work.findings.append(
            rules.FILE_MISSING.finding(
                f"None of the files of {domain} is in the exports: {', '.join(spec.paths)}."
                if len(spec.paths) > 1
                else f"The file of {domain} is not in the exports: {spec.paths[0]}.",
                severity=severity,
                remedy=remedy,
                domain=domain,
                places=[Place(study.text.name, line=study.text.line(f"files.{domain}"))],
            )
        )
    lines = named_in(study)
    for name, feature in wanted_sheets(study).items():
        if name not in work.sheets and not any(same_file(n, name) for n in work.refused):
            key = lines[name]
            work.findings.append(
                rules.FILE_MISSING.finding(
                    f"{name}, which [{key.rpartition('.')[0]}] names, is not in the exports.",
                    severity=Severity.WARNING if feature else Severity.ERROR,
                    remedy="Add the file, or correct its name in study.toml.",
                    places=[Place(study.text.name, line=study.text.line(key))],
                )
            )
