"""The HTTP border: who may ask, what a request may look like, and the headers on every answer.

Follows OWASP ASVS 5 V3.4 (browser headers) and V4 (requests). Loopback only: there are no accounts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from typing import Any

from dash.exceptions import DependencyException
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from dashboard.callback_body import problem_of
from dashboard.settings import is_loopback
from dashboard.text import text

MAX_BODY = 1_000_000
CALLBACK_PATH = "/_dash-update-component"
_YEAR = 31_536_000

_FINGERPRINT = re.compile(r"^/_dash-component-suites/.+\.v[\w-]+m[0-9a-fA-F]+\.")
_VENDORED = re.compile(r"^/assets/vendor/[^/]*\d")

_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
#: for everything that is not our document: it has nothing to run
_POLICY_OTHER = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"


def policy(script_hashes: tuple[str, ...], nonce: str) -> str:
    """The Content-Security-Policy of the document: no inline script, styles only with our nonce."""
    scripts = " ".join(("'self'", *script_hashes))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src-elem 'self' 'nonce-{nonce}'",
            "style-src-attr 'none'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "manifest-src 'self'",
        )
    )


def guard(server: Flask, callback_map: Callable[[], Mapping[str, Any]]) -> None:
    """Refuse what may not come in. Runs before anything else sees the request."""
    server.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @server.before_request
    def _only_this_computer() -> Response | None:
        if not is_loopback(request.remote_addr or ""):
            return refuse(403, text("refused.address"))
        host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if not is_loopback(host):  # a page elsewhere that resolves its own name to 127.0.0.1
            return refuse(421, text("refused.host"))
        site = request.headers.get("Sec-Fetch-Site", "none")
        followed = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if site not in ("same-origin", "none") and not followed:
            return refuse(403, text("refused.cross_site"))
        return None

    @server.before_request
    def _only_well_formed_callbacks() -> Response | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        if request.mimetype != "application/json":
            return refuse(415, text("refused.type"))
        length = request.content_length
        if length is not None and length > MAX_BODY:
            return refuse(413, text("refused.large"))
        problem = problem_of(request.get_data(cache=True), callback_map())
        return refuse(400, text("refused.body", problem=problem)) if problem else None

    _errors_in_words(server)


def _errors_in_words(server: Flask) -> None:
    @server.errorhandler(DependencyException)
    def _no_such_file(_: DependencyException) -> Response:
        return refuse(404, text("refused.404"))  # Dash: a program file that it does not have

    @server.errorhandler(HTTPException)
    def _in_words(error: HTTPException) -> Response:
        code = error.code or 500
        key = f"refused.{code}"
        return refuse(code, text(key) if code in (404, 405, 413) else text("refused.other"))


def refuse(status: int, sentence: str) -> Response:
    """A refusal says why in one plain sentence, and nothing about what runs here."""
    return Response(sentence + "\n", status=status, mimetype="text/plain")


def dress(
    server: Flask, script_hashes: Callable[[], tuple[str, ...]], pages: Container[str]
) -> None:
    """Security and cache headers on every answer, refusals included.

    Dash serves its document at every address; where no page of `pages` stands, the status says so.
    """

    @server.after_request
    def _headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers[name] = value
        nonce = g.get("style_nonce")
        if nonce and (request.path.rstrip("/") or "/") not in pages:
            response.status_code = 404
        response.headers["Content-Security-Policy"] = (
            policy(script_hashes(), nonce) if nonce else _POLICY_OTHER
        )
        response.headers["Server"] = "Interim"
        if is_program_file(response):
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        else:
            response.headers.pop("ETag", None)
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response


def is_program_file(response: Response) -> bool:
    """Is this a file of ours whose address changes with its content? All else is never stored."""
    if response.status_code not in (200, 304) or request.method not in ("GET", "HEAD"):
        return False
    if _FINGERPRINT.match(request.path) or _VENDORED.match(request.path):
        return True
    return request.path.startswith("/assets/") and "v" in request.args
