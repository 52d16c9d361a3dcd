"""What is known of each patient at a cut: nothing dated after it, errors not yet mended.

Between cuts records only come in, except for the corrections written in this module.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.demo.cohort import Person
from dashboard.demo.dosing import NO_DOSES, Dose, Exposure
from dashboard.demo.endpoints import (
    Ending,
    duration_of_response,
    overall_survival,
    progression_free,
)
from dashboard.demo.events import Event
from dashboard.demo.labs import Lab
from dashboard.demo.life import Life
from dashboard.demo.recist import (
    Assessment,
    Response,
    best,
    best_confirmed,
    considered,
    response_start,
    responses,
)
from dashboard.demo.samples import Sample
from dashboard.demo.truth import CUTS, DELETED, MISREADING, MISSPELLING, REGRADED


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that will ever be recorded of one person."""

    person: Person
    life: Life | None = None
    exposure: Exposure = NO_DOSES
    events: tuple[Event, ...] = ()
    labs: tuple[Lab, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """One person as known at a cut."""

    index: int  # of the cut
    day: int  # of the cut
    record: Record
    found: tuple[Response, ...]
    counted: tuple[Response, ...]

    @property
    def person(self) -> Person:
        return self.record.person

    def upto(self, day: int | None) -> int | None:
        """The day when it is not after the cut."""
        return day if day is not None and day <= self.day else None

    @property
    def life(self) -> Life:
        assert self.record.life is not None
        return self.record.life

    @property
    def enrolled(self) -> bool:
        return self.upto(self.person.enrolment) is not None

    @property
    def dosed(self) -> bool:
        return self.upto(self.person.first_dose) is not None

    @property
    def origin(self) -> int:
        """First dose; enrolment while there is none."""
        assert self.person.enrolment is not None
        return self.upto(self.person.first_dose) or self.person.enrolment

    @property
    def death(self) -> int | None:
        return self.upto(self.life.death)

    @property
    def new_therapy(self) -> int | None:
        return self.upto(self.life.new_therapy)

    @property
    def alive(self) -> int:
        """Last day known alive; the day of death for the dead."""
        if self.death is not None:
            return self.death
        record = self.record
        days = [*self.life.contacts, *(lab.day for lab in record.labs), self.last_dose()]
        days += [day for e in record.events for day in (e.start, e.end)]
        return max([d for d in days if d is not None and d <= self.day] + [self.origin])

    @property
    def treatment_end(self) -> tuple[int, str] | None:
        end = self.life.treatment_end
        return end if end and end[0] <= self.day else None

    @property
    def study_end(self) -> tuple[int, str] | None:
        end = self.life.study_end
        return end if end and end[0] <= self.day else None

    @property
    def doses(self) -> list[Dose]:
        """Doses begun by the cut, an open interval ending at it."""
        return [
            d if d.end <= self.day else replace(d, end=self.day)
            for d in self.record.exposure.doses
            if d.start <= self.day
        ]

    def last_dose(self, drug: str | None = None, *, chemotherapy: bool = False) -> int | None:
        known = replace(self.record.exposure, doses=tuple(self.doses))
        return known.last(drug, chemotherapy=chemotherapy)

    @property
    def backbone(self) -> str | None:
        """As written in this cut's export."""
        if self.person.place == MISSPELLING.place and self.index < MISSPELLING.mended_in:
            return MISSPELLING.was
        return self.person.backbone

    def best(self) -> tuple[str, Response | None]:
        return best(self.counted, self.origin)

    def confirmed(self) -> tuple[str, Response | None]:
        return best_confirmed(self.counted, self.origin)

    def response_start(self) -> Response | None:
        return response_start(self.counted)

    def pfs(self) -> Ending:
        return progression_free(self.found, self.origin, self.death, self.new_therapy)

    def os(self) -> Ending:
        return overall_survival(self.origin, self.death, self.alive)

    def dor(self) -> Ending | None:
        return duration_of_response(self.counted, self.pfs())

    @property
    def events(self) -> list[Event]:
        """Events begun by the cut, as graded and ended then."""
        place = self.person.place
        gone = {c.number for c in DELETED if c.place == place and c.mended_in <= self.index}
        was = {
            c.number: c.was_grade for c in REGRADED if c.place == place and c.mended_in > self.index
        }
        return [
            self._as_of_cut(replace(e, grade=was.get(e.number, e.grade)))
            for e in self.record.events
            if e.start <= self.day and e.number not in gone
        ]

    def _as_of_cut(self, event: Event) -> Event:
        if event.end is None or event.end <= self.day:
            return event
        if event.fatal:  # still alive: not yet grade 5
            return replace(event, end=None, fatal=False, grade=4)
        return replace(event, end=None)


def _misread(visits: list[Assessment], base: int, place: int, index: int) -> list[Assessment]:
    """The visit whose measurement was transcribed wrongly until it was corrected."""
    if place != MISREADING.place or index >= MISREADING.mended_in:
        return visits
    out = []
    for visit in visits:
        if visit.number == MISREADING.visit:
            sizes = [s or 0 for s in visit.sizes]
            largest = sizes.index(max(sizes))
            rest = sum(sizes) - sizes[largest]
            sizes[largest] = round(base * (1 + MISREADING.was_change)) - rest
            out.append(replace(visit, sizes=tuple(sizes)))
        else:
            out.append(visit)
    return out


def known(records: list[Record], index: int) -> list[Known]:
    """Everybody who had signed consent by the cut with this index."""
    day = CUTS[index].toordinal()
    out = []
    for record in records:
        if record.person.consent > day:
            continue
        found: list[Response] = []
        counted: list[Response] = []
        life = record.life
        if life is not None:
            visits = [v for v in life.visits if v.day <= day]
            base = sum(t.size for t in life.targets)
            found = responses(life.targets, _misread(visits, base, record.person.place, index))
            therapy = life.new_therapy
            counted = considered(found, therapy if therapy and therapy <= day else None)
        out.append(Known(index, day, record, tuple(found), tuple(counted)))
    return out
