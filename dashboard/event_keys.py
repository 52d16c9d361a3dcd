"""The address of one event: the opaque key of its patient, and its number among their events."""

from __future__ import annotations

import re

from dashboard.patient_keys import LENGTH

EVENT_KEY = re.compile(rf"([a-z2-7]{{{LENGTH}}})-([1-9][0-9]{{0,4}})")


def parts_of_key(key: str) -> tuple[str, int] | None:
    """The patient's key and the number; None for anything else."""
    found = EVENT_KEY.fullmatch(key)
    return None if found is None else (found[1], int(found[2]))
