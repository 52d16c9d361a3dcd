"""Opaque keys of patients: what addresses, figures and stores of the browser say instead of ids.

A key is the first 50 bits of HMAC-SHA-256 (RFC 2104) over study and USUBJID, in base32 letters
(RFC 4648), under the store's secret: the same in every cut of a study, and no one without the
secret can tell whose it is or try ids against it.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

LENGTH = 10
KEY = re.compile(rf"[a-z2-7]{{{LENGTH}}}")
_KEYS = re.compile(rf"(?:[a-z2-7]{{{LENGTH}}})+")


class PatientKeys:
    """Keys of the patients of one study that one cut holds. `key in keys`: is it one of theirs?"""

    def __init__(self, secret: bytes, study: str, patients: Iterable[str]) -> None:
        self._secret = secret
        self._study = study
        self._patients = tuple(dict.fromkeys(patients))

    def key(self, usubjid: str) -> str:
        """The key of a patient: `LENGTH` characters of [a-z2-7]."""
        return self._keys.get(usubjid) or self._made(usubjid)

    def patient(self, key: str) -> str | None:
        """The USUBJID a key stands for; None when the cut has no such patient."""
        return self._ids.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._ids

    def __iter__(self) -> Iterator[str]:
        """Every key, in the order of the patients in ADSL."""
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {p: self._made(p) for p in self._patients}

    @cached_property
    def _ids(self) -> dict[str, str]:
        ids = {key: patient for patient, key in self._keys.items()}
        if len(ids) != len(self._keys):  # one in 10^10 at 400 patients, and never unnoticed
            raise ValueError("two patients of this study have the same key")
        return ids

    def _made(self, usubjid: str) -> str:
        # lengths first: "A" + "BC" and "AB" + "C" must not be the same text
        said = f"{len(self._study)}:{self._study}:{usubjid}".encode()
        digest = hmac.digest(self._secret, said, "sha256")
        return base64.b32encode(digest)[:LENGTH].decode("ascii").lower()


def joined(keys: Iterable[str]) -> str:
    """Keys as one value of a query: each once, in their own order, nothing between them."""
    return "".join(sorted(set(keys)))


def separated(value: str) -> tuple[str, ...] | None:
    """The keys a value of a query holds, each once, in order; None when it holds anything else."""
    if not _KEYS.fullmatch(value):
        return None
    found = {value[i : i + LENGTH] for i in range(0, len(value), LENGTH)}
    return tuple(sorted(found))
