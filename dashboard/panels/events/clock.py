"""The clock of the registered adverse event endpoint, apart from that of the response."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard.metrics.ae_window import RelatedInWindow, related_in_window
from dashboard.metrics.maturity import Maturity, maturity
from dashboard.panels.common import who
from dashboard.panels.events.shared import Json
from dashboard.panels.safety import events_in, of_safety
from dashboard.results import View


def clock(view: View) -> Json:
    """Who has completed the window, who is in it, and related events within it."""
    told = of_safety(view)
    rules, analysis = view.analysis.rules, view.analysis
    members = view.set("safety")
    days = rules.ae_window_days
    events = events_in(view)
    answer: dict[str, Any] = {
        **told,
        "window_days": days,
        "ae": None,
        "efficacy": None,
        "related": None,
        "related_known": events is not None and events.flags["related"] is not None,
    }
    if days is None or not members.n:
        return answer
    answer["ae"] = _window(
        view,
        maturity(
            "AE", "", analysis.cohort, members,
            window_days=days, final_day=analysis.cohort.death, level=rules.level,
        ),
    )  # fmt: skip
    if rules.orr_window_days is not None and analysis.responses.source_confirmed is not None:
        final = np.minimum(analysis.window_days.response, analysis.window_days.off)
        answer["efficacy"] = _window(
            view,
            maturity(
                "ORR", "", analysis.cohort, view.members,
                window_days=rules.orr_window_days, final_day=final, level=rules.level,
            ),
        ) | {"set_label": view.members.label}  # fmt: skip
    found = None if events is None else related_in_window(events, days, level=rules.level)
    answer["related"] = None if found is None else _related(view, found)
    return answer


def _window(view: View, found: Maturity) -> dict[str, Any]:
    """A window with counts and keys; patients themselves stay out of the page."""
    followed, done = found.followed, found.resolved
    return {
        "id": found.id,
        "window_days": found.window_days,
        "n": done.headline.n,
        "followed": followed.headline.x,
        "resolved": done.headline.to_json(),
        "open": len(found.open),
        "days_left": list(found.days_left),
        "who_followed": who(view, followed.numerator),
        "who_early": who(view, sorted(set(done.numerator) - set(followed.numerator))),
        "who_open": who(view, found.open),
    }


def _related(view: View, found: RelatedInWindow) -> dict[str, Any]:
    return {
        "interim": found.interim.to_json(),
        "who": who(view, found.patients),
        "n_events": found.n_events,
        "open": len(found.open),
        "who_open": who(view, found.open),
        "mature": found.mature.to_json(),
        "who_mature": who(view, found.mature_patients),
        "incidence": found.incidence.to_json(),
        "method": found.curve.method,
        "excluded": len(found.excluded),
    }
