"""Cards as a browser takes them lightly: what only shows rides along as data, and is no component.

A browser pays for every component each time any of them changes, so a page of some thousand cells
and labels took half a minute to fill. Here the tree of a card is gone through once: an element
whose content is nothing but plain elements and text keeps its place, and its content becomes one
attribute, `data-parts`, of trees as `components.written` makes them. trees.js writes them out.
What has an id, a control or a figure stays a component: callbacks find it as before.
"""

from __future__ import annotations

import json
from typing import Any

from dash.development.base_component import Component

from components.written import BY_TAG, NAMES, as_data, flat, properties

PARTS = "data-parts"
HTML = "dash_html_components"
#: what opens and shuts stays with the renderer, which keeps it open when its content changes
LEFT = frozenset({"Details", "Summary"})


def lightened(part: Any) -> Any:
    """The same tree for `components.encode.encoded`, its plain content as attributes."""
    return _light(part, {})


def _light(part: Any, known: dict[int, bool]) -> Any:
    """`known`: components of this tree by their identity, and whether each only shows."""
    if isinstance(part, list | tuple):
        return [_light(p, known) for p in part]
    if not isinstance(part, Component):
        return part
    props = properties(part)
    made = {"props": props, "type": part._type, "namespace": part._namespace}
    children = props.get("children")
    if children is None or isinstance(children, str):
        return made
    content = list(flat(children))
    # the content of what has an id may be set by a callback
    host = part._namespace == HTML and "id" not in props
    if host and any(isinstance(c, Component) for c in content) and _plain(content, known):
        told = [as_data(c) for c in content]
        del props["children"]
        props[PARTS] = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    else:
        props["children"] = _light(children, known)
    return made


def _plain(content: list[Any], known: dict[int, bool]) -> bool:
    return all(not isinstance(c, Component) or _only_shows(c, known) for c in content)


def _only_shows(part: Component, known: dict[int, bool]) -> bool:
    """An element that trees.js can write, down to the last text in it."""
    found = known.get(id(part))
    if found is None:
        found = known[id(part)] = _looked_through(part, known)
    return found


def _looked_through(part: Component, known: dict[int, bool]) -> bool:
    name = part._type
    if part._namespace != HTML or name not in BY_TAG or name in LEFT:
        return False
    props = properties(part)
    if "id" in props:
        return False
    for name, value in props.items():
        told = name in NAMES or name == "children" or name.startswith(("data-", "aria-"))
        if value is not None and not told:
            return False
    return _plain(list(flat(props.get("children"))), known)
