"""CDISC Dataset-JSON 1.1 in its three forms, and what is refused."""

from __future__ import annotations

import copy
import datetime as dt
import gzip
import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest

from data_access.findings import DataError, Finding
from data_access.rawtable import RawTable
from data_access.readers import datasetjson, xport
from tests.data_access.readers.reading import refused, source_of, values


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)


def column(name: str, kind: str | None, target: str | None = None) -> dict[str, Any]:
    found = {"itemOID": f"IT.{name}", "name": name, "label": f"Label of {name}"}
    if kind:
        found["dataType"] = kind
    if target:
        found["targetDataType"] = target
    return found


META: dict[str, Any] = {
    "datasetJSONCreationDateTime": "2024-11-11T15:09:13",
    "datasetJSONVersion": "1.1.0",
    "itemGroupOID": "IG.ADSL",
    "records": 3,
    "name": "ADSL",
    "label": "Subject-Level Analysis",
    "columns": [
        column("USUBJID", "string"),
        column("AGE", "integer"),
        column("AVAL", "double"),
        column("DOSE", "decimal", "decimal"),
        column("TRTSDT", "date", "integer"),
        column("TRTSDTM", "datetime", "integer"),
        column("TRTSTM", "time", "integer"),
        column("RFSTDTC", "date"),
        column("DTHFL", "boolean"),
    ],
}
ROWS: list[list[Any]] = [
    ["患者一", 50, 0.1, "0.30", "2024-02-29", "2024-02-29T10:00:01", "10:00:01", "2024-02", True],
    ["S-2", None, 1, "-1.5E2", None, "2024-02-29T10:00", "23:59", "", False],
    ["", 61, None, "", "", "", "", "2024", None],
]


def good() -> dict[str, Any]:
    return {**copy.deepcopy(META), "rows": copy.deepcopy(ROWS)}


def as_json(data: dict[str, Any], **options: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, **options).encode()


def as_ndjson(data: dict[str, Any]) -> bytes:
    meta = {k: v for k, v in data.items() if k != "rows"}
    return b"\n".join(as_json(part) for part in [meta, *data["rows"]]) + b"\n"


def read(tmp_path: Path, data: bytes) -> RawTable:
    path = tmp_path / "adsl.json"
    path.write_bytes(data)
    (table,) = datasetjson.read(path, source_of(path, "dataset-json"))
    return table


def refusal(tmp_path: Path, data: bytes | dict[str, Any], rule: str) -> Finding:
    raw = data if isinstance(data, bytes) else as_json(data)
    return refused(lambda: read(tmp_path, raw), rule, "adsl.json")


class TestReading:
    @pytest.mark.parametrize(
        "encode",
        [
            as_json,
            lambda d: as_json(d, indent=2),
            lambda d: b"\xef\xbb\xbf" + as_json(d),
            as_ndjson,
            lambda d: as_ndjson(d).replace(b"\n", b"\r\n"),
            lambda d: gzip.compress(as_ndjson(d)),
            lambda d: zlib.compress(as_ndjson(d)),
        ],
        ids=["json", "indented", "bom", "ndjson", "crlf", "gzip", "zlib"],
    )
    def test_every_form_reads_the_same(self, tmp_path: Path, encode: Any) -> None:
        table = read(tmp_path, encode(good()))
        assert table.dataset == "ADSL"
        assert [(c.name, c.declared) for c in table.columns] == [
            ("USUBJID", "text"),
            ("AGE", "number"),
            ("AVAL", "number"),
            ("DOSE", "number"),
            ("TRTSDT", "date"),
            ("TRTSDTM", "datetime"),
            ("TRTSTM", "time"),
            ("RFSTDTC", "text"),
            ("DTHFL", "text"),
        ]
        assert table.columns[1].label == "Label of AGE"
        assert values(table) == {
            "USUBJID": ["患者一", "S-2", None],
            "AGE": [50.0, None, 61.0],
            "AVAL": [0.1, 1.0, None],
            "DOSE": [0.3, -150.0, None],
            "TRTSDT": [dt.date(2024, 2, 29), None, None],
            "TRTSDTM": [moment(2024, 2, 29, 10, 0, 1), moment(2024, 2, 29, 10), None],
            "TRTSTM": [36001.0, 86340.0, None],
            "RFSTDTC": ["2024-02", None, "2024"],
            "DTHFL": ["true", "false", None],
        }
        assert table.place(2).row == 3

    def test_without_a_name_the_file_gives_it(self, tmp_path: Path) -> None:
        data = good()
        del data["name"]
        assert read(tmp_path, as_json(data)).dataset == "adsl"

    def test_no_rows_is_an_empty_table(self, tmp_path: Path) -> None:
        data = {**good(), "rows": [], "records": 0}
        assert read(tmp_path, as_json(data)).rows == 0
        assert read(tmp_path, as_ndjson(data)).rows == 0


class TestRefusals:
    @pytest.mark.parametrize(
        ("position", "value", "name"),
        [
            (1, "50", "AGE"),
            (1, True, "AGE"),
            (1, 2**53 + 2, "AGE"),
            (0, 12, "USUBJID"),
            (0, "a\0b", "USUBJID"),
            (0, "a\ud800", "USUBJID"),
            (0, ["x"], "USUBJID"),
            (3, "1,5", "DOSE"),
            (4, "2024-02-30", "TRTSDT"),
            (4, "2024-02", "TRTSDT"),
            (4, 23000, "TRTSDT"),
            (5, "2024-02-29T10:00:00Z", "TRTSDTM"),
            (6, "25:00:00", "TRTSTM"),
            (8, "Y", "DTHFL"),
        ],
    )
    def test_a_wrong_cell(self, tmp_path: Path, position: int, value: Any, name: str) -> None:
        data = good()
        data["rows"][1][position] = value
        finding = refusal(tmp_path, json.dumps(data).encode(), "read-json-cell")
        assert (finding.column, finding.places[0].row) == (name, 2)
        assert str(value) not in finding.sentence or value is True

    @pytest.mark.parametrize(
        ("version", "said"), [("1.0.0", "1.0.0"), ("2.0", "2.0"), (None, "no version")]
    )
    def test_other_versions(self, tmp_path: Path, version: str | None, said: str) -> None:
        data = good()
        data["datasetJSONVersion"] = version
        assert said in refusal(tmp_path, data, "read-json-version").sentence

    def test_version_1_0_has_another_shape(self, tmp_path: Path) -> None:
        data = {"datasetJSONVersion": "1.0.0", "clinicalData": {"itemGroupData": {}}}
        refusal(tmp_path, as_json(data, indent=1), "read-json-version")
        refusal(tmp_path, as_json(data), "read-json-version")

    @pytest.mark.parametrize("kind", [None, "number", "partialDate"])
    def test_unknown_or_missing_data_types(self, tmp_path: Path, kind: str | None) -> None:
        data = good()
        data["columns"][3] = column("DOSE", kind)
        finding = refusal(tmp_path, data, "read-json-columns")
        assert finding.column == "DOSE"

    def test_repeated_names(self, tmp_path: Path) -> None:
        data = good()
        data["columns"][2] = column("AGE", "integer")
        refusal(tmp_path, data, "read-column-names")

    @pytest.mark.parametrize("row", [[1], [*ROWS[0], "more"], "text", None])
    def test_rows_of_another_width(self, tmp_path: Path, row: Any) -> None:
        data = good()
        data["rows"][1] = row
        assert refusal(tmp_path, data, "read-json-records").places[0].row == 2

    @pytest.mark.parametrize("stated", [2, 4, None, True, "3"])
    def test_records_must_equal_the_rows(self, tmp_path: Path, stated: Any) -> None:
        refusal(tmp_path, {**good(), "records": stated}, "read-json-records")

    def test_ndjson_cut_between_rows(self, tmp_path: Path) -> None:
        lines = as_ndjson(good()).split(b"\n")
        finding = refusal(tmp_path, b"\n".join(lines[:3]), "read-json-records")
        assert finding.places[0].row == 3

    def test_broken_json_names_its_line(self, tmp_path: Path) -> None:
        lines = as_ndjson(good()).split(b"\n")
        lines[2] = lines[2][:-4]
        finding = refusal(tmp_path, b"\n".join(lines), "read-json-structure")
        assert finding.places[0].line == 3
        whole = as_json(good(), indent=1)
        finding = refusal(tmp_path, whole[: len(whole) // 2], "read-json-structure")
        assert finding.places[0].line is not None

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b" \n",
            b"[1, 2]",
            b"{}",
            b'{"datasetJSONVersion": "1.1.0"}',
            "{}".encode("utf-16"),
            b'{"a": 1, "a": 2, "rows": []}',
            as_json({**META, "rows": [[float("nan")] * 9]}),
            b'{"rows": ' + b"[" * 100_000,
            as_json(good()) + b"\n{}",
            as_json({**META, "columns": [], "rows": []}),
            as_json({**META, "columns": [{"dataType": "string"}], "rows": []}),
            as_json(META),
        ],
    )
    def test_no_dataset(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(DataError):
            read(tmp_path, data)

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        bomb = zlib.compress(b" " * (datasetjson.UNPACKED + 1), 9)
        assert "unpack" in refusal(tmp_path, bomb, "read-json-bomb").sentence

    def test_damaged_compression(self, tmp_path: Path) -> None:
        packed = gzip.compress(as_ndjson(good()))
        refusal(tmp_path, packed[:-12], "read-json-structure")
        refusal(tmp_path, packed + b"x", "read-json-structure")
        flipped = bytearray(packed)
        flipped[-6] ^= 1  # the CRC-32 of the content
        refusal(tmp_path, bytes(flipped), "read-json-structure")

    @pytest.mark.parametrize("encode", [as_json, as_ndjson, lambda d: gzip.compress(as_ndjson(d))])
    def test_damage_never_raises_anything_but_a_refusal(self, tmp_path: Path, encode: Any) -> None:
        whole = encode(good())
        rng = random.Random(11)
        refusals = 0
        for _ in range(300):
            damaged = bytearray(whole)
            for _flip in range(rng.choice((1, 3, 20))):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            if rng.random() < 0.4:
                del damaged[rng.randrange(len(damaged)) :]
            try:
                read(tmp_path, bytes(damaged))
            except DataError:
                refusals += 1
        assert refusals > 100


class TestRealFiles:
    NAMES = (
        "adam/adsl",
        "adam/adae",
        "adam/adtte",
        *(f"sdtm/{d}" for d in ("ae", "dm", "ds", "ex", "rs")),
    )

    @pytest.mark.parametrize("name", NAMES)
    def test_four_formats_agree(self, shared: Path, name: str) -> None:
        base = shared / "data" / "datasetjson_v11" / "original" / name
        tables = {}
        for extension in ("json", "ndjson", "dsjc", "xpt"):
            path = base.with_suffix(f".{extension}")
            module = xport if extension == "xpt" else datasetjson
            (tables[extension],) = module.read(path, source_of(path, extension))
        oracle = tables.pop("xpt")
        wanted = values(oracle)
        for extension, table in tables.items():
            assert table.rows == oracle.rows, extension
            assert [c.name for c in table.columns] == [c.name for c in oracle.columns]
            mine = values(table)
            for raw in oracle.columns:
                assert mine[raw.name] == wanted[raw.name], (extension, raw.name)

    def edge(self, shared: Path, name: str) -> Path:
        return shared / "data" / "datasetjson_v11" / "original" / "edge" / name

    def test_japanese(self, shared: Path) -> None:
        path = self.edge(shared, "ae_i18n_japanese.json")
        (table,) = datasetjson.read(path, source_of(path, "dataset-json"))
        terms = [t for t in values(table)["AETERM"] if t and not t.isascii()]
        assert (table.rows, len(terms)) == (1191, 501)

    def test_times(self, shared: Path) -> None:
        path = self.edge(shared, "iris_timetest.json")
        (table,) = datasetjson.read(path, source_of(path, "dataset-json"))
        assert values(table)["Time"][0] == 12 * 3600 + 34 * 60 + 56
        assert values(table)["Datetime"][0] == moment(2024, 1, 1, 12, 34, 56)

    @pytest.mark.parametrize(
        ("name", "rule"),
        [
            ("invalid_dm.json", "read-json-columns"),  # ITEMGROUPDATASEQ without dataType
            ("extended_dataset.json", "read-json-records"),  # states 72 records, holds 2
            ("dataset-ndjson-schema.json", "read-json-structure"),  # UTF-16
        ],
    )
    def test_edge_files_are_refused(self, shared: Path, name: str, rule: str) -> None:
        path = self.edge(shared, name)
        refused(lambda: datasetjson.read(path, source_of(path, "dataset-json")), rule, name)
