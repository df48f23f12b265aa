"""The record grid in a real browser, over a hundred thousand rows of a server of its own."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from fleet_app.settings import Settings
from tests.web.component_page import Site, bundle, serving
from tests.web.record_page import SCRIPT, Stage
from tests.web.record_rows import ATTACK, LONG, MANY, Deliveries


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    bundle(folder, Settings().home, SCRIPT)
    return folder


@dataclass
class Listing:
    """The grid, the list that it shows, and the server between them."""

    stage: Stage
    rows: Deliveries
    site: Site

    async def show(self, **given: object) -> Stage:
        await self.stage.show(self.site.url, "grid", **given)
        return self.stage

    def asked(self, name: str) -> list[str]:
        """The values that one parameter had in all requests so far; "" where it was missing."""
        return [parse_qs(one.query).get(name, [""])[0] for one in self.site.asked]


@pytest.fixture
def site(built: Path) -> Iterator[tuple[Site, Deliveries]]:
    rows = Deliveries()
    with serving(Site(built, rows.answer)) as running:
        yield running, rows


@pytest.fixture
async def grid(site: tuple[Site, Deliveries], browser: Browser) -> AsyncIterator[Listing]:
    context = await browser.new_context(viewport={"width": 1440, "height": 800}, locale="en-GB")
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Listing(Stage(page), site[1], site[0])
    await context.close()
    assert troubles == []


async def test_the_scroll_bar_reaches_the_last_of_a_hundred_thousand_rows(grid: Listing):
    stage = await grid.show()
    await expect(stage.count).to_have_text("100,000 deliveries")
    await stage.page.locator(".ag-grid-viewport").first.evaluate(
        "(view) => { view.scrollTop = view.scrollHeight; }"
    )
    await expect(stage.cell(MANY, "tracking_number")).to_have_text("LF-100000")
    assert set(grid.asked("limit")) == {"100"}
    assert len(grid.site.asked) < 8, "pages in between must not be fetched"
    assert await stage.heard("onTotal") == [MANY]


async def test_values_are_written_for_people(grid: Listing):
    stage = await grid.show()
    texts = {
        "status": "Out for delivery",
        "due": "22 Nov 2026",
        "updated_at": "14 min ago",
        "weight_kg": "1,000.2 kg",
        "price": "€3.00",
        "signature": "Yes",
    }
    for column, text in texts.items():
        await expect(stage.cell(2, column)).to_have_text(text)
    await expect(stage.cell(5, "customer_id")).to_have_text("Customer 5")
    await expect(stage.cell(1, "tags").locator(".grid-tag")).to_have_text(["fragile", "cold"])
    await expect(stage.cell(3, "weight_kg")).to_have_text("–")
    zone = re.compile(r"2026.*\d\d:\d\d:\d\d (EET|EEST|GMT\+[23])|\d{4}.*(EET|EEST|GMT\+[23])")
    await expect(stage.cell(2, "updated_at").locator("time")).to_have_attribute("title", zone)
    pill = stage.cell(2, "status").locator(".status-pill")
    await expect(pill).to_have_attribute("data-status", "out_for_delivery")


async def test_markup_in_data_stays_text(grid: Listing):
    stage = await grid.show()
    for column in ("customer_id", "tags", "instructions"):
        await expect(stage.cell(2, column)).to_have_text(ATTACK)
    await stage.cell(2, "instructions").hover()
    assert await stage.page.evaluate("window.attacked ?? 0") == 0
    assert await stage.page.locator(".record-grid img, .record-grid script").count() == 0


async def test_a_cut_text_is_told_in_full(grid: Listing):
    stage = await grid.show()
    cell = stage.cell(4, "instructions").locator(".grid-cell")
    await cell.hover()
    await expect(cell).to_have_attribute("title", LONG)


async def test_a_header_sorts(grid: Listing):
    stage = await grid.show(sort="")
    await stage.page.locator('.ag-header-cell[col-id="status"]').click()
    await stage.page.wait_for_function("heard.some(([name]) => name === 'onSort')")
    assert await stage.heard("onSort") == ["status"]


async def test_shift_adds_a_column_and_answers_to_earlier_clicks_undo_nothing(grid: Listing):
    stage = await grid.show(sort="")
    await expect(stage.row(1).first).to_be_visible()
    await stage.page.evaluate(QUICK_CLICKS)
    await expect(stage.row(MANY).first).to_be_visible()
    await stage.page.wait_for_timeout(2500)  # the page's answers have come by now
    sorts = grid.asked("sort")
    assert sorts[-1] == "-status,price"
    assert len(sorts) == len(set(sorts)), "the list went back and forth"
    assert await stage.heard("onSort") == ["status", "-status", "-status,price"]


QUICK_CLICKS = """async () => {
  for (const [column, shiftKey] of [["status", false], ["status", false], ["price", true]]) {
    const label = `.ag-header-cell[col-id="${column}"] .ag-header-cell-label`;
    document.querySelector(label).dispatchEvent(
      new MouseEvent("click", { bubbles: true, shiftKey }));
    await new Promise((go) => setTimeout(go, 120));
  }
}"""


async def test_a_saved_view_sets_query_sort_and_columns(grid: Listing):
    stage = await grid.show()
    await expect(stage.row(1).first).to_be_visible()
    await stage.change(query="q=van&status=failed,created", sort="-price", shown=["parcels", "due"])
    await expect(stage.cell(MANY, "parcels")).to_be_visible()
    headers = stage.page.locator(".ag-header-cell:not([col-id=select])")
    assert sorted(await headers.all_inner_texts()) == ["Due", "Parcels"]
    last = grid.site.asked[-1]
    assert last.query.endswith("sort=-price&q=van&status=failed%2Ccreated")
    assert await stage.heard("onSort") == []


async def test_a_sort_by_what_is_no_column_still_reaches_the_server(grid: Listing):
    stage = await grid.show(sort="-created_at")
    await expect(stage.row(MANY).first).to_be_visible()
    assert grid.asked("sort") == ["-created_at"] * len(grid.site.asked)


async def test_shift_selects_a_range_even_over_rows_never_loaded(grid: Listing):
    stage = await grid.show()
    await stage.cell(3, "select").click()
    await stage.page.locator(".ag-grid-viewport").first.evaluate(
        "(view) => { view.scrollTop = 30 * 690; }"
    )
    await stage.cell(700, "select").click(modifiers=["Shift"])
    await expect(stage.count).to_have_text("100,000 deliveries · 698 selected")
    assert (await stage.heard("onSelect"))[-1] == list(range(3, 701))
    await expect(stage.row(700).first).to_have_attribute("aria-selected", "true")


async def test_a_range_that_is_too_long_is_refused_in_words(grid: Listing):
    stage = await grid.show()
    await stage.cell(3, "select").click()
    await stage.page.keyboard.press("End")
    await stage.cell(MANY, "select").click(modifiers=["Shift"])
    await expect(stage.page.get_by_role("status")).to_contain_text("At most 1,000 rows")
    assert await stage.heard("onSelect") == [[3]]


async def test_the_keyboard_does_it_all(grid: Listing):
    stage = await grid.show()
    press = stage.page.keyboard.press
    await stage.cell(1, "tracking_number").click()
    await press("ArrowDown")
    await press("Enter")
    await press("Space")
    await expect(stage.count).to_have_text("100,000 deliveries · 1 selected")
    assert await stage.heard("onOpen") == [1, 2]
    await press("ArrowDown")
    await press("ArrowDown")
    await press("Shift+Space")
    await expect(stage.count).to_have_text("100,000 deliveries · 3 selected")
    await press("Escape")
    await expect(stage.count).to_have_text("100,000 deliveries")
    assert await stage.heard("onSelect") == [[2], [2, 3, 4], []]
    await press("End")
    await expect(stage.cell(MANY, "tracking_number")).to_be_visible()
    await press("Home")
    await press("PageDown")
    await press("Enter")
    await stage.page.wait_for_function("heard.at(-1)[0] === 'onOpen'")
    assert 15 < (await stage.heard("onOpen"))[-1] < 60


async def test_tab_leaves_the_grid(grid: Listing):
    stage = await grid.show()
    await stage.cell(1, "tracking_number").click()
    await stage.page.keyboard.press("Tab")
    inside = "document.activeElement.closest('.ag-cell') === null"
    assert await stage.page.evaluate(inside)


async def test_all_loaded_rows_are_selected_at_the_head(grid: Listing):
    stage = await grid.show()
    await expect(stage.row(1).first).to_be_visible()
    head = stage.page.get_by_role("checkbox", name="Select all loaded rows")
    await head.click()
    await expect(stage.count).to_have_text("100,000 deliveries · 100 selected")
    await expect(head).to_be_checked()
    await stage.cell(2, "select").click()
    assert await head.evaluate("(box) => box.indeterminate")
    await stage.change(query="q=nothing", filtered=True)
    await expect(stage.count).to_have_text("0 deliveries found")
    assert (await stage.heard("onSelect"))[-1] == []


async def test_the_head_box_has_a_key_too(grid: Listing):
    stage = await grid.show()
    await expect(stage.row(1).first).to_be_visible()
    await stage.page.locator(".ag-header-cell[col-id=select]").focus()
    await stage.page.keyboard.press("Space")
    await expect(stage.count).to_have_text("100,000 deliveries · 100 selected")
    await stage.page.keyboard.press("Enter")
    await expect(stage.count).to_have_text("100,000 deliveries")


async def test_the_open_record_is_found_and_marked(grid: Listing):
    stage = await grid.show(openId=250)
    cell = stage.cell(250, "tracking_number")
    await expect(cell).to_be_in_viewport()
    marked = await stage.row(250).first.evaluate("(row) => getComputedStyle(row).backgroundColor")
    plain = await stage.row(252).first.evaluate("(row) => getComputedStyle(row).backgroundColor")
    assert marked != plain


async def test_a_pushed_change_comes_in_place_and_flashes(grid: Listing):
    stage = await grid.show(changes={"sequence": 4, "kind": "updated", "ids": [1]})
    await expect(stage.cell(3, "tracking_number")).to_have_text("LF-000003")
    before = len(grid.site.asked)
    grid.rows.renamed[3] = "Renamed"
    await stage.page.evaluate(FLASHES)
    await stage.change(changes={"sequence": 5, "kind": "updated", "ids": [3]})
    await expect(stage.cell(3, "tracking_number")).to_have_text("Renamed")
    assert 0 < len(grid.site.asked) - before < 4
    flashed = await stage.page.evaluate("window.flashed")
    assert flashed == ["tracking_number"]


FLASHES = """() => {
  window.flashed = [];
  new MutationObserver((seen) => seen.forEach(({ target }) => {
    const id = target.getAttribute("col-id");
    const known = id === "updated_at" || window.flashed.includes(id);
    if (target.classList.contains("ag-cell-data-changed") && !known) window.flashed.push(id);
  })).observe(document.body, { subtree: true, attributeFilter: ["class"] });
}"""


async def test_a_reader_who_wants_stillness_sees_no_flash(grid: Listing):
    await grid.stage.page.emulate_media(reduced_motion="reduce")
    stage = await grid.show(changes={"sequence": 4, "kind": "updated", "ids": [1]})
    await expect(stage.cell(3, "tracking_number")).to_have_text("LF-000003")
    grid.rows.renamed[3] = "Renamed"
    await stage.page.evaluate(FLASHES)
    await stage.change(changes={"sequence": 5, "kind": "updated", "ids": [3]})
    await expect(stage.cell(3, "tracking_number")).to_have_text("Renamed")
    await stage.page.wait_for_timeout(300)
    assert await stage.page.evaluate("window.flashed") == []


async def test_many_notices_are_one_fetch_a_second(grid: Listing):
    stage = await grid.show()
    await expect(stage.row(1).first).to_be_visible()
    before, began = len(grid.site.asked), time.monotonic()
    for number in range(1, 21):
        await stage.change(changes={"sequence": number, "kind": "created", "ids": [number]})
    await stage.page.wait_for_timeout(700)
    seconds = time.monotonic() - began
    assert 1 <= len(grid.site.asked) - before <= seconds + 1


async def test_a_new_version_keeps_the_place(grid: Listing):
    stage = await grid.show()
    await stage.cell(1, "tracking_number").click()
    await stage.page.keyboard.press("End")
    await expect(stage.cell(MANY, "tracking_number")).to_be_visible()
    grid.rows.renamed[MANY] = "The last"
    await stage.change(version=1)
    await expect(stage.cell(MANY, "tracking_number")).to_have_text("The last")
    await expect(stage.cell(MANY, "tracking_number")).to_be_in_viewport()


async def test_what_the_page_selects_is_selected(grid: Listing):
    stage = await grid.show(selected=[2])
    await expect(stage.count).to_have_text("100,000 deliveries · 1 selected")
    await stage.change(selected=[])
    await expect(stage.count).to_have_text("100,000 deliveries")
    await expect(stage.cell(2, "select").get_by_role("checkbox")).not_to_be_checked()
    assert await stage.heard("onSelect") == []


async def test_moved_columns_are_told_to_the_page(grid: Listing):
    stage = await grid.show()
    await expect(stage.row(1).first).to_be_visible()
    edge = stage.page.locator('.ag-header-cell[col-id="status"] .ag-header-cell-resize')
    box = await edge.bounding_box()
    assert box
    mouse = stage.page.mouse
    await mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    await mouse.down()
    await mouse.move(box["x"] + 60, box["y"] + 10, steps=5)
    await mouse.up()
    await stage.page.wait_for_function("heard.some(([name]) => name === 'onLayout')")
    layout = {one["id"]: one for one in json.loads((await stage.heard("onLayout"))[-1])}
    assert layout["status"]["width"] > 190
    assert layout["parcels"]["hidden"]
    assert "select" not in layout


async def test_errors_are_told_with_a_way_on(grid: Listing):
    grid.rows.status = 503
    stage = await grid.show()
    alert = stage.page.get_by_role("alert")
    await expect(alert).to_contain_text("The deliveries could not be loaded.")
    grid.rows.status = 200
    await alert.get_by_role("button", name="Try again").click()
    await expect(stage.cell(1, "tracking_number")).to_have_text("LF-000001")
    grid.rows.status = 503
    await stage.change(version=1)
    await expect(alert).to_contain_text("could not be loaded")
    await expect(stage.cell(1, "tracking_number")).to_have_text("LF-000001")


async def test_an_ended_session_leads_to_signing_in(grid: Listing):
    grid.rows.status = 401
    stage = await grid.show()
    alert = stage.page.get_by_role("alert")
    await expect(alert).to_contain_text("Your session has ended")
    await expect(alert.get_by_role("link", name="Sign in")).to_have_attribute(
        "href", "/login?next=%2F"
    )


async def test_an_empty_list_says_what_to_do(grid: Listing):
    grid.rows.total = 0
    stage = await grid.show(emptyText="No deliveries yet. Import your first ones.")
    await expect(stage.page.get_by_text("Import your first ones.")).to_be_visible()
    await stage.change(filtered=True)
    await expect(stage.page.get_by_text("No deliveries match this search")).to_be_visible()
    await stage.page.get_by_role("button", name="Show all").click()
    assert len(await stage.heard("onShowAll")) == 1


async def test_live_columns_follow_the_live_store(grid: Listing):
    columns = [
        {"id": "tracking_number", "title": "Name", "type": "text"},
        {"id": "live_status", "title": "Status", "type": "live"},
        {"id": "speed", "title": "Speed", "type": "live"},
    ]
    stage = await grid.show(columns=columns, live="vehicles")
    await expect(stage.cell(1, "speed")).to_have_text("–")
    await stage.page.evaluate(
        "liveStore.vehicles.set(1, {shown: 'moving', status: 'moving', speed: 10,"
        " recordedAt: Date.now() / 1000}), liveStore.notify('delta', [1])"
    )
    await expect(stage.cell(1, "speed")).to_have_text("36 km/h")
    await expect(stage.cell(1, "live_status")).to_have_text("Moving")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("total", [MANY, 0])
async def test_axe_finds_no_serious_barrier(grid: Listing, scheme: str, total: int):
    grid.rows.total = total
    stage = await grid.show(selected=[2], openId=4)
    await stage.page.evaluate(
        f"document.documentElement.classList.toggle('dark', {scheme == 'dark':d})"
    )
    await expect(stage.count).to_contain_text("deliveries")
    await stage.page.wait_for_timeout(300)
    found = (await Axe().run(stage.page)).response["violations"]
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == []
