"""The rules as a whole: documented, tested one by one, and at home with any export."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data_access.checks import AREAS, CHECKS, RULES, run_checks
from data_access.document import PAGE, page
from data_access.findings import Severity, in_order
from data_access.rules import all_rules
from data_access.schema import DOMAINS
from tests.data_access.checks.written import context_of, written

HERE = Path(__file__).parent


def test_ids_are_unique_and_of_this_area():
    ids = [r.id for r in RULES]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"check-[a-z0-9-]+", i) for i in ids)


def test_every_rule_says_what_is_wrong_and_what_to_do():
    for rule in RULES:
        assert rule.title[0].isupper(), rule.id
        assert rule.title.endswith("...") or not rule.title.endswith("."), rule.id
        assert len(rule.remedy) > 15, rule.id
        assert all(1 <= n <= 89 for n in rule.answers), rule.id


def test_every_rule_has_a_test_that_shows_it_firing():
    """A rule without a test naming its id is not finished."""
    tests = "".join(p.read_text(encoding="utf-8") for p in HERE.glob("test_*.py"))
    named = set(re.findall(r'"(check-[a-z0-9-]+)"', tests))
    copies = {"check-copy-differs"}  # `compare_copies` stands beside `run_checks`
    assert {r.id for r in RULES} - named - copies == set()


def test_every_finding_is_of_a_declared_rule():
    assert {a.__name__ for a in AREAS} == {c.__module__ for c in CHECKS}


def test_the_page_of_the_rules_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(all_rules()), (
        "run `python -m data_access.document`"
    )


def test_the_page_tells_a_reader_every_rule():
    text = page(all_rules())
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.title}" in text
    assert text.index("## Reject") < text.index("## Error") < text.index("## Note")


@pytest.mark.parametrize("rows", [0, 2])
def test_missing_values_everywhere_stop_no_rule(rows):
    """All columns of all domains, every cell missing but the patient."""
    frames = {}
    for name, domain in DOMAINS.items():
        head = "|".join(c.name for c in domain.columns)
        blank = "|" * (len(domain.columns) - 1)
        frame = written("\n".join([head, *[blank] * rows]))
        frame["USUBJID"] = pd.Series([f"P{i}" for i in range(rows)], dtype=object)
        frames[name] = frame
    findings = run_checks(context_of(frames, previous=frames))
    assert [f for f in findings if f.severity is Severity.REJECT] == []


def test_an_export_of_usubjid_alone_stops_no_rule():
    frames = {name: written("USUBJID\nP1") for name in DOMAINS}
    assert [f for f in run_checks(context_of(frames)) if f.severity is Severity.REJECT] == []


def test_findings_come_gravest_first_and_alike_each_time():
    frames = {
        "ADSL": written("USUBJID|AGE|SITEID\nP1|-999|01\nP1|50|01"),
        "ADAE": written("USUBJID|ASTDT\nP9|2024-07-05"),
    }
    findings = run_checks(context_of(frames))
    assert findings == in_order(reversed(findings)) == run_checks(context_of(frames))
    assert findings[0].severity is Severity.REJECT
    assert findings[-1].severity is Severity.NOTE


def test_the_day_of_import_bounds_the_future_and_the_cut_date_the_data():
    frame = {"ADRS": written("USUBJID|PARAMCD|ADT\nP1|OVR|2024-07-10")}
    late = run_checks(context_of(frame))
    assert {f.rule for f in late} >= {"check-date-after-cut", "check-cut-before-newest"}
    future = run_checks(context_of(frame, today=date(2024, 7, 1)))
    assert "check-date-future" in {f.rule for f in future}
    assert "check-date-after-cut" not in {f.rule for f in future}
