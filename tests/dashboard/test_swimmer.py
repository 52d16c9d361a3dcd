"""The Swimmer page, counted by hand on the written trial (tests/dashboard/written.py)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from components.swimmer import lanes, table
from dashboard.panels import PANELS
from dashboard.patient_names import shared_prefix
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, import_written

Said = Callable[[Any], str]


def told(shelf: Shelf, query: str = "") -> dict[str, Any]:
    results = Results(shelf, PANELS, Flask(__name__))
    return results.panel("swimmer-lanes", shelf.resolve(query)[0], Audience.FULL)


def order(answer: dict[str, Any], sort: str, group: str = "none") -> list[str]:
    """Patients from the top, with the group's key before each group."""
    found = []
    for each in answer["layouts"][sort][group]:
        found += [f"[{each['key']}]"] if group != "none" else []
        found += [answer["lanes"][i]["usubjid"] for i in each["rows"]]
    return found


@pytest.fixture
def other(tmp_path: Path) -> Callable[..., Shelf]:
    """A shelf whose only cut is made of other tables."""

    def make(**more: str) -> Shelf:
        store = CutStore(tmp_path / "home")
        import_written(store, tmp_path / "written", **more)
        return Shelf(store)

    return make


def test_every_enrolled_patient_has_one_lane(shelf: Shelf) -> None:
    answer = told(shelf)
    found = {x["usubjid"]: (x["state"], x["days"]) for x in answer["lanes"]}
    assert found == {
        "P01": ("ended", 213),  # 2024-10-01 to 2025-05-01
        "P02": ("ended", 85),
        "P03": ("on treatment", 243),  # to the cut-off
        "P04": ("ended", 40),
        "P05": ("on treatment", 213),
        "P06": ("ended", 41),
        "P07": ("on treatment", 31),
        "P08": ("on treatment", 22),
        "P09": ("not dosed", None),
    }
    assert answer["n"] == 9


def test_responses_progressions_and_deaths(shelf: Shelf) -> None:
    events = {
        x["usubjid"]: [(m["event"], m["day"], m["confirmed"]) for m in x["markers"]]
        for x in told(shelf)["lanes"]
        if x["markers"]
    }
    assert events == {
        "P01": [("PR", 42, True)],
        "P02": [("PD", 84, None), ("DEATH", 120, None)],
        "P03": [("CR", 56, True)],
        "P04": [("PD", 42, None), ("DEATH", 60, None)],
        "P07": [("PR", 28, False)],
    }


def test_durations_of_response_are_those_of_the_survival_page(shelf: Shelf) -> None:
    """First confirmed response to the last adequate assessment, both days included."""
    lasted = {x["usubjid"]: x["response_days"] for x in told(shelf)["lanes"]}
    assert {u: d for u, d in lasted.items() if d} == {"P01": 43, "P03": 57}


def test_orders(shelf: Shelf) -> None:
    answer = told(shelf)
    assert answer["sorts"] == ["duration", "response", "start", "best"]  # no sums: no waterfall
    assert order(answer, "duration") == [
        "P03", "P01", "P05", "P02", "P06", "P04", "P07", "P08", "P09",
    ]  # fmt: skip
    assert order(answer, "response")[:3] == ["P07", "P01", "P03"]
    assert order(answer, "start")[:2] == ["P01", "P02"]
    assert order(answer, "best")[:2] == ["P03", "P01"]


def test_groups(shelf: Shelf) -> None:
    answer = told(shelf)
    assert answer["groups"] == ["none", "backbone", "best"]  # no sites in this export
    assert order(answer, "duration", "backbone") == [
        "[taxane]", "P01", "P02", "[eribulin]", "P03", "P04", "P09",
        "[carboplatin]", "P05", "P06", "[platinum]", "P07", "[]", "P08",
    ]  # fmt: skip
    doublets = [p["id"] for p in answer["patients"] if p["doublet"]]
    assert doublets == ["P06"]
    assert told(shelf, "group=backbone")["group"] == "backbone"


def test_sums_of_lesions_bring_the_order_of_the_waterfall(other: Callable[..., Shelf]) -> None:
    adtr = "USUBJID,PARAMCD,PARAM,ADT,AVAL,BASE,ABLFL\n" + "".join(
        f"{u},SDIAM,Sum of diameters,{when},{value},{base},\n"
        for u, when, value, base in (
            ("P01", "2024-11-12", 20, 50),
            ("P04", "2024-12-13", 60, 50),
            ("P05", "2025-01-26", 45, 50),
        )
    )
    answer = told(other(adsl=ADSL, adrs=ADRS, adtr=adtr))
    assert order(answer, "waterfall") == [
        "P04",
        "P05",
        "P01",
        "P02",
        "P03",
        "P06",
        "P07",
        "P08",
        "P09",
    ]


def test_the_page_says_who_is_on_treatment_and_the_window(shelf: Shelf, said: Said) -> None:
    words = said(lanes.draw(told(shelf)))
    assert "4 of 9 patients on treatment at the cut-off; " in words
    assert "the longest treatment so far is 8.0 months, the shortest 22 days." in words
    assert "day 182 after first dose" in words
    assert "Lanes sorted by treatment duration" in words


def test_one_patient_and_nobody(shelf: Shelf, said: Said) -> None:
    one = told(shelf, "f.AGE=47..47")
    assert [x["usubjid"] for x in one["lanes"]] == ["P03"]
    assert "1 of 1 patient on treatment" in said(lanes.draw(one))
    nobody = told(shelf, "f.AGE=1..2")
    assert nobody["lanes"] == []
    assert "No patient is left by the filters" in said(lanes.draw(nobody))


def test_a_filter_never_changes_the_name_of_a_patient(shelf: Shelf) -> None:
    whole = {x["usubjid"]: p["id"] for x, p in _pairs(told(shelf))}
    some = {x["usubjid"]: p["id"] for x, p in _pairs(told(shelf, "backbone=taxane"))}
    assert some == {u: whole[u] for u in some}


def _pairs(answer: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return list(zip(answer["lanes"], answer["patients"], strict=True))


@pytest.mark.parametrize(
    ("ids", "prefix"),
    [
        (["TRIAL-01-001", "TRIAL-01-002", "TRIAL-02-001"], "TRIAL-"),
        (["TRIAL-01-001", "TRIAL-01-002"], "TRIAL-01-"),
        (["P01", "P02"], ""),
        (["A-1"], ""),
        (["A-1", "A-1-2"], "A-"),
        ([], ""),
    ],
)
def test_what_all_ids_start_with(ids: list[str], prefix: str) -> None:
    assert shared_prefix(ids) == prefix


def test_without_responses(other: Callable[..., Shelf], said: Said) -> None:
    answer = told(other(adsl=ADSL))
    assert answer["sorts"] == ["duration", "start"]
    words = said(lanes.draw(answer))
    assert "no tumour response (ADRS)" in words
    assert "not stated" in said(table.draw(answer))
    assert {m["event"] for x in answer["lanes"] for m in x["markers"]} == {"DEATH"}


def test_without_any_end_of_treatment(other: Callable[..., Shelf], said: Said) -> None:
    rows = list(csv.DictReader(io.StringIO(ADSL)))
    keep = [k for k in rows[0] if k not in {"TRTEDT", "EOTSTT", "EOSSTT", "EOSDT"}]
    out = io.StringIO()
    writer = csv.DictWriter(out, keep, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    answer = told(other(adsl=out.getvalue(), adrs=ADRS))
    assert not any(x["ongoing"] for x in answer["lanes"])  # nobody is said to be on treatment
    words = said(lanes.draw(answer))
    assert "does not say when treatment ended" in words
    assert "does not say who is still on treatment" in words


def test_without_any_date(other: Callable[..., Shelf], said: Said) -> None:
    bare = '[study]\nid = "bare"\ntitle = "ADSL alone"\n'
    answer = told(other(study=bare, adsl="USUBJID,SEX\nA1,F\nA2,M\n"))
    assert "no lane can be drawn" in said(lanes.draw(answer))
    assert "A1" in said(table.draw(answer))


def test_both_cards_can_be_downloaded(client: FlaskClient) -> None:
    for card in ("swimmer-lanes", "swimmer-table"):
        got = client.get(f"/download/{card}.csv?backbone=eribulin")
        assert got.status_code == 200
        lines = got.get_data().decode("utf-8-sig").splitlines()
        body = list(csv.DictReader(line for line in lines if not line.startswith("# ")))
        assert [r["usubjid"] for r in body] == ["P03", "P04", "P09"]
        assert [r["treatment_days"] for r in body] == ["243", "40", ""]
        assert body[0]["first_cr_day"] == "56"
        assert body[1]["death_day"] == "60"


def test_the_lanes_and_the_status_strip_count_the_same(shelf: Shelf) -> None:
    results = Results(shelf, PANELS, Flask(__name__))
    for query in ("", "backbone=taxane", "backbone=eribulin", "set=safety"):
        selection = shelf.resolve(query)[0]
        strip = results.panel("overview-status", selection, Audience.FULL)["counts"]
        answer = results.panel("swimmer-lanes", selection, Audience.FULL)
        on = sum(x["ongoing"] for x in answer["lanes"])
        assert on == strip["on_treatment"]["headline"]["x"]
