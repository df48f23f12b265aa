"""One message to everybody in a Socket.IO room, made ready for the wire once.

Socket.IO's own `emit` to a room costs each recipient a task, a queue, a writer and the framing of
its WebSocket. Where the server offers to write shared frames, a recipient costs one write instead.
Order holds: whoever has older messages under way gets this one behind them, in the usual queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from engineio.packet import MESSAGE  # type: ignore[import-untyped]
from engineio.packet import Packet as EnginePacket
from reflex.app import EventNamespace
from socketio.packet import EVENT  # type: ignore[import-untyped]

from fleet_app.runtime.websocket import EXTENSION, wire_frame

AT_ONCE = 200
"""Recipients served before the rest of the process has a turn."""


async def emit_to_room(namespace: EventNamespace, room: str, message: dict[str, Any]) -> None:
    """Send the event to all who are in the room now."""
    server = namespace.server
    packets = _engine_packets(server, namespace.namespace, message)
    frames = b"".join(wire_frame(packet.encode()) for packet in packets)
    recipients = list(server.manager.get_participants(namespace.namespace, room))
    for number, (_, engine_sid) in enumerate(recipients, 1):
        if not _written(server, engine_sid, frames):
            for packet in packets:
                await server.eio.send_packet(engine_sid, packet)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def _engine_packets(server: Any, namespace: str, message: dict[str, Any]) -> list[EnginePacket]:
    """The Socket.IO event as Engine.IO packets: its text, then its binary attachments."""
    encoded = server.packet_class(EVENT, namespace=namespace, data=["event", message]).encode()
    parts = encoded if isinstance(encoded, list) else [encoded]
    return [EnginePacket(MESSAGE, part) for part in parts]


def _written(server: Any, engine_sid: str, frames: bytes) -> bool:
    """Whether the frames went out at once: nothing older was waiting in the session's queue."""
    socket = server.eio.sockets.get(engine_sid)
    if socket is None or socket.closed or not socket.upgraded or not socket.queue.empty():
        return False
    try_write = _shared_frames(server.environ.get(engine_sid))
    return try_write is not None and try_write(frames)


def _shared_frames(environ: dict[str, Any] | None) -> Callable[[bytes], bool] | None:
    scope = (environ or {}).get("asgi.scope") or {}
    found: Callable[[bytes], bool] | None = (scope.get("extensions") or {}).get(EXTENSION)
    return found
