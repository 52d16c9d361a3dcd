"""The pages, in the reader's order. A page is a layout of ids and controls, and its callbacks."""

from __future__ import annotations

from dashboard.pages import cuts, methods, overview, response, survival, swimmer
from dashboard.pages.page import Context, Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    response.PAGE,
    swimmer.PAGE,
    survival.PAGE,
    cuts.PAGE,
    methods.PAGE,
)

__all__ = ["PAGES", "Context", "Page"]
