"""Writing, listing and opening cuts."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_access.findings import DataError, Severity
from data_access.store import CutStore, Staged
from data_access.store import manifest as manifests
from data_access.store.locks import exclusive
from data_access.store.problems import RULES

Write = Callable[[Staged], str]
MARCH, JUNE, SEPTEMBER = date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)


def rule(caught: pytest.ExceptionInfo[DataError]) -> str:
    return caught.value.findings[0].rule


def sentence(caught: pytest.ExceptionInfo[DataError]) -> str:
    return caught.value.findings[0].sentence


# --- what is on the disk --------------------------------------------------------------------------


def test_layout_and_permissions(home: Path, write: Write, samples: ModuleType) -> None:
    id_ = write(samples.staged())
    cut = home / "studies" / "trial-1" / "cuts" / id_
    files = {p.relative_to(cut).as_posix() for p in cut.rglob("*") if p.is_file()}
    assert files == {
        "ADSL.parquet",
        "ADAE.parquet",
        "features/taxa.parquet",
        "study.toml",
        "findings.json",
        "manifest.json",
        "manifest.sha256",
    }
    assert {stat.S_IMODE((cut / f).stat().st_mode) for f in files} == {0o440}
    folders = [home, *(p for p in home.rglob("*") if p.is_dir())]
    assert {stat.S_IMODE(p.stat().st_mode) for p in folders} == {0o700}
    assert sorted(p.name for p in cut.parent.iterdir()) == [id_]


def test_the_manifest_says_what_is_stored_and_where_it_came_from(
    home: Path, write: Write, samples: ModuleType
) -> None:
    staged = samples.staged(parent="f" * 64)
    cut = home / "studies" / "trial-1" / "cuts" / write(staged)
    told = json.loads((cut / "manifest.json").read_bytes())
    assert told["schema"] == 1
    assert told["cut"] == staged.cut_id
    assert (told["study_id"], told["title"]) == ("trial-1", "A trial")
    assert told["cut_date"] == "2025-03-31"
    assert told["imported_at"] == "2025-06-30T12:00:00Z"
    assert told["version"] == samples.VERSION
    assert told["parent"] == "f" * 64
    assert told["patients"] == 12
    assert told["severities"] == {"reject": 0, "error": 1, "warning": 1, "note": 0}
    assert told["sources"][0]["sha256"] == samples.DIGEST_OF_NOTHING
    assert told["tables"]["ADSL"]["rows"] == 12
    assert told["tables"]["ADSL"]["digest"] == staged.digests["ADSL"]
    assert told["tables"]["ADSL"]["columns"][:2] == [["AGE", "double"], ["LINE", "int64"]]
    for name, stored in told["files"].items():
        content = (cut / name).read_bytes()
        assert stored == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    sha256 = hashlib.sha256((cut / "manifest.json").read_bytes()).hexdigest()
    assert (cut / "manifest.sha256").read_text() == f"{sha256}  manifest.json\n"


def test_parquet_has_page_checksums_zstd_and_dictionaries_for_text(
    home: Path, write: Write, samples: ModuleType
) -> None:
    path = home / "studies" / "trial-1" / "cuts" / write(samples.staged()) / "ADSL.parquet"
    group = pq.ParquetFile(path).metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert {c.compression for c in columns.values()} == {"ZSTD"}
    assert "RLE_DICTIONARY" in columns["USUBJID"].encodings
    assert "RLE_DICTIONARY" not in columns["AGE"].encodings
    content = bytearray(path.read_bytes())
    age = columns["AGE"]
    content[age.data_page_offset + age.total_compressed_size - 5] ^= 1
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(pa.BufferReader(bytes(content)), page_checksum_verification=True)


def test_study_toml_is_kept_byte_for_byte(home: Path, store: CutStore, samples: ModuleType) -> None:
    text = '# Brustkrebs β\r\n[study]\r\nid = "trial-1"\r\ntitle = "Ä"\r\n'
    table = {"ADSL": samples.subjects(3)}
    staged = Staged.of(samples.study(text), MARCH, table)
    cut, _ = store.write(staged, imported_at=samples.NOW, version="1")
    assert (cut.path / "study.toml").read_bytes() == text.encode()
    assert cut.study.title == "Ä"
    unix = Staged.of(samples.study(text.replace("\r\n", "\n")), MARCH, table)
    assert unix.cut_id == cut.id


# --- writing --------------------------------------------------------------------------------------


def test_the_same_cut_again_is_left_alone_and_recorded_beside(
    store: CutStore, samples: ModuleType
) -> None:
    first, created = store.write(samples.staged(), imported_at=samples.NOW, version="1", user="an")
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in first.path.rglob("*")}
    later = samples.NOW + timedelta(days=2)
    second, again = store.write(samples.staged(), imported_at=later, version="2", user="bo")
    assert (created, again) == (True, False)
    assert second.id == first.id
    assert second.imported_at == samples.NOW
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in first.path.rglob("*")} == before
    told = [(r["found"], r["imported_at"], r["imported_by"]) for r in store.imports("trial-1")]
    assert told == [
        ("nothing", "2025-06-30T12:00:00Z", "an"),
        ("the same cut", "2025-07-02T12:00:00Z", "bo"),
    ]
    assert store.imports("trial-1", "0" * 64) == ()


def test_other_rows_date_or_study_are_another_cut(store: CutStore, samples: ModuleType) -> None:
    now, tables = samples.NOW, {"ADSL": samples.subjects(4)}
    text = samples.STUDY_TEXT + "# one word more\n"
    ids = {
        store.write(staged, imported_at=now, version="1")[0].id
        for staged in (
            samples.staged(),
            samples.staged(JUNE),
            samples.staged(patients=13),
            Staged.of(samples.study(), MARCH, tables),
            Staged.of(samples.study(text), MARCH, tables),
        )
    }
    assert len(ids) == len(store.cuts("trial-1")) == 5


def test_sources_user_and_time_are_outside_the_id(store: CutStore, samples: ModuleType) -> None:
    staged = samples.staged()
    other = replace(staged, sources=(), findings=(), parent="a" * 64)
    store.write(staged, imported_at=samples.NOW, version="1", user="an")
    _, created = store.write(other, imported_at=datetime(2026, 1, 1, tzinfo=UTC), version="2")
    assert created is False


def test_times_are_kept_in_utc(store: CutStore, samples: ModuleType) -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2025, 7, 1, 2, 30, tzinfo=shanghai)
    cut, _ = store.write(samples.staged(), imported_at=at, version="1")
    assert cut.imported_at.isoformat() == "2025-06-30T18:30:00+00:00"


def test_a_time_without_zone_is_refused(store: CutStore, samples: ModuleType) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.write(samples.staged(), imported_at=datetime(2025, 1, 1), version="1")


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "a" * 101, "a b", "a\n"])
def test_names_that_would_leave_the_store_are_refused(
    store: CutStore, samples: ModuleType, name: str
) -> None:
    staged = samples.staged()
    bad = [
        replace(staged, study=replace(staged.study, id=name)),
        Staged.of(staged.study, MARCH, {**staged.tables, name: staged.tables["ADSL"]}),
        Staged.of(staged.study, MARCH, staged.tables, features={name: staged.tables["ADSL"]}),
    ]
    for case in bad:
        with pytest.raises(DataError) as caught:
            store.write(case, imported_at=samples.NOW, version="1")
        assert rule(caught) == "store-name"
    with pytest.raises(DataError) as caught:
        store.cuts(name)
    assert rule(caught) == "store-name"
    assert store.studies() == ()


def test_a_wrong_id_or_digest_is_refused(store: CutStore, samples: ModuleType) -> None:
    staged = samples.staged()
    with pytest.raises(ValueError, match="id of a staged cut"):
        store.write(replace(staged, cut_id="0" * 64), imported_at=samples.NOW, version="1")
    fewer = {"ADSL": staged.digests["ADSL"]}
    with pytest.raises(ValueError, match="one digest per table"):
        store.write(replace(staged, digests=fewer), imported_at=samples.NOW, version="1")


def test_what_a_dead_writer_left_is_swept_by_the_next_write(
    home: Path, write: Write, samples: ModuleType
) -> None:
    cuts = home / "studies" / "trial-1" / "cuts"
    id_ = write(samples.staged())
    (cuts / ".tmp-dead" / "features").mkdir(parents=True)
    (cuts / ".tmp-dead" / "features" / "taxa.parquet").write_bytes(b"PAR1")
    (cuts / ".tmp-dead" / "ADSL.parquet").touch(mode=0o440)
    write(samples.staged())
    assert [p.name for p in cuts.iterdir()] == [id_]


def test_what_a_living_writer_is_making_is_not_swept(home: Path, samples: ModuleType) -> None:
    impatient = CutStore(home, patience=0.1)
    impatient.write(samples.staged(), imported_at=samples.NOW, version="1")
    study = home / "studies" / "trial-1"
    (study / "cuts" / ".tmp-alive").mkdir()
    with exclusive(study / ".lock", patience=0):
        with pytest.raises(DataError) as caught:
            impatient.write(samples.staged(JUNE), imported_at=samples.NOW, version="1")
        assert rule(caught) == "store-busy"
        assert (study / "cuts" / ".tmp-alive").is_dir()
        assert len(impatient.cuts("trial-1")) == 1
    impatient.write(samples.staged(JUNE), imported_at=samples.NOW, version="1")
    assert not (study / "cuts" / ".tmp-alive").exists()
    assert len(impatient.cuts("trial-1")) == 2


def test_a_journal_line_torn_by_a_crash_harms_no_other(
    home: Path, store: CutStore, write: Write, samples: ModuleType
) -> None:
    write(samples.staged())
    with (home / "studies" / "trial-1" / "imports.jsonl").open("ab") as journal:
        journal.write(b'{"cut": "12')
    write(samples.staged())
    assert [r["found"] for r in store.imports("trial-1")] == ["nothing", "the same cut"]


# --- listing and opening --------------------------------------------------------------------------


def test_nothing_yet(store: CutStore) -> None:
    assert store.studies() == ()
    assert store.cuts("trial-1") == ()
    assert store.imports("trial-1") == ()
    with pytest.raises(DataError) as caught:
        store.open("trial-1")
    assert rule(caught) == "store-unknown"


def test_a_summary_tells_what_a_reader_asks_first(
    store: CutStore, write: Write, samples: ModuleType
) -> None:
    id_ = write(samples.staged(parent="c" * 64))
    (summary,) = store.cuts("trial-1")
    assert (summary.id, summary.study_id, summary.cut_date) == (id_, "trial-1", MARCH)
    assert (summary.imported_at, summary.version) == (samples.NOW, samples.VERSION)
    assert summary.domains == {"ADSL": 12, "ADAE": 18}
    assert summary.patients == 12
    assert summary.findings == {"reject": 0, "error": 1, "warning": 1, "note": 0}
    assert (summary.parent, summary.damaged) == ("c" * 64, None)
    (study,) = store.studies()
    assert (study.id, study.title, study.cuts, study.damaged) == ("trial-1", "A trial", 1, 0)
    assert study.newest == summary


def test_newest_means_cut_date_not_time_of_import(
    store: CutStore, write: Write, samples: ModuleType
) -> None:
    ids = {day: write(samples.staged(day)) for day in (JUNE, SEPTEMBER, MARCH)}
    assert [c.id for c in store.cuts("trial-1")] == [ids[SEPTEMBER], ids[JUNE], ids[MARCH]]
    assert store.open("trial-1").id == ids[SEPTEMBER]


def test_of_two_cuts_of_one_date_the_later_import_is_newer(
    store: CutStore, samples: ModuleType
) -> None:
    later = samples.NOW + timedelta(hours=1)
    corrected, _ = store.write(samples.staged(patients=13), imported_at=later, version="1")
    store.write(samples.staged(patients=12), imported_at=samples.NOW, version="1")
    assert store.open("trial-1").id == corrected.id


def test_a_cut_opens_by_id_or_unique_prefix(
    home: Path, store: CutStore, write: Write, samples: ModuleType
) -> None:
    id_ = write(samples.staged())
    assert store.open("trial-1", id_).id == store.open("trial-1", id_[:6]).id == id_
    cuts = home / "studies" / "trial-1" / "cuts"
    shutil.copytree(cuts / id_, cuts / (id_[:10] + "0" * 54))
    assert store.open("trial-1", id_[:11]).id == id_
    for prefix in (id_[:10], "", "xyz", "f" * 64):
        with pytest.raises(DataError) as caught:
            store.open("trial-1", prefix)
        assert rule(caught) == "store-unknown"


def test_studies_are_kept_apart(store: CutStore, samples: ModuleType) -> None:
    text = samples.STUDY_TEXT.replace("trial-1", "trial-2")
    table = {"ADSL": samples.subjects(2)}
    for study in (samples.study(), samples.study(text)):
        store.write(Staged.of(study, MARCH, table), imported_at=samples.NOW, version="1")
    assert [s.id for s in store.studies()] == ["trial-1", "trial-2"]
    (first,), (second,) = store.cuts("trial-1"), store.cuts("trial-2")
    assert first.id != second.id
    with pytest.raises(DataError):
        store.open("trial-2", first.id)


def test_a_cut_moved_to_another_study_is_refused(
    home: Path, store: CutStore, write: Write, samples: ModuleType
) -> None:
    id_ = write(samples.staged())
    (home / "studies" / "trial-2").mkdir()
    shutil.copytree(home / "studies" / "trial-1" / "cuts", home / "studies" / "trial-2" / "cuts")
    with pytest.raises(DataError, match="not the manifest of this cut"):
        store.open("trial-2", id_)


def test_a_cut_of_a_newer_layout_is_refused_in_words_and_never_replaced(
    store: CutStore, write: Write, samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as future:
        future.setattr(manifests, "SCHEMA", 2)
        id_ = write(samples.staged())
    for attempt in (lambda: store.open("trial-1"), lambda: write(samples.staged())):
        with pytest.raises(DataError) as caught:
            attempt()
        assert rule(caught) == "store-newer"
        assert "storage layout 2; this version reads layouts up to 1" in sentence(caught)
    (summary,) = store.cuts("trial-1")
    assert summary.id == id_
    assert summary.damaged is not None
    assert "storage layout 2" in summary.damaged


def test_a_study_this_version_no_longer_accepts_is_told_apart_from_damage(
    store: CutStore, write: Write, samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(samples.staged())

    def refuse(text: str, name: str) -> None:
        raise DataError(RULES[0].finding("The key x is unknown.", severity=Severity.REJECT))

    monkeypatch.setattr("data_access.study.parse.parse_study", refuse)
    with pytest.raises(DataError) as caught:
        store.open("trial-1")
    assert {f.sentence for f in caught.value.findings} >= {"The key x is unknown."}
    assert "store-study" in {f.rule for f in caught.value.findings}


def test_rules_are_unique_and_say_what_to_do() -> None:
    assert len({r.id for r in RULES}) == len(RULES)
    assert all(r.id.startswith("store-") and r.remedy and r.title for r in RULES)
