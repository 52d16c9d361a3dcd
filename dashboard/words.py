"""Filters in words: the same on a chip, in a file and under a picture."""

from __future__ import annotations

from dashboard.casing import sentence_case, term_case
from dashboard.selection import MISSING, Levels, Range, Selection
from dashboard.text import text
from data_access.schema import DOMAINS, Kind
from data_access.study.model import Study

#: columns of codes whose capitals are no sentence
CODED = ("SITEID",)
#: columns of terms: no value of theirs is a code, however short
TERMS = ("AEDECOD", "AEBODSYS", "AETERM", "AESOC", "AEHLT", "AEHLGT", "AELLT")


def backbone_labels(study: Study) -> dict[str, str]:
    return {g.id: g.label for g in study.backbones.groups} if study.backbones else {}


def filter_parts(study: Study, selection: Selection) -> list[tuple[str, str, str | None, str]]:
    """(column, its name, the value or None when it goes as a whole, in words) per active filter.

    Patients chosen one by one are a filter without a name: their number says what it is.
    """
    names = backbone_labels(study)
    title = study.backbones.label if study.backbones else ""
    parts: list[tuple[str, str, str | None, str]] = [
        ("backbone", title, b, names[b]) for b in selection.backbones
    ]
    labels = {f.column: f.label for f in study.filters}
    for item in selection.filters:
        label = labels.get(item.column, item.column)
        if isinstance(item, Levels):
            parts += [(item.column, label, v, said(study, item.column, v)) for v in item.values]
        else:
            parts.append((item.column, label, None, range_words(item)))
    if selection.patients:
        n = len(selection.patients)
        key = "shell.filters.patients.one" if n == 1 else "shell.filters.patients"
        parts.append(("patients", "", None, text(key, n=n)))
    return parts


def filter_text(name: str, words: str) -> str:
    """One filter as it is said on a chip and in a file."""
    return text("shell.filters.chip", name=name, value=words) if name else words


def filter_words(study: Study, selection: Selection) -> str:
    """The active filters in one line."""
    parts = filter_parts(study, selection)
    return "; ".join(filter_text(name, words) for _, name, _, words in parts) or text(
        "shell.filters.none"
    )


def range_words(item: Range) -> str:
    lower = "" if item.lower is None else f"{item.lower:g}"
    upper = "" if item.upper is None else f"{item.upper:g}"
    if not upper:
        return text("shell.filters.at_least", lower=lower)
    if not lower:
        return text("shell.filters.at_most", upper=upper)
    return text("shell.filters.range", lower=lower, upper=upper)


def level_words(study: Study, column: str, value: str) -> str:
    """A level as a reader says it: the study's own word, yes or no for a flag, else as exported."""
    if value == MISSING:
        return text("shell.filters.missing")
    if value in study.labels:
        return study.labels[value]
    if any(f.column == column and f.kind == "several" for f in study.filters):
        return sentence_case(value)
    known = DOMAINS["ADSL"].column(column)
    if known is not None and known.kind is Kind.FLAG and value in {"Y", "N"}:
        return text("word.yes" if value == "Y" else "word.no")
    return value


def said(study: Study, column: str, value: str) -> str:
    """A value as a reader says it: the study's word, else capitals as a sentence."""
    words = level_words(study, column, value)
    if words != value or column in CODED:
        return words
    return term_case(value) if column in TERMS else sentence_case(value)
