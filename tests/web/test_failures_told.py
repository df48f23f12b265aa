"""What fails in a handler is said on the page, whichever handler it is."""

from __future__ import annotations

import json
from typing import Any

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.web.gate.application import FAULT
from tests.web.conftest import GateServer, signed_in
from tests.web.product_server import HANDLERS
from tests.web.raw_socket import RawSocket


def full(product: GateServer, end: str) -> str:
    listed = json.loads((product.log.parent / HANDLERS).read_text(encoding="utf-8"))
    return next(str(one["name"]) for one in listed if one["name"].endswith(end))


async def said(page: RawSocket, words: str) -> Any:
    """The update of the page that shows a message with these words."""
    update = await page.until_received('"tone": "problem"')
    assert words in json.dumps(update)
    return update


async def test_what_cannot_be_done_is_said(product: GateServer, services: Container) -> None:
    browser = await signed_in(services, Role.DISPATCHER)
    async with product.socket(browser.cookie) as page:
        await page.event(full(product, "record_list.open"), plural="nonsense")
        await said(page, "There is no such kind of record")


async def test_a_defect_is_said_without_its_details(
    product: GateServer, services: Container
) -> None:
    browser = await signed_in(services, Role.DISPATCHER)
    async with product.socket(browser.cookie) as page:
        await page.event(full(product, "record_list.select"), ids=["no number"])
        update = await said(page, FAULT)
    assert "no number" not in json.dumps(update)
    assert "no number" in product.logged()


async def test_nobody_who_is_signed_out_is_told_anything(product: GateServer) -> None:
    async with product.socket() as page:
        await page.event(full(product, "record_list.open"), plural="nonsense")
        update = await page.until_received("/login")
    assert "There is no such kind of record" not in json.dumps(update)
