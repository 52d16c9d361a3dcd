"""RECIST 1.1 on whole tenths of a millimetre (Eisenhauer 2009, Eur J Cancer 45:228, s. 4.3-4.4).

The demo study derives its own responses here, apart from `dashboard.metrics`, so that the two can
be compared. Whole tenths make the 30%, 20% and 5 mm limits exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CONFIRM_DAYS = 28
SD_MIN_DAYS = 42
MAX_NE = 1
GAP_DAYS = 2 * 56 + 2 * 7


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion at baseline: `size` in tenths of mm (short axis when nodal)."""

    id: str
    location: str
    nodal: bool
    size: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """One tumour assessment as recorded. `day` is an ordinal date; None = not evaluable."""

    name: str
    number: int
    day: int
    sizes: tuple[int | None, ...]
    non_target: str  # CR, NON-CR/NON-PD, PD, NE or NONE
    new_lesion: str | None = None  # where it is
    reason: str | None = None  # why something could not be evaluated


@dataclass(frozen=True, slots=True)
class Response:
    """What follows from an assessment and those before it."""

    at: Assessment
    target: str
    overall: str
    total: int | None  # sum of diameters, None when a lesion was not evaluable
    nadir: int


def target_response(
    sizes: Sequence[int | None], lesions: Sequence[Lesion], base: int, nadir: int
) -> str:
    """Target response from tenths of mm; `nadir` is that of the earlier complete visits."""
    if not lesions:
        return "NONE"
    seen = sum(s for s in sizes if s is not None)
    worse = 5 * (seen - nadir) >= nadir and seen - nadir >= 50
    if worse or (nadir == 0 and seen > 0):
        return "PD"
    if any(s is None for s in sizes):
        return "NE"
    if all(
        (s or 0) < 100 if lesion.nodal else s == 0 for s, lesion in zip(sizes, lesions, strict=True)
    ):
        return "CR"
    return "PR" if 10 * seen <= 7 * base else "SD"


def overall_response(target: str, non_target: str, new_lesion: object) -> str:
    """Tables 1 and 2 of RECIST 1.1; NONE = no such lesion at baseline."""
    if new_lesion or "PD" in (target, non_target):
        return "PD"
    if target == "NONE":
        return non_target
    if target == "CR":
        return "CR" if non_target in ("CR", "NONE") else "PR"
    return target


def responses(lesions: Sequence[Lesion], visits: Sequence[Assessment]) -> list[Response]:
    """Response at each post-baseline visit, in order of `visits`."""
    base = nadir = sum(lesion.size for lesion in lesions)
    out = []
    for visit in visits:
        target = target_response(visit.sizes, lesions, base, nadir)
        sizes = [s for s in visit.sizes if s is not None]
        total = sum(sizes) if lesions and len(sizes) == len(lesions) else None
        overall = overall_response(target, visit.non_target, visit.new_lesion)
        out.append(Response(visit, target, overall, total, nadir))
        nadir = nadir if total is None else min(nadir, total)
    return out


def considered(found: Sequence[Response], new_therapy: int | None) -> list[Response]:
    """The records that count: up to the first PD, before new therapy (a PD on its day stays)."""
    out = []
    for r in found:
        if new_therapy is not None and (
            r.at.day > new_therapy or (r.at.day == new_therapy and r.overall != "PD")
        ):
            break
        out.append(r)
        if r.overall == "PD":
            break
    return out


def _first(found: Sequence[Response], terms: Sequence[str], from_day: int) -> Response | None:
    return next((r for r in found if r.overall in terms and r.at.day >= from_day), None)


def _rest(found: Sequence[Response], origin: int) -> tuple[str, Response | None]:
    """SD, NON-CR/NON-PD, PD, NE or MISSING, first match."""
    late = origin + SD_MIN_DAYS
    for term, terms, day in (
        ("SD", ("CR", "PR", "SD"), late),
        ("NON-CR/NON-PD", ("NON-CR/NON-PD",), late),
        ("PD", ("PD",), origin),
    ):
        hit = _first(found, terms, day)
        if hit:
            return term, hit
    return ("NE", found[0]) if found else ("MISSING", None)


def best(found: Sequence[Response], origin: int) -> tuple[str, Response | None]:
    """Best overall response without confirmation, and its record."""
    for term in ("CR", "PR"):
        hit = _first(found, (term,), origin)
        if hit:
            return term, hit
    return _rest(found, origin)


def _confirmed(found: Sequence[Response], start: int) -> bool:
    """Whether the CR or PR at index `start` is confirmed."""
    terms = ("CR",) if found[start].overall == "CR" else ("CR", "PR")
    first = found[start].at.day
    not_evaluable = 0
    complete = False
    for r in found[start + 1 :]:
        if r.overall in terms and r.at.day >= first + CONFIRM_DAYS:
            return not (complete and r.overall == "PR")
        if r.overall not in (*terms, "NE"):
            return False
        complete = complete or r.overall == "CR"
        if complete and r.overall == "PR":
            return False
        not_evaluable += r.overall == "NE"
        if not_evaluable > MAX_NE:
            return False
    return False


def response_start(found: Sequence[Response]) -> Response | None:
    """First record of the first confirmed response (CR or PR)."""
    hits = (r for i, r in enumerate(found) if r.overall in ("CR", "PR") and _confirmed(found, i))
    return next(hits, None)


def best_confirmed(found: Sequence[Response], origin: int) -> tuple[str, Response | None]:
    """Confirmed best overall response and its record."""
    for term in ("CR", "PR"):
        for i, r in enumerate(found):
            if r.overall == term and _confirmed(found, i):
                return term, r
    return _rest(found, origin)
