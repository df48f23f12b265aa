"""Request bodies under a limit: counted while they arrive, unpacked under the same limit."""

from __future__ import annotations

import asyncio
import zlib

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from fleet_app.kernel.errors import FleetError, TooLarge
from fleet_app.kernel.texts import file_size
from fleet_app.location.errors import MalformedPayload

GZIP = 16 + zlib.MAX_WBITS
READ_SECONDS = 30.0
"""How long we wait for the whole body; of an upload, for each piece of it."""
SLOWEST_UPLOAD = 32_000
"""Bytes a second below which an upload is given up; about a weak mobile connection."""
FILES = "/api/v1/files"
IMPORTS = "/api/v1/imports"
GEOFENCES = "/api/v1/geofences/import"
UPLOADS = frozenset({FILES, IMPORTS, GEOFENCES})
"""Where a POST brings a file: its body is never held in memory as a whole."""
SLOW_RETRY_SECONDS = 10


class SlowBody(FleetError):
    """The body did not arrive in time. The same body may well arrive next time, so this is 503:
    several phones delete what is answered 4xx."""

    type = "slow_body"
    retry_after = SLOW_RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__(f"The body did not arrive within {READ_SECONDS:g} s; please try again")


class Rule(msgspec.Struct, frozen=True):
    """How much body an address takes: `limit` bytes, and what it says about more.

    `pace` bytes earn a second beyond `READ_SECONDS`; 0 means that nothing does.
    """

    limit: int
    refusal: str
    pace: int = 0

    def too_large(self) -> TooLarge:
        """The error for more than `limit`."""
        return TooLarge(self.refusal)


def plain_rule(limit: int) -> Rule:
    """The rule for ordinary bodies of up to `limit` bytes."""
    return Rule(limit, f"The request body is larger than {file_size(limit)}")


def upload_rule(file_limit: int, overhead: int) -> Rule:
    """The rule for a form with a file of up to `file_limit` bytes and `overhead` around it."""
    refusal = f"The file is larger than {file_size(file_limit)}"
    return Rule(file_limit + overhead, refusal, SLOWEST_UPLOAD)


def guarded(scope: Scope, receive: Receive, rule: Rule) -> Receive:
    """`receive` that never lets more (unpacked) body through than `rule` allows.

    Raises `TooLarge`, here for a declared length and on reading otherwise. On reading also
    `MalformedPayload` for an encoding other than gzip or broken gzip, and `SlowBody`.
    """
    length, encoding = _declared(scope)
    if length is not None and length > rule.limit:
        raise rule.too_large()
    if encoding in ("", "identity"):
        return _Plain(receive, rule)
    if encoding in ("gzip", "x-gzip"):
        return _Gzip(receive, rule)
    return _Unknown(receive, rule, encoding)


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


class _Plain:
    """Counts what arrives, and the time spent waiting for it."""

    def __init__(self, receive: Receive, rule: Rule) -> None:
        self._receive = receive
        self._rule = rule
        self._left = rule.limit
        self._patience: float | None = None
        self._complete = False

    async def __call__(self) -> Message:
        message = await self._next()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise self._rule.too_large()
        return message

    async def _next(self) -> Message:
        """One message; the whole body must have arrived before our patience ends."""
        if self._complete:  # only a disconnect can follow
            return await self._receive()
        loop = asyncio.get_running_loop()
        patience = READ_SECONDS if self._patience is None else self._patience
        began = loop.time()
        try:
            async with asyncio.timeout_at(began + min(patience, READ_SECONDS)):
                message = await self._receive()
        except TimeoutError:
            raise SlowBody from None
        self._patience = patience - (loop.time() - began)
        if self._rule.pace:
            self._patience += len(message.get("body", b"")) / self._rule.pace
        self._complete = not message.get("more_body", False)
        return message


class _Unknown(_Plain):
    """An encoding we cannot undo: only the endpoint knows what that means to its clients."""

    def __init__(self, receive: Receive, rule: Rule, encoding: str) -> None:
        super().__init__(receive, rule)
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

    def __init__(self, receive: Receive, rule: Rule) -> None:
        super().__init__(receive, rule)
        self._unpack = zlib.decompressobj(GZIP)
        self._room = rule.limit

    async def __call__(self) -> Message:
        message = await super().__call__()
        if message["type"] != "http.request":
            return message
        body = self._unpacked(message.get("body", b""))
        arrived = self._left < self._rule.limit
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
            raise self._rule.too_large()
        if self._unpack.unused_data:
            raise _undecodable("The gzip body has something after its end")
        return body
