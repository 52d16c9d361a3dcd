"""Rows of the demo's tumour domains: ADRS, ADTR and ADTTE (ADaM for oncology)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from dashboard.demo.endpoints import Ending
from dashboard.demo.known import Known
from dashboard.demo.recist import SD_MIN_DAYS, Assessment, Response
from dashboard.demo.truth import STUDY_ID

Row = dict[str, Any]
_PER_VISIT = (
    ("OVRLRESP", "Overall Response by Investigator"),
    ("TRGRESP", "Target Response by Investigator"),
    ("NTRGRESP", "Non-target Response by Investigator"),
    ("NEWLFL", "New Lesion by Investigator"),
)
_ENDPOINTS = {
    "PFS": "Progression-Free Survival (days)",
    "OS": "Overall Survival (days)",
    "DOR": "Duration of Confirmed Response (days)",
}


def iso(day: int | None) -> str | None:
    """An ordinal date as ISO 8601."""
    return None if day is None else date.fromordinal(day).isoformat()


def study_day(day: int | None, first: int | None) -> int | None:
    """ADY: the first dose is day 1, the day before it is day -1."""
    if day is None or first is None:
        return None
    return day - first + (1 if day >= first else 0)


def keys(known: Known) -> Row:
    return {
        "STUDYID": STUDY_ID,
        "USUBJID": known.person.usubjid,
        "SUBJID": known.person.subjid,
        "SITEID": known.person.siteid,
    }


def millimetres(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _flag(*, true: bool) -> str:
    return "Y" if true else "N"


def _visit_rows(known: Known, r: Response) -> Iterator[Row]:
    values = {
        "OVRLRESP": r.overall,
        "TRGRESP": r.target,
        "NTRGRESP": r.at.non_target,
        "NEWLFL": _flag(true=r.at.new_lesion is not None),
    }
    for paramcd, param in _PER_VISIT:
        if values[paramcd] == "NONE":  # no such lesion at baseline
            continue
        yield {
            "PARAMCD": paramcd,
            "PARAM": param,
            "AVALC": values[paramcd],
            "ADT": iso(r.at.day),
            "ADY": study_day(r.at.day, known.upto(known.person.first_dose)),
            "AVISIT": r.at.name,
            "AVISITN": r.at.number,
            "ANL01FL": "Y" if r in known.counted else None,
            "NEWLFL": values["NEWLFL"] if paramcd == "OVRLRESP" else None,
            "NEREASON": r.at.reason if values[paramcd] == "NE" else None,
        }


def _no_response_reason(known: Known, term: str) -> str | None:
    """Why a best response is NE or MISSING."""
    if term == "NE":
        early = [r for r in known.counted if r.overall != "NE"]
        if early:
            return f"ONLY ASSESSMENTS BEFORE DAY {SD_MIN_DAYS}"
        return "NO EVALUABLE POST-BASELINE ASSESSMENT"
    if term != "MISSING":
        return None
    if not known.dosed and known.study_end:
        return "NEVER DOSED"
    if known.death is not None:
        return "DEATH BEFORE FIRST ASSESSMENT"
    end = known.study_end or known.treatment_end
    return f"{end[1]} BEFORE FIRST ASSESSMENT" if end else "FIRST ASSESSMENT NOT YET DONE"


def _best_rows(known: Known) -> Iterator[Row]:
    for paramcd, param, (term, at) in (
        ("BOR", "Best Overall Response (confirmation not required)", known.best()),
        ("CBOR", "Confirmed Best Overall Response", known.confirmed()),
    ):
        day = at.at.day if at else None
        yield {
            "PARAMCD": paramcd,
            "PARAM": param,
            "AVALC": term,
            "ADT": iso(day),
            "ADY": study_day(day, known.upto(known.person.first_dose)),
            "ANL01FL": "Y",
            "NEREASON": _no_response_reason(known, term),
        }


def adrs(known: Known) -> list[Row]:
    if not known.enrolled:
        return []
    rows = [row for r in known.found for row in _visit_rows(known, r)] + list(_best_rows(known))
    return [
        {**keys(known), **row, "ASEQ": i, "RSEVAL": "INVESTIGATOR"}
        for i, row in enumerate(rows, start=1)
    ]


def _lesion_rows(known: Known, at: Assessment, base: Assessment) -> Iterator[Row]:
    for i, (lesion, size) in enumerate(zip(known.life.targets, at.sizes, strict=True), start=1):
        start = base.sizes[i - 1] or 0
        code, name = ("NLDIAM", "Short Axis") if lesion.nodal else ("LDIAM", "Longest Diameter")
        yield {
            "PARAMCD": f"{code}{i}",
            "PARAM": f"Target Lesion {i} {name} (mm)",
            "AVAL": millimetres(size),
            "AVALC": None if size is not None else "NOT EVALUABLE",
            "BASE": millimetres(start),
            **_changes(size, start),
            "TRLNKID": lesion.id,
            "TULOC": lesion.location,
            "TULOCGR1": "NODAL" if lesion.nodal else "NON-NODAL",
        }


def _changes(size: int | None, base: int) -> Row:
    if size is None or base == 0:
        return {"CHG": None, "PCHG": None}
    return {"CHG": (size - base) / 10, "PCHG": round(100 * (size - base) / base, 4)}


def _sum_row(known: Known, at: Assessment, total: int | None, nadir: int | None) -> Row:
    base = sum(t.size for t in known.life.targets)
    seen = [t.id for t, s in zip(known.life.targets, at.sizes, strict=True) if s is not None]
    below: Row = {"NADIR": None, "CHGNAD": None, "PCHGNAD": None}
    if nadir is not None and total is not None:
        below = {
            "NADIR": nadir / 10,
            "CHGNAD": (total - nadir) / 10,
            "PCHGNAD": round(100 * (total - nadir) / nadir, 4) if nadir else None,
        }
    return {
        "PARAMCD": "SDIAM",
        "PARAM": "Sum of Target Lesion Diameters (mm)",
        "AVAL": millimetres(total),
        "AVALC": None if total is not None else "NOT EVALUABLE",
        "BASE": base / 10,
        **(_changes(total, base) if nadir is not None else {"CHG": None, "PCHG": None}),
        **below,
        "LSEXP": ";".join(t.id for t in known.life.targets),
        "LSASS": ";".join(seen),
    }


def _measured_rows(known: Known, at: Assessment, r: Response | None) -> list[Row]:
    base = known.life.baseline
    lesions = list(_lesion_rows(known, at, base))
    total = r.total if r else sum(t.size for t in known.life.targets)
    if r is None:
        lesions = [{**row, "CHG": None, "PCHG": None} for row in lesions]
    rows = [*lesions, _sum_row(known, at, total, r.nadir if r else None)]
    shared = {
        "ADT": iso(at.day),
        "ADY": study_day(at.day, known.upto(known.person.first_dose)),
        "AVISIT": at.name,
        "AVISITN": at.number,
        "ABLFL": "Y" if r is None else None,
        "ANL01FL": "Y" if total is not None else None,
        "PDFL": "Y" if r is not None and r.target == "PD" else None,
    }
    return [{**row, **shared} for row in rows]


def adtr(known: Known) -> list[Row]:
    """Target lesions and their sum; patients without target lesions have no rows."""
    if not known.enrolled or not known.life.targets:
        return []
    rows = _measured_rows(known, known.life.baseline, None)
    for r in known.found:
        rows += _measured_rows(known, r.at, r)
    shared = {"TRGRPID": "TARGET", "TREVAL": "INVESTIGATOR", "TRSTRESU": "mm"}
    return [{**keys(known), **row, "ASEQ": i, **shared} for i, row in enumerate(rows, start=1)]


def adtte(known: Known) -> list[Row]:
    if not known.enrolled:
        return []
    endings: dict[str, Ending | None] = {"PFS": known.pfs(), "OS": known.os(), "DOR": known.dor()}
    rows: list[Row] = []
    for paramcd, ending in endings.items():
        if ending is None:  # no duration without a confirmed response
            continue
        rows.append(
            {
                **keys(known),
                "PARAMCD": paramcd,
                "PARAM": _ENDPOINTS[paramcd],
                "STARTDT": iso(ending.start),
                "ADT": iso(ending.day),
                "AVAL": ending.days,
                "AVALU": "DAYS",
                "CNSR": ending.code,
                "EVNTDESC": ending.event,
                "CNSDTDSC": ending.censored,
                "SRCDOM": ending.source[0],
                "SRCVAR": ending.source[1],
                "ASEQ": len(rows) + 1,
            }
        )
    return rows
