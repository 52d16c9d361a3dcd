"""The demo goes into a store by the same road as anybody's exports, and its faults are found."""

from __future__ import annotations

import pytest

from dashboard.demo import build_demo
from dashboard.demo.truth import CUTS, EDGE_CASES
from data_access.findings import Finding, Severity
from data_access.store import Cut, CutStore


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[CutStore, Cut, list[str]]:
    store = CutStore(tmp_path_factory.mktemp("store"))
    said: list[str] = []
    return store, build_demo(store, said.append), said


def errors(cut: Cut) -> list[Finding]:
    return [f for f in cut.findings if f.severity in (Severity.REJECT, Severity.ERROR)]


def test_three_cuts_are_stored_and_the_newest_returned(
    built: tuple[CutStore, Cut, list[str]],
) -> None:
    store, newest, said = built
    days = [summary.cut_date for summary in store.cuts(newest.study.id)]
    assert days == sorted(CUTS, reverse=True)
    assert newest.cut_date == CUTS[-1]
    assert newest.study.synthetic
    assert len(newest.domains) == 10
    assert any("cut 3 of 3" in line for line in said)


def test_the_only_error_found_is_the_backbone_that_was_mended(
    built: tuple[CutStore, Cut, list[str]],
) -> None:
    store, newest, _ = built
    found = {
        summary.cut_date: [
            (f.rule, f.domain, f.patients) for f in errors(store.open(newest.study.id, summary.id))
        ]
        for summary in store.cuts(newest.study.id)
    }
    assert found[CUTS[0]] == found[CUTS[1]] == []
    (only,) = found[CUTS[2]]
    assert only == ("check-group-changed", "ADSL", EDGE_CASES["backbone_misspelt"])


def test_building_again_writes_nothing_new(built: tuple[CutStore, Cut, list[str]]) -> None:
    store, newest, _ = built
    again = build_demo(store)
    assert again.id == newest.id
    assert len(store.cuts(newest.study.id)) == len(CUTS)
