"""Columns of ADSL that other domains repeat: the copies must say what ADSL says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from data_access.checks.context import PERSON, PROVENANCE, counted, noun
from data_access.findings import MAX_LISTED, Finding, Place, Rule, Severity

COPY_DIFFERS = Rule(
    "check-copy-differs",
    Severity.ERROR,
    "A column of ADSL is repeated on another domain with other values",
    "Make both from the same source. Interim uses the value of ADSL.",
    (84,),
)

RULES: tuple[Rule, ...] = (COPY_DIFFERS,)
NO_LINES: Mapping[str, bool] = MappingProxyType({})


def compare_copies(
    domain: str,
    copies: pd.DataFrame,
    adsl: pd.DataFrame,
    *,
    line_based: Mapping[str, bool] = NO_LINES,
) -> tuple[Finding, ...]:
    """One finding per column of `copies` that disagrees with `adsl` for some patient.

    `copies`: one row per row of the domain, with USUBJID, provenance columns and the repeated ADSL
    columns, typed as in ADSL. `line_based` says of each file whether `_row` counts lines. Missing
    on either side is no disagreement: a thinned export is honest. Patients who are not in ADSL
    are left to `check-subject-unknown`.
    """
    shared = [
        c for c in copies.columns if c in adsl.columns and c not in (*PROVENANCE, PERSON, "USUBJID")
    ]
    if not shared or "USUBJID" not in copies or adsl.empty or copies.empty:
        return ()
    known = adsl.dropna(subset="USUBJID").drop_duplicates("USUBJID").set_index("USUBJID")
    return tuple(_differences(domain, copies, known[shared], line_based=line_based))


def _differences(
    domain: str, copies: pd.DataFrame, known: pd.DataFrame, *, line_based: Mapping[str, bool]
) -> Iterable[Finding]:
    ids = copies["USUBJID"]
    positions = known.index.get_indexer(pd.Index(ids))
    present = (positions >= 0) & ids.notna().to_numpy()
    for column in known.columns:
        here = copies[column].to_numpy()
        there = known[column].to_numpy()[positions]
        filled = ~pd.isna(here) & ~pd.isna(there) & present
        differ = filled & _unequal(here, there)
        if differ.any():
            yield _finding(domain, copies[differ], column, line_based=line_based)


def _unequal(left: Any, right: Any) -> pd.Series[bool]:
    one, other = pd.Series(left), pd.Series(right)
    if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
        return (one - other).abs() > 1e-9 * other.abs().clip(lower=1)
    return one.astype(object) != other.astype(object)


def _finding(
    domain: str, rows: pd.DataFrame, column: str, *, line_based: Mapping[str, bool]
) -> Finding:
    who = sorted(rows["USUBJID"].unique())
    places = []
    if set(PROVENANCE) <= set(rows.columns):
        where = rows[list(PROVENANCE)].sort_values(list(PROVENANCE)).head(MAX_LISTED)
        for file, row in where.itertuples(index=False):
            at = {"line" if line_based.get(str(file)) else "row": int(row)}
            places.append(Place(str(file), column=column, **at))
    verb = "differs" if len(rows) == 1 else "differ"
    return COPY_DIFFERS.finding(
        f"{column} of {counted(len(rows), noun(domain))} of {counted(len(who), 'patient')} "
        f"{verb} from ADSL.",
        domain=domain,
        column=column,
        patients=who,
        places=places,
        count=len(rows),
    )
