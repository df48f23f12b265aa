"""A fleet that reads imperial units: its list, a form typed in pounds, its history, and speeds."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.async_api import Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.units import Units
from tests.builders.people import a_person
from tests.e2e.conftest import Cast, sign_in

PATIENCE_MS = 20_000
POUND = 0.45359237
expect.set_options(timeout=PATIENCE_MS)


async def test_an_imperial_fleet_reads_and_types_its_own_units(
    page: Page, cast: Cast, backstage: Container
):
    number = cast.driver.vehicle_id
    async with backstage.work() as session:
        (await session.get_one(Fleet, cast.fleet_id)).units = Units.IMPERIAL
        (await session.get_one(Vehicle, number)).odometer_m = 16_093_440.0
    manager = await a_person(backstage, Role.FLEET_MANAGER, fleet_id=cast.fleet_id)
    await cast.driver.post(60.1699, 24.9384, datetime.now(UTC).isoformat(), speed=10)
    await sign_in(page, manager)
    await page.locator(f'.ag-row[row-id="{number}"]').click(timeout=PATIENCE_MS)
    drawer = page.get_by_test_id("vehicle-drawer")
    await expect(drawer.locator('[data-field="speed"]')).to_have_text("22 mph")

    await page.goto("/vehicles")
    row = page.locator(f'.record-grid .ag-row[row-id="{number}"]')
    await expect(row.locator('[col-id="odometer_km"]')).to_have_text("10,000 mi")

    await page.goto(f"/vehicles/{number}")
    await expect(page.locator("#field-capacity_kg-unit")).to_have_text("lb")
    await page.locator("#field-capacity_kg").fill("26.5")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.locator("#field-capacity_kg")).to_have_value("26.5")
    async with backstage.work() as session:
        assert (await session.get_one(Vehicle, number)).capacity_kg == 26.5 * POUND
    await page.get_by_role("tab", name="History").click()
    await expect(page.locator("#panel-history")).to_contain_text("26.5 lb")
