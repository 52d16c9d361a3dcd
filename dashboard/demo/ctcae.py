"""CTCAE v5 grades of the demo's laboratory values (v6 moved the limits of neutrophils)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Analyte:
    """A laboratory parameter with its unit and reference range for women."""

    paramcd: str
    name: str
    unit: str
    low: float
    high: float
    digits: int
    term: str  # of the adverse event
    #: limits of grades 2.. below the range (absolute), or above it (times the upper limit)
    below: tuple[float, ...] = ()
    above: tuple[float, ...] = ()
    #: the range for men where it differs
    men: tuple[float, float] | None = None

    def limits(self, sex: str) -> tuple[float, float]:
        return self.men if sex == "M" and self.men else (self.low, self.high)

    def grade(self, value: float, sex: str) -> int:
        """Grade 0 to 4. Hyperuricaemia without consequences has grade 1 only."""
        low, high = self.limits(sex)
        if self.below:
            if value >= low:
                return 0
            return 1 + len(self.below) - bisect_right(sorted(self.below), value)
        if value <= high:
            return 0
        return 1 + bisect_left(self.above, value / high)


ANALYTES: dict[str, Analyte] = {
    a.paramcd: a
    for a in (
        Analyte("URATE", "Urate", "umol/L", 150, 360, 0, "HYPERURICAEMIA", men=(200, 420)),
        Analyte(
            "CREAT",
            "Creatinine",
            "umol/L",
            41,
            81,
            0,
            "BLOOD CREATININE INCREASED",
            above=(1.5, 3.0, 6.0),
            men=(57, 111),
        ),
        Analyte(
            "ALT",
            "Alanine Aminotransferase",
            "U/L",
            7,
            40,
            0,
            "ALANINE AMINOTRANSFERASE INCREASED",
            above=(3.0, 5.0, 20.0),
            men=(9, 50),
        ),
        Analyte(
            "AST",
            "Aspartate Aminotransferase",
            "U/L",
            13,
            35,
            0,
            "ASPARTATE AMINOTRANSFERASE INCREASED",
            above=(3.0, 5.0, 20.0),
            men=(15, 40),
        ),
        Analyte(
            "ALP",
            "Alkaline Phosphatase",
            "U/L",
            35,
            125,
            0,
            "BLOOD ALKALINE PHOSPHATASE INCREASED",
            above=(2.5, 5.0, 20.0),
        ),
        Analyte(
            "BILI",
            "Bilirubin",
            "umol/L",
            3.4,
            21,
            1,
            "BLOOD BILIRUBIN INCREASED",
            above=(1.5, 3.0, 10.0),
        ),
        Analyte(
            "NEUT",
            "Neutrophils",
            "10^9/L",
            1.8,
            6.3,
            2,
            "NEUTROPHIL COUNT DECREASED",
            below=(1.5, 1.0, 0.5),
        ),
        Analyte(
            "PLAT",
            "Platelets",
            "10^9/L",
            125,
            350,
            0,
            "PLATELET COUNT DECREASED",
            below=(75, 50, 25),
        ),
        Analyte(
            "HGB", "Hemoglobin", "g/L", 115, 150, 0, "ANAEMIA", below=(100, 80), men=(130, 175)
        ),
        Analyte(
            "LYM",
            "Lymphocytes",
            "10^9/L",
            1.1,
            3.2,
            2,
            "LYMPHOCYTE COUNT DECREASED",
            below=(0.8, 0.5, 0.2),
        ),
    )
}
