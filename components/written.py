"""Tables that ride along as data: trees.js writes them out, as tables.js does those by backbone.

A browser pays for every component each time any of them changes, and next to nothing for a cell. So
a table of hundreds of cells is made of components here, and sent as the plain tree it is: tags,
attributes and text, never markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.attributes import attrs
from components.metric import metric

#: property of a component -> attribute of the element; data-* and aria-* keep their names
NAMES = {
    "className": "class",
    "id": "id",
    "title": "title",
    "href": "href",
    "type": "type",
    "role": "role",
    "scope": "scope",
    "colSpan": "colspan",
    "tabIndex": "tabindex",
    "disabled": "disabled",
    "download": "download",
    "rel": "rel",
    "target": "target",
    "style": "style",
}
#: attributes of a component that are no properties
_OF_CLASS = frozenset({"available_properties", "available_wildcard_properties"})
#: what trees.js knows to make
BY_TAG = frozenset(
    {
        *("Table", "Caption", "Thead", "Tbody", "Tfoot", "Tr", "Th", "Td"),
        *("Div", "Section", "Header", "Footer", "Nav", "P", "H2", "H3", "H4", "Hr", "Br"),
        *("Ul", "Ol", "Li", "Dl", "Dt", "Dd", "Figure", "Figcaption", "Pre", "Button"),
        *("Span", "A", "Small", "Strong", "Em", "B", "I", "Q", "Code", "Sub", "Sup", "Time"),
    }
)


def written(table: html.Table, label: str, *marks: str, extra: str = "") -> html.Div:
    """The frame of a table that scrolls sideways by itself; `marks` define its numbers."""
    told = json.dumps(as_data(table), ensure_ascii=False, separators=(",", ":"))
    return html.Div(
        className=f"table-frame {extra}".strip(),
        tabIndex=0,
        role="region",
        **attrs(aria_label=label, data_written=told),
        **metric(*marks),
    )


def as_data(part: Any) -> Any:
    """A tree of components as [tag, {attribute: value}, children...]; text as text."""
    if part is None:
        return ""
    if not isinstance(part, Component):
        return str(part)
    found: dict[str, str] = {}
    for name, value in properties(part).items():
        if name == "children" or value is None or value is False:
            continue
        if name == "style":
            found[name] = _css(value)
        elif name.startswith(("data-", "aria-")):
            found[name] = str(value)
        else:
            found[NAMES[name]] = str(value)  # KeyError: an attribute that trees.js does not know
    children = getattr(part, "children", None)
    return [type(part).__name__.lower(), found, *(as_data(p) for p in flat(children))]


def properties(part: Component) -> dict[str, Any]:
    """The "props" of its JSON. Its own way asks for each of dozens of properties that an element
    may have; what it was given is among its attributes.
    """
    return {name: v for name, v in vars(part).items() if name[0] != "_" and name not in _OF_CLASS}


def flat(children: Any) -> Iterator[Any]:
    """Children one by one, without lists inside lists and without nothing."""
    if isinstance(children, list | tuple):
        for child in children:
            yield from flat(child)
    elif children is not None:
        yield children


def _css(style: Mapping[str, Any]) -> str:
    """`{"minWidth": "3ch", "--n": 4}` -> `min-width:3ch;--n:4`."""
    return ";".join(f"{re.sub('[A-Z]', _dashed, name)}:{value}" for name, value in style.items())


def _dashed(capital: re.Match[str]) -> str:
    return f"-{capital[0].lower()}"
