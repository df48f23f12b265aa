"""What the planning board asks and says in a browser: how it counts, where the focus is after."""

from __future__ import annotations

from typing import Any

import msgspec
from playwright.async_api import Route, expect

from fleet_app.planning.board import Problem, TrayItem
from fleet_app.planning.publication.publishing import RowNews
from tests.builders.barriers import no_barrier
from tests.web.planner import Planner, built, desk, planner, site
from tests.web.planning_page import a_board, an_order, at

__all__ = ["built", "desk", "planner", "site"]


async def test_goods_that_are_fetched_are_no_stop_more_wherever_stops_are_counted(
    planner: Planner,
) -> None:
    first, *others = planner.desk.board.rows
    pickup = msgspec.structs.replace(first.stops[0], is_pickup=True)
    first = msgspec.structs.replace(first, stops=(pickup, *first.stops))
    planner.desk.board = msgspec.structs.replace(planner.desk.board, rows=(first, *others))
    page = (await planner.show()).page
    await expect(page.get_by_test_id("row-1")).to_contain_text("4 stops")
    await page.get_by_role("button", name="What to do with Aino Laine").click()
    await page.get_by_role("menuitem", name="Save as a template…").click()
    dialog = page.get_by_role("dialog", name="Save as a template")
    await expect(dialog).to_contain_text("4 stops in their order")
    days = dialog.get_by_role("group", name="Make its deliveries a week ahead on these days")
    await expect(days.get_by_role("button", name="Monday")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_test_id("row-1").click()
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("4 stops chosen")
    await page.get_by_test_id("tray-13").click()
    await page.keyboard.press("m")
    target = page.get_by_role("option").filter(has_text="Aino Laine")
    await expect(target).to_contain_text("4 stops")
    await no_barrier(page)


async def test_an_order_without_a_customer_has_its_number_once(planner: Planner) -> None:
    tray = (TrayItem(an_order(13, customer="")), *planner.desk.board.tray[1:])
    planner.desk.board = msgspec.structs.replace(planner.desk.board, tray=tray)
    page = (await planner.show()).page
    await expect(page.get_by_text("D-1013", exact=True)).to_have_count(1)
    await expect(page.get_by_text("D-1014", exact=True)).to_have_count(1)


async def test_the_whole_of_a_flag_can_be_read(planner: Planner) -> None:
    first, *others = planner.desk.board.rows
    words = Problem("window", "13 min after the window ends at 16:00", 3)
    first = msgspec.structs.replace(first, problems=(words,))
    planner.desk.board = msgspec.structs.replace(planner.desk.board, rows=(first, *others))
    await planner.show()
    flag = planner.stop(3).locator(".plan-told")
    await expect(flag).to_contain_text("ends at 16:00")
    assert await flag.evaluate(
        "one => one.scrollHeight <= one.clientHeight + 1 && one.scrollWidth <= one.clientWidth"
    )
    line, words_box = await planner.stop(3).bounding_box(), await flag.bounding_box()
    assert line is not None
    assert words_box is not None
    assert words_box["y"] + words_box["height"] <= line["y"] + line["height"] + 1


async def test_publishing_by_keys_keeps_the_focus(planner: Planner) -> None:
    planner.desk.forecast = [
        RowNews(key="1", vehicle="Van 1", driver="", what="published", words="", tells=True)
    ]
    page = (await planner.show()).page

    async def published(route: Route) -> None:
        plan = msgspec.structs.replace(planner.desk.board, published_at=at(6), changed=False)
        planner.desk.board = plan
        data = {"plan": plan, "rows": [{"what": "published", "vehicle": "Van 1"}]}
        body = msgspec.json.encode({"status": "success", "data": data})
        await route.fulfill(status=200, content_type="application/json", body=body)

    await page.route("**/plans/1/publish", published)
    button = page.get_by_test_id("plan-publish")
    await button.focus()
    await page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog", name="Publish Plan")
    sure = dialog.get_by_role("button", name="Publish", exact=True)
    # A key goes to whoever has the focus: a button takes it once it is known what it would do.
    await expect(sure).to_be_enabled()
    await sure.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(button).to_have_text("Published")
    await expect(button).to_be_disabled()
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Shift+P")
    await expect(page.get_by_test_id("plan-note")).to_contain_text("nothing to publish")


async def test_templates_are_told_apart_and_take_no_more_room_than_they_need(
    planner: Planner,
) -> None:
    page = (await planner.show()).page
    rows = [
        {"id": 1, "name": "Bakeries", "stop_count": 18, "weekdays": ["Mon", "Thu"],
         "vehicle": {"id": 7, "label": "Van 7"}},
        {"id": 2, "name": "Clinics", "stop_count": 4, "weekdays": [], "vehicle": None},
    ]  # fmt: skip
    used: list[str] = []

    async def listed(route: Route) -> None:
        words = route.request.url.partition("q=")[2].partition("&")[0]
        found = [row for row in rows if words.lower() in str(row["name"]).lower()]
        await route.fulfill(json={"status": "success", "data": found})

    async def use(route: Route) -> None:
        used.append(route.request.url)
        await route.fulfill(status=409, json={"error": {"message": "Not now"}})

    await page.route("**/api/v1/route_templates?*", listed)
    await page.route("**/api/v1/route_templates/*/use", use)
    await page.get_by_role("button", name="New plan, or a template").click()
    await page.get_by_role("menuitem", name="Use a template…").click()
    dialog = page.get_by_role("dialog", name="Which template?")
    options = dialog.get_by_role("option")
    await expect(options.nth(0)).to_contain_text("18 stops · Mon, Thu · Van 7")
    await expect(options.nth(1)).to_contain_text("4 stops")
    await no_barrier(page)
    box = await dialog.bounding_box()
    assert box is not None
    assert box["height"] < 300
    await page.keyboard.type("clin")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("plan-note")).to_contain_text("Not now")
    assert [one.endswith("/route_templates/2/use") for one in used] == [True]


def an_offer(number: int) -> dict[str, Any]:
    return {
        "id": number, "kind": "vehicle_down", "status": "open", "effect": {}, "changes": [],
        "words": f"Van {number} is out: Van 2 can take 9 stops of it and fetch all of it there",
        "moves": [], "expires_at": "2999-01-01T00:00:00Z",
    }  # fmt: skip


async def test_what_is_said_of_a_suggestion_is_seen_beside_the_open_list(planner: Planner) -> None:
    planner.desk.offers = [an_offer(number) for number in range(1, 9)]
    page = (await planner.show()).page
    await page.get_by_test_id("plan-suggestions").click()
    panel = page.get_by_role("region", name="Suggestions")
    await panel.get_by_role("button", name="Accept").first.click()
    note = page.get_by_test_id("plan-note")
    await expect(note.get_by_role("button", name="Undo")).to_be_visible()
    above, below = await panel.bounding_box(), await note.bounding_box()
    assert above is not None
    assert below is not None
    assert above["height"] > 200
    assert above["y"] + above["height"] <= below["y"]


async def test_the_page_says_how_to_publish_by_keys(planner: Planner) -> None:
    planner.desk.board = a_board(1, 2, 0)
    page = (await planner.show()).page
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys of this page")).to_contain_text("Shift + P")
