"""The planning board in a browser: dragging, keys and words, over an API that moves stops."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.builders.barriers import no_barrier
from tests.web.planner import PATIENCE_MS, Planner, built, desk, planner, site
from tests.web.planning_page import a_board

__all__ = ["built", "desk", "planner", "site"]


async def test_a_stop_is_dragged_from_the_tray_to_a_place_in_the_list(planner: Planner) -> None:
    await planner.show()
    box = await planner.stop(2).bounding_box()
    assert box
    await planner.drag(planner.page.get_by_test_id("tray-13"), box["x"] + 80, box["y"] + 4)
    await expect(planner.stop(13)).to_contain_text("2")
    assert (await planner.orders())["1"] == [1, 13, 2, 3, 4]
    said = planner.page.get_by_test_id("plan-note")
    await expect(said).to_contain_text("moved to Aino Laine, stop 2")
    await said.get_by_role("button", name="Undo").click()
    await expect(planner.page.get_by_test_id("tray-13")).to_be_visible()
    assert (await planner.orders())["1"] == [1, 2, 3, 4]


async def test_the_label_of_a_drag_names_the_stop_that_it_becomes(planner: Planner) -> None:
    page = (await planner.show()).page
    box = await planner.stop(3).bounding_box()
    assert box
    await planner.stop(1).hover()
    await page.mouse.down()
    await page.mouse.move(box["x"] + 80, box["y"] + box["height"] - 10, steps=4)
    await page.mouse.move(box["x"] + 80, box["y"] + box["height"] - 4, steps=3)
    await expect(page.locator(".plan-ghost")).to_contain_text("Aino Laine, stop 3")
    await page.mouse.up()
    await expect(page.get_by_test_id("plan-note")).to_contain_text("Aino Laine, stop 3")
    assert (await planner.orders())["1"] == [2, 3, 1, 4]


async def test_several_are_dragged_on_the_timeline_and_back_to_the_tray(planner: Planner) -> None:
    await planner.show()
    await planner.stop(1).click()
    await planner.stop(2).click(modifiers=["Control"])
    lanes = await planner.page.locator(".plan-lane-area canvas").bounding_box()
    assert lanes
    await planner.drag(planner.stop(2), lanes["x"] + lanes["width"] - 60, lanes["y"] + 34 * 1.5)
    rows = await planner.orders()
    assert (rows["1"], rows["2"]) == ([3, 4], [5, 6, 7, 8, 1, 2])
    tray = await planner.page.get_by_test_id("plan-tray").bounding_box()
    assert tray
    await planner.drag(planner.stop(3), tray["x"] + 90, tray["y"] + 130)
    assert (await planner.orders())[""] == [3, 13, 14]


async def test_only_one_of_the_other_routes_looks_chosen(planner: Planner) -> None:
    page = (await planner.show()).page
    await planner.stop(1).click()
    await page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    offered = dialog.get_by_role("option")
    await expect(offered).to_have_count(2)
    await expect(offered.filter(has_text="Aino Laine")).to_have_count(0)
    await offered.nth(1).hover()
    await expect(offered.nth(1)).to_have_attribute("aria-selected", "true")
    await expect(dialog.get_by_role("option", selected=True)).to_have_count(1)
    grounds = [await one.evaluate("e => getComputedStyle(e).backgroundColor") for one in
               (offered.nth(0), offered.nth(1))]  # fmt: skip
    assert grounds[0] != grounds[1]


async def test_everything_goes_by_keys(planner: Planner) -> None:
    page = (await planner.show()).page
    await page.locator('[data-part="routes"]').focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown"):  # the head, stop 1, 2 and 3
        await page.keyboard.press(key)
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("2 stops chosen")
    await page.keyboard.press("Alt+ArrowUp")
    assert (await planner.orders())["1"] == [2, 3, 1, 4]
    await page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Move 2 stops to…")
    await dialog.get_by_role("combobox").fill("helmi")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    rows = await planner.orders()
    assert rows["1"] == [1, 4]
    assert set(rows["3"]) == {2, 3, 9, 10, 11, 12}
    await page.keyboard.press("Delete")
    assert (await planner.orders())[""] == [2, 3, 13, 14]
    await page.keyboard.press("Control+z")
    assert set((await planner.orders())["3"]) >= {2, 3}
    await expect(page.get_by_test_id("plan-said")).to_contain_text("Undone")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys of this page")).to_be_visible()


async def test_the_keys_go_on_from_a_stop_that_was_moved(planner: Planner) -> None:
    planner.desk.board = a_board(12, 6, 2)
    page = (await planner.show()).page
    tree = page.locator('[data-part="routes"]')
    await tree.focus()
    for key in ("ArrowDown", "m", "End", *["ArrowDown"] * 12, "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    (to,) = [key for key, stops in (await planner.orders()).items() if 1 in stops]
    assert to not in {"", "1"}
    await expect(tree).to_be_focused()
    await expect(tree).to_have_attribute("aria-activedescendant", "routes-stop_1")
    await expect(planner.stop(1)).to_be_in_viewport()
    await page.keyboard.press("Control+z")
    assert (await planner.orders())["1"] == [1, 2, 3, 4, 5, 6]
    await expect(tree).to_be_focused()
    await expect(planner.stop(1)).to_be_in_viewport()
    await page.keyboard.press("ArrowDown")
    await expect(tree).to_have_attribute("aria-activedescendant", "routes-stop_2")
    await page.keyboard.press("Delete")
    assert (await planner.orders())[""] == [2, 73, 74]
    await expect(tree).to_have_attribute("aria-activedescendant", "routes-stop_3")


async def test_what_was_done_is_said_beside_the_timeline_and_the_lists(planner: Planner) -> None:
    page = (await planner.show()).page
    await planner.stop(1).click()
    await page.keyboard.press("Delete")
    note = await page.get_by_test_id("plan-note").bounding_box()
    bar = await page.get_by_test_id("plan-pick").bounding_box()
    around = await page.get_by_test_id("plan-map").bounding_box()
    assert note
    assert bar
    assert around
    assert around["x"] <= note["x"]
    assert around["y"] <= note["y"]
    assert note["y"] + note["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= around["y"] + around["height"]


async def test_a_missed_window_is_flagged_on_stop_and_row_in_words(planner: Planner) -> None:
    """Delivery 9 is wanted from ten to twelve; behind 12, which is from one on, it is late."""
    page = (await planner.show()).page
    row = page.get_by_test_id("row-3")
    await expect(row.locator(".plan-trouble")).to_have_count(0)
    await planner.stop(9).click()
    for _ in range(3):
        await page.keyboard.press("Alt+ArrowDown")
    assert (await planner.orders())["3"] == [10, 11, 12, 9]
    (flag,) = planner.desk.board.rows[2].problems
    assert flag.delivery_id == 9
    await expect(planner.stop(9)).to_have_attribute("data-look", "late")
    await expect(planner.stop(9)).to_contain_text(flag.message)
    await expect(row.locator(".plan-trouble")).to_have_text("1")
    await expect(page.get_by_test_id("plan-pick")).to_contain_text(flag.message)


async def test_pointing_lights_up_list_map_and_timeline_together(planner: Planner) -> None:
    page = (await planner.show()).page
    await page.wait_for_function("window.opened?.map.getSource('plan-stops')")
    await planner.stop(6).hover()
    lit = "() => window.opened.map.getFeatureState({source: 'plan-stops', id: 6}).hover"
    await page.wait_for_function(lit)
    name = page.locator(".plan-lane-name").nth(1)
    await expect(name).to_have_attribute("data-hover", "true")
    await page.locator(".plan-lane-area canvas").hover(position={"x": 5, "y": 5})
    await expect(page.get_by_test_id("row-1")).to_be_visible()
    await page.wait_for_function("() => window.opened.desk.hover?.row === '1'")


async def test_a_box_on_the_map_chooses_what_is_in_it(planner: Planner) -> None:
    page = (await planner.show()).page
    await page.wait_for_function("window.opened?.map.areTilesLoaded() && window.opened.view.ready")
    await page.wait_for_function(
        "() => window.opened.map.queryRenderedFeatures({layers: ['plan-stops']}).length >= 12"
    )
    box = await page.locator(".plan-map canvas.maplibregl-canvas").bounding_box()
    assert box
    await page.get_by_role("button", name="Choose stops in a box").click()
    await page.mouse.move(box["x"] + 8, box["y"] + 8)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 70, box["y"] + box["height"] - 8, steps=3)
    await page.mouse.up()
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("14 stops chosen")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("plan-pick")).to_have_count(0)


async def test_whoever_comes_too_late_is_told(planner: Planner) -> None:
    await planner.show()
    planner.desk.stale = True
    await planner.stop(1).click()
    await planner.page.keyboard.press("Delete")
    note = planner.page.get_by_test_id("plan-note")
    await expect(note).to_contain_text("Somebody else changed this plan", timeout=PATIENCE_MS)
    assert (await planner.orders())["1"] == [1, 2, 3, 4]


async def test_who_may_only_read_changes_nothing(planner: Planner) -> None:
    page = (await planner.show(may=[])).page
    await planner.stop(1).click()
    await page.keyboard.press("Delete")
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    for name in ("plan-everything", "plan-publish"):
        await expect(page.get_by_test_id(name)).to_have_count(0)
    assert not [one for one in planner.site.asked if one.method == "POST"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
async def test_no_barrier_and_nothing_sticks_out(planner: Planner, scheme: str, width: int) -> None:
    page = planner.page
    await page.set_viewport_size({"width": width, "height": 844})
    await planner.show()
    if scheme == "dark":
        await page.evaluate("document.documentElement.classList.add('dark')")
    await planner.stop(2).click()
    await no_barrier(page)
    await page.get_by_role("button", name="Move to…").click()
    await no_barrier(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_two_thousand_stops_stay_usable(planner: Planner) -> None:
    """Only what is in view is in the page, before a step and after it."""
    planner.desk.board = a_board(60, 33, 40)
    page = (await planner.show()).page
    assert await page.locator(".plan-stop").count() < 60
    await page.evaluate("() => window.opened.desk.move([2], {row: '2', place: 0}, '')")
    assert (await planner.orders())["2"][0] == 2
    assert await page.locator(".plan-stop").count() < 60


async def test_a_suggestion_is_read_accepted_and_taken_back_by_keys(planner: Planner) -> None:
    """It stands in a quiet panel; what came of it is said, and can be taken back there too."""
    fetch = {"vehicle_id": 1, "vehicle": "Van 1", "lat": 60.2, "lon": 24.9}
    moves = [{"number": "D-1001", "from_row": "Van 1", "to_row": "Van 2", "fetch": fetch}]
    changes = [
        {"route_id": 1, "row": "Van 1", "words": "1 stop taken off"},
        {"route_id": 2, "row": "Van 2", "words": "1 stop added, fetches 1 order from Van 1"},
    ]
    effect = {"cost": 14.2, "distance_m": 8200, "late_s": -600, "left_out": 0}
    one = {"id": 5, "kind": "vehicle_down", "status": "open", "words": "Van 1 is out",
           "effect": effect, "moves": moves, "changes": changes,
           "expires_at": "2999-01-01T00:00:00Z"}  # fmt: skip
    planner.desk.offers = [one]
    page = (await planner.show()).page
    button = page.get_by_test_id("plan-suggestions")
    await expect(button).to_have_text("1 suggestion")
    await button.focus()
    await page.keyboard.press("Enter")
    offer = page.get_by_test_id("suggestion")
    for text in ("Van 1 is out", "€14.20 more", "8.2 km more", "10 min less late"):
        await expect(offer).to_contain_text(text)
    await offer.locator("summary").click()
    for text in ("fetches 1 order from Van 1", "Van 1 → Van 2", "Fetched where Van 1 stands"):
        await expect(offer).to_contain_text(text)
    await offer.get_by_role("button", name="Accept").press("Enter")
    await expect(page.get_by_test_id("plan-said")).to_contain_text("1 stop moved to Van 2")
    await expect(offer).to_have_attribute("data-status", "accepted")
    assert one["status"] == "accepted"
    assert await page.evaluate("document.activeElement.closest('.plan-offers') !== null")
    await page.get_by_test_id("plan-note").get_by_role("button", name="Undo").click()
    await expect(page.get_by_test_id("plan-said")).to_contain_text("Taken back")
    await expect(button).to_have_count(0)
    assert one["status"] == "undone"


async def test_a_theme_that_is_told_before_the_page_has_it_is_painted_in_its_colours(
    planner: Planner,
) -> None:
    page = (await planner.show(theme="light")).page
    await page.wait_for_function("window.opened?.view")
    await page.evaluate("() => setProps({ theme: 'dark' })")
    await page.wait_for_timeout(100)
    await page.evaluate("() => document.documentElement.classList.add('dark')")
    inked = """() => {
      const ink = getComputedStyle(document.body).getPropertyValue('--ink').trim();
      const { colours, theme } = window.opened.view;
      return colours.ink === ink && theme === 'dark';
    }"""
    await page.wait_for_function(inked, timeout=5_000)
