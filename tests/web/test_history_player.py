"""The page of the past in a real browser, over a day with the hour that the clocks skip."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.builders.barriers import no_barrier
from tests.web.history_page import (
    DAY_MS,
    END_MS,
    FIRST,
    LAT,
    LON,
    MINUTE,
    SECOND,
    Past,
    a_fact,
)
from tests.web.history_player import LAST, Player, built, past, player, site

__all__ = ["built", "past", "player", "site"]


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
