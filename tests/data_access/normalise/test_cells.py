"""Text becomes typed values, or a refusal that names the place."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.findings import Severity
from data_access.normalise.cells import Reading, Target, Typed, type_column
from data_access.schema import Kind
from tests.data_access.tables import raw_table


def typed(
    values: list[object],
    kind: Kind,
    *,
    declared: str = "text",
    missing: tuple[str, ...] = (),
    decimal: str = ".",
    dates: str = "iso",
) -> Typed:
    table = raw_table({"X": values}, declared={"X": declared})
    reading = Reading(frozenset(missing), decimal, dates)
    return type_column(table, table.columns[0], Target("ADSL", "X", kind), reading)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-3.5", -3.5),
        ("+2", 2),
        (".5", 0.5),
        ("5.", 5),
        ("1e-4", 1e-4),
        (" 7 ", 7),
        ("007", 7),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text, number):
    result = typed([text], Kind.NUMBER)
    assert result.values.to_pylist() == [number]
    assert not result.findings


@pytest.mark.parametrize(
    "text",
    [">89", "NaN", "inf", "-inf", "1e999", ".", "NA", "1,5", "1 000", "0x10", "True", "१२", "1_0"],
)
def test_what_is_not_a_number_is_refused_with_its_line(text):
    result = typed(["1", text], Kind.NUMBER)
    assert result.values.to_pylist() == [1, None]
    (finding,) = result.findings
    assert (finding.rule, finding.severity) == ("type-number", Severity.REJECT)
    assert (finding.places[0].line, finding.places[0].column) == (3, "X")
    assert finding.count == 1
    assert text in finding.sentence


def test_a_declared_missing_word_is_missing_and_counted():
    result = typed(["1", "NA", " NA "], Kind.NUMBER, missing=("NA",))
    assert result.values.to_pylist() == [1, None, None]
    assert (result.lost, result.findings) == (2, [])


def test_a_decimal_comma_counts_only_when_declared():
    assert typed(["1,5"], Kind.NUMBER, decimal=",").values.to_pylist() == [1.5]


def test_infinite_numbers_of_a_binary_format_are_refused():
    result = typed([1.0, float("inf")], Kind.NUMBER, declared="number")
    assert [f.rule for f in result.findings] == ["type-number"]


@pytest.mark.parametrize("text", ["1.5", "9007199254740993000", "1e30"])
def test_a_whole_number_must_be_exact(text):
    (finding,) = typed([text], Kind.INTEGER).findings
    assert finding.rule == "type-integer"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-01-05T10:30", date(2024, 1, 5)),
        ("2024-01-05 10:30:00", date(2024, 1, 5)),
        ("", None),
    ],
)
def test_full_iso_dates(text, day):
    result = typed([text], Kind.DATE)
    assert result.values.to_pylist() == [day]
    assert not result.findings


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2024-02-30",
        "2024-13-01",
        "2024-02",
        "2024",
        "2024-UN-UN",
        "03/04/2024",
        "45292",
        "24-01-05",
        "2024-1-5",
        "05JAN2024",
        "0000-01-01",
    ],
)
def test_other_dates_are_refused_never_guessed(text):
    result = typed(["2024-01-01", text], Kind.DATE)
    (finding,) = result.findings
    assert (finding.rule, finding.places[0].line) == ("type-date", 3)
    assert result.values.to_pylist()[1] is None


def test_a_declared_layout_is_read_and_only_that():
    assert typed(["03/04/2024"], Kind.DATE, dates="%d/%m/%Y").values.to_pylist() == [
        date(2024, 4, 3)
    ]
    assert typed(["2024-04-03"], Kind.DATE, dates="%d/%m/%Y").findings


def test_bare_sas_days_only_when_declared():
    assert typed([23376.0], Kind.DATE, declared="number", dates="sas").values.to_pylist() == [
        date(2024, 1, 1)
    ]
    assert [f.rule for f in typed([23376.0], Kind.DATE, declared="number").findings] == [
        "type-date"
    ]


def test_a_date_time_gives_its_day():
    moment = datetime(2024, 5, 1, 23, 59, 59)
    assert typed([moment], Kind.DATE, declared="datetime").values.to_pylist() == [date(2024, 5, 1)]


@pytest.mark.parametrize(
    "text", ["2024", "2024-05", "2024-05-03", "2024-05-03T10:15", "2024---15", "2024-05-03T-:30"]
)
def test_collected_dates_may_be_partial(text):
    result = typed([text], Kind.PARTIAL)
    assert (result.values.to_pylist(), result.findings) == ([text], [])


@pytest.mark.parametrize("text", ["2024-UN-UN", "05/2024", "2024-13", "2024-02-32"])
def test_collected_dates_outside_iso_are_an_error_and_kept(text):
    result = typed([text], Kind.PARTIAL)
    assert result.values.to_pylist() == [text]
    assert [(f.rule, f.severity) for f in result.findings] == [
        ("type-partial-date", Severity.ERROR)
    ]


def test_flags():
    assert typed(["Y", "N", "", "y", "Yes", "NO"], Kind.FLAG).values.to_pylist() == [
        "Y",
        "N",
        None,
        "Y",
        "Y",
        "N",
    ]


@pytest.mark.parametrize("text", ["True", "None", "N/A", "1", "X"])
def test_other_flags_are_refused(text):
    (finding,) = typed(["Y", text], Kind.FLAG).findings
    assert (finding.rule, finding.severity, finding.places[0].line) == (
        "type-flag",
        Severity.REJECT,
        3,
    )


def test_identifiers_stay_text_and_lose_only_outer_blanks():
    result = typed(["01", " 02", "NA", "007"], Kind.KEY)
    assert result.values.to_pylist() == ["01", "02", "NA", "007"]
    (finding,) = result.findings
    assert (finding.rule, finding.count, finding.places[0].line) == ("type-key-blanks", 1, 3)


def test_identifiers_stored_as_numbers():
    assert typed([701.0], Kind.KEY, declared="number").values.to_pylist() == ["701"]
    assert [f.rule for f in typed([701.0], Kind.KEY, declared="number").findings] == [
        "type-key-from-number"
    ]
    assert [f.rule for f in typed([1e18], Kind.KEY, declared="number").findings] == [
        "type-key-number"
    ]
    assert [f.rule for f in typed([1.5], Kind.KEY, declared="number").findings] == [
        "type-key-number"
    ]


def test_one_level_with_and_without_blanks_is_refused_trailing_blanks_are_not_seen():
    assert [f.rule for f in typed(["A", " A"], Kind.CODE).findings] == ["type-level-blanks"]
    assert typed(["A", "A   "], Kind.CODE).values.to_pylist() == ["A", "A"]
    assert not typed([" B", "A"], Kind.CODE).findings


def test_codes_stored_as_numbers_read_as_people_write_them():
    assert typed([3.0, 1.5, None], Kind.CODE, declared="number").values.to_pylist() == [
        "3",
        "1.5",
        None,
    ]


def test_free_text_keeps_inner_and_leading_blanks():
    assert typed(["  a  b ", "   "], Kind.TEXT).values.to_pylist() == ["  a  b", None]


def test_no_rows():
    for kind in Kind:
        assert len(typed([], kind).values) == 0


@given(
    st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), max_size=30)
)
def test_numbers_survive_text(values):
    text = ["" if v is None else repr(v) for v in values]
    result = typed(text, Kind.NUMBER)
    assert not result.findings
    assert result.values.to_pylist() == values


@given(st.lists(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)), max_size=30))
def test_dates_survive_text(days):
    result = typed([d.isoformat() for d in days], Kind.DATE)
    assert (result.values.to_pylist(), result.findings) == (days, [])


def test_types_are_the_canonical_ones():
    wanted = {
        Kind.KEY: pa.large_string(),
        Kind.CODE: pa.large_string(),
        Kind.TEXT: pa.large_string(),
        Kind.FLAG: pa.large_string(),
        Kind.PARTIAL: pa.large_string(),
        Kind.NUMBER: pa.float64(),
        Kind.INTEGER: pa.float64(),
        Kind.DATE: pa.date32(),
    }
    for kind, arrow in wanted.items():
        assert typed([""], kind).values.type == arrow


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["02JAN2025", "13FEB2025"], 'dates = "%d%b%Y".'),
        (["02JAN2025:00:00:00"], 'dates = "%d%b%Y:%H:%M:%S".'),
        (["31/03/2025", "01/02/2025"], 'dates = "%d/%m/%Y".'),
        (["03/04/2025"], 'dates = "%d/%m/%Y" or dates = "%m/%d/%Y" (which of them'),
        (["20250331"], 'dates = "%Y%m%d".'),
        (["2025年3月31日"], 'dates = "%Y年%m月%d日".'),
        (["23743", "23744"], 'dates = "sas"'),
        (["45747"], "day numbers of Excel"),
        (["2051395200"], "SAS date-times"),
    ],
)
def test_dates_written_in_one_other_way_are_refused_with_that_way(values, said):
    (finding,) = typed(values, Kind.DATE).findings
    assert finding.rule == "type-date"
    assert finding.remedy.startswith("Export dates as YYYY-MM-DD. ")
    assert said in finding.remedy
    stated = said.partition('dates = "')[2].partition('"')[0]
    if stated and " or " not in said:
        assert not typed(values, Kind.DATE, dates=stated).findings


@pytest.mark.parametrize(
    "values",
    [
        ["31/13/2025"],
        ["03/04/2025", "4.5.2025"],
        ["2025-03-31", "31/03/2025"],  # a layout would refuse the days that are right
        ["soon"],
        ["-1"],
    ],
)
def test_no_layout_is_proposed_where_none_fits_all(values):
    (finding,) = typed(values, Kind.DATE).findings
    assert "Impute partial dates" in finding.remedy


def test_bare_numbers_of_a_typed_file_are_told_apart_too():
    (finding,) = typed([23743.0, 23744.0], Kind.DATE, declared="number").findings
    assert "'23743', '23744'" in finding.sentence
    assert 'dates = "sas"' in finding.remedy


@pytest.mark.parametrize("zone", ["+08:00", "+0800", "-05", ""])
def test_a_date_time_with_an_offset_is_the_day_its_clock_showed(zone):
    got = typed([f"2025-01-02T23:30:00{zone}"], Kind.DATE)
    assert (got.values.to_pylist(), got.findings) == ([date(2025, 1, 2)], [])
    assert typed([f"2025-01-02T23:30:00{zone}"], Kind.PARTIAL).findings == []


def test_a_time_of_day_in_utc_is_warned_of():
    got = typed(["2025-01-02T16:00:00.000Z", "2025-01-03T00:00:00Z", "2025-01-04"], Kind.DATE)
    assert got.values.to_pylist() == [date(2025, 1, 2), date(2025, 1, 3), date(2025, 1, 4)]
    (found,) = got.findings
    assert (found.rule, found.severity, found.count) == ("type-date-utc", Severity.WARNING, 1)
