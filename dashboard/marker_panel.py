"""Markers of immune cells and tumour tissue under a view: the panel of study.toml or the data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from dashboard.biomarkers import DOMAIN, Samples
from dashboard.metrics.marker_composition import Composition, composition_changes
from dashboard.metrics.markers import (
    PANEL,
    RATIO,
    Marker,
    MarkerValues,
    marker_values,
    markers_in,
    scale_of,
)
from dashboard.metrics.paired_change import MarkerChange, paired_changes
from dashboard.metrics.response_order import TimeOrder


class Markers(Samples):
    """The samples of a kind with the values of its markers."""

    @property
    def stated(self) -> bool:
        """Does study.toml state the panel?"""
        return bool(self.plan.panel)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        if not self.known:
            return ()
        if not self.stated:
            return self.analysis.once(f"biomarkers.panel.{self.kind}", self._of_data)
        return tuple(
            Marker(
                m.paramcd,
                m.label,
                m.unit,
                m.gate,
                m.parent,
                m.scale or scale_of(m.unit),
                m.family or PANEL,
                i,
            )
            for i, m in enumerate(self.plan.panel)
        )

    def _of_data(self) -> tuple[Marker, ...]:
        frame = self.analysis.frame(DOMAIN[self.kind])
        return () if frame is None else markers_in(frame)

    @cached_property
    def values(self) -> MarkerValues:
        """Of all samples of the cut, whatever the view."""

        def make() -> MarkerValues:
            frame = self.analysis.frame(DOMAIN[self.kind])
            assert frame is not None
            units = {m.paramcd: m.unit for m in self.markers}
            return marker_values(frame, self.table.row, self.table.n, list(units), units=units)

        return self.analysis.once(f"biomarkers.values.{self.kind}", make)

    @cached_property
    def baselines(self) -> tuple[Mapping[str, float], ...]:
        """Per marker, patient -> value before treatment: a logarithm on a ratio scale."""
        found = []
        for m in self.markers:
            own = self.values.values[m.paramcd]
            kept = {u: float(own[i]) for u, i in self.baseline.items() if np.isfinite(own[i])}
            if m.scale == RATIO:
                kept = {u: math.log(v) for u, v in kept.items() if v > 0}
            found.append(kept)
        return tuple(found)

    @cached_property
    def shifts(self) -> tuple[Mapping[str, float], ...]:
        """Per marker, patient -> change, as ranked."""
        return tuple(dict(zip(c.patients, c.change, strict=True)) for c in self.changes)

    @cached_property
    def second(self) -> Mapping[str, int]:
        """Patient with a pair -> the second sample."""
        return dict(zip(self.pairs.patients, self.pairs.after.tolist(), strict=True))

    @cached_property
    def order_before(self) -> TimeOrder:
        return self.ordered(dict(self.baseline), baseline=True)

    @cached_property
    def order_after(self) -> TimeOrder:
        return self.ordered(dict(self.second), baseline=False)

    @cached_property
    def laboratory(self) -> Mapping[str, tuple[float, float]]:
        """PARAMCD -> the range the export states, where it is one for all patients."""
        frame = self.analysis.frame(DOMAIN[self.kind])
        if frame is None or not {"ANRLO", "ANRHI"} <= set(frame.columns):
            return {}
        known = frame[["PARAMCD", "ANRLO", "ANRHI"]].dropna().drop_duplicates()
        counts = known["PARAMCD"].value_counts()
        return {
            str(code): (float(low), float(high))
            for code, low, high in known.itertuples(index=False)
            if counts[code] == 1
        }

    @cached_property
    def changes(self) -> tuple[MarkerChange, ...]:
        return paired_changes(self.markers, self.values, self.pairs, level=self.level)


def compositions_of(found: Markers) -> tuple[Composition, ...]:
    """The compositions study.toml states, else those that the gates of the panel make."""
    return composition_changes(
        found.markers,
        found.values,
        found.pairs,
        stated=found.plan.compositions,
        level=found.level,
    )
