"""Components as the JSON that the browser's renderer reads."""

from __future__ import annotations

import json
from typing import Any


def encoded(part: Any) -> bytes:
    """RFC 8259 JSON of components and plain values: a NaN is a fault, not a value."""
    return json.dumps(
        part, default=_plain, allow_nan=False, ensure_ascii=False, separators=(",", ":")
    ).encode()


def _plain(part: Any) -> Any:
    return part.to_plotly_json()
