"""What keeps the estimates fast, as structure: what is imported, sorted, copied and read again."""

from __future__ import annotations

import gc
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from dashboard.metrics import columns, kaplan_meier
from dashboard.metrics.columns import Rows, codes_of, factorised, floats, strings, take
from dashboard.metrics.kaplan_meier import count_times
from tests.conftest import ROOT
from tests.stores import demo_store

WHOLE_STUDY = """
import json, sys
from pathlib import Path
from dashboard.report import ReportOptions, metrics_report
from data_access.store import CutStore

store = CutStore(Path(sys.argv[1]))
(study,) = store.studies()
report = metrics_report(store.open(study.id), ReportOptions())
print(json.dumps([sorted(report), [m for m in ("scipy.stats", "lifelines") if m in sys.modules]]))
"""


def test_a_whole_study_imports_neither_scipy_stats_nor_lifelines(tmp_path_factory):
    done = subprocess.run(
        [sys.executable, "-c", WHOLE_STUDY, str(demo_store(tmp_path_factory).home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    sections, heavy = json.loads(done.stdout.splitlines()[-1])
    assert {"response", "survival", "safety", "subgroups", "maturity", "checks"} <= set(sections)
    assert heavy == []


def test_whole_days_are_counted_and_never_sorted(monkeypatch):
    def refuse(*_):
        raise AssertionError("whole days were sorted")

    monkeypatch.setattr(kaplan_meier, "_count_sorted", refuse)
    days = np.array([5.0, 3.0, 5.0, 0.0, 900.0])
    event = np.array([True, False, False, True, True])
    times, events, censored = count_times(days, event)
    assert times.tolist() == [0.0, 3.0, 5.0, 900.0]
    assert (events.tolist(), censored.tolist()) == ([1, 0, 1, 1], [0, 1, 1, 0])
    with pytest.raises(AssertionError, match="sorted"):
        count_times(days + 0.5, event)


def test_sorting_by_bits_orders_every_time_as_numpy_does():
    rng = np.random.default_rng(11)
    time = np.concatenate([[0.0, -0.0, 5e-324, 1e-300, 1e300], rng.random(500), [1e9, 2.5]])
    event = rng.random(time.size) < 0.5
    kept = time.copy()
    times, events, censored = kaplan_meier._count_sorted(time, event)
    assert (np.diff(times) > 0).all()
    assert events.sum() == event.sum()
    assert (events + censored).sum() == time.size
    assert np.array_equal(time, kept)  # the caller's times stay as they were


def text_column(values):
    return pd.Series(pd.array(values, dtype=pd.StringDtype(storage="pyarrow", na_value=np.nan)))


def test_a_stored_text_column_is_factorised_once_for_every_frame_that_shares_it(monkeypatch):
    counted = []
    real = columns._factorise
    monkeypatch.setattr(columns, "_factorise", lambda c: counted.append(len(c)) or real(c))
    frame = pd.DataFrame({"A": text_column(["x", None, "y", "x"])})
    for shared in (frame, frame.copy(deep=False), Rows(frame, np.array([2, 0]))):
        factorised(shared, "A")
    assert counted == [4]
    assert factorised(frame, "A")[0].tolist() == [0, -1, 1, 0]


def test_a_changed_column_is_read_anew():
    frame = pd.DataFrame({"A": text_column(["x", "y"])})
    assert codes_of(frame["A"])[1] == ("x", "y")
    frame.loc[0, "A"] = "z"
    assert strings(frame, "A").tolist() == ["z", "y"]
    frame["A"] = text_column(["p", "q"])
    assert strings(frame, "A").tolist() == ["p", "q"]


def test_what_is_kept_of_a_column_goes_with_it():
    before = len(columns._KEPT.known)
    frame = pd.DataFrame({"A": text_column(["x", "y"])})
    codes, _ = codes_of(frame["A"])
    assert len(columns._KEPT.known) == before + 1
    with pytest.raises(ValueError, match="read-only"):
        codes[0] = 1
    del frame
    gc.collect()
    assert len(columns._KEPT.known) <= before


def test_rows_read_as_the_frame_they_stand_for():
    frame = pd.DataFrame({"A": text_column(["x", None, "y", "x"]), "N": [1.0, 2.0, np.nan, 4.0]})
    rows = take(take(frame, np.array([True, False, True, True])), np.array([2, 0]))
    assert strings(rows, "A").tolist() == ["x", "x"]
    assert floats(rows, "N").tolist() == [4.0, 1.0]
    assert rows["A"].tolist() == frame["A"].iloc[[3, 0]].tolist()
    assert np.isnan(floats(rows, "absent")).all()
    assert (len(rows), rows.empty, take(rows, np.array([False, False])).empty) == (2, False, True)
