"""Why a Kaplan-Meier rate changed between two cuts: the Shapley value of each cause (Shapley 1953).

A rate is no sum over patients. Patients are therefore exchanged cause by cause, from what the
earlier cut knew of them to what the later one knows; a cause's share is the mean change it makes
over every order of exchanging the causes. The shares add up to the difference, depend on no order,
and turn their sign when the cuts change places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from dashboard.metrics.change_ledger import (
    CAUSES,
    CORRECTED,
    RECLASSIFIED,
    RULES,
    Fact,
    Ledger,
)
from dashboard.metrics.kaplan_meier import kaplan_meier
from dashboard.metrics.types import Estimate, Result

FOLLOWED = "followed"
RATE_CAUSES = (*CAUSES, FOLLOWED)

#: patient -> (days, event)
Known = Mapping[str, tuple[float, bool]]
Facts = Mapping[str, frozenset[Fact]]


@dataclass(frozen=True, slots=True)
class Share(Result):
    """What one cause adds to the rate (a fraction), and the patients it acts through."""

    cause: str
    change: float
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateLedger(Result):
    """`shares` add up to `now` - `then`; () where a rate is not estimable on the way."""

    day: float
    then: Estimate
    now: Estimate
    shares: tuple[Share, ...]
    split: bool


def rate_ledger(then: Known, now: Known, causes: Mapping[str, str], day: float) -> RateLedger:
    """`causes` names the cause of every patient whose time or event differs."""
    groups: dict[str, list[str]] = {}
    for patient in sorted(set(then) | set(now)):
        if then.get(patient) != now.get(patient):
            groups.setdefault(causes[patient], []).append(patient)
    names = sorted(groups, key=RATE_CAUSES.index)
    worth: dict[frozenset[str], float] = {}
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            value = _rate(_exchanged(then, now, [p for c in chosen for p in groups[c]]), day)
            if value is not None:
                worth[frozenset(chosen)] = value
    first, last = worth.get(frozenset()), worth.get(frozenset(names))
    if len(worth) < 2 ** len(names):
        return RateLedger(day, first, last, (), split=False)
    shares = tuple(Share(c, _shapley(c, names, worth), tuple(groups[c])) for c in names)
    return RateLedger(day, first, last, shares, split=True)


def _exchanged(then: Known, now: Known, patients: Sequence[str]) -> Known:
    out = dict(then)
    for patient in patients:
        if patient in now:
            out[patient] = now[patient]
        else:
            out.pop(patient, None)
    return out


def _rate(known: Known, day: float) -> Estimate:
    days = np.array([d for d, _ in known.values()], dtype=np.float64)
    event = np.array([e for _, e in known.values()], dtype=np.bool_)
    return kaplan_meier(days, event).rate(day).survival


def _shapley(cause: str, names: Sequence[str], worth: Mapping[frozenset[str], float]) -> float:
    others = [n for n in names if n != cause]
    total = 0.0
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(names))
        for chosen in combinations(others, size):
            with_it, without = frozenset({*chosen, cause}), frozenset(chosen)
            total += weight * (worth[with_it] - worth[without])
    return total


def causes_of_times(
    ledger: Ledger, then: Known, now: Known, facts: tuple[Facts, Facts]
) -> dict[str, str]:
    """The cause of every patient whose time or event differs.

    Who moved the count of events has that cause. The others: an event at another time, or a
    censored time that became shorter, was corrected (or, with the same records, reclassified by the
    export); a censored time that grew is further follow-up.
    """
    known = {m.usubjid: m.cause for m in ledger.moves if m.cause != RULES}
    was, is_ = facts
    for patient in set(then) & set(now):
        before, after = then[patient], now[patient]
        if before == after or patient in known:
            continue
        if not after[1] and after[0] > before[0]:
            known[patient] = FOLLOWED
        elif was.get(patient, frozenset()) - is_.get(patient, frozenset()):
            known[patient] = CORRECTED
        else:
            known[patient] = RECLASSIFIED
    return known


def ruled(ledger: RateLedger, now: Known) -> RateLedger:
    """`ledger` ends at the later records read by the earlier rules; `now` reads them by theirs."""
    last = _rate(now, ledger.day)
    if last is None or ledger.now is None or not ledger.split:
        return RateLedger(ledger.day, ledger.then, last, (), split=False)
    share = Share(RULES, last - ledger.now, tuple(sorted(now)))
    shares = (*ledger.shares, share) if last != ledger.now else ledger.shares
    return RateLedger(ledger.day, ledger.then, last, shares, split=True)
