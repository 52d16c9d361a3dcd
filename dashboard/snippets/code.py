"""A card's code: what it imports, the view it opens, the lines that print its numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from dashboard.panels.common import common
from dashboard.panels.patient import check_shown
from dashboard.results import Panel, View
from dashboard.snippets import (
    biomarkers,
    events,
    microbiome,
    overview,
    pages,
    patients,
    safety,
    safety_labs,
)
from dashboard.snippets.parts import Snippet
from dashboard.text import day, text
from data_access import VERSION

SNIPPETS: dict[str, Snippet] = {
    **overview.SNIPPETS,
    **pages.SNIPPETS,
    **events.SNIPPETS,
    **safety.SNIPPETS,
    **biomarkers.SNIPPETS,
    **safety_labs.SNIPPETS,
    **microbiome.SNIPPETS,
    "overview-changes": pages.SNIPPETS["cuts-ledger"],
}
#: code of the cards about one patient
BELOW: dict[str, Snippet] = {**patients.SNIPPETS, **safety.BELOW}
REPLAY = "from dashboard.replay import view"


def snippet(card: str, view: View, key: str = "") -> str:
    """The code of a card in a view: runs where Interim runs, against the same store.

    `key` is the patient's where the card is about one; it has been checked.
    """
    found = BELOW[card] if key else SNIPPETS[card]
    said = common(view)
    imports = sorted((*found.imports, REPLAY), key=_place)
    head = [
        text("code.head", study=said["study"], version=VERSION),
        text("code.cut", date=day(said["cut_date"]), hash=said["cut"][:16]),
        text("code.view", set=said["set_label"], n=said["n"], filters=said["filter_words"]),
        text("code.run"),
    ]
    lines = [*(f"# {_one_line(h)}" for h in head), *imports, ""]
    lines.append(f'v = view("{said["query"]}", audience="{view.audience.value}")')
    lines.append("a, rules = v.analysis, v.analysis.rules")
    if key:
        lines.append(f'patient = v.keys.patient("{key}")')
    return "\n".join([*lines, *found.lines(view)]) + "\n"


def patient_code(view: View, about: str) -> Mapping[str, Any]:
    """The code of a card about one patient; `about` is the card and the patient's key.

    NotShownError for a patient outside the view.
    """
    card, _, key = about.partition(":")
    check_shown(view, view.keys.patient(key) or "")
    return {"code": snippet(card, view, key)}


def _place(line: str) -> tuple[str, bool, str]:
    """Where an import stands: by module, `import x` before `from x import`."""
    return line.split()[1], line.startswith("from"), line


def _one_line(words: str) -> str:
    """Words of the export can end no comment: control characters and line ends are taken out."""
    clean = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in words)
    return " ".join(clean.split())


def code_panels() -> dict[str, Panel]:
    """A panel for the code of every card."""

    def panel(card: str) -> Panel:
        def told(view: View) -> Mapping[str, Any]:
            return {"code": snippet(card, view)}

        return told

    return {f"code:{card}": panel(card) for card in SNIPPETS}
