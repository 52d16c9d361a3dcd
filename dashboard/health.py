"""Health for a supervisor: /livez (the process answers) and /readyz (the cuts can be shown)."""

from __future__ import annotations

import json
import shutil
import threading
import time

from flask import Flask, Response

from dashboard.shelf import Shelf
from dashboard.text import text
from data_access.findings import DataError

#: a supervisor may ask every second; verifying a cut reads all of its files
VERIFY_SECONDS = 30.0
LEAST_FREE = 0.10


class Readiness:
    """Is the newest cut of every study whole, and is there room to import another?"""

    def __init__(self, shelf: Shelf) -> None:
        self._library = shelf
        self._lock = threading.Lock()
        self._checked = float("-inf")
        self._problems: tuple[str, ...] = ()

    def problems(self) -> tuple[str, ...]:
        """Sentences; none means ready. Checked anew after VERIFY_SECONDS."""
        with self._lock:
            if time.monotonic() - self._checked > VERIFY_SECONDS:
                self._problems = tuple(self._look())
                self._checked = time.monotonic()
            return self._problems

    def _look(self) -> list[str]:
        store = self._library.store
        try:
            studies = store.studies()
            if not studies:
                return [text("health.empty")]
            for study in studies:
                store.open(study.id)
            usage = shutil.disk_usage(store.home)
        except DataError:
            return [text("health.damaged")]
        except OSError:
            return [text("health.no_store")]
        return [text("health.disk")] if usage.free < LEAST_FREE * usage.total else []


def add_health(server: Flask, shelf: Shelf) -> None:
    """Register both addresses. They say nothing about what runs here or whose data it is."""
    readiness = Readiness(shelf)

    @server.get("/livez")
    def livez() -> Response:
        return _json({"status": "alive"}, 200)

    @server.get("/readyz")
    def readyz() -> Response:
        problems = readiness.problems()
        status = text("health.ready") if not problems else "not ready"
        return _json({"status": status, "problems": list(problems)}, 503 if problems else 200)


def _json(body: dict[str, object], status: int) -> Response:
    return Response(json.dumps(body) + "\n", status=status, mimetype="application/json")
