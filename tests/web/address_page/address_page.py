"""A page with two address fields in a form, and one that can only be read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import reflex as rx
from fastapi import FastAPI

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.settings import Settings
from fleet_app.web.components.places.address_field import address_field
from fleet_app.web.gate import csp
from mobile_api import deps, errors
from mobile_api.routers import geocode
from mobile_api.routers import map as map_router


class Form(rx.State):
    """What the page knows of its fields."""

    address: str = "Mill Lane 1, 01000 Testby"
    lat: float | None = 60.001
    lon: float | None = 25.001
    heard: list[str] = []  # noqa: RUF012 - a var of the page
    sent: str = ""

    @rx.event
    def placed(self, address: str, lat: float | None, lon: float | None) -> None:
        """The field has another place."""
        self.address, self.lat, self.lon = address, lat, lon
        self.heard = [*self.heard, f"{address}|{lat}|{lon}"]

    @rx.event
    def show_other(self) -> None:
        """Another record comes into the form."""
        self.address, self.lat, self.lon = "Mill Lane 20", 60.0011, 25.0061

    @rx.event
    def submit(self, data: dict[str, Any]) -> None:
        """What a plain form hands over."""
        self.sent = "; ".join(f"{name}={data[name]}" for name in sorted(data))


def page() -> rx.Component:
    """The page."""
    known = {"address": Form.address, "lat": Form.lat, "lon": Form.lon}
    return rx.el.main(
        rx.el.form(
            rx.el.section(address_field(label="Home", on_place=Form.placed, **known)),
            rx.el.section(address_field(label="Drop-off", prefix="drop_")),
            rx.el.button("Save", type="submit"),
            on_submit=Form.submit,
        ),
        rx.el.section(address_field(label="Fixed", read_only=True, **known)),
        rx.el.button("Other record", on_click=Form.show_other),
        rx.el.ol(rx.foreach(Form.heard, rx.el.li), id="heard"),
        rx.el.p(Form.sent, id="sent"),
        class_name="page",
    )


STYLES = ("tokens", "shell", "forms", "live", "places")

app = rx.App(stylesheets=[f"/styles/{name}.css" for name in STYLES], theme=None, toaster=None)
app.add_page(page, route="/", title="Addresses")


def _api(home: Path) -> FastAPI:
    settings = Settings(
        home=home, database_url="postgresql+psycopg://nobody@localhost:1/none",
        redis_url="redis://localhost:1",
    )  # fmt: skip
    api = FastAPI()
    api.state.container = Container(settings)
    errors.install(api)
    api.include_router(map_router.router)
    api.include_router(geocode.router, prefix="/api/v1")
    someone = Principal(
        user_id=1, name="Dispatcher", email="d@example.com", role=Role.DISPATCHER, fleet_id=1
    )
    api.dependency_overrides[deps.current_principal] = lambda: someone
    return api


def _with_policy(inner: Any) -> Any:
    """The content security policy of the product in front of `inner`."""
    hashes = csp.inline_hashes(Path(".web/build/client"))
    header = (b"content-security-policy", csp.policy(hashes, [os.environ["PAGE_ORIGIN"]]).encode())

    async def served(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        async def answer(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], header]
            await send(message)

        await inner(scope, receive, answer)

    return served


if "PAGE_HOME" in os.environ:  # while serving, not while building
    app.api_transformer = [_api(Path(os.environ["PAGE_HOME"])), _with_policy]
