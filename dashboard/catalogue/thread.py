"""Strings of the patient thread: who is highlighted, and groups of patients by name.

A placeholder in double braces is filled in the browser.
"""

# ruff: noqa: E501  (one string, one line)

from __future__ import annotations

STRINGS: dict[str, str] = {
    "thread.title": "Highlighted patients",
    "thread.count": "{words}: highlight these {n} patients",
    "thread.count.one": "{words}: highlight this patient",
    "thread.pin": "Highlight {name}",
    "thread.one": "1 patient highlighted",
    "thread.many": "{{n}} patients highlighted",
    "thread.here": "{{x}} of {{n}} highlighted here",
    "thread.away": "{{x}} highlighted patients are on other pages of this list",
    "thread.away.one": "1 highlighted patient is on another page of this list",
    "thread.most": "Up to {{n}} patients can be highlighted at once.",
    "thread.size": "{{n}} patients",
    "thread.size.one": "1 patient",
    "thread.select": "Choose patients by drawing around their marks",
    "thread.draw": "Drag across the figure to highlight the patients inside. Press the button again to stop.",
    "thread.only": "Show only these",
    "thread.save": "Save as group",
    "thread.clear": "Clear",
    "thread.more": "and {n} more",
    "thread.all": "and {more} more: all {n} highlighted patients",
    "thread.outside": "{x} of the {n} are not among the patients shown ({label}, with its filters).",
    "thread.outside.one": "Not among the patients shown ({label}, with its filters).",
    "thread.unknown": "{n} patients of the link are not in this cut.",
    "thread.unknown.one": "1 patient of the link is not in this cut.",
    "thread.side_by_side": "Side by side",
    "groups.title": "Groups",
    "groups.label": "Groups of patients saved in this browser",
    "groups.none": "No group is saved in this browser yet. Highlight patients in a figure, a table or by a count, then choose “Save as group”.",
    "groups.note": "Names stay in this browser. A copied link holds no name, only coded patients.",
    "groups.full": "This browser keeps up to {{n}} groups of a study. Delete one first.",
    "groups.refused": "The browser did not allow saving the group.",
    "groups.name": "Name of the group",
    "groups.keep": "Save",
    "groups.cancel": "Cancel",
    "groups.saved": "Group “{{name}}” saved in this browser",
    "groups.replaced": "Group “{{name}}” replaced",
    "groups.taken": "Another group has the name “{{name}}”.",
    "groups.highlight": "Highlight",
    "groups.only": "Show only these",
    "groups.rename": "Rename",
    "groups.delete": "Delete",
    "groups.sure": "Delete for good?",
    "groups.chip": "{{name}} ({{words}})",
}
