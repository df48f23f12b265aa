"""A message to a room is on the wire what Socket.IO's own emit sends, in the same order."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from fleet_app.runtime.websocket import SharedFramesProtocol
from fleet_app.web.states import room_emit
from fleet_app.web.states.live import NO_STATUS, live_message
from fleet_app.web.states.room_emit import emit_to_room

NAMESPACE, ROOM = "/_event", "fleet:1"
MESSAGES = [
    live_message(frame=b"\x01\x00" * 500),
    live_message(status={**NO_STATUS, "reason": "späť"}),
    live_message(frame=b"\x01" * 70_000, status=NO_STATUS),
]


class Rooms(socketio.AsyncNamespace):
    """Everybody who connects is in the room."""

    async def on_connect(self, sid: str, *_: Any) -> None:
        await self.enter_room(sid, ROOM)


@asynccontextmanager
async def rooms(protocol: Any = SharedFramesProtocol) -> AsyncIterator[tuple[Rooms, str]]:
    """A real Socket.IO server; (namespace, URL)."""
    server = socketio.AsyncServer(async_mode="asgi", transports=["websocket"])
    namespace = Rooms(NAMESPACE)
    server.register_namespace(namespace)
    config = uvicorn.Config(
        socketio.ASGIApp(server), ws=protocol, lifespan="off", log_level="warning"
    )
    running = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(running.serve(sockets=[listener]))
        try:
            port = listener.getsockname()[1]
            yield namespace, f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        finally:
            running.should_exit = True
            await task


async def joined(url: str) -> ClientConnection:
    """A client whose session is in the room."""
    client = await connect(url, max_size=None)
    await client.recv()
    await client.send(f"40{NAMESPACE},")
    assert str(await client.recv()).startswith("40")
    return client


async def received(client: ClientConnection, count: int) -> list[str | bytes]:
    async with asyncio.timeout(5):
        return [await client.recv() for _ in range(count)]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions that were served through their queue rather than directly."""
    seen: list[str] = []
    real = room_emit._written

    def noting(server: Any, engine_sid: str, frames: bytes) -> bool:
        written = real(server, engine_sid, frames)
        if not written:
            seen.append(engine_sid)
        return written

    monkeypatch.setattr(room_emit, "_written", noting)
    return seen


@pytest.mark.parametrize("message", MESSAGES)
async def test_the_wire_carries_what_socketio_would_send(message: Any, queued: list[str]) -> None:
    async with rooms() as (namespace, url):
        clients = [await joined(url) for _ in range(3)]
        parts = (
            2 if b"" in [type(v)() for v in next(iter(message["delta"].values())).values()] else 1
        )
        await namespace.emit("event", message, room=ROOM)
        usual = [await received(client, parts) for client in clients]
        await emit_to_room(namespace, ROOM, message)
        assert [await received(client, parts) for client in clients] == usual
        assert queued == []
        for client in clients:
            await client.close()


async def test_nothing_overtakes_what_a_session_is_still_owed(queued: list[str]) -> None:
    async with rooms() as (namespace, url):
        client = await joined(url)
        engine = namespace.server.eio
        (engine_sid,) = engine.sockets
        for number in range(20):
            # Puts it into the queue without giving the writer a turn.
            await engine.send(engine_sid, f'2{NAMESPACE},["event",{{"number":{number}}}]')
            await emit_to_room(namespace, ROOM, {"number": number + 0.5})
        texts = [str(text).partition(",")[2] for text in await received(client, 40)]
        assert [json.loads(text)[1]["number"] for text in texts] == [n / 2 for n in range(40)]
        assert queued, "no message had to wait, so nothing was tried"
        await client.close()


async def test_another_server_is_served_through_the_queue(queued: list[str]) -> None:
    async with rooms("websockets-sansio") as (namespace, url):
        client = await joined(url)
        await emit_to_room(namespace, ROOM, MESSAGES[0])
        text, attachment = await received(client, 2)
        assert '"_placeholder":true' in str(text)
        assert attachment == b"\x01\x00" * 500
        assert len(queued) == 1
        await client.close()


async def test_a_session_that_left_is_not_in_the_way() -> None:
    async with rooms() as (namespace, url):
        gone, here = await joined(url), await joined(url)
        gone.transport.abort()
        await emit_to_room(namespace, ROOM, {"number": 1})
        assert '"number":1' in str((await received(here, 1))[0])
        await emit_to_room(namespace, "fleet:2", {"number": 2})  # nobody there
        await here.close()
