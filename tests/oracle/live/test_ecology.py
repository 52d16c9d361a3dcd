"""Diversity, distances, ordination and tests of groups beside a running vegan, on random data."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.metrics.dissimilarity import aitchison, bray_curtis
from dashboard.metrics.diversity import chao1, observed, pielou, rarefied, shannon, simpson
from dashboard.metrics.ordination import principal_coordinates, spectrum
from dashboard.metrics.permanova import dispersion, permanova
from tests.oracle.live.draws import SEED

DISTANCES = {"bray": bray_curtis, "aitchison": aitchison}


def cases():
    """Sparse tables of unequal depth; every second one in pairs of one patient."""
    rng = np.random.default_rng(SEED)
    made = []
    for i in range(14):
        pairs, taxa = int(rng.integers(4, 9)), int(rng.integers(5, 40))
        n = 2 * pairs
        mean = rng.gamma(0.4, 12.0, (n, taxa)) * rng.choice([0.4, 1.0, 3.0], (n, 1))
        counts = rng.poisson(mean)
        counts[:, 0] += rng.integers(2, 9, n)  # nobody is empty, everybody has more than one read
        counts[:, 1] += 1
        group = ["pre", "post"] * pairs if i % 2 else rng.choice(["a", "b", "c"], n).tolist()
        if not i % 2:
            group[:6] = ["a", "b", "c"] * 2
        made.append(
            {
                "counts": counts.tolist(),
                "group": group,
                "patient": [f"P{k // 2}" for k in range(n)],
                "paired": bool(i % 2),
                "depth": int(counts.sum(axis=1).min()),
            }
        )
    return made


@pytest.fixture(scope="module")
def compared(ask_r):
    given = cases()
    return list(zip(given, ask_r("ecology.R", given), strict=True))


def test_alpha(compared, agrees):
    indices = {
        "shannon": shannon,
        "simpson": simpson,
        "pielou": pielou,
        "observed": observed,
        "chao1": chao1,
    }
    for case, want in compared:
        for name, index in indices.items():
            pairs = zip(index(case["counts"]), want[name], strict=True)
            assert all(agrees(float(a), b) for a, b in pairs), (name, case)
        got = rarefied(case["counts"], case["depth"])
        assert np.allclose(got, want["rarefied"], rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", DISTANCES)
def test_distances_and_eigenvalues(compared, name):
    for case, want in compared:
        d, theirs = DISTANCES[name](case["counts"]), want["by"][name]
        assert np.allclose(d[np.triu_indices(len(d), 1)], theirs["d"], rtol=1e-9, atol=1e-12)
        got = principal_coordinates(d, [str(i) for i in range(len(d))])
        eigen = np.array(theirs["eigen"])
        eigen = eigen[np.abs(eigen) > 1e-10 * np.abs(eigen).max()]
        assert np.allclose(got.eigenvalues, eigen, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", DISTANCES)
def test_permanova(compared, agrees, name):
    for case, want in compared:
        theirs = want["by"][name]
        blocks = case["patient"] if case["paired"] else None
        d = DISTANCES[name](case["counts"])
        got = permanova(d, case["group"], blocks=blocks, permutations=99)
        assert agrees(got.f, theirs["F"])
        assert agrees(got.r2, theirs["R2"])
        if case["paired"]:
            assert (got.complete, agrees(got.p, theirs["p"])) == (True, True), (got.p, theirs["p"])


def stuck(distances, group):
    """Groups whose median of axes is one of their samples, in the space of positive or of negative
    eigenvalues: vegan's optim starts there, where its gradient is 0 / 0, and never leaves.
    """
    values, vectors = spectrum(distances)
    scores = vectors * np.sqrt(np.abs(values))
    found = set()
    for g in set(group):
        own = scores[np.array(group) == g]
        for axes in (values > 0, values < 0):
            part = own[:, axes]
            away = np.abs(part - np.median(part, axis=0)).max(axis=1, initial=0.0)
            if axes.sum() > 1 and (away < 1e-9).any():
                found.add(g)
    return found


@pytest.mark.parametrize("name", DISTANCES)
def test_dispersion(compared, name):
    """vegan's medians come from optim, to some six digits: so do its distances."""
    whole = 0
    for case, want in compared:
        d, theirs = DISTANCES[name](case["counts"]), want["by"][name]
        got, left_out = dispersion(d, case["group"]), stuck(d, case["group"])
        for group, mine, other in zip(got.groups, got.distance, theirs["distance"], strict=True):
            assert group in left_out or np.isclose(mine, other, rtol=5e-4), (group, mine, other)
        if not left_out:
            whole += 1
            assert np.isclose(got.f, theirs["dispersion"], rtol=5e-3, atol=1e-4)
    assert whole > len(compared) / 2
