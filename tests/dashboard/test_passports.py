"""Every number shown has a definition, and every definition is told: both ways, on every card."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask import Flask

from dashboard.definitions.registry import BY_ID
from dashboard.pages import PAGES
from dashboard.pages.methods import CARDS as METHODS
from dashboard.pages.page import About, Card, Context
from dashboard.panels import PANELS, SLOW
from dashboard.passports import panel_name, passport_panels
from dashboard.results import Audience, Results, View
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.numbered import asked, marks, names_of, unmarked
from tests.dashboard.written import ADSL, import_written
from tests.stores import demo_store, real_store

#: the Methods page is the definitions themselves
CARDS = [c for p in PAGES for c in p.cards if c not in METHODS]
#: what the id of every patient of the demo starts with
PREFIX = "SYNTH-INO-TNBC-"
#: cards about one patient, or that a reader arranges: asked for with more than the view
ASKED = [c for c in CARDS if c.ask is not None]
NAMES = [c.name for c in CARDS]

#: views of the demo: whole, filtered, nearly nobody, nobody, other sets, readings and endpoints
DEMO = (
    "",
    "set=evaluable&backbone=eribulin",
    "backbone=eribulin&backbone=taxane&group=backbone",
    "backbone=anthracycline&f.SEX=F&f.AGE=..45",
    "f.AGE=..1",
    "set=safety&rules=ema&endpoint=OS",
    "endpoint=DOR&group=backbone",
    "lab=NEUT",
)


#: what a reader has opened inside a card
HELD = {"safety-terms": {"cell": ["Investigations", "", "any"]}}


@dataclass(frozen=True)
class Seen:
    """A shelf with its results, and the views to be looked at."""

    shelf: Shelf
    results: Results
    queries: tuple[str, ...]

    def views(self) -> Iterator[View]:
        for query in self.queries:
            selection, _ = self.shelf.resolve(query)
            yield self.results.view(selection, Audience.FULL)

    def answer(self, card: str | Card, view: View) -> Any:
        """What a card is drawn from; one about a patient is about the first in view."""
        if isinstance(card, str):
            return self.results.panel(card, view.selection, Audience.FULL)
        if card.ask is None:
            return self.results.panel(card.panel or card.name, view.selection, Audience.FULL)
        people = view.members.patients or tuple(view.analysis.adsl["USUBJID"])
        context = Context(self.shelf, self.results, lambda: Audience.FULL)
        key = view.keys.key(people[0]) if card.name.startswith(("patient-", "safety-event")) else ""
        if card.name.startswith("safety-event"):
            key = f"{key}-1"
        about = About(key, HELD.get(card.name))
        return card.ask(context, view.selection, Audience.FULL, about)


def seen(store: CutStore, study: str, queries: tuple[str, ...] = ("",)) -> Seen:
    shelf = Shelf(store)
    results = Results(shelf, {**PANELS, **passport_panels()}, Flask(__name__), slow=SLOW)
    return Seen(shelf, results, tuple(f"study={study}&{q}".rstrip("&") for q in queries))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return seen(demo_store(tmp_path_factory), "synth-ino-tnbc", DEMO)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The hand-written trial, ADSL alone, and no responses."""
    folder = tmp_path_factory.mktemp("written")
    store = CutStore(folder / "home")
    import_written(store, folder / "trial")
    return seen(store, "written", ("", "f.SEX=M", "set=evaluable"))


@pytest.fixture(scope="module", params=["bare", "silent"])
def lacking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp(request.param)
    store = CutStore(folder / "home")
    adsl = ADSL if request.param == "silent" else "USUBJID,SEX\nA1,F\nA2,M\n"
    study = f'[study]\nid = "{request.param}"\ntitle = "T"\n'
    import_written(store, folder / "trial", study=study, adsl=adsl)
    return seen(store, request.param)


def hold(seen: Seen, card: Card) -> set[str]:
    """The card keeps the rule in every view; the definitions it used are handed back."""
    used: set[str] = set()
    for view in seen.views():
        drawn = card.draw(seen.answer(card, view))
        if drawn is None:
            continue  # nobody to show
        where = f"{card.name} in {view.selection.query()}"
        bare = unmarked(drawn, names_of(view))
        assert not bare, f"numbers without a definition on {where}: {bare[:5]}"
        told = set(card.metrics(view) if callable(card.metrics) else card.metrics)
        mine = marks(drawn)
        assert mine <= told, f"{where} has marks it does not tell: {mine - told}"
        opened = set(asked(drawn))
        assert opened <= told, f"{where} asks for what it does not tell: {opened - told}"
        used |= mine
    return used


@pytest.mark.parametrize("card", CARDS, ids=NAMES)
def test_every_number_of_the_demo_has_a_definition(demo: Seen, card: Card) -> None:
    """And every definition a card tells is that of a number it shows in one of the views."""
    used = hold(demo, card)
    if not callable(card.metrics):
        assert set(card.metrics) == used, f"told, but never shown: {set(card.metrics) - used}"


@pytest.mark.parametrize("card", CARDS, ids=NAMES)
def test_every_number_of_a_small_or_poor_export_has_one(
    written: Seen, lacking: Seen, card: Card
) -> None:
    hold(written, card)
    hold(lacking, card)


@pytest.mark.parametrize(
    ("name", "study", "queries"),
    [
        ("random_cdisc", "random-cdisc", ("", "group=backbone&f.SEX=F", "endpoint=DOR")),
        ("pharmaverse_onco", "pharmaverse-onco", ("", "set=evaluable")),
        ("imvigor210", "imvigor210", ("",)),
        ("metabric_cbioportal", "metabric", ("", "endpoint=RFS")),
    ],
)
def test_every_number_of_a_real_export_has_one(
    shared: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    study: str,
    queries: tuple[str, ...],
) -> None:
    there = seen(real_store(tmp_path_factory, shared, name), study, queries)
    for card in CARDS:
        hold(there, card)


@pytest.mark.parametrize("card", CARDS, ids=NAMES)
def test_a_patient_has_one_name_on_every_card(demo: Seen, card: Card) -> None:
    """The id less what all share; the whole id stands in titles, hovers and files alone."""
    for view in demo.views():
        drawn = card.draw(demo.answer(card, view))
        if drawn is not None:
            words = list(texts(drawn))
            assert not [w for w in words if PREFIX in w], view.selection.query()


def texts(part: Any) -> Iterator[str]:
    """What a reader sees written, without titles and names for a screen reader."""
    if isinstance(part, list | tuple):
        for p in part:
            yield from texts(p)
    elif isinstance(part, Component):
        yield from texts(getattr(part, "children", None))
    elif isinstance(part, str):
        yield part


def test_every_card_tells_definitions_that_exist() -> None:
    for card in CARDS:
        assert card.metrics, f"{card.name} tells no definition"
        if not callable(card.metrics):
            assert set(card.metrics) <= set(BY_ID), card.name


def test_every_definition_is_that_of_a_number_on_some_card(demo: Seen) -> None:
    """The registry holds nothing that no page shows; `agreement` stands on the Methods page."""
    told: set[str] = set()
    for card in CARDS:
        for view in demo.views():
            told |= set(card.metrics(view) if callable(card.metrics) else card.metrics)
    # shown where the export has one reading alone, no window, or endpoints of its own
    elsewhere = {"agreement", "tte", "orr"}
    assert set(BY_ID) - told <= elsewhere


@pytest.mark.parametrize("card", CARDS, ids=NAMES)
def test_a_passport_says_everything(demo: Seen, card: Card) -> None:
    for view in demo.views():
        told = demo.answer(panel_name(card.name), view)
        assert told["cut"] == view.cut.id
        assert told["entries"], card.name
        for entry in told["entries"]:
            for part in ("name", "formula", "who", "out", "method", "population", "source"):
                assert entry[part], f"{card.name}/{entry['id']}: {part}"
            people = [p for g in entry["excluded"]["groups"] for p in g["patients"]]
            assert sum(g["n"] for g in entry["excluded"]["groups"]) >= entry["excluded"]["n"]
            assert len(people) == sum(g["n"] for g in entry["excluded"]["groups"])


def entry_of(seen: Seen, card: str, id_: str, view: View) -> dict[str, Any]:
    told = seen.answer(panel_name(card), view)
    return next(e for e in told["entries"] if e["id"] == id_)


def excluded(entry: dict[str, Any]) -> dict[str, list[str]]:
    return {g["reason"]: [p[0] for p in g["patients"]] for g in entry["excluded"]["groups"]}


def test_who_is_left_out_by_hand(written: Seen) -> None:
    """P10 failed screening; P09 was never dosed; under "male" only P04 is left of the enrolled."""
    whole, men, _ = written.views()
    found = entry_of(written, "response-rates", "orr", whole)
    assert excluded(found) == {"the export's flag ENRLFL is not Y": ["P10"]}
    assert found["source"] == "derived by Interim from the records"
    assert "n = 9" in found["population"]

    found = entry_of(written, "response-rates", "orr", men)
    assert found["excluded"]["n"] == 9
    assert excluded(found)["outside the chosen filters"] == [
        "P01", "P02", "P03", "P05", "P06", "P07", "P08", "P09",
    ]  # fmt: skip
    assert "after the active filters" in found["population"]

    found = entry_of(written, "survival-follow", "ttr", whole)
    assert excluded(found)["no confirmed response"] == [
        "P02", "P04", "P05", "P06", "P07", "P08", "P09",
    ]  # fmt: skip
    assert "n = 2" in found["population"]


def test_the_denominator_is_that_of_the_card(demo: Seen) -> None:
    """The n of a passport is the n its card prints."""
    for view in demo.views():
        rates = demo.answer("overview-efficacy", view)
        orr = rates["window"]["interim"]["headline"] if rates["window"] else None
        if orr is not None:
            found = entry_of(demo, "overview-efficacy", "orr_window", view)
            assert f"n = {orr['n']}" in found["population"]
        if rates["pfs"] is not None:
            found = entry_of(demo, "overview-efficacy", "pfs_rate", view)
            assert f"n = {rates['pfs']['curve']['n']}" in found["population"]
        harm = demo.answer("overview-safety", view)
        found = entry_of(demo, "overview-safety", "ae_serious", view)
        assert f"n = {harm['n']}" in found["population"]
        bars = demo.answer("response-waterfall", view)
        found = entry_of(demo, "response-waterfall", "best_change", view)
        assert f"n = {len(bars['bars'])}" in found["population"]
        curve = demo.answer("survival-curve", view)
        found = entry_of(demo, "survival-curve", "rate_at", view)
        assert f"n = {curve['result']['curve']['n']}" in found["population"]


def test_a_number_without_a_mark_is_found() -> None:
    """The walk itself: a bare number, one under a mark, one in a name, one of a figure."""
    from dash import dcc, html

    from components.metric import metric

    bare = html.Div([html.P("12 of 34"), html.P("5 of 6", **metric("orr"))])
    assert [s.text for s in unmarked(bare, [])] == ["12 of 34"]
    assert unmarked(html.P("UTD1"), ["UTD1"]) == []
    assert unmarked(html.Div(dcc.Graph(figure={"data": []})), [])
    assert [s.text for s in unmarked(html.Button(title="2 more"), [])] == ["2 more"]


Client = Callable[..., Any]


def test_the_address_answers_and_refuses(client: Any) -> None:
    found = client.get("/passport/response-rates.json?study=written")
    assert found.status_code == 200
    assert found.mimetype == "application/json"
    assert found.headers["Cache-Control"] == "no-store"
    assert json.loads(found.get_data())["entries"][0]["id"] == "orr"
    assert client.get("/passport/no-such-card.json?study=written").status_code == 404
    assert client.get("/passport/methods-cut.json?study=written").status_code == 404
    refused = client.get("/passport/response-rates.json?study=written&f.NOPE=1")
    assert refused.status_code == 400
    assert "<" not in refused.get_data(as_text=True)
