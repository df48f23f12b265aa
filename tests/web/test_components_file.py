"""The drop zone and the keyboard shortcuts in a real browser; what the components declare."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import reflex as rx
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from fleet_app.settings import PROJECT_ROOT, Settings
from fleet_app.web.components.grid import sources
from fleet_app.web.components.grid.file_post import file_post
from fleet_app.web.components.grid.hotkeys import hotkeys
from fleet_app.web.components.grid.record_grid import record_grid
from tests.web.component_page import Answer, Asked, Site, bundle, serving
from tests.web.record_page import SCRIPT, Stage

GRID = PROJECT_ROOT / "fleet_app" / "web" / "components" / "grid"
SCRIPTS = sorted(path for path in GRID.iterdir() if path.suffix in {".js", ".jsx"})
URL = "/api/v1/imports"


class Inbox:
    """Takes files; waits with the answer while it is told to."""

    def __init__(self) -> None:
        self.reply: Answer = (201, "application/json", b'{"data": {"id": 5}}')
        self.open = threading.Event()
        self.open.set()

    def answer(self, _: Asked) -> Answer:
        """The reply, once the door is open."""
        self.open.wait(20)
        return self.reply


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    bundle(folder, Settings().home, SCRIPT)
    return folder


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 800, "height": 400})
    yield await context.new_page()
    await context.close()


async def choose(page: Page, name: str, content: bytes, kind: str = "text/csv") -> None:
    """Choose a file by the button, as a person does."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose a file").press("Enter")
    file = {"name": name, "mimeType": kind, "buffer": content}
    await (await chooser.value).set_files([file])  # type: ignore[list-item]


async def test_a_chosen_file_is_posted_with_its_fields(page: Page, built: Path):
    inbox = Inbox()
    with serving(Site(built, inbox.answer)) as site:
        stage = Stage(page)
        await stage.show(site.url, "file", url=URL, fields={"kind": "vehicle"}, accept=".csv")
        await choose(page, "fleet.csv", b"name\nVan")
        await page.wait_for_function("heard.length > 0")
        assert await stage.heard("onDone") == ['{"data": {"id": 5}}']
        (posted,) = site.asked
    assert (posted.method, posted.path) == ("POST", URL)
    assert b'name="kind"\r\n\r\nvehicle\r\n' in posted.body
    assert b'name="file"; filename="fleet.csv"' in posted.body
    assert b"\r\n\r\nname\nVan\r\n" in posted.body


async def test_a_file_that_is_too_large_never_travels(page: Page, built: Path):
    with serving(Site(built, Inbox().answer)) as site:
        stage = Stage(page)
        await stage.show(site.url, "file", url=URL, maxBytes=1000)
        await choose(page, "big.csv", b"x" * 1001)
        refused = "“big.csv” is 1 kB. At most 1 kB can be sent."
        await expect(page.get_by_role("alert")).to_have_text(refused)
        assert await stage.heard("onProblem") == [refused]
        assert site.asked == []


async def test_a_dropped_file_is_posted_and_several_are_refused(page: Page, built: Path):
    with serving(Site(built, Inbox().answer)) as site:
        stage = Stage(page)
        await stage.show(site.url, "file", url=URL)
        drop = """([zone, names]) => {
          const data = new DataTransfer();
          for (const name of names) data.items.add(new File(["x"], name));
          for (const kind of ["dragover", "drop"])
            zone.dispatchEvent(new DragEvent(kind, {
              bubbles: true, cancelable: true, dataTransfer: data }));
        }"""
        zone = await page.get_by_test_id("file-post").element_handle()
        await page.evaluate(drop, [zone, ["a.csv", "b.csv"]])
        await expect(page.get_by_role("alert")).to_have_text("One file at a time, please.")
        await page.evaluate(drop, [zone, ["a.csv"]])
        await page.wait_for_function("heard.some(([name]) => name === 'onDone')")
        assert len(site.asked) == 1


async def test_progress_is_shown_and_sending_can_be_given_up(page: Page, built: Path):
    inbox = Inbox()
    inbox.open.clear()
    with serving(Site(built, inbox.answer)) as site:
        stage = Stage(page)
        await stage.show(site.url, "file", url=URL)
        await choose(page, "fleet.csv", b"x" * 100_000)
        await expect(page.get_by_role("progressbar")).to_be_visible()
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_role("button", name="Choose a file")).to_be_visible()
        inbox.open.set()
        await page.wait_for_timeout(300)
        assert await page.evaluate("heard") == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (422, b'{"error": {"message": "The first row has no column names."}}', "The first row"),
        (413, b"<html>too big</html>", "The file is too large."),
    ],
)
async def test_what_the_server_refuses_is_explained(
    page: Page, built: Path, status: int, body: bytes, words: str
):
    inbox = Inbox()
    inbox.reply = (status, "application/json", body)
    with serving(Site(built, inbox.answer)) as site:
        stage = Stage(page)
        await stage.show(site.url, "file", url=URL)
        await choose(page, "fleet.csv", b"x")
        await expect(page.get_by_role("alert")).to_contain_text(words)
        assert await stage.heard("onDone") == []


async def test_axe_finds_no_serious_barrier(page: Page, built: Path):
    with serving(Site(built, Inbox().answer)) as site:
        await Stage(page).show(site.url, "file", url=URL, maxBytes=1000)
        found = (await Axe().run(page)).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []


async def test_keys_are_heard_but_not_while_typing(page: Page, built: Path):
    keys = {"n": "create", "/": "search", "g v": "vehicles"}
    with serving(Site(built, Inbox().answer)) as site:
        stage = Stage(page)
        await stage.show(site.url, "keys", keys=keys)
        field = page.get_by_label("Search")
        await expect(field).to_be_visible()
        for key in ("n", "g", "v", "Control+n"):
            await page.keyboard.press(key)
        assert await stage.heard("onKey") == ["create", "vehicles"]
        await page.keyboard.press("/")
        await expect(field).to_be_focused()
        await page.keyboard.type("n/")
        await expect(field).to_have_value("n/")
        assert await stage.heard("onKey") == ["create", "vehicles"]


def test_every_script_is_published_and_nothing_else():
    components = {"RecordGrid.jsx", "FilePost.jsx", "Hotkeys.jsx"}
    components |= {"ListAddress.jsx", "SearchField.jsx", "DayField.jsx"}
    assert {path.name for path in SCRIPTS} == {*sources.LIBRARIES, *components}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_only_published_scripts(path: Path):
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r'from "\./([^"]+)"', text)) <= set(sources.LIBRARIES)
    borrowed = re.findall(r'from "\.\./\.\./live/sources/([^"]+)"', text)
    assert set(borrowed) <= set(sources.BORROWED)
    assert "innerHTML" not in text
    assert "dangerouslySetInnerHTML" not in text


def test_published_folders_stand_where_the_scripts_look_for_the_live_store():
    grid = Path(sources.RECORD_GRID.importable_path).parent
    store = Path(sources.live.VEHICLE_GRID.importable_path).parent
    assert grid.parent.parent / "live" / "sources" == store


def test_packages_are_pinned_exactly():
    for package in record_grid().lib_dependencies:
        assert re.fullmatch(r"[a-z-]+@\d+\.\d+\.\d+", package)


class Hearer(rx.State):
    """Hears every event of the record components."""

    ids: list[int] = []  # noqa: RUF012 - a State gives every session its own
    text: str = ""
    number: int = 0

    @rx.event
    def hear_ids(self, ids: list[int]) -> None:
        self.ids = ids

    @rx.event
    def hear_text(self, text: str) -> None:
        self.text = text

    @rx.event
    def hear_number(self, number: int) -> None:
        self.number = number


def test_properties_and_events_get_through():
    grid = record_grid(
        url="/api/v1/x",
        columns=[{"id": "a", "title": "A", "type": "text"}],
        shown=["a"],
        layout="[]",
        query="q=1",
        sort=Hearer.text,
        version=Hearer.number,
        selected=Hearer.ids,
        open_id=Hearer.number,
        selectable=True,
        empty_text="None.",
        filtered=False,
        live="vehicles",
        changes={"sequence": 1, "kind": "created", "ids": [1]},
        time_zone="Europe/Helsinki",
        on_open=Hearer.hear_number,
        on_select=Hearer.hear_ids,
        on_sort=Hearer.hear_text,
        on_layout=Hearer.hear_text,
        on_total=Hearer.hear_number,
    )
    names = """url columns shown layout query sort version selected openId selectable emptyText
        filtered live changes timeZone onOpen onSelect onSort onLayout onTotal"""
    for name in names.split():
        assert re.search(rf"\b{name}\b", str(grid)), name
    post = file_post(url="/x", fields={"a": "b"}, accept=".csv", max_bytes=5, label="Choose",
                     on_done=Hearer.hear_text, on_problem=Hearer.hear_text)  # fmt: skip
    for name in ("url", "fields", "accept", "maxBytes", "label", "onDone", "onProblem"):
        assert re.search(rf"\b{name}\b", str(post)), name
    assert re.search(r"\bonKey\b", str(hotkeys(keys={"n": "create"}, on_key=Hearer.hear_text)))
