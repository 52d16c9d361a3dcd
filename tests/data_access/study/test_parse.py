"""study.toml: what a file may say and what it then means."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data_access.study import load_study, parse_study
from data_access.study.model import AnalysisSet, DomainSpec, Endpoint, FileSpec, Rules, WideTte

STUDIES = Path(__file__).resolve().parents[2] / "studies"


def test_a_title_is_enough_and_makes_the_id() -> None:
    study = parse_study('[study]\ntitle = "Inosine + chemo: mTNBC (Ph. II)"\n')

    assert study.id == "inosine-chemo-mtnbc-ph-ii"
    assert study.title == "Inosine + chemo: mTNBC (Ph. II)"
    assert study.cut_date is None
    assert study.rules == Rules()
    assert study.endpoints == ()


@pytest.mark.parametrize(
    "name",
    [
        "pharmaverse_onco",
        "random_cdisc",
        "cdisc_pilot",
        "datasetjson_v11",
        "imvigor210",
        "metabric_cbioportal",
    ],
)
def test_the_studies_of_the_real_exports_load(name: str) -> None:
    study = load_study(STUDIES / name / "study.toml")

    assert study.text.name == "study.toml"
    assert study.cut_date is not None


def test_files_are_one_name_alternatives_or_a_table_with_how_to_read_them() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [files]
        adsl = "patients.csv"
        ADRS = ["adrs.csv", "cadrs.parquet"]
        adae = { path = "all.xlsx", sheet = "AE", optional = true }
        adlb = { path = "lab.txt", encoding = "GB18030", separator = "\\t", decimal = "," }
        [files.default]
        encoding = "cp1252"
        separator = ";"
        """
    )

    assert study.files == {
        "ADSL": FileSpec("ADSL", ("patients.csv",)),
        "ADRS": FileSpec("ADRS", ("adrs.csv", "cadrs.parquet")),
        "ADAE": FileSpec("ADAE", ("all.xlsx",), sheet="AE", optional=True),
        "ADLB": FileSpec("ADLB", ("lab.txt",), encoding="gb18030", separator="\t", decimal=","),
    }
    assert study.default_file == FileSpec("", (), encoding="cp1252", separator=";")


def test_domains_map_rename_keep_and_type_columns() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [domains.adsl]
        columns = { usubjid = "X", SITEID = ["SITE", "CENTRE"] }
        keep = { ICLEVEL = "IC.Level", TMB = ["TMB", "FMOne.burden"] }
        kinds = { TMB = "number" }
        person = "ANONPT_ID"
        dates = "%d/%m/%Y"
        [domains.adrs]
        from = "adsl"
        keep = ["RSDETAIL"]
        """
    )

    assert study.domains["ADSL"] == DomainSpec(
        "ADSL",
        columns={
            "ICLEVEL": ("IC.Level",),
            "TMB": ("TMB", "FMOne.burden"),
            "USUBJID": ("X",),
            "SITEID": ("SITE", "CENTRE"),
        },
        keep=("ICLEVEL", "TMB"),
        kinds={"TMB": "number"},
        person="ANONPT_ID",
        dates="%d/%m/%Y",
    )
    assert study.domains["ADRS"] == DomainSpec("ADRS", keep=("RSDETAIL",), source="ADSL")


def test_columns_named_by_filters_sets_and_backbones_are_stored() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [filters]
        SEX = "Sex"
        KI67 = { label = "Ki-67", kind = "number" }
        [sets.full]
        column = "FASEXFL"
        values = ["Y", 1]
        [backbones]
        column = "CHEMO"
        [backbones.groups.taxane]
        values = "PACLITAXEL"
        """
    )

    assert study.domains["ADSL"].keep == ("KI67", "FASEXFL", "CHEMO")
    assert study.domains["ADSL"].kinds == {"KI67": "number"}
    assert study.sets == (AnalysisSet("full", "Full analysis", "FASEXFL", ("Y", "1")),)


def test_a_filter_may_hold_several_values_in_a_cell() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [filters]
        PRIORTRT = { label = "Earlier drugs", kind = "several" }
        METSITES = { label = "Sites", kind = "several", separator = "|" }
        SEX = "Sex"
        """
    )
    drugs, sites, sex = study.filters
    assert (drugs.kind, drugs.separator) == ("several", ";")
    assert drugs.values(" PACLITAXEL;  5-FU ;;PACLITAXEL; ") == ("PACLITAXEL", "5-FU")
    assert drugs.values(" ; ") == drugs.values(None) == ()
    assert sites.values("LUNG|LYMPH NODE; AXILLARY") == ("LUNG", "LYMPH NODE; AXILLARY")
    assert sex.values("F; M") == ("F; M",)


def test_terms_and_missing_words_come_together() -> None:
    terms = parse_study(
        """
        [study]
        title = "T"
        [terms]
        response = { "Complete Response" = "cr", "Not all evaluated" = "NE" }
        paramcds = { CBOR = "CBRSPI", OVR = ["OVRLRESP", "OVRINV"] }
        event_codes = [1]
        related = ["SUSPECTED"]
        not_related = "NOT SUSPECTED"
        units = { mos = "MONTHS" }
        [missing]
        values = ["NA", "."]
        columns = { AGE = [-999] }
        literal = ["None"]
        """
    ).terms

    assert terms.response == {"Complete Response": "CR", "Not all evaluated": "NE"}
    assert terms.paramcds == {"CBOR": ("CBRSPI",), "OVR": ("OVRLRESP", "OVRINV")}
    assert terms.event_codes == ("1",)
    assert terms.related == ("SUSPECTED",)
    assert terms.not_related == ("NOT SUSPECTED",)
    assert terms.units == {"mos": "MONTHS"}
    assert terms.missing == ("NA", ".")
    assert terms.missing_by_column == {"AGE": ("-999",)}
    assert terms.literal == ("None",)


def test_a_wide_sheet_becomes_time_to_event_and_best_response() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [tte.os]
        time = "os"
        unit = "months"
        event = "censOS"
        events = [1]
        censored = ["0"]
        [best_response.CBOR]
        file = "response.csv"
        column = "BOR"
        """
    )

    assert study.wide_tte == (
        WideTte("OS", "Overall survival", "ADSL", "os", "censOS", ("1",), ("0",), "MONTHS"),
    )
    assert study.wide_response[0].file == "response.csv"
    assert study.wide_response[0].label == "Confirmed best overall response"


def test_a_window_stated_once_holds_for_endpoint_and_rules() -> None:
    study = parse_study(
        """
        [study]
        title = "T"
        [endpoints.ORR]
        label = "Objective response"
        role = "primary"
        window_days = 182
        [endpoints.AE]
        label = "Adverse events"
        role = "safety"
        [rules]
        ae_window_days = 365
        """
    )

    assert study.rules == Rules(orr_window_days=182, ae_window_days=365)
    assert study.endpoints == (
        Endpoint("ORR", "Objective response", "primary", None, 182.0),
        Endpoint("AE", "Adverse events", "safety", None, 365.0),
    )


def test_the_accrual_plan_is_written_as_pairs_or_as_tables() -> None:
    head = '[study]\ntitle = "T"\ncut_date = 2026-03-31\n[design]\n'
    pairs = parse_study(head + "accrual = [[2026-01-31, 4], [2026-02-28, 9]]\n")
    tables = parse_study(
        head
        + "[[design.accrual]]\ndate = 2026-01-31\npatients = 4\n"
        + "[[design.accrual]]\ndate = 2026-02-28\npatients = 9\n"
    )

    assert pairs.design.accrual_plan == ((date(2026, 1, 31), 4), (date(2026, 2, 28), 9))
    assert tables.design == pairs.design
    assert pairs.cut_date == date(2026, 3, 31)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes('\ufeff[study]\r\ntitle = "研究"\r\nid = "yan-jiu"\r\n'.encode())

    study = load_study(path)

    assert (study.id, study.title) == ("yan-jiu", "研究")
    assert study.text.line("study.id") == 3
