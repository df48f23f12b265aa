"""Somebody at the planning board in a browser, over an API that moves stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from fleet_app.settings import Settings
from tests.web.component_page import Asked, serving
from tests.web.planning_page import GIVEN, Desk, PlanSite, a_board, bundle

PATIENCE_MS = 20_000


@dataclass
class Planner:
    """The page, and the API behind it."""

    page: Page
    desk: Desk
    site: PlanSite

    async def show(self, **given: object) -> Planner:
        await self.page.goto(self.site.url)
        await self.page.wait_for_function("window.ready")
        await self.page.evaluate("given => stage(given)", GIVEN | given)
        board = self.page.get_by_test_id("planning")
        await expect(board).to_have_attribute("data-state", "ready", timeout=PATIENCE_MS)
        return self

    def stop(self, number: int) -> Locator:
        return self.page.get_by_test_id(f"stop-{number}")

    async def orders(self) -> dict[str, list[int]]:
        """What the server has on each row, once it has heard of everything."""
        busy = self.page.get_by_test_id("planning")
        await expect(busy).to_have_attribute("data-busy", "false", timeout=PATIENCE_MS)
        rows = {row.key: [s.order.delivery_id for s in row.stops] for row in self.desk.board.rows}
        return rows | {"": [item.order.delivery_id for item in self.desk.board.tray]}

    async def asked(self, ending: str, count: int = 1) -> list[Asked]:
        """What was asked of the addresses that end like this, once it is this much."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while len(found := [o for o in self.site.asked if o.path.endswith(ending)]) < count:
                await asyncio.sleep(0.02)
        return found

    async def drag(self, what: Locator, x: float, y: float) -> None:
        """Take something to a point of the window, and let it go there."""
        await what.hover()
        await self.page.mouse.down()
        await self.page.mouse.move(x - 20, y - 10, steps=4)
        await self.page.mouse.move(x, y, steps=3)
        await expect(self.page.locator(".plan-ghost")).to_be_visible()
        await self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
        await self.page.mouse.up()


@cache
def _bundled(base: Path) -> Path:
    folder = base / "planning"
    folder.mkdir()
    bundle(folder, Settings().home)
    return folder


@pytest.fixture
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with the board, made once however many files of tests ask for it."""
    return _bundled(tmp_path_factory.getbasetemp())


@pytest.fixture
def desk() -> Desk:
    """Three rows of four stops, two left over: 13 and 14."""
    return Desk(a_board(3, 4, 2))


@pytest.fixture
def site(built: Path, desk: Desk) -> Iterator[PlanSite]:
    with serving(PlanSite(built, desk.answer)) as running:
        assert isinstance(running, PlanSite)
        yield running


@pytest.fixture
async def planner(browser: Browser, site: PlanSite, desk: Desk) -> AsyncIterator[Planner]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    yield Planner(await context.new_page(), desk, site)
    await context.close()
