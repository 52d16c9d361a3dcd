"""The words of the patient thread: keys become names, for the cut and the view on screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from components import thread as parts
from dashboard.results import Audience, Results, View
from dashboard.selection import MAX_PATIENTS, Selection
from dashboard.shelf import Shelf
from dashboard.thread import highlighted, keys_in
from dashboard.words import filter_words

Said = Callable[[Any], str]


@pytest.fixture
def view(shelf: Shelf) -> Callable[..., View]:
    results = Results(shelf, {}, Flask(__name__))

    def see(query: str = "", **more: Any) -> View:
        selection: Selection = replace(shelf.resolve(query)[0], **more)
        return results.view(selection, Audience.FULL)

    return see


def test_keys_become_names_in_order(view: Callable[..., View], said: Said) -> None:
    seen = view()
    keys = keys_in([seen.keys.key(p) for p in ("P07", "P02", "P02")])
    found = highlighted(seen, keys)
    assert [name for name, _ in found.names] == ["P02", "P07"]
    assert found.notes == ()
    assert said(parts.told(found)).startswith("P02 , P07")


def test_who_is_outside_the_view_or_the_cut_is_said(view: Callable[..., View]) -> None:
    seen = view("backbone=eribulin")
    keys = keys_in([*(seen.keys.key(p) for p in ("P03", "P01")), "aaaaaaaaaa"])
    found = highlighted(seen, keys)
    assert [name for name, _ in found.names] == ["P01", "P03"]
    assert found.notes == (
        "1 of the 2 are not among the patients shown (Enrolled patients, with its filters).",
        "1 patient of the link is not in this cut.",
    )
    alone = highlighted(seen, keys_in([seen.keys.key("P01")]))
    assert alone.notes == ("Not among the patients shown (Enrolled patients, with its filters).",)


def test_many_names_are_folded_away_and_printed_whole(
    view: Callable[..., View], said: Said
) -> None:
    seen = view()
    told = said(parts.told(highlighted(seen, keys_in(list(seen.keys)))))
    assert "and 4 more" in told
    assert "P01, P02, P03, P04, P05, P06, P07, P08, P09, P10" in told


@pytest.mark.parametrize(
    "sent",
    [None, "aaaaaaaaaa", {"a": 1}, [1, None, {}], ["A" * 10, "a" * 9, "a" * 11, "<script>"]],
)
def test_what_is_no_key_is_nobody(sent: object) -> None:
    assert keys_in(sent) == ()


def test_more_than_a_link_holds_is_nobody() -> None:
    letters = str.maketrans("0123456789", "abcdefghij")
    many = [f"{i:010}".translate(letters) for i in range(MAX_PATIENTS + 1)]
    assert keys_in(many) == ()
    assert len(keys_in(many[1:])) == MAX_PATIENTS


def test_chosen_patients_in_words(view: Callable[..., View]) -> None:
    seen = view()
    two = tuple(sorted(seen.keys.key(p) for p in ("P01", "P02")))
    study = seen.cut.study
    assert filter_words(study, replace(seen.selection, patients=two)) == "2 chosen patients"
    one = replace(seen.selection, patients=two[:1], backbones=("taxane",))
    assert filter_words(study, one) == "Backbone: Taxane; 1 chosen patient"


def test_long_names_leave_the_bar_a_line_high() -> None:
    def stand(length: int, n: int = 20) -> int:
        names = tuple((f"{i:0{length}}", "") for i in range(n))
        first = parts.told(parts.Highlighted(names, ()))[0].children
        return sum(part != ", " for part in first)

    assert stand(6) == 6
    assert stand(15) == 3  # 15 + 2 + 15 + 2 + 15 characters
    assert stand(60) == stand(90) == 1
    assert stand(6, n=2) == 2
