"""Files for spreadsheets: no cell can start a formula, numbers stay numbers."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dashboard.spreadsheet import defuse, to_csv

PAYLOADS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "|calc",
    "%0A",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    " =1",
    "＝1",
    "\ufeff=1",
    "\u200b=1",
    "\u202e=1",
    "＋1+1",
    "－1+1",
    "=HYPERLINK('http://x')",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_starts_a_formula(payload: str) -> None:
    assert defuse(payload).startswith("'")


@pytest.mark.parametrize("number", ["-3.5", "+2", "-1e-5", "-100"])
def test_numbers_stay_numbers(number: str) -> None:
    assert defuse(number) == number
    assert defuse(-3.5) == "-3.5"
    assert defuse(None) == ""


def test_ordinary_words_are_untouched() -> None:
    for words in ("NON-CR/NON-PD", "P-01", "17/60", "naïve ☂", "a=b", "12 % of all"):
        assert defuse(words) == words


@given(st.text(max_size=60))
def test_whatever_the_text_no_cell_starts_a_formula(value: str) -> None:
    shown = defuse(value)
    start = shown.lstrip()[:1]
    assert start not in {"=", "@", "|", "%"}
    if start in {"+", "-"}:
        float(shown)
    assert not {c for c in shown if ord(c) < 32}


def test_a_file_has_a_preamble_a_header_and_crlf() -> None:
    data = to_csv([("Study", "=evil"), ("Cut", None)], ("a", "b"), [(1, "x,y"), (2.5, "-2+3")])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["# Study", "'=evil"],
        ["# Cut", ""],
        ["a", "b"],
        ["1", "x,y"],
        ["2.5", "'-2+3"],
    ]
    assert data.count(b"\r\n") == 5


def test_a_file_carries_its_caveats(client: FlaskClient) -> None:
    """Nadir for tumour change, pending patients for the window, groups that were chosen."""
    said = client.get("/download/response-waterfall.csv?study=written").get_data(as_text=True)
    assert "# Note,Interim results" in said
    assert "(nadir)" in said
    said = client.get("/download/response-rates.csv?study=written").get_data(as_text=True)
    assert "window is open: 3; they count as not responding" in said
    assert "(nadir)" not in said
    said = client.get("/download/response-forest.csv?study=written").get_data(as_text=True)
    assert "Not randomised: groups were chosen" in said
