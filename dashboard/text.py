"""Every visible string, by key: one catalogue, so that another language can follow."""

# ruff: noqa: E501  (one string, one line)

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CATALOGUE: dict[str, str] = {
    # the application
    "app.name": "Interim",
    "app.loading": "Opening the interim results…",
    "app.noscript": "Interim needs JavaScript, which is switched off in this browser.",
    "app.skip": "Skip to the results",
    "app.main": "Results",
    "app.navigation": "Pages",
    "app.title": "{page} · {study} · Interim",
    # requests that are refused (plain text answers)
    "refused.address": "Interim answers this computer only: it has no accounts yet, so every reader of a wider address would see patient-level results.",
    "refused.host": "Interim answers to 127.0.0.1 and localhost only.",
    "refused.cross_site": "Another web site may not read from Interim.",
    "refused.type": "This address takes JSON only.",
    "refused.large": "This request is larger than anything Interim's own pages send.",
    "refused.body": "This request does not come from an Interim page: {problem}.",
    "refused.404": "There is nothing at this address.",
    "refused.405": "This address cannot be used that way.",
    "refused.413": "This request is larger than anything Interim's own pages send.",
    "refused.other": "Interim could not answer this request.",
    # health
    "health.ready": "ready",
    "health.no_store": "The store of cuts cannot be read.",
    "health.damaged": "The newest cut of a study does not verify.",
    "health.empty": "The store holds no study yet.",
    "health.disk": "Less than a tenth of the disk is free.",
    # shell
    "shell.study": "Study",
    "shell.cut": "Data cut",
    "shell.cut.item": "{date}",
    "shell.cut.newest": "{date} (newest)",
    "shell.patients": "{x} of {n} patients",
    "shell.patients.set": "{label} set",
    "shell.synthetic": "Synthetic data",
    "shell.synthetic.long": "Synthetic data: no real patient is shown on this page.",
    "shell.filters": "Filters",
    "shell.filters.label": "Patient filters",
    "shell.filters.active": "Active filters",
    "shell.filters.clear": "Show all patients",
    "shell.set": "Analysis set",
    "shell.current": "current",
    "shell.filters.remove.start": "Remove filter ",
    "shell.filters.remove": "Remove filter {name}: {value}",
    "shell.filters.chip": "{name}: {value}",
    "shell.filters.none": "All patients",
    "shell.filters.missing": "not stated",
    "shell.filters.from": "from",
    "shell.filters.to": "to",
    "shell.filters.range": "{lower} to {upper}",
    "shell.filters.at_least": "at least {lower}",
    "shell.filters.at_most": "at most {upper}",
    "shell.filters.bounds": "{label}: {lowest} to {highest} in this cut",
    "shell.filters.overlap": "A patient can be in more than one group.",
    "shell.newer": "A newer cut of {date} is available.",
    "shell.newer.open": "Open it",
    "shell.newer.keep": "This page stays on the cut of {date}.",
    "shell.theme": "Colours",
    "shell.theme.light": "Light",
    "shell.theme.dark": "Dark",
    "shell.theme.system": "System",
    "shell.print": "Printed from {address}",
    # trouble with an address
    "trouble.title": "This link does not lead to a view",
    "trouble.back": "Open the newest cut",
    "trouble.keep": "Nothing was changed. The link may be old, cut short, or mistyped.",
    "trouble.page.title": "There is no such page",
    "trouble.page.body": "The address names a page Interim does not have.",
    "trouble.empty.title": "No study yet",
    "trouble.empty.body": "The store of cuts is empty. Import a folder of exports, then reload this page:",
    "trouble.empty.command": "python app.py import EXPORTS --study study.toml",
    "trouble.damaged.title": "This cut cannot be opened",
    "trouble.damaged.body": "Its stored files no longer match their checksums, so no number is shown from it. Import the export again.",
    "trouble.failed.title": "This view could not be opened",
    "trouble.failed.body": "Something went wrong while opening the cut. The cut itself is unchanged.",
    "selection.too_long": "The link is longer than any view needs.",
    "selection.unreadable": "The link cannot be read.",
    "selection.repeated": "The link states “{part}” more than once.",
    "selection.unknown_parameter": "The link holds a setting Interim does not know.",
    "selection.unknown_study": "The store has no study of that name.",
    "selection.unknown_cut": "The study has no such data cut.",
    "selection.unknown_value": "The link asks for a value of “{part}” that this cut does not hold.",
    "selection.unknown_filter": "The link filters by a column this study does not filter by.",
    "selection.empty_range": "The range for “{part}” ends before it starts.",
    # cards
    "card.failed.title": "This card could not be made",
    "card.failed.body": "The rest of the page is not affected. Reload the page to try again; if it fails again, the record named in the server's log helps to find the cause.",
    "card.loading": "Loading {title}",
    "card.empty.filter": "No patient is left by the filters. Remove one to see results.",
    "card.tools": "Tools of this card",
    "card.definition": "Definition",
    "card.definition.of": "Definition: {title}",
    "card.fullscreen": "Full screen",
    "card.download": "Download",
    "card.download.csv": "Data (CSV)",
    "card.download.png": "Picture (PNG)",
    "card.download.svg": "Picture (SVG)",
    "card.link": "Copy link to this view",
    "card.link.done": "Link copied",
    "card.link.failed": "The browser did not allow copying. The address bar holds the link.",
    "card.n": "n = {n}",
    "file.study": "Study",
    "file.cut": "Data cut",
    "file.hash": "Cut hash",
    "file.view": "View",
    "file.patients": "Patients",
    "file.synthetic": "Synthetic data: no real patient.",
    # words for numbers
    "number.ne": "not estimable",
    "number.nr": "not reached",
    "number.ns": "not stated",
    "number.none": "none",
    # analysis sets
    "set.enrolled": "Enrolled",
    "set.safety": "Safety",
    "set.full": "Full analysis",
    "set.evaluable": "Response-evaluable",
    # pages
    "page.overview": "Overview",
}  # fmt: skip


def text(key: str, /, **values: object) -> str:
    """The string of `key` with its placeholders filled. KeyError for an unknown key."""
    return CATALOGUE[key].format(**values)


def day(value: date | str | None) -> str:
    """A date as a reader writes it: 15 Apr 2025. None is "not stated"."""
    if value is None:
        return text("number.ns")
    known = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
