"""The code behind every card: Python that prints its numbers again, for the view on screen."""

from __future__ import annotations

from dashboard.snippets.code import SNIPPETS, code_panels, snippet

__all__ = ["SNIPPETS", "code_panels", "snippet"]
