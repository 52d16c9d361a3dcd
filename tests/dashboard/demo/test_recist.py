"""The demo's own RECIST 1.1 and censoring rules, on hand-written tables and against R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.demo.endpoints import duration_of_response, overall_survival, progression_free
from dashboard.demo.recist import (
    Assessment,
    Lesion,
    Response,
    best,
    best_confirmed,
    considered,
    overall_response,
    response_start,
    responses,
)


def records(days: list[int], terms: list[str]) -> list[Response]:
    return [
        Response(Assessment(f"V{i}", i, day, (), "NONE"), term, term, None, 0)
        for i, (day, term) in enumerate(zip(days, terms, strict=True))
    ]


def course(
    base: tuple[int, ...], *visits: tuple[int | None, ...], nodal: bool = False
) -> list[str]:
    lesions = [Lesion(f"T{i}", "X", nodal, s) for i, s in enumerate(base)]
    done = [Assessment(f"V{i}", i, 56 * (i + 1), v, "NONE") for i, v in enumerate(visits)]
    return [r.target for r in responses(lesions, done)]


@pytest.mark.parametrize(
    ("base", "visits", "expected"),
    [
        ((330,), [(231,)], ["PR"]),  # exactly -30%, which floats miss
        ((330,), [(232,)], ["SD"]),
        ((295,), [(354,)], ["PD"]),  # exactly +20% of nadir
        ((154,), [(204,)], ["PD"]),  # exactly 5 mm
        ((200,), [(240,)], ["SD"]),  # +20% but 4 mm
        ((270,), [(320,)], ["SD"]),  # 5 mm but +18.5%
        ((1000,), [(600,), (500,), (590,), (600,)], ["PR", "PR", "PR", "PD"]),
        ((400,), [(0,), (30,)], ["CR", "PD"]),  # measurable again after a nadir of zero
    ],
)
def test_target_response_at_its_limits(
    base: tuple[int, ...], visits: list[tuple[int | None, ...]], expected: list[str]
) -> None:
    assert course(base, *visits) == expected


def test_a_missing_lesion_is_not_evaluable_and_no_nadir() -> None:
    assert course((500, 500), (400, 400), (100, None), (400, 390)) == ["SD", "NE", "SD"]


def test_measured_lesions_alone_may_show_progression() -> None:
    assert course((500, 500), (1300, None)) == ["PD"]


def test_nodes_below_ten_millimetres_are_a_complete_response() -> None:
    assert course((200, 180), (99, 99), nodal=True) == ["CR"]
    assert course((200, 180), (100, 99), nodal=True) == ["PR"]


def test_progression_ends_what_is_considered_and_new_therapy_cuts_before() -> None:
    found = records([42, 84, 126], ["SD", "PD", "PR"])
    assert [r.overall for r in considered(found, None)] == ["SD", "PD"]
    assert [r.overall for r in considered(found, 84)] == ["SD", "PD"]
    assert [r.overall for r in considered(found, 42)] == []


def test_overall_response_equals_the_recist_tables(reference: dict[str, Any]) -> None:
    table = reference["recist_overall_table"]["expected"]
    for target, non_target, new, expected in zip(
        table["target"], table["nontarget"], table["new"], table["overall"], strict=True
    ):
        found = overall_response(target, non_target, new)
        assert (found if found != "NONE" else "NED") == expected, (target, non_target, new)


def test_best_response_equals_admiralonco(reference: dict[str, Any]) -> None:
    case = reference["bor_sequences"]
    expected = case["expected"]["default"]
    for i, name in enumerate(expected["subject"]):
        given = case["inputs"]["subjects"][name]
        counted = considered(records(given["day"], given["resp"]), None)
        for derive, column in ((best, "bor"), (best_confirmed, "cbor")):
            term, at = derive(counted, 0)
            assert term == expected[column][i], (name, column)
            assert (at.at.day if at else None) == expected[f"{column}_day"][i], (name, column)
        start = response_start(counted)
        assert (start.at.day if start else None) == expected["crsp_day"][i], name


def test_progression_free_survival_equals_r(reference: dict[str, Any]) -> None:
    case = reference["pfs_derivation"]
    compared = 0
    for name, given in case["inputs"]["patients"].items():
        if not given.get("baseline", True):
            continue  # every patient of the demo has a baseline scan
        known = [
            (d, r) for d, r in zip(given["day"], given["resp"], strict=True) if d <= given["cutoff"]
        ]
        found = records([d for d, _ in known], [r for _, r in known])
        death = given.get("death")
        ending = progression_free(
            found, 0, death if death and death <= given["cutoff"] else None, given.get("nact")
        )
        expected = case["expected"]["fda"][name]
        assert (ending.day, ending.code == 0, ending.days) == (
            expected["day"],
            expected["event"] == 1,
            expected["aval_days"],
        ), name
        compared += 1
    assert compared >= 15


def test_duration_of_response_runs_to_the_end_of_pfs() -> None:
    found = records([56, 112, 168], ["PR", "PR", "PD"])
    pfs = progression_free(found, 0, None, None)
    duration = duration_of_response(found, pfs)
    assert duration is not None
    assert (duration.days, duration.code) == (113, 0)
    assert duration_of_response(records([56], ["PR"]), pfs) is None


def test_overall_survival_censors_when_last_known_alive() -> None:
    assert (overall_survival(0, None, 99).days, overall_survival(0, None, 99).code) == (100, 1)
    assert overall_survival(0, 50, 50).event == "DEATH"


@pytest.fixture(scope="module")
def reference(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "reference" / "stat_reference.json").read_text())  # type: ignore[no-any-return]
