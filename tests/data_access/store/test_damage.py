"""A stored cut that was changed is never shown, however little of it changed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_access.findings import DataError
from data_access.store import CutStore, Staged
from data_access.store import manifest as manifests

Write = Callable[[Staged], str]
JUNE = date(2025, 6, 30)
FILES = (
    "ADSL.parquet",
    "ADAE.parquet",
    "features/taxa.parquet",
    "study.toml",
    "findings.json",
    "manifest.json",
    "manifest.sha256",
)


@pytest.fixture
def older(write: Write, samples: ModuleType) -> str:
    return write(samples.staged())


@pytest.fixture
def newer(write: Write, samples: ModuleType, older: str) -> str:
    return write(samples.staged(JUNE, patients=20, parent=older))


@pytest.fixture
def folder(home: Path, newer: str) -> Path:
    return home / "studies" / "trial-1" / "cuts" / newer


def change(path: Path, content: bytes) -> None:
    path.chmod(0o640)
    path.write_bytes(content)


def refusal(store: CutStore, cut: str) -> DataError:
    with pytest.raises(DataError) as caught:
        store.open("trial-1", cut)
    assert [f.rule for f in caught.value.findings] == ["store-damaged"]
    assert "Import the same exports again" in caught.value.findings[0].remedy
    return caught.value


def named(error: DataError) -> str:
    return error.findings[0].places[0].file.partition("/")[2]


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_anywhere_is_seen(
    store: CutStore, older: str, newer: str, folder: Path, name: str
) -> None:
    path = folder / name
    whole = path.read_bytes()
    dice = random.Random(name)
    positions = {0, 1, len(whole) // 2, len(whole) - 1} | {
        dice.randrange(len(whole)) for _ in range(20)
    }
    expected = "manifest.json" if name == "manifest.sha256" else name
    for position in sorted(positions):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << dice.randrange(8)
        change(path, bytes(flipped))
        assert named(refusal(store, newer)) == expected
    store.verify("trial-1", older)
    change(path, whole)
    store.verify("trial-1", newer)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["missing", "empty", "half", "longer", "a folder"])
def test_a_file_that_is_not_whole_is_seen_and_listed(
    store: CutStore, older: str, newer: str, folder: Path, name: str, how: str
) -> None:
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        parts = {"empty": b"", "half": content[: len(content) // 2], "longer": content + b"\n"}
        path.write_bytes(parts[how])
    expected = "manifest.json" if (name, how) in CHECKSUM_CASES else name
    assert named(refusal(store, newer)) == expected
    listed = store.cuts("trial-1")
    assert [c.id for c in listed] == [newer, older]
    assert listed[0].damaged is not None
    assert listed[1].damaged is None
    assert store.open("trial-1", older).id == older
    with pytest.raises(DataError):
        store.open("trial-1")


#: A checksum file that can be read, but does not fit the manifest.
CHECKSUM_CASES = {("manifest.sha256", how) for how in ("empty", "half", "longer")}


def test_two_files_that_changed_places_are_seen(store: CutStore, newer: str, folder: Path) -> None:
    one, other = folder / "ADSL.parquet", folder / "ADAE.parquet"
    first, second = one.read_bytes(), other.read_bytes()
    change(one, second)
    change(other, first)
    refusal(store, newer)


def test_the_content_of_another_cut_under_this_name_is_seen(
    store: CutStore, older: str, newer: str, folder: Path
) -> None:
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name(older), folder)
    assert "not the manifest of this cut" in str(refusal(store, newer))


def test_a_forged_manifest_with_its_checksum_is_seen(
    store: CutStore, newer: str, folder: Path
) -> None:
    """Who changes the cut date and the checksum with it still cannot change the folder's name."""
    path = folder / "manifest.json"
    forged = path.read_bytes().replace(b"2025-06-30", b"2025-12-31", 1)
    change(path, forged)
    change(folder / "manifest.sha256", manifests.checksum_line(forged))
    assert "not the manifest of this cut" in str(refusal(store, newer))


def test_forged_rows_with_all_their_checksums_are_seen_by_verify(
    store: CutStore, newer: str, folder: Path, samples: ModuleType
) -> None:
    before = manifests.read_manifest(folder)
    path = folder / "ADSL.parquet"
    path.chmod(0o640)
    pq.write_table(samples.subjects(21), path, write_page_checksum=True)
    content = path.read_bytes()
    stored = before.files["ADSL.parquet"]
    forged = (folder / "manifest.json").read_text()
    sha256 = manifests.hashlib.sha256(content).hexdigest()
    forged = forged.replace(stored.sha256, sha256)
    forged = forged.replace(f'"bytes": {stored.bytes}', f'"bytes": {len(content)}')
    change(folder / "manifest.json", forged.encode())
    change(folder / "manifest.sha256", manifests.checksum_line(forged.encode()))
    store.open("trial-1", newer)
    with pytest.raises(DataError, match="does not hold the rows of this cut"):
        store.verify("trial-1", newer)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"null", b'{"schema": "x"}', b'{"schema": 1}']
)
def test_a_manifest_that_makes_no_sense_is_damage(
    store: CutStore, newer: str, folder: Path, content: bytes
) -> None:
    change(folder / "manifest.json", content)
    change(folder / "manifest.sha256", manifests.checksum_line(content))
    assert named(refusal(store, newer)) == "manifest.json"
    assert store.cuts("trial-1")[0].damaged is not None


def test_damage_after_opening_is_seen_when_the_table_is_read(
    store: CutStore, newer: str, folder: Path
) -> None:
    cut = store.open("trial-1", newer)
    path = folder / "ADSL.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    change(path, bytes(content))
    with pytest.raises(DataError, match="store-damaged"):
        cut.frame("ADSL")
    assert len(cut.frame("ADAE")) > 0


def test_what_cannot_be_parsed_is_damage(
    store: CutStore, newer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise pa.ArrowInvalid("no")

    cut = store.open("trial-1", newer)
    monkeypatch.setattr(pq, "read_table", refuse)
    with pytest.raises(DataError, match=r"ADSL\.parquet cannot be read as Parquet"):
        cut.frame("ADSL")


def test_importing_again_repairs_and_keeps_the_damaged_folder_aside(
    store: CutStore, newer: str, folder: Path, samples: ModuleType
) -> None:
    path = folder / "ADSL.parquet"
    broken = path.read_bytes()[:-1]
    change(path, broken)
    staged = samples.staged(JUNE, patients=20)
    cut, created = store.write(staged, imported_at=samples.NOW, version="2")
    assert created
    assert cut.id == newer
    store.verify("trial-1", newer)
    (aside,) = folder.parent.glob(".damaged-*")
    assert (aside / "ADSL.parquet").read_bytes() == broken
    assert store.imports("trial-1")[-1]["found"] == "a damaged cut"
    assert [c.damaged for c in store.cuts("trial-1")] == [None, None]


def test_repair_without_an_atomic_exchange(
    store: CutStore,
    newer: str,
    folder: Path,
    samples: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(one: Path, other: Path) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("data_access.store.fsops.exchange", unknown)
    (folder / "findings.json").unlink()
    staged = samples.staged(JUNE, patients=20)
    assert store.write(staged, imported_at=samples.NOW, version="2")[1] is True
    store.verify("trial-1", newer)
    assert len(list(folder.parent.glob(".damaged-*"))) == 1
    assert not list(folder.parent.glob(".tmp-*"))


def test_the_cut_date_of_a_damaged_cut_is_still_known(
    store: CutStore, newer: str, folder: Path
) -> None:
    """So that an older cut is never taken for the newest."""
    change(folder / "manifest.json", b"?")
    first = store.cuts("trial-1")[0]
    assert (first.id, first.cut_date) == (newer, JUNE)
    with pytest.raises(DataError, match="store-damaged"):
        store.open("trial-1")


def test_a_damaged_cut_of_unknown_date_stops_the_guess_which_is_newest(
    store: CutStore, older: str, newer: str, folder: Path
) -> None:
    change(folder / "manifest.json", b"?")
    (folder.parents[1] / "imports.jsonl").unlink()
    assert [c.id for c in store.cuts("trial-1")] == [older, newer]
    with pytest.raises(DataError, match="newest cannot be told"):
        store.open("trial-1")
    assert store.open("trial-1", older).id == older


def test_a_study_with_only_a_damaged_cut_is_listed(store: CutStore, older: str, home: Path) -> None:
    folder = home / "studies" / "trial-1" / "cuts" / older
    shutil.rmtree(folder)
    folder.mkdir()
    (study,) = store.studies()
    assert (study.id, study.title, study.cuts, study.damaged) == ("trial-1", None, 1, 1)
    assert study.newest is None


def test_strangers_in_the_folder_are_passed_over(store: CutStore, home: Path, older: str) -> None:
    cuts = home / "studies" / "trial-1" / "cuts"
    (cuts / "lost+found").mkdir()
    (cuts / ".DS_Store").touch()
    (cuts / ("a" * 64)).touch()
    (home / "studies" / "notes.txt").touch()
    assert [c.id for c in store.cuts("trial-1")] == [older]
    assert [s.cuts for s in store.studies()] == [1]
