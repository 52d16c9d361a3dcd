"""What changed in the records: two small tables and the changes expected between them."""

from __future__ import annotations

from io import StringIO

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.record_changes import DomainChange, Place, domain_change

KEYS = ("USUBJID", "PARAMCD", "ADT", "AVISIT", "ASEQ")
THEN = """\
USUBJID,PARAMCD,AVISIT,ADT,AVALC,AVAL,ASEQ
P1,OVR,WEEK 6,2025-01-10,PR,,1
P1,OVR,WEEK 12,2025-02-20,PR,,2
P2,OVR,WEEK 6,2025-01-12,SD,1.5,1
P3,OVR,WEEK 6,2025-01-15,SD,,1
P4,OVR,WEEK 6,2025-01-20,NE,,1
"""
#: P1: week 6 filled in, week 12 corrected; P2: date corrected; P3 gone; P4 renumbered; P5 new
NOW = """\
USUBJID,PARAMCD,AVISIT,ADT,AVALC,AVAL,ASEQ
P1,OVR,WEEK 6,2025-01-10,PR,2,1
P1,OVR,WEEK 12,2025-02-20,SD,,2
P2,OVR,WEEK 6,2025-01-13,SD,1.5,1
P4,OVR,WEEK 6,2025-01-20,NE,,9
P5,OVR,WEEK 6,2025-03-01,CR,,1
P5,OVR,WEEK 12,2025-04-01,CR,,2
"""


def frame(text: str, file: str = "adrs.csv") -> pd.DataFrame:
    made = pd.read_csv(StringIO(text), parse_dates=["ADT"])
    made["AVAL"] = made["AVAL"].astype(float)
    return made.assign(_file=file, _row=range(2, len(made) + 2))


def changes(then: str = THEN, now: str = NOW) -> DomainChange:
    return domain_change("ADRS", frame(then), frame(now, "adrs_new.csv"), KEYS)


def test_rows_are_counted_as_added_removed_and_changed() -> None:
    made = changes()
    assert (made.rows_then, made.rows_now) == (5, 6)
    assert (made.added, made.removed, made.changed) == (2, 1, 3)
    assert made.patients_added == 1
    assert [(g.usubjid, g.record, g.then) for g in made.gone] == [
        ("P3", "OVR, WEEK 6, 2025-01-15", Place("adrs.csv", 5))
    ]


def test_every_changed_value_has_its_patient_its_record_and_both_places() -> None:
    made = changes()
    cells = {
        c.column: [(x.usubjid, x.record, x.old, x.new, x.then, x.now) for x in c.cells]
        for c in made.columns
    }

    def at(row: int) -> tuple[Place, Place]:
        return Place("adrs.csv", row), Place("adrs_new.csv", row)

    assert cells == {
        "AVALC": [("P1", "OVR, WEEK 12, 2025-02-20", "PR", "SD", *at(3))],
        "AVAL": [("P1", "OVR, WEEK 6, 2025-01-10", None, "2", *at(2))],
        "ADT": [("P2", "OVR, WEEK 6, 2025-01-13", "2025-01-12", "2025-01-13", *at(4))],
    }
    assert {c.column: (c.n, c.patients, c.filled) for c in made.columns} == {
        "AVALC": (1, 1, 0),
        "AVAL": (1, 1, 1),
        "ADT": (1, 1, 0),
    }


def test_a_table_and_itself_have_no_changes() -> None:
    made = changes(THEN, THEN)
    assert made.same
    assert (made.added, made.removed, made.changed) == (0, 0, 0)


def test_rows_in_another_order_are_the_same() -> None:
    head, *lines = THEN.splitlines(keepends=True)
    assert changes(THEN, head + "".join(reversed(lines))).same


def test_columns_that_come_and_go_are_named() -> None:
    made = domain_change("ADRS", frame(THEN), frame(THEN).drop(columns="AVAL").assign(X="1"), KEYS)
    assert (made.new_columns, made.lost_columns) == (("X",), ("AVAL",))
    assert made.columns == ()


def test_a_column_read_as_text_in_one_cut_is_compared_as_text() -> None:
    now = frame(THEN)
    now["AVAL"] = now["AVAL"].map(lambda v: None if pd.isna(v) else "1.5").astype("string")
    assert domain_change("ADRS", frame(THEN), now, KEYS).changed == 0


rows = st.lists(
    st.tuples(
        st.sampled_from(["P1", "P2", "P3"]),
        st.sampled_from(["OVR", "TRG"]),
        st.sampled_from(["W1", "W2"]),
        st.sampled_from(["2025-01-01", "2025-02-01", None]),
        st.sampled_from(["PR", "SD", None]),
    ),
    max_size=12,
)


def table(found: list[tuple[object, ...]]) -> pd.DataFrame:
    made = pd.DataFrame(
        found, columns=["USUBJID", "PARAMCD", "AVISIT", "ADT", "AVALC"], dtype="string"
    )
    return made.assign(ADT=pd.to_datetime(made["ADT"]))


@given(rows, rows)
def test_rows_balance(then: list[tuple[object, ...]], now: list[tuple[object, ...]]) -> None:
    made = domain_change("ADRS", table(then), table(now), KEYS)
    assert made.rows_then - made.removed + made.added == made.rows_now
    back = domain_change("ADRS", table(now), table(then), KEYS)
    assert (back.added, back.removed) == (made.removed, made.added)
    assert domain_change("ADRS", table(then), table(list(reversed(then))), KEYS[:2]).removed == 0
