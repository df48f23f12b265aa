"""The planning board by boxes around stops, and by the keys of the timeline and the lists."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.web.planner import Planner, built, desk, planner, site
from tests.web.planning_page import a_board

__all__ = ["built", "desk", "planner", "site"]
LANE = 34


async def drawn(planner: Planner, begin: tuple[float, float], end: tuple[float, float]) -> None:
    mouse = planner.page.mouse
    await mouse.move(*begin)
    await mouse.down()
    await mouse.move(*end, steps=4)
    await expect(planner.page.locator(".plan-box")).to_be_visible()
    await mouse.up()
    await expect(planner.page.locator(".plan-box")).to_have_count(0)


async def test_a_box_in_the_list_chooses_what_it_touches(planner: Planner) -> None:
    page = (await planner.show()).page
    first, last = await planner.stop(2).bounding_box(), await planner.stop(4).bounding_box()
    assert first
    assert last
    await page.keyboard.down("Shift")
    await drawn(planner, (first["x"] + 200, first["y"] + 5), (last["x"] + 40, last["y"] + 9))
    await page.keyboard.up("Shift")
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("3 stops chosen")
    # Beside the stops no key is needed.
    head = await page.get_by_test_id("row-1").bounding_box()
    assert head
    await drawn(planner, (head["x"] + 150, head["y"] + 30), (first["x"] + 40, first["y"] + 9))
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("2 stops chosen")
    assert (await planner.orders())["1"] == [1, 2, 3, 4]


async def test_a_box_on_the_timeline_chooses_across_rows(planner: Planner) -> None:
    page = (await planner.show()).page
    box = await page.locator(".plan-lane-area canvas").bounding_box()
    assert box
    await page.get_by_role("button", name="Choose stops in a box").click()
    end = (box["x"] + box["width"] - 2, box["y"] + LANE * 1.5)
    await drawn(planner, (box["x"] + 2, box["y"] + 4), end)
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("8 stops chosen")
    tool = page.get_by_role("button", name="Choose stops in a box")
    await expect(tool).to_have_attribute("aria-pressed", "false")


async def test_the_timeline_goes_by_keys(planner: Planner) -> None:
    page = (await planner.show()).page
    said = page.get_by_test_id("plan-said")
    time = page.locator('[data-part="timeline"]')
    await page.locator('[data-part="routes"]').focus()
    await page.keyboard.press("F6")
    await page.keyboard.press("F6")
    await expect(time).to_be_focused()
    await expect(said).to_contain_text("Stop 1")
    await page.keyboard.press("ArrowRight")
    await expect(said).to_contain_text(re.compile(r"Stop 2, .*, Aino Laine, Van 1"))
    await page.keyboard.press("Shift+ArrowRight")
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("2 stops chosen")
    await page.keyboard.press("Alt+ArrowUp")
    assert (await planner.orders())["1"] == [2, 3, 1, 4]
    await page.keyboard.press("ArrowDown")
    await expect(said).to_contain_text("Eero Niemi, Van 2")
    hours = "Timeline of 3 routes, (.*), 0 late"
    whole = re.search(hours, await time.get_attribute("aria-label") or "")
    await page.keyboard.press("+")
    near = re.search(hours, await time.get_attribute("aria-label") or "")
    assert whole
    assert near
    assert whole[1] != near[1]
    await page.keyboard.press("0")
    await expect(time).to_have_attribute("aria-label", re.compile(re.escape(whole[1])))
    await page.keyboard.press("Escape")
    await page.keyboard.press("Home")
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_a_key_is_about_the_line_of_the_cursor(planner: Planner) -> None:
    """Nothing is chosen: it is the stop that the arrows went to."""
    page = (await planner.show()).page
    await page.locator('[data-part="routes"]').focus()
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Delete")
    assert (await planner.orders())["1"] == [1, 3, 4]


async def test_a_press_in_a_list_leaves_it_as_far_down_as_it_is(planner: Planner) -> None:
    planner.desk.board = a_board(6, 8, 2)
    page = (await planner.show()).page
    lines = page.locator('[data-part="routes"]')
    await lines.evaluate("(list) => { list.scrollTop = 700; }")
    await planner.stop(20).click()
    assert await lines.evaluate("(list) => list.scrollTop") >= 600
    await expect(planner.stop(20)).to_have_attribute("data-chosen", "true")
