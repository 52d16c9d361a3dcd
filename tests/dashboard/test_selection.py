"""Selections: one canonical query each, and nothing believed that the cut does not hold."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.patient_keys import PatientKeys
from dashboard.selection import (
    GROUPINGS,
    MAX_QUERY,
    RULE_SETS,
    SETS,
    Filter,
    FilterField,
    Levels,
    Range,
    Selection,
    SelectionError,
    Vocabulary,
    choose,
    parse,
    wanted,
)
from dashboard.text import text

CUT = "0123456789abcdef" * 4
PATIENTS = PatientKeys(b"s" * 32, "tnbc", [f"P{i:03}" for i in range(400)])
KEYS = tuple(sorted(PATIENTS))
VOCABULARY = Vocabulary(
    study="tnbc",
    cut=CUT,
    patients=PATIENTS,
    backbones=("taxane", "eribulin", "platinum"),
    fields=(
        FilterField("SEX", "Sex", "category", ("", "F", "M")),
        FilterField("SITEID", "Site", "category", ("01", "02 & 03", "a=b", "naïve ☂", "NA")),
        FilterField("AGE", "Age", "number", (), 30.0, 80.0),
        FilterField("LDHBL", "LDH", "number", (), -2.5, 900.25),
    ),
)


LETTERS = str.maketrans("0123456789", "abcdefghij")


def level_filter(column: str, levels: tuple[str, ...]) -> st.SearchStrategy[Filter]:
    chosen = st.sets(st.sampled_from(levels), min_size=1)
    return chosen.map(lambda c: Levels(column, tuple(v for v in levels if v in c)))


ENDS = st.one_of(st.none(), st.integers(-(10**8), 10**8).map(lambda n: n / 1000))


def range_filter(column: str) -> st.SearchStrategy[Filter]:
    def build(ends: tuple[float | None, float | None]) -> Range:
        low, high = ends
        if low is not None and high is not None and low > high:
            low, high = high, low
        return Range(column, low, high)

    return st.tuples(ENDS, ENDS).filter(lambda e: e != (None, None)).map(build)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    filters: list[Filter] = []
    for spec in VOCABULARY.fields:
        if draw(st.booleans()):
            made = (
                range_filter(spec.column)
                if spec.kind == "number"
                else level_filter(spec.column, spec.levels)
            )
            filters.append(draw(made))
    chosen = draw(st.sets(st.sampled_from(VOCABULARY.backbones)))
    some = st.sets(st.sampled_from(KEYS), max_size=12).map(lambda c: tuple(sorted(c)))
    return Selection(
        study="tnbc",
        cut=CUT,
        analysis_set=draw(st.sampled_from(SETS)),
        backbones=tuple(b for b in VOCABULARY.backbones if b in chosen),
        filters=tuple(filters),
        group=draw(st.sampled_from(GROUPINGS)),
        rules=draw(st.sampled_from(RULE_SETS)),
        patients=draw(some),
        highlighted=draw(some),
    )


@settings(max_examples=300, deadline=None)
@given(selections())
def test_every_selection_survives_its_query(selection: Selection) -> None:
    assert parse("?" + selection.address(), VOCABULARY) == selection
    plain = replace(selection, highlighted=())
    assert parse("?" + selection.query(), VOCABULARY) == plain
    assert plain.address() == plain.query() == selection.query()


@settings(max_examples=200, deadline=None)
@given(selections(), selections())
def test_equal_queries_mean_equal_selections(one: Selection, other: Selection) -> None:
    assert (one.address() == other.address()) == (one == other)
    numbers = [replace(s, highlighted=()) for s in (one, other)]
    assert (one.query() == other.query()) == (numbers[0] == numbers[1])


def read(query: str) -> Selection:
    """As the shelf reads a query: first which cut it wants, then the whole of it."""
    wanted(query)
    return parse(query, VOCABULARY)


QUERIES = st.text(max_size=200) | st.binary(max_size=80).map(
    lambda raw: "".join(f"%{byte:02x}" for byte in raw)
)


@settings(max_examples=300, deadline=None)
@given(QUERIES)
def test_any_text_is_a_selection_or_a_reason(query: str) -> None:
    found = None
    with contextlib.suppress(SelectionError):
        found = read(query)
    if found is not None:
        assert parse(found.address(), VOCABULARY) == found


def test_four_hundred_patients_fit_twice_into_a_link() -> None:
    every = Selection("tnbc", CUT, patients=KEYS, highlighted=KEYS)
    assert len(every.address()) < MAX_QUERY
    assert read("?" + every.address()) == every
    assert every.address().count("&") == 3  # study, cut, p, sel: one value each


def test_the_order_of_keys_does_not_matter_and_repeating_one_adds_nobody() -> None:
    a, b = KEYS[:2]
    assert parse(f"p={a}{b}&sel={b}{a}{b}", VOCABULARY) == parse(f"sel={a}{b}&p={b}{a}", VOCABULARY)


def test_a_highlight_of_nobody_here_is_left_out_and_a_filter_by_nobody_is_refused() -> None:
    stranger = PatientKeys(b"t" * 32, "tnbc", ["P000"]).key("P000")
    assert read(f"sel={KEYS[0]}{stranger}").highlighted == KEYS[:1]
    with pytest.raises(SelectionError) as caught:
        read(f"p={KEYS[0]}{stranger}")
    assert caught.value.problem == "unknown_patient"
    assert text(f"selection.{caught.value.problem}").startswith("The link chooses a patient")


def test_the_order_of_a_query_does_not_matter() -> None:
    one = parse("f.SEX=M&f.SEX=F&backbone=platinum&backbone=taxane", VOCABULARY)
    other = parse("backbone=taxane&backbone=platinum&f.SEX=F&f.SEX=M", VOCABULARY)
    assert one == other
    assert one.query() == other.query()


def test_defaults_stay_out_of_the_query_and_the_cut_never_does() -> None:
    assert parse("", VOCABULARY).query() == f"study=tnbc&cut={CUT[:16]}"


def test_missing_values_are_a_level_of_their_own() -> None:
    assert parse("f.SEX=", VOCABULARY).filters == (Levels("SEX", ("",)),)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("set=everyone", "unknown_value"),
        ("group=DROP TABLE", "unknown_value"),
        ("rules=fda&rules=ema", "repeated"),
        ("set=safety&set=full", "repeated"),
        ("backbone=gold", "unknown_value"),
        ("backbone=taxane%00", "unknown_value"),
        ("f.SEX=<script>alert(1)</script>", "unknown_value"),
        ("f.SEX=F'--", "unknown_value"),
        ("f.__class__=1", "unknown_filter"),
        ("f.=1", "unknown_filter"),
        ("f.USUBJID=P01", "unknown_filter"),
        ("f.AGE=40", "unknown_value"),
        ("f.AGE=nan..", "unknown_value"),
        ("f.AGE=%D9%A4%D9%A0..", "unknown_value"),  # 40 in Arabic-Indic digits
        ("f.AGE=1e308..", "unknown_value"),
        ("f.AGE=-inf..inf", "unknown_value"),
        ("f.AGE=60..40", "empty_range"),
        ("f.AGE=40..&f.AGE=..60", "repeated"),
        ("layout=__import__('os')", "unknown_parameter"),
        ("cut=../../etc/passwd", "unknown_cut"),
        ("cut=ABCDEF123456", "unknown_cut"),
        ("f.SEX=%ff%fe", "unreadable"),
        ("a=" + "x" * MAX_QUERY, "too_long"),
        ("p=", "unreadable_patients"),
        ("sel=P001", "unreadable_patients"),
        (f"p={KEYS[0]}x", "unreadable_patients"),
        (f"sel={KEYS[0].upper()}", "unreadable_patients"),
        (f"p={KEYS[0]}&p={KEYS[1]}", "repeated"),
        ("p=aaaaaaaaaa", "unknown_patient"),
        ("sel=" + "".join(f"{i:010}".translate(LETTERS) for i in range(401)), "too_many_patients"),
        ("&".join("f.SEX=F" for _ in range(900)), "unreadable"),
    ],
)
def test_what_the_cut_does_not_hold_is_refused(query: str, problem: str) -> None:
    with pytest.raises(SelectionError) as caught:
        read(query)
    assert caught.value.problem == problem


@pytest.mark.parametrize("query", ["f.SEX=<script>", "set=<script>", "<script>=1", "cut=<script>"])
def test_a_reason_never_repeats_what_was_sent(query: str) -> None:
    with pytest.raises(SelectionError) as caught:
        read(query)
    assert "<" not in f"{caught.value} {caught.value.part}"


def test_chips_take_one_value_at_a_time() -> None:
    selection = parse("backbone=taxane&backbone=platinum&f.SEX=F&f.SEX=M&f.AGE=40..", VOCABULARY)
    assert selection.without("backbone", "taxane").backbones == ("platinum",)
    assert selection.without("SEX", "F").filters == (Levels("SEX", ("M",)), Range("AGE", 40.0))
    assert selection.without("SEX", "F").without("SEX", "M").filters == (Range("AGE", 40.0),)
    assert selection.without("AGE").filters == (Levels("SEX", ("F", "M")),)
    assert selection.unfiltered() == replace(selection, backbones=(), filters=())
    chosen = replace(selection, patients=KEYS[:3], highlighted=KEYS[:1])
    assert chosen.filtered
    assert chosen.without("patients") == replace(selection, highlighted=KEYS[:1])
    assert chosen.unfiltered().patients == ()
    assert chosen.unfiltered().highlighted == KEYS[:1]


def test_controls_choose_levels_ranges_and_nothing() -> None:
    start = parse("", VOCABULARY)
    sex = choose(start, "SEX", ["M"], VOCABULARY)
    assert sex.filters == (Levels("SEX", ("M",)),)
    assert choose(sex, "SEX", [], VOCABULARY) == start
    both = choose(sex, "AGE", [None, 60], VOCABULARY)
    assert both.filters == (Levels("SEX", ("M",)), Range("AGE", None, 60.0))
    assert choose(both, "AGE", ["", None], VOCABULARY) == sex
    assert choose(start, "backbone", ["platinum", "taxane"], VOCABULARY).backbones == (
        "taxane",
        "platinum",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("SEX", "M"),
        ("SEX", {"a": 1}),
        ("SEX", [1]),
        ("SEX", ["X"]),
        ("AGE", ["40", "60"]),
        ("AGE", [True, None]),
        ("AGE", [float("nan"), None]),
        ("AGE", [float("inf"), None]),
        ("AGE", [1e12, None]),
        ("AGE", [10**400, None]),
        ("AGE", [999_999_999.999_999_9, None]),
        ("AGE", [60, 40]),
        ("NOPE", ["x"]),
        ("backbone", ["gold"]),
        ("backbone", 3),
    ],
)
def test_a_control_cannot_send_what_it_does_not_offer(column: str, value: object) -> None:
    with pytest.raises(SelectionError):
        choose(parse("", VOCABULARY), column, value, VOCABULARY)


def test_levels_with_odd_characters_go_through_an_address() -> None:
    for level in VOCABULARY.fields[1].levels:
        chosen = choose(parse("", VOCABULARY), "SITEID", [level], VOCABULARY)
        assert f"f.SITEID={quote(level, safe='')}" in chosen.query()
        assert parse(chosen.query(), VOCABULARY) == chosen
