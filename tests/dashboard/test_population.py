"""Who is in a selection, counted by hand on the written trial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.population import Population, population
from dashboard.selection import Levels, Range, Selection
from dashboard.shelf import Shelf


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
