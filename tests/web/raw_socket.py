"""A client of Reflex's event socket that sends whatever it is told: Engine.IO frames by hand."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

NAMESPACE = "/_event"
STATE = "reflex___state____state"
DESK = f"{STATE}.tests___web___gate_server____desk"


class RawSocket:
    """One connection. `messages` are the Socket.IO events received: (name, data)."""

    def __init__(self, url: str, *, cookie: str | None, origin: str | None, token: str) -> None:
        self.token = token
        self._url = f"{url}/_event/?EIO=4&transport=websocket&token={token}"
        self._headers = {"Cookie": f"theme=dark; fleet_session={cookie}"} if cookie else {}
        self._origin = origin
        self.messages: list[tuple[str, Any]] = []
        self.closed = False

    async def __aenter__(self) -> Self:
        self._socket: ClientConnection = await connect(
            self._url,
            additional_headers=self._headers,
            origin=self._origin,  # type: ignore[arg-type]
            max_size=None,
        )
        self._changed = asyncio.Condition()
        self._connected = False
        self._reader = asyncio.create_task(self._read())
        await self.send_packet("40" + NAMESPACE + ",")
        await self._until(lambda: self._connected or self.closed)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await self._socket.close()

    async def send_packet(self, text: str) -> None:
        await self._socket.send(text)

    async def emit(self, name: str, *data: Any) -> None:
        """Send a Socket.IO event of any name."""
        await self.send_packet(f"42{NAMESPACE},{json.dumps([name, *data])}")

    async def event(self, name: str, /, **payload: Any) -> None:
        """Send a state event the way a page does."""
        router = {"pathname": "/", "asPath": "/", "query": {}}
        await self.emit("event", {"name": name, "payload": payload, "router_data": router})

    async def hydrate(self) -> str:
        """Everything the server tells a page that connects, as text."""
        seen = len(self.messages)
        await self.event(f"{STATE}.hydrate")
        await self._until(lambda: len(self.messages) > seen or self.closed)
        return json.dumps(self.messages[seen:])

    async def settled(self) -> str:
        """Everything that came so far, as text, once the server has worked off what was sent.

        The handlers of one token run in order, so a last harmless one marks the end; background
        handlers get a moment more.
        """
        await asyncio.sleep(0.2)
        mark = str(uuid.uuid4())
        await self.event(f"{DESK}.sign", mark=mark)
        await self.until_received(mark)
        return json.dumps(self.messages)

    async def until_received(self, text: str) -> Any:
        """The first message that contains `text`."""
        await self._until(lambda: any(text in json.dumps(m) for m in self.messages) or self.closed)
        found = [data for data in self.messages if text in json.dumps(data)]
        assert found, f"{text!r} did not come, the socket was closed; got {self.messages}"
        return found[0]

    async def until_closed(self, seconds: float = 5) -> None:
        """Wait until the server has cut us off."""
        await self._until(lambda: self.closed, seconds)

    async def _until(self, happened: Any, seconds: float = 5) -> None:
        async with self._changed, asyncio.timeout(seconds):
            await self._changed.wait_for(happened)

    async def _read(self) -> None:
        try:
            async for packet in self._socket:
                await self._take(str(packet))
        except ConnectionClosed:
            pass
        async with self._changed:
            self.closed = True
            self._changed.notify_all()

    async def _take(self, packet: str) -> None:
        if packet == "2":
            await self._socket.send("3")
            return
        async with self._changed:
            if packet.startswith("45"):  # with attachments, which follow and are left out
                packet = "42" + packet.partition("-")[2]
            body = packet[2:].removeprefix(NAMESPACE).removeprefix(",")
            if packet.startswith("40"):
                self._connected = True
            elif packet.startswith(("41", "44")):
                self.closed = True
            elif packet.startswith("42"):
                name, *data = json.loads(body)
                self.messages.append((name, data[0] if data else None))
            self._changed.notify_all()


def new_token() -> str:
    """A client token as a page makes it."""
    return str(uuid.uuid4())
