"""`Idempotency-Key`: a request that is sent again, because its answer was lost, is not done again.

The key is the caller's own, for one method and address. The first request that succeeds leaves its
answer for a day; an error leaves nothing, so that it can be tried again with the same key. Answers
may hold secrets (a new device's token), so they are sealed with the key, which is not stored.

That a request is done stands in the database, in the same transaction as what it changed
(`fleet_app/outbox/requests.py`). So it is known even when no answer could be kept: when the commit
itself got none, something failed after it, or this process died. Then the answer is `AlreadyDone`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import msgspec
from cryptography.fernet import Fernet
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import InvalidInput, StoreUnavailable
from fleet_app.outbox.models import DoneRequest
from fleet_app.outbox.requests import AlreadyDone, RequestKey, done_before, keyed
from mobile_api.body import UPLOADS, read_body
from mobile_api.deps import authenticate, container
from mobile_api.envelope import request_id
from mobile_api.kept_answers import HEADER, Again, Answers, Kept, Recorder, replay, require_same

log = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
UNDER_WAY_SECONDS = 60
"""How long a request that never ended (its process died) keeps its key: longer than any takes."""
LONGEST_KEY = 255
PREFIX = "/api/v1/"
EXCLUDED = (
    "/api/v1/locations",  # a fix sent again is recognised by its time and event id
    "/api/v1/devices/osmand",
    "/api/v1/devices/owntracks",
    "/api/v1/devices/gpslogger",
    "/api/v1/auth/",  # a second token pair hurts nobody; a stored one might
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request with a key: its place among the answers, what it asks, and its claim."""

    name: bytes
    what: bytes
    body: bytes
    seal: Fernet
    mine: bytes

    @property
    def place(self) -> str:
        """Where its answer is kept."""
        return self.name.hex()


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
        await self._once(request, await _asked(request, _checked(key)), send)

    async def _once(self, request: Request, asked: _Asked, send: Send) -> None:
        """Give the answer there is, or do what is asked. Raises `KeyReused`, `StillUnderWay`,
        `AlreadyDone`."""
        answers: Answers = container(request).answers
        there = await answers.claim(asked.place, asked.mine, UNDER_WAY_SECONDS)
        if there is not None and there != asked.mine:  # ours, when a lost reply made us ask twice
            kept = msgspec.msgpack.decode(asked.seal.decrypt(there), type=Kept)
            await replay(kept, asked.what)(request.scope, request.receive, send)
            return
        try:
            await _require_new(container(request), asked)
            answer = await self._do(request, asked)
        except BaseException:
            await _quietly_release(answers, asked)
            raise
        await _keep(answers, asked, answer)
        if answer.status == 409 and await _done(container(request), asked):
            # Committed by the first request only after this one looked: it has its answer now.
            await self._once(request, asked, send)
            return
        for message in answer.messages:
            await send(message)

    async def _do(self, request: Request, asked: _Asked) -> Recorder:
        answer = Recorder()
        with keyed(RequestKey(asked.name, asked.what, request_id(request))):
            await self._app(request.scope, Again(asked.body, request.receive), answer)
        return answer


async def _asked(request: Request, key: str) -> _Asked:
    """Raises what authentication raises, and `TooLarge`."""
    principal = await authenticate(request)
    # With another role or fleet it is another caller: rights that are gone give no answers.
    caller = f"{principal.user_id} {principal.role} {principal.fleet_id}"
    secret = container(request).settings.signing_key()
    owner = f"{caller}\n{request.url.path}\n{key}"
    body = await read_body(request)
    what = hashlib.sha256(request.url.query.encode() + b"\n" + body).digest()
    seal = Fernet(urlsafe_b64encode(_digest(secret, "seal", owner)))
    mine = seal.encrypt(msgspec.msgpack.encode(Kept(what)))
    return _Asked(_digest(secret, "name", owner), what, body, seal, mine)


async def _done(stores: Container, asked: _Asked) -> DoneRequest | None:
    async with stores.work() as session:
        return await done_before(session, asked.name)


async def _require_new(stores: Container, asked: _Asked) -> None:
    """Raises `AlreadyDone` or `KeyReused` for a request that was done without leaving an answer."""
    done = await _done(stores, asked)
    if done is None:
        return
    require_same(done.asked, asked.what)
    message = f"This was done before, as request {done.request_id}; its answer was lost"
    found = done.kind is not None and done.record_id is not None
    raise AlreadyDone(message, f"{PREFIX}{done.kind}/{done.record_id}" if found else None)


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


def _digest(secret: str, purpose: str, owner: str) -> bytes:
    return hmac.digest(secret.encode(), f"idempotency {purpose}\n{owner}".encode(), "sha256")


async def _keep(answers: Answers, asked: _Asked, answer: Recorder) -> None:
    """Keep a success; an error frees the key. Of a store that is down the caller learns nothing:
    what was asked for is done."""
    if not 200 <= answer.status < 300:
        await _quietly_release(answers, asked)
        return
    kept = asked.seal.encrypt(msgspec.msgpack.encode(answer.kept(asked.what)))
    try:
        await answers.put(asked.place, kept, KEPT_SECONDS)
    except StoreUnavailable:
        log.warning("an answer could not be kept for its %s", HEADER)


async def _quietly_release(answers: Answers, asked: _Asked) -> None:
    try:
        await answers.release(asked.place, asked.mine)
    except StoreUnavailable:
        log.warning("a request stays marked as under way for %d s", UNDER_WAY_SECONDS)
