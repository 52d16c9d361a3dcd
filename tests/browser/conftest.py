"""A real Chromium on a real server over the demo study; every page is watched for trouble."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from dashboard.factory import create_app
from dashboard.settings import Settings
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADSL, import_written
from tests.stores import demo_store, real_store

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

#: what the page itself reports: policy violations and layout shifts (web.dev/cls)
WATCH = """
window.watched = { violations: [], shift: 0, moved: [] };
document.addEventListener("securitypolicyviolation", (e) =>
  window.watched.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.watched.shift += entry.value;
    for (const s of entry.sources) {
      const n = s.node || {};
      const name = n.id || n.className || n.nodeName;
      window.watched.moved.push(`${name}: ${s.previousRect.y} -> ${s.currentRect.y}`);
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Watch:
    """What a page did that it should not have done."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def strangers(self, own: str) -> list[str]:
        """Requests that left this server."""
        host = urlsplit(own).netloc
        return [
            r
            for r in self.requests
            if urlsplit(r).scheme in ("http", "https", "ws", "wss") and urlsplit(r).netloc != host
        ]


@pytest.fixture(scope="session")
def executable() -> str:
    """The system's Chromium. Absent: said aloud; in CI a failure."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    message = "no Chromium: run tests/browser/ensure_chromium.sh"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright, executable: str) -> Iterator[Browser]:
    opened = driver.chromium.launch(executable_path=executable, args=FLAGS)
    yield opened
    opened.close()


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        return None


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The application over `home` on a free port, in a thread."""
    app = create_app(Settings(home=home))
    server = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store with the three cuts of the demo study."""
    return demo_store(tmp_path_factory).home


@pytest.fixture(scope="session")
def demo(demo_home: Path) -> Shelf:
    return Shelf(CutStore(demo_home))


@pytest.fixture(scope="session")
def url(demo_home: Path) -> Iterator[str]:
    with serving(demo_home) as address:
        yield address


REAL = ("pharmaverse_onco", "random_cdisc", "imvigor210")


@pytest.fixture(scope="session")
def real_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with real exports, each imported once."""
    return real_store(tmp_path_factory, shared, *REAL).home


@pytest.fixture(scope="session")
def real_url(real_home: Path) -> Iterator[str]:
    with serving(real_home) as address:
        yield address


@pytest.fixture(scope="session")
def bare_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store with a study of ADSL alone (`bare`) and one without responses (`silent`)."""
    folder = tmp_path_factory.mktemp("bare")
    store = CutStore(folder / "home")
    import_written(
        store,
        folder / "bare",
        study='[study]\nid = "bare"\ntitle = "ADSL alone"\n',
        adsl="USUBJID,SEX\nA1,F\nA2,M\n",
    )
    import_written(
        store,
        folder / "silent",
        study='[study]\nid = "silent"\ntitle = "No responses"\n[filters]\nSEX = "Sex"\n',
        adsl=ADSL,
    )
    with serving(folder / "home") as address:
        yield address


@pytest.fixture(scope="session")
def empty_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("nothing")) as address:
        yield address


@pytest.fixture(scope="session")
def many_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A trial of 400 patients, every tenth still on treatment."""
    folder = tmp_path_factory.mktemp("many")
    start = date(2024, 1, 1)
    rows = ["USUBJID,ENRLFL,TRTSDT,TRTEDT,EOTSTT,DCTREAS,PRIORLN"]
    for i in range(400):
        first = start + timedelta(days=i)
        ended = "" if i % 10 == 0 else (first + timedelta(days=i % 97)).isoformat()
        state = "DISCONTINUED,PROGRESSIVE DISEASE" if ended else "ONGOING,"
        rows.append(f"M-{i:03},Y,{first},{ended},{state},{i % 4}")
    import_written(
        CutStore(folder / "home"),
        folder / "many",
        study='[study]\nid = "many"\ntitle = "Four hundred"\nsynthetic = true\n',
        adsl="\n".join(rows) + "\n",
    )
    with serving(folder / "home") as address:
        yield address


Opener = Callable[..., tuple[Page, Watch]]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Make a page in its own context; at the end no page may have erred or violated the policy."""
    contexts: list[BrowserContext] = []
    seen: list[tuple[Page, Watch]] = []

    def make(width: int = 1440, *, theme: str = "light", height: int = 900) -> tuple[Page, Watch]:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        watch = Watch()
        page.on("console", lambda m: _heard(watch, m.type, m.text))
        page.on("pageerror", lambda e: watch.errors.append(str(e)))
        page.on("request", lambda r: watch.requests.append(r.url))
        page.on("requestfailed", lambda r: watch.failed.append(r.url))
        seen.append((page, watch))
        return page, watch

    yield make
    for page, watch in seen:
        assert watch.errors == []
        if page.url.startswith("http"):
            assert watch.strangers(page.url) == []
            assert page.evaluate("window.watched.violations") == []
    for context in contexts:
        context.close()


def _heard(watch: Watch, kind: str, text: str) -> None:
    if "was preloaded using link preload but not used" in text:
        return  # a view without a figure: where nobody is left, for one
    if kind in ("error", "warning"):
        watch.errors.append(f"{kind}: {text}")
