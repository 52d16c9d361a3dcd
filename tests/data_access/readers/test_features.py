"""Microbiome feature tables: every layout gives the same matrix, every fault its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_access.findings import DataError, Finding
from data_access.rawtable import SourceFile
from data_access.readers import features, read_file
from data_access.readers.features import FeatureData, from_arrow, read_features, to_arrow
from tests.data_access.readers.reading import refused

SAMPLES = ("S1", "S2", "S3")
TAXA = ("Blautia", "Dorea", "Roseburia", "Akkermansia")
COUNTS = np.array([[10, 0, 5, 0], [0, 0, 7, 1], [3, 2, 0, 4]], dtype=float)


def frame(values: np.ndarray = COUNTS) -> pd.DataFrame:
    return pd.DataFrame(values, index=list(SAMPLES), columns=list(TAXA))


def wide(values: np.ndarray = COUNTS, corner: str = "TAXON", separator: str = "\t") -> str:
    return frame(values).T.to_csv(sep=separator, index_label=corner)


def read(tmp_path: Path, text: str | bytes, name: str = "gut.tsv", **options: Any) -> FeatureData:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_features(path, SourceFile(name, "", "", path.stat().st_size), **options)


def refusal(tmp_path: Path, text: str, rule: str, **options: Any) -> Finding:
    return refused(lambda: read(tmp_path, text, **options), f"read-features-{rule}", "gut.tsv")


def rules(data: FeatureData) -> list[str]:
    return [f.rule.removeprefix("read-features-") for f in data.findings]


def biom(path: Path, change: Callable[[h5py.File], object] = lambda _: None) -> Path:
    """A BIOM 2.1 file: observations are taxa."""
    rows, columns = np.nonzero(COUNTS.T)
    with h5py.File(path, "w") as file:
        file.attrs["id"] = "No Table ID"
        file.attrs["type"] = "OTU table"
        file.attrs["format-url"] = "http://biom-format.org"
        file.attrs["format-version"] = (2, 1)
        file.attrs["shape"] = COUNTS.T.shape
        file.attrs["nnz"] = len(rows)
        for axis, ids in (("observation", TAXA), ("sample", SAMPLES)):
            file[f"{axis}/ids"] = np.array(ids, dtype=h5py.string_dtype())
        file["observation/matrix/data"] = COUNTS.T[rows, columns]
        file["observation/matrix/indices"] = columns.astype(np.int32)
        bounds = np.searchsorted(rows, np.arange(len(TAXA) + 1))
        file["observation/matrix/indptr"] = bounds.astype(np.int32)
        change(file)
    return path


def same(data: FeatureData) -> None:
    assert (data.samples, data.taxa, data.kind) == (SAMPLES, TAXA, "counts")
    np.testing.assert_array_equal(data.values, COUNTS)


class TestLayouts:
    @pytest.mark.parametrize("corner", ["TAXON", "#OTU ID", "OTU_ID", "Feature ID", "genus"])
    def test_wide_with_taxa_in_rows(self, tmp_path: Path, corner: str) -> None:
        data = read(tmp_path, wide(corner=corner))
        same(data)
        assert rules(data) == ["kind-found"]

    @pytest.mark.parametrize("corner", ["SAMPLEID", "sample", "Sample Name", "#SampleID"])
    def test_wide_with_samples_in_rows(self, tmp_path: Path, corner: str) -> None:
        same(read(tmp_path, frame().to_csv(sep="\t", index_label=corner)))

    def test_a_declared_layout_needs_no_name(self, tmp_path: Path) -> None:
        same(read(tmp_path, wide(corner="x"), layout="wide"))
        text = frame().to_csv(sep="\t", index_label="x")
        same(read(tmp_path, text, layout="wide-transposed"))

    def test_an_unknown_corner_is_refused(self, tmp_path: Path) -> None:
        assert "called x" in refusal(tmp_path, wide(corner="x"), "layout").sentence

    def test_long(self, tmp_path: Path) -> None:
        long = frame().stack().rename("count").reset_index()
        long.columns = ["Sample ID", "Taxon", "Count"]
        same(read(tmp_path, long.to_csv(sep="\t", index=False)))
        shuffled = long[["Count", "Taxon", "Sample ID"]]
        same(read(tmp_path, shuffled.to_csv(sep="\t", index=False)))

    def test_long_fills_what_is_absent_with_0(self, tmp_path: Path) -> None:
        data = read(tmp_path, "SAMPLEID\tTAXON\tVALUE\nS1\tA\t2\nS2\tB\t3\n")
        np.testing.assert_array_equal(data.values, [[2, 0], [0, 3]])

    def test_long_declared_without_its_columns(self, tmp_path: Path) -> None:
        refusal(tmp_path, wide(), "layout", layout="long")

    def test_csv_parquet_and_biom(self, tmp_path: Path) -> None:
        same(read(tmp_path, wide(separator=","), name="gut.csv"))
        table = pa.Table.from_pandas(frame().rename_axis("SAMPLEID").reset_index())
        pq.write_table(table, tmp_path / "p.parquet")
        same(read(tmp_path, (tmp_path / "p.parquet").read_bytes(), name="gut.parquet"))
        path = biom(tmp_path / "b.biom")
        same(read(tmp_path, path.read_bytes(), name="gut.biom", layout="biom"))

    def test_a_lineage_column_is_the_taxonomy(self, tmp_path: Path) -> None:
        table = frame().T
        table["taxonomy"] = "k__Bacteria; p__Firmicutes; g__"
        data = read(tmp_path, table.to_csv(sep="\t", index_label="#OTU ID"))
        same(data)
        assert data.taxonomy is not None
        assert data.taxonomy["Dorea"] == {"kingdom": "Bacteria", "phylum": "Firmicutes"}

    def test_numbers_as_taxon_names_stay_names(self, tmp_path: Path) -> None:
        data = read(tmp_path, "#OTU ID\tS1\n0304309\t4\n469478\t1\n")
        assert data.taxa == ("0304309", "469478")


class TestMetaphlan:
    TEXT = (
        "#mpa_vJan21_CHOCOPhlAnSGB_202103\n"
        "clade_name\tNCBI_tax_id\tS1\tS2\n"
        "UNCLASSIFIED\t-1\t10\t0\n"
        "k__Bacteria\t2\t90\t100\n"
        "k__Bacteria|p__Firmicutes\t2|1239\t90\t100\n"
        "k__Bacteria|p__Firmicutes|g__Blautia\t2|1239|5\t90\t100\n"
        "k__Bacteria|p__Firmicutes|g__Blautia|s__Blautia_obeum\t2|1239|5|6\t30\t0\n"
        "k__Bacteria|p__Firmicutes|g__Blautia|s__Blautia_wexlerae\t2|1239|5|7\t60\t100\n"
        "k__Bacteria|p__Firmicutes|g__Blautia|s__Blautia_wexlerae|t__SGB4837\t2\t60\t100\n"
    )

    def test_species_by_default(self, tmp_path: Path) -> None:
        data = read(tmp_path, self.TEXT)
        assert data.samples == ("S1", "S2")
        assert data.taxa == ("Blautia_obeum", "Blautia_wexlerae")
        np.testing.assert_allclose(data.values, [[0.3, 0.6], [0, 1]])
        assert data.kind == "proportions"
        assert data.taxonomy is not None
        assert data.taxonomy["Blautia_obeum"] == {
            "kingdom": "Bacteria",
            "phylum": "Firmicutes",
            "genus": "Blautia",
            "species": "Blautia_obeum",
        }
        assert "rank-kept" in rules(data)

    def test_another_rank(self, tmp_path: Path) -> None:
        data = read(tmp_path, self.TEXT, rank="phylum")
        assert data.taxa == ("Firmicutes",)

    def test_a_rank_that_is_not_there(self, tmp_path: Path) -> None:
        assert "kingdom, phylum" in refusal(tmp_path, self.TEXT, "rank", rank="family").sentence

    def test_a_clade_twice(self, tmp_path: Path) -> None:
        line = self.TEXT.splitlines()[6]
        refusal(tmp_path, f"{self.TEXT}{line}\n", "names")


class TestKind:
    def test_proportions_and_percent(self, tmp_path: Path) -> None:
        part = COUNTS / COUNTS.sum(axis=1, keepdims=True)
        for values in (part, part * 100):
            data = read(tmp_path, wide(values))
            assert data.kind == "proportions"
            np.testing.assert_allclose(data.values, part)

    def test_neither(self, tmp_path: Path) -> None:
        finding = refusal(tmp_path, wide(np.log1p(COUNTS)), "kind")
        assert "add up to" in finding.sentence

    def test_stated(self, tmp_path: Path) -> None:
        data = read(tmp_path, wide(), kind="counts")
        assert rules(data) == []
        part = COUNTS / 20
        assert read(tmp_path, wide(part), kind="proportions").kind == "proportions"
        refusal(tmp_path, wide(part), "kind", kind="counts")
        refusal(tmp_path, wide(COUNTS * 100 + 0.5), "kind", kind="proportions")

    def test_whole_percentages_are_not_taken_for_counts(self, tmp_path: Path) -> None:
        values = np.array([[60.0, 30, 11, 0], [55, 45, 0, 0], [33, 33, 33, 0]])
        assert "rounded percentages" in refusal(tmp_path, wide(values), "kind").sentence
        data = read(tmp_path, wide(values), kind="proportions")
        np.testing.assert_allclose(data.values, values / 100)
        assert read(tmp_path, wide(values), kind="counts").kind == "counts"

    def test_an_empty_sample_is_told(self, tmp_path: Path) -> None:
        values = COUNTS.copy()
        values[1] = 0
        data = read(tmp_path, wide(values))
        assert rules(data) == ["empty-sample", "kind-found"]
        assert "S2" in data.findings[0].sentence


class TestRefusals:
    @pytest.mark.parametrize("cell", ["-1", "x", "", "NA", "NaN", "inf", "1,5"])
    def test_cells(self, tmp_path: Path, cell: str) -> None:
        lines = wide().splitlines()
        parts = lines[2].split("\t")
        parts[2] = cell
        lines[2] = "\t".join(parts)
        finding = refusal(tmp_path, "\n".join(lines) + "\n", "values")
        assert (finding.places[0].line, finding.column) == (3, "S2")

    def test_names(self, tmp_path: Path) -> None:
        finding = refusal(tmp_path, wide().replace("Dorea", "Blautia"), "names")
        assert (finding.places[0].line, finding.column) == (3, "TAXON")
        refusal(tmp_path, wide().replace("Dorea", ""), "names")
        with pytest.raises(DataError):  # found by the reader of text: a header that repeats
            read(tmp_path, wide().replace("S2", "S1"))

    def test_long_names(self, tmp_path: Path) -> None:
        head = "SAMPLEID\tTAXON\tVALUE\n"
        assert refusal(tmp_path, f"{head}S1\tA\t1\nS1\tA\t2\n", "names").places[0].line == 3
        assert refusal(tmp_path, f"{head}S1\tA\t1\n\tA\t2\n", "names").places[0].line == 3

    def test_no_abundances(self, tmp_path: Path) -> None:
        refusal(tmp_path, "TAXON\tNCBI_tax_id\nA\t1\n", "values")

    @pytest.mark.parametrize(
        "change",
        [
            lambda f: f["observation/matrix"].pop("data"),
            lambda f: f.attrs.__setitem__("shape", (9, 9)),
            lambda f: f["observation/matrix/indptr"].__setitem__(1, 99),
            lambda f: f["observation/matrix/indices"].__setitem__(0, 77),
            lambda f: f["observation/ids"].__setitem__(0, "Dorea"),
        ],
    )
    def test_biom_contradictions(self, tmp_path: Path, change: Callable[[h5py.File], Any]) -> None:
        path = biom(tmp_path / "b.biom", change)
        with pytest.raises(DataError) as caught:
            read(tmp_path, path.read_bytes(), name="gut.biom")
        assert caught.value.findings[0].places[0].file == "gut.biom"

    def test_biom_cut_off(self, tmp_path: Path) -> None:
        whole = biom(tmp_path / "b.biom").read_bytes()
        for size in range(600, len(whole), len(whole) // 12):
            with pytest.raises(DataError):
                read(tmp_path, whole[:size], name="gut.biom")


class TestTaxonomy:
    def read(self, tmp_path: Path, text: str) -> FeatureData:
        path = tmp_path / "taxonomy.tsv"
        path.write_text(text)
        (table,) = read_file(path, name="taxonomy.tsv")
        return read(tmp_path, wide(), taxonomy=table)

    def test_ranks_by_taxon(self, tmp_path: Path) -> None:
        rows = "".join(f"{t}\tBacteria\tF{i}\n" for i, t in enumerate(TAXA[:3]))
        data = self.read(tmp_path, f"TAXON\tDomain\tFamily\n{rows}other\tBacteria\tX\n")
        assert data.taxonomy == {
            t: {"kingdom": "Bacteria", "family": f"F{i}"} for i, t in enumerate(TAXA[:3])
        }
        (gap,) = [f for f in data.findings if f.rule == "read-features-taxonomy-gap"]
        assert "Akkermansia" in gap.sentence

    @pytest.mark.parametrize("again", ["Dorea\tBacteria\nDorea\tArchaea\n", "\tBacteria\n"])
    def test_a_row_per_taxon(self, tmp_path: Path, again: str) -> None:
        with pytest.raises(DataError) as caught:
            self.read(tmp_path, f"TAXON\tKingdom\n{again}")
        assert caught.value.findings[0].rule == "read-features-taxonomy"


class TestArrow:
    def test_round_trip_keeps_empty_samples_and_taxa(self, tmp_path: Path) -> None:
        values = COUNTS.copy()
        values[1] = 0
        values[:, 1] = 0
        data = read(tmp_path, wide(values))
        table = to_arrow(data)
        assert table.schema == features.SCHEMA
        assert table.num_rows == np.count_nonzero(values) + 2
        back = from_arrow(table)
        order = np.argsort(TAXA)
        assert (back.samples, back.taxa) == (SAMPLES, tuple(sorted(TAXA)))
        assert back.kind == "counts"
        np.testing.assert_array_equal(back.values, values[:, order])

    def test_row_order_of_the_source_does_not_matter(self, tmp_path: Path) -> None:
        lines = wide().splitlines()
        turned = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
        assert to_arrow(read(tmp_path, turned)).equals(to_arrow(read(tmp_path, wide())))


class TestRealTables:
    @pytest.mark.parametrize(
        ("folder", "name", "samples", "taxa", "kind", "zeros", "depth"),
        [
            ("icb_gut_motus", "icb4", 230, 1424, "counts", 0.87, (3476, 56367)),
            ("icb_gut_motus", "peters_val", 27, 808, "counts", 0.77, (3807, 55209)),
            ("kostic_crc_paired", "kostic", 190, 2505, "counts", 0.92, (46, 11187)),
            (
                "enterotype_relabund",
                "enterotype",
                280,
                553,
                "proportions",
                0.68,
                (0.99985, 1.00001),
            ),
        ],
    )
    def test_published_tables(
        self,
        shared: Path,
        folder: str,
        name: str,
        samples: int,
        taxa: int,
        kind: str,
        zeros: float,
        depth: tuple[float, float],
    ) -> None:
        base = shared / "data" / folder / "csv"
        path = base / f"{name}_{'counts' if kind == 'counts' else 'relabund'}.csv"
        known = base / f"{name}_taxonomy.csv"
        taxonomy = read_file(known, name=known.name)[0] if known.exists() else None
        data = read_features(path, SourceFile(path.name, "csv", "", 0), taxonomy=taxonomy)
        assert data.values.shape == (samples, taxa)
        assert data.kind == kind
        assert (data.values == 0).mean() == pytest.approx(zeros, abs=0.005)
        sums = data.values.sum(axis=1)
        assert depth[0] <= sums.min() <= sums.max() <= depth[1]
        assert (data.taxonomy is not None) == known.exists()
        assert set(rules(data)) == {"kind-found"}
        oracle = pd.read_csv(path, index_col=0, dtype={0: str})
        np.testing.assert_array_equal(data.values, oracle.to_numpy().T)
        back = from_arrow(to_arrow(data), kind=data.kind)
        assert back.values.shape == data.values.shape
