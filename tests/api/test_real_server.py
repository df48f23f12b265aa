"""The API behind the real web server: what only shows on a socket."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from uvicorn.importer import import_from_string

from fleet_app.access.roles import Role
from fleet_app.runtime import serve
from mobile_api.malformed import EnvelopeProtocol
from tests.builders.api import World, a_fix


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    """A port on which the world's API is served by uvicorn."""
    config = uvicorn.Config(
        world.app, port=0, lifespan="off", log_level="error", http=EnvelopeProtocol
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


RECORDS = "/api/v1/vehicles"


def head(world: World, *lines: str, path: str = "/api/v1/locations") -> bytes:
    request = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *lines]
    authorization = world.device["Authorization"]
    if path.endswith("owntracks"):
        authorization = "Basic " + b64encode(f"any:{world.device_token}".encode()).decode()
    return "\r\n".join([*request, f"Authorization: {authorization}", "", ""]).encode()


async def status_line(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return (await reader.readline()).strip()


async def test_a_fix_posted_over_a_socket_is_stored(world: World, port: int) -> None:
    body = json.dumps(a_fix()).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(world, f"Content-Length: {len(body)}") + body)

    assert await status_line(reader) == b"HTTP/1.1 200 OK"
    assert len(await world.fixes()) == 1
    writer.close()


async def test_a_huge_declared_length_is_refused_before_the_body_is_sent(
    world: World, port: int
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(world, "Content-Length: 10000000000"))

    assert (await status_line(reader)).startswith(b"HTTP/1.1 413")
    writer.close()


async def test_an_endless_chunked_body_is_cut_off(world: World, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(world, "Transfer-Encoding: chunked"))
    answered = asyncio.create_task(status_line(reader))
    limit = world.container.settings.ingest_max_bytes
    sent = 0
    with suppress(ConnectionError):
        while not answered.done() and sent < 20 * limit:
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
            sent += 0x10000

    assert (await answered).startswith(b"HTTP/1.1 413")
    assert sent < 20 * limit
    writer.close()


async def test_a_client_that_goes_away_stores_nothing_and_breaks_nothing(
    world: World, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps(a_fix()).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(world, f"Content-Length: {len(body)}") + body[:20])
    await writer.drain()
    writer.close()
    await asyncio.sleep(0.2)

    assert await world.stored() == []
    assert "Traceback" not in caplog.text
    assert not caplog.records


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/locations",
        RECORDS,
        "/api/v1/devices/osmand",
        "/api/v1/devices/owntracks",
        "/api/v1/devices/gpslogger",
    ],
)
async def test_a_body_that_comes_too_slowly_may_be_sent_again(
    world: World, port: int, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile_api.body.READ_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = head(world, "Content-Length: 100", path=path) + b"{"
    if path == RECORDS:  # whose caller must be known before the body is read
        manager = (await world.a(Role.FLEET_MANAGER))["Authorization"]
        sent = sent.replace(world.device["Authorization"].encode(), manager.encode())
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.readuntil(b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after: " in answer.lower()
    writer.close()


@pytest.mark.parametrize("address", ["1" * 70_000, "a b c", "\x01"], ids=["long", "blank", "odd"])
async def test_what_is_no_request_is_refused_like_any_other(port: int, address: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/v1/roads/route?points={address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    async with asyncio.timeout(10):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    told = json.loads(body)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n")
    assert (told["status"], told["code"], told["error"]["type"]) == ("error", 400, "invalid_input")
    assert set(told["meta"]) == {"timestamp", "request_id", "version"}
    writer.close()


def test_the_product_is_served_that_way() -> None:
    assert import_from_string(serve.config().http) is EnvelopeProtocol
