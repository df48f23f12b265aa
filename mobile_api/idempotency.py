"""`Idempotency-Key`: a request that is sent again, because its answer was lost, is not done again.

The key is the caller's own, for one method and address. The first request that succeeds leaves its
answer for a day; an error leaves nothing, so that it can be tried again with the same key. Answers
may hold secrets (a new device's token), so they are sealed with the key, which is not stored.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from base64 import urlsafe_b64encode
from typing import Protocol

import msgspec
from cryptography.fernet import Fernet
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet_app.kernel.errors import Conflict, InvalidInput, StoreUnavailable
from mobile_api.body import UPLOADS, read_body
from mobile_api.deps import authenticate, container

log = logging.getLogger(__name__)

HEADER = "Idempotency-Key"
REPLAYED = b"idempotent-replayed"
KEPT_SECONDS = 24 * 3600
UNDER_WAY_SECONDS = 60
"""How long a request that never ended (its process died) keeps its key: longer than any takes."""
RETRY_SECONDS = 2
LONGEST_KEY = 255
PREFIX = "/api/v1/"
EXCLUDED = (
    "/api/v1/locations",  # a fix sent again is recognised by its time and event id
    "/api/v1/devices/osmand",
    "/api/v1/devices/owntracks",
    "/api/v1/devices/gpslogger",
    "/api/v1/auth/",  # a second token pair hurts nobody; a stored one might
)


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


class Idempotency:
    """ASGI middleware for POST requests that carry the header; not for ingest, sign-in, uploads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. Raises `Conflict` and what authentication raises."""
        if not covers(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers.get(HEADER)
        if key is None:
            await self._app(scope, receive, send)
            return
        await self._serve(request, _checked(key), send)

    async def _serve(self, request: Request, key: str, send: Send) -> None:
        principal = await authenticate(request)
        stores = container(request)
        # With another role or fleet it is another caller: rights that are gone give no answers.
        caller = f"{principal.user_id} {principal.role} {principal.fleet_id}"
        secret, owner = stores.settings.signing_key(), f"{caller}\n{request.url.path}\n{key}"
        name, seal = _digest(secret, "name", owner).hex(), _seal(secret, owner)
        body = await read_body(request)
        asked = hashlib.sha256(request.url.query.encode() + b"\n" + body).digest()
        claim = Kept(asked)
        mine = seal.encrypt(msgspec.msgpack.encode(claim))
        there = await stores.answers.claim(name, mine, UNDER_WAY_SECONDS)
        if there is not None and there != mine:  # ours, when a lost reply made us ask twice
            await _replay(msgspec.msgpack.decode(seal.decrypt(there), type=Kept), asked)(
                request.scope, request.receive, send
            )
            return
        answer = _Recorder()
        try:
            await self._app(request.scope, _Again(body, request.receive), answer)
        except BaseException:
            await _quietly_release(stores.answers, name, mine)
            raise
        await _keep(stores.answers, name, mine, seal, answer.kept(claim))
        for message in answer.messages:
            await send(message)


def covers(scope: Scope) -> bool:
    """Whether the header means anything for this request."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    path: str = scope["path"]
    if path in UPLOADS:  # a body that is held in memory nowhere; a file sent twice is tidied away
        return False
    return path.startswith(PREFIX) and not path.startswith(EXCLUDED)


def _checked(key: str) -> str:
    if 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable():
        return key
    raise InvalidInput(
        f"{HEADER} is not valid",
        fields={HEADER: f"1 to {LONGEST_KEY} printable ASCII characters"},
    )


def _seal(secret: str, owner: str) -> Fernet:
    return Fernet(urlsafe_b64encode(_digest(secret, "seal", owner)))


def _digest(secret: str, purpose: str, owner: str) -> bytes:
    return hmac.digest(secret.encode(), f"idempotency {purpose}\n{owner}".encode(), "sha256")


def _replay(kept: Kept, asked: bytes) -> Response:
    """The answer of the first request. Raises `KeyReused`, `StillUnderWay`."""
    if not hmac.compare_digest(kept.request, asked):
        raise KeyReused(f"This {HEADER} was used for another request; take a new one")
    if not kept.status:
        raise StillUnderWay("The first request with this key is still under way")
    response = Response(kept.body, kept.status)
    response.raw_headers = [*kept.headers, (REPLAYED, b"true")]
    return response


async def _keep(answers: Answers, name: str, mine: bytes, seal: Fernet, kept: Kept) -> None:
    """Keep a success; an error frees the key. Of a store that is down the caller learns nothing:
    what was asked for is done."""
    if not 200 <= kept.status < 300:
        await _quietly_release(answers, name, mine)
        return
    try:
        await answers.put(name, seal.encrypt(msgspec.msgpack.encode(kept)), KEPT_SECONDS)
    except StoreUnavailable:
        log.warning("an answer could not be kept for its %s", HEADER)


async def _quietly_release(answers: Answers, name: str, mine: bytes) -> None:
    try:
        await answers.release(name, mine)
    except StoreUnavailable:
        log.warning("a request stays marked as under way for %d s", UNDER_WAY_SECONDS)


class _Again:
    """`receive` that hands out a body that was read already."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class _Recorder:
    """`send` that keeps the answer back."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    def kept(self, claim: Kept) -> Kept:
        """The claim with the answer."""
        start, *parts = self.messages
        headers = [(bytes(name), bytes(value)) for name, value in start["headers"]]
        body = b"".join(part.get("body", b"") for part in parts)
        return msgspec.structs.replace(claim, status=start["status"], headers=headers, body=body)
