"""The registry of definitions: complete words, real parameters, one source for page and docs."""

from __future__ import annotations

import re

import pytest

from dashboard.definitions.document import definitions_page
from dashboard.definitions.parameters import duration, parameters
from dashboard.definitions.registry import BY_ID, ENTRIES, PARTS, SECTIONS, Entry
from dashboard.definitions.rules import KEYS, in_force
from dashboard.document import DEFINITIONS
from dashboard.text import CATALOGUE, text
from data_access.study.model import Rules
from data_access.study.parse import parse_study

NAMES = [e.id for e in ENTRIES]


def test_ids_are_unique_and_can_be_anchors() -> None:
    assert len(BY_ID) == len(ENTRIES)
    assert all(re.fullmatch(r"[a-z][a-z_]*", name) for name in NAMES)
    assert {e.section for e in ENTRIES} == set(SECTIONS)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_an_entry_says_all_it_must(entry: Entry) -> None:
    values = parameters()
    for part in PARTS:
        said = entry.words(part, values)
        assert said.endswith("."), f"{entry.id}.{part} is no sentence: {said}"
        assert "{" not in said
    assert set(entry.rules) <= set(KEYS)
    assert all(f"ref.{r}" in CATALOGUE and f"ref.{r}.short" in CATALOGUE for r in entry.references)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_parameter_a_definition_speaks_of_is_listed_with_it(entry: Entry) -> None:
    """A number in a definition that a rule of study.toml decides names that rule."""
    spoken = {
        "confirm_days": "confirm_days",
        "max_ne": "max_ne",
        "sd_min_days": "sd_min_days",
        "cb_days": "cb_days",
        "orr_window": "orr_window_days",
        "orr_window_day": "orr_window_days",
        "pfs_window": "pfs_window_days",
        "pfs_landmark": "pfs_window_days",
        "ae_window": "ae_window_days",
        "max_gap": "assessment_interval",
        "conf_type": "conf_type",
        "min_group": "min_group",
        "emergent": "teae_end_days",
    }
    for part in PARTS:
        for name in re.findall(r"\{(\w+)\}", CATALOGUE[f"define.{entry.id}.{part}"]):
            if name in spoken:
                assert spoken[name] in entry.rules, f"{entry.id} speaks of {name}"


def test_nothing_is_defined_that_no_entry_owns() -> None:
    stems = {
        k.split(".")[1]
        for k in CATALOGUE
        if k.startswith("define.") and k.split(".")[-1] in {"name", *PARTS} and k.count(".") == 2
    }
    assert stems == set(NAMES)
    cited = {r for e in ENTRIES for r in e.references}
    assert cited == {k.split(".")[1] for k in CATALOGUE if k.startswith("ref.")}


def test_every_rule_of_study_toml_has_words() -> None:
    assert all(f"rule.{key}" in CATALOGUE for key in KEYS)


def test_a_rule_says_whether_the_study_states_it() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [rules]
        confirm_days = 35
        level = 0.9
        [endpoints.ORR]
        label = "ORR"
        role = "primary"
        window_days = 182
        """
    )
    found = {r.key: r for r in in_force(study)}
    assert found["confirm_days"].sentence.endswith("35 days (study.toml)")
    assert found["level"].sentence.endswith("90% (study.toml)")
    assert found["orr_window_days"].sentence.endswith("182 days (study.toml)")
    assert found["sd_min_days"].sentence.endswith("42 days (default)")
    assert found["pfs_window_days"].sentence.endswith("not stated (default)")
    assert found["accept_sd_between"].sentence.endswith("no (default)")
    assert [r.key for r in in_force(study)] == list(KEYS)


def test_parameters_follow_the_rules() -> None:
    words = parameters(
        Rules(confirm_days=21, assessment_interval=42, visit_window=3, orr_window_days=168),
        "enrolment",
    )
    assert BY_ID["orr"].words("formula", words).count("at least 21 days later") == 1
    assert "(168 days from enrolment)" in BY_ID["orr_window"].words("formula", words)
    assert "two missed visits, 90 days" in BY_ID["censoring"].words("formula", words)
    assert "not stated" in BY_ID["window_complete"].words("formula", words)


def test_severity_is_never_called_a_grade() -> None:
    words = parameters(scale="severity", emergent="derived")
    said = BY_ID["ae_related_high"].words("formula", words)
    assert "severe" in said
    assert "grade" not in said


@pytest.mark.parametrize(
    ("days", "said"),
    [(182.625, "182.625 days (6 months)"), (182, "182 days"), (365, "365 days (12 months)")],
)
def test_days_are_in_months_only_where_they_are_whole(days: float, said: str) -> None:
    assert duration(days) == said


def test_docs_are_made_from_the_registry() -> None:
    assert DEFINITIONS.read_text(encoding="utf-8") == definitions_page(), (
        "run `python -m dashboard.document`"
    )


def test_docs_hold_every_entry_and_every_work() -> None:
    page = definitions_page()
    for entry in ENTRIES:
        assert f"### {entry.name} (`{entry.id}`)" in page
        assert all(text(f"ref.{r}") in page for r in entry.references)
