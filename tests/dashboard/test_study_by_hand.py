"""A study whose every patient sits on a border: each number of `metrics` against the hand count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.analysis import Analysis
from dashboard.report import ReportError, ReportOptions, metrics_report
from data_access.importer import import_exports
from data_access.store import Cut, CutStore
from tests.dashboard.by_hand import EVENTS, PATIENTS, write_study

NOW = datetime(2025, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def cut(tmp_path_factory) -> Cut:
    folder = tmp_path_factory.mktemp("by_hand")
    exports, study = write_study(folder)
    found = import_exports(exports, study, store=CutStore(folder / "home"), now=NOW).cut
    assert found is not None
    return found


@pytest.fixture(scope="module")
def whole(cut) -> dict[str, Any]:
    return metrics_report(cut, ReportOptions())


def test_sets(whole):
    """P12 failed screening, P13 was never dosed, P14 had no chemotherapy; six have a baseline sum,
    and of those all were assessed later."""
    assert whole["n"] == {"enrolled": 19, "safety": 18, "full": 17, "evaluable": 6}


def xn(entry: dict[str, Any] | None) -> tuple[int, int] | None:
    return None if entry is None else (entry["x"], entry["n"])


def test_response(whole):
    response = whole["response"]
    assert response["bor"] == {
        "CR": 1,  # P03
        "PR": 2,  # P01, P04
        "SD": 8,  # P02 P15 P18 (unconfirmed), P06 P07 P14 P19 P20
        "NON-CR/NON-PD": 1,  # P16
        "PD": 2,  # P05, P11 after two NE
        "NE": 1,  # P17: SD before day 42
        "MISSING": 4,  # P08 P09 P10 P13
    }
    assert response["bor_unconfirmed"]["PR"] == 5
    assert xn(response["orr"]) == (3, 19)
    assert xn(response["orr_unconfirmed"]) == (6, 19)
    assert xn(response["dcr"]) == (12, 19)
    assert xn(response["cbr"]) == (5, 19)  # 3 responders, P19 on day 175, P20 on day 200


def test_best_change(whole):
    best = whole["response"]["best_pchg"]
    want = {"P01": 100 * -13 / 33, "P03": -100.0, "P05": 25.0, "P06": -10.0}
    assert best["percent"] == pytest.approx(want)
    why = {e["usubjid"]: e["reason"] for e in best["without"]}
    assert why["P17"] == "no post-baseline visit with every target lesion measured"
    assert why["P19"] == "no post-baseline measurement"
    assert why["P16"] == "no baseline sum of target lesions"


def test_window(whole):
    window = whole["response"]["window"]
    assert xn(window["orr"]) == (2, 19)  # P01, and P03 on day 182
    assert window["late_responders"] == ["P04"]  # day 183
    assert (window["pending"], window["pending_unconfirmed"]) == (4, 3)  # P14; P02 P15 P18
    assert xn(window["mature"]) == (2, 17)
    assert window["mature"]["still_pending"] == 2  # P02, P18
    assert xn(window["bounds"]["all_respond"]) == (6, 19)
    # by hand; R cmprsk says the same
    s = 18 / 19
    f = s / 17
    s *= 15 / 17 * 12 / 13 * 10 / 11 * 9 / 10 * 8 / 9 * 7 / 8
    assert window["incidence"]["estimate"] == pytest.approx(f + s / 7, rel=1e-12)


#: patient -> PFS by the FDA-like rules and by the EMA-like ones: days, "e" event or "c" censored
PFS = """
P01 85c 85c | P02 84c 84c | P03 211c 211c | P04 212c 212c | P05 57e 57e | P06 113e 113e
P07 57c 113e | P08 41e 41e | P09 1c 128e | P10 127e 127e | P11 1c 169e | P13 1c 1c | P14 57c 57c
P15 46c 46c | P16 113c 113c | P17 31c 31c | P18 57c 57c | P19 176c 176c | P20 201e 201e
"""


def _table(text: str) -> Iterator[list[str]]:
    for cell in text.replace("\n", "|").split("|"):
        if cell.strip():
            yield cell.split()


@pytest.mark.parametrize(("rule", "column"), [("fda", 1), ("ema", 2)])
def test_progression_free_survival_of_every_patient(cut, rule, column):
    """Death on the day of PD, PD on the day of new therapy, gaps of 126 and 127 days, two NE, and
    P20: a death on the day of a scan is no missed visit."""
    data = Analysis(cut).derived_pfs(rule)
    rows = zip(data.usubjid, data.days, data.event, strict=True)
    got = {u: f"{d:g}{'e' if e else 'c'}" for u, d, e in rows if u != "P12"}
    assert got == {row[0]: row[column] for row in _table(PFS)}


def test_survival(whole):
    survival = whole["survival"]
    assert (survival["PFS"]["n"], survival["PFS"]["events"]) == (19, 5)
    assert (survival["OS"]["n"], survival["OS"]["events"]) == (19, 5)
    assert (survival["DOR"]["n"], survival["DOR"]["events"]) == (3, 0)
    assert survival["DOR"]["median"] is None
    late = survival["OS"]["rates"][-1]
    assert (late["time"], late["estimate"], late["n_at_risk"]) == (365.25, None, 0)
    assert whole["ttr"] == {
        **whole["ttr"],
        "n": 3,
        "median": 183.0,
        "min": 57.0,
        "max": 184.0,
    }


def test_a_death_after_the_cut_off_is_not_known(cut):
    data = Analysis(cut).derived_os()
    rows = {u: (d, e) for u, d, e in zip(data.usubjid, data.days, data.event, strict=True)}
    assert rows["P19"] == (301.0, False)
    assert rows["P05"] == (57.0, True)


def test_safety(whole):
    """Counted from EVENTS, whose remarks say which of them counts, and why."""
    safety = whole["safety"]
    assert len(EVENTS) == 13
    assert (xn(safety["any"]), safety["n_events"]) == ((4, 18), 7)
    assert (xn(safety["grade3plus"]), safety["grade3plus"]["n_events"]) == ((1, 18), 2)
    assert (xn(safety["related"]), safety["related"]["n_events"]) == ((3, 18), 4)
    assert xn(safety["related_inosine"]) == (3, 18)
    window = safety["related_250_days"]
    assert (xn(window), window["n_events"]) == ((3, 18), 4)
    assert safety["related_12_months"] is None
    assert safety["leading_to_reduction"] is None  # the export says nothing of doses
    assert {k: v for k, v in safety["max_grade"].items() if v} == {
        "1": 1,  # P02
        "2": 1,  # P01
        "3": 1,  # P05
        "missing": 1,  # P03
    }
    terms = {t["term"]: (t["x"], t["n_events"]) for t in safety["by_pt"]}
    assert terms == {"NAUSEA": (3, 4), "ANAEMIA": (1, 1), "FATIGUE": (1, 1), "RASH": (1, 1)}


def test_subgroups_overlap_and_a_missing_backbone_is_in_none(whole):
    """A patient on carboplatin is one on a platinum; P01 took a taxane as well."""
    table = whole["subgroups"]["backbone"]
    rows = {r["id"]: xn(r["orr"]) for r in table["rows"]}
    assert rows == {"taxane": (1, 16), "platinum": (3, 3), "carboplatin": (2, 2)}
    assert (table["overlapping"], table["in_no_group"]) == (True, 1)
    lines = {r["id"]: xn(r["orr"]) for r in whole["subgroups"]["factors"]["LINE"]["rows"]}
    assert lines == {"1": (3, 10), "2": (0, 9)}


def test_conditions_on_several_columns(cut):
    where = {"LINE": ("1",), "BACKBONE": ("CARBOPLATIN", "CISPLATIN")}
    found = metrics_report(cut, ReportOptions(where=where))
    assert (found["n"]["enrolled"], xn(found["response"]["orr"])) == (2, (2, 2))
    nobody = metrics_report(cut, ReportOptions(where={"LINE": ("2",), "BACKBONE": ("CISPLATIN",)}))
    assert nobody["response"]["orr"] == {
        **nobody["response"]["orr"],
        "x": 0,
        "n": 0,
        "estimate": None,
        "lower": None,
        "upper": None,
    }
    assert nobody["survival"]["PFS"]["median"] is None


def test_a_misspelt_value_beside_a_right_one_is_refused(cut):
    with pytest.raises(ReportError, match="No patient has BACKBONE = CISPLATINE"):
        metrics_report(cut, ReportOptions(where={"BACKBONE": ("CISPLATIN", "CISPLATINE")}))


def test_one_patient_alone(cut):
    for patient in PATIENTS:
        found = metrics_report(cut, ReportOptions(where={"USUBJID": (patient,)}))
        assert found["n"]["enrolled"] == (patient != "P12")
        assert found["safety"]["n"] == (patient not in {"P12", "P13"})
