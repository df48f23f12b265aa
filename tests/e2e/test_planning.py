"""The planning page from end to end: planned in one click, arranged by hand, published, seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.people import Person, a_person
from tests.builders.plans import Office, an_office, at
from tests.e2e.conftest import sign_in
from tests.product import Product

PATIENCE_MS = 60_000


@pytest.fixture
async def office(backstage: Container) -> Office:
    return await an_office(backstage, vans=2, orders=6)


@pytest.fixture
async def dispatcher(backstage: Container, office: Office) -> Person:
    return await a_person(backstage, Role.DISPATCHER, office.fleet_id)


async def opened(page: Page, person: Person, office: Office) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto(f"/planning?day={office.day.isoformat()}")


async def ready(page: Page) -> None:
    board = page.get_by_test_id("planning")
    await expect(board).to_have_attribute("data-state", "ready", timeout=PATIENCE_MS)


async def settled(page: Page) -> None:
    board = page.get_by_test_id("planning")
    await expect(board).to_have_attribute("data-busy", "false", timeout=PATIENCE_MS)


async def test_from_one_click_to_the_drivers(
    page: Page, browser: Browser, product: Product, office: Office, dispatcher: Person
) -> None:
    await opened(page, dispatcher, office)
    await page.get_by_role("button", name="Make a plan").click(timeout=PATIENCE_MS)
    await ready(page)
    await expect(page.get_by_test_id("tray-count")).to_have_text("6")

    await page.get_by_test_id("plan-everything").click()
    panel = page.get_by_test_id("plan-job")
    await expect(panel).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("job-cost")).to_contain_text("€", timeout=PATIENCE_MS)
    await panel.get_by_role("button", name="Stop and keep the best").click()
    await expect(page.get_by_test_id("plan-note")).to_contain_text("kept", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("tray-count")).to_have_text("0")

    # Another order comes in, wanted at once: last on its row it is late, and that is said.
    early = (at(office.day, 7), at(office.day, 7) + timedelta(minutes=1))
    late = await office.order(window_from=early[0], window_to=early[1])
    item = page.get_by_test_id(f"tray-{late}")
    await page.reload()
    await ready(page)
    other = await (await browser.new_context(base_url=product.url)).new_page()
    await opened(other, dispatcher, office)
    await ready(other)
    stops = page.locator(".plan-stop")
    end = await stops.last.bounding_box()
    assert end is not None
    await item.hover()
    await page.mouse.down()
    await page.mouse.move(end["x"] + 60, end["y"] + end["height"] - 6, steps=6)
    await expect(page.locator(".plan-ghost")).to_be_visible()
    await page.mouse.move(end["x"] + 62, end["y"] + end["height"] - 5, steps=2)
    await page.mouse.up()
    moved = page.get_by_test_id(f"stop-{late}")
    await expect(moved).to_be_visible()
    await settled(page)
    await expect(moved).to_have_attribute("data-look", "late")
    await expect(moved.locator(".plan-told")).to_be_visible()
    await expect(page.locator(".plan-row-head .plan-trouble").first).to_be_visible()
    await expect(other.get_by_test_id(f"stop-{late}")).to_be_visible(timeout=PATIENCE_MS)
    await page.keyboard.press("Control+z")
    await expect(item).to_be_visible(timeout=PATIENCE_MS)
    await settled(page)

    await page.get_by_test_id("plan-publish").click()
    dialog = page.get_by_role("dialog", name="Publish")
    await expect(dialog).to_contain_text("on the phone at once")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_test_id("plan-note")).to_contain_text("published", timeout=PATIENCE_MS)
    found = 0
    for driver in office.drivers:
        answer = await page.request.get(
            f"/api/v1/drivers/{driver}/assignments?date={office.day.isoformat()}"
        )
        assert answer.status == 200, await answer.text()
        routes = (await answer.json())["data"]["routes"]
        found += sum(len(route["stops"]) for route in routes)
    assert found == 6


async def test_no_barrier(page: Page, office: Office, dispatcher: Person) -> None:
    await opened(page, dispatcher, office)
    await expect(page.get_by_test_id("plan-nothing")).to_be_visible(timeout=PATIENCE_MS)
    await no_barrier(page)
    await page.get_by_role("button", name="Make a plan").click()
    await ready(page)
    await no_barrier(page)
    await page.get_by_test_id(f"tray-{office.orders[0]}").click()
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await no_barrier(page)
    assert await page.evaluate("document.querySelector('#content').scrollWidth <= innerWidth")
