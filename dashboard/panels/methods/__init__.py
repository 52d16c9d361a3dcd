"""The sections of the Methods page, in the order of the page: card -> panel."""

from __future__ import annotations

from dashboard.panels.methods import beside, how, study
from dashboard.results import Panel

PANELS: dict[str, Panel] = {
    "methods-cut": study.cut,
    "methods-endpoints": study.registered,
    "methods-sets": study.sets,
    "methods-sources": beside.sources,
    "methods-rules": study.rules,
    "methods-censoring": how.censoring,
    "methods-intervals": how.intervals,
    "methods-groups": how.groups,
    "methods-adverse": how.adverse,
    "methods-benchmarks": beside.benchmarks,
    "methods-monitoring": beside.monitoring,
    "methods-definitions": beside.definitions,
    "methods-files": study.files,
    "methods-references": beside.references,
}
