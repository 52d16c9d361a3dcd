"""Static files of the shell: content-addressed addresses, so a browser keeps them for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"

#: plotly.js, partial bundle of exactly the version plotly.py validates against (a test compares)
PLOTLY_VERSION = "4.1.1"
PLOTLY = f"vendor/plotly-cartesian-{PLOTLY_VERSION}.min.js"
#: the modules that bundle can draw; anything else would silently stay blank
PLOTLY_TRACES = frozenset(
    {
        "bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour",
        "image", "pie", "scatter", "scatterternary", "violin",
    }
)  # fmt: skip

STYLES = (
    "vendor/bootstrap-5.3.9.min.css",
    "tokens.css",
    "shell.css",
    "report.css",
    "response.css",
    "survival.css",
    "swimmer.css",
    "safety.css",
    "biomarkers.css",
    "events.css",
    "labs.css",
    "microbiome.css",
    "cuts.css",
    "methods.css",
    "thread.css",
    "patients.css",
    "passport.css",
    "print.css",
)
FONT = "vendor/inter-4.001/inter-latin.woff2"
#: before first paint: the style nonce and the colour theme
HEAD_SCRIPTS = ("head.js",)
#: before the renderer: functions that run in the browser
SCRIPTS = (
    "figures.js",
    "view.js",
    "progress.js",
    "shell.js",
    "response.js",
    "swimmer.js",
    "methods.js",
    "passport.js",
    "thread.js",
    "groups.js",
    "tables.js",
    "trees.js",
    "patients.js",
    "safety.js",
)


@dataclass(frozen=True, slots=True)
class Bundle:
    path: str  # inside assets/
    digest: str

    @property
    def address(self) -> str:
        return f"/assets/{self.path}?v={self.digest}"


@lru_cache(maxsize=64)
def _digest(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def bundle(path: str) -> Bundle:
    """The named file of assets/ with the digest of what it holds now."""
    file = ASSETS / path
    return Bundle(path, _digest(file, file.stat().st_mtime_ns))
