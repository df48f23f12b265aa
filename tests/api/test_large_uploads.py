"""Uploads at the real web server in a process of its own: large, endless, slow, broken off."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import uvicorn

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.media import a_pdf

PATH = "/api/v1/files"
MB = 1_000_000
PIECE = b"x" * 65_536
OPENING = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + a_pdf()
CLOSING = b"\r\n--b--\r\n"
SERVE = """
import socket, sys, uvicorn
from mobile_api.app import create_api
config = uvicorn.Config(create_api(), loop="uvloop", lifespan="off", log_level="error")
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""


@dataclass
class Server:
    """A web server and whoever calls it."""

    process: psutil.Process
    port: int
    authorization: str
    home: Path

    def peak(self) -> int:
        """The most memory the process has ever had resident, in bytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", text)
        assert found is not None
        return int(found[1]) * 1024

    def files(self) -> set[Path]:
        """Everything in the file store, finished or not."""
        return {path for path in (self.home / "files").rglob("*") if path.is_file()}

    def head(self, *lines: str) -> bytes:
        """The beginning of an upload."""
        form = "Content-Type: multipart/form-data; boundary=b"
        request = [f"POST {PATH} HTTP/1.1", "Host: x", form, *lines]
        return "\r\n".join([*request, f"Authorization: {self.authorization}", "", ""]).encode()

    async def connect(self, *lines: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which the head has been sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.head(*lines))
        return reader, writer


@pytest.fixture
async def server(world: World) -> AsyncIterator[Server]:
    """The API under uvicorn in its own process, warmed up by one small upload."""
    manager = await world.a(Role.FLEET_MANAGER)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        fd = listener.fileno()
        command = [sys.executable, "-c", SERVE, str(fd)]
        process = subprocess.Popen(command, pass_fds=[fd], env=os.environ)
        try:
            home = world.container.settings.home
            server = Server(psutil.Process(process.pid), port, manager["Authorization"], home)
            status, _ = await upload(server, 1000, chunked=False)
            assert status == 201
            yield server
        finally:
            process.kill()
            process.wait(20)


async def upload(server: Server, size: int, *, chunked: bool) -> tuple[int, int]:
    """Send a PDF of about `size` bytes; the status, and how much was sent before it was known."""
    pieces = size // len(PIECE)
    length = len(OPENING) + pieces * len(PIECE) + len(CLOSING)
    header = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {length}"
    reader, writer = await server.connect(header)
    answered = asyncio.create_task(reader.readline())
    sent = 0
    with suppress(ConnectionError):
        for piece in [OPENING, *[PIECE] * pieces, CLOSING]:
            if answered.done():
                break
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
            sent += len(piece)
        if chunked and not answered.done():
            writer.write(b"0\r\n\r\n")
    async with asyncio.timeout(30):
        line = await answered
    writer.close()
    return int(line.split()[1]), sent


async def test_a_large_file_passes_through_little_memory(server: Server) -> None:
    before, there = server.peak(), server.files()

    assert (await upload(server, 24 * MB, chunked=False))[0] == 201
    assert (await upload(server, 24 * MB, chunked=True))[0] == 201

    assert server.peak() - before < 8 * MB
    new = server.files() - there
    assert [path.stat().st_size // MB for path in new] == [23, 23]


async def test_200_mb_are_refused_before_they_are_sent_when_they_are_announced(
    server: Server,
) -> None:
    before, there = server.peak(), server.files()
    reader, writer = await server.connect(f"Content-Length: {200 * MB}")
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()
    assert (await upload(server, 200 * MB, chunked=False))[0] == 413
    assert server.peak() - before < 8 * MB
    assert server.files() == there


async def test_200_mb_that_nobody_announced_are_cut_off_at_the_limit(server: Server) -> None:
    before, there = server.peak(), server.files()

    status, sent = await upload(server, 200 * MB, chunked=True)

    assert status == 413
    assert sent < 40 * MB
    assert server.peak() - before < 8 * MB
    assert server.files() == there


async def test_who_sends_on_after_the_refusal_costs_no_memory(server: Server) -> None:
    before = server.peak()
    _, writer = await server.connect(f"Content-Length: {200 * MB}")
    with suppress(ConnectionError):
        for _ in range(200 * MB // len(PIECE)):
            writer.write(PIECE)
            await writer.drain()
    writer.close()
    assert server.peak() - before < 8 * MB


async def test_a_sender_that_goes_away_leaves_nothing(server: Server) -> None:
    there = server.files()
    _, writer = await server.connect(f"Content-Length: {10 * MB}")
    writer.write(OPENING + PIECE * 20)
    await writer.drain()
    await asyncio.sleep(0.3)
    unfinished = server.files() - there
    writer.close()

    async with asyncio.timeout(10):
        while server.files() != there:
            await asyncio.sleep(0.05)
    assert len(unfinished) == 1


async def test_strangers_are_refused_before_the_body_is_read(server: Server) -> None:
    server.authorization = "Bearer nobody"
    reader, writer = await server.connect(f"Content-Length: {10 * MB}")
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")
    writer.close()


async def test_a_sender_that_falls_silent_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile_api.body.READ_SECONDS", 0.3)
    config = uvicorn.Config(world.app, port=0, lifespan="off", log_level="error")
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    manager = await world.a(Role.FLEET_MANAGER)
    home = world.container.settings.home
    server = Server(psutil.Process(), port, manager["Authorization"], home)
    there = server.files()

    reader, writer = await server.connect(f"Content-Length: {10 * MB}")
    writer.write(OPENING + PIECE * 10)  # at the slowest pace, that would earn many seconds
    async with asyncio.timeout(10):
        answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    running.should_exit = True
    await serving

    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after: " in answer.lower()
    assert server.files() == there
