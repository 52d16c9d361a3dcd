"""Doses of the demo: daily inosine and each chemotherapy drug, cycle by cycle, with changes.

Schedules are common label schedules; the inosine dose is made up for the demo.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.demo.cohort import Person, weekday
from dashboard.demo.draws import Draws
from dashboard.demo.life import HORIZON, Life
from dashboard.demo.truth import SEED, URATE_EVENTS

INOSINE_CYCLE = 21
REDUCED, DELAYED, OMITTED, INTERRUPTED = (
    "DOSE REDUCED",
    "DOSE DELAYED",
    "DOSE OMITTED",
    "DRUG INTERRUPTED",
)


@dataclass(frozen=True, slots=True)
class Regimen:
    dose: float  # per administration
    unit: str
    cycle: int  # days
    days: tuple[int, ...]  # days of administration, from 0
    length: int = 1  # days each administration lasts
    per_day: int = 1
    most: int = 99  # cycles
    route: str = "INTRAVENOUS"
    #: preferred terms that lead to changes of this drug
    toxicities: tuple[str, ...] = ("NEUTROPHIL COUNT DECREASED",)


_NEURO = "PERIPHERAL SENSORY NEUROPATHY"
_ANC = "NEUTROPHIL COUNT DECREASED"
_PPE = "PALMAR-PLANTAR ERYTHRODYSAESTHESIA SYNDROME"
REGIMENS: dict[str, Regimen] = {
    "NAB-PACLITAXEL": Regimen(125, "mg/m2", 21, (0, 7), toxicities=(_NEURO, _ANC)),
    "PACLITAXEL": Regimen(80, "mg/m2", 21, (0, 7), toxicities=(_NEURO, _ANC)),
    "DOCETAXEL": Regimen(75, "mg/m2", 21, (0,), most=8, toxicities=(_ANC, "FATIGUE")),
    "PEGYLATED LIPOSOMAL DOXORUBICIN": Regimen(
        40, "mg/m2", 28, (0,), most=10, toxicities=(_PPE, "STOMATITIS")
    ),
    "EPIRUBICIN": Regimen(75, "mg/m2", 21, (0,), most=6, toxicities=(_ANC, "VOMITING")),
    "ERIBULIN": Regimen(1.4, "mg/m2", 21, (0, 7), toxicities=(_ANC, _NEURO)),
    "VINORELBINE": Regimen(25, "mg/m2", 21, (0, 7), toxicities=(_ANC, "CONSTIPATION")),
    "CAPECITABINE": Regimen(
        1000, "mg/m2", 21, (0,), 14, 2, route="ORAL", toxicities=(_PPE, "DIARRHOEA")
    ),
    "CARBOPLATIN": Regimen(
        5, "AUC", 21, (0,), most=8, toxicities=("PLATELET COUNT DECREASED", _ANC)
    ),
    "UTIDELONE": Regimen(30, "mg/m2", 21, (0,), 5, toxicities=(_NEURO, "MYALGIA")),
    "CISPLATIN": Regimen(75, "mg/m2", 21, (0,), most=6, toxicities=("VOMITING", _ANC)),
}
INOSINE = Regimen(
    600,
    "mg",
    INOSINE_CYCLE,
    (0,),
    INOSINE_CYCLE,
    3,
    route="ORAL",
    toxicities=("HYPERURICAEMIA", "DYSPEPSIA"),
)
_FREQUENCY = {1: "QD", 2: "BID", 3: "TID"}


@dataclass(frozen=True, slots=True)
class Dose:
    """One constant dosing interval. `dose` is per administration, 0 when nothing was given."""

    drug: str
    cycle: int
    start: int
    end: int
    dose: float
    regimen: Regimen
    action: str | None = None
    reason: str | None = None

    @property
    def administrations(self) -> int:
        return (self.end - self.start + 1) * self.regimen.per_day

    @property
    def frequency(self) -> str:
        once = self.regimen.length == 1
        return "ONCE" if once else _FREQUENCY[self.regimen.per_day]


@dataclass(frozen=True, slots=True)
class Modification:
    """A change of dose because of an adverse event, told to the events."""

    day: int
    drug: str
    action: str
    term: str


@dataclass(frozen=True, slots=True)
class Exposure:
    doses: tuple[Dose, ...]
    modifications: tuple[Modification, ...]
    cycles: tuple[int, ...]  # first day of each inosine cycle

    def last(self, drug: str | None = None, *, chemotherapy: bool = False) -> int | None:
        """Last day on which something was given."""
        days = [
            d.end
            for d in self.doses
            if d.dose > 0
            and (drug is None or d.drug == drug)
            and not (chemotherapy and d.drug == "INOSINE")
        ]
        return max(days, default=None)


NO_DOSES = Exposure((), (), ())


def _reason(draws: Draws, regimen: Regimen) -> tuple[str, str | None]:
    """Why a dose changes, and the adverse event behind it."""
    if draws.chance(0.75):
        return "ADVERSE EVENT", draws.pick(
            regimen.toxicities, (0.65, 0.35)[: len(regimen.toxicities)]
        )
    return draws.pick(("LOGISTICAL REASON", "SUBJECT DECISION")), None


def _round_dose(dose: float, unit: str) -> float:
    return round(dose, 2) if unit in ("AUC",) or dose < 5 else float(round(dose))


class _Course:
    """The running state of one drug in one patient."""

    def __init__(self, person: Person, drug: str, regimen: Regimen) -> None:
        self.draws = Draws(SEED, "dosing", person.usubjid, drug)
        self.drug, self.regimen = drug, regimen
        self.level = 1.0
        self.doses: list[Dose] = []
        self.changes: list[Modification] = []

    def change(self, day: int, action: str, because: str | None = None) -> str:
        """Record a change at `day`, `because` of an event or by chance, and return its reason."""
        reason, term = _reason(self.draws, self.regimen)
        if because is not None:
            reason, term = "ADVERSE EVENT", because
        if term is not None:
            self.changes.append(Modification(day, self.drug, action, term))
        return reason

    def give(
        self, cycle: int, start: int, until: int, action: str | None, reason: str | None
    ) -> None:
        dose = _round_dose(self.regimen.dose * self.level, self.regimen.unit)
        end = min(start + self.regimen.length - 1, until)
        if end >= start:
            self.doses.append(
                Dose(self.drug, cycle, start, end, dose, self.regimen, action, reason)
            )


def _chemotherapy(person: Person, drug: str, until: int) -> _Course:
    regimen = REGIMENS[drug]
    course = _Course(person, drug, regimen)
    assert person.first_dose is not None
    day = person.first_dose
    for cycle in range(1, regimen.most + 1):
        action = reason = None
        roll = course.draws.uniform()
        delayed = cycle > 1 and 0.07 <= roll < 0.14
        if day + (7 if delayed else 0) > until:  # the dose would come too late to be given
            break
        if cycle > 1 and roll < 0.07 and course.level > 0.6:
            course.level = round(course.level - 0.2, 1)
            action, reason = REDUCED, course.change(day - 3, REDUCED)
        elif delayed:
            action, reason = DELAYED, course.change(day - 2, DELAYED)
            day += 7
        course.give(cycle, day, until, action, reason)
        for later in regimen.days[1:]:
            if day + later <= until and course.draws.chance(0.06):
                why = course.change(day + later - 1, OMITTED)
                when = day + later
                course.doses.append(Dose(drug, cycle, when, when, 0.0, regimen, OMITTED, why))
            elif day + later <= until:
                course.give(cycle, day + later, until, None, None)
        day = weekday(day + regimen.cycle)
    return course


def _interrupt(course: _Course, cycle: int, day: int, end: int, term: str | None) -> int:
    """A pause within an inosine cycle; the first day after it."""
    first = day + course.draws.whole(3, 8)
    last = min(first + course.draws.whole(4, 8), end)
    if first > end:  # treatment ends before the pause would begin
        return day
    why = course.change(first - 1, INTERRUPTED, term)
    course.give(cycle, day, first - 1, None, None)
    course.doses.append(Dose("INOSINE", cycle, first, last, 0.0, course.regimen, INTERRUPTED, why))
    return last + 1


def _inosine(person: Person, until: int) -> tuple[_Course, list[int]]:
    course = _Course(person, "INOSINE", INOSINE)
    assert person.first_dose is not None
    day, cycle, starts = person.first_dose, 1, []
    while day <= until:
        starts.append(day)
        end = min(day + INOSINE_CYCLE - 1, until)
        action = reason = None
        roll = course.draws.uniform()
        start = day
        paused = URATE_EVENTS.get(person.place)
        term = paused[1] if paused and paused[0] == cycle else None
        if cycle > 1 and roll < 0.012 and course.level == 1.0 and term is None:
            course.level = 2 / 3
            action, reason = REDUCED, course.change(day - 1, REDUCED)
        elif term is not None or (cycle > 1 and roll < 0.035):
            start = _interrupt(course, cycle, day, end, term)
        course.give(cycle, start, end, action, reason)
        day += INOSINE_CYCLE
        cycle += 1
    return course, starts


def exposure(life: Life) -> Exposure:
    """All doses of one patient up to the end of treatment or the last cut."""
    person = life.person
    if person.first_dose is None:
        return NO_DOSES
    until = life.dosed_until(HORIZON)
    inosine, starts = _inosine(person, until)
    drugs = () if person.outlook == "no_backbone_dose" else person.drugs
    courses = [inosine, *(_chemotherapy(person, drug, until) for drug in drugs)]
    doses = sorted((d for c in courses for d in c.doses), key=lambda d: (d.start, d.drug))
    changes = sorted((m for c in courses for m in c.changes), key=lambda m: (m.day, m.drug))
    return Exposure(tuple(doses), tuple(changes), tuple(starts))
