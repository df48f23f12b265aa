"""A plan arranged by hand in a browser, over the real API: stops dragged, windows that break, steps
taken back, a route that stays at home, and a journey by keys alone."""

from __future__ import annotations

import datetime as dt
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from tests.builders.people import Person, a_person
from tests.builders.plans import Office, an_office, at
from tests.e2e.conftest import sign_in

PATIENCE_MS = 60_000
LANE = 34
"""The height of a row of the timeline."""


@pytest.fixture
async def office(backstage: Container) -> Office:
    return await an_office(backstage, vans=2, orders=6)


@pytest.fixture
async def dispatcher(backstage: Container, office: Office) -> Person:
    return await a_person(backstage, Role.DISPATCHER, office.fleet_id)


async def filled(office: Office, *, publish: bool = False) -> Board:
    """A plan with three stops for each van."""
    plans, board = office.plans, await office.plan()
    for key, some in (("1", office.orders[:3]), ("2", office.orders[3:])):
        move = edits.Move(tuple(some), key, 0)
        board = await plans.edit(office.actor, board.id, board.version, move)
    if publish:
        board, _ = await plans.publish(office.actor, board.id, board.version)
    return board


async def opened(page: Page, person: Person, day: dt.date) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto(f"/planning?day={day.isoformat()}")
    board = page.get_by_test_id("planning")
    await expect(board).to_have_attribute("data-state", "ready", timeout=PATIENCE_MS)


async def settled(page: Page, version: int) -> None:
    """Until the server has made the step, and everything else that was under way."""
    board = page.get_by_test_id("planning")
    await expect(board).to_have_attribute("data-version", str(version), timeout=PATIENCE_MS)
    await expect(board).to_have_attribute("data-busy", "false", timeout=PATIENCE_MS)


async def order_of(office: Office, board: Board) -> dict[str, list[int]]:
    """What the server has on each row."""
    known = await office.plans.board(office.actor, board.id)
    return {row.key: [s.order.delivery_id for s in row.stops] for row in known.rows}


async def dragged(page: Page, what: Locator, lane: int) -> None:
    """Take something to the end of a row of the timeline, and let it go there."""
    await what.hover()
    await page.mouse.down()
    box = await page.locator(".plan-lane-area canvas").bounding_box()
    assert box
    for off in (90, 60):
        point = (box["x"] + box["width"] - off, box["y"] + LANE * (lane + 0.5))
        await page.mouse.move(*point, steps=4)
    ghost = page.locator(".plan-ghost")
    await expect(ghost).to_contain_text("3 stops")
    await expect(ghost).to_contain_text("Driver 2, stop 8")
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
    await page.mouse.up()


async def routes_of(page: Page, office: Office, driver: int) -> list[dict[str, Any]]:
    address = f"/api/v1/drivers/{office.drivers[driver]}/assignments?date={office.day.isoformat()}"
    answer = await page.request.get(address)
    assert answer.status == 200, await answer.text()
    routes: list[dict[str, Any]] = (await answer.json())["data"]["routes"]
    return routes


async def test_three_stops_are_dragged_at_once_flagged_and_taken_back(
    page: Page, office: Office, dispatcher: Person
) -> None:
    """One of them is wanted early, and first on its row: behind seven others it is late."""
    early = at(office.day, 7)
    window = {"window_from": early, "window_to": early + timedelta(minutes=25)}
    office.orders[0] = await office.order(**window)
    office.orders.extend([await office.order() for _ in range(4)])
    board = await filled(office)
    assert board.totals.late_stops == 0
    await opened(page, dispatcher, office.day)
    mine, others = office.orders[:3], office.orders[3:]
    await page.get_by_test_id(f"stop-{mine[0]}").click()
    await page.get_by_test_id(f"stop-{mine[2]}").click(modifiers=["Shift"])
    await expect(page.get_by_test_id("plan-pick")).to_contain_text("3 stops chosen")

    moving = page.get_by_test_id(f"stop-{mine[1]}")
    await dragged(page, moving, lane=1)
    await settled(page, board.version + 1)
    assert await order_of(office, board) == {"1": [], "2": [*others, *mine]}
    late = page.get_by_test_id(f"stop-{mine[0]}")
    await expect(late).to_have_attribute("data-look", "late")
    await expect(late.locator(".plan-told")).to_contain_text("after the window")
    row = page.get_by_test_id("row-2")
    await expect(row.locator(".plan-trouble")).to_be_visible()
    await expect(page.get_by_test_id("plan-totals")).to_contain_text("1 late")
    note = page.get_by_test_id("plan-note")
    told = re.compile(r"3 stops moved to Driver 2: \d+ min after the window ends at 07:25")
    await expect(note).to_contain_text(told)

    await note.get_by_role("button", name="Undo").click()
    await settled(page, board.version + 2)
    assert await order_of(office, board) == {"1": mine, "2": others}
    # Nobody but the office has seen any of it.
    assert await routes_of(page, office, 0) == []


async def test_a_published_route_stays_at_home_and_leaves_its_driver(
    page: Page, office: Office, dispatcher: Person
) -> None:
    board = await filled(office, publish=True)
    await opened(page, dispatcher, office.day)
    publish = page.get_by_test_id("plan-publish")
    await expect(publish).to_have_text("Published")
    await expect(publish).to_be_disabled()
    assert len(await routes_of(page, office, 0)) == 1

    head = page.get_by_test_id("row-1")
    await head.get_by_role("button", name="What to do with Driver 1").click()
    await page.get_by_role("menuitem", name="Leave at home").click()
    await settled(page, board.version + 1)
    await expect(head).to_have_count(0)
    assert len(await routes_of(page, office, 0)) == 1  # until it is published

    await expect(publish).to_have_text("Publish changes")
    await publish.click()
    dialog = page.get_by_role("dialog", name="Publish what changed")
    gone = dialog.get_by_role("listitem").filter(has_text="Driver 1")
    await expect(gone).to_contain_text("Taken back", timeout=PATIENCE_MS)
    await expect(dialog).to_contain_text("1 driver sees this on the phone at once")
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await dialog.get_by_role("button", name="Publish the changes").click()
    await expect(page.get_by_test_id("plan-note")).to_contain_text(
        "1 route taken back", timeout=PATIENCE_MS
    )
    await expect(publish).to_be_disabled()
    assert await routes_of(page, office, 0) == []
    (left,) = await routes_of(page, office, 1)
    assert len(left["stops"]) == 3


async def test_a_day_is_arranged_and_published_by_keys_alone(
    page: Page, office: Office, dispatcher: Person
) -> None:
    board = await filled(office)
    first = office.orders[:3]
    await opened(page, dispatcher, office.day)
    keys = page.keyboard
    for _ in range(8):
        await keys.press("F6")
        part = "document.activeElement.closest('[data-part]')?.dataset.part"
        if await page.evaluate(part) == "routes":
            break
    for key in ("ArrowDown", "Space", "Alt+ArrowDown"):  # the first stop, one place down
        await keys.press(key)
    await settled(page, board.version + 1)
    assert (await order_of(office, board))["1"] == [first[1], first[0], first[2]]
    await keys.press("m")
    await expect(page.get_by_role("combobox", name="Search drivers and vehicles")).to_be_focused()
    await keys.type("driver 2")
    await keys.press("Enter")
    await settled(page, board.version + 2)
    assert first[0] in (await order_of(office, board))["2"]
    await keys.press("Control+z")
    await settled(page, board.version + 3)
    assert (await order_of(office, board))["1"] == [first[1], first[0], first[2]]
    # On the timeline, from stop to stop: the last of the first row goes off its route.
    for _ in range(8):
        await keys.press("F6")
        if await page.evaluate(part) == "timeline":
            break
    await keys.press("Escape")
    await keys.press("End")
    await expect(page.get_by_test_id("plan-said")).to_contain_text("Stop 3")
    await keys.press("Delete")
    await settled(page, board.version + 4)
    assert (await order_of(office, board))["1"] == [first[1], first[0]]
    publish = page.get_by_test_id("plan-publish")
    await publish.focus()
    await keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Publish")
    await expect(dialog.get_by_role("listitem")).to_have_count(2, timeout=PATIENCE_MS)
    await dialog.get_by_role("button", name="Publish", exact=True).press("Enter")
    await expect(page.get_by_test_id("plan-note")).to_contain_text(
        "2 routes published", timeout=PATIENCE_MS
    )
    assert len((await routes_of(page, office, 0))[0]["stops"]) == 2
