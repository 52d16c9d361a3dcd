"""Laboratory units: spellings of one unit, and factors to the unit of the limits (UCUM, SI).

A unit that is not in these tables is unknown: the value is not converted and not graded.
"""

from __future__ import annotations

import re

_MICRO = str.maketrans({"µ": "u", "μ": "u", "×": "x", "·": ".", "³": "3", "⁹": "9", "⁶": "6"})
#: spellings (as `spelled` writes them) of a count of cells -> factor to 10^9/L
_CELLS = {
    "10^9/l": 1.0,
    "10^3/ul": 1.0,
    "10^3/mm3": 1.0,
    "k/ul": 1.0,
    "thou/ul": 1.0,
    "thousand/ul": 1.0,
    "giga/l": 1.0,
    "gi/l": 1.0,
    "10^6/l": 0.001,
    "/ul": 0.001,
    "1/ul": 0.001,
    "cells/ul": 0.001,
    "/mm3": 0.001,
    "1/mm3": 0.001,
    "cells/mm3": 0.001,
}
_MASS = {"g/l": 1.0, "g/dl": 10.0, "mg/ml": 1.0}
#: analyte -> spelling -> factor to the unit of its limits
FACTORS: dict[str, dict[str, float]] = {
    "cells": _CELLS,
    "haemoglobin": {**_MASS, "mmol/l": 16.114},  # monomer, 16.114 g/mmol
    "albumin": _MASS,
    "calcium": {"mmol/l": 1.0, "mg/dl": 0.2495, "meq/l": 0.5},
    "ionised calcium": {"mmol/l": 1.0, "mg/dl": 0.2495, "meq/l": 0.5},
    "magnesium": {"mmol/l": 1.0, "mg/dl": 0.4114, "meq/l": 0.5},
    "potassium": {"mmol/l": 1.0, "meq/l": 1.0},
    "sodium": {"mmol/l": 1.0, "meq/l": 1.0},
    "glucose": {"mmol/l": 1.0, "mg/dl": 0.05551},
    "cholesterol": {"mmol/l": 1.0, "mg/dl": 0.02586},
    "triglycerides": {"mmol/l": 1.0, "mg/dl": 0.01129},
    "urate": {"umol/l": 1.0, "mmol/l": 1000.0, "mg/dl": 59.48},
}
STANDARD_UNITS = {
    "cells": "10^9/L",
    "haemoglobin": "g/L",
    "albumin": "g/L",
    "calcium": "mmol/L",
    "ionised calcium": "mmol/L",
    "magnesium": "mmol/L",
    "potassium": "mmol/L",
    "sodium": "mmol/L",
    "glucose": "mmol/L",
    "cholesterol": "mmol/L",
    "triglycerides": "mmol/L",
    "urate": "umol/L",
}


def spelled(unit: object) -> str:
    """A unit in one spelling: lower case, no blanks, powers as 10^n, u for micro."""
    text = re.sub(r"\s+", "", str(unit).translate(_MICRO)).lower()
    text = text.replace("mcl", "ul").replace("litre", "l").replace("liter", "l")
    return re.sub(r"^x?10(?:\*\*|\*|\^|e\+?0?)?(3|6|9)", r"10^\1", text)


def factor(quantity: str, unit: object) -> float | None:
    """Factor from `unit` to the standard unit of `quantity`; None for a unit that is not known.

    "G/L" is grams per litre for a mass and unknown for a count: it is never read as giga.
    """
    return FACTORS[quantity].get(spelled(unit))
