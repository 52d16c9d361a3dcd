"""A small clean export by hand: 24 patients of three sites, the ground every bad input spoils."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

STUDY = """\
[study]
title = "Bad inputs"
cut_date = 2025-03-31

[backbones]
column = "BACKBONE"
[backbones.groups.eribulin]
label = "Eribulin"
values = ["ERIBULIN"]
[backbones.groups.taxane]
label = "Taxane"
values = ["PACLITAXEL"]
"""

Rows = list[dict[str, str]]


def good_tables() -> dict[str, Rows]:
    """The clean domains as rows of text, by lower-case name."""
    adsl: Rows = []
    adrs: Rows = []
    adtr: Rows = []
    adtte: Rows = []
    adae: Rows = []
    adlb: Rows = []
    for i in range(24):
        subject = _subject(i)
        adsl.append(subject)
        start = date.fromisoformat(subject["TRTSDT"])
        adrs += _responses(subject["USUBJID"], start, responder=i % 3 == 0)
        adtr += _tumours(subject["USUBJID"], start, shrinks=i % 3 == 0)
        adtte += _times(subject, start)
        adae += _events(subject["USUBJID"], start)
        adlb += _labs(subject["USUBJID"], start)
    return {"adsl": adsl, "adrs": adrs, "adtr": adtr, "adtte": adtte, "adae": adae, "adlb": adlb}


def _subject(i: int) -> dict[str, str]:
    site = f"{i % 3 + 1:02d}"
    start = date(2024, 2, 1) + timedelta(days=7 * i)
    dead = i % 4 == 3
    last = start + timedelta(days=150)
    return {
        "STUDYID": "TST",
        "USUBJID": f"TST-{site}-{i + 1:03d}",
        "SITEID": site,
        "AGE": str(38 + i),
        "SEX": "F",
        "RACE": "ASIAN",
        "ARM": "INOSINE + CHEMOTHERAPY",
        "BACKBONE": "ERIBULIN" if i % 2 else "PACLITAXEL",
        "ENRLFL": "Y",
        "SAFFL": "Y",
        "RESPEVFL": "Y",
        "RFICDT": (start - timedelta(days=10)).isoformat(),
        "ENRLDT": (start - timedelta(days=3)).isoformat(),
        "TRTSDT": start.isoformat(),
        "TRTEDT": (start + timedelta(days=140)).isoformat(),
        "EOSSTT": "DISCONTINUED" if dead else "ONGOING",
        "LSTALVDT": last.isoformat(),
        "DTHFL": "Y" if dead else "",
        "DTHDT": (last + timedelta(days=4)).isoformat() if dead else "",
    }


def _responses(patient: str, start: date, *, responder: bool) -> Rows:
    terms = ("PR", "PR") if responder else ("SD", "PD")
    rows = [
        {
            "USUBJID": patient,
            "PARAMCD": "OVRLRESP",
            "PARAM": "Overall response by investigator",
            "AVALC": term,
            "ADT": (start + timedelta(days=56 * (k + 1))).isoformat(),
            "AVISIT": f"WEEK {8 * (k + 1)}",
        }
        for k, term in enumerate(terms)
    ]
    best = {
        **rows[0],
        "PARAMCD": "CBOR",
        "PARAM": "Confirmed best overall response",
        "AVALC": terms[0],
    }
    return [*rows, best]


def _tumours(patient: str, start: date, *, shrinks: bool) -> Rows:
    values = (50.0, 30.0, 29.0) if shrinks else (50.0, 48.0, 62.0)
    return [
        {
            "USUBJID": patient,
            "PARAMCD": "SUMDIAM",
            "PARAM": "Sum of diameters (mm)",
            "AVAL": str(v),
            "AVALU": "mm",
            "BASE": "50.0",
            "PCHG": "" if k == 0 else str(round(100 * (v - 50) / 50, 4)),
            "ABLFL": "Y" if k == 0 else "",
            "ADT": (start + timedelta(days=56 * k)).isoformat(),
            "AVISIT": "BASELINE" if k == 0 else f"WEEK {8 * k}",
        }
        for k, v in enumerate(values)
    ]


def _times(subject: dict[str, str], start: date) -> Rows:
    responder = subject["AGE"] in {str(38 + i) for i in range(0, 24, 3)}
    dead = subject["DTHFL"] == "Y"
    rows = []
    for code, event in (("PFS", dead or not responder), ("OS", dead)):
        if code == "PFS":
            end = start + timedelta(days=112)
        else:
            end = date.fromisoformat(subject["DTHDT"] or subject["LSTALVDT"])
        rows.append(
            {
                "USUBJID": subject["USUBJID"],
                "PARAMCD": code,
                "PARAM": "Progression-free survival" if code == "PFS" else "Overall survival",
                "AVAL": str((end - start).days + 1),
                "AVALU": "DAYS",
                "CNSR": "0" if event else "1",
                "EVNTDESC": "Event" if event else "Last assessment",
                "CNSDTDSC": "" if event else "Last assessment",
                "STARTDT": start.isoformat(),
                "ADT": end.isoformat(),
            }
        )
    return rows


def _events(patient: str, start: date) -> Rows:
    return [
        {
            "USUBJID": patient,
            "AESEQ": str(k + 1),
            "AETERM": term,
            "AEDECOD": term.capitalize(),
            "AEBODSYS": "Investigations",
            "ASTDT": (start + timedelta(days=10 * (k + 1))).isoformat(),
            "AENDT": (start + timedelta(days=10 * (k + 1) + 5)).isoformat(),
            "AETOXGR": str(k + 1),
            "AESER": "N",
            "AEREL": "Y" if k else "N",
            "TRTEMFL": "Y",
        }
        for k, term in enumerate(("fatigue", "neutrophil count decreased"))
    ]


def _labs(patient: str, start: date) -> Rows:
    return [
        {
            "USUBJID": patient,
            "PARAMCD": "URATE",
            "PARAM": "Urate (umol/L)",
            "AVAL": str(value),
            "AVALU": "umol/L",
            "ANRLO": "150",
            "ANRHI": "360",
            "ABLFL": "Y" if k == 0 else "",
            "ADT": (start + timedelta(days=28 * k)).isoformat(),
            "AVISIT": f"CYCLE {k + 1}",
        }
        for k, value in enumerate((270, 330))
    ]


def write_rows(path: Path, rows: Rows) -> None:
    """CSV in UTF-8 with LF, quoted only where needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_good(folder: Path) -> Path:
    """The clean export and its study.toml; returns the folder of exports."""
    exports = folder / "exports"
    exports.mkdir(parents=True)
    for name, rows in good_tables().items():
        write_rows(exports / f"{name}.csv", rows)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return exports


def spoil_rows(exports: Path, domain: str, change: Callable[[Rows], Rows | None]) -> None:
    """Rewrite one domain after `change` has worked on its rows (in place, or by returning new)."""
    rows = good_tables()[domain]
    write_rows(exports / f"{domain}.csv", change(rows) or rows)


def spoil_bytes(exports: Path, change: Callable[[bytes], bytes], name: str = "adsl.csv") -> None:
    """Rewrite one file after `change` has worked on its bytes."""
    path = exports / name
    path.write_bytes(change(path.read_bytes()))
