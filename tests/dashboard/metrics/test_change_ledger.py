"""The change ledger: hand-written pairs of cuts with the ledger expected of them, and its laws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.change_ledger import (
    CAUSES,
    Between,
    Fact,
    Ledger,
    Side,
    by_cause,
    change_ledger,
)
from dashboard.metrics.rate_ledger import RateLedger, causes_of_times, rate_ledger, ruled

EARLY, LATE_CUT = ("2025-01-01", "", "a"), ("2025-06-01", "", "b")
PR, SD = ("response", "2024-12-01", "PR"), ("response", "2024-12-01", "SD")
SCAN = ("response", "2025-03-01", "PR")


def side(order: tuple[str, ...], members: str, positive: str = "", **more: object) -> Side:
    """Patients are letters: members "ABC", positive "A"."""
    all_ = frozenset(members)
    known = {"exported": all_, "enrolled": all_, "base": all_}
    sets = {k: frozenset(v) if isinstance(v, str) else v for k, v in more.items()}
    return Side(order=order, members=all_, positive=frozenset(positive), **{**known, **sets})  # type: ignore[arg-type]


def facts(**known: tuple[Fact, ...]) -> Mapping[str, frozenset[Fact]]:
    return {p: frozenset(f) for p, f in known.items()}


def told(ledger: Ledger) -> list[tuple[str, str, int, int]]:
    return [(m.usubjid, m.cause, m.dx, m.dn) for m in ledger.moves]


def test_the_example_of_the_definitions() -> None:
    """9/28 -> 12/34 in small: 2/6 -> 4/7, each patient under the cause of the definitions.

    A responded before. B's response is confirmed since. C had no evaluable scan and responds now.
    D's response was corrected to stable disease. E is dropped. F was stable. N and O are new.
    """
    then = side(
        EARLY,
        "ABCDEF",
        "AD",
        provisional="B",
        unknown="C",
        facts=facts(A=(PR,), B=(PR,), D=(PR,), F=(SD,)),
    )
    now = side(
        LATE_CUT,
        "ABCDFNO",
        "ABCN",
        facts=facts(A=(PR,), B=(PR, SCAN), C=(SCAN,), D=(SD,), F=(SD,), N=(SCAN,)),
    )
    made = change_ledger(then, now, Between(own=frozenset("AD"), revised=frozenset("A")))
    assert (made.x_then, made.n_then, made.x_now, made.n_now) == (2, 6, 4, 7)
    assert told(made) == [
        ("N", "enrolled", 1, 1),
        ("O", "enrolled", 0, 1),
        ("C", "evaluable", 1, 0),
        ("B", "confirmed", 1, 0),
        ("D", "corrected", -1, 0),
        ("E", "dropped", 0, -1),
    ]
    assert [(c.cause, c.dx, c.dn, c.patients) for c in by_cause(made)] == [
        ("enrolled", 1, 2, ("N", "O")),
        ("evaluable", 1, 0, ("C",)),
        ("confirmed", 1, 0, ("B",)),
        ("corrected", -1, 0, ("D",)),
        ("dropped", 0, -1, ("E",)),
    ]


def test_a_response_of_new_scans_is_new_since() -> None:
    then = side(EARLY, "A", facts=facts(A=(SD,)))
    now = side(LATE_CUT, "A", "A", facts=facts(A=(SD, SCAN)))
    assert told(change_ledger(then, now)) == [("A", "since", 1, 0)]


def test_a_record_that_came_late_is_told_from_a_changed_one() -> None:
    """The later records up to the earlier cut-off already make A positive."""
    then = side(EARLY, "A", facts=facts(A=(SD,)))
    between = Between(revised=frozenset("A"))
    kept = side(LATE_CUT, "A", "A", facts=facts(A=(SD, PR)))
    changed = side(LATE_CUT, "A", "A", facts=facts(A=(PR,)))
    assert told(change_ledger(then, kept, between)) == [("A", "late", 1, 0)]
    assert told(change_ledger(then, changed, between)) == [("A", "corrected", 1, 0)]


def test_another_value_from_the_same_records_is_the_exports_doing() -> None:
    then = side(EARLY, "AB", "A", facts=facts(A=(PR,), B=(PR,)), provisional="B")
    now = side(LATE_CUT, "AB", "B", facts=facts(A=(PR,), B=(PR,)))
    assert told(change_ledger(then, now)) == [
        ("A", "reclassified", -1, 0),
        ("B", "reclassified", 1, 0),
    ]


def test_a_change_of_rules_is_a_cause_of_its_own_and_comes_last() -> None:
    """A responds since. By the earlier rules B still responds; by the later ones it does not."""
    then = side(EARLY, "AB", "B", facts=facts(A=(SD,), B=(PR,)))
    later = facts(A=(SD, SCAN), B=(PR,))
    now = side(LATE_CUT, "AB", "A", facts=later)
    same = side(LATE_CUT, "AB", "AB", facts=later)
    made = change_ledger(then, now, Between(same_rules=same))
    assert told(made) == [("A", "since", 1, 0), ("B", "rules", -1, 0)]


def test_a_patient_may_move_once_by_records_and_once_by_rules() -> None:
    then = side(EARLY, "A", facts=facts(A=(SD,)))
    now = side(LATE_CUT, "A", facts=facts(A=(SD, SCAN)))
    same = side(LATE_CUT, "A", "A", facts=facts(A=(SD, SCAN)))
    made = change_ledger(then, now, Between(same_rules=same))
    assert told(made) == [("A", "since", 1, 0), ("A", "rules", -1, 0)]


def test_joining_leaving_filters_and_screening_are_told_apart() -> None:
    """A joins the set, B leaves it, C moves into the filter, D out of it, E was in screening."""
    then = side(EARLY, "BD", exported="ABCDE", enrolled="ABCD", base="BCD")
    now = side(LATE_CUT, "ACE", exported="ABCDE", enrolled="ABCDE", base="ACDE")
    assert told(change_ledger(then, now)) == [
        ("E", "enrolled", 0, 1),
        ("A", "joined", 0, 1),
        ("C", "filters", 0, 1),
        ("D", "filters", 0, -1),
        ("B", "left", 0, -1),
    ]


def test_a_numerator_outside_its_denominator_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the denominator"):
        side(EARLY, "A", "B")


# --- laws ----------------------------------------------------------------------------------------

PATIENTS = "ABCDEFGHIJ"
subsets = st.frozensets(st.sampled_from(PATIENTS))
records = st.dictionaries(
    st.sampled_from(PATIENTS), st.frozensets(st.sampled_from([PR, SD, SCAN])), max_size=10
)


@st.composite
def sides(draw: st.DrawFn, order: tuple[str, ...]) -> Side:
    exported = draw(subsets)
    enrolled = exported & draw(subsets)
    base = exported & draw(subsets)
    members = base & draw(subsets)
    return Side(
        order=order,
        exported=exported,
        enrolled=enrolled,
        base=base,
        members=members,
        positive=members & draw(subsets),
        provisional=draw(subsets),
        unknown=draw(subsets),
        facts=draw(records),
        told=dict.fromkeys(exported, "x"),
    )


betweens = st.builds(
    Between,
    own=subsets,
    revised=subsets,
    same_rules=st.one_of(st.none(), sides(LATE_CUT)),
)


@given(sides(EARLY), sides(LATE_CUT), betweens)
def test_the_causes_add_up_to_the_difference(then: Side, now: Side, between: Between) -> None:
    made = change_ledger(then, now, between)
    totals = by_cause(made)
    assert sum(c.dx for c in totals) == now.x - then.x
    assert sum(c.dn for c in totals) == now.n - then.n
    assert {m.cause for m in made.moves} <= set(CAUSES)
    by_records = [m.usubjid for m in made.moves if m.cause != "rules"]
    assert len(by_records) == len(set(by_records))  # each patient under one cause


@given(sides(EARLY), sides(LATE_CUT), betweens)
def test_the_other_way_round_every_sign_turns(then: Side, now: Side, between: Between) -> None:
    forwards, backwards = change_ledger(then, now, between), change_ledger(now, then, between)
    assert backwards == forwards.turned()
    assert [(m.usubjid, m.cause, -m.dx, -m.dn) for m in backwards.moves] == told(forwards)


@given(sides(EARLY))
def test_a_cut_and_itself_make_an_empty_ledger(one: Side) -> None:
    same = Between(own=one.positive, revised=one.positive)
    assert change_ledger(one, one, same).moves == ()
    assert change_ledger(one, replace(one, order=LATE_CUT), same).moves == ()


@given(sides(EARLY), sides(LATE_CUT), betweens)
def test_a_ledger_survives_json(then: Side, now: Side, between: Between) -> None:
    made = change_ledger(then, now, between)
    assert Ledger.from_json(made.to_json()) == made


# --- rates ---------------------------------------------------------------------------------------


def test_two_causes_share_a_rate_by_the_mean_of_both_orders() -> None:
    """S(30) by hand. Then: A event 10, B censored 40: 1/2. Now: A event 10, B censored 40, C new
    with event 20, D new follow-up 25 -> event 28 after ... see the four products below.

    then         A10+ B40  D25          at risk 3, event -> 2/3
    C alone      A10+ B40  D25 C20+     3/4 * 2/3          = 1/2
    D alone      A10+ B40  D28+         2/3 * 1/2          = 1/3
    both         A10+ C20+ D28+ B40     3/4 * 2/3 * 1/2    = 1/4
    share of C: mean(1/2 - 2/3, 1/4 - 1/3) = mean(-1/6, -1/12) = -1/8
    share of D: mean(1/3 - 2/3, 1/4 - 1/2) = mean(-1/3, -1/4) = -7/24
    """
    then = {"A": (10.0, True), "B": (40.0, False), "D": (25.0, False)}
    now = {"A": (10.0, True), "B": (40.0, False), "D": (28.0, True), "C": (20.0, True)}
    made = rate_ledger(then, now, {"C": "enrolled", "D": "since"}, 30.0)
    assert made.then == pytest.approx(2 / 3)
    assert made.now == pytest.approx(1 / 4)
    assert [(s.cause, s.patients) for s in made.shares] == [("enrolled", ("C",)), ("since", ("D",))]
    assert [s.change for s in made.shares] == pytest.approx([-1 / 8, -7 / 24])


def test_a_rate_beyond_the_follow_up_is_not_split() -> None:
    made = rate_ledger({"A": (10.0, False)}, {"A": (50.0, False)}, {"A": "followed"}, 30.0)
    assert made == RateLedger(30.0, None, 1.0, (), split=False)


def test_rules_come_last_and_have_the_rest_of_the_change() -> None:
    then = {"A": (10.0, True), "B": (40.0, False)}
    middle = {"A": (10.0, True), "B": (40.0, False), "C": (40.0, False)}
    now = {"A": (10.0, False), "B": (40.0, False), "C": (40.0, False)}
    made = ruled(rate_ledger(then, middle, {"C": "enrolled"}, 30.0), now)
    assert [(s.cause, s.change) for s in made.shares] == [
        ("enrolled", pytest.approx(2 / 3 - 1 / 2)),
        ("rules", pytest.approx(1 / 3)),
    ]


def test_times_that_move_no_event_are_followed_corrected_or_reclassified() -> None:
    then = {"A": (10.0, False), "B": (10.0, True), "C": (30.0, False), "D": (9.0, False)}
    now = {"A": (20.0, False), "B": (12.0, True), "C": (20.0, False), "D": (9.0, False)}
    empty = Ledger(0, 0, 0, 0, ())
    known = causes_of_times(empty, then, now, (facts(B=(PR,), C=(SD,)), facts(B=(SCAN,), C=(SD,))))
    assert known == {"A": "followed", "B": "corrected", "C": "reclassified"}


times = st.dictionaries(
    st.sampled_from(PATIENTS),
    st.tuples(st.integers(0, 60).map(float), st.booleans()),
    max_size=10,
)
names = st.dictionaries(
    st.sampled_from(PATIENTS), st.sampled_from(["enrolled", "since", "corrected", "followed"])
)


@given(times, times, names)
def test_the_shares_of_a_rate_add_up_and_turn_with_the_cuts(
    then: dict[str, tuple[float, bool]],
    now: dict[str, tuple[float, bool]],
    chosen: dict[str, str],
) -> None:
    causes = {p: chosen.get(p, "since") for p in PATIENTS}
    made, turned = rate_ledger(then, now, causes, 30.0), rate_ledger(now, then, causes, 30.0)
    assert made.split == turned.split
    if made.split and made.then is not None and made.now is not None:
        assert sum(s.change for s in made.shares) == pytest.approx(made.now - made.then, abs=1e-9)
    assert [s.change for s in turned.shares] == pytest.approx([-s.change for s in made.shares])
    assert rate_ledger(then, then, {}, 30.0).shares == ()
