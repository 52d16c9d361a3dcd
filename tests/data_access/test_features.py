"""Feature tables named by study.toml are stored with the cut, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from data_access.features import shared_samples, unlinked_samples
from data_access.importer import import_exports
from data_access.store import CutStore
from tests.data_access.bad_inputs.base import STUDY, write_good

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FEATURES = '\n[features.stool]\nfile = "taxa.csv"\nlabel = "Stool"\ntaxonomy = "tax.csv"\n'


def imported(tmp_path, table: str):
    exports = write_good(tmp_path)
    (exports / "taxa.csv").write_text(table, encoding="utf-8")
    (exports / "tax.csv").write_text(
        "taxon,genus\nAkkermansia,Akkermansia\nDorea,Dorea\n", encoding="utf-8"
    )
    study = tmp_path / "study.toml"
    study.write_text(STUDY + FEATURES, encoding="utf-8")
    return import_exports(exports, study, store=CutStore(tmp_path / "home"), now=NOW)


def test_counts_and_taxonomy_are_stored(tmp_path):
    result = imported(tmp_path, "SAMPLEID,Akkermansia,Dorea\nS1,5,0\nS2,0,7\n")
    assert result.cut is not None
    long = result.cut.features("stool")
    kept = {
        (s, t): v
        for s, t, v in zip(long["SAMPLEID"], long["TAXON"], long["VALUE"], strict=True)
        if v > 0
    }
    assert kept == {("S1", "Akkermansia"): 5, ("S2", "Dorea"): 7}
    assert list(result.cut.features("stool_taxonomy")["genus"]) == ["Akkermansia", "Dorea"]


def test_a_changed_count_is_another_cut(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = imported(tmp_path / "a", "SAMPLEID,Akkermansia,Dorea\nS1,5,0\nS2,0,7\n")
    two = imported(tmp_path / "b", "SAMPLEID,Akkermansia,Dorea\nS1,5,0\nS2,0,8\n")
    assert one.cut.id != two.cut.id


def test_a_negative_count_is_refused_with_its_line(tmp_path):
    result = imported(tmp_path, "SAMPLEID,Akkermansia,Dorea\nS1,5,0\nS2,-1,7\n")
    assert result.refused
    assert any(p.line == 3 for f in result.findings for p in f.places if p.file == "taxa.csv")


def test_a_layout_that_the_header_contradicts_is_refused(tmp_path):
    exports = write_good(tmp_path)
    (exports / "taxa.csv").write_text("SAMPLEID,Akkermansia\nS1,5\n", encoding="utf-8")
    study = tmp_path / "study.toml"
    text = STUDY + '\n[features.stool]\nfile = "taxa.csv"\nlabel = "Stool"\nlayout = "wide"\n'
    study.write_text(text, encoding="utf-8")
    result = import_exports(exports, study, store=CutStore(tmp_path / "home"), now=NOW)
    assert result.refused
    (finding,) = [f for f in result.findings if f.rule == "read-features-layout"]
    assert "wide-transposed" in finding.sentence


def test_a_table_without_one_known_taxon_is_refused(tmp_path):
    result = imported(tmp_path, "SAMPLEID,S1,S2\nAkkermansia,5,0\nDorea,0,7\n")
    assert result.refused
    assert any("other way round" in f.sentence for f in result.findings)


def test_samples_of_nobody_are_an_error():
    long = pa.table(
        {"SAMPLEID": ["S1", "S1", "S2"], "TAXON": ["a", "b", "a"], "VALUE": [1.0, 2, 3]}
    )
    (finding,) = unlinked_samples({"stool": long}, pa.table({"SAMPLEID": ["S1", None]}))
    assert (finding.rule, finding.count) == ("import-samples-unlinked", 1)
    assert "S2" in finding.sentence
    assert not unlinked_samples({"stool": long}, pa.table({"SAMPLEID": ["S1", "S2"]}))
    assert not unlinked_samples({"stool": long}, None)


def test_a_sample_of_two_patients_is_an_error_that_names_both():
    long = pa.table({"SAMPLEID": ["S1"], "TAXON": ["a"], "VALUE": [1.0]})
    samples = pa.table({"SAMPLEID": ["S1", "S1", "S1", "S2", None], "USUBJID": [*"PPQQQ"]})
    (finding,) = shared_samples({"stool": long}, samples)
    assert (finding.rule, finding.patients, finding.count) == (
        "import-samples-shared", ("P", "Q"), 1,
    )  # fmt: skip
    assert not shared_samples({}, samples)
    assert not shared_samples({"stool": long}, samples.slice(3))


def test_lineages_of_the_table_itself_are_kept_as_its_taxonomy(tmp_path):
    """MetaPhlAn and BIOM bring the ranks along: without them no genus would be known."""
    exports = write_good(tmp_path)
    (exports / "taxa.tsv").write_text(
        "clade_name\tS1\nk__B|g__Akkermansia\t60\nk__B|g__Akkermansia|s__A_muciniphila\t60\n"
        "k__B|g__Dorea\t40\nk__B|g__Dorea|s__D_longicatena\t40\n",
        encoding="utf-8",
    )
    toml = STUDY + '\n[features.stool]\nfile = "taxa.tsv"\nlabel = "Stool"\n'
    (tmp_path / "study.toml").write_text(toml, encoding="utf-8")
    made = import_exports(
        exports, tmp_path / "study.toml", store=CutStore(tmp_path / "home"), now=NOW
    )
    assert made.cut is not None, made.findings
    ranks = made.cut.features("stool_taxonomy")
    assert dict(zip(ranks["TAXON"], ranks["genus"], strict=True)) == {
        "A_muciniphila": "Akkermansia",
        "D_longicatena": "Dorea",
    }
