"""What the tables of a folder propose for study.toml: domains, feature tables, ways to write dates.

Nothing is decided here: each is a commented line that a person takes or leaves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from data_access.findings import DataError
from data_access.normalise.layouts import layouts_of, within_sas_days
from data_access.rawtable import RawTable
from data_access.readers.features import FeatureData, feature_data
from data_access.readers.recognise import stem
from data_access.schema import DOMAINS, Kind
from data_access.study.profile import Profile, words
from data_access.study.suggest import plain

#: Different dates looked at per column.
_DATES = 20_000
#: A taxonomy names these ranks, and counts nothing.
_RANKS = frozenset({"kingdom", "domain", "phylum", "class", "order", "family", "genus", "species"})
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")
_PEOPLE = re.compile(r"subj|patient|person|pat.?id|usubjid|clinical|adsl", re.IGNORECASE)


def quoted(text: str) -> str:
    """A TOML basic string on one line."""
    return json.dumps(words(text), ensure_ascii=False)


@dataclass(slots=True)
class Sorted:
    """The tables of a folder by what they may be."""

    profiles: dict[str, Profile] = field(default_factory=dict)  # domain -> its table
    guessed: set[str] = field(default_factory=set)  # domains that only look so by name
    doubles: list[tuple[str, Profile]] = field(default_factory=list)  # a second table of a domain
    features: list[tuple[Profile, FeatureData]] = field(default_factory=list)
    taxonomies: list[Profile] = field(default_factory=list)
    others: list[Profile] = field(default_factory=list)


def sort_tables(tables: Sequence[tuple[RawTable, str | None]]) -> Sorted:
    """Tables with the domain their names say: the others by what their names and columns are like.

    A patient sheet comes first among `others`.
    """
    out = Sorted()
    loose: list[Profile] = []
    for table, domain in tables:
        profile = Profile(table)
        if domain is None:
            loose.append(profile)
        elif domain in out.profiles:
            out.doubles.append((domain, profile))
        else:
            out.profiles[domain] = profile
    for profile in loose:
        _sort_one(profile, out)
    out.others.sort(key=lambda p: not _of_patients(p))
    return out


def _sort_one(profile: Profile, out: Sorted) -> None:
    name = stem(profile.table.source.name).upper()
    alike = [d for d in DOMAINS if d in name]
    if len(alike) == 1 and alike[0] not in out.profiles:
        out.profiles[alike[0]] = profile
        out.guessed.add(alike[0])
    elif _is_taxonomy(profile.table):
        out.taxonomies.append(profile)
    elif (data := _abundances(profile.table)) is not None:
        out.features.append((profile, data))
    else:
        out.others.append(profile)


def _abundances(table: RawTable) -> FeatureData | None:
    """The table as samples x taxa when its first column says it is one, and its cells are."""
    try:
        return feature_data(table)
    except DataError:
        return None


def _is_taxonomy(table: RawTable) -> bool:
    return len(_RANKS & {plain(c.name) for c in table.columns}) >= 3


def _of_patients(profile: Profile) -> bool:
    """Whether a sheet has a column, or a name, that speaks of patients."""
    names = [profile.name, *(c.name for c in profile.table.columns)]
    return any(_PEOPLE.search(n) for n in names)


# --- feature tables -----------------------------------------------------------------------------


def features(found: Sorted) -> Iterator[str]:
    """A [features.<id>] section for each table of abundances."""
    used: set[str] = set()
    for profile, data in found.features:
        id_ = re.sub(r"[^a-z0-9]+", "-", stem(profile.name).lower()).strip("-")[:36] or "table"
        while id_ in used:
            id_ += "x"
        used.add(id_)
        size = f"{len(data.samples):,} samples, {len(data.taxa):,} taxa"
        yield f"# [features.{id_}]"
        yield f"# file = {quoted(profile.name)}  ## {size}"
        yield f"# label = {quoted(stem(profile.name).replace('_', ' '))}"
        yield f"# kind = {quoted(data.kind)}  ## by its values"
        taxonomy = _taxonomy_of(data, found.taxonomies)
        if taxonomy is not None:
            yield f"# taxonomy = {quoted(taxonomy.name)}"
    if found.features and "ADMB" not in found.profiles:
        yield "## ADMB (USUBJID, SAMPLEID) says which patient a sample is of; none was found."


def _taxonomy_of(data: FeatureData, taxonomies: Sequence[Profile]) -> Profile | None:
    """The taxonomy that knows every taxon of a table; the smallest where several do."""
    taxa = set(data.taxa)
    fitting = []
    for profile in taxonomies:
        first = profile.table.data.column(0)
        if taxa <= {str(v).strip() for v in first.to_pylist() if v is not None}:
            fitting.append(profile)
    return min(fitting, key=lambda p: p.table.rows, default=None)


# --- dates --------------------------------------------------------------------------------------


def dates(domain: str, profile: Profile) -> list[str]:
    """`dates = ...` where the dates of a domain are all written in one other way than ISO 8601."""
    iso, columns = _date_values(domain, profile)
    if not columns:
        return []
    shown = ", ".join(list(columns)[:5])
    if iso:
        return [f"## dates: {shown} are not written as YYYY-MM-DD; {iso[0]} is. Export all so."]
    values = [v for found in columns.values() for v in found]
    if all(re.fullmatch(r"\d{4,5}(\.0*)?", v) for v in values) and within_sas_days(values):
        return [f'# dates = "sas"  ## {shown}: days since 1960-01-01, as SAS counts']
    layouts = layouts_of(values)
    if not layouts:
        return [f"## dates: {shown} are not written as YYYY-MM-DD, and not all in one way"]
    first, *rest = layouts
    return [
        f"# dates = {quoted(first)}  ## how {shown} are written",
        *(f"## or: dates = {quoted(x)}; the days do not tell which" for x in rest),
    ]


def _date_values(domain: str, profile: Profile) -> tuple[list[str], Mapping[str, list[str]]]:
    """The columns of dates that hold ISO 8601, and the others with their different values."""
    kinds = {c.name: c.kind for c in DOMAINS[domain].columns}
    iso: list[str] = []
    found: dict[str, list[str]] = {}
    for column in profile.table.columns:
        name = column.name.strip().upper()
        if kinds.get(name) is not Kind.DATE or column.name in profile.identifiers:
            continue
        if column.declared not in ("text", "number"):
            continue
        values = profile.values(column.name).drop_null()
        texts = [_text(v) for v in values.unique().to_pylist()[:_DATES]]
        texts = [t for t in texts if t]
        if any(_ISO.fullmatch(t) for t in texts):
            iso.append(words(name))
        elif texts:
            found[words(name)] = texts
    return iso, found


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()
