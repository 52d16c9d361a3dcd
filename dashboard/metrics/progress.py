"""How a long computation tells how far it is: (steps done, of how many).

What a listener raises stops the computation; that is how one is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]


def silent(_done: int, _all: int) -> None:
    """Nobody listens."""
