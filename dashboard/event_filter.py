"""Which adverse events a card of the Safety pages counts, and its one form in an address.

A filter on events is no filter on patients: the denominator stays, the numerator counts other
events. Its parameters start with `ae`, its words stand on the cards it shapes, and like all of an
address nothing in it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboard.listing import searched

#: parameters of an address, each at most once
PARAMETERS = ("ae", "ae.find", "ae.least", "ae.by", "ae.sort", "ae.order", "ae.top")
#: switches that an event must meet, all of those chosen; related:<drug> and aesi:<list> are the
#: study's own. "all" takes events that are not treatment-emergent in
SWITCHES = ("related", "high", "serious", "fatal", "aesi", "all")
#: how the table of terms is folded: classes, classes with their terms, terms alone
FOLDS = ("class", "open", "term")
SORTS = ("frequency", "name")
#: columns that a listing of events may be ordered by; "-" in front for descending
COLUMNS = (
    "patient", "day", "start", "term", "soc", "grade", "serious", "related", "state",
)  # fmt: skip
ORDERS = (*COLUMNS, *(f"-{c}" for c in COLUMNS))
#: the order without a word: by patient, then by day
FIRST_ORDER = "patient"
LEAST = (2, 5, 10, 20)
#: how many terms a figure of the commonest draws
TOPS, FIRST_TOP = (10, 20, 40), 20


class EventFilterError(ValueError):
    """A parameter that names something no page offers; its name is the argument."""


@dataclass(frozen=True, slots=True)
class EventWords:
    """The study's own switches: drugs that events are judged against, lists of special interest."""

    drugs: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def switches(self) -> tuple[str, ...]:
        own = {
            "related": [f"related:{d}" for d in self.drugs],
            "aesi": [f"aesi:{a}" for a in self.lists],
        }
        return tuple(s for switch in SWITCHES for s in (switch, *own.get(switch, ())))


@dataclass(frozen=True, slots=True)
class EventFilter:
    """`switches` in the order of `EventWords.switches`; `least` is a percentage of patients."""

    switches: tuple[str, ...] = ()
    find: str = ""
    least: int = 0
    by: str = "class"
    sort: str = "frequency"
    order: str = field(default=FIRST_ORDER)
    top: int = FIRST_TOP

    @property
    def emergent(self) -> bool:
        """Only treatment-emergent events?"""
        return "all" not in self.switches

    @property
    def required(self) -> tuple[str, ...]:
        """The switches that an event must meet."""
        return tuple(s for s in self.switches if s != "all")

    def toggled(self, switch: str, words: EventWords) -> EventFilter:
        """This filter with one switch turned."""
        now = set(self.switches) ^ {switch}
        return replace(self, switches=tuple(s for s in words.switches if s in now))

    def pairs(self) -> list[tuple[str, str]]:
        """Parameters of a query; what is usual is left out."""
        found = {
            "ae": ",".join(self.switches),
            "ae.find": self.find,
            "ae.least": str(self.least or ""),
            "ae.by": "" if self.by == FOLDS[0] else self.by,
            "ae.sort": "" if self.sort == SORTS[0] else self.sort,
            "ae.order": "" if self.order == FIRST_ORDER else self.order,
            "ae.top": "" if self.top == FIRST_TOP else str(self.top),
        }
        return [(k, v) for k, v in found.items() if v]


NONE = EventFilter()


def event_filter(fields: Mapping[str, str], words: EventWords) -> EventFilter:
    """The filter that the parameters of a query mean. Raises EventFilterError."""
    chosen = set(filter(None, fields.get("ae", "").split(",")))
    if not chosen <= set(words.switches):
        raise EventFilterError("ae")
    least = fields.get("ae.least", "")
    if least and not (least.isascii() and least.isdecimal() and int(least[:4]) in LEAST):
        raise EventFilterError("ae.least")
    return EventFilter(
        switches=tuple(s for s in words.switches if s in chosen),
        find=searched(fields.get("ae.find", "")),
        least=int(least) if least else 0,
        by=_one_of(fields, "ae.by", FOLDS),
        sort=_one_of(fields, "ae.sort", SORTS),
        order=_one_of(fields, "ae.order", (FIRST_ORDER, *ORDERS)),
        top=int(_one_of(fields, "ae.top", (str(FIRST_TOP), *map(str, TOPS)))),
    )


def _one_of(fields: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    value = fields.get(name, allowed[0])
    if value not in allowed:
        raise EventFilterError(name)
    return value
