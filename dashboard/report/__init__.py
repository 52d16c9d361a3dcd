"""The `metrics` command: every estimate of a cut as one JSON object, by the functions pages use."""

from __future__ import annotations

from dashboard.report.options import ReportError, ReportOptions
from dashboard.report.report import BIOMARKERS, CLINICAL, SECTIONS, metrics_report

__all__ = ["BIOMARKERS", "CLINICAL", "SECTIONS", "ReportError", "ReportOptions", "metrics_report"]
