"""Playing the past in a real browser: markers, pace, scrub bar, charts and keys."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.history_page import (
    FIRST,
    MINUTE,
    SECOND,
    Past,
    Way,
    a_fact,
)
from tests.web.history_player import EARLIEST, LAST, Player, built, past, player, site

__all__ = ["built", "past", "player", "site"]


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
