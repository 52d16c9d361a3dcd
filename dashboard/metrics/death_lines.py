"""Deaths of treated patients from every source: when, how long after the last dose, by what event.

ADSL says who died (DTHDT, DTHFL); adverse events say which of them were fatal (AESDTH, AEOUT,
grade 5). The two are held beside each other: a patient whom only events call dead is named.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.metrics.adverse_events import AdverseEvents
from dashboard.metrics.coded import Codes
from dashboard.metrics.patient_events import date_of, day_of
from dashboard.metrics.treated import Treated
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class DeathLine(Result):
    """One patient. `when` is the date of death, None where it is not stated; `day` from the origin,
    `days_after` from the last dose (None while no last dose is known). `recorded`: the export says
    the patient died. `events` are places in ADAE of the patient's fatal events, latest first;
    `emergent` whether any of them is treatment-emergent.
    """

    usubjid: str
    when: date | None
    day: int | None
    days_after: int | None
    recorded: bool
    events: tuple[int, ...]
    emergent: bool


def death_lines(
    treated: Treated, died: Collection[str], events: AdverseEvents | None
) -> tuple[DeathLine, ...]:
    """Patients whom the export calls dead (`died`) or who have a fatal event; the latest death
    first, without a date last."""
    dead = treated.mask(tuple(died))
    fatal: dict[int, list[int]] = {}
    if events is not None and events.flags["fatal"] is not None:
        for i in np.flatnonzero(events.flags["fatal"]).tolist():
            fatal.setdefault(int(events.patient[i]), []).append(i)
    rows = sorted({*np.flatnonzero(dead).tolist(), *fatal})
    lines = [_line(treated, row, events, fatal.get(row, []), bool(dead[row])) for row in rows]
    return tuple(sorted(lines, key=_latest))


def _line(
    treated: Treated,
    row: int,
    events: AdverseEvents | None,
    fatal: list[int],
    recorded: bool,  # noqa: FBT001  (a value, not an option)
) -> DeathLine:
    when, last = treated.death[row], treated.last_dose[row]
    after = None if np.isnat(when) or np.isnat(last) else int((when - last).astype(np.int64))
    own: Codes = np.array(fatal, dtype=np.int64)
    order = own if events is None else own[np.argsort(events.start[own], kind="stable")[::-1]]
    return DeathLine(
        usubjid=str(treated.usubjid[row]),
        when=date_of(when),
        day=day_of(when, treated.origin[row]),
        days_after=after,
        recorded=recorded,
        events=() if events is None else tuple(events.row[order].tolist()),
        emergent=events is not None and bool(events.emergent[own].any()),
    )


def _latest(line: DeathLine) -> tuple[bool, int, str]:
    return line.when is None, -(line.when.toordinal() if line.when else 0), line.usubjid
