"""What is wrong on the planning board in a browser: problems lead to their places, and a vehicle
that is out has others looked for."""

from __future__ import annotations

import msgspec
from playwright.async_api import expect

from fleet_app.planning.board import Problem
from tests.builders.barriers import no_barrier
from tests.web.planner import Planner, built, desk, planner, site
from tests.web.planning_page import a_board, summed

__all__ = ["built", "desk", "planner", "site"]


async def test_a_problem_far_below_is_reached_by_keys_and_seen_everywhere(
    planner: Planner,
) -> None:
    rows = [msgspec.structs.replace(row, problems=()) for row in a_board(12, 6, 2).rows]
    for at, problem in ((1, Problem("shift", "Back late")), (10, Problem("window", "Late", 63))):
        rows[at] = msgspec.structs.replace(rows[at], problems=(problem,))
    planner.desk.board = summed(msgspec.structs.replace(a_board(12, 6, 2), rows=tuple(rows)))
    page = (await planner.show()).page
    await page.wait_for_function("window.opened?.view.ready")
    await page.evaluate("window.opened.map.jumpTo({center: [25.4, 60.4], zoom: 13})")
    await page.get_by_role("button", name="Fold all").click()
    button = page.get_by_test_id("plan-problems")
    await expect(button).to_have_text("2 problems")
    await button.press("Enter")
    entries = page.get_by_label("Problems of the plan").get_by_role("button")
    await expect(entries).to_have_count(2)
    await expect(entries.nth(0)).to_be_focused()
    await no_barrier(page)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    await expect(planner.stop(63)).to_be_in_viewport()
    await expect(planner.stop(63)).to_have_attribute("data-chosen", "true")
    await expect(page.locator(".plan-lane-name").nth(10)).to_be_in_viewport()
    shown = """() => { const {map, desk} = window.opened;
        const {order} = desk.board.rows[10].stops[2];
        return map.getBounds().contains([order.lon, order.lat]); }"""
    await page.wait_for_function(shown)
    await page.keyboard.press("ArrowDown")  # the keys go on from there
    await page.keyboard.press("Space")
    await expect(planner.stop(64)).to_have_attribute("data-chosen", "true")
    await page.keyboard.press("n")
    await expect(page.get_by_test_id("row-2")).to_have_attribute("data-chosen", "true")
    await expect(page.get_by_test_id("row-2")).to_be_in_viewport()


async def test_a_vehicle_is_reported_as_out_by_keys_and_the_offer_opens(planner: Planner) -> None:
    first, *others = planner.desk.board.rows
    driven = msgspec.structs.replace(first, route_id=7, route_status="started")
    planner.desk.board = msgspec.structs.replace(planner.desk.board, rows=(driven, *others))
    planner.desk.offer = {
        "id": 5, "kind": "vehicle_down", "status": "open", "words": "Van 1 is out: Van 2 helps",
        "effect": {}, "moves": [], "changes": [], "expires_at": "2999-01-01T00:00:00Z",
    }  # fmt: skip
    page = (await planner.show()).page
    await page.locator('[data-part="routes"]').focus()
    await page.keyboard.press("Enter")  # the menu of the first row
    menu = page.get_by_role("menu", name="What to do with Aino Laine")
    await expect(menu.get_by_role("menuitem").first).to_be_focused()
    await expect(menu.get_by_role("menuitem", name="Leave at home")).to_have_count(0)
    await menu.get_by_role("menuitem", name="The vehicle is out of service…").press("Enter")
    dialog = page.get_by_role("dialog", name="Is Van 1 out of service?")
    await expect(dialog).to_contain_text("the 4 stops that Aino Laine has left")
    await no_barrier(page)
    async with page.expect_request("**/suggestions") as asked:
        await dialog.get_by_role("button", name="Find who can take over").press("Enter")
    assert (await asked.value).post_data_json == {"kind": "vehicle_down", "vehicle_id": 1}
    await expect(dialog).to_have_count(0)
    offers = page.get_by_role("region", name="Suggestions")
    await expect(offers).to_contain_text("Van 1 is out: Van 2 helps")
    await expect(offers).to_be_focused()


async def test_the_vehicle_of_a_draft_is_not_on_the_road(planner: Planner) -> None:
    page = (await planner.show()).page
    await planner.stop(1).click()
    await page.keyboard.press("o")
    await expect(page.get_by_test_id("plan-note")).to_contain_text("Only a vehicle that drives")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_no_stop_lies_under_the_words_that_there_is_no_road_map(planner: Planner) -> None:
    planner.desk.board = msgspec.structs.replace(planner.desk.board, estimate=True)
    page = (await planner.show()).page
    await page.wait_for_function("window.opened?.view.ready && window.opened.view.fitted")
    lowest, words = await page.evaluate(
        """() => { const {map, desk} = window.opened; const box = map.getCanvas();
        const ys = [...desk.board.rows.flatMap(({stops}) => stops), ...desk.board.tray]
          .map(({order}) => map.project([order.lon, order.lat]).y);
        const notice = document.querySelector('.live-map-notice').getBoundingClientRect();
        return [Math.max(...ys), notice.top - box.getBoundingClientRect().top]; }"""
    )
    assert lowest < words
