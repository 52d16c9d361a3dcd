"""Real and industry-standard exports, imported as a data manager would import them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.findings import Severity, describe
from data_access.importer import ImportResult, import_exports
from data_access.store import CutStore
from tests.conftest import STUDIES

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, tzinfo=UTC)

#: set -> the folders of the formats it comes in
FOLDERS = {
    "pharmaverse_onco": ("csv", "xpt", "parquet"),
    "random_cdisc": ("csv", "xpt", "parquet"),
    "cdisc_pilot": ("csv", "original"),
    "imvigor210": ("csv", "original"),
    "metabric_cbioportal": ("csv", "original"),
}
DATASET_JSON = (".json", ".ndjson", ".dsjc", ".xpt")


def run(exports: Path, name: str, home: Path) -> ImportResult:
    return import_exports(
        exports, STUDIES / name / "study.toml", store=CutStore(home), now=NOW, version="test"
    )


def told(result: ImportResult) -> str:
    return "\n".join(describe(f) for f in result.findings)


@pytest.fixture(scope="module")
def imported(shared, tmp_path_factory) -> dict[tuple[str, str], ImportResult]:
    """Every set in every format, imported into a store of its own."""
    home = tmp_path_factory.mktemp("stores")
    done = {}
    for name, folders in FOLDERS.items():
        for folder in folders:
            source = shared / "data" / name / folder
            done[name, folder] = run(source, name, home / name / folder)
    for suffix in DATASET_JSON:
        exports = home / f"json{suffix}"
        exports.mkdir()
        for path in (shared / "data" / "datasetjson_v11" / "original" / "adam").glob(f"*{suffix}"):
            shutil.copy(path, exports)
        done["datasetjson_v11", suffix] = run(exports, "datasetjson_v11", home / "stores" / suffix)
    return done


KEYS = [(n, f) for n, folders in FOLDERS.items() for f in folders]
KEYS += [("datasetjson_v11", s) for s in DATASET_JSON]


@pytest.mark.parametrize("key", KEYS, ids=lambda k: f"{k[0]}/{k[1]}")
def test_it_imports(imported, key):
    result = imported[key]
    assert result.cut is not None, told(result)
    assert not result.refused


@pytest.mark.parametrize("name", sorted({k[0] for k in KEYS}))
def test_every_format_of_a_domain_gives_one_digest(imported, name):
    digests: dict[str, dict[str, str]] = {}
    for (set_name, folder), result in imported.items():
        if set_name == name and result.cut is not None:
            for domain in result.cut.domains:
                digests.setdefault(domain, {})[folder] = result.cut.digest(domain)
    assert digests
    for domain, by_folder in digests.items():
        assert len(set(by_folder.values())) == 1, f"{domain}: {by_folder}"
    assert any(len(by_folder) > 1 for by_folder in digests.values())


ROWS = {
    "pharmaverse_onco": {"ADSL": 306, "ADRS": 3694, "ADTR": 181, "ADTTE": 512, "ADAE": 1191},
    "random_cdisc": {"ADSL": 400, "ADTTE": 2000, "ADAE": 1934},
    "cdisc_pilot": {"ADSL": 254, "ADAE": 1191, "ADTTE": 254},
    "imvigor210": {"ADSL": 348, "ADRS": 348, "ADTTE": 348},
    "metabric_cbioportal": {"ADSL": 2509},
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_no_row_is_lost(imported, name):
    for folder in FOLDERS[name]:
        cut = imported[name, folder].cut
        assert cut is not None
        assert {d: cut.rows(d) for d in ROWS[name]} == ROWS[name]


@pytest.mark.parametrize(
    ("key", "column"),
    [
        *((("pharmaverse_onco", f), "BRTHDTC") for f in FOLDERS["pharmaverse_onco"]),
        *((("random_cdisc", f), "INVNAM") for f in FOLDERS["random_cdisc"]),
    ],
    ids=str,
)
def test_identifying_columns_are_gone_and_named(imported, key, column):
    result = imported[key]
    for domain in result.cut.domains:
        assert column not in result.cut.frame(domain).columns
    dropped = [f for f in result.findings if f.rule == "type-identifier-dropped"]
    assert any(f.column == column and f.severity is Severity.ERROR for f in dropped), told(result)
    store_bytes = b"".join(
        p.read_bytes() for p in result.cut.path.rglob("*") if p.is_file() and p.suffix == ".json"
    )
    assert b"Dr. CHN" not in store_bytes


def test_every_row_can_be_followed_to_its_record(imported, shared):
    cut = imported["pharmaverse_onco", "csv"].cut
    frame = cut.frame("ADAE", provenance=True)
    lines = (shared / "data/pharmaverse_onco/csv/adae.csv").read_text(encoding="utf-8").splitlines()
    for _, row in frame.sample(40, random_state=1).iterrows():
        assert row["_file"] == "adae.csv"
        line = lines[row["_row"] - 1]
        assert row["USUBJID"] in line
        assert row["AETERM"] in line


def test_text_stays_text(imported):
    adsl = imported["pharmaverse_onco", "csv"].cut.frame("ADSL")
    assert set(adsl["REGION1"].dropna()) >= {"NA"}
    assert str(adsl["SITEID"].dtype) == "str"


#: set/format -> (rule, words of the sentence): each oddity of the index that an import can see
ODDITIES = [
    ("pharmaverse_onco", "check-ae-before-dose", "65 adverse events"),
    ("pharmaverse_onco", "check-ae-ongoing", "473 adverse events"),
    ("pharmaverse_onco", "check-ae-emergent-never-n", "never N"),
    ("pharmaverse_onco", "check-ae-severity-only", "1,191 adverse events"),
    ("pharmaverse_onco", "check-ae-relation-missing", "4 adverse events"),
    ("pharmaverse_onco", "check-date-imputed", "26 adverse events"),
    ("pharmaverse_onco", "check-partial-date", "26 adverse events"),
    ("pharmaverse_onco", "check-response-after-progression", "SD"),
    ("pharmaverse_onco", "check-time-unit-missing", "512 times"),
    ("pharmaverse_onco", "check-na-kept", "REGION1"),
    ("random_cdisc", "check-visit-order", "back in time"),
    ("random_cdisc", "check-derived-records", "400 tumour measurements"),
    ("random_cdisc", "check-time-is-count", "TNE"),
    ("random_cdisc", "check-duration-without-response", "9 of 400"),
    ("random_cdisc", "check-ae-fatal-alive", "fatal"),
    ("random_cdisc", "check-response-after-progression", "330 response records"),
    ("random_cdisc", "check-copy-differs", "TRTEDT"),
    ("cdisc_pilot", "check-ae-ongoing", "473 adverse events"),
    ("imvigor210", "check-person-repeated", "347 persons"),
    ("imvigor210", "type-declared-missing", "PHENOTYPE (64)"),
    ("metabric_cbioportal", "type-wide-incomplete", "528 of 2,509"),
]


@pytest.mark.parametrize(("name", "rule", "words"), ODDITIES)
def test_oddities_get_a_finding_to_act_on(imported, name, rule, words):
    result = imported[name, "csv"]
    hits = [f for f in result.findings if f.rule == rule]
    assert hits, f"{rule} not among:\n{told(result)}"
    assert any(words in f.sentence for f in hits), [f.sentence for f in hits]
    assert all(f.remedy for f in hits)


def test_sdtm_in_place_of_adam_is_named(shared, tmp_path):
    study = tmp_path / "study.toml"
    study.write_text('[study]\ntitle = "SDTM"\n', encoding="utf-8")
    result = import_exports(
        shared / "data" / "pharmaverse_sdtm_recist" / "csv",
        study,
        store=CutStore(tmp_path / "home"),
        now=NOW,
    )
    assert result.refused
    assert result.cut is None
    text = told(result)
    assert "SDTM" in text
    assert "ADSL" in text


def test_one_person_with_two_samples_is_refused_as_a_key(shared, tmp_path):
    text = (STUDIES / "imvigor210" / "study.toml").read_text(encoding="utf-8")
    assert '"X"' in text
    study = tmp_path / "study.toml"
    study.write_text(text.replace('"X"', '"ANONPT_ID"'), encoding="utf-8")
    result = import_exports(
        shared / "data" / "imvigor210" / "csv", study, store=CutStore(tmp_path / "home"), now=NOW
    )
    assert result.refused
    assert "10285" in told(result)
