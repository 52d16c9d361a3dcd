"""The study.toml of each real export names what every format folder of it has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data_access.findings import Severity
from data_access.readers.exports import collect
from data_access.study import load_study
from data_access.study.parse import check_against

STUDIES = Path(__file__).resolve().parents[2] / "studies"

ONCO = {"ADSL": 306, "ADRS": 3694, "ADTR": 181, "ADTTE": 512, "ADAE": 1191}
RANDOM = {"ADSL": 400, "ADRS": 3200, "ADTR": 2800, "ADTTE": 2000, "ADAE": 1934}
PILOT = {"ADSL": 254, "ADTTE": 254, "ADAE": 1191}
FOLDERS = [
    ("pharmaverse_onco", "csv", {**ONCO, "ADEX": 6315}),
    ("pharmaverse_onco", "xpt", ONCO),
    ("pharmaverse_onco", "parquet", ONCO),
    ("random_cdisc", "csv", {**RANDOM, "ADEX": 6400, "ADLB": 2800}),
    ("random_cdisc", "xpt", {"ADSL": 400, "ADTTE": 2000, "ADAE": 1934}),
    ("random_cdisc", "parquet", RANDOM),
    ("cdisc_pilot", "csv", PILOT),
    ("cdisc_pilot", "original", PILOT),
    ("imvigor210", "csv", {"ADSL": 348}),
    ("imvigor210", "original", {"ADSL": 348}),
    ("metabric_cbioportal", "csv", {"ADSL": 2509}),
    ("metabric_cbioportal", "original", {"ADSL": 2509}),
]


def seen(folder: Path, name: str) -> tuple[dict[str, int], list[str]]:
    """Rows by domain, and what the study names and the folder lacks beyond a note."""
    study = load_study(STUDIES / name / "study.toml")
    collection = collect(folder, study)
    findings = check_against(study, collection.domains, collection.sheets)
    rows = {domain: table.rows for domain, table in collection.domains.items()}
    return rows, [f.sentence for f in findings if f.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    ("name", "folder", "rows"), FOLDERS, ids=[f"{n}-{f}" for n, f, _ in FOLDERS]
)
def test_every_format_folder(shared: Path, name: str, folder: str, rows: dict[str, int]) -> None:
    assert seen(shared / "data" / name / folder, name) == (rows, [])


@pytest.mark.parametrize("suffix", [".xpt", ".json", ".ndjson", ".dsjc"])
def test_dataset_json_one_format_at_a_time(shared: Path, tmp_path: Path, suffix: str) -> None:
    for file in (shared / "data/datasetjson_v11/original/adam").glob(f"*{suffix}"):
        shutil.copy(file, tmp_path)

    assert seen(tmp_path, "datasetjson_v11") == (PILOT, [])
