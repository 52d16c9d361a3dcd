"""Why an estimate changed between two cuts: every patient who moved it, under exactly one cause.

A patient moves an estimate x/n by entering or leaving its numerator or its denominator, so the
causes add up to the difference by construction. The ledger is always told forwards in time, from
the earlier cut to the later one; asked the other way round it is the same ledger with its signs
turned. Definitions: docs/definitions.md, "Changes between two cuts".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dashboard.metrics.types import Result

#: What stands for one fact of a patient's records: a date and what was recorded, or the like.
Fact = tuple[str, ...]

ENROLLED = "enrolled"
JOINED = "joined"
CONFIRMED = "confirmed"
EVALUABLE = "evaluable"
SINCE = "since"
LATE = "late"
CORRECTED = "corrected"
RECLASSIFIED = "reclassified"
RULES = "rules"
FILTERS = "filters"
LEFT = "left"
DROPPED = "dropped"
#: in the order in which a reader is told
CAUSES = (
    ENROLLED,
    JOINED,
    EVALUABLE,
    CONFIRMED,
    SINCE,
    LATE,
    CORRECTED,
    RECLASSIFIED,
    RULES,
    FILTERS,
    LEFT,
    DROPPED,
)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One cut's reading of an estimate.

    `order` sorts cuts by time. `exported`: every patient of the export; `base`: the analysis set
    before filters; `members`: the denominator; `positive`: the numerator. `provisional`: patients
    who would be positive if confirmed; `unknown`: patients without an evaluable value. `facts`: the
    records behind the value, by patient. `told`: the value in words or as a term, by patient.
    """

    order: tuple[str, ...]
    exported: frozenset[str]
    enrolled: frozenset[str]
    base: frozenset[str]
    members: frozenset[str]
    positive: frozenset[str]
    provisional: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    facts: Mapping[str, frozenset[Fact]] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.positive <= self.members:
            raise ValueError("a patient of the numerator is not in the denominator")

    @property
    def x(self) -> int:
        return len(self.positive)

    @property
    def n(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """What is derived from both cuts, told forwards in time.

    `own`: positives that Interim derives from the earlier cut; `revised`: those it derives from the
    later cut's records up to the earlier cut-off. Where the two differ, a record that both cuts
    should hold alike was changed or came late. `same_rules`: the later cut read by the rules of the
    earlier one; None when the rules are the same.
    """

    own: frozenset[str] = frozenset()
    revised: frozenset[str] = frozenset()
    same_rules: Side | None = None


@dataclass(frozen=True, slots=True)
class Move(Result):
    """One patient who moves the estimate by `dx` in the numerator and `dn` in the denominator."""

    usubjid: str
    cause: str
    dx: int
    dn: int
    then: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Ledger(Result):
    """From `x_then`/`n_then` to `x_now`/`n_now`: the moves add up to the difference."""

    x_then: int
    n_then: int
    x_now: int
    n_now: int
    moves: tuple[Move, ...]

    def turned(self) -> Ledger:
        """The same ledger told from the later cut to the earlier one."""
        return Ledger(
            self.x_now,
            self.n_now,
            self.x_then,
            self.n_then,
            tuple(replace(m, dx=-m.dx, dn=-m.dn, then=m.now, now=m.then) for m in self.moves),
        )


def change_ledger(then: Side, now: Side, between: Between | None = None) -> Ledger:
    """The ledger from `then` to `now`, by cause in the order of `CAUSES`, then by patient.

    A change of rules comes last: first the later records are read by the earlier rules, then by
    their own, so a patient may move twice.
    """
    if then.order > now.order:
        return change_ledger(now, then, between).turned()
    between = between or Between()
    middle = between.same_rules or now
    moves = list(_moves(then, middle, between))
    if between.same_rules is not None:
        moves += _ruled(middle, now)
    moves.sort(key=lambda m: (CAUSES.index(m.cause), m.usubjid))
    return Ledger(then.x, then.n, now.x, now.n, tuple(moves))


def _moves(then: Side, now: Side, between: Between) -> Iterable[Move]:
    for patient, dx, dn in _differing(then, now):
        if dn:
            cause = _of_denominator(patient, then, now) if dn > 0 else _leaving(patient, then, now)
        else:
            cause = _of_value(patient, dx, then, now, between)
        yield _move(patient, cause, (dx, dn), then, now)


def _ruled(then: Side, now: Side) -> Iterable[Move]:
    return (_move(p, RULES, (dx, dn), then, now) for p, dx, dn in _differing(then, now))


def _differing(then: Side, now: Side) -> Iterable[tuple[str, int, int]]:
    for patient in (then.members ^ now.members) | (then.positive ^ now.positive):
        dx = (patient in now.positive) - (patient in then.positive)
        dn = (patient in now.members) - (patient in then.members)
        yield patient, dx, dn


def _move(patient: str, cause: str, change: tuple[int, int], then: Side, now: Side) -> Move:
    return Move(patient, cause, *change, then.told.get(patient), now.told.get(patient))


def _of_denominator(patient: str, then: Side, now: Side) -> str:
    """Why a patient is counted who was not."""
    came = patient not in then.enrolled and patient in now.enrolled
    if came or patient not in then.exported:
        return ENROLLED
    return FILTERS if patient in then.base and patient in now.base else JOINED


def _leaving(patient: str, then: Side, now: Side) -> str:
    """Why a patient is no longer counted."""
    if patient not in now.exported:
        return DROPPED
    return FILTERS if patient in then.base and patient in now.base else LEFT


def _of_value(patient: str, dx: int, then: Side, now: Side, between: Between) -> str:
    """Why a patient who is counted in both cuts is positive in one of them only."""
    was, is_ = then.facts.get(patient, frozenset()), now.facts.get(patient, frozenset())
    revision = (patient in between.revised) - (patient in between.own)
    if revision == dx:
        return LATE if was <= is_ else CORRECTED
    if dx < 0:
        return CORRECTED if was - is_ else RECLASSIFIED
    if was and was == is_:
        return RECLASSIFIED
    if patient in then.provisional:
        return CONFIRMED
    return EVALUABLE if patient in then.unknown else SINCE


@dataclass(frozen=True, slots=True)
class CauseTotal(Result):
    """What one cause adds to an estimate, and the patients it acts through."""

    cause: str
    dx: int
    dn: int
    patients: tuple[str, ...]


def by_cause(ledger: Ledger) -> tuple[CauseTotal, ...]:
    """One total per cause that occurs, in the order of `CAUSES`."""
    found = []
    for cause in CAUSES:
        mine = [m for m in ledger.moves if m.cause == cause]
        if mine:
            found.append(
                CauseTotal(
                    cause,
                    sum(m.dx for m in mine),
                    sum(m.dn for m in mine),
                    tuple(m.usubjid for m in mine),
                )
            )
    return tuple(found)
