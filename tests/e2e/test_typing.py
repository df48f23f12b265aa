"""Typing key by key on a slow connection: what is typed stays, and dialogs are ready for it."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.orders import deliveries
from tests.builders.people import Person, a_person, a_vehicle
from tests.e2e.conftest import Cast, sign_in

PATIENCE_MS = 20_000
SLOWNESS_S = 0.7
KEY_MS = 120
WORDS = "HC-5519009"
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def manager(backstage: Container, cast: Cast) -> Person:
    return await a_person(backstage, Role.FLEET_MANAGER, cast.fleet_id)


async def slowed(page: Page) -> None:
    """Let everything that the server says to the page arrive late, in its order."""

    def connect(page_side: WebSocketRoute) -> None:
        loop = asyncio.get_running_loop()
        server = page_side.connect_to_server()
        server.on_message(lambda message: loop.call_later(SLOWNESS_S, page_side.send, message))

    await page.route_web_socket(re.compile("_event"), connect)


async def opened(page: Page, person: Person, path: str) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto(path)


async def typed(page: Page, box: Locator, words: str) -> None:
    """Type as people do; Playwright's `fill` sets the whole text at once."""
    await box.click()
    await page.keyboard.type(words, delay=KEY_MS)


async def test_a_list_keeps_every_letter_that_is_typed_before_the_server_answers(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 1, address=f"{WORDS} Street")
    await deliveries(backstage, cast.fleet_id, 2)
    await slowed(page)
    await opened(page, manager, "/deliveries")
    count = page.get_by_test_id("record-count")
    await expect(count).to_have_text("3 deliveries")
    box = page.get_by_test_id("list-search")
    await typed(page, box, WORDS)
    await expect(box).to_have_value(WORDS)
    await expect(count).to_have_text("1 delivery found")
    await expect(box).to_have_value(WORDS)
    await expect(page).to_have_url(re.compile(f"q={WORDS}"))

    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("button", name="All deliveries").click()
    await expect(box).to_have_value("")
    await expect(count).to_have_text("3 deliveries")


async def test_the_overview_keeps_every_letter_and_its_chip_empties_the_box(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await slowed(page)
    await opened(page, manager, "/")
    box = page.get_by_test_id("search")
    await typed(page, box, WORDS)
    await expect(box).to_have_value(WORDS)
    chip = page.get_by_test_id("search-chip")
    await expect(chip).to_contain_text(WORDS)
    await expect(box).to_have_value(WORDS)
    await chip.click()
    await expect(box).to_have_value("")
    await expect(chip).to_have_count(0)


async def test_a_view_is_named_and_saved_with_the_keyboard_alone(
    page: Page, manager: Person, cast: Cast
):
    await opened(page, manager, "/deliveries")
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("button", name="Save as a new view").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("Harbour", delay=KEY_MS)
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Harbour").first).to_be_visible()


async def test_a_step_asks_for_its_reason_and_escape_only_closes_the_question(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    (delivery,) = await deliveries(backstage, cast.fleet_id, 1)
    await opened(page, manager, f"/deliveries/{delivery}")
    await page.get_by_role("button", name="Cancel delivery").click()
    question = page.get_by_test_id("why")
    await expect(question.get_by_label("Reason")).to_be_focused()
    await question.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("alert").get_by_text("Choose a reason.")).to_be_visible()
    await expect(question.get_by_label("Reason")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(page).to_have_url(re.compile(f"/deliveries/{delivery}$"))


async def test_taking_a_change_back_leaves_what_is_typed_in_its_field(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    vehicle = await a_vehicle(backstage, cast.fleet_id)
    await opened(page, manager, f"/vehicles/{vehicle}")
    name = page.locator("form.record-form input[name=name]")
    await name.fill("Renamed")
    await page.get_by_test_id("save").click()
    await expect(page.get_by_role("heading", name="Renamed")).to_be_visible()
    await name.fill("Half a thought")
    await expect(page.get_by_test_id("record-form")).to_have_attribute("data-dirty", "true")
    await page.get_by_role("heading", name="Renamed").click()
    await page.keyboard.press("u")
    await expect(page.get_by_role("heading", name="Renamed")).to_have_count(0)
    await expect(name).to_have_value("Half a thought")
    await expect(page.get_by_test_id("record-form")).to_have_attribute("data-dirty", "true")


async def test_a_phone_shows_the_facts_of_a_row_and_every_page(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 1, address="Bulevardi 5")
    await page.set_viewport_size({"width": 390, "height": 844})
    await opened(page, manager, "/deliveries")
    row = page.get_by_test_id("record-grid").locator(".grid-card").first
    await expect(row).to_contain_text("Bulevardi 5")
    await expect(row).to_be_in_viewport(ratio=1)
    pages = page.get_by_role("navigation", name="Main")
    await expect(pages.get_by_role("link", name="Settings")).to_be_hidden()
    await pages.get_by_role("button", name="More").click()
    await pages.get_by_role("link", name="Settings").click()
    await page.wait_for_url("**/settings")
