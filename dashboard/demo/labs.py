"""Laboratory values of the demo: urate under inosine, blood counts under chemotherapy, the liver.

Values are in SI units as recorded; days are ordinal dates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard.demo.ctcae import ANALYTES, Analyte
from dashboard.demo.dosing import INOSINE, Exposure, Modification
from dashboard.demo.draws import Draws
from dashboard.demo.events import Event, event_of
from dashboard.demo.life import HORIZON, Life
from dashboard.demo.truth import (
    LIVER_CONFOUNDER,
    SEED,
    URATE_BASELINE,
    URATE_EVENTS,
    URATE_RISE,
)

#: share of the baseline that is left at the nadir of a full dose
_NADIR: dict[str, dict[str, float]] = {
    "NEUT": {
        "ERIBULIN": 0.45,
        "VINORELBINE": 0.43,
        "DOCETAXEL": 0.2,
        "NAB-PACLITAXEL": 0.58,
        "PACLITAXEL": 0.55,
        "PEGYLATED LIPOSOMAL DOXORUBICIN": 0.65,
        "EPIRUBICIN": 0.4,
        "CAPECITABINE": 0.72,
        "CARBOPLATIN": 0.58,
        "UTIDELONE": 0.72,
        "CISPLATIN": 0.6,
    },
    "PLAT": {"CARBOPLATIN": 0.42, "CISPLATIN": 0.7},
    "LYM": {},
}
_OTHER_NADIR = {"NEUT": 1.0, "PLAT": 0.85, "LYM": 0.75}
_URATE_DAYS = 14.0  # e-folding time to the plateau: 95% by day 42
_URATE_WASHOUT = 6.0
#: a value of each grade, for the events that changed a dose
_AT_GRADE = {
    "NEUTROPHIL COUNT DECREASED": ("NEUT", {2: 1.2, 3: 0.75, 4: 0.35}),
    "PLATELET COUNT DECREASED": ("PLAT", {2: 64.0, 3: 38.0, 4: 19.0}),
    "HYPERURICAEMIA": ("URATE", {1: 505.0, 3: 560.0}),
}


@dataclass(frozen=True, slots=True)
class Lab:
    """One value at one visit."""

    paramcd: str
    day: int
    visit: str
    number: float
    value: float


@dataclass(frozen=True, slots=True)
class _Patient:
    """What the values of one patient hang on."""

    life: Life
    doses: Exposure
    base: Mapping[str, float]
    rise: float  # of urate at the plateau of the full dose
    draws: Draws

    @property
    def origin(self) -> int:
        return self.life.person.origin


def _patient(life: Life, doses: Exposure) -> _Patient:
    draws = Draws(SEED, "labs", life.person.usubjid)
    organs = life.person.organs
    liver, bone = "LIVER" in organs, "BONE" in organs
    male = life.person.sex == "M"
    base = {
        "URATE": min(max(draws.normal(*URATE_BASELINE), 140.0), 395.0),
        "CREAT": draws.normal(80 if male else 61, 8),
        "ALT": draws.lognormal(27 if liver else 18, 0.3),
        "AST": draws.lognormal(29 if liver else 20, 0.25),
        "ALP": draws.lognormal(105 if liver or bone else 78, 0.2),
        "BILI": draws.lognormal(9.5, 0.3),
        "NEUT": draws.lognormal(3.9, 0.24),
        "PLAT": draws.lognormal(242, 0.2),
        "HGB": draws.normal(134 if male else 121, 9),
        "LYM": draws.lognormal(1.35, 0.26),
    }
    rise = draws.normal(*URATE_RISE)
    if life.person.place in URATE_EVENTS:
        rise = max(rise, 170.0)
    return _Patient(life, doses, base, rise, draws)


def _visits(patient: _Patient) -> list[tuple[str, float, int]]:
    """(name, number, day): baseline, each cycle, its eighth day, the end of treatment."""
    person = patient.life.person
    assert person.enrolment is not None
    out = [("BASELINE", 0.0, person.enrolment - 1)]
    last = patient.doses.last()
    if last is None:
        return out
    for i, day in enumerate(patient.doses.cycles, start=1):
        if i > 1:
            out.append((f"CYCLE {i} DAY 1", float(i), day))
        if day + 7 <= last:
            out.append((f"CYCLE {i} DAY 8", i + 0.07, day + 7))
        if i == 1 and day + 14 <= last:
            out.append(("CYCLE 1 DAY 15", 1.14, day + 14))
    end = patient.life.study_end
    if last < HORIZON - 7 and (end is None or end[0] > last + 7):
        out.append(("END OF TREATMENT", 99.0, last + 7))
    return out


def _urate(patient: _Patient, day: int) -> float:
    """Baseline plus a rise that follows the doses of inosine."""
    level = 0.0
    for dose in patient.doses.doses:
        if dose.drug != "INOSINE" or dose.start > day:
            continue
        days = min(dose.end, day) - dose.start + 1
        target = dose.dose / INOSINE.dose
        speed = _URATE_DAYS if target >= level else _URATE_WASHOUT
        level = target + (level - target) * math.exp(-days / speed)
    last = patient.doses.last("INOSINE")
    if last is not None and day > last:
        level *= math.exp(-(day - last) / _URATE_WASHOUT)
    value = patient.base["URATE"] + patient.rise * level
    return max(90.0, value + patient.draws.normal(0, 16))


def _suppressed(patient: _Patient, paramcd: str, day: int) -> float:
    """Blood counts: down in the two weeks after a dose, back before the next."""
    depth = 1.0
    given = [d for d in patient.doses.doses if d.drug != "INOSINE" and d.dose > 0]
    for drug in {d.drug for d in given if 3 <= day - d.start <= 16}:
        recent = next(d for d in given if d.drug == drug and 3 <= day - d.start <= 16)
        full = _NADIR[paramcd].get(drug, _OTHER_NADIR[paramcd])
        depth *= full ** (recent.dose / recent.regimen.dose)
    late = 0.92 if given and day > given[0].start + 16 else 1.0
    return patient.base[paramcd] * depth * late * math.exp(patient.draws.normal(0, 0.2))


def _haemoglobin(patient: _Patient, day: int) -> float:
    cycles = sum(1 for start in patient.doses.cycles if start < day)
    platinum = any(d in ("CARBOPLATIN", "CISPLATIN") for d in patient.life.person.drugs)
    loss = (3.4 if platinum else 1.8) * min(cycles, 7)
    return patient.base["HGB"] - loss + patient.draws.normal(0, 3)


def _hump(day: int, peak: int, height: float, width: float = 12.0) -> float:
    """A multiplication that comes and goes."""
    return 1.0 + (height - 1.0) * math.exp(-0.5 * ((day - peak) / width) ** 2)


#: peak as a multiple of the upper limit, for the patient with a potential drug-induced injury
_INJURY = {"ALT": 6.4, "AST": 4.9, "BILI": 2.6, "ALP": 1.2}
#: and for the one whose liver metastases progress
_METASTASES = {"ALT": 3.6, "AST": 4.3, "BILI": 2.4, "ALP": 4.8}


def _liver(patient: _Patient, paramcd: str, day: int) -> float:
    person = patient.life.person
    base = patient.base[paramcd]
    noisy = base * math.exp(patient.draws.normal(0, 0.14))
    high = ANALYTES[paramcd].limits(person.sex)[1]
    end = patient.life.treatment_end
    if person.outlook == "hys_law" and end:
        return noisy * _hump(day, end[0] + 3, _INJURY[paramcd] * high / base)
    if person.place == LIVER_CONFOUNDER and end:
        return noisy * _hump(day, end[0] + 8, _METASTASES[paramcd] * high / base)
    if paramcd == "BILI" and "CAPECITABINE" in person.drugs and day > patient.origin:
        return noisy * 1.45
    if paramcd in ("ALT", "AST") and day > patient.origin:
        return noisy * math.exp(abs(patient.draws.normal(0, 0.3)))
    return noisy


def _creatinine(patient: _Patient, day: int) -> float:
    value = patient.base["CREAT"] * math.exp(patient.draws.normal(0, 0.06))
    if "CISPLATIN" in patient.life.person.drugs and patient.doses.doses:
        value *= 1 + 0.03 * min(6, sum(1 for start in patient.doses.cycles if start < day))
    term = URATE_EVENTS.get(patient.life.person.place)
    if term and term[1] == "NEPHROLITHIASIS":
        peak = patient.origin + 21 * (term[0] - 1) + 5
        value *= _hump(day, peak, 1.6, 8)
    return value


def _value(patient: _Patient, analyte: Analyte, day: int) -> float:
    code = analyte.paramcd
    if code == "URATE":
        value = _urate(patient, day)
    elif code == "CREAT":
        value = _creatinine(patient, day)
    elif code == "HGB":
        value = _haemoglobin(patient, day)
    elif code in _NADIR:
        value = _suppressed(patient, code, day)
    else:
        value = _liver(patient, code, day)
    rounded = round(value, analyte.digits)
    return float(max(rounded, 10.0**-analyte.digits))


def _unscheduled(
    change: Modification, graded: Sequence[Event], cycles: Sequence[int], draws: Draws
) -> Iterator[Lab]:
    """The value that made a dose change, numbered between the planned visits."""
    event = next((e for e in graded if (e.term, e.start) == (change.term, change.day)), None)
    if event is None or change.term not in _AT_GRADE:
        return
    paramcd, values = _AT_GRADE[change.term]
    analyte = ANALYTES[paramcd]
    value = values[event.grade or 2] * draws.uniform(0.92, 1.1)
    started = [day for day in cycles if day <= change.day]
    number = round(len(started) + (change.day - started[-1]) / 100, 2)
    yield Lab(paramcd, change.day, "UNSCHEDULED", number, float(round(value, analyte.digits)))


def labs(life: Life, doses: Exposure, changes: Sequence[Event]) -> list[Lab]:
    """All values of one patient, by parameter and day. `changes` = events that changed doses."""
    patient = _patient(life, doses)
    found = {
        (code, day): Lab(code, day, name, number, _value(patient, analyte, day))
        for name, number, day in _visits(patient)
        for code, analyte in ANALYTES.items()
        if name == "BASELINE" or not patient.draws.chance(0.025)
    }
    for change in doses.modifications:
        for lab in _unscheduled(change, changes, doses.cycles, patient.draws):
            found[(lab.paramcd, lab.day)] = lab
    order = {code: i for i, code in enumerate(ANALYTES)}
    return sorted(found.values(), key=lambda x: (order[x.paramcd], x.day))


#: lowest grade that is reported as an event, and how often it is
_REPORTED = {
    "URATE": (1, 0.75),
    "CREAT": (1, 0.7),
    "ALT": (2, 0.9),
    "AST": (2, 0.9),
    "BILI": (2, 0.9),
    "NEUT": (2, 0.9),
    "PLAT": (1, 0.6),
    "HGB": (2, 0.8),
    "LYM": (3, 0.5),
}


def _episodes(
    values: Sequence[Lab], lowest: int, sex: str
) -> Iterator[tuple[int, int | None, int]]:
    """(first day, last day or None, worst grade) of each run of values at or above `lowest`."""
    start, worst = None, 0
    for lab in values:
        grade = ANALYTES[lab.paramcd].grade(lab.value, sex)
        if grade >= lowest:
            start = lab.day if start is None else start
            worst = max(worst, grade)
        elif start is not None:
            yield start, lab.day - 1, worst
            start, worst = None, 0
    if start is not None:
        yield start, None, worst


def laboratory_events(life: Life, values: Sequence[Lab]) -> list[Event]:
    """Adverse events that the sites reported from the values on treatment."""
    person = life.person
    draws = Draws(SEED, "laboratory events", person.usubjid)
    found = []
    for code, (lowest, often) in _REPORTED.items():
        series = [v for v in values if v.paramcd == code and v.day >= person.origin]
        for start, end, worst in _episodes(series, lowest, person.sex):
            if not draws.chance(often if worst < 3 else 1.0):
                continue
            drug = "INOSINE" if code == "URATE" else next(iter(person.drugs), "")
            event = event_of(draws, ANALYTES[code].term, drug, start=start, lasts=1, grade=worst)
            found.append(event.lasting(end))
    return found
