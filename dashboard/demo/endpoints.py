"""Time to event for the demo: PFS, OS and DOR with the censoring rules of FDA 2018 (PFS table A).

Days are ordinal dates; durations are end - start + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.demo.recist import GAP_DAYS, Response, response_start

LAST_ASSESSMENT = "LAST ADEQUATE TUMOUR ASSESSMENT"
NO_ASSESSMENT = "NO ADEQUATE POST-BASELINE TUMOUR ASSESSMENT"
NEW_THERAPY = "NEW ANTICANCER THERAPY BEFORE PROGRESSION OR DEATH"
GAP = "EVENT AFTER TWO OR MORE MISSED ASSESSMENTS"
ALIVE = "LAST KNOWN ALIVE"

#: CNSR of each reason for censoring
CODES = {LAST_ASSESSMENT: 1, ALIVE: 1, NEW_THERAPY: 2, GAP: 3, NO_ASSESSMENT: 4}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a time ends: an event when `code` is 0."""

    start: int
    day: int
    code: int
    event: str | None
    censored: str | None
    source: tuple[str, str]

    @property
    def days(self) -> int:
        return self.day - self.start + 1


def _censored(start: int, day: int, reason: str, source: tuple[str, str]) -> Ending:
    return Ending(start, day, CODES[reason], None, reason, source)


def _last_adequate(found: Sequence[Response], until: int, origin: int) -> int | None:
    days = [r.at.day for r in found if r.overall != "NE" and origin <= r.at.day <= until]
    return max(days, default=None)


def progression_free(
    found: Sequence[Response], origin: int, death: int | None, new_therapy: int | None
) -> Ending:
    """PFS from all assessments known at the cut, in order of date."""
    progression = next((r.at.day for r in found if r.overall == "PD"), None)
    events = [d for d in (progression, death) if d is not None]
    event = min(events, default=None)
    if new_therapy is not None and (event is None or new_therapy < event):
        last = _last_adequate(found, new_therapy, origin)
        return _censored(origin, last or origin, NEW_THERAPY, ("ADSL", "NACTDT"))
    if event is None:
        last = _last_adequate(found, 10**7, origin)
        if last is None:
            return _censored(origin, origin, NO_ASSESSMENT, ("ADSL", "TRTSDT"))
        return _censored(origin, last, LAST_ASSESSMENT, ("ADRS", "ADT"))
    last = _last_adequate(found, event - 1, origin)
    if event - (last or origin) > GAP_DAYS:
        return _censored(origin, last or origin, GAP, ("ADRS", "ADT"))
    if event == progression:
        return Ending(origin, event, 0, "PROGRESSIVE DISEASE", None, ("ADRS", "ADT"))
    return Ending(origin, event, 0, "DEATH", None, ("ADSL", "DTHDT"))


def overall_survival(origin: int, death: int | None, alive: int) -> Ending:
    if death is not None:
        return Ending(origin, death, 0, "DEATH", None, ("ADSL", "DTHDT"))
    return _censored(origin, max(alive, origin), ALIVE, ("ADSL", "LSTALVDT"))


def duration_of_response(counted: Sequence[Response], pfs: Ending) -> Ending | None:
    """From the first record of the confirmed response to the end of PFS; None without one."""
    first = response_start(counted)
    if first is None:
        return None
    return Ending(first.at.day, pfs.day, pfs.code, pfs.event, pfs.censored, pfs.source)
