"""A study written by hand to probe borders of definitions: its tables, in days from the origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.data_access.bad_inputs.base import Rows, write_rows

FIRST = date(2025, 1, 1)
CUT = FIRST + timedelta(days=300)

STUDY = f"""\
[study]
title = "Borders"
id = "borders"
cut_date = {CUT.isoformat()}

[rules]
orr_window_days = 182
pfs_window_days = 182.625
ae_window_days = 250

[terms.related_columns]
inosine = "AERELI"

[backbones]
column = "BACKBONE"
[backbones.groups]
taxane = {{ label = "Taxane", values = ["PACLITAXEL"] }}
platinum = {{ label = "Platinum", values = ["CISPLATIN"] }}
carboplatin = {{ label = "Carboplatin", values = ["CARBOPLATIN"], within = ["platinum"] }}

[filters]
LINE = "Line of treatment"
"""

#: id -> start (days after FIRST), days of death, new therapy, end of study, last alive, last dose
#: and backbone; a start of None is a patient never dosed
PATIENTS: Mapping[str, Mapping[str, Any]] = {
    "P01": {"last": 100, "backbone": "CARBOPLATIN+PACLITAXEL"},  # confirmed on day 28 exactly
    "P02": {},  # one day short of confirmation
    "P03": {"backbone": "CISPLATIN"},  # response on the last day of the window
    "P04": {"backbone": "CARBOPLATIN"},  # and one day after it
    "P05": {"death": 56, "last": 50},  # death on the day of PD
    "P06": {"nact": 112, "last": 100},  # PD on the day of new therapy
    "P07": {"nact": 80, "last": 70},  # new therapy before PD
    "P08": {"death": 40, "last": 1},  # never scanned, died early
    "P09": {"death": 127, "last": 1},  # died one day after the gap
    "P10": {"death": 126, "last": 1},  # died on the last day of the gap
    "P11": {"last": 150},  # two scans not evaluable, then PD
    "P12": {"failed": True, "start": None, "enrolled": None},  # screen failure
    "P13": {"start": None, "last": None, "alive": 20},  # enrolled, never dosed
    "P14": {"start": 200, "full": False},  # young, and without a dose of chemotherapy
    "P15": {"start": 250},  # young, first PR waits
    "P16": {"backbone": ""},  # non-target disease only
    "P17": {"alive": 31},  # SD before day 42, nothing else
    "P18": {},  # confirmation after the cut-off
    "P19": {"death": 320, "alive": 310},  # death after the cut-off
    "P20": {"death": 200, "last": 60},  # SD, then a death on the day of a scan, 144 days later
}

#: overall responses: patient -> (day, term)
ASSESSMENTS: Mapping[str, Sequence[tuple[int, str]]] = {
    "P01": [(56, "PR"), (84, "PR")],
    "P02": [(56, "PR"), (83, "PR")],
    "P03": [(56, "SD"), (182, "CR"), (210, "CR")],
    "P04": [(56, "SD"), (183, "PR"), (211, "PR")],
    "P05": [(56, "PD")],
    "P06": [(56, "SD"), (112, "PD")],
    "P07": [(56, "SD"), (112, "PD")],
    "P11": [(56, "NE"), (112, "NE"), (168, "PD")],
    "P14": [(56, "SD")],
    "P15": [(45, "PR")],
    "P16": [(56, "NON-CR/NON-PD"), (112, "NON-CR/NON-PD")],
    "P17": [(30, "SD")],
    "P18": [(56, "PR"), (310, "PR")],
    "P19": [(56, "SD"), (112, "SD"), (175, "SD")],
    "P20": [(56, "SD"), (200, "SD")],
}

#: sums of diameters in mm: patient -> (day, sum, lesions expected, lesions measured); day 0 first
SUMS: Mapping[str, Sequence[tuple[int, str, int, int]]] = {
    "P01": [(0, "33.0", 2, 2), (56, "23.1", 2, 2), (84, "20.0", 2, 2)],  # 23.1/33: exactly -30%
    "P03": [(0, "40", 2, 2), (56, "36", 2, 2), (182, "0", 2, 2), (210, "0", 2, 2)],
    "P05": [(0, "20", 1, 1), (56, "25", 1, 1)],
    "P06": [(0, "50", 2, 2), (56, "45", 2, 2), (112, "40", 2, 2)],  # on the day of new therapy
    "P17": [(0, "50", 2, 2), (30, "20", 2, 1)],  # one lesion not measured: no bar at -60%
    "P19": [(0, "30", 1, 1)],
}

#: adverse events: patient, start, end, grade, initial grade, related (I: inosine), term
EVENTS: Sequence[tuple[str, int | None, int | None, str, str, str, str]] = (
    ("P01", 130, None, "2", "", "Y", "NAUSEA"),  # last dose + 30
    ("P01", 131, None, "3", "", "Y", "VOMITING"),  # one day later: only in the 250-day window
    ("P02", 250, None, "1", "", "Y", "NAUSEA"),  # last day of the 250-day window
    ("P02", 251, None, "1", "", "Y", "RASH"),  # emergent, after that window
    ("P02", 301, None, "4", "", "Y", "SEPSIS"),  # after the cut-off
    ("P03", None, -2, "3", "", "Y", "FATIGUE"),  # no start, ended before the first dose
    ("P03", None, None, "", "", "N", "FATIGUE"),  # no start, no end, no grade
    ("P05", -5, None, "3", "1", "N", "ANAEMIA"),  # worse on treatment
    ("P05", -5, None, "3", "", "N", "PYREXIA"),  # nobody recorded what it was before
    ("P05", 0, 1, "2", "", "Y", "NAUSEA"),  # the day of the first dose
    ("P05", 10, 12, "3", "", "N", "NAUSEA"),  # once per patient, at the worst grade
    ("P12", 5, None, "3", "", "Y", "NAUSEA"),  # a screen failure
    ("P13", 5, None, "3", "", "Y", "NAUSEA"),  # never dosed
)


def _day(patient: str, day: int | None) -> str:
    if day is None:
        return ""
    start = PATIENTS[patient].get("start", 0) or 0
    return (FIRST + timedelta(days=start + day)).isoformat()


def adsl() -> Rows:
    rows = []
    for name, p in PATIENTS.items():
        dosed = p.get("start", 0) is not None
        ended = "last" in p
        rows.append(
            {
                "STUDYID": "B",
                "USUBJID": name,
                "ARM": "Screen Failure" if p.get("failed") else "INOSINE + CHEMOTHERAPY",
                "BACKBONE": p.get("backbone", "PACLITAXEL"),
                "LINE": "1" if name < "P11" else "2",
                "ENRLDT": "" if p.get("failed") else _day(name, -7 if dosed else 0),
                "TRTSDT": _day(name, 0) if dosed else "",
                "TRTEDT": _day(name, p.get("last")) if dosed else "",
                "EOTSTT": ("DISCONTINUED" if ended else "ONGOING") if dosed else "",
                "INOSDT": _day(name, 0) if dosed else "",
                "CHMSDT": _day(name, 0) if dosed and p.get("full", True) else "",
                "NACTDT": _day(name, p.get("nact")),
                "DTHDT": _day(name, p.get("death")),
                "LSTALVDT": "" if p.get("failed") else _day(name, p.get("alive", 250)),
            }
        )
        if "death" in p and p["death"] <= 300:
            rows[-1]["LSTALVDT"] = rows[-1]["DTHDT"]
        elif p.get("start"):
            rows[-1]["LSTALVDT"] = _day(name, 50)
    return rows


def adrs() -> Rows:
    return [
        {
            "USUBJID": u,
            "PARAMCD": "OVRLRESP",
            "PARAM": "Overall response by investigator",
            "AVALC": term,
            "ADT": _day(u, day),
            "AVISIT": f"DAY {day}",
        }
        for u, found in ASSESSMENTS.items()
        for day, term in found
    ]


def adtr() -> Rows:
    return [
        {
            "USUBJID": u,
            "PARAMCD": "SUMDIAM",
            "PARAM": "Sum of diameters (mm)",
            "AVAL": value,
            "AVALU": "mm",
            "ABLFL": "" if day else "Y",
            "LSEXP": str(expected),
            "LSASS": str(measured),
            "ADT": _day(u, day),
            "AVISIT": f"DAY {day}",
        }
        for u, found in SUMS.items()
        for day, value, expected, measured in found
    ]


def adae() -> Rows:
    return [
        {
            "USUBJID": u,
            "AESEQ": str(i),
            "AETERM": term,
            "AEDECOD": term,
            "AEBODSYS": "All",
            "ASTDT": _day(u, start),
            "AENDT": _day(u, end),
            "AETOXGR": grade,
            "AEITOXGR": initial,
            "AEREL": related,
            "AERELI": related,
            "AESER": "N",
        }
        for i, (u, start, end, grade, initial, related, term) in enumerate(EVENTS, 1)
    ]


def write_study(folder: Path) -> tuple[Path, Path]:
    """Folder of exports and study.toml."""
    exports = folder / "exports"
    exports.mkdir(parents=True)
    for name, rows in {"adsl": adsl(), "adrs": adrs(), "adtr": adtr(), "adae": adae()}.items():
        write_rows(exports / f"{name}.csv", rows)
    study = folder / "study.toml"
    study.write_text(STUDY, encoding="utf-8")
    return exports, study
