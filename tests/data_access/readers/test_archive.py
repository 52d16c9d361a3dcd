"""ZIP archives: what is unpacked, and every trick that is refused before a byte is written."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data_access.findings import DataError
from data_access.readers import archive
from tests.data_access.readers.reading import refused

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
CSV = "USUBJID,AGE\nA-1,50\n"
Fill = Callable[[zipfile.ZipFile], object]


def make(folder: Path, fill: Fill, name: str = "exports.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        fill(out)
    return path


def test_members_are_unpacked_and_gone_afterwards(tmp_path):
    path = make(tmp_path, lambda z: (z.writestr("adsl.csv", CSV), z.writestr("adae.csv", "A\n")))
    with archive.unpacked(path, name="exports.zip") as members:
        assert [m.name for m in members] == ["adsl.csv", "adae.csv"]
        assert members[0].path.read_text() == CSV
        where = members[0].path.parent
    assert not where.exists()


def test_the_folder_is_gone_after_an_error_too(tmp_path):
    path = make(tmp_path, lambda z: z.writestr("adsl.csv", CSV))
    seen: list[Path] = []

    def stop() -> None:
        with archive.unpacked(path, name="exports.zip") as members:
            seen.append(members[0].path.parent)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop()
    assert not seen[0].exists()


def test_one_folder_around_everything_is_left_out_of_the_names(tmp_path):
    names = ("cut 3/adsl.csv", "cut 3/adae.csv", "__MACOSX/cut 3/._adsl.csv", "cut 3/sub/x.csv")
    path = make(tmp_path, lambda z: [z.writestr(n, CSV) for n in names])
    with archive.unpacked(path, name="exports.zip") as members:
        assert [m.name for m in members] == [
            "adsl.csv",
            "adae.csv",
            "__MACOSX/cut 3/._adsl.csv",
            "sub/x.csv",
        ]


def _symlink(z: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("adex.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    z.writestr(info, "/etc/passwd")


def _device(z: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("adex.csv")
    info.external_attr = (stat.S_IFIFO | 0o666) << 16
    z.writestr(info, "")


def _bomb(z: zipfile.ZipFile) -> None:
    z.writestr("adsl.csv", CSV)
    z.writestr("adlb.csv", b"0" * 100_000_000)


def _inner(z: zipfile.ZipFile) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as inner:
        inner.writestr("adsl.csv", CSV)
    z.writestr("adsl.csv", out.getvalue())


REFUSED: dict[str, tuple[Fill, str, str]] = {
    "65 bomb": (_bomb, "read-archive-size", "times its size"),
    "66 up": (lambda z: z.writestr("../adex.csv", CSV), "read-archive-names", "leads out"),
    "66 up inside": (lambda z: z.writestr("a/../../b.csv", CSV), "read-archive-names", "leads out"),
    "66 absolute": (lambda z: z.writestr("/tmp/x.csv", CSV), "read-archive-names", "absolute"),
    "66 drive": (lambda z: z.writestr("C:x.csv", CSV), "read-archive-names", "drive letter"),
    "66 backslash": (lambda z: z.writestr("a\\..\\x.csv", CSV), "read-archive-names", "backslash"),
    "control": (lambda z: z.writestr("a\nb.csv", CSV), "read-archive-names", "control"),
    "67 twice": (
        lambda z: (z.writestr("adsl.csv", CSV), z.writestr("adsl.csv", "x\n1\n")),
        "read-archive-names",
        "adsl.csv more than once",
    ),
    "67 in another case": (
        lambda z: (z.writestr("adsl.csv", CSV), z.writestr("ADSL.csv", "x\n1\n")),
        "read-archive-names",
        "more than once",
    ),
    "68 symlink": (_symlink, "read-archive-names", "adex.csv in exports.zip is a symbolic link"),
    "68 device": (_device, "read-archive-names", "no plain file"),
    "nested": (_inner, "read-archive", "itself a ZIP archive"),
    "method": (
        lambda z: z.writestr("adsl.csv", CSV, zipfile.ZIP_LZMA),
        "read-archive",
        "method 14",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_trick_is_refused(tmp_path, case, monkeypatch):
    fill, rule, words = REFUSED[case]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = make(tmp_path, fill)
    finding = refused(lambda: _open(path), rule, "exports.zip")
    assert words in finding.sentence
    assert [p.name for p in tmp_path.iterdir()] == ["exports.zip"], "something was left behind"


def _open(path: Path) -> None:
    with archive.unpacked(path, name=path.name):
        raise AssertionError("unpacked")


def test_69_a_truncated_archive_is_refused_wherever_it_ends(tmp_path):
    whole = make(tmp_path, lambda z: z.writestr("adsl.csv", CSV * 50)).read_bytes()
    cut = tmp_path / "exports.zip"
    for size in range(4, len(whole) - 1):
        cut.write_bytes(whole[:size])
        refused(lambda: _open(cut), "read-archive", "exports.zip")


def test_a_flipped_bit_never_gives_other_text(tmp_path):
    path = make(tmp_path, lambda z: z.writestr("adsl.csv", CSV * 50))
    whole = path.read_bytes()
    silent = 0
    for offset in range(len(whole)):
        path.write_bytes(
            whole[:offset] + bytes([whole[offset] ^ 1 << offset % 8]) + whole[offset + 1 :]
        )
        try:
            with archive.unpacked(path, name="exports.zip") as members:
                texts = [m.path.read_text() for m in members if m.name == "adsl.csv"]
        except DataError:
            continue
        silent += texts not in ([CSV * 50], [])  # [] when the flipped bit is in the name
    assert silent == 0


def test_an_encrypted_member_is_refused(tmp_path):
    path = make(tmp_path, lambda z: z.writestr("adsl.csv", CSV))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    path.write_bytes(bytes(data))
    assert "encrypted" in refused(lambda: _open(path), "read-archive", "exports.zip").sentence


def test_sizes_are_limited(tmp_path):
    path = make(tmp_path, lambda z: z.writestr("adsl.csv", "x" * 1000))
    assert [m.filename for m in archive.check_zip(path)] == ["adsl.csv"]
    finding = refused(
        lambda: archive.check_zip(path, max_total=999), "read-archive-size", "exports.zip"
    )
    assert "1,000 bytes" in finding.sentence


def test_a_table_of_one_repeated_row_is_no_bomb(tmp_path):
    path = make(tmp_path, lambda z: z.writestr("adsl.csv", CSV * 1_000_000))
    assert path.stat().st_size * 200 < len(CSV) * 1_000_000
    with archive.open_safely(path) as opened:
        assert opened.namelist() == ["adsl.csv"]


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "exports.zip"
    path.write_text(CSV)
    refused(lambda: archive.open_safely(path), "read-archive", "exports.zip")
