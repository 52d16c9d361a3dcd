"""Every bad input of the list meets what is expected of it, and the earlier cut still opens."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.cli import with_derived
from data_access.findings import Finding, Severity, describe
from data_access.importer import ImportResult, check_exports, import_exports
from data_access.store import CutStore
from tests.data_access.bad_inputs import binary_cases, csv_cases, semantic_cases
from tests.data_access.bad_inputs.base import write_good
from tests.data_access.bad_inputs.case import Case
from tests.data_access.bad_inputs.document import document, every_rule

NOW = datetime(2025, 6, 1, tzinfo=UTC)
CASES: tuple[Case, ...] = (*csv_cases.CASES, *binary_cases.CASES, *semantic_cases.CASES)


def judged(result: ImportResult) -> ImportResult:
    """As the command line reports it: with the findings that need a derivation."""
    return with_derived(result, lambda told: None)


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[int, ...]]:
    return {rule.id: rule.answers for rule in every_rule()}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportResult]:
    """A folder with the good export, its study.toml and a store with its cut, to be copied."""
    folder = tmp_path_factory.mktemp("good")
    exports, store = write_good(folder), CutStore(folder / "store")
    return folder, judged(import_exports(exports, folder / "study.toml", store=store, now=NOW))


def test_the_good_export_is_good(good):
    _, result = good
    assert result.cut is not None
    grave = [f for f in result.findings if f.severity in (Severity.REJECT, Severity.ERROR)]
    assert not grave, "\n".join(describe(f) for f in grave)


def test_the_list_is_whole():
    assert {c.number for c in CASES} == set(range(1, 90))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_bad_input(
    case: Case, tmp_path: Path, good: tuple[Path, ImportResult], answers: dict[str, tuple[int, ...]]
):
    folder, earlier = good
    assert earlier.cut is not None
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    study = tmp_path / "study.toml"
    store = CutStore(tmp_path / "store")
    case.make(tmp_path / "exports")
    source = tmp_path / case.exports
    foreseen = check_exports(source, study, store=store, now=NOW)
    result = judged(import_exports(source, study, store=store, now=NOW))
    assert foreseen.refused == result.refused, "check and import must agree"
    new = list((Counter(result.findings) - Counter(earlier.findings)).elements())
    if case.outcome == "finding":
        new = list(result.findings)
    text = "\n".join(describe(f) for f in new)
    _meets(case, result, earlier, new, text)
    for name in case.names:
        assert any(name in _everything(f) for f in new), f"{name} is not named:\n{text}"
    if case.outcome in ("refused", "error", "finding"):
        assert any(case.number in answers[f.rule] for f in new), f"no rule answers:\n{text}"
    assert all(f.remedy for f in new)
    reopened = CutStore(tmp_path / "store").open(earlier.cut.study.id, earlier.cut.id)
    assert len(reopened.frame("ADSL")) == 24


def _meets(
    case: Case, result: ImportResult, earlier: ImportResult, new: list[Finding], text: str
) -> None:
    severities = {f.severity for f in new}
    if case.outcome == "refused":
        assert result.refused, f"not refused:\n{text}"
        assert result.cut is None
        return
    assert not result.refused, f"refused:\n{text}"
    assert result.cut is not None
    if case.outcome == "error":
        assert Severity.ERROR in severities, f"no error finding:\n{text}"
    elif case.outcome == "finding":
        assert severities, "no finding"
    elif case.outcome == "read":
        assert {d: result.cut.digest(d) for d in result.cut.domains} == {
            d: earlier.cut.digest(d) for d in earlier.cut.domains
        }
    else:
        assert not result.created
        assert result.cut.id == earlier.cut.id


def _everything(finding: Finding) -> str:
    places = " ".join(str(p) for p in finding.places)
    return " ".join([finding.sentence, finding.column or "", places, *finding.patients])


def test_the_table_in_the_docs_is_current():
    page = Path(__file__).parents[3] / "docs" / "bad-inputs.md"
    assert page.read_text(encoding="utf-8") == document(CASES, every_rule()), (
        "run: python -m tests.data_access.bad_inputs.document"
    )
