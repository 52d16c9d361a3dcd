"""Laboratory limits of CTCAE v5.0 and v6.0, for what a laboratory value alone can grade.

Source: NCI CTCAE v5.0 (2017) and v6.0 as machine-readable criteria in pharmaverse/admiral
(data-raw/adlb_grading/ncictcaev5.json, ncictcaev6.json). Where a criterion also asks for symptoms,
the grade here is the lowest one that the value allows; admiral assumes the worst case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Version = Literal["5.0", "6.0"]
Limits = tuple[float | None, float | None, float | None, float | None]
#: when multiples of the baseline apply: in place of the ULN while the baseline was above it; beside
#: the ULN; in place of the ULN while the baseline was below the LLN
BaselineUse = Literal["never", "instead_if_high", "also", "instead_if_low"]


@dataclass(frozen=True, slots=True)
class LabRule:
    """Limits of grades 1 to 4 of one term; a value beyond a limit has at least that grade.

    `absolute` in the standard unit of `quantity`; `normal` in multiples of the limit of normal
    (1.0 for the limit itself, LLN for low terms and ULN for high ones); `baseline` in multiples of
    the baseline value, `inclusive` grades of which are reached at the limit itself.
    """

    term: str
    direction: Literal["low", "high"]
    paramcds: tuple[str, ...]
    quantity: str | None = None
    absolute: Limits = (None, None, None, None)
    normal: Limits = (None, None, None, None)
    #: above the ULN by so much, in the standard unit
    over_normal: Limits = (None, None, None, None)
    baseline: Limits = (None, None, None, None)
    baseline_use: BaselineUse = "never"
    inclusive: tuple[int, ...] = ()
    #: also above the baseline for grade 1 (alkaline phosphatase in v6.0)
    above_baseline: bool = False
    unitless: bool = False
    note: str = ""


_ONE: Limits = (1.0, None, None, None)
_NEUT = ("NEUT", "NEUTS", "ANC", "NEUTSG")
_PLAT = ("PLAT", "PLT")
_LYM = ("LYM", "LYMPH", "LYMPHS")
_SYMPTOMS = "Symptoms are not known: the lower grade of the value is shown"
URATE_NOTE = "Grade 1 is the most that a urate value alone allows; there is no grade 2"


def _low(
    term: str, codes: tuple[str, ...], quantity: str, *limits: float | None, note: str = ""
) -> LabRule:
    """Grade 1 below the LLN, further grades below absolute limits."""
    full: Limits = (None, limits[0], limits[1], limits[2])
    return LabRule(term, "low", codes, quantity, absolute=full, normal=_ONE, note=note)


def _high(
    term: str, codes: tuple[str, ...], quantity: str, *limits: float | None, note: str = ""
) -> LabRule:
    """Grade 1 above the ULN, further grades above absolute limits."""
    full: Limits = (None, limits[0], limits[1], limits[2])
    return LabRule(term, "high", codes, quantity, absolute=full, normal=_ONE, note=note)


def _multiples(
    term: str,
    codes: tuple[str, ...],
    normal: Limits,
    baseline: Limits = (None, None, None, None),
    *,
    inclusive: tuple[int, ...] = (),
    use: BaselineUse = "never",
    note: str = "",
) -> LabRule:
    """All grades in multiples of the ULN, or of an abnormal baseline."""
    return LabRule(
        term,
        "high",
        codes,
        normal=normal,
        baseline=baseline,
        baseline_use=use if any(baseline) else "never",
        inclusive=inclusive,
        note=note,
    )


_SHARED: tuple[LabRule, ...] = (
    _low("Anemia", ("HGB", "HB"), "haemoglobin", 100, 80, None),
    LabRule("Hemoglobin increased", "high", ("HGB", "HB"), "haemoglobin", normal=_ONE,
            over_normal=(None, 20, 40, None)),
    _low("White blood cell decreased", ("WBC", "LEUK"), "cells", 3, 2, 1),
    LabRule("Leukocytosis", "high", ("WBC", "LEUK"), "cells", (None, None, 100, None)),
    LabRule("Lymphocyte count increased", "high", _LYM, "cells", (None, 4, 20, None)),
    _low("CD4 lymphocytes decreased", ("CD4",), "cells", 0.5, 0.2, 0.05),
    _low("Hypoalbuminemia", ("ALB",), "albumin", 30, 20, None),
    _low("Hypocalcemia", ("CACORR", "CACALC", "CAALB"), "calcium", 2, 1.75, 1.5),
    _high("Hypercalcemia", ("CACORR", "CACALC", "CAALB"), "calcium", 2.9, 3.1, 3.4),
    _low("Hypocalcemia (ionized)", ("CAION",), "ionised calcium", 1, 0.9, 0.8),
    _high("Hypercalcemia (ionized)", ("CAION",), "ionised calcium", 1.5, 1.6, 1.8),
    _low("Hypoglycemia", ("GLUC",), "glucose", 3, 2.2, 1.7),
    _low("Hypokalemia", ("K", "POTAS"), "potassium", None, 3, 2.5, note=_SYMPTOMS),
    _high("Hyperkalemia", ("K", "POTAS"), "potassium", 5.5, 6, 7),
    _low("Hypomagnesemia", ("MG",), "magnesium", 0.5, 0.4, 0.3),
    _high("Hypermagnesemia", ("MG",), "magnesium", None, 1.23, 3.3),
    _low("Hyponatremia", ("SODIUM", "NA"), "sodium", 130, 125, 120, note=_SYMPTOMS),
    _high("Hypernatremia", ("SODIUM", "NA"), "sodium", 150, 155, 160),
    _high("Cholesterol high", ("CHOL",), "cholesterol", 7.75, 10.34, 12.92),
    LabRule("Hypertriglyceridemia", "high", ("TRIG",), "triglycerides",
            (1.71, 3.42, 5.7, 11.4)),
    LabRule("Hyperuricemia", "high", ("URATE", "URICAC"), normal=_ONE, note=URATE_NOTE),
    _multiples("Activated partial thromboplastin time prolonged", ("APTT",),
               (1.0, 1.5, 2.5, None)),
    _multiples("CPK increased", ("CK", "CPK"), (1.0, 2.5, 5.0, 10.0)),
    LabRule("INR increased", "high", ("INR",), absolute=(1.2, 1.5, 2.5, None), unitless=True,
            note="Limits for patients without anticoagulation"),
)  # fmt: skip
_HEPATIC_5: Limits = (1.0, 3.0, 5.0, 20.0)
_V5: tuple[LabRule, ...] = (
    *(_multiples(term, codes, _HEPATIC_5, (1.5, 3.0, 5.0, 20.0), inclusive=(1,),
                 use="instead_if_high")
      for term, codes in (("Alanine aminotransferase increased", ("ALT", "SGPT")),
                          ("Aspartate aminotransferase increased", ("AST", "SGOT")))),
    _multiples("Alkaline phosphatase increased", ("ALP",), (1.0, 2.5, 5.0, 20.0),
               (2.0, 2.5, 5.0, 20.0), inclusive=(1,), use="instead_if_high"),
    _multiples("GGT increased", ("GGT",), (1.0, 2.5, 5.0, 20.0), (2.0, 2.5, 5.0, 20.0),
               inclusive=(1,), use="instead_if_high"),
    _multiples("Blood bilirubin increased", ("BILI", "TBIL"), (1.0, 1.5, 3.0, 10.0),
               (1.0, 1.5, 3.0, 10.0), use="instead_if_high"),
    _multiples("Creatinine increased", ("CREAT", "CREA"), (1.0, 1.5, 3.0, 6.0),
               (None, 1.5, 3.0, None), use="also"),
    _low("Neutrophil count decreased", _NEUT, "cells", 1.5, 1, 0.5),
    _low("Platelet count decreased", _PLAT, "cells", 75, 50, 25),
    _low("Lymphocyte count decreased", _LYM, "cells", 0.8, 0.5, 0.2),
    _multiples("Lipase increased", ("LIPASE", "LIPA"), (1.0, 1.5, 5.0, None), note=_SYMPTOMS),
    _multiples("Serum amylase increased", ("AMYLASE", "AMY"), (1.0, 1.5, 5.0, None),
               note=_SYMPTOMS),
)  # fmt: skip
_V6: tuple[LabRule, ...] = (
    *(_multiples(term, codes, _HEPATIC_5, (1.0, 1.5, 2.0, 4.0), inclusive=(1,),
                 use="instead_if_high")
      for term, codes in (("Alanine aminotransferase increased", ("ALT", "SGPT")),
                          ("Aspartate aminotransferase increased", ("AST", "SGOT")))),
    LabRule("Alkaline phosphatase increased", "high", ("ALP",), normal=_ONE, above_baseline=True),
    _multiples("GGT increased", ("GGT",), (1.0, 2.5, 5.0, 20.0), (1.0, 1.5, 3.0, 10.0),
               inclusive=(1,), use="instead_if_high"),
    _multiples("Blood bilirubin increased", ("BILI", "TBIL"), (1.0, 1.5, 3.0, 10.0),
               (1.0, 1.5, 2.5, 10.0), inclusive=(1,), use="instead_if_high"),
    _multiples("Blood lactate dehydrogenase increased", ("LDH",), _ONE),
    _multiples("Creatinine increased", ("CREAT", "CREA"), (1.0, 1.5, 3.0, 6.0),
               (None, 1.5, 3.0, None), use="instead_if_low"),
    LabRule("Neutrophil count decreased", "low", _NEUT, "cells", (1.5, 1.0, 0.5, 0.1)),
    _low("Thrombocytopenia", _PLAT, "cells", 75, 50, 10),
    LabRule("Hyperglycemia", "high", ("GLUC",), "glucose", (None, None, 13.9, 27.8)),
    _multiples("Lipase increased", ("LIPASE", "LIPA"), (1.0, 1.5, 5.0, None), note=_SYMPTOMS),
    _multiples("Serum amylase increased", ("AMYLASE", "AMY"), (1.0, 1.5, 5.0, None),
               note=_SYMPTOMS),
)  # fmt: skip
RULES: dict[Version, tuple[LabRule, ...]] = {"5.0": (*_SHARED, *_V5), "6.0": (*_SHARED, *_V6)}


def rules(version: str) -> tuple[LabRule, ...]:
    """The rules of a CTCAE version, "5.0" or "6.0". Raises ValueError for any other."""
    for known, found in RULES.items():
        if version.removeprefix("v") in (known, known.split(".", maxsplit=1)[0]):
            return found
    raise ValueError(f"CTCAE {version} has no rule table; known: {', '.join(RULES)}")
