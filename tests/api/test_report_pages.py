"""Map files in a real browser, on a machine without any network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.location.journeys.facts import FactKind
from fleet_app.mapbuild.build import build_map
from tests.api.test_reports import DAY, EVIL, a_drive
from tests.builders.api import World
from tests.builders.barriers import no_barrier
from tests.builders.fixes import a_batch
from tests.builders.past import a_fact
from tests.unit.mapbuild.town import whole_town

INK = """() => {
  const drawn = new Set();
  for (const canvas of document.querySelectorAll("canvas")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 60) drawn.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
  }
  return [...drawn];
}"""
"""The colours that the map's canvases show."""
ROAD, SLOW, FAST = 0xDDE1E6, 0x3B4CC0, 0xEC7A2C
"""A small street, below 20 km/h, 80 to 100 km/h."""


def alike(one: int, other: int) -> bool:
    """Whether two colours are the same but for the edges of lines."""
    return all(abs((one >> by & 255) - (other >> by & 255)) <= 4 for by in (0, 8, 16))


@dataclass
class Opened:
    """A file in a browser, what it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def heard(self, kind: str, text: str) -> None:
        """The heat layer's readings of its canvas are worth a remark to browsers, no error."""
        if kind == "error":
            self.complaints.append(text)

    async def show(self, file: Path) -> None:
        await self.page.goto(file.as_uri())
        await expect(self.page.locator(".leaflet-map-pane")).to_be_attached()
        assert self.asked == [file.as_uri()]
        assert self.complaints == []


@pytest.fixture(params=[1440, 390])
async def opened(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    """A browser without a network: every other request is noted and refused."""
    context = await browser.new_context(viewport={"width": request.param, "height": 900})
    await context.set_offline(True)
    found = Opened(await context.new_page())
    found.page.on("request", lambda one: found.asked.append(one.url))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("console", lambda said: found.heard(said.type, said.text))
    found.page.on("dialog", lambda said: found.complaints.append(said.message))
    yield found
    await context.close()


@pytest.fixture
async def world_with_a_day(world: World) -> AsyncIterator[World]:
    """A vehicle with an unkind name, its day, and a map of the town around it."""
    home = world.container.settings.home
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    own = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id}
    south = 60.17 - 59.995  # to where the town is
    drive = [
        msgspec.structs.replace(
            fix, lat=fix.lat - south, lon=fix.lon + 0.05, speed=3.0 if n < 25 else 24.0
        )
        for n, fix in enumerate(a_drive())
    ]
    await world.container.history.store([a_batch(*drive, **own)])
    await a_fact(world.container, **own, minutes=20, data={"max_speed": 25.0})
    last = drive[-1]
    for n in range(2):
        await a_fact(world.container, **own, minute=20 + 60 * n, minutes=30, kind=FactKind.STOP,
                     lat=last.lat, lon=last.lon + n / 100)  # fmt: skip
    await a_fact(world.container, **own, minute=5, kind=FactKind.HARSH, subject="braking",
                 lat=60.0, lon=25.0)  # fmt: skip
    async with world.container.work() as session:
        (await session.get_one(Fleet, world.fleet_id)).brand_name = "HelCo"
        (await session.get_one(Vehicle, world.vehicle_id)).name = EVIL
    yield world
    (home / "map").unlink()  # other tests share the home, and have no map


async def saved(world: World, headers: dict[str, str], url: str, folder: Path) -> Path:
    answer = await world.client.get(f"/api/v1{url}", headers=headers, params=DAY)
    assert answer.status_code == 200, answer.text
    file = folder / "mailed.html"
    file.write_bytes(answer.content)
    return file


async def test_a_report_opens_from_a_mail(
    world_with_a_day: World, manager: dict[str, str], opened: Opened, tmp_path: Path
) -> None:
    url = f"/vehicles/{world_with_a_day.vehicle_id}/report.html"
    await opened.show(await saved(world_with_a_day, manager, url, tmp_path))
    page = opened.page
    await expect(page.locator("h1")).to_have_text(f"Trips and stops: {EVIL}")
    await expect(page.locator("main")).to_contain_text("HelCo")
    await expect(page.locator("tr[data-kind=stop]")).to_have_count(2)
    await expect(page.locator(".mark-stop")).to_have_text(["1", "2"])
    await expect(page.locator(".leaflet-control-scale")).to_contain_text("km")
    await expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    colours = await page.evaluate(INK)
    assert [any(alike(one, wanted) for one in colours) for wanted in (ROAD, SLOW, FAST)] == [
        True
    ] * 3
    await page.locator(".mark-stop").nth(1).click()
    await expect(page.locator(".leaflet-popup-content")).to_contain_text("Stop 2")
    await page.locator(".mark-harsh").press("Enter")
    await expect(page.locator(".leaflet-popup-content")).to_have_text(
        ["Harsh braking20 Nov 2026 07:05"]
    )
    await no_barrier(page)
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    assert opened.complaints == []
    assert len(opened.asked) == 1


async def test_a_heat_map_opens_from_a_mail(
    world_with_a_day: World, manager: dict[str, str], opened: Opened, tmp_path: Path
) -> None:
    await opened.show(await saved(world_with_a_day, manager, "/reports/heatmap.html", tmp_path))
    page = opened.page
    await expect(page.locator("h1")).to_have_text("Where vehicles stood")
    await expect(page.locator(".leaflet-heatmap-layer")).to_have_count(1)
    await expect(page.locator("tr[data-kind=place]")).to_have_count(2)
    hot = await page.evaluate("""() => {
      const canvas = document.querySelector(".leaflet-heatmap-layer");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 100).length;
    }""")
    assert hot > 20
    await no_barrier(page)
    assert opened.complaints == []
    assert len(opened.asked) == 1


async def test_opened_from_our_address_it_is_nobodys_page(
    world_with_a_day: World, manager: dict[str, str], browser: Browser
) -> None:
    """Sandboxed, it still draws, but reads no cookie of ours and reaches nothing."""
    url = f"/vehicles/{world_with_a_day.vehicle_id}/report.html"
    answer = await world_with_a_day.client.get(f"/api/v1{url}", headers=manager, params=DAY)
    headers = {name: value for name, value in answer.headers.items()
               if name in ("content-type", "content-security-policy")}  # fmt: skip
    context = await browser.new_context()
    await context.add_cookies([{"name": "session", "value": "ours", "url": "http://fleet.test"}])
    page = await context.new_page()
    await page.route("**", lambda route: route.fulfill(body=answer.content, headers=headers))
    await page.goto("http://fleet.test/report")
    await expect(page.locator(".mark-stop")).to_have_count(2)
    assert await page.evaluate("origin") == "null"
    with pytest.raises(Exception, match="sandboxed"):
        await page.evaluate("document.cookie")
    await context.close()
