"""The home folder is found usable or refused in words; health says whether the store may serve."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from data_access.findings import DataError
from data_access.store import CutStore, Staged, fsops, health

Write = Callable[[Staged], str]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(home: Path) -> str:
    with pytest.raises(DataError) as caught:
        CutStore(home)
    assert caught.value.findings[0].rule == "store-unwritable"
    return caught.value.findings[0].sentence


def test_a_new_home_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b" / "home"
    CutStore(home)
    assert (mode(home), mode(home / "studies")) == (0o700, 0o700)


def test_an_open_home_is_closed_to_others(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    CutStore(home)
    assert mode(home) == 0o700
    home.chmod(0o770)
    CutStore(home)
    assert mode(home) == 0o700


def test_a_folder_with_other_things_keeps_its_permissions(home: Path) -> None:
    """Somebody's shared folder named by mistake must not be closed to everybody else."""
    home.mkdir()
    (home / "letter.txt").touch()
    home.chmod(0o755)
    CutStore(home)
    assert (mode(home), mode(home / "studies")) == (0o755, 0o700)


def test_a_symlink_loop_is_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    assert "symbolic links" in refusal(one)
    assert "symbolic links" in refusal(one / "home")


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "gone")
    assert "No such file or directory" in refusal(tmp_path / "home")


def test_a_link_to_a_folder_is_fine(tmp_path: Path, samples: ModuleType) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "real")
    store = CutStore(tmp_path / "home")
    store.write(samples.staged(), imported_at=samples.NOW, version="1")
    assert len(CutStore(tmp_path / "real").cuts("trial-1")) == 1


@pytest.mark.parametrize("name", ["home", "home/studies"])
def test_a_file_in_the_way_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert "cannot be" in refusal(tmp_path / "home")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    if os.geteuid() != 0:
        home.chmod(0o500)
        assert "cannot be" in refusal(home)
        home.chmod(0o700)
        return
    (home / "studies").mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", home / "studies"]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("root may write everywhere, and a read-only disk cannot be mounted here")
    try:
        assert "cannot be" in refusal(home)
    finally:
        subprocess.run(["umount", home / "studies"], check=True)


# --- health ---------------------------------------------------------------------------------------


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever disk the tests run on has space enough."""
    monkeypatch.setattr(health, "LEAST_FREE", -1.0)


@pytest.mark.usefixtures("roomy")
def test_an_empty_and_a_sound_store_are_healthy(
    store: CutStore, write: Write, samples: ModuleType, home: Path
) -> None:
    assert store.health() == (True, "The store can be written; 0 newest cuts verify.")
    write(samples.staged())
    assert store.health() == (True, "The store can be written; 1 newest cut verifies.")
    assert [p.name for p in home.iterdir()] == ["studies"]


@pytest.mark.usefixtures("roomy")
def test_a_damaged_newest_cut_is_not_healthy_until_it_is_mended(
    store: CutStore, write: Write, samples: ModuleType, home: Path
) -> None:
    cut = home / "studies" / "trial-1" / "cuts" / write(samples.staged())
    assert store.health()[0]
    path = cut / "ADAE.parquet"
    whole, state = path.read_bytes(), path.stat()
    path.chmod(0o640)
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # size and time as before
    ok, reason = store.health()
    assert not ok
    assert "ADAE.parquet was changed" in reason
    assert str(home) not in reason
    write(samples.staged())
    assert store.health()[0]


@pytest.mark.usefixtures("roomy")
def test_an_old_damaged_cut_does_not_stop_the_service(
    store: CutStore, write: Write, samples: ModuleType, home: Path
) -> None:
    old = write(samples.staged())
    write(samples.staged(date(2025, 6, 30)))
    (home / "studies" / "trial-1" / "cuts" / old / "ADSL.parquet").unlink()
    assert store.health()[0]


@pytest.mark.usefixtures("roomy")
def test_an_unchanged_cut_is_verified_once(
    store: CutStore, write: Write, samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(samples.staged())
    opened: list[Path] = []
    real = health.open_cut
    monkeypatch.setattr(health, "open_cut", lambda folder: (opened.append(folder), real(folder))[1])
    assert [store.health()[0] for _ in range(5)] == [True] * 5
    assert len(opened) == 1


@pytest.mark.usefixtures("roomy")
@pytest.mark.parametrize("broken", ["create", "write"])
def test_a_store_that_cannot_be_written_is_not_healthy(
    store: CutStore, home: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(fsops, broken, refuse)
    ok, reason = store.health()
    assert not ok
    assert "Read-only file system" in reason
    assert [p.name for p in home.iterdir()] == ["studies"]


def test_little_free_space_is_not_healthy(store: CutStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE", 1.0)
    ok, reason = store.health()
    assert not ok
    assert "% of the disk of the store is free" in reason


def test_the_tenth_is_a_tenth() -> None:
    assert health.LEAST_FREE == 0.10
