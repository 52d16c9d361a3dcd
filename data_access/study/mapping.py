"""The sections of study.toml that map an export onto ADaM names and words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from data_access.schema import DOMAINS
from data_access.study.extract import extract
from data_access.study.fields import (
    DUPLICATE,
    VALUE,
    Key,
    Keys,
    Refusal,
    Spot,
    cell,
    choice,
    complete,
    flag,
    mapping,
    no_repeats,
    one_or_more,
    table,
    text,
    wrong_type,
)
from data_access.study.model import (
    DomainSpec,
    FeatureTable,
    FileSpec,
    WideResponse,
    WideTte,
)
from data_access.study.sections import NAME, read_tables
from data_access.study.suggest import nearest, or_list

_KINDS = ("text", "code", "number", "integer", "date", "partial", "flag")
_ENCODINGS = ("utf-8", "gb18030", "cp1252")


def standard_names(domain: str) -> tuple[str, ...]:
    """The columns every study may have in a domain."""
    return tuple(c.name for c in DOMAINS[domain].columns)


def domain_name(name: str, spot: Spot) -> str | None:
    """The domain meant, or None with a complaint that suggests one."""
    if name.upper() in DOMAINS:
        return name.upper()
    meant = nearest(name, DOMAINS)
    spot.complain(
        NAME,
        f"There is no domain “{name}”.",
        f"Did you mean {meant}?" if meant else f"Interim reads {or_list(DOMAINS)}.",
    )
    return None


def file_name(value: Any, spot: Spot) -> str:
    """The name of a file that lies in the exports folder itself."""
    name = text(value, spot)
    if re.search(r"[/\\:]", name) or name in {".", ".."}:
        raise Refusal(
            VALUE,
            f"{spot.name} is “{name}”; it must be a file of the exports folder itself.",
            "Write the file name alone, without folders.",
        )
    return name


# --- [files] ------------------------------------------------------------------------------------


def _separator(value: Any, spot: Spot) -> str:
    if not isinstance(value, str):
        raise wrong_type(value, spot, "text", 'Write ";" or "\\t" (tab).')
    if len(value) != 1 or value.isalnum() or value in "\r\n\"' .-_":
        raise Refusal(VALUE, f"{spot.name} cannot part columns.", 'Write ",", ";", "|" or "\\t".')
    return value


HOW: Keys = {
    "encoding": Key(choice(*_ENCODINGS)),
    "separator": Key(_separator),
    "decimal": Key(choice(".", ",")),
    "sheet": Key(text),
}
FILE: Keys = {"path": Key(one_or_more(file_name), required=True), **HOW, "optional": Key(flag)}


def files(value: Any, spot: Spot) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type(value, spot, "a section", 'Write [files] with adsl = "adsl.csv".')
    no_repeats(((k, spot.at(k)) for k in value), "[files]")
    out: dict[str, Any] = {"files": {}}
    for name, item in value.items():
        at = spot.at(name)
        if name == "default":
            got = at.attempt(lambda v, s: table(v, s, HOW), item)
            if got is not None:
                out["default_file"] = _file_spec(at, FileSpec("", (), **got))
            continue
        domain = domain_name(name, at)
        spec = at.attempt(_file, item)
        if domain and spec:
            out["files"][domain] = _file_spec(at, FileSpec(domain, **spec))
    _no_shared_file(out["files"], spot)
    return out


def _file(value: Any, spot: Spot) -> dict[str, Any] | None:
    if isinstance(value, dict):
        out = table(value, spot, FILE)
        return {"paths": out.pop("path"), **out} if complete(out, FILE) else None
    return {"paths": one_or_more(file_name)(value, spot)}


def _file_spec(spot: Spot, spec: FileSpec) -> FileSpec:
    if spec.separator == spec.decimal:
        spot.at("decimal").complain(
            VALUE, f"{spot.name} has “{spec.decimal}” both as separator and as decimal sign."
        )
    return spec


def _no_shared_file(specs: Mapping[str, FileSpec], spot: Spot) -> None:
    """One table of a file is one domain; the sheets of a workbook are different tables."""
    seen: dict[tuple[str, str | None], str] = {}
    for domain, spec in specs.items():
        for path in spec.paths:
            other = seen.setdefault((path.casefold(), spec.sheet), domain)
            if other != domain:
                name = next(k for k in spot_keys(spot) if k.upper() == domain)
                spot.at(name).complain(
                    DUPLICATE,
                    f"[files] gives {path} to {other} and to {domain}.",
                    f'Give it to one; [domains.{domain.lower()}] from = "{other}" '
                    "derives a second domain from the same file.",
                )


def spot_keys(spot: Spot) -> list[str]:
    """The keys that stand directly under a spot, as the file spells them."""
    depth = len(spot.path)
    return [
        str(path[depth])
        for path in spot.complaints.lines
        if len(path) == depth + 1 and path[:depth] == spot.path
    ]


# --- [domains.<domain>] -------------------------------------------------------------------------


def _keep(value: Any, spot: Spot) -> dict[str, tuple[str, ...]]:
    """{stored name: export names}; a list keeps the names of the export."""
    if isinstance(value, dict):
        read = mapping(one_or_more(cell), example='keep = { PDL1IC = "IC.Level" }')
        renamed: dict[str, tuple[str, ...]] = read(value, spot)
        return renamed
    return dict.fromkeys(one_or_more(cell)(value, spot), ())


def _dates(value: Any, spot: Spot) -> str:
    pattern = text(value, spot)
    if pattern.casefold() in ("iso", "sas"):
        return pattern.casefold()
    if not all(part in pattern for part in ("%d",)) or not re.search(r"%[yY]", pattern):
        raise Refusal(
            VALUE,
            f"{spot.name} is “{pattern}”; it must be “iso”, “sas” or a pattern with day, month "
            "and year.",
            'Write dates = "%d/%m/%Y" for 31/03/2026, "%d%b%Y" for 31MAR2026.',
        )
    if not re.search(r"%[mbB]", pattern):
        raise Refusal(VALUE, f"{spot.name} has no month.", "Add %m (03), %b (Mar) or %B (March).")
    return pattern


#: what only a domain made from another table can state
_OF_DERIVED = ("key", "constants", "extract")

DOMAIN: Keys = {
    "columns": Key(mapping(one_or_more(cell), example='columns = { USUBJID = "SUBJECT" }')),
    "keep": Key(_keep),
    "kinds": Key(mapping(choice(*_KINDS), example='kinds = { TMB = "number" }')),
    "person": Key(cell),
    "from": Key(text),
    "key": Key(one_or_more(cell)),
    "constants": Key(mapping(cell, example='constants = { AVISIT = "BASELINE" }')),
    "extract": Key(
        mapping(extract, example="extract = { ARM = { column = \"SAMPLE\", pattern = '-(A|B)-' } }")
    ),
    "dates": Key(_dates),
}


def domains(value: Any, spot: Spot) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type(value, spot, "a section", "Write it as [domains.adsl].")
    no_repeats(((k, spot.at(k)) for k in value), "[domains]")
    out: dict[str, DomainSpec] = {}
    for name, item in value.items():
        at = spot.at(name)
        domain = domain_name(name, at)
        got = at.attempt(lambda v, s: table(v, s, DOMAIN), item)
        if domain and got is not None:
            out[domain] = _domain_spec(domain, got, at)
    return {"domains": out}


def _domain_spec(domain: str, got: dict[str, Any], spot: Spot) -> DomainSpec:
    standard = {n.casefold(): n for n in standard_names(domain)}
    kept: dict[str, tuple[str, ...]] = dict(got.get("keep", {}))
    for name in (*got.get("constants", {}), *got.get("extract", {})):
        if name.casefold() not in {*standard, *(k.casefold() for k in kept)}:
            kept[name] = ()
    for key in _OF_DERIVED:
        if key in got and "from" not in got:
            spot.at(key).complain(
                VALUE,
                f"{spot.name} states {key} and no from.",
                'Add from = "<file>", or remove it.',
            )
    for name in kept:
        if name.startswith("_"):
            spot.at("keep").complain(VALUE, f"A column cannot be stored as “{name}”.", "Rename it.")
    known = {**{k.casefold(): k for k in kept}, **standard}
    if "person" in got and domain != "ADSL":
        spot.at("person").complain(VALUE, "person can be stated for ADSL only.", "Remove it.")
    return DomainSpec(
        domain=domain,
        columns=_columns(got, known, spot, domain),
        keep=tuple(known[k.casefold()] for k in kept),
        kinds=_kinds(got, known, spot, domain),
        person=got.get("person"),
        source=_derived_from(got, spot, domain),
        key=got.get("key", ()),
        constants={known[k.casefold()]: v for k, v in got.get("constants", {}).items()},
        extract={known[k.casefold()]: v for k, v in got.get("extract", {}).items()},
        dates=got.get("dates", "iso"),
    )


def _columns(
    got: Mapping[str, Any], known: Mapping[str, str], spot: Spot, domain: str
) -> dict[str, tuple[str, ...]]:
    """Export names of standard and kept columns, from `columns` and from a renaming `keep`."""
    out = {known[k.casefold()]: v for k, v in got.get("keep", {}).items() if v}
    for name, sources in got.get("columns", {}).items():
        at = spot.at("columns", name)
        full = _known(name, known, at, domain)
        if full and full in out:
            at.complain(DUPLICATE, f"{full} is mapped under keep already.")
        elif full:
            out[full] = sources
    return out


def _kinds(
    got: Mapping[str, Any], known: Mapping[str, str], spot: Spot, domain: str
) -> dict[str, str]:
    out = {}
    for name, kind in got.get("kinds", {}).items():
        at = spot.at("kinds", name)
        full = _known(name, known, at, domain)
        if full in standard_names(domain):
            at.complain(
                VALUE, f"{full} is a standard column; its kind is fixed.", "Remove it from kinds."
            )
        elif full:
            out[full] = kind
    return out


def _derived_from(got: Mapping[str, Any], spot: Spot, domain: str) -> str | None:
    source: str | None = got.get("from")
    if source and source.upper() in DOMAINS:
        source = source.upper()
    if source == domain:
        spot.at("from").complain(VALUE, f"{domain} cannot be derived from itself.", "Remove it.")
    return source


def _known(name: str, known: Mapping[str, str], spot: Spot, domain: str) -> str | None:
    """The stored column meant by `name`, or None with a complaint."""
    if name.casefold() in known:
        return known[name.casefold()]
    meant = nearest(name, known.values())
    spot.complain(
        NAME,
        f"“{name}” is neither a standard column of {domain} nor in its keep.",
        f"Did you mean {meant}?" if meant else f'Add "{name}" to keep to store it.',
    )
    return None


# --- [tte.<PARAMCD>], [best_response.<PARAMCD>], [features.<id>] --------------------------------

_UNITS = choice("DAYS", "WEEKS", "MONTHS", "YEARS")
TTE: Keys = {
    "label": Key(text),
    "file": Key(file_name),
    "time": Key(cell, required=True),
    "unit": Key(_UNITS, required=True),
    "event": Key(cell, required=True),
    "events": Key(one_or_more(cell), required=True),
    "censored": Key(one_or_more(cell), required=True),
}
BEST_RESPONSE: Keys = {
    "label": Key(text),
    "file": Key(file_name),
    "column": Key(cell, required=True),
}
FEATURES: Keys = {
    "file": Key(file_name, required=True),
    "label": Key(text),
    "layout": Key(choice("auto", "wide", "wide-transposed", "long", "biom", "metaphlan")),
    "kind": Key(choice("counts", "proportions")),
    "taxonomy": Key(file_name),
}
_LABELS = {
    "OS": "Overall survival",
    "PFS": "Progression-free survival",
    "BOR": "Best overall response",
    "CBOR": "Confirmed best overall response",
}


def tte(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = []
    for id_, got in read_tables(value, spot, TTE, example="[tte.OS]").items():
        both = {e.casefold() for e in got["events"]} & {c.casefold() for c in got["censored"]}
        if both:
            spot.at(id_, "censored").complain(
                VALUE, f"[{spot.name}.{id_}] has {or_list(sorted(both))} as event and as censored."
            )
        out.append(
            WideTte(
                paramcd=id_.upper(),
                label=got.get("label", _LABELS.get(id_.upper(), id_)),
                file=_source(got),
                time=got["time"],
                event=got["event"],
                event_values=got["events"],
                censored_values=got["censored"],
                unit=got["unit"],
            )
        )
    return {"wide_tte": tuple(out)}


def _source(got: Mapping[str, Any]) -> str:
    """The file of a wide table: "ADSL" (the file of that domain) unless another is named."""
    name = str(got.get("file", "ADSL"))
    return name.upper() if name.upper() in DOMAINS else name


def best_response(value: Any, spot: Spot) -> Mapping[str, Any]:
    found = read_tables(value, spot, BEST_RESPONSE, example="[best_response.CBOR]")
    return {
        "wide_response": tuple(
            WideResponse(
                paramcd=id_.upper(),
                label=got.get("label", _LABELS.get(id_.upper(), id_)),
                file=_source(got),
                column=got["column"],
            )
            for id_, got in found.items()
        )
    }


def features(value: Any, spot: Spot) -> Mapping[str, Any]:
    found = read_tables(value, spot, FEATURES, example="[features.gut]")
    return {
        "features": tuple(
            FeatureTable(id=id_, **{"label": id_, **got}) for id_, got in found.items()
        )
    }
