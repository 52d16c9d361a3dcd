"""Several feature tables in a cut, samples of two patients, names that look like markup."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from plotly.utils import PlotlyJSONEncoder

from dashboard.pages.microbiome import CARDS
from dashboard.panels import PANELS, SLOW
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.importer import import_exports
from data_access.store import CutStore

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STUDY = """
[study]
id = "tables"
title = "T"
cut_date = 2025-01-01
[domains.adsl]
from = "samples.csv"
key = "Patient"
[domains.admb]
from = "samples.csv"
columns = { SAMPLEID = "Sample", AVISIT = "Visit" }
[features.species]
file = "species.csv"
label = "Species"
[features.genus]
file = "genus.csv"
label = "Genera"
[biomarkers.microbiome]
before = "A"
after = "B"
rarefy_to = 40
"""
NAMES = ("<b>Akkermansia</b>", '<img src=x onerror="alert(1)">', "阿克曼氏菌", "%{x}")
#: the sample P4A stands for two patients; the table of genera holds no sample of P3
SAMPLES = [(f"P{i}{v}", f"P{i}", v) for i in range(1, 5) for v in "AB"] + [("P4A", "P5", "A")]
DEPTHS = {"P1A": 30}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("tables")
    exports = folder / "exports"
    exports.mkdir()
    lines = [",".join(s) for s in SAMPLES]
    (exports / "samples.csv").write_text("Sample,Patient,Visit\n" + "\n".join(lines) + "\n")
    quoted = ",".join('"' + n.replace('"', '""') + '"' for n in NAMES)
    species = [f"SAMPLEID,{quoted}"]
    genera = ["SAMPLEID,Akkermansia,Dorea"]
    for n, (sample, patient, visit) in enumerate(SAMPLES[:-1]):
        rest = DEPTHS.get(sample, 60) - 21 - n
        species.append(f"{sample},{10 + n},{7 + (visit == 'B')},{rest},4")
        if patient != "P3":
            genera.append(f"{sample},{5 + n},{9 - n + 3 * (visit == 'B')}")
    (exports / "species.csv").write_text("\n".join(species) + "\n", encoding="utf-8")
    (exports / "genus.csv").write_text("\n".join(genera) + "\n")
    (folder / "study.toml").write_text(STUDY)
    store = CutStore(folder / "home")
    made = import_exports(exports, folder / "study.toml", store=store, now=NOW)
    assert made.cut is not None, [f.sentence for f in made.findings]
    assert "import-samples-shared" in {f.rule for f in made.findings}
    return Results(Shelf(store), PANELS, Flask(__name__), slow=SLOW)


def answer(results: Results, card: str, query: str):
    selection, _ = results.shelf.resolve(query)
    return results.panel(card, selection, Audience.FULL)


def words(part) -> str:
    return json.dumps(part, cls=PlotlyJSONEncoder, ensure_ascii=False)


def drawn(results: Results, card: str, query: str = "study=tables"):
    (one,) = (c for c in CARDS if c.name == card)
    return words(one.draw(answer(results, card, query)))


def test_each_table_of_a_cut_can_be_chosen_and_is_named(results):
    first = answer(results, "microbiome-table", "study=tables")
    other = answer(results, "microbiome-table", "study=tables&table=genus")
    assert (first["table"], first["checks"]["taxa"]) == ("Species", 4)
    assert (other["table"], other["checks"]["taxa"]) == ("Genera", 2)
    assert [t["shown"] for t in other["tables"]] == [False, True]
    assert "table=genus" in drawn(results, "microbiome-table")
    for card in CARDS:
        assert "Genera" in drawn(results, card.name, "study=tables&table=genus"), card.name


def test_the_table_of_the_address_is_canonical_and_shapes_the_microbiome_only(results):
    resolve = results.shelf.resolve
    assert resolve("study=tables&table=species")[0].table == ""
    assert resolve("study=tables&table=nosuch")[0].table == ""
    chosen = resolve("study=tables&table=genus")[0]
    assert chosen.query().endswith("&table=genus")
    assert results.pinned("overview-status", chosen).table == ""
    assert results.pinned("microbiome-alpha", chosen).table == "genus"


def test_a_sample_of_two_patients_is_left_out_and_said(results):
    told = answer(results, "microbiome-table", "study=tables")
    assert {o["sample"]: o["reason"] for o in told["checks"]["left_out"]} == {
        "P4A": "its identifier names samples of two patients"
    }
    assert told["who"]["P4A"] == {}
    assert "nobody knows whose reads they are" in drawn(results, "microbiome-table")
    assert told["pairs"] == 3
    reasons = {g["reason"] for g in answer(results, "microbiome-samples", "study=tables")["gaps"]}
    assert "failed its assay: its identifier names samples of two patients" in reasons


def test_the_depth_of_equal_depth_is_named_with_its_reason(results):
    told = drawn(results, "microbiome-alpha")
    assert "expected in 40 reads, as study.toml states" in told
    assert "Samples with fewer reads have no such number: 1." in told


@pytest.mark.parametrize("card", [c.name for c in CARDS])
def test_names_that_look_like_markup_are_letters(results, card):
    """Plotly reads a little HTML in labels, and a hover template: names are no part of either."""
    (one,) = (c for c in CARDS if c.name == card)
    for found in figures(one.draw(answer(results, card, "study=tables"))):
        shown = words(found)
        assert "<img" not in shown
        assert "<b>Akkermansia" not in shown


def figures(part):
    """Every figure of a card."""
    if isinstance(part, list | tuple):
        for child in part:
            yield from figures(child)
    elif hasattr(part, "children"):
        if (figure := getattr(part, "figure", None)) is not None:
            yield figure
        yield from figures(part.children)
    elif (figure := getattr(part, "figure", None)) is not None:
        yield figure
