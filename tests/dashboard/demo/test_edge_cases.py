"""Each awkward case exists at the last cut, in the patients `truth.EDGE_CASES` names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from dashboard.demo.scripts import SCRIPTS
from dashboard.demo.truth import CUTS, EDGE_CASES, SCENARIOS

Row = dict[str, str]
Tables = dict[str, list[Row]]
DCO = CUTS[-1]


class Patient:
    """The rows of one patient."""

    def __init__(self, tables: Tables, usubjid: str) -> None:
        self.tables = {
            name: [r for r in rows if r.get("USUBJID") == usubjid] for name, rows in tables.items()
        }
        (self.subject,) = self.tables["adsl"]

    def response(self, paramcd: str = "OVRLRESP") -> list[str]:
        return [r["AVALC"] for r in self.tables["adrs"] if r["PARAMCD"] == paramcd]

    @property
    def best(self) -> tuple[str, str]:
        return self.response("BOR")[0], self.response("CBOR")[0]

    def endpoint(self, paramcd: str) -> Row:
        return next(r for r in self.tables["adtte"] if r["PARAMCD"] == paramcd)

    @property
    def changes(self) -> list[float]:
        """Best to worst is not kept: percent change of the sum at each complete visit, in order."""
        return [
            float(r["PCHG"]) for r in self.tables["adtr"] if r["PARAMCD"] == "SDIAM" and r["PCHG"]
        ]

    @property
    def events(self) -> list[Row]:
        return self.tables["adae"]

    def lab(self, paramcd: str) -> Iterator[tuple[int, float]]:
        """(study day, multiple of the upper limit) after the first dose."""
        for r in self.tables["adlb"]:
            if r["PARAMCD"] == paramcd and r["ONTRTFL"] == "Y":
                yield int(r["ADY"]), float(r["AVAL"]) / float(r["ANRHI"])


def gap(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def unconfirmed_pr(p: Patient) -> bool:
    return p.best[0] == "PR" and p.best[1] not in ("CR", "PR")


def pr_sd_pr(p: Patient) -> bool:
    return p.response()[:3] == ["PR", "SD", "PR"] and p.best == ("PR", "SD")


def late_response(p: Patient) -> bool:
    first = next(r for r in p.tables["adrs"] if r["AVALC"] in ("CR", "PR"))
    return p.best[1] == "PR" and gap(p.subject["TRTSDT"], first["ADT"]) > 182


def complete_response(p: Patient) -> bool:
    return p.best == ("CR", "CR") and p.endpoint("DOR")["CNSR"] == "1"


def new_lesion_shrinking(p: Patient) -> bool:
    newest = [r["NEWLFL"] for r in p.tables["adrs"] if r["PARAMCD"] == "OVRLRESP"][-1]
    return (
        newest == "Y"
        and p.response()[-1] == "PD"
        and p.response("TRGRESP")[-1] != "PD"
        and p.changes[-1] < 0
    )


def above_100(p: Patient) -> bool:
    return p.changes[0] > 100 and p.best == ("PD", "PD")


def non_measurable(p: Patient) -> bool:
    return (
        p.subject["MEASFL"] == "N"
        and p.subject["RESPEVFL"] == "N"
        and not p.tables["adtr"]
        and p.best[1] == "NON-CR/NON-PD"
    )


def no_post_baseline_scan(p: Patient) -> bool:
    return p.response() == [] and p.best == ("MISSING", "MISSING")


def not_evaluable_scan(p: Patient) -> bool:
    return p.response() == ["NE"] and p.best == ("NE", "NE")


def pending(p: Patient) -> bool:
    final = "PD" in p.response() or p.subject["EOSSTT"] != "ONGOING" or p.subject["NACTDT"]
    follow_up = gap(p.subject["TRTSDT"], DCO.isoformat())
    return follow_up < 182 and not final and p.best[1] not in ("CR", "PR")


def missed_two_then_pd(p: Patient) -> bool:
    visits = [r["AVISIT"] for r in p.tables["adrs"] if r["PARAMCD"] == "OVRLRESP"]
    pfs = p.endpoint("PFS")
    return (
        visits == ["WEEK 8", "WEEK 32"]
        and p.response()[-1] == "PD"
        and pfs["CNSR"] == "3"
        and "MISSED" in pfs["CNSDTDSC"]
    )


def death_without_pd(p: Patient) -> bool:
    return p.subject["DTHFL"] == "Y" and "PD" not in p.response()


def new_therapy_before_pd(p: Patient) -> bool:
    pd = next(r for r in p.tables["adrs"] if r["AVALC"] == "PD")
    pfs = p.endpoint("PFS")
    return (
        p.subject["NACTDT"] < pd["ADT"]
        and pfs["CNSR"] == "2"
        and pfs["ADT"] < p.subject["NACTDT"]
        and pd["ANL01FL"] == ""
    )


def never_dosed(p: Patient) -> bool:
    s = p.subject
    return (s["ENRLFL"], s["SAFFL"], s["TRTSDT"]) == ("Y", "N", "") and not p.tables["adex"]


def no_backbone_dose(p: Patient) -> bool:
    return (p.subject["SAFFL"], p.subject["FASFL"]) == ("Y", "N")


def fatal_chemo_ae(p: Patient) -> bool:
    event = next(e for e in p.events if e["AETOXGR"] == "5")
    return (
        (event["AERELC"], event["AERELI"], event["AESDTH"]) == ("Y", "N", "Y")
        and event["AENDT"] == p.subject["DTHDT"]
        and p.endpoint("PFS")["EVNTDESC"] == "DEATH"
    )


def both_raised(p: Patient) -> bool:
    """Bilirubin at least 2 x ULN within 30 days after ALT or AST at least 3 x ULN."""
    raised = [d for code in ("ALT", "AST") for d, times in p.lab(code) if times >= 3]
    return any(
        times >= 2 and any(0 <= day - d <= 30 for d in raised) for day, times in p.lab("BILI")
    )


def hys_law(p: Patient) -> bool:
    cholestasis = max(times for _, times in p.lab("ALP")) >= 2
    return both_raised(p) and not cholestasis and p.subject["DCTREAS"] == "ADVERSE EVENT"


def liver_confounder(p: Patient) -> bool:
    cholestasis = max(times for _, times in p.lab("ALP")) >= 2
    return cholestasis and p.subject["LIVERFL"] == "Y" and "PD" in p.response()


def has_event(term: str) -> Callable[[Patient], bool]:
    return lambda p: any(
        e["AEDECOD"] == term and e["AERELI"] == "Y" and e["AEACNI"] == "DRUG INTERRUPTED"
        for e in p.events
    )


def grade_missing(p: Patient) -> bool:
    return sum(e["AETOXGR"] == "" for e in p.events) == 1


def start_partial(p: Patient) -> bool:
    return [(len(e["AESTDTC"]), e["ASTDT"]) for e in p.events if len(e["AESTDTC"]) < 10] == [
        (7, "")
    ]


PROPERTIES: dict[str, Callable[[Patient], bool]] = {
    "unconfirmed_pr": unconfirmed_pr,
    "pr_sd_pr": pr_sd_pr,
    "late_response": late_response,
    "complete_response": complete_response,
    "new_lesion_shrinking": new_lesion_shrinking,
    "above_100": above_100,
    "non_measurable": non_measurable,
    "no_post_baseline_scan": no_post_baseline_scan,
    "not_evaluable_scan": not_evaluable_scan,
    "pending": pending,
    "missed_two_then_pd": missed_two_then_pd,
    "death_without_pd": death_without_pd,
    "new_therapy_before_pd": new_therapy_before_pd,
    "never_dosed": never_dosed,
    "no_backbone_dose": no_backbone_dose,
    "fatal_chemo_ae": fatal_chemo_ae,
    "hys_law": hys_law,
    "liver_confounder": liver_confounder,
    "gout": has_event("GOUT"),
    "nephrolithiasis": has_event("NEPHROLITHIASIS"),
    "grade_missing": grade_missing,
    "start_partial": start_partial,
    "male": lambda p: p.subject["SEX"] == "M",
}
#: cases that only show between cuts: tests/dashboard/demo/test_cuts.py
BETWEEN_CUTS = {"corrected_to_sd", "backbone_misspelt", "grade_raised", "event_deleted"}
#: cases of which these are all the patients there are
EXHAUSTIVE = (
    "unconfirmed_pr",
    "late_response",
    "above_100",
    "non_measurable",
    "no_post_baseline_scan",
    "not_evaluable_scan",
    "pending",
    "missed_two_then_pd",
    "death_without_pd",
    "never_dosed",
    "no_backbone_dose",
    "hys_law",
    "grade_missing",
    "start_partial",
    "male",
)


def holds(case: str, patient: Patient) -> bool:
    try:
        return PROPERTIES[case](patient)
    except (StopIteration, ValueError, IndexError):  # the records it looks at are not there
        return False


@pytest.fixture(scope="module")
def enrolled(last: Tables) -> dict[str, Patient]:
    return {r["USUBJID"]: Patient(last, r["USUBJID"]) for r in last["adsl"] if r["ENRLFL"] == "Y"}


def test_every_named_case_has_a_test() -> None:
    assert set(PROPERTIES) | BETWEEN_CUTS == set(EDGE_CASES)
    assert set(SCENARIOS.values()) == set(SCRIPTS)


@pytest.mark.parametrize("case", PROPERTIES)
def test_the_named_patients_are_the_case(case: str, enrolled: dict[str, Patient]) -> None:
    assert EDGE_CASES[case]
    for usubjid in EDGE_CASES[case]:
        assert holds(case, enrolled[usubjid]), usubjid


@pytest.mark.parametrize("case", EXHAUSTIVE)
def test_nobody_else_is_the_case(case: str, enrolled: dict[str, Patient]) -> None:
    found = {usubjid for usubjid, patient in enrolled.items() if holds(case, patient)}
    assert found == set(EDGE_CASES[case])


def test_shares_of_the_recipe(enrolled: dict[str, Patient]) -> None:
    assert 0.05 <= len(EDGE_CASES["no_post_baseline_scan"]) / len(enrolled) <= 0.10
    assert 2 <= len(EDGE_CASES["new_lesion_shrinking"]) <= 5
    assert sum(p.endpoint("OS")["CNSR"] == "1" for p in enrolled.values()) > 20


def test_some_events_are_ongoing_and_some_values_missing(last: Tables) -> None:
    assert sum(e["AENDT"] == "" for e in last["adae"]) > 5
    for column in ("PDL1", "GBRCA", "WEIGHTBL"):
        assert any(r[column] == "" for r in last["adsl"] if r["ENRLFL"] == "Y"), column
