"""Every number shown: its section, whom it counts, where it comes from, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.definitions import people
from dashboard.definitions.people import People
from dashboard.results import View
from dashboard.text import text

SECTIONS = ("patients", "response", "survival", "treatment", "safety", "biomarkers", "data")
#: the parts of a definition that are words
PARTS = ("formula", "who", "out", "method")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number. Its words stand in the catalogue under `define.<id>`.

    `rules` are the keys of [rules] in force; `references` are keys of the catalogue (`ref.<key>`).
    """

    id: str
    section: str
    who: Callable[[View], People]
    source: Callable[[View], str | None]
    rules: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return text(f"define.{self.id}.name")

    def words(self, part: str, values: Mapping[str, str]) -> str:
        """One part of the definition with its parameters filled in."""
        return text(f"define.{self.id}.{part}", **values)


def _patients() -> tuple[Entry, ...]:
    e9 = ("e9",)
    on = ("patients", people.enrolled, people.counted)
    return (
        Entry("n", "patients", people.in_view, people.counted, references=e9),
        Entry("safety_n", "patients", people.safety, people.counted, references=e9),
        Entry("cut_off", "patients", people.whole_cut, people.quoted),
        Entry("enrolled", *on, references=e9),
        Entry("treated", *on, references=e9),
        Entry("evaluable", *on, references=e9),
        Entry("on_treatment", *on),
        Entry("ended", *on),
        Entry("on_treatment_in_view", "patients", people.in_view, people.counted),
        Entry(
            "follow_up", "patients", people.with_os, people.os_source,
            ("conf_type", "level"), ("schemper", "kaplan"),
        ),
        Entry(
            "follow_up_enrolled", "patients", people.followed_enrolled, people.os_source,
            ("conf_type", "level"), ("schemper", "kaplan"),
        ),
        *(
            Entry(kind, "patients", people.in_view, people.quoted, ("min_group",), ("consort",))
            for kind in ("baseline_category", "baseline_number", "baseline_list")
        ),
        *(
            Entry(row, *on, ("min_group",), ("consort",))
            for row in ("treatment_reason", "off_study", "study_reason", "died", "death_cause")
        ),
        Entry("accrual", "patients", people.dated, people.counted),
        Entry(
            "window_complete", "patients", people.in_view, people.counted,
            ("orr_window_days", "pfs_window_days"),
        ),
        Entry("window_complete_ae", "patients", people.safety, people.counted, ("ae_window_days",)),
    )  # fmt: skip


def _response() -> tuple[Entry, ...]:
    exact = ("recist", "clopper")
    confirmed = ("confirm_days", "max_ne", "accept_sd_between", "level")
    window = ("orr_window_days", *confirmed)
    on = ("response", people.in_view, people.confirmed_source)
    return (
        Entry("orr", *on, confirmed, (*exact, "wilson", "jeffreys")),
        Entry(
            "orr_unconfirmed", "response", people.in_view, people.unconfirmed_source,
            ("level",), exact,
        ),
        Entry("orr_window", *on, window, exact),
        Entry("orr_bounds", *on, window, exact),
        Entry("orr_mature", *on, window, exact),
        Entry(
            "orr_incidence", "response", people.with_origin, people.confirmed_source,
            window, ("aalen", "recist"),
        ),
        Entry(
            "dcr", "response", people.in_view, people.shown_source,
            ("sd_min_days", "level"), exact,
        ),
        Entry("cbr", *on, ("cb_days", "visit_window", "level"), exact),
        Entry(
            "bor", "response", people.in_view, people.shown_source,
            (*confirmed, "sd_min_days"), exact,
        ),
        Entry(
            "not_evaluable", "response", people.in_view, people.derived,
            ("sd_min_days",), ("recist",),
        ),
        Entry("best_change", "response", people.measured, people.derived, (), ("recist",)),
        Entry("change_over_time", "response", people.measured, people.derived, (), ("recist",)),
        Entry(
            "orr_by_group", "response", people.in_view, people.shown_source,
            ("min_group", "level"), exact,
        ),
        Entry(
            "shrunken", "response", people.in_view, people.shown_source,
            ("min_group", "level"), ("berry",),
        ),
        Entry("benchmark", "response", people.whole_cut, people.quoted, ("level",), ("clopper",)),
    )  # fmt: skip


def _survival() -> tuple[Entry, ...]:
    curve = ("conf_type", "level")
    gaps = ("assessment_interval", "visit_window")
    methods = ("kaplan", "greenwood")
    shown = ("survival", people.with_endpoint, people.endpoint_source)
    pfs = ("survival", people.with_pfs, people.pfs_source)
    return (
        Entry("pfs", *pfs, (*gaps, *curve), ("ema", "fda", *methods)),
        Entry(
            "pfs_rate",
            *pfs,
            ("pfs_window_days", "min_group", *gaps, *curve),
            ("ema", "fda", *methods),
        ),
        Entry("os", "survival", people.with_os, people.os_source, curve, methods),
        Entry("dor", *shown, (*gaps, *curve), ("recist", *methods)),
        Entry("tte", *shown, curve, ("adam", *methods)),
        Entry("rate_at", *shown, ("pfs_window_days", *curve), methods),
        Entry("median", *shown, curve, ("brookmeyer", "kaplan")),
        Entry("at_risk", *shown, (), ("kmunicate",)),
        Entry("censoring", *pfs, (*gaps, *curve), ("fda", "ema")),
        Entry("end_reasons", *shown, gaps, ("fda", "ema")),
        Entry("ttr", "survival", people.responding, people.confirmed_source, (), ("recist",)),
        Entry("deaths", "survival", people.in_view, people.counted, ("level",), ("clopper",)),
    )


def _treatment() -> tuple[Entry, ...]:
    on = ("treatment", people.in_view)
    return (
        Entry("treatment_time", *on, people.counted),
        Entry("response_phase", *on, people.shown_source, ("confirm_days",), ("recist",)),
        Entry("event_day", *on, people.counted, ("orr_window_days",), ("recist",)),
        Entry("dose_share", *on, people.counted),
        Entry("serious_events", "treatment", people.safety, people.emergent_source,
              ("teae_end_days",)),
    )  # fmt: skip


def _safety() -> tuple[Entry, ...]:
    on = ("safety", people.safety, people.emergent_source)
    refs = ("e3", "clopper")
    usual = ("teae_end_days", "level")
    return (
        Entry("ae_any", *on, usual, refs),
        Entry("ae_high", *on, ("teae_end_days", "ctcae_version", "level"), (*refs, "ctcae")),
        Entry("ae_related", *on, usual, refs),
        Entry("ae_related_window", *on, ("ae_window_days", "level"), refs),
        Entry("ae_serious_related", *on, usual, refs),
        Entry("ae_fatal", *on, usual, refs),
        Entry("ae_action", *on, usual, refs),
        Entry("ae_aesi", *on, usual, refs),
        Entry("ae_terms", *on, ("teae_end_days", "ctcae_version", "level"), (*refs, "ctcae")),
        Entry("ae_line", "safety", people.safety, people.quoted),
        Entry("ae_story", "safety", people.safety, people.quoted),
        Entry("lab_line", "safety", people.safety, people.quoted),
        Entry("death_line", "safety", people.safety, people.counted),
        Entry(
            "ae_related_high", *on,
            ("teae_end_days", "ctcae_version", "level"), (*refs, "ctcae"),
        ),
        Entry("ae_serious", *on, ("teae_end_days", "level"), refs),
        *_events(),
        Entry("worst_grade", *on, ("teae_end_days",)),
    )  # fmt: skip


def _biomarkers() -> tuple[Entry, ...]:
    on = ("biomarkers", people.in_view, people.counted)
    exact = (("level",), ("clopper",))
    return (
        Entry("sample_account", *on),
        Entry("paired_samples", *on, *exact),
        Entry("response_mix", *on, *exact),
        Entry("biopsy_site", *on),
        Entry("same_lesion", *on),
        Entry("marker_shift", *on, ("level",), ("hodges",)),
        Entry("signed_rank_p", *on, (), ("wilcoxon",)),
        Entry("marker_q", *on, (), ("benjamini",)),
        Entry("marker_z", *on),
        Entry("composition_shift", *on, ("level",), ("aitchison", "hodges", "wilcoxon")),
        Entry("normal_range", *on, (), ("lymphocytes",)),
        Entry("time_order", *on, (), ("landmark",)),
        Entry("marker_contrast", *on, (), ("hodges",)),
        Entry("rank_sum_p", *on, (), ("wilcoxon", "benjamini")),
        Entry("joint_change", *on, (), ("recist",)),
        Entry("marker_landmark", *on, ("conf_type", "level"), ("landmark", "kaplan")),
        Entry("marker_link", *on),
        Entry("marker_hazard", *on, ("level",), ("cox",)),
    )


def _exposure() -> tuple[Entry, ...]:
    on = ("treatment", people.safety, people.counted)
    curve = ("conf_type", "level")
    return (
        Entry("time_on_treatment", *on, curve, ("kaplan", "brookmeyer")),
        Entry("cycles", *on),
        Entry("dose_given", *on, (), ("adam",)),
        Entry("dose_intensity", *on, ("level",), ("hryniuk", "lyman")),
        Entry("dose_modification", *on, ("level",), ("clopper",)),
        Entry("stop_reason", *on, ("level",), ("aalen", "clopper")),
    )


def _laboratory() -> tuple[Entry, ...]:
    values = ("safety", people.with_labs, people.counted)
    everyone = ("safety", people.safety, people.counted)
    grading = ("ctcae_version", "teae_end_days")
    return (
        Entry("lab_values", *values, (), ("adam",)),
        Entry("lab_change", *values, (), ("adam",)),
        Entry("lab_grade", *values, (*grading, "level"), ("ctcae", "clopper")),
        Entry("lab_shift", *everyone, grading, ("ctcae", "e3")),
        Entry("urate", "safety", people.with_urate, people.counted, ("level",), ("surepd",)),
        Entry("urate_event", *everyone, ("teae_end_days",), ("surepd",)),
        Entry("dose_change", *everyone),
        Entry("liver_peaks", "safety", people.with_peaks, people.counted, (), ("watkins", "dili")),
        Entry("hys_law", "safety", people.with_peaks, people.counted, ("hys_law_days",), ("dili",)),
        Entry("nadir", *values, ("ctcae_version",), ("ctcae",)),
    )


def _events() -> tuple[Entry, ...]:
    """Events in time and of special interest."""
    on = ("safety", people.safety, people.emergent_source)
    exact, aj = ("clopper",), ("aalen", "gray")
    window = ("ae_window_days", "level")
    return (
        Entry("ae_window_mature", *on, window, exact),
        Entry("ae_window_incidence", *on, window, aj),
        Entry(
            "ae_aesi_drug", *on, ("teae_end_days", "ctcae_version", "level", "min_group"),
            ("e3", *exact, "ctcae"),
        ),
        Entry("ae_external", "safety", people.whole_cut, people.quoted, ("level",), exact),
        Entry("urate_high", "safety", people.safety, people.counted, ("level",), exact),
        Entry("ae_term", *on, ("teae_end_days", "ctcae_version", "level"), ("e3", *exact, "bmj")),
        Entry("ae_rate", *on, ("teae_end_days", "level"), ("garwood",)),
        Entry("ae_event_rate", *on, ("teae_end_days",)),
        Entry("ae_incidence", *on, ("teae_end_days", "level", "min_group"), aj),
        Entry("ae_prevalence", *on, ("level",), exact),
        Entry("ae_onset", *on, ("teae_end_days",)),
        Entry("ae_duration", *on),
        Entry("ae_outcome", *on),
    )  # fmt: skip


def _microbiome() -> tuple[Entry, ...]:
    on = ("biomarkers", people.in_view, people.counted)
    ci = ("level",)
    return (
        Entry("feature_table", *on),
        Entry("sample_drugs", *on),
        Entry("sample_identity", *on),
        Entry("community_share", *on),
        Entry("alpha_index", *on, (), ("vegan", "hurlbert")),
        Entry("alpha_change", *on, ci),
        Entry("alpha_groups", *on),
        Entry("ordination", *on, (), ("vegan", "aitchison")),
        Entry("permanova", *on, (), ("anderson",)),
        Entry("dispersion", *on, (), ("betadisper",)),
        Entry("differential", *on, ci, ("aitchison",)),
        Entry("differential_q", *on),
        Entry("linda", *on, (), ("zhou",)),
        Entry("taxon_carriers", *on),
        Entry("taxon_share", *on, ci),
        Entry("akkermansia", *on, (), ("derosa",)),
    )


def _data() -> tuple[Entry, ...]:
    on = ("data", people.whole_cut)
    return (
        Entry("findings", *on, people.counted),
        Entry("agreement", *on, people.derived, ("confirm_days", "assessment_interval")),
        Entry("patient_list", "treatment", people.in_view, people.counted, (), ("recist",)),
        Entry("patient_course", "treatment", people.in_view, people.quoted, (), ("recist",)),
        Entry("ledger", "data", people.in_view, people.derived),
        Entry("ledger_rate", "data", people.in_view, people.derived, (), ("shapley",)),
        Entry("record_changes", *on, people.counted),
        Entry("cut_list", *on, people.counted),
        Entry("registered", *on, people.quoted),
        Entry("samples", "data", people.in_view, people.counted),
    )


ENTRIES: tuple[Entry, ...] = (
    *_patients(), *_response(), *_survival(), *_treatment(), *_exposure(), *_safety(),
    *_laboratory(), *_biomarkers(), *_microbiome(), *_data(),
)  # fmt: skip
BY_ID: dict[str, Entry] = {entry.id: entry for entry in ENTRIES}
