"""Tables by class and term at worst grade."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from dashboard.metrics.adverse_events import adverse_events
from dashboard.metrics.ae_overview import ae_overview
from dashboard.metrics.ae_tables import term_table


def test_one_patient_once_per_class_and_term_as_in_r(trial, reference):
    case = reference["ae_max_grade"]
    given, want = case["inputs"], case["expected"]
    records = given["records"]
    rows = [
        {"id": u, "soc": s, "pt": p, "grade": g}
        for u, s, p, g in zip(*(records[k] for k in ("id", "soc", "pt", "grade")), strict=True)
    ]
    events = trial(given["population"]).events(rows)
    got = term_table(events)
    assert got.n == given["N"]
    assert got.overall.any.x == want["any_ae_patients"]
    assert got.overall.grade3plus.x == want["any_g3plus"]
    for part, shown in (("soc", [s.row for s in got.by_soc]), ("pt", got.by_pt)):
        found = {r.term: r for r in shown}
        assert sorted(found) == sorted(want[part]["term"])
        for i, term in enumerate(want[part]["term"]):
            row = found[term]
            assert row.any.x == want[part]["any"][i]
            assert row.grade3plus.x == want[part]["g3plus"][i]
            assert row.by_grade["missing"] == want[part]["missing"][i]


def test_a_class_is_not_the_sum_of_its_terms(trial):
    rows = [{"id": "A", "pt": "NAUSEA", "grade": 1}, {"id": "A", "pt": "VOMITING", "grade": 3}]
    table = term_table(trial("AB").events(rows))
    (soc,) = table.by_soc
    assert (soc.row.any.x, [t.any.x for t in soc.terms]) == (1, [1, 1])
    assert soc.row.by_grade["3"] == 1
    assert soc.row.by_grade["1"] == 0


def test_most_frequent_first_then_by_name_counting_patients_not_events(trial):
    rows = [
        *({"id": "A", "pt": "ZOSTER", "soc": "S"} for _ in range(5)),
        *({"id": u, "pt": "BACK PAIN", "soc": "M"} for u in "AB"),
        {"id": "C", "pt": "ANAEMIA", "soc": "B"},
    ]
    table = term_table(trial("ABC").events(rows))
    assert [r.term for r in table.by_pt] == ["BACK PAIN", "ANAEMIA", "ZOSTER"]
    assert [s.row.term for s in table.by_soc] == ["M", "B", "S"]
    assert table.by_pt[2].n_events == 5


def test_patients_and_their_worst_grades_are_listed(trial):
    rows = [
        {"id": "B", "grade": 2},
        {"id": "A", "grade": 1},
        {"id": "A", "grade": 4},
        {"id": "C", "grade": None},
    ]
    (row,) = term_table(trial("ABC").events(rows)).by_pt
    assert (row.patients, row.worst) == (("A", "B", "C"), (4, 2, None))


def test_spellings_of_a_term_are_one_row(trial):
    rows = [
        {"id": "A", "pt": "Nausea", "soc": "Gastrointestinal  disorders"},
        {"id": "A", "pt": "NAUSEA", "soc": "GASTROINTESTINAL DISORDERS"},
        {"id": "B", "pt": " nausea", "soc": "Gastrointestinal disorders"},
    ]
    table = term_table(trial("AB").events(rows))
    assert [(r.term, r.any.x) for r in table.by_pt] == [("NAUSEA", 2)]
    assert [(s.row.any.x, len(s.terms)) for s in table.by_soc] == [(2, 1)]


def test_an_event_that_was_not_coded_has_a_row(trial):
    rows = [{"id": "A", "pt": None, "soc": None}, {"id": "B"}]
    table = term_table(trial("AB").events(rows))
    assert {r.term for r in table.by_pt} == {"NAUSEA", "Not coded"}
    assert {s.row.term for s in table.by_soc} == {"GI", "Not coded"}


def test_without_coding_the_reported_term_stands_in(trial):
    made = trial("A")
    rows = made.adae([{"id": "A", "AETERM": "felt sick"}]).drop(columns=["AEDECOD", "AEBODSYS"])
    table = term_table(adverse_events(rows, made.treated()))
    assert [r.term for r in table.by_pt] == ["felt sick"]
    assert [s.row.term for s in table.by_soc] == ["Not coded"]


def test_a_term_coded_to_two_classes_is_one_term(trial):
    """In each class once; alone one row, the patient once at the worst of both."""
    rows = [
        {"id": "A", "pt": "PAIN", "soc": "GENERAL", "grade": 1},
        {"id": "A", "pt": "PAIN", "soc": "MUSCLE", "grade": 3},
        {"id": "B", "pt": "PAIN", "soc": "MUSCLE", "grade": 2},
    ]
    table = term_table(trial("AB").events(rows))
    (row,) = table.by_pt
    assert (row.soc, row.any.x, row.n_events, row.worst) == (None, 2, 3, (3, 2))
    assert {s.row.term: s.terms[0].any.x for s in table.by_soc} == {"GENERAL": 1, "MUSCLE": 2}


def test_the_table_counts_exactly_the_events_given(trial):
    events = trial("AB").events(
        [{"id": "A", "grade": 3}, {"id": "B", "grade": 1}, {"id": "B", "start": -3, "grade": 5}]
    )
    assert term_table(events).n_events == 3
    assert term_table(events.treatment_emergent()).overall.by_grade["5"] == 0
    severe = events.select(events.grade == 3)
    assert term_table(severe).overall.patients == ("A",)
    assert term_table(severe).n == 2


def test_a_table_of_nothing(trial):
    table = term_table(trial("AB").events([]))
    assert (table.by_soc, table.by_pt, table.overall.any.x, table.n) == ((), (), 0, 2)


def test_the_overall_row_agrees_with_the_overview(trial):
    rows = [{"id": u, "grade": g} for u, g in zip("AABBC", (1, 3, None, 2, None), strict=True)]
    events = trial("ABCD").events(rows)
    overview = ae_overview(events)
    table = term_table(events.treatment_emergent())
    assert table.overall.by_grade == dict(overview.max_grade)
    assert table.overall.any == overview.flag("any").proportion


def test_fifty_thousand_events_take_a_fifth_of_a_second(trial):
    """CPU time, so that a busy machine does not matter; 800 terms in 26 classes, 600 patients."""
    size, rng = 50_000, np.random.default_rng(3)
    made = trial({f"S{i:04d}": {"last": 200} for i in range(600)})
    rows = made.adae([{"id": "S0000", "grade": 1}])
    rows = rows.loc[np.zeros(size, dtype=int)].reset_index(drop=True)
    term = rng.integers(0, 800, size)
    for name, values in (
        ("USUBJID", [f"S{i:04d}" for i in rng.integers(0, 600, size)]),
        ("AEDECOD", [f"TERM {i}" for i in term]),
        ("AEBODSYS", [f"CLASS {i % 26}" for i in term]),
        ("AETOXGR", rng.choice(["1", "2", "3"], size).tolist()),
    ):
        rows[name] = pd.array(values, dtype=rows[name].dtype)
    taken = []
    for _ in range(3):
        start = time.process_time()
        table = term_table(adverse_events(rows, made.treated()).treatment_emergent())
        taken.append(time.process_time() - start)
    assert (table.n_events, len(table.by_pt), len(table.by_soc)) == (size, 800, 26)
    assert min(taken) < 0.2
