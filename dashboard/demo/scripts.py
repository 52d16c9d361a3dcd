"""The patients whose course is written down, so that every edge case exists at the last cut."""

from __future__ import annotations

from dataclasses import dataclass, field

#: a visit that did not take place, and one at which a target lesion could not be measured
MISSED = "MISSED"
NOT_EVALUABLE = "NOT EVALUABLE"

PROGRESSION = "PROGRESSIVE DISEASE"
ADVERSE_EVENT = "ADVERSE EVENT"
WITHDRAWAL = "WITHDRAWAL BY SUBJECT"
LOST = "LOST TO FOLLOW-UP"
DEATH = "DEATH"
PHYSICIAN = "PHYSICIAN DECISION"


@dataclass(frozen=True, slots=True)
class Script:
    """A course. Days count from the first dose (day 0).

    `changes` holds, for each visit, the change of the sum of target diameters from baseline as a
    fraction, MISSED or NOT_EVALUABLE. The last entry is followed by no further visit.
    """

    changes: tuple[float | str, ...] = ()
    new_lesion: dict[int, str] = field(default_factory=dict)  # visit (from 1) -> location
    non_target: dict[int, str] = field(default_factory=dict)  # visit -> status
    off_treatment: tuple[int, str] | None = None
    off_study: tuple[int, str] | None = None
    new_therapy: int | None = None
    death: int | None = None
    death_cause: str = "DISEASE PROGRESSION"


SCRIPTS: dict[str, Script] = {
    "pr_sd_pr": Script((-0.34, -0.25, -0.38, -0.27, -0.10)),
    "late_response": Script((-0.12, -0.20, -0.26, -0.36, -0.41, -0.44, -0.40, -0.20)),
    "new_lesion_shrinking": Script((-0.10, -0.22), new_lesion={2: "LIVER"}),
    "new_lesion_pr": Script((-0.36, -0.41), new_lesion={2: "BRAIN"}),
    "death_without_pd": Script(
        (-0.08, -0.12),
        off_treatment=(150, DEATH),
        death=150,
        death_cause="PULMONARY EMBOLISM",
    ),
    "corrected_to_sd": Script((-0.12, -0.24, -0.26, -0.35, -0.24, -0.23, -0.10)),
    "above_100": Script((1.31,), death=118),
    "complete_response": Script((-0.62, *[-1.0] * 9)),
    "no_scan_death": Script(off_treatment=(22, "CLINICAL PROGRESSION"), death=34),
    "no_scan_withdrawn": Script(off_treatment=(20, WITHDRAWAL), off_study=(21, WITHDRAWAL)),
    "no_scan_lost": Script(off_treatment=(40, LOST), off_study=(75, LOST)),
    "never_dosed": Script(off_study=(6, WITHDRAWAL)),
    "no_backbone_dose": Script(off_treatment=(9, WITHDRAWAL), off_study=(28, WITHDRAWAL)),
    "missed_two_then_pd": Script((-0.14, MISSED, MISSED, 0.45)),
    "new_therapy_before_pd": Script(
        (-0.05, 0.08, 0.32), off_treatment=(126, PHYSICIAN), new_therapy=140
    ),
    "non_measurable": Script(
        (0.0, 0.0, 0.0, 0.0),
        non_target={4: "PD"},
    ),
    "unconfirmed_pr": Script((-0.15, -0.37, 0.02)),
    "fatal_chemo_ae": Script(
        (-0.10,), off_treatment=(84, ADVERSE_EVENT), death=88, death_cause="NEUTROPENIC SEPSIS"
    ),
    "not_evaluable_scan": Script(
        (NOT_EVALUABLE,), off_treatment=(81, "CLINICAL PROGRESSION"), death=96
    ),
    "hys_law": Script((-0.20, -0.25, -0.22, -0.15), off_treatment=(79, ADVERSE_EVENT)),
    "pending_pr": Script((-0.34, -0.36)),
}
