"""`metrics` equals R on every real set: the exports, through the import, against reference.json."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.report import ReportOptions, metrics_report
from data_access.importer import import_exports
from data_access.store import Cut, CutStore
from tests.conftest import STUDIES
from tests.stores import real_store

Json = dict[str, Any]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CONF_TYPES = ("log-log", "log", "plain")


def near(a: float | None, b: float | None) -> bool:
    """R's values are printed to 10 significant digits."""
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=2e-9, abs_tol=1e-12)


@pytest.fixture(scope="module")
def opened(shared, tmp_path_factory) -> Callable[[str], tuple[Cut, Json]]:
    kept: dict[str, tuple[Cut, Json]] = {}

    def open_(name: str) -> tuple[Cut, Json]:
        if name not in kept:
            store = real_store(tmp_path_factory, shared, name)
            (study,) = store.studies()
            kept[name] = store.open(study.id), json.loads(_text(shared / "data" / name))
        return kept[name]

    return open_


def _text(folder: Path) -> str:
    return (folder / "reference.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["json", "ndjson", "dsjc", "xpt"])
def one_format(request, shared, tmp_path_factory) -> tuple[Cut, Json]:
    """The ADaM tables of the Dataset-JSON examples in one of their four formats."""
    folder = shared / "data" / "datasetjson_v11"
    exports = tmp_path_factory.mktemp(request.param)
    for path in (folder / "original" / "adam").glob(f"*.{request.param}"):
        shutil.copy(path, exports)
    store = CutStore(tmp_path_factory.mktemp("home"))
    study = STUDIES / "datasetjson_v11" / "study.toml"
    cut = import_exports(exports, study, store=store, now=NOW).cut
    assert cut is not None
    return cut, json.loads(_text(folder))


def report(cut: Cut, where: Json | None = None, **options: Any) -> Json:
    chosen = {k: (v,) for k, v in (where or {}).items()}
    return metrics_report(cut, ReportOptions(where=chosen, **options))


# --- times to event ------------------------------------------------------------------------------


def same_curve(ours: Json, theirs: Json, conf_type: str) -> Iterator[str]:
    """Every disagreement between an endpoint of ours and a curve of the reference."""
    for key in ("n", "events", "censored"):
        if ours[key] != theirs[key]:
            yield f"{key}: {ours[key]} against {theirs[key]}"
    quantiles = theirs[f"quantiles_{conf_type}"]
    for i, mine in enumerate(ours["quantiles"]):
        for key, name in (("estimate", "est"), ("lower", "lower"), ("upper", "upper")):
            if not near(mine[key], quantiles[name][i]):
                yield f"quantile {mine['p']} {key}: {mine[key]} against {quantiles[name][i]}"
    rates = theirs[f"rate_{conf_type}"]
    for i, mine in enumerate(ours["rates"]):
        if mine["n_at_risk"] != rates["n_risk"][i]:
            yield f"at risk at {mine['time']}: {mine['n_at_risk']} against {rates['n_risk'][i]}"
        past = rates["n_risk"][i] == 0
        for key, name in (("estimate", "surv"), ("lower", "lower"), ("upper", "upper")):
            # Past the last follow-up R carries its curve forward; we say not estimable.
            if not (past and mine[key] is None) and not _same_limit(mine, key, rates[name][i]):
                yield f"rate {mine['time']} {key}: {mine[key]} against {rates[name][i]}"
    if not near(ours["followup"]["estimate"], theirs["median_followup_reverseKM"]):
        yield f"follow-up: {ours['followup']} against {theirs['median_followup_reverseKM']}"


def _same_limit(mine: Json, key: str, theirs: float | None) -> bool:
    if key != "estimate" and mine["estimate"] == 1 and mine[key] is None and theirs == 1:
        return True  # before the first event R prints [1, 1]; there is no interval to speak of
    return near(mine[key], theirs)


def same_log_rank(mine: Json, theirs: Json) -> Iterator[str]:
    """The reference takes groups - 1 degrees of freedom. survdiff itself (its `pvalue`) counts only
    groups with an expected event, and so do we: with one never at risk only chi-square agrees.
    """
    keys = ("chisq", "df", "p") if _all_at_risk(mine) else ("chisq",)
    for key in keys:
        if not near(mine["logrank"][key], theirs[key]):
            yield f"log-rank {key}: {mine['logrank']} against {theirs}"


def _all_at_risk(mine: Json) -> bool:
    first_event = min(
        (g["first_event"] for g in mine["by"].values() if g["first_event"]), default=0
    )
    return all(g["followup"]["max"] >= first_event for g in mine["by"].values())


TIMES = [
    ("pharmaverse_onco", "tte", ("PFS", "OS", "RSD"), "ACTARM"),
    ("random_cdisc", "tte", ("PFS", "OS", "EFS", "CRSD"), "ARM"),
    ("cdisc_pilot", "tte", ("TTDE",), "TRT01A"),
]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize(("name", "block", "endpoints", "arm"), TIMES)
def test_times_to_event_by_arm(opened, name, block, endpoints, arm, conf_type):
    cut, reference = opened(name)
    times = tuple(reference["meta"]["tau_days"])
    arms = [
        a for a in reference[block][endpoints[0]] if a not in ("overall", "logrank_across_arms")
    ]
    wrong = []
    for level in ("overall", *arms):
        where = None if level == "overall" else {arm: level}
        by = arm if level == "overall" else None
        ours = report(cut, where, times=times, conf_type=conf_type, by=by, only=("survival",))
        for endpoint in endpoints:
            theirs = reference[block][endpoint].get(level)
            if theirs is None:
                continue
            mine = ours["survival"][endpoint]
            wrong += [f"{endpoint} {level}: {w}" for w in same_curve(mine, theirs, conf_type)]
            if by:
                test = reference[block][endpoint]["logrank_across_arms"]
                wrong += [f"{endpoint} {w}" for w in same_log_rank(mine, test)]
                for group in arms:
                    wrong += [
                        f"{endpoint} by {group}: {w}"
                        for w in same_curve(
                            mine["by"][group], reference[block][endpoint][group], conf_type
                        )
                    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_times_of_dataset_json_in_every_format(one_format, conf_type):
    cut, whole = one_format
    reference = whole["tte"]["TTDE"]
    times = tuple(reference["overall"][f"rate_{conf_type}"]["times"])
    ours = report(cut, times=times, conf_type=conf_type, by="TRT01A", only=("survival",))
    mine = ours["survival"]["TTDE"]
    wrong = list(same_curve(mine, reference["overall"], conf_type))
    wrong += same_log_rank(mine, reference["logrank_across_arms"])
    for arm in mine["by"]:
        wrong += [f"{arm}: {w}" for w in same_curve(mine["by"][arm], reference[arm], conf_type)]
    assert len(mine["by"]) == 3
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_duration_of_response_of_responders_alone(opened, conf_type):
    """The export holds a duration for every patient; as DOR it is that of confirmed responders."""
    cut, whole = opened("random_cdisc")
    theirs = whole["tte"]["CRSD_responders_only"]
    times = tuple(whole["meta"]["tau_days"])
    found = report(cut, times=times, conf_type=conf_type, only=("survival",))["survival"]
    curve = theirs.get("overall", theirs)
    assert not list(same_curve(found["DOR"], curve, conf_type))
    assert found["CRSD"]["n"] > found["DOR"]["n"]


def test_patients_by_arm(opened):
    cut, whole = opened("random_cdisc")
    for arm, n in whole["n_by_arm"].items():
        assert report(cut, {"ARM": arm}, only=("maturity",))["n"]["enrolled"] == n
    cut, whole = opened("pharmaverse_onco")
    for column, key in (("ACTARM", "n_by_arm"), ("ARM", "n_by_planned_arm")):
        for arm, n in whole[key].items():
            assert report(cut, {column: arm}, only=("maturity",))["n"]["safety"] == n


SHEETS = [
    ("imvigor210", lambda r: r["tte"]["OS_by_IC"], "OS", "ICLEVEL", (6, 12)),
    ("imvigor210", lambda r: r["tte"]["OS_by_phenotype"], "OS", "PHENOTYPE", (6, 12)),
    ("metabric_cbioportal", lambda r: r["OS_by_pam50"], "OS", "PAM50", (6, 60)),
    ("metabric_cbioportal", lambda r: r["RFS_by_ERIHC"], "RFS", "ERIHC", (6, 60)),
]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize(("name", "block", "endpoint", "column", "times"), SHEETS)
def test_months_from_sheets_by_group(opened, name, block, endpoint, column, times, conf_type):
    cut, whole = opened(name)
    reference = block(whole)
    ours = report(cut, times=times, conf_type=conf_type, by=column, only=("survival",))
    mine = ours["survival"][endpoint]
    assert mine["unit"] == "MONTHS"
    wrong = [f"overall: {w}" for w in same_curve(mine, reference["overall"], conf_type)]
    for level, theirs in reference.items():
        if level not in ("overall", "logrank_across_arms"):
            wrong += [f"{level}: {w}" for w in same_curve(mine["by"][level], theirs, conf_type)]
            one = report(cut, {column: level}, times=times, conf_type=conf_type, only=("survival",))
            found = one["survival"][endpoint]
            wrong += [f"where {level}: {w}" for w in same_curve(found, theirs, conf_type)]
    wrong += same_log_rank(mine, reference["logrank_across_arms"])
    assert not wrong, "\n".join(wrong)


def test_triple_negative_breast_cancer_of_metabric(opened):
    cut, reference = opened("metabric_cbioportal")
    where = {"ERSTAT": "Negative", "PRSTAT": "Negative", "HER2STAT": "Negative"}
    ours = report(cut, where, times=(6, 60), only=("survival",))
    assert ours["n"]["enrolled"] == reference["TNBC"]["n"]
    assert not list(same_curve(ours["survival"]["OS"], reference["TNBC"]["OS"], "log-log"))


# --- response ------------------------------------------------------------------------------------


def same_rate(mine: Json, theirs: Json) -> bool:
    return (mine["x"], mine["n"]) == (theirs["k"], theirs["n"]) and all(
        near(mine[a] * 100, theirs[b])
        for a, b in (("estimate", "pct"), ("lower", "lower"), ("upper", "upper"))
    )


RESPONSES = [
    ("pharmaverse_onco", lambda r: r["response"]["CBOR"], "orr", "bor", "ACTARM"),
    (
        "pharmaverse_onco",
        lambda r: r["response"]["BOR"],
        "orr_unconfirmed",
        "bor_unconfirmed",
        "ACTARM",
    ),
    ("random_cdisc", lambda r: r["response"]["BESRSPI"], "orr", "bor", "ARM"),
    ("imvigor210", lambda r: r["response"], "orr", "bor", "ICLEVEL"),
    ("imvigor210", lambda r: r["response_by_phenotype"], "orr", "bor", "PHENOTYPE"),
]


@pytest.mark.parametrize(("name", "block", "rate", "counts", "arm"), RESPONSES)
def test_response_rates_by_arm(opened, name, block, rate, counts, arm):
    cut, whole = opened(name)
    reference = block(whole)
    for level, theirs in reference.items():
        where = None if level == "overall" else {arm: level}
        ours = report(cut, where, only=("response",))["response"]
        assert ours[counts] == {k: v for k, v in theirs["counts"].items() if v}, level
        assert same_rate(ours[rate], theirs["ORR"]), (level, ours[rate], theirs["ORR"])
        dcr = "dcr" if rate == "orr" else "dcr_unconfirmed"
        assert same_rate(ours[dcr], theirs["DCR_incl_NonCRNonPD"]), level


def test_best_change_of_every_patient(opened):
    cut, reference = opened("random_cdisc")
    best = report(cut, only=("response",))["response"]["best_pchg"]
    theirs = reference["waterfall"]
    # The reference takes the minimum over all visits after day 0; ours stops at progression.
    assert best["n"] <= theirs["n_patients_with_post"]
    cut, reference = opened("pharmaverse_onco")
    best = report(cut, only=("response",))["response"]["best_pchg"]
    theirs = reference["waterfall_best_pchg_ANL01FL"]
    for patient, percent in best["percent"].items():
        everything = reference["waterfall_best_pchg_all_postbaseline"][patient]
        assert math.isclose(percent, theirs[patient], abs_tol=1e-6) or percent >= everything - 1e-6


# --- adverse events ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arm"),
    [("pharmaverse_onco", "TRT01A"), ("random_cdisc", "ARM"), ("cdisc_pilot", "TRT01A")],
)
def test_adverse_events_by_arm(opened, name, arm):
    cut, whole = opened(name)
    wrong = []
    for level, theirs in whole["ae"].items():
        where = None if level == "overall" else {arm: level}
        ours = report(cut, where, only=("safety",))["safety"]
        wrong += [f"{level}: {w}" for w in same_safety(ours, theirs)]
    assert not wrong, "\n".join(wrong)


def same_safety(ours: Json, theirs: Json) -> Iterator[str]:
    if ours["n"] != theirs["N"] or ours["n_events"] != theirs["n_events"]:
        yield f"n {ours['n']}, events {ours['n_events']}"
    pairs = {
        "any": "any",
        "grade3plus": "sev_ge3",
        "serious": "serious",
        "related": "related",
        "related_grade3plus": "related_sev_ge3",
        "fatal": "fatal",
    }
    for mine, name in pairs.items():
        if ours[mine]["x"] != theirs[name]["n"]:
            yield f"{mine}: {ours[mine]['x']} against {theirs[name]['n']}"
    grades = {k: v for k, v in ours["max_grade"].items() if v}
    if grades != {k: v for k, v in theirs["max_grade_per_patient"].items() if v}:
        yield f"worst grades {grades} against {theirs['max_grade_per_patient']}"
    if len(ours["by_pt"]) != theirs["n_distinct_pt"]:
        yield f"{len(ours['by_pt'])} terms against {theirs['n_distinct_pt']}"
    by_pt = {row["term"]: row for row in ours["by_pt"]}
    for term in theirs["top20_pt"]:
        row = by_pt[term["pt"]]
        if (row["x"], row["n_events"]) != (term["n"], term["n_events"]):
            yield f"{term['pt']}: {row['x']}, {row['n_events']}"
        if {k: v for k, v in row["by_grade"].items() if v} != {
            k: v for k, v in term["max_grade"].items() if v
        }:
            yield f"{term['pt']} grades {row['by_grade']}"
    if {row["term"]: row["x"] for row in ours["by_soc"]} != theirs["per_soc"]:
        yield "classes differ"


def test_duration_of_treatment_as_the_export_derives_it(opened):
    cut, whole = opened("pharmaverse_onco")
    for arm, theirs in whole["exposure_TDURD"].items():
        ours = report(cut, {"ACTARM": arm}, only=("exposure",))["exposure"]["exported"]["TDURD"]
        assert ours["n"] == theirs["n"]
        assert near(ours["median"], theirs["median"])
        assert near(ours["mean"], theirs["mean"])
        assert near(ours["maximum"], theirs["max"])
