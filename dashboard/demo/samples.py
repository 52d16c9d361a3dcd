"""Which biomarker samples were due, taken and fit for use; those missing have a reason."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.demo.cohort import weekday
from dashboard.demo.draws import Draws
from dashboard.demo.life import Life
from dashboard.demo.truth import SEED


@dataclass(frozen=True, slots=True)
class Matrix:
    """A kind of sample: when it is due after the first dose, and how often it fails."""

    domain: str
    name: str
    prefix: str
    due: int  # days after the first dose
    visit: str
    missed_before: float
    missed_after: float
    failed: float
    failure: str
    refusals: tuple[str, ...]


BLOOD = Matrix(
    "ADIM",
    "WHOLE BLOOD",
    "BL",
    42,
    "WEEK 6",
    0.02,
    0.03,
    0.015,
    "CLOTTED SAMPLE",
    ("VISIT OUTSIDE WINDOW", "TUBE NOT SENT"),
)
STOOL = Matrix(
    "ADMB",
    "STOOL",
    "ST",
    42,
    "WEEK 6",
    0.06,
    0.16,
    0.03,
    "TOO FEW READS",
    ("NOT RETURNED BY PATIENT", "KIT NOT HANDED OUT", "THAWED IN TRANSIT"),
)
TISSUE = Matrix(
    "ADTB",
    "TUMOUR BIOPSY",
    "TB",
    64,
    "WEEK 9",
    0.06,
    0.08,
    0.03,
    "INSUFFICIENT TUMOUR CONTENT",
    ("PATIENT REFUSED", "LESION NOT SAFELY ACCESSIBLE", "TOO SMALL TO BIOPSY"),
)
MATRICES = (BLOOD, STOOL, TISSUE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One planned sample. `day` is when it was taken, or when it was known not to come."""

    matrix: Matrix
    post: bool
    day: int
    id: str | None  # None when not taken
    passed: bool
    reason: str | None  # why it is missing or unfit

    @property
    def taken(self) -> bool:
        return self.id is not None

    @property
    def visit(self) -> str:
        return self.matrix.visit if self.post else "BASELINE"


def _left(life: Life, due: int) -> tuple[int, str] | None:
    """Why a patient was no longer there when the second sample was due."""
    reasons = []
    if life.death is not None and life.death <= due:
        reasons.append((life.death, "DEATH BEFORE SAMPLE"))
    if life.study_end and life.study_end[0] <= due and life.death is None:
        reasons.append((life.study_end[0], "OFF STUDY BEFORE SAMPLE"))
    end = life.treatment_end
    if end and end[0] < due:
        progressed = end[1] in ("PROGRESSIVE DISEASE", "CLINICAL PROGRESSION")
        why = "PROGRESSION BEFORE SAMPLE" if progressed else "OFF TREATMENT BEFORE SAMPLE"
        reasons.append((end[0], why))
    return min(reasons) if reasons else None


def _sample(life: Life, matrix: Matrix, draws: Draws, *, post: bool) -> Sample:
    person = life.person
    assert person.enrolment is not None
    if post:
        due = weekday(person.origin + matrix.due)
        day = weekday(due + draws.whole(-2, 3))
    else:
        day = max(person.consent, person.enrolment - 1)
    missed = draws.chance(matrix.missed_after if post else matrix.missed_before)
    failed = draws.chance(matrix.failed)
    why = draws.pick(matrix.refusals)
    left = _left(life, day) if post else None
    if left is not None:
        return Sample(matrix, post, due, None, passed=False, reason=left[1])
    if missed:
        return Sample(matrix, post, day, None, passed=False, reason=why)
    number = f"{person.subjid.replace('-', '')}-{'B' if post else 'A'}"
    return Sample(
        matrix,
        post,
        day,
        f"{matrix.prefix}-{number}",
        passed=not failed,
        reason=matrix.failure if failed else None,
    )


def samples(life: Life) -> list[Sample]:
    """The planned samples of one patient; no second ones for a patient who was never dosed."""
    found = []
    for matrix in MATRICES:
        draws = Draws(SEED, "samples", matrix.name, life.person.usubjid)
        found.append(_sample(life, matrix, draws, post=False))
        if life.person.first_dose is not None:
            found.append(_sample(life, matrix, draws, post=True))
    return found
