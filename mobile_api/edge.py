"""What happens around every API request: its id, its body limit, its counters, its last resort."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet_app.kernel.errors import FleetError
from mobile_api import errors
from mobile_api.body import Rule, guarded, plain_rule
from mobile_api.ingest import counters

_OURS = ("/api", "/map/", "/auth/")
_FIT_ID = re.compile(rb"[A-Za-z0-9._:\-]{1,64}")
_INGEST = (
    "/api/v1/locations",
    "/api/v1/devices/osmand",
    "/api/v1/devices/owntracks",
    "/api/v1/devices/gpslogger",
)
_SECURITY_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


class ApiEdge:
    """ASGI middleware for our own paths; everything else (the dashboard) passes untouched."""

    def __init__(
        self, app: ASGIApp, body_limit: int, uploads: Mapping[str, Rule] | None = None
    ) -> None:
        """`body_limit` in bytes; `uploads` are the rules of POSTs to addresses that take files."""
        self._app = app
        self._rule = plain_rule(body_limit)
        self._uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith(_OURS):
            await self._app(scope, receive, send)
            return
        identifier = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = identifier.decode("ascii")
        answer = _Answer(send, identifier)
        try:
            await self._app(scope, guarded(scope, receive, self._rule_of(scope)), answer)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as error:
            if answer.started:
                raise
            request = Request(scope)
            known = isinstance(error, FleetError)
            make = errors.answer if known else errors.unexpected
            await make(request, error)(scope, receive, answer)  # type: ignore[arg-type]
        if answer.status >= 400 and scope["path"].startswith(_INGEST):
            request = Request(scope)
            fleet_id = scope["state"].get("fleet_id")
            counters(request).add(fleet_id, f"rejected.{answer.status}")

    def _rule_of(self, scope: Scope) -> Rule:
        upload = self._uploads.get(scope["path"]) if scope["method"] == "POST" else None
        return upload or self._rule


class _Answer:
    """`send` that adds our headers and remembers whether the answer has begun."""

    def __init__(self, send: Send, identifier: bytes) -> None:
        self._send = send
        self._identifier = identifier
        self.started = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = message["headers"]
            headers.append((b"x-request-id", self._identifier))
            if not any(name == b"cache-control" for name, _ in headers):
                headers.extend(_SECURITY_HEADERS)
        await self._send(message)


def _request_id(scope: Scope) -> bytes:
    """The caller's `X-Request-ID` when it is fit for logs and headers, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _FIT_ID.fullmatch(value):
            return bytes(value)
    return secrets.token_hex(8).encode("ascii")
