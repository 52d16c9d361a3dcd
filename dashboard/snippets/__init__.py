"""The code behind every card: Python that prints its numbers again, for the view on screen."""

from __future__ import annotations

from dashboard.snippets.code import BELOW, SNIPPETS, code_panels, patient_code, snippet

__all__ = ["BELOW", "SNIPPETS", "code_panels", "patient_code", "snippet"]
