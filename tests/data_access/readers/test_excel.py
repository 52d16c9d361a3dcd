"""Excel workbooks: plain tables are read, anything else is refused with its cell."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from data_access.findings import DataError, Finding
from data_access.rawtable import RawTable
from data_access.readers import excel
from tests.data_access.readers.reading import refused, source_of, values

HEADER = ["USUBJID", "SITEID", "AGE", "TRTSDT", "TRTSDTM", "TIME", "FLAG"]
ROWS = [
    ["S-1", "01", 50, dt.date(2024, 2, 29), dt.datetime(2024, 1, 1, 8, 30), dt.time(9, 30), True],
    ["S-2", "02", 61.5, None, None, None, None],
    ["S-3", None, None, dt.date(2024, 3, 1), dt.datetime(2024, 1, 2, 0, 0), dt.time(10, 0), False],
]


def workbook(tmp_path: Path, change: Callable[[Any], object] = lambda _: None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "ADSL"
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    change(sheet)
    path = tmp_path / "adsl.xlsx"
    book.save(path)
    return path


def read(path: Path, **options: Any) -> tuple[RawTable, ...]:
    return excel.read(path, source_of(path, "xlsx"), **options)


def one(path: Path, **options: Any) -> RawTable:
    (table,) = read(path, **options)
    return table


def refusal(path: Path, rule: str = "read-excel-layout", **options: Any) -> Finding:
    return refused(lambda: read(path, **options), rule, path.name)


class TestReading:
    def test_a_table(self, tmp_path: Path) -> None:
        table = one(workbook(tmp_path))
        assert table.dataset == "ADSL"
        assert [(c.name, c.declared) for c in table.columns] == [
            ("USUBJID", "text"),
            ("SITEID", "text"),
            ("AGE", "number"),
            ("TRTSDT", "date"),
            ("TRTSDTM", "datetime"),
            ("TIME", "time"),
            ("FLAG", "text"),
        ]
        got = values(table)
        assert got["SITEID"] == ["01", "02", None]
        assert got["AGE"] == [50.0, 61.5, None]
        assert got["TRTSDT"] == [dt.date(2024, 2, 29), None, dt.date(2024, 3, 1)]
        assert got["TRTSDTM"][0].isoformat() == "2024-01-01T08:30:00"
        assert got["TIME"] == [34200.0, None, 36000.0]
        assert got["FLAG"] == ["true", None, "false"]
        assert str(table.place(1, "AGE")) == "adsl.xlsx, line 3, column AGE"
        assert table.findings == ()

    def test_the_1904_date_system(self, tmp_path: Path) -> None:
        def change(sheet: Any) -> None:
            sheet.parent.epoch = CALENDAR_MAC_1904

        assert values(one(workbook(tmp_path, change)))["TRTSDT"][0] == dt.date(2024, 2, 29)

    def test_mixed_cells_become_text_and_are_told(self, tmp_path: Path) -> None:
        def change(sheet: Any) -> None:
            sheet["C3"] = ">89"
            sheet["C4"] = 0.1
            sheet["D3"] = "unknown"

        table = one(workbook(tmp_path, change))
        assert values(table)["AGE"] == ["50", ">89", "0.1"]
        assert values(table)["TRTSDT"] == ["2024-02-29", "unknown", "2024-03-01"]
        assert [(f.rule, f.column) for f in table.findings] == [
            ("read-excel-mixed", "AGE"),
            ("read-excel-mixed", "TRTSDT"),
        ]
        assert table.findings[0].places[0].line == 3
        assert "2 numbers, 1 text" in table.findings[0].sentence

    def test_displayed_leading_zeros_are_kept_and_told(self, tmp_path: Path) -> None:
        def change(sheet: Any) -> None:
            for row, number in enumerate((7, 12, 113), start=2):
                sheet.cell(row, 2, number).number_format = "000"

        table = one(workbook(tmp_path, change))
        assert values(table)["SITEID"] == ["007", "012", "113"]
        assert [f.rule for f in table.findings] == ["read-excel-leading-zeros"]

    def test_blank_text_is_missing_and_trailing_empty_rows_go(self, tmp_path: Path) -> None:
        def change(sheet: Any) -> None:
            sheet["B2"] = "  "
            sheet["A5"] = " "
            sheet["J9"].number_format = "0.00"

        table = one(workbook(tmp_path, change))
        assert table.rows == 3
        assert values(table)["SITEID"][0] is None

    def test_every_sheet_is_a_table_or_the_declared_one_is(self, tmp_path: Path) -> None:
        def change(sheet: Any) -> None:
            other = sheet.parent.create_sheet("ADAE")
            other.append(["USUBJID", "AESEQ"])
            other.append(["S-1", 1])
            sheet.parent.create_sheet("empty")

        path = workbook(tmp_path, change)
        assert [t.dataset for t in read(path)] == ["ADSL", "ADAE"]
        assert [t.dataset for t in read(path, sheet="ADAE")] == ["ADAE"]
        finding = refusal(path, "read-excel-sheet", sheet="ADTTE")
        assert "ADSL, ADAE" in finding.sentence

    def test_hidden_parts_are_told(self, tmp_path: Path) -> None:
        def change(sheet: Any) -> None:
            sheet.row_dimensions[3].hidden = True
            sheet.column_dimensions["C"].hidden = True
            notes = sheet.parent.create_sheet("lists")
            notes["B7"] = "x"
            notes.sheet_state = "hidden"

        table = one(workbook(tmp_path, change))
        assert table.rows == 3
        assert {f.rule for f in table.findings} == {"read-excel-hidden"}
        said = " ".join(f.sentence for f in table.findings)
        assert "lists was not read" in said
        assert "1 hidden row (row 3); it was read" in said
        assert "hidden columns (C)" in said

    def test_header_alone_is_an_empty_table(self, tmp_path: Path) -> None:
        table = one(workbook(tmp_path, lambda sheet: sheet.delete_rows(2, 3)))
        assert (table.rows, len(table.columns)) == (0, 7)


class TestRefusals:
    @pytest.mark.parametrize(
        ("cell", "value", "what"),
        [("C3", "=1+1", "formula"), ("D4", "#N/A", "error"), ("C4", "#DIV/0!", "error")],
    )
    def test_formulas_and_errors(self, tmp_path: Path, cell: str, value: str, what: str) -> None:
        def change(sheet: Any) -> None:
            sheet[cell] = value

        finding = refusal(workbook(tmp_path, change), "read-excel-cell")
        assert f"Cell {cell}" in finding.sentence
        assert what in finding.sentence
        assert str(finding.places[0]) == f"adsl.xlsx, line {cell[1]}, column {cell[0]}"

    @pytest.mark.parametrize(
        ("change", "what"),
        [
            (lambda s: s.merge_cells("A2:A3"), "A2:A3"),
            (lambda s: s.insert_rows(3), "row 3 is empty"),
            (lambda s: s.insert_cols(2), "B1"),
            (lambda s: s.insert_rows(1), "A1"),
            (lambda s: s.cell(1, 3, 2024), "C1 is not text"),
            (lambda s: s.cell(7, 9, "checked by hand"), "H1"),
        ],
    )
    def test_layout(self, tmp_path: Path, change: Callable[[Any], object], what: str) -> None:
        finding = refusal(workbook(tmp_path, change))
        assert what in finding.sentence
        assert finding.places[0].line is not None

    def test_repeated_names(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, lambda s: s.cell(1, 3, "SITEID "))
        refusal(path, "read-column-names")

    def test_no_cells(self, tmp_path: Path) -> None:
        refusal(workbook(tmp_path, lambda s: s.delete_rows(1, 9)))

    def test_too_many_cells(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(excel, "MAX_CELLS", 20)
        refusal(workbook(tmp_path), "read-excel-size")

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"", "empty"),
            (b"USUBJID,AGE\n", "no .xlsx"),
            (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), ".xls"),
        ],
    )
    def test_other_files(self, tmp_path: Path, content: bytes, what: str) -> None:
        path = tmp_path / "adsl.xlsx"
        path.write_bytes(content)
        assert what in refusal(path, "read-excel-structure").sentence

    def test_a_zip_that_is_no_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "adsl.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "x")
        refusal(path, "read-excel-structure")

    def test_a_bomb(self, tmp_path: Path) -> None:
        path = workbook(tmp_path)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/x.bin", bytes(100_000_000))
        with pytest.raises(DataError) as caught:
            read(path)
        assert caught.value.findings[0].rule == "read-archive-size"

    def test_entities(self, tmp_path: Path) -> None:
        good, path = workbook(tmp_path), tmp_path / "bad.xlsx"
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
            for member in source.infolist():
                data = source.read(member)
                if member.filename == "xl/worksheets/sheet1.xml":
                    data = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + data
                target.writestr(member, data)
        assert "entities" in refusal(path, "read-excel-structure").sentence

    def test_damage_never_raises_anything_but_a_refusal(self, tmp_path: Path) -> None:
        path = workbook(tmp_path)
        whole = path.read_bytes()
        rng = random.Random(4)
        refusals = 0
        for _ in range(120):
            damaged = bytearray(whole)
            for _flip in range(rng.choice((1, 5, 30))):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            if rng.random() < 0.3:
                del damaged[rng.randrange(len(damaged)) :]
            path.write_bytes(damaged)
            try:
                read(path)
            except DataError:
                refusals += 1
        assert refusals > 60

    def test_damaged_xml_never_raises_anything_but_a_refusal(self, tmp_path: Path) -> None:
        good, path = workbook(tmp_path), tmp_path / "bad.xlsx"
        rng = random.Random(5)
        for _ in range(60):
            with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
                for member in source.infolist():
                    data = bytearray(source.read(member))
                    for _flip in range(rng.choice((0, 1, 3))):
                        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
                    target.writestr(member.filename, bytes(data))
            try:
                read(path)
            except DataError as error:
                assert error.findings[0].remedy  # noqa: PT017
