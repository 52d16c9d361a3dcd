"""Is the body of a callback request one that this app's own page could have sent?

Dash answers a malformed body with 500; here it is told apart from a fault of ours beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

MAX_DEPTH = 12
_SCALARS = (str, int, float, bool, type(None))


def problem_of(data: bytes, callbacks: Mapping[str, Any]) -> str | None:
    """What is wrong with the body in a few words; None when it fits a known callback."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(body, dict):
        return "not an object"
    if depth(body) > MAX_DEPTH:
        return "nested too deeply"
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in callbacks.get(output, ()):
        return "unknown output"  # or one that is made in the browser
    return _misfit(body, output, callbacks[output])


def _misfit(body: Mapping[str, Any], output: str, callback: Mapping[str, Any]) -> str | None:
    for name in ("inputs", "state"):
        if not _fits(body.get(name, []), callback[name]):
            return f"unexpected {name}"
    if not _outputs_fit(body.get("outputs"), output):
        return "unexpected outputs"
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(c, str) for c in changed):
        return "unexpected changedPropIds"
    return None


def depth(value: object, level: int = 1) -> int:
    """How deeply lists and objects are nested, no further than a little over the limit."""
    if level > MAX_DEPTH:
        return level
    children: Sequence[object] = ()
    if isinstance(value, dict):
        children = tuple(value.values())
    elif isinstance(value, list):
        children = value
    return max((depth(c, level + 1) for c in children), default=level)


def _fits(given: object, declared: Sequence[Mapping[str, Any]]) -> bool:
    if not isinstance(given, list) or len(given) != len(declared):
        return False
    return all(_one_fits(g, d) for g, d in zip(given, declared, strict=True))


def _one_fits(given: object, declared: Mapping[str, Any]) -> bool:
    identity = _identity(declared["id"])
    if isinstance(identity, dict) and any(
        w in (["ALL"], ["ALLSMALLER"]) for w in identity.values()
    ):
        return isinstance(given, list) and all(
            _is_property(g, identity, declared["property"]) for g in given
        )
    return _is_property(given, identity, declared["property"])


def _identity(declared: object) -> object:
    """Pattern-matching ids are declared as JSON text: `{"kind":"csv","card":["MATCH"]}`."""
    if isinstance(declared, str) and declared.startswith("{"):
        return json.loads(declared)
    return declared


def _is_property(given: object, identity: object, name: str) -> bool:
    if not isinstance(given, dict) or given.get("property") != name:
        return False
    own = given.get("id")
    if not isinstance(identity, dict):
        return bool(own == identity)
    return (
        isinstance(own, dict)
        and own.keys() == identity.keys()
        and all(isinstance(v, _SCALARS) for v in own.values())
        and all(isinstance(w, list) or own[k] == w for k, w in identity.items())
    )


def _outputs_fit(given: object, output: str) -> bool:
    """Exactly the outputs the callback declares; pattern-matching ids as the page resolved them."""
    if not output.startswith(".."):
        return _is_output(given, output)
    declared = output[2:-2].split("...")
    if not isinstance(given, list) or len(given) != len(declared):
        return False
    return all(_is_output(g, d) for g, d in zip(given, declared, strict=True))


def _is_output(given: object, declared: str) -> bool:
    identity, _, name = declared.rpartition(".")
    return _one_fits(given, {"id": identity, "property": name})
