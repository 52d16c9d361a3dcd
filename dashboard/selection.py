"""Selection: cut, analysis set, filters, grouping and rules, and its one form as a URL query.

A selection is frozen and canonical: equal views have equal queries, so the query is also the
cache key. Nothing from a query is believed: every value is looked up in the cut's own vocabulary.
Three parameters name patients, by their opaque keys only: `p` is a filter, `sel` is who is
highlighted, `with` is who stands beside a patient. Neither highlighting nor the order of a listing
(`order`), whom it shows (`shown`) and what was searched in it (`find`, never for an id) changes a
number, so they are in the address and never in the query.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode

from dashboard.event_filter import (
    NONE,
    PARAMETERS,
    EventFilter,
    EventFilterError,
    EventWords,
    event_filter,
)
from dashboard.listing import EVERYBODY, FIRST_ORDER, ORDERS, SHOWN, searched
from dashboard.patient_keys import KEY, LENGTH, joined, separated

#: patients a link can hold, once as a filter and once highlighted
MAX_PATIENTS = 400
MAX_QUERY = 8_000 + 2 * MAX_PATIENTS * LENGTH
MAX_FIELDS = 400
NO_WORDS = EventWords()
#: in a query, the level of patients whose value is missing
MISSING = ""

#: "several": a patient has any number of the levels
Kind = Literal["category", "number", "several"]
GROUPINGS = ("none", "backbone")
#: PFS as exported, else by the FDA-like rules; FDA-like or EMA-like as derived, for sensitivity
RULE_SETS = ("primary", "fda", "ema")
SETS = ("enrolled", "safety", "full", "evaluable")

_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?"  # \d would take the digits of every script
_RANGE = re.compile(rf"(?P<lower>{_NUMBER})?\.\.(?P<upper>{_NUMBER})?")
#: ends of a range lie below it; NaN, infinity and integers too long for a float do not
LIMIT = 1e9
#: a marker of a panel and what of it: immune.CD8.change. One that a cut does not hold is no error:
#: a card shows its first marker then
MARKER = re.compile(r"(?:immune|tissue)\.[A-Z0-9_]{1,32}\.(?:baseline|change)")
_CUT = re.compile(r"[0-9a-f]{6,64}")
_FILTER = "f."
_SINGLE = (
    *("study", "cut", "set", "group", "rules", "endpoint", "event", "lab", "marker", "table"),
    *("against", "p"),
    *("order", "shown", "find", "with", "sel"),
    *PARAMETERS,
)
#: patients that stand beside the one whose page it is
MAX_BESIDE = 2


class SelectionError(ValueError):
    """A query that names something this cut does not have.

    `problem` is a key of the text catalogue (`selection.<problem>`); `part` is one of the
    dashboard's own words (a parameter name), never an echo of what was sent.
    """

    def __init__(self, problem: str, part: str = "") -> None:
        super().__init__(f"{problem}: {part}" if part else problem)
        self.problem = problem
        self.part = part


@dataclass(frozen=True, slots=True)
class FilterField:
    """A column of ADSL that may be filtered, with the levels this cut holds ("" = missing)."""

    column: str
    label: str
    kind: Kind
    levels: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word a query about one cut may use."""

    study: str
    cut: str
    sets: tuple[str, ...] = SETS
    backbones: tuple[str, ...] = ()
    fields: tuple[FilterField, ...] = ()
    #: times to event, the one shown first in front
    endpoints: tuple[str, ...] = ()
    #: laboratory parameters (PARAMCD), the one shown first in front
    labs: tuple[str, ...] = ()
    #: feature tables of the microbiome, the one shown first in front
    tables: tuple[str, ...] = ()
    #: kinds of adverse event whose first occurrence and course may be looked at
    event_names: Container[str] = ()
    #: the keys of the cut's patients
    patients: Container[str] = ()
    #: switches of a filter on adverse events that are the study's own
    event_words: EventWords = NO_WORDS

    @property
    def groupings(self) -> tuple[str, ...]:
        """What curves may be split by: nothing, the backbone, or a category of ADSL."""
        return (*GROUPINGS, *(f.column for f in self.fields if f.kind == "category"))

    def field(self, column: str) -> FilterField | None:
        return next((f for f in self.fields if f.column == column), None)


@dataclass(frozen=True, slots=True)
class Levels:
    """Patients whose `column` holds one of `values`."""

    column: str
    values: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return self.values


@dataclass(frozen=True, slots=True)
class Range:
    """Patients whose `column` lies in [lower, upper]; None is open. Missing values are outside."""

    column: str
    lower: float | None = None
    upper: float | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        return (f"{_plain(self.lower)}..{_plain(self.upper)}",)


Filter = Levels | Range


@dataclass(frozen=True, slots=True)
class Selection:
    """What is looked at. `backbones` are ids of (overlapping) groups: in any of them is in.

    `endpoint` is a time to event of the cut, `lab` a laboratory parameter; "" is the first.
    `event` is a kind of adverse event whose course is looked at; "" is any.
    `against` is the id of another cut of the study that this one is compared with; "" is the one
    before it. `patients` are the keys of the patients chosen one by one (a filter like any other),
    `highlighted` those that every figure marks; both sorted, so that they are the same for every
    cut. `order` is how patients are listed ("" by id), `shown` and `find` narrow their listing,
    `beside` is who is shown beside the patient of a page.
    """

    study: str
    cut: str
    analysis_set: str = "enrolled"
    backbones: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = field(default=())
    group: str = "none"
    rules: str = "primary"
    endpoint: str = ""
    lab: str = ""
    event: str = ""
    against: str = ""
    patients: tuple[str, ...] = ()
    highlighted: tuple[str, ...] = ()
    order: str = ""
    shown: str = ""
    find: str = ""
    beside: tuple[str, ...] = ()
    #: which adverse events the Safety pages count; no filter on patients
    events: EventFilter = NONE
    #: the marker that outcomes are seen with; "" for none
    marker: str = ""
    #: the feature table that the microbiome is seen in; "" for the first
    table: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.backbones or self.filters or self.patients)

    def address(self) -> str:
        """The canonical query with its tail and who is highlighted: a link to this view."""
        sel = f"sel={joined(self.highlighted)}" if self.highlighted else ""
        return "&".join(part for part in (self.query(), self.tail(), sel) if part)

    def tail(self) -> str:
        """What an address holds beside the query and the highlighted: how patients are listed, and
        who stands beside whom. No number depends on it."""
        beside = f"with={','.join(self.beside)}" if self.beside else ""
        return "&".join(part for part in (self.listing(), beside) if part)

    def listing(self) -> str:
        """How patients are listed, as part of an address."""
        pairs = (("order", self.order), ("shown", self.shown), ("find", self.find))
        return urlencode([pair for pair in pairs if pair[1]], quote_via=quote, safe="")

    def listed(self) -> str:
        """The query with how patients are listed: what links between patients carry."""
        return "&".join(part for part in (self.query(), self.listing()) if part)

    def query(self) -> str:
        """The canonical query of the results, without "?". Defaults are left out, study and cut
        never; who is highlighted is no part of it."""
        pairs = [("study", self.study), ("cut", self.cut[:16])]
        if self.analysis_set != "enrolled":
            pairs.append(("set", self.analysis_set))
        if self.group != "none":
            pairs.append(("group", self.group))
        if self.rules != "primary":
            pairs.append(("rules", self.rules))
        looked_at = (("endpoint", self.endpoint), ("lab", self.lab), ("event", self.event))
        pairs += [p for p in looked_at if p[1]]
        if self.against:
            pairs.append(("against", self.against[:16]))
        pairs += [("backbone", b) for b in self.backbones]
        pairs += [(_FILTER + f.column, text) for f in self.filters for text in f.texts]
        if self.patients:
            pairs.append(("p", joined(self.patients)))
        pairs += self.events.pairs()
        pairs += [p for p in (("marker", self.marker), ("table", self.table)) if p[1]]
        return urlencode(pairs, quote_via=quote, safe="")

    def without(self, column: str, value: str | None = None) -> Selection:
        """This selection less one filter (or one value of it); "backbone" and "patients" are
        columns."""
        if column == "patients":
            return replace(self, patients=())
        if column == "backbone":
            kept = tuple(b for b in self.backbones if value is not None and b != value)
            return replace(self, backbones=kept)
        filters: list[Filter] = []
        for item in self.filters:
            if item.column != column:
                filters.append(item)
            elif value is not None and isinstance(item, Levels):
                rest = tuple(v for v in item.values if v != value)
                filters += [Levels(column, rest)] if rest else []
        return replace(self, filters=tuple(filters))

    def unfiltered(self) -> Selection:
        return replace(self, backbones=(), filters=(), patients=())


def wanted(query: str) -> tuple[str | None, str | None]:
    """The study and cut a query names, before anything is opened. Raises SelectionError."""
    fields = _fields(query)
    study, cut = _one(fields, "study"), _one(fields, "cut")
    if cut is not None and not _CUT.fullmatch(cut):
        raise SelectionError("unknown_cut")
    return study, cut


def wanted_against(query: str) -> str | None:
    """The cut a query compares with. Raises SelectionError."""
    against = _one(_fields(query), "against")
    if against is not None and not _CUT.fullmatch(against):
        raise SelectionError("unknown_cut")
    return against


def parse(query: str, vocabulary: Vocabulary) -> Selection:
    """The selection a query means for the cut of `vocabulary`. Raises SelectionError."""
    fields = _fields(query)
    columns = {k[len(_FILTER) :]: v for k, v in fields.items() if k.startswith(_FILTER)}
    for name in fields:
        if name not in (*_SINGLE, "backbone") and not name.startswith(_FILTER):
            raise SelectionError("unknown_parameter")
    endpoint = _choice(fields, "endpoint", vocabulary.endpoints, "")
    lab = _choice(fields, "lab", vocabulary.labs, "")
    return Selection(
        study=vocabulary.study,
        cut=vocabulary.cut,
        analysis_set=_choice(fields, "set", vocabulary.sets, "enrolled"),
        backbones=_known(fields.get("backbone", ()), vocabulary.backbones, "backbone"),
        filters=_filters(columns, vocabulary),
        group=_choice(fields, "group", vocabulary.groupings, "none"),
        rules=_choice(fields, "rules", RULE_SETS, "primary"),
        endpoint="" if endpoint in vocabulary.endpoints[:1] else endpoint,
        lab="" if lab in vocabulary.labs[:1] else lab,
        event=_choice(fields, "event", vocabulary.event_names, ""),
        patients=_chosen_patients(fields, vocabulary),
        highlighted=tuple(k for k in _keys(fields, "sel") if k in vocabulary.patients),
        order="" if (order := _choice(fields, "order", ORDERS, "")) == FIRST_ORDER else order,
        shown="" if (shown := _choice(fields, "shown", SHOWN, "")) == EVERYBODY else shown,
        find=_searched(fields),
        beside=_beside(fields, vocabulary),
        events=_events(fields, vocabulary),
        marker=_marker(fields),
        # one that a cut does not hold is no error, for a link to another cut: the first is shown
        table=table if (table := _one(fields, "table") or "") in vocabulary.tables[1:] else "",
    )


def choose(selection: Selection, column: str, value: object, vocabulary: Vocabulary) -> Selection:
    """`selection` with the filter on one column set to what a control holds (untrusted).

    A list of levels for a category, `[lower, upper]` for a number; empty means no filter.
    """
    if column == "backbone":
        return replace(selection, backbones=_known(_strings(value), vocabulary.backbones, column))
    spec = vocabulary.field(column)
    if spec is None:
        raise SelectionError("unknown_filter")
    new = _range_of(spec, value) if spec.kind == "number" else _levels(spec, _strings(value))
    others = {f.column: f for f in selection.filters if f.column != column}
    if new is not None:
        others[column] = new
    return replace(selection, filters=_in_order(others, vocabulary))


def _events(fields: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary) -> EventFilter:
    given = {name: value for name in PARAMETERS if (value := _one(fields, name)) is not None}
    try:
        return event_filter(given, vocabulary.event_words)
    except EventFilterError as error:
        raise SelectionError("unknown_value", str(error)) from error


def _marker(fields: Mapping[str, tuple[str, ...]]) -> str:
    value = _one(fields, "marker") or ""
    if value and not MARKER.fullmatch(value):
        raise SelectionError("unknown_value", "marker")
    return value


def _keys(fields: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    value = _one(fields, name)
    if value is None:
        return ()
    keys = separated(value)
    if keys is None:
        raise SelectionError("unreadable_patients")
    if len(keys) > MAX_PATIENTS:
        raise SelectionError("too_many_patients", str(MAX_PATIENTS))
    return keys


def _beside(fields: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Keys of the patients shown beside another; one that this cut does not hold is left out."""
    value = _one(fields, "with")
    if value is None:
        return ()
    keys = tuple(dict.fromkeys(value.split(",")))
    if not all(KEY.fullmatch(k) for k in keys):
        raise SelectionError("unreadable_patients")
    return tuple(k for k in keys if k in vocabulary.patients)[:MAX_BESIDE]


def _searched(fields: Mapping[str, tuple[str, ...]]) -> str:
    """What was searched in a listing, as the search field would have it."""
    value = _one(fields, "find") or ""
    if value != searched(value):
        raise SelectionError("unknown_value", "find")
    return value


def _chosen_patients(
    fields: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary
) -> tuple[str, ...]:
    """The filter on patients. One that this cut does not hold would make every n a riddle."""
    keys = _keys(fields, "p")
    if any(k not in vocabulary.patients for k in keys):
        raise SelectionError("unknown_patient")
    return keys


def _fields(query: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(query, str) or len(query) > MAX_QUERY:
        raise SelectionError("too_long")
    try:
        pairs = parse_qsl(
            query.removeprefix("?"),
            keep_blank_values=True,
            max_num_fields=MAX_FIELDS,
            errors="strict",
        )
    except ValueError as error:  # too many fields, or bytes that are no text
        raise SelectionError("unreadable") from error
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return fields


def _one(fields: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    values = fields.get(name, ())
    if len(values) > 1:
        raise SelectionError("repeated", name)
    return values[0] if values else None


def _choice(
    fields: Mapping[str, tuple[str, ...]], name: str, allowed: Container[str], default: str
) -> str:
    value = _one(fields, name)
    if value is None:
        return default
    if value not in allowed:
        raise SelectionError("unknown_value", name)
    return value


def _known(values: Iterable[str], allowed: tuple[str, ...], name: str) -> tuple[str, ...]:
    chosen = set(values)
    if not chosen <= set(allowed):
        raise SelectionError("unknown_value", name)
    return tuple(a for a in allowed if a in chosen)


def _filters(columns: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary) -> tuple[Filter, ...]:
    found: dict[str, Filter] = {}
    for column, values in columns.items():
        spec = vocabulary.field(column)
        if spec is None:
            raise SelectionError("unknown_filter")
        if spec.kind == "number":
            if len(values) > 1:
                raise SelectionError("repeated", spec.label)
            new: Filter | None = _range(spec, values[0])
        else:
            new = _levels(spec, values)
        if new is not None:
            found[column] = new
    return _in_order(found, vocabulary)


def _in_order(filters: Mapping[str, Filter], vocabulary: Vocabulary) -> tuple[Filter, ...]:
    return tuple(filters[f.column] for f in vocabulary.fields if f.column in filters)


def _levels(spec: FilterField, values: Iterable[str]) -> Levels | None:
    chosen = _known(values, spec.levels, spec.label)
    return Levels(spec.column, chosen) if chosen else None


def _range(spec: FilterField, value: str) -> Range | None:
    match = _RANGE.fullmatch(value)
    if match is None:
        raise SelectionError("unknown_value", spec.label)
    ends = [None if match[k] is None else float(match[k]) for k in ("lower", "upper")]
    return _checked(spec, ends[0], ends[1])


def _range_of(spec: FilterField, value: object) -> Range | None:
    ends = value if isinstance(value, list | tuple) and len(value) == 2 else (None, None)
    numbers: list[float | None] = []
    for end in ends:
        if end is None or end == "":
            numbers.append(None)
        elif isinstance(end, int | float) and not isinstance(end, bool) and abs(end) < LIMIT:
            numbers.append(float(end))
        else:
            raise SelectionError("unknown_value", spec.label)
    return _checked(spec, numbers[0], numbers[1])


def _checked(spec: FilterField, lower: float | None, upper: float | None) -> Range | None:
    if lower is None and upper is None:
        return None
    if lower is not None and upper is not None and lower > upper:
        raise SelectionError("empty_range", spec.label)
    # what the query can say is what is meant: six decimals, no minus zero
    low, high = (None if end is None else round(end, 6) + 0.0 for end in (lower, upper))
    if any(end is not None and abs(end) >= LIMIT for end in (low, high)):
        raise SelectionError("unknown_value", spec.label)
    return Range(spec.column, low, high)


def _strings(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return tuple(value)
    raise SelectionError("unreadable")


def _plain(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".")
