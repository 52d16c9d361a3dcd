"""A folder of exports: which file is which domain, and what is said of all the others."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from data_access.findings import DataError, Finding, Severity
from data_access.importer import check_exports
from data_access.readers.exports import Collection, collect, domain_of
from data_access.readers.recognise import by_name, sdtm_of
from data_access.study.parse import parse_study

CSV = "USUBJID,AGE\nA-1,50\nA-2,51\n"
STUDY = '[study]\ntitle = "T"\ncut_date = 2025-01-31\n'


def folder_of(path: Path, **files: str | bytes) -> Path:
    """`path` with files whose names have "__" for the dot."""
    for name, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        (path / name.replace("__", ".")).write_bytes(data)
    return path


def study_of(text: str):
    return parse_study(STUDY + text, "study.toml")


def only(collection: Collection, rule: str) -> Finding:
    (finding,) = [f for f in collection.findings if f.rule == rule]
    assert finding.remedy
    return finding


def rejected(collection: Collection) -> list[str]:
    return [f.rule for f in collection.findings if f.severity is Severity.REJECT]


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("ADSL", "ADSL"),
        ("adrs_onco", "ADRS"),
        ("AdTte_OS_v2", "ADTTE"),
        ("adslx", None),
        ("cadsl", None),
        ("dm", None),
        ("", None),
        ("_adsl", None),
    ],
)
def test_a_name_says_its_domain(name, domain):
    assert by_name(name) == domain


@pytest.mark.parametrize(
    ("name", "code"),
    [("dm", "DM"), ("rs_onco_recist", "RS"), ("SUPPAE", "SUPPAE"), ("adsl", None), ("dmx", None)],
)
def test_a_name_says_its_sdtm_dataset(name, code):
    assert sdtm_of(name) == code


def test_a_folder_of_csv_files_is_collected_in_the_order_of_the_domains(tmp_path):
    folder_of(
        tmp_path, adae__csv="USUBJID,AESEQ\nA-1,1\n", ADSL__CSV=CSV, adrs_onco__tsv="A\tB\n1\t2\n"
    )
    told: list[str] = []
    found = collect(tmp_path, None, progress=told.append)
    assert [t.source.name for t in found.tables] == ["ADSL.CSV", "adrs_onco.tsv", "adae.csv"]
    assert [domain_of(t, None) for t in found.tables] == list(found.domains)
    assert list(found.domains) == ["ADSL", "ADRS", "ADAE"]
    assert found.findings == ()
    assert [s.name for s in found.sources] == ["ADSL.CSV", "adae.csv", "adrs_onco.tsv"]
    assert told == ["ADSL.CSV", "adae.csv", "adrs_onco.tsv"]


def test_what_is_no_domain_is_said_once(tmp_path):
    folder_of(
        tmp_path,
        adsl__csv=CSV,
        adsl_labels__csv="A,B\n",
        README__md="x",
        LICENSE="x",
        plan__pdf="x",
    )
    folder_of(tmp_path, **{".hidden": "x", "visits__csv": "A,B\n", "study__toml": ""})
    (tmp_path / "old").mkdir()
    finding = only(collect(tmp_path, None), "read-not-used")
    assert finding.severity is Severity.NOTE
    assert sorted(p.file for p in finding.places) == sorted(
        [".hidden", "LICENSE", "README.md", "adsl_labels.csv", "old/", "plan.pdf", "visits.csv"]
    )


def test_nothing_to_look_into_is_an_error(tmp_path):
    for path in (tmp_path / "nowhere", folder_of(tmp_path, adsl__csv=CSV) / "adsl.csv"):
        with pytest.raises(DataError) as caught:
            collect(path, None)
        assert caught.value.findings[0].rule == "read-folder"


def test_every_fault_is_told_at_once_and_good_files_are_read(tmp_path):
    folder_of(tmp_path, adsl__csv=b"A,B\n1\n", adae__csv=b"A\0,B\n", adrs__csv="A,B\n1,2\n")
    found = collect(tmp_path, None)
    assert sorted(rejected(found)) == ["read-field-count", "read-nul"]
    assert list(found.domains) == ["ADRS"]


def test_without_adsl_the_likely_file_is_named(tmp_path):
    finding = only(collect(folder_of(tmp_path, cadsl__csv=CSV), None), "read-no-adsl")
    assert finding.severity is Severity.REJECT
    assert 'adsl = "cadsl.csv"' in finding.remedy


def test_without_adsl_subfolders_are_mentioned(tmp_path):
    (tmp_path / "csv").mkdir()
    finding = only(collect(folder_of(tmp_path, adae__csv=CSV), None), "read-no-adsl")
    assert "they hold ADAE" in finding.sentence
    assert "csv/" in finding.sentence


def test_sdtm_names_what_is_missing(tmp_path):
    found = collect(folder_of(tmp_path, dm__csv=CSV, rs__csv=CSV, tr__csv=CSV), None)
    finding = only(found, "read-no-adsl")
    assert "SDTM datasets DM, RS, TR" in finding.sentence
    assert "ADRS, ADSL, ADTR" in finding.sentence
    told = [f for f in found.findings if f.rule == "read-sdtm"]
    assert [f.places[0].file for f in told] == ["dm.csv", "rs.csv", "tr.csv"]
    assert "ADRS, is missing" in told[1].sentence


def test_sdtm_beside_its_adam_dataset_is_a_note(tmp_path):
    found = collect(folder_of(tmp_path, adsl__csv=CSV, dm__csv=CSV, ae__csv=CSV), None)
    told = {f.places[0].file: f.severity for f in found.findings if f.rule == "read-sdtm"}
    assert told == {"dm.csv": Severity.NOTE, "ae.csv": Severity.WARNING}


def test_two_files_for_a_domain_are_refused(tmp_path):
    found = collect(folder_of(tmp_path, adsl__csv=CSV, adrs__csv=CSV, adrs_2__csv=CSV), None)
    finding = only(found, "read-two-tables")
    assert finding.severity is Severity.REJECT
    assert {p.file for p in finding.places} == {"adrs.csv", "adrs_2.csv"}
    assert finding.domain == "ADRS"
    assert "ADRS" not in found.domains


def test_the_study_chooses_between_two_files(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV, adrs__csv=CSV, adrs_2__csv=CSV)
    study = study_of('[files]\nadrs = "adrs_2.csv"\n')
    found = collect(tmp_path, study)
    assert found.domains["ADRS"].source.name == "adrs_2.csv"
    assert rejected(found) == []
    assert "adrs.csv" in only(found, "read-not-used").sentence
    assert domain_of(found.domains["ADRS"], study) == "ADRS"
    (other,) = collect(tmp_path, None).domains.values()
    assert domain_of(other, study) == "ADSL"


def test_the_study_says_how_a_file_is_read(tmp_path):
    folder_of(tmp_path, patients__txt="USUBJID;ORT\nA-1;Köln\n".encode("cp1252"))
    study = study_of(
        '[files]\nadsl = { path = "patients.txt", encoding = "cp1252", separator = ";", '
        'decimal = "," }\n'
    )
    found = collect(tmp_path, study)
    assert found.domains["ADSL"].data.to_pydict() == {"USUBJID": ["A-1"], "ORT": ["Köln"]}
    assert found.sources[0].encoding == "cp1252"


def test_the_default_says_how_all_files_are_read(tmp_path):
    folder_of(tmp_path, adsl__csv="USUBJID;AGE\nA-1;5\n", adae__csv="USUBJID;AESEQ\nA-1;1\n")
    found = collect(tmp_path, study_of('[files.default]\nseparator = ";"\ndecimal = ","\n'))
    assert {len(t.columns) for t in found.tables} == {2}
    assert list(found.domains) == ["ADSL", "ADAE"]


def test_one_of_several_paths_is_expected(tmp_path):
    study = study_of('[files]\nadsl = ["a.csv", "b.csv"]\n')
    found = collect(folder_of(tmp_path, b__csv=CSV), study)
    assert found.domains["ADSL"].source.name == "b.csv"
    found = collect(folder_of(tmp_path, a__csv=CSV), study)
    assert rejected(found) == ["read-two-tables"]


def test_a_file_the_study_names_and_the_folder_lacks(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV)
    text = '[files]\nadrs = "responses.csv"\nadae = { path = "ae.csv", optional = true }\n'
    missing, optional = [
        f for f in collect(tmp_path, study_of(text)).findings if f.rule == "read-file-missing"
    ]
    assert (missing.severity, missing.domain) == (Severity.ERROR, "ADRS")
    assert missing.places[0].line == (STUDY + text).splitlines().index('adrs = "responses.csv"') + 1
    assert (optional.severity, optional.domain) == (Severity.NOTE, "ADAE")
    assert optional.remedy == "Nothing to do: it is optional."


def test_a_missing_file_of_patients_is_told_once_with_the_file_it_may_be(tmp_path):
    folder_of(tmp_path, pat__csv=CSV)
    found = collect(tmp_path, study_of('[files]\nadsl = "patients.csv"\n'))
    assert rejected(found) == ["read-file-missing"]
    assert 'adsl = "pat.csv"' in only(found, "read-file-missing").remedy


def test_a_file_that_is_there_and_refused_is_not_called_missing(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV, ae__csv="A,B\n1\n")
    text = '[files]\nadae = "ae.csv"\n'
    (tmp_path / "study.toml").write_text(STUDY + text, encoding="utf-8")
    result = check_exports(tmp_path, tmp_path / "study.toml")
    assert {f.rule for f in result.findings} == {"read-field-count"}


def test_a_sheet_the_study_names_is_collected_beside_the_domains(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV, times__csv="ID,OS,DEAD\nA-1,3,1\n")
    text = (
        '[tte.OS]\nfile = "times.csv"\ntime = "OS"\nunit = "MONTHS"\nevent = "DEAD"\n'
        'events = ["1"]\ncensored = ["0"]\n'
    )
    found = collect(tmp_path, study_of(text))
    assert found.sheets["times.csv"].data.column("OS").to_pylist() == ["3"]
    assert list(found.domains) == ["ADSL"]
    assert [s.name for s in found.sources] == ["adsl.csv", "times.csv"]
    (tmp_path / "times.csv").unlink()
    finding = only(collect(tmp_path, study_of(text)), "read-file-missing")
    assert finding.severity is Severity.ERROR
    assert finding.sentence == "times.csv, which [tte.OS] names, is not in the exports."
    assert finding.places[0].line == (STUDY + text).splitlines().index('file = "times.csv"') + 1


def test_a_feature_table_may_be_wide_and_begin_with_comments(tmp_path):
    names = [f"S{i}" for i in range(12_000)]
    table = "#mpa_v30\nclade_name\t" + "\t".join(names) + "\nk__B\t" + "\t".join("1" * 12_000)
    folder_of(tmp_path, adsl__csv=CSV, profile__tsv=table + "\n", tax__tsv="ID\tGenus\n1\tB\n")
    study = study_of('[features.gut]\nfile = "profile.tsv"\ntaxonomy = "tax.tsv"\n')
    found = collect(tmp_path, study)
    assert len(found.sheets["profile.tsv"].columns) == 12_001
    assert set(found.sheets) == {"profile.tsv", "tax.tsv"}
    assert rejected(found) == []
    assert only(found, "read-comment-lines").severity is Severity.NOTE


def zipped(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(name.replace("__", "."), text)
    return path


def test_an_archive_is_a_folder(tmp_path):
    path = zipped(tmp_path / "exports.zip", **{"cut/adsl.csv": CSV, "cut/adae.csv": CSV})
    found = collect(path, None)
    assert [t.source.name for t in found.tables] == ["adsl.csv", "adae.csv"]
    assert found.findings == ()
    assert found.tables[0].data.column("AGE").to_pylist() == ["50", "51"]


def test_an_archive_in_the_folder_is_opened(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV)
    zipped(tmp_path / "more.zip", adae__csv=CSV, sub_="x", **{"sub/adlb.csv": CSV})
    found = collect(tmp_path, None)
    assert [t.source.name for t in found.tables] == ["adsl.csv", "more.zip/adae.csv"]
    assert "more.zip/sub/" in only(found, "read-not-used").sentence
    study = study_of('[files]\nadae = "adae.csv"\n')
    assert list(collect(tmp_path, study).domains) == ["ADSL", "ADAE"]


def test_a_domain_in_and_beside_an_archive_is_there_twice(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV)
    zipped(tmp_path / "more.zip", adsl__csv=CSV)
    finding = only(collect(tmp_path, None), "read-two-tables")
    assert {p.file for p in finding.places} == {"adsl.csv", "more.zip/adsl.csv"}


def test_an_archive_brings_its_own_sources(tmp_path):
    listed = '[files."adsl.csv"]\nrows = 3\n'
    path = zipped(tmp_path / "exports.zip", adsl__csv=CSV, sources__toml=listed)
    assert rejected(collect(path, None)) == ["read-source-rows"]


def test_a_bad_archive_is_refused_and_the_rest_is_read(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV, more__zip=b"PK\x03\x04 cut off")
    found = collect(tmp_path, None)
    assert rejected(found) == ["read-archive"]
    assert list(found.domains) == ["ADSL"]
    with pytest.raises(DataError, match="read-archive"):
        collect(tmp_path / "more.zip", None)
    (tmp_path / "adsl.csv").unlink()
    assert rejected(collect(tmp_path, None)) == ["read-archive"], "ADSL may be inside"


def test_a_compressed_domain_is_named_for_what_it_is(tmp_path):
    import gzip

    folder_of(tmp_path, adsl__csv__gz=gzip.compress(CSV.encode()))
    found = collect(tmp_path, None)
    assert rejected(found) == ["read-format"]
    assert "gzip" in found.findings[0].sentence


def test_a_file_and_its_dataset_must_not_name_two_domains(tmp_path, shared):
    source = shared / "data" / "cdisc_pilot" / "original"
    shutil.copy(source / "adae.xpt", tmp_path / "adrs.xpt")
    shutil.copy(source / "adsl.xpt", tmp_path / "patients.xpt")
    found = collect(tmp_path, None)
    assert rejected(found) == ["read-domain-conflict"]
    assert "named ADRS but holds the dataset ADAE" in only(found, "read-domain-conflict").sentence
    assert found.domains["ADSL"].source.name == "patients.xpt"


REAL = {
    "pharmaverse_onco/csv": "ADSL 306 ADRS 3694 ADTR 181 ADTTE 512 ADAE 1191 ADEX 6315",
    "pharmaverse_onco/xpt": "ADSL 306 ADRS 3694 ADTR 181 ADTTE 512 ADAE 1191",
    "pharmaverse_onco/parquet": "ADSL 306 ADRS 3694 ADTR 181 ADTTE 512 ADAE 1191",
    "random_cdisc/csv": "ADSL 400 ADRS 3200 ADTR 2800 ADTTE 2000 ADAE 1934 ADEX 6400 ADLB 2800",
    "cdisc_pilot/original": "ADSL 254 ADTTE 254 ADAE 1191",
    "datasetjson_v11/original/adam": None,
    "pharmaverse_sdtm_recist/csv": "",
}


@pytest.mark.parametrize("folder", REAL)
def test_real_folders_are_collected(shared, folder):
    found = collect(shared / "data" / folder, None)
    expected = REAL[folder]
    if expected is None:  # the same three datasets in four formats
        assert rejected(found) == ["read-two-tables"] * 3
        return
    words = expected.split()
    assert {d: t.rows for d, t in found.domains.items()} == dict(
        zip(words[::2], map(int, words[1::2]), strict=True)
    )
    assert rejected(found) == ([] if expected else ["read-no-adsl"])


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    import tempfile

    exports = tmp_path / "in"
    exports.mkdir()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    zipped(exports / "a.zip", adsl__csv=CSV)
    zipped(exports / "b.zip", adae__csv="A,B\n1\n")
    found = collect(exports, None)
    assert found.domains["ADSL"].rows == 2
    assert list(scratch.iterdir()) == []


def test_a_pipe_in_the_folder_is_not_opened(tmp_path):
    import os

    folder_of(tmp_path, adsl__csv=CSV)
    os.mkfifo(tmp_path / "adae.csv")
    assert list(collect(tmp_path, None).domains) == ["ADSL"]


def test_a_backup_copy_beside_a_file_is_set_aside_with_a_note(tmp_path):
    folder_of(tmp_path, adsl__csv=CSV)
    (tmp_path / "adsl.csv.bak").write_text(CSV)
    found = collect(tmp_path, None)
    assert list(found.domains) == ["ADSL"]
    assert rejected(found) == []
    assert "adsl.csv.bak" in only(found, "read-not-used").sentence


def test_the_only_table_that_is_no_domain_is_proposed_as_adsl(tmp_path):
    folder_of(tmp_path, clinical__csv=CSV, plan__pdf="x")
    missing = only(collect(tmp_path, None), "read-no-adsl")
    assert '[files] adsl = "clinical.csv"' in missing.remedy
    folder_of(tmp_path, visits__csv="A,B\n1,2\n")
    assert "clinical.csv" not in only(collect(tmp_path, None), "read-no-adsl").remedy


@pytest.mark.parametrize("name", ["adsl (1).csv", "Copy of ADSL.csv", "final-adsl.csv"])
def test_a_copy_beside_the_file_of_a_domain_is_a_warning(tmp_path, name):
    folder_of(tmp_path, adsl__csv=CSV)
    (tmp_path / name).write_text(CSV, encoding="utf-8")
    finding = only(collect(tmp_path, None), "read-copy-aside")
    assert (finding.severity, finding.domain) == (Severity.WARNING, "ADSL")
    assert finding.sentence == f"{name} is not used: ADSL is read from adsl.csv."


def test_exports_in_a_subfolder_are_named_as_the_folder_to_give(tmp_path):
    (tmp_path / "adam").mkdir()
    folder_of(tmp_path / "adam", adsl__csv=CSV)
    finding = only(collect(tmp_path, None), "read-no-adsl")
    assert finding.remedy.startswith("If the exports lie in adam/, give that folder")
