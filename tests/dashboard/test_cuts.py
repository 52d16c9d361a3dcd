"""The Cuts page over the demo's three cuts: every cause is one that the simulation put there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.cuts import checks, findings, ledger, listing, records
from components.who import short
from dashboard.demo.exports import export
from dashboard.demo.truth import CUTS, DELETED, EDGE_CASES, MISSPELLING, REGRADED
from dashboard.panels import COMPARING, FRESH, PANELS
from dashboard.report.options import ReportOptions
from dashboard.report.report import metrics_report
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.stores import demo_store

Ask = Callable[..., dict[str, Any]]
NAMES = ("cuts-ledger", "cuts-records", "cuts-findings", "cuts-checks", "cuts-list")


@pytest.fixture(scope="session")
def demo_shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(demo_store(tmp_path_factory))


def results_of(shelf: Shelf) -> Results:
    return Results(shelf, PANELS, Flask(__name__), comparing=COMPARING, fresh=FRESH)


@pytest.fixture(scope="session")
def ask(demo_shelf: Shelf) -> Ask:
    """ask("cuts-ledger", cut=2, against=1, query="...")."""
    results = results_of(demo_shelf)
    study = demo_shelf.studies()[0].id
    ids = [c.id for c in reversed(demo_shelf.cuts(study))]  # oldest first

    def answer(name: str, cut: int = 3, against: int | None = None, query: str = "") -> Any:
        other = "" if against is None else f"&against={ids[against - 1][:16]}"
        asked = f"study={study}&cut={ids[cut - 1][:16]}{other}{query}"
        selection, _ = demo_shelf.resolve(asked)
        return results.panel(name, selection, Audience.FULL)

    return answer


def table(cut: int, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(cut)[f"{name}.csv"])))


def enrolled(cut: int) -> set[str]:
    return {r["USUBJID"] for r in table(cut, "adsl") if r["ENRLFL"] == "Y"}


def best(cut: int, paramcd: str) -> dict[str, str]:
    return {r["USUBJID"]: r["AVALC"] for r in table(cut, "adrs") if r["PARAMCD"] == paramcd}


def estimate(answer: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(e for e in answer["estimates"] if e["id"] == id_)


def causes(answer: dict[str, Any], id_: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for usubjid, cause, *_ in estimate(answer, id_)["moves"]:
        found.setdefault(cause, set()).add(usubjid)
    return found


# --- the ledger ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 3), (1, 3)])
def test_enrolment_is_what_the_exports_say(ask: Ask, then: int, now: int) -> None:
    answer = ask("cuts-ledger", now, then)
    moves = estimate(answer, "enrolled")["moves"]
    assert {m[0] for m in moves} == enrolled(now) - enrolled(then)
    assert {m[1] for m in moves} == {"enrolled"}


@pytest.mark.parametrize("query", ["", "&set=evaluable", "&backbone=taxane", "&f.AGE=30..50"])
@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 3), (1, 3)])
def test_every_ledger_adds_up(ask: Ask, then: int, now: int, query: str) -> None:
    answer = ask("cuts-ledger", now, then, query)
    assert answer["problem"] is None
    for e in answer["estimates"]:
        assert sum(m[2] for m in e["moves"]) == e["now"]["x"] - e["then"]["x"], e["id"]
        assert sum(m[3] for m in e["moves"]) == e["now"]["n"] - e["then"]["n"], e["id"]
    rate = answer["rate"]
    if rate["split"]:
        told = sum(s["change"] for s in rate["shares"])
        assert told == pytest.approx(rate["now"] - rate["then"], abs=1e-9)


@pytest.mark.parametrize(("cut", "query"), [(3, ""), (2, "&backbone=taxane"), (3, "&set=safety")])
def test_both_sides_are_what_the_pages_show(ask: Ask, cut: int, query: str) -> None:
    answer = ask("cuts-ledger", cut, cut - 1, query)
    for side, at in (("now", cut), ("then", cut - 1)):
        shown, harm = (
            ask("overview-efficacy", at, None, query),
            ask("overview-safety", at, None, query),
        )
        flags = {f["id"]: f["proportion"] for f in harm["overview"]["flags"]}
        pairs = {
            "orr": shown["window"]["interim"]["headline"],
            "dcr": shown["dcr"]["headline"],
            "deaths": shown["deaths"]["headline"],
            "related_grade3plus": flags["related_grade3plus"],
            "serious": flags["serious"],
        }
        for id_, expected in pairs.items():
            assert estimate(answer, id_)[side] == expected, (id_, side)
        pfs = estimate(answer, "pfs")[side]
        assert (pfs["x"], pfs["n"]) == (shown["pfs"]["curve"]["events"], shown["pfs"]["curve"]["n"])
        assert answer["rate"][side] == shown["pfs_rate"]["survival"]


def test_the_corrected_response_is_a_correction(ask: Ask) -> None:
    """One scan of one patient was transcribed wrongly until the third cut."""
    (patient,) = EDGE_CASES["corrected_to_sd"]
    moves = estimate(ask("cuts-ledger", 3, 2), "orr")["moves"]
    assert [m for m in moves if m[1] == "corrected"] == [
        [patient, "corrected", -1, 0, "PR", "SD+PR"]
    ]
    assert {m[0] for m in moves if m[2] < 0} == {patient}


@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 3)])
def test_newly_confirmed_responders_had_an_unconfirmed_response(
    ask: Ask, then: int, now: int
) -> None:
    """Read off the raw exports: CR or PR as best, and not yet as confirmed best, at the earlier."""
    found = causes(ask("cuts-ledger", now, then), "orr")
    gained = {m[0] for m in estimate(ask("cuts-ledger", now, then), "orr")["moves"] if m[2] > 0}
    response = {"CR", "PR"}
    first, confirmed = best(then, "BOR"), best(then, "CBOR")
    waiting = {u for u in gained & enrolled(then) if first[u] in response}
    assert found.get("confirmed", set()) == waiting
    assert all(confirmed[u] not in response for u in waiting)
    nothing = {u for u in gained & enrolled(then) if confirmed[u] in {"NE", "MISSING"}} - waiting
    assert found.get("evaluable", set()) == nothing
    assert "late" not in found  # the demo enters nothing late


def test_no_cause_but_the_simulated_ones_occurs(ask: Ask) -> None:
    """From the first to the second cut nothing was corrected at all."""
    for then, now, allowed in ((1, 2, set()), (2, 3, {"corrected"})):
        answer = ask("cuts-ledger", now, then)
        found = {m[1] for e in answer["estimates"] for m in e["moves"]}
        quiet = {"enrolled", "joined", "evaluable", "confirmed", "since"}
        assert found - quiet <= allowed, (then, now)


def test_deaths_since_are_those_dated_after_the_earlier_cut_off(ask: Ask) -> None:
    dead = {
        r["USUBJID"]
        for r in table(3, "adsl")
        if CUTS[1].isoformat() < r["DTHDT"] <= CUTS[2].isoformat()
    }
    found = causes(ask("cuts-ledger", 3, 2), "deaths")
    assert found["since"] == dead & enrolled(2)


def test_the_direction_does_not_depend_on_which_cut_is_open(ask: Ask) -> None:
    one, other = ask("cuts-ledger", 3, 2), ask("cuts-ledger", 2, 3)
    assert (one["then"], one["now"]) == (other["then"], other["now"])
    assert one["estimates"] == other["estimates"]
    assert one["rate"] == other["rate"]


def test_the_default_is_the_cut_before_and_is_pinned_in_the_link(ask: Ask) -> None:
    default, stated = ask("cuts-ledger", 3), ask("cuts-ledger", 3, 2)
    assert default == stated
    assert "against=" in default["query"]
    assert [c["current"] for c in default["choices"]] == [True, False]


def test_the_oldest_cut_has_nothing_before_it(ask: Ask) -> None:
    answer = ask("cuts-ledger", 1)
    assert answer["problem"] == "first"
    assert answer["estimates"] == []


# --- records -------------------------------------------------------------------------------------


def domain(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(d for d in answer["domains"] if d["domain"] == name)


def cells(answer: dict[str, Any], name: str, column: str) -> list[dict[str, Any]]:
    found = [c for c in domain(answer, name)["columns"] if c["column"] == column]
    return found[0]["cells"] if found else []


def test_the_simulated_corrections_are_found_with_old_and_new_value(ask: Ask) -> None:
    answer = ask("cuts-records", 3, 2)
    (mended,) = [c for c in cells(answer, "ADSL", "BACKBONE") if c["old"] is not None]
    assert (mended["usubjid"], mended["old"]) == (*EDGE_CASES["backbone_misspelt"], MISSPELLING.was)
    (grade,) = cells(answer, "ADAE", "AETOXGR")
    (regraded,) = REGRADED
    assert (grade["usubjid"], grade["old"], grade["new"]) == (
        *EDGE_CASES["grade_raised"], str(regraded.was_grade), "3",
    )  # fmt: skip
    (gone,) = domain(answer, "ADAE")["gone"]
    assert gone["usubjid"] == EDGE_CASES["event_deleted"][0]
    assert len(DELETED) == 1


def test_a_changed_value_stands_where_the_source_file_has_it(ask: Ask) -> None:
    """The row number leads to the very line of each export."""
    answer = ask("cuts-records", 3, 2)
    (grade,) = cells(answer, "ADAE", "AETOXGR")
    for cut, side, value in ((2, "then", "old"), (3, "now", "new")):
        lines = export(cut)["adae.csv"].splitlines()
        row = dict(
            zip(
                next(csv.reader(lines[:1])),
                next(csv.reader([lines[grade[side]["row"] - 1]])),
                strict=True,
            )
        )
        assert (row["USUBJID"], row["AETOXGR"]) == (grade["usubjid"], grade[value])


@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 3)])
def test_rows_are_counted_as_the_exports_have_them(ask: Ask, then: int, now: int) -> None:
    answer = ask("cuts-records", now, then)
    for name in ("ADSL", "ADRS", "ADTR", "ADAE", "ADEX", "ADLB"):
        d = domain(answer, name)
        assert d["rows_then"] == len(table(then, name.lower()))
        assert d["rows_now"] == len(table(now, name.lower()))
        assert d["rows_then"] - d["removed"] + d["added"] == d["rows_now"]
    assert answer["vanished"] == []
    assert answer["study_changes"] == []


# --- findings, checks, list ----------------------------------------------------------------------


def test_findings_are_those_of_the_overview(ask: Ask) -> None:
    shown, counted = ask("cuts-findings"), ask("overview-quality")
    for group in counted["groups"]:
        mine = [f for f in shown["findings"] if f["severity"] == group["severity"]]
        assert len(mine) == group["n"]


def test_findings_can_be_chosen_by_severity_domain_and_words(ask: Ask) -> None:
    answer = ask("cuts-findings")

    def left(**chosen: Any) -> list[dict[str, Any]]:
        held = {
            "severity": ["error", "warning", "note"],
            "domain": findings.ANY,
            "search": "",
            **chosen,
        }
        return [f for _, f in findings.chosen_findings(answer, held)]

    assert left() == answer["findings"]
    assert {f["severity"] for f in left(severity=["warning"])} == {"warning"}
    assert {f["domain"] for f in left(domain="ADAE")} == {"ADAE"}
    assert {f["rule"] for f in left(search="CHECK-GROUP")} == {"check-group-changed"}
    assert left(search="no such words") == []
    assert left(severity="error") == []  # not what the page ever sends


def test_mismatches_are_those_of_the_metrics(demo_shelf: Shelf, ask: Ask) -> None:
    study = demo_shelf.studies()[0].id
    cut = demo_shelf.open(study, demo_shelf.cuts(study)[0].id).cut
    told = metrics_report(cut, ReportOptions())["checks"]
    answer = ask("cuts-checks")
    keys = ("endpoint", "patient", "exported", "derived", "reason")
    assert [dict(zip(keys, i[:5], strict=True)) for i in answer["items"]] == told


def test_the_list_names_every_cut_its_files_and_their_digests(ask: Ask, demo_shelf: Shelf) -> None:
    answer = ask("cuts-list", 2)
    assert [c["date"] for c in answer["cuts"]] == [d.isoformat() for d in reversed(CUTS)]
    assert [c["newest"] for c in answer["cuts"]] == [True, False, False]
    assert [c["here"] for c in answer["cuts"]] == [False, True, False]
    study = demo_shelf.studies()[0].id
    for c in answer["cuts"]:
        opened = demo_shelf.open(study, c["id"]).cut
        assert {s["sha256"] for s in c["sources"]} == {s.sha256 for s in opened.sources}
        assert (
            c["digest"]
            == metrics_report(opened, ReportOptions(only=("maturity",)))["cut"]["digest"]
        )


# --- what is drawn -------------------------------------------------------------------------------


@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 3)])
def test_every_fold_of_the_ledger_lists_its_patients(
    ask: Ask, said: Callable[[Any], str], then: int, now: int
) -> None:
    answer = ask("cuts-ledger", now, then)
    for e in answer["estimates"]:
        for cause, mine in ledger.grouped(e["moves"]):
            pages = -(-len(mine) // 12)
            told = " ".join(
                said(ledger.unfold(answer, f"{e['id']}:{cause}", page)) for page in range(pages)
            )
            assert all(short(answer, m[0]) in told for m in mine)


def test_files_hold_what_the_cards_say(ask: Ask) -> None:
    answer = ask("cuts-ledger")
    header, rows = ledger.rows(answer)
    assert all(len(r) == len(header) for r in rows)
    moves = sum(len(e["moves"]) for e in answer["estimates"])
    assert sum(bool(r[6]) for r in rows) == moves
    for card, name in (
        (records, "cuts-records"),
        (findings, "cuts-findings"),
        (checks, "cuts-checks"),
        (listing, "cuts-list"),
    ):
        header, rows = card.rows(ask(name))
        assert all(len(r) == len(header) for r in rows), name


def test_no_answer_is_kept_that_depends_on_the_store(tmp_path: Path) -> None:
    """A second import shows at once in the list of cuts and as the cut to compare with."""
    from tests.dashboard.written import ADRS, ADSL, CUT_DATE, import_written

    store = CutStore(tmp_path / "home")
    import_written(store, tmp_path / "one", adsl=ADSL, adrs=ADRS)
    shelf = Shelf(store)
    results = results_of(shelf)
    selection, _ = shelf.resolve("")
    assert results.panel("cuts-ledger", selection, Audience.FULL)["problem"] == "single"
    assert len(results.panel("cuts-list", selection, Audience.FULL)["cuts"]) == 1
    earlier = CUT_DATE.replace(month=5)
    adrs = "".join(line for line in ADRS.splitlines(keepends=True) if "P07" not in line)
    import_written(store, tmp_path / "two", adsl=ADSL, adrs=adrs, cut_date=earlier)
    assert len(results.panel("cuts-list", selection, Audience.FULL)["cuts"]) == 2
    assert results.panel("cuts-ledger", selection, Audience.FULL)["problem"] is None
