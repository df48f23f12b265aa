"""The outermost ASGI layer: refuses what nobody should reach, and adds the security headers."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet_app.identity.sessions import SESSION_COOKIE

CLOSED = "_upload"
"""Reflex's upload endpoint knows no users; files go through our own API."""
HASHED = re.compile(r"/assets/.*[-.][A-Za-z0-9_-]{8,}\.(js|mjs|css|woff2?|png|svg|jpg|webp|wasm)")
DOCS = "/api/docs"
FOREVER = b"public, max-age=31536000, immutable"
YEAR = b"max-age=31536000"
PERMISSIONS = b"geolocation=(self), camera=(self), microphone=(), payment=(), usb=()"


class Guard:
    """`guard(app)`: WebSockets from our own pages only, headers on every answer."""

    def __init__(self, app: ASGIApp, *, origins: list[str], policy: str) -> None:
        self._app = app
        self._origins = frozenset(origin.encode("latin-1") for origin in origins)
        self._policy = policy.encode("ascii")
        # The page of /api/docs starts its viewer by an inline script; nothing on it is from users.
        self._docs_policy = self._policy.replace(
            b"script-src 'self'", b"script-src 'self' 'unsafe-inline'", 1
        )
        self._docs_policy = re.sub(rb" 'sha256-[^']+'", b"", self._docs_policy)
        self._secure = any(origin.startswith("https://") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and not self._is_ours(scope):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and scope["path"].lstrip("/").startswith(CLOSED):
            await _not_found(send)
        elif scope["type"] == "http":
            await self._app(scope, receive, _Headers(send, self._headers(scope["path"])))
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        """Browsers always name the origin of a WebSocket; programs need not, but then they may
        not come with a browser's cookie either."""
        origin = _header(scope, b"origin")
        if origin is None:
            return not _has_session(_header(scope, b"cookie"))
        return origin in self._origins

    def _headers(self, path: str) -> dict[bytes, bytes]:
        headers = {
            b"x-content-type-options": b"nosniff",
            b"referrer-policy": b"same-origin",
            b"content-security-policy": self._docs_policy if path == DOCS else self._policy,
            b"permissions-policy": PERMISSIONS,
            b"cross-origin-opener-policy": b"same-origin",
            b"x-frame-options": b"DENY",
        }
        if self._secure:
            headers[b"strict-transport-security"] = YEAR
        if HASHED.fullmatch(path):
            headers[b"cache-control"] = FOREVER
        return headers


class _Headers:
    """`send` that adds headers which the answer does not have yet."""

    def __init__(self, send: Send, headers: dict[bytes, bytes]) -> None:
        self._send = send
        self._wanted = headers

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": self._completed(message)}
        await self._send(message)

    def _completed(self, message: Message) -> list[tuple[bytes, bytes]]:
        headers: list[Any] = list(message.get("headers", []))
        present = {name.lower() for name, _ in headers}
        wanted = self._wanted
        if message["status"] >= 400:
            wanted = {name: value for name, value in wanted.items() if value != FOREVER}
        added = [(name, value) for name, value in wanted.items() if name not in present]
        if b"cache-control" not in present | {name for name, _ in added} and _is_page(headers):
            # A page names its hashed assets: an old one would ask for files that are gone.
            added.append((b"cache-control", b"no-cache"))
        return headers + added


def _is_page(headers: list[Any]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value)
    return None


def _has_session(cookie: bytes | None) -> bool:
    try:
        return cookie is not None and SESSION_COOKIE in SimpleCookie(cookie.decode("latin-1"))
    except CookieError:
        return True


async def _not_found(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not found"})
