"""Rules on where a patient belongs: one study, and a site that agrees with USUBJID."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_access.checks.context import Check, Context, counted, hits, listed
from data_access.findings import Finding, Rule, Severity

STUDIES = Rule(
    "check-study-mixed",
    Severity.ERROR,
    "Patients of several studies are in one export",
    "Export one study at a time, or correct STUDYID.",
)
SITE = Rule(
    "check-site-usubjid",
    Severity.ERROR,
    "The site in USUBJID is not the site in SITEID",
    "Correct SITEID; a file of another site is the usual cause.",
    (88,),
)

ARM = Rule(
    "check-arm-actual",
    Severity.NOTE,
    "Patients received another arm than planned",
    "Nothing is to be done: treatment as received (ACTARM) and as planned (ARM) are both stored.",
)

RULES: tuple[Rule, ...] = (STUDIES, SITE, ARM)

#: USUBJID is taken to hold the site when at least this share of patients say so.
_USUAL = 0.8


def studies_mixed(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "STUDYID")
    if adsl is None or adsl["STUDYID"].nunique() < 2:
        return
    counts = adsl["STUDYID"].value_counts()
    found = hits(context, "ADSL", adsl["STUDYID"].notna() & (adsl["STUDYID"] != counts.index[0]))
    yield found.finding(
        STUDIES,
        f"ADSL holds {len(counts)} studies ({listed(counts.index)}); "
        f"{counted(found.rows, 'patient')} {'is' if found.rows == 1 else 'are'} not of the most "
        "frequent one.",
        column="STUDYID",
    )


def sites_disagree(context: Context) -> Iterable[Finding]:
    """Fires when USUBJID names the site for most patients (study-site-subject) but not for all."""
    adsl = context.frame("ADSL", "USUBJID", "SITEID")
    if adsl is None:
        return
    known = adsl["USUBJID"].notna() & adsl["SITEID"].notna()
    ids = _parts(adsl["USUBJID"][known])
    sites = _parts(adsl["SITEID"][known])
    agrees = pd.Series(
        [site in id_ for id_, site in zip(ids, sites, strict=True)], index=ids.index, dtype=bool
    )
    if agrees.empty or agrees.all() or agrees.mean() < _USUAL:
        return
    found = hits(context, "ADSL", (~agrees).reindex(adsl.index, fill_value=False))
    told = found.told("patient", "has|have")
    yield found.finding(
        SITE,
        f"{told} a SITEID that is not the site in USUBJID, as it is for the other "
        f"{int(agrees.sum()):,}.",
        column="SITEID",
    )


def _parts(values: pd.Series) -> pd.Series:
    """Values between hyphens, so that site 1 is not found in site 11."""
    return "-" + values.str.replace(r"[-_/. ]+", "-", regex=True) + "-"


def arms_differ(context: Context) -> Iterable[Finding]:
    adsl = context.frame("ADSL", "ARM", "ACTARM")
    if adsl is None:
        return
    differ = adsl["ARM"].notna() & adsl["ACTARM"].notna() & (adsl["ARM"] != adsl["ACTARM"])
    found = hits(context, "ADSL", differ)
    if found:
        told = counted(found.rows, "patient")
        yield found.finding(
            ARM, f"{told} received another arm (ACTARM) than planned (ARM).", column="ACTARM"
        )


CHECKS: tuple[Check, ...] = (studies_mixed, sites_disagree, arms_differ)
