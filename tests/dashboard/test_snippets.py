"""Show code: every card's Python runs by itself and prints what the card's panel says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask import Flask

from components.numbers import fixed
from dashboard.pages import PAGES
from dashboard.panels import COMPARING, FRESH, PANELS, SLOW
from dashboard.panels.patient import NotShownError, profile
from dashboard.panels.safety_story import story
from dashboard.passports import comparing_code
from dashboard.patient_keys import LENGTH
from dashboard.results import Audience, Results, View
from dashboard.selection import Selection
from dashboard.shelf import Shelf
from dashboard.snippets import BELOW, SNIPPETS, code_panels, patient_code
from data_access.store import CutStore
from tests.dashboard import expected_labs
from tests.dashboard.numbered import names_of, said
from tests.dashboard.printed_cards import EXPECTED, OF_ONE
from tests.dashboard.written import import_written
from tests.stores import demo_store

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]

VIEWS = (
    "study=synth-ino-tnbc",
    "study=synth-ino-tnbc&set=evaluable&backbone=eribulin&backbone=taxane&f.AGE=45..",
    "study=synth-ino-tnbc&set=safety&rules=ema&endpoint=OS",
    "study=synth-ino-tnbc&rules=ema&endpoint=DOR&f.SEX=F",
    "study=synth-ino-tnbc&f.AGE=..1",
    "study=synth-ino-tnbc&group=backbone",
    "study=synth-ino-tnbc&ae=related%3Ainosine,high&ae.find=neut&ae.by=term&ae.sort=name",
    "study=synth-ino-tnbc&lab=NEUT&backbone=taxane",
    "study=synth-ino-tnbc&event=aesi%3Anephrolithiasis&ae.least=5&ae.top=10&ae=related",
    "study=written",
    "study=bare",
)
#: an export that says neither who was dosed nor who could be evaluated
BARE = '[study]\nid = "bare"\ntitle = "Bare"\n'
MARK = "\x1e"  # between the outputs of two snippets


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores") / "home"
    shutil.copytree(demo_store(tmp_path_factory).home, folder)
    store = CutStore(folder)
    import_written(store, tmp_path_factory.mktemp("written"))
    import_written(
        store, tmp_path_factory.mktemp("bare"), study=BARE, adsl="USUBJID,SEX\nA1,F\nA2,M\n"
    )
    return folder


@pytest.fixture(scope="module")
def results(home: Path) -> Results:
    return Results(
        Shelf(CutStore(home)),
        {**PANELS, **code_panels()},
        Flask(__name__),
        comparing=COMPARING | comparing_code(COMPARING),
        fresh=FRESH,
        slow=SLOW,
    )


def run(home: Path, folder: Path, code: str) -> str:
    """What a script prints, started as its head says."""
    script = folder / "snippet.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=ROOT,
        env={**os.environ, "INTERIM_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


#: cards whose code prints every number that stands on them, whatever the words beside it
ON_SCREEN = (
    "overview-maturity",
    "overview-disposition",
    "overview-baseline",
    "overview-changes",
    "response-forest",
    "swimmer-lanes",
    "swimmer-table",
    "cuts-ledger",
    "cuts-checks",
)
PANEL_OF = {c.name: c.panel or c.name for p in PAGES for c in p.cards}
#: ordered and cut into pages by its reader: its code prints the lanes of everybody
ARRANGED = "patients-listing"
#: their order is that of a set of severities; the card has its own
UNORDERED = {"overview-quality", "cuts-findings", *expected_labs.UNORDERED}


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
KEYS = re.compile(rf"\b[a-z2-7]{{{LENGTH}}}\b")
#: where a card counts its own pages, and what a menu offers
ASIDE = ("pager", "menu-panel", "menu-label", "lane-key")


def on_screen(card: str, answer: Json, view: View) -> set[str]:
    """Every number that a reader of the card sees, in its words, its table and its figure."""
    drawn = next(c for p in PAGES for c in p.cards if c.name == card).draw(answer)
    words = [s.text for s in said(drawn) if not any(a in s.where for a in ASIDE)]
    return numbers_in([w for w in words if not w.startswith("a figure draws")], view) | {
        n for figure in figures_in(drawn) for n in numbers_in(figure_words(figure), view)
    }


def numbers_in(words: Iterable[str], view: View) -> set[str]:
    """Numbers as they are printed, without those of names."""
    told = KEYS.sub("", "\n".join(words))
    for name in names_of(view):
        told = told.replace(name, "")
    return set(NUMBER.findall(told))


def figures_in(part: Any) -> Iterator[Json]:
    if isinstance(part, list | tuple):
        for p in part:
            yield from figures_in(p)
    elif isinstance(part, Component):
        if getattr(part, "figure", None):
            yield part.figure
        yield from figures_in(getattr(part, "children", None))


def figure_words(figure: Json) -> list[str]:
    """Numbers written into a figure beside its axes."""
    notes = [a.get("text", "") for a in figure["layout"].get("annotations", ())]
    texts = [t.get("text", ()) for t in figure["data"] if "text" in t.get("mode", "")]
    return [*notes, *(str(w) for each in texts for w in each if w)]


def code_of(results: Results, card: str, selection: Selection) -> str:
    answer = results.panel(f"code:{card}", selection, Audience.FULL)
    return str(answer["code"])


def test_every_card_has_code_and_every_code_is_expected() -> None:
    cards = {c.name for p in PAGES if p.below is None for c in p.cards if c.metrics}
    assert cards == set(SNIPPETS) == {*EXPECTED, *ON_SCREEN, ARRANGED}
    assert SNIPPETS[ARRANGED] is SNIPPETS["swimmer-lanes"]


@pytest.mark.parametrize("query", VIEWS)
def test_every_snippet_prints_what_its_panel_says(
    results: Results, home: Path, tmp_path: Path, query: str
) -> None:
    """All cards of a view in one process, each in a namespace of its own."""
    selection, _ = results.shelf.resolve(query)
    codes = {card: code_of(results, card, selection) for card in SNIPPETS}
    runner = "\n".join(
        f"exec(compile({code!r}, {card!r}, 'exec'), {{}})\nprint({MARK!r}, end='')"
        for card, code in codes.items()
    )
    printed = run(home, tmp_path, runner).split(MARK)
    view = results.view(selection, Audience.FULL)
    unprinted: dict[str, set[str]] = {}
    for card, out in zip(SNIPPETS, printed, strict=False):
        if card == ARRANGED:
            continue
        answer = results.panel(PANEL_OF[card], selection, Audience.FULL)
        if card in ON_SCREEN:
            if missing := on_screen(card, answer, view) - numbers_in([out], view):
                unprinted[card] = missing
            continue
        wanted = EXPECTED[card](answer)
        said = out.splitlines()
        if card in UNORDERED:
            said, wanted = sorted(said), sorted(wanted)
        assert said == wanted, card
    assert not unprinted, unprinted


@pytest.mark.parametrize("query", ["study=synth-ino-tnbc&rules=ema", "study=written"])
def test_the_code_of_a_patients_page_prints_what_the_page_says(
    results: Results, home: Path, tmp_path: Path, query: str
) -> None:
    """The first patients of the view, each card's code in a namespace of its own."""
    assert set(OF_ONE) == set(BELOW)
    selection, _ = results.shelf.resolve(query)
    view = results.view(selection, Audience.FULL)
    wanted, codes = [], []
    for usubjid in view.members.patients[:4]:
        told = json.loads(json.dumps(profile(view, usubjid)))
        key, n = view.keys.key(usubjid), len(told["events"]["records"])
        told["stories"] = [story(view, f"{key}-{i}") for i in range(1, n + 1)]
        for card, expected in OF_ONE.items():
            codes.append(str(patient_code(view, f"{card}:{view.keys.key(usubjid)}")["code"]))
            wanted.append([line.casefold() for line in expected(told)])
    assert any(len(lines) > 1 for lines in wanted)
    runner = "\n".join(
        f"exec(compile({code!r}, 'code', 'exec'), {{}})\nprint({MARK!r}, end='')" for code in codes
    )
    printed = run(home, tmp_path, runner).split(MARK)
    assert [out.casefold().splitlines() for out in printed[:-1]] == wanted


def test_the_code_of_a_patient_is_told_in_the_view_alone(client: Any, results: Results) -> None:
    selection, opened = results.shelf.resolve("study=written")
    key = client.get("/code/patient-facts/aaaaaaaaaa.json?study=written")
    assert key.status_code == 404  # nobody has this key
    assert client.get("/code/patient-facts/P01.json?study=written").status_code == 404
    assert client.get("/code/response-rates/aaaaaaaaaa.json?study=written").status_code == 404
    view = results.view(selection, Audience.FULL)
    taxane = opened.keys.key("P01")
    assert f'patient("{taxane}")' in patient_code(view, f"patient-facts:{taxane}")["code"]
    other = results.view(results.shelf.resolve("study=written&backbone=eribulin")[0], Audience.FULL)
    with pytest.raises(NotShownError):
        patient_code(other, f"patient-facts:{taxane}")


def test_a_snippet_runs_alone_as_a_file(results: Results, home: Path, tmp_path: Path) -> None:
    selection, _ = results.shelf.resolve("study=written")
    said = run(home, tmp_path, code_of(results, "response-rates", selection))
    assert "ORR, enrolled: 2/9 (22.2%; 95% CI 2.8 to 60.0, Clopper-Pearson)" in said
    assert "pending: 3" in said


def test_the_numbers_depend_on_the_view(results: Results, home: Path, tmp_path: Path) -> None:
    selection, _ = results.shelf.resolve("study=written&f.SEX=M")
    code = code_of(results, "response-rates", selection)
    assert "f.SEX=M" in code
    assert "ORR, enrolled: 0/1" in run(home, tmp_path, code)


def test_the_head_says_study_cut_view_and_audience(results: Results) -> None:
    selection, opened = results.shelf.resolve("study=written&set=evaluable")
    code = code_of(results, "survival-curve", selection)
    assert f"hash {opened.cut.id[:16]}" in code
    assert "1 Jul 2025" in code
    assert "n = 6; All patients" in code
    assert 'audience="full"' in code


def test_words_of_a_study_cannot_leave_their_comment(tmp_path: Path) -> None:
    """A title with a line end is one line of a comment, whatever it says."""
    store = CutStore(tmp_path / "home")
    study = '[study]\nid = "evil"\ntitle = "x\\nraise SystemExit(3)\\u2028import os"\n'
    import_written(store, tmp_path / "evil", study=study, adsl="USUBJID,SEX\nA1,F\n")
    shelf = Shelf(store)
    results = Results(shelf, {**PANELS, **code_panels()}, Flask(__name__), slow=SLOW)
    code = code_of(results, "overview-status", shelf.resolve("")[0])
    lines = code.splitlines()
    assert [x[:9] for x in lines if "SystemExit" in x] == ["# x raise"]
    compile(code, "evil", "exec")


def test_code_is_short_and_readable(results: Results) -> None:
    selection, _ = results.shelf.resolve("study=written")
    for card in SNIPPETS:
        code = code_of(results, card, selection)
        assert max(map(len, code.splitlines())) < 140, card
        assert len(code.splitlines()) < 60, card
        assert re.search(r"^v = view\(", code, re.M)


def test_the_address_answers_and_refuses(client: Any) -> None:
    found = client.get("/code/response-rates.json?study=written")
    assert found.status_code == 200
    assert found.headers["Cache-Control"] == "no-store"
    assert 'view("study=written&cut=' in found.get_json()["code"]
    assert client.get("/code/no-such-card.json?study=written").status_code == 404
    assert client.get("/code/response-rates.json?study=nope").status_code == 400


def test_rounding_is_that_of_the_pages() -> None:
    assert fixed(2.25) == "2.3"
