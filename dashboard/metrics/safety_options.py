"""What the words and windows of a study mean for its adverse events (parameters, not constants)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scale = Literal["CTCAE", "severity"]

RELATED = (
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
NOT_RELATED = (
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
#: what was done with a drug because of an event -> terms of AEACN (CDISC codelist ACN) that say so
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "reduced": ("DOSE REDUCED", "DOSE RATE REDUCED"),
    "interrupted": ("DRUG INTERRUPTED", "DOSE INTERRUPTED", "DOSE DELAYED", "DOSE OMITTED"),
    "withdrawn": ("DRUG WITHDRAWN", "DRUG DISCONTINUED", "PERMANENTLY DISCONTINUED"),
}
ACTION_LABELS = {
    "reduced": "dose reduction",
    "interrupted": "dose interruption or delay",
    "withdrawn": "discontinuation",
}
#: terms that were read and mean that nothing of the above was done
NO_ACTION = (
    "DOSE NOT CHANGED",
    "DOSE INCREASED",
    "NOT APPLICABLE",
    "NOT EVALUABLE",
    "UNKNOWN",
    "NONE",
)


@dataclass(frozen=True, slots=True)
class AesiGroup:
    """Adverse events of special interest: preferred terms, compared without regard to case."""

    id: str
    label: str
    terms: tuple[str, ...]
    drug: str | None = None


@dataclass(frozen=True, slots=True)
class SafetyOptions:
    """Parameters of the safety metrics (days unless named otherwise).

    `related_columns` and `action_columns` name the ADAE column of each drug; a column that the
    export does not have makes that flag "not recorded", never zero. `related_any` and `action_any`
    are the columns that speak of treatment as a whole: the first one present is used.
    `ae_window_days` None: no window is stated.
    """

    related: tuple[str, ...] = RELATED
    not_related: tuple[str, ...] = NOT_RELATED
    related_any: tuple[str, ...] = ("AREL", "AEREL")
    related_columns: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(ACTIONS))
    action_any: tuple[str, ...] = ("AEACN",)
    action_columns: Mapping[str, str] = field(default_factory=dict)
    drug_labels: Mapping[str, str] = field(default_factory=dict)
    severity_scale: Literal["auto", "CTCAE", "severity"] = "auto"
    grade_columns: tuple[str, ...] = ("AETOXGR", "ATOXGR", "AETOXGRN", "ATOXGRN")
    severity_columns: tuple[str, ...] = ("ASEV", "AESEV", "ASEVN")
    initial_grade_columns: tuple[str, ...] = ("AEITOXGR",)
    teae: Literal["auto", "exported", "derived"] = "auto"
    teae_end_days: int = 30
    last_dose_columns: tuple[str, ...] = ("TRTEDT", "TRT01EDT")
    ae_window_days: int | None = None
    aesi: tuple[AesiGroup, ...] = ()
    level: float = 0.95


def action_columns(related_columns: Mapping[str, str]) -> dict[str, str]:
    """The action column beside each causality column by its name: AERELI has AEACNI."""
    return {
        drug: column.replace("REL", "ACN")
        for drug, column in related_columns.items()
        if "REL" in column
    }
