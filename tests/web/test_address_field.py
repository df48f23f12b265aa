"""The address field in a real browser, under the product's content security policy."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, Route, expect

from fleet_app.mapbuild.build import build_map
from fleet_app.runtime import toolchain
from fleet_app.settings import PROJECT_ROOT
from tests.unit.mapbuild.town import addressed_town

SOURCE = Path(__file__).with_name("address_page")
RXCONFIG = """
import runpy
import reflex as rx
product = runpy.run_path({config!r})
config = rx.Config(
    app_name="address_page", telemetry_enabled=False, show_built_with_reflex=False,
    default_color_mode="system", react_strict_mode=False, plugins=[product["SameOriginPlugin"]()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
"""
SERVING = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_STATE_MANAGER_MODE": "memory",
}


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Reflex application of one page, built for production."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(SOURCE, folder / "address_page", ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("styles", "map"):
        shutil.copytree(PROJECT_ROOT / "assets" / part, folder / "assets" / part)
    config = RXCONFIG.format(config=str(PROJECT_ROOT / "rxconfig.py"))
    (folder / "rxconfig.py").write_text(config, encoding="utf-8")
    built = subprocess.run(
        [sys.executable, "-P", str(PROJECT_ROOT / "fleet_app" / "runtime" / "export.py")],
        cwd=folder, env=environment(folder, toolchain.environment(folder / "home")),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (folder / ".web" / "build" / "client").is_dir(), built.stdout[-3000:] + built.stderr
    return folder


def environment(folder: Path, more: dict[str, str]) -> dict[str, str]:
    path = os.pathsep.join([str(folder), str(PROJECT_ROOT)])
    return {**os.environ, **more, "PYTHONPATH": path, "FLEET_HOME": str(folder / "home")}


@pytest.fixture(scope="module")
def site(app_folder: Path) -> Iterator[str]:
    """The page served, with the map and the addresses of a town."""
    home = app_folder / "home"
    build_map(addressed_town().write(app_folder / "town.osm.pbf"), home, lambda line: None)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        more = {**SERVING, "PAGE_HOME": str(home), "PAGE_ORIGIN": url}
        target = ["--factory", "address_page.address_page:app", "--fd", str(listener.fileno())]
        with (app_folder / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", *target], cwd=app_folder,
                env=environment(app_folder, more), stdout=log, stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
            )  # fmt: skip
        try:
            _wait_until_up(server, url, app_folder / "server.log")
            yield url
        finally:
            server.terminate()
            server.wait(20)


def _wait_until_up(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/map/info", timeout=1).close()
            return
    server.kill()
    raise RuntimeError(f"the page did not come up:\n{log.read_text()}")


@pytest.fixture
async def page(browser: Browser, site: str) -> AsyncIterator[Page]:
    """The page, ready; nothing in it may have failed at the end."""
    context = await browser.new_context(viewport={"width": 1000, "height": 900})
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    await page.goto(site)
    await expect(page.locator("[data-testid=address-field][data-ready=true]")).to_have_count(3)
    yield page
    await context.close()
    assert [text for text in problems if "503" not in text] == []


def field(page: Page, number: int) -> Locator:
    return page.get_by_test_id("address-field").nth(number)


def entry(page: Page, number: int) -> Locator:
    return field(page, number).get_by_role("combobox")


async def submitted(page: Page) -> dict[str, str]:
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#sent")).not_to_be_empty()
    text = await page.locator("#sent").inner_text()
    return dict(part.split("=", 1) for part in text.split("; "))


async def test_typing_suggests_and_the_keyboard_chooses(page: Page) -> None:
    drop = entry(page, 1)
    await drop.press_sequentially("mill la", delay=150)  # some answers come while still typing
    options = field(page, 1).get_by_role("option")
    await expect(options.first).to_have_text("Mill Lane, Testbystreet")
    await expect(drop).to_have_attribute("aria-expanded", "true")
    await drop.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    active = await drop.get_attribute("aria-activedescendant")
    assert active == await options.nth(1).get_attribute("id")
    await drop.press("Enter")
    await expect(drop).to_have_value("Mill Lane 1, 01000 Testby")
    await expect(drop).to_have_attribute("aria-expanded", "false")
    sent = await submitted(page)
    assert sent["drop_address"] == "Mill Lane 1, 01000 Testby"
    assert (float(sent["drop_lat"]), float(sent["drop_lon"])) == (60.001, 25.001)


async def test_enter_on_an_open_list_does_not_send_the_form_and_escape_closes_it(
    page: Page,
) -> None:
    drop = entry(page, 1)
    await drop.fill("mill lane 20")
    await expect(field(page, 1).get_by_role("option").first).to_be_visible()
    await drop.press("Escape")
    await expect(field(page, 1).get_by_role("option")).to_have_count(0)
    await expect(drop).to_have_value("mill lane 20")
    await drop.press("ArrowDown")
    await expect(field(page, 1).get_by_role("option").first).to_be_visible()
    await drop.press("Enter")
    await expect(drop).to_have_value("Mill Lane 20, Testby")
    await expect(page.locator("#sent")).to_be_empty()


async def test_a_dragged_pin_reports_its_point_and_offers_its_address(page: Page) -> None:
    pin = field(page, 0).locator(".places-pin")
    box = await pin.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 14, box["y"] + 12)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 94, box["y"] + 12, steps=5)
    await page.mouse.up()
    heard = page.locator("#heard li")
    await expect(heard).to_have_count(1)
    address, lat, lon = (await heard.first.inner_text()).split("|")
    assert address == "Mill Lane 1, 01000 Testby"
    assert abs(float(lat) - 60.001) < 0.0001
    assert 25.0015 < float(lon) < 25.0025
    offer = field(page, 0).get_by_text("The pin is at")
    await expect(offer).to_contain_text("Mill Lane 2, 01002 Testby")
    point = await field(page, 0).locator("input[name=lon]").input_value()
    await field(page, 0).get_by_role("button", name="Use this address").click()
    await expect(entry(page, 0)).to_have_value("Mill Lane 2, 01002 Testby")
    assert await field(page, 0).locator("input[name=lon]").input_value() == point


async def test_the_pin_moves_with_the_arrow_keys(page: Page) -> None:
    lat = field(page, 0).locator("input[name=lat]")
    before = float(await lat.input_value())
    await field(page, 0).locator(".places-pin").focus()
    await page.keyboard.press("ArrowUp")
    await expect(lat).not_to_have_value(str(before))
    assert before < float(await lat.input_value()) < before + 0.001


async def test_a_click_on_the_map_sets_a_pin(page: Page) -> None:
    await field(page, 1).locator(".places-canvas").click(position={"x": 200, "y": 100})
    await expect(field(page, 1).locator(".places-pin")).to_be_visible()
    await expect(field(page, 1).locator("input[name=drop_lat]")).not_to_have_value("")


@pytest.mark.parametrize("text", ["60.0011, 25.0061", "60.0011 N 25.0061 E", "60,0011; 25,0061"])
async def test_coordinates_can_be_typed(page: Page, text: str) -> None:
    await entry(page, 1).fill(text)
    await expect(field(page, 1).get_by_role("option")).to_have_text([text + "Set the pin here"])
    await entry(page, 1).press("Enter")
    await expect(field(page, 1).locator("input[name=drop_lat]")).to_have_value("60.0011")
    await expect(field(page, 1).locator("input[name=drop_lon]")).to_have_value("25.0061")
    await expect(field(page, 1).get_by_text("The pin is at")).to_contain_text("Mill Lane 20")


async def test_another_record_replaces_what_is_shown(page: Page) -> None:
    await entry(page, 0).fill("half typed")
    await page.get_by_role("button", name="Other record").click()
    await expect(entry(page, 0)).to_have_value("Mill Lane 20")
    await expect(field(page, 0).locator("input[name=lon]")).to_have_value("25.0061")


async def test_free_text_is_kept_and_told_once_the_field_is_left(page: Page) -> None:
    await entry(page, 0).fill("Mill Lane 1, staircase C")
    await expect(page.locator("#heard li")).to_have_count(0)
    await entry(page, 0).press("Escape")
    await entry(page, 1).focus()
    await expect(page.locator("#heard li")).to_have_text(["Mill Lane 1, staircase C|60.001|25.001"])
    await expect(entry(page, 0)).to_have_value("Mill Lane 1, staircase C")


async def test_clearing_takes_the_pin_away(page: Page) -> None:
    await field(page, 0).get_by_role("button", name="Clear the address").click()
    await expect(field(page, 0).locator(".places-pin")).to_have_count(0)
    await expect(page.locator("#heard li")).to_have_text(["|None|None"])
    sent = await submitted(page)
    assert (sent["address"], sent["lat"], sent["lon"]) == ("", "", "")


async def test_what_may_only_be_read_cannot_be_changed(page: Page) -> None:
    fixed = field(page, 2)
    await expect(entry(page, 2)).not_to_be_editable()
    await expect(fixed.get_by_role("button", name="Clear the address")).to_have_count(0)
    before = await fixed.locator("input[name=lat]").input_value()
    await fixed.locator(".places-canvas").click(position={"x": 100, "y": 60})
    await page.wait_for_timeout(200)
    assert await fixed.locator("input[name=lat]").input_value() == before


async def answer_503(route: Route) -> None:
    error = {"type": "geocoder_unavailable", "message": "The address search is away", "fields": {}}
    await route.fulfill(status=503, json={"status": "error", "error": error})


async def test_a_failing_search_says_so_and_the_pin_still_works(page: Page) -> None:
    await page.route("**/api/v1/geocode*", answer_503)
    await entry(page, 1).fill("mill lane")
    await expect(field(page, 1).get_by_text("The address search is away")).to_be_visible()
    await field(page, 1).locator(".places-canvas").click(position={"x": 200, "y": 100})
    await expect(field(page, 1).locator("input[name=drop_lat]")).not_to_have_value("")


async def test_a_service_that_forbids_it_is_not_asked_at_every_key_stroke(page: Page) -> None:
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        data = {"ready": True, "reason": "", "as_you_type": False, "places": []}
        await route.fulfill(json={"status": "success", "data": data})

    await page.route("**/api/v1/geocode*", answer)
    await entry(page, 1).focus()
    await expect(field(page, 1).get_by_role("button", name="Search")).to_be_visible()
    await entry(page, 1).press_sequentially("mill lane", delay=10)
    await page.wait_for_timeout(500)
    assert len(asked) == 1  # whether it is ready, when the field was entered
    await entry(page, 1).press("Enter")
    await expect(field(page, 1).get_by_text("No address found")).to_be_visible()
    assert "q=mill+lane" in asked[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await entry(page, 1).fill("mill")
    await expect(field(page, 1).get_by_role("option").first).to_be_visible()
    found = await Axe().run(page, ".page", {"rules": {"page-has-heading-one": {"enabled": False}}})
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in serious] == []
