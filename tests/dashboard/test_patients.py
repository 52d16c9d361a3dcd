"""The Patients pages over the hand-written trial: who is listed, in which order; one patient."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from components.patients import absent, course, facts, listing, quality, records
from dashboard.factory import create_app
from dashboard.listing import COLUMNS, ORDERS, Arranged, arranged, columns_of, first_order, searched
from dashboard.pages import page_at, patient, patients
from dashboard.pages.page import About, Context
from dashboard.panels.listing import listing as listed
from dashboard.panels.listing import neighbours
from dashboard.panels.patient import NotShownError, profile
from dashboard.results import Audience, Results, View
from dashboard.selection import Selection, SelectionError
from dashboard.settings import Settings
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, STUDY, import_written

Said = Callable[[Any], str]

ADAE = """\
USUBJID,AESEQ,AEDECOD,AEBODSYS,AETOXGR,AESER,AEREL,ASTDT,AENDT,AEOUT
P01,1,NEUTROPENIA,BLOOD,3,N,Y,2024-10-10,2024-10-20,RECOVERED/RESOLVED
P01,2,GOUT,MUSCULOSKELETAL,2,Y,Y,2025-04-25,,NOT RECOVERED/NOT RESOLVED
P02,1,NAUSEA,GI,1,N,N,2024-09-20,2024-09-25,RECOVERED/RESOLVED
P09,1,HEADACHE,NERVOUS,1,N,N,2025-01-20,2025-01-21,RECOVERED/RESOLVED
"""
ADTR = """\
USUBJID,PARAMCD,PARAM,ADT,AVAL,ABLFL
P01,SDIAM,Sum of diameters,2024-09-26,80,Y
P01,SDIAM,Sum of diameters,2024-11-12,50,
P01,SDIAM,Sum of diameters,2024-12-24,40,
P02,SDIAM,Sum of diameters,2024-09-26,50,Y
P02,SDIAM,Sum of diameters,2024-11-12,48,
P02,SDIAM,Sum of diameters,2024-12-24,65,
"""
ADEX = """\
USUBJID,EXTRT,ASTDT,AENDT,EXDOSE,EXPLDOS,EXDOSU,EXACN,EXADJ,CYCLE
P01,INOSINE,2024-10-01,2024-10-21,600,600,mg,,,1
P01,INOSINE,2024-10-22,2024-11-11,400,600,mg,DOSE REDUCED,ADVERSE EVENT,2
P01,PACLITAXEL,2024-10-01,2024-10-01,80,80,mg/m2,,,1
"""
ADLB = """\
USUBJID,PARAMCD,PARAM,ADT,AVAL,AVALU,ANRLO,ANRHI
P01,URATE,Urate,2024-09-30,300,umol/L,150,360
P01,URATE,Urate,2024-10-22,455,umol/L,150,360
"""
ADIM = """\
USUBJID,PARAMCD,SAMPLEID,AVISIT,ADT,AVAL,DUEFL,TAKENFL,PASSFL,REASND
P01,SAMPLE,B1,BASELINE,2024-09-28,1,Y,Y,Y,
P01,SAMPLE,,WEEK 6,,,Y,N,,TUBE NOT SENT
"""
TABLES = {"adae": ADAE, "adtr": ADTR, "adex": ADEX, "adlb": ADLB, "adim": ADIM}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patients")
    import_written(CutStore(folder / "home"), folder / "w", adsl=ADSL, adrs=ADRS, **TABLES)
    return folder / "home"


@pytest.fixture(scope="module")
def context(home: Path) -> Context:
    app = create_app(Settings(home=home))
    shelf = Shelf(CutStore(home))
    results = Results(shelf, {}, app.server)
    return Context(shelf, results, lambda: Audience.FULL)


@pytest.fixture(scope="module")
def client(home: Path) -> Any:
    return create_app(Settings(home=home)).server.test_client()


@pytest.fixture
def view(context: Context) -> Callable[..., View]:
    def make(query: str = "") -> View:
        selection, _ = context.shelf.resolve(query)
        return context.results.view(selection, Audience.FULL)

    return make


@pytest.fixture
def shown(context: Context) -> Callable[..., Any]:
    """The answer about a patient by USUBJID, as the page asks for it."""

    def ask(usubjid: str, query: str = "", *beside: str) -> Any:
        selection, opened = context.shelf.resolve(query)
        if beside:
            keys = ",".join(opened.keys.key(u) for u in beside)
            selection, _ = context.shelf.resolve(f"{query}&with={keys}".lstrip("&"))
        return patient.ask(context, selection, Audience.FULL, About(opened.keys.key(usubjid)))

    return ask


def ids(answer: Any) -> list[str]:
    return [row["usubjid"] for row in answer["rows"]]


def asked(**values: Any) -> str:
    return json.dumps(values)


# --- the listing ---------------------------------------------------------------------------------


def test_every_patient_of_the_selection_is_listed_once_and_nobody_else(view):
    assert ids(listed(view())) == [f"P0{i}" for i in range(1, 10)]  # P10 failed screening
    assert ids(listed(view("backbone=taxane"))) == ["P01", "P02", "P06"]
    assert ids(listed(view("set=safety"))) == [f"P0{i}" for i in range(1, 9)]


def test_a_line_says_what_the_other_pages_say(view):
    first, second = listed(view())["rows"][:2]
    assert (first["best"], first["change"], first["days"]) == ("PR", -50, 213)
    assert (first["state"], first["grade"], first["serious"], first["events"]) == ("ended", 3, 1, 2)
    assert first["samples"] == {"blood": [1, 2]}
    # the nausea of P02 began and ended before the first dose: not treatment-emergent
    assert (second["best"], second["grade"], second["events"]) == ("SD", -1, 0)
    assert (second["pfs"], second["pfs_event"], second["death"]) == (85, True, 120)


def test_who_is_outside_the_safety_set_has_a_dash_and_not_a_zero(view, said: Said):
    answer = listed(view())
    undosed = next(r for r in answer["rows"] if r["usubjid"] == "P09")
    assert undosed["grade"] == -2
    assert listing.grade_cell(answer, undosed) == "–"
    assert listing.CELLS["serious"](answer, undosed) == "–"


@pytest.mark.parametrize(
    ("order", "first"),
    [("patient", "P01"), ("-patient", "P09"), ("best", "P03"), ("change", "P01"), ("age", "P06"),
     ("-age", "P04"), ("-days", "P03"), ("backbone", "P01"), ("-grade", "P01"), ("death", "P04")],
)  # fmt: skip
def test_orders(view, order, first):
    assert ids(listed(view(), asked(order=order)))[0] == first


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_lists_everybody_and_what_is_missing_last(view, order):
    answer = listed(view(), asked(order=order))
    assert sorted(ids(answer)) == [f"P0{i}" for i in range(1, 10)]
    column = order.removeprefix("-")
    if column in {"change", "pfs", "death", "age"}:
        known = [row[column] is not None for row in answer["rows"]]
        assert known == sorted(known, reverse=True)


def test_search_finds_by_patient_drug_and_reason(view):
    assert ids(listed(view(), asked(find="p03"))) == ["P03"]
    assert ids(listed(view(), asked(find="eribulin"))) == ["P03", "P04", "P09"]
    assert ids(listed(view(), asked(find="eribulin p04"))) == ["P04"]
    nobody = listed(view(), asked(find="<script>"))
    assert (nobody["rows"], nobody["matching"], nobody["n"]) == ([], 0, 9)


def test_the_list_can_be_narrowed_and_says_how_many_each_way_holds(view):
    answer = listed(view(), asked(shown="serious"))
    assert ids(answer) == ["P01"]
    assert answer["shown"]["all"] == 9
    assert answer["shown"]["died"] == 2
    assert answer["shown"]["on"] + answer["shown"]["off"] == 8
    assert ids(listed(view(), asked(shown="nonsense"))) == [f"P0{i}" for i in range(1, 10)]


def test_columns_are_those_the_export_can_fill(view, said: Said):
    answer = listed(view())
    assert "ecog" not in answer["columns"]
    assert "line" not in answer["columns"]
    words = said(listing.draw(answer))
    assert "ECOG" not in words
    assert "Best response, confirmed" in words


def test_a_chosen_column_shows_and_the_patient_always_does(view, said: Said):
    answer = listed(view())
    assert columns_of(["age"], answer["columns"]) == ("patient", "age")
    assert columns_of("nonsense", answer["columns"])[0] == "patient"
    assert "Death, day" not in said(listing.rows_of(answer))
    assert "Death, day" in said(listing.rows_of(answer, ["death"]))


def test_without_pfs_overall_survival_is_shown_in_its_place():
    assert "os" in columns_of(None, ("patient", "best", "os"))
    assert "os" not in columns_of(None, ("patient", "pfs", "os"))


def test_what_a_store_holds_is_never_believed():
    assert arranged({"page": -1, "find": ["x"], "shown": "all; drop"}, "nonsense") == Arranged()
    assert arranged({"page": 3, "order": "-age"}, "-age").page == 3
    assert arranged({"page": 3, "order": "-age"}, "age").page == 1
    assert searched("a\x00b\u202ec\n d") == "abc d"
    assert len(searched("x" * 400)) == 40
    assert {first_order(c).removeprefix("-") for c in COLUMNS} == set(COLUMNS)


def test_an_order_is_part_of_the_address_and_of_no_result(context):
    selection, _ = context.shelf.resolve("order=-age")
    assert "order" not in selection.query()
    assert selection.address().endswith("&order=-age")
    assert context.shelf.resolve("order=patient")[0].order == ""
    with pytest.raises(SelectionError):
        context.shelf.resolve("order=AGE;--")


def test_the_file_holds_every_patient_and_every_column(client):
    answer = client.get("/download/patients-listing.csv?backbone=taxane")
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    head = next(i for i, line in enumerate(lines) if line[0] == "usubjid")
    rows = [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]
    assert [r["usubjid"] for r in rows] == ["P01", "P02", "P06"]
    assert (
        rows[0]["best_change_percent"] == "'-50.0" or float(rows[0]["best_change_percent"]) == -50
    )
    assert rows[0]["blood_usable"] == "1"
    assert any("Taxane" in cell for line in lines[:head] for cell in line)


def test_every_row_has_a_switch_and_the_pager_knows_who_is_on_another_page(
    view, monkeypatch: pytest.MonkeyPatch
):
    whole = listed(view(), asked())
    assert whole["everyone"] == ""  # one page holds everybody: nobody is elsewhere
    for module in ("dashboard.listing", "dashboard.panels.listing", "components.patients.listing"):
        monkeypatch.setattr(f"{module}.ROWS", 3)
    answer = listed(view(), asked(page=2, shown="off"))
    everyone = answer["everyone"].split()
    on_page = [row["key"] for row in answer["rows"]]
    assert len(everyone) == answer["matching"] == answer["shown"]["off"]
    assert everyone[3:] == on_page
    drawn = str(listing.rows_of(answer))
    assert re.findall(r"data-pin='(\w+)'", drawn) == on_page
    assert f"data-everyone='{answer['everyone']}'" in drawn


# --- previous and next ---------------------------------------------------------------------------


def test_neighbours_follow_the_order_of_the_listing(view):
    around = neighbours(view(), Arranged("-age"), "P02")
    order = ids(listed(view(), asked(order="-age")))
    at = order.index("P02")
    assert (around["at"], around["n"]) == (at + 1, 9)
    assert around["before"]["id"] == order[at - 1]
    assert around["after"]["id"] == order[at + 1]


def test_the_first_has_nobody_before_and_the_last_nobody_after(view):
    assert neighbours(view(), Arranged(), "P01")["before"] is None
    assert neighbours(view(), Arranged(), "P09")["after"] is None
    assert neighbours(view("backbone=eribulin"), Arranged(), "P03")["after"]["id"] == "P04"


def test_neighbours_follow_whom_the_listing_shows(view):
    narrowed = Arranged("-age", shown="off")
    order = ids(listed(view(), asked(order="-age", shown="off")))
    assert 1 < len(order) < 9
    around = neighbours(view(), narrowed, order[1])
    assert (around["at"], around["n"], around["shown"]) == (2, len(order), "off")
    assert around["before"]["id"] == order[0]
    outside = next(u for u in ids(listed(view())) if u not in order)
    whole = neighbours(view(), narrowed, outside)
    assert (whole["n"], whole["shown"], whole["find"]) == (9, "all", "")


def test_neighbours_follow_a_search_but_never_one_for_an_id(view):
    found = listed(view(), asked(find="erib"))
    order = ids(found)
    assert not found["by_id"]
    around = neighbours(view(), Arranged(find="erib"), order[0])
    assert (around["n"], around["find"]) == (len(order), "erib")
    assert around["after"]["id"] == order[1]
    by_id = listed(view(), asked(find="p03"))
    assert (ids(by_id), by_id["by_id"]) == (["P03"], True)
    assert neighbours(view(), Arranged(find="p03"), "P03")["n"] == 9


def test_how_a_listing_stands_is_part_of_the_address_and_of_no_result(context):
    selection, _ = context.shelf.resolve("order=-age&shown=off&find=a%20b")
    assert selection.listed() == f"{selection.query()}&order=-age&shown=off&find=a%20b"
    assert "find" not in selection.query()
    assert context.shelf.resolve("shown=all")[0].shown == ""
    for query in ("shown=nobody", "find=a%00b", f"find={'x' * 41}", "find=a&find=b"):
        with pytest.raises(SelectionError):
            context.shelf.resolve(query)


def test_the_address_stands_until_the_reader_arranges_otherwise():
    assert arranged({}, "patient", "off", "erib") == Arranged(shown="off", find="erib")
    assert arranged({"find": ""}, "patient", "off", "erib") == Arranged(shown="off")


# --- one patient ---------------------------------------------------------------------------------


def test_a_profile_holds_what_the_records_hold(view):
    found = profile(view(), "P01")
    assert [d["label"] for d in found["doses"]["drugs"]] == ["Inosine", "Paclitaxel"]
    reduced = found["doses"]["records"][1]
    assert (reduced["change"], reduced["reason"]) == ("reduced", "Adverse event")
    assert [v["overall"] for v in found["tumour"]["visits"]] == ["PR", "PR"]
    assert [v["percent"] for v in found["tumour"]["visits"]] == [-37.5, -50]
    assert [e["term"] for e in found["events"]["records"]] == ["Neutropenia", "Gout"]
    assert [p["side"] for p in found["labs"]["series"][0]["points"]] == ["", "high"]
    assert [s["state"] for s in found["samples"]["records"]] == ["usable", "not taken"]
    assert found["events"]["records"][0]["place"] == {"file": "adae.csv", "row": 2}
    json.dumps(found, allow_nan=False)


def test_facts_in_a_physicians_words(shown, said: Said):
    answer = shown("P01")
    words = said(facts.draw(answer["answers"], answer["around"]))
    assert "Partial response, confirmed First seen on day 42, confirmed on day 84." in words
    assert "Off, reason not stated" in words
    assert "2 treatment-emergent, 1 serious" in words
    assert "1 of 9 in this selection, by patient" in words
    assert "First of the list" in words


def test_progression_says_from_where(shown, said: Said):
    words = said(records.draw(shown("P02")["answers"][0]))
    assert "Sum +35.4% (17 mm) above the smallest of 48 mm" in words
    assert "adrs.csv 5; adtr.csv 7" in words


def test_folded_tables_ride_along_as_data(shown):
    card = records.draw(shown("P01")["answers"][0])
    tables = [
        json.loads(part["props"]["data-records"])
        for part in _parts(json.loads(json.dumps(card.to_plotly_json(), default=_plain)))
        if "data-records" in part.get("props", {})
    ]
    assert [t["title"] for t in tables] == [
        "Adverse events",
        "Doses",
        "Laboratory values",
        "Samples",
    ]
    assert all(len(row) == len(t["head"]) == len(t["numbers"]) for t in tables for row in t["rows"])
    doses = tables[1]
    assert doses["rows"][1][doses["head"].index("Given")] == "400 mg"
    assert doses["rows"][1][doses["head"].index("Planned")] == "600 mg"
    assert "Dose reduced: adverse event" in doses["rows"][1]


def test_a_patient_without_anything_says_so(shown, said: Said):
    answer = shown("P08")
    words = said(course.draw(answer["answers"]))
    assert "No laboratory value of this patient is on record." in words
    assert "No tumour assessment of this patient is on record." in words
    assert "No adverse event of this patient is on record." in words
    beside = _annotations(course.draw(shown("P01", "", "P08")["answers"]))
    assert "No assessment on record" in beside  # the panel of the other stands empty, and says so


def test_domains_that_are_not_exported_are_said(context, tmp_path, said: Said):
    home = tmp_path / "home"
    import_written(CutStore(home), tmp_path / "w", adsl=ADSL)
    shelf = Shelf(CutStore(home))
    bare = Context(
        shelf, Results(shelf, {}, create_app(Settings(home=home)).server), context.audience
    )
    selection, opened = shelf.resolve("")
    answer = patient.ask(bare, selection, Audience.FULL, About(opened.keys.key("P01")))
    words = said(course.draw(answer["answers"]))
    for domain in ("ADEX", "ADTR", "ADRS", "ADAE", "ADLB", "ADIM"):
        assert domain in words
    assert "Not in the export." in said(records.draw(answer["answers"][0]))


def test_two_side_by_side_share_one_axis(shown, said: Said):
    answer = shown("P01", "", "P02")
    assert [a["patient"]["usubjid"] for a in answer["answers"]] == ["P01", "P02"]
    figures = _figures(course.draw(answer["answers"]))
    assert len(figures) == 2
    assert figures[0]["layout"]["xaxis"]["range"] == figures[1]["layout"]["xaxis"]["range"]
    assert figures[0]["layout"]["yaxis2"]["domain"] == figures[1]["layout"]["yaxis2"]["domain"]
    words = said(facts.draw(answer["answers"], answer["around"]))
    assert "Patient P01 Patient P02" in words


def test_three_at_most_and_never_twice_the_same(shown, context):
    answer = shown("P01", "", "P02", "P01", "P03", "P04")
    assert [a["patient"]["usubjid"] for a in answer["answers"]] == ["P01", "P02"]


def test_a_key_that_no_patient_has(context, said: Said):
    selection, _ = context.shelf.resolve("")
    answer = patient.ask(context, selection, Audience.FULL, About("aaaaaaaaaa"))
    assert answer["problem"] == "unknown"
    assert "No such patient in this cut" in said(absent.draw(answer))


def test_a_patient_outside_the_filters_is_not_shown(shown, view, said: Said):
    answer = shown("P01", "backbone=eribulin")
    assert answer["problem"] == "outside"
    words = said(absent.draw(answer))
    assert "Patient P01 is not among the 3 patients shown: outside the chosen filters." in words
    assert "Show without filters" in words
    with pytest.raises(NotShownError):
        profile(view("backbone=eribulin"), "P01")


def test_a_screen_failure_is_not_shown_and_no_filter_is_blamed(shown, said: Said):
    answer = shown("P10")
    assert answer["problem"] == "outside"
    assert "Show without filters" not in said(absent.draw(answer))


def test_a_patient_beside_whom_the_filters_leave_out_leaves_the_other_alone(shown):
    answer = shown("P03", "backbone=eribulin", "P01")
    assert [a["patient"]["usubjid"] for a in answer["answers"]] == ["P03"]


def test_checks_of_one_patient(context, said: Said):
    selection, opened = context.shelf.resolve("")
    answer = patient.ask_checks(context, selection, Audience.FULL, About(opened.keys.key("P02")))
    words = said(quality.draw(answer["answers"][0]))
    assert "What the checks say about this patient" in words
    for finding in answer["answers"][0]["findings"]:
        assert finding["sentence"]


# --- addresses -----------------------------------------------------------------------------------


def test_a_patients_page_stands_below_the_listing():
    assert page_at("/patients")[0] is patients.PAGE
    assert page_at("/patients/")[0] is patients.PAGE
    assert page_at("/patients/abcdefgh23") == (patient.PAGE, "abcdefgh23")
    for path in ("/patients/P01", "/patients/ABCDEFGH23", "/patients/abcdefgh23/x", "/patient"):
        assert page_at(path) == (None, "")


def test_the_document_says_whether_a_page_stands_there(client):
    assert client.get("/patients/abcdefgh23").status_code == 200
    assert client.get("/patients/P01").status_code == 404


def test_no_address_holds_a_patients_id(shown, view):
    answer = listed(view())
    assert not any("P0" in listing.address(answer, row["key"]) for row in answer["rows"])
    text = json.dumps(facts.draw(shown("P03")["answers"], shown("P03")["around"]), default=_plain)
    links = text.split('"href": "')[1:]
    assert links
    assert not any("P0" in link.split('"')[0] for link in links)


def test_the_cards_of_a_patient_show_their_code(client, context, shown):
    key = context.shelf.resolve("")[1].keys.key("P01")
    answer = shown("P01")
    drawn = (
        facts.draw(answer["answers"], answer["around"]),
        course.draw(answer["answers"]),
        records.draw(answer["answers"][0]),
    )
    for name, card in zip(("facts", "course", "records"), drawn, strict=True):
        address = f"/code/patient-{name}/{key}.json?{answer['answers'][0]['query']}"
        assert address in str(card)
        assert f'patient("{key}")' in client.get(address).get_json()["code"]
    assert client.get(f"/code/patient-facts/{key}.json?backbone=eribulin").status_code == 404


def test_the_file_of_a_patient_holds_its_records(client, context):
    _, opened = context.shelf.resolve("")
    key = opened.keys.key("P01")
    answer = client.get(f"/download/patient-course/{key}.csv")
    assert answer.status_code == 200
    assert f"http://localhost/patients/{key}?study=" in answer.get_data(as_text=True)
    text = answer.get_data(as_text=True)
    assert "Gout" in text
    assert "adlb.csv 3" in text
    assert client.get("/download/patient-course/aaaaaaaaaa.csv").status_code == 404
    assert client.get(f"/download/patient-course/{key}.csv?backbone=eribulin").status_code == 404
    assert client.get("/download/patient-course/P01.csv").status_code == 404


# --- helpers -------------------------------------------------------------------------------------


def _plain(part: Any) -> Any:
    return part.to_plotly_json()


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _parts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _parts(value)


def _figures(card: Any) -> list[dict[str, Any]]:
    tree = json.loads(json.dumps(card.to_plotly_json(), default=_plain))
    return [p["props"]["figure"] for p in _parts(tree) if "figure" in p.get("props", {})]


def _annotations(card: Any) -> list[str]:
    return [a["text"] for f in _figures(card) for a in f["layout"]["annotations"]]


def test_the_study_of_these_tests_is_the_written_one():
    assert 'id = "written"' in STUDY
    assert isinstance(Selection("written", "0" * 64).address(), str)
