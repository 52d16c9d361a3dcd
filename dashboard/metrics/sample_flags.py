"""Drugs that change a gut community, recorded at the sample: antibiotics and acid blockers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.metrics.cohort import Cohort
from dashboard.metrics.sample_table import SampleTable
from dashboard.metrics.types import Result


@dataclass(frozen=True, slots=True)
class DrugAtVisit(Result):
    """Usable samples of a visit by exposure; `not_stated` counts those without a flag."""

    drug: str
    visit: str
    exposed: tuple[str, ...]
    not_exposed: int
    not_stated: int


def drugs_at_visits(
    samples: SampleTable, cohort: Cohort, visits: Sequence[str]
) -> tuple[DrugAtVisit, ...]:
    """Both drugs at each visit, patients by name; () where the export holds no flag at all."""
    out = []
    for drug, flags in (
        ("antibiotics", samples.antibiotics),
        ("proton pump inhibitor", samples.acid_blocker),
    ):
        if not (flags != "").any():
            continue
        for visit in visits:
            here = samples.usable & (samples.visit == visit)
            yes = cohort.usubjid[samples.patient[here & (flags == "Y")]]
            out.append(
                DrugAtVisit(
                    drug=drug,
                    visit=visit,
                    exposed=tuple(sorted(set(yes.tolist()))),
                    not_exposed=int(np.sum(here & (flags == "N"))),
                    not_stated=int(np.sum(here & (flags != "Y") & (flags != "N"))),
                )
            )
    return tuple(out)
