"""Findings of a cut that need a derivation: what the export derives against what its records give.

An error changes a category, an event or a count; a warning changes a time or a number. Patients of
one rule are one finding; `python app.py metrics STUDY` lists every patient with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from weakref import WeakKeyDictionary

from dashboard import sample_findings
from dashboard.analysis import Analysis
from dashboard.comparison import (
    Compared,
    compared,
    exported_duration,
)
from dashboard.metrics.discrepancies import Discrepancy, counted_kinds, without_second_scan
from data_access.findings import Finding, Rule, Severity, in_order

_LIST = "`python app.py metrics STUDY` lists every patient with both values and the reason"

BOR = Rule(
    "derive-bor-differs",
    Severity.ERROR,
    "The exported best overall response is not what the assessments give",
    f"Compare the derivation of BOR with [rules] of study.toml; {_LIST}.",
)
CBOR = Rule(
    "derive-cbor-differs",
    Severity.ERROR,
    "The exported confirmed best response is not what the assessments give",
    f"Compare the derivation of CBOR with [rules] of study.toml; {_LIST}.",
)
SECOND_SCAN = Rule(
    "derive-confirmed-without-second-scan",
    Severity.ERROR,
    "A confirmed response has no second scan that confirms it",
    "Export the confirming assessment, or correct CBOR: a response is confirmed by a second CR or "
    "PR at least confirm_days later, before progression and new therapy.",
    (73,),
)
CHANGE = Rule(
    "derive-response-against-change",
    Severity.WARNING,
    "A response contradicts the sum of target lesions or the records of its visit",
    "Check the measurements and the response of these visits against the source.",
)
PCHG = Rule(
    "derive-pchg-differs",
    Severity.WARNING,
    "BASE, NADIR or PCHG of the target sum is not what its values give",
    f"Correct BASE, NADIR or PCHG, or the sum itself; {_LIST}.",
)
TARGET = Rule(
    "derive-target-response-differs",
    Severity.WARNING,
    "The exported target response is not what the sum of target lesions gives",
    f"Check the sum and the target response of these visits; {_LIST}.",
)
OVERALL = Rule(
    "derive-overall-response-differs",
    Severity.ERROR,
    "An overall response is not what target, non-target and new lesions give",
    f"Check the overall response of these visits (RECIST 1.1, tables 1 and 2); {_LIST}.",
)
PFS = Rule(
    "derive-pfs-differs",
    Severity.ERROR,
    "The exported progression-free survival is not what the records give",
    f"Compare the censoring rules of the export with docs/definitions.md; {_LIST}.",
)
PFS_RULE = Rule(
    "derive-pfs-rule",
    Severity.NOTE,
    "The censoring rule that the exported progression-free survival follows",
    "Nothing is to be done: PFS is shown as exported, Interim's own reading under either rule is "
    "one click away.",
)
OS = Rule(
    "derive-os-differs",
    Severity.ERROR,
    "The exported overall survival is not what the records give",
    f"Check the dates of death and of last contact; {_LIST}.",
)
DOR = Rule(
    "derive-dor-differs",
    Severity.ERROR,
    "The exported duration of response is not what the records give",
    f"Check where the response starts and which date ends it; {_LIST}.",
)
NON_RESPONDER = Rule(
    "derive-dor-non-responder",
    Severity.WARNING,
    "A duration of response belongs to a patient whose records confirm no response",
    "Leave duration of response to confirmed responders, or export their assessments.",
)
TEAE = Rule(
    "derive-teae-differs",
    Severity.WARNING,
    "The treatment-emergent flag is not what the dates of event and treatment give",
    f"Compare TRTEMFL with teae_end_days of study.toml and the dates of treatment; {_LIST}.",
)

RULES: tuple[Rule, ...] = (
    BOR,
    CBOR,
    SECOND_SCAN,
    CHANGE,
    PCHG,
    TARGET,
    OVERALL,
    PFS,
    PFS_RULE,
    OS,
    DOR,
    NON_RESPONDER,
    TEAE,
    *sample_findings.RULES,
)

#: endpoint of a discrepancy -> (its rule, the domain it stands in, how a sentence names it)
_ABOUT: dict[str, tuple[Rule, str, str]] = {
    "BOR": (BOR, "ADRS", "Best overall response"),
    "CBOR": (CBOR, "ADRS", "Confirmed best response"),
    "PFS": (PFS, "ADTTE", "PFS"),
    "OS": (OS, "ADTTE", "OS"),
    "DOR": (DOR, "ADTTE", "Duration of response"),
    "TRGRESP": (TARGET, "ADRS", "Target response"),
    "OVR": (OVERALL, "ADRS", "Overall response"),
    "TRTEMFL": (TEAE, "ADAE", "The treatment-emergent flag"),
}
#: endpoints of which a patient has several values
_THINGS = {"TRGRESP": "visit", "OVR": "visit", "TRTEMFL": "adverse event"}
_SIZES = ("BASE", "NADIR", "PCHG", "BEST_PCHG")
#: share of patients from which on an export is said to follow a rule set
FOLLOWS = 0.8
#: kinds of reasons named in one sentence
KINDS = 4

_KEPT: WeakKeyDictionary[Analysis, tuple[Finding, ...]] = WeakKeyDictionary()


def derived_findings(analysis: Analysis) -> tuple[Finding, ...]:
    """Findings of severity error, warning and note, in order; found once per analysis."""
    kept = _KEPT.get(analysis)
    if kept is None:
        kept = _KEPT[analysis] = in_order(_found(analysis))
    return kept


def _found(analysis: Analysis) -> Iterator[Finding]:
    found = compared(analysis)
    enrolled = frozenset(analysis.sets["enrolled"].patients)
    alone = enrolled & frozenset(
        without_second_scan(
            analysis.cohort, analysis.assessments, analysis.responses, analysis.response_rules
        )
    )
    if alone:
        yield _second_scan(found, alone)
    elsewhere = {id(d) for d in found.contradictions}
    elsewhere |= {id(d) for d in found.found if d.endpoint == "CBOR" and d.usubjid in alone}
    for endpoint, (rule, domain, name) in _ABOUT.items():
        mine = [d for d in found.found if d.endpoint == endpoint and id(d) not in elsewhere]
        if mine:
            of = found.sizes.get(endpoint)
            yield _differs(rule, domain, name, mine, of=of, thing=_THINGS.get(endpoint))
    sizes = [d for d in found.found if d.endpoint in _SIZES]
    if sizes:
        columns = " and ".join(c for c in _SIZES if any(d.endpoint == c for d in sizes))
        yield _differs(PCHG, "ADTR", columns.replace("BEST_PCHG", "The best change"), sizes)
    if found.contradictions:
        yield _contradicted(found.contradictions)
    yield from _rule_set(found)
    yield from _non_responders(analysis)
    yield from sample_findings.sample_findings(analysis)


def _second_scan(compared: Compared, alone: Collection[str]) -> Finding:
    mine = [d for d in compared.found if d.endpoint == "CBOR" and d.usubjid in alone]
    of = f"{_patients(len(alone))} {'has' if len(alone) == 1 else 'have'} an exported confirmed"
    return SECOND_SCAN.finding(
        f"{of} response without a second scan that confirms it: {_kinds(mine)}. {_instance(mine)}",
        domain="ADRS",
        column="AVALC",
        patients=sorted(alone),
        count=len(alone),
    )


def _differs(
    rule: Rule,
    domain: str,
    name: str,
    mine: Sequence[Discrepancy],
    *,
    of: int | None = None,
    thing: str | None = None,
) -> Finding:
    """`of`: how many were compared: patients, or `thing`s of which a patient has several."""
    patients = sorted({d.usubjid for d in mine})
    grave = any(d.grave for d in mine)
    if thing:
        values = f"{len(mine):,} of {_counted(of, thing)}" if of else _counted(len(mine), thing)
        among = f"{values} ({_patients(len(patients))})"
    else:
        among = f"{len(patients):,} of {_patients(of)}" if of else _patients(len(patients))
    return rule.finding(
        f"{name} differs from the records in {among}: {_kinds(mine)}. {_instance(mine)}",
        severity=Severity.ERROR if grave else Severity.WARNING,
        domain=domain,
        patients=patients,
        count=len(mine) if thing else len(patients),
    )


def _contradicted(mine: Sequence[Discrepancy]) -> Finding:
    patients = sorted({d.usubjid for d in mine})
    verb = "contradicts" if len(mine) == 1 else "contradict"
    return CHANGE.finding(
        f"{len(mine):,} response{'' if len(mine) == 1 else 's'} of {_patients(len(patients))} "
        f"{verb} what was measured or recorded: {_kinds(mine)}. {_instance(mine)}",
        domain="ADRS",
        patients=patients,
        count=len(mine),
    )


def _kinds(mine: Sequence[Discrepancy]) -> str:
    kinds = counted_kinds(mine)
    more = len(kinds) - KINDS
    told = "; ".join(f"{k} ({n})" for k, n in kinds[:KINDS])
    return told + (f"; and {more} more reason{'' if more == 1 else 's'}" if more > 0 else "")


def _instance(mine: Sequence[Discrepancy]) -> str:
    """One value of the most frequent kind; it names no patient."""
    usual = counted_kinds(mine)[0][0]
    d = next(d for d in mine if d.kind == usual)
    return f"For instance, exported {d.exported}, derived {d.derived}: {d.reason}."


def _counted(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def _patients(n: int) -> str:
    return _counted(n, "patient")


def _rule_set(compared: Compared) -> Iterator[Finding]:
    found = compared.followed
    if found is None or not found.n:
        return
    (name, best), (other, second) = found.agree[:2]
    if best < FOLLOWS * found.n:
        return
    if best == second:
        said = f"agrees with {name} and with {other} alike in {best:,} of {_patients(found.n)}"
    else:
        said = f"agrees with {name} in {best:,} of {_patients(found.n)}, with {other} in {second:,}"
    yield PFS_RULE.finding(f"PFS of the export {said}.", domain="ADTTE")


def _non_responders(analysis: Analysis) -> Iterator[Finding]:
    exported, derived = exported_duration(analysis), analysis.derived_responses
    if exported is None or derived.source_confirmed is None:
        return
    confirmed = _who(analysis, derived.confirmed)
    candidates = _who(analysis, derived.unconfirmed)
    mine = [u for u in exported.usubjid if u not in confirmed and u in set(derived.usubjid)]
    if not mine:
        return
    open_ = sum(u in candidates for u in mine)
    rest = f", {open_:,} of them with an unconfirmed one" if open_ else ""
    belong = "belongs" if len(mine) == 1 else "belong"
    yield NON_RESPONDER.finding(
        f"{len(mine):,} of {len(exported.usubjid):,} exported durations of response {belong} to "
        f"patients without a confirmed response in the records{rest}.",
        domain="ADTTE",
        patients=sorted(mine),
        count=len(mine),
    )


def _who(analysis: Analysis, terms: Sequence[str]) -> Collection[str]:
    pairs = zip(analysis.cohort.patients, terms, strict=True)
    return frozenset(u for u, t in pairs if t in {"CR", "PR"})
