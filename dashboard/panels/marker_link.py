"""A marker of a biomarker panel as every page may show it: which there are, and its values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.biomarkers import Kind
from dashboard.marker_panel import Markers
from dashboard.metrics.markers import RATIO
from dashboard.metrics.thirds import thirds
from dashboard.results import View

KINDS: tuple[Kind, ...] = ("immune", "tissue")
WHATS = ("baseline", "change")


def marker_link(view: View, patients: Sequence[str]) -> dict[str, Any]:
    """{"options": [{id, kind, marker, what}], "chosen": None or the marker with its values}.

    Values are for reading (a ratio where the scale is one), one per patient of `patients`; `third`
    is 0, 1 or 2 among those with a value. A marker that the cut does not hold is not chosen.
    """
    panels = {kind: Markers(view.analysis, kind, view.members.patients) for kind in KINDS}
    options: list[dict[str, Any]] = [
        {
            "id": f"{kind}.{m.paramcd}.{what}",
            "kind": kind,
            "marker": m.to_json(),
            "what": what,
        }
        for kind, found in panels.items()
        for m in found.markers
        for what in WHATS
    ]
    asked = next((o for o in options if o["id"] == view.selection.marker), None)
    if asked is None:
        return {"options": options, "chosen": None}
    found = panels[asked["kind"]]
    values = _values(found, asked["marker"]["paramcd"], asked["what"])
    told = [values.get(u) for u in patients]
    return {
        "options": options,
        "chosen": {**asked, "values": told, "third": list(thirds(told))},
    }


def _values(found: Markers, paramcd: str, what: str) -> Mapping[str, float]:
    i = next(i for i, m in enumerate(found.markers) if m.paramcd == paramcd)
    if found.patients and what == "baseline":
        own = found.baselines[i]
    else:
        own = found.shifts[i] if found.patients else {}
    if found.markers[i].scale == RATIO:
        return {u: math.exp(v) for u, v in own.items()}
    return own
