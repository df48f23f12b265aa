"""The audit log in a browser: found, read, taken back, proven, and only for its readers."""

from __future__ import annotations

import psycopg
from playwright.async_api import Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.people import Person, a_fleet, a_person
from tests.builders.records import an_actor, records
from tests.e2e.conftest import sign_in

PATIENCE_MS = 20_000


async def a_manager_with_changes(container: Container) -> tuple[Person, int]:
    fleet_id = await a_fleet(container)
    manager = await a_person(container, Role.FLEET_MANAGER, fleet_id)
    actor = an_actor(Role.FLEET_MANAGER, fleet_id)
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create({"name": "Van 12", "registration_number": "ABC-123"})
    async with records(container, "vehicles", actor) as vehicles:
        await vehicles.update(made["id"], {"name": "Van 13", "capacity_kg": 900})
    return manager, int(made["id"])


async def enter(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await page.wait_for_url("**/", timeout=PATIENCE_MS)
    await page.goto("/audit")


async def test_a_manager_finds_a_change_and_takes_it_back(page: Page, backstage: Container):
    manager, van = await a_manager_with_changes(backstage)
    await enter(page, manager)
    rows = page.locator(".ag-row")
    await expect(rows).to_have_count(3, timeout=PATIENCE_MS)
    await page.get_by_test_id("filter-action").select_option("update")
    await expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    await expect(rows).to_contain_text("Name: Van 12 → Van 13; Payload: 900 kg")
    await rows.first.click()
    entry = page.get_by_test_id("audit-entry")
    await expect(entry).to_contain_text("Changed: Van 13", timeout=PATIENCE_MS)
    await expect(entry.locator("tbody tr").first).to_contain_text("Van 12")
    await expect(page.get_by_test_id("open-object")).to_have_attribute("href", f"/vehicles/{van}")
    await page.get_by_test_id("undo-change").click()
    await expect(page.get_by_text("Taken back.")).to_be_visible(timeout=PATIENCE_MS)
    await expect(entry).to_have_count(0)
    await page.get_by_role("button", name="Show all").click()
    await expect(rows).to_have_count(4, timeout=PATIENCE_MS)
    await expect(rows.first).to_contain_text("Taken back")
    actor = an_actor(Role.FLEET_MANAGER, manager.fleet_id)
    async with records(backstage, "vehicles", actor) as vehicles:
        row = await vehicles.get(van)
    assert (row["name"], row["capacity_kg"]) == ("Van 12", None)


async def test_words_are_searched_and_an_export_takes_what_is_shown(
    page: Page, backstage: Container
):
    manager, _ = await a_manager_with_changes(backstage)
    await enter(page, manager)
    rows = page.locator(".ag-row")
    await expect(rows).to_have_count(3, timeout=PATIENCE_MS)
    await page.get_by_test_id("list-search").fill("van 13")
    await expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    async with page.expect_download() as download:
        await page.get_by_test_id("export-audit").click()
    path = await (await download.value).path()
    table = path.read_text("utf-8-sig")
    assert table.count("\n") == 2
    assert "Van 13" in table


async def test_the_verdict_tells_when_somebody_rewrote_the_log(page: Page, backstage: Container):
    manager, _ = await a_manager_with_changes(backstage)
    await enter(page, manager)
    await page.get_by_test_id("check-chain").click(timeout=PATIENCE_MS)
    verdict = page.get_by_test_id("verdict")
    await expect(verdict).to_contain_text("The chain is whole", timeout=PATIENCE_MS)
    with psycopg.connect(backstage.database_url.replace("+psycopg", "")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE audit_entries SET label = 'Another' WHERE chain = %s AND sequence = 2",
            (manager.fleet_id,),
        )
    await page.get_by_test_id("check-chain").click()
    await expect(verdict).to_contain_text("broken at entry 2", timeout=PATIENCE_MS)


async def test_a_dispatcher_neither_sees_the_page_nor_the_way_there(
    page: Page, backstage: Container
):
    manager, _ = await a_manager_with_changes(backstage)
    dispatcher = await a_person(backstage, Role.DISPATCHER, manager.fleet_id)
    await enter(page, dispatcher)
    await expect(page.get_by_text("Only managers")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.locator(".ag-row")).to_have_count(0)
    await page.goto("/depots")
    await expect(page.get_by_role("heading", name="Depots")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("link", name="Audit log")).to_have_count(0)


async def test_nothing_on_the_page_is_a_barrier(page: Page, backstage: Container):
    manager, _ = await a_manager_with_changes(backstage)
    await enter(page, manager)
    rows = page.locator(".ag-row")
    await rows.nth(1).click(timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("audit-entry")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_test_id("check-chain").click()
    await expect(page.get_by_test_id("verdict")).to_be_visible(timeout=PATIENCE_MS)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        await no_barrier(page)
