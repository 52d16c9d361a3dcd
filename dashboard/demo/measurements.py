"""Rows of the demo's BDS domains beside the tumours: ADLB, ADIM, ADTB, ADMB, and its features.

Every planned biomarker sample that is due has one row with PARAMCD SAMPLE that accounts for it
(DUEFL, TAKENFL, PASSFL, REASND); results follow only for samples that were taken and passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dashboard.demo.biomarkers import IMMUNE, TISSUE, Marker, biopsy, immune
from dashboard.demo.ctcae import ANALYTES
from dashboard.demo.genera import GENERA
from dashboard.demo.known import Known
from dashboard.demo.labs import Lab
from dashboard.demo.samples import Sample
from dashboard.demo.stool import stool
from dashboard.demo.tables import Row, iso, keys, study_day

_BLANK: Row = {"BASE": None, "CHG": None, "PCHG": None}


def _change(value: float, base: float | None) -> Row:
    if base is None:
        return _BLANK
    change = {"BASE": base, "CHG": round(value - base, 4), "PCHG": None}
    return change | ({"PCHG": round(100 * (value - base) / base, 4)} if base else {})


def _indicator(value: float, low: float, high: float) -> str:
    return "LOW" if value < low else "HIGH" if value > high else "NORMAL"


def _lab_row(known: Known, lab: Lab, base: Lab | None) -> Row:
    analyte = ANALYTES[lab.paramcd]
    sex = known.person.sex
    low, high = analyte.limits(sex)
    before = base is not None and lab.day <= base.day
    start = base.value if base else None
    first = known.upto(known.person.first_dose)
    return {
        "PARAMCD": lab.paramcd,
        "PARAM": f"{analyte.name} ({analyte.unit})",
        "AVAL": lab.value,
        "AVALU": analyte.unit,
        "ANRLO": low,
        "ANRHI": high,
        "ANRIND": _indicator(lab.value, low, high),
        "BNRIND": None if start is None else _indicator(start, low, high),
        **(_change(lab.value, start) if not before else _BLANK | {"BASE": start}),
        "ATOXGR": str(analyte.grade(lab.value, sex)),
        "BTOXGR": None if start is None else str(analyte.grade(start, sex)),
        "ABLFL": "Y" if before else None,
        "ONTRTFL": "Y" if first is not None and lab.day >= first else None,
        "ADT": iso(lab.day),
        "ADY": study_day(lab.day, first),
        "AVISIT": lab.visit,
        "AVISITN": lab.number,
    }


def adlb(known: Known) -> list[Row]:
    if not known.enrolled:
        return []
    values = [lab for lab in known.record.labs if lab.day <= known.day]
    bases = {lab.paramcd: lab for lab in values if lab.visit == "BASELINE"}
    rows = [_lab_row(known, lab, bases.get(lab.paramcd)) for lab in values]
    return [{**keys(known), **row, "ASEQ": i} for i, row in enumerate(rows, start=1)]


def _sample_row(known: Known, sample: Sample) -> Row:
    """What every row of a sample says about it."""
    return {
        "AVISIT": sample.visit,
        "AVISITN": 1 if sample.post else 0,
        "ADT": iso(sample.day) if sample.taken else None,
        "ADY": study_day(sample.day, known.upto(known.person.first_dose)) if sample.taken else None,
        "ABLFL": None if sample.post else "Y",
        "SAMPLEID": sample.id,
        "MATRIX": sample.matrix.name,
        "DUEFL": "Y",
        "TAKENFL": "Y" if sample.taken else "N",
        "PASSFL": ("Y" if sample.passed else "N") if sample.taken else None,
        "REASND": sample.reason,
    }


def _due(known: Known, domain: str) -> list[Sample]:
    return [s for s in known.record.samples if s.matrix.domain == domain and s.day <= known.day]


def _account(known: Known, sample: Sample) -> Row:
    return {
        "PARAMCD": "SAMPLE",
        "PARAM": "Sample Accountability",
        "AVALC": "PASSED" if sample.passed else "FAILED" if sample.taken else "NOT TAKEN",
        **_sample_row(known, sample),
        "ABLFL": None,  # a baseline has a value
    }


def _results(
    known: Known,
    sample: Sample,
    markers: Sequence[Marker],
    values: Mapping[str, float],
    base: Mapping[str, float] | None,
) -> Iterator[Row]:
    for marker in markers:
        if marker.paramcd not in values:
            continue
        value = values[marker.paramcd]
        start = base.get(marker.paramcd) if base else None
        yield {
            "PARAMCD": marker.paramcd,
            "PARAM": marker.name,
            "AVAL": value,
            "AVALU": marker.unit,
            **(_change(value, start) if sample.post else _BLANK | {"BASE": value}),
            **({"GATE": marker.gate or None} if marker.gate else {}),
            **({"PARENT": marker.parent} if marker.parent else {}),
            **_sample_row(known, sample),
        }


def _numbered(known: Known, rows: Sequence[Row]) -> list[Row]:
    return [{**keys(known), **row, "ASEQ": i} for i, row in enumerate(rows, start=1)]


def adim(known: Known) -> list[Row]:
    if not known.enrolled:
        return []
    rows: list[Row] = []
    base: Mapping[str, float] | None = None
    for sample in _due(known, "ADIM"):
        rows.append(_account(known, sample))
        if sample.passed:
            values = immune(known.life, sample)
            rows += _results(known, sample, IMMUNE, values, base)
            base = base if sample.post else values
    return _numbered(known, rows)


def adtb(known: Known) -> list[Row]:
    if not known.enrolled:
        return []
    rows: list[Row] = []
    base: Mapping[str, float] | None = None
    for sample in _due(known, "ADTB"):
        if not sample.taken:
            rows.append(_account(known, sample))
            continue
        found = biopsy(known.life, sample)
        same = None if found.same_lesion is None else "Y" if found.same_lesion else "N"
        where = {"BIOPSITE": found.site, "LESIONID": found.lesion, "SAMELSFL": same}
        rows.append(_account(known, sample) | where)
        if sample.passed:
            results = _results(known, sample, TISSUE, found.values, base)
            rows += [row | where for row in results]
            base = base if sample.post else found.values
    return _numbered(known, rows)


def admb(known: Known) -> list[Row]:
    """Samples and their sequencing depth; the counts are in the feature table."""
    if not known.enrolled:
        return []
    rows: list[Row] = []
    for sample in _due(known, "ADMB"):
        row = _account(known, sample)
        if sample.taken:
            found = stool(known.life, sample)
            drugs = {
                "ABXFL": "Y" if found.antibiotics else "N",
                "PPIFL": "Y" if found.proton_pump else "N",
                "DEPTH": found.depth,
                "AVAL": found.depth,
                "AVALU": "reads",
                "ABLFL": None if sample.post else "Y",
            }
            row |= drugs
        rows.append(row)
    return _numbered(known, rows)


def features(people: Sequence[Known]) -> list[Row]:
    """Samples x genera, counts; samples that failed are there too (ADMB.PASSFL says so)."""
    return [
        {"SAMPLEID": sample.id, **stool(known.life, sample).counts}
        for known in people
        if known.enrolled
        for sample in _due(known, "ADMB")
        if sample.taken
    ]


def taxonomy() -> list[Row]:
    ranks = ("Phylum", "Class", "Order", "Family")
    return [
        {
            "feature": genus.name,
            "Kingdom": "Bacteria",
            **dict(zip(ranks, genus.lineage, strict=True)),
            "Genus": genus.name,
        }
        for genus in GENERA
    ]
