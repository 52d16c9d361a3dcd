"""What the words of ADTTE say of a time against what CNSR says (ADaM BDS for time-to-event)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from data_access.checks.context import Check, Context, hits, listed
from data_access.checks.times import events, times_of
from data_access.findings import Finding, Rule, Severity

EVENT_WORDS = Rule(
    "check-event-words",
    Severity.ERROR,
    "An event is described in words of a censored time",
    "Correct CNSR (0 is an event in ADaM) or EVNTDESC. If the export codes events otherwise, say "
    'so in study.toml: [terms] event_codes = ["1"].',
)
RULES: tuple[Rule, ...] = (EVENT_WORDS,)

_CENSORED = re.compile(
    r"\bcensor|\balive\b|\blast (?:known|contact|tumou?r assessment|assessment|follow)"
    r"|\blost to follow|\bno event\b|\bongoing\b",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"\bdeath|\bdied\b|\bdead\b|progress|relapse|recurrence|not censored", re.IGNORECASE
)


def event_words(context: Context) -> Iterable[Finding]:
    """Mostly CNSR that was exported as an event indicator: every curve is then upside down."""
    given = times_of(context, "CNSR", "EVNTDESC")
    if given is None:
        return
    adtte, rows = given
    said = [str(word) for word in adtte["EVNTDESC"].dropna().unique()]
    words = [w for w in said if _CENSORED.search(w) and not _HAPPENED.search(w)]
    wrong = rows & events(context, adtte) & adtte["EVNTDESC"].isin(words)
    for code in sorted(adtte["PARAMCD"][wrong].dropna().unique()):
        found = hits(context, "ADTTE", wrong & (adtte["PARAMCD"] == code))
        used = sorted(adtte["EVNTDESC"].iloc[found.index].unique())
        yield found.finding(
            EVENT_WORDS,
            f"{code}: {found.told('time', 'is|are')} an event by CNSR and "
            f"{listed(used)} by EVNTDESC.",
            column="CNSR",
        )


CHECKS: tuple[Check, ...] = (event_words,)
