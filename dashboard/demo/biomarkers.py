"""Blood immune cells and tumour tissue of the demo: baseline values and paired shifts.

Levels follow healthy and pretreated reference values where published; the shifts of `truth` are
made up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.demo.draws import Draws
from dashboard.demo.life import Life
from dashboard.demo.samples import Sample
from dashboard.demo.truth import IMMUNE_SHIFT, SEED, TISSUE_RATIO


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker with its unit; `gate` and `parent` for flow cytometry."""

    paramcd: str
    name: str
    unit: str
    digits: int
    gate: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class _Subset:
    """Normal within a patient: mean and SD between patients, SD between two visits of one."""

    marker: Marker
    mean: float
    between: float
    within: float
    floor: float = 0.1


def _share(code: str, name: str, gate: str, parent: str) -> Marker:
    return Marker(code, f"{name} (% of {parent.lower()})", "%", 1, gate, parent)


_LY, _CD4, _CD8 = "LYMPHOCYTES", "CD3+CD4+", "CD3+CD8+"
_SHARES: tuple[_Subset, ...] = (
    _Subset(_share("CD3", "T cells", "CD3+", _LY), 67.5, 7.0, 2.6),
    _Subset(_share("CD4", "Helper T cells", _CD4, _LY), 36.1, 6.0, 2.0),
    _Subset(_share("CD8", "Cytotoxic T cells", _CD8, _LY), 27.0, 6.0, 1.8),
    _Subset(_share("CD19", "B cells", "CD19+", _LY), 11.0, 3.6, 1.2),
    _Subset(_share("NK", "NK cells", "CD3-CD16/56+", _LY), 16.0, 5.5, 3.0),
    _Subset(_share("TREG", "Regulatory T cells", "CD4+CD25HICD127LO", _CD4), 6.8, 1.7, 0.6),
    _Subset(_share("TH1", "Th1 cells", "CD4+CXCR3+", _CD4), 15.0, 5.0, 2.0),
    _Subset(_share("TH17", "Th17 cells", "CD4+CCR6+", _CD4), 2.0, 0.6, 0.3),
    _Subset(_share("PD1CD8", "PD-1+ cells", "CD8+PD-1+", _CD8), 25.0, 8.5, 4.0),
    _Subset(_share("KI67CD8", "Ki-67+ cells", "CD8+KI-67+", _CD8), 4.0, 1.6, 1.3),
    _Subset(_share("CD8TN", "Naive cells", "CD8+CCR7+CD45RA+", _CD8), 25.0, 8.0, 2.5),
    _Subset(_share("CD8TCM", "Central memory cells", "CD8+CCR7+CD45RA-", _CD8), 10.0, 3.0, 1.2),
    _Subset(_share("CD8TEM", "Effector memory cells", "CD8+CCR7-CD45RA-", _CD8), 35.0, 8.0, 2.5),
    _Subset(_share("CD8TEMRA", "TEMRA cells", "CD8+CCR7-CD45RA+", _CD8), 30.0, 8.5, 2.5),
    _Subset(_share("MMDSC", "Monocytic MDSC", "CD14+HLA-DRLO/-", "MONOCYTES"), 9.0, 4.0, 2.0, 0.2),
)
_COUNTS = tuple(
    Marker(f"{code}ABS", f"{name} (cells/uL)", "cells/uL", 0, gate, "")
    for code, name, gate in (
        ("CD3", "T cells", "CD3+"),
        ("CD4", "Helper T cells", _CD4),
        ("CD8", "Cytotoxic T cells", _CD8),
        ("CD19", "B cells", "CD19+"),
        ("NK", "NK cells", "CD3-CD16/56+"),
    )
)
_RATIO = Marker("CD4CD8", "CD4/CD8 ratio", "ratio", 2)
_MONOCYTES = Marker("MONO", "Monocytes (10^9/L)", "10^9/L", 2, "CD14+", "LEUKOCYTES")
IMMUNE: tuple[Marker, ...] = (*(s.marker for s in _SHARES), *_COUNTS, _RATIO, _MONOCYTES)
#: lymphocytes fall under chemotherapy, so do all counts
_LYMPHOCYTES_LEFT = 0.8

TISSUE: tuple[Marker, ...] = (
    Marker("STIL", "Stromal tumour-infiltrating lymphocytes (% of stromal area)", "%", 0),
    Marker("CD8DENS", "CD8+ cells (cells/mm2)", "cells/mm2", 0),
    Marker("FOXP3DENS", "FOXP3+ cells (cells/mm2)", "cells/mm2", 0),
    Marker("CD8FOXP3", "CD8/FOXP3 ratio", "ratio", 2),
    Marker("KI67", "Ki-67+ tumour nuclei (%)", "%", 0),
    Marker("CC3", "Cleaved caspase-3+ tumour cells (%)", "%", 1),
)


def immune(life: Life, sample: Sample) -> Mapping[str, float]:
    """Subset -> value in one blood sample."""
    who = Draws(SEED, "immune", life.person.usubjid)
    when = Draws(SEED, "immune", life.person.usubjid, sample.visit)
    own = {s.marker.paramcd: who.normal(s.mean, s.between) for s in _SHARES}
    lymphocytes = who.lognormal(1350, 0.28)
    monocytes = who.lognormal(0.42, 0.25)
    out = {}
    for s in _SHARES:
        code = s.marker.paramcd
        shift = IMMUNE_SHIFT.get(code, 0.0) if sample.post else 0.0
        out[code] = max(s.floor, own[code] + shift + when.normal(0, s.within))
    out["CD3"] = min(95.0, max(out["CD3"], out["CD4"] + out["CD8"] + 1.0))
    now = lymphocytes * (_LYMPHOCYTES_LEFT if sample.post else 1.0) * when.lognormal(1, 0.13)
    for marker in _COUNTS:
        out[marker.paramcd] = now * out[marker.paramcd.removesuffix("ABS")] / 100
    out["CD4CD8"] = out["CD4"] / out["CD8"]
    out["MONO"] = monocytes * when.lognormal(1, 0.15)
    return {m.paramcd: round(out[m.paramcd], m.digits) for m in IMMUNE}


@dataclass(frozen=True, slots=True)
class Biopsy:
    """Where a biopsy was taken and what it showed."""

    site: str
    lesion: str
    same_lesion: bool | None  # None for the first
    values: Mapping[str, float]


def _score_stil(value: float) -> float:
    """As pathologists write it: whole percents from 1 up to 10, then steps of 5, at most 80."""
    return float(max(1, round(value)) if value < 10 else min(80, 5 * round(value / 5)))


def _lesion(life: Life, draws: Draws, *, post: bool) -> tuple[str, str, bool | None]:
    """Mostly the easiest lesion, and mostly the same one again."""
    found = [*life.targets, *life.non_targets]
    easy = ("CHEST WALL", "SKIN", "LYMPH NODE", "LIVER")
    ranked = sorted(found, key=lambda x: easy.index(x.location) if x.location in easy else 9)
    first = ranked[0]
    if not post:
        return first.location, first.id, None
    again = len(ranked) == 1 or draws.chance(0.8)
    chosen = first if again else ranked[1]
    return chosen.location, chosen.id, again


def biopsy(life: Life, sample: Sample) -> Biopsy:
    """One biopsy: densities are log-normal, CD8 goes with the TIL, nodes hold twice as many."""
    who = Draws(SEED, "tissue", life.person.usubjid)
    when = Draws(SEED, "tissue", life.person.usubjid, sample.visit)
    site, lesion, same = _lesion(life, when, post=sample.post)
    hot = who.normal()
    other = who.normal()
    nodal = 2.0 if site == "LYMPH NODE" else 1.0
    own = {
        "STIL": 4.0 * math.exp(1.0 * hot) * nodal,
        "CD8DENS": 100.0 * math.exp(1.0 * (0.6 * hot + 0.8 * other)) * nodal,
        "FOXP3DENS": 25.0 * math.exp(who.normal(0, 0.8) + 0.3 * hot),
        "KI67": 100.0 / (1.0 + math.exp(-who.normal(0.2, 0.85))),
        "CC3": who.lognormal(2.4, 0.5),
    }
    out = {}
    for code, value in own.items():
        ratio = TISSUE_RATIO.get(code, 1.0) if sample.post else 1.0
        spread = 0.12 if code == "KI67" else 0.3
        out[code] = value * ratio * math.exp(when.normal(0, spread))
    values = {m.paramcd: round(out[m.paramcd], m.digits) for m in TISSUE if m.paramcd in out}
    values["STIL"] = _score_stil(min(out["STIL"], 80.0))
    values["KI67"] = min(values["KI67"], 95.0)
    if values["FOXP3DENS"] > 0:
        values["CD8FOXP3"] = round(values["CD8DENS"] / values["FOXP3DENS"], 2)
    return Biopsy(site, lesion, same, values)
