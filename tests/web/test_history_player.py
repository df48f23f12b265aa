"""The player of the past in a real browser, over a day with the hour that the clocks skip."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from fleet_app.settings import Settings
from tests.builders.barriers import no_barrier
from tests.web.component_page import Asked, Site, bundle, serving
from tests.web.history_page import (
    DAY_MS,
    END_MS,
    FIRST,
    LAT,
    LON,
    MINUTE,
    SCRIPT,
    SECOND,
    ZONE,
    Past,
    Way,
    a_day,
    a_fact,
)

EARLIEST, LAST = FIRST, SECOND + 30 * MINUTE
"""The quarters of an hour around everything that is known."""
GIVEN = {"vehicles": [{"id": 7, "name": "Van 7"}], "fromMs": DAY_MS, "toMs": END_MS, "zone": ZONE}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    bundle(folder, Settings().home, SCRIPT)
    return folder


@dataclass
class Player:
    """The page with the player, and the API behind it."""

    page: Page
    site: Site
    past: Past

    async def show(self, **given: Any) -> Player:
        await self.page.goto(self.site.url)
        await self.page.wait_for_function("window.ready")
        await self.page.evaluate("given => stage(given)", GIVEN | given)
        return self

    async def ready(self, **given: Any) -> Player:
        await self.show(**given)
        await expect(self.page.get_by_test_id("past")).to_have_attribute("data-state", "ready")
        await expect(self.page.get_by_test_id("past-map")).to_have_attribute("data-ready", "true")
        return self

    async def seek(self, ms: int) -> None:
        await self.page.evaluate("ms => __past.player.seek(ms)", ms)

    async def at(self) -> int:
        return int(await self.page.evaluate("__past.player.ms"))

    async def marker(self, vehicle_id: int = 7) -> dict[str, Any]:
        """Where the marker stands, and how it looks."""
        return await self.page.evaluate(
            """id => {
                const one = __past.view.markers.get(id);
                const { lat, lng } = one.marker.getLngLat() ?? {};
                return { lat, lng, lost: one.element.dataset.lost, on: one.on };
            }""",
            vehicle_id,
        )

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.site.asked if one.path.startswith(path)]


@pytest.fixture
def past() -> Past:
    return a_day()


@pytest.fixture
def site(built: Path, past: Past) -> Iterator[Site]:
    with serving(Site(built, past.answer)) as running:
        yield running


@pytest.fixture
async def player(site: Site, past: Past, browser: Browser) -> AsyncIterator[Player]:
    context = await browser.new_context(viewport={"width": 1300, "height": 800}, locale="en-GB")
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Player(page, site, past)
    await context.close()
    assert troubles == []


async def test_the_list_tells_trips_and_stops_in_the_time_of_the_fleet(player: Player):
    await player.ready()
    entries = player.page.locator(".past-entry")
    await expect(entries).to_have_count(3)
    day = player.page.locator(".past-day h2")
    await expect(day).to_have_text("Sunday 8 March2 trips · 8.9 km · 40 min")
    trip, stop, last = entries.nth(0), entries.nth(1), entries.nth(2)
    await expect(trip.locator(".past-when")).to_have_text("01:30 – 01:50")
    await expect(trip).to_contain_text("4.5 km")
    await expect(trip).to_contain_text("20 min")
    await expect(trip).to_contain_text("North depot")
    await expect(trip).to_contain_text("Congress Avenue 1, Austin")
    # Three hours and ten minutes: there was no hour from two to three.
    await expect(stop.locator(".past-when")).to_have_text("01:50 – 06:00")
    await expect(stop).to_contain_text("3 h 10 min")
    await expect(last).to_contain_text("1.2 km of it not seen")
    await expect(stop.locator(".past-unseen")).to_have_count(0)
    event = last.locator(".past-event")
    await expect(event).to_have_text("06:1022 km/h too fast")
    told = "Speeding: 72 km/h where 50 km/h is allowed, 06:10"
    await expect(event).to_have_attribute("title", told)
    await expect(player.page.get_by_role("link")).to_have_count(0)


async def test_who_may_report_has_a_file_of_every_trip(player: Player):
    await player.ready(reports=True)
    link = player.page.get_by_role("link", name="Report of the trip at 06:00")
    await expect(link).to_have_attribute("href", "/api/v1/trips/2/report.html")
    await expect(player.page.get_by_role("link", name="Report of")).to_have_count(2)


DRAWN = """async () => {
  const features = async (name) => (await __past.map.getSource(name).getData()).features;
  const bold = (await features("past-way")).filter(({ properties }) => !properties.pale);
  const north = bold.flatMap(({ geometry }) => geometry.coordinates.map(([, lat]) => lat));
  return [Math.min(...north), (await features("past-stops")).length,
    (await features("past-events")).length];
}"""


async def test_what_is_chosen_stands_out_until_the_moment_leaves_it(player: Player, past: Past):
    past.stops.append(a_fact(5, "stop", SECOND + 20 * MINUTE, LAST))
    await player.ready()
    await player.page.wait_for_function("__past.map.getSource('past-way')")
    whole = [pytest.approx(LAT), 2, 1]
    assert await player.page.evaluate(DRAWN) == whole
    await player.page.locator(".past-go").nth(2).click()
    chosen = player.page.locator('.past-go[aria-current="true"]')
    await expect(chosen).to_contain_text("06:00")
    middle = pytest.approx(LAT + 0.04)
    assert await player.page.evaluate(DRAWN) == [middle, 2, 1], "between two stops"
    await player.page.locator(".past-go").nth(0).click()
    assert await player.page.evaluate(DRAWN) == [pytest.approx(LAT), 1, 0], "to the first stop"
    await player.page.get_by_role("button", name="Show all").click()
    assert await player.page.evaluate(DRAWN) == whole
    await player.page.locator(".past-go").nth(2).click()
    await player.seek(FIRST)
    await expect(chosen).to_have_count(0)
    assert await player.page.evaluate(DRAWN) == whole


async def test_it_begins_at_the_moment_that_was_asked_for_on_its_trip(player: Player):
    await player.ready(atMs=SECOND + 5 * MINUTE)
    assert await player.at() == SECOND + 5 * MINUTE
    await expect(player.page.locator('.past-go[aria-current="true"]')).to_contain_text("06:00")


async def test_every_page_of_a_list_is_read(player: Player, past: Past):
    past.page = 1
    await player.ready()
    await expect(player.page.locator(".past-entry")).to_have_count(3)
    lists = [one for one in player.asked("/api/v1/trips") if one.path == "/api/v1/trips"]
    assert [one.query.count("cursor") for one in lists] == [0, 1]


async def test_between_fixes_the_marker_glides_and_over_a_gap_it_waits_greyed(player: Player):
    await player.ready()
    await player.seek(FIRST + MINUTE // 2)
    half = await player.marker()
    assert half["lat"] == pytest.approx(30.271, abs=1e-6)
    assert half["lost"] == "false"
    await player.seek(FIRST + 60 * MINUTE)
    waiting = await player.marker()
    assert waiting["lat"] == pytest.approx(30.31, abs=1e-6)
    assert waiting["lost"] == "true"
    await expect(player.page.locator(".past-readouts li")).to_contain_text("No fix since 01:50")


async def test_before_its_first_fix_a_vehicle_is_nowhere(player: Player, past: Past):
    past.ways[7].fixes = past.ways[7].fixes[5:]
    await player.ready()
    await player.seek(FIRST)
    assert not (await player.marker())["on"]
    await expect(player.page.locator(".past-readouts li")).to_contain_text("Not seen yet")


async def test_a_gap_is_never_drawn_as_a_driven_line(player: Player):
    await player.ready()
    await player.page.wait_for_function("__past.map.getSource('past-way')")
    drawn = await player.page.evaluate(
        """async () => (await __past.map.getSource("past-way").getData()).features.map(
            ({ properties: { lost, color }, geometry: { coordinates } }) =>
                ({ lost, color, north: coordinates.map(([, lat]) => lat) }))"""
    )
    lost = [one for one in drawn if one["lost"]]
    assert len(lost) == 1
    assert len(lost[0]["north"]) == 2
    assert len({one["color"] for one in drawn if not one["lost"]}) > 2
    dashes = await player.page.evaluate("__past.map.getPaintProperty('past-gap', 'line-dasharray')")
    assert dashes
    only = await player.page.evaluate("__past.map.getFilter('past-line')")
    assert only == ["!", ["get", "lost"]]


async def test_play_moves_time_and_marker_at_the_chosen_pace_and_pause_stops_them(player: Player):
    await player.ready()
    await player.page.get_by_label("Pace").last.select_option("60")
    before = await player.marker()
    await player.page.get_by_test_id("past-play").click()
    await player.page.wait_for_function("ms => __past.player.ms > ms", arg=FIRST + 20_000)
    assert (await player.marker())["lat"] > before["lat"]
    await player.page.get_by_test_id("past-play").click()
    still = await player.at()
    await player.page.wait_for_timeout(300)
    assert await player.at() == still


async def test_playing_passes_over_stops_unless_told_otherwise(player: Player):
    await player.ready()
    await player.seek(FIRST + 20 * MINUTE - 500)
    await player.page.get_by_test_id("past-play").click()
    await player.page.wait_for_function("ms => __past.player.ms >= ms", arg=SECOND)
    await player.page.get_by_test_id("past-play").click()
    await player.page.get_by_label("Skip stops").uncheck()
    await player.seek(FIRST + 20 * MINUTE - 500)
    await player.page.get_by_test_id("past-play").click()
    await player.page.wait_for_function(
        "ms => __past.player.ms > ms", arg=FIRST + 20 * MINUTE + 500
    )
    assert await player.at() < SECOND - 60 * MINUTE


async def test_the_keyboard_plays(player: Player):
    await player.ready()
    keys = player.page.keyboard
    start = await player.at()
    assert start == FIRST, "the player begins where something happens"
    await keys.press("ArrowRight")
    assert await player.at() == start + 10_000
    await keys.press("Shift+ArrowRight")
    assert await player.at() == start + 70_000
    await keys.press("ArrowLeft")
    assert await player.at() == start + 60_000
    await keys.press("End")
    assert await player.at() == LAST
    await keys.press("Home")
    assert await player.at() == EARLIEST
    await player.seek(FIRST)
    for mark in (FIRST + 20 * MINUTE, SECOND, SECOND + 10 * MINUTE):
        await keys.press("Control+ArrowRight")
        assert await player.at() == mark
    await keys.press("Control+ArrowLeft")
    assert await player.at() == SECOND
    await keys.press("Space")
    await expect(player.page.get_by_test_id("past-play")).to_have_attribute(
        "aria-label", "Pause (space)"
    )
    await keys.press("Space")
    still = await player.at()
    await player.page.get_by_label("Words").focus()
    await keys.type("a b")
    await keys.press("Home")
    assert await player.at() == still, "keys of a field are its own"
    await expect(player.page.get_by_label("Words")).to_have_value("a b")


async def test_the_scrub_bar_goes_where_it_is_clicked_and_tells_the_moment(player: Player):
    await player.ready()
    scrub = player.page.get_by_test_id("past-scrub")
    box = await scrub.bounding_box()
    assert box
    await player.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = (EARLIEST + LAST) / 2
    assert await player.at() == pytest.approx(middle, abs=MINUTE)
    await player.seek(SECOND)
    await expect(player.page.get_by_test_id("past-clock")).to_have_text("06:00:00")
    await expect(scrub).to_have_attribute("aria-valuetext", "8 Mar, 06:00:00 GMT-5")
    kinds = await player.page.locator(".past-band-row i").evaluate_all(
        "all => all.map(one => one.dataset.kind)"
    )
    assert sorted(kinds) == ["gap", "stop", "trip", "trip"]


async def test_charts_follow_the_player_tell_under_the_pointer_and_seek(player: Player):
    await player.ready()
    chart = player.page.get_by_test_id("past-chart-speed")
    plot = chart.locator(".past-plot")
    before = await chart.locator(".past-cursor").evaluate("one => one.style.transform")
    await player.seek(SECOND)
    assert await chart.locator(".past-cursor").evaluate("one => one.style.transform") != before
    box = await plot.bounding_box()
    assert box
    inner = box["width"] - 54
    x = box["x"] + 44 + inner * (SECOND + 10 * MINUTE - EARLIEST) / (LAST - EARLIEST)
    await player.page.mouse.move(x, box["y"] + 40)
    await expect(chart.locator(".past-hover")).to_contain_text("km/h")
    await expect(chart.locator(".past-hover")).to_contain_text("06:")
    await player.page.mouse.click(x, box["y"] + 40)
    assert await player.at() == pytest.approx(SECOND + 10 * MINUTE, abs=3 * MINUTE)
    drawn = await chart.locator("canvas").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)"
    )
    assert drawn


async def test_a_trip_in_the_list_is_gone_to_and_the_one_that_plays_is_marked(player: Player):
    await player.ready()
    entries = player.page.locator(".past-entry")
    await expect(entries.nth(0)).to_have_attribute("data-now", "true")
    await entries.nth(2).locator(".past-go").click()
    assert await player.at() == SECOND
    await expect(entries.nth(2)).to_have_attribute("data-now", "true")
    await expect(entries.nth(0)).not_to_have_attribute("data-now", "true")
    await entries.nth(2).locator(".past-event").click()
    assert await player.at() == SECOND + 10 * MINUTE + 1000
    await player.page.keyboard.press("Space")
    await player.page.wait_for_function("__past.player.playing")
    await player.page.keyboard.press("Space")
    await entries.nth(0).locator(".past-go").focus()
    await player.page.keyboard.press("Space")
    assert await player.at() == FIRST, "whoever came by the keyboard presses the button"


async def test_several_vehicles_move_in_one_time(player: Player, past: Past):
    past.ways[8] = Way().drive(FIRST + 10 * MINUTE, 20, north=-0.002)
    past.trips.append(a_fact(9, "trip", FIRST + 10 * MINUTE, FIRST + 30 * MINUTE, vehicle_id=8))
    await player.ready(vehicles=[{"id": 7, "name": "Van 7"}, {"id": 8, "name": "Van 8"}])
    await player.seek(FIRST + 15 * MINUTE)
    north, south = await player.marker(7), await player.marker(8)
    assert north["lat"] == pytest.approx(30.30, abs=1e-5)
    assert south["lat"] == pytest.approx(30.26, abs=1e-5)
    await expect(player.page.locator(".past-band-row")).to_have_count(2)
    await expect(player.page.locator(".past-readouts li")).to_have_count(2)
    await expect(player.page.get_by_label("Colour by speed")).not_to_be_checked()
    await expect(player.page.locator(".past-entry").nth(1)).to_contain_text("Van 8")


SNAPPED = """() => {
  const { map, view } = window.__past;
  const { features } = map.getSource("past-snapped").serialize().data;
  const width = map.getPaintProperty("past-line", "line-width");
  return [features.map(({ properties, geometry }) => [properties.matched, geometry.coordinates]),
    typeof width === "number", view.shown.tracks.get(7).lon[0]];
}"""


async def test_snapping_is_offered_only_where_the_server_can_do_it(player: Player, past: Past):
    await player.ready()
    await expect(player.page.get_by_label("Raw fixes")).to_be_visible()
    await expect(player.page.get_by_label("Snap to roads")).to_have_count(0)
    assert [one.path for one in player.asked("/api/v1/trips/2/snapped")], "asked about one trip"
    past.snaps = True
    await player.ready()
    await expect(player.page.get_by_label("Snap to roads")).not_to_be_checked()
    assert not player.asked("/api/v1/trips/1/snapped"), "and only one, until somebody wants it"


async def test_snapped_trips_are_drawn_beside_the_way_as_it_was_told(player: Player, past: Past):
    past.snaps = True
    await player.ready()
    await player.page.get_by_label("Snap to roads").check()
    await expect(player.page.get_by_label("Snap to roads · 97 % fit")).to_be_checked()
    drawn, thin, told_lon = await player.page.evaluate(SNAPPED)
    assert [matched for matched, _ in drawn] == [True, False, True, False]
    assert drawn[0][1][0] == [pytest.approx(LON + 0.002), pytest.approx(LAT)]
    assert drawn[0][1][-1] == drawn[1][1][0]
    assert (thin, told_lon) == (True, pytest.approx(LON)), "the way as it was told stays"
    await player.page.get_by_label("Snap to roads").uncheck()
    await expect(player.page.get_by_label("Snap to roads", exact=True)).not_to_be_checked()
    drawn, thin, _ = await player.page.evaluate(SNAPPED)
    assert (drawn, thin) == ([], False)


async def test_an_empty_day_says_so_and_offers_the_last_day_with_data(player: Player, past: Past):
    past.ways, past.trips, past.events = {}, [], []
    past.stops = [a_fact(3, "stop", DAY_MS - MINUTE, END_MS, ended_at=None)]
    await player.show()
    await expect(player.page.get_by_test_id("past-nothing")).to_contain_text("Nothing was recorded")
    await player.page.get_by_role("button", name="Go to the last day with data").click()
    assert await player.page.evaluate("heard") == ["latest"]


async def test_a_refusal_is_told_and_can_be_tried_again(player: Player, past: Past):
    past.broken = True
    await player.show()
    await expect(player.page.get_by_role("alert")).to_contain_text("The database is busy.")
    past.broken = False
    await player.page.get_by_role("button", name="Try again").click()
    await expect(player.page.get_by_test_id("past")).to_have_attribute("data-state", "ready")


async def test_another_period_replaces_what_was_shown(player: Player, past: Past):
    await player.ready()
    past.trips, past.stops, past.events = [], [], []
    await player.page.evaluate("given => setProps(given)", {"toMs": END_MS - MINUTE})
    await expect(player.page.locator(".past-entry")).to_have_count(0)
    await expect(player.page.locator(".past-days")).to_contain_text("No trips or stops are known")
    past.unclear = True
    await player.page.evaluate("given => setProps(given)", {"toMs": END_MS - 2 * MINUTE})
    await expect(player.page.locator(".past-days")).to_contain_text("still being worked out")


async def test_on_a_phone_the_list_is_a_sheet_over_the_map(player: Player):
    await player.page.set_viewport_size({"width": 390, "height": 700})
    await player.ready()
    entry = player.page.locator(".past-go").first
    await expect(entry).to_be_hidden()
    await expect(player.page.get_by_test_id("past-play")).to_be_in_viewport(ratio=1)
    await player.page.get_by_role("button", name="Show the list").click()
    await expect(entry).to_be_in_viewport()
    await entry.click()
    await expect(entry).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_people_out(player: Player, scheme: str):
    await player.ready()
    if scheme == "dark":
        await player.page.evaluate("document.documentElement.classList.add('dark')")
        await expect(player.page.get_by_test_id("past")).to_have_attribute(
            "data-fleet-theme", "dark"
        )
    await no_barrier(player.page)
