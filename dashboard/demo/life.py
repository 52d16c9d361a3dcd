"""What happens to each patient of the demo: tumours measured at visits, treatment, death.

The lesions drive everything: responses follow from their sizes by RECIST 1.1, progression ends
treatment, and the rest of the record hangs on those days. Days are ordinal dates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from dashboard.demo import scripts
from dashboard.demo.cohort import Person, weekday
from dashboard.demo.draws import Draws
from dashboard.demo.recist import Assessment, Lesion, Response, responses
from dashboard.demo.scripts import MISSED, NOT_EVALUABLE, SCRIPTS, Script
from dashboard.demo.truth import CUTS, SEED

INTERVAL = 56
HORIZON = CUTS[-1].toordinal()
_MEASURABLE = ("LIVER", "LUNG", "LYMPH NODE", "CHEST WALL", "ADRENAL GLAND", "SKIN")
_NEW_SITES = ("LIVER", "BRAIN", "LUNG", "BONE", "LYMPH NODE")


@dataclass(frozen=True, slots=True)
class Growth:
    """Sum of diameters over baseline: shrink * exp(-kill t) + (1 - shrink) * exp(grow t)."""

    shrink: float
    kill: float
    grow: float
    new_lesion: float  # chance per visit
    non_target_pd: float  # chance per visit
    sure_until: int = 0  # no such chance up to this visit

    def at(self, days: int) -> float:
        return self.shrink * math.exp(-self.kill * days) + (1 - self.shrink) * math.exp(
            self.grow * days
        )


@dataclass(frozen=True, slots=True)
class Life:
    """One enrolled patient from baseline to the end of observation."""

    person: Person
    targets: tuple[Lesion, ...]
    non_targets: tuple[Lesion, ...]
    baseline: Assessment
    visits: tuple[Assessment, ...]
    treatment_end: tuple[int, str] | None
    study_end: tuple[int, str] | None
    new_therapy: int | None
    death: int | None
    death_cause: str | None
    contacts: tuple[int, ...]  # days on which the patient was known to be alive

    @property
    def found(self) -> list[Response]:
        return responses(self.targets, self.visits)

    def dosed_until(self, horizon: int = HORIZON) -> int:
        """Last day on which treatment may be given."""
        return min(self.treatment_end[0] if self.treatment_end else horizon, horizon)


def _growth(person: Person, draws: Draws) -> Growth:
    if person.outlook == "RESPONSE":
        return Growth(
            shrink=draws.uniform(0.5, 0.88),
            kill=draws.uniform(0.018, 0.045),
            grow=draws.lognormal(0.0042, 0.4),
            new_lesion=0.06,
            non_target_pd=0.03,
            sure_until=2,
        )
    if person.outlook == "STABLE":
        return Growth(
            shrink=draws.uniform(0.12, 0.34),
            kill=0.02,
            grow=draws.lognormal(0.0026, 0.35),
            new_lesion=0.07,
            non_target_pd=0.03,
        )
    return Growth(
        shrink=draws.uniform(0, 0.12),
        kill=0.02,
        grow=draws.lognormal(0.0062, 0.35),
        new_lesion=0.25,
        non_target_pd=0.12,
    )


def _rounded(tenths: float, resolution: int) -> int:
    return round(tenths / resolution) * resolution


def _lesions(person: Person, draws: Draws) -> tuple[tuple[Lesion, ...], tuple[Lesion, ...]]:
    """Up to five targets, two per organ (nodes are one organ); what is left is non-target."""
    organs = [o for o in _MEASURABLE if o in person.organs] or ["PLEURA"]
    if person.outlook == "non_measurable":
        organs = []
    spots: list[str] = [organ for organ in organs for _ in range(draws.whole(1, 2))]
    targets = []
    for i, organ in enumerate(draws.shuffled(spots)[:5]):
        nodal = organ == "LYMPH NODE"
        # a written course must not turn a small node into a complete response
        low = (165 if person.outlook in SCRIPTS else 150) if nodal else 100
        median = 190.0 if nodal else 240.0
        size = min(900, max(low, _rounded(draws.lognormal(median, 0.4), person.resolution)))
        targets.append(Lesion(f"T{i + 1:02d}", organ, nodal, size))
    rest = [o for o in person.organs if o not in {t.location for t in targets}]
    extra: list[str] = [o for o in ("LUNG", "LIVER") if o in person.organs and draws.chance(0.4)]
    found = list(dict.fromkeys(rest + extra)) or (["BONE"] if not targets else [])
    return tuple(targets), tuple(
        Lesion(f"NT{i + 1:02d}", organ, organ == "LYMPH NODE", 0) for i, organ in enumerate(found)
    )


def _measured(
    targets: tuple[Lesion, ...], factor: float, resolution: int, draws: Draws, *, exact: bool
) -> tuple[int | None, ...]:
    """Sizes as read by the site; `exact` scales them so that the sum is what a script says."""
    if factor <= 0:
        return tuple(draws.whole(45, 95) if t.nodal else 0 for t in targets)
    spread = 0.03 if exact else 0.06
    raw = [t.size * factor * math.exp(draws.normal(0, spread)) for t in targets]
    if exact and raw:
        scale = factor * sum(t.size for t in targets) / sum(raw)
        raw = [r * scale for r in raw]
    sizes: list[int | None] = []
    for lesion, size in zip(targets, raw, strict=True):
        if exact or lesion.nodal or size >= 50:
            sizes.append(_rounded(size, resolution))
        else:  # too small to measure is 5 mm, gone is 0
            sizes.append(50 if size >= 20 else 0)
    return tuple(sizes)


def _visit_day(person: Person, number: int, draws: Draws) -> int:
    jitter = max(-6, min(6, round(draws.normal(0, 2.6))))
    return weekday(person.origin + INTERVAL * number + jitter)


def _visit(number: int, day: int, sizes: tuple[int | None, ...], non_target: str) -> Assessment:
    return Assessment(f"WEEK {8 * number}", number, day, sizes, non_target)


def _one_missing(visit: Assessment, draws: Draws) -> Assessment:
    """The same visit with one target that could not be measured."""
    gap = draws.whole(0, len(visit.sizes) - 1)
    sizes = tuple(None if i == gap else s for i, s in enumerate(visit.sizes))
    reason = draws.pick(("SCAN WITHOUT CONTRAST", "DIFFERENT MODALITY", "SLICE NOT COVERED"))
    return replace(visit, sizes=sizes, reason=reason)


def _free_course(person: Person, targets: tuple[Lesion, ...], status: str) -> list[Assessment]:
    """Visits of a patient without a script, up to progression."""
    draws = Draws(SEED, "tumour", person.usubjid)
    growth = _growth(person, draws)
    visits: list[Assessment] = []
    for number in range(1, 13):
        day = _visit_day(person, number, draws)
        factor = growth.at(day - person.origin)
        sizes = _measured(targets, factor, person.resolution, draws, exact=False)
        visit = _visit(number, day, sizes, status)
        risky = number > growth.sure_until
        if status != "NONE" and draws.chance(growth.non_target_pd) and risky:
            visit = replace(visit, non_target="PD")
        elif status != "NONE" and factor < 0.3 and draws.chance(0.3):
            visit = replace(visit, non_target="CR")
        if draws.chance(growth.new_lesion) and risky:
            visit = replace(visit, new_lesion=draws.pick(_NEW_SITES))
        lapse = draws.uniform()
        if number > 1 and lapse < 0.03:
            continue
        if len(targets) > 1 and lapse < 0.06:
            visit = _one_missing(visit, draws)
        visits.append(visit)
        if responses(targets, visits)[-1].overall == "PD":
            break
    return visits


def _scripted_course(
    person: Person, targets: tuple[Lesion, ...], status: str, script: Script
) -> list[Assessment]:
    draws = Draws(SEED, "tumour", person.usubjid)
    visits = []
    for number, change in enumerate(script.changes, start=1):
        day = _visit_day(person, number, draws)
        if change == MISSED:
            continue
        factor = 1.0 if change == NOT_EVALUABLE else 1.0 + float(change)
        sizes = _measured(targets, factor, person.resolution, draws, exact=True)
        seen = script.non_target.get(number, "CR" if status != "NONE" and factor <= 0 else status)
        visit = replace(_visit(number, day, sizes, seen), new_lesion=script.new_lesion.get(number))
        visits.append(_one_missing(visit, draws) if change == NOT_EVALUABLE else visit)
    return visits


def _after_progression(person: Person, pd: int, draws: Draws) -> tuple[int | None, int]:
    """Next therapy and death after progression."""
    median = {"RESPONSE": 330.0, "STABLE": 250.0}.get(person.outlook, 190.0)
    death = pd + 21 + round(draws.exponential(median))
    therapy = weekday(pd + draws.whole(12, 45)) if draws.chance(0.65) else None
    return (therapy if therapy is not None and therapy < death - 5 else None), death


def _contacts(
    person: Person, visits: list[Assessment], off: int | None, last: int, draws: Draws
) -> list[int]:
    """Days known alive: visits, cycles on treatment, then calls every two to three months."""
    days = {v.day for v in visits}
    if person.enrolment is not None:
        days.add(person.enrolment)
    day = person.origin
    while day <= min(off if off is not None else last, last):
        days.add(day)
        day += 21
    while day <= last:
        days.add(weekday(day))
        day += draws.whole(50, 85)
    return sorted(d for d in days if d <= last)


def _ends(
    person: Person, visits: list[Assessment], targets: tuple[Lesion, ...], script: Script
) -> tuple[tuple[int, str] | None, int | None, int | None]:
    """End of treatment, new therapy and death."""
    draws = Draws(SEED, "ends", person.usubjid)
    zero = person.origin
    progression = next((r.at.day for r in responses(targets, visits) if r.overall == "PD"), None)
    therapy = death = None
    off = None
    if progression is not None:
        off = (weekday(progression + draws.whole(0, 6)), scripts.PROGRESSION)
        therapy, death = _after_progression(person, progression, draws)
    toxic = weekday(zero + draws.whole(50, 190))
    intolerant = person.outlook in ("RESPONSE", "STABLE") and draws.chance(0.17)
    if intolerant and (off is None or toxic < off[0] - 10):
        off = (toxic, scripts.ADVERSE_EVENT)
    if script.off_treatment:
        off = (zero + script.off_treatment[0], script.off_treatment[1])
    if script.new_therapy is not None:
        therapy = zero + script.new_therapy
    if script.death is not None:
        death = zero + script.death
    if death is not None and therapy is not None and therapy >= death:
        therapy = None
    return off, therapy, death


def _life(person: Person) -> Life:
    draws = Draws(SEED, "life", person.usubjid)
    targets, non_targets = _lesions(person, draws)
    status = "NON-CR/NON-PD" if non_targets else "NONE"
    assert person.enrolment is not None
    base_day = weekday(person.enrolment - draws.whole(2, 6))
    baseline = Assessment("BASELINE", 0, base_day, tuple(t.size for t in targets), status)
    script = SCRIPTS.get(person.outlook, Script())
    if person.outlook in SCRIPTS:
        visits = _scripted_course(person, targets, status, script)
    else:
        visits = _free_course(person, targets, status)
    off, therapy, death = _ends(person, visits, targets, script)
    end: tuple[int, str] | None = None
    if script.off_study:
        end = (person.origin + script.off_study[0], script.off_study[1])
    elif death is not None:
        end = (death, scripts.DEATH)
    last = min(end[0] if end else HORIZON, HORIZON)
    visits = [v for v in visits if v.day < last or (v.day == last and death is None)]
    if person.first_dose is None:
        off = None
    return Life(
        person=person,
        targets=targets,
        non_targets=non_targets,
        baseline=baseline,
        visits=tuple(visits),
        treatment_end=off,
        study_end=end,
        new_therapy=therapy,
        death=death,
        death_cause=_cause(death, script),
        contacts=tuple(_contacts(person, visits, off[0] if off else None, last, draws)),
    )


def _cause(death: int | None, script: Script) -> str | None:
    return script.death_cause if death is not None else None


def lives(people: list[Person]) -> list[Life]:
    """The lives of all enrolled patients, in the order of `people`."""
    return [_life(p) for p in people if p.enrolment is not None]
