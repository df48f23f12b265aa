"""The page with the player of the past, and fixtures for tests that open it in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.settings import Settings
from tests.web.component_page import Asked, Site, bundle, serving
from tests.web.history_page import (
    DAY_MS,
    END_MS,
    FIRST,
    MINUTE,
    SCRIPT,
    SECOND,
    ZONE,
    Past,
    a_day,
)

EARLIEST, LAST = FIRST, SECOND + 30 * MINUTE
"""The quarters of an hour around everything that is known."""
GIVEN = {"vehicles": [{"id": 7, "name": "Van 7"}], "fromMs": DAY_MS, "toMs": END_MS, "zone": ZONE}


@cache
def _bundled(base: Path) -> Path:
    folder = base / "history"
    folder.mkdir()
    bundle(folder, Settings().home, SCRIPT)
    return folder


@pytest.fixture
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with the player, made once however many files of tests ask for it."""
    return _bundled(tmp_path_factory.getbasetemp())


@dataclass
class Player:
    """The page with the player, and the API behind it."""

    page: Page
    site: Site
    past: Past

    async def show(self, **given: Any) -> Player:
        await self.page.goto(self.site.url)
        await self.page.wait_for_function("window.ready")
        await self.page.evaluate("given => stage(given)", GIVEN | given)
        return self

    async def ready(self, **given: Any) -> Player:
        await self.show(**given)
        await expect(self.page.get_by_test_id("past")).to_have_attribute("data-state", "ready")
        await expect(self.page.get_by_test_id("past-map")).to_have_attribute("data-ready", "true")
        return self

    async def seek(self, ms: int) -> None:
        await self.page.evaluate("ms => __past.player.seek(ms)", ms)

    async def at(self) -> int:
        return int(await self.page.evaluate("__past.player.ms"))

    async def marker(self, vehicle_id: int = 7) -> dict[str, Any]:
        """Where the marker stands, and how it looks."""
        return await self.page.evaluate(
            """id => {
                const one = __past.view.markers.get(id);
                const { lat, lng } = one.marker.getLngLat() ?? {};
                return { lat, lng, lost: one.element.dataset.lost, on: one.on };
            }""",
            vehicle_id,
        )

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.site.asked if one.path.startswith(path)]


@pytest.fixture
def past() -> Past:
    return a_day()


@pytest.fixture
def site(built: Path, past: Past) -> Iterator[Site]:
    with serving(Site(built, past.answer)) as running:
        yield running


@pytest.fixture
async def player(site: Site, past: Past, browser: Browser) -> AsyncIterator[Player]:
    context = await browser.new_context(viewport={"width": 1300, "height": 800}, locale="en-GB")
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Player(page, site, past)
    await context.close()
    assert troubles == []
