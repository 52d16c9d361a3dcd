"""Who is in a selection, counted by hand on the written trial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.panels.strip import strip
from dashboard.population import Loosened, Population, population
from dashboard.selection import Levels, Range, Selection, SelectionError
from dashboard.shelf import Shelf
from dashboard.words import filter_words
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, STUDY, import_written


@pytest.fixture
def all_patients(shelf: Shelf) -> Selection:
    return shelf.resolve("")[0]


def see(shelf: Shelf, selection: Selection) -> Population:
    opened = shelf.open(selection.study, selection.cut)
    return population(opened.analysis, selection, opened.keys)


def test_without_filters_the_analysis_set_is_shown_whole(
    shelf: Shelf, all_patients: Selection
) -> None:
    found = see(shelf, all_patients)
    assert found.members.patients == tuple(f"P0{i}" for i in range(1, 10))
    assert found.members is found.base


def test_backbone_groups_overlap(shelf: Shelf, all_patients: Selection) -> None:
    def chosen(*groups: str) -> tuple[str, ...]:
        return see(shelf, replace(all_patients, backbones=groups)).members.patients

    assert chosen("taxane") == ("P01", "P02", "P06")
    assert chosen("carboplatin") == ("P05", "P06")
    assert chosen("platinum") == ("P05", "P06", "P07")
    assert chosen("taxane", "platinum") == ("P01", "P02", "P05", "P06", "P07")


def test_levels_of_one_column_widen_and_columns_narrow(
    shelf: Shelf, all_patients: Selection
) -> None:
    women = replace(all_patients, filters=(Levels("SEX", ("F",)),))
    assert len(see(shelf, women).members.patients) == 8
    everyone = replace(all_patients, filters=(Levels("SEX", ("F", "M")),))
    assert len(see(shelf, everyone).members.patients) == 9
    with_liver = replace(women, filters=(*women.filters, Levels("LIVERFL", ("Y",))))
    assert see(shelf, with_liver).members.patients == ("P01", "P03", "P09")


def test_a_missing_value_is_a_level_and_outside_every_range(
    shelf: Shelf, all_patients: Selection
) -> None:
    unknown = replace(all_patients, filters=(Levels("LIVERFL", ("",)),))
    assert see(shelf, unknown).members.patients == ("P06",)
    any_age = replace(all_patients, filters=(Range("AGE", 0.0, 200.0),))
    assert "P09" not in see(shelf, any_age).members.patients


def test_ranges_hold_their_ends(shelf: Shelf, all_patients: Selection) -> None:
    selection = replace(all_patients, filters=(Range("AGE", 51.0, 62.0),))
    assert see(shelf, selection).members.patients == ("P01", "P02", "P05")


def test_chosen_patients_are_a_filter_like_any_other(shelf: Shelf, all_patients: Selection) -> None:
    keys = shelf.open(all_patients.study, all_patients.cut).keys
    chosen = tuple(sorted(keys.key(p) for p in ("P02", "P03", "P05", "P10")))
    three = replace(all_patients, patients=chosen)
    assert see(shelf, three).members.patients == ("P02", "P03", "P05")  # P10 failed screening
    narrowed = replace(three, backbones=("eribulin",))
    assert see(shelf, narrowed).members.patients == ("P03",)
    # what a backbone would show is counted among the chosen only
    counts = see(shelf, three).counts
    assert counts["backbone"] == {"taxane": 1, "eribulin": 1, "carboplatin": 1, "platinum": 1}


def test_who_is_filtered_out_is_listed_with_the_reason(
    shelf: Shelf, all_patients: Selection
) -> None:
    found = see(shelf, replace(all_patients, backbones=("eribulin",)))
    reasons = {e.usubjid: e.reason for e in found.members.excluded}
    assert reasons["P01"] == "outside the chosen filters"
    assert reasons["P10"] == "ENRLFL is not Y"
    assert found.members.patients == ("P03", "P04", "P09")


def test_a_count_says_what_choosing_it_would_show(shelf: Shelf, all_patients: Selection) -> None:
    """Each level is counted under every other filter, and only inside the analysis set."""
    selection = replace(all_patients, backbones=("taxane",), filters=(Levels("LIVERFL", ("Y",)),))
    counts = see(shelf, selection).counts
    assert counts["LIVERFL"] == {"Y": 1, "N": 1, "": 1}
    assert counts["backbone"] == {"taxane": 1, "eribulin": 3}
    assert counts["SEX"] == {"F": 1}
    for group, count in counts["backbone"].items():
        alone = see(shelf, replace(selection, backbones=(group,)))
        assert alone.members.n == count


SEVERAL = """
PRIORTRT = { label = "Earlier drugs", kind = "several" }
"""
#: earlier drugs of P01 to P09; P10 failed screening
DRUGS = ("PACLITAXEL; EPIRUBICIN", "EPIRUBICIN", "", "CMF;PACLITAXEL", " ; ", "NAB-PACLITAXEL",
         "EPIRUBICIN ; CMF", "PACLITAXEL; PACLITAXEL", "CMF", "CMF")  # fmt: skip


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("several")
    store = CutStore(folder / "home")
    head, *rows = ADSL.splitlines()
    lines = [f"{head},PRIORTRT", *(f"{r},{d}" for r, d in zip(rows, DRUGS, strict=True))]
    import_written(
        store, folder, study=STUDY.rstrip() + SEVERAL, adsl="\n".join(lines) + "\n", adrs=ADRS
    )
    return Shelf(store)


def test_a_patient_with_several_values_is_found_by_each(several: Shelf) -> None:
    def shown(*drugs: str) -> tuple[str, ...]:
        query = "&".join(f"f.PRIORTRT={d}" for d in drugs)
        return see(several, several.resolve(query)[0]).members.patients

    assert shown("EPIRUBICIN") == ("P01", "P02", "P07")
    assert shown("PACLITAXEL") == ("P01", "P04", "P08")
    assert shown("CMF", "EPIRUBICIN") == ("P01", "P02", "P04", "P07", "P09")
    assert shown("") == ("P03", "P05")  # none stated
    counts = see(several, several.resolve("")[0]).counts["PRIORTRT"]
    assert counts == {
        "EPIRUBICIN": 3, "PACLITAXEL": 3, "CMF": 3, "NAB-PACLITAXEL": 1, "": 2
    }  # fmt: skip
    assert "PRIORTRT" not in several.resolve("")[1].vocabulary.groupings
    with pytest.raises(SelectionError):
        several.resolve("f.PRIORTRT=PACLITAXEL; EPIRUBICIN")


def test_several_values_are_said_as_words(several: Shelf) -> None:
    selection, opened = several.resolve("f.PRIORTRT=NAB-PACLITAXEL&f.PRIORTRT=CMF&f.PRIORTRT=")
    words = filter_words(opened.cut.study, selection)
    assert words == "Earlier drugs: not stated; Earlier drugs: CMF; Earlier drugs: Nab-paclitaxel"


def test_nobody_left_says_which_filter_to_take_away(shelf: Shelf, all_patients: Selection) -> None:
    """Men with a taxane: there are none. Without the backbone 1 (P04), without the sex 3."""
    men = replace(all_patients, backbones=("taxane",), filters=(Levels("SEX", ("M",)),))
    found = see(shelf, men)
    assert found.members.n == 0
    assert found.loosened == (Loosened(("SEX",), 3), Loosened(("backbone",), 1))
    for way in found.loosened:
        rest = men
        for column in way.columns:
            rest = rest.without(column)
        assert see(shelf, rest).members.n == way.n
    assert see(shelf, replace(men, filters=())).loosened == ()


def test_where_one_is_not_enough_two_are_named(shelf: Shelf, all_patients: Selection) -> None:
    """The only man, P04, is on eribulin, 70 years old and not the patient chosen."""
    keys = shelf.open(all_patients.study, all_patients.cut).keys
    nobody = replace(
        all_patients,
        backbones=("eribulin",),
        filters=(Levels("SEX", ("M",)), Range("AGE", 75.0, None)),
        patients=(keys.key("P07"),),
    )
    found = see(shelf, nobody)
    assert found.members.n == 0
    assert {way.columns for way in found.loosened} == {("AGE", "patients")}
    assert found.loosened[0].n == 1  # P04: a man on eribulin


def test_a_set_of_nobody_is_no_fault_of_the_filters(shelf: Shelf, all_patients: Selection) -> None:
    opened = shelf.open(all_patients.study, all_patients.cut)
    for set_ in opened.vocabulary.sets:
        found = see(shelf, replace(all_patients, analysis_set=set_))
        assert found.loosened == ()


def test_the_strip_draws_a_row_per_value(several: Shelf) -> None:
    _, opened = several.resolve("")
    columns = strip(opened.cut.study, opened.analysis.adsl, ["P01", "P04", "P03", "P07"])
    (drugs,) = (c for c in columns if c["column"] == "PRIORTRT")
    assert [(x["label"], x["members"]) for x in drugs["levels"]] == [
        ("CMF", [1, 3]), ("Epirubicin", [0, 3]), ("Paclitaxel", [0, 1]), ("", [2]),
    ]  # fmt: skip
