"""Folders that cannot be read in full: links, pipes, forbidden files and strange names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data_access.findings import DataError, Finding, Severity, describe
from data_access.readers.exports import Collection, collect
from data_access.readers.folder import shown
from data_access.study.parse import parse_study

CSV = "USUBJID,AGE\nA-1,50\nA-2,51\n"


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "adsl.csv").write_text(CSV)
    return tmp_path


def unreadable(collection: Collection) -> list[Finding]:
    return [f for f in collection.findings if f.rule == "read-unreadable"]


def _link(path: Path) -> None:
    path.symlink_to(path.parent / "gone.csv")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_link, "a link that leads to no file"),
        (os.mkfifo, "a pipe or device"),
        (Path.mkdir, "a folder"),
    ],
)
def test_what_is_called_like_a_domain_and_is_no_file_is_refused(exports, make, why):
    assert unreadable(collect(exports, None)) == []
    make(exports / "adrs.csv")
    (found,) = unreadable(collect(exports, None))
    assert (found.severity, found.domain) == (Severity.REJECT, "ADRS")
    assert found.sentence == f"adrs.csv cannot be read: it is {why}."


def test_a_subfolder_beside_the_file_of_a_domain_is_only_noted(exports):
    (exports / "adsl").mkdir()
    (exports / "plots").mkdir()
    collection = collect(exports, None)
    assert unreadable(collection) == []
    assert [f.severity for f in collection.findings] == [Severity.NOTE]


def test_a_file_named_by_study_toml_must_be_one(exports):
    (exports / "responses.csv").mkdir()
    study = parse_study('[study]\ntitle = "T"\n[files]\nadrs = "responses.csv"\n')
    (found,) = unreadable(collect(exports, study))
    assert found.domain == "ADRS"


def test_a_forbidden_file_is_a_refusal_and_the_others_are_read(exports, monkeypatch):
    (exports / "adae.csv").write_text("USUBJID,AESEQ\nA-1,1\n")
    ordinary = Path.open

    def forbidden(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "adae.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return ordinary(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", forbidden)
    collection = collect(exports, None)
    (found,) = unreadable(collection)
    assert found.sentence == "adae.csv cannot be read: Permission denied."
    assert str(exports) not in describe(found)
    assert list(collection.domains) == ["ADSL"]


def test_a_forbidden_folder_is_a_refusal(exports, monkeypatch):
    def forbidden(self: Path) -> object:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(DataError) as refused:
        collect(exports, None)
    (found,) = refused.value.findings
    assert found.sentence == f"{exports.name} cannot be read: Permission denied."


def test_a_name_that_is_not_utf8_is_refused_for_a_domain_and_escaped_in_findings(exports):
    (exports / os.fsdecode(b"adrs_\xe9tude.csv")).write_text("USUBJID,PARAMCD,AVALC\n")
    (exports / os.fsdecode(b"notes_\xe9.csv")).write_text("a\n1\n")
    collection = collect(exports, None)
    (found,) = [f for f in collection.findings if f.rule == "read-file-name"]
    assert (found.severity, found.domain) == (Severity.REJECT, "ADRS")
    assert found.sentence == "The name of adrs_\\xe9tude.csv is not UTF-8."
    text = "".join(describe(f) + str(f.to_json()) for f in collection.findings)
    assert "notes_\\xe9.csv" in text
    assert text.encode("utf-8")  # no lone surrogate


def test_a_name_is_shown_as_it_is_when_it_can_be():
    assert shown("患者_é.csv") == "患者_é.csv"
    assert shown("a\nb.csv") == "a\\nb.csv"
