"""The one place where metrics are asked for: by audience, cached as bytes, computed once, timed.

A panel is a named function from a View (a cut seen through a selection) to JSON. Keys are strings
of cut digest, audience, canonical selection and panel; values are the JSON bytes. Nothing is
pickled by us or read back as anything but JSON, and no frame is ever a key.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flask import Flask
from flask_caching import Cache
from flask_caching.backends import SimpleCache

from dashboard.analysis import Analysis
from dashboard.background import Background, Standing, StoppedError
from dashboard.event_filter import NONE
from dashboard.metrics.progress import Progress
from dashboard.metrics.types import AnalysisSet
from dashboard.patient_keys import PatientKeys
from dashboard.population import Population, population, restrict
from dashboard.recent import Recent
from dashboard.selection import Selection
from dashboard.shelf import Shelf
from data_access.store import Cut

log = logging.getLogger(__name__)

CACHE_ENTRIES = 2_000
#: views kept for the other cards of their page
VIEWS = 8
#: panels that show outcomes with a marker of a biomarker panel
MARKED = ("-outcome", "response-waterfall", "swimmer-lanes")
CACHE_SECONDS = 24 * 3600
#: how the names of panels begin that a filter on adverse events may shape, and whose page looks at
#: a kind of event
EVENTFUL, BY_KIND = ("safety", "events"), "events"
#: cards that show the laboratory parameter in the address
OF_PARAMETER = ("labs-parameter", "labs-shift")
#: cards that show the feature table in the address
OF_TABLE = "microbiome"
#: seconds that a view waits for a slow card before it shows how far it is
GLANCE = 0.5
#: who asks for a slow card before the browser has shown it
FIRST_ASKER = "view"


class _Bytes:
    """Values are bytes already: stored as they are, so nothing is ever unpickled."""

    @staticmethod
    def dumps(value: bytes) -> bytes:
        return bytes(value)

    @staticmethod
    def loads(value: bytes) -> bytes:
        return value


class ByteCache(SimpleCache):
    """flask-caching's in-process cache without its pickling."""

    serializer = _Bytes()  # type: ignore[assignment]


class Audience(StrEnum):
    """Who a result is for. Accounts will add narrower ones; every call states one already."""

    FULL = "full"


@dataclass(frozen=True, slots=True)
class View:
    """A cut seen through a selection, for an audience: all a panel may look at."""

    cut: Cut
    analysis: Analysis
    selection: Selection
    audience: Audience
    population: Population
    #: what figures and rows say instead of USUBJID
    keys: PatientKeys
    shelf: Shelf

    @property
    def members(self) -> AnalysisSet:
        """The chosen analysis set as the filters leave it."""
        return self.population.members

    def set(self, id_: str) -> AnalysisSet:
        """Another analysis set under the same filters, for results with their own denominator."""
        whole = self.analysis.sets[id_]
        return restrict(whole, self.population.filtered) if self.selection.filtered else whole


Panel = Callable[[View], Mapping[str, Any]]
#: a panel of more than a second: tells (steps done, of how many), and stops where that raises
SlowPanel = Callable[[View, Progress], Mapping[str, Any]]
#: a panel about one thing a reader asked for: one patient, one page of a listing
Inquiry = Callable[[View, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Timing:
    panel: str
    milliseconds: float
    cached: bool


class Results:
    """Answers `panel` questions about selections. One per process; safe for threads."""

    def __init__(
        self,
        shelf: Shelf,
        panels: Mapping[str, Panel],
        server: Flask,
        *,
        comparing: Collection[str] = (),
        fresh: Collection[str] = (),
        slow: Mapping[str, SlowPanel] | None = None,
        background: Background | None = None,
    ) -> None:
        """`comparing`: panels that look at a second cut. `fresh`: panels on the store itself, which
        can change, so that their answers are not kept. `slow`: panels made in the background where
        a card asks for them (`underway`); whoever asks for the answer itself waits for it."""
        self.shelf = shelf
        self._slow = dict(slow or {})
        self._background = background or Background()
        self._comparing = frozenset(comparing)
        self._fresh = frozenset(fresh)
        self._panels = {**panels, **{n: _at_once(p) for n, p in self._slow.items()}}
        self._cache = Cache(
            config={
                "CACHE_TYPE": f"{ByteCache.__module__}.{ByteCache.__name__}",
                "CACHE_THRESHOLD": CACHE_ENTRIES,
                "CACHE_DEFAULT_TIMEOUT": CACHE_SECONDS,
                "CACHE_NO_NULL_WARNING": True,
            }
        )
        self._cache.init_app(server)
        self._backend = self._cache_of(server)
        self._views: Recent[View] = Recent(VIEWS)
        self._running: dict[str, Future[bytes]] = {}
        self._lock = threading.Lock()
        self._observer: Callable[[Timing], None] = lambda timing: None

    @staticmethod
    def _cache_of(server: Flask) -> Any:
        caches = server.extensions["cache"]
        return next(iter(caches.values()))

    def observe(self, observer: Callable[[Timing], None]) -> None:
        """Call `observer` with the timing of every answer."""
        self._observer = observer

    def panel(self, name: str, selection: Selection, audience: Audience) -> dict[str, Any]:
        """The panel's result as plain JSON values. KeyError for an unknown panel."""
        answer: dict[str, Any] = json.loads(self.raw(name, selection, audience))
        return answer

    def raw(self, name: str, selection: Selection, audience: Audience) -> bytes:
        """The panel's result as JSON bytes; concurrent askers of one key share one computation."""
        compute = self._panels[name]
        selection = self.pinned(name, selection)
        key = self.key(name, selection, audience)

        def make() -> bytes:
            return self._once(key, name, lambda: compute(self.view(selection, audience)))

        try:
            return make()
        except StoppedError:  # joined a computation whose own askers left it
            return make()

    def underway(
        self, name: str, selection: Selection, audience: Audience, asker: str
    ) -> Standing | None:
        """Start a slow panel's answer in the background, or join; None when it can be had at once.

        An answer that takes no longer than a glance is waited for.
        """
        if name not in self._slow:
            return None
        selection = self.pinned(name, selection)
        key, compute = self.key(name, selection, audience), self._slow[name]

        def make(progress: Progress) -> None:
            self._once(key, name, lambda: compute(self.view(selection, audience), progress))

        if isinstance(self._backend.get(key), bytes):
            return None
        state = self._background.ask(key, asker, make)
        if state.stage != "full":
            state = self._background.wait(key, GLANCE) or state
        return None if isinstance(self._backend.get(key), bytes) else state

    def standing(
        self, name: str, selection: Selection, audience: Audience, asker: str, *, leaves: bool
    ) -> Standing:
        """Where a slow panel's answer stands, for one who waits for it, or who `leaves`.

        "stopped" where nobody makes it: to ask for the view starts it.
        """
        if name not in self._slow:
            raise KeyError(name)
        key = self.key(name, self.pinned(name, selection), audience)
        if leaves:
            self._background.leave(key, asker)
            self._background.leave(key, FIRST_ASKER)
            return Standing("stopped")
        if isinstance(self._backend.get(key), bytes):
            return Standing("done")
        return self._background.look(key, asker) or Standing("stopped")

    def _once(self, key: str, name: str, make: Callable[[], Mapping[str, Any]]) -> bytes:
        started = time.perf_counter()
        stored = self._backend.get(key)
        if isinstance(stored, bytes):
            self._tell(name, started, cached=True)
            return stored
        with self._lock:
            future = self._running.get(key)
            mine = future is None
            if future is None:
                future = self._running[key] = Future()
        if not mine:
            value = future.result()
            self._tell(name, started, cached=True)
            return value
        try:
            value = _as_bytes(make())
            if name not in self._fresh:
                self._backend.set(key, value)
            future.set_result(value)
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._running[key]
        self._tell(name, started, cached=False)
        return value

    def lasting(self, name: str) -> bool:
        """Is an answer of the panel the same for ever? Then what is made of it may be kept."""
        return name not in self._fresh

    def kept(self, key: str) -> bytes | None:
        """What `keep` put there: something made of a lasting answer, under a key of `key`."""
        stored = self._backend.get(key)
        return stored if isinstance(stored, bytes) else None

    def keep(self, key: str, value: bytes) -> None:
        self._backend.set(key, value)

    def ask(
        self, inquiry: Inquiry, selection: Selection, audience: Audience, about: str
    ) -> dict[str, Any]:
        """What an inquiry answers about one thing, as plain JSON values, kept like a panel's.

        `about` has been checked by the caller: it is part of the key.
        """
        key = self.key(f"{inquiry.__name__}:{about}", selection, audience)
        made = self._once(
            key, inquiry.__name__, lambda: inquiry(self.view(selection, audience), about)
        )
        answer: dict[str, Any] = json.loads(made)
        return answer

    def view(self, selection: Selection, audience: Audience) -> View:
        """Open the cut and apply the selection: the only way from a selection to patients.

        An answer is shared by all who ask for the same numbers, so a panel is never told who is
        highlighted."""
        selection = replace(selection, highlighted=())
        opened = self.shelf.open(selection.study, selection.cut)

        def see() -> View:
            if selection.events == NONE:
                found = population(opened.analysis, selection, opened.keys)
            else:  # whoever counts other events looks at the same patients
                found = self.view(replace(selection, events=NONE), audience).population
            return View(
                opened.cut, opened.analysis, selection, audience, found, opened.keys, self.shelf
            )

        # the cards of one page look at one view; a cut that is opened again is another one
        return self._views.of((id(opened.analysis), selection, audience), see)

    def pinned(self, name: str, selection: Selection) -> Selection:
        """A comparison with "the cut before" names that cut, so that its key does too; what
        compares nothing does not depend on the other cut, what is no card of Safety not on which
        adverse events are counted, and most panels not on the kind of event, the laboratory
        parameter, the biomarker or the feature table that is looked at."""
        card = name.rpartition(":")[2]
        if selection.events != NONE and not card.startswith(EVENTFUL):
            selection = replace(selection, events=NONE)
        if selection.event and not card.startswith(BY_KIND):
            selection = replace(selection, event="")
        if selection.lab and not card.startswith(OF_PARAMETER):
            selection = replace(selection, lab="")
        if selection.marker and not card.endswith(MARKED):
            selection = replace(selection, marker="")
        if selection.table and not card.startswith(OF_TABLE):
            selection = replace(selection, table="")
        if name not in self._comparing:
            return replace(selection, against="") if selection.against else selection
        if selection.against:
            return selection
        return replace(selection, against=self.shelf.previous(selection.study, selection.cut) or "")

    @staticmethod
    def key(name: str, selection: Selection, audience: Audience) -> str:
        return "|".join((selection.cut, audience.value, name, selection.query()))

    def _tell(self, name: str, started: float, *, cached: bool) -> None:
        self._observer(Timing(name, (time.perf_counter() - started) * 1000, cached))


def _at_once(compute: SlowPanel) -> Panel:
    """The slow panel for one who waits."""
    return lambda view: compute(view, lambda done, total: None)


def _as_bytes(value: Mapping[str, Any]) -> bytes:
    """RFC 8259 JSON: a NaN in a result is a fault, not a value."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
