"""Forms and pages of records in a real browser: creating, correcting, meeting, undoing, living."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Customer, DeliveryStatus
from fleet_app.fleet.models import Vehicle
from tests.builders.barriers import no_barrier
from tests.builders.orders import a_delivery, stored
from tests.builders.people import Person, a_fleet, a_person, a_vehicle
from tests.e2e.conftest import sign_in
from tests.product import Product

PATIENCE_MS = 20_000
XSS = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def manager(backstage: Container) -> Person:
    return await a_person(backstage, Role.FLEET_MANAGER)


@pytest.fixture
async def office(page: Page, manager: Person) -> Page:
    """The browser of a signed-in fleet manager."""
    await enter(page, manager)
    return page


@pytest.fixture
async def other_page(browser: Browser, product: Product) -> AsyncIterator[Page]:
    """A second browser."""
    context = await browser.new_context(base_url=product.url)
    yield await context.new_page()
    await context.close()


async def enter(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)


async def open_record(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_test_id("record-form").wait_for(timeout=PATIENCE_MS)


async def vehicle(container: Container, number: int) -> Vehicle:
    async with container.work() as session:
        return await session.get_one(Vehicle, number)


async def test_a_vehicle_is_created_corrected_and_an_edit_taken_back(
    office: Page, backstage: Container
):
    await open_record(office, "/vehicles/new")
    await office.get_by_label("Payload").fill("minus one")
    await office.get_by_label("Volume").focus()
    await expect(office.locator("#field-capacity_kg-error")).to_contain_text("is not a number")
    await office.get_by_label("Payload").fill("1 100,5")
    await office.get_by_label("Volume").focus()
    await expect(office.locator("#field-capacity_kg-error")).to_have_text("")
    await office.get_by_test_id("save").click()
    await expect(office.locator("#field-name-error")).to_have_text("Name is missing")
    await expect(office.get_by_label("Name")).to_be_focused()
    await expect(office.get_by_label("Payload")).to_have_value("1 100,5")

    await office.get_by_label("Name").fill(XSS[:120])
    await office.get_by_label("Registration").fill("ABC-123")
    await office.keyboard.press("Control+s")
    await office.wait_for_url(re.compile(r"/vehicles/\d+$"), timeout=PATIENCE_MS)
    await expect(office.get_by_role("heading", level=1)).to_have_text(XSS[:120])
    number = int(office.url.rsplit("/", 1)[-1])
    assert (await vehicle(backstage, number)).capacity_kg == 1100.5

    await expect(office.get_by_label("Registration")).to_have_value("ABC-123")
    await office.get_by_label("Registration").fill("XYZ-9")
    await expect(office.get_by_text("Not saved yet")).to_be_visible()
    await office.get_by_test_id("save").click()
    await expect(office.locator(".toast", has_text=" saved.")).to_be_visible()
    await office.locator(".toast", has_text=" saved.").get_by_role("button", name="Undo").click()
    await expect(office.get_by_label("Registration")).to_have_value("ABC-123")
    assert (await vehicle(backstage, number)).registration_number == "ABC-123"
    await office.get_by_role("tab", name="History").click()
    await expect(office.get_by_test_id("history")).to_contain_text("XYZ-9")
    assert await office.evaluate("window.hacked") is None


async def test_a_new_form_is_empty_after_another_record_was_on_the_screen(
    office: Page, backstage: Container, manager: Person
):
    number = await a_vehicle(backstage, manager.fleet_id or 0)
    for way in ("walked", "typed"):
        await open_record(office, f"/vehicles/{number}")
        await expect(office.get_by_label("Name")).not_to_have_value("")
        if way == "walked":
            await office.get_by_role("link", name="Vehicles").last.click()
            await office.wait_for_url(re.compile(r"/vehicles$"), timeout=PATIENCE_MS)
            await office.get_by_role("link", name="New vehicle").click()
        else:
            await office.goto("/vehicles/new?make=Ford")
        await expect(office.get_by_role("button", name="Create vehicle")).to_be_visible()
        await expect(office.get_by_label("Name")).to_have_value("")
        await expect(office.get_by_label("Registration")).to_have_value("")
        await expect(office.get_by_label("Make")).to_have_value("" if way == "walked" else "Ford")


async def test_leaving_with_unsaved_changes_asks_and_escape_goes_back_without(
    office: Page, backstage: Container, manager: Person
):
    number = await a_vehicle(backstage, manager.fleet_id or 0)
    await open_record(office, f"/vehicles/{number}")
    asked: list[str] = []

    async def stay(dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    office.on("dialog", stay)
    await office.get_by_label("Name").fill("Something else")
    await office.keyboard.press("Escape")
    async with office.expect_event("dialog"):
        await office.locator(".back-link").click(no_wait_after=True)
    await expect(office.get_by_label("Name")).to_have_value("Something else")
    assert asked == ["confirm"]
    async with office.expect_event("dialog"):
        await office.evaluate("setTimeout(() => location.reload())")
    await expect(office.get_by_label("Name")).to_have_value("Something else")
    assert asked == ["confirm", "beforeunload"]
    await office.keyboard.press("Control+s")
    await expect(office.locator(".toast", has_text=" saved.")).to_be_visible()
    await office.keyboard.press("Escape")
    await office.wait_for_url(re.compile(r"/vehicles/?$"), timeout=PATIENCE_MS)
    assert asked == ["confirm", "beforeunload"]


async def test_two_people_edit_the_same_record(
    office: Page, other_page: Page, backstage: Container, manager: Person
):
    number = await a_vehicle(backstage, manager.fleet_id or 0)
    await enter(other_page, await a_person(backstage, Role.FLEET_MANAGER, manager.fleet_id))
    for page in (office, other_page):
        await open_record(page, f"/vehicles/{number}")
    await office.get_by_label("Name").fill("Mine")
    await office.get_by_label("Model", exact=True).fill("Transit")
    await other_page.get_by_label("Name").fill("Theirs")
    await other_page.get_by_label("Make").fill("Ford")
    await other_page.get_by_test_id("save").click()
    await expect(other_page.locator(".toast", has_text=" saved.")).to_be_visible()
    await expect(office.get_by_test_id("newer")).to_be_visible()
    await expect(other_page.get_by_test_id("newer")).to_have_count(0)
    await expect(office.get_by_label("Name")).to_have_value("Mine")

    await office.get_by_test_id("save").click()
    clashes = office.get_by_test_id("clashes")
    await expect(clashes).to_contain_text("Their value: Theirs")
    await expect(clashes).to_contain_text("Your value: Mine")
    await expect(office.get_by_label("Make")).to_have_value("Ford")
    await expect(office.get_by_label("Model", exact=True)).to_have_value("Transit")
    await clashes.get_by_role("button", name="Take theirs").click()
    await expect(office.get_by_label("Name")).to_have_value("Theirs")
    await office.get_by_test_id("save").click()
    await expect(office.locator(".toast", has_text=" saved.")).to_be_visible()
    found = await vehicle(backstage, number)
    assert (found.name, found.make, found.model) == ("Theirs", "Ford", "Transit")


async def test_a_delivery_gets_customer_address_and_a_life(
    office: Page, backstage: Container, manager: Person
):
    async with backstage.work() as session:
        for place in range(30):
            session.add(Customer(fleet_id=manager.fleet_id or 0, name=f"Kahvila {place:02}"))
    await open_record(office, "/deliveries/new")
    picker = office.get_by_role("combobox", name="Customer")
    await picker.click()
    await picker.press_sequentially("vila 17")
    found_ones = office.get_by_role("listbox", name="Found").get_by_role("option")
    await expect(found_ones).to_have_count(1)
    await picker.press("Enter")
    await expect(picker).to_have_value("Kahvila 17")
    address = office.get_by_role("combobox", name="Drop-off address")
    await address.fill("60.1699, 24.9384")
    await expect(office.get_by_role("option", name="60.1699, 24.9384")).to_be_visible()
    await address.press("Enter")
    await expect(office.get_by_text("60.16990, 24.93840")).to_be_visible()
    await office.get_by_label("Required skills").fill("cooled")
    await office.get_by_label("Required skills").press("Enter")
    await office.get_by_test_id("save").click()
    await office.wait_for_url(re.compile(r"/deliveries/\d+$"), timeout=PATIENCE_MS)
    number = int(office.url.rsplit("/", 1)[-1])
    found = await stored(backstage, number)
    assert (found.lat, found.lon, found.required_skills) == (60.1699, 24.9384, ["cooled"])
    await expect(office.get_by_role("link", name="Kahvila 17")).to_be_visible()

    await office.get_by_test_id("step").filter(has_text="Cancel delivery").click()
    why = office.get_by_test_id("why")
    await why.get_by_role("button", name="Confirm").click()
    await expect(office.get_by_text("Choose a reason.")).to_be_visible()
    await why.get_by_label("Reason").select_option("customer_request")
    await why.get_by_role("button", name="Confirm").click()
    await expect(office.get_by_test_id("status")).to_have_text("Cancelled")
    await office.get_by_role("tab", name="Timeline").click()
    await expect(office.get_by_test_id("timeline")).to_contain_text("The customer asked for it")
    assert (await stored(backstage, number)).status is DeliveryStatus.CANCELLED


async def test_a_route_is_planned_by_ticking(office: Page, backstage: Container, manager: Person):
    ids = [await a_delivery(backstage, manager.fleet_id or 0) for _ in range(3)]
    await office.goto("/routes/new")
    others = office.get_by_label("Offer other days too")
    await others.click()  # the server says what is ticked, a moment later
    await expect(others).to_be_checked()
    for number in (ids[2], ids[0]):
        await office.locator(f'.ag-row[row-id="{number}"]').first.click(timeout=PATIENCE_MS)
    stops = office.get_by_test_id("stops").locator("li")
    await expect(stops).to_have_count(2)
    await office.get_by_test_id("stops").get_by_role("button", name="Later").first.click()
    await expect(stops.first.locator("a")).to_have_attribute("href", f"/deliveries/{ids[0]}")
    await office.get_by_label("Name").fill("North 1")
    await office.get_by_test_id("save").click()
    await office.wait_for_url(re.compile(r"/routes/\d+$"), timeout=PATIENCE_MS)
    await expect(office.get_by_role("heading", level=1)).to_have_text("North 1")
    await office.get_by_role("tab", name="Stops").click()
    await expect(stops).to_have_count(2)
    await office.get_by_test_id("route-publish").click()
    await expect(office.get_by_role("alert")).to_contain_text("needs a vehicle and a driver")


async def test_who_may_only_read_gets_no_form(page: Page, backstage: Container, manager: Person):
    number = await a_vehicle(backstage, manager.fleet_id or 0)
    await enter(page, await a_person(backstage, Role.DISPATCHER, manager.fleet_id))
    await page.goto(f"/vehicles/{number}")
    await expect(page.get_by_test_id("read-only")).to_contain_text("Registration")
    await expect(page.get_by_test_id("delete")).to_have_count(0)
    foreign = await a_vehicle(backstage, await a_fleet(backstage))
    await page.goto(f"/vehicles/{foreign}")
    await expect(page.get_by_text("There is no such vehicle")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_barrier(
    office: Page, backstage: Container, manager: Person, scheme: str
):
    number = await a_delivery(backstage, manager.fleet_id or 0)
    await office.emulate_media(color_scheme=scheme)
    for address in ("/vehicles/new", f"/deliveries/{number}", "/customers/new", "/routes/new"):
        await office.goto(address)
        await office.get_by_test_id("record-form").wait_for(timeout=PATIENCE_MS)
        await office.wait_for_timeout(800)
        await no_barrier(office)
