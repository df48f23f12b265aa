"""Selection and filters of the overview."""

from __future__ import annotations

import pytest
import reflex as rx

from fleet_app.web.states.overview import MAX_QUERY, Overview


@pytest.fixture
async def overview():
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    return await root.get_state(Overview)


async def test_following_ends_when_another_vehicle_is_selected(overview):
    await overview.select(4)
    await overview.toggle_follow()
    assert overview.follow
    await overview.select(4)
    assert overview.follow
    await overview.select(5)
    assert (overview.selected, overview.follow) == (5, False)


async def test_nothing_can_be_followed_without_a_selection(overview):
    await overview.toggle_follow()
    assert not overview.follow
    await overview.set_follow(True)
    assert not overview.follow


async def test_statuses_toggle_in_a_fixed_order_and_unknown_ones_are_ignored(overview):
    for status in ("offline", "moving", "nonsense"):
        await overview.toggle_status(status)
    assert overview.statuses == ["moving", "offline"]
    assert overview.status_filter == "moving,offline"
    await overview.toggle_status("offline")
    assert overview.status_filter == "moving"
    await overview.show_all()
    assert overview.status_filter == ""


async def test_search_words_are_cut(overview):
    await overview.search("x" * 500)
    assert len(overview.query) == MAX_QUERY


async def test_a_negative_id_selects_nothing(overview):
    await overview.select(-3)
    assert overview.selected == 0


async def test_showing_only_one_status_drops_every_other_filter(overview):
    await overview.search("van")
    await overview.toggle_status("moving")
    await overview.show_only("offline")
    assert (overview.statuses, overview.query) == (["offline"], "")
    await overview.show_only("nonsense")
    assert overview.statuses == ["offline"]
    assert overview.narrowed
    await overview.show_all()
    assert not overview.narrowed
