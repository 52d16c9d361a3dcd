"""The definitions, number by number: one entry with an anchor each."""

from __future__ import annotations

from typing import Any

from dash import html

from components.card import card
from components.methods.blocks import written
from components.overview.parts import Answer, Rows, tools
from dashboard.text import text

NAME = "methods-definitions"
PARTS = ("formula", "who", "out", "method")


def draw(answer: Answer) -> html.Section:
    blocks: list[dict[str, Any]] = [{"kind": "words", "text": text("methods.definitions.words")}]
    for section in answer["sections"]:
        blocks.append({"kind": "heading", "text": section["title"]})
        blocks += [entry_block(e) for e in section["entries"]]
    return card(
        NAME,
        text("methods.definitions"),
        written(blocks),
        tools=tools(NAME, answer, passport=False),
        extra="methods-card methods-definitions",
    )


def entry_block(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as its lines: a heading, and its words, or links as (words, address)."""
    lines: list[tuple[str, Any]] = [(text(f"define.{part}"), entry[part]) for part in PARTS]
    if entry["rules"]:
        lines.append((text("define.parameters"), "; ".join(entry["rules"])))
    lines.append((text("passport.source"), entry["source"]))
    if entry["references"]:
        links = [[short, f"#{anchor}"] for short, anchor in entry["references"]]
        lines.append((text("define.references"), links))
    return {
        "kind": "entry",
        "id": entry["id"],
        "name": entry["name"],
        "link": text("methods.link", name=entry["name"]),
        "lines": lines,
    }


def rows(answer: Answer) -> Rows:
    """One row per entry, for a protocol's appendix."""
    keys = ("id", "name", *PARTS, "rules", "source", "references")
    header = tuple(text(f"methods.csv.{k}") for k in keys)
    body = [tuple(_text(e[k]) for k in keys) for s in answer["sections"] for e in s["entries"]]
    return header, body


def _text(value: Any) -> str:
    """Words as they are, a list of words or of (words, anchor) in one line."""
    if isinstance(value, str):
        return value
    return "; ".join(v if isinstance(v, str) else v[0] for v in value)
