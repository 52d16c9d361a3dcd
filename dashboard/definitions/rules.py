"""The [rules] of study.toml in words: what is in force, and whether the study states it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from dashboard.definitions.parameters import duration
from dashboard.text import text
from data_access.study.model import Rules, Study

#: every key of [rules], in the order of the model
KEYS = tuple(f.name for f in fields(Rules))
#: a window of [rules] may be stated with its endpoint instead
WINDOWS = {"orr_window_days": "ORR", "pfs_window_days": "PFS", "ae_window_days": "AE"}
#: keys whose value is a number of days
DAYS = frozenset(
    {
        "confirm_days", "sd_min_days", "assessment_interval", "visit_window", "orr_window_days",
        "pfs_window_days", "ae_window_days", "cb_days", "teae_end_days", "hys_law_days",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in force; `stated` is False where the default holds."""

    key: str
    label: str
    value: str
    stated: bool

    @property
    def sentence(self) -> str:
        kind = "stated" if self.stated else "default"
        return text(f"rule.in_force.{kind}", label=self.label, value=self.value)


def in_force(study: Study, keys: Iterable[str] = KEYS) -> tuple[Rule, ...]:
    """The rules of these keys as this study has them."""
    return tuple(
        Rule(key, text(f"rule.{key}"), _value(study.rules, key), is_stated(study, key))
        for key in keys
    )


def is_stated(study: Study, key: str) -> bool:
    """Does study.toml name this rule, itself or as the window of its endpoint?"""
    names = {name.casefold() for name in study.text.lines}
    endpoint = WINDOWS.get(key, "")
    return f"rules.{key}" in names or f"endpoints.{endpoint}.window_days".casefold() in names


def _value(rules: Rules, key: str) -> str:
    value = getattr(rules, key)
    if value is None:
        return text("number.ns")
    if isinstance(value, bool):
        return text("word.yes" if value else "word.no")
    if key in DAYS:
        return duration(value)
    return f"{100 * value:g}%" if key == "level" else str(value)
