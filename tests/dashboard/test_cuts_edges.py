"""The Cuts page where it is hard: other rules, dropped patients, damaged, single and many cuts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.cuts import findings, ledger, listing, records
from dashboard.panels import COMPARING, FRESH, PANELS
from dashboard.results import Audience, Results
from dashboard.selection import SelectionError
from dashboard.shelf import Shelf
from data_access.findings import DataError
from data_access.store import Cut, CutStore
from tests.dashboard.written import ADRS, ADSL, CUT_DATE, STUDY, import_written

EARLIER = date(2025, 5, 15)


class Library:
    """A store of hand-written cuts and what the page says of it."""

    def __init__(self, home: Path) -> None:
        self.store = CutStore(home / "home")
        self.home = home
        self.count = 0

    def add(self, cut_date: date = CUT_DATE, **tables: str) -> Cut:
        self.count += 1
        study = tables.pop("study", STUDY)
        known = {"adsl": ADSL, "adrs": ADRS, **tables}
        folder = self.home / f"{self.count}"
        return import_written(self.store, folder, study=study, cut_date=cut_date, **known)

    def ask(self, name: str, query: str = "") -> dict[str, Any]:
        shelf = Shelf(self.store)
        results = Results(shelf, PANELS, Flask(__name__), comparing=COMPARING, fresh=FRESH)
        selection, _ = shelf.resolve(query)
        return results.panel(name, selection, Audience.FULL)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def moves(answer: dict[str, Any], id_: str) -> list[tuple[str, str, int, int]]:
    found = next(e for e in answer["estimates"] if e["id"] == id_)
    return [(u, cause, dx, dn) for u, cause, dx, dn, *_ in found["moves"]]


def without(table: str, *patients: str) -> str:
    return "".join(
        line for line in table.splitlines(keepends=True) if line.partition(",")[0] not in patients
    )


def test_a_dropped_patient_is_named_everywhere(library: Library) -> None:
    """P01, a responder, is in the earlier export and not in the later one."""
    library.add(EARLIER)
    library.add(adsl=without(ADSL, "P01"), adrs=without(ADRS, "P01"))
    answer = library.ask("cuts-ledger")
    assert ("P01", "dropped", -1, -1) in moves(answer, "orr")
    assert ("P01", "dropped", -1, -1) in moves(answer, "enrolled")
    changed = library.ask("cuts-records")
    assert changed["vanished"] == ["P01"]
    assert {s["id"]: s["gone"] for s in changed["sets"]}["enrolled"] == 1
    assert "P01" in str(records.draw(changed))


def test_other_rules_are_a_cause_of_their_own(library: Library) -> None:
    """The same exports; only the later study.toml asks for 70 days between the two scans.

    P01 responds on days 42 and 84, 42 days apart: no longer confirmed. P03 (days 56 and 112)
    neither: 56 days. Nothing else differs, so the rules explain all of it.
    """
    library.add(EARLIER)
    library.add(study=STUDY.replace("[rules]", "[rules]\nconfirm_days = 70"))
    answer = library.ask("cuts-ledger")
    assert answer["rules_changed"]
    losses = [m for m in moves(answer, "orr") if m[2] < 0]
    assert losses == [("P01", "rules", -1, 0), ("P03", "rules", -1, 0)]
    changed = library.ask("cuts-records")
    assert changed["study_changes"] == [["rules.confirm_days", "28", "70"]]
    assert "rules.confirm_days" in str(records.draw(changed))


def test_a_comment_in_study_toml_is_no_change_of_rules(library: Library) -> None:
    library.add(EARLIER)
    library.add(study=STUDY + "\n# a word to the reader\n")
    assert not library.ask("cuts-ledger")["rules_changed"]
    assert library.ask("cuts-records")["study_changes"] == []


def test_a_scan_entered_late_and_a_scan_corrected_are_told_apart(library: Library) -> None:
    """P05 has SD on days 56 and 112. Late: two earlier PR come in. Corrected: both become PR."""
    library.add(EARLIER)
    late = ADRS + "P05,OVR,Overall response,2024-12-20,PR\nP05,OVR,Overall response,2025-01-20,PR\n"
    library.add(adrs=late)
    assert ("P05", "late", 1, 0) in moves(library.ask("cuts-ledger"), "orr")
    corrected = ADRS.replace(
        "P05,OVR,Overall response,2025-01-26,SD", "P05,OVR,Overall response,2025-01-26,PR"
    )
    corrected = corrected.replace(
        "P05,OVR,Overall response,2025-03-23,SD", "P05,OVR,Overall response,2025-03-23,PR"
    )
    library.add(date(2025, 7, 2), adrs=corrected)
    answer = library.ask("cuts-ledger")
    assert ("P05", "corrected", 0, 0) not in moves(answer, "orr")
    oldest = library.store.cuts("written")[-1].id
    against = library.ask("cuts-ledger", f"against={oldest[:16]}")
    assert ("P05", "corrected", 1, 0) in moves(against, "orr")


def test_two_cuts_of_one_day_are_ordered_by_their_import(library: Library) -> None:
    first = library.add()
    second = library.add(
        adrs=ADRS.replace(
            "P01,OVR,Overall response,2024-12-24,PR", "P01,OVR,Overall response,2024-12-24,SD"
        )
    )
    one = library.ask("cuts-ledger", f"cut={first.id[:16]}&against={second.id[:16]}")
    other = library.ask("cuts-ledger", f"cut={second.id[:16]}&against={first.id[:16]}")
    assert one["estimates"] == other["estimates"]
    assert one["then"]["id"] != one["now"]["id"]
    assert [abs(m[2]) for m in moves(one, "orr")] == [1]
    assert moves(one, "orr")[0][:2] == ("P01", "corrected")


def test_a_filter_the_other_cut_does_not_have_is_said(library: Library) -> None:
    library.add(EARLIER, study=STUDY.replace('SEX = "Sex"\n', ""))
    library.add()
    answer = library.ask("cuts-ledger", "f.SEX=F")
    assert answer["problem"] == "filter"
    assert "Remove that filter" in str(ledger.draw(answer))


def test_an_estimate_one_cut_cannot_tell_is_said(library: Library) -> None:
    """The earlier export has no tumour response."""
    path = library.home / "bare"
    import_written(library.store, path, cut_date=EARLIER, adsl=ADSL)
    library.add()
    answer = library.ask("cuts-ledger")
    orr = next(e for e in answer["estimates"] if e["id"] == "orr")
    assert orr["then"] is None
    assert orr["now"] is not None
    assert "The earlier cut cannot tell this estimate." in str(ledger.draw(answer))
    domains = {d["domain"]: d.get("alone") for d in library.ask("cuts-records")["domains"]}
    assert domains["ADRS"] == "now"


# --- damaged, single, many -----------------------------------------------------------------------


def damage(cut: Cut, *, quietly: bool) -> None:
    """Change a stored table; quietly: its size stays the same, so only its bytes tell."""
    file = cut.path / "ADRS.parquet"
    file.chmod(0o640)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(bytes(content) if quietly else bytes(content[:-1]))


@pytest.mark.parametrize("quietly", [True, False])
def test_a_damaged_predecessor_is_passed_over(library: Library, *, quietly: bool) -> None:
    oldest = library.add(date(2025, 4, 1))
    damaged = library.add(EARLIER, adsl=ADSL.replace("P02,Y,Y,2024-09-26", "P02,Y,Y,2024-09-27"))
    library.add()
    damage(damaged, quietly=quietly)
    answer = library.ask("cuts-ledger")
    assert answer["problem"] is None
    assert answer["then"]["id"] == oldest.id
    with pytest.raises((DataError, SelectionError)):
        library.ask("cuts-ledger", f"against={damaged.id[:16]}")


def test_a_damaged_cut_is_said_in_the_list(library: Library, said: Callable[[Any], str]) -> None:
    damaged = library.add(EARLIER)
    library.add(adsl=without(ADSL, "P08"))
    damage(damaged, quietly=False)
    answer = library.ask("cuts-list")
    told = said(listing.draw(answer))
    assert "1 cut is damaged" in told
    assert [bool(c["damaged"]) for c in answer["cuts"]] == [False, True]
    assert [c["newest"] for c in answer["cuts"]] == [True, False]
    _, rows = listing.rows(answer)
    assert any("size" in str(r[-1]) for r in rows)


def test_a_cut_whose_manifest_is_gone_is_a_line_of_the_list(
    library: Library, said: Callable[[Any], str]
) -> None:
    gone = library.add(EARLIER)
    library.add(adsl=without(ADSL, "P08"))
    gone.path.chmod(0o750)
    shutil.move(gone.path / "manifest.json", library.home / "elsewhere")
    told = said(listing.draw(library.ask("cuts-list")))
    assert "15 May 2025" in told
    assert "damaged" in told


def test_a_single_cut_says_what_will_come(library: Library, said: Callable[[Any], str]) -> None:
    library.add()
    for name, card in (("cuts-ledger", ledger), ("cuts-records", records)):
        answer = library.ask(name)
        assert answer["problem"] == "single"
        assert "The study has one cut so far" in said(card.draw(answer))
        assert card.rows(answer)[1] == []


def test_two_thousand_findings_stay_pages_of_rules(said: Callable[[Any], str]) -> None:
    """Forty rules with fifty findings each: fifteen rules on a page, twelve findings in a fold."""
    one = {"domain": "ADLB", "column": None, "count": 1, "patients": [], "places": []}
    found = [
        {**one, "rule": f"check-{i % 40:02}", "severity": "warning", "sentence": f"No. {i}.",
         "remedy": "Mend it."}
        for i in range(2_000)
    ]  # fmt: skip
    answer = {"findings": found, "severities": ["reject", "error", "warning", "note"], "keys": {}}
    chosen = {"severity": ["warning"], "domain": findings.ANY, "search": ""}
    first = findings.listing(answer, chosen, 0)
    assert "2000 of 2000 findings, 40 rules." in said(first)
    assert "1 to 15 of 40 rules" in said(first)
    assert "and 49 more of this rule" in said(first)
    assert "31 to 40 of 40 rules" in said(findings.listing(answer, chosen, 2))
    told = said(findings.unfold(answer, "warning:check-07", 4, chosen))
    assert "49 to 50 of 50 findings" in told
    assert "No. 1967." in told


def test_the_pages_of_many_cuts_turn(library: Library, said: Callable[[Any], str]) -> None:
    for i in range(23):
        library.add(date(2025, 6, 1 + i))
    answer = library.ask("cuts-list")
    assert len(answer["cuts"]) == 23
    assert "1 to 10 of 23 cuts" in said(listing.listing(answer, 0))
    assert "21 to 23 of 23 cuts" in said(listing.listing(answer, 2))
    assert "21 to 23 of 23 cuts" in said(listing.listing(answer, 99))
    assert len(library.ask("cuts-ledger")["choices"]) == 22
