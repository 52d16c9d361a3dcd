"""Cards of the pages about markers: the same parts, of blood or of tumour tissue."""

from __future__ import annotations

from typing import Any

from dashboard.pages.page import Card


def marker_card(
    part: Any,
    kind: str,
    title: str,
    height: tuple[int, int],
    *,
    more: tuple[str, ...] = (),
) -> Card:
    """The card of a room of components/biomarkers for samples of `kind`.

    `more`: definitions it shows beside those of its room.
    """
    return Card(
        part.name(kind) if hasattr(part, "name") else part.NAME,
        title,
        height,
        part.draw,
        part.rows,
        metrics=(*part.METRICS, *more, "n"),
    )
