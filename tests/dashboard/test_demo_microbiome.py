"""The Microbiome page tells the simulated story of the demo, and answers for its work."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from scipy import stats

from dashboard.demo.truth import TAXON_SHIFT
from dashboard.factory import create_app
from dashboard.panels import SLOW
from dashboard.report import ReportOptions, metrics_report
from dashboard.settings import Settings
from tests.dashboard.conftest import BufferedClient
from tests.stores import demo_store


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    cut = demo_store(tmp_path_factory).open("synth-ino-tnbc")
    return metrics_report(cut, ReportOptions(only=("immune", "microbiome", "tissue")))


def test_simulated_changes_of_genera_lie_within_their_intervals(report):
    """log2 fold changes of LinDA, with the interval of its t test; only carriers can change."""
    found = report["microbiome"]["differential"]["paired"]
    n = found["n_first"]
    rows = {r["taxon"]: r for r in found["rows"]}
    for genus, truth in TAXON_SHIFT.items():
        row = rows[genus]
        t = stats.t.isf(row["sensitivity_p"] / 2, n - 1)
        half = stats.t.isf(0.025, n - 1) * abs(row["log2_fold"]) / t
        carriers = max(row["seen_first"], row["seen_second"]) / n
        assert abs(row["log2_fold"] - truth * carriers) < half, genus
        assert row["q"] < found["q"]
        assert row["sensitivity_q"] < found["q"]


def test_genera_that_do_not_change_are_seldom_found(report):
    found = report["microbiome"]["differential"]["paired"]
    others = [r for r in found["rows"] if r["taxon"] not in TAXON_SHIFT]
    both = [r for r in others if r["q"] < 0.1 and (r["sensitivity_q"] or 1) < 0.1]
    assert len(others) > 100
    assert len(both) <= 2


def test_no_sample_of_the_demo_was_swapped_and_the_failed_ones_enter_nothing(report):
    told = report["microbiome"]
    assert told["identity"]["swaps"] == told["identity"]["duplicates"] == []
    assert told["identity"]["nearest_own"] == told["identity"]["pairs"] == 48
    reasons = {o["reason"] for o in told["samples"]["left_out"]}
    assert reasons == {"failed its assay"}
    assert told["samples"]["depth_min"] >= 8000


def test_pairs_are_those_of_the_account(report):
    for kind in ("immune", "microbiome", "tissue"):
        pairs = report[kind]["pairs"]
        assert pairs["paired"]["x"] == len(pairs["pairs"])
        left = {u for g in pairs["gaps"] for u in g["patients"]}
        assert left.isdisjoint(pairs["pairs"])
        assert len(left) + len(pairs["pairs"]) == pairs["n"]
    for change in report["immune"]["paired"]:
        assert set(change["patients"]) <= set(report["immune"]["pairs"]["pairs"])


# --- POST /progress/<card> ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> FlaskClient:
    app = create_app(Settings(home=demo_store(tmp_path_factory).home))
    return BufferedClient(app.server)


ASKER = "0123456789abcdef"


def ask(client: FlaskClient, card: str = "microbiome-tests", **more: object):
    body = {"query": "", "asker": ASKER, "leaves": False, **more}
    return client.post(f"/progress/{card}", json=body)


def test_work_is_waited_for_and_then_there(client):
    # nobody asked for the view: nothing is made
    assert ask(client).get_json()["stage"] == "stopped"
    view = {"path": "/microbiome", "query": "", "page": None}
    lines = client.post("/view", json=view).get_data(as_text=True).splitlines()
    assert any("slot-microbiome-tests" in line for line in lines)
    for _ in range(600):
        state = ask(client).get_json()
        if state["stage"] == "done":
            break
        assert set(state) == {"stage", "done", "total"}
    assert state["stage"] == "done"
    again = client.post("/view", json=view).get_data(as_text=True)
    assert '"data-progress":"microbiome-tests"' not in again


def test_who_leaves_is_told_so(client):
    assert ask(client, leaves=True).get_json()["stage"] == "stopped"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (json.dumps({"query": "", "asker": ASKER}).encode(), 400),
        (json.dumps({"query": "", "asker": "me", "leaves": False}).encode(), 400),
        (json.dumps({"query": "é", "asker": ASKER, "leaves": False}).encode(), 400),
        (json.dumps({"query": "?study=no", "asker": ASKER, "leaves": False}).encode(), 400),
        (json.dumps({"query": "", "asker": ASKER, "leaves": 1}).encode(), 400),
        (b"[" * 100_000, 400),
    ],
)
def test_what_our_page_never_asks_is_refused_in_words(client, body, status):
    answer = client.post("/progress/microbiome-tests", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.get_data(as_text=True).strip()


def test_only_cards_made_in_the_background_have_work(client):
    assert ask(client, card="overview-status").status_code == 404
    assert ask(client, card="no-such-card").status_code == 404
    plain = client.post("/progress/microbiome-tests", data=b"x", content_type="text/plain")
    assert plain.status_code == 415
    assert set(SLOW) >= {"microbiome-tests", "microbiome-differential"}
