"""The lists of records: finding, arranging, acting on many, views, keys, and live cells."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.orders import deliveries
from tests.builders.people import Person, a_person, a_vehicle
from tests.e2e.conftest import Cast, sign_in
from tests.product import Product

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def manager(backstage: Container, cast: Cast) -> Person:
    return await a_person(backstage, Role.FLEET_MANAGER, cast.fleet_id)


async def opened(page: Page, person: Person, path: str) -> Locator:
    """The rows of a list."""
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto(path)
    await expect(count(page)).not_to_contain_text("Loading", timeout=PATIENCE_MS)
    return page.get_by_test_id("record-grid").locator(".ag-row")


def count(page: Page) -> Locator:
    return page.get_by_test_id("record-count")


async def test_search_filter_order_and_columns(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 3, address="Bulevardi 5", weight_kg=4)
    await deliveries(backstage, cast.fleet_id, 2, address="Arkadiankatu 1", weight_kg=40)
    rows = await opened(page, manager, "/deliveries")
    await expect(count(page)).to_have_text("5 deliveries", timeout=PATIENCE_MS)
    await page.get_by_test_id("list-search").fill("bulevardi")
    await expect(count(page)).to_have_text("3 deliveries found")
    await page.get_by_test_id("list-search").fill("")
    await expect(count(page)).to_have_text("5 deliveries")

    await page.get_by_role("button", name="Filter").click()
    form = page.get_by_test_id("filter-form")
    await form.get_by_label("Weight (kg) from").fill("10")
    await form.get_by_role("button", name="Apply").click()
    await expect(count(page)).to_have_text("2 deliveries found")
    await page.get_by_test_id("chips").get_by_role("button", name="Weight").click()
    await expect(count(page)).to_have_text("5 deliveries")

    await page.get_by_role("columnheader", name="Drop-off address").click()
    await expect(rows.first).to_contain_text("Arkadiankatu")
    await page.get_by_role("columnheader", name="Drop-off address").click()
    await expect(rows.first).to_contain_text("Bulevardi")

    await page.get_by_role("button", name="Columns").click()
    for name in ("Customer", "Contact phone"):
        await page.get_by_role("checkbox", name=name, exact=True).click()
    await expect(page.get_by_role("checkbox", name="Contact phone")).to_be_checked()
    await page.keyboard.press("Escape")
    header = page.locator(".ag-header-cell")
    await expect(header.and_(page.locator('[col-id="customer_id"]'))).to_have_count(0)
    await expect(header.and_(page.locator('[col-id="address"]'))).to_have_count(1)


async def test_many_are_deleted_and_brought_back(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    for _ in range(3):
        await a_vehicle(backstage, cast.fleet_id)
    await opened(page, manager, "/vehicles")
    await expect(count(page)).to_have_text("4 vehicles", timeout=PATIENCE_MS)
    boxes = page.get_by_role("checkbox", name="Select Van")
    await boxes.nth(0).click()
    await boxes.nth(1).click()
    bar = page.get_by_test_id("selection-bar")
    await expect(bar).to_contain_text("2 selected")
    await bar.get_by_role("button", name="Delete").click()
    await expect(count(page)).to_have_text("2 vehicles")
    await page.get_by_role("button", name="Undo").click()
    await expect(count(page)).to_have_text("4 vehicles")


async def test_many_deliveries_get_a_status(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 2)
    rows = await opened(page, manager, "/deliveries")
    await expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    await page.get_by_role("checkbox", name="Select all loaded rows").click()
    await page.get_by_role("button", name="Set status").click()
    dialog = page.get_by_role("dialog", name="Set the status of 2 deliveries")
    await dialog.get_by_label("New status").select_option("cancelled")
    await dialog.get_by_label("Why").select_option("sender_request")
    await dialog.get_by_role("button", name="Set status").click()
    await expect(dialog).to_have_count(0)
    await expect(rows.filter(has_text="Cancelled")).to_have_count(2)


async def test_a_view_is_saved_left_and_chosen_again(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 2, address="Bulevardi 5")
    await deliveries(backstage, cast.fleet_id, 1, address="Arkadiankatu 1")
    await opened(page, manager, "/deliveries")
    await page.get_by_test_id("list-search").fill("bulevardi")
    await expect(count(page)).to_have_text("2 deliveries found", timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("button", name="Save as a new view").click()
    dialog = page.get_by_role("dialog", name="Save this view")
    await dialog.get_by_label("Name").fill("On the boulevard")
    await dialog.get_by_role("button", name="Save").click()
    menu = page.locator("button[popovertarget=views]").first
    await expect(menu).to_have_text("On the boulevard")
    await menu.click()
    await page.get_by_role("button", name="All deliveries").click()
    await expect(count(page)).to_have_text("3 deliveries")
    await menu.click()
    begin = page.get_by_role("button", name="Begin with the view On the boulevard")
    await begin.click()
    await expect(begin).to_have_attribute("aria-pressed", "true")  # the server has said so
    await page.goto("/vehicles")
    await expect(count(page)).to_have_text("1 vehicle", timeout=PATIENCE_MS)
    await page.goto("/deliveries")
    await expect(count(page)).to_have_text("2 deliveries found", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("list-search")).to_have_value("bulevardi")


async def test_the_address_brings_the_list_back(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 2, address="Bulevardi 5")
    await deliveries(backstage, cast.fleet_id, 1, address="Arkadiankatu 1")
    await opened(page, manager, "/deliveries")
    search = page.get_by_test_id("list-search")
    await page.evaluate("window.stayed = true")
    await search.press_sequentially("bulevardi", delay=50)
    await expect(count(page)).to_have_text("2 deliveries found")
    await expect(search).to_have_value("bulevardi")
    await expect(page).to_have_url(re.compile(r"/deliveries/?\?q=bulevardi$"))
    tab = page.get_by_role("group", name="Ready views").get_by_role("button", name="Unassigned")
    await tab.click()
    await expect(count(page)).to_have_text("3 deliveries found")
    await page.get_by_role("columnheader", name="Drop-off address").click()
    await expect(page).to_have_url(re.compile(r"view=unassigned&.*sort=address"))

    await page.go_back()
    await expect(page).to_have_url(re.compile(r"\?view=unassigned$"))
    await page.go_back()
    await expect(search).to_have_value("bulevardi")
    await expect(count(page)).to_have_text("2 deliveries found")
    await page.go_forward()
    await expect(tab).to_have_attribute("aria-pressed", "true")
    await expect(search).to_have_value("")
    assert await page.evaluate("window.stayed")  # the page was loaded once

    await page.reload()
    await expect(tab).to_have_attribute("aria-pressed", "true")
    await expect(page).to_have_url(re.compile(r"\?view=unassigned$"))
    await page.goto("/deliveries?q=arkadian")
    await expect(count(page)).to_have_text("1 delivery found")
    await page.goto("/deliveries")
    await expect(count(page)).to_have_text("3 deliveries")


async def test_the_back_button_leads_to_the_list_as_it_was_opened(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 2, address="Bulevardi 5")
    await deliveries(backstage, cast.fleet_id, 1, address="Arkadiankatu 1")
    await opened(page, manager, "/deliveries?q=bulevardi&sort=-address")
    search, found = page.get_by_test_id("list-search"), re.compile(r"q=bulevardi&sort=-address$")
    await expect(count(page)).to_have_text("2 deliveries found")
    tab = page.get_by_role("group", name="Ready views").get_by_role("button", name="Unassigned")
    await tab.click()
    await expect(count(page)).to_have_text("3 deliveries found")
    await expect(page).to_have_url(re.compile(r"\?view=unassigned$"))
    header = page.locator('.ag-header-cell[col-id="address"]')
    await expect(header).not_to_have_attribute("aria-sort", "descending")

    await page.go_back()
    await expect(search).to_have_value("bulevardi")
    await expect(count(page)).to_have_text("2 deliveries found")
    await expect(header).to_have_attribute("aria-sort", "descending")
    await expect(tab).to_have_attribute("aria-pressed", "false")
    await expect(page).to_have_url(found)
    await page.go_forward()
    await expect(tab).to_have_attribute("aria-pressed", "true")
    await expect(count(page)).to_have_text("3 deliveries found")
    await page.go_back()
    await expect(page).to_have_url(found)
    await expect(count(page)).to_have_text("2 deliveries found")


async def test_escape_empties_the_search_and_nothing_else(
    page: Page, manager: Person, cast: Cast, backstage: Container
):
    await deliveries(backstage, cast.fleet_id, 2, address="Bulevardi 5")
    await deliveries(backstage, cast.fleet_id, 1, address="Arkadiankatu 1")
    await opened(page, manager, "/deliveries")
    search = page.get_by_test_id("list-search")
    await page.get_by_role("group", name="Ready views").get_by_role("button", name="Un").click()
    await search.fill("bulevardi")
    await expect(count(page)).to_have_text("2 deliveries found")
    await search.press("Escape")
    await expect(count(page)).to_have_text("3 deliveries found")
    await expect(search).to_have_value("")
    await expect(search).to_be_focused()
    await expect(page.get_by_test_id("chips")).to_contain_text("Status")


async def test_a_view_that_somebody_else_changed_is_asked_about(
    page: Page, manager: Person, cast: Cast, backstage: Container, product: Product
):
    await deliveries(backstage, cast.fleet_id, 2, address="Bulevardi 5")
    await opened(page, manager, "/deliveries")
    site = {"Origin": product.url}
    body = {"name": "Ours", "shared": True, "settings": {"words": "bule"}}
    made = await page.request.post("/api/v1/views?kind=deliveries", data=body, headers=site)
    address = f"/api/v1/views/{(await made.json())['data']['id']}"
    await page.goto(f"/deliveries?view={(await made.json())['data']['id']}")
    await expect(count(page)).to_have_text("2 deliveries found")
    body["settings"] = {"words": "arka"}
    assert (await page.request.put(address, data=body, headers=site)).ok
    await page.get_by_test_id("list-search").fill("bulevardi")
    menu = page.locator("button[popovertarget=views]").first
    await menu.click()
    await page.get_by_role("button", name="Update this view").click()
    dialog = page.get_by_role("dialog", name="Somebody else changed this view")
    await expect(dialog).to_contain_text("Ours")
    await expect(page.get_by_test_id("list-search")).to_have_value("bulevardi")
    await dialog.get_by_role("button", name="Replace theirs with mine").click()
    await expect(dialog).to_have_count(0)
    kept = await (await page.request.get(address)).json()
    assert kept["data"]["settings"]["words"] == "bulevardi"


async def test_a_live_cell_moves_without_a_reload(page: Page, manager: Person, cast: Cast):
    now = datetime.now(UTC)
    await cast.driver.post(60.1699, 24.9384, (now - timedelta(seconds=40)).isoformat(), speed=0)
    rows = await opened(page, manager, "/vehicles")
    await page.evaluate("window.stayed = true")
    await expect(rows.first).to_contain_text("Idle", timeout=PATIENCE_MS)
    for seconds in (20, 10, 0):
        at = now - timedelta(seconds=seconds)
        await cast.driver.post(60.17 - seconds / 1e5, 24.94, at.isoformat(), speed=12)
    await expect(rows.first).to_contain_text("Moving", timeout=PATIENCE_MS)
    assert await page.evaluate("window.stayed")


async def test_what_others_add_appears_without_a_reload(
    page: Page, manager: Person, product: Product
):
    await opened(page, manager, "/vehicles")
    await expect(count(page)).to_have_text("1 vehicle", timeout=PATIENCE_MS)
    number = f"NEW-{manager.fleet_id}"
    answer = await page.request.post(
        "/api/v1/vehicles",
        data={"name": "New van", "registration_number": number},
        headers={"Origin": product.url},
    )
    assert answer.status == 201, await answer.text()
    await expect(count(page)).to_have_text("2 vehicles", timeout=PATIENCE_MS)


async def test_keys_search_and_create(page: Page, manager: Person):
    await opened(page, manager, "/vehicles")
    await page.keyboard.press("/")
    await expect(page.get_by_test_id("list-search")).to_be_focused()
    await page.keyboard.press("n")
    await expect(page.get_by_test_id("list-search")).to_have_value("n")
    await page.locator("h1").click()
    await page.keyboard.press("n")
    await page.wait_for_url("**/vehicles/new", timeout=PATIENCE_MS)


async def test_a_dispatcher_is_led_only_to_what_a_dispatcher_may_see(page: Page, cast: Cast):
    await opened(page, cast.dispatcher, "/depots")
    section = page.get_by_role("navigation", name="Section")
    await expect(section.get_by_role("link", name="Documents")).to_be_visible()
    await expect(section.get_by_role("link", name="Users")).to_have_count(0)
    company = page.get_by_role("navigation", name="Main").get_by_role("link", name="Company")
    await expect(company).to_have_attribute("href", "/depots")
    await expect(page.get_by_test_id("create")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
async def test_axe_finds_no_serious_barrier(
    page: Page, manager: Person, cast: Cast, backstage: Container, scheme: str, width: int
):
    await deliveries(backstage, cast.fleet_id, 2)
    await page.set_viewport_size({"width": width, "height": 844})
    await page.emulate_media(color_scheme=scheme)
    rows = await opened(page, manager, "/deliveries")
    await expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    await page.get_by_role("checkbox", name="Select all loaded rows").click()
    await page.get_by_role("button", name="Views").click()
    await no_barrier(page)
