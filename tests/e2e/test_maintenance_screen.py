"""The due list: from a line to a finished job, and news of others without a reload."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Vehicle
from tests.builders.barriers import no_barrier
from tests.builders.maintenance import a_schedule
from tests.builders.people import Person, a_fleet, a_person, a_vehicle
from tests.e2e.conftest import sign_in

PATIENCE_MS = 20_000


@pytest.fixture
async def manager(backstage: Container) -> Person:
    return await a_person(backstage, Role.FLEET_MANAGER, await a_fleet(backstage))


@pytest.fixture
async def vehicle(backstage: Container, manager: Person) -> Vehicle:
    assert manager.fleet_id is not None
    async with backstage.work() as session:
        found = await session.get_one(Vehicle, await a_vehicle(backstage, manager.fleet_id))
        found.odometer_m = 31_000_000
    await a_schedule(backstage, found, name="Oil change")
    return found


async def opened(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto("/maintenance")
    await expect(page.get_by_test_id("due-list")).to_be_visible(timeout=PATIENCE_MS)


async def test_from_what_is_due_to_what_it_cost(page: Page, manager: Person, vehicle: Vehicle):
    await opened(page, manager)
    line = page.get_by_test_id("due-list").locator("li")
    await expect(line).to_contain_text("1,000 km over")
    await expect(page.get_by_test_id("tile-overdue")).to_contain_text("1")
    await line.get_by_role("button", name="Create work order").click()
    dialog = page.get_by_role("dialog", name="New work order")
    await expect(dialog.get_by_label("What is to be done")).to_have_value("Oil change")
    await dialog.get_by_role("button", name="Create work order").click()
    await expect(dialog).to_have_count(0)

    await line.get_by_role("button", name="Start").click()
    await expect(page.get_by_test_id("tile-workshop")).to_contain_text("1")
    await page.get_by_test_id("job-list").get_by_role("button", name="Finish").click()
    dialog = page.get_by_role("dialog", name="Finish the work")
    await dialog.get_by_label("Cost").fill("412.50")
    await dialog.get_by_label("Odometer (km)").fill("31010")
    await dialog.get_by_role("button", name="Finish").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("Nothing is due. Well done.")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="is done for")).to_be_visible()


async def test_the_cost_of_a_vehicle_is_shown_month_by_month(
    page: Page, manager: Person, vehicle: Vehicle
):
    await opened(page, manager)
    await page.get_by_role("button", name=f"What the vehicle cost: {vehicle.name}").click()
    dialog = page.get_by_role("dialog", name=f"Upkeep of {vehicle.name}")
    await expect(dialog.get_by_role("row")).to_have_count(12)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_work_that_becomes_due_appears_without_a_reload(
    page: Page, manager: Person, vehicle: Vehicle
):
    await opened(page, manager)
    await page.evaluate("window.stayed = true")
    answer = await page.request.post(
        "/api/v1/maintenance_schedules",
        data={"name": "Tyres", "vehicle_id": vehicle.id, "every_km": 1000, "last_km": 1000},
        headers={"Origin": page.url.partition("/maintenance")[0]},
    )
    assert answer.status == 201, await answer.text()
    await expect(page.get_by_test_id("due-list")).to_contain_text("Tyres", timeout=PATIENCE_MS)
    assert await page.evaluate("window.stayed")


async def test_a_dispatcher_looks_and_does_not_touch(
    page: Page, backstage: Container, vehicle: Vehicle
):
    dispatcher = await a_person(backstage, Role.DISPATCHER, vehicle.fleet_id)
    await opened(page, dispatcher)
    await expect(page.get_by_test_id("due-list")).to_contain_text("Oil change")
    await expect(page.get_by_role("button", name="Create work order")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
async def test_axe_finds_no_serious_barrier_and_nothing_sticks_out(
    page: Page, manager: Person, vehicle: Vehicle, scheme: str, width: int
):
    await page.set_viewport_size({"width": width, "height": 844})
    await page.emulate_media(color_scheme=scheme)
    await opened(page, manager)
    await no_barrier(page)
    assert await page.evaluate("document.querySelector('#content').scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Create work order").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await no_barrier(page)
