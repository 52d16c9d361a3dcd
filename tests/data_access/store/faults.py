"""Make the Nth call to the disk go wrong: every name in `fsops.__all__` is wrapped.

Tests get this module through the fixture `faults`; helper processes import it by its folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_access.store import fsops

#: What happens at a call: gets the name of the operation, the real function and its arguments.
Hook = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]


@contextmanager
def wrapped(hook: Hook) -> Iterator[None]:
    """Every disk operation of the store goes through `hook`."""
    real = {name: getattr(fsops, name) for name in fsops.__all__}

    def wrap(name: str) -> Callable[..., Any]:
        return lambda *arguments: hook(name, real[name], arguments)

    for name in real:
        setattr(fsops, name, wrap(name))
    try:
        yield
    finally:
        for name, function in real.items():
            setattr(fsops, name, function)


class FailNth:
    """Fail the Nth call with an error code; with `lasting`, every later change as well.

    A failing close still closes, a failing write may have written half.
    """

    def __init__(self, nth: int, code: int, *, lasting: bool) -> None:
        self.nth = nth
        self.code = code
        self.lasting = lasting
        self.calls = 0
        self.failed: list[str] = []

    def __call__(self, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        self.calls += 1
        if self.calls != self.nth and not (self.lasting and self.calls > self.nth):
            return real(*arguments)
        self.failed.append(name)
        if name == "close":
            real(*arguments)
        if name == "write":
            real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        raise OSError(self.code, os.strerror(self.code))


class Trace:
    """Record what was done to which path, in order."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, Path]] = []
        self._paths: dict[int, Path] = {}

    def __call__(self, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        result = real(*arguments)
        first = arguments[0]
        if name in {"create", "append_to", "open_lock"}:
            self._paths[result] = first
        path = self._paths[first] if isinstance(first, int) else first
        self.steps.append((name, path))
        return result
