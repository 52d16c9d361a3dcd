"""Capitals of an export as a sentence: what is an abbreviation, a person or a plain word."""

from __future__ import annotations

import pytest

from dashboard.casing import sentence_case, term_case

TERMS = [
    ("QT PROLONGATION", "QT prolongation"),
    ("ELECTROCARDIOGRAM QT PROLONGED", "Electrocardiogram QT prolonged"),
    ("QTC INTERVAL ABNORMAL", "QTc interval abnormal"),
    ("ALT INCREASED", "ALT increased"),
    ("AST/ALT RATIO ABNORMAL", "AST/ALT ratio abnormal"),
    ("BLOOD GGT INCREASED", "Blood GGT increased"),
    ("ECG SIGNS OF MYOCARDIAL ISCHAEMIA", "ECG signs of myocardial ischaemia"),
    ("INR INCREASED", "INR increased"),
    ("COVID-19", "COVID-19"),
    ("COVID-19 PNEUMONIA", "COVID-19 pneumonia"),
    ("SARS-COV-2 TEST POSITIVE", "SARS-CoV-2 test positive"),
    ("HIV INFECTION", "HIV infection"),
    ("HEPATITIS B", "Hepatitis B"),
    ("HEPATITIS A", "Hepatitis A"),
    ("FALL FROM A HEIGHT", "Fall from a height"),
    ("VITAMIN B12 DECREASED", "Vitamin B12 decreased"),
    ("T-LYMPHOCYTE COUNT DECREASED", "T-lymphocyte count decreased"),
    ("STEVENS-JOHNSON SYNDROME", "Stevens-Johnson syndrome"),
    ("CROHN'S DISEASE", "Crohn's disease"),
    ("BELL\u2019S PALSY", "Bell\u2019s palsy"),
    ("URINE PH DECREASED", "Urine pH decreased"),
    ("GOUT", "Gout"),
    ("RASH", "Rash"),
    ("PALMAR-PLANTAR ERYTHRODYSAESTHESIA SYNDROME", "Palmar-plantar erythrodysaesthesia syndrome"),
    ("ÖDEM", "Ödem"),
    ("恶心", "恶心"),
    ("dcd A.1.1.1.1", "dcd A.1.1.1.1"),
    ("Qt as exported", "Qt as exported"),
    ("", ""),
]


@pytest.mark.parametrize(("exported", "words"), TERMS)
def test_a_term_keeps_its_abbreviations(exported: str, words: str) -> None:
    assert term_case(exported) == words


@pytest.mark.parametrize(
    ("exported", "words"),
    [
        ("NAB-PACLITAXEL", "Nab-paclitaxel"),
        ("CARBOPLATIN+PACLITAXEL", "Carboplatin + paclitaxel"),
        ("UTD1", "UTD1"),
        ("CMF", "CMF"),
        ("CYCLE 1 DAY 8", "Cycle 1 day 8"),
        ("PROGRESSIVE DISEASE", "Progressive disease"),
        ("DEATH DUE TO COVID-19", "Death due to COVID-19"),
    ],
)
def test_a_value_that_may_be_a_code_stays_short(exported: str, words: str) -> None:
    assert sentence_case(exported) == words
