"""The study's own limits of laboratory values as options of the metrics."""

from __future__ import annotations

from dashboard.analysis import Analysis
from dashboard.metrics.columns import strings
from dashboard.metrics.ctcae_rules import RULES
from dashboard.metrics.liver import LiverOptions
from dashboard.metrics.urate import UrateBands, bands_at
from dashboard.metrics.urate_course import MAN, WOMAN
from data_access.study.model import Study


def urate_bands(study: Study) -> UrateBands:
    return bands_at(study.labs.urate_bands)


def urate_limits(study: Study) -> dict[str, float]:
    """Limit of each sex, as SEX spells it."""
    return {WOMAN: study.labs.urate_women, MAN: study.labs.urate_men}


def sex_of(analysis: Analysis) -> dict[str, str]:
    """USUBJID -> SEX where stated."""
    adsl = analysis.adsl
    if "SEX" not in adsl.columns:
        return {}
    pairs = zip(strings(adsl, "USUBJID").tolist(), strings(adsl, "SEX").tolist(), strict=True)
    return {u: s for u, s in pairs if isinstance(s, str)}


def liver_options(analysis: Analysis) -> LiverOptions:
    return LiverOptions(hys_law_days=analysis.rules.hys_law_days)


def graded(version: str) -> bool:
    """Is there a table of limits for this version of CTCAE?"""
    return version in RULES
