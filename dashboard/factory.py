"""create_app: one Dash application on Flask, hardened, warmed, ready to serve on loopback."""

from __future__ import annotations

import re

import dash
from flask import Flask

from dashboard import bundles, shell, web
from dashboard.compression import add_compression
from dashboard.downloads import add_downloads
from dashboard.health import add_health
from dashboard.index import InterimDash
from dashboard.pages import ADDRESSES, PAGES, Context
from dashboard.panels import COMPARING, FRESH, PANELS, SLOW
from dashboard.passports import add_passports, comparing_code, passport_panels
from dashboard.progress import add_progress
from dashboard.results import Audience, Results
from dashboard.settings import Settings
from dashboard.shelf import Shelf
from dashboard.snippets import code_panels
from dashboard.text import text
from dashboard.view import add_view
from data_access.store import CutStore

#: addresses of scripts, styles and fonts in the document
_LINKED = re.compile(r'(?:src|href)="(/[^"]+)"')


def create_app(settings: Settings) -> InterimDash:
    """The application over the store at `settings.home`, with its first request already served.

    Warming before workers fork avoids Dash's first-request race and the cost of late imports.
    """
    server = Flask(__name__, static_folder=None)
    shelf = Shelf(CutStore(settings.home))
    hashes: list[str] = []
    web.guard(server, lambda: app.callback_map)
    web.dress(server, lambda: tuple(hashes), ADDRESSES)
    add_health(server, shelf)
    panels = {**PANELS, **passport_panels(), **code_panels()}
    comparing = COMPARING | comparing_code(COMPARING)
    results = Results(shelf, panels, server, comparing=comparing, fresh=FRESH, slow=SLOW)
    context = Context(shelf, results, audience)
    add_downloads(server, context)
    add_view(server, context)
    add_passports(server, context)
    add_progress(server, context)

    app = InterimDash(
        "interim",
        server=server,  # type: ignore[arg-type]
        use_async=False,
        enable_mcp=False,
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        suppress_callback_exceptions=True,
        serve_locally=True,
        assets_folder=str(bundles.ASSETS),
        include_assets_files=False,
        title=text("app.name"),
        update_title="",
        add_log_handler=False,
    )
    app.without_figures = frozenset(p.path for p in PAGES if not p.figures)
    for page in (p for p in PAGES if p.below is None):
        dash.register_page(  # type: ignore[no-untyped-call]
            f"interim.{page.name}",
            path=page.path,
            name=text(f"page.{page.name}"),
            layout=page.layout,
        )
    app.layout = shell.layout()
    shell.register(app, context)
    for page in PAGES:
        page.register(app, context)
    add_compression(server, web.is_program_file)
    _warm(app, hashes)
    return app


def audience() -> Audience:
    """Who asks. Without accounts everybody on this computer is the whole trial team."""
    return Audience.FULL


def _drop_router(app: InterimDash) -> None:
    """Take away the router Dash registers for its own page container, which the shell replaces.

    It would rebuild a whole page at every change of a filter, and it trusts what it is sent.
    """
    for output in [o for o in app.callback_map if "_pages_" in o]:
        del app.callback_map[output]
    app._callback_list = [c for c in app._callback_list if "_pages_" not in c["output"]]


def _warm(app: InterimDash, hashes: list[str]) -> None:
    """Set the server up and serve one page with its scripts, as a first reader would.

    Before workers fork and threads compete: Dash sets up in its first request (plotly/dash#3971).
    """
    app._setup_server()  # type: ignore[no-untyped-call]
    client = app.server.test_client()
    page = client.get("/")
    if page.status_code != 200:
        raise RuntimeError("the application could not serve its first page")
    _drop_router(app)
    for address in _LINKED.findall(page.get_data(as_text=True)):
        client.get(address, headers={"Accept-Encoding": "br"}).close()
    hashes.extend(app.csp_hashes())
