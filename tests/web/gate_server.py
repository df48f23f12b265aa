"""A small application behind the gate, for the attacks of `test_gate.py`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from fastapi import FastAPI, WebSocket
from reflex_components_core.core.upload import Upload

from backend_jobs.change_push import ChangePush
from fleet_app.bootstrap import get_container
from fleet_app.web.gate import current_principal, gated_app, namespace, public, requires
from fleet_app.web.states.alerts.room_alerts import RoomAlerts
from fleet_app.web.states.live import connect_rooms
from fleet_app.web.states.rooms import SocketRooms

namespace.SWEEP_SECONDS = 1.0
namespace.ANONYMOUS_SECONDS = 4


class Desk(rx.State):
    """What an attacker is after."""

    note: str = "empty"
    mark: str = ""

    @rx.event
    @requires("deliveries.update")
    async def write(self, text: str) -> None:
        who = await current_principal(self)
        self.note = f"{who.email} wrote {text}"

    @rx.event
    @requires("system.manage")
    def administrate(self) -> None:
        self.note = "administrated"

    @rx.event
    def undeclared(self) -> None:
        self.note = "undeclared ran"

    def set_note(self, value: str) -> None:
        self.note = value

    @rx.event
    @public
    def chain(self) -> rx.event.EventSpec:
        self.note = "chained"
        return Desk.undeclared()

    @rx.event(background=True)
    @requires("system.manage")
    async def work_in_background(self) -> None:
        await asyncio.sleep(0)
        async with self:
            self.note = "background ran"

    @rx.event
    @public
    def sign(self, mark: str) -> None:
        self.mark = mark

    @rx.event
    @public
    def look_around(self) -> None:
        self.note = f"{self.router.session.client_ip} {self.router.headers} {self.router_data}"

    @rx.event
    @public
    def fail(self) -> None:
        raise RuntimeError(f"broken with {self.router_data}")


class NoPositions:
    """Where no vehicle ever was."""

    async def snapshot(self, fleet_id: int) -> bytes:
        return b""

    async def vehicle_snapshot(self, fleet_id: int, vehicle_id: int) -> bytes:
        return b""


@asynccontextmanager
async def push_changes(app: rx.App) -> AsyncIterator[None]:
    """Live rooms that hear of changed records, as the product's own have them."""
    container = get_container()
    assert app.event_namespace is not None
    rooms = SocketRooms(app.event_namespace)
    rooms.fed_by(NoPositions())
    connect_rooms(rooms)
    alerts = RoomAlerts(rooms, container.work)
    push = ChangePush(
        listen=container.changes.listen, emit=alerts.emit_changes, rooms=rooms.occupied
    )
    pushing = asyncio.create_task(push.run())
    try:
        yield
    finally:
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)


def build() -> object:
    """The ASGI application."""
    api = FastAPI(openapi_url=None)

    @api.get("/api/hello")
    def hello() -> dict[str, str]:
        return {"hello": "world"}

    @api.get("/api/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @api.websocket("/ws/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("welcome")
        await socket.close()

    app = gated_app(api)

    @asynccontextmanager
    async def pushing() -> AsyncIterator[None]:
        async with push_changes(app):
            yield

    app.register_lifespan_task(pushing)
    Upload.is_used = True
    app._add_optional_endpoints()  # as a page with an upload would do
    return app()
