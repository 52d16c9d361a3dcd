"""study.toml (TOML 1.0, UTF-8) into a Study; every problem of the file is reported at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data_access.findings import DataError, Place, Rule, Severity
from data_access.study import (
    against,
    biomarkers,
    contradictions,
    fields,
    mapping,
    plans,
    sections,
    words,
)
from data_access.study.against import check_against
from data_access.study.fields import MISSING, UNKNOWN, Complaints, Keys, Spot, shown
from data_access.study.locate import dotted, locate
from data_access.study.model import DomainSpec, Study, StudyText
from data_access.study.suggest import nearest, or_list

__all__ = ["KEYS", "RULES", "SECTIONS", "check_against", "load_study", "parse_study"]

#: A study.toml is a few pages; anything larger is some other file.
MAX_BYTES = 1_000_000

FILE = Rule(
    "study-file",
    Severity.REJECT,
    "study.toml cannot be read",
    "Give the path of the study.toml; `study-template` writes a first one from the exports.",
)
ENCODING = Rule(
    "study-encoding",
    Severity.REJECT,
    "study.toml is not UTF-8",
    "Save the file as UTF-8 (in an editor: Save as, encoding UTF-8).",
)
SYNTAX = Rule(
    "study-syntax",
    Severity.REJECT,
    "study.toml is not valid TOML",
    "Mend the line: text stands in quotation marks, a list in [ ], every key has one value.",
)

RULES: tuple[Rule, ...] = (
    FILE,
    ENCODING,
    SYNTAX,
    *fields.RULES,
    *sections.RULES,
    *contradictions.RULES,
    *against.RULES,
)

#: Every section in the order docs/study-toml.md gives them, and how each is read.
SECTIONS: Mapping[str, sections.Section] = {
    "study": sections.study,
    "cut": sections.cut,
    "design": sections.design,
    "endpoints": sections.endpoints,
    "origin": sections.origin,
    "rules": sections.rules,
    "sets": sections.sets,
    "backbones": sections.backbones,
    "files": mapping.files,
    "domains": mapping.domains,
    "tte": mapping.tte,
    "best_response": mapping.best_response,
    "features": mapping.features,
    "biomarkers": biomarkers.biomarkers,
    "terms": words.terms,
    "missing": words.missing,
    "filters": plans.filters,
    "labels": plans.labels,
    "aesi": plans.aesi,
    "labs": plans.labs,
    "benchmarks": plans.benchmarks,
    "monitoring": plans.monitoring,
    "roles": plans.roles,
}

#: Every known key by the heading of its section; `<...>` stands for an id of the study's choice.
KEYS: Mapping[str, Keys] = {
    "study": sections.STUDY,
    "cut": sections.CUT,
    "design": sections.DESIGN,
    "design.accrual": sections.ACCRUAL,
    "design.simon": sections.SIMON,
    "endpoints.<id>": sections.ENDPOINT,
    "origin": sections.ORIGIN,
    "rules": sections.RULES_KEYS,
    "sets.<set>": sections.SET,
    "backbones": sections.BACKBONES,
    "backbones.groups.<id>": sections.GROUP,
    "files.<domain>": mapping.FILE,
    "files.default": mapping.HOW,
    "domains.<domain>": mapping.DOMAIN,
    "tte.<PARAMCD>": mapping.TTE,
    "best_response.<PARAMCD>": mapping.BEST_RESPONSE,
    "features.<id>": mapping.FEATURES,
    "biomarkers": biomarkers.BIOMARKERS,
    "biomarkers.<kind>": biomarkers.KIND,
    "biomarkers.<kind>.panel.<PARAMCD>": biomarkers.MARKER,
    "terms": words.TERMS,
    "missing": words.MISSING_KEYS,
    "filters": plans.FILTER,
    "aesi.<id>": plans.AESI,
    "aesi.<id>.external.<id>": plans.EXTERNAL,
    "labs": plans.LABS,
    "benchmarks.<id>": plans.BENCHMARK,
    "monitoring.<id>": plans.MONITORING_COMMON,
    **{f"monitoring.<id> {kind}": keys for kind, keys in plans.MONITORING.items()},
}


def load_study(path: Path, *, today: date | None = None) -> Study:
    """The study stated by the file at `path`; raises DataError with every problem in it."""
    try:
        if path.is_dir():
            raise _refused(FILE, path.name, "It is a folder, not a file.")
        if path.exists() and not path.is_file():  # reading it might never end
            raise _refused(FILE, path.name, "It is a pipe or device, not a file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _refused(
                FILE,
                path.name,
                f"It has {size:,} bytes; a study.toml has at most {MAX_BYTES:,}.",
                remedy="Give the study.toml, not an export.",
            )
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise _refused(FILE, path.name, "There is no such file.") from error
    except OSError as error:
        raise _refused(FILE, path.name, f"It cannot be opened: {error.strerror}.") from error
    return parse_study(_decode(raw, path.name), path.name, today=today)


def parse_study(text: str, name: str = "study.toml", *, today: date | None = None) -> Study:
    """The study stated by `text`. `today` (default: the current UTC day) bounds the cut date."""
    text = text.removeprefix("\ufeff")
    document, lines = _toml(text, name)
    complaints = Complaints(name, lines)
    top = Spot((), complaints)
    parts = _read_sections(document, top)
    parts["terms"] = words.build_terms(parts)
    parts.pop("missing", None)
    _store_named_columns(parts)
    contradictions.check(parts, document, top, today or datetime.now(tz=UTC).date())
    if complaints.findings:
        raise DataError(*complaints.findings)
    where = {dotted(path): line for path, line in lines.items()}
    return Study(text=StudyText(name=name, text=text, lines=where), **parts)


def _refused(
    rule: Rule, name: str, sentence: str, *, line: int | None = None, remedy: str | None = None
) -> DataError:
    return DataError(rule.finding(sentence, remedy=remedy, places=(Place(name, line=line),)))


def _decode(raw: bytes, name: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(ENCODING, name, "It is UTF-16.", line=1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(
            ENCODING, name, f"Byte {error.start + 1} of the file is not UTF-8.", line=line
        ) from error


def _toml(text: str, name: str) -> tuple[dict[str, Any], Mapping[tuple[str | int, ...], int]]:
    try:
        return tomllib.loads(text), locate(text)
    except RecursionError as error:
        raise _refused(SYNTAX, name, "Brackets are nested too deeply.") from error
    except ValueError as error:  # TOMLDecodeError, and numbers too long for Python
        line, sentence = _syntax(str(error), text)
        raise _refused(SYNTAX, name, sentence, line=line) from error


def _syntax(message: str, text: str) -> tuple[int | None, str]:
    """Line and sentence of a message of tomllib."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    what = re.sub(r"\s*\(at [^)]*\)", "", message).rstrip(".")
    if place:
        return int(place[1]), f"{what} (column {place[2]})."
    if "end of document" in message:
        return text.rstrip().count("\n") + 1, f"{what}: the file ends too early."
    return None, f"{what}."


def _read_sections(document: Mapping[str, Any], top: Spot) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, value in document.items():
        if name not in SECTIONS:
            _unknown_section(name, top)
            continue
        got = top.at(name).attempt(SECTIONS[name], value)
        if name == "cut" and "cut_date" in parts and got:
            top.at(name).complain(fields.DUPLICATE, "The cut date stands in [study] and in [cut].")
        parts.update(got or {})
    if "study" not in document:
        top.complain(MISSING, "There is no [study] section.", 'Add [study] with title = "...".')
    return parts


def _unknown_section(name: str, top: Spot) -> None:
    homes = [section for section, keys in KEYS.items() if name in keys]
    meant = nearest(name, SECTIONS)
    if meant:
        remedy = f"Did you mean [{meant}]?"
    elif homes:
        remedy = f"{name} is a key of [{homes[0]}]: put it below that heading."
    else:
        remedy = f"The sections are {or_list(SECTIONS, most=30)}."
    top.at(name).complain(UNKNOWN, f"There is no section or top-level key {shown(name)}.", remedy)


def _store_named_columns(parts: dict[str, Any]) -> None:
    """What filters, sets and backbones name is stored: it joins `keep` of ADSL."""
    named = [(f.column, f.kind) for f in parts.get("filters", ())]
    named += [(s.column, "category") for s in parts.get("sets", ()) if s.column]
    if parts.get("backbones"):
        named.append((parts["backbones"].column, "category"))
    if parts.get("biomarkers") and parts["biomarkers"].response:
        named.append((parts["biomarkers"].response, "category"))
    domains = dict(parts.get("domains", {}))
    spec = domains.get("ADSL", DomainSpec("ADSL"))
    keep, kinds = list(spec.keep), dict(spec.kinds)
    known = {name.casefold() for name in (*mapping.standard_names("ADSL"), *keep)}
    for column, kind in named:
        if column.casefold() in known:
            continue
        known.add(column.casefold())
        keep.append(column)
        if kind == "number":
            kinds.setdefault(column, "number")
    if len(keep) > len(spec.keep):
        domains["ADSL"] = replace(spec, keep=tuple(keep), kinds=kinds)
        parts["domains"] = domains
