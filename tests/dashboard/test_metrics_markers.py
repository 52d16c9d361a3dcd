"""What `metrics` prints of markers: the models and ranges of the pages, and one by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flask import Flask
from scipy.optimize import minimize_scalar

from dashboard.panels import PANELS
from dashboard.report import ReportOptions, metrics_report
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.store import Cut
from tests.stores import demo_store


def answer(results: Results, name: str, query: str):
    return results.panel(name, results.shelf.resolve(query)[0], Audience.FULL)


def test_metrics_prints_the_models_and_ranges_of_the_pages(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shelf = Shelf(demo_store(tmp_path_factory))
    results = Results(shelf, PANELS, Flask(__name__))
    cut = shelf.open("synth-ino-tnbc", shelf.resolve("study=synth-ino-tnbc")[0].cut).cut
    printed = metrics_report(cut, ReportOptions(only=("immune", "tissue")))
    for kind in ("immune", "tissue"):
        assert [o["endpoint"] for o in printed[kind]["outcomes"]] == ["PFS", "OS"]
        for told in printed[kind]["outcomes"]:
            query = f"study=synth-ino-tnbc&endpoint={told['endpoint']}"
            page = answer(results, f"{kind}-outcome", query)
            assert (told["landmark"], told["hazards"]) == (page["landmark"], page["hazards"])
            assert len(told["hazards"]) == 2 * printed[kind]["samples"]["markers"]
    page = answer(results, "immune-ranges", "study=synth-ino-tnbc")
    for shown, own in zip(page["rows"], printed["immune"]["ranges"], strict=True):
        assert (shown["marker"], shown["low"], shown["source"]) == (
            own["marker"], own["low"], own["source"],
        )  # fmt: skip
        for end in ("before", "after"):
            if own[end] is not None:
                assert {part: shown[end][part]["n"] for part in own[end]} == {
                    part: len(who) for part, who in own[end].items()
                }
    (hazard,) = (
        h
        for h in printed["immune"]["outcomes"][1]["hazards"]
        if (h["marker"]["paramcd"], h["what"]) == ("CD8", "baseline")
    )
    assert hazard["cox"]["hr"][0] == pytest.approx(one_covariate(cut, "CD8"), rel=1e-5)


def one_covariate(cut: Cut, paramcd: str) -> float:
    """Hazard ratio of death per SD of a baseline value, by maximising the partial likelihood."""
    adim, adtte = cut.frame("ADIM"), cut.frame("ADTTE")
    mine = adim[(adim["PARAMCD"] == paramcd) & (adim["AVISIT"] == "BASELINE")]
    usable = mine[(mine["PASSFL"] == "Y") & mine["AVAL"].notna()].set_index("USUBJID")["AVAL"]
    os = adtte[adtte["PARAMCD"] == "OS"].set_index("USUBJID")
    both = os.join(usable.rename("X"), how="inner")
    enrolled = cut.frame("ADSL").query("ENRLFL == 'Y'")["USUBJID"]
    both = both[both.index.isin(enrolled)]
    x = (both["X"] - both["X"].mean()) / both["X"].std(ddof=1)
    died = both[both["CNSR"] == 0]
    assert died["AVAL"].is_unique, "without ties Efron's likelihood is Cox's own"

    def loss(beta: float) -> float:
        risk = [float(np.log(np.exp(beta * x[both["AVAL"] >= t]).sum())) for t in died["AVAL"]]
        return float(sum(risk) - beta * x[died.index].sum())

    return math.exp(minimize_scalar(loss, bounds=(-5, 5), method="bounded").x)
