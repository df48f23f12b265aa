"""The first journey: a phone posts a fix, and a marker moves in somebody else's browser."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.delivery.tracking import token_digest
from tests.builders.people import a_fleet, a_person
from tests.e2e.conftest import Cast, a_signed_in_driver, sign_in
from tests.product import Product

START = (60.1699, 24.9384)
FURTHER = (60.1712, 24.9410)
PATIENCE_MS = 20_000


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


async def drawn_at(page: Page, vehicle_id: int, place: tuple[float, float]) -> None:
    """Wait until the marker of the vehicle is drawn at a place (to within a few metres)."""
    await page.wait_for_function(
        """([id, lat, lon]) => {
            const at = window.__fleet?.positionOf(id)?.drawn;
            return at && Math.abs(at.lat - lat) < 5e-5 && Math.abs(at.lon - lon) < 1e-4;
        }""",
        arg=[vehicle_id, *place],
        timeout=PATIENCE_MS,
    )


async def known_vehicles(page: Page) -> list[int]:
    return await page.evaluate("() => [...window.__fleet.store.vehicles.keys()]")


async def test_a_posted_fix_moves_the_marker_in_another_clients_page(page: Page, cast: Cast):
    await sign_in(page, cast.dispatcher)
    await page.wait_for_selector("[data-testid=fleet-map]")
    await cast.driver.post(*START, ago(4), speed=8, heading=45)
    await drawn_at(page, cast.driver.vehicle_id, START)
    await cast.driver.post(*FURTHER, ago(0), speed=8, heading=45)
    await drawn_at(page, cast.driver.vehicle_id, FURTHER)


async def test_a_session_that_joins_later_sees_where_everything_is(page: Page, cast: Cast):
    await cast.driver.post(*START, ago(2), speed=0)
    await sign_in(page, cast.dispatcher)
    await drawn_at(page, cast.driver.vehicle_id, START)


async def test_a_late_fix_never_moves_the_marker_backwards(page: Page, cast: Cast):
    await sign_in(page, cast.dispatcher)
    await cast.driver.post(*FURTHER, ago(1))
    await drawn_at(page, cast.driver.vehicle_id, FURTHER)
    await cast.driver.post(*START, ago(300))
    await cast.driver.post(FURTHER[0] + 0.0005, FURTHER[1], ago(0))
    await drawn_at(page, cast.driver.vehicle_id, (FURTHER[0] + 0.0005, FURTHER[1]))


async def test_another_fleet_sees_nothing_of_it(
    page: Page, cast: Cast, backstage: Container, product: Product, browser: Browser
):
    stranger_fleet = await a_fleet(backstage)
    stranger = await a_person(backstage, Role.DISPATCHER, stranger_fleet)
    own = await a_signed_in_driver(product, backstage, stranger_fleet)
    await sign_in(page, stranger)
    await page.wait_for_selector("[data-testid=fleet-map]")
    await cast.driver.post(*START, ago(1))
    await own.post(*FURTHER, ago(0))  # arrives after the other one: a leak would be there by now
    await drawn_at(page, own.vehicle_id, FURTHER)
    assert await known_vehicles(page) == [own.vehicle_id]
    await own.api.aclose()


async def test_the_page_recovers_when_the_web_process_is_killed(
    page: Page, cast: Cast, product: Product
):
    await sign_in(page, cast.dispatcher)
    await cast.driver.post(*START, ago(5))
    await drawn_at(page, cast.driver.vehicle_id, START)
    await asyncio.to_thread(product.kill, "web")
    await cast.driver.post(*FURTHER, ago(0))
    await drawn_at(page, cast.driver.vehicle_id, FURTHER)


async def test_the_worker_catches_up_after_it_was_killed(page: Page, cast: Cast, product: Product):
    await sign_in(page, cast.dispatcher)
    await cast.driver.post(*START, ago(5))
    await drawn_at(page, cast.driver.vehicle_id, START)
    killed = asyncio.create_task(asyncio.to_thread(product.kill, "worker"))
    await cast.driver.post(*FURTHER, ago(0))
    await killed
    await drawn_at(page, cast.driver.vehicle_id, FURTHER)


@pytest.mark.parametrize("status", [DeliveryStatus.OUT_FOR_DELIVERY, DeliveryStatus.COMPLETED])
async def test_a_customer_sees_only_the_own_vehicle_and_only_while_it_is_on_its_way(
    page: Page, cast: Cast, backstage: Container, product: Product, status: DeliveryStatus
):
    other = await a_signed_in_driver(product, backstage, cast.fleet_id)
    token = await a_tracking_link(backstage, cast, status)
    await page.goto(f"/track/{token}")
    await expect(page.get_by_test_id("headline")).to_be_visible(timeout=PATIENCE_MS)
    await other.post(*FURTHER, ago(1))
    await cast.driver.post(*START, ago(0))
    if status is DeliveryStatus.COMPLETED:
        await expect(page.get_by_test_id("fleet-map")).to_have_count(0)
    else:
        await drawn_at(page, cast.driver.vehicle_id, START)
        assert await known_vehicles(page) == [cast.driver.vehicle_id]
        await the_map_fills_what_the_headline_leaves(page)
    await other.api.aclose()


async def the_map_fills_what_the_headline_leaves(page: Page) -> None:
    for width, height in ((1440, 900), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        head = await page.locator(".track-head").bounding_box()
        area = await page.get_by_test_id("fleet-map").bounding_box()
        assert head is not None
        assert area is not None
        assert (head["y"], area["width"]) == (0, width)
        assert area["y"] == pytest.approx(head["height"], abs=1)
        assert area["y"] + area["height"] == pytest.approx(height, abs=1)


async def test_a_customer_sees_the_vehicle_no_longer_once_the_delivery_has_ended(
    page: Page, cast: Cast, backstage: Container
):
    token = await a_tracking_link(backstage, cast, DeliveryStatus.ARRIVING)
    received = []  # live frames arrive as binary messages of the socket
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda data: isinstance(data, bytes) and received.append(data)
        ),
    )
    await page.goto(f"/track/{token}")
    await cast.driver.post(*START, ago(2))
    await drawn_at(page, cast.driver.vehicle_id, START)
    assert received
    async with backstage.work() as session:
        query = select(Delivery).where(Delivery.tracking_number == token)
        (await session.exec(query)).one().status = DeliveryStatus.COMPLETED

    headline = page.get_by_test_id("headline")
    await expect(headline).to_contain_text("has been delivered", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("fleet-map")).to_have_count(0)
    received.clear()
    await cast.driver.post(*FURTHER, ago(0))
    await asyncio.sleep(2)
    assert received == []


async def a_tracking_link(container: Container, cast: Cast, status: DeliveryStatus) -> str:
    token = f"link-{cast.driver.vehicle_id}-{status}"
    route = Route(
        fleet_id=cast.fleet_id, vehicle_id=cast.driver.vehicle_id, date=datetime.now(UTC).date()
    )
    async with container.work() as session:
        session.add(route)
        await session.flush()
        session.add(
            Delivery(
                fleet_id=cast.fleet_id,
                route_id=route.id,
                tracking_number=token,
                tracking_token_hash=token_digest(token),
                status=status,
                address="Kalevankatu 16, Helsinki",
            )
        )
    return token


async def test_an_unknown_tracking_link_says_so(page: Page):
    await page.goto("/track/nobody-sent-this")
    await expect(page.get_by_role("alert")).to_contain_text("not valid", timeout=PATIENCE_MS)
