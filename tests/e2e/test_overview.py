"""The dispatcher's screen: signing in and out, list and map in step, filters, no barriers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.people import a_fleet, a_person
from tests.e2e.conftest import Cast, a_signed_in_driver, sign_in
from tests.product import Product

PATIENCE_MS = 20_000


def now() -> str:
    return datetime.now(UTC).isoformat()


async def test_nobody_gets_in_without_signing_in(page: Page):
    await page.goto("/")
    await page.wait_for_url("**/login**", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("fleet-map")).to_have_count(0)


async def test_a_wrong_password_is_told_in_plain_words(page: Page, cast: Cast):
    await sign_in(page, cast.dispatcher, "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("do not match", timeout=PATIENCE_MS)


async def test_a_driver_is_told_that_the_dashboard_is_not_for_drivers(
    page: Page, backstage: Container
):
    driver = await a_person(backstage, Role.DRIVER)
    await sign_in(page, driver)
    await expect(page.get_by_role("alert")).to_contain_text("phone app", timeout=PATIENCE_MS)


async def test_signing_out_ends_the_session(page: Page, cast: Cast):
    await sign_in(page, cast.dispatcher)
    await page.get_by_role("button", name="Profile").click(timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/login**", timeout=PATIENCE_MS)
    await page.goto("/")
    await page.wait_for_url("**/login**", timeout=PATIENCE_MS)


async def test_list_map_and_drawer_show_the_same_vehicle(
    page: Page, cast: Cast, backstage: Container, product: Product
):
    other = await a_signed_in_driver(product, backstage, cast.fleet_id)
    await cast.driver.post(60.1699, 24.9384, now(), speed=8, battery=61)
    await other.post(60.1720, 24.9420, now())
    await sign_in(page, cast.dispatcher)
    await page.locator(f'.ag-row[row-id="{cast.driver.vehicle_id}"]').click(timeout=PATIENCE_MS)
    drawer = page.get_by_test_id("vehicle-drawer")
    await expect(drawer.locator('[data-field="battery"]')).to_have_text("61 %")
    await expect(drawer.locator('[data-field="speed"]')).to_have_text("29 km/h")
    await expect(drawer.locator('[data-field="driver"]')).to_have_text("Driver")
    await expect(drawer.locator('[data-field="last_seen"]')).to_contain_text(re.compile("now|ago"))
    await page.get_by_role("button", name="Close").click()
    await expect(drawer).to_have_count(0)
    await other.api.aclose()


async def test_the_trail_of_the_selected_vehicle_is_its_way_so_far(page: Page, cast: Cast):
    way = [(60.1699, 24.9384), (60.1703, 24.9390), (60.1707, 24.9396)]
    for number, (lat, lon) in enumerate(way):
        at = datetime.now(UTC) - timedelta(seconds=30 - 10 * number)
        await cast.driver.post(lat, lon, at.isoformat(), speed=5, heading=40)
    await sign_in(page, cast.dispatcher)
    await page.locator(f'.ag-row[row-id="{cast.driver.vehicle_id}"]').click(timeout=PATIENCE_MS)
    await page.wait_for_function(
        "() => window.__fleet?.overlay.trail.length === 3", timeout=PATIENCE_MS
    )


async def test_following_can_be_switched_on_and_off(page: Page, cast: Cast):
    await cast.driver.post(60.1699, 24.9384, now())
    await sign_in(page, cast.dispatcher)
    await page.locator(f'.ag-row[row-id="{cast.driver.vehicle_id}"]').click(timeout=PATIENCE_MS)
    follow = page.get_by_test_id("follow")
    await follow.click()
    await expect(follow).to_have_text("Following")
    await follow.click()
    await expect(follow).to_have_text("Follow")


async def test_search_and_status_narrow_the_list(
    page: Page, cast: Cast, backstage: Container, product: Product
):
    other = await a_signed_in_driver(product, backstage, cast.fleet_id)
    await cast.driver.post(60.1699, 24.9384, now(), speed=0)
    await sign_in(page, cast.dispatcher)
    rows = page.get_by_test_id("vehicle-grid").locator(".ag-row")
    await expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    await page.get_by_test_id("filter-no_tracker_yet").click()
    await expect(rows).to_have_count(1)
    await page.get_by_test_id("filter-no_tracker_yet").click()
    await page.get_by_test_id("filter-offline").click()
    await expect(rows).to_have_count(0)  # never seen is not gone silent
    await page.get_by_test_id("filter-offline").click()
    await expect(rows).to_have_count(2)
    await page.get_by_test_id("search").fill("no such vehicle")
    await expect(rows).to_have_count(0)
    await other.api.aclose()


async def test_the_status_bar_tells_the_truth(page: Page, cast: Cast):
    await cast.driver.post(60.1699, 24.9384, now())
    await sign_in(page, cast.dispatcher)
    await expect(page.get_by_test_id("system-state")).to_have_text("Normal", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("status-connected")).to_have_text("1 of 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/settings", "/login"])
async def test_axe_finds_no_serious_barrier(page: Page, cast: Cast, path: str, scheme: str):
    await page.emulate_media(color_scheme=scheme)
    await cast.driver.post(60.1699, 24.9384, now())
    await sign_in(page, cast.dispatcher)
    await page.wait_for_selector("[data-testid=fleet-map]", timeout=PATIENCE_MS)
    await page.goto(path)
    await page.wait_for_selector("h1, [data-testid=vehicle-grid] .ag-row", timeout=PATIENCE_MS)
    await no_barrier(page)


async def test_a_fleet_at_rest_is_complete_on_the_map(
    page: Page, cast: Cast, backstage: Container, product: Product
):
    others = [await a_signed_in_driver(product, backstage, cast.fleet_id) for _ in range(3)]
    for number, driver in enumerate((cast.driver, *others)):
        await driver.post(60.1699 + number / 1000, 24.9384, now(), speed=0)
    await sign_in(page, cast.dispatcher)
    await page.wait_for_function(
        "() => window.__fleet?.store.vehicles.size === 4", timeout=PATIENCE_MS
    )
    for driver in others:
        await driver.api.aclose()


async def test_an_administrator_chooses_which_fleet_to_look_at(
    page: Page, cast: Cast, backstage: Container, product: Product
):
    other_fleet = await a_fleet(backstage)
    other = await a_signed_in_driver(product, backstage, other_fleet)
    await cast.driver.post(60.1699, 24.9384, now())
    await other.post(60.1720, 24.9420, now())
    await sign_in(page, await a_person(backstage, Role.SYSTEM_ADMIN))
    choice = page.get_by_test_id("fleet-choice")
    rows = page.get_by_test_id("vehicle-grid").locator(".ag-row")
    for fleet_id, vehicle_id in (
        (other_fleet, other.vehicle_id),
        (cast.fleet_id, cast.driver.vehicle_id),
    ):
        await choice.select_option(str(fleet_id), timeout=PATIENCE_MS)
        await page.wait_for_function(
            "id => [...(window.__fleet?.store.vehicles.keys() ?? [])].join() === String(id)",
            arg=vehicle_id,
            timeout=PATIENCE_MS,
        )
        await expect(rows).to_have_count(1)
    await other.api.aclose()


async def test_on_a_phone_the_selected_vehicle_and_its_card_share_the_screen(
    page: Page, cast: Cast
):
    await page.set_viewport_size({"width": 390, "height": 844})
    vehicle_id = cast.driver.vehicle_id
    await cast.driver.post(60.1699, 24.9384, now(), speed=8)
    await sign_in(page, cast.dispatcher)
    await page.locator(f'.ag-row[row-id="{vehicle_id}"]').click(timeout=PATIENCE_MS)
    follow = page.get_by_test_id("follow")
    await expect(follow).to_be_in_viewport(ratio=1)
    await expect(page.get_by_test_id("vehicle-grid")).to_be_hidden()
    await page.wait_for_function(
        """id => {
            const point = window.__fleet?.pointOf(id);
            const map = document.querySelector("[data-testid=fleet-map]").getBoundingClientRect();
            const sheet = document.querySelector("[data-testid=vehicle-drawer]");
            return point && point.x > 0 && point.x < map.right && point.y > map.top
              && point.y < sheet.getBoundingClientRect().top
              && map.height >= 0.45 * document.querySelector("#content").clientHeight
              && document.elementFromPoint(point.x, point.y).closest("[data-testid=fleet-map]");
        }""",
        arg=vehicle_id,
        timeout=PATIENCE_MS,
    )
    await expect(page.get_by_role("button", name="Zoom in")).to_be_in_viewport(ratio=1)
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_test_id("vehicle-grid")).to_be_visible()


async def test_a_new_vehicle_appears_in_list_and_counts_without_a_reload(
    page: Page, cast: Cast, backstage: Container
):
    await cast.driver.post(60.1699, 24.9384, now(), speed=8)
    manager = await a_person(backstage, Role.FLEET_MANAGER, cast.fleet_id)
    await sign_in(page, manager)
    rows = page.get_by_test_id("vehicle-grid").locator(".ag-row")
    # A row that loads counts as one, too: wait for what it says.
    await expect(rows.filter(has_text="Moving")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("vehicle-grid")).to_contain_text("1 vehicle")
    await expect(page.get_by_role("button", name="All 1")).to_be_visible(timeout=PATIENCE_MS)
    origin = page.url.removesuffix("/")
    answer = await page.request.post(
        "/api/v1/vehicles",
        data={"name": "Late Van", "registration_number": f"LATE-{cast.fleet_id}", "type": "van"},
        headers={"Origin": origin},
    )
    assert answer.status == 201, await answer.text()
    await expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    await expect(rows.filter(has_text="Late Van")).to_contain_text("No tracker yet")
    await expect(page.get_by_role("button", name="All 2")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("filter-no_tracker_yet")).to_contain_text("1")
    await expect(page.get_by_test_id("status-connected")).to_have_text("1 of 2")


async def test_search_words_show_on_the_map_and_can_be_dropped_there(page: Page, cast: Cast):
    await cast.driver.post(60.1699, 24.9384, now())
    await sign_in(page, cast.dispatcher)
    rows = page.get_by_test_id("vehicle-grid").locator(".ag-row")
    search, chip = page.get_by_test_id("search"), page.get_by_test_id("search-chip")
    everything = page.get_by_role("button", name="All 1")
    for way_out in (chip, everything):
        await expect(rows).to_have_count(1, timeout=PATIENCE_MS)
        await search.fill("no such vehicle")
        await expect(chip).to_contain_text("no such vehicle")
        await expect(rows).to_have_count(0)
        await expect(everything).to_have_attribute("aria-pressed", "false")
        await way_out.click()
        await expect(chip).to_have_count(0)
        await expect(search).to_have_value("")
        await expect(everything).to_have_attribute("aria-pressed", "true")
