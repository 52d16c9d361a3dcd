"""Kinds of adverse event a reader may look at: what an address calls them, and their events.

grade3plus, related, serious    flags of the export
aesi:<id>                       a group of study.toml, among those who got its drug
pt:<preferred term>             one term
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.analysis import Analysis

AESI, TERM = "aesi:", "pt:"
FLAGS = ("grade3plus", "related", "serious")


@dataclass(frozen=True, slots=True)
class EventNames:
    """The kinds one cut knows. Terms are read when first asked for."""

    analysis: Analysis

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        if name.startswith(AESI):
            return any(f"{AESI}{a.id}" == name for a in self.analysis.cut.study.aesi)
        if name.startswith(TERM):
            events = self.analysis.events
            return events is not None and name.removeprefix(TERM) in events.pt_terms
        return name in FLAGS
