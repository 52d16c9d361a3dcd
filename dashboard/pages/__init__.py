"""The pages, in the reader's order. A page is a layout of ids and controls, and its callbacks."""

from __future__ import annotations

from dashboard.pages import (
    cuts,
    events,
    exposure,
    immune,
    labs,
    methods,
    microbiome,
    overview,
    patient,
    patients,
    response,
    safety,
    safety_event,
    safety_listings,
    survival,
    swimmer,
    tissue,
)
from dashboard.pages.page import Context, Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    response.PAGE,
    swimmer.PAGE,
    survival.PAGE,
    safety.PAGE,
    events.PAGE,
    labs.PAGE,
    exposure.PAGE,
    safety_listings.PAGE,
    safety_event.PAGE,
    immune.PAGE,
    microbiome.PAGE,
    tissue.PAGE,
    patients.PAGE,
    patient.PAGE,
    cuts.PAGE,
    methods.PAGE,
)

__all__ = ["ADDRESSES", "PAGES", "Context", "Page", "page_at", "parts_of", "rail_pages"]


def page_at(path: str) -> tuple[Page | None, str]:
    """The page of an address, and the key that stands below its path ("" for none)."""
    found = ((page, page.key_in(path)) for page in PAGES)
    return next(((page, key) for page, key in found if key is not None), (None, ""))


def rail_pages() -> tuple[Page, ...]:
    """Pages with a link of their own in the rail."""
    return tuple(p for p in PAGES if p.below is None and p.group in {"", p.name})


def parts_of(page: Page) -> tuple[Page, ...]:
    """The pages of the group `page` belongs to, in the reader's order."""
    return tuple(p for p in PAGES if p.group and p.group == page.group and p.below is None)


class _Addresses:
    """Every address at which a page stands."""

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and page_at(path)[0] is not None


ADDRESSES = _Addresses()
