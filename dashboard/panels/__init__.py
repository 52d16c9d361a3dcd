"""Panels by name: each asks the metrics for what one card shows, and answers plain JSON values."""

from __future__ import annotations

from dashboard.panels import (
    biomarkers,
    cuts,
    events,
    exposure,
    forest,
    labs,
    listing,
    liver,
    methods,
    microbiome,
    overview,
    patients,
    response,
    safety,
    safety_grave,
    safety_lists,
    safety_terms,
    survival,
    swimmer,
    urate,
)
from dashboard.results import Panel, SlowPanel

PANELS: dict[str, Panel] = {
    "overview-status": overview.status,
    "overview-efficacy": overview.efficacy,
    "overview-safety": overview.harm,
    "overview-maturity": overview.mature,
    "overview-changes": cuts.ledger,
    "overview-baseline": patients.baseline,
    "overview-disposition": patients.where,
    "overview-accrual": overview.accrual,
    "overview-quality": overview.quality,
    "overview-registry": overview.registry,
    "response-rates": response.rates,
    "response-best": response.best_response,
    "response-waterfall": response.waterfall,
    "response-spider": response.spider,
    "response-forest": forest.forest,
    "swimmer-lanes": swimmer.lanes,
    "swimmer-table": swimmer.lanes,
    "survival-curve": survival.curve,
    "survival-rules": survival.censoring,
    "survival-reasons": survival.reasons,
    "survival-follow": survival.follow,
    "safety-grave": safety_grave.grave,
    "safety-list-deaths": safety_grave.grave,
    "safety-list-events": safety_lists.events,
    "safety-list-labs": safety_lists.labs,
    "safety-overview": safety.overview,
    "safety-terms": safety_terms.terms,
    "immune-samples": biomarkers.account("immune"),
    "immune-paired": biomarkers.paired("immune"),
    "tissue-samples": biomarkers.account("tissue"),
    "tissue-paired": biomarkers.paired("tissue"),
    "labs-findings": labs.findings,
    "labs-urate": urate.course,
    "labs-parameter": labs.parameter,
    "labs-shift": labs.shift,
    "labs-grades": labs.grades,
    "labs-liver": liver.course,
    "labs-nadir": labs.nadir,
    "exposure-findings": exposure.findings,
    "exposure-cycles": exposure.cycles,
    "exposure-intensity": exposure.intensity,
    "exposure-changes": exposure.changes,
    "exposure-stops": exposure.stops,
    "exposure-groups": exposure.groups,
    "microbiome-samples": biomarkers.account("microbiome", microbiome.samples_in),
    "microbiome-table": microbiome.table,
    "microbiome-composition": microbiome.composition,
    "microbiome-alpha": microbiome.alpha,
    "microbiome-ordination": microbiome.ordination,
    "microbiome-taxa": microbiome.taxa,
    "patients-listing": listing.listing,
    "cuts-ledger": cuts.ledger,
    "cuts-records": cuts.records,
    "cuts-findings": cuts.findings,
    "cuts-checks": cuts.checks,
    "cuts-list": cuts.listing,
    **methods.PANELS,
    **events.PANELS,
}

#: panels that look at a second cut, and panels on the store itself, whose answers are not kept
COMPARING = frozenset(
    {"cuts-ledger", "cuts-records", "overview-changes", "safety-grave", "safety-list-deaths"}
)
FRESH = frozenset({"cuts-list"})

#: panels of more than a second: their cards are made in the background, with progress
SLOW: dict[str, SlowPanel] = {
    "microbiome-tests": microbiome.tests,
    "microbiome-differential": microbiome.differential,
}
