"""Diversity on a tree: Faith's PD (1992), UniFrac (Lozupone & Knight 2005) and generalised UniFrac.

A branch above the root is of no taxon's making and is not counted: exports of QIIME often have one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard.metrics.diversity import abundances

Floats = NDArray[np.float64]
Kind = Literal["unweighted", "weighted", "generalised"]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Branches below the root: `length` (b,), and `below` (b, taxa), the taxa under each."""

    taxa: tuple[str, ...]
    length: Floats
    below: NDArray[np.bool_]


_NO_TREE = "the tree is not in Newick form"
_SIGNS = frozenset("(),:;")
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),:;]|[^(),:;\s]+)")


def read_newick(text: str) -> Tree:
    """A tree in Newick form. Raises ValueError on what is none, on names twice and lengths < 0."""
    reader = _Newick(_TOKEN.findall(text.strip()))
    reader.node(root=True)
    taxa = reader.taxa
    if reader.words[reader.at :] not in ([], [";"]) or len(set(taxa)) != len(taxa) or not taxa:
        raise ValueError(f"{_NO_TREE}, or names a taxon twice")
    below = np.zeros((len(reader.branches), len(taxa)), dtype=np.bool_)
    for i, (_, own) in enumerate(reader.branches):
        below[i, own] = True
    return Tree(tuple(taxa), np.array([b for b, _ in reader.branches], dtype=np.float64), below)


class _Newick:
    """Node after node. A tree deeper than Python calls go raises RecursionError."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.at = words, 0
        self.taxa: list[str] = []
        self.branches: list[tuple[float, list[int]]] = []

    def _next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ";"

    def node(self, *, root: bool = False) -> list[int]:
        """The taxa below the node that starts here; its branch is kept unless it is the root's."""
        own = self._inner() if self._next() == "(" else self._leaf()
        if self._next() == ":":
            length = _length(self.words[self.at + 1 : self.at + 2])
            self.at += 2
            if not root:
                self.branches.append((length, own))
        return own

    def _inner(self) -> list[int]:
        own: list[int] = []
        while self._next() in {"(", ","} and (self._next() == "," or not own):
            self.at += 1
            own += self.node()
        if self._next() != ")":
            raise ValueError(f"{_NO_TREE}: brackets do not match")
        self.at += 1
        if self._next() not in _SIGNS:  # the name of an inner node
            self.at += 1
        return own

    def _leaf(self) -> list[int]:
        name = self._next()
        if name in _SIGNS:
            raise ValueError(f"{_NO_TREE}: a taxon has no name")
        self.at += 1
        self.taxa.append(name.strip("'").replace("''", "'"))
        return [len(self.taxa) - 1]


def _length(words: list[str]) -> float:
    length = float(words[0]) if words else -1.0
    if not np.isfinite(length) or length < 0:
        raise ValueError("a branch of the tree has no length")
    return length


def _per_branch(tree: Tree, table: ArrayLike, taxa: Sequence[str]) -> Floats:
    """Shares of each sample below each branch (n, b). Raises ValueError on a taxon off the tree."""
    found = abundances(table)
    at = {t: i for i, t in enumerate(tree.taxa)}
    lost = [t for t in taxa if t not in at]
    if lost:
        raise ValueError(f"{len(lost)} taxa are not on the tree: {', '.join(lost[:5])}")
    total = found.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        raise ValueError("a sample is empty: it has no composition")
    below = tree.below[:, [at[t] for t in taxa]]
    made: Floats = (found / total) @ below.T.astype(np.float64)
    return made


def faith_pd(tree: Tree, table: ArrayLike, taxa: Sequence[str]) -> Floats:
    """Length of the branches that lead from the root to the taxa of each sample, (n,)."""
    made: Floats = (_per_branch(tree, table, taxa) > 0) @ tree.length
    return made


def unifrac(
    tree: Tree, table: ArrayLike, taxa: Sequence[str], *, kind: Kind, alpha: float = 0.5
) -> Floats:
    """UniFrac distances (n, n): unweighted, weighted (normalised), or generalised with `alpha`.

    Generalised: Chen et al. 2012; `alpha` 1 is the weighted one.
    """
    shares = _per_branch(tree, table, taxa)
    power = 1.0 if kind == "weighted" else alpha
    out = np.zeros((shares.shape[0], shares.shape[0]))
    for i, own in enumerate(shares):
        for j in range(i):
            out[i, j] = out[j, i] = _apart(own, shares[j], tree.length, kind, power)
    return out


def _apart(a: Floats, b: Floats, length: Floats, kind: Kind, power: float) -> float:
    total, gap = a + b, np.abs(a - b)
    held = total > 0
    if kind == "unweighted":
        differ = (a > 0) != (b > 0)
        return float(length[differ].sum() / length[held].sum())
    weight = length[held] * total[held] ** power
    return float((weight * gap[held] / total[held]).sum() / weight.sum())
