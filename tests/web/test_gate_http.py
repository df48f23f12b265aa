"""What the guard refuses and adds over plain HTTP."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from fleet_app.web.gate.csp import inline_hashes, policy, script_hash
from fleet_app.web.gate.guard import Guard
from fleet_app.web.gate.logs import hide_secrets, redacted
from tests.web.conftest import GateServer

ORIGINS = ["https://fleet.example"]


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    guard = Guard(app, origins=ORIGINS, policy=policy(["'sha256-abc='"], ORIGINS))
    return httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="https://fleet.example")


@pytest.mark.parametrize("path", ["/_upload", "/_upload/", "/_upload/x.png", "//_upload"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_uploads_are_closed(gate_server: GateServer, path: str, method: str) -> None:
    async with httpx.AsyncClient(base_url=gate_server.url) as client:
        answer = await client.request(method, gate_server.url + path, content=b"x")
    assert (answer.status_code, answer.text) == (404, "Not found")


async def test_other_paths_reach_the_application(gate_server: GateServer) -> None:
    async with httpx.AsyncClient(base_url=gate_server.url) as client:
        answer = await client.get("/api/hello")
    assert answer.json() == {"hello": "world"}
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_answer_carries_the_security_headers() -> None:
    async with client_of(HTMLResponse("<p>hello")) as client:
        headers = (await client.get("/")).headers
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-cache"
    assert headers["strict-transport-security"].startswith("max-age=")
    rules = headers["content-security-policy"]
    assert "script-src 'self' 'sha256-abc=';" in rules
    assert "frame-ancestors 'none'" in rules
    assert "connect-src 'self' wss://fleet.example;" in rules
    assert "unsafe-eval" not in rules


async def test_an_answer_that_chose_its_own_headers_keeps_them() -> None:
    chosen = {"Cache-Control": "max-age=5", "Content-Security-Policy": "default-src 'none'"}
    async with client_of(PlainTextResponse("x", headers=chosen)) as client:
        headers = (await client.get("/")).headers
    assert headers.get_list("content-security-policy") == ["default-src 'none'"]
    assert headers.get_list("cache-control") == ["max-age=5"]


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/assets/index-BX81aaZ_.js", 200, "public, max-age=31536000, immutable"),
        ("/assets/map.worker-DEADBEEF.mjs", 200, "public, max-age=31536000, immutable"),
        ("/assets/index-BX81aaZ_.js", 404, None),
        ("/assets/logo.svg", 200, None),
        ("/map/sprite.png", 200, None),
    ],
)
async def test_only_hashed_assets_are_kept_for_ever(
    path: str, status: int, expected: str | None
) -> None:
    async with client_of(Response(b"", status)) as client:
        assert (await client.get(path)).headers.get("cache-control") == expected


async def test_only_the_page_of_the_api_description_may_run_its_inline_script() -> None:
    async with client_of(HTMLResponse("x")) as client:
        docs = (await client.get("/api/docs")).headers["content-security-policy"]
        page = (await client.get("/api/docs2")).headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-inline';" in docs
    assert "script-src 'self' 'sha256-abc=';" in page


def test_inline_scripts_are_hashed_as_browsers_do(tmp_path: Path) -> None:
    page = b'<script>a()</script><script src="/x.js"></script><SCRIPT type="module">b\r\n</SCRIPT>'
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_bytes(page)
    # echo -n 'a()' | openssl dgst -sha256 -binary | base64
    known = "'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='"
    assert script_hash(b"a()") == known
    assert set(inline_hashes(tmp_path)) == {known, script_hash(b"b\n")}
    assert inline_hashes(tmp_path / "missing") == []


def test_the_log_keeps_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogRecordFactory()
    hide_secrets()
    try:
        log = logging.getLogger("somebody.else")
        log.warning("cookie of %s: %s", "x", {"cookie": "fleet_session=SECRET1; a=b"})
        device = "fdt_" + "SECRET34" * 4
        try:
            raise ValueError(str({"authorization": "Bearer SECRET2"}) + " " + device)
        except ValueError:
            log.exception("failed at /osmand?id=SECRET5&lat=1")
    finally:
        logging.setLogRecordFactory(before)
    assert "SECRET" not in caplog.text
    assert "lat=1" in caplog.text
    assert redacted("an honest line about a cookie jar") == "an honest line about a cookie jar"
