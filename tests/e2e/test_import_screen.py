"""From a spreadsheet with mistakes to its records, as a manager does it for the first time."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.barriers import no_barrier
from tests.builders.people import Person, a_fleet, a_person
from tests.e2e.conftest import sign_in

PATIENCE_MS = 30_000
COUNT = 40


@pytest.fixture
async def manager(backstage: Container) -> Person:
    return await a_person(backstage, Role.FLEET_MANAGER, await a_fleet(backstage))


def vans(fleet_id: int | None) -> list[list[str]]:
    """A sheet with three rows that are not right."""
    rows = [[f"Van {n}", f"V{fleet_id}-{n}", "van", str(800 + n)] for n in range(COUNT)]
    rows[3][1], rows[10][3], rows[20][2] = "", "a lot", "spaceship"
    return [["Vehicle", "Plate", "Vehicle type", "Payload (kg)"], *rows]


def written(folder: Path, rows: list[list[str]], name: str = "vans.csv") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


async def entered(page: Page, person: Person) -> None:
    await sign_in(page, person)
    await page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE_MS)


async def uploaded(page: Page, path: Path) -> None:
    await page.goto("/imports/new?kind=vehicles")
    await expect(page.get_by_test_id("import-kind")).to_have_value("vehicles", timeout=PATIENCE_MS)
    await page.locator("input[type=file]").set_input_files(path)
    await expect(page.get_by_test_id("columns")).to_be_visible(timeout=PATIENCE_MS)


async def checked(page: Page) -> None:
    await page.get_by_test_id("check").click()
    await expect(page.get_by_test_id("check-summary")).to_be_visible(timeout=PATIENCE_MS)


async def test_three_wrong_rows_are_found_fixed_and_brought_in(
    page: Page, manager: Person, tmp_path: Path
):
    await entered(page, manager)
    await uploaded(page, written(tmp_path, vans(manager.fleet_id)))
    await checked(page)
    summary = page.get_by_test_id("check-summary")
    await expect(summary).to_contain_text(f"{COUNT - 3} rows are right, 3 need fixing")
    wrong = page.get_by_test_id("wrong-rows").locator("td[data-wrong=true]")
    await expect(wrong).to_have_count(3)
    await expect(wrong.nth(0)).to_contain_text("is missing")
    await expect(wrong.nth(1)).to_contain_text("a lot")

    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="as CSV").click()
    path = await (await waiting.value).path()
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 4

    await page.get_by_test_id("run").click()
    done = page.get_by_test_id("import-done")
    await expect(done).to_contain_text(f"{COUNT - 3} rows imported", timeout=PATIENCE_MS)

    at = {name: rows[0].index(name) for name in ("Plate", "Vehicle type", "Payload (kg)")}
    for number, row in enumerate(rows[1:]):
        row[at["Plate"]] = f"V{manager.fleet_id}-fixed{number}"
        row[at["Vehicle type"]], row[at["Payload (kg)"]] = "van", "900"
    before = page.url
    await page.locator("input[type=file]").set_input_files(written(tmp_path, rows, "fixed.csv"))
    await page.wait_for_url(lambda url: url != before, timeout=PATIENCE_MS)
    await expect(summary).to_contain_text("All 3 rows are right", timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("belongs-to")).to_contain_text("vans.csv")
    await expect(page.locator(".nav-entry.active")).to_have_text("Vehicles")
    await page.get_by_test_id("run").click()
    await expect(done).to_contain_text("3 rows imported", timeout=PATIENCE_MS)

    await page.get_by_test_id("belongs-to").get_by_role("link").click()
    await expect(page.get_by_test_id("corrected")).to_contain_text(
        "3 of 3 rows were corrected by fixed.csv", timeout=PATIENCE_MS
    )
    await page.get_by_test_id("corrected").get_by_role("link").click()
    await expect(done).to_contain_text("3 rows imported", timeout=PATIENCE_MS)
    await page.get_by_role("link", name="See these vehicles").click()
    await expect(page.get_by_test_id("chips")).to_contain_text(
        "From the import fixed.csv", timeout=PATIENCE_MS
    )
    await expect(page.get_by_test_id("record-count")).to_have_text(
        "3 vehicles found", timeout=PATIENCE_MS
    )
    await page.get_by_role("button", name="Show all").click()
    await expect(page.get_by_test_id("record-count")).to_have_text(f"{COUNT} vehicles")


async def test_an_import_is_taken_back(page: Page, manager: Person, tmp_path: Path):
    await entered(page, manager)
    await uploaded(page, written(tmp_path, vans(manager.fleet_id)))
    await checked(page)
    await page.get_by_test_id("run").click()
    await expect(page.get_by_test_id("import-done")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Undo the import").click()
    state = page.get_by_test_id("import-state")
    await expect(state).to_have_text("Taken back", timeout=PATIENCE_MS)
    await page.goto("/vehicles")
    await expect(page.get_by_test_id("record-count")).to_have_text(
        "0 vehicles", timeout=PATIENCE_MS
    )
    await page.goto("/imports")
    await expect(page.get_by_test_id("imports")).to_contain_text("vans.csv", timeout=PATIENCE_MS)


async def test_a_column_that_nobody_recognises_is_matched_by_hand(
    page: Page, manager: Person, tmp_path: Path
):
    rows = [["Rufzeichen", "Plate"], ["Van 1", f"H{manager.fleet_id}-1"]]
    await entered(page, manager)
    await uploaded(page, written(tmp_path, rows))
    missing = page.get_by_test_id("missing")
    await expect(missing).to_contain_text("Name")
    await page.get_by_label("What becomes of Rufzeichen").select_option("name")
    await expect(missing).to_have_count(0)
    await checked(page)
    await expect(page.get_by_test_id("check-summary")).to_contain_text("One row is right")


async def test_what_is_no_table_is_refused_in_plain_words(
    page: Page, manager: Person, tmp_path: Path
):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    await entered(page, manager)
    await page.goto("/imports/new?kind=vehicles")
    await page.locator("input[type=file]").set_input_files(path, timeout=PATIENCE_MS)
    await expect(page.locator(".file-post-problem")).not_to_be_empty(timeout=PATIENCE_MS)
    assert "/imports/new" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_barrier(
    page: Page, manager: Person, tmp_path: Path, scheme: str
):
    await page.emulate_media(color_scheme=scheme)
    await entered(page, manager)
    await page.goto("/imports/new?kind=vehicles")
    await expect(page.get_by_test_id("file-post")).to_be_visible(timeout=PATIENCE_MS)
    await no_barrier(page)
    await uploaded(page, written(tmp_path, vans(manager.fleet_id)))
    await no_barrier(page)
    await checked(page)
    await no_barrier(page)
    await page.goto("/imports")
    await expect(page.get_by_test_id("imports")).to_be_visible(timeout=PATIENCE_MS)
    await no_barrier(page)
