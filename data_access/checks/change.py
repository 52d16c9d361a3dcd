"""Rules on what changed since the previous cut: what grows must not shrink, what is fixed stays."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_access.checks.context import Check, Context, counted, hits, noun
from data_access.checks.times import count_rows, events
from data_access.findings import Finding, Rule, Severity

ORDER = Rule(
    "check-cut-order",
    Severity.ERROR,
    "The cut date is not later than that of the previous cut",
    "Correct the cut date; changes since the previous cut cannot be told otherwise.",
)
SAME_DAY = Rule(
    "check-cut-same-day",
    Severity.NOTE,
    "The previous cut has the same cut date",
    "Nothing is to be done when this export corrects the earlier one.",
)
VANISHED = Rule(
    "check-patient-vanished",
    Severity.ERROR,
    "A patient of the previous cut is gone",
    "Patients are not removed from a trial. Export them again, or document why they were taken "
    "out.",
    (78,),
)
FEWER_PATIENTS = Rule(
    "check-enrolment-fell",
    Severity.ERROR,
    "There are fewer patients than at the previous cut",
    "Enrolment does not fall: check that the export is complete.",
    (78,),
)
FEWER_EVENTS = Rule(
    "check-events-fewer",
    Severity.ERROR,
    "There are fewer events than at the previous cut",
    "Events do not go away: check that the export is complete, and document corrections.",
    (79,),
)
GROUP_CHANGED = Rule(
    "check-group-changed",
    Severity.ERROR,
    "The backbone or arm of a patient has changed since the previous cut",
    "Correct the column, or document why: results by group are not comparable between the cuts.",
    (80,),
)
SITE_CHANGED = Rule(
    "check-site-changed",
    Severity.ERROR,
    "The site of a patient has changed since the previous cut",
    "Check that the files of two sites were not swapped.",
    (88,),
)
FIXED_CHANGED = Rule(
    "check-baseline-changed",
    Severity.ERROR,
    "A fact of baseline has changed since the previous cut",
    "Correct the column, or document the correction: it moves times and groups.",
)
FEWER_RECORDS = Rule(
    "check-records-fewer",
    Severity.WARNING,
    "A domain has fewer records than at the previous cut",
    "Check that the export is complete.",
)

RULES: tuple[Rule, ...] = (
    ORDER,
    SAME_DAY,
    VANISHED,
    FEWER_PATIENTS,
    FEWER_EVENTS,
    GROUP_CHANGED,
    SITE_CHANGED,
    FIXED_CHANGED,
    FEWER_RECORDS,
)

_GROUPS = ("ARM", "ACTARM", "TRT01P", "TRT01A")
_FIXED = ("SEX", "TRTSDT", "ENRLDT", "RANDDT")


def cut_order(context: Context) -> Iterable[Finding]:
    before = context.previous
    if before is None:
        return
    if context.cut_date < before.cut_date:
        yield ORDER.finding(
            f"The cut date {context.cut_date} lies before that of the previous cut, "
            f"{before.cut_date}."
        )
    elif context.cut_date == before.cut_date:
        yield SAME_DAY.finding(f"The previous cut has the same cut date, {before.cut_date}.")


def _then(context: Context, domain: str, *columns: str) -> pd.DataFrame | None:
    """The frame of the previous cut when it is there, has rows and has all of `columns`."""
    frame = context.previous.frames.get(domain) if context.previous else None
    if frame is None or frame.empty or not set(columns) <= set(frame.columns):
        return None
    return frame


def patients_gone(context: Context) -> Iterable[Finding]:
    then, now = _then(context, "ADSL", "USUBJID"), context.frame("ADSL", "USUBJID")
    if then is None or now is None:
        return
    were, are = set(then["USUBJID"].dropna()), set(now["USUBJID"].dropna())
    gone = sorted(were - are)
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        yield VANISHED.finding(
            f"{counted(len(gone), 'patient')} of the previous cut {verb} not in ADSL any more.",
            domain="ADSL",
            column="USUBJID",
            patients=gone,
            count=len(gone),
        )
    if len(are) < len(were):
        yield FEWER_PATIENTS.finding(
            f"ADSL has {len(are):,} patients; the previous cut had {len(were):,}.",
            domain="ADSL",
            count=len(were) - len(are),
        )


def events_gone(context: Context) -> Iterable[Finding]:
    """Fewer events of an endpoint, or fewer adverse events, than before."""
    then = _then(context, "ADTTE", "USUBJID", "PARAMCD", "CNSR")
    now = context.frame("ADTTE", "USUBJID", "PARAMCD", "CNSR")
    if then is not None:
        are = {} if now is None else _events(context, now)
        yield from _endpoint_events(_events(context, then), are)
    then, now = _then(context, "ADAE", "USUBJID"), context.frame("ADAE", "USUBJID")
    if then is not None:
        yield from _adverse_events(then, then.iloc[:0] if now is None else now)


def _adverse_events(then: pd.DataFrame, now: pd.DataFrame) -> Iterable[Finding]:
    if len(now) >= len(then):
        return
    were, are = then["USUBJID"].value_counts(), now["USUBJID"].value_counts()
    fewer = were - are.reindex(were.index, fill_value=0)
    yield FEWER_EVENTS.finding(
        f"ADAE has {counted(len(now), 'adverse event')}; the previous cut had {len(then):,}.",
        domain="ADAE",
        patients=sorted(fewer[fewer > 0].index),
        count=len(then) - len(now),
    )


def _events(context: Context, adtte: pd.DataFrame) -> dict[str, set[str]]:
    """Endpoint -> patients with the event."""
    rows = adtte[events(context, adtte) & ~count_rows(adtte)]
    return {str(code): set(ids.dropna()) for code, ids in rows.groupby("PARAMCD")["USUBJID"]}


def _endpoint_events(then: dict[str, set[str]], now: dict[str, set[str]]) -> Iterable[Finding]:
    for code in sorted(then):
        were, are = then[code], now.get(code, set())
        if len(are) < len(were):
            yield FEWER_EVENTS.finding(
                f"{code} has {counted(len(are), 'event')}; the previous cut had {len(were):,}.",
                domain="ADTTE",
                column="CNSR",
                patients=sorted(were - are),
                count=len(were) - len(are),
            )


def facts_changed(context: Context) -> Iterable[Finding]:
    backbone = context.study.backbones.column if context.study.backbones else None
    groups = dict.fromkeys([*([backbone] if backbone else []), *_GROUPS])
    for rule, columns in (
        (GROUP_CHANGED, groups),
        (SITE_CHANGED, ("SITEID",)),
        (FIXED_CHANGED, _FIXED),
    ):
        for column in columns:
            yield from _changed(context, rule, column)


def _changed(context: Context, rule: Rule, column: str) -> Iterable[Finding]:
    """Patients whose value was there before and is another, or none, now."""
    then, now = _then(context, "ADSL", "USUBJID", column), context.frame("ADSL", "USUBJID", column)
    if then is None or now is None:
        return
    known = then.dropna(subset=["USUBJID", column]).drop_duplicates("USUBJID")
    before = known.set_index("USUBJID")[column].reindex(now["USUBJID"])
    before.index = now.index
    found = hits(context, "ADSL", before.notna() & ~(now[column] == before).fillna(value=False))
    if found:
        verb = "differs" if found.rows == 1 else "differ"
        yield found.finding(
            rule,
            f"{column} of {counted(found.rows, 'patient')} {verb} from the previous cut.",
            column=column,
        )


def records_gone(context: Context) -> Iterable[Finding]:
    for domain, then in (context.previous.frames if context.previous else {}).items():
        now = context.frames.get(domain)
        rows = 0 if now is None else len(now)
        if domain not in ("ADSL", "ADAE") and rows < len(then):
            yield FEWER_RECORDS.finding(
                f"{domain} has {counted(rows, noun(domain))}; the previous cut had {len(then):,}.",
                domain=domain,
                count=len(then) - rows,
            )


CHECKS: tuple[Check, ...] = (cut_order, patients_gone, events_gone, facts_changed, records_gone)
