"""Two people and one delivery: what was made is unmade by a question only, by no old screen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus
from tests.builders.orders import a_delivery, events_of, stored
from tests.builders.people import a_fleet, a_person
from tests.e2e.conftest import sign_in
from tests.product import Product

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def other_page(browser: Browser, product: Product) -> AsyncIterator[Page]:
    """A second browser."""
    context = await browser.new_context(base_url=product.url)
    yield await context.new_page()
    await context.close()


class Line:
    """The socket between a page and the server; while it is held, the page hears nothing."""

    def __init__(self) -> None:
        self.held = False
        self._waiting: list[tuple[WebSocketRoute, str | bytes]] = []

    def join(self, socket: WebSocketRoute) -> None:
        """Carry what goes both ways."""
        socket.connect_to_server().on_message(lambda message: self._hear(socket, message))

    def _hear(self, socket: WebSocketRoute, message: str | bytes) -> None:
        if self.held:
            self._waiting.append((socket, message))
        else:
            socket.send(message)

    def release(self) -> None:
        """The page hears all that it missed."""
        self.held = False
        for socket, message in self._waiting:
            socket.send(message)
        self._waiting.clear()


async def look_at(page: Page, container: Container, fleet_id: int, number: int) -> None:
    """Somebody of the office opens the delivery."""
    await sign_in(page, await a_person(container, Role.DISPATCHER, fleet_id))
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto(f"/deliveries/{number}")
    await expect(page.get_by_role("button", name="Mark as arrived")).to_be_visible()


async def test_an_old_screen_does_not_undo_a_completion_and_taking_back_asks(
    page: Page, other_page: Page, backstage: Container
) -> None:
    fleet_id = await a_fleet(backstage)
    number = await a_delivery(backstage, fleet_id, status=DeliveryStatus.OUT_FOR_DELIVERY)
    line = Line()
    await other_page.route_web_socket(re.compile("."), line.join)
    for one in (page, other_page):
        await look_at(one, backstage, fleet_id, number)

    line.held = True
    await page.get_by_role("button", name="Mark as completed").click()
    await expect(page.get_by_test_id("take-back")).to_be_visible()
    await other_page.get_by_role("button", name="Mark as arrived").click()
    line.release()
    await expect(other_page.get_by_text("it is completed now")).to_be_visible()
    await expect(other_page.get_by_role("button", name="Mark as arrived")).to_have_count(0)
    events = [event.to_status for event in await events_of(backstage, number)]
    assert events == [DeliveryStatus.OUT_FOR_DELIVERY, DeliveryStatus.COMPLETED]

    await page.get_by_test_id("take-back").click()
    form = page.get_by_test_id("back-form")
    await form.get_by_role("button", name="Leave it").click()
    await expect(form).to_have_count(0)
    assert (await stored(backstage, number)).status is DeliveryStatus.COMPLETED
    await page.get_by_test_id("take-back").click()
    await form.get_by_label("Why").fill("The wrong door")
    await form.get_by_role("button", name="Take back").click()
    for one in (page, other_page):
        await expect(one.get_by_role("button", name="Mark as arrived")).to_be_visible()
    assert (await stored(backstage, number)).status is DeliveryStatus.OUT_FOR_DELIVERY
    assert (await events_of(backstage, number))[-1].data["note"] == "The wrong door"
