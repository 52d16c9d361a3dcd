"""aria-* and data-* attributes of Dash components, written as Python names."""

from __future__ import annotations

from typing import Any


def attrs(**values: str) -> dict[str, Any]:
    """`attrs(aria_label="Pages", data_menu="true")` -> {"aria-label": ..., "data-menu": ...}."""
    return {name.replace("_", "-"): value for name, value in values.items()}
