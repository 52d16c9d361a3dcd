"""A small writer of SAS transport files for tests: values, layouts and damage no library offers."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Var:
    name: str
    length: int = 8
    numeric: bool = True
    label: str = ""
    format: str = ""


def text(name: str, length: int, label: str = "") -> Var:
    return Var(name, length, numeric=False, label=label)


def ibm(value: float | str | None) -> bytes:
    """A number as IBM double; None is `.`, a letter or underscore that special missing code."""
    if value is None or isinstance(value, str):
        return (value or ".").encode() + bytes(7)
    if value == 0:
        return bytes(8)
    mantissa, exponent = math.frexp(abs(value))
    power = -(-exponent // 4)
    fraction = int(mantissa * 2**56) >> (4 * power - exponent)
    return bytes([(0x80 if value < 0 else 0) | (power + 64)]) + fraction.to_bytes(7, "big")


def header(name: str, tail: str = "0" * 30) -> bytes:
    return f"HEADER RECORD*******{name:8}HEADER RECORD!!!!!!!{tail}".ljust(80).encode()


def pad(data: bytes) -> bytes:
    return data + b" " * (-len(data) % 80)


def row(variables: Sequence[Var], values: Sequence[float | str | None], encoding: str) -> bytes:
    out = b""
    for variable, value in zip(variables, values, strict=True):
        if variable.numeric:
            out += ibm(value)[: variable.length]
        else:
            raw = str(value or "").encode(encoding)
            assert len(raw) <= variable.length, (variable, value)
            out += raw.ljust(variable.length)
    return out


def opening(version: int = 5) -> bytes:
    date = b"05MAR24:10:00:00"
    return (
        header("LIBRARY" if version == 5 else "LIBV8")
        + b"SAS     SAS     SASLIB  9.4     Linux   ".ljust(64)
        + date
        + date.ljust(80)
    )


def member(
    name: str,
    variables: Sequence[Var],
    rows: Sequence[Sequence[float | str | None]],
    *,
    version: int = 5,
    encoding: str = "utf-8",
    stated: int | None = None,
    positions: Sequence[int] | None = None,
) -> bytes:
    """One dataset: header records, variable descriptions, observations padded to 80 bytes."""
    v8 = version == 8
    date = "05MAR24:10:00:00"
    out = header("MEMBV8" if v8 else "MEMBER", "0" * 17 + "16" + "0" * 8 + "140")
    out += header("DSCPTV8" if v8 else "DSCRPTR")
    out += f"SAS     {name:{32 if v8 else 8}}SASDATA 9.4     Linux".ljust(64).encode()
    out += date.encode() + date.ljust(80).encode()
    out += header("NAMSTV8" if v8 else "NAMESTR", f"0000{len(variables):06d}".ljust(30, "0"))
    described, start = b"", 0
    for number, v in enumerate(variables, start=1):
        at = positions[number - 1] if positions else start
        described += struct.pack(
            ">hhhh8s40s8shhh2s8shhi",
            1 if v.numeric else 2, 0, v.length, number,
            v.name[:8].ljust(8).encode(), v.label.encode(encoding)[:40].ljust(40),
            v.format[:8].ljust(8).encode(), 0, 0, 0, b"\0\0", b" " * 8, 0, 0, at,
        )  # fmt: skip
        described += (
            struct.pack(">32sh18s", v.name.ljust(32).encode(), len(v.label), b"")
            if v8
            else bytes(52)
        )
        start += v.length
    out += pad(described)
    if v8:
        out += _long_labels(variables) + header(
            "OBSV8", f"{len(rows) if stated is None else stated:15d}"
        )
    else:
        out += header("OBS")
    return out + pad(b"".join(row(variables, r, encoding) for r in rows))


def _long_labels(variables: Sequence[Var]) -> bytes:
    long = [(n, v) for n, v in enumerate(variables, 1) if len(v.label) > 40 or len(v.format) > 8]
    if not long:
        return b""
    nine = any(len(v.format) > 8 for _, v in long)
    body = b""
    for number, v in long:
        name, label, form = v.name.encode(), v.label.encode(), v.format.encode()
        sizes = [number, len(name), len(label), *([len(form), 0] if nine else [])]
        body += struct.pack(f">{len(sizes)}H", *sizes) + name + label + (form if nine else b"")
    return header("LABELV9" if nine else "LABELV8", str(len(long))) + pad(body)


def obs_start(data: bytes) -> int:
    """Where the first dataset's observations begin."""
    at = data.find(b"HEADER RECORD*******OBS")
    return at + 80
