"""Bad inputs 44 to 69: SAS transport files, Parquet, zip archives."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from tests.data_access.bad_inputs.base import good_tables
from tests.data_access.bad_inputs.case import Case, Outcome


def good_xpt(folder: Path) -> bytes:
    """ADSL as a SAS XPORT v5 file."""
    frame = pd.DataFrame(good_tables()["adsl"])
    path = folder / "adsl.xpt"
    pyreadstat.write_xport(frame, str(path), table_name="ADSL", file_format_version=5)
    return path.read_bytes()


def good_parquet() -> bytes:
    """ADSL as Parquet with page checksums."""
    sink = io.BytesIO()
    table = pa.Table.from_pylist(good_tables()["adsl"])
    pq.write_table(table, sink, write_page_checksum=True, compression="none", use_dictionary=False)
    return sink.getvalue()


def _xpt(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def make(exports: Path) -> None:
        (exports / "adsl.csv").unlink()
        data = good_xpt(exports)
        (exports / "adsl.xpt").write_bytes(change(data))

    return make


def _parquet(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def make(exports: Path) -> None:
        (exports / "adsl.csv").unlink()
        (exports / "adsl.parquet").write_bytes(change(good_parquet()))

    return make


def _renamed(suffix: str) -> Callable[[Path], None]:
    return lambda exports: (exports / "adsl.csv").rename(exports / f"adsl{suffix}") and None


def _replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def _flip(position: Callable[[bytes], int], bit: int = 1) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        spoiled = bytearray(data)
        spoiled[position(data)] ^= bit
        return bytes(spoiled)

    return change


def _namestr_count(data: bytes) -> bytes:
    at = data.index(b"NAMESTR HEADER RECORD")
    start = data.rindex(b"HEADER RECORD*******", 0, at)
    head = bytearray(data[start : start + 80])
    head[54:58] = b"0090"
    return data[:start] + bytes(head) + data[start + 80 :]


def _observations(data: bytes) -> int:
    return data.index(b"OBS     HEADER RECORD") - 20 + 80


def _random_data(data: bytes) -> bytes:
    start = data.index(b"HEADER RECORD*******OBS") + 80
    state, noise = 1, bytearray()
    for _ in range(len(data) - start):
        state = (state * 1103515245 + 12345) % 2**31
        noise.append(state >> 16 & 0xFF)
    padding = len(data) - len(data.rstrip(b" "))
    return data[:start] + bytes(noise[: len(noise) - padding]) + b" " * padding


def _last_record_short(data: bytes) -> bytes:
    body = data.rstrip(b" ")
    return body[: -(len(body) % 80 or 80) - 3]


def _zip(
    write: Callable[[zipfile.ZipFile, Path], None], after: Callable[[bytes], bytes] = lambda d: d
) -> Callable[[Path], None]:
    def make(exports: Path) -> None:
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            write(archive, exports)
        (exports.parent / "exports.zip").write_bytes(after(sink.getvalue()))

    return make


def _all(archive: zipfile.ZipFile, exports: Path) -> None:
    for path in sorted(exports.iterdir()):
        archive.write(path, path.name)


def _bomb(archive: zipfile.ZipFile, exports: Path) -> None:
    _all(archive, exports)
    archive.writestr("adlbx.csv", b"0" * 400_000_000)


def _slip(name: str) -> Callable[[zipfile.ZipFile, Path], None]:
    def write(archive: zipfile.ZipFile, exports: Path) -> None:
        _all(archive, exports)
        archive.writestr(name, "USUBJID\nX\n")

    return write


def _twice(archive: zipfile.ZipFile, exports: Path) -> None:
    import warnings

    _all(archive, exports)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of what this case is about
        archive.writestr("adsl.csv", "x\n1\n")


def _symlink(archive: zipfile.ZipFile, exports: Path) -> None:
    _all(archive, exports)
    link = zipfile.ZipInfo("adex.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(link, "/etc/passwd")


def _case(
    number: int, title: str, make: Callable[[Path], None], *names: str, outcome: Outcome = "refused"
) -> Case:
    return Case(number, title, make, outcome, names)


def _zip_case(number: int, title: str, make: Callable[[Path], None], *names: str) -> Case:
    return Case(number, title, make, "refused", names, exports="exports.zip")


XPT, PARQUET = "adsl.xpt", "adsl.parquet"

CASES = (
    _case(44, "empty XPT", _xpt(lambda d: b""), XPT),
    _case(45, "half an XPT", _xpt(lambda d: d[: len(d) // 2 + 7]), XPT),
    _case(46, "half an XPT, cut at an 80-byte edge", _xpt(lambda d: d[: len(d) // 160 * 80]), XPT),
    _case(
        47, "XPT header only", _xpt(lambda d: d[: d.index(b"HEADER RECORD*******OBS") + 80]), XPT
    ),
    _case(48, "XPT with a broken magic", _xpt(_replace(b"HEADER RECORD", b"HEADXR RECORD")), XPT),
    _case(
        49,
        "XPT with a flipped bit in a header",
        _xpt(_flip(lambda d: d.index(b"MEMBER  HEADER"), 4)),
        XPT,
    ),
    _case(50, "XPT with junk behind", _xpt(lambda d: d + bytes(range(1, 161))), XPT),
    _case(51, "CSV called .xpt", _renamed(".xpt"), XPT),
    _case(52, "XPT that lies about its variables", _xpt(_namestr_count), XPT),
    _case(53, "zeros called .xpt", _xpt(lambda d: bytes(len(d))), XPT),
    _case(54, "XPT with a short last record", _xpt(_last_record_short), XPT),
    _case(55, "XPT with random data", _xpt(_random_data), XPT),
    _case(56, "empty Parquet", _parquet(lambda d: b""), PARQUET),
    _case(57, "half a Parquet", _parquet(lambda d: d[: len(d) // 2]), PARQUET),
    _case(58, "Parquet without a footer", _parquet(lambda d: d[:-8]), PARQUET),
    _case(
        59,
        "Parquet with a damaged page",
        _parquet(_flip(lambda d: d.index(b"TST-02-005"), 0xFF)),
        PARQUET,
    ),
    _case(
        60, "Parquet with a damaged footer", _parquet(_flip(lambda d: len(d) - 40, 0xFF)), PARQUET
    ),
    _case(61, "Parquet magic only", _parquet(lambda d: b"PAR1"), PARQUET),
    _case(
        62,
        "Parquet with a footer of 2 GB",
        _parquet(lambda d: d[:-8] + b"\xff\xff\xff\x7fPAR1"),
        PARQUET,
    ),
    _case(63, "CSV called .parquet", _renamed(".parquet"), PARQUET),
    _case(
        64,
        "Parquet with one bit flipped",
        _parquet(_flip(lambda d: d.index(b"TST-02-005") + 9, 1)),
        PARQUET,
    ),
    _zip_case(65, "zip bomb", _zip(_bomb), "exports.zip"),
    _zip_case(66, "zip member outside the archive", _zip(_slip("../adex.csv")), "exports.zip"),
    _zip_case(66, "zip member with an absolute name", _zip(_slip("/tmp/adex.csv")), "exports.zip"),
    _zip_case(67, "zip with a name twice", _zip(_twice), "exports.zip", "adsl.csv"),
    _zip_case(68, "zip with a symbolic link", _zip(_symlink), "exports.zip", "adex.csv"),
    _zip_case(69, "truncated zip", _zip(_all, lambda d: d[: len(d) // 2]), "exports.zip"),
)
