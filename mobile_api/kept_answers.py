"""Answers that are kept for a request that is sent again, and how they are caught and given."""

from __future__ import annotations

import hmac
from typing import Protocol

import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive

from fleet_app.kernel.errors import Conflict

HEADER = "Idempotency-Key"
REPLAYED = b"idempotent-replayed"
RETRY_SECONDS = 2


class Answers(Protocol):
    """Where all processes keep the answers. Every method raises `StoreUnavailable`."""

    async def claim(self, name: str, value: bytes, seconds: int) -> bytes | None:
        """Put `value` under a free name and return None, or return what is there."""

    async def put(self, name: str, value: bytes, seconds: int) -> None:
        """Put `value` under a name."""

    async def release(self, name: str, value: bytes) -> None:
        """Free the name if `value` is still there."""


class KeyReused(Conflict):
    """The same key came before with another request."""

    type = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(f"This {HEADER} was used for another request; take a new one")


class StillUnderWay(Conflict):
    """The first request with this key has not ended yet; `retry_after` is in seconds."""

    type = "request_under_way"
    retry_after = RETRY_SECONDS


class Kept(msgspec.Struct):
    """What is known about a key: which request it stands for and, once it is done, the answer."""

    request: bytes
    status: int = 0
    headers: list[tuple[bytes, bytes]] = []
    body: bytes = b""


def replay(kept: Kept, asked: bytes) -> Response:
    """The answer of the first request. Raises `KeyReused`, `StillUnderWay`."""
    require_same(kept.request, asked)
    if not kept.status:
        raise StillUnderWay("The first request with this key is still under way")
    response = Response(kept.body, kept.status)
    response.raw_headers = [*kept.headers, (REPLAYED, b"true")]
    return response


def require_same(first: bytes, asked: bytes) -> None:
    """Raises `KeyReused` when the first request asked for something else."""
    if not hmac.compare_digest(first, asked):
        raise KeyReused


class Again:
    """`receive` that hands out a body that was read already."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class Recorder:
    """`send` that keeps the answer back."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return int(self.messages[0]["status"])

    def kept(self, asked: bytes) -> Kept:
        """The answer to what was asked."""
        start, *parts = self.messages
        headers = [(bytes(name), bytes(value)) for name, value in start["headers"]]
        body = b"".join(part.get("body", b"") for part in parts)
        return Kept(asked, self.status, headers, body)
