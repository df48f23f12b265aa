"""Drawing zones in a real browser: circles, polygons with holes, corridors, and changing them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.settings import Settings
from tests.builders.barriers import no_barrier
from tests.web.component_page import Answer, Asked, serving
from tests.web.zones_page import ZoneSite, bundle

HELSINKI = (24.94, 60.17)
READY_MS = 30_000


def ring(west: float, south: float, size: float) -> list[list[float]]:
    east, north = west + size, south + size / 2
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def a_polygon(**more: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring(24.94, 60.17, 0.01)]}
    return {"id": 1, "name": "Yard", "group_name": "Ours", "color": "#0a8562", "active": True,
            "kind": "polygon", "geometry": geometry, **more}  # fmt: skip


def a_circle(**more: Any) -> dict[str, Any]:
    return {"id": 2, "name": "Customer", "group_name": "", "color": None, "active": False,
            "kind": "circle", "lat": 60.176, "lon": 24.955, "radius_m": 200, **more}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("zones")
    bundle(made, Settings().home)
    return made


@pytest.fixture
def site(folder: Path) -> Iterator[ZoneSite]:
    def nothing(asked: Asked) -> Answer:
        return 404, "application/json", b"{}"

    made = ZoneSite(folder, nothing)
    made.zones = [a_polygon(), a_circle()]
    with serving(made):
        yield made


@pytest.fixture
async def page(browser: Browser, site: ZoneSite) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    made = await context.new_page()
    await made.goto(site.url)
    await ready(made)
    yield made
    await context.close()


async def ready(page: Page) -> None:
    await expect(page.get_by_test_id("zone-map")).to_have_attribute(
        "data-ready", "true", timeout=READY_MS
    )
    await expect(page.get_by_test_id("zone-list")).to_have_attribute("data-loaded", "true")
    await page.wait_for_function("() => window.__zones.map.getSource('draft')")


async def look(page: Page, zoom: float = 14) -> None:
    await page.evaluate(
        "([at, zoom]) => window.__zones.map.jumpTo({center: at, zoom})", [list(HELSINKI), zoom]
    )


async def at(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a position is on the page."""
    x, y = await page.evaluate(
        """(at) => { const { x, y } = window.__zones.map.project(at);
        const box = window.__zones.map.getCanvas().getBoundingClientRect();
        return [box.left + x, box.top + y]; }""",
        [lon, lat],
    )
    return x, y


async def click(page: Page, lon: float, lat: float) -> None:
    await page.mouse.click(*await at(page, lon, lat))


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    await page.mouse.move(*await at(page, *start))
    await page.mouse.down()
    x, y = await at(page, *end)
    await page.mouse.move(x - 8, y - 8)
    await page.mouse.move(x, y)
    await page.mouse.up()


async def shape(page: Page) -> Any:
    return await page.evaluate("() => window.__zones.desk.shape")


async def fields(page: Page) -> dict[str, str]:
    """What the form would send."""
    found = await page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('#form')))"
    )
    assert isinstance(found, dict)
    return found


def near(found: list[list[float]], wanted: list[list[float]]) -> bool:
    pairs = zip(found, wanted, strict=True)
    return all(abs(a[0] - b[0]) < 3e-4 and abs(a[1] - b[1]) < 3e-4 for a, b in pairs)


TRIANGLE = [[24.935, 60.165], [24.945, 60.165], [24.940, 60.172]]


async def draw_triangle(page: Page) -> None:
    await look(page)
    await page.get_by_role("button", name="Draw a polygon").click()
    for lon, lat in TRIANGLE:
        await click(page, lon, lat)


async def test_a_polygon_is_drawn_by_its_corners_and_enter(page: Page) -> None:
    await draw_triangle(page)
    await page.keyboard.press("Enter")
    sent = await fields(page)
    assert sent["kind"] == "polygon"
    (outline,) = json.loads(sent["geometry"])["coordinates"]
    assert near(outline, [*TRIANGLE, TRIANGLE[0]])
    assert sent["radius_m"] == sent["width_m"] == sent["lat"] == ""
    assert ["draw", "polygon"] in await page.evaluate("window.heard")
    checks = [one for one in await page.evaluate("window.heard") if one[0] == "check"]
    assert checks[-1][1:] == ["geometry", sent["geometry"]]


async def test_a_double_click_or_the_first_corner_finishes_too(page: Page) -> None:
    await draw_triangle(page)
    await click(page, *TRIANGLE[0])
    assert len((await shape(page))["outline"]) == 3
    await page.get_by_role("button", name="Draw a corridor").click()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Draw a corridor").click()
    await click(page, *TRIANGLE[0])
    await page.mouse.dblclick(*await at(page, *TRIANGLE[1]))
    drawn = await shape(page)
    assert drawn["type"] == "corridor"
    assert near(drawn["line"], TRIANGLE[:2])


async def test_escape_gives_up_and_backspace_takes_a_corner_back(page: Page) -> None:
    await draw_triangle(page)
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Enter")
    assert await shape(page) is None  # two corners are no polygon
    assert await page.get_by_test_id("zone-map").get_attribute("data-mode") == "drawing"
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-mode", "off")
    assert ["close"] in await page.evaluate("window.heard")


async def test_a_circle_is_dragged_and_has_the_radius_of_the_drag(page: Page) -> None:
    await look(page)
    await page.get_by_role("button", name="Draw a circle").click()
    before = await page.evaluate("window.__zones.map.getCenter().toArray()")
    await drag(page, (24.94, 60.17), (24.945, 60.17))
    drawn = await shape(page)
    assert near([drawn["center"]], [[24.94, 60.17]])
    assert drawn["radius_m"] == pytest.approx(276.6, rel=0.02)
    assert await page.evaluate("window.__zones.map.getCenter().toArray()") == before
    sent = await fields(page)
    assert (sent["kind"], sent["geometry"]) == ("circle", "")
    assert float(sent["radius_m"]) == pytest.approx(drawn["radius_m"], abs=0.1)


async def test_the_edge_of_a_circle_and_its_number_are_the_same_thing(page: Page) -> None:
    await look(page)
    await page.get_by_role("button", name="Draw a circle").click()
    await drag(page, (24.94, 60.17), (24.945, 60.17))
    await page.get_by_label("Radius").fill("150")
    await page.keyboard.press("Enter")
    assert (await shape(page))["radius_m"] == 150
    drawn = await shape(page)
    edge = [24.94 + 150 / 55_320, 60.17]
    await drag(page, (edge[0], edge[1]), (24.946, 60.17))
    assert (await shape(page))["radius_m"] == pytest.approx(332, rel=0.02)
    assert (await shape(page))["center"] == drawn["center"]
    await expect(page.get_by_label("Radius")).not_to_have_value("150")


async def opened(page: Page) -> None:
    await page.get_by_test_id("zone-1").locator(".zone-open").click()
    await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-mode", "editing")
    await look(page)


async def test_a_corner_is_dragged_and_the_map_stays(page: Page) -> None:
    await opened(page)
    before = await page.evaluate("window.__zones.map.getCenter().toArray()")
    await drag(page, (24.95, 60.175), (24.952, 60.176))
    assert await page.evaluate("window.__zones.map.getCenter().toArray()") == before
    wanted = ring(24.94, 60.17, 0.01)[:-1]
    wanted[2] = [24.952, 60.176]
    assert near((await shape(page))["outline"], wanted)
    await page.keyboard.press("Control+z")
    assert near((await shape(page))["outline"], ring(24.94, 60.17, 0.01)[:-1])


async def test_an_untouched_shape_sends_what_was_stored(page: Page) -> None:
    await opened(page)
    sent = await fields(page)
    assert json.loads(sent["geometry"]) == a_polygon()["geometry"]
    await drag(page, (24.95, 60.175), (24.952, 60.176))
    assert json.loads((await fields(page))["geometry"]) != a_polygon()["geometry"]
    await page.keyboard.press("Control+z")
    assert (await fields(page)) == sent


async def test_a_small_dot_becomes_a_corner_and_delete_takes_it_away(page: Page) -> None:
    await opened(page)
    await drag(page, (24.945, 60.17), (24.945, 60.168))
    assert len((await shape(page))["outline"]) == 5
    assert near([(await shape(page))["outline"][1]], [[24.945, 60.168]])
    await page.keyboard.press("Delete")
    assert near((await shape(page))["outline"], ring(24.94, 60.17, 0.01)[:-1])


async def test_a_triangle_keeps_its_three_corners(page: Page) -> None:
    await draw_triangle(page)
    await page.keyboard.press("Enter")
    await click(page, *TRIANGLE[0])
    await page.keyboard.press("Delete")
    assert len((await shape(page))["outline"]) == 3
    await expect(page.get_by_role("button", name="Remove corner")).to_have_count(0)


async def test_arrow_keys_move_the_chosen_corner(page: Page) -> None:
    await opened(page)
    await click(page, 24.95, 60.175)
    await page.keyboard.press("ArrowRight")
    lon, lat = (await shape(page))["outline"][2]
    assert lon > 24.9502
    assert lat == pytest.approx(60.175, abs=1e-6)


async def test_a_hole_is_cut_and_goes_with_its_last_corners(page: Page) -> None:
    await opened(page)
    await page.get_by_role("button", name="Cut a hole").click()
    hole = [[24.943, 60.1715], [24.947, 60.1715], [24.945, 60.1735]]
    for lon, lat in hole:
        await click(page, lon, lat)
    await page.keyboard.press("Enter")
    assert near((await shape(page))["holes"][0], hole)
    await expect(page.get_by_test_id("zone-shape")).to_contain_text("1 hole")
    rings = json.loads((await fields(page))["geometry"])["coordinates"]
    assert [len(one) for one in rings] == [5, 4]
    await click(page, *hole[0])
    await page.keyboard.press("Delete")
    assert (await shape(page))["holes"] == []


async def test_shift_and_drag_moves_the_whole_zone(page: Page) -> None:
    await opened(page)
    await page.keyboard.down("Shift")
    await drag(page, (24.945, 60.1725), (24.948, 60.1725))
    await page.keyboard.up("Shift")
    wanted = [[lon + 0.003, lat] for lon, lat in ring(24.94, 60.17, 0.01)[:-1]]
    assert near((await shape(page))["outline"], wanted)


async def test_corners_can_be_typed(page: Page) -> None:
    await opened(page)
    await page.get_by_text("Type the corners").click()
    box = page.get_by_label("Corners, latitude and longitude")
    await box.fill("60.17, 24.94\n60.18, 24.94\nnonsense")
    await page.get_by_test_id("zone-shape").locator("p").first.click()
    await expect(page.get_by_text("Line 3 is no position")).to_be_visible()
    await box.fill("60.17, 24.94\n60.18, 24.94\n60.18, 24.96")
    await page.get_by_test_id("zone-shape").locator("p").first.click()
    assert (await shape(page))["outline"] == [[24.94, 60.17], [24.94, 60.18], [24.96, 60.18]]


async def test_a_corridor_has_a_width_to_type(page: Page) -> None:
    await look(page)
    await page.get_by_role("button", name="Draw a corridor").click()
    for lon, lat in TRIANGLE:
        await click(page, lon, lat)
    await page.keyboard.press("Enter")
    await page.get_by_label("Width").fill("60")
    await page.keyboard.press("Enter")
    sent = await fields(page)
    assert (sent["kind"], sent["width_m"]) == ("corridor", "60")
    assert near(json.loads(sent["geometry"])["coordinates"], TRIANGLE)


async def test_what_is_wrong_stands_at_the_shape_and_on_the_map(page: Page) -> None:
    await opened(page)
    text = "The outline crosses or touches itself at 60.17250, 24.94500, where the side meets."
    await page.evaluate("(text) => window.page.setProblem(text)", text)
    await expect(page.get_by_test_id("zone-shape").get_by_role("alert")).to_have_text(text)
    box = await page.locator(".zone-trouble").bounding_box()
    assert box is not None
    x, y = await at(page, 24.945, 60.1725)
    assert abs(box["x"] + box["width"] / 2 - x) < 2
    assert abs(box["y"] + box["height"] / 2 - y) < 2


async def test_a_click_on_the_map_opens_the_smallest_zone(page: Page, site: ZoneSite) -> None:
    site.zones = [a_polygon(), a_circle(id=3, lat=60.1725, lon=24.945, radius_m=60)]
    await page.evaluate("window.page.setTurn(1)")
    await expect(page.get_by_test_id("zone-3")).to_have_count(1)
    await look(page)
    await page.wait_for_function(
        "() => window.__zones.layers.at(window.__zones.map.project([24.945, 60.1725])) === 3"
    )
    await click(page, 24.945, 60.1725)
    assert ["choose", 3] in await page.evaluate("window.heard")
    await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-mode", "editing")


async def test_the_list_groups_finds_and_folds(page: Page, site: ZoneSite) -> None:
    await expect(page.locator(".zone-group h3")).to_have_text([r"Ours1", "Without a group1"])
    await expect(page.get_by_test_id("zone-2")).to_contain_text("Off")
    await page.get_by_label("Search zones").fill("cust")
    await expect(page.locator(".zone-row")).to_have_count(1)
    await page.get_by_label("Search zones").fill("nowhere")
    await expect(page.get_by_text("No zone has these words")).to_be_visible()
    await page.get_by_label("Search zones").fill("")
    await page.get_by_role("button", name="Ours").click()
    await expect(page.get_by_test_id("zone-1")).to_have_count(0)
    await page.get_by_role("button", name="Delete Customer").click()
    assert ["delete", 2] in await page.evaluate("window.heard")


async def test_without_zones_the_list_teaches(page: Page, site: ZoneSite) -> None:
    site.zones = []
    await page.evaluate("window.page.setTurn(1)")
    lesson = page.get_by_test_id("zone-lesson")
    await expect(lesson).to_contain_text("click its corners")
    await lesson.get_by_role("button", name="GeoJSON or KML file").click()
    assert ["import"] in await page.evaluate("window.heard")


async def test_unsaved_work_is_not_thrown_away_unasked(page: Page) -> None:
    await opened(page)
    await drag(page, (24.95, 60.175), (24.952, 60.176))
    asked: list[str] = []

    async def stay(dialog: Any) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.keyboard.press("Escape")  # lets go of the corner
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Draw a circle").click()
    assert len(asked) == 2
    assert near([(await shape(page))["outline"][2]], [[24.952, 60.176]])


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_barrier(page: Page, theme: str) -> None:
    await page.evaluate("(theme) => document.documentElement.classList.add(theme)", theme)
    await no_barrier(page)
    await opened(page)
    await no_barrier(page)


async def test_another_theme_keeps_zones_and_drawing(page: Page) -> None:
    await opened(page)
    await page.evaluate("document.documentElement.classList.add('dark')")
    await page.wait_for_function(
        "() => window.__zones.map.isStyleLoaded() && window.__zones.map.getLayer('draft-handle')"
        " && window.__zones.map.getLayer('zones-name')"
    )
    await page.wait_for_function(
        "() => window.__zones.map.queryRenderedFeatures({layers: ['draft-handle']}).length >= 8"
    )
