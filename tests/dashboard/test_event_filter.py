"""Which events count, in an address: every value checked, one form, and no filter on patients."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.event_filter import (
    FOLDS,
    LEAST,
    ORDERS,
    SORTS,
    EventFilter,
    EventFilterError,
    EventWords,
    event_filter,
)
from dashboard.event_keys import parts_of_key
from dashboard.selection import SelectionError, Vocabulary, parse

WORDS = EventWords(("inosine", "chemotherapy"), ("gout",))
CUT = Vocabulary("trial", "ab" * 32, event_words=WORDS)


def test_the_studys_own_switches_stand_beside_their_kind() -> None:
    assert WORDS.switches == (
        "related", "related:inosine", "related:chemotherapy", "high", "serious", "fatal", "aesi",
        "aesi:gout", "all",
    )  # fmt: skip


def test_an_address_means_a_filter() -> None:
    found = parse(
        "study=trial&cut=abab&ae=serious,related:inosine&ae.find=+neut%20x&ae.least=10"
        "&ae.by=term&ae.sort=name&ae.order=-grade",
        CUT,
    )
    assert found.events == EventFilter(
        ("related:inosine", "serious"), "neut x", 10, "term", "name", "-grade"
    )
    assert not found.filtered  # no patient is left out
    assert found.query().endswith(
        "ae=related%3Ainosine%2Cserious&ae.find=neut%20x&ae.least=10&ae.by=term&ae.sort=name"
        "&ae.order=-grade"
    )


@pytest.mark.parametrize(
    "query",
    [
        "ae=gold", "ae=related:gold", "ae.least=7", "ae.least=x", "ae.least=-5", "ae.by=rows",
        "ae.sort=date", "ae.order=secret", "ae.order=--day", "ae=serious&ae=fatal", "ae.other=1",
        "ae.least=%D9%A1%D9%A0",
    ],
)  # fmt: skip
def test_what_no_page_offers_is_refused_in_words(query: str) -> None:
    with pytest.raises(SelectionError):
        parse(f"study=trial&cut=abab&{query}", CUT)


def test_what_is_usual_is_not_said() -> None:
    assert parse("study=trial&ae=&ae.find=&ae.by=class&ae.sort=frequency", CUT).events.pairs() == []
    with pytest.raises(EventFilterError):
        event_filter({"ae": "related:inosine"}, EventWords())


@given(
    st.sets(st.sampled_from(WORDS.switches)), st.text(max_size=60), st.sampled_from((0, *LEAST)),
    st.sampled_from(FOLDS), st.sampled_from(SORTS), st.sampled_from(ORDERS),
)  # fmt: skip
def test_a_filter_survives_its_address(
    switches: set[str], find: str, least: int, by: str, sort: str, order: str
) -> None:
    fields = {"ae": ",".join(switches), "ae.find": find, "ae.by": by, "ae.sort": sort,
              "ae.order": order, "ae.least": str(least or "")}  # fmt: skip
    once = event_filter(fields, WORDS)
    again = event_filter(dict(once.pairs()), WORDS)
    assert once == again
    assert len(once.find) <= 40
    assert once.toggled("serious", WORDS).toggled("serious", WORDS) == once


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("abcdefghij-1", ("abcdefghij", 1)),
        ("abcdefghij-99999", ("abcdefghij", 99999)),
        ("abcdefghij-0", None),
        ("abcdefghij-01", None),
        ("abcdefghij", None),
        ("ABCDEFGHIJ-1", None),
        ("abcdefghij-1\n", None),
        ("abcdefghij-١", None),
    ],
)
def test_the_address_of_an_event(key: str, parts: tuple[str, int] | None) -> None:
    assert parts_of_key(key) == parts
