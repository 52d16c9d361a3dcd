"""Rules on keys, each with a table that breaks it and its clean twin."""

from __future__ import annotations

from data_access.findings import Place, Severity


def test_an_empty_adsl_is_imported_with_a_finding(run):
    (found,) = run("check-empty-domain", ADSL="USUBJID | AGE")
    assert found.severity is Severity.WARNING
    assert found.sentence == "ADSL holds no patients."
    assert run("check-empty-domain", ADSL="USUBJID | AGE\nP1 | 50") == []


def test_a_record_without_usubjid_is_refused_in_any_domain(run):
    adsl = "USUBJID | AGE\nP1 | 50"
    (found,) = run("check-key-missing", ADSL=adsl, ADAE="USUBJID | AESEQ\nP1 | 1\n | 2")
    assert found.severity is Severity.REJECT
    assert (found.domain, found.column, found.count) == ("ADAE", "USUBJID", 1)
    assert found.places == (Place("adae.csv", line=3, column="USUBJID"),)
    assert run("check-key-missing", ADSL=adsl, ADAE="USUBJID | AESEQ\nP1 | 1\nP1 | 2") == []


def test_two_adsl_rows_of_a_patient_are_refused_with_both_rows(run):
    (found,) = run(
        "check-subject-duplicate",
        ADSL="""
        USUBJID | AGE
        P1      | 50
        P2      | 60
        P1      | 51
        """,
    )
    assert found.severity is Severity.REJECT
    assert found.patients == ("P1",)
    assert [p.line for p in found.places] == [2, 4]
    assert found.sentence == "1 patient has 2 ADSL rows together; one each is expected."
    assert run("check-subject-duplicate", ADSL="USUBJID | AGE\nP1 | 50\nP2 | 50") == []


def test_samples_of_one_person_are_kept_with_an_error(run):
    (found,) = run(
        "check-person-repeated", ADSL="USUBJID | _person\nS1 | 7\nS2 | 7\nS3 | 8\nS4 |\nS5 |"
    )
    assert found.severity is Severity.ERROR
    assert found.patients == ("S1", "S2")
    assert "1 person stands behind 2 rows" in found.sentence
    assert run("check-person-repeated", ADSL="USUBJID | _person\nS1 | 7\nS2 | 8") == []


def test_two_times_for_one_endpoint_are_refused(run):
    (found,) = run(
        "check-time-duplicate",
        ADTTE="""
        USUBJID | PARAMCD | AVAL | CNSR
        P1      | PFS     | 10   | 0
        P1      | OS      | 30   | 1
        P1      | PFS     | 20   | 1
        """,
    )
    assert found.severity is Severity.REJECT
    assert found.patients == ("P1",)
    assert [p.line for p in found.places] == [2, 4]
    assert "(PFS)" in found.sentence
    clean = "USUBJID | PARAMCD | AVAL\nP1 | PFS | 10\nP1 | OS | 10\nP2 | PFS | 10"
    assert run("check-time-duplicate", ADTTE=clean) == []


def test_rows_equal_in_every_column_are_counted_and_named(run):
    (found,) = run(
        "check-record-duplicate",
        ADRS="""
        USUBJID | PARAMCD | ADT        | AVALC
        P1      | OVR     | 2024-01-01 | SD
        P1      | OVR     | 2024-01-01 | SD
        P1      | OVR     | 2024-02-01 | SD
        """,
    )
    assert found.severity is Severity.ERROR
    assert [p.line for p in found.places] == [2, 3]
    assert found.sentence == (
        "2 response records of 1 patient are equal to another in every column."
    )
    clean = "USUBJID | PARAMCD | ADT | AVALC\nP1 | OVR | 2024-01-01 | SD\nP1|OVR|2024-02-01|SD"
    assert run("check-record-duplicate", ADRS=clean) == []


def test_one_aeseq_for_two_events_is_an_error(run):
    events = "USUBJID | AESEQ | AEDECOD\nP1 | 1 | NAUSEA\nP1 | 1 | RASH\nP2 | 1 | RASH"
    (found,) = run("check-aeseq-duplicate", ADAE=events)
    assert found.severity is Severity.ERROR
    assert found.patients == ("P1",)
    assert found.column == "AESEQ"
    assert run("check-aeseq-duplicate", ADAE=events.replace("1 | RASH\nP2", "2 | RASH\nP2")) == []


def test_the_same_keys_with_different_content_are_a_warning(run):
    rows = "USUBJID | PARAMCD | ADT | AVALC\nP1 | OVR | 2024-01-01 | SD\nP1|OVR|2024-01-01|PD"
    (found,) = run("check-key-duplicate", ADRS=rows)
    assert found.severity is Severity.WARNING
    assert "USUBJID, PARAMCD, ADT are the same" in found.sentence
    assert run("check-record-duplicate", ADRS=rows) == []
    assert run("check-key-duplicate", ADRS=rows.replace("01|PD", "02|PD")) == []


def test_a_record_without_paramcd_is_an_error_and_no_duplicate(run):
    times = "USUBJID | PARAMCD | AVAL\nP1 | OS | 10\nP1 | | 10\nP1 | | 20"
    (found,) = run("check-paramcd-missing", ADTTE=times)
    assert (found.severity, found.patients) == (Severity.ERROR, ("P1",))
    assert [p.line for p in found.places] == [3, 4]
    assert run("check-time-duplicate", ADTTE=times) == []
    assert run("check-paramcd-missing", ADTTE="USUBJID | PARAMCD\nP1 | OS") == []


def test_events_without_numbers_are_compared_as_a_whole(run):
    events = "USUBJID | AEDECOD | ASTDT\nP1 | RASH | 2024-01-01\nP1 | RASH | {}"
    (found,) = run("check-record-duplicate", ADAE=events.format("2024-01-01"))
    assert found.count == 2
    assert run("check-record-duplicate", ADAE=events.format("2024-01-02")) == []
    assert run("check-key-duplicate", ADAE=events.format("2024-01-02")) == []


def test_of_many_rows_the_first_are_listed(run):
    rows = "\n".join("|1" for _ in range(6_000))
    (found,) = run("check-key-missing", ADAE=f"USUBJID|AESEQ\n{rows}")
    assert found.count == 6_000
    assert [p.line for p in found.places] == list(range(2, 52))


def test_a_record_of_somebody_outside_adsl_is_an_error_with_its_row(run):
    adsl = "USUBJID | AGE\nP1 | 50"
    (found,) = run("check-subject-unknown", ADSL=adsl, ADTTE="USUBJID | PARAMCD\nP1 | OS\nP9 | OS")
    assert found.severity is Severity.ERROR
    assert found.patients == ("P9",)
    assert found.places == (Place("adtte.csv", line=3, column="USUBJID"),)
    assert run("check-subject-unknown", ADSL=adsl, ADTTE="USUBJID | PARAMCD\nP1 | OS") == []


def test_patients_without_any_record_are_counted(run):
    adsl = "USUBJID | AGE\nP1 | 50\nP2 | 51\nP3 | 52"
    (found,) = run("check-subject-without-records", ADSL=adsl, ADAE="USUBJID | AESEQ\nP2 | 1")
    assert found.severity is Severity.NOTE
    assert found.patients == ("P1", "P3")
    assert found.sentence == "2 of 3 patients have no adverse event."
    full = "USUBJID | AESEQ\nP1 | 1\nP2 | 1\nP3 | 1"
    assert run("check-subject-without-records", ADSL=adsl, ADAE=full) == []


def test_records_of_files_without_lines_are_named_by_number(run):
    (found,) = run("check-key-missing", line_based=False, ADSL="USUBJID | AGE\nP1 | 50\n | 51")
    assert found.places == (Place("adsl.csv", row=3, column="USUBJID"),)


def test_nobody_is_known_to_an_adsl_without_rows(run):
    (found,) = run("check-subject-unknown", ADSL="USUBJID|AGE", ADAE="USUBJID|AESEQ\nP1|1")
    assert (found.severity, found.domain, found.patients) == (Severity.ERROR, "ADAE", ("P1",))
    assert run("check-subject-unknown", ADSL="USUBJID|AGE", ADAE="USUBJID|AESEQ") == []
