"""What is true in the simulated trial: its seed, its cuts, its effects and its named patients.

Tests recover the effects from the exports; nothing outside the demo reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

STUDY_ID = "SYNTH-INO-TNBC"
SEED = 20240110
CUTS: tuple[date, ...] = (date(2024, 11, 15), date(2025, 4, 15), date(2025, 9, 30))
ENROLLED = 60
SCREEN_FAILURES = 12
FIRST_ENROLMENT = date(2024, 1, 15)
LAST_ENROLMENT = date(2025, 6, 24)

# Urate, umol/L
URATE_BASELINE = (268.0, 55.0)
URATE_RISE = (120.0, 70.0)  # mean and SD between patients at the plateau
URATE_PLATEAU_DAY = 42
URATE_ULN = 360.0

#: what raised urate led to: place -> (inosine cycle, preferred term); inosine is paused for it
URATE_EVENTS: dict[int, tuple[int, str]] = {
    1: (7, "GOUT"),
    3: (8, "NEPHROLITHIASIS"),
    25: (6, "NEPHROLITHIASIS"),
    32: (5, "NEPHROLITHIASIS"),
}
#: raised liver values by progressing liver metastases, beside the potential Hy's law case
LIVER_CONFOUNDER = 40

# Paired changes (post - pre) of blood subsets in percent of their parent; others do not change
IMMUNE_SHIFT: dict[str, float] = {"CD8": 2.5, "CD19": -3.5, "TREG": -0.8, "KI67CD8": 3.0}
IMMUNE_UNCHANGED = ("CD4", "NK", "TH1", "TH17", "PD1CD8", "MMDSC")

# log2 fold changes of genus shares on treatment; genera not named do not change
TAXON_SHIFT: dict[str, float] = {
    "Akkermansia": 1.2,
    "Bifidobacterium": 0.6,
    "Faecalibacterium": -0.6,
    "Escherichia-Shigella": 0.8,
}

# Tissue: multiplication on treatment (geometric mean over pairs)
TISSUE_RATIO: dict[str, float] = {
    "STIL": 1.4,
    "CD8DENS": 1.6,
    "FOXP3DENS": 1.0,
    "KI67": 0.85,
    "CC3": 1.8,
}

#: what happens to a patient by design, by place in the order of enrolment (0-59)
SCENARIOS: dict[int, str] = {
    1: "pr_sd_pr",
    3: "late_response",
    4: "new_lesion_shrinking",
    6: "death_without_pd",
    8: "corrected_to_sd",
    9: "above_100",
    11: "complete_response",
    13: "no_scan_death",
    15: "missed_two_then_pd",
    17: "new_therapy_before_pd",
    19: "non_measurable",
    21: "unconfirmed_pr",
    23: "no_scan_withdrawn",
    26: "fatal_chemo_ae",
    28: "never_dosed",
    30: "new_lesion_pr",
    33: "not_evaluable_scan",
    36: "hys_law",
    38: "no_backbone_dose",
    44: "new_lesion_shrinking",
    46: "non_measurable",
    48: "no_scan_lost",
    59: "pending_pr",
}

#: patients behind each edge case at the last cut (the tests hold them to it)
EDGE_CASES: dict[str, tuple[str, ...]] = {
    "unconfirmed_pr": (
        "SYNTH-INO-TNBC-01-010",
        "SYNTH-INO-TNBC-02-005",
        "SYNTH-INO-TNBC-05-003",
        "SYNTH-INO-TNBC-05-008",
        "SYNTH-INO-TNBC-05-013",
        "SYNTH-INO-TNBC-07-001",
    ),
    "pr_sd_pr": ("SYNTH-INO-TNBC-07-001",),
    "late_response": ("SYNTH-INO-TNBC-01-003",),
    "complete_response": ("SYNTH-INO-TNBC-05-006",),
    "new_lesion_shrinking": (
        "SYNTH-INO-TNBC-02-005",
        "SYNTH-INO-TNBC-05-001",
        "SYNTH-INO-TNBC-07-003",
    ),
    "above_100": ("SYNTH-INO-TNBC-02-001",),
    "non_measurable": ("SYNTH-INO-TNBC-01-008", "SYNTH-INO-TNBC-05-011"),
    "no_post_baseline_scan": (
        "SYNTH-INO-TNBC-01-011",
        "SYNTH-INO-TNBC-02-002",
        "SYNTH-INO-TNBC-02-003",
        "SYNTH-INO-TNBC-03-005",
        "SYNTH-INO-TNBC-08-003",
    ),
    "not_evaluable_scan": ("SYNTH-INO-TNBC-01-014",),
    "pending": (
        "SYNTH-INO-TNBC-01-019",
        "SYNTH-INO-TNBC-02-009",
        "SYNTH-INO-TNBC-05-013",
        "SYNTH-INO-TNBC-06-006",
    ),
    "missed_two_then_pd": ("SYNTH-INO-TNBC-04-003",),
    "death_without_pd": (
        "SYNTH-INO-TNBC-01-014",
        "SYNTH-INO-TNBC-02-002",
        "SYNTH-INO-TNBC-04-002",
        "SYNTH-INO-TNBC-04-005",
    ),
    "new_therapy_before_pd": ("SYNTH-INO-TNBC-08-001",),
    "never_dosed": ("SYNTH-INO-TNBC-02-003",),
    "no_backbone_dose": ("SYNTH-INO-TNBC-08-003",),
    "fatal_chemo_ae": ("SYNTH-INO-TNBC-04-005",),
    "hys_law": ("SYNTH-INO-TNBC-06-004",),
    "liver_confounder": ("SYNTH-INO-TNBC-02-006",),
    "gout": ("SYNTH-INO-TNBC-07-001",),
    "nephrolithiasis": (
        "SYNTH-INO-TNBC-01-003",
        "SYNTH-INO-TNBC-07-002",
        "SYNTH-INO-TNBC-08-002",
    ),
    "grade_missing": ("SYNTH-INO-TNBC-03-002",),
    "start_partial": ("SYNTH-INO-TNBC-08-001",),
    "corrected_to_sd": ("SYNTH-INO-TNBC-05-003",),
    "backbone_misspelt": ("SYNTH-INO-TNBC-01-001",),
    "grade_raised": ("SYNTH-INO-TNBC-05-006",),
    "event_deleted": ("SYNTH-INO-TNBC-01-004",),
    "male": ("SYNTH-INO-TNBC-01-010",),
}


@dataclass(frozen=True, slots=True)
class Misreading:
    """A diameter transcribed wrongly: the sum read as `was_change` until `mended_in`."""

    place: int
    visit: int
    was_change: float
    mended_in: int  # index of the cut, from 0


@dataclass(frozen=True, slots=True)
class Misspelling:
    place: int
    was: str
    mended_in: int


@dataclass(frozen=True, slots=True)
class EventCorrection:
    """An adverse event graded anew (`was_grade` until then) or deleted."""

    place: int
    number: int  # AESEQ
    mended_in: int
    was_grade: int | None = None


#: all that differs between cuts although it happened before them
MISREADING = Misreading(place=8, visit=3, was_change=-0.33, mended_in=2)
MISSPELLING = Misspelling(place=0, was="DOCETAXL", mended_in=2)
REGRADED = (EventCorrection(place=11, number=4, mended_in=2, was_grade=2),)
DELETED = (EventCorrection(place=12, number=8, mended_in=2),)

#: (place, AESEQ) of events recorded incompletely: no grade; a start known to the month only
GRADE_MISSING = (14, 2)
START_PARTIAL = (17, 3)
