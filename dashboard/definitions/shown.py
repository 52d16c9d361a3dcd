"""Which definitions a card tells where the view decides it."""

from __future__ import annotations

from dashboard.definitions.people import chosen
from dashboard.endpoints import STANDARD
from dashboard.results import View


def headline_response(view: View) -> str:
    """The response rate that is set large: inside the window where one is stated."""
    analysis = view.analysis
    if analysis.responses.source_confirmed is None:
        return "orr_unconfirmed"
    return "orr" if analysis.rules.orr_window_days is None else "orr_window"


def shown_response(view: View) -> str:
    """The rate over all follow-up: confirmed wherever it is known."""
    return "orr_unconfirmed" if view.analysis.responses.source_confirmed is None else "orr"


def endpoint(view: View) -> str:
    """The time to event in view; endpoints of the export's own share one definition."""
    found = chosen(view)
    return found.id.lower() if found is not None and found.id in STANDARD else "tte"


def efficacy(view: View) -> tuple[str, ...]:
    return ("n", headline_response(view), "dcr", "pfs_rate", "deaths")


def ledger(view: View) -> tuple[str, ...]:
    return (*changes(view), "ledger_rate")


def changes(view: View) -> tuple[str, ...]:
    """The estimates of the ledger, and what moved them."""
    harm = ("ae_related_high", "ae_serious")
    told = ("enrolled", headline_response(view), "dcr", "pfs", "pfs_rate", "deaths")
    return (*told, *harm, "ledger")


def waterfall(view: View) -> tuple[str, ...]:
    marked = ("marker_link",) if {"ADIM", "ADTB"} & set(view.cut.domains) else ()
    return ("best_change", "bor", shown_response(view), *marked, "n")


def curve(view: View) -> tuple[str, ...]:
    noted = ("pfs", "os")
    first = endpoint(view)
    return (first, "rate_at", "median", "at_risk", *(e for e in noted if e != first))
