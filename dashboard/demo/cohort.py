"""Who is in the demo trial: sites, dates of entry and baseline, before anything is given.

Case mix after the baseline table of ASCENT's second-line patients (npj Breast Cancer 2022).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.demo.draws import Draws
from dashboard.demo.truth import (
    ENROLLED,
    FIRST_ENROLMENT,
    LAST_ENROLMENT,
    SCENARIOS,
    SCREEN_FAILURES,
    SEED,
    STUDY_ID,
)

#: site -> share of the patients, and the resolution of its measurements in tenths of mm
SITES: dict[str, tuple[float, int]] = {
    "01": (0.24, 1),
    "02": (0.18, 1),
    "03": (0.14, 10),
    "04": (0.12, 1),
    "05": (0.10, 5),
    "06": (0.09, 10),
    "07": (0.08, 1),
    "08": (0.05, 10),
}

BACKBONES: dict[str, int] = {
    "NAB-PACLITAXEL": 5,
    "PACLITAXEL": 2,
    "DOCETAXEL": 1,
    "PEGYLATED LIPOSOMAL DOXORUBICIN": 4,
    "EPIRUBICIN": 2,
    "ERIBULIN": 9,
    "VINORELBINE": 7,
    "CAPECITABINE": 8,
    "CARBOPLATIN": 6,
    "UTIDELONE": 7,
    "CISPLATIN": 4,
    "CARBOPLATIN+PACLITAXEL": 2,
    "UTIDELONE+CAPECITABINE": 2,
    "VINORELBINE+CISPLATIN": 1,
}
#: log-odds of a response beside the mean of the trial
_BACKBONE_EFFECT = {"CARBOPLATIN": 0.3, "PACLITAXEL": 0.4, "UTIDELONE": 0.4, "VINORELBINE": -0.3}

#: how many of 60 carry each trait
_ORGANS = {
    "LUNG": 33,
    "LIVER": 27,
    "LYMPH NODE": 42,
    "CHEST WALL": 20,
    "PLEURA": 14,
    "SKIN": 9,
    "BONE": 9,
    "ADRENAL GLAND": 5,
}
_PRIOR = {
    "PACLITAXEL": 53,
    "CARBOPLATIN": 40,
    "CAPECITABINE": 33,
    "DOXORUBICIN": 29,
    "CYCLOPHOSPHAMIDE": 38,
    "PEMBROLIZUMAB": 7,
}
VISCERAL = ("LUNG", "LIVER", "PLEURA", "BRAIN")

#: how the tumours of the patients without a scenario behave, in three parts of the accrual;
#: progression for the rest
_OUTLOOKS = (
    {"RESPONSE": 7, "STABLE": 1},
    {"RESPONSE": 6, "STABLE": 2},
    {"RESPONSE": 6, "STABLE": 2},
)

SCREEN_FAILURE_REASONS = (
    "INADEQUATE ORGAN FUNCTION",
    "BRAIN METASTASES",
    "URATE ABOVE LIMIT",
    "WITHDRAWAL OF CONSENT",
    "NOT TRIPLE NEGATIVE ON CENTRAL REVIEW",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person who signed consent. Days are ordinal dates."""

    usubjid: str
    subjid: str
    siteid: str
    consent: int
    age: int
    sex: str
    ecog: str
    weight: float | None
    height: float
    organs: tuple[str, ...]
    prior: tuple[str, ...]
    prior_lines: int
    pdl1: str | None
    gbrca: str | None
    backbone: str | None  # None for screen failures
    enrolment: int | None
    first_dose: int | None
    screen_failure: int | None  # day of failure
    failure_reason: str | None
    place: int  # order of enrolment, -1 for screen failures
    outlook: str  # how the tumour will behave; a scenario's name for the named patients
    resolution: int  # tenths of mm

    @property
    def drugs(self) -> tuple[str, ...]:
        return tuple((self.backbone or "").split("+")) if self.backbone else ()

    @property
    def origin(self) -> int:
        """First dose, or enrolment for a patient never dosed."""
        day = self.first_dose if self.first_dose is not None else self.enrolment
        assert day is not None
        return day


def weekday(day: int) -> int:
    """The working day nearest to an ordinal date: Saturday back, Sunday forward."""
    return day + {6: -1, 0: 1}.get(day % 7, 0)


def _enrolment_days(draws: Draws) -> list[int]:
    """Accrual that starts slowly and then runs evenly."""
    first, last = FIRST_ENROLMENT.toordinal(), LAST_ENROLMENT.toordinal()
    places = sorted(((i + draws.uniform()) / ENROLLED) ** 0.85 for i in range(ENROLLED))
    return [weekday(first + round((last - first) * p)) for p in places]


def _marked(draws: Draws, n: int) -> list[bool]:
    """`n` of 60 are true, at random."""
    return draws.quota({True: n, False: ENROLLED - n})


def _traits(draws: Draws, counts: dict[str, int]) -> list[list[str]]:
    """The traits of every enrolled patient, each as often as stated."""
    columns = {name: _marked(draws, n) for name, n in counts.items()}
    return [[name for name, marks in columns.items() if marks[i]] for i in range(ENROLLED)]


def _age(draws: Draws) -> int:
    return min(79, max(30, round(50 + 11 * draws.normal())))


def _person(draws: Draws, consent: int, site: str) -> Person:
    """The parts every consenting person has."""
    return Person(
        usubjid="",
        subjid="",
        siteid=site,
        consent=consent,
        age=_age(draws),
        sex="F",
        ecog=draws.pick("01", (0.42, 0.58)),
        weight=None if draws.chance(0.04) else round(draws.normal(60, 9), 1),
        height=round(draws.normal(159, 6), 1),
        organs=(),
        prior=(),
        prior_lines=draws.pick((1, 2, 3, 4), (0.4, 0.35, 0.18, 0.07)),
        pdl1=draws.pick(("POSITIVE", "NEGATIVE", None), (0.36, 0.54, 0.1)),
        gbrca=None,
        backbone=None,
        enrolment=None,
        first_dose=None,
        screen_failure=None,
        failure_reason=None,
        place=-1,
        outlook="",
        resolution=SITES[site][1],
    )


def _score(person: Person, draws: Draws) -> float:
    effect = max((_BACKBONE_EFFECT.get(d, 0.0) for d in person.drugs), default=0.0)
    doublet = 0.4 if len(person.drugs) > 1 else 0.0
    liver = -0.6 if "LIVER" in person.organs else 0.0
    return effect + doublet + liver - 0.3 * (person.prior_lines - 1) + draws.normal(0, 1.2)


def _with_outlooks(people: list[Person], draws: Draws) -> list[Person]:
    """The best scores respond, the worst progress: fixed counts, plausible who."""
    free = [p for p in people if p.place not in SCENARIOS]
    size = -(-len(free) // len(_OUTLOOKS))
    given: dict[int, str] = {}
    for i, counts in enumerate(_OUTLOOKS):
        block = free[i * size : (i + 1) * size]
        ranked = sorted(block, key=lambda p: _score(p, draws), reverse=True)
        names = [name for name, n in counts.items() for _ in range(n)]
        names += ["PROGRESSION"] * (len(ranked) - len(names))
        given |= {p.place: name for p, name in zip(ranked, names, strict=True)}
    return [replace(p, outlook=SCENARIOS.get(p.place) or given[p.place]) for p in people]


def _enrolled() -> list[Person]:
    draws = Draws(SEED, "cohort")
    days = _enrolment_days(draws)
    organs = _traits(draws, _ORGANS)
    prior = _traits(draws, _PRIOR)
    backbones = draws.quota(BACKBONES)
    ecog = draws.quota({"0": 25, "1": 35})
    male = draws.whole(0, ENROLLED - 1)
    gbrca = draws.quota({"POSITIVE": 3, "NEGATIVE": 50, None: 7})
    weights = [share for share, _ in SITES.values()]
    people = []
    for i, day in enumerate(days):
        site = draws.pick(list(SITES), weights)
        found = organs[i] or ["LYMPH NODE", "CHEST WALL"]
        people.append(
            replace(
                _person(draws, weekday(day - draws.whole(8, 21)), site),
                organs=tuple(found),
                prior=tuple(prior[i] or ["PACLITAXEL"]),
                ecog=ecog[i],
                sex="M" if i == male else "F",
                gbrca=gbrca[i],
                backbone=backbones[i],
                enrolment=day,
                first_dose=None
                if SCENARIOS.get(i) == "never_dosed"
                else weekday(day + draws.whole(0, 4)),
                place=i,
                resolution=1 if i in SCENARIOS else SITES[site][1],
            )
        )
    return _with_outlooks(people, draws)


def _screen_failures() -> list[Person]:
    draws = Draws(SEED, "screen failures")
    first, last = FIRST_ENROLMENT.toordinal(), LAST_ENROLMENT.toordinal()
    people = []
    for i in range(SCREEN_FAILURES):
        consent = weekday(first + (last - first) * i // SCREEN_FAILURES + draws.whole(0, 30))
        site = draws.pick(list(SITES), [share for share, _ in SITES.values()])
        person = _person(draws, consent, site)
        people.append(
            replace(
                person,
                screen_failure=weekday(consent + draws.whole(5, 20)),
                failure_reason=draws.pick(SCREEN_FAILURE_REASONS),
            )
        )
    return people


def cohort() -> list[Person]:
    """Everybody who signed consent, in order of consent, with their ids."""
    people = sorted(_enrolled() + _screen_failures(), key=lambda p: (p.consent, p.place))
    seen: dict[str, int] = {}
    out = []
    for person in people:
        seen[person.siteid] = number = seen.get(person.siteid, 0) + 1
        subjid = f"{person.siteid}-{number:03d}"
        out.append(replace(person, subjid=subjid, usubjid=f"{STUDY_ID}-{subjid}"))
    return out
