"""What a reader must know before trusting a survival rate: on how few patients it rests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.metrics.kaplan_meier import KaplanMeier

#: under so many patients at risk, or this share of all, an estimate is muted and said to be
FEW, FEW_SHARE = 5, 0.10


def cautions(found: KaplanMeier, headline: float) -> Mapping[str, Any]:
    """Does the headline rate rest on few patients, and how many left on the first day?"""
    at_risk = found.rate(headline).n_at_risk
    days = zip(found.time, found.n_censored, strict=True)
    return {
        "few_at_headline": at_risk < FEW or at_risk < FEW_SHARE * found.n,
        "censored_day_one": sum(n for day, n in days if day <= 1),
    }
