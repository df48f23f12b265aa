"""The planning board by finger: held stops are dragged, others scroll, and taps choose several."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, CDPSession, Locator, Page, expect

from tests.web.planner import Planner, built, desk, site
from tests.web.planning_page import Desk, PlanSite, a_board

__all__ = ["built", "desk", "site"]
LANE = 34


@dataclass
class Finger:
    """One finger on a page."""

    page: Page
    session: CDPSession

    async def tell(self, kind: str, *points: tuple[float, float]) -> None:
        given = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        await self.session.send("Input.dispatchTouchEvent", given)

    async def down(self, what: Locator) -> tuple[float, float]:
        box = await what.bounding_box()
        assert box
        at = (box["x"] + 90, box["y"] + box["height"] / 2)
        await self.tell("touchStart", at)
        return at

    async def hold(self, what: Locator) -> tuple[float, float]:
        """Go down on it and stay until it is taken along."""
        at = await self.down(what)
        await expect(self.page.locator(".plan-ghost")).to_be_visible()
        return at

    async def move(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        for step in range(1, 7):
            x, y = (a + (b - a) * step / 6 for a, b in zip(begin, end, strict=True))
            await self.tell("touchMove", (x, y))

    async def up(self) -> None:
        await self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
        await self.tell("touchEnd")


@pytest.fixture
async def tablet(browser: Browser, site: PlanSite, desk: Desk) -> AsyncIterator[Planner]:
    context = await browser.new_context(viewport={"width": 1180, "height": 820}, has_touch=True)
    yield Planner(await context.new_page(), desk, site)
    await context.close()


async def a_finger(planner: Planner) -> Finger:
    page = (await planner.show()).page
    return Finger(page, await page.context.new_cdp_session(page))


async def test_a_finger_that_holds_a_stop_drags_it(tablet: Planner) -> None:
    finger = await a_finger(tablet)
    begin = await finger.hold(tablet.page.get_by_test_id("tray-13"))
    box = await tablet.stop(2).bounding_box()
    assert box
    await finger.move(begin, (box["x"] + 80, box["y"] + 4))
    await finger.up()
    assert (await tablet.orders())["1"] == [1, 13, 2, 3, 4]


async def test_a_finger_that_does_not_hold_still_scrolls(tablet: Planner) -> None:
    tablet.desk.board = a_board(6, 8, 2)
    finger = await a_finger(tablet)
    begin = await finger.down(tablet.stop(3))
    await finger.move(begin, (begin[0], begin[1] - 120))
    await finger.up()
    top = "document.querySelector('[data-part=routes]').scrollTop"
    await tablet.page.wait_for_function(f"() => {top} > 20")
    assert (await tablet.orders())["1"] == list(range(1, 9))


async def test_held_and_let_go_every_tap_chooses_one_more(tablet: Planner) -> None:
    finger = await a_finger(tablet)
    await finger.hold(tablet.stop(1))
    await finger.up()
    bar = tablet.page.get_by_test_id("plan-pick")
    await expect(bar.get_by_role("button", name="Choose more")).to_have_attribute(
        "aria-pressed", "true"
    )
    await tablet.stop(3).tap()
    await expect(bar).to_contain_text("2 stops chosen")
    await tablet.stop(1).tap()
    await expect(bar).not_to_contain_text("stops chosen")
    await bar.get_by_role("button", name="Choose nothing").tap()
    await tablet.stop(2).tap()
    await tablet.stop(3).tap()
    await expect(bar).not_to_contain_text("stops chosen")


async def test_a_finger_drags_a_block_of_the_timeline_to_another_row(tablet: Planner) -> None:
    finger = await a_finger(tablet)
    lanes = tablet.page.locator(".plan-lane-area canvas")
    box = await lanes.bounding_box()
    assert box
    middle = await tablet.page.evaluate(
        """() => { const { desk } = window.opened; const { begins, departs } = desk.board.where
        .get(2).row.stops[1]; return (begins + departs) / 2; }"""
    )
    tops = await lanes.evaluate("(canvas) => canvas.getBoundingClientRect().toJSON()")
    label = await tablet.page.locator(".plan-time-scroll").get_attribute("aria-label") or ""
    first, last = (int(h) * 60 + int(m) for h, m in re.findall(r"(\d\d):(\d\d)", label)[:2])
    minutes = (middle / 60_000 + 120) % 1440  # the fleet's clocks are two hours ahead
    x = tops["left"] + (minutes - first) / (last - first) * tops["width"]
    await finger.tell("touchStart", (x, box["y"] + LANE / 2))
    await expect(tablet.page.locator(".plan-ghost")).to_be_visible()
    end = (box["x"] + box["width"] - 40, box["y"] + LANE * 1.5)
    await finger.move((x, box["y"] + LANE / 2), end)
    await finger.up()
    rows = await tablet.orders()
    assert rows["1"] == [1, 3, 4]
    assert rows["2"] == [5, 6, 7, 8, 2]


async def test_a_finger_drags_a_stop_of_the_map_off_its_route(tablet: Planner) -> None:
    """The map itself stays where it is meanwhile."""
    finger = await a_finger(tablet)
    page = tablet.page
    await page.wait_for_function("window.opened?.map.areTilesLoaded() && window.opened.view.ready")
    await page.wait_for_function(
        "() => window.opened.map.queryRenderedFeatures({layers: ['plan-stops']}).length >= 12"
    )
    where = """() => { const { map, desk, view } = window.opened;
        const { lon, lat } = desk.board.where.get(5).row.stops[0].order;
        const { left, top } = view.box.getBoundingClientRect();
        const { x, y } = map.project([lon, lat]); return [left + x, top + y]; }"""
    x, y = await page.evaluate(where)
    still = "() => window.opened.map.getCenter().toArray()"
    center = await page.evaluate(still)
    await finger.tell("touchStart", (x, y))
    await expect(page.locator(".plan-ghost")).to_be_visible()
    tray = await page.get_by_test_id("plan-tray").bounding_box()
    assert tray
    await finger.move((x, y), (tray["x"] + 90, tray["y"] + 100))
    await expect(page.locator(".plan-ghost")).to_contain_text("Unassigned")
    await finger.up()
    assert (await tablet.orders())[""] == [5, 13, 14]
    assert await page.evaluate(still) == center
