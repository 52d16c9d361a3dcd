"""The application: how it is built, what it refuses, and what it never tells."""

from __future__ import annotations

import json
import platform
import re
from pathlib import Path
from typing import Any

import dash
import flask
import plotly
import pytest
import werkzeug
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs_version

from dashboard import bundles
from dashboard.factory import create_app
from dashboard.index import InterimDash
from dashboard.pages import PAGES
from dashboard.settings import Settings
from dashboard.web import MAX_BODY

CALLBACK = "/_dash-update-component"


def test_plotly_js_is_the_version_plotly_py_speaks() -> None:
    assert get_plotlyjs_version() == bundles.PLOTLY_VERSION
    head = (bundles.ASSETS / bundles.PLOTLY).read_bytes()[:200].decode()
    assert f"plotly.js (cartesian - minified) v{bundles.PLOTLY_VERSION}" in head


def test_every_bundle_is_there_with_its_licence() -> None:
    for path in (*bundles.STYLES, *bundles.HEAD_SCRIPTS, *bundles.SCRIPTS, bundles.FONT):
        assert (bundles.ASSETS / path).is_file()
    vendor = bundles.ASSETS / "vendor"
    licences = {p.name for p in vendor.rglob("*LICENSE*")}
    assert licences == {
        "bootstrap-LICENSE.txt",
        "plotly-LICENSE.txt",
        "inter-LICENSE.txt",
        "bootstrap-icons-LICENSE.txt",
    }


def test_every_file_a_style_names_exists() -> None:
    for style in bundles.STYLES:
        text = (bundles.ASSETS / style).read_text(encoding="utf-8")
        for address in re.findall(r"url\(\"?([^)\"]+)\"?\)", text):
            if not address.startswith("data:"):
                assert (bundles.ASSETS / style).parent.joinpath(address).is_file(), address


def test_the_traces_the_bundle_is_said_to_draw_are_those_it_registers() -> None:
    source = (bundles.ASSETS / bundles.PLOTLY).read_text(encoding="utf-8")
    found = set(re.findall(r'moduleType:"trace",name:"(\w+)"', source))
    assert found == bundles.PLOTLY_TRACES


def test_dash_is_built_as_decided(app: InterimDash) -> None:
    assert app._use_async is False
    assert app.use_pages is True
    assert app.pages_folder == ""
    assert app.config.suppress_callback_exceptions is True
    assert {
        p["path"] for p in dash.page_registry.values() if p["module"].startswith("interim.")
    } == {p.path for p in PAGES}


def test_only_our_own_callbacks_can_be_called(app: InterimDash, client: Any) -> None:
    known = set(app.callback_map)
    assert "notice.children" in known
    assert not [o for o in known if "_pages_" in o]
    assert {c["output"] for c in client.get("/_dash-dependencies").get_json()} == known


def test_no_environment_variable_opens_the_tool_server(
    monkeypatch: pytest.MonkeyPatch, written_home: Path
) -> None:
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    client = create_app(Settings(home=written_home)).server.test_client()
    for method in (client.post, client.get):
        assert method(
            "/_mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        ).status_code in (
            404,
            405,
        )


def test_the_document_has_our_policy_and_a_new_nonce_each_time(client: Any) -> None:
    policies = [client.get("/").headers["Content-Security-Policy"] for _ in range(2)]
    nonces = [re.search(r"'nonce-([\w-]+)'", p)[1] for p in policies]  # type: ignore[index]
    assert nonces[0] != nonces[1]
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in (
        "default-src 'none'",
        "connect-src 'self'",
        "style-src-attr 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data: blob:",
    ):
        assert part in policy
    nonce = re.search(r"'nonce-([\w-]+)'", policy)[1]  # type: ignore[index]
    assert f'nonce="{nonce}"' in page.text


def test_every_answer_carries_the_security_headers(client: Any) -> None:
    for address in (
        "/",
        "/livez",
        "/nowhere",
        "/_dash-layout",
        "/assets/icon.svg",
        "/download/x.csv",
    ):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Content-Security-Policy" in headers
        assert headers["Server"] == "Interim"


def test_only_program_files_with_a_fingerprint_may_be_stored(client: Any) -> None:
    page = client.get("/").text
    linked = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(linked) > 15
    for address in linked:
        assert "immutable" in client.get(address).headers["Cache-Control"], address
    for address in ("/", "/_dash-layout", "/_dash-dependencies", "/livez", "/assets/icon.svg"):
        assert client.get(address).headers["Cache-Control"] == "no-store", address


def test_nothing_tells_the_versions_that_run(client: Any) -> None:
    told = client.get("/").text + str(client.get("/").headers) + client.get("/nowhere").text
    told += client.get("/readyz").text + client.post(CALLBACK, json={}).text
    for version in (
        dash.__version__,
        dash.__version__.replace(".", "_"),
        plotly.__version__,
        platform.python_version(),
        werkzeug.__name__,
        flask.__name__,
    ):
        assert version not in told, version


def test_bundles_travel_compressed_and_unpack_to_the_file(client: Any) -> None:
    import brotli

    address = bundles.bundle(bundles.PLOTLY).address
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert brotli.decompress(packed.data) == (bundles.ASSETS / bundles.PLOTLY).read_bytes()
    assert len(packed.data) < 470_000
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(
    ("headers", "environ", "status"),
    [
        ({"Host": "interim.example.org"}, {}, 421),
        ({"Host": "127.0.0.1.example.org"}, {}, 421),
        ({}, {"REMOTE_ADDR": "192.168.1.20"}, 403),
        ({}, {"REMOTE_ADDR": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, {}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, {}, 403),
    ],
)
def test_strangers_are_refused_in_a_sentence(
    client: Any, headers: dict[str, str], environ: dict[str, str], status: int
) -> None:
    answer = client.get("/", headers=headers, environ_overrides=environ)
    assert answer.status_code == status
    assert answer.text.endswith(".\n")
    assert "<" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050"])
def test_this_computer_is_answered(client: Any, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_a_link_from_elsewhere_may_be_followed(client: Any) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=followed).status_code == 200
    assert client.post(CALLBACK, json={}, headers=followed).status_code == 403


def test_an_unknown_page_says_so_in_its_status(client: Any) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/nowhere").status_code == 404
    assert client.get("/../../etc/passwd").status_code == 404


@pytest.mark.parametrize(
    "path", ["dash/../../x.js", "dash/nope.js", "dash/deps/nope.v1m2.js", "nope/x.js"]
)
def test_a_program_file_that_is_not_there_is_no_fault_of_the_server(
    client: Any, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    refused = client.get(f"/_dash-component-suites/{path}")
    assert refused.status_code == 404
    assert b"dcc" not in refused.data  # Dash would list the files it has
    assert not caplog.records


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b"{}",
        b'{"output": 3}',
        b'{"output": "notice.children"}',
        b'{"output": "nothing.children", "inputs": [], "outputs": {}}',
        b'{"output": "notice.children", "inputs": "x", "outputs": {"id": "a", "property": "b"}}',
        b'{"output": "notice.children", "inputs": [3], "outputs": {"id": "a", "property": "b"}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"output":' + b'{"a":' * 50 + b"1" + b"}" * 50 + b"}",
    ],
)
def test_a_malformed_body_is_the_senders_fault(client: Any, body: bytes) -> None:
    answer = client.post(CALLBACK, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_other_types_and_too_much_are_refused(client: Any) -> None:
    assert client.post(CALLBACK, data="{}", content_type="text/plain").status_code == 415
    assert client.post(CALLBACK, data={"a": "b"}).status_code == 415
    large = b'{"output": "' + b"x" * MAX_BODY + b'"}'
    assert client.post(CALLBACK, data=large, content_type="application/json").status_code == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_body_whatever_makes_the_server_fail(app: InterimDash, data: st.DataObject) -> None:
    """Known outputs with arbitrary values in every place, and arbitrary bodies."""
    client = app.server.test_client()
    output = data.draw(st.sampled_from(sorted(app.callback_map)))
    callback = app.callback_map[output]

    def filled(declared: list[dict[str, Any]]) -> list[Any]:
        return [
            {"id": d["id"], "property": d["property"], "value": data.draw(JSON)} for d in declared
        ]

    outputs = [
        {"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]}
        for part in output.strip(".").split("...")
    ]
    body = {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": filled(callback["inputs"]),
        "state": filled(callback["state"]),
        "changedPropIds": data.draw(st.lists(st.text(max_size=10), max_size=2)),
    }
    spoiled = data.draw(st.sampled_from([*body, ""]))
    if spoiled:
        body[spoiled] = data.draw(JSON)
    answer = client.post(CALLBACK, data=json.dumps(body), content_type="application/json")
    assert answer.status_code in (200, 204, 400), answer.text


def test_health_says_whether_the_cuts_can_be_shown(client: Any, tmp_path: Path) -> None:
    assert client.get("/livez").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready", "problems": []}
    empty = create_app(Settings(home=tmp_path)).server.test_client()
    assert empty.get("/livez").status_code == 200
    answer = empty.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["problems"] == ["The store holds no study yet."]


def test_layouts_hold_no_data(app: InterimDash, client: Any) -> None:
    told = client.get("/").text + client.get("/_dash-layout").text
    told += client.get("/_dash-dependencies").text
    for word in ("A trial written out by hand", "P01", "written", "Eribulin"):
        assert word not in told
    assert app.validation_layout is None
