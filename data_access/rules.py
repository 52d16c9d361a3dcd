"""Every conformance rule of Interim in one list, for documents and tests."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import data_access
from data_access.findings import Rule


def _modules(package: ModuleType) -> list[ModuleType]:
    found = []
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.name != __name__:
            found.append(importlib.import_module(info.name))
    return found


def all_rules() -> tuple[Rule, ...]:
    """All rules declared as `RULES` in this package, by id. Two rules of one id are a mistake."""
    by_id: dict[str, Rule] = {}
    for module in _modules(data_access):
        for rule in getattr(module, "RULES", ()):
            if by_id.setdefault(rule.id, rule) != rule:
                raise ValueError(f"two rules are called {rule.id}")
    return tuple(by_id[k] for k in sorted(by_id))
