"""The HTML document around the app: our own head, a style nonce per response, no versions."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from html import escape
from typing import Any

import dash
from dash import Dash
from flask import g, request

from components.theme import palette_for_browser
from dashboard import bundles
from dashboard.text import text

_DOCUMENT = """<!DOCTYPE html>
<html lang="en" data-theme-choice="system">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<meta name="csp-nonce" nonce="{nonce}">
<meta name="palette" content="{palette}">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
{head}
{css}
</head>
<body>
{entry}
<noscript>{noscript}</noscript>
<footer hidden>
{config}
{ours}
{scripts}
{renderer}
</footer>
</body>
</html>"""

_LOADING = '<div class="booting" role="status"><span>{words}</span></div>'

#: component bundles carry their package's version in their address: `name.v4_4_1m176.js`
_VERSIONED = re.compile(r"\.v([\w-]+?)m([0-9a-fA-F]+)\.(?=[\w.]*js|css)")


class InterimDash(Dash):
    """Dash with Interim's document: nothing in it tells a reader which versions run."""

    #: pages without a figure: a library preloaded there would not be used
    without_figures: frozenset[str] = frozenset()

    def _config(self) -> dict[str, Any]:
        config = dict(super()._config())  # type: ignore[no-untyped-call]
        for name in ("dash_version", "python_version", "plotly_version", "ddk_version"):
            config[name] = ""
        config["dash_version_url"] = ""
        # The graph component then fetches our partial plotly.js instead of the full bundle.
        config["serve_locally"] = False
        config["plotlyjs_url"] = bundles.bundle(bundles.PLOTLY).address
        return config

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        g.style_nonce = secrets.token_urlsafe(18)
        entry = parts["app_entry"]
        return _DOCUMENT.format(
            nonce=g.style_nonce,
            palette=escape(json.dumps(palette_for_browser(), separators=(",", ":")), quote=True),
            title=escape(text("app.name")),
            icon=bundles.bundle("icon.svg").address,
            head=_head(figures=request.path not in self.without_figures),
            css=parts["css"],
            entry=_with_loading(entry),
            noscript=escape(text("app.noscript")),
            config=parts["config"],
            ours=_scripts(bundles.SCRIPTS),
            scripts=_hide_versions(parts["scripts"]),
            renderer=parts["renderer"],
        )


def _head(*, figures: bool) -> str:
    links = [_scripts(bundles.HEAD_SCRIPTS)]
    font = bundles.bundle(bundles.FONT)
    links.append(
        f'<link rel="preload" as="font" type="font/woff2" href="/assets/{font.path}" crossorigin>'
    )
    links += [f'<link rel="stylesheet" href="{bundles.bundle(s).address}">' for s in bundles.STYLES]
    plotly = bundles.bundle(bundles.PLOTLY)
    if figures:
        links.append(f'<link rel="preload" as="script" href="{plotly.address}">')
    return "\n".join(links)


def _scripts(paths: tuple[str, ...]) -> str:
    return "\n".join(f'<script src="{bundles.bundle(p).address}"></script>' for p in paths)


def _with_loading(entry: str) -> str:
    """The app's mount point with a quiet placeholder instead of the renderer's own."""
    words = _LOADING.format(words=escape(text("app.loading")))
    return f'<div id="react-entry-point">{words}</div>' if "react-entry-point" in entry else entry


def _hide_versions(scripts: str) -> str:
    """Fingerprints made one-way: an address still changes with its package, but names none."""

    def replace(match: re.Match[str]) -> str:
        seed = f"{dash.__version__}:{match[1]}:{match[2]}".encode()
        return f".v0m{hashlib.sha256(seed).hexdigest()[:16]}."

    return _VERSIONED.sub(replace, scripts)
