"""The store's secret is made once, whole, for its owner only, and is the same for everybody."""

from __future__ import annotations

import errno
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from data_access.findings import DataError
from data_access.store import CutStore


def refusal(store: CutStore) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        store.secret()
    finding = caught.value.findings[0]
    return finding.rule, finding.sentence


def rule_of(store: CutStore) -> str:
    """The rule of the refusal; "" when there is none."""
    try:
        store.secret()
    except DataError as error:
        return error.findings[0].rule
    return ""


def test_it_is_made_once_for_its_owner_only(home: Path) -> None:
    first = CutStore(home).secret()
    assert len(first) == 32
    assert CutStore(home).secret() == first
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert CutStore(home, read_only=True).secret() == first


def test_two_stores_have_two_secrets(tmp_path: Path) -> None:
    assert CutStore(tmp_path / "one").secret() != CutStore(tmp_path / "two").secret()


def test_threads_and_processes_get_the_same(home: Path) -> None:
    CutStore(home)
    program = (
        "import sys; from pathlib import Path; from data_access.store import CutStore; "
        "print(CutStore(Path(sys.argv[1])).secret().hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: CutStore(home).secret().hex(), range(8)))
    found |= {p.communicate(timeout=60)[0].decode().strip() for p in started}
    assert len(found) == 1


def test_a_store_that_is_only_read_makes_none(home: Path) -> None:
    CutStore(home)
    rule, sentence = refusal(CutStore(home, read_only=True))
    assert rule == "store-secret"
    assert "only read" in sentence
    assert not (home / "secret").exists()


@pytest.mark.parametrize("held", [b"", b"short", b"x" * 33])
def test_a_damaged_file_is_named_and_left_alone(home: Path, held: bytes) -> None:
    CutStore(home)
    (home / "secret").write_bytes(held)
    rule, sentence = refusal(CutStore(home))
    assert rule == "store-secret"
    assert f"{len(held)} bytes instead of 32" in sentence
    assert (home / "secret").read_bytes() == held


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
def test_failing_every_call_in_turn(home: Path, faults: ModuleType, code: int) -> None:
    store = CutStore(home)
    nth, seen = 0, set()
    while True:
        nth += 1
        fault = faults.FailNth(nth, code, lasting=False)
        with faults.wrapped(fault):
            rule = rule_of(store)
        assert rule in ({"store-full", "store-unwritable"} if fault.failed else {""})
        if not fault.failed:
            break
        seen.update(fault.failed)
        assert [p.name for p in home.iterdir() if p.name.startswith(".secret-")] == []
        whole = CutStore(home).secret()  # either way the next call gets a whole one
        assert len(whole) == 32
        (home / "secret").unlink()
    assert seen >= {"open_lock", "try_lock", "create", "write", "sync", "rename", "sync_folder"}
