"""The records of one patient behind a derived value, each with its source file and row number."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.analysis import Analysis
from dashboard.metrics.recist import OVERALL_PARAMCDS
from dashboard.metrics.response_rates import BOR_PARAMCDS, CBOR_PARAMCDS
from dashboard.text import CATALOGUE, text
from data_access.store import Cut

Json = dict[str, Any]
#: domain, columns, PARAMCDs (None: all), key of the title
Spec = tuple[str, tuple[str, ...], tuple[str, ...] | None, str]

_DATES = (
    "ENRLDT",
    "RANDDT",
    "RFICDT",
    "TRTSDT",
    "TRT01SDT",
    "TRTEDT",
    "TRT01EDT",
    "NACTDT",
    "EOSDT",
)
_DEATH = ("DTHDT", "LSTALVDT")
_ADRS = ("PARAM", "PARAMCD", "AVISIT", "ADT", "AVALC", "NEREASON")
_ADTTE = ("PARAM", "PARAMCD", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC")
_ADAE = ("AESEQ", "AEDECOD", "AESTDTC", "ASTDT", "AENDT", "AETOXGR", "AESEV", "TRTEMFL")
_ADTR = ("PARAM", "PARAMCD", "AVISIT", "ADT", "TRLNKID", "AVAL", "BASE", "NADIR", "PCHG")


def records_behind(cut: Cut, analysis: Analysis, endpoint: str, usubjid: str) -> list[Json]:
    """Tables {title, columns, rows} of the records that made the exported and the derived value."""
    overall = analysis.paramcds("OVR") or OVERALL_PARAMCDS
    best = {
        "BOR": analysis.paramcds("BOR") or BOR_PARAMCDS,
        "CBOR": analysis.paramcds("CBOR") or CBOR_PARAMCDS,
    }
    wanted: list[Spec]
    if endpoint in best:
        wanted = [
            ("ADRS", _ADRS, best[endpoint], "exported"),
            ("ADRS", _ADRS, overall, "assessments"),
            ("ADSL", (*_DATES, *_DEATH), None, "dates"),
        ]
    elif endpoint in ("PFS", "OS", "DOR"):
        wanted = [
            ("ADTTE", _ADTTE, analysis.usual_paramcds(endpoint), "exported"),
            ("ADRS", _ADRS, overall, "assessments"),
            ("ADSL", (*_DATES, *_DEATH), None, "dates"),
        ]
    elif endpoint == "TRTEMFL":
        wanted = [("ADAE", _ADAE, None, "events"), ("ADSL", (*_DATES, *_DEATH), None, "dates")]
    else:
        wanted = [
            ("ADRS", _ADRS, None, "responses"),
            ("ADTR", _ADTR, None, "measurements"),
        ]
    if endpoint == "OS":
        wanted = [w for w in wanted if w[0] != "ADRS"]
    made = [_table(cut, usubjid, spec) for spec in wanted]
    return [t for t in made if t is not None]


def _table(cut: Cut, usubjid: str, spec: Spec) -> Json | None:
    domain, columns, paramcds, title = spec
    if domain not in cut.domains:
        return None
    frame = cut.frame(domain, provenance=True)
    rows = frame[frame["USUBJID"] == usubjid]
    if paramcds is not None and "PARAMCD" in rows.columns:
        known = {p.upper() for p in paramcds}
        rows = rows[rows["PARAMCD"].astype("string").str.upper().isin(known)]
    shown = [c for c in columns if c in rows.columns and rows[c].notna().any()]
    if "PARAM" in shown and "PARAMCD" in shown:
        shown.remove("PARAMCD")
    order = [c for c in ("ADT", "ASTDT", "_row") if c in rows.columns]
    rows = rows.sort_values(order, kind="stable")
    return {
        "title": text(f"cuts.records.of.{title}"),
        "columns": [{"name": c, "label": _label(c)} for c in shown],
        "rows": [
            {
                "values": [_words(rows[c].iloc[i]) for c in shown],
                "file": str(rows["_file"].iloc[i]),
                "row": int(rows["_row"].iloc[i]),
            }
            for i in range(len(rows))
        ],
    }


def _label(column: str) -> str:
    return CATALOGUE.get(f"cuts.column.{column}", column)


def _words(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def rows_by_file(cut: Cut) -> dict[str, int]:
    """Stored rows of each source file of a cut."""
    counts: dict[str, int] = {}
    for domain in cut.domains:
        if cut.rows(domain):
            files = cut.frame(domain, columns=["USUBJID"], provenance=True)["_file"]
            for file, n in files.value_counts().items():
                counts[str(file)] = counts.get(str(file), 0) + int(n)
    return counts
