"""Immutable, verified cuts on disk: written whole or not at all, opened only when unchanged."""

from __future__ import annotations

from data_access.store.cut import Cut
from data_access.store.cutstore import CutStore
from data_access.store.problems import RULES
from data_access.store.records import CutSummary, Staged, StudySummary

__all__ = ["RULES", "Cut", "CutStore", "CutSummary", "Staged", "StudySummary"]
