"""Who is in the demo trial and what was put into it: case mix, outcome and known effects."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from statistics import fmean, median, stdev

import pytest

from dashboard.demo import truth

Row = dict[str, str]
Tables = dict[str, list[Row]]


@pytest.fixture(scope="module")
def enrolled(last: Tables) -> list[Row]:
    return [r for r in last["adsl"] if r["ENRLFL"] == "Y"]


def share(rows: list[Row], column: str, value: str = "Y") -> float:
    return sum(r[column] == value for r in rows) / len(rows)


def test_sixty_enrolled_at_eight_sites_with_leading_zeros(enrolled: list[Row]) -> None:
    assert len(enrolled) == truth.ENROLLED == 60
    assert {r["SITEID"] for r in enrolled} == {f"0{i}" for i in range(1, 9)}
    assert all(r["USUBJID"] == f"{truth.STUDY_ID}-{r['SUBJID']}" for r in enrolled)


def test_case_mix_is_that_of_pretreated_mtnbc(enrolled: list[Row]) -> None:
    ages = [int(r["AGE"]) for r in enrolled]
    assert 47 <= median(ages) <= 53
    assert 30 <= min(ages) <= max(ages) <= 80
    assert 0.31 <= share(enrolled, "ECOGBL", "0") <= 0.52
    assert 0.49 <= fmean(int(r["NMETSITE"]) >= 3 for r in enrolled) <= 0.63
    assert 0.53 <= share(enrolled, "LUNGFL") <= 0.58
    assert 0.42 <= share(enrolled, "LIVERFL") <= 0.50
    assert 0.13 <= share(enrolled, "BONEFL") <= 0.18
    assert 0.0 < share(enrolled, "GBRCA", "POSITIVE") <= 0.09
    prior = Counter(d for r in enrolled for d in r["PRIORTRT"].split("; "))
    assert 0.85 <= prior["PACLITAXEL"] / 60 <= 0.91
    assert 0.58 <= prior["CARBOPLATIN"] / 60 <= 0.84
    assert 0.50 <= prior["CAPECITABINE"] / 60 <= 0.60
    assert 0.44 <= prior["DOXORUBICIN"] / 60 <= 0.54
    assert 0.09 <= prior["PEMBROLIZUMAB"] / 60 <= 0.13
    assert sum(r["SEX"] == "M" for r in enrolled) == 1


def test_sites_of_disease_agree_with_each_other(last: Tables, enrolled: list[Row]) -> None:
    lesions = defaultdict(set)
    for r in last["adtr"]:
        if r["TULOC"]:
            lesions[r["USUBJID"]].add(r["TULOC"])
    for r in enrolled:
        sites = r["METSITES"].split("; ")
        assert int(r["NMETSITE"]) == len(sites) == len(set(sites))
        assert (r["LIVERFL"] == "Y") == ("LIVER" in sites)
        assert lesions[r["USUBJID"]] <= set(sites), r["USUBJID"]


def test_outcome_is_modest(last: Tables) -> None:
    confirmed = Counter(r["AVALC"] for r in last["adrs"] if r["PARAMCD"] == "CBOR")
    assert 0.25 <= (confirmed["CR"] + confirmed["PR"]) / 60 <= 0.30
    assert 0.20 <= confirmed["PD"] / 60 <= 0.35
    pfs = [r for r in last["adtte"] if r["PARAMCD"] == "PFS"]
    assert 36 <= sum(r["CNSR"] == "0" for r in pfs) <= 50


def test_lesions_follow_recist(last: Tables) -> None:
    targets = [r for r in last["adtr"] if r["ABLFL"] == "Y" and r["PARAMCD"] != "SDIAM"]
    per_patient = Counter(r["USUBJID"] for r in targets)
    per_organ = Counter((r["USUBJID"], r["TULOC"]) for r in targets)
    assert set(per_patient.values()) == {1, 2, 3, 4, 5}
    assert max(per_organ.values()) == 2
    for r in targets:
        assert float(r["AVAL"]) >= (15 if r["TULOCGR1"] == "NODAL" else 10)


def test_urate_rises_to_its_plateau(last: Tables) -> None:
    base, plateau = {}, defaultdict(list)
    for r in last["adlb"]:
        if r["PARAMCD"] != "URATE":
            continue
        if r["ABLFL"] == "Y":
            base[r["USUBJID"]] = float(r["AVAL"])
        elif int(r["ADY"] or 0) > truth.URATE_PLATEAU_DAY and r["AVISIT"].startswith("CYCLE"):
            plateau[r["USUBJID"]].append(float(r["AVAL"]))
    mean, sd = truth.URATE_BASELINE
    assert fmean(base.values()) == pytest.approx(mean, abs=3 * sd / math.sqrt(60))
    rises = [fmean(values) - base[usubjid] for usubjid, values in plateau.items()]
    mean, sd = truth.URATE_RISE
    assert len(rises) > 30
    assert fmean(rises) == pytest.approx(mean, abs=3 * sd / math.sqrt(len(rises)))
    assert stdev(rises) == pytest.approx(sd, rel=0.3)


def paired(rows: list[Row], paramcd: str) -> list[tuple[float, float]]:
    values = [(r["USUBJID"], r) for r in rows if r["PARAMCD"] == paramcd and r["AVAL"]]
    before = {u: float(r["AVAL"]) for u, r in values if r["AVISIT"] == "BASELINE"}
    after = {u: float(r["AVAL"]) for u, r in values if r["AVISIT"] != "BASELINE"}
    return [(before[u], after[u]) for u in before if u in after]


def standard_error(values: list[float]) -> float:
    return stdev(values) / math.sqrt(len(values))


@pytest.mark.parametrize("paramcd", [*truth.IMMUNE_SHIFT, *truth.IMMUNE_UNCHANGED])
def test_blood_subsets_shift_as_simulated(last: Tables, paramcd: str) -> None:
    shifts = [post - pre for pre, post in paired(last["adim"], paramcd)]
    assert 0.85 <= len(shifts) / 60 <= 0.90
    expected = truth.IMMUNE_SHIFT.get(paramcd, 0.0)
    assert fmean(shifts) == pytest.approx(expected, abs=3 * standard_error(shifts))
    if expected:
        assert abs(fmean(shifts)) > 3 * standard_error(shifts)


@pytest.mark.parametrize("paramcd", truth.TISSUE_RATIO)
def test_tissue_markers_change_as_simulated(last: Tables, paramcd: str) -> None:
    pairs = paired(last["adtb"], paramcd)
    assert 0.50 <= len(pairs) / 60 <= 0.60
    # scores of a few percent are rounded to whole percents: their ratios say little
    logs = [math.log(post / pre) for pre, post in pairs if pre >= 3 or paramcd == "CC3"]
    expected = math.log(truth.TISSUE_RATIO[paramcd])
    assert fmean(logs) == pytest.approx(expected, abs=3 * standard_error(logs))


def test_genera_shift_as_simulated(last: Tables) -> None:
    counts = {r["SAMPLEID"]: r for r in last["features"]}
    samples = {
        (r["USUBJID"], r["AVISIT"]): r for r in last["admb"] if r["PASSFL"] == "Y"
    }  # fmt: skip
    pairs = [
        (counts[samples[u, "BASELINE"]["SAMPLEID"]], counts[r["SAMPLEID"]])
        for (u, visit), r in samples.items()
        if visit != "BASELINE" and (u, "BASELINE") in samples
    ]
    assert 0.70 <= len(pairs) / 60 <= 0.80
    # against a genus that does not change, so that closure plays no part
    reference = "Bacteroides"
    for genus, expected in truth.TAXON_SHIFT.items():
        folds = [
            math.log2(int(b[genus]) / int(b[reference]) * int(a[reference]) / int(a[genus]))
            for a, b in pairs
            if min(int(a[genus]), int(b[genus]), int(a[reference]), int(b[reference])) >= 20
        ]
        assert len(folds) > 15, genus
        tolerance = 3 * standard_error(folds)
        assert fmean(folds) == pytest.approx(expected, abs=tolerance), genus


def test_stool_samples_are_sequenced_deep_enough(last: Tables) -> None:
    for r in last["admb"]:
        if r["PASSFL"] == "Y":
            assert 8_000 <= int(r["DEPTH"]) <= 60_000
        elif r["TAKENFL"] == "Y":
            assert int(r["DEPTH"]) < 8_000
            assert r["REASND"] == "TOO FEW READS"


def test_second_biopsies_are_missing_for_a_reason(last: Tables) -> None:
    lost = {
        r["USUBJID"]
        for r in last["adtb"]
        if r["PARAMCD"] == "SAMPLE" and r["REASND"] == "PROGRESSION BEFORE SAMPLE"
    }
    ended = {r["USUBJID"]: r["DCTREAS"] for r in last["adsl"]}
    assert len(lost) >= 5
    assert {ended[u] for u in lost} <= {"PROGRESSIVE DISEASE", "CLINICAL PROGRESSION"}
