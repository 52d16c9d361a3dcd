"""The pages of immune cells and tumour tissue: the demo's story, and studies with little data."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from flask import Flask

from dashboard.demo.truth import IMMUNE_SHIFT, IMMUNE_UNCHANGED, TISSUE_RATIO
from dashboard.marker_panel import Markers
from dashboard.pages import immune, tissue
from dashboard.pages.page import Card
from dashboard.panels import PANELS
from dashboard.results import Audience, Results, View
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import import_written
from tests.stores import demo_store

CARDS = (*immune.CARDS, *tissue.CARDS)
NAMES = [c.name for c in CARDS]
ADSL = """\
USUBJID,ENRLFL,TRTSDT,TRTEDT,EOTSTT
P1,Y,2025-01-10,2025-03-01,DISCONTINUED
P2,Y,2025-01-10,2025-03-01,DISCONTINUED
P3,Y,2025-01-10,,ONGOING
P4,Y,2025-01-10,,ONGOING
"""
HEAD = "USUBJID,PARAMCD,PARAM,AVAL,AVALU,AVISIT,AVISITN,ADT,SAMPLEID,GATE,PARENT\n"


def rows(pairs: int, *, lacking: bool = False) -> str:
    """CD8 percentages and counts of so many pairs; the others have a first sample only.

    `lacking`: the second sample of P1 has no count.
    """
    lines = []
    for i in range(1, 5):
        for visit, number, when in (("BASELINE", 0, "2025-01-08"), ("WEEK 6", 1, "2025-02-20")):
            if number and i > pairs:
                continue
            at = f"{visit},{number},{when},S{i}-{number},CD3+CD8+"
            lines.append(
                f"P{i},CD8,Cytotoxic T cells (% of lymphocytes),{20 + i + 2 * number},%,{at},"
                "LYMPHOCYTES"
            )
            if not (lacking and number and i == 1):
                lines.append(
                    f"P{i},CD8ABS,Cytotoxic T cells (cells/uL),{300 * (1 + number)},cells/uL,{at},"
                )
    return HEAD + "\n".join(lines) + "\n"


def study(name: str) -> str:
    return f'[study]\nid = "{name}"\ntitle = "{name}"\nsynthetic = true\n'


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Studies without biomarkers, with 0, 1 and 3 pairs, and with a subset missing in a sample."""
    folder = tmp_path_factory.mktemp("biomarkers")
    store = CutStore(folder / "home")
    import_written(store, folder / "none", study=study("none"), adsl=ADSL)
    for n in (0, 1, 3):
        name = f"pairs{n}"
        import_written(store, folder / name, study=study(name), adsl=ADSL, adim=rows(n))
    import_written(
        store, folder / "lacking", study=study("lacking"), adsl=ADSL, adim=rows(3, lacking=True)
    )
    stated = study("stated") + (
        '[biomarkers.immune]\nbefore = "BASELINE"\nafter = "WEEK 6"\n'
        '[biomarkers.immune.panel.CD8]\nlabel = "Killer cells"\nunit = "%"\nscale = "ratio"\n'
    )
    import_written(store, folder / "stated", study=stated, adsl=ADSL, adim=rows(3))
    return Shelf(store)


@pytest.fixture(scope="module")
def results(shelf: Shelf) -> Results:
    return Results(shelf, PANELS, Flask(__name__))


def answer(results: Results, card: str, query: str) -> dict[str, Any]:
    selection, _ = results.shelf.resolve(query)
    return results.panel(card, selection, Audience.FULL)


def said(card: Card, told: dict[str, Any]) -> str:
    """The words of a card."""
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, list | tuple):
            for child in part:
                walk(child)
        elif part is not None and not isinstance(part, int | float):
            walk(getattr(part, "children", None))

    walk(card.draw(told))
    return re.sub(r"\s+", " ", " ".join(found))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> View:
    shelf = Shelf(demo_store(tmp_path_factory))
    results = Results(shelf, PANELS, Flask(__name__))
    selection, _ = shelf.resolve("study=synth-ino-tnbc")
    return results.view(selection, Audience.FULL)


def test_the_simulated_shifts_of_blood_lie_in_their_intervals(demo: View) -> None:
    found = {
        c.marker.paramcd: c for c in Markers(demo.analysis, "immune", demo.members.patients).changes
    }
    for code, shift in IMMUNE_SHIFT.items():
        change = found[code]
        assert change.lower is not None
        assert change.upper is not None
        assert change.lower <= shift <= change.upper, code
        assert change.q is not None
        assert change.q < 0.05, code
    for code in IMMUNE_UNCHANGED:
        change = found[code]
        assert change.lower is not None
        assert change.upper is not None
        assert change.lower <= 0 <= change.upper, code


def test_the_simulated_ratios_of_densities_lie_in_their_intervals(demo: View) -> None:
    found = {
        c.marker.paramcd: c for c in Markers(demo.analysis, "tissue", demo.members.patients).changes
    }
    for code in ("CD8DENS", "FOXP3DENS"):
        change = found[code]
        assert change.marker.scale == "ratio"
        assert change.lower is not None
        assert change.upper is not None
        assert change.lower <= TISSUE_RATIO[code] <= change.upper, code
    for code in ("STIL", "KI67", "CC3"):
        estimate = found[code].estimate
        assert estimate is not None
        assert (estimate > 0) == (TISSUE_RATIO[code] > 1), code


def test_responders_are_overrepresented_among_the_pairs_of_biopsies(demo: View) -> None:
    """Those who progress early have no second biopsy: the demo is made so."""
    account = Markers(demo.analysis, "tissue", demo.members.patients).account
    assert account.mix_pairs is not None
    assert account.mix_cohort is not None
    pairs, cohort = account.mix_pairs.estimate, account.mix_cohort.estimate
    assert pairs is not None
    assert cohort is not None
    assert pairs > cohort
    assert any("PROGRESSION" in gap.reason for gap in account.gaps)


def test_biopsies_after_the_assessment_are_not_compared_by_response(demo: View) -> None:
    found = Markers(demo.analysis, "tissue", demo.members.patients)
    assert not any(found.order_after.groups.values())
    assert len(found.order_after.excluded) == len(found.pairs.patients)
    blood = Markers(demo.analysis, "immune", demo.members.patients)
    assert all(blood.order_after.groups.values())


@pytest.mark.parametrize("card", CARDS, ids=NAMES)
@pytest.mark.parametrize("name", ["none", "pairs0", "pairs1", "pairs3", "lacking", "stated"])
def test_a_study_with_little_or_nothing_opens_and_says_what_is_missing(
    results: Results, name: str, card: Card
) -> None:
    told = answer(results, card.name, f"study={name}")
    words = said(card, told)
    assert card.rows is not None
    header, body = card.rows(told)
    assert all(len(row) == len(header) for row in body)
    if name == "none" or card in tissue.CARDS:
        assert "holds no data" in words or "neither progression-free" in words
    if name == "pairs0" and card.name in {"immune-paired", "immune-heat", "immune-ranges"}:
        assert "No pair can be made" in words or "None of 4 patients" in words
    if name == "pairs3" and card.name == "immune-response":
        assert "The response of no patient is known" in words


def test_one_pair_has_a_shift_and_no_interval(results: Results) -> None:
    told = answer(results, "immune-paired", "study=pairs1")
    row = told["markers"][0]
    assert (row["n"], row["estimate"], row["lower"]) == (1, 2.0, None)
    assert (row["p"], row["smallest_p"]) == (1.0, 1.0)
    words = said(immune.CARDS[1], told)
    assert "One pair shows one patient" in words
    assert "not estimable" in words


def test_three_pairs_by_hand(results: Results) -> None:
    """Every percentage rises by 2, every count doubles: p = 2/8, and m is 2."""
    told = answer(results, "immune-paired", "study=pairs3")
    share, count = told["markers"]
    assert (share["n"], share["estimate"], share["p"], share["q"], share["m"]) == (
        3, 2.0, 0.25, 0.25, 2,
    )  # fmt: skip
    assert count["estimate"] == pytest.approx(2)
    words = said(immune.CARDS[1], told)
    assert "+2.00" in words
    assert "×2.00" in words
    assert "% of lymphocytes" in words


def test_a_subset_missing_in_a_sample_is_named_with_its_patient(results: Results) -> None:
    told = answer(results, "immune-paired", "study=lacking")
    share, count = told["markers"]
    assert (share["n"], count["n"]) == (3, 2)
    assert [(g["reason"], g["patients"]) for g in count["left_out"]] == [
        ("no value at WEEK 6", ["P1"])
    ]
    assert "Pairs without a value" in said(immune.CARDS[1], told)


def test_a_stated_panel_names_scales_and_limits_the_markers(results: Results) -> None:
    told = answer(results, "immune-paired", "study=stated")
    (row,) = told["markers"]
    assert row["marker"]["label"] == "Killer cells"
    assert row["marker"]["scale"] == "ratio"
    logs = [math.log(a / b) for b, a in ((21, 23), (22, 24), (23, 25))]
    middle = (logs[1] + (logs[0] + logs[2]) / 2) / 2  # of the six Walsh averages
    assert row["estimate"] == pytest.approx(math.exp(middle))
    assert "The panel is that of study.toml" in said(immune.CARDS[1], told)


def test_samples_without_a_plan_say_so_and_keep_their_gaps(results: Results) -> None:
    told = answer(results, "immune-samples", "study=pairs1")
    assert told["planned"] is False
    assert [s["stage"] for s in told["stages"]] == ["taken", "passed"] * 2 + ["paired"]
    assert told["paired"]["x"] == 1
    assert {u for g in told["gaps"] for u in g["patients"]} == {"P2", "P3", "P4"}
    assert "does not say which samples were due" in said(immune.CARDS[0], told)


def test_a_marker_of_the_address_reaches_waterfall_and_swimmer(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shelf = Shelf(demo_store(tmp_path_factory))
    results = Results(shelf, PANELS, Flask(__name__))
    query = "study=synth-ino-tnbc&marker=immune.CD19.change"
    for name in ("response-waterfall", "swimmer-lanes"):
        link = answer(results, name, query)["marker"]
        assert link["chosen"]["marker"]["paramcd"] == "CD19"
        known = [v for v in link["chosen"]["values"] if v is not None]
        assert 40 < len(known) < 60
        assert answer(results, name, "study=synth-ino-tnbc")["marker"]["chosen"] is None
    lanes = answer(results, "swimmer-lanes", query)
    assert lanes["coloured_by"] == "third"
    bars = answer(results, "response-waterfall", query)
    view = results.view(shelf.resolve(query)[0], Audience.FULL)
    found = Markers(view.analysis, "immune", view.members.patients)
    change = next(c for c in found.changes if c.marker.paramcd == "CD19")
    own = dict(zip(change.patients, change.change, strict=True))
    values = bars["marker"]["chosen"]["values"]
    for bar, v in zip(bars["bars"], values, strict=True):
        assert own.get(bar["usubjid"]) == pytest.approx(v) if v is not None else True


def test_a_marker_that_a_cut_does_not_hold_is_none(results: Results) -> None:
    told = answer(results, "immune-outcome", "study=pairs3&marker=immune.NOSUCH.change")
    assert told["chosen"] is None or told["chosen"]["paramcd"] == "CD8"


def test_the_end_point_of_a_marker_is_named_and_can_be_chosen(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    results = Results(Shelf(demo_store(tmp_path_factory)), PANELS, Flask(__name__))
    card = next(c for c in tissue.CARDS if c.name == "tissue-outcome")
    told = answer(results, card.name, "study=synth-ino-tnbc")
    assert (told["endpoint"], told["endpoints"]) == ("PFS", ["PFS", "OS"])
    words = said(card, told)
    assert "progression or death (PFS)" in words
    # 6 markers, before treatment and their change: 12 intervals of which 5% leave out 1 by chance
    assert "12 hazard ratios stand here" in words
    assert "about 0.6 of their 95% CI would leave out 1" in words
    dead = answer(results, card.name, "study=synth-ino-tnbc&endpoint=OS")
    assert dead["endpoint"] == "OS"
    assert dead["hazards"] != told["hazards"]
