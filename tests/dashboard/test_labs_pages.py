"""Laboratory and Exposure on studies that lack something: each card opens, and says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.encode import encoded
from dashboard.pages.exposure import CARDS as EXPOSURE
from dashboard.pages.labs import CARDS as LABS
from dashboard.pages.page import Card
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.selection import SelectionError
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import import_written

CARDS = (*LABS, *EXPOSURE)
Said = Callable[[Any], str]

STUDY = """
[study]
id = "lab"
title = "Laboratory by hand"
[labs]
urate_bands = [350, 450]
urate_women = 340
"""
ADSL = """\
USUBJID,SAFFL,TRTSDT,TRTEDT,EOTSTT,DCTREAS,SEX,LIVERFL
L-1,Y,2025-01-01,2025-03-01,DISCONTINUED,PROGRESSIVE DISEASE,F,Y
L-2,Y,2025-01-01,2025-04-01,DISCONTINUED,ADVERSE EVENT,M,N
L-3,Y,2025-01-01,,ONGOING,,F,N
"""
HEAD = "USUBJID,PARAMCD,PARAM,AVAL,AVALU,ANRLO,ANRHI,ADT,AVISIT,AVISITN,ABLFL\n"
ADAE = """\
USUBJID,AEDECOD,AEBODSYS,ASTDT,AENDT,AETOXGR,TRTEMFL,AESER
L-1,NEPHROLITHIASIS,RENAL,2025-02-01,2025-02-09,2,Y,N
"""
ADEX = """\
USUBJID,PARAMCD,EXTRT,CYCLE,ASTDT,AENDT,EXDOSE,EXPLDOS,AVALU,EXACN,EXADJ
L-1,DOSE,INOSINE,1,2025-01-01,2025-01-21,600,600,mg,,
L-1,DOSE,INOSINE,2,2025-01-22,2025-02-11,300,600,mg,DOSE REDUCED,ADVERSE EVENT
L-2,DOSE,INOSINE,1,2025-01-01,2025-01-21,600,600,mg,,
"""


def values(*, unit: str = "umol/L", high: str = "340") -> str:
    """Urate of three patients, with liver values and neutrophils of the first."""
    lines = [
        f"L-1,URATE,Urate,250,{unit},150,{high},2024-12-30,BASELINE,0,Y",
        f"L-1,URATE,Urate,460,{unit},150,{high},2025-01-30,WEEK 4,4,",
        f"L-2,URATE,Urate,360,{unit},150,{high},2025-01-30,WEEK 4,4,",
        f"L-3,URATE,Urate,341,{unit},150,{high},2025-01-30,WEEK 4,4,",
        "L-1,ALT,ALT (U/L),200,U/L,5,40,2025-01-30,WEEK 4,4,",
        "L-1,BILI,Bilirubin (umol/L),50,umol/L,3,20,2025-01-31,WEEK 4,4,",
        "L-1,NEUT,Neutrophils,0.4,10^9/L,1.8,7.5,2025-01-10,WEEK 1,1,",
    ]
    return HEAD + "\n".join(lines) + "\n"


class Trial:
    def __init__(self, folder: Path, *, study: str = STUDY, **tables: str) -> None:
        store = CutStore(folder / "home")
        import_written(store, folder / "trial", study=study, **{"adsl": ADSL, **tables})
        self.shelf = Shelf(store)
        self.results = Results(self.shelf, PANELS, Flask(__name__))

    def answer(self, name: str, query: str = "") -> dict[str, Any]:
        selection, _ = self.shelf.resolve(f"study=lab&{query}".rstrip("&"))
        return self.results.panel(name, selection, Audience.FULL)

    def card(self, card: Card, query: str = "") -> Any:
        answer = self.answer(card.name, query)
        drawn = card.draw(answer)
        assert encoded(drawn)
        assert card.rows is not None
        head, rows = card.rows(answer)
        assert all(len(row) == len(head) for row in rows), card.name
        return drawn


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("whole")
    return Trial(folder, adlb=values(), adae=ADAE, adex=ADEX)


@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
@pytest.mark.parametrize("query", ["", "lab=NEUT", "set=enrolled"])
def test_every_card_opens(whole: Trial, card: Card, query: str) -> None:
    whole.card(card, query)


def card(name: str) -> Card:
    return next(c for c in CARDS if c.name == name)


def test_bands_and_limits_are_those_of_study_toml(whole: Trial, said: Said) -> None:
    answer = whole.answer("labs-urate")
    assert answer["edges"] == [350.0, 450.0]
    assert [b["peak"] for b in answer["bands"]] == [1, 1, 1]
    over = {o["sex"]: (o["proportion"]["x"], o["proportion"]["n"]) for o in answer["over"]}
    assert over == {"F": (2, 2), "M": (0, 1)}
    words = said(whole.card(card("labs-urate")))
    assert "Highest urate above 350 µmol/L" in words
    assert "2 of 2 women (340 µmol/L)" in words
    assert "as study.toml states them" in words


def test_the_stone_stands_with_its_urate_and_the_dose_that_was_reduced(
    whole: Trial, said: Said
) -> None:
    (event,) = whole.answer("labs-urate")["events"]
    assert (event["kind"], event["first"], event["before"], event["before_day"]) == (
        "stone", 31, 460.0, 29,
    )  # fmt: skip
    assert event["others"] == [21]
    words = said(whole.card(card("labs-urate")))
    assert "no change then; changed on day 21" in words
    assert "stones in 1" in words
    assert "Each patient's own rise: median 210 µmol/L (n = 1)" in words
    assert "460 µmol/L; above 350 in 1 of 1" in words
    assert "Over by the cut-off: 1 of 1." in words


def test_changed_doses_are_of_those_who_got_the_drug(whole: Trial, said: Said) -> None:
    answer = whole.answer("labs-urate")
    assert (answer["n"], answer["n_dosed"], answer["changed"]["n"]) == (3, 2, 1)
    assert "reduced in 1" in said(whole.card(card("labs-urate")))


def test_a_candidate_needs_alkaline_phosphatase(whole: Trial, said: Said) -> None:
    words = said(whole.card(card("labs-liver")))
    assert "Alkaline phosphatase not measured" in words
    assert "0/1 patients meet Hy's law" in words


def test_values_without_a_unit_are_flagged_and_in_no_band(tmp_path: Path, said: Said) -> None:
    made = Trial(tmp_path, adlb=values(unit=""), adae=ADAE, adex=ADEX)
    words = said(made.card(card("labs-findings")))
    assert "Urate: no value has a unit (4 values)." in words
    assert "Hyperuricemia: 4 values not graded." in words
    assert "Urate is in no unit, which cannot be converted" in said(made.card(card("labs-urate")))
    for each in CARDS:
        made.card(each)


def test_values_in_an_unknown_unit_are_flagged(tmp_path: Path, said: Said) -> None:
    made = Trial(tmp_path, adlb=values(unit="furlong"))
    assert "Urate is in furlong" in said(made.card(card("labs-urate")))
    assert "in furlong." in said(made.card(card("labs-parameter")))
    assert "Stones and gout" not in said(made.card(card("labs-urate")))


def test_values_without_limits_are_flagged(tmp_path: Path, said: Said) -> None:
    made = Trial(tmp_path, adlb=values(high="").replace(",150,", ",,"), adex=ADEX)
    words = said(made.card(card("labs-findings")))
    assert "Urate: 4 values without limits of normal." in words
    assert "only those with limits can be called low or high" in said(
        made.card(card("labs-parameter"))
    )
    table = made.answer("labs-shift")["tables"][-1]
    assert [(b, a, n) for b, a, n, _ in table["cells"]] == [("missing", "missing", 3)]
    urate = said(made.card(card("labs-urate")))
    assert "Stones and gout are not stated: the export holds no adverse events" in urate


def test_a_version_of_ctcae_without_a_table_grades_nothing(tmp_path: Path, said: Said) -> None:
    study = STUDY + '[rules]\nctcae_version = "4.03"\n'
    made = Trial(tmp_path, study=study, adlb=values(), adae=ADAE, adex=ADEX)
    for name in ("labs-findings", "labs-grades", "labs-nadir"):
        assert "CTCAE v4.03, which study.toml states" in said(made.card(card(name))), name
    assert "CTCAE v4.03" in said(made.card(card("labs-shift")))


def test_version_6_is_named_and_grades_otherwise(tmp_path: Path, said: Said) -> None:
    """0.4 x 10^9/L neutrophils are grade 4 by v5.0 and grade 3 by v6.0."""
    study = STUDY + '[rules]\nctcae_version = "6.0"\n'
    made = Trial(tmp_path, study=study, adlb=values(), adex=ADEX)
    term = next(
        t for t in made.answer("labs-grades")["terms"] if t["term"] == "Neutrophil count decreased"
    )
    assert term["grades"] == [0, 0, 0, 1, 0]
    assert "Worst grade by CTCAE v6.0" in said(made.card(card("labs-grades")))


def test_without_labs_every_card_says_what_to_add(tmp_path: Path, said: Said) -> None:
    made = Trial(tmp_path, adex=ADEX)
    for each in LABS:
        assert "Add ADLB" in said(made.card(each)), each.name


def test_every_reason_of_a_changed_dose_opens_its_patients(whole: Trial) -> None:
    drawn = encoded(whole.card(card("exposure-changes"))).decode()
    key = whole.answer("exposure-changes")["rows"][0]["who"]
    name = "1: highlight this patient: Inosine, Dose reduced, Adverse event"
    (button,) = [p for p in re.findall(r"{[^{}]*}", drawn) if f'"aria-label":"{name}"' in p]
    assert f'"data-patients":"{key}"' in button


def test_without_doses_exposure_tells_time_and_reasons_alone(tmp_path: Path, said: Said) -> None:
    made = Trial(tmp_path)
    assert "Add ADEX" in said(made.card(card("exposure-intensity")))
    assert "Add ADEX" in said(made.card(card("exposure-changes")))
    words = said(made.card(card("exposure-stops")))
    assert "Progressive disease" in words
    assert "1/3 are still on treatment." in words
    assert "each lasts 21 days" in said(made.card(card("exposure-cycles")))


def test_without_a_plan_or_an_action_nothing_is_called_unchanged(
    tmp_path: Path, said: Said
) -> None:
    bare = "USUBJID,EXTRT,ASTDT,AENDT,EXDOSE,AVALU\nL-1,INOSINE,2025-01-01,2025-01-21,600,mg\n"
    made = Trial(tmp_path, adex=bare)
    assert "No row does not mean no modification" in said(made.card(card("exposure-changes")))
    assert "Add the planned dose" in said(made.card(card("exposure-intensity")))


def test_nobody_known_to_be_treated(tmp_path: Path, said: Said) -> None:
    made = Trial(tmp_path, adsl="USUBJID,SEX\nL-1,F\n", adlb=values(), adex=ADEX)
    for each in CARDS:
        assert "TRTSDT" in said(made.card(each)), each.name


def test_a_parameter_is_looked_up_in_the_cut(whole: Trial) -> None:
    selection, _ = whole.shelf.resolve("study=lab&lab=NEUT")
    assert selection.lab == "NEUT"
    assert "lab=NEUT" in selection.query()
    first, _ = whole.shelf.resolve("study=lab&lab=URATE")
    assert "lab=" not in first.query()
    with pytest.raises(SelectionError):
        whole.shelf.resolve("study=lab&lab=neut'--")


def test_only_the_cards_of_the_parameter_depend_on_it(whole: Trial) -> None:
    selection, _ = whole.shelf.resolve("study=lab&lab=NEUT")
    pinned = {c.name: whole.results.pinned(c.name, selection).lab for c in CARDS}
    assert {name for name, code in pinned.items() if code} == {"labs-parameter", "labs-shift"}
