"""One feature table under a view: the samples compared, their pairs, and every result of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from dashboard.analysis import Analysis
from dashboard.biomarkers import Samples, as_failed
from dashboard.metrics.alpha_change import IndexChange, IndexGroups, alpha_changes, alpha_groups
from dashboard.metrics.differential import Differential, differential_groups, differential_pairs
from dashboard.metrics.dissimilarity import aitchison, between, bray_curtis, jaccard
from dashboard.metrics.diversity import Diversity, diversity
from dashboard.metrics.feature_table import (
    Compared,
    FeatureTable,
    compared,
    feature_table,
)
from dashboard.metrics.ordination import Coordinates, principal_coordinates
from dashboard.metrics.permanova import SEED, Dispersion, Permanova, dispersion, permanova
from dashboard.metrics.progress import Progress, silent
from dashboard.metrics.response_order import NON_RESPONDERS, RESPONDERS
from dashboard.metrics.sample_flags import DrugAtVisit, drugs_at_visits
from dashboard.metrics.sample_identity import IdentityChecks, identity_checks
from dashboard.metrics.sample_table import SampleTable
from dashboard.metrics.spread import Spread, spread
from dashboard.metrics.taxa_of_interest import TaxonOfInterest, taxa_of_interest
from data_access.features import TAXONOMY

Distance = Literal["bray_curtis", "aitchison", "jaccard"]
Factor = Literal["visit", "visit_pairs", "response", "by"]
NO_NAMES = ("unknown", "unclassified", "uncultured", "unidentified")
NOT_IN_TABLE = "not in the feature table"


def _is_name(genus: str) -> bool:
    """Databases fill a rank they do not know: "unknown Clostridiales" is no genus."""
    return bool(genus) and not genus.casefold().startswith(NO_NAMES)


def seed_of(cut_id: str) -> int:
    """The seed of random permutations: that of the cut, so that a cut gives one p for ever."""
    return int(cut_id[:8], 16)


def tables_of(analysis: Analysis) -> tuple[str, ...]:
    """Ids of the feature tables of a cut, in the order of study.toml."""
    held = {t for t in analysis.cut.feature_tables if not t.endswith(TAXONOMY)}
    return tuple(f.id for f in analysis.cut.study.features if f.id in held)


@dataclass(frozen=True, slots=True)
class Test:
    """PERMANOVA and dispersion of one factor on one distance; `samples` says of which."""

    distance: Distance
    factor: Factor
    samples: str
    permanova: Permanova
    dispersion: Dispersion


class Microbiome(Samples):
    """What one table says of the patients of a view; each part is made when first asked for."""

    def __init__(
        self,
        analysis: Analysis,
        patients: Sequence[str],
        table_id: str,
        by: Mapping[str, frozenset[str]] | None = None,
        *,
        seed: int = SEED,
    ) -> None:
        """`by`: level of an ADSL column -> its patients. `seed`: of random permutations."""
        super().__init__(analysis, "microbiome", patients)
        self.table_id = table_id
        self.spec = next(f for f in analysis.cut.study.features if f.id == table_id)
        self._by, self._seed = by, seed
        self._apart: dict[Distance, np.ndarray] = {}

    # --- which samples ---------------------------------------------------------------------------

    @cached_property
    def features(self) -> FeatureTable:
        """The whole table of the cut."""
        long = self.analysis.cut.features
        name = f"biomarkers.features.{self.table_id}"
        return self.analysis.once(name, lambda: feature_table(long(self.table_id)))

    @cached_property
    def compared(self) -> Compared:
        """The samples of the view that enter estimates, in the order of patients and days."""
        inside = set(self.patients)
        names = self.analysis.cohort.usubjid[self.table.patient]
        linked = [i for i, u in zip(self.table.id, names, strict=True) if u in inside]
        failed = self.table.id[~self.table.usable].tolist()
        found = compared(
            self.features,
            linked,
            failed,
            shared=self.shared,
            min_depth=self.plan.min_depth,
            min_prevalence=self.plan.min_prevalence,
        )
        kept = set(found.table.samples)
        order = list(dict.fromkeys(i for i in self.table.id.tolist() if i in kept))
        return Compared(found.table.rows(order), found.checks)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Identifiers that stand for samples of two patients of the cut."""
        whose: dict[str, int] = {}
        pairs = zip(self.table.id.tolist(), self.table.patient.tolist(), strict=True)
        return frozenset(i for i, who in pairs if i and whose.setdefault(i, who) != who)

    @cached_property
    def usable(self) -> SampleTable:
        why = {o.sample: o.reason for o in self.compared.checks.left_out}
        held = set(self.features.samples)
        why |= {i: NOT_IN_TABLE for i in self.table.id.tolist() if i not in held}
        return as_failed(self.table, why)

    def _ids(self, samples: Sequence[int]) -> list[str]:
        return [str(self.usable.id[i]) for i in samples]

    @cached_property
    def paired(self) -> tuple[list[str], list[str]]:
        """Samples before and after, in the order of the pairs' patients."""
        return self._ids(self.pairs.before.tolist()), self._ids(self.pairs.after.tolist())

    @cached_property
    def by_visit(self) -> dict[str, list[str]]:
        """Visit -> samples compared; "" for samples without one."""
        held = set(self.compared.table.samples)
        out: dict[str, list[str]] = {}
        for id_, visit in zip(self.usable.id.tolist(), self.usable.visit.tolist(), strict=True):
            if id_ in held:
                out.setdefault(visit, []).append(id_)
        first = [v for v in (self.visits.before, self.visits.after) if v in out]
        return {v: out[v] for v in dict.fromkeys([*first, *out]) if v is not None}

    @cached_property
    def patient_of(self) -> dict[str, str]:
        """Sample -> patient."""
        return {str(i): str(u) for i, u in zip(self.usable.id, self.names, strict=True)}

    @cached_property
    def by_response(self) -> dict[str, list[str]]:
        """Response group -> samples before treatment of those who may be compared; {} without."""
        if not self.groups:
            return {}
        order = self.ordered(self.baseline, baseline=True)
        return {g: self._ids([self.baseline[u] for u in who]) for g, who in order.groups.items()}

    @cached_property
    def by_group(self) -> dict[str, list[str]]:
        """Level of the asked column -> samples before treatment; {} when none is asked for."""
        own = self.baseline
        return {
            level: self._ids([own[u] for u in own if u in who])
            for level, who in (self._by or {}).items()
        }

    # --- alpha -----------------------------------------------------------------------------------

    @cached_property
    def alpha(self) -> Diversity:
        table = self.compared.table
        return diversity(table.values, table.samples, depth=self.plan.rarefy_to)

    def alpha_paired(self) -> tuple[IndexChange, ...]:
        return alpha_changes(self.alpha, *self.paired, level=self.level)

    def alpha_of(self, groups: Mapping[str, Sequence[str]]) -> tuple[IndexGroups, ...]:
        return alpha_groups(self.alpha, groups) if groups else ()

    # --- beta ------------------------------------------------------------------------------------

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Aitchison takes counts: shares have no pseudocount that is not made up."""
        if self.compared.table.counts:
            return ("bray_curtis", "aitchison", "jaccard")
        return ("bray_curtis", "jaccard")

    def apart(self, distance: Distance) -> np.ndarray:
        """Distances of the compared samples, (n, n)."""
        if distance not in self._apart:
            make: dict[Distance, Callable[..., np.ndarray]] = {
                "bray_curtis": bray_curtis,
                "aitchison": aitchison,
                "jaccard": jaccard,
            }
            self._apart[distance] = make[distance](self.compared.table.values)
        return self._apart[distance]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {s: i for i, s in enumerate(self.compared.table.samples)}

    def ordination(self, distance: Distance) -> Coordinates:
        return principal_coordinates(self.apart(distance), self.compared.table.samples)

    def mean_distance(self, distance: Distance) -> float | None:
        d = self.apart(distance)
        n = d.shape[0]
        return float(d.sum() / (n * (n - 1))) if n > 1 else None

    def within_pairs(self, distance: Distance) -> Spread:
        """Distance of the two samples of each pair."""
        d = self.apart(distance)
        before, after = self.paired
        both = zip(before, after, strict=True)
        return spread([float(d[self._place[b], self._place[a]]) for b, a in both])

    # --- tests -----------------------------------------------------------------------------------

    def test(
        self, distance: Distance, factor: Factor, *, progress: Progress = silent
    ) -> Test | None:
        """PERMANOVA of one factor, None where there are not two groups of samples.

        By visit labels are exchanged within patients only.
        """
        made = self._design(factor)
        if made is None:
            return None
        samples, labels, blocks, words = made
        at = [self._place[s] for s in samples]
        d = self.apart(distance)[np.ix_(at, at)]
        return Test(
            distance=distance,
            factor=factor,
            samples=words,
            permanova=permanova(d, labels, blocks=blocks, seed=self._seed, progress=progress),
            dispersion=dispersion(d, labels),
        )

    def _design(self, factor: Factor) -> tuple[list[str], list[str], list[str] | None, str] | None:
        if factor == "visit_pairs":
            before, after = self.paired
            v = self.visits
            groups = {str(v.before): before, str(v.after): after} if before else {}
            words = "pairs, exchanged within patients"
        elif factor == "visit":
            pair = {self.visits.before, self.visits.after}
            groups = {v: s for v, s in self.by_visit.items() if v in pair}
            words = "all samples of the two visits, exchanged within patients"
        elif factor == "response":
            groups, words = self.by_response, "one sample per patient, before treatment"
        else:
            groups, words = self.by_group, "one sample per patient"
        samples = [s for own in groups.values() for s in own]
        labels = [g for g, own in groups.items() for _ in own]
        if len(set(labels)) < 2 or len(samples) <= len(set(labels)):
            return None
        blocks = [self.patient_of[s] for s in samples] if factor.startswith("visit") else None
        return samples, labels, blocks, words

    def differential_paired(self, progress: Progress = silent) -> Differential | None:
        before, after = self.paired
        if not before:
            return None
        names = (str(self.visits.before), str(self.visits.after))
        return differential_pairs(
            self.compared.table,
            before,
            after,
            names=names,
            min_prevalence=self.plan.min_prevalence,
            level=self.level,
            progress=progress,
        )

    def differential_response(self, progress: Progress = silent) -> Differential | None:
        """Responders against non-responders, before treatment."""
        found = self.by_response
        if not found or not all(found.values()):
            return None
        return differential_groups(
            self.compared.table,
            found[NON_RESPONDERS],
            found[RESPONDERS],
            names=(NON_RESPONDERS, RESPONDERS),
            min_prevalence=self.plan.min_prevalence,
            progress=progress,
        )

    # --- what else a reader asks -----------------------------------------------------------------

    @cached_property
    def genera(self) -> dict[str, str]:
        """Taxon -> genus by the taxonomy; {} without one."""
        name = self.table_id + TAXONOMY
        if name not in self.analysis.cut.feature_tables:
            return {}
        ranks = self.analysis.cut.features(name)
        genus = next((c for c in ranks.columns if str(c).casefold() == "genus"), None)
        if genus is None:
            return {}
        taxa = set(self.features.taxa)
        # a stored table has its columns in the order of names: the taxon is whose values are taxa
        held = {str(c): len(taxa & set(ranks[c].tolist())) for c in ranks.columns}
        own = max(held, key=lambda name: held[name])
        pairs = zip(ranks[own].tolist(), ranks[genus].tolist(), strict=True)
        return {str(t): g for t, g in pairs if isinstance(g, str) and _is_name(g)}

    def taxa(self) -> tuple[TaxonOfInterest, ...]:
        return taxa_of_interest(
            self.compared.table,
            self.by_visit,
            self.paired if self.paired[0] else None,
            genera=self.genera,
            names=self.plan.taxa,
            level=self.level,
        )

    def drugs(self) -> tuple[DrugAtVisit, ...]:
        visits = [v for v in (self.visits.before, self.visits.after) if v]
        return drugs_at_visits(self.usable, self.analysis.cohort, visits)

    def identity(self) -> IdentityChecks:
        """Swaps by Bray-Curtis between pairs, and copies among all samples compared."""
        before, after = self.paired
        table = self.compared.table
        cross = np.empty((0, 0))
        if before:
            cross = between(table.rows(after).values, table.rows(before).values)
        who = [self.patient_of[s] for s in table.samples]
        return identity_checks(table, who, self.pairs.patients, cross, after)
