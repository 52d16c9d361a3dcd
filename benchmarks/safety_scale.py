"""How the Safety pages grow: a trial of many adverse events, asked as a reader asks.

    python -m benchmarks.safety_scale [EVENTS ...]

Each size is a synthetic export (benchmarks.generate, 25 events a patient of 900 terms), imported
into a store of its own. Milliseconds of processor time on the server from the question to the drawn
rows, median of several; "first" also makes what is kept while the cut is open, "switched" selects
and counts anew.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.generate import write_study
from components.encode import encoded
from components.safety import grave, lists, overview, terms
from dashboard.panels import PANELS
from dashboard.panels.safety_lists import page_of_events
from dashboard.panels.safety_terms import page_of_terms
from dashboard.results import Audience, Results
from dashboard.shelf import Shelf
from data_access.importer import import_exports
from data_access.store import CutStore

SIZES = (5_000, 50_000)
PER_PATIENT, TERMS = 25, 900
ROUNDS = 7
#: switches no two of which select the same events, so that nothing is found kept
SWITCHED = (
    "related",
    "high",
    "serious",
    "fatal",
    "related,high",
    "related,serious",
    "high,serious",
)


@contextmanager
def scale_store(events: int) -> Iterator[CutStore]:
    """A store with one study of that many adverse events."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exports, study = folder / "exports", folder / "study.toml"
        write_study(
            exports,
            events // PER_PATIENT,
            events_each=PER_PATIENT,
            terms=TERMS,
            only=("adsl", "adae"),
        )
        (exports / "study.toml").rename(study)
        store = CutStore(folder / "home")
        import_exports(exports, study, store=store)
        yield store


class Asker:
    """Asks the cards of Safety of a store, and draws what they answer."""

    def __init__(self, store: CutStore) -> None:
        self.shelf = Shelf(store)
        self.results = Results(self.shelf, PANELS, Flask(__name__))

    def _view(self, query: str) -> Any:
        selection, _ = self.shelf.resolve(query)
        return self.results.view(selection, Audience.FULL)

    def terms(self, query: str = "", **held: Any) -> bytes:
        answer = page_of_terms(self._view(query), json.dumps(held))
        return encoded(terms.draw(answer))

    def events(self, query: str = "", page: int = 1) -> bytes:
        answer = page_of_events(self._view(query), str(page))
        return encoded(lists.draw_events(answer))

    def card(self, name: str, draw: Callable[[Any], Any]) -> bytes:
        return encoded(draw(PANELS[name](self._view(""))))


def measure(store: CutStore) -> dict[str, float]:
    """Milliseconds by what is asked."""
    ask = Asker(store)
    found = {"first table": _once(ask.terms)}
    found["table, another page"] = _median(lambda i: ask.terms("ae.by=open", page=i + 2))
    found["table, by name"] = _median(lambda i: ask.terms("ae.by=term&ae.sort=name", page=i + 1))
    found["table, searched"] = _median(lambda i: ask.terms(f"ae.find=term+0{i}"))
    found["table, threshold"] = _median(lambda i: ask.terms("ae.by=open&ae.least=2"))
    found["table, switched"] = _median(lambda i: ask.terms(f"ae={SWITCHED[i]}"))
    found["events behind a count"] = _median(
        lambda i: ask.terms("", cell=["Class 1", "", "any"], events=i + 1)
    )
    found["first listing"] = _once(ask.events)
    orders = ("-day", "term", "soc", "-grade", "state", "-start", "-serious")
    found["listing, sorted"] = _median(lambda i: ask.events(f"ae.order={orders[i]}"))
    found["listing, switched"] = _median(lambda i: ask.events(f"ae={SWITCHED[i]}&ae.order=term"))
    found["listing, searched"] = _median(lambda i: ask.events(f"ae.find=term+1{i}"))
    found["kinds"] = _once(lambda: ask.card("safety-overview", overview.draw))
    found["deaths and serious events"] = _once(lambda: ask.card("safety-grave", grave.draw))
    return found


def _once(ask: Callable[[], Any]) -> float:
    started = time.process_time()
    ask()
    return (time.process_time() - started) * 1000


def _median(ask: Callable[[int], Any]) -> float:
    return statistics.median(_once(lambda i=i: ask(i)) for i in range(ROUNDS))


def main(sizes: list[int]) -> None:
    for events in sizes or SIZES:
        with scale_store(events) as store:
            found = measure(store)
        sys.stdout.write(f"{events:,} adverse events, milliseconds\n")
        for name, ms in found.items():
            sys.stdout.write(f"  {name:28} {ms:8.1f}\n")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
