"""A whole day of a fleet of its real size, in a browser: 300 deliveries planned in one click for 25
drivers, arranged by hand until windows break, taken back, published, and served to the drivers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.planning.board import Board, Row
from tests.builders.orders import an_order, stored_together
from tests.builders.people import Person, a_person
from tests.builders.plans import Office, an_office, at, ids, row
from tests.e2e.conftest import sign_in

PATIENCE_MS = 120_000
VANS, ORDERS, MOST_LEFT = 25, 300, 10
LANE, HEAD = 34, 50
"""The heights of a row of the timeline, and of a route's name in the list."""


@pytest.fixture
async def office(backstage: Container) -> Office:
    """Vans and deliveries all over a town; each is wanted within three hours of the day."""
    office = await an_office(backstage, vans=VANS, orders=0)
    orders = []
    for number in range(ORDERS):
        opens = at(office.day, 8 + number % 5)
        orders.append(an_order(
            office.fleet_id, lat=60.15 + number * 37 % ORDERS / 3000,
            lon=24.8 + number * 101 % ORDERS / 1200, due_on=office.day, service_minutes=4,
            weight_kg=6, contact_name=f"Customer {number + 1}", window_from=opens,
            window_to=opens + timedelta(hours=3),
        ))  # fmt: skip
    office.orders.extend(await stored_together(backstage, orders))
    return office


@pytest.fixture
async def dispatcher(backstage: Container, office: Office) -> Person:
    return await a_person(backstage, Role.DISPATCHER, office.fleet_id)


async def test_a_day_is_planned_arranged_and_published(
    page: Page, office: Office, dispatcher: Person
) -> None:
    await opened(page, dispatcher)
    await planned(page)
    board = await board_of(page, office)
    assert board.totals.stops >= ORDERS - MOST_LEFT
    assert board.totals.late_stops == 0
    await expect(page.get_by_test_id("plan-totals")).to_contain_text(f"{board.totals.stops} stops")

    source, target = chosen(board)
    moving = [stop.order.delivery_id for stop in source.stops[:3]]
    await brought_up(page, board, source)
    for number, one in enumerate(moving, start=1):
        await dragged(page, page.get_by_test_id(f"stop-{one}"), board.rows.index(target), target)
        await settled(page, board.version + number)
        await flagged(page, target, number)
    after = await office.plans.board(office.actor, board.id)
    assert ids(after, target.key) == [*ids(board, target.key), *moving]

    await taken_back(page, board.version + 3, late=3)
    assert await publish_from(page) == board.totals.rows
    final = await office.plans.board(office.actor, board.id)
    assert orders_of(final) == orders_of(board)
    others = [one for one in final.rows if one.stops and one.key not in {source.key, target.key}]
    for one in (row(final, source.key), row(final, target.key), *others[:4]):
        await served(page, office, one)


async def opened(page: Page, person: Person) -> None:
    """Tomorrow on the planning page, nothing of it planned yet."""
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto("/planning")
    tomorrow = page.get_by_role("button", name="Tomorrow")
    await tomorrow.click(timeout=PATIENCE_MS)
    await expect(tomorrow).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Make a plan").click(timeout=PATIENCE_MS)
    board = page.get_by_test_id("planning")
    await expect(board).to_have_attribute("data-state", "ready", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("tray-count")).to_have_text(str(ORDERS))


async def planned(page: Page) -> None:
    """One click, and its result on the board."""
    await page.get_by_role("button", name="How to plan").click()
    await page.get_by_role("menuitemradio", name="Take 10 seconds").click()
    await page.get_by_test_id("plan-everything").click()
    await expect(page.get_by_test_id("plan-job")).to_be_visible(timeout=PATIENCE_MS)
    note = page.get_by_test_id("plan-note")
    await expect(note).to_contain_text("The plan is ready", timeout=PATIENCE_MS)


async def board_of(page: Page, office: Office) -> Board:
    """The only plan of the day, which the page shows."""
    (plan,) = await office.plans.plans(office.actor, office.day)
    assert plan.id
    board = await office.plans.board(office.actor, plan.id)
    await settled(page, board.version)
    return board


async def settled(page: Page, version: int) -> None:
    """Until the server has made the step, and everything else that was under way."""
    board = page.get_by_test_id("planning")
    await expect(board).to_have_attribute("data-version", str(version), timeout=PATIENCE_MS)
    await expect(board).to_have_attribute("data-busy", "false", timeout=PATIENCE_MS)


def chosen(board: Board) -> tuple[Row, Row]:
    """A route whose first three stops are all wanted before the other one makes its last."""
    target = max((one for one in board.rows if one.stops), key=lambda one: one.stops[-1].departs_at)
    ends = target.stops[-1].departs_at
    for one in board.rows:
        first = one.stops[:3]
        early = all(stop.order.windows[0].ends < ends for stop in first)
        if one is not target and len(first) == 3 and early:
            return one, target
    raise AssertionError("no route of the plan begins with three early stops")


async def brought_up(page: Page, board: Board, source: Row) -> None:
    """All routes folded but one, whose stops are in view."""
    await page.get_by_role("button", name="Fold all").click()
    scrolled = page.locator(".plan-routes .plan-scroll")
    top = HEAD * board.rows.index(source)
    await scrolled.evaluate("(list, top) => { list.scrollTop = top; }", top)
    await page.get_by_role("button", name=f"Show the stops of {source.driver}", exact=True).click()
    await expect(page.get_by_test_id(f"stop-{source.stops[0].order.delivery_id}")).to_be_visible()
    await scrolled.evaluate("(list, top) => { list.scrollTop = top; }", top)


async def dragged(page: Page, what: Locator, lane: int, target: Row) -> None:
    """Take a stop of the list to the end of a row of the timeline, and let it go there."""
    scroller = page.locator(".plan-time-scroll")
    box = await page.locator(".plan-lane-area canvas").bounding_box()
    assert box
    end = box["x"] + box["width"] - 60
    await what.hover()
    await page.mouse.down()
    await page.mouse.move(end - 30, box["y"] + box["height"] / 2, steps=4)
    # Only now: on its way across the edge of the timeline the pointer scrolls it.
    scroll = "(box, top) => { box.scrollTop = top; return box.scrollTop; }"
    top = await scroller.evaluate(scroll, LANE * (lane - 3))
    await page.mouse.move(end, box["y"] + LANE * (lane + 0.5) - top, steps=4)
    await expect(page.locator(".plan-ghost")).to_contain_text(f"{target.driver}, stop")
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
    await page.mouse.up()


async def flagged(page: Page, target: Row, late: int) -> None:
    """The window that broke just now is told in words, and counted."""
    await expect(page.get_by_test_id("plan-pick").locator(".plan-told").first).to_contain_text(
        "after the window"
    )
    moved = f"moved to {target.driver}, stop {len(target.stops) + late}: "
    late_by = re.compile(
        re.escape(moved) + r"(\d+ (min|h( \d+ min)?) after the window ends at|1 stop more late)"
    )
    await expect(page.get_by_test_id("plan-note")).to_contain_text(late_by)
    await expect(page.get_by_test_id("plan-totals")).to_contain_text(f"{late} late")


async def taken_back(page: Page, version: int, *, late: int) -> None:
    """Step by step, until nothing is late any more."""
    totals = page.get_by_test_id("plan-totals")
    for left in range(late, 0, -1):
        await expect(totals).to_contain_text(f"{left} late")
        await page.keyboard.press("Control+z")
        version += 1
        await settled(page, version)
    await expect(totals).not_to_contain_text("late")


async def publish_from(page: Page) -> int:
    """Publish; how many routes the page says that it published."""
    await page.get_by_test_id("plan-publish").click()
    dialog = page.get_by_role("dialog", name="Publish")
    await expect(dialog).to_contain_text("on the phone at once", timeout=PATIENCE_MS)
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    note = page.get_by_test_id("plan-note")
    await expect(note).to_contain_text("routes published.", timeout=PATIENCE_MS)
    found = re.match(r"\d+", await note.inner_text())
    assert found
    return int(found[0])


async def served(page: Page, office: Office, planned: Row) -> None:
    """The driver of a row is given exactly that row."""
    address = f"/api/v1/drivers/{planned.driver_id}/assignments?date={office.day.isoformat()}"
    answer = await page.request.get(address)
    assert answer.status == 200, await answer.text()
    (route,) = (await answer.json())["data"]["routes"]
    assert route["vehicle_id"] == planned.vehicle_id
    assert [_stop(one) for one in route["stops"]] == [
        (one.order.delivery_id, f"{one.arrives_at:%Y-%m-%dT%H:%M:%SZ}") for one in planned.stops
    ]


def _stop(served: dict[str, Any]) -> tuple[int, str]:
    return served["delivery"]["id"], served["planned"]["arrival"]


def orders_of(board: Board) -> dict[str, list[int]]:
    """The deliveries of every row in their order."""
    return {one.key: ids(board, one.key) for one in board.rows}
