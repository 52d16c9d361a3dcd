"""The Methods page: what is in force for this study, this cut and this view."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dashboard.definitions.registry import ENTRIES
from dashboard.pages import PAGES
from dashboard.pages.methods import CARDS
from dashboard.panels import PANELS
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access import VERSION
from tests.stores import real_store

Told = Callable[..., str]


def words_of(shelf: Shelf, name: str, query: str = "") -> str:
    """The words of one section, as the browser gets them."""
    selection, _ = shelf.resolve(query)
    answer = Results(shelf, PANELS, Flask(__name__)).panel(name, selection, Audience.FULL)
    drawn = next(c for c in CARDS if c.name == name).draw(answer)
    return json.dumps(_blocks(drawn), ensure_ascii=False)


def _blocks(part: Any) -> Any:
    data = getattr(part, "data-blocks", None)
    if data is not None:
        return json.loads(data)
    children = getattr(part, "children", None)
    inner = children if isinstance(children, list) else [] if children is None else [children]
    found = [_blocks(c) for c in inner if not isinstance(c, str)]
    return next((f for f in found if f is not None), None)


def test_it_is_the_last_page_of_the_readers_order() -> None:
    assert PAGES[-1].path == "/methods"


def test_the_cut_its_hash_and_the_software(shelf: Shelf) -> None:
    told = words_of(shelf, "methods-cut")
    _, opened = shelf.resolve("")
    assert opened.cut.id in told
    assert '"1 Jul 2025"' in told
    assert f"Interim {VERSION}, Python {platform.python_version()}" in told
    assert f"pandas {version('pandas')}" in told
    assert "No real patient stands behind these data." in told
    assert '["Sponsor", "not stated"]' in told
    assert '["Planned patients", "12"]' in told
    files = words_of(shelf, "methods-files")
    assert all(opened.cut.digest(d) in files for d in opened.cut.domains)
    assert all(s.sha256 in files for s in opened.cut.sources)


def test_registry_wording_is_quoted_and_held_against_the_definition(shelf: Shelf) -> None:
    told = words_of(shelf, "methods-endpoints")
    assert "“randomization to death from any cause, up to 6 months”" in told
    assert "Death from any cause alone is overall survival" in told
    assert "The trial is not randomised." in told
    assert "Response: 182 days from first dose" in told
    assert "TRTSDT, else ENRLDT" in told


def test_analysis_sets_count_by_the_rule_used(shelf: Shelf) -> None:
    """By hand: 10 patients, P10 a screen failure, P09 never dosed, no FASFL, six evaluable."""
    told = words_of(shelf, "methods-sets")
    assert '["Enrolled patients", "ENRLFL is Y", "9", "1 ENRLFL is not Y"]' in told
    assert '["Safety set", "SAFFL is Y", "8", "2 SAFFL is not Y"]' in told
    assert "The export cannot tell this set." in told
    assert '"6", "3 no adequate post-baseline assessment; 1 not enrolled"]' in told


def test_sets_do_not_change_with_the_filters(shelf: Shelf) -> None:
    whole = words_of(shelf, "methods-sets")
    assert words_of(shelf, "methods-sets", "study=written&f.SEX=M") == whole


def test_the_rules_of_the_study_and_the_defaults(shelf: Shelf) -> None:
    told = words_of(shelf, "methods-rules")
    assert (
        '"Response window; later responses are shown, not counted", "182 days", "study.toml"'
        in (told)
    )
    assert '"Shortest time from a response to the scan that confirms it", "28 days", "default"' in (
        told
    )


def test_censoring_rules_follow_the_study(other: Callable[..., Shelf]) -> None:
    study = '[study]\nid = "w"\ntitle = "W"\n[rules]\nassessment_interval = 42\nvisit_window = 3\n'
    told = words_of(other(study=study), "methods-censoring")
    assert "more than 90 days after the last adequate assessment" in told
    assert "90 days are two scan intervals of 42 days and two deviations of 3 days." in told


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "derived by the FDA-like rules"),
        ("study=written&rules=ema", "derived by the EMA-like rules"),
    ],
)
def test_which_reading_is_shown(shelf: Shelf, query: str, said: str) -> None:
    assert said in words_of(shelf, "methods-censoring", query)


def test_backbones_overlap_and_are_counted_in_view(shelf: Shelf) -> None:
    """By hand: P05 and P06 have carboplatin, P07 cisplatin; P06 is on a taxane too."""
    told = words_of(shelf, "methods-groups")
    assert '["Carboplatin", "CARBOPLATIN", "Platinum", "2"]' in told
    assert '["Platinum", "CISPLATIN", "–", "3"]' in told
    assert '["Taxane", "PACLITAXEL", "–", "3"]' in told
    assert "Eribulin, Carboplatin, Platinum, Taxane." in told


def test_what_is_not_stated_is_said(shelf: Shelf) -> None:
    assert "Not stated: study.toml names no monitoring rule" in words_of(
        shelf, "methods-monitoring"
    )
    assert "study.toml states no published result." in words_of(shelf, "methods-benchmarks")
    assert "The export holds no adverse events." in words_of(shelf, "methods-adverse")


def test_monitoring_rules_and_benchmarks_as_stated(other: Callable[..., Shelf]) -> None:
    study = """
[study]
id = "w"
title = "W"
[design.simon]
p0 = 0.10
p1 = 0.30
r1 = 1
n1 = 10
r = 5
n = 29
[monitoring.stop]
kind = "toxicity"
label = "Stop for toxicity"
endpoint = "AE"
p = 0.3
cutoff = 0.9
[benchmarks.a]
endpoint = "ORR"
label = "A"
population = "P"
x = 11
n = 233
source = "J 2022, https://example.org/a/b"
[benchmarks.b]
endpoint = "PFS"
label = "B"
population = "P"
estimate = 1.7
lower = 1.5
upper = 2.6
source = "J 2022"
"""
    shelf = other(study=study)
    told = words_of(shelf, "methods-monitoring")
    assert "p0 0.1; p1 0.3; r1 1; n1 10; r 5; n 29" in told
    assert '["Stop for toxicity", "toxicity", "AE", "cutoff 0.9; p 0.3"]' in told or (
        '["Stop for toxicity", "toxicity", "AE", "p 0.3; cutoff 0.9"]' in told
    )
    told = words_of(shelf, "methods-benchmarks")
    assert '"11/233", "J 2022, https://example.org/a/b"' in told
    assert '"1.7 months (1.5 to 2.6)"' in told


def test_every_entry_stands_on_the_page(shelf: Shelf) -> None:
    selection, _ = shelf.resolve("")
    answer = Results(shelf, PANELS, Flask(__name__)).panel(
        "methods-definitions", selection, Audience.FULL
    )
    drawn = next(c for c in CARDS if c.name == "methods-definitions").draw(answer)
    entries = [b["id"] for b in _blocks(drawn) if b["kind"] == "entry"]
    assert entries == [e.id for e in sorted(ENTRIES, key=_place)]


def _place(entry: Any) -> int:
    from dashboard.definitions.registry import SECTIONS

    return SECTIONS.index(entry.section)


def test_a_definition_points_at_works_that_stand_on_the_page(shelf: Shelf) -> None:
    selection, _ = shelf.resolve("")
    results = Results(shelf, PANELS, Flask(__name__))
    works = results.panel("methods-references", selection, Audience.FULL)["blocks"][0]["ids"]
    said = results.panel("methods-definitions", selection, Audience.FULL)
    anchors = {a for s in said["sections"] for e in s["entries"] for _, a in e["references"]}
    assert anchors == set(works)


def test_nobody_is_named_on_the_page(shelf: Shelf) -> None:
    told = "".join(words_of(shelf, c.name) for c in CARDS)
    assert not any(f"P{i:02}" in told for i in range(1, 11))


def test_an_export_of_adsl_alone_is_told(other: Callable[..., Shelf]) -> None:
    shelf = other(study='[study]\nid = "bare"\ntitle = "B"\n', adsl="USUBJID,SEX\nA1,F\nA2,M\n")
    for card in CARDS:
        assert words_of(shelf, card.name)
    assert '["Best overall response, confirmed", "not stated", "not compared"]' in words_of(
        shelf, "methods-sources"
    )
    assert "not stated: neither times nor assessments are exported" in words_of(
        shelf, "methods-censoring"
    )


def test_a_real_export_says_what_it_derived(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pharmaverse: severity in place of grades, no enrolment flag, PFS by the EMA-like rule."""
    shelf = Shelf(real_store(tmp_path_factory, shared, "pharmaverse_onco"))
    assert "never grade 3 or higher" in words_of(shelf, "methods-adverse")
    assert "ADSL without screen failures" in words_of(shelf, "methods-sets")
    assert '"3 arms, randomised"' in words_of(shelf, "methods-cut")
    told = words_of(shelf, "methods-sources")
    assert "The exported times agree with the EMA-like rule for 254 of 254 patients." in told
