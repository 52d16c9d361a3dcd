"""Numbers of things in the notes of results: 1 event, 2 events."""

from __future__ import annotations


def some(n: int, thing: str) -> str:
    """1 event, 2 events."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"
