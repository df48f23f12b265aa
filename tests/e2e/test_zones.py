"""The zones page from end to end: drawing, changing, copying, deleting, files, two people."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.geofences import a_circle, a_polygon
from tests.builders.people import Person, a_fleet, a_person
from tests.e2e.conftest import sign_in
from tests.product import Product

PATIENCE_MS = 20_000
CORNERS = [(0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6)]
"""Parts of the map's width and height."""
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>Partners</name><Placemark><name>Mill</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>24.93,60.16 24.94,60.16 24.94,60.17 24.93,60.16</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark>
<Placemark><name>Bow tie</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>24.93,60.16 24.94,60.17 24.94,60.16 24.93,60.17 24.93,60.16</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


@pytest.fixture
async def dispatcher(backstage: Container) -> Person:
    return await a_person(backstage, Role.DISPATCHER, await a_fleet(backstage))


async def opened(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto("/zones")
    await ready(page)


async def ready(page: Page) -> None:
    zones = page.get_by_test_id("zone-map")
    await expect(zones).to_have_attribute("data-ready", "true", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("zone-list")).to_have_attribute(
        "data-loaded", "true", timeout=PATIENCE_MS
    )
    await page.wait_for_function("() => window.__zones.map.getSource('draft')")


async def a_zone(page: Page, zone: dict[str, object]) -> None:
    origin = page.url.partition("/zones")[0]
    answer = await page.request.post("/api/v1/geofences", data=zone, headers={"Origin": origin})
    assert answer.status == 201, await answer.text()


async def on_map(page: Page, part: tuple[float, float]) -> tuple[float, float]:
    box = await page.locator(".zones-map canvas.maplibregl-canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * part[0], box["y"] + box["height"] * part[1]


async def draw(page: Page) -> None:
    await page.evaluate("window.__zones.map.jumpTo({center: [24.94, 60.17], zoom: 14})")
    await page.get_by_role("button", name="Draw a polygon").click()
    for part in CORNERS:
        await page.mouse.click(*await on_map(page, part))
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("zone-shape")).to_contain_text("4 corners")


async def corner(page: Page, index: int) -> tuple[float, float]:
    x, y = await page.evaluate(
        """(index) => { const { map, desk } = window.__zones;
        const { x, y } = map.project(desk.shape.outline[index]);
        const box = map.getCanvas().getBoundingClientRect();
        return [box.left + x, box.top + y]; }""",
        index,
    )
    return x, y


async def test_from_a_drawing_to_a_zone_and_back(page: Page, dispatcher: Person):
    await opened(page, dispatcher)
    await expect(page.get_by_test_id("zone-lesson")).to_be_visible()
    await draw(page)
    await page.get_by_label("Name").fill("Yard")
    await page.get_by_label("Group").fill("Ours")
    await page.get_by_label("Speed limit").fill("30")
    await page.get_by_test_id("save").click()
    row = page.locator(".zone-row")
    await expect(row).to_have_count(1, timeout=PATIENCE_MS)
    await expect(row).to_contain_text("at most 30 km/h")
    await expect(page.get_by_role("button", name="Ours")).to_be_visible()

    await row.locator(".zone-open").click()
    await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-mode", "editing")
    await page.wait_for_function("() => !window.__zones.map.isMoving()")
    before = await page.get_by_test_id("zone-shape").locator("p").first.inner_text()
    x, y = await corner(page, 0)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 70, y + 60, steps=4)
    await page.mouse.up()
    await expect(page.get_by_test_id("zone-shape")).not_to_contain_text(before)
    await page.get_by_test_id("save").click()
    await expect(row).to_be_visible(timeout=PATIENCE_MS)

    await row.hover()
    await page.get_by_role("button", name="Duplicate Yard").click()
    await expect(page.get_by_label("Name")).to_have_value("Copy of Yard", timeout=PATIENCE_MS)
    await page.get_by_test_id("save").click()
    await expect(row).to_have_count(2, timeout=PATIENCE_MS)

    copy = row.filter(has_text="Copy of Yard")
    await copy.hover()
    await page.get_by_role("button", name="Delete Copy of Yard").click()
    await expect(row).to_have_count(1, timeout=PATIENCE_MS)
    toast = page.locator(".toast").filter(has_text="was deleted")
    await toast.get_by_role("button", name="Undo").click()
    await expect(row).to_have_count(2, timeout=PATIENCE_MS)


async def test_a_file_is_looked_through_and_taken_over(
    page: Page, dispatcher: Person, tmp_path: Path
):
    file = tmp_path / "zones.kml"
    file.write_text(KML, encoding="utf-8")
    await opened(page, dispatcher)
    await page.get_by_role("button", name="Import", exact=True).first.click()
    await page.get_by_label("File with zones").set_input_files(file)
    dialog = page.get_by_role("dialog", name="Import zones")
    await expect(dialog).to_contain_text("1 zone can be taken over", timeout=PATIENCE_MS)
    await expect(dialog.get_by_label("Problems")).to_contain_text("Bow tie")
    await dialog.get_by_role("button", name="Import 1 zone").click()
    await expect(page.locator(".zone-row")).to_contain_text("Mill", timeout=PATIENCE_MS)
    await expect(page.get_by_role("button", name="Partners")).to_be_visible()
    answer = await page.request.get("/api/v1/geofences/export.kml")
    assert "Mill" in await answer.text()


async def test_the_second_of_two_is_told(
    page: Page, browser: Browser, product: Product, dispatcher: Person
):
    await opened(page, dispatcher)
    await a_zone(page, a_polygon(name="Yard"))
    context = await browser.new_context(
        base_url=product.url, viewport={"width": 1440, "height": 900}
    )
    other = await context.new_page()
    await opened(other, dispatcher)
    for one in (page, other):
        await one.locator(".zone-open").click(timeout=PATIENCE_MS)
        await expect(one.get_by_label("Name")).to_have_value("Yard", timeout=PATIENCE_MS)
    await page.get_by_label("Name").fill("Yard of ours")
    await page.get_by_test_id("save").click()
    await expect(other.get_by_test_id("newer")).to_be_visible(timeout=PATIENCE_MS)
    await other.get_by_label("Name").fill("Yard of mine")
    await other.get_by_test_id("save").click()
    clashes = other.get_by_test_id("clashes")
    await expect(clashes).to_contain_text("Yard of ours", timeout=PATIENCE_MS)
    await clashes.get_by_role("button", name="Keep mine").click()
    await other.get_by_test_id("save").click()
    await expect(page.locator(".zone-row")).to_contain_text("Yard of mine", timeout=PATIENCE_MS)
    await context.close()


async def test_the_overview_shows_zones_and_remembers_when_not(page: Page, dispatcher: Person):
    await opened(page, dispatcher)
    await a_zone(page, a_circle(name="Yard"))
    await page.goto("/")
    await expect(page.get_by_role("button", name="Hide the zones")).to_be_visible(
        timeout=PATIENCE_MS
    )
    painted = "() => window.__fleet?.map.querySourceFeatures('zones').length > 0"
    await page.wait_for_function("() => window.__fleet?.map.getSource('zones')")
    await page.evaluate("window.__fleet.map.jumpTo({center: [24.94, 60.17], zoom: 14})")
    await page.wait_for_function(painted)
    await page.get_by_role("button", name="Hide the zones").click()
    await page.wait_for_function(painted.replace("> 0", "=== 0"))
    await page.reload()
    await expect(page.get_by_role("button", name="Show the zones")).to_be_visible(
        timeout=PATIENCE_MS
    )


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]
)
async def test_no_barrier_and_nothing_sticks_out(
    page: Page, dispatcher: Person, scheme: str, width: int
):
    await page.set_viewport_size({"width": width, "height": 844})
    await page.emulate_media(color_scheme=scheme)
    await opened(page, dispatcher)
    await no_barrier(page)
    await a_zone(page, a_polygon(name="Yard", group_name="Ours"))
    await page.locator(".zone-row").hover(timeout=PATIENCE_MS)
    await no_barrier(page)
    await page.locator(".zone-open").click()
    await expect(page.get_by_test_id("zone-shape")).to_be_visible(timeout=PATIENCE_MS)
    await no_barrier(page)
    assert await page.evaluate("document.querySelector('#content').scrollWidth <= innerWidth")
