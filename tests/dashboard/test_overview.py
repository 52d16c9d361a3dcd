"""The Overview's numbers, counted by hand on the written trial, and what it says when they lack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.overview.by_group import share
from components.overview.maturity import _words as maturity_words
from dashboard.pages.overview import CARDS
from dashboard.panels import COMPARING, PANELS
from dashboard.results import Audience, Results
from dashboard.selection import Levels, Range, Selection
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, STUDY, import_written

Said = Callable[[Any], str]


def results_of(shelf: Shelf) -> Results:
    return Results(shelf, PANELS, Flask(__name__), comparing=COMPARING)


def shown(shelf: Shelf, name: str, said: Said, selection: Selection | None = None) -> str:
    """The words of one card."""
    chosen = selection or shelf.resolve("")[0]
    card = next(c for c in CARDS if c.name == name)
    answer = results_of(shelf).panel(card.panel or name, chosen, Audience.FULL)
    return said(card.draw(answer))


@pytest.fixture
def other(tmp_path: Path) -> Callable[..., Shelf]:
    """A shelf whose only cut is made of other tables."""

    def make(**more: str) -> Shelf:
        store = CutStore(tmp_path / "home")
        import_written(store, tmp_path / "written", **more)
        return Shelf(store)

    return make


def test_status_strip(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-status", said)
    for words in (
        "Data cut-off 1 Jul 2025",
        "Enrolled 9 of 12 planned",
        "Treated 8 of 9",
        "On treatment 4 of 9",
        "Treatment ended 4 of 9",
    ):
        assert words in told
    # Evaluable: an adequate assessment or PD or death (no measurable-disease flag): P01 to P05, P07
    assert "Response-evaluable 6 of 9" in told


def test_objective_response_in_its_window(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-efficacy", said)
    assert "2/9 (22.2%; 95% CI 2.8 to 60.0, Clopper-Pearson)" in told
    assert (
        "2 of 9 enrolled patients (22.2%; 95% CI 2.8 to 60.0) have a confirmed response (CR or PR) "
        "within 182 days of first dose; 3 are still pending, so among these patients the final "
        "figure will lie between 2/9 and 5/9."
    ) in told


def test_disease_control_and_deaths(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-efficacy", said)
    assert "4/9 (44.4%; 95% CI 13.7 to 78.8, Clopper-Pearson)" in told
    assert (
        "4 of 9 enrolled patients (44.4%; 95% CI 13.7 to 78.8) have a response, or stable disease "
        "lasting at least 42 days"
    ) in told
    assert (
        "2 of 9 enrolled patients (22.2%; 95% CI 2.8 to 60.0) have died by the cut-off; "
        "causes of death are not exported."
    ) in told


def test_progression_free_survival(shelf: Shelf, said: Said) -> None:
    """Events by hand: P02 PD on day 84, P04 PD on day 42; every other patient is censored."""
    told = shown(shelf, "overview-efficacy", said)
    assert "Progression-free survival at 6 months" in told
    assert "2 of 9 enrolled patients have progressed or died" in told


def test_the_numbers_on_the_card_are_those_of_the_panel(shelf: Shelf, said: Said) -> None:
    answer = results_of(shelf).panel("overview-efficacy", shelf.resolve("")[0], Audience.FULL)
    assert (answer["window"]["interim"]["headline"]["x"], answer["n"]) == (2, 9)
    assert answer["window"]["interim"]["numerator"] == ["P01", "P03"]
    assert answer["window"]["pending"] == ["P07", "P08", "P09"]
    assert answer["window"]["pending_unconfirmed"] == ["P07"]
    assert answer["dcr"]["numerator"] == ["P01", "P02", "P03", "P05"]
    assert answer["deaths"]["numerator"] == ["P02", "P04"]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ([24, 83], "; 2 still open; the next closes in 24 days, the last in 83."),
        ([1, 84], "; 2 still open; the next closes in 1 day, the last in 84."),
        ([29], "; 1 still open; it closes in 29 days."),
        ([1], "; 1 still open; it closes in 1 day."),
        ([], "; no window is open."),
    ],
)
def test_when_windows_close_is_said_in_days(left: list[int], said: str) -> None:
    words = maturity_words({"window_days": 182, "days_left": left}, 5, 7, len(left))
    assert words == f"5 started at least 182 days before the cut-off; 2 more closed early{said}"


def test_maturity_and_bounds(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-maturity", said)
    # P01 to P05 started at least 182 days before the cut-off; P06 (day 181) left on day 50.
    assert "6 of 9 windows complete" in told
    assert (
        "5 started at least 182 days before the cut-off; 1 more closed early; 3 still open" in told
    )
    assert "If no pending patient responds 2/9" in told
    assert "If every pending patient responds 5/9 (55.6%" in told
    assert "Only patients who started at least 182 days before the cut-off 2/5" in told


def test_enrolment_against_the_planned_number(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-accrual", said)
    assert "n = 9" in told
    assert "9 enrolled of 12 planned." in told


def test_the_plan_is_no_yardstick_for_a_part_of_the_trial(shelf: Shelf, said: Said) -> None:
    some = replace(shelf.resolve("")[0], backbones=("taxane",))
    told = shown(shelf, "overview-accrual", said, some)
    assert "12" not in told
    assert "The plan is for the whole trial and is not shown under a filter." in told


def test_the_registry_is_quoted_and_corrected(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-registry", said)
    assert "randomization to death from any cause, up to 6 months" in told
    assert "Death from any cause alone is overall survival" in told
    assert "The trial is not randomised." in told
    assert "EMA/CHMP/27994/2008 Rev.1" in told
    assert "Registry number: not stated" in told


def test_the_registry_is_not_corrected_where_it_is_right(
    other: Callable[..., Shelf], said: Said
) -> None:
    study = STUDY.replace(
        "randomization to death from any cause", "first dose to progression or death"
    )
    told = shown(other(study=study, adsl=ADSL, adrs=ADRS), "overview-registry", said)
    assert "first dose to progression or death" in told
    assert "overall survival" not in told
    assert "not randomised" not in told


def test_below_five_patients_there_is_no_percentage(shelf: Shelf, said: Said) -> None:
    few = replace(shelf.resolve("")[0], backbones=("taxane",))
    told = shown(shelf, "overview-efficacy", said, few)
    assert "1/3 (95% CI 0.8 to 90.6, Clopper-Pearson)" in told
    assert "Fewer than 5 patients: counts and interval only." in told
    assert "33.3%" not in told
    assert "%;" not in told


@pytest.mark.parametrize("name", [c.name for c in CARDS])
def test_nobody_and_one_patient_are_words_not_errors(shelf: Shelf, said: Said, name: str) -> None:
    whole = shelf.resolve("")[0]
    nobody = replace(whole, filters=(Range("AGE", 1.0, 2.0),))
    told = shown(shelf, name, said, nobody)
    if name in ("overview-efficacy", "overview-maturity", "overview-accrual"):
        assert "No patient is left by the filters." in told
    one = replace(whole, filters=(Range("AGE", 70.0, 70.0),))
    alone = shown(shelf, name, said, one)
    assert "nan" not in told.lower().split()
    assert "None" not in told + alone


def test_an_export_of_adsl_alone_says_what_is_missing(
    other: Callable[..., Shelf], said: Said
) -> None:
    bare = other(
        study='[study]\nid = "bare"\ntitle = "Bare"\n',
        adsl="USUBJID,SEX\nA1,F\nA2,M\n",
    )
    efficacy = shown(bare, "overview-efficacy", said)
    assert "The export holds no tumour response (ADRS)" in efficacy
    assert "The export holds neither time to event (ADTTE) nor tumour response" in efficacy
    assert "The export holds no date or flag of death" in efficacy
    assert "0/2" not in efficacy
    status = shown(bare, "overview-status", said)
    assert "Enrolled 2" in status
    assert "Treated not stated" in status
    assert "Response-evaluable not stated" in status
    assert "On treatment not stated" in status
    assert "not stated: the export holds no survival data" in status
    assert "No window is stated in study.toml" in shown(bare, "overview-maturity", said)
    assert "The export states no date of enrolment" in shown(bare, "overview-accrual", said)
    assert "states no registered endpoint" in shown(bare, "overview-registry", said)


def test_a_death_without_a_date_is_still_a_death(other: Callable[..., Shelf], said: Said) -> None:
    flagged = ADSL.replace("2025-01-29,Y,2025-01-29", ",Y,2025-01-29")
    told = shown(other(adsl=flagged, adrs=ADRS), "overview-efficacy", said)
    assert (
        "have died by the cut-off; causes of death are not exported. 1 of them without a date"
        in told
    )


def test_a_response_after_the_window_is_shown_and_not_counted(
    other: Callable[..., Shelf], said: Said
) -> None:
    # P05, first dose 2024-12-01: PR on day 184, confirmed on day 212
    days = ("2025-06-03", "2025-07-01")
    confirmed = ADRS + "".join(f"P05,OVR,Overall response,{day},PR\n" for day in days)
    told = shown(other(adsl=ADSL, adrs=confirmed), "overview-efficacy", said)
    assert "2/9 (22.2%" in told
    assert "1 responded after the window and is not counted." in told


def test_without_a_window_the_whole_follow_up_counts(
    other: Callable[..., Shelf], said: Said
) -> None:
    study = STUDY.replace("orr_window_days = 182\n", "").replace("window_days = 182\n", "")
    told = shown(other(study=study, adsl=ADSL, adrs=ADRS), "overview-efficacy", said)
    assert "as best response so far; no response window is stated" in told


def test_findings_are_counted_by_severity_and_opened_by_words(shelf: Shelf, said: Said) -> None:
    answer = results_of(shelf).panel("overview-quality", shelf.resolve("")[0], Audience.FULL)
    findings = shelf.resolve("")[1].cut.findings
    assert sum(g["n"] for g in answer["groups"]) == len(findings) > 0
    told = shown(shelf, "overview-quality", said)
    for group in answer["groups"]:
        assert str(group["n"]) in told
        assert group["findings"][0]["sentence"] in told


def test_sensitivity_rules_change_the_question(shelf: Shelf) -> None:
    """FDA-like rules first; the EMA-like rules on demand, each named on the card."""
    whole = shelf.resolve("")[0]
    results = results_of(shelf)
    rules = {
        r: results.panel("overview-efficacy", replace(whole, rules=r), Audience.FULL)["pfs"][
            "data"
        ]["rule"]
        for r in ("primary", "ema")
    }
    assert rules == {"primary": "FDA", "ema": "EMA"}


def test_a_filter_value_never_reaches_a_card_unread(shelf: Shelf) -> None:
    whole = shelf.resolve("")[0]
    one = replace(whole, filters=(Levels("SEX", ("M",)),))
    answer = results_of(shelf).panel("overview-efficacy", one, Audience.FULL)
    assert answer["filter_words"] == "Sex: M"
    assert answer["orr"]["denominator"] == ["P04"]


ADAE = """\
USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,ASTDT,AENDT,AETOXGR,AESER,AEREL,TRTEMFL
P01,1,Neutropenia,NEUTROPENIA,BLOOD,2024-10-10,2024-10-20,3,N,Y,Y
P01,2,Neutropenia,NEUTROPENIA,BLOOD,2024-11-10,2024-11-20,4,Y,Y,Y
P02,1,Nausea,NAUSEA,GUT,2024-10-05,2024-10-06,2,N,Y,Y
P03,1,Fall,FALL,INJURY,2024-12-01,2024-12-02,3,Y,N,Y
P05,1,Rash,RASH,SKIN,2024-11-01,2024-11-02,3,N,Y,N
"""


def test_related_and_serious_events_of_the_safety_set(
    other: Callable[..., Shelf], said: Said
) -> None:
    """Related and grade 3 or higher: P01 alone (twice); serious: P01 and P03; safety set of 8."""
    told = shown(other(adsl=ADSL, adrs=ADRS, adae=ADAE), "overview-safety", said)
    assert "n = 8" in told
    assert "1 of 8 treated patients (12.5%; 95% CI 0.3 to 52.7) has had a treatment-related" in told
    assert "1/8 (12.5%; 95% CI 0.3 to 52.7, Clopper-Pearson)" in told
    assert "2 events in all" in told
    assert (
        "Serious adverse events 2 of 8 treated patients (25.0%; 95% CI 3.2 to 65.1) have had"
        in told
    )
    assert "2/8 (25.0%" in told


def test_severity_is_never_called_a_grade(other: Callable[..., Shelf], said: Said) -> None:
    words = {"AETOXGR": "AESEV", "2": "MODERATE", "3": "SEVERE", "4": "SEVERE"}
    cells = [line.split(",") for line in ADAE.splitlines()]
    severity = "\n".join(",".join([*c[:7], words[c[7]], *c[8:]]) for c in cells) + "\n"
    told = shown(other(adsl=ADSL, adrs=ADRS, adae=severity), "overview-safety", said)
    assert "Severe treatment-related events 1 of 8 treated patients" in told
    assert "grade 3 or higher 1" not in told


def test_safety_without_events_or_doses_says_so(
    other: Callable[..., Shelf], shelf: Shelf, said: Said
) -> None:
    assert "The export holds no adverse events (ADAE)" in shown(shelf, "overview-safety", said)
    bare = other(
        study='[study]\nid = "bare"\ntitle = "Bare"\n', adsl="USUBJID,SEX\nP01,F\n", adae=ADAE
    )
    assert "does not say who was dosed" in shown(bare, "overview-safety", said)


# --- tables by backbone --------------------------------------------------------------------------


def counted(shelf: Shelf, selection: Selection | None = None) -> dict[tuple[str, str], str]:
    """(state, group) -> x/n of the disposition, reasons after a colon."""
    chosen = selection or shelf.resolve("")[0]
    answer = results_of(shelf).panel("overview-disposition", chosen, Audience.FULL)
    card = next(c for c in CARDS if c.name == "overview-disposition")
    assert card.rows is not None
    _, rows = card.rows(answer)
    return {
        (f"{state}: {reason}" if reason else state, group): f"{x}/{n}"
        for state, reason, group, x, n, _ in rows
    }


def test_disposition_by_backbone(shelf: Shelf, said: Said) -> None:
    """By hand: taxane P01 P02 P06, eribulin P03 P04 P09, carboplatin P05 P06, platinum P05 P06 P07;
    P08 has no backbone."""
    told = counted(shelf)
    groups = ("All", "Taxane", "Eribulin", "Carboplatin", "Platinum", "Not stated")
    assert [told["Enrolled", g] for g in groups] == ["9/9", "3/3", "3/3", "2/2", "3/3", "1/1"]
    assert [told["Treated", g] for g in groups] == ["8/9", "3/3", "2/3", "2/2", "3/3", "1/1"]
    assert [told["Not treated", g] for g in groups] == ["1/9", "0/3", "1/3", "0/2", "0/3", "0/1"]
    assert [told["On treatment", g] for g in groups] == ["4/9", "0/3", "1/3", "1/2", "2/3", "1/1"]
    assert [told["Died", g] for g in groups] == ["2/9", "1/3", "1/3", "0/2", "0/3", "0/1"]
    words = shown(shelf, "overview-disposition", said)
    assert "not randomised; a patient can be in more than one column." in words
    assert "Columns with fewer than 5 patients show counts only." in words
    assert "8/9 (89%)" in words
    assert "2/3 (" not in words


def test_disposition_agrees_with_the_status_strip(shelf: Shelf) -> None:
    status = results_of(shelf).panel("overview-status", shelf.resolve("")[0], Audience.FULL)
    told = counted(shelf)
    names = {"treated": "Treated", "on_treatment": "On treatment", "ended": "Treatment ended"}
    for name, state in names.items():
        headline = status["counts"][name]["headline"]
        assert told[state, "All"] == f"{headline['x']}/{headline['n']}"


def test_reasons_and_causes_are_the_words_of_the_export(
    other: Callable[..., Shelf], said: Said
) -> None:
    lines = ADSL.splitlines()
    reasons = {"P02": "PROGRESSIVE DISEASE,SEPSIS", "P04": ",UNKNOWN"}
    adsl = "\n".join(
        [f"{lines[0]},DCTREAS,DTHCAUS"]
        + [f"{line},{reasons.get(line.split(',')[0], ',')}" for line in lines[1:]]
    )
    made = other(adsl=adsl + "\n", adrs=ADRS)
    told = counted(made)
    assert told["Treatment ended: Progressive disease", "All"] == "1/9"
    assert told["Treatment ended: Not stated", "All"] == "3/9"
    assert told["Died: Sepsis", "All"] == "1/9"
    words = shown(made, "overview-efficacy", said)
    assert "have died by the cut-off: 1 of sepsis and 1 of a cause that is not stated." in words


def test_what_disposition_cannot_tell_is_said(other: Callable[..., Shelf], said: Said) -> None:
    bare = other(study='[study]\nid = "bare"\ntitle = "Bare"\n', adsl="USUBJID,SEX\nP01,F\n")
    words = shown(bare, "overview-disposition", said)
    assert "does not say who was dosed" in words
    assert "does not say who left the study" in words
    assert "so deaths are not stated" in words
    assert "Treated" not in words


def test_baseline_by_backbone(other: Callable[..., Shelf], said: Said) -> None:
    """Ages P01 to P09 by hand; P07 states none, P08 is the only man."""
    ages = (40, 50, 60, 45, 55, 65, "", 70, 35, 99)
    rows = [f"P{i:02d},{age},{'M' if i == 8 else 'F'}" for i, age in enumerate(ages, start=1)]
    own = {row.split(",")[0]: row.split(",", 1)[1] for row in rows}
    lines = ADSL.splitlines()
    head = lines[0].split(",")
    keep = [i for i, name in enumerate(head) if name not in ("AGE", "SEX")]
    adsl = "\n".join(
        ",".join([*(line.split(",")[i] for i in keep), *tail.split(",")])
        for line, tail in [
            (lines[0], "AGE,SEX"),
            *((line, own[line.split(",")[0]]) for line in lines[1:]),
        ]
    )
    words = shown(other(adsl=adsl + "\n", adrs=ADRS), "overview-baseline", said)
    # 35 40 45 50 55 60 65 70: median 52.5
    assert "Age (years) median (range) 52.5 (35 to 70) 3 values 3 values 2 values 2 values" in words
    assert "F 8/9 (89%) 3/3 3/3 2/2 3/3 0/1 M 1/9 (11%) 0/3 0/3 0/2 0/3 1/1" in words
    assert "Not stated 1/9 (11%) 0/3 0/3 0/2 1/3 0/1" in words


def test_the_tables_follow_the_filter(shelf: Shelf, said: Said) -> None:
    some = replace(shelf.resolve("")[0], backbones=("eribulin",))
    told = counted(shelf, some)
    assert {group for _, group in told} == {"All", "Eribulin"}
    assert told["Treated", "All"] == "2/3"
    assert "n = 3" in shown(shelf, "overview-baseline", said, some)


def test_a_share_never_reads_as_none_or_all() -> None:
    assert [share(x, 400) for x in (0, 1, 2, 200, 399, 400)] == [
        "(0%)",
        "(<1%)",
        "(1%)",
        "(50%)",
        "(>99%)",
        "(100%)",
    ]


# --- since the previous cut ----------------------------------------------------------------------

EARLIER = """\
USUBJID,ENRLFL,SAFFL,ENRLDT,TRTSDT,TRTEDT,EOTSTT,EOSSTT,EOSDT,DTHDT,DTHFL,LSTALVDT,BACKBONE,SEX,LIVERFL,AGE
P01,Y,Y,2024-09-25,2024-10-01,,ONGOING,ONGOING,,,,2024-12-01,PACLITAXEL,F,Y,51
P02,Y,Y,2024-09-26,2024-10-01,,ONGOING,ONGOING,,,,2024-12-01,PACLITAXEL,F,N,62
P03,Y,Y,2024-10-28,2024-11-01,,ONGOING,ONGOING,,,,2024-12-01,ERIBULIN,F,Y,47
P04,Y,Y,2024-10-30,2024-11-01,,ONGOING,ONGOING,,,,2024-12-01,ERIBULIN,M,Y,70
"""
EARLIER_ADRS = """\
USUBJID,PARAMCD,PARAM,ADT,AVALC
P01,OVR,Overall response,2024-11-12,PR
P02,OVR,Overall response,2024-11-12,SD
"""


def test_what_changed_since_the_previous_cut(tmp_path: Path, said: Said) -> None:
    """By hand: 4 patients, no confirmed response; then 9, of whom P01 and P03 have one. P01's was
    there and is newly confirmed, P03 had no assessment."""
    store = CutStore(tmp_path / "home")
    import_written(
        store, tmp_path / "a", cut_date=date(2024, 12, 2), adsl=EARLIER, adrs=EARLIER_ADRS
    )
    import_written(store, tmp_path / "b", adsl=ADSL, adrs=ADRS)
    told = shown(Shelf(store), "overview-changes", said)
    assert "From the cut of 2 Dec 2024 to the cut of 1 Jul 2025." in told
    assert "Enrolled patients then 4 → now 9 +5 : newly enrolled +5" in told
    assert (
        "Objective response rate then 0/4 → now 2/9 +2 : newly evaluable +1 , newly confirmed +1"
    ) in told
    assert "Deaths then 0/4 → now 2/9 +2 : new since the earlier cut +2" in told


def test_a_first_cut_has_nothing_to_be_compared_with(shelf: Shelf, said: Said) -> None:
    told = shown(shelf, "overview-changes", said)
    assert "The study has one cut so far." in told


def test_a_safety_set_that_cannot_be_told_has_no_size(tmp_path: Path, said: Said) -> None:
    store = CutStore(tmp_path / "home")
    import_written(
        store,
        tmp_path / "bare",
        study='[study]\nid = "bare"\ntitle = "ADSL alone"\n',
        adsl="USUBJID,SEX\nA1,F\nA2,M\n",
    )
    told = shown(Shelf(store), "overview-safety", said)
    assert "Safety set, not stated" in told
    assert "n = 0" not in told
