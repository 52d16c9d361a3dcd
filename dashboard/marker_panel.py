"""Markers of immune cells and tumour tissue under a view: the panel of study.toml or the data."""

from __future__ import annotations

from functools import cached_property

from dashboard.biomarkers import DOMAIN, Samples
from dashboard.metrics.markers import (
    PANEL,
    Marker,
    MarkerValues,
    marker_values,
    markers_in,
    scale_of,
)
from dashboard.metrics.paired_change import MarkerChange, paired_changes


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
            codes = [m.paramcd for m in self.markers]
            return marker_values(frame, self.table.row, self.table.n, codes)

        return self.analysis.once(f"biomarkers.values.{self.kind}", make)

    @cached_property
    def changes(self) -> tuple[MarkerChange, ...]:
        return paired_changes(self.markers, self.values, self.pairs, level=self.level)
