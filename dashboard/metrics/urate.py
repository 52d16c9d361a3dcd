"""Urate against configurable bands: values beside a target, since CTCAE has no grade 2 for it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.lab_change import one_per_visit
from dashboard.metrics.lab_units import STANDARD_UNITS
from dashboard.metrics.labs import NO_VISIT, UNSCHEDULED, LabValues, UnknownUnit, unknown_units
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.types import Estimate, Result

PARAMCDS = ("URATE", "URICAC")


@dataclass(frozen=True, slots=True)
class UrateBands:
    """Bands by their upper edge in umol/L (that value included); the last one has no edge."""

    edges: tuple[float, ...] = (360.0, 420.0, 480.0, 540.0)
    labels: tuple[str, ...] = ("<=360", ">360-420", ">420-480", ">480-540", ">540")

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.edges) + 1 or list(self.edges) != sorted(set(self.edges)):
            raise ValueError("bands need rising edges and one label more than edges")


def bands_at(edges: Sequence[float]) -> UrateBands:
    """Bands with these upper edges, named by them."""
    told = [f"{e:g}" for e in edges]
    inner = [f">{low}-{high}" for low, high in itertools.pairwise(told)]
    return UrateBands(tuple(edges), (f"<={told[0]}", *inner, f">{told[-1]}"))


@dataclass(frozen=True, slots=True)
class UratePatient(Result):
    """Highest value after the first dose and the last one, in umol/L."""

    usubjid: str
    baseline: Estimate
    peak: float
    peak_band: str
    last: float
    last_band: str


@dataclass(frozen=True, slots=True)
class UrateVisit(Result):
    """Patients per band at one planned visit."""

    visit: str
    number: Estimate
    value: Spread
    bands: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Urate(Result):
    """Urate of a set. `peak_bands` adds up to the patients with a value after the first dose."""

    unit: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]
    patients: tuple[UratePatient, ...]
    peak_bands: Mapping[str, int]
    visits: tuple[UrateVisit, ...]
    unknown_units: tuple[UnknownUnit, ...]


def urate(
    values: LabValues,
    bands: UrateBands | None = None,
    *,
    paramcds: tuple[str, ...] = PARAMCDS,
) -> Urate:
    """Urate in umol/L by band; values in an unknown unit are left out and named."""
    bands = bands or UrateBands()
    mine = values.select(values.of(paramcds))
    amount = mine.value * mine.factors("urate")
    known = np.isfinite(amount)
    found = mine.select(known)
    amount = amount[known]
    band = np.searchsorted(np.array(bands.edges) + 1e-9, amount, side="left")
    patients = _patients(found, amount, band, bands)
    counts = dict.fromkeys(bands.labels, 0)
    for p in patients:
        counts[p.peak_band] += 1
    return Urate(
        unit=STANDARD_UNITS["urate"],
        edges=bands.edges,
        labels=bands.labels,
        patients=patients,
        peak_bands=counts,
        visits=_visits(found, amount, band, bands),
        unknown_units=tuple(unknown_units(values, paramcds, "urate")),
    )


def _patients(
    values: LabValues,
    amount: np.typing.NDArray[np.float64],
    band: np.typing.NDArray[np.int64],
    bands: UrateBands,
) -> tuple[UratePatient, ...]:
    rows = np.flatnonzero(values.after)
    by_date = rows[np.lexsort((amount[rows], values.date[rows], values.patient[rows]))]
    by_size = rows[np.lexsort((amount[rows], values.patient[rows]))]
    first = values.patient[by_date]
    last = np.append(first[1:] != first[:-1], True)[: first.size]
    base = dict(
        zip(values.patient[values.baseline].tolist(), amount[values.baseline].tolist(), strict=True)
    )
    return tuple(
        UratePatient(
            usubjid=str(values.treated.usubjid[p]),
            baseline=base.get(p),
            peak=float(amount[top]),
            peak_band=bands.labels[int(band[top])],
            last=float(amount[end]),
            last_band=bands.labels[int(band[end])],
        )
        for p, top, end in zip(
            first[last].tolist(), by_size[last].tolist(), by_date[last].tolist(), strict=True
        )
    )


def _visits(
    values: LabValues,
    amount: np.typing.NDArray[np.float64],
    band: np.typing.NDArray[np.int64],
    bands: UrateBands,
) -> tuple[UrateVisit, ...]:
    rows = one_per_visit(values)
    made = []
    for v in np.unique(values.visit[rows]).tolist():
        name = values.visits[v]
        if name == NO_VISIT or UNSCHEDULED in name.upper():
            continue
        here = rows[values.visit[rows] == v]
        counts = np.bincount(band[here], minlength=len(bands.labels)).tolist()
        number = values.visit_number[here]
        known = number[np.isfinite(number)]
        made.append(
            UrateVisit(
                visit=name,
                number=float(known.min()) if known.size else None,
                value=spread(amount[here]),
                bands=dict(zip(bands.labels, counts, strict=True)),
            )
        )
    return tuple(sorted(made, key=lambda s: (s.number is None, s.number or 0, s.visit)))
