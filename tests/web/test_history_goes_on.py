"""A period that includes now: what is pushed is added, and nothing jumps."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.async_api import expect

from tests.web.history_page import HOUR, MINUTE, Past, Way, a_fact
from tests.web.history_player import Player, built, player, site

__all__ = ["built", "player", "site"]

expect.set_options(timeout=20_000)
NONE = [None, None, None]


@pytest.fixture
def start() -> int:
    """When the trip that goes on began."""
    return int(time.time() * 1000) // MINUTE * MINUTE - 40 * MINUTE


@pytest.fixture
def past(start: int) -> Past:
    """A trip that goes on, told until twenty minutes ago."""
    past = Past({7: Way().drive(start, 20)})
    past.trips = [a_fact(1, "trip", start, start + 20 * MINUTE, ended_at=None)]
    return past


def period(start: int) -> dict[str, Any]:
    return {"fromMs": start - HOUR, "toMs": start + 6 * HOUR, "changes": NONE}


def goes_on(past: Past, start: int) -> int:
    """The trip ends and a stop begins; returns the newest fix."""
    past.ways[7].drive(start + 21 * MINUTE, 10)
    end = start + 31 * MINUTE
    past.trips = [a_fact(1, "trip", start, end, distance_m=6000.0)]
    past.stops = [a_fact(2, "stop", end, end, ended_at=None)]
    return end


def notice(sequence: int, *ids: int) -> list[Any]:
    return [None, {"sequence": sequence, "kind": "created", "ids": list(ids)}, None]


async def fixes_shown(player: Player) -> int:
    return int(await player.page.evaluate("__past.view.shown.tracks.get(7).t.length"))


async def push(player: Player, newest: int, *, sequence: int = 1) -> None:
    await player.page.evaluate("ms => moved(7, ms)", newest)
    await player.page.evaluate("changes => setProps({ changes })", notice(sequence, 2))


async def test_what_is_new_is_added_and_the_player_stays(player: Player, past: Past, start: int):
    await player.ready(**period(start))
    entries = player.page.locator(".past-entry")
    await expect(entries).to_have_count(1)
    await player.seek(start + 5 * MINUTE)
    await player.page.evaluate("__past.map.jumpTo({ center: [-97.7, 30.3], zoom: 9 })")
    before = await fixes_shown(player)
    await push(player, goes_on(past, start))
    await expect(entries).to_have_count(2)
    assert await fixes_shown(player) == before + 11
    assert await player.at() == start + 5 * MINUTE
    told = int(await player.page.get_by_test_id("past-scrub").input_value())
    assert await player.page.evaluate("__past.player.from") + told == start + 5 * MINUTE
    assert await player.page.evaluate("__past.map.getZoom()") == 9
    await expect(entries.first).to_have_attribute("data-now", "true")
    await expect(entries.nth(1)).not_to_have_attribute("data-now", "true")
    await expect(player.page.get_by_test_id("past")).to_have_attribute("data-busy", "false")


async def test_what_is_pushed_before_anything_was_read_does_no_harm(
    player: Player, past: Past, start: int
):
    past.broken = True
    await player.show(**period(start))
    await expect(player.page.get_by_role("alert")).to_be_visible()
    await player.page.evaluate("changes => setProps({ changes })", notice(1, 2))
    past.broken = False
    await player.page.get_by_role("button", name="Try again").click()
    await expect(player.page.get_by_test_id("past")).to_have_attribute("data-state", "ready")


async def test_fixes_alone_make_the_track_longer(player: Player, past: Past, start: int):
    await player.ready(**period(start))
    before = await fixes_shown(player)
    past.ways[7].drive(start + 21 * MINUTE, 2)
    await player.page.evaluate("ms => moved(7, ms)", start + 23 * MINUTE)
    await player.page.wait_for_function(
        "count => __past.view.shown.tracks.get(7).t.length === count", arg=before + 3
    )


async def test_playing_goes_on_while_more_becomes_known(player: Player, past: Past, start: int):
    await player.ready(**period(start))
    await player.page.keyboard.press("Space")
    await push(player, goes_on(past, start))
    await expect(player.page.locator(".past-entry")).to_have_count(2)
    assert await player.page.evaluate("__past.player.playing")
    assert start < await player.at() < start + 20 * MINUTE


async def test_follow_live_goes_to_the_newest_and_along_with_it(
    player: Player, past: Past, start: int
):
    await player.ready(**period(start))
    live = player.page.get_by_test_id("past-follow-live")
    await expect(live).to_have_attribute("aria-pressed", "false")
    await live.click()
    assert await player.at() == start + 20 * MINUTE
    await expect(live).to_have_attribute("aria-pressed", "true")
    newest = goes_on(past, start)
    await push(player, newest)
    await player.page.wait_for_function("ms => __past.player.ms === ms", arg=newest)
    await player.page.keyboard.press("ArrowLeft")
    await expect(live).to_have_attribute("aria-pressed", "false")
    past.ways[7].drive(newest + MINUTE, 1)
    before = await fixes_shown(player)
    await push(player, newest + 2 * MINUTE, sequence=2)
    await player.page.wait_for_function(
        "count => __past.view.shown.tracks.get(7).t.length > count", arg=before
    )
    assert await player.at() == newest - 10_000


async def test_a_period_that_is_over_is_not_read_again(player: Player, past: Past, start: int):
    await player.ready(**{**period(start), "toMs": start + 25 * MINUTE})
    await expect(player.page.get_by_test_id("past-follow-live")).to_have_count(0)
    asked = len(player.asked("/api/v1/trips"))
    await push(player, goes_on(past, start))
    await player.page.wait_for_timeout(2500)
    assert len(player.asked("/api/v1/trips")) == asked


async def test_an_empty_day_comes_to_life(player: Player, past: Past, start: int):
    told, past.ways, past.trips = past.ways, {}, []
    await player.show(**period(start))
    await expect(player.page.get_by_test_id("past-nothing")).to_be_visible()
    past.ways = told
    await push(player, start + 20 * MINUTE)
    await expect(player.page.get_by_test_id("past")).to_have_attribute("data-state", "ready")
    assert await player.at() == start


async def test_a_failure_leaves_what_is_shown(player: Player, past: Past, start: int):
    await player.ready(**period(start))
    past.broken = True
    asked = len(player.site.asked)
    await push(player, goes_on(past, start))
    while len(player.site.asked) == asked:
        await player.page.wait_for_timeout(50)
    await player.page.wait_for_timeout(300)
    await expect(player.page.locator(".past-entry")).to_have_count(1)
    await expect(player.page.get_by_role("alert")).to_have_count(0)
    past.broken = False
    await push(player, start + 31 * MINUTE, sequence=2)
    await expect(player.page.locator(".past-entry")).to_have_count(2)
