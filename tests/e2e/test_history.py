"""A stored day in the whole product: told by the worker, listed, played back and shared."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_batch
from tests.e2e.conftest import Cast, sign_in

PATIENCE_MS = 20_000
DAY = datetime.fromtimestamp(NOON_MS / 1000, UTC).date()


@pytest.fixture
async def told(cast: Cast, backstage: Container, page: Page) -> int:
    """The id of a vehicle of which two trips and the stops around them are known."""
    vehicle_id = cast.driver.vehicle_id
    day = Drive().rest(400).go(2500).rest(900).go(3000).rest(900)
    batch = a_batch(*day.fixes(every=10), vehicle_id=vehicle_id, fleet_id=cast.fleet_id)
    await backstage.history.store([batch])
    await sign_in(page, cast.dispatcher)
    await page.get_by_test_id("fleet-map").wait_for(timeout=PATIENCE_MS)
    for _ in range(100):
        answer = await page.request.get(f"/api/v1/trips?vehicle_id={vehicle_id}")
        trips = (await answer.json())["data"]
        if len([one for one in trips if one["ended_at"]]) == 2:
            return vehicle_id
        await asyncio.sleep(0.2)
    raise AssertionError(trips)


async def shown(page: Page, address: str) -> None:
    """Open the page, and wait until it can be played."""
    await page.goto(address)
    await expect(page.get_by_test_id("past")).to_have_attribute(
        "data-state", "ready", timeout=PATIENCE_MS
    )
    await expect(page.get_by_test_id("past-map")).to_have_attribute(
        "data-ready", "true", timeout=PATIENCE_MS
    )


async def test_a_stored_day_is_listed_played_and_scrubbed(page: Page, told: int):
    await shown(page, f"/history?vehicles={told}&day={DAY}")
    trips = page.locator(".past-entry[data-kind=trip]")
    await expect(trips).to_have_count(2)
    await expect(trips.first).to_contain_text("2.5 km")
    await expect(trips.first.locator(".past-when")).to_contain_text("12:0")
    await expect(page.locator(".past-entry[data-kind=stop]")).to_have_count(3)
    await trips.nth(1).locator(".past-go").click()
    where = f"__past.view.markers.get({told}).marker.getLngLat().lat"
    began, before = await page.evaluate("__past.player.ms"), await page.evaluate(where)
    await page.keyboard.press("Space")
    await page.wait_for_function("ms => __past.player.ms > ms", arg=began + 15_000)
    assert await page.evaluate(where) != before
    await page.keyboard.press("Space")
    still = await page.evaluate("__past.player.ms")
    await page.keyboard.press("Shift+ArrowLeft")
    assert await page.evaluate("__past.player.ms") == still - 60_000
    scrub = await page.get_by_test_id("past-scrub").bounding_box()
    assert scrub
    await page.mouse.click(scrub["x"] + scrub["width"] / 2, scrub["y"] + 6)
    await expect(page.get_by_test_id("past-clock")).to_contain_text("12:")


async def test_exports_are_links_that_answer(page: Page, told: int):
    await shown(page, f"/history?vehicles={told}&day={DAY}")
    links = page.locator(".history-exports a")
    await expect(links).to_have_count(9)
    for link in await links.all():
        answer = await page.request.get(await link.get_attribute("href") or "")
        assert answer.status == 200, (await link.get_attribute("href"), await answer.text())
        assert len(await answer.body()) > 1000


async def test_the_address_follows_and_opens_the_same_again(page: Page, told: int):
    await shown(page, f"/history?vehicles={told}&day={DAY}")
    await page.get_by_role("button", name="The day after").click()
    after = DAY + timedelta(days=1)
    await page.wait_for_url(re.compile(rf"vehicles={told}&day={after}$"), timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("past-nothing")).to_contain_text("Nothing was recorded")
    await page.go_back()
    await expect(page.locator(".past-entry[data-kind=trip]")).to_have_count(2, timeout=PATIENCE_MS)
    await page.get_by_role("button", name="From, to").click()
    await page.get_by_label("From", exact=True).fill(f"{DAY}T12:00")
    await page.get_by_label("To", exact=True).fill(f"{DAY}T12:10")
    await page.get_by_role("button", name="Show", exact=True).click()
    await page.wait_for_url(re.compile("vehicles=.+&from=.+&to=.+"), timeout=PATIENCE_MS)
    await expect(page.locator(".past-entry[data-kind=trip]")).to_have_count(1, timeout=PATIENCE_MS)
    await shown(page, page.url)
    await expect(page.get_by_test_id("period")).to_contain_text("12:00 – 12:10")
    await expect(page.locator(".past-entry[data-kind=trip]")).to_have_count(1)


async def test_the_way_there_from_the_overview_and_from_the_vehicle(
    page: Page, told: int, cast: Cast
):
    now = datetime.now(UTC).isoformat()
    await cast.driver.post(60.1699, 24.9384, now)
    await page.goto("/")
    await page.locator(f'.ag-row[row-id="{told}"]').click(timeout=PATIENCE_MS)
    await page.get_by_test_id("show-history").click()
    await page.wait_for_url(f"**/history?vehicles={told}**", timeout=PATIENCE_MS)
    await expect(page.locator(".history-vehicle")).to_have_count(1)
    await page.locator(".history-vehicle a").click()
    await page.wait_for_url(f"**/vehicles/{told}", timeout=PATIENCE_MS)
    await page.get_by_test_id("show-history").click()
    await page.wait_for_url(f"**/history?vehicles={told}**", timeout=PATIENCE_MS)


async def test_a_vehicle_is_picked_and_dropped(page: Page, told: int):
    await page.goto(f"/history?day={DAY}")
    await expect(page.get_by_test_id("history-nobody")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_label("Add a vehicle").click()
    await page.get_by_role("option").first.click()
    await expect(page.locator(".past-entry[data-kind=trip]")).to_have_count(2, timeout=PATIENCE_MS)
    await page.locator(".history-vehicle button").click()
    await expect(page.get_by_test_id("history-nobody")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_people_out(page: Page, told: int, scheme: str):
    await page.emulate_media(color_scheme=scheme)
    await shown(page, f"/history?vehicles={told}&day={DAY}")
    await no_barrier(page)
    await page.get_by_role("button", name="Export").click()
    await no_barrier(page)
