"""study.toml as frozen, typed values: everything about one trial that is not in its data.

Parsing and its errors live in `data_access.study.parse`; this module only says what a study is.
A value the trial has not stated is None and is shown as "not stated", never invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

OriginEvent = Literal["first_dose", "enrolment", "randomisation"]


@dataclass(frozen=True, slots=True)
class Design:
    arms: int = 1
    randomised: bool = False
    planned_patients: int | None = None
    #: cumulative planned enrolment as (date, patients), ascending; empty = no plan stated
    accrual_plan: tuple[tuple[date, int], ...] = ()
    simon: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A registered endpoint: its wording is quoted, its window is in days from the origin."""

    id: str  # ORR, DCR, PFS, OS, AE, BIOMARKER ...
    label: str
    role: Literal["primary", "secondary", "exploratory", "safety"]
    wording: str | None = None
    window_days: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Parameters of the derivations (days unless named otherwise)."""

    confirm_days: int = 28
    sd_min_days: int = 42
    max_ne: int = 1
    accept_sd_between: bool = False
    assessment_interval: int = 56
    visit_window: int = 7
    orr_window_days: int | None = None  # None: no window stated, headline covers all follow-up
    pfs_window_days: float | None = None
    ae_window_days: int | None = None
    cb_days: int = 168
    teae_end_days: int = 30
    hys_law_days: int = 30
    conf_type: Literal["log-log", "log", "plain"] = "log-log"
    level: float = 0.95
    min_group: int = 5
    ctcae_version: str = "5.0"


@dataclass(frozen=True, slots=True)
class BackboneGroup:
    id: str
    label: str
    values: tuple[str, ...]  # terms of the export that mean this drug or class
    within: tuple[str, ...] = ()  # wider groups each member also belongs to (carboplatin: platinum)


@dataclass(frozen=True, slots=True)
class Backbones:
    """How patients are grouped by chemotherapy backbone.

    A value of `column` may name several drugs, joined by `separator` (a doublet). `groups` may
    overlap; the disjoint partition takes, of all groups a patient is in, the first in `priority`.
    """

    column: str
    groups: tuple[BackboneGroup, ...]
    separator: str = "+"
    priority: tuple[str, ...] = ()
    label: str = "Backbone"

    def members(self, value: str | None) -> tuple[str, ...]:
        """Group ids of an export value, in the order of `groups`; () when missing or unknown."""
        if value is None:
            return ()
        parts = {p.strip().casefold() for p in value.split(self.separator)}
        hit = {g.id for g in self.groups if parts & {v.casefold() for v in g.values}}
        by_id = {g.id: g for g in self.groups}
        pending = list(hit)
        while pending:
            for wider in by_id[pending.pop()].within:
                if wider not in hit:
                    hit.add(wider)
                    pending.append(wider)
        return tuple(g.id for g in self.groups if g.id in hit)

    def primary(self, value: str | None) -> str | None:
        """The one group of the disjoint partition, or None."""
        members = self.members(value)
        for group in self.priority or tuple(g.id for g in self.groups):
            if group in members:
                return group
        return None


@dataclass(frozen=True, slots=True)
class AnalysisSet:
    id: Literal["enrolled", "safety", "full", "evaluable"]
    label: str
    column: str | None = None  # ADSL flag; None: the default rule of docs/definitions.md
    values: tuple[str, ...] = ("Y",)


@dataclass(frozen=True, slots=True)
class FileSpec:
    """Which file(s) hold a domain and how to read them. `paths` are alternatives: exactly one of
    them is expected in the folder."""

    domain: str
    paths: tuple[str, ...]
    encoding: str | None = None  # utf-8 (default), gb18030, cp1252
    separator: str | None = None
    decimal: Literal[".", ","] = "."
    sheet: str | None = None
    optional: bool = False  # may be absent from an export: the domain's page then says so


@dataclass(frozen=True, slots=True)
class Extract:
    """A value that stands inside another: the first group of `pattern` (RE2) in `column`."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class DomainSpec:
    """Mapping for one domain: `columns` standard name -> export names (first present wins)."""

    domain: str
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: tuple[str, ...] = ()  # extra columns to store beside the standard ones
    kinds: Mapping[str, str] = field(default_factory=dict)  # column -> text|number|date|flag
    person: str | None = (
        None  # ADSL only: export column that identifies the person (samples != people)
    )
    #: make this domain from a sheet (file name) or from the table of another domain
    source: str | None = None
    key: tuple[str, ...] = ()  # with `source`: columns that together name a patient
    constants: Mapping[str, str] = field(default_factory=dict)  # with `source`: one value for all
    extract: Mapping[str, Extract] = field(default_factory=dict)  # with `source`: part of a cell
    dates: str = (
        "iso"  # text dates: "iso", or a strptime pattern the export declares, never guessed
    )


@dataclass(frozen=True, slots=True)
class WideTte:
    """A time-to-event endpoint held as columns of a one-row-per-patient sheet."""

    paramcd: str
    label: str
    file: str  # file name, or "ADSL": the file of that domain
    time: str
    event: str
    event_values: tuple[str, ...]
    censored_values: tuple[str, ...]
    unit: Literal["DAYS", "WEEKS", "MONTHS", "YEARS"]


@dataclass(frozen=True, slots=True)
class WideResponse:
    """A best response held as a column of a one-row-per-patient sheet."""

    paramcd: str
    label: str
    file: str  # file name, or "ADSL": the file of that domain
    column: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the words of this export mean. Keys are compared without regard to case and spaces."""

    response: Mapping[str, str] = field(
        default_factory=dict
    )  # export AVALC -> CR|PR|SD|NON-CR/NON-PD|PD|NE|MISSING
    #: PARAMCD of the export for a standard purpose: OVR, BOR, CBOR, PFS, OS, DOR, TARGET_SUM ...
    paramcds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    event_codes: tuple[str, ...] = ("0",)  # CNSR values that mean an event
    related: tuple[str, ...] = (
        "Y",
        "YES",
        "RELATED",
        "POSSIBLE",
        "PROBABLE",
        "DEFINITE",
        "POSSIBLY RELATED",
        "PROBABLY RELATED",
        "DEFINITELY RELATED",
        "POSSIBLY",
        "PROBABLY",
        "DEFINITELY",
        "CERTAIN",
        "SUSPECTED",
        "REASONABLE POSSIBILITY",
    )
    not_related: tuple[str, ...] = (
        "N",
        "NO",
        "NONE",
        "NOT RELATED",
        "UNRELATED",
        "REMOTE",
        "UNLIKELY",
        "UNLIKELY RELATED",
        "NOT SUSPECTED",
        "NO REASONABLE POSSIBILITY",
    )
    related_columns: Mapping[str, str] = field(default_factory=dict)  # drug id -> ADAE column
    severity_scale: Literal["auto", "CTCAE", "severity"] = "auto"
    units: Mapping[str, str] = field(default_factory=dict)  # export unit -> standard unit
    missing: tuple[str, ...] = ()  # cell values that mean "missing" in every column
    missing_by_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    literal: tuple[str, ...] = ()  # words like "None" that are real values in this export


@dataclass(frozen=True, slots=True)
class External:
    """A published frequency of an event of special interest, from other patients than the trial's.

    `words` where no proportion is printed; x of n, or an estimate with or without its interval.
    """

    id: str
    label: str  # what was counted: "Grade 3-4 neutropenia, docetaxel 100 mg/m2"
    source: str
    population: str | None = None
    line: str | None = None
    words: str | None = None
    x: int | None = None
    n: int | None = None
    estimate: float | None = None  # fraction 0..1
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Aesi:
    """`expected` and `source` are the short form of one external range in words."""

    id: str
    label: str
    drug: str  # "inosine" or a backbone group id
    terms: tuple[str, ...]  # preferred terms (upper case compare)
    expected: str | None = None
    source: str | None = None
    external: tuple[External, ...] = ()


@dataclass(frozen=True, slots=True)
class Labs:
    """What laboratory values are held against beside CTCAE; urate in umol/L.

    `urate_bands` are the upper edges of the display bands, each value included in the lower band;
    `urate_women` and `urate_men` the limits above which urate is called high.
    """

    urate_bands: tuple[float, ...] = (360.0, 420.0, 480.0, 540.0)
    urate_women: float = 360.0
    urate_men: float = 420.0
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published result shown beside the observed one; only with a journal, label or registry."""

    id: str
    endpoint: str
    label: str
    population: str
    source: str
    backbone: str | None = None
    x: int | None = None
    n: int | None = None
    estimate: float | None = None  # proportion 0..1, or months for medians
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class MonitoringRule:
    id: str
    kind: Literal["simon", "posterior", "predictive", "toxicity"]
    label: str
    endpoint: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """`kind` "several": a cell holds any number of values with `separator` between them."""

    column: str
    label: str
    kind: Literal["category", "number", "several"] = "category"
    separator: str = ";"

    def values(self, cell: str | None) -> tuple[str, ...]:
        """The values of a cell, each once, in their order and with single blanks; () for none."""
        if cell is None or self.kind != "several":
            return () if cell is None else (cell,)
        parts = (" ".join(part.split()) for part in cell.split(self.separator))
        return tuple(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """A microbiome feature table beside the ADaM domains."""

    id: str
    file: str
    label: str
    layout: Literal["auto", "wide", "wide-transposed", "long", "biom", "metaphlan"] = "auto"
    kind: Literal["counts", "proportions"] | None = None  # None: found from the values, and said
    taxonomy: str | None = None  # file


@dataclass(frozen=True, slots=True)
class PanelMarker:
    """A marker of a panel. `scale` None: by its unit. `family`: what BH adjusts together."""

    paramcd: str
    label: str
    unit: str
    gate: str | None = None
    parent: str | None = None
    scale: Literal["difference", "ratio"] | None = None
    family: str | None = None


@dataclass(frozen=True, slots=True)
class BiomarkerPlan:
    """How the samples of one kind are paired and compared; None leaves it to the data."""

    before: str | None = None  # AVISIT of the first sample of a pair
    after: str | None = None
    panel: tuple[PanelMarker, ...] = ()
    compositions: tuple[tuple[str, tuple[str, ...]], ...] = ()  # name and PARAMCDs of its parts
    min_depth: int | None = None  # reads below which a sample enters no estimate
    rarefy_to: int | None = None  # reads at which numbers of taxa are compared
    min_prevalence: float = 0.1  # share of samples a taxon must be in to be tested
    taxa: tuple[str, ...] = ()  # taxa of interest, beside the usual ones


@dataclass(frozen=True, slots=True)
class Biomarkers:
    """`response`: ADSL column that says who responded where the export has no best response."""

    response: str | None = None
    responders: tuple[str, ...] = ()
    non_responders: tuple[str, ...] = ()
    landmark_days: int | None = None
    immune: BiomarkerPlan = field(default_factory=BiomarkerPlan)
    microbiome: BiomarkerPlan = field(default_factory=BiomarkerPlan)
    tissue: BiomarkerPlan = field(default_factory=BiomarkerPlan)


@dataclass(frozen=True, slots=True)
class StudyText:
    """The text behind a Study, kept to name lines in later errors."""

    name: str
    text: str
    lines: Mapping[str, int] = field(default_factory=dict)  # dotted key -> 1-based line

    def line(self, key: str) -> int | None:
        """Line of a dotted key (whatever its case), or of its nearest stated parent."""
        by_fold = {k.casefold(): line for k, line in self.lines.items()}
        key = key.casefold()
        while key:
            if key in by_fold:
                return by_fold[key]
            key = key.rpartition(".")[0]
        return None


@dataclass(frozen=True, slots=True)
class Study:
    id: str
    title: str
    text: StudyText = field(repr=False, compare=False)
    short_title: str | None = None
    synthetic: bool = False
    phase: str | None = None
    indication: str | None = None
    registry: str | None = None
    sponsor: str | None = None
    treatment: str | None = None
    notes: tuple[str, ...] = ()
    cut_date: date | None = None
    design: Design = field(default_factory=Design)
    endpoints: tuple[Endpoint, ...] = ()
    origin: OriginEvent = "first_dose"
    rules: Rules = field(default_factory=Rules)
    backbones: Backbones | None = None
    sets: tuple[AnalysisSet, ...] = ()
    files: Mapping[str, FileSpec] = field(default_factory=dict)
    default_file: FileSpec | None = None  # encoding, separator, decimal for all files
    domains: Mapping[str, DomainSpec] = field(default_factory=dict)
    wide_tte: tuple[WideTte, ...] = ()
    wide_response: tuple[WideResponse, ...] = ()
    features: tuple[FeatureTable, ...] = ()
    biomarkers: Biomarkers = field(default_factory=Biomarkers)
    terms: Terms = field(default_factory=Terms)
    aesi: tuple[Aesi, ...] = ()
    labs: Labs = field(default_factory=Labs)
    benchmarks: tuple[Benchmark, ...] = ()
    monitoring: tuple[MonitoringRule, ...] = ()
    filters: tuple[FilterColumn, ...] = ()
    roles: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # visible names for columns and values

    def endpoint(self, id_: str) -> Endpoint | None:
        return next((e for e in self.endpoints if e.id == id_), None)
