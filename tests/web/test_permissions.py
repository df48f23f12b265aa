"""Every event handler of every state says who may call it, and nobody else can."""

from __future__ import annotations

import json
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.web.gate import public, requires
from tests.builders.fingerprint import fingerprint
from tests.web.conftest import GateServer, signed_in
from tests.web.handler_calls import handlers, ours, payload, settled
from tests.web.handlers import PUBLIC, Handler, problems, registered
from tests.web.raw_socket import STATE, RawSocket

AT_ONCE = 15
"""Refused events a socket may send before it is cut off, with room to spare."""


def test_every_handler_names_permissions_of_the_matrix(product: GateServer) -> None:
    """Or anybody may call it, which is said here with a reason."""
    assert problems(handlers(product)) == []
    assert set(PUBLIC) == {one.called for one in handlers(product) if one.public}
    assert len(ours(product)) > 50


def test_a_new_handler_outside_the_matrix_is_noticed() -> None:
    with RegistrationContext.get().fork():

        class Leaky(rx.State):
            @rx.event
            @public
            async def leak(self, identifier: str) -> None: ...

            @rx.event
            async def silent(self) -> None: ...

            @rx.event
            @requires("vehicles.read")
            async def fine(self) -> None: ...

        new = [one for one in registered() if "Leaky." in one.called]

    told = [problem.rpartition("Leaky.")[2] for problem in problems(new)]
    assert {"leak is public without a reason", "silent says nothing"} <= set(told)
    assert not [one for one in told if one.startswith("fine")]


@pytest.mark.parametrize("needs", [("dispatcher",), ("vehicles.fly",), ("vehicles.read", ""), ()])
def test_no_handler_can_be_declared_with_anything_else(needs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="permission"):
        requires(*needs)


@pytest.mark.parametrize("caller", [None, *Role])
async def test_whoever_may_not_is_refused_and_nothing_happens(
    product: GateServer, services: Container, caller: Role | None
) -> None:
    cookie = None if caller is None else (await signed_in(services, caller)).cookie
    denied = [one for one in handlers(product) if not one.lets(caller)]
    before = await fingerprint(services)
    for start in range(0, len(denied), AT_ONCE):
        some = denied[start : start + AT_ONCE]
        async with product.socket(cookie) as page:
            await _asked(page, some)
    assert await fingerprint(services) == before
    if caller is not None:
        log = product.logged()
        assert [one.name for one in denied if f"Event {one.name} was refused" not in log] == []


async def _asked(page: RawSocket, some: list[Handler]) -> None:
    for one in some:
        await page.event(one.name, **payload(one, 1, "vehicles"))
    await settled(page)
    assert _consequences(page) == [], [one.name for one in some]


def _consequences(page: RawSocket) -> list[Any]:
    """What the page was told besides that it must sign in, and the start of every page."""
    told = [data for name, data in page.messages if name == "event" and data is not None]
    return [data for data in told if not _is_hydration(data) and _tells_something(data)]


def _is_hydration(data: Any) -> bool:
    return STATE in (data.get("delta") or {})


def _tells_something(data: Any) -> bool:
    leads_to_sign_in = "/login" in json.dumps(data.get("events") or [])
    return bool(data.get("delta")) or bool(data.get("events") and not leads_to_sign_in)
