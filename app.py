"""Interim's entry point: `server` for a WSGI server, `python app.py ...` for the command line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    server: Flask

# Matrices are small here, and threads of a linear algebra library that wait for each other on a
# busy computer cost many times the calculation itself. Before numpy is imported, so here.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")


def __getattr__(name: str) -> Any:
    # Built on first use, so that the command line starts without the web half of Interim.
    if name == "server":
        from dashboard.factory import create_app
        from dashboard.settings import Settings

        globals()["server"] = create_app(Settings.from_environment()).server
        return globals()["server"]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":
    from dashboard.cli import main

    sys.exit(main())
