"""Frames made ready for the wire reach a real client unchanged and in order, or are refused."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect

from fleet_app.runtime import serve
from fleet_app.runtime.websocket import EXTENSION, SharedFramesProtocol, wire_frame

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Received = list[MutableMapping[str, Any]]
SIZES = (0, 5, 125, 126, 65_535, 65_536, 200_000)


@asynccontextmanager
async def served(app: Any, *, deflate: bool = False) -> AsyncIterator[str]:
    """The ASGI app under the product's WebSocket class; yields its URL."""
    config = uvicorn.Config(
        app, ws=SharedFramesProtocol, ws_per_message_deflate=deflate, lifespan="off",
        log_level="warning",
    )  # fmt: skip
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class Peer:
    """An ASGI app that hands its one connection to the test."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[tuple[Callable[[bytes], bool], Send]] = (
            asyncio.get_running_loop().create_future()
        )

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        assert scope["type"] == "websocket"
        try_write = scope["extensions"][EXTENSION]
        assert try_write(b"too early") is False
        await send({"type": "websocket.accept"})
        self.ready.set_result((try_write, send))
        while (await receive())["type"] != "websocket.disconnect":
            pass


@pytest.mark.parametrize("deflate", [False, True])
async def test_ready_frames_arrive_as_if_they_had_been_sent(deflate: bool) -> None:
    peer = Peer()
    messages = [make * size for size in SIZES for make in ("ä", b"\x81")]
    async with served(peer, deflate=deflate) as url, connect(url, max_size=None) as client:
        try_write, send = await peer.ready
        for message in messages:
            assert try_write(wire_frame(message))
            assert await client.recv() == message
        await send({"type": "websocket.send", "text": "the usual way"})
        assert try_write(wire_frame("one") + wire_frame(b"two"))
        assert [await client.recv() for _ in range(3)] == ["the usual way", "one", b"two"]


async def write_until_stuck(try_write: Callable[[bytes], bool], frame: bytes) -> int:
    """Write until the buffers of the system have stopped taking more; returns how many frames."""
    written = refused = 0
    while refused < 20:
        if try_write(frame):
            written, refused = written + 1, 0
            assert written < 1000, "nothing ever held the writer back"
        else:
            refused += 1
        await asyncio.sleep(0.01)
    return written


async def test_a_reader_who_is_behind_is_not_written_to() -> None:
    peer, full = Peer(), wire_frame(b"\0" * 1_000_000)
    async with served(peer) as url, connect(url, max_size=None, max_queue=1) as client:
        try_write, send = await peer.ready
        client.transport.pause_reading()
        written = await write_until_stuck(try_write, full)
        waiting = asyncio.create_task(send({"type": "websocket.send", "text": "in the queue"}))
        await asyncio.sleep(0)
        assert not try_write(wire_frame("would overtake"))
        client.transport.resume_reading()
        for _ in range(written):
            assert len(await client.recv()) == 1_000_000
        assert await client.recv() == "in the queue"
        await waiting
        assert try_write(wire_frame("caught up"))
        assert await client.recv() == "caught up"


async def test_nothing_is_written_to_a_closed_connection() -> None:
    peer = Peer()
    async with served(peer) as url:
        async with connect(url):
            try_write, _ = await peer.ready
        async with asyncio.timeout(5):
            while try_write(wire_frame("gone")):
                await asyncio.sleep(0.01)


def test_the_web_process_uses_it() -> None:
    config = serve.config()
    assert config.ws is SharedFramesProtocol
    assert config.ws_per_message_deflate is False
