"""One JSON object with every estimate of a cut, under the caller's filters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.analysis import SETS, Analysis
from dashboard.biomarkers import Kind
from dashboard.metrics.kaplan_meier import KaplanMeierOptions
from dashboard.metrics.types import AnalysisSet
from dashboard.microbiome import seed_of
from dashboard.population import restrict
from dashboard.report.checks import derivation_checks
from dashboard.report.labs import labs_report
from dashboard.report.markers import markers_report
from dashboard.report.maturity import maturity_report
from dashboard.report.microbiome import microbiome_report
from dashboard.report.options import ReportError, ReportOptions, groups_by, selected
from dashboard.report.response import response_report
from dashboard.report.safety import exposure_report, safety_report
from dashboard.report.subgroups import subgroup_report
from dashboard.report.survival import Survival
from data_access.store import Cut

Json = dict[str, Any]

#: what the object holds unless `only` chooses
CLINICAL = ("response", "survival", "safety", "exposure", "subgroups", "maturity", "labs")
#: exploratory, with permutations that take seconds: printed when asked for
BIOMARKERS = ("immune", "microbiome", "tissue")
SECTIONS = (*CLINICAL, *BIOMARKERS)


class Report:
    """A cut under the options of one report."""

    def __init__(self, cut: Cut, options: ReportOptions) -> None:
        unknown = sorted(set(options.only) - set(SECTIONS))
        if unknown:
            raise ReportError(f"There is no section {unknown[0]}; there are {', '.join(SECTIONS)}.")
        self.cut, self.options = cut, options
        self.analysis = Analysis(cut)
        self._known(options.population)
        self.chosen = selected(self.analysis.adsl, options.where, self.analysis.cut.study)
        self.groups = groups_by(self.analysis.adsl, options.by) if options.by else None

    def _known(self, population: str) -> None:
        found = self.analysis.sets[population]
        if not found.derivable:
            raise ReportError(f"{found.label}: {found.rule}. Choose another --population.")

    def set(self, id_: str) -> AnalysisSet:
        """An analysis set as the filters leave it."""
        whole = self.analysis.sets[id_]
        return whole if self.chosen is None else restrict(whole, self.chosen)

    @property
    def members(self) -> AnalysisSet:
        return self.set(self.options.population)

    def build(self) -> Json:
        """Every clinical section with the checks, or the sections of `only`."""
        wanted = self.options.only or CLINICAL
        out: Json = {
            "study": self.cut.study.id,
            "cut": {
                "id": self.cut.id,
                "date": self.cut.cut_date.isoformat(),
                "digest": data_digest(self.cut),
            },
            "filters": {k: list(v) for k, v in self.options.where.items()},
            "n": {id_: self.set(id_).n if self.set(id_).derivable else None for id_ in SETS},
            "sets": {id_: self.analysis.sets[id_].rule for id_ in SETS},
        }
        parts: Mapping[str, Callable[[], Json]] = {
            "response": lambda: {"response": response_report(self.analysis, self.members)},
            "survival": self._survival,
            "safety": self._safety,
            "exposure": self._exposure,
            "labs": lambda: {"labs": labs_report(self.analysis, self.set("safety"))},
            "subgroups": lambda: {"subgroups": subgroup_report(self.analysis, self.members)},
            "maturity": lambda: {
                "maturity": maturity_report(self.analysis, self.members, self.set("safety"))
            },
            "immune": lambda: self._markers("immune"),
            "microbiome": self._microbiome,
            "tissue": lambda: self._markers("tissue"),
        }
        for section in SECTIONS:
            if section in wanted:
                out |= parts[section]()
        if not self.options.only:
            found = derivation_checks(self.analysis)
            out["checks"] = [c for c in found if self.chosen is None or c["patient"] in self.chosen]
        return out

    def _survival(self) -> Json:
        rules = self.analysis.rules
        options = KaplanMeierOptions(
            conf_type=self.options.conf_type or rules.conf_type, level=rules.level
        )
        part = Survival(self.analysis, self.members, options, self.options.times, self.groups)
        return {
            "survival": part.exported(self.options.rule),
            "survival_derived": part.derived(),
            "ttr": part.ttr(),
        }

    def _markers(self, kind: Kind) -> Json:
        return {kind: markers_report(self.analysis, self.members, kind, self.options.rule)}

    def _microbiome(self) -> Json:
        found = microbiome_report(
            self.analysis,
            self.members,
            self.options.features,
            seed_of(self.cut.id),
            self.groups,
        )
        return {"microbiome": found}

    def _safety(self) -> Json:
        return {"safety": safety_report(self.analysis, self.set("safety"), self.groups)}

    def _exposure(self) -> Json:
        return {"exposure": exposure_report(self.analysis, self.set("safety"))}


def metrics_report(cut: Cut, options: ReportOptions) -> Json:
    """The object `python app.py metrics` prints. Raises ReportError."""
    return Report(cut, options).build()


def data_digest(cut: Cut) -> str:
    """SHA-256 over the digests of all tables: the data alone, without study.toml and cut date."""
    return digest_of({d: cut.digest(d) for d in cut.domains})


def digest_of(digests: Mapping[str, str]) -> str:
    """`data_digest` of a cut whose domains have these digests."""
    lines = "".join(f"{d} {digests[d]}\n" for d in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()
