"""Words of ADAE that no table counts: seriousness, outcome, action taken (CDISC NY, OUT, ACN)."""

from __future__ import annotations

from collections.abc import Iterable

from data_access.checks.context import Check, Context, hits, listed
from data_access.checks.levels import fold
from data_access.findings import Finding, Rule, Severity
from data_access.schema import ANSWERED

SERIOUS = Rule(
    "check-ae-serious-unknown",
    Severity.ERROR,
    "A word on seriousness is neither Y nor N",
    "Export AESER (and AESDTH, AESLIFE, AESHOSP, AESDISAB, AESCONG, AESMIE) as Y or N; until then "
    "these events do not count as serious.",
)
OUTCOME = Rule(
    "check-ae-outcome-unknown",
    Severity.WARNING,
    "A word on the outcome is not known",
    "Export AEOUT in the terms of the CDISC codelist OUT (FATAL, RECOVERED/RESOLVED ...); until "
    "then these events count as neither fatal nor recovered by their outcome.",
)
ACTION = Rule(
    "check-ae-action-unknown",
    Severity.WARNING,
    "A word on the action taken with a drug is not known",
    "Export AEACN in the terms of the CDISC codelist ACN (DOSE REDUCED, DRUG INTERRUPTED, DRUG "
    "WITHDRAWN ...); until then these events count as no change of dose.",
)
RULES: tuple[Rule, ...] = (SERIOUS, OUTCOME, ACTION)

ANSWERS = ("Y", "N", "U", "UNKNOWN", "NA", "N/A", "NOT APPLICABLE")
FATAL = ("FATAL", "DEATH", "DIED")
OUTCOMES = (
    *FATAL,
    "RECOVERED/RESOLVED",
    "RECOVERED/RESOLVED WITH SEQUELAE",
    "RECOVERED",
    "RESOLVED",
    "RESOLVED WITH SEQUELAE",
    "RECOVERED WITH SEQUELAE",
    "RECOVERING/RESOLVING",
    "RECOVERING",
    "RESOLVING",
    "NOT RECOVERED/NOT RESOLVED",
    "NOT RECOVERED",
    "NOT RESOLVED",
    "ONGOING",
    "UNKNOWN",
    "NOT EVALUABLE",
    "NOT APPLICABLE",
)
ACTIONS = (
    "DOSE REDUCED",
    "DOSE RATE REDUCED",
    "DRUG INTERRUPTED",
    "DOSE INTERRUPTED",
    "DOSE DELAYED",
    "DOSE OMITTED",
    "DRUG WITHDRAWN",
    "DRUG DISCONTINUED",
    "PERMANENTLY DISCONTINUED",
    "DOSE NOT CHANGED",
    "DOSE INCREASED",
    "NOT APPLICABLE",
    "NOT EVALUABLE",
    "UNKNOWN",
    "NONE",
)


def _strange(
    context: Context, columns: Iterable[str], known: Iterable[str], rule: Rule, what: str
) -> Iterable[Finding]:
    adae = context.frame("ADAE", "USUBJID")
    if adae is None:
        return
    folded = {fold(word) for word in known}
    for column in dict.fromkeys(columns):
        if column not in adae:
            continue
        said = adae[column]
        strange = [w for w in said.dropna().unique() if fold(str(w)) not in folded]
        if found := hits(context, "ADAE", said.isin(strange)):
            yield found.finding(
                rule,
                f"{column} says {listed(sorted(map(str, strange)))} in "
                f"{found.told('adverse event')}; {what}.",
                column=column,
            )


def seriousness(context: Context) -> Iterable[Finding]:
    yield from _strange(
        context, ANSWERED, ANSWERS, SERIOUS, "whether that means Y or N is not known"
    )


def outcomes(context: Context) -> Iterable[Finding]:
    yield from _strange(
        context, ("AEOUT",), OUTCOMES, OUTCOME, "what became of the patient is not known"
    )


def actions(context: Context) -> Iterable[Finding]:
    """AEACN, and the action beside each column of relation by its name: AERELI has AEACNI."""
    related = context.study.terms.related_columns.values()
    beside = [column.replace("REL", "ACN") for column in related if "REL" in column]
    yield from _strange(
        context,
        ("AEACN", "AEACNI", "AEACNC", *beside),
        ACTIONS,
        ACTION,
        "whether the dose was changed is not known",
    )


CHECKS: tuple[Check, ...] = (seriousness, outcomes, actions)
