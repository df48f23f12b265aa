"""The address of the socket."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from fleet_app.bootstrap import Container, get_container
from fleet_app.identity.sessions import SESSION_COOKIE
from mobile_api.ws.connection import Connection
from mobile_api.ws.hub import hub_of
from mobile_api.ws.messages import Close, Closing

log = logging.getLogger(__name__)
router = APIRouter()
CLOSE_SECONDS = 2.0


@router.websocket("/ws/v1")
async def events(socket: WebSocket) -> None:
    """Tell what happens on the channels that a client subscribes to.

    A page's session counts if the page is ours; a program says its token first.
    """
    stores = _container(socket)
    if not _is_ours(socket, stores):
        await socket.close(Close.FORBIDDEN, "This page may not connect")
        return
    await socket.accept()
    connection = Connection(stores, hub_of(stores), socket.send_text)
    try:
        await _talk(socket, stores, connection)
    except Closing as closing:
        await _hang_up(socket, closing)
    finally:
        connection.close()


async def _talk(socket: WebSocket, stores: Container, connection: Connection) -> None:
    """Both ways at once, until one of them ends. Raises `Closing`."""
    cookie = socket.cookies.get(SESSION_COOKIE)
    if cookie and socket.headers.get("origin"):
        with suppress(_NoSession):
            await _enter(connection, stores, cookie)
    # People with a session get in whoever else is at the door.
    if connection.principal is None:
        connection.admit(socket.client.host if socket.client else "unknown")
    ways = [
        asyncio.create_task(_read_forever(socket, connection)),
        asyncio.create_task(connection.write_forever()),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
    for way in done:
        _raise(way)


class _NoSession(Exception):
    """The page's session has ended; it may still have a token."""


async def _enter(connection: Connection, stores: Container, cookie: str) -> None:
    try:
        await connection.enter(lambda: stores.authenticator.principal_from_session(cookie))
    except Closing as closing:
        if closing.code is Close.UNAUTHENTICATED:
            raise _NoSession from closing
        raise


def _raise(way: asyncio.Task[None]) -> None:
    """What ended it: the client itself, a reason of ours, or a defect."""
    error = way.exception()
    if error is None or isinstance(error, WebSocketDisconnect):
        return
    if not isinstance(error, Closing):
        log.error("a connection failed", exc_info=error)
        raise Closing(Close.FAULT, "Something went wrong on our side")
    raise error


async def _read_forever(socket: WebSocket, connection: Connection) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        if text is None:
            raise Closing(Close.NOT_TEXT, "Send text")
        await connection.take(text)


async def _hang_up(socket: WebSocket, closing: Closing) -> None:
    with suppress(RuntimeError, WebSocketDisconnect, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.close(closing.code, closing.reason)


def _container(socket: WebSocket) -> Container:
    own = getattr(socket.app.state, "container", None)
    return own if isinstance(own, Container) else get_container()


def _is_ours(socket: WebSocket, stores: Container) -> bool:
    """Browsers always name the origin. A program has none, nor a browser's cookie."""
    origin = socket.headers.get("origin")
    if origin is None:
        return SESSION_COOKIE not in socket.cookies
    return origin in stores.settings.origins
