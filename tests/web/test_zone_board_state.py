"""The zones page's state, on a real database: drawing, meeting others, copying, deleting."""

from __future__ import annotations

import json
from typing import Any

import pytest
import reflex as rx
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.location.geofences.models import Geofence
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.zones.board import ZoneBoard
from fleet_app.web.states.zones.copying import copied
from tests.builders.geofences import LAT, LON, a_square
from tests.builders.people import a_fleet
from tests.builders.screens import a_screen_of

SQUARE = json.dumps(a_square())
BOW = [[LON, LAT], [LON + 0.01, LAT + 0.01], [LON + 0.01, LAT], [LON, LAT + 0.01], [LON, LAT]]


class Tab:
    """The zones page in one browser tab."""

    def __init__(self, board: Any, form: Any, toasts: Any) -> None:
        self.board, self.form, self.toasts = board, form, toasts

    async def sent(self, **texts: str) -> None:
        """Save with these fields changed."""
        await self.board.save({**self.form.base, **self.form.values, **texts}, False)


async def a_tab(container: Container, fleet_id: int, role: Role = Role.DISPATCHER) -> Tab:
    root: rx.State = await a_screen_of(container, role, fleet_id, "/zones")
    board = await root.get_state(ZoneBoard)
    await board.open()
    await board.enter(0)
    return Tab(board, await root.get_state(RecordForm), await root.get_state(Toasts))


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


async def zones(container: Container) -> list[Geofence]:
    async with container.work() as session:
        return list((await session.exec(select(Geofence).order_by("id"))).all())


async def drawn(tab: Tab, name: str = "Yard") -> int:
    await tab.board.begin("polygon")
    await tab.sent(name=name, kind="polygon", geometry=SQUARE)
    assert not tab.board.editing, (tab.form.errors, tab.form.problem)
    return int(tab.board.chosen)


async def test_a_drawn_zone_is_stored_and_the_list_comes_back(container, fleet_id):
    tab = await a_tab(container, fleet_id)
    assert {"create", "update", "delete"} <= set(tab.board.may)
    before = tab.board.turn
    number = await drawn(tab)
    (zone,) = await zones(container)
    assert (zone.id, zone.name, zone.fleet_id, zone.kind) == (number, "Yard", fleet_id, "polygon")
    assert tab.board.turn == before + 1
    await tab.toasts.undo_last()
    assert (await zones(container))[0].deleted_at is not None


async def test_a_shape_that_crosses_itself_is_told_with_the_place_and_the_form_stays(
    container, fleet_id
):
    tab = await a_tab(container, fleet_id)
    await tab.board.begin("polygon")
    bow = json.dumps({"type": "Polygon", "coordinates": [BOW]})
    await tab.form.check("geometry", bow)
    assert f"{LAT + 0.005:.5f}, {LON + 0.005:.5f}" in tab.form.errors["geometry"]
    await tab.form.check("geometry", SQUARE)
    assert tab.form.errors == {}
    await tab.sent(name="Bow", kind="polygon", geometry=bow)
    assert tab.board.editing
    assert "crosses" in tab.form.errors["geometry"]
    assert await zones(container) == []


async def test_a_zone_that_was_not_drawn_is_not_stored(container, fleet_id):
    tab = await a_tab(container, fleet_id)
    await tab.board.begin("corridor")
    assert tab.form.values["kind"] == "corridor"
    await tab.sent(name="Road")
    assert tab.board.editing
    assert tab.form.errors
    assert await zones(container) == []


async def test_of_two_who_move_one_zone_the_second_is_told_and_chooses(container, fleet_id):
    one, other = await a_tab(container, fleet_id), await a_tab(container, fleet_id)
    number = await drawn(one)
    await one.board.choose(number)
    await other.board.choose(number)
    theirs, mine = json.dumps(a_square(0.02)), json.dumps(a_square(0.03))
    await one.sent(geometry=theirs, name="Their yard")
    await other.sent(geometry=mine, speed_limit="30")
    assert other.board.editing
    assert [(one["name"], one["open"]) for one in other.form.clashes] == [
        ("kind", True),
        ("name", False),
    ]
    assert other.form.values["name"] == "Their yard"
    assert other.form.values["speed_limit"] == "30"
    await other.form.take_theirs("kind")
    assert json.loads(other.form.values["geometry"]) == a_square(0.02)
    await other.sent()
    (zone,) = await zones(container)
    assert zone.geometry == a_square(0.02)
    assert zone.speed_limit == pytest.approx(30 / 3.6)
    assert not other.board.editing


async def test_a_copy_is_drawn_beside_and_stored_only_when_saved(container, fleet_id):
    tab = await a_tab(container, fleet_id)
    number = await drawn(tab)
    await tab.board.copy(number)
    assert tab.form.number == 0
    assert tab.form.values["name"] == "Copy of Yard"
    assert json.loads(tab.form.values["geometry"]) != json.loads(SQUARE)
    assert len(await zones(container)) == 1
    await tab.sent()
    zone, copy = await zones(container)
    assert copy.name == "Copy of Yard"
    assert copy.west > zone.west
    assert copy.area_m2 == pytest.approx(zone.area_m2, rel=0.01)


async def test_a_deleted_zone_comes_back(container, fleet_id):
    tab = await a_tab(container, fleet_id)
    number = await drawn(tab)
    await tab.board.choose(number)
    await tab.board.delete(number)
    assert not tab.board.editing
    assert (await zones(container))[0].deleted_at is not None
    await tab.toasts.undo_last()
    assert (await zones(container))[0].deleted_at is None


async def test_another_fleet_opens_copies_and_deletes_nothing(container, fleet_id):
    number = await drawn(await a_tab(container, fleet_id))
    stranger = await a_tab(container, await a_fleet(container))
    await stranger.board.choose(number)
    assert not stranger.board.editing
    assert stranger.toasts.items[-1]["tone"] == "problem"
    await stranger.board.copy(number)
    assert not stranger.board.editing
    await stranger.board.delete(number)
    assert (await zones(container))[0].deleted_at is None


async def test_a_lost_connection_leaves_the_form_and_a_new_visit_does_not(container, fleet_id):
    tab = await a_tab(container, fleet_id)
    await tab.board.choose(await drawn(tab))
    await tab.board.open()
    assert tab.board.editing
    await tab.board.enter(0)
    assert not tab.board.editing


@pytest.mark.parametrize("lon", [179.9999, -179.9999, 24.94])
def test_a_copied_circle_stays_on_earth_and_keeps_its_size(lon):
    copy = copied({"name": "x" * 120, "lat": 60.0, "lon": lon, "radius_m": 50_000.0,
                   "geometry": None, "external_reference": "A-1"})  # fmt: skip
    assert -180 <= copy["lon"] < 180
    assert copy["radius_m"] == 50_000
    assert len(copy["name"]) <= 120
    assert copy["external_reference"] is None
