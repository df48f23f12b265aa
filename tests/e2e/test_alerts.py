"""Alerts from end to end: a drive trips a rule, people are told at once and look after it."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.models import User
from fleet_app.kernel.clock import utc_now
from fleet_app.notification.models import AlertEvent
from tests.builders.alerts import a_rule
from tests.builders.barriers import no_barrier
from tests.builders.geofences import LAT, LON, a_circle
from tests.builders.people import Person, a_fleet, a_person
from tests.builders.records import an_actor, records
from tests.e2e.conftest import Cast, Driver, sign_in
from tests.product import Product

PATIENCE_MS = 30_000
STEP_DEG = 0.0005
"""About 55 m: in five seconds, 11 m/s."""
STEPS = 24


async def a_watched_zone(container: Container, fleet_id: int) -> None:
    """A circle, and a rule that tells dispatchers of whoever enters it."""
    manager = an_actor(Role.FLEET_MANAGER, fleet_id)
    async with records(container, "geofences", manager) as zones:
        zone = await zones.create(a_circle(name="Depot North"))
    said = {"name": "Someone at the depot", "severity": "critical", "roles": ["dispatcher"]}
    event = AlertEvent.ENTERS_ZONE.value
    await a_rule(container, fleet_id, event, geofence_id=zone["id"], **said)


async def drives_in(driver: Driver) -> None:
    """From a kilometre south of the zone into it, within the last two minutes."""
    start = utc_now() - timedelta(seconds=5 * STEPS)
    for step in range(STEPS + 1):
        lat = LAT - STEP_DEG * max(0, STEPS - 4 - step)
        at = (start + timedelta(seconds=5 * step)).isoformat()
        await driver.post(lat, LON, at, speed=11.0, accuracy=5.0)


async def shown(page: Page, person: Person, address: str) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)
    await page.goto(address)
    await expect(page.get_by_test_id("system-state")).not_to_have_text(
        "Connecting", timeout=PATIENCE_MS
    )


async def test_a_drive_raises_an_alert_that_two_people_see_and_one_looks_after(
    browser: Browser, page: Page, product: Product, backstage: Container, cast: Cast
) -> None:
    await a_watched_zone(backstage, cast.fleet_id)
    manager = await a_person(backstage, Role.FLEET_MANAGER, cast.fleet_id)
    stranger = await a_person(backstage, Role.DISPATCHER, await a_fleet(backstage))
    contexts = [await browser.new_context(base_url=product.url) for _ in range(2)]
    other, strange = [await one.new_page() for one in contexts]
    await shown(page, cast.dispatcher, "/")
    await shown(other, manager, "/alerts")
    await shown(strange, stranger, "/alerts")

    await drives_in(cast.driver)
    toast = page.get_by_test_id("alert-toast")
    await expect(toast).to_contain_text("Someone at the depot", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("bell-alerts")).to_have_text("1")
    await expect(page.get_by_test_id("status-alerts")).to_have_text("1")
    row = other.get_by_test_id("alert-list").locator(".alert-row")
    await expect(row).to_contain_text("Depot North", timeout=PATIENCE_MS)

    await toast.get_by_role("link").click()
    panel = page.get_by_test_id("alert-panel")
    await expect(panel).to_contain_text("Depot North", timeout=PATIENCE_MS)
    await expect(panel.get_by_test_id("alert-map")).to_have_attribute(
        "data-ready", "true", timeout=PATIENCE_MS
    )
    await no_barrier(page)
    await page.keyboard.press("a")
    await expect(panel.get_by_test_id("alert-status")).to_have_text("Acknowledged")
    await expect(page.get_by_test_id("bell-alerts")).to_have_count(0, timeout=PATIENCE_MS)
    await expect(row).to_have_count(0, timeout=PATIENCE_MS)  # it is open for nobody any more
    await expect(other.get_by_test_id("tab-acknowledged")).to_contain_text("1")

    await page.keyboard.press("c")
    await page.keyboard.type("The driver is expected")
    await page.get_by_role("button", name="Send").click()
    trail = panel.get_by_test_id("alert-trail")
    await expect(trail).to_contain_text("The driver is expected")
    await page.get_by_role("heading", name="Alerts").first.click()
    await page.keyboard.press("r")
    await expect(panel.get_by_test_id("alert-status")).to_have_text("Resolved")
    await expect(panel.get_by_test_id("step-acknowledge")).to_have_count(0)
    await expect(other.get_by_test_id("tab-resolved")).to_contain_text("1", timeout=PATIENCE_MS)
    await expect(strange.get_by_test_id("tab-all")).to_have_text("All0")
    await page.emulate_media(color_scheme="dark")
    await no_barrier(page)
    for one in contexts:
        await one.close()


async def test_a_rules_form_says_in_words_what_it_does(
    page: Page, backstage: Container, cast: Cast
) -> None:
    manager = await a_person(backstage, Role.FLEET_MANAGER, cast.fleet_id)
    await shown(page, manager, "/alert_rules/new")
    await page.select_option("select[name=event]", "speeding")
    await page.fill("input[name=over_by_mps]", "15")
    told = page.locator("[data-field=roles]")
    await told.get_by_label("Dispatchers").check()
    await page.locator("[data-field=channels]").get_by_label("In the app").check()
    await expect(told.locator("input[name=roles]")).to_have_value("dispatcher")
    sentence = page.get_by_test_id("rule-sentence")
    await expect(sentence).to_contain_text("tell dispatchers in the app", timeout=PATIENCE_MS)
    await expect(page.locator("input[name=below_percent]")).to_be_hidden()
    await page.select_option("select[name=event]", "low_battery")
    await expect(page.locator("input[name=below_percent]")).to_be_visible()
    await expect(page.locator("input[name=over_by_mps]")).to_be_hidden()
    await expect(page.locator("input[name=over_by_mps]")).to_have_value("")
    await page.fill("input[name=name]", "Weak battery")
    people = page.locator(".form-field[data-field=escalate_people]")
    await expect(people).to_be_hidden()
    await page.fill("input[name=escalate_after_minutes]", "15")
    async with backstage.work() as session:
        name = (await session.get_one(User, manager.id)).name
    await people.get_by_role("combobox").fill(manager.email)
    await people.get_by_role("option").filter(has_text=manager.email).click()
    await expect(sentence).to_contain_text(f"make it more severe and tell {name}")
    await no_barrier(page)
    await page.keyboard.press("Control+s")
    await page.wait_for_url(lambda url: "/new" not in url, timeout=PATIENCE_MS)
    await expect(people.locator(".tag-chip")).to_contain_text(name)
    await expect(people.locator("input[name=escalate_people]")).to_have_value(name)
