"""Cards as a browser takes them lightly: what only shows rides along as data, and is no component.

A browser pays for every component each time any of them changes, so a page of some thousand cells
and labels took half a minute to fill. Here the tree of a card is gone through once: an element
whose content is nothing but plain elements and text keeps its place, and its content becomes one
attribute, `data-parts`, of trees as `components.written` makes them. trees.js writes them out.
What has an id, a control or a figure stays a component: callbacks find it as before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from components.written import BY_TAG, NAMES, as_data, flat, properties

PARTS = "data-parts"
HTML = "dash_html_components"
#: what opens and shuts stays with the renderer, which keeps it open when its content changes
LEFT = frozenset({"Details", "Summary"})


def lightened(part: Any) -> Any:
    """The same tree for `components.encode.encoded`, its plain content as attributes."""
    if isinstance(part, list | tuple):
        return [lightened(p) for p in part]
    if not isinstance(part, Component):
        return part
    made: dict[str, Any] = part.to_plotly_json()  # type: ignore[no-untyped-call]
    children = made["props"].get("children")
    if children is None or isinstance(children, str):
        return made
    props = {name: value for name, value in made["props"].items() if name != "children"}
    content = list(flat(children))
    # the content of what has an id may be set by a callback
    host = _is_html(made) and "id" not in made["props"]
    if host and any(isinstance(c, Component) for c in content) and _plain(content):
        told = [as_data(c) for c in content]
        props[PARTS] = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    else:
        props["children"] = lightened(children)
    return {**made, "props": props}


def _plain(content: list[Any]) -> bool:
    return all(not isinstance(c, Component) or _only_shows(c) for c in content)


def _only_shows(part: Component) -> bool:
    """An element that trees.js can write, down to the last text in it."""
    made: Mapping[str, Any] = part.to_plotly_json()  # type: ignore[no-untyped-call]
    if not _is_html(made) or made["type"] not in BY_TAG or made["type"] in LEFT:
        return False
    known = all(
        name in NAMES or name == "children" or name.startswith(("data-", "aria-"))
        for name, value in properties(part).items()
        if value is not None
    )
    return known and "id" not in made["props"] and _plain(list(flat(made["props"].get("children"))))


def _is_html(made: Mapping[str, Any]) -> bool:
    return bool(made["namespace"] == HTML)
