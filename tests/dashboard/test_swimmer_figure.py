"""The swimmer figure and its pages: what is drawn for whom, at any number of lanes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from components import theme
from components.figures.swimmer import LANE, height, swimmer_figure
from components.figures.swimmer_marks import SYMBOLS
from components.swimmer import lanes, table
from components.swimmer.view import PAGE, paged
from dashboard.bundles import PLOTLY_TRACES
from dashboard.metrics.lane_phases import Marker, Segment
from dashboard.metrics.lanes import Lane

FIRST = date(2025, 1, 1)


def lane(name: str, days: int | None = 100, **more: Any) -> Lane:
    base: dict[str, Any] = {
        "usubjid": name,
        "state": "ended",
        "origin": FIRST,
        "start": 0,
        "start_date": FIRST,
        "end": None if days is None else days - 1,
        "end_date": None if days is None else FIRST + timedelta(days=days - 1),
        "days": days,
        "ongoing": False,
        "followed": 300,
        "best": "SD",
        "best_confirmed": True,
        "segments": (),
        "markers": (),
        "response_days": None,
        "response_over": None,
        "reason": None,
        "study_reason": None,
        "death_undated": False,
        "prior": "2",
    }
    return Lane(**{**base, **more})


def marker(event: Any, day: int, *, sure: bool | None = None) -> Marker:
    return Marker(event, day, FIRST + timedelta(days=day), sure)


def answer(drawn: list[Lane], **more: Any) -> dict[str, Any]:
    """What the panel says of these lanes, in the order they are given."""
    patients = [
        {
            "key": x.usubjid,
            "id": x.usubjid,
            "backbone": "taxane" if i % 2 else "eribulin",
            "drug": "Paclitaxel" if i % 2 else "Eribulin",
            "doublet": False,
            "site": "01",
            "reason": x.reason,
            "study_reason": x.study_reason,
        }
        for i, x in enumerate(drawn)
    ]
    rows = list(range(len(drawn)))
    groups = {
        "none": [{"key": "", "rows": rows}] if rows else [],
        "backbone": [
            {"key": k, "rows": [i for i in rows if patients[i]["backbone"] == k]}
            for k in ("eribulin", "taxane")
        ],
    }
    return {
        "study": "Written", "study_id": "written", "synthetic": True, "cut": "0" * 64,
        "cut_date": "2025-10-01", "query": "study=written", "filtered": False,
        "filter_words": "All patients", "set_label": "Enrolled", "set_id": "enrolled",
        "set_rule": "all", "n": len(drawn), "level": 0.95, "min_group": 5, "origin": "first_dose",
        "lanes": [x.to_json() for x in drawn], "patients": patients,
        "prior_column": "PRIORLN", "doses_known": True, "end_known": True, "reason_known": True,
        "responses_known": True, "origin_rule": "first dose: TRTSDT",
        "sorts": ["duration"], "groups": ["none", "backbone"], "group": "none",
        "layouts": {"duration": groups},
        "coloured_by": "backbone",
        "marker": {"options": [], "chosen": None},
        "backbones": [
            {"id": "taxane", "label": "Taxane"}, {"id": "eribulin", "label": "Eribulin"},
        ],
        "backbone_label": "Backbone", "randomised": False, "window_days": 182, "confirm_days": 28,
        "rules": "primary", "new_therapy_known": True, "deaths_known": True, "assessed": True,
        **more,
    }  # fmt: skip


def drawn_of(said: dict[str, Any], choice: object = None) -> dict[str, Any]:
    figure = swimmer_figure(said, paged(said, choice))
    go.Figure(figure)  # raises on anything plotly.js would not understand
    assert {t["type"] for t in figure["data"]} <= PLOTLY_TRACES
    return figure


def marks(figure: dict[str, Any], symbol: str) -> list[str]:
    return [
        c[0]
        for t in figure["data"]
        if t.get("marker", {}).get("symbol") == symbol
        for c in t["customdata"]
    ]


def test_only_patients_on_treatment_have_an_arrow() -> None:
    said = answer(
        [lane("A"), lane("B", state="on treatment", ongoing=True), lane("C", None), lane("D")]
    )
    assert marks(drawn_of(said), "triangle-right") == ["B"]


def test_bars_are_as_long_as_the_treatment_and_start_with_it() -> None:
    said = answer([lane("A", 61), lane("B", 30, start=14, end=43), lane("C", None)])
    bars = [t for t in drawn_of(said)["data"] if t["type"] == "bar"]
    found = {
        c[0]: (base, x)
        for t in bars
        for c, base, x in zip(t["customdata"], t["base"], t["x"], strict=True)
    }
    assert found == {"A": (0.0, 2.0), "B": (0.46, 0.99)}  # months of 30.4375 days


def test_every_event_has_its_own_shape_and_unconfirmed_ones_are_hollow() -> None:
    events = ("PR", "CR", "PD", "NEW_THERAPY", "DEATH")
    assert len({SYMBOLS[e][0] for e in events}) == len(events)
    said = answer(
        [
            lane("A", markers=(marker("PR", 42, sure=True), marker("PD", 90))),
            lane("B", markers=(marker("PR", 42, sure=False), marker("DEATH", 120))),
        ]
    )
    figure = drawn_of(said)
    shown = [t for t in figure["data"] if t.get("marker", {}).get("symbol") == "triangle-up"]
    fills = {t["customdata"][0][0]: t["marker"]["color"] for t in shown}
    assert fills == {"A": theme.colour("ink"), "B": theme.colour("surface")}
    assert marks(figure, "square") == ["A"]
    assert marks(figure, "x") == ["B"]


def test_response_phases_are_drawn_below_the_bar_from_day_to_day() -> None:
    said = answer(
        [
            lane(
                "A",
                segments=(
                    Segment("PR", 61, 121, True, "CR"),
                    Segment("CR", 121, 181, True, "LAST"),
                ),
            )
        ]
    )
    phases = {
        t["name"]: (t["base"][0], t["x"][0])
        for t in drawn_of(said)["data"]
        if t["type"] == "bar" and t["width"] < 0.3
    }
    assert phases == {"In partial response": (2.0, 2.0), "In complete response": (3.98, 2.0)}


@pytest.mark.parametrize("n", [1, 12, 60, 61, 400])
def test_a_lane_is_as_high_whatever_their_number_and_no_name_overprints(n: int) -> None:
    said = answer([lane(f"P{i:03}") for i in range(n)])
    page = paged(said, None)
    assert page.shown == min(n, PAGE)
    layout = drawn_of(said)["layout"]
    margin = layout["margin"]
    assert layout["height"] == height(page) == page.slots * LANE + margin["t"] + margin["b"]
    axis = layout["yaxis"]
    assert axis["tickvals"] == list(range(min(n, PAGE)))
    assert axis["range"] == [min(n, PAGE) - 0.5, -0.5]
    assert axis["tickfont"]["size"] < LANE


def test_pages_hold_every_lane_once_and_share_one_axis() -> None:
    said = answer([lane(f"P{i:03}", 10 + i) for i in range(130)])
    pages = [paged(said, {"page": p}) for p in (1, 2, 3)]
    assert [(p.first, p.last, p.n) for p in pages] == [
        (1, 60, 130),
        (61, 120, 130),
        (121, 130, 130),
    ]
    seen = [i for p in pages for s in p.sections for i in s.rows]
    assert seen == list(range(130))
    spans = {tuple(drawn_of(said, {"page": p})["layout"]["xaxis"]["range"]) for p in (1, 3)}
    assert len(spans) == 1


@pytest.mark.parametrize("asked", [0, -4, 99, "2", None, True, {"page": []}, 1.5])
def test_a_page_that_is_not_there_is_the_nearest(asked: object) -> None:
    said = answer([lane(f"P{i:03}") for i in range(70)])
    assert paged(said, {"page": asked}).page in {1, 2}
    assert paged(said, {"page": asked, "sort": "size", "group": ["x"]}).sort == "duration"


def test_groups_have_headings_with_counts_and_go_on_over_pages() -> None:
    said = answer([lane(f"P{i:03}") for i in range(140)])
    first, second = (paged(said, {"group": "backbone", "page": p}) for p in (1, 2))
    assert [(s.key, len(s.rows), s.n, s.more) for s in first.sections] == [
        ("eribulin", 60, 70, False)
    ]
    assert [(s.key, len(s.rows), s.n, s.more) for s in second.sections] == [
        ("eribulin", 10, 70, True),
        ("taxane", 50, 70, False),
    ]
    words = [
        a["text"] for a in drawn_of(said, {"group": "backbone", "page": 2})["layout"]["annotations"]
    ]
    assert "<b>Eribulin, 70 patients (continued)</b>" in words
    assert "<b>Taxane, 70 patients</b>" in words


def test_a_group_of_backbones_carries_that_nobody_was_randomised() -> None:
    seen = answer([lane("A"), lane("B")])

    def words(said: dict[str, Any], group: str) -> str:
        return str([a["text"] for a in drawn_of(said, {"group": group})["layout"]["annotations"]])

    assert "not randomised" not in words(seen, "none")
    assert "not randomised" in words(seen, "backbone")
    assert "not randomised" not in words({**seen, "randomised": True}, "backbone")


def test_words_of_an_export_are_text_and_nothing_else() -> None:
    hostile = "<b onclick=x>%{x}</b>"
    said = answer([lane(hostile, reason=hostile, prior=hostile)])
    said["patients"][0]["key"] = "abcdefghij"  # a key is made by us, never an export's word
    figure = drawn_of(said)
    assert hostile not in str(figure["layout"])
    assert not [t for t in figure["data"] if hostile in str(t.get("hovertext", ""))]
    assert not [t for t in figure["data"] if "%{x}" in str(t.get("hovertemplate", ""))]


def test_a_study_without_dates_says_so_and_still_lists_its_patients(said: Any) -> None:
    bare = [lane("A", None, origin=None, start=None, start_date=None, followed=None)]
    seen = answer(bare, doses_known=False, end_known=False)
    assert "no lane can be drawn" in said(lanes.draw(seen))
    assert "A" in said(table.draw(seen))


def test_what_the_export_lacks_is_said(said: Any) -> None:
    seen = answer(
        [lane("A")], responses_known=False, assessed=False, reason_known=False, deaths_known=False
    )
    words = said(lanes.draw(seen))
    for piece in ("no tumour response", "no reason for the end of treatment", "Dates of death"):
        assert piece in words


def test_nobody_is_said_and_makes_no_figure(said: Any) -> None:
    seen = answer([], filtered=True)
    assert "No patient is left by the filters" in said(lanes.draw(seen))
    assert "No patient is left by the filters" in said(table.draw(seen))
    assert lanes.rows(seen)[1] == []


def test_the_table_sorts_both_ways_and_leaves_the_unknown_last() -> None:
    seen = answer([lane("A", 50), lane("B", None), lane("C", 90), lane("D", 50)])

    def names(column: str, order: str) -> str:
        return "".join(seen["lanes"][i]["usubjid"] for i in table.ordered(seen, column, order))

    assert names("days", "ascending") == "ADCB"
    assert names("days", "descending") == "CADB"
    assert names("patient", "descending") == "DCBA"
    assert names("backbone", "ascending") == "BDAC"  # taxane before eribulin, as the study lists


def test_the_file_holds_every_lane_in_days() -> None:
    seen = answer(
        [
            lane(
                "A",
                markers=(marker("PR", 42, sure=True), marker("PD", 126)),
                segments=(Segment("PR", 42, 126, True, "PD"),),
                response_days=85,
                response_over=True,
                best="PR",
            )
        ]
    )
    header, rows = lanes.rows(seen)
    row = dict(zip(header, rows[0], strict=True))
    assert row["usubjid"] == "A"
    assert (row["treatment_days"], row["on_treatment"]) == (100, "no")
    assert (row["first_pr_day"], row["first_pr_confirmed"], row["progression_day"]) == (
        42,
        "yes",
        126,
    )
    assert (row["response_phases"], row["response_duration_days"]) == ("PR 42 to 126", 85)
    assert row["death_day"] is None
