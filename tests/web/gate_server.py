"""A small application behind the gate, for the attacks of `test_gate.py`."""

from __future__ import annotations

import asyncio

import reflex as rx
from fastapi import FastAPI, WebSocket
from reflex_components_core.core.upload import Upload

from fleet_app.web.gate import current_principal, gated_app, namespace, public, requires

namespace.SWEEP_SECONDS = 1.0
namespace.ANONYMOUS_SECONDS = 4


class Desk(rx.State):
    """What an attacker is after."""

    note: str = "empty"
    mark: str = ""

    @rx.event
    @requires("dispatcher", "fleet_manager")
    async def write(self, text: str) -> None:
        who = await current_principal(self)
        self.note = f"{who.email} wrote {text}"

    @rx.event
    @requires("system_admin")
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
    @requires("system_admin")
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


def build() -> object:
    """The ASGI application."""
    api = FastAPI(openapi_url=None)

    @api.get("/api/hello")
    def hello() -> dict[str, str]:
        return {"hello": "world"}

    @api.websocket("/ws/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("welcome")
        await socket.close()

    app = gated_app(api)
    Upload.is_used = True
    app._add_optional_endpoints()  # as a page with an upload would do
    return app()
