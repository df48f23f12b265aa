"""Departures of night shifts, and more deliveries than are shown, on the planning board."""

from __future__ import annotations

from datetime import datetime

import msgspec
from playwright.async_api import expect

from fleet_app.planning.board import Span
from tests.web.planner import Planner, built, desk, planner, site
from tests.web.planning_page import a_board, at

__all__ = ["built", "desk", "planner", "site"]


async def test_the_head_of_the_tray_says_how_many_more_wait(planner: Planner) -> None:
    tray = (await planner.show()).page.get_by_test_id("plan-tray")
    await expect(tray.get_by_role("status")).to_have_count(0)
    planner.desk.board = a_board(3, 4, 2, more_waiting=1_500)
    await planner.show()
    await expect(tray.get_by_role("status")).to_have_text(
        "1,500 more wait; the most urgent are shown"
    )


async def test_half_past_midnight_is_in_the_night_of_the_shift(planner: Planner) -> None:
    first, *others = planner.desk.board.rows
    night = msgspec.structs.replace(first, shift=Span(at(22), at(30)), starts_at=at(22))
    planner.desk.board = msgspec.structs.replace(planner.desk.board, rows=(night, *others))
    page = (await planner.show()).page
    await page.get_by_role("button", name="What to do with Aino Laine").click()
    await page.get_by_role("menuitem", name="Departure…").click()
    await page.get_by_label("Departure, by the clocks of Europe/Helsinki").fill("00:30")
    async with page.expect_request("**/plans/1/edits") as asked:
        await page.get_by_role("button", name="Set", exact=True).click()
    edit = (await asked.value).post_data_json["edit"]
    assert edit["do"] == "depart"
    assert datetime.fromisoformat(edit["at"]) == at(24.5)
