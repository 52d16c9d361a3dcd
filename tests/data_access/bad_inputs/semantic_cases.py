"""Bad inputs 70 to 89: clean files that say something impossible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.data_access.bad_inputs.base import Rows, good_tables, spoil_rows, write_rows
from tests.data_access.bad_inputs.case import Case, Outcome


def _edit(domain: str, change: Callable[[Rows], Rows | None]) -> Callable[[Path], None]:
    return lambda exports: spoil_rows(exports, domain, change)


def _set(domain: str, row: int, **cells: str) -> Callable[[Path], None]:
    def change(rows: Rows) -> None:
        rows[row].update(cells)

    return _edit(domain, change)


def _without_subject(exports: Path) -> None:
    gone = good_tables()["adsl"][0]["USUBJID"]
    for name, rows in good_tables().items():
        write_rows(exports / f"{name}.csv", [r for r in rows if r["USUBJID"] != gone])


def _pd_then_pr(rows: Rows) -> None:
    terms = iter(("PD", "PR"))
    for row in rows:
        if row["USUBJID"] == "TST-02-002" and row["PARAMCD"] == "OVRLRESP":
            row["AVALC"] = next(terms)


def _unconfirmed(rows: Rows) -> Rows:
    first = True
    kept = []
    for row in rows:
        if row["USUBJID"] == "TST-01-001" and row["PARAMCD"] == "OVRLRESP":
            if not first:
                continue
            first = False
        kept.append(row)
    return kept


def _two_sites_swapped(rows: Rows) -> None:
    other = {"01": "02", "02": "01"}
    for row in rows:
        row["SITEID"] = other.get(row["SITEID"], row["SITEID"])


def _copied_sex(rows: Rows) -> None:
    for i, row in enumerate(rows):
        row["SEX"] = "M" if i == 7 else "F"


def _case(
    number: int, title: str, make: Callable[[Path], None], outcome: Outcome = "error", *names: str
) -> Case:
    return Case(number, title, make, outcome, names)


CASES = (
    _case(
        70,
        "death before the last day alive",
        _set("adsl", 3, DTHDT="2024-03-01"),
        "error",
        "TST-01-004",
    ),
    _case(
        71, "response before treatment", _set("adrs", 0, ADT="2023-11-01"), "error", "TST-01-001"
    ),
    _case(72, "PD, then PR", _edit("adrs", _pd_then_pr), "error", "TST-02-002"),
    _case(
        73,
        "confirmed response without a second scan",
        _edit("adrs", _unconfirmed),
        "error",
        "TST-01-001",
    ),
    _case(74, "best change below -100%", _set("adtr", 1, PCHG="-140"), "error", "TST-01-001"),
    _case(75, "baseline sum of 0", _set("adtr", 0, AVAL="0", BASE="0"), "error", "TST-01-001"),
    _case(
        76,
        "responder outside the efficacy set",
        _set("adsl", 0, RESPEVFL="N"),
        "error",
        "TST-01-001",
    ),
    _case(
        77,
        "subject of ADTTE unknown to ADSL",
        _set("adtte", 0, USUBJID="TST-09-999"),
        "error",
        "TST-09-999",
    ),
    _case(78, "patient vanished since the last cut", _without_subject, "error", "TST-01-001"),
    _case(
        79,
        "fewer events than in the last cut",
        _set("adtte", 2, CNSR="1", EVNTDESC="", CNSDTDSC="Lost"),
        "error",
        "PFS",
    ),
    _case(
        80,
        "backbone changed since the last cut",
        _set("adsl", 2, BACKBONE="ERIBULIN"),
        "error",
        "TST-03-003",
    ),
    _case(81, "negative survival time", _set("adtte", 0, AVAL="-5"), "error", "TST-01-001"),
    _case(82, "CNSR that is no code", _set("adtte", 0, CNSR="0.5"), "error", "CNSR"),
    _case(
        83,
        "two ADSL rows of one subject",
        _edit("adsl", lambda rows: [*rows, {**rows[0], "AGE": "71"}]),
        "refused",
        "TST-01-001",
    ),
    _case(84, "SEX differs between tables", _edit("adae", _copied_sex), "error", "SEX"),
    _case(85, "cm among mm", _set("adtr", 4, AVALU="cm"), "error", "adtr.csv"),
    _case(
        86,
        "cut date before the newest record",
        _set("adlb", 47, ADT="2025-05-01"),
        "error",
        "2025-03-31",
    ),
    _case(87, "the same files again", lambda exports: None, "same cut"),
    _case(88, "two sites swapped", _edit("adsl", _two_sites_swapped), "error", "SITEID"),
    _case(
        89,
        "telephone number in free text",
        _set("adae", 0, AETERM="fatigue, call 138-1234-5678 Dr Wang"),
        "error",
        "AETERM",
    ),
)
