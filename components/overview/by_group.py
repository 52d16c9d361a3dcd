"""A descriptive table by backbone: every column with its own n, counts with their denominator."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.metric import metric
from components.overview.parts import Answer
from dashboard.metrics.table_columns import Column
from dashboard.selection import MAX_PATIENTS
from dashboard.text import CATALOGUE, listed, text

#: words, or [x, n, share, keys of the patients]
Cell = str | list[Any]
#: label, unit, cells; whether the row is part of the one above, or a heading without cells; "ask"
#: is the id of the definition of the row's numbers
Line = dict[str, Any]


def share(x: int, n: int) -> str:
    """Whole percent of a column; what is not none or all never reads as 0% or 100%."""
    percent = (200 * x + n) // (2 * n)  # halves up, in whole numbers
    if x and percent == 0:
        return text("cohort.share.below")
    if x < n and percent == 100:
        return text("cohort.share.above")
    return text("cohort.share", value=percent)


def counted(
    label: str,
    columns: Sequence[Column],
    patients: Sequence[Sequence[str]],
    keys: Mapping[str, str],
    *,
    part: bool = False,
) -> Line:
    """A row of counts: the patients of each column."""
    cells = [_count(column, ids, keys) for column, ids in zip(columns, patients, strict=True)]
    return {"label": label, "cells": cells, **({"part": True} if part else {})}


def _count(column: Column, ids: Sequence[str], keys: Mapping[str, str]) -> Cell:
    """4/10 (40%); without the percentage for nobody and in a small column."""
    x = len(ids)
    told = [x, column.n, share(x, column.n) if x and not column.small else ""]
    if x and x <= MAX_PATIENTS:
        told.append(" ".join(keys[u] for u in ids))
    return told


def table(
    title: str, head: str, columns: Sequence[Column], bodies: Sequence[Sequence[Line]]
) -> html.Div:
    """The table in a frame that scrolls sideways by itself; the first column stays.

    Its cells ride along as data: tables.js writes them out, because a browser pays far more for a
    component than for a cell.
    """
    data = {
        "title": title,
        "head": head,
        "columns": [[c.label, text("card.n", n=c.n)] for c in columns],
        "asking": text("passport.ask"),
        "open": {"one": CATALOGUE["thread.count.one"], "many": CATALOGUE["thread.count"]},
        "bodies": bodies,
    }
    asks = [line["ask"] for lines in bodies for line in lines if "ask" in line]
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return html.Div(
        className="table-frame by-group-frame",
        tabIndex=0,
        role="region",
        **attrs(aria_label=title, data_table=told),
        **metric(*dict.fromkeys(asks)),
    )


def notes(answer: Answer, columns: Sequence[Column], *, overlapping: bool) -> list[str]:
    """What a reader must know of the columns before comparing them."""
    words: list[str] = []
    if answer["backbone_label"] is not None and not answer["randomised"]:
        words.append(text("cohort.chosen.overlap" if overlapping else "cohort.chosen"))
    elif overlapping:
        words.append(text("cohort.overlap"))
    small = answer["min_group"]
    if any(column.small for column in columns):
        words.append(text("cohort.small", n=small))
    if answer["empty_groups"]:
        words.append(text("cohort.empty", groups=listed(answer["empty_groups"])))
    return words
