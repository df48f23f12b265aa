"""Somebody new makes a fleet, brings in vehicles with one wrong row, and sees them, unaided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.builders.barriers import no_barrier
from tests.e2e.conftest import a_product
from tests.product import Product

PATIENCE_MS = 30_000
VANS = "Name,Plate,Type\nVan 1,A-1,van\nVan 2,A-2,spaceship\nVan 3,A-3,van\n"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """The product with its sign-up open, and nobody in it."""
    with a_product(FLEET_SIGN_UP="open") as running:
        yield running


async def fill(page: Page, **changes: str) -> None:
    texts = {
        "Company or fleet": "Aamu Couriers",
        "Your name": "Aino Salo",
        "Work e-mail": "aino@example.com",
        "Password": "seven green bicycles",
    }
    await page.goto("/sign-up")
    for label, words in {**texts, **changes}.items():
        await page.get_by_label(label, exact=True).fill(words, timeout=PATIENCE_MS)


async def test_a_new_person_has_a_fleet_with_vehicles_without_any_help(
    page: Page, tmp_path: Path
) -> None:
    await page.goto("/login")
    await expect(page.get_by_test_id("nobody-yet")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_role("link", name="Create your fleet").click()
    await fill(page, Password="short")
    await page.get_by_role("button", name="Create your fleet").click()
    wrong = page.get_by_label("Password", exact=True)
    await expect(wrong).to_have_attribute("aria-invalid", "true", timeout=PATIENCE_MS)
    await expect(wrong).to_be_focused()
    await expect(page.get_by_text("Use at least 10 characters")).to_be_visible()
    await expect(page.get_by_label("Your name")).to_have_value("Aino Salo")
    await wrong.fill("seven green bicycles")
    await page.get_by_role("button", name="Create your fleet").dblclick()

    steps = page.get_by_test_id("first-steps")
    await expect(steps).to_be_visible(timeout=PATIENCE_MS)
    await steps.get_by_role("link", name="Import your vehicles").click()
    await expect(page.get_by_test_id("import-kind")).to_have_value("vehicles", timeout=PATIENCE_MS)
    path = tmp_path / "vans.csv"
    path.write_text(VANS, encoding="utf-8")
    await page.locator("input[type=file]").set_input_files(path)
    await page.get_by_test_id("check").click(timeout=PATIENCE_MS)
    summary = page.get_by_test_id("check-summary")
    await expect(summary).to_contain_text("2 rows are right, one needs fixing", timeout=PATIENCE_MS)
    await page.get_by_test_id("run").click()
    done = page.get_by_test_id("import-done")
    await expect(done).to_contain_text("2 rows imported", timeout=PATIENCE_MS)
    await page.goto("/vehicles")
    count = page.get_by_test_id("record-count")
    await expect(count).to_have_text("2 vehicles", timeout=PATIENCE_MS)
    await page.goto("/")
    await expect(page.get_by_test_id("step-vehicles")).to_have_attribute(
        "data-done", "true", timeout=PATIENCE_MS
    )
    await expect(page.get_by_test_id("step-drivers")).to_have_attribute("data-done", "false")
    await page.get_by_label("Hide the first steps").click()
    await expect(steps).to_have_count(0)
    await page.reload()
    await expect(page.get_by_test_id("fleet-map")).to_be_visible(timeout=PATIENCE_MS)
    await expect(steps).to_have_count(0)


async def test_time_zone_units_and_currency_are_guessed_from_the_browser(
    browser: Browser, product: Product
) -> None:
    context = await browser.new_context(
        base_url=product.url, locale="en-US", timezone_id="America/Chicago"
    )
    page = await context.new_page()
    await page.goto("/sign-up")
    zone = page.get_by_label("Time zone")
    await expect(zone).to_have_value("America/Chicago", timeout=PATIENCE_MS)
    await expect(page.get_by_label("Units")).to_have_value("imperial")
    await expect(page.get_by_label("Currency")).to_have_value("USD")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_barrier(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.goto("/login")
    await expect(page.get_by_role("link", name="Create your fleet")).to_be_visible(
        timeout=PATIENCE_MS
    )
    await no_barrier(page)
    email = f"axe-{scheme}@example.com"
    await fill(page, **{"Company or fleet": f"Axe {scheme}", "Work e-mail": "nobody"})
    await page.get_by_role("button", name="Create your fleet").click()
    await expect(page.get_by_role("alert")).to_be_visible(timeout=PATIENCE_MS)
    await no_barrier(page)
    await page.get_by_label("Work e-mail").fill(email)
    await page.get_by_role("button", name="Create your fleet").click()
    await expect(page.get_by_test_id("first-steps")).to_be_visible(timeout=PATIENCE_MS)
    await no_barrier(page)
