"""What the planning board says before it publishes, and what it asks of a run."""

from __future__ import annotations

import asyncio
import re

import msgspec
from playwright.async_api import Route, expect

from fleet_app.planning.publication.publishing import RowNews
from tests.web.planner import Planner, built, desk, planner, site
from tests.web.planning_page import a_board, at

__all__ = ["built", "desk", "planner", "site"]


def news(key: str, what: str, words: str, *, tells: bool = True) -> RowNews:
    return RowNews(
        key=key, vehicle=f"Van {key}", driver=f"Driver {key}", what=what, words=words, tells=tells
    )


async def test_publishing_is_told_beforehand_as_the_server_sees_it(planner: Planner) -> None:
    """A route that has no row any more is named as well, and what stays behind comes first."""
    planner.desk.board = msgspec.structs.replace(a_board(3, 3, 0), published_at=at(6), changed=True)
    planner.desk.forecast = [
        news("1", "changed", "2 stops added"),
        news("2", "unchanged", "", tells=False),
        news("3", "refused", "needs a vehicle that can be used", tells=False),
        news("9", "removed", "its route is deleted"),
    ]
    page = (await planner.show()).page
    await page.get_by_test_id("plan-publish").click()
    dialog = page.get_by_role("dialog", name="Publish what changed")
    await expect(dialog).to_contain_text("2 drivers see this on the phone at once")
    lines = dialog.get_by_role("listitem")
    told = [re.sub(r"\s+", " ", text) for text in await lines.all_inner_texts()]
    assert told == [
        "Driver 3 Van 3 needs a vehicle that can be used Stays behind",
        "Driver 1 Van 1 2 stops added Changed",
        "Driver 9 Van 9 its route is deleted Taken back",
    ]
    await dialog.get_by_role("button", name="Publish the changes").click()
    (sent,) = await planner.asked("/publish")
    assert sent.method == "POST"


async def test_publishing_is_seen_to_go_on_until_it_is_answered(planner: Planner) -> None:
    planner.desk.forecast = [news("1", "published", "4 stops")]
    page = (await planner.show()).page
    answered = asyncio.Event()

    async def held(route: Route) -> None:
        await answered.wait()
        await route.fulfill(status=409, json={"error": {"message": "Not now"}})

    await page.route("**/plans/1/publish", held)
    await page.get_by_test_id("plan-publish").click()
    dialog = page.get_by_role("dialog", name="Publish Plan")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(dialog.get_by_role("button", name="Publishing…")).to_be_disabled()
    await dialog.locator("footer, .popover-actions").get_by_text("Close").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_test_id("plan-publish")).to_have_text("Publishing…")
    answered.set()
    await expect(page.get_by_test_id("plan-publish")).to_have_text("Publish")
    await expect(page.get_by_test_id("plan-note")).to_contain_text("Not now")


async def test_taking_back_keeps_its_dialog_until_it_is_answered(planner: Planner) -> None:
    planner.desk.board = msgspec.structs.replace(a_board(3, 3, 0), published_at=at(6))
    page = (await planner.show()).page
    answered = asyncio.Event()

    async def held(route: Route) -> None:
        await answered.wait()
        await route.fulfill(status=409, json={"error": {"message": "Not now"}})

    await page.route("**/plans/1/recall", held)
    await page.get_by_role("button", name="More about publishing").click()
    await page.get_by_role("menuitem", name="Take it back").click()
    dialog = page.get_by_role("dialog", name="Take Plan back?")
    await dialog.get_by_role("button", name="Take it back").click()
    await expect(dialog.get_by_role("button", name="Taking it back…")).to_be_disabled()
    answered.set()
    await expect(dialog).to_have_count(0)


async def test_where_everything_stays_behind_nothing_can_be_published(planner: Planner) -> None:
    planner.desk.forecast = [news("1", "refused", "needs a driver", tells=False)]
    page = (await planner.show()).page
    await page.get_by_test_id("plan-publish").click()
    dialog = page.get_by_role("dialog", name="Publish Plan")
    await expect(dialog).to_contain_text("Nothing that a driver could see is new")
    await expect(dialog).to_contain_text("needs a driver")
    await expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_disabled()


async def test_a_run_takes_as_long_as_suits_unless_somebody_says(planner: Planner) -> None:
    page = (await planner.show()).page
    await page.get_by_role("button", name="How to plan").click()
    entries = page.get_by_role("menuitemradio")
    first = entries.filter(has_text="As long as suits the day")
    await expect(first).to_have_attribute("aria-checked", "true")
    await entries.filter(has_text="Take half an hour").click()
    await page.get_by_test_id("plan-everything").click()
    await page.get_by_role("button", name="How to plan").click()
    await entries.filter(has_text="As long as suits the day").click()
    await page.get_by_test_id("plan-everything").click()
    asked = await planner.asked("/optimise", 2)
    sent = [msgspec.json.decode(one.body)["seconds"] for one in asked]
    assert sent == [1800, None]
