"""Whatever the disk answers, earlier cuts stay, and a failed write says why in words."""

from __future__ import annotations

import ast
import errno
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import data_access.store
from data_access.digest import canonical
from data_access.findings import DataError, Finding
from data_access.store import CutStore, Staged, fsops

Write = Callable[[Staged], str]
JUNE = date(2025, 6, 30)


# --- the Nth call ---------------------------------------------------------------------------------


def attempt(home: Path, staged: Staged, samples: ModuleType) -> bool:
    """True when the write was acknowledged; an error must be one in words."""
    refused: tuple[Finding, ...] = ()
    try:
        CutStore(home).write(staged, imported_at=samples.NOW, version="1")
    except DataError as error:
        refused = error.findings
    assert {f.rule for f in refused} <= {"store-full", "store-unwritable"}
    return not refused


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
def test_failing_every_call_in_turn(
    quick_home: Path, samples: ModuleType, faults: ModuleType, code: int, lasting: bool
) -> None:
    home, old, new = quick_home, samples.staged(), samples.staged(JUNE, patients=30)
    attempt(home, old, samples)
    cuts = home / "studies" / "trial-1" / "cuts"
    seen: set[str] = set()
    nth = 0
    while True:
        nth += 1
        fault = faults.FailNth(nth, code, lasting=lasting)
        with faults.wrapped(fault):
            acknowledged = attempt(home, new, samples)
        if not fault.failed:
            break
        seen.add(fault.failed[0])
        store = CutStore(home)
        store.verify("trial-1", old.cut_id)
        there = (cuts / new.cut_id).exists()
        if there:
            store.verify("trial-1", new.cut_id)
        assert there or not acknowledged
        assert all(c.damaged is None for c in store.cuts("trial-1"))
        if not lasting and fault.failed[0] != "remove_file":
            assert not list(cuts.glob(".tmp-*")), f"call {nth}, {fault.failed}"
        attempt(home, old, samples)
        assert not list(cuts.glob(".tmp-*"))
        shutil.rmtree(cuts / new.cut_id, ignore_errors=True)
    assert acknowledged
    assert nth > 35
    assert seen >= {
        "append_to",
        "close",
        "create",
        "free_bytes",
        "make_folder",
        "open_lock",
        "protect",
        "rename",
        "sync",
        "sync_folder",
        "try_lock",
        "write",
    }


def test_failing_every_call_of_a_repair(
    quick_home: Path, samples: ModuleType, faults: ModuleType
) -> None:
    """The damaged cut is the same damaged cut, or a whole one, never a third thing."""
    home, old, new = quick_home, samples.staged(), samples.staged(JUNE, patients=30)
    cuts = home / "studies" / "trial-1" / "cuts"
    attempt(home, old, samples)
    nth = 0
    while True:
        nth += 1
        attempt(home, new, samples)
        (cuts / new.cut_id / "findings.json").unlink()
        fault = faults.FailNth(nth, errno.EIO, lasting=False)
        with faults.wrapped(fault):
            acknowledged = attempt(home, new, samples)
        if not fault.failed:
            break
        store = CutStore(home)
        store.verify("trial-1", old.cut_id)
        damage = {c.id: c.damaged for c in store.cuts("trial-1")}
        assert set(damage) == {old.cut_id, new.cut_id}
        assert damage[old.cut_id] is None
        assert damage[new.cut_id] is None or "findings.json is missing" in damage[new.cut_id]
        assert damage[new.cut_id] is None or not acknowledged
        assert attempt(home, new, samples)
        store.verify("trial-1", new.cut_id)
        assert not list(cuts.glob(".tmp-*"))
        for aside in cuts.glob(".damaged-*"):
            shutil.rmtree(aside)
    assert acknowledged
    assert nth > 35


def test_what_a_system_writes_in_pieces_is_written_whole(
    home: Path, samples: ModuleType, faults: ModuleType
) -> None:
    def stingy(name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if name == "write":
            return real(arguments[0], bytes(arguments[1])[:7])
        return real(*arguments)

    store = CutStore(home)
    with faults.wrapped(stingy):
        cut, _ = store.write(samples.staged(), imported_at=samples.NOW, version="1")
    store.verify("trial-1", cut.id)
    assert len(store.imports("trial-1")) == 1


# --- what survives a loss of power ----------------------------------------------------------------


def test_everything_is_on_the_disk_before_the_cut_exists(
    home: Path, samples: ModuleType, faults: ModuleType
) -> None:
    """Every file and folder is synced before the rename that makes the cut exist, and the folder
    that names it after."""
    store = CutStore(home)
    trace = faults.Trace()
    with faults.wrapped(trace):
        cut, _ = store.write(samples.staged(), imported_at=samples.NOW, version="1")
    (renamed,) = [i for i, (name, _) in enumerate(trace.steps) if name == "rename"]
    folder = trace.steps[renamed][1]
    before, after = trace.steps[:renamed], trace.steps[renamed + 1 :]
    created = [p for name, p in before if name == "create"]
    assert {p.relative_to(folder).as_posix() for p in created} == {
        p.relative_to(cut.path).as_posix() for p in cut.path.rglob("*") if p.is_file()
    }
    for path in created:
        steps = [name for name, p in before if p == path]
        assert steps[0] == "create"
        assert steps[-3:] == ["protect", "sync", "close"]
    for made in (folder, folder / "features"):
        last = max(i for i, (_, p) in enumerate(before) if p.parent == made)
        assert ("sync_folder", made) in before[last:]
    assert ("sync_folder", folder.parent) in after
    study = home / "studies" / "trial-1"
    for made in (study, study / "cuts"):
        made_at = before.index(("make_folder", made))
        assert before[made_at + 1] == ("sync_folder", made.parent)


def test_the_same_cut_is_acknowledged_only_when_its_name_is_on_the_disk(
    home: Path, samples: ModuleType, faults: ModuleType, write: Write
) -> None:
    """The first import may have failed between the rename and the sync of its folder."""
    write(samples.staged())
    trace = faults.Trace()
    with faults.wrapped(trace):
        write(samples.staged())
    assert ("sync_folder", home / "studies" / "trial-1" / "cuts") in trace.steps


def test_only_fsops_touches_the_disk() -> None:
    """Any other writing call in the store would be one the tests above cannot fail."""
    changing = {
        "write_bytes", "write_text", "mkdir", "makedirs", "unlink", "rmdir", "rename", "replace",
        "fsync", "touch", "symlink_to", "rmtree", "flock", "statvfs", "copytree", "move",
    }  # fmt: skip
    folder = Path(data_access.store.__file__).parent
    allowed = {"fsops.py": changing, "home.py": {"mkdir"}, "health.py": {"statvfs"}}
    modules = sorted(folder.glob("*.py"))
    assert len(modules) > 8
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "fsops":
                continue
            path_replace = node.func.attr != "replace" or len(node.args) == 1
            if path_replace and node.func.attr in changing - allowed.get(module.name, set()):
                pytest.fail(f"{module.name}:{node.lineno} calls {ast.unparse(node.func)}")


# --- a full disk ----------------------------------------------------------------------------------


def noise(samples: ModuleType, rows: int) -> Staged:
    """A cut that cannot be compressed: 8 bytes a row."""
    values = np.random.default_rng(1).random(rows)
    table = canonical(pa.table({"AVAL": values}))
    return Staged.of(samples.study(), JUNE, {"ADSL": samples.subjects(3), "ADLB": table})


def test_a_cut_that_will_not_fit_is_refused_before_anything_is_written(
    store: CutStore, write: Write, samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write(samples.staged())
    monkeypatch.setattr(fsops, "free_bytes", lambda path: 1_000_000)
    with pytest.raises(DataError) as caught:
        store.write(noise(samples, 1_000_000), imported_at=samples.NOW, version="1")
    finding = caught.value.findings[0]
    assert finding.rule == "store-full"
    assert "needs about 4.2 MB of disk space and 1.0 MB are free" in finding.sentence
    assert "INTERIM_HOME" in finding.remedy
    assert store.open("trial-1").id == old
    assert len(store.imports("trial-1")) == 1


def full_disk(home: Path, samples: ModuleType) -> None:
    """Fill the disk of `home` with an import: refused, nothing left of it, the old cut opens."""
    store = CutStore(home)
    old, _ = store.write(samples.staged(), imported_at=samples.NOW, version="1")
    cuts = old.path.parent
    with pytest.raises(DataError) as caught:
        store.write(noise(samples, 400_000), imported_at=samples.NOW, version="1")
    finding = caught.value.findings[0]
    assert finding.rule == "store-full"
    assert "It needs about 1.8 MB" in finding.sentence
    assert [p.name for p in cuts.iterdir()] == [old.id]
    assert store.verify("trial-1", old.id).id == old.id
    assert store.open("trial-1").id == old.id
    small = samples.staged(JUNE)
    assert store.write(small, imported_at=samples.NOW, version="1")[1] is True


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def can_mount(folder: Path) -> bool:
    """Whether this user may mount a file system at all."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        return False
    subprocess.run(["umount", folder], check=True)
    return True


def test_a_disk_that_fills_up_while_writing(tmp_path: Path, samples: ModuleType) -> None:
    if not can_mount(tmp_path / "probe"):
        pytest.skip("only root may mount a small disk; the file size limit is tested beside this")
    disk = tmp_path / "disk"
    with mounted(disk, "size=2500k"):
        before = os.statvfs(disk).f_bavail
        full_disk(disk / "home", samples)
        used = (before - os.statvfs(disk).f_bavail) * os.statvfs(disk).f_frsize
        assert used < 400_000


def test_a_file_size_limit_reached_while_writing(home: Path, samples: ModuleType) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        full_disk(home, samples)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
