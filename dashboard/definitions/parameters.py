"""The parameters in force, in words: what the braces of a definition are filled with."""

from __future__ import annotations

from collections.abc import Collection

from components.numbers import DAYS_PER_MONTH, level_words
from dashboard.text import text
from data_access.study.model import Rules

#: the landmark of PFS where study.toml states no window
SIX_MONTHS = 182.625


def duration(days: float) -> str:
    """Days in words, with the months where they are whole: 182.625 days (6 months)."""
    told = text("number.days", n=f"{days:g}")
    months = days / DAYS_PER_MONTH
    if months >= 0.5 and abs(months - round(months)) < 0.01:
        return f"{told} ({text('number.months', value=round(months))})"
    return told


def parameters(
    rules: Rules | None = None,
    origin: str = "first_dose",
    *,
    scale: str | None = None,
    emergent: str | None = None,
    exported_start: Collection[str] = (),
) -> dict[str, str]:
    """Words by name. Without a study: the defaults. `scale` is CTCAE or severity, `emergent`
    exported or derived, None where no cut says; `exported_start` are the endpoints (PFS, OS) whose
    exported times count from a start that only the export knows."""
    rules = rules or Rules()
    from_ = text(f"origin.{origin}")

    def window(days: float | None) -> str:
        if days is None:
            return text("number.ns")
        return text("define.window.from", time=duration(days), origin=from_)

    def start(endpoint: str) -> str:
        return text("define.origin.exported") if endpoint in exported_start else from_

    stated = rules.orr_window_days
    return {
        "origin": from_,
        "pfs_origin": start("PFS"),
        "os_origin": start("OS"),
        "ci": level_words(rules.level),
        "level": f"{100 * rules.level:g}",
        "conf_type": rules.conf_type,
        "confirm_days": str(rules.confirm_days),
        "max_ne": str(rules.max_ne),
        "sd_min_days": str(rules.sd_min_days),
        "cb_days": str(rules.cb_days),
        "visit_window": str(rules.visit_window),
        "max_gap": str(2 * rules.assessment_interval + 2 * rules.visit_window),
        "min_group": str(rules.min_group),
        "grading": text("labs.version", version=rules.ctcae_version),
        "teae_days": str(rules.teae_end_days),
        "hys_law_days": str(rules.hys_law_days),
        "orr_window": window(stated),
        "orr_window_day": text("number.ns") if stated is None else str(stated),
        "pfs_window": window(rules.pfs_window_days),
        "pfs_landmark": duration(rules.pfs_window_days or SIX_MONTHS),
        "ae_window": window(rules.ae_window_days),
        "high_grade": text(f"define.high_grade.{scale or 'none'}"),
        "scale": text(f"define.scale.{scale or 'none'}", version=rules.ctcae_version),
        "emergent": text(f"define.emergent.{emergent or 'none'}", days=rules.teae_end_days),
    }
