"""The first day of a new manager: a fleet, vehicles and deliveries from files with mistakes, which
are corrected; then a delivery is found, edited, and the edit taken back. All in the browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import a_product
from tests.product import Product

PATIENCE_MS = 60_000
IMPORT_PATIENCE_MS = 150_000
"""For two thousand rows, also beside other tests."""
VANS, ORDERS = 500, 2_000
SOUGHT = 1_234
"""The delivery that is looked for."""


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """The product with its sign-up open, and nobody in it."""
    with a_product(FLEET_SIGN_UP="open") as running:
        yield running


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """For everything that is waited for; what is there is not waited for."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


def vans() -> list[list[str]]:
    """Five hundred, one of them without its registration."""
    rows = [[f"Van {n}", f"FD-{n:03}", "Van", str(800 + n)] for n in range(1, VANS + 1)]
    rows[249][1] = ""
    return [["Name", "Plate", "Type", "Payload (kg)"], *rows]


def orders() -> list[list[str]]:
    """Two thousand, with an address in three columns; two cannot be as they are."""
    rows = [
        [f"SO-{n:05}", f"Kalevankatu {n}", "00100", "Helsinki", f"{60 + n / 1e5:.5f}",
         f"{24.9 + n / 1e5:.5f}", "24.11.2026", f"{n % 30}.5", f"Customer {n}"]
        for n in range(1, ORDERS + 1)
    ]  # fmt: skip
    rows[99][6], rows[1_999][7] = "31.11.2026", "heavy"
    head = "Order number,Street,Postcode,City,Latitude,Longitude,Day,Weight (kg),Contact"
    return [head.split(","), *rows]


def written(folder: Path, name: str, rows: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


async def signed_up(page: Page) -> None:
    """A fleet that a stranger makes for themselves."""
    await page.goto("/sign-up")
    texts = {
        "Company or fleet": "First Day Couriers",
        "Your name": "Aino Salo",
        "Work e-mail": "aino@example.com",
        "Password": "seven green bicycles",
    }
    for label, words in texts.items():
        await page.get_by_label(label, exact=True).fill(words, timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Create your fleet").click()
    await expect(page.get_by_test_id("first-steps")).to_be_visible()


async def brought_in(page: Page, kind: str, path: Path, count: int, wrong: int) -> None:
    """Upload, check and import the right rows of a file with some wrong ones."""
    await page.goto(f"/imports/new?kind={kind}")
    await expect(page.get_by_test_id("import-kind")).to_have_value(kind)
    await page.locator("input[type=file]").set_input_files(path)
    await page.get_by_test_id("check").click(timeout=PATIENCE_MS)
    need = "one needs fixing" if wrong == 1 else f"{wrong} need fixing"
    summary = page.get_by_test_id("check-summary")
    await expect(summary).to_contain_text(f"{count - wrong:,} rows are right, {need}")
    await page.get_by_test_id("run").click()
    done = page.get_by_test_id("import-done")
    await expect(done).to_contain_text(
        f"{count - wrong:,} rows imported", timeout=IMPORT_PATIENCE_MS
    )


async def corrected(
    page: Page, folder: Path, corrections: Mapping[str, dict[str, str]], rows: str
) -> None:
    """Download the wrong rows, correct the cells of those that begin with a word, bring them in."""
    async with page.expect_download(timeout=PATIENCE_MS) as waiting:
        await page.get_by_role("link", name="as CSV").click()
    path = await (await waiting.value).path()
    with path.open(encoding="utf-8-sig", newline="") as file:
        wrong = list(csv.reader(file))
    assert [row[1] for row in wrong[1:]] == list(corrections)
    for row in wrong[1:]:
        for title, words in corrections[row[1]].items():
            row[wrong[0].index(title)] = words
    before = page.url
    await page.locator("input[type=file]").set_input_files(written(folder, "fixed.csv", wrong))
    await page.wait_for_url(lambda url: url != before, timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("check-summary")).to_contain_text(rows)
    await page.get_by_test_id("run").click()
    await expect(page.get_by_test_id("import-done")).to_contain_text("imported")


async def saved(page: Page, field: Locator, words: str) -> Locator:
    """Change a field of the open record; returns the toast that tells of it."""
    await field.fill(words)
    await expect(page.get_by_text("Not saved yet")).to_be_visible()
    await page.get_by_test_id("save").click()
    toast = page.locator(".toast", has_text=" saved.")
    await expect(toast).to_be_visible()
    return toast


async def told(page: Page, path: str) -> Any:
    """What the API says to the person who is signed in."""
    answer = await page.request.get(f"/api/v1/{path}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def total(page: Page, plural: str) -> int:
    body = await told(page, f"{plural}?limit=1")
    return int(body["meta"]["pagination"]["total"])


async def test_a_new_manager_imports_corrects_finds_edits_and_undoes(
    page: Page, tmp_path: Path
) -> None:
    await signed_up(page)
    await brought_in(page, "vehicles", written(tmp_path, "vans.csv", vans()), VANS, 1)
    await corrected(page, tmp_path, {"Van 250": {"Plate": "FD-250"}}, "One row is right")
    await page.get_by_role("link", name="Vehicles", exact=True).first.click()
    count = page.get_by_test_id("record-count")
    await expect(count).to_have_text("500 vehicles")

    await brought_in(page, "deliveries", written(tmp_path, "orders.csv", orders()), ORDERS, 2)
    fixes = {"SO-00100": {"Day": "30.11.2026"}, "SO-02000": {"Weight (kg)": "20"}}
    await corrected(page, tmp_path, fixes, "All 2 rows are right")
    await page.get_by_role("link", name="Deliveries", exact=True).first.click()
    await expect(count).to_have_text("2,000 deliveries")
    await the_rows_are_stored(page)

    number = await found(page, f"SO-{SOUGHT:05}")
    await an_edit_is_taken_back(page, number)


async def the_rows_are_stored(page: Page) -> None:
    """As the files and their corrections say."""
    assert (await total(page, "vehicles"), await total(page, "deliveries")) == (VANS, ORDERS)
    (van,) = (await told(page, "vehicles?registration_number=FD-250"))["data"]
    assert (van["name"], van["type"], van["capacity_kg"]) == ("Van 250", "van", 1050)
    for n, day, weight in ((100, "2026-11-30", 10.5), (2_000, "2026-11-24", 20.0)):
        (row,) = (await told(page, f"deliveries?external_reference=SO-{n:05}"))["data"]
        assert (row["due_on"], row["weight_kg"]) == (day, weight)
        assert row["address"] == f"Kalevankatu {n}, 00100 Helsinki"
        assert (row["lat"], row["contact_name"]) == (pytest.approx(60 + n / 1e5), f"Customer {n}")


async def found(page: Page, words: str) -> int:
    """Search the list for a delivery as people type, open it, and return its id."""
    await page.get_by_test_id("list-search").click()
    await page.keyboard.type(words, delay=60)
    await expect(page.get_by_test_id("record-count")).to_have_text("1 delivery found")
    await expect(page.get_by_test_id("list-search")).to_have_value(words)
    row = page.get_by_test_id("record-grid").locator(".ag-row")
    await expect(row).to_have_count(1)
    await row.locator("[col-id=address]").click()
    await page.wait_for_url(re.compile(r"/deliveries/\d+$"), timeout=PATIENCE_MS)
    return int(page.url.rsplit("/", 1)[-1])


async def an_edit_is_taken_back(page: Page, number: int) -> None:
    field = page.get_by_label("Contact", exact=True)
    await expect(field).to_have_value(f"Customer {SOUGHT}")
    toast = await saved(page, field, "Somebody else")
    edited = (await told(page, f"deliveries/{number}"))["data"]
    assert edited["contact_name"] == "Somebody else"
    await toast.get_by_role("button", name="Undo").click()
    await expect(field).to_have_value(f"Customer {SOUGHT}")
    now = (await told(page, f"deliveries/{number}"))["data"]
    assert now["contact_name"] == f"Customer {SOUGHT}"
    changed = {"contact_name", "version", "updated_at"}
    assert {k: v for k, v in now.items() if k not in changed} == {
        k: v for k, v in edited.items() if k not in changed
    }
