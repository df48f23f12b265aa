"""Five thousand moving vehicles in a real browser: do animation frames keep coming?

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as PageTimeout

from bench._load import percentile
from bench._moving import CENTRE, EVERY_SECONDS, SLICES, moving, scattered, store
from bench._people import add_dispatcher, sign_in
from bench._stack import Device, Stack, make_fleet, say, stack
from fleet_app.runtime.browser import ensure_chromium
from fleet_app.runtime.frontend import Frontend
from fleet_app.settings import PROJECT_ROOT

HOME = PROJECT_ROOT / ".fleet"
"""Where the browser and the built pages of this checkout are kept; nothing else of it is used."""
LIBRARIES = PROJECT_ROOT / ".web" / "node_modules"
SCRIPT = Path(__file__).with_name("_page.js")
SCRATCH = (
    '<!doctype html><link rel="stylesheet" href="/bench-files/maplibre-gl/dist/maplibre-gl.css">'
    '<div id="map" style="position:fixed;inset:0"></div>'
)
VIEW = {"width": 1440, "height": 900}
SMOOTH_MS = 50.0
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    vehicles: int
    zooms: tuple[int, ...]
    settle_seconds: float
    seconds: float
    posts: int


FULL = Size(vehicles=5000, zooms=(11, 13, 15), settle_seconds=4.0, seconds=8.0, posts=15)
QUICK = Size(vehicles=500, zooms=(13,), settle_seconds=1.0, seconds=1.5, posts=3)


@dataclass(frozen=True)
class Gaps:
    """Milliseconds between animation frames, at rest and while the map pans."""

    rest: list[float]
    pan: list[float]


def main(quick: bool) -> dict[str, Any]:
    """Measure our page, then plain pages. Raises RuntimeError when a posted fix is never drawn."""
    size = QUICK if quick else FULL
    binary = ensure_chromium(HOME)
    Frontend(HOME).build(say)
    with stack() as running:
        _borrow_map(running)
        fleet = _fleet(running, size)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(binary.path),
                args=list(binary.args),
                env={**os.environ, **binary.env},
            )
            try:
                return _measure(running, browser, fleet, size)
            finally:
                browser.close()


def _borrow_map(running: Stack) -> None:
    """Draw over this checkout's map, if one was built."""
    if (HOME / "map").is_dir():
        (running.home / "map").symlink_to((HOME / "map").resolve())


@dataclass(frozen=True)
class Fleet:
    """Who moves, and the session of the dispatcher who looks on."""

    fleet_id: int
    devices: Sequence[Device]
    places: list[tuple[float, float]]
    cookie: str


def _fleet(running: Stack, size: Size) -> Fleet:
    fleet_id, devices = make_fleet(running, size.vehicles)
    places = [CENTRE, *scattered(size.vehicles)[1:]]  # the first is the one that posts
    store(running, fleet_id, [device.vehicle_id for device in devices], places)
    password = add_dispatcher(running, fleet_id)
    say("Starting the web process and the worker ...")
    running.start_web(pages=True)
    running.start_worker()
    return Fleet(fleet_id, devices, places, sign_in(running, password))


def _measure(running: Stack, browser: Browser, fleet: Fleet, size: Size) -> dict[str, Any]:
    ids = [device.vehicle_id for device in fleet.devices]
    figures: dict[str, float] = {"vehicles": size.vehicles}
    with _context(browser, running, fleet.cookie) as context:
        page = context.new_page()
        with moving(running, fleet.fleet_id, ids[1:], fleet.places[1:]):
            started = time.monotonic()
            _open(page, running, size.vehicles)
            figures["open_s"] = round(time.monotonic() - started, 2)
            style = page.evaluate("window.__fleet.map.getStyle()")
            figures["basemap"] = int(bool(style["sources"]))
            ours = {zoom: _gaps(page, "window.__fleet.map", zoom, size) for zoom in size.zooms}
            drawn = _post_and_see(running, page, fleet.devices[0], size.posts)
        figures["heap_mb"] = _heap_mb(page)
        page.close()
        plain = {way: _plain(context, running, way, style, size) for way in ("markers", "geojson")}
    return _report(figures, ours, drawn, plain)


@contextmanager
def _context(browser: Browser, running: Stack, cookie: str) -> Iterator[BrowserContext]:
    """Pages of the dispatcher; beside the product's addresses they find the scratch page."""
    context = browser.new_context(base_url=running.url, viewport=VIEW)  # type: ignore[arg-type]
    context.add_cookies([{"name": "fleet_session", "value": cookie, "url": running.url}])
    context.add_init_script(path=SCRIPT)
    context.route("**/bench-scratch", lambda route: route.fulfill(
        body=SCRATCH, content_type="text/html"))  # fmt: skip
    context.route("**/bench-files/**", _serve_library)
    yield context
    context.close()


def _serve_library(route: Route) -> None:
    wanted = route.request.url.split("/bench-files/", 1)[1]
    route.fulfill(path=LIBRARIES / wanted, headers={
        "Content-Type": "text/css" if wanted.endswith(".css") else "text/javascript"})  # fmt: skip


def _open(page: Page, running: Stack, vehicles: int) -> None:
    say(f"Opening the dashboard with {vehicles} vehicles ...")
    trouble: list[str] = []
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    page.on("requestfailed", lambda request: trouble.append(f"{request.url}: {request.failure}"))
    page.goto(running.url)
    try:
        page.wait_for_selector("[data-testid=fleet-map][data-ready=true]", timeout=PATIENCE_MS)
        page.wait_for_function(
            "count => window.__fleet.store.vehicles.size >= count",
            arg=vehicles,
            timeout=PATIENCE_MS,
        )
    except PageTimeout as error:
        shown = page.inner_text("body", timeout=PATIENCE_MS)[:500]
        told = "\n".join(trouble[-10:])
        raise RuntimeError(f"the map never showed them at {page.url}:\n{shown}\n{told}") from error


def _gaps(page: Page, map_name: str, zoom: int, size: Size) -> Gaps:
    say(f"  zoom {zoom} ...")
    centre = [CENTRE[1], CENTRE[0]]
    found = []
    for pan in (False, True):
        page.evaluate(
            f"([zoom, center]) => void {map_name}.jumpTo({{ zoom, center }})", [zoom, centre]
        )
        page.wait_for_timeout(size.settle_seconds * 1000)
        found.append(page.evaluate(
            f"([ms, pan]) => window.bench.gaps({map_name}, ms, pan)", [size.seconds * 1000, pan]
        ))  # fmt: skip
    return Gaps(*found)


def _post_and_see(running: Stack, page: Page, device: Device, posts: int) -> list[float]:
    """Seconds from the beginning of a POST to the first painting with that fix."""
    found = []
    page.evaluate("zoom => void window.__fleet.map.jumpTo({ zoom })", 15)
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {device.token}"
        for number in range(posts):
            lat = round(CENTRE[0] + number * 1e-5, 7)
            page.evaluate(
                "([id, lat]) => { window.seen = window.bench.drawn(id, lat, 10000); }",
                [device.vehicle_id, lat],
            )
            sent = time.time()
            client.post("/api/v1/locations", json={
                "recorded_at": int(sent * 1000), "latitude": lat, "longitude": CENTRE[1],
                "speed": 1.0,
            }).raise_for_status()  # fmt: skip
            at = page.evaluate("window.seen")
            if at is None:
                raise RuntimeError(f"fix {number} was not drawn within ten seconds")
            found.append(at / 1000 - sent)
            time.sleep(1.1)  # frames tell seconds: the next fix must be a newer one
    return found


def _plain(
    context: BrowserContext, running: Stack, way: str, style: Any, size: Size
) -> dict[int, Gaps]:
    """The same number of vehicles at the same rate, the way MapLibre's examples do it."""
    say(f"The same as plain {way} ...")
    page = context.new_page()
    page.goto(f"{running.url}/bench-scratch")
    page.evaluate("plan => window.bench.plain(plan)", {
        "style": style, "center": [CENTRE[1], CENTRE[0]], "zoom": size.zooms[0], "way": way,
        "points": [[lon, lat] for lat, lon in scattered(size.vehicles)],
        "slices": SLICES, "every": EVERY_SECONDS * 1000,
    })  # fmt: skip
    found = {zoom: _gaps(page, "window.map", zoom, size) for zoom in size.zooms}
    page.close()
    return found


def _heap_mb(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    used = next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize")
    return round(float(used) / 1e6, 1)


def _report(
    figures: dict[str, float], ours: dict[int, Gaps], drawn: list[float],
    plain: dict[str, dict[int, Gaps]],
) -> dict[str, Any]:  # fmt: skip
    for zoom, gaps in ours.items():
        figures |= _described(f"zoom{zoom}", gaps.rest) | _described(f"zoom{zoom}_pan", gaps.pan)
    for way, found in plain.items():
        figures |= _described(f"{way}", _all(found, "rest"))
        figures |= _described(f"{way}_pan", _all(found, "pan"))
    figures["post_to_drawn_p50_s"] = round(percentile(drawn, 0.5), 3)
    figures["post_to_drawn_max_s"] = round(max(drawn), 3)
    ratios = {}
    for way, name in (("markers", "plain"), ("geojson", "geojson")):
        for moment, suffix in (("rest", ""), ("pan", "_pan")):
            theirs = percentile(_all(plain[way], moment), 0.95)
            ratios[f"{name}{suffix}_p95_vs_ours"] = round(
                theirs / percentile(_all(ours, moment), 0.95), 2
            )
    return {"bench": "browser", "ratios": ratios, "figures": figures}


def _all(found: dict[int, Gaps], moment: str) -> list[float]:
    return [gap for gaps in found.values() for gap in getattr(gaps, moment)]


def _described(name: str, gaps: list[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": round(percentile(gaps, 0.5), 1),
        f"{name}_p95_ms": round(percentile(gaps, 0.95), 1),
        f"{name}_max_ms": round(max(gaps), 1),
        f"{name}_smooth_share": round(sum(gap < SMOOTH_MS for gap in gaps) / len(gaps), 3),
    }
