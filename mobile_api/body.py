"""Request bodies under a limit: counted while they arrive, unpacked under the same limit."""

from __future__ import annotations

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from fleet_app.kernel.errors import FleetError, TooLarge
from fleet_app.location.errors import MalformedPayload

GZIP = 16 + zlib.MAX_WBITS
READ_SECONDS = 30.0
"""How long a client may take to send the whole body."""
SLOW_RETRY_SECONDS = 10


class SlowBody(FleetError):
    """The body did not arrive in time. The same body may well arrive next time, so this is 503:
    several phones delete what is answered 4xx."""

    type = "slow_body"
    retry_after = SLOW_RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__(f"The body did not arrive within {READ_SECONDS:g} s; please try again")


def guarded(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that never lets more than `limit` bytes of (unpacked) body through.

    Raises `TooLarge`, here for a declared length and on reading otherwise. On reading also
    `MalformedPayload` for an encoding other than gzip or broken gzip, and `SlowBody`.
    """
    length, encoding = _declared(scope)
    if length is not None and length > limit:
        raise _too_large(limit)
    if encoding in ("", "identity"):
        return _Plain(receive, limit)
    if encoding in ("gzip", "x-gzip"):
        return _Gzip(receive, limit)
    return _Unknown(receive, limit, encoding)


async def read_body(request: Request) -> bytes:
    """The whole body. Raises what `guarded` raises, and `ClientDisconnect`."""
    chunks: list[bytes] = []
    more = True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _declared(scope: Scope) -> tuple[int | None, str]:
    length, encoding = None, ""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            length = int(value)
        elif name == b"content-encoding":
            encoding = value.decode("latin-1").strip().lower()
    return length, encoding


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The request body is larger than {limit} bytes")


class _Plain:
    """Counts what arrives."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._left = limit
        self._deadline: float | None = None

    async def __call__(self) -> Message:
        message = await self._next()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise _too_large(self._limit)
        return message

    async def _next(self) -> Message:
        """One message; the whole body must have arrived by the deadline."""
        if self._deadline == -1.0:  # the body is complete: only a disconnect can follow
            return await self._receive()
        loop = asyncio.get_running_loop()
        if self._deadline is None:
            self._deadline = loop.time() + READ_SECONDS
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise SlowBody from None
        if not message.get("more_body", False):
            self._deadline = -1.0
        return message


class _Unknown(_Plain):
    """An encoding we cannot undo: only the endpoint knows what that means to its clients."""

    def __init__(self, receive: Receive, limit: int, encoding: str) -> None:
        super().__init__(receive, limit)
        self._encoding = encoding

    async def __call__(self) -> Message:
        message = await super().__call__()
        if message.get("body", b""):
            raise _undecodable(
                f"Content-Encoding {self._encoding!r} is not supported; send gzip or none"
            )
        return message


def _undecodable(message: str) -> MalformedPayload:
    return MalformedPayload("encoding", message)


class _Gzip(_Plain):
    """Unpacks what arrives, never more than the limit at a time."""

    def __init__(self, receive: Receive, limit: int) -> None:
        super().__init__(receive, limit)
        self._unpack = zlib.decompressobj(GZIP)
        self._room = limit

    async def __call__(self) -> Message:
        message = await super().__call__()
        if message["type"] != "http.request":
            return message
        body = self._unpacked(message.get("body", b""))
        arrived = self._left < self._limit
        if arrived and not message.get("more_body", False) and not self._unpack.eof:
            raise _undecodable("The gzip body is not complete")
        return {**message, "body": body}

    def _unpacked(self, packed: bytes) -> bytes:
        try:
            body = self._unpack.decompress(packed, self._room + 1)
        except zlib.error:
            raise _undecodable("The body is not valid gzip") from None
        self._room -= len(body)
        if self._room < 0:
            raise _too_large(self._limit)
        if self._unpack.unused_data:
            raise _undecodable("The gzip body has something after its end")
        return body
