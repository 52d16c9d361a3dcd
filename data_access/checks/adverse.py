"""Rules on ADAE: grades, relation, dates, deaths (CTCAE v5.0; ADaM OCCDS)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_access.checks.adverse_words import FATAL
from data_access.checks.context import Check, Context, counted, hits, listed
from data_access.checks.levels import fold
from data_access.findings import Finding, Rule, Severity

GRADE = Rule(
    "check-ae-grade",
    Severity.ERROR,
    "A grade is not 1 to 5",
    "Export CTCAE grades 1 to 5; other values are in no table by grade.",
)
NO_GRADE = Rule(
    "check-ae-grade-missing",
    Severity.WARNING,
    "Adverse events have no grade",
    "Grade the events; until then they are listed but in no table by grade.",
)
SEVERITY_ONLY = Rule(
    "check-ae-severity-only",
    Severity.NOTE,
    "Adverse events have a severity and no CTCAE grade",
    "Nothing is to be done: they are shown as mild, moderate or severe, never as grade 3 or more.",
)
RELATION = Rule(
    "check-ae-relation-unknown",
    Severity.ERROR,
    "A word on relation to treatment is not known",
    "Say what it means in study.toml: [terms] related = [...] or not_related = [...].",
)
NO_RELATION = Rule(
    "check-ae-relation-missing",
    Severity.WARNING,
    "Adverse events say nothing of their relation to treatment",
    "Have the relation assessed; until then the events are in no table of related events.",
)
NO_TERM = Rule(
    "check-ae-term-missing",
    Severity.WARNING,
    "Adverse events are not coded",
    "Code the events in MedDRA; until then they are in no table by preferred term.",
)
NO_START = Rule(
    "check-ae-start-missing",
    Severity.WARNING,
    "Adverse events have no start date",
    "Impute the start date and set ASTDTF; whether such events began on treatment is not known.",
)
NO_END = Rule(
    "check-ae-ongoing",
    Severity.NOTE,
    "Adverse events have no end date",
    "Nothing is to be done when they are ongoing at the cut-off.",
)
BEFORE_DOSE = Rule(
    "check-ae-before-dose",
    Severity.NOTE,
    "Adverse events start before the first dose",
    "Nothing is to be done: they do not count as treatment-emergent unless TRTEMFL says so.",
)
NEVER_N = Rule(
    "check-ae-emergent-never-n",
    Severity.NOTE,
    "TRTEMFL is Y or empty, never N",
    "Nothing is to be done: empty is read as not treatment-emergent.",
)
FATAL_ALIVE = Rule(
    "check-ae-fatal-alive",
    Severity.ERROR,
    "A fatal adverse event belongs to a patient who is not dead in ADSL",
    "Correct the grade or outcome, or record the death in ADSL.",
)
FATAL_GRADE = Rule(
    "check-ae-fatal-grade",
    Severity.ERROR,
    "A fatal adverse event does not have grade 5",
    "Give fatal events grade 5 (CTCAE), or correct the outcome.",
)

FATAL_SEVERAL = Rule(
    "check-ae-fatal-several",
    Severity.WARNING,
    "A patient has several adverse events of grade 5",
    "Keep grade 5 for the event that led to death; deaths are counted once per patient.",
)

RULES: tuple[Rule, ...] = (
    GRADE,
    NO_GRADE,
    SEVERITY_ONLY,
    RELATION,
    NO_RELATION,
    NO_TERM,
    NO_START,
    NO_END,
    BEFORE_DOSE,
    NEVER_N,
    FATAL_ALIVE,
    FATAL_GRADE,
    FATAL_SEVERAL,
)

_GRADES = ("ATOXGR", "AETOXGR", "ATOXGRN", "AETOXGRN")
_SEVERITIES = ("ASEV", "AESEV")
_EVENT = "adverse event"
#: "3", "Grade 3", "G3", and "3 - Severe" with the words CTCAE has for it
_GRADE_WORDS = (
    r"(?i)^\s*(?:grade|gr|g)?\s*(-?\d+)(?:\.0+)?"
    r"(?:\s*[-:=(]\s*(?:mild|moderate|severe|life[- ]threatening|death|fatal)\b[^\d]*)?\s*$"
)


def _filled(adae: pd.DataFrame, columns: tuple[str, ...]) -> str | None:
    """The first of `columns` that is there and says anything."""
    return next((c for c in columns if c in adae and adae[c].notna().any()), None)


def grade_of(adae: pd.DataFrame) -> tuple[str, pd.Series] | None:
    """The column that grades and its numbers (text such as "Grade 3" included), or None."""
    column = _filled(adae, _GRADES)
    if column is None:
        return None
    cells = adae[column]
    if not pd.api.types.is_numeric_dtype(cells):
        words = cells.dropna().drop_duplicates()
        digits = words.str.extract(_GRADE_WORDS, expand=False)
        numbers = dict(zip(words, pd.to_numeric(digits), strict=True))
        cells = cells.map(numbers).astype("float64")
    return column, cells


def grades(context: Context) -> Iterable[Finding]:
    adae = context.frame("ADAE", "USUBJID")
    if adae is None:
        return
    graded = grade_of(adae)
    if graded is None:
        yield from _severities(context, adae)
        return
    column, numbers = graded
    filled = adae[column].notna()
    found = hits(context, "ADAE", filled & ~numbers.isin([1, 2, 3, 4, 5]))
    if found:
        odd = listed(sorted({str(v) for v in adae[column].iloc[found.index]}))
        told = found.told(_EVENT, "has|have")
        yield found.finding(GRADE, f"{told} a grade that is not 1 to 5 ({odd}).", column=column)
    found = hits(context, "ADAE", ~filled)
    if found:
        yield found.finding(NO_GRADE, f"{found.told(_EVENT, 'has|have')} no grade.", column=column)


def _severities(context: Context, adae: pd.DataFrame) -> Iterable[Finding]:
    column = _filled(adae, _SEVERITIES)
    if column is None:
        found = hits(context, "ADAE", adae["USUBJID"].notna())
        told = found.told(_EVENT, "has|have")
        yield found.finding(NO_GRADE, f"{told} neither grade nor severity.")
        return
    found = hits(context, "ADAE", adae[column].notna())
    told = found.told(_EVENT, "has|have")
    yield found.finding(SEVERITY_ONLY, f"{told} a severity ({column}), no grade.", column=column)
    found = hits(context, "ADAE", adae[column].isna())
    if found:
        told = found.told(_EVENT, "has|have")
        yield found.finding(NO_GRADE, f"{told} no severity.", column=column)


def _relation_columns(context: Context, adae: pd.DataFrame) -> list[str]:
    """Columns that say whether an event is related; AREL goes before AEREL, its source."""
    stated = list(context.study.terms.related_columns.values())
    general = [c for c in ("AREL", "AEREL") if c in adae][:1]
    columns = dict.fromkeys([*stated, *general, "AERELI", "AERELC"])
    return [c for c in columns if c in adae and adae[c].notna().any()]


def relations(context: Context) -> Iterable[Finding]:
    adae = context.frame("ADAE", "USUBJID")
    if adae is None:
        return
    terms = context.study.terms
    known = {fold(t) for t in (*terms.related, *terms.not_related)}
    for column in _relation_columns(context, adae):
        said = adae[column]
        strange = [w for w in said.dropna().unique() if fold(w) not in known]
        found = hits(context, "ADAE", said.isin(strange))
        if found:
            yield found.finding(
                RELATION,
                f"{column} says {listed(sorted(strange))} in {found.told(_EVENT)}; whether that "
                "means related is not known.",
                column=column,
            )
        found = hits(context, "ADAE", said.isna())
        if found:
            told = found.told(_EVENT, "says|say")
            yield found.finding(NO_RELATION, f"{told} nothing in {column}.", column=column)


def gaps(context: Context) -> Iterable[Finding]:
    """Events without preferred term, start date or end date."""
    for column, rule, says in (
        ("AEDECOD", NO_TERM, "has|have"),
        ("ASTDT", NO_START, "has|have"),
        ("AENDT", NO_END, "has|have"),
    ):
        adae = context.frame("ADAE", "USUBJID")
        if adae is None or (column not in adae and column != "ASTDT"):
            continue
        # without the whole column no event has a start, and every one counts as emergent
        empty = adae[column].isna() if column in adae else adae["USUBJID"].notna()
        found = hits(context, "ADAE", empty)
        what = {"AEDECOD": "preferred term", "ASTDT": "start date", "AENDT": "end date"}[column]
        if found:
            told = found.told(_EVENT, says)
            yield found.finding(rule, f"{told} no {what}.", column=column)


def before_dose(context: Context) -> Iterable[Finding]:
    adae = context.frame("ADAE", "USUBJID", "ASTDT")
    first = context.of_subject("ADAE", "TRTSDT")
    if adae is None or first is None:
        return
    found = hits(context, "ADAE", adae["ASTDT"] < first)
    if found:
        told = found.told(_EVENT, "starts|start")
        yield found.finding(BEFORE_DOSE, f"{told} before the first dose.", column="ASTDT")


def never_n(context: Context) -> Iterable[Finding]:
    adae = context.frame("ADAE", "USUBJID", "TRTEMFL")
    if adae is None:
        return
    flag = adae["TRTEMFL"]
    found = hits(context, "ADAE", flag.isna())
    if found and (flag == "Y").any() and not (flag == "N").any():
        yield found.finding(
            NEVER_N,
            f"TRTEMFL is Y or empty, never N; {found.told(_EVENT, 'counts|count')} as not "
            "treatment-emergent.",
            column="TRTEMFL",
        )


def fatal(context: Context) -> Iterable[Finding]:
    adae = context.frame("ADAE", "USUBJID")
    if adae is None:
        return
    graded = grade_of(adae)
    died = pd.Series(data=False, index=adae.index)
    for column, words in (("AESDTH", ("Y",)), ("AEOUT", FATAL)):
        if column in adae:
            died |= adae[column].str.strip().str.upper().isin(words)
    five = graded[1].eq(5) if graded else pd.Series(data=False, index=adae.index)
    dead = _dead(context)
    if dead is not None:
        found = hits(context, "ADAE", (died | five) & ~adae["USUBJID"].isin(dead))
        if found:
            told = found.told(f"fatal {_EVENT}", "belongs|belong")
            yield found.finding(FATAL_ALIVE, f"{told} to someone not dead in ADSL.")
    if graded:
        found = hits(context, "ADAE", died & graded[1].notna() & ~five)
        if found:
            told = found.told(f"fatal {_EVENT}", "has|have")
            yield found.finding(FATAL_GRADE, f"{told} a grade other than 5.", column=graded[0])
        repeated = five & adae["USUBJID"].where(five).duplicated(keep=False)
        found = hits(context, "ADAE", repeated)
        if found:
            who = counted(len(found.patients()), "patient")
            verb = "has" if len(found.patients()) == 1 else "have"
            yield found.finding(
                FATAL_SEVERAL,
                f"{who} {verb} several adverse events of grade 5, {found.rows:,} in all.",
                column=graded[0],
            )


def _dead(context: Context) -> list[str] | None:
    """Patients who are dead in ADSL; None when ADSL does not say who is."""
    adsl = context.frame("ADSL", "USUBJID")
    if adsl is None or not {"DTHFL", "DTHDT"} & set(adsl.columns):
        return None
    dead = pd.Series(data=False, index=adsl.index)
    if "DTHFL" in adsl:
        dead |= adsl["DTHFL"].eq("Y").fillna(value=False)
    if "DTHDT" in adsl:
        dead |= adsl["DTHDT"].notna()
    return list(adsl["USUBJID"][dead].dropna())


CHECKS: tuple[Check, ...] = (grades, relations, gaps, before_dose, never_n, fatal)
