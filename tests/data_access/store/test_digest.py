"""The digest sees every value and nothing else."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from data_access.digest import LEADING, canonical, cut_id, round_15, table_digest
from data_access.findings import DataError

TYPES = {
    "text": pa.large_string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "date": pa.date32(),
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["", "0", "A", "a", " A", "Ä", "\U0001f9ec", "null"])
    | st.text("aZ0 \x00\né中\u200b𝒳", max_size=5),
    "number": st.sampled_from([0.0, -0.0, 0.1, 0.1 + 0.2, 1e-300, 1e300, 5e-324])
    | st.floats(-1.7e308, 1.7e308),
    "integer": st.integers(-(2**53), 2**53),
    "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
}
#: The machine may be busy: a slow example is no failure.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
NAMES = ("USUBJID", "PARAMCD", "ADT", "AVAL", "AVALC", "aval", "ZZ")


def naive(value: Any, kind: str) -> Any:
    """A cell in canonical form, by decimal text."""
    if kind == "number" and value is not None:
        return float(f"{value:.14e}") + 0.0
    return value


def encode(value: Any, kind: str) -> bytes:
    if kind == "number":
        return struct.pack("<d", value or 0.0)
    if kind == "integer":
        return struct.pack("<q", value or 0)
    return struct.pack("<i", 0 if value is None else (value - date(1970, 1, 1)).days)


def sort_key(value: Any, kind: str) -> Any:
    if value is None:
        return (1, b"" if kind == "text" else 0 if kind != "date" else date.min)
    return (0, value.encode() if kind == "text" else value)


def naive_digest(kinds: dict[str, str], rows: Sequence[dict[str, Any]]) -> str:
    """The digest spelled out cell by cell, as its definition says."""
    order = [n for n in LEADING if n in kinds] + sorted(set(kinds) - set(LEADING))
    rows = [{n: naive(r[n], k) for n, k in kinds.items()} for r in rows]
    rows = sorted(rows, key=lambda r: [sort_key(r[n], kinds[n]) for n in order])
    out = b"interim rows 1\n" + f"{len(rows)} rows, {len(kinds)} columns\n".encode()
    for name in sorted(kinds):
        kind = kinds[name]
        label = name.encode()
        out += f"{len(label)} ".encode() + label + b" " + kind.encode() + b"\n"
        cells = [r[name] for r in rows]
        bits = "".join("0" if c is None else "1" for c in cells)
        bits += "0" * (-len(bits) % 8)
        out += bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        if kind == "text":
            texts = [(c or "").encode() for c in cells]
            out += b"".join(struct.pack("<q", len(t)) for t in texts) + b"".join(texts)
        else:
            out += b"".join(encode(c, kind) for c in cells)
    return hashlib.sha256(out).hexdigest()


def build(kinds: dict[str, str], rows: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.table({n: pa.array([r[n] for r in rows], TYPES[k]) for n, k in kinds.items()})


@st.composite
def content(draw: st.DrawFn, least: int = 0) -> tuple[dict[str, str], list[dict[str, Any]]]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    kinds = {name: draw(st.sampled_from(list(TYPES))) for name in names}
    row = st.fixed_dictionaries({n: st.none() | VALUES[k] for n, k in kinds.items()})
    return kinds, draw(st.lists(row, min_size=least, max_size=7))


@calm
@given(content())
def test_the_fast_digest_is_the_one_defined(
    table: tuple[dict[str, str], list[dict[str, Any]]],
) -> None:
    assert table_digest(build(*table)) == naive_digest(*table)


@calm
@given(content(), st.data())
def test_order_chunks_and_provenance_do_not_matter(
    table: tuple[dict[str, str], list[dict[str, Any]]], data: st.DataObject
) -> None:
    kinds, rows = table
    plain = build(kinds, rows)
    names = data.draw(st.permutations(list(kinds)))
    shuffled = build({n: kinds[n] for n in names}, data.draw(st.permutations(rows)))
    cut = data.draw(st.integers(0, len(rows)))
    chunked = pa.concat_tables([shuffled.slice(0, cut), shuffled.slice(cut)])
    files = data.draw(st.lists(st.sampled_from(["a", "b"]), min_size=len(rows), max_size=len(rows)))
    traced = chunked.append_column("_file", pa.array(files, pa.string()).dictionary_encode())
    traced = traced.append_column("_row", pa.array(range(len(rows)), pa.int64()))
    for other in (shuffled, chunked, traced):
        assert table_digest(other) == table_digest(plain)
        assert canonical(other).select(sorted(kinds)).equals(canonical(plain))


@calm
@given(content(least=1), st.data())
def test_any_single_change_of_value_shows(
    table: tuple[dict[str, str], list[dict[str, Any]]], data: st.DataObject
) -> None:
    kinds, rows = table
    name = data.draw(st.sampled_from(sorted(kinds)))
    index = data.draw(st.integers(0, len(rows) - 1))
    value = data.draw(st.none() | VALUES[kinds[name]])
    assume(naive(value, kinds[name]) != naive(rows[index][name], kinds[name]))
    changed = [{**r, name: value} if i == index else r for i, r in enumerate(rows)]
    assert table_digest(build(kinds, changed)) != table_digest(build(kinds, rows))


@calm
@given(content(least=1), st.data())
def test_a_row_more_or_less_shows(
    table: tuple[dict[str, str], list[dict[str, Any]]], data: st.DataObject
) -> None:
    kinds, rows = table
    twice = [*rows, data.draw(st.sampled_from(rows))]
    assert len({table_digest(build(kinds, r)) for r in (rows, twice, rows[1:])}) == 3


@calm
@given(content())
def test_canonical_is_final(table: tuple[dict[str, str], list[dict[str, Any]]]) -> None:
    once = canonical(build(*table))
    assert canonical(once).equals(once)
    assert table_digest(once) == table_digest(build(*table))


def test_missing_empty_and_zero_are_three_things() -> None:
    def one(value: Any, kind: pa.DataType) -> str:
        return table_digest(pa.table({"X": pa.array([value], kind)}))

    text, number = pa.large_string(), pa.float64()
    kinds = [one(None, text), one("", text), one("0", text), one(None, number), one(0.0, number)]
    kinds += [one(0, pa.int64()), one(None, pa.int64()), one(None, pa.date32())]
    assert len(set(kinds)) == len(kinds)


def test_text_cannot_slide_between_cells() -> None:
    def two(first: list[str], second: list[str]) -> str:
        return table_digest(pa.table({"A": first, "B": second}))

    assert two(["ab"], ["c"]) != two(["a"], ["bc"])
    assert table_digest(pa.table({"A": ["ab", "c"]})) != table_digest(pa.table({"A": ["a", "bc"]}))
    assert table_digest(pa.table({"AB": ["c"]})) != table_digest(pa.table({"A": ["Bc"]}))


def test_a_column_all_missing_is_not_an_absent_one() -> None:
    with_it = pa.table({"A": ["x"], "B": pa.array([None], pa.large_string())})
    assert table_digest(with_it) != table_digest(pa.table({"A": ["x"]}))


def test_how_text_is_held_does_not_matter() -> None:
    values = ["b", None, "a"]
    forms = [pa.array(values, pa.string()), pa.array(values, pa.large_string())]
    forms.append(forms[0].dictionary_encode())
    assert len({table_digest(pa.table({"A": form})) for form in forms}) == 1


def test_values_hidden_under_missing_cells_do_not_matter() -> None:
    hidden = pa.Array.from_buffers(
        pa.float64(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(struct.pack("<2d", 1.0, 77.0))]
    )
    assert table_digest(pa.table({"A": hidden})) == table_digest(
        pa.table({"A": pa.array([1.0, None])})
    )


def test_rows_are_sorted_by_subject_parameter_and_date_first() -> None:
    table = canonical(
        pa.table(
            {
                "AVAL": [1.0, 2.0, 3.0, 4.0],
                "ADT": pa.array([date(2025, 1, 2), None, date(2025, 1, 1), date(2025, 1, 1)]),
                "PARAMCD": ["SUM", "SUM", "SUM", "ALT"],
                "USUBJID": ["P1", "P1", "P1", "P2"],
                "_row": [2, 3, 4, 5],
                "_file": ["f", "f", "f", "g"],
            }
        )
    )
    assert table.column_names == ["ADT", "AVAL", "PARAMCD", "USUBJID", "_file", "_row"]
    assert table.column("AVAL").to_pylist() == [3.0, 1.0, 2.0, 4.0]
    assert table.column("_row").to_pylist() == [4, 2, 3, 5]
    assert table.column("_file").to_pylist() == ["f", "f", "f", "g"]


def test_rows_with_the_same_data_are_ordered_by_where_they_came_from() -> None:
    data = {"A": ["x"] * 4, "_file": ["b", "a", "b", "a"], "_row": [2, 9, 1, 3]}
    table = canonical(pa.table(data))
    assert table.column("_file").to_pylist() == ["a", "a", "b", "b"]
    assert table.column("_row").to_pylist() == [3, 9, 1, 2]


def test_more_rows_than_a_hand_can_check() -> None:
    """Many ties over many columns: the sort that looks only at tied rows equals Arrow's own."""
    random = np.random.default_rng(7)
    rows = 20_000
    table = pa.table(
        {
            name: pa.array(random.integers(0, kinds, rows).astype(float))
            for name, kinds in (("USUBJID", 40), ("ADT", 5), ("A", 3), ("B", 4), ("C", 30))
        }
    ).append_column("_row", pa.array(np.arange(rows)))
    keys = [(n, "ascending") for n in ("USUBJID", "ADT", "A", "B", "C", "_row")]
    assert canonical(table).equals(
        table.sort_by(keys).select(["A", "ADT", "B", "C", "USUBJID", "_row"])
    )


@calm
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(0.30000000000000004)
@example(9.99999999999999e22)
@example(999999999999999.9)
@example(1e15)
@example(2.5e-9)
@example(5e-324)
@example(1.7976931348623157e308 / 2)
@example(1.7976931348623157e308)
def test_rounding_is_that_of_decimal_text(value: float) -> None:
    got = float(round_15(np.array([value]))[0])
    assert got == float(f"{value:.14e}")
    assert math.copysign(1.0, got) == (1.0 if got == 0 else math.copysign(1.0, value))


def test_rounding_of_many_magnitudes() -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=40_000) * 10.0 ** random.integers(-30, 30, 40_000)
    ties = np.round(values, 2) + 0.005
    short = np.array([float(f"{v:.6g}") for v in values])
    halves = np.array([float(f"{v:.14e}".replace("e", "5e")) for v in values])
    near = np.nextafter(halves, random.choice([-np.inf, np.inf], halves.size))
    for given_ in (values, ties, short, halves, near):
        expected = np.array([float(f"{v:.14e}") for v in given_.tolist()])
        np.testing.assert_array_equal(round_15(given_), expected)
    np.testing.assert_array_equal(round_15(short), short)


def test_nan_is_missing_and_minus_zero_is_zero() -> None:
    column = canonical(pa.table({"A": pa.array([float("nan"), -0.0, 0.1 + 0.2])})).column("A")
    assert column.to_pylist() == [0.0, 0.3, None]
    assert math.copysign(1.0, column[0].as_py()) == 1.0


@pytest.mark.parametrize("function", [canonical, table_digest])
@pytest.mark.parametrize(
    "column",
    [
        pa.array([1.0, math.inf]),
        pa.array([-math.inf, 2.0]),
        pa.array([2**53 + 1, 1]),
        pa.array([1.7976931348623157e308, 0.0]),  # infinite when rounded to 15 digits
    ],
)
def test_numbers_that_cannot_be_shown_exactly_are_refused(function: Any, column: Any) -> None:
    with pytest.raises(DataError) as caught:
        function(pa.table({"AVAL": column}))
    finding = caught.value.findings[0]
    assert (finding.rule, finding.column, finding.count) == ("store-number-range", "AVAL", 1)


def test_other_types_and_double_names_are_refused() -> None:
    with pytest.raises(TypeError, match="column A has type bool"):
        canonical(pa.table({"A": [True]}))
    with pytest.raises(ValueError, match="two columns"):
        table_digest(pa.table([["x"], ["y"]], names=["A", "A"]))


def test_no_rows_and_no_columns(samples: ModuleType) -> None:
    empty = samples.subjects(12).slice(0, 0)
    assert canonical(empty).num_rows == 0
    assert table_digest(empty) != table_digest(empty.drop_columns(["AGE"]))
    assert len(table_digest(pa.table({}))) == 64


# --- the id of a cut ----------------------------------------------------------------------------

DAY = date(2025, 3, 31)


def test_line_ends_and_byte_order_mark_do_not_change_the_id() -> None:
    texts = ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "\ufeffa\nb\n"]
    assert len({cut_id(t, DAY, {"ADSL": "00"}) for t in texts}) == 1


def test_study_date_and_every_table_are_in_the_id() -> None:
    ids = [
        cut_id("a", DAY, {"ADSL": "00"}),
        cut_id("b", DAY, {"ADSL": "00"}),
        cut_id("a", DAY + timedelta(days=1), {"ADSL": "00"}),
        cut_id("a", DAY, {"ADSL": "01"}),
        cut_id("a", DAY, {"ADAE": "00"}),
        cut_id("a", DAY, {"ADSL": "00", "ADAE": "00"}),
        cut_id("a", DAY, {}),
    ]
    assert len(set(ids)) == len(ids)
    assert all(len(i) == 64 and set(i) <= set("0123456789abcdef") for i in ids)


def test_order_of_tables_does_not_change_the_id() -> None:
    assert cut_id("a", DAY, {"A": "1", "B": "2"}) == cut_id("a", DAY, {"B": "2", "A": "1"})


def test_the_digest_of_a_known_table_never_changes(samples: ModuleType) -> None:
    """Ids of stored cuts depend on it: another digest means every cut would be imported anew."""
    staged = samples.staged()
    assert staged.digests["ADSL"].startswith("97dc8a2feadcdb6c")
    assert staged.cut_id.startswith("efe3406898ad0f0d")
