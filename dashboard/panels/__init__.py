"""Panels by name: each asks the metrics for what one card shows, and answers plain JSON values."""

from __future__ import annotations

from dashboard.results import Panel

PANELS: dict[str, Panel] = {}
