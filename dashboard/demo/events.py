"""Adverse events of the demo: reactions to each drug, what changed a dose, and written cases.

Graded by CTCAE v5. Days are ordinal dates; an event without `end` never ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dashboard.demo import scripts
from dashboard.demo.dosing import DELAYED, INTERRUPTED, OMITTED, REDUCED, REGIMENS, Exposure
from dashboard.demo.draws import Draws
from dashboard.demo.life import HORIZON, Life
from dashboard.demo.reactions import REACTIONS, VERBATIM, Reaction
from dashboard.demo.truth import GRADE_MISSING, SEED, START_PARTIAL

KEPT, REDUCE, PAUSE, STOP, NONE = (
    "DOSE NOT CHANGED",
    "DOSE REDUCED",
    "DRUG INTERRUPTED",
    "DRUG WITHDRAWN",
    "NOT APPLICABLE",
)
_ACTION = {REDUCED: REDUCE, DELAYED: PAUSE, OMITTED: PAUSE, INTERRUPTED: PAUSE}
_AFTER_LAST_DOSE = 40
#: grades of events that changed a dose; hyperuricaemia has no grade 2 in CTCAE v5
_CHANGE_GRADES = {
    "HYPERURICAEMIA": ((1, 3), (0.9, 0.1)),
    "NEUTROPHIL COUNT DECREASED": ((3, 4), (0.75, 0.25)),
    "NEPHROLITHIASIS": ((2, 3), (0.7, 0.3)),
    "GOUT": ((2, 3), (0.8, 0.2)),
}
#: low counts and raised values alone put nobody into hospital
_ASYMPTOMATIC = (
    "NEUTROPHIL COUNT DECREASED",
    "LYMPHOCYTE COUNT DECREASED",
    "HYPERURICAEMIA",
    "ALOPECIA",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One adverse event as it would finally be recorded."""

    term: str
    start: int
    end: int | None
    grade: int | None
    drug: str  # what caused it: INOSINE, a chemotherapy drug, or "" for neither
    verbatim: str = ""
    action_inosine: str = KEPT
    action_chemo: str = KEPT
    related_inosine: bool = False
    related_chemo: bool = False
    hospital: bool = False
    fatal: bool = False
    life_threatening: bool = False
    number: int = 0  # AESEQ
    start_text: str | None = None  # a partial start date as written

    @property
    def serious(self) -> bool:
        return self.hospital or self.fatal or self.life_threatening

    def lasting(self, end: int | None) -> Event:
        return replace(self, end=end)


def event_of(draws: Draws, term: str, drug: str, *, start: int, lasts: int, grade: int) -> Event:
    names = VERBATIM.get(term, (term.lower(),))
    return Event(
        term=term,
        start=start,
        end=start + max(0, lasts - 1),
        grade=grade,
        drug=drug,
        verbatim=names[0] if draws.chance(0.6) else draws.pick(names),
        related_inosine=drug == "INOSINE" or (drug != "" and draws.chance(0.06)),
        related_chemo=drug not in ("", "INOSINE") or (drug == "INOSINE" and draws.chance(0.12)),
        hospital=grade >= 3
        and draws.chance(0.25 if grade == 3 else 0.6)
        and term not in _ASYMPTOMATIC,
    )


def _episodes(life: Life, drug: str, reaction: Reaction, last: int) -> list[Event]:
    """All episodes of one reaction in one patient."""
    draws = Draws(SEED, "reaction", life.person.usubjid, drug, reaction.term)
    if not draws.chance(reaction.ever):
        return []
    found = []
    day = life.person.origin + round(draws.exponential(reaction.onset))
    while day <= last:
        grade = draws.pick((1, 2, 3, 4), reaction.grades)
        lasts = 1 + round(draws.exponential(reaction.lasts))
        found.append(event_of(draws, reaction.term, drug, start=day, lasts=lasts, grade=grade))
        if not draws.chance(reaction.again):
            break
        day += lasts + 14 + round(draws.exponential(20))
    return found


def modification_events(life: Life, doses: Exposure) -> list[Event]:
    """The events behind the changes of dose."""
    draws = Draws(SEED, "modification events", life.person.usubjid)
    found = []
    for change in doses.modifications:
        grades, weights = _CHANGE_GRADES.get(change.term, ((2, 3), (0.5, 0.5)))
        event = event_of(
            draws,
            change.term,
            change.drug,
            start=change.day,
            lasts=draws.whole(4, 12),
            grade=draws.pick(grades, weights),
        )
        action = _ACTION[change.action]
        if change.drug == "INOSINE":
            found.append(replace(event, action_inosine=action))
        else:
            found.append(replace(event, action_chemo=action))
    return found


def _stopping(life: Life, last: int) -> list[Event]:
    """The event behind an end of treatment for an adverse event."""
    if not life.treatment_end or life.treatment_end[1] != scripts.ADVERSE_EVENT:
        return []
    draws = Draws(SEED, "stopping", life.person.usubjid)
    day = life.treatment_end[0]
    if life.person.outlook == "fatal_chemo_ae":
        sepsis = event_of(
            draws, "NEUTROPENIC SEPSIS", life.person.drugs[0], start=day, lasts=5, grade=5
        )
        return [
            replace(
                sepsis,
                end=life.death,
                related_inosine=False,
                hospital=True,
                fatal=True,
                life_threatening=True,
                action_inosine=STOP,
                action_chemo=STOP,
            )
        ]
    if life.person.outlook == "hys_law":
        terms = ["ALANINE AMINOTRANSFERASE INCREASED", "BLOOD BILIRUBIN INCREASED"]
    else:
        terms = [draws.pick(REGIMENS[life.person.drugs[0]].toxicities)]
    return [
        replace(
            event_of(
                draws, term, life.person.drugs[0], start=day, lasts=draws.whole(14, 40), grade=3
            ),
            action_inosine=STOP,
            action_chemo=STOP,
        )
        for term in terms
        if day <= last
    ]


def _death_event(life: Life) -> list[Event]:
    if life.person.outlook != "death_without_pd" or life.death is None:
        return []
    return [
        Event(
            "PULMONARY EMBOLISM",
            life.death - 1,
            life.death,
            5,
            "",
            "pulmonary embolism",
            NONE,
            NONE,
            hospital=True,
            fatal=True,
            life_threatening=True,
        )
    ]


def _before_treatment(life: Life) -> list[Event]:
    """A few events between consent and the first dose."""
    draws = Draws(SEED, "before treatment", life.person.usubjid)
    if not draws.chance(0.12):
        return []
    first = life.person.origin - draws.whole(1, 6)
    term = draws.pick(("INSOMNIA", "BACK PAIN", "COUGH"))
    event = event_of(draws, term, "", start=first, lasts=draws.whole(4, 30), grade=1)
    return [replace(event, action_inosine=NONE, action_chemo=NONE)]


def _stopped_before(event: Event, doses: Exposure) -> Event:
    """No action can be taken with a drug that is no longer given."""
    inosine, chemo = doses.last("INOSINE"), doses.last(chemotherapy=True)
    changed = event
    if event.action_inosine == KEPT and (inosine is None or event.start > inosine):
        changed = replace(changed, action_inosine=NONE)
    if event.action_chemo == KEPT and (chemo is None or event.start > chemo + 21):
        changed = replace(changed, action_chemo=NONE)
    return changed


def _apart(found: Iterable[Event]) -> list[Event]:
    """One episode of a term at a time: of two that overlap the one that changed a dose stays."""
    kept: list[Event] = []
    weight = {STOP: 3, REDUCE: 2, PAUSE: 1}

    def gravity(e: Event) -> tuple[int, int, int, int]:
        action = weight.get(e.action_inosine, 0) + weight.get(e.action_chemo, 0)
        return (-int(e.fatal), -action, -(e.grade or 0), e.start)

    for event in sorted(found, key=gravity):
        clash = any(
            e.term == event.term
            and event.start <= (e.end or HORIZON) + 2
            and e.start <= (event.end or HORIZON) + 2
            for e in kept
        )
        if not clash:
            kept.append(event)
    return kept


def _as_recorded(event: Event, place: int) -> Event:
    """The few records that are incomplete."""
    if (place, event.number) == GRADE_MISSING:
        return replace(event, grade=None)
    if (place, event.number) == START_PARTIAL:
        return replace(event, start_text=date.fromordinal(event.start).strftime("%Y-%m"))
    return event


def events(life: Life, doses: Exposure, laboratory: Sequence[Event] = ()) -> list[Event]:
    """All events of one patient in order, numbered. `laboratory` comes from the lab values."""
    if life.person.first_dose is None:
        return []
    ends = [d for d in (doses.last(), life.contacts[-1]) if d is not None]
    last = min(
        (doses.last() or life.person.origin) + _AFTER_LAST_DOSE,
        max(ends),
        HORIZON,
        *([life.death - 1] if life.death is not None else []),
        *([life.study_end[0]] if life.study_end else []),
    )
    found = [*laboratory, *_before_treatment(life), *_death_event(life), *_stopping(life, last)]
    found += modification_events(life, doses)
    for drug in ("INOSINE", *(life.person.drugs if doses.last(chemotherapy=True) else ()), ""):
        for reaction in REACTIONS[drug]:
            found += _episodes(life, drug, reaction, last)
    kept = [e for e in _apart(found) if e.start <= last or e.fatal]
    out: list[Event] = []
    for event in sorted(kept, key=lambda e: (e.start, e.term)):
        ended = event.end
        over = life.study_end[0] if life.study_end else HORIZON
        if ended is not None and ended >= over:  # death or loss: the end is not known
            ended = life.death if event.fatal else None
        out.append(replace(_stopped_before(event, doses), end=ended, number=len(out) + 1))
    return [_as_recorded(event, life.person.place) for event in out]
