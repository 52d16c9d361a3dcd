"""The three cuts of the demo: records only come in, except for the four listed corrections."""

from __future__ import annotations

import pytest

from dashboard.demo.truth import CUTS, DELETED, EDGE_CASES, MISREADING, MISSPELLING, REGRADED

Row = dict[str, str]
Tables = dict[str, list[Row]]
PAIRS = pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 3)])
#: what identifies a record, and what of it can never change by time passing
STABLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "adsl": (
        ("USUBJID",),
        ("AGE", "SEX", "ECOGBL", "RFICDT", "METSITES", "PRIORTRT", "PDL1", "BACKBONE"),
    ),
    "adrs": (("USUBJID", "PARAMCD", "AVISIT"), ("ADT", "AVALC")),
    "adtr": (("USUBJID", "PARAMCD", "AVISIT"), ("ADT", "AVAL")),
    "adae": (("USUBJID", "AESEQ"), ("AEDECOD", "AESTDTC", "AETOXGR", "AERELI", "AERELC")),
    "adex": (("USUBJID", "EXTRT", "ASTDT"), ("EXDOSE", "EXADJ", "CYCLE")),
    "adlb": (("USUBJID", "PARAMCD", "ADT"), ("AVAL", "ANRHI", "ATOXGR")),
    "adim": (("USUBJID", "PARAMCD", "AVISIT"), ("AVAL", "SAMPLEID", "TAKENFL")),
    "adtb": (("USUBJID", "PARAMCD", "AVISIT"), ("AVAL", "SAMPLEID", "TAKENFL", "BIOPSITE")),
    "admb": (("USUBJID", "PARAMCD", "AVISIT"), ("SAMPLEID", "DEPTH", "ABXFL")),
    "features": (("SAMPLEID",), ("Akkermansia", "Bacteroides")),
}


def table(rows: list[Row], name: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    keys, values = STABLE[name]
    return {
        tuple(r[k] for k in keys): tuple(r[v] for v in values)
        for r in rows
        if r.get("PARAMCD") not in ("BOR", "CBOR")
    }


def differences(cuts: dict[int, Tables], before: int, after: int) -> set[tuple[str, str, str]]:
    """(domain, patient, "gone" or "changed") of every record that did not just stay."""
    found = set()
    for name in STABLE:
        old, new = table(cuts[before][name], name), table(cuts[after][name], name)
        for key, values in old.items():
            if key not in new:
                found.add((name, key[0], "gone"))
            elif new[key] != values and not filled_in(name, values, new[key]):
                found.add((name, key[0], "changed"))
    return found


def filled_in(name: str, old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Baseline of somebody who was still in screening comes in later."""
    return name == "adsl" and all(o in ("", n) for o, n in zip(old, new, strict=True))


def one(case: str) -> str:
    (usubjid,) = EDGE_CASES[case]
    return usubjid


def test_from_the_first_to_the_second_cut_nothing_is_corrected(cuts: dict[int, Tables]) -> None:
    assert differences(cuts, 1, 2) == set()


def test_from_the_second_to_the_third_cut_only_the_listed_records_change(
    cuts: dict[int, Tables],
) -> None:
    assert differences(cuts, 2, 3) == {
        ("adsl", one("backbone_misspelt"), "changed"),
        ("adrs", one("corrected_to_sd"), "changed"),
        ("adtr", one("corrected_to_sd"), "changed"),
        ("adae", one("grade_raised"), "changed"),
        ("adae", one("event_deleted"), "gone"),
    }
    assert {c.mended_in for c in (MISREADING, MISSPELLING, *REGRADED, *DELETED)} == {2}


@PAIRS
def test_every_cut_has_more_of_everything(cuts: dict[int, Tables], before: int, after: int) -> None:
    for name in cuts[before]:
        old, new = len(cuts[before][name]), len(cuts[after][name])
        assert new > old or (name == "taxonomy" and new == old), name
    assert CUTS[before - 1] < CUTS[after - 1]


def responses(tables: Tables, usubjid: str) -> list[str]:
    return [
        r["AVALC"] for r in tables["adrs"] if r["USUBJID"] == usubjid and r["PARAMCD"] == "OVRLRESP"
    ]


def confirmed(tables: Tables, usubjid: str) -> str:
    return next(
        r["AVALC"] for r in tables["adrs"] if r["USUBJID"] == usubjid and r["PARAMCD"] == "CBOR"
    )


def test_a_confirmed_response_of_the_second_cut_is_corrected_to_stable_disease(
    cuts: dict[int, Tables],
) -> None:
    patient = one("corrected_to_sd")
    assert responses(cuts[2], patient)[:4] == ["SD", "SD", "PR", "PR"]
    assert responses(cuts[3], patient)[:4] == ["SD", "SD", "SD", "PR"]
    assert [confirmed(cuts[c], patient) for c in (2, 3)] == ["PR", "SD"]


def test_a_misspelt_backbone_is_mended(cuts: dict[int, Tables]) -> None:
    names = [
        next(r["BACKBONE"] for r in cuts[c]["adsl"] if r["USUBJID"] == one("backbone_misspelt"))
        for c in (1, 2, 3)
    ]
    assert names == ["DOCETAXL", "DOCETAXL", "DOCETAXEL"]
    assert sum(r["BACKBONE"] == "DOCETAXL" for r in cuts[2]["adsl"]) == 1


def test_a_grade_is_raised(cuts: dict[int, Tables]) -> None:
    (change,) = REGRADED
    grades = [
        next(
            e["AETOXGR"]
            for e in cuts[c]["adae"]
            if (e["USUBJID"], e["AESEQ"]) == (one("grade_raised"), str(change.number))
        )
        for c in (2, 3)
    ]
    assert grades == ["2", "3"]


@PAIRS
def test_patients_do_not_come_back(cuts: dict[int, Tables], before: int, after: int) -> None:
    old = {r["USUBJID"]: r for r in cuts[before]["adsl"]}
    new = {r["USUBJID"]: r for r in cuts[after]["adsl"]}
    assert set(old) <= set(new)
    for usubjid, row in old.items():
        for column, ended in (("EOTSTT", "DISCONTINUED"), ("EOSSTT", "DISCONTINUED")):
            if row[column] == ended:
                assert new[usubjid][column] == ended
        if row["DTHFL"] == "Y":
            assert new[usubjid]["DTHDT"] == row["DTHDT"]
