"""Findings that need a derivation: each rule on hand-written exports, and none where all agrees."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.analysis import Analysis
from dashboard.cli import main
from dashboard.comparison import FDA, compare
from dashboard.demo import write_exports
from dashboard.derived_findings import RULES, derived_findings
from dashboard.document import PAGE, derived_page
from dashboard.metrics.duration import duration_of_response
from dashboard.metrics.target_response import target_codes
from dashboard.metrics.time_to_event import TimeToEvent
from dashboard.metrics.tumour import percent_change, target_sums
from dashboard.panels.overview import quality
from dashboard.preview import Preview
from dashboard.report.checks import derivation_checks
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.findings import Finding, Severity, describe
from data_access.importer import check_exports, import_exports
from data_access.rules import all_rules
from data_access.store import CutStore
from data_access.study import parse_study
from tests.conftest import STUDIES
from tests.dashboard.written import ADRS, ADSL, NOW, import_written, write_study

ADRS_HEAD = "USUBJID,PARAMCD,PARAM,ADT,AVALC\n"
TTE_HEAD = "USUBJID,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT\n"

#: best responses that the assessments of the written trial give, with the day they are dated
CBOR = {"P01": "PR", "P02": "SD", "P03": "CR", "P04": "PD", "P05": "SD", "P06": "NE", "P07": "NE"}
BOR = CBOR | {"P07": "PR"}


def best(paramcd: str, values: dict[str, str]) -> str:
    """Rows of an exported best response."""
    return "".join(f"{u},{paramcd},Best response,2025-06-29,{t}\n" for u, t in values.items())


def tte(*rows: tuple[str, str, int, int, str, str]) -> str:
    """ADTTE from (patient, PARAMCD, days, CNSR, start, end)."""
    return TTE_HEAD + "".join(
        f"{u},{p},{p},{days},DAYS,{cnsr},reason,{start},{end}\n"
        for u, p, days, cnsr, start, end in rows
    )


def analysed(folder: Path, **tables: str) -> Analysis:
    """The written trial with other tables, as `check` sees it."""
    path = write_study(folder, **({"adsl": ADSL, "adrs": ADRS} | tables))
    result = check_exports(folder / "exports", path, cut_date=date(2025, 7, 1), now=NOW)
    assert result.staged is not None, [describe(f) for f in result.findings]
    return Analysis(Preview(result.staged))


@pytest.fixture
def found(tmp_path):
    """The derived findings of the written trial with other tables, by rule."""

    def run(**tables: str) -> dict[str, Finding]:
        listed = derived_findings(analysed(tmp_path, **tables))
        by_rule = {f.rule: f for f in listed}
        assert len(by_rule) == len(listed), "one finding per rule"
        return by_rule

    return run


# --- best response -------------------------------------------------------------------------------


def test_best_responses_that_the_assessments_give_are_silent(found):
    assert found(adrs=ADRS + best("CBOR", CBOR) + best("BOR", BOR)) == {}


def test_a_trial_that_exports_no_derivation_has_nothing_to_compare(found):
    assert found() == {}


def test_a_confirmed_response_without_a_second_scan(found):
    finding = found(adrs=ADRS + best("CBOR", CBOR | {"P07": "PR"}))[
        "derive-confirmed-without-second-scan"
    ]
    assert finding.severity is Severity.ERROR
    assert finding.patients == ("P07",)
    assert finding.sentence == (
        "1 patient has an exported confirmed response without a second scan that confirms it: "
        "no confirming scan (1). For instance, exported PR, derived NE: PR on day 28 has no "
        "confirming scan at least 28 days later (no later assessment)."
    )


def test_a_patient_stands_in_one_finding_only(found):
    listed = found(adrs=ADRS + best("CBOR", CBOR | {"P07": "PR", "P02": "PD"}))
    assert set(listed) == {"derive-cbor-differs", "derive-confirmed-without-second-scan"}
    assert listed["derive-cbor-differs"].patients == ("P02",)
    assert "in 1 of 9 patients" in listed["derive-cbor-differs"].sentence


def test_another_best_response_is_an_error(found):
    finding = found(adrs=ADRS + best("BOR", BOR | {"P05": "PD"}))["derive-bor-differs"]
    assert (finding.severity, finding.patients) == (Severity.ERROR, ("P05",))


def test_ne_for_missing_is_a_warning(found):
    finding = found(adrs=ADRS + best("BOR", BOR | {"P08": "NE"}))["derive-bor-differs"]
    assert finding.severity is Severity.WARNING


# --- times ---------------------------------------------------------------------------------------

OS = (
    ("P01", "OS", 271, 1, "2024-10-01", "2025-06-28"),
    ("P02", "OS", 121, 0, "2024-10-01", "2025-01-29"),
    ("P03", "OS", 232, 1, "2024-11-01", "2025-06-20"),
    ("P04", "OS", 61, 0, "2024-11-01", "2024-12-31"),
    ("P05", "OS", 197, 1, "2024-12-01", "2025-06-15"),
    ("P06", "OS", 51, 1, "2025-01-01", "2025-02-20"),
    ("P07", "OS", 29, 1, "2025-06-01", "2025-06-29"),
    ("P08", "OS", 21, 1, "2025-06-10", "2025-06-30"),
    ("P09", "OS", 46, 1, "2025-01-15", "2025-03-01"),
)
PFS = (
    ("P01", "PFS", 85, 1, "2024-10-01", "2024-12-24"),
    ("P02", "PFS", 85, 0, "2024-10-01", "2024-12-24"),
    ("P03", "PFS", 113, 1, "2024-11-01", "2025-02-21"),
    ("P04", "PFS", 43, 0, "2024-11-01", "2024-12-13"),
    ("P05", "PFS", 113, 1, "2024-12-01", "2025-03-23"),
    ("P06", "PFS", 1, 1, "2025-01-01", "2025-01-01"),
    ("P07", "PFS", 29, 1, "2025-06-01", "2025-06-29"),
    ("P08", "PFS", 1, 1, "2025-06-10", "2025-06-10"),
    ("P09", "PFS", 1, 1, "2025-01-15", "2025-01-15"),
)


def changed(rows, patient, days, cnsr, end):
    """The rows with another time for one patient."""
    return tuple((*r[:2], days, cnsr, r[4], end) if r[0] == patient else r for r in rows)


def test_times_that_the_records_give_leave_a_note_on_the_rule_set(found):
    listed = found(adtte=tte(*OS, *PFS))
    assert set(listed) == {"derive-pfs-rule"}
    note = listed["derive-pfs-rule"]
    assert note.severity is Severity.NOTE
    assert note.sentence == (
        "PFS of the export agrees with the FDA-like rule and with the EMA-like rule alike in 9 of "
        "9 patients."
    )


def test_an_event_that_becomes_a_censoring_is_an_error(found):
    finding = found(adtte=tte(*changed(PFS, "P02", 43, 1, "2024-11-12")))["derive-pfs-differs"]
    assert (finding.severity, finding.patients) == (Severity.ERROR, ("P02",))
    assert "PFS differs from the records in 1 of 9 patients" in finding.sentence
    assert "the export censors at the last assessment before the PD at 85 days" in finding.sentence


def test_another_day_of_the_same_event_is_a_warning(found):
    finding = found(adtte=tte(*changed(PFS, "P02", 84, 0, "2024-12-23")))["derive-pfs-differs"]
    assert finding.severity is Severity.WARNING
    assert "the export leaves out the +1 day" in finding.sentence


LATE_PD = ADRS + "P05,OVR,Overall response,2025-06-14,NE\nP06,OVR,Overall response,2025-06-20,PD\n"


def test_an_export_by_the_ema_rule_is_recognised_and_not_blamed(tmp_path):
    rows = changed(PFS, "P06", 171, 0, "2025-06-20")
    analysis = analysed(tmp_path, adrs=LATE_PD, adtte=tte(*rows))
    (note,) = derived_findings(analysis)
    assert note.sentence == (
        "PFS of the export agrees with the EMA-like rule in 9 of 9 patients, with the FDA-like "
        "rule in 8."
    )
    (check,) = derivation_checks(analysis)
    assert (check["endpoint"], check["patient"]) == ("PFS", "P06")
    assert (check["exported"], check["derived"]) == ("171 days, event", "1 days, censored")
    assert check["reason"].startswith("agrees with the EMA-like rule: the exported event at 171")


def test_a_death_of_no_date(found):
    finding = found(adtte=tte(*changed(OS, "P05", 150, 0, "2025-04-29")))["derive-os-differs"]
    assert (finding.severity, finding.patients) == (Severity.ERROR, ("P05",))
    assert "no date of death for the event at 150 days" in finding.sentence


def test_durations_of_response(found):
    right = (
        ("P01", "DOR", 43, 1, "2024-11-12", "2024-12-24"),
        ("P03", "DOR", 57, 1, "2024-12-27", "2025-02-21"),
    )
    assert found(adtte=tte(*right)) == {}
    from_origin = (("P01", "DOR", 85, 1, "2024-10-01", "2024-12-24"), right[1])
    finding = found(adtte=tte(*from_origin))["derive-dor-differs"]
    assert (finding.severity, finding.patients) == (Severity.WARNING, ("P01",))
    assert "the export counts from the origin of PFS, 42 days before" in finding.sentence


def test_a_duration_of_a_response_that_was_not_confirmed(found):
    finding = found(adtte=tte(("P07", "DOR", 1, 1, "2025-06-29", "2025-06-29")))[
        "derive-dor-non-responder"
    ]
    assert finding.patients == ("P07",)
    assert finding.sentence == (
        "1 of 1 exported durations of response belongs to patients without a confirmed response "
        "in the records, 1 of them with an unconfirmed one."
    )


# --- measurements, visits, events ----------------------------------------------------------------

TR_HEAD = "USUBJID,PARAMCD,PARAM,AVAL,AVALU,BASE,PCHG,ABLFL,ADT\n"


def sums(*rows: tuple[str, str, float, float, str, str]) -> str:
    return TR_HEAD + "".join(
        f"{u},SUMDIAM,Sum of diameters (mm),{aval},mm,{base},{pchg},{flag},{when}\n"
        for u, when, aval, base, pchg, flag in rows
    )


GOOD_SUMS = (
    ("P01", "2024-10-01", 50.0, 50.0, "", "Y"),
    ("P01", "2024-11-12", 30.0, 50.0, "-40.0", ""),
    ("P01", "2024-12-24", 29.0, 50.0, "-42.0", ""),
)


def test_sums_that_support_the_response_are_silent(found):
    assert found(adrs=ADRS + best("BOR", BOR), adtr=sums(*GOOD_SUMS)) == {}


def test_a_percentage_that_the_sum_does_not_give(found):
    wrong = (*GOOD_SUMS[:2], ("P01", "2024-12-24", 29.0, 50.0, "-12.0", ""))
    finding = found(adtr=sums(*wrong))["derive-pchg-differs"]
    assert finding.severity is Severity.ERROR, "it does not reach -30% any more"
    assert finding.sentence.startswith("PCHG differs from the records in 1 patient:")
    small = (*GOOD_SUMS[:2], ("P01", "2024-12-24", 29.0, 50.0, "-44.0", ""))
    assert found(adtr=sums(*small))["derive-pchg-differs"].severity is Severity.WARNING


def test_a_response_against_the_measurements(found):
    flat = tuple((u, w, 50.0 - k, b, "", f) for k, (u, w, _, b, _, f) in enumerate(GOOD_SUMS))
    finding = found(adrs=ADRS + best("BOR", BOR), adtr=sums(*flat))[
        "derive-response-against-change"
    ]
    assert (finding.severity, finding.patients) == (Severity.WARNING, ("P01",))
    assert "the smallest sum never reached -30%" in finding.sentence


def test_an_overall_response_against_its_lesions(found):
    lesions = "P05,TRGRESP,Target response,2025-03-23,{}\nP05,NEWLFL,New lesion,2025-03-23,N\n"
    assert found(adrs=ADRS + lesions.format("SD")) == {}
    finding = found(adrs=ADRS + lesions.format("PD"))["derive-overall-response-differs"]
    assert (finding.severity, finding.patients) == (Severity.ERROR, ("P05",))
    assert "in 1 visit (1 patient): target progression (1)" in finding.sentence


def test_a_progression_without_a_reason_is_a_contradiction(found):
    lesions = "P04,TRGRESP,Target response,2024-12-13,SD\nP04,NEWLFL,New lesion,2024-12-13,N\n"
    listed = found(adrs=ADRS + lesions)
    assert set(listed) == {"derive-response-against-change"}
    assert "nothing of it is PD" in listed["derive-response-against-change"].sentence


AE_HEAD = "USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,ASTDT,AENDT,AETOXGR,AESER,AEREL,TRTEMFL\n"


def test_a_treatment_emergent_flag_against_the_dates(found):
    row = "P02,1,call Dr Wang,Nausea,Gastrointestinal disorders,{},,1,N,N,Y\n"
    assert found(adae=AE_HEAD + row.format("2024-10-09")) == {}
    finding = found(adae=AE_HEAD + row.format("2025-01-28"))["derive-teae-differs"]
    assert (finding.severity, finding.patients) == (Severity.ERROR, ("P02",))
    assert "in 1 of 1 adverse event (1 patient)" in finding.sentence
    assert "35 days after the last dose" in finding.sentence
    assert "Wang" not in finding.sentence


# --- rules, page, command line, Overview ---------------------------------------------------------


def test_rules_have_names_of_their_own():
    assert all(r.id.startswith("derive-") for r in RULES)
    assert len({r.id for r in RULES}) == len(RULES)
    assert not {r.id for r in RULES} & {r.id for r in all_rules()}
    assert not [r for r in RULES if r.severity is Severity.REJECT], "nothing is refused by them"


def test_the_page_of_the_rules_is_current():
    assert PAGE.read_text(encoding="utf-8") == derived_page(), "run `python -m dashboard.document`"


def test_a_checked_export_gives_the_findings_of_the_stored_cut(tmp_path):
    tables = {"adsl": ADSL, "adrs": ADRS + best("CBOR", CBOR | {"P07": "PR"})}
    checked = derived_findings(analysed(tmp_path / "checked", **tables))
    cut = import_written(CutStore(tmp_path / "store"), tmp_path / "stored", **tables)
    assert derived_findings(Analysis(cut)) == checked
    assert not {f.rule for f in cut.findings} & {r.id for r in RULES}, "they are found anew"


@pytest.mark.parametrize("command", ["check", "import"])
def test_the_command_line_lists_and_counts_them(tmp_path, monkeypatch, capsys, command):
    monkeypatch.setenv("INTERIM_HOME", str(tmp_path / "home"))
    tables = {"adsl": ADSL, "adrs": ADRS + best("CBOR", CBOR | {"P07": "PR"})}
    path = write_study(tmp_path, **tables)
    arguments = [command, str(tmp_path / "exports"), "--study", str(path)]
    arguments += ["--cut-date", "2025-07-01"]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    mine = [f for f in told["findings"] if f["rule"] == "derive-confirmed-without-second-scan"]
    assert [f["patients"] for f in mine] == [["P07"]]
    assert told["counts"]["error"] == sum(f["severity"] == "error" for f in told["findings"])
    assert main(arguments) == 0
    assert "error: derive-confirmed-without-second-scan" in capsys.readouterr().out


def test_the_overview_lists_them_beside_those_of_the_import(tmp_path):
    store = CutStore(tmp_path / "home")
    tables = {"adsl": ADSL, "adrs": ADRS + best("CBOR", CBOR | {"P07": "PR"})}
    cut = import_written(store, tmp_path / "written", **tables)
    shelf = Shelf(store)
    results = Results(shelf, {"quality": quality}, Flask("test"))
    answer = results.panel("quality", shelf.resolve("")[0], Audience.FULL)
    counts = {g["severity"]: g["n"] for g in answer["groups"]}
    assert sum(counts.values()) == len(cut.findings) + 1
    errors = next(g for g in answer["groups"] if g["severity"] == "error")
    assert "derive-confirmed-without-second-scan" in [f["rule"] for f in errors["findings"]]
    assert "P07" not in json.dumps(answer["groups"]), "the card names no patient"


# --- a study whose exported values are Interim's own ---------------------------------------------

STUDY = parse_study('[study]\nid = "own"\ntitle = "Own"\ncut_date = 2025-07-01\n')
START = np.datetime64("2024-01-01", "s")


class Tables:
    """Frames as a cut holds them."""

    study, cut_date = STUDY, date(2025, 7, 1)

    def __init__(self, **frames: pd.DataFrame) -> None:
        self.frames = {k.upper(): v for k, v in frames.items()}

    @property
    def domains(self) -> tuple[str, ...]:
        return tuple(self.frames)

    def frame(self, domain: str) -> pd.DataFrame:
        return self.frames[domain]


def at(day: int | None) -> np.datetime64:
    return np.datetime64("NaT", "s") if day is None else START + np.timedelta64(day, "D")


def table(rows: list[dict[str, Any]], *columns: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        rows, columns=list(dict.fromkeys([*columns, *(k for r in rows for k in r)]))
    )
    for name in frame.columns:
        if name.endswith("DT"):
            frame[name] = frame[name].to_numpy(dtype="datetime64[s]")
        elif name in ("AVAL", "PCHG", "BASE", "CNSR"):
            frame[name] = frame[name].astype("float64")
        else:
            frame[name] = frame[name].astype(pd.StringDtype("pyarrow", na_value=np.nan))
    return frame


days = st.integers(min_value=1, max_value=400)
visit = st.tuples(days, st.integers(0, 900))
patient = st.fixed_dictionaries(
    {
        "sums": st.lists(
            st.tuples(days, st.integers(0, 900)), max_size=6, unique_by=lambda v: v[0]
        ),
        "base": st.integers(100, 900),
        "death": st.none() | days,
        "nact": st.none() | days,
        "ae": st.lists(st.integers(-30, 450), max_size=3),
        "treated": st.integers(0, 300),
    }
)


def records(patients: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """ADSL, sums, visit responses by the sums, and adverse events; nothing derived beyond."""
    subjects, tumours, events = [], [], []
    for k, p in enumerate(patients):
        u = f"P{k:02d}"
        dates = {"TRTSDT": at(0), "TRTEDT": at(p["treated"]), "DTHDT": at(p["death"])}
        subjects.append({"USUBJID": u, **dates, "NACTDT": at(p["nact"]), "SAFFL": "Y"})
        rows = [(-3, p["base"]), *sorted(p["sums"])]
        tumours += [
            {
                "USUBJID": u,
                "PARAMCD": "SUMDIAM",
                "ADT": at(when),
                "AVAL": total / 10,
                "ABLFL": "Y" if when < 0 else None,
            }
            for when, total in rows
        ]
        events += [
            {"USUBJID": u, "AEDECOD": "NAUSEA", "ASTDT": at(when), "AENDT": at(None)}
            for when in p["ae"]
        ]
    return {
        "adsl": table(subjects),
        "adtr": table(tumours),
        "adae": table(events, "USUBJID", "AEDECOD", "ASTDT", "AENDT"),
    }


def visit_rows(frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """TRGRESP and OVR of every sum, by the numbers."""
    cohort = Analysis(Tables(**frames)).cohort
    read = target_sums(frames["adtr"], cohort)
    terms = ("NE", "CR", "PR", "SD", "NON-CR/NON-PD", "PD")
    return [
        {"USUBJID": cohort.patients[p], "PARAMCD": code, "ADT": at(d), "AVALC": terms[c]}
        for p, d, c in zip(read.patient, read.day.tolist(), target_codes(read), strict=True)
        for code in ("TRGRESP", "OVR")
    ]


def time_rows(paramcd: str, data: TimeToEvent | None) -> list[dict[str, Any]]:
    if data is None:
        return []
    return [
        {"USUBJID": u, "PARAMCD": paramcd, "AVAL": d, "AVALU": "DAYS", "CNSR": 0.0 if e else 1.0}
        for u, d, e in zip(data.usubjid, data.days, data.event, strict=True)
    ]


def own_export(frames: dict[str, pd.DataFrame], rule: str) -> Tables:
    """The records with every value that Interim derives, exported."""
    visits = visit_rows(frames)
    empty = ("USUBJID", "PARAMCD", "ADT", "AVALC")
    analysis = Analysis(Tables(**frames, adrs=table(visits, *empty)))
    own = analysis.derived_responses
    for code, terms in (("CBOR", own.confirmed), ("BOR", own.unconfirmed)):
        visits += [
            {"USUBJID": u, "PARAMCD": code, "ADT": at(None), "AVALC": t}
            for u, t in zip(own.usubjid, terms, strict=True)
        ]
    pfs = analysis.derived_pfs(rule)
    times = [*time_rows("PFS", pfs), *time_rows("OS", analysis.derived_os())]
    if pfs is not None:
        times += time_rows("DOR", duration_of_response(analysis.cohort, own, pfs))
    sized = frames["adtr"].copy()
    read = target_sums(sized, analysis.cohort)
    change = dict(zip(zip(read.patient, read.day, strict=True), percent_change(read), strict=True))
    who = analysis.cohort.index(sized["USUBJID"])
    when = ((sized["ADT"] - pd.Timestamp(START)).dt.days).to_numpy()
    sized["BASE"] = read.base[who]
    sized["PCHG"] = [change.get(k, np.nan) for k in zip(who, when, strict=True)]
    return Tables(
        adsl=frames["adsl"],
        adae=flagged(frames),
        adrs=table(visits, *empty),
        adtr=sized,
        adtte=table(times, "USUBJID", "PARAMCD", "AVAL", "AVALU", "CNSR"),
    )


def flagged(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """ADAE with TRTEMFL by the dates: from the first dose to 30 days after the last."""
    adae = frames["adae"].copy()
    last = frames["adsl"].set_index("USUBJID")["TRTEDT"].reindex(adae["USUBJID"]).to_numpy()
    start = adae["ASTDT"].to_numpy()
    emergent = (start >= START) & (start <= last + np.timedelta64(30, "D"))
    adae["TRTEMFL"] = pd.array(
        np.where(emergent, "Y", "N"), dtype=pd.StringDtype("pyarrow", np.nan)
    )
    return adae


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(patient, min_size=1, max_size=6), st.sampled_from(["fda", "ema"]))
def test_own_derivations_give_no_finding(patients, rule):
    export = own_export(records(patients), rule)
    analysis = Analysis(export)
    listed = [f for f in derived_findings(analysis) if f.severity is not Severity.NOTE]
    assert not listed, [describe(f) for f in listed]
    compared = compare(analysis, lead=FDA if rule == "fda" else None)
    assert compared.found == ()


# --- real exports --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared, tmp_path_factory):
    def open_(name: str) -> Analysis:
        result = import_exports(
            shared / "data" / name / "csv",
            STUDIES / name / "study.toml",
            store=CutStore(tmp_path_factory.mktemp("real")),
            now=datetime(2026, 6, 1, tzinfo=UTC),
        )
        assert result.cut is not None
        return Analysis(result.cut)

    return open_


def test_a_published_export_agrees_but_for_its_rule_set(real):
    analysis = real("pharmaverse_onco")
    listed = {f.rule: f for f in derived_findings(analysis)}
    assert set(listed) == {"derive-dor-non-responder", "derive-pfs-rule"}
    assert "the EMA-like rule in 254 of 254" in listed["derive-pfs-rule"].sentence
    assert listed["derive-dor-non-responder"].count == 3
    (check,) = derivation_checks(analysis)
    assert check["patient"] == "01-704-1445"
    assert "agrees with the EMA-like rule" in check["reason"]


def test_random_responses_are_listed_and_still_readable(real):
    analysis = real("random_cdisc")
    listed = derived_findings(analysis)
    rules = {f.rule: f for f in listed}
    assert rules["derive-os-differs"].count == 400
    alone = rules["derive-confirmed-without-second-scan"].count
    assert alone + rules["derive-cbor-differs"].count == sum(
        c["endpoint"] == "CBOR" for c in derivation_checks(analysis)
    )
    assert max(len(f.sentence) for f in listed) < 420
    assert all(len(f.patients) <= 50 for f in listed)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_the_demo_derives_what_its_records_give(tmp_path, cut):
    write_exports(tmp_path, cut=cut)
    folder = tmp_path / f"cut-{cut}"
    result = check_exports(folder, tmp_path / "study.toml")
    assert result.staged is not None
    analysis = Analysis(Preview(result.staged))
    assert derivation_checks(analysis) == []
    assert [f.rule for f in derived_findings(analysis)] == ["derive-pfs-rule"]
