"""What stands for patients on a page: thread.js highlights them wherever else they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.attributes import attrs
from components.links import view_link
from dashboard.text import text


def count(words: str, who: str, *, of: str = "") -> html.Span | html.Button:
    """A count that opens the patients behind it; plain words where there are none to open.

    `who` are their keys with a space between, `of` what is counted, for a screen reader.
    """
    n = len(who.split())
    if not n:
        return plain(words)
    key = "thread.count.one" if n == 1 else "thread.count"
    name = text(key, words=words, n=n)
    return html.Button(
        words,
        type="button",
        className="count who",
        title=name,
        **attrs(aria_label=f"{name}: {of}" if of else name, data_patients=who),
    )


def plain(words: str) -> html.Span:
    """A number that stands for nobody in particular."""
    return html.Span(words, className="count")


def pin(key: str, name: str) -> html.Button:
    """Highlights one patient; pressed while the patient is highlighted."""
    words = text("thread.pin", name=name)
    return html.Button(
        type="button",
        className="pin",
        title=words,
        **attrs(aria_label=words, aria_pressed="false", data_pin=key),
    )


def row(cells: Sequence[Any], key: str) -> html.Tr:
    """A table row that stands for one patient."""
    return html.Tr(cells, **attrs(data_patients=key))


def short(answer: Mapping[str, Any], usubjid: str) -> str:
    """What a patient is called on a page: the id less what those of all patients start with."""
    return usubjid.removeprefix(answer["prefix"])


def person(answer: Mapping[str, Any], key: str, usubjid: str) -> list[Any]:
    """A patient at the head of a row: the mark that highlights, and the way to the patient's page.

    The whole id is the link's title."""
    words = short(answer, usubjid)
    return [pin(key, words), patient_link(key, words, answer["query"], title=usubjid)]


def patient_link(key: str, words: str, query: str, *, title: str = "") -> html.A:
    """The name of a patient as a link to the patient's page, in the view of `query`."""
    more = {"title": title} if title else {}
    return view_link(words, f"/patients/{key}?{query}", className="patient-page", **more)


def name(key: str, words: str, usubjid: str) -> html.Button:
    """A patient in a list of names: pressing it highlights the patient. The title has the id."""
    return html.Button(
        words,
        type="button",
        className="who name",
        title=text("thread.pin", name=usubjid),
        **attrs(data_patients=key),
    )
