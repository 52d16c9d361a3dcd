"""Which PARAMCD of an export serves which purpose: study.toml first, else the usual names."""

from __future__ import annotations

import pandas as pd

from data_access.checks.context import Context

#: Names in ADaM oncology examples, admiralonco and random.cdisc.data.
USUAL: dict[str, tuple[str, ...]] = {
    "OVR": ("OVR", "OVRLRESP", "OVRINV"),
    "BOR": ("BOR",),
    "CBOR": ("CBOR", "BESRSPI"),
    "PFS": ("PFS", "PFSINV"),
    "OS": ("OS",),
    "DOR": ("DOR", "RSD", "CRSD"),
    "TARGET_SUM": ("SDIAM", "SUMDIAM", "SLDINV", "SUMLDIAM", "SLD"),
}
#: What a response record may say once study.toml has been applied (RECIST 1.1 and ADaM).
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")


def codes(context: Context, *purposes: str) -> list[str]:
    """The PARAMCDs that serve any of `purposes`."""
    stated = context.study.terms.paramcds
    return [c for p in purposes for c in stated.get(p, USUAL.get(p, ()))]


def of(context: Context, frame: pd.DataFrame, *purposes: str) -> pd.Series[bool]:
    """Rows of `frame` whose PARAMCD serves any of `purposes`."""
    return frame["PARAMCD"].isin(codes(context, *purposes))


def categorical(context: Context, adrs: pd.DataFrame) -> pd.Series[bool]:
    """Rows of ADRS that hold a response category: of a response PARAMCD, or of one that says CR,
    PR, SD or PD anywhere."""
    says = adrs["PARAMCD"][adrs["AVALC"].isin(["CR", "PR", "SD", "PD"])].unique()
    return of(context, adrs, "OVR", "BOR", "CBOR") | adrs["PARAMCD"].isin(list(says))


def origin(context: Context) -> tuple[str, pd.Series] | None:
    """The name and, by USUBJID, the dates of the day the study counts from."""
    columns = {
        "first_dose": ("TRTSDT", "TRT01SDT"),
        "enrolment": ("ENRLDT", "RFICDT"),
        "randomisation": ("RANDDT",),
    }[context.study.origin]
    for column in columns:
        dates = context.subjects(column)
        if dates is not None:
            return column, dates
    return None


ORIGIN_NAMES = {
    "first_dose": "the first dose",
    "enrolment": "enrolment",
    "randomisation": "randomisation",
}
