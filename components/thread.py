"""The bar of the highlighted patients: how many, who, and what can be done with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from dash import html

from components.attributes import attrs
from components.links import view_link
from components.menu import menu
from dashboard.text import text

#: names that stand in the bar itself, and characters of all of them: the bar stays a line high;
#: the others are folded away behind their number
NAMED, LINE = 6, 60
#: words that thread.js and groups.js put on the page
WORDS = {
    "one": "thread.one", "many": "thread.many", "here": "thread.here", "most": "thread.most",
    "away": "thread.away", "awayOne": "thread.away.one", "draw": "thread.draw",
    "size": "thread.size", "size1": "thread.size.one",
    "groupsNone": "groups.none", "groupsNote": "groups.note", "groupsFull": "groups.full",
    "groupRefused": "groups.refused", "groupName": "groups.name", "groupKeep": "groups.keep",
    "groupCancel": "groups.cancel", "groupSaved": "groups.saved",
    "groupReplaced": "groups.replaced", "groupTaken": "groups.taken",
    "groupHighlight": "groups.highlight", "groupOnly": "groups.only",
    "groupRename": "groups.rename", "groupDelete": "groups.delete", "groupSure": "groups.sure",
    "groupChip": "groups.chip",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Highlighted:
    """Who is highlighted, in words: (name, address of the patient's page or "") each."""

    names: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    #: (words, address) of the pages that show these patients
    pages: tuple[tuple[str, str], ...] = ()


def bar() -> html.Section:
    """The frame of the bar, hidden until somebody is highlighted; thread.js shows and counts."""
    words = {name: text(key) for name, key in WORDS.items()}
    return html.Section(
        html.Div(
            [
                html.P(id="thread-count", className="thread-count", role="status"),
                html.Div(id="thread-words", className="thread-words"),
                html.Div(id="thread-form", className="thread-form"),
                html.Div(
                    [_button(action) for action in ("only", "save", "clear")],
                    className="thread-actions",
                ),
            ],
            className="thread-line",
        ),
        id="thread",
        className="thread-bar",
        hidden=True,
        **attrs(aria_label=text("thread.title"), data_words=json.dumps(words)),
    )


def _button(action: str) -> html.Button:
    return html.Button(
        text(f"thread.{action}"),
        type="button",
        className="group-button",
        **attrs(data_thread=action),
    )


def told(found: Highlighted) -> list[Any]:
    """The names, a few at once and all when unfolded, and what else to know."""
    room = _room([name for name, _ in found.names])
    shown, more = found.names[:room], found.names[room:]
    parts: list[Any] = [html.P(_listed(shown), className="thread-names")]
    if more:
        parts.append(
            menu(
                text("thread.more", n=len(more)),
                html.P(_listed(found.names), className="thread-names"),
                name=text("thread.all", more=len(more), n=len(found.names)),
                extra="picker",
            )
        )
    parts += [_link(words, address) for words, address in found.pages]
    if found.notes:
        parts.append(html.P(" ".join(found.notes), className="thread-notes"))
    names = ", ".join(name for name, _ in found.names)
    parts.append(html.P(names, className="thread-print"))
    return parts


def _room(names: Sequence[str]) -> int:
    """How many of the names fit into the bar; one does always."""
    ends = accumulate(len(name) + 2 for name in names[:NAMED])
    return max(1, sum(end <= LINE + 2 for end in ends))


def _listed(names: Sequence[tuple[str, str]]) -> list[Any]:
    out: list[Any] = []
    for i, (name, address) in enumerate(names):
        out += [", "] if i else []
        out.append(_link(name, address) if address else name)
    return out


def _link(words: str, address: str) -> html.A:
    return view_link(words, address)


def groups_menu() -> html.Details:
    """Groups saved in this browser; groups.js fills the panel when it is opened."""
    return menu(
        text("groups.title"), [], name=text("groups.label"), extra="groups", icon_name="people"
    )
