"""The WebSocket side of the web process, with a way to send what is the same for everybody.

A server's WebSocket frame is not masked and need not be compressed, so the bytes on the wire are
the same for every recipient: they are made once, and a recipient costs one write to its socket.
The way to it is an ASGI extension of the connection's scope. It rests on attributes of uvicorn's
own class, whose version is pinned and which tests/unit/runtime/test_websocket.py holds to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

EXTENSION = "fleet.shared_frames"
"""Where a scope's `extensions` hold the connection's `try_write(frames) -> bool`."""
_FINAL_TEXT, _FINAL_BINARY = 0x81, 0x82
_SHORT, _MEDIUM = 126, 0x10000


def wire_frame(message: str | bytes) -> bytes:
    """One message as an uncompressed WebSocket frame of a server (RFC 6455)."""
    payload = message.encode() if isinstance(message, str) else message
    first = _FINAL_TEXT if isinstance(message, str) else _FINAL_BINARY
    size = len(payload)
    if size < _SHORT:
        head = bytes((first, size))
    elif size < _MEDIUM:
        head = bytes((first, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 127)) + size.to_bytes(8, "big")
    return head + payload


class SharedFramesProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which can also be handed frames that are ready for the wire."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sending = 0

    def handle_connect(self, event: Request) -> None:
        """Offer the extension to the application."""
        super().handle_connect(event)
        if hasattr(self, "scope"):  # a refused handshake has none
            extensions: Any = self.scope["extensions"]
            extensions[EXTENSION] = self.try_write

    async def send(self, message: ASGISendEvent) -> None:
        """Send an ASGI event; until it is written, ready frames are refused."""
        self._sending += 1
        try:
            await super().send(message)
        finally:
            self._sending -= 1

    def try_write(self, frames: bytes) -> bool:
        """Write whole frames at once; False when they would have to wait or to overtake."""
        if (
            self._sending
            or not self.handshake_complete
            or self.close_sent
            or self.disconnected
            or not self.writable.is_set()
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frames)
        return True
