"""Traffic by the hour: nobody is faster than without it, and rush hours cost time."""

from __future__ import annotations

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.simulation.drive import Road, Style, plan_drive
from fleet_app.simulation.tours import Area, Place
from fleet_app.simulation.traffic import calm, flow, pace_of, slowed
from fleet_app.simulation.wander import SLOWEST_MPS, Wander

ZONE = "Europe/Helsinki"
AREA = Area(60.15, 24.90, 60.20, 25.00)


def straight(begin: Place, end: Place) -> Road:
    return Road((begin, end), (14.0,))


@given(st.datetimes(datetime(2024, 1, 1), datetime(2033, 1, 1)))
def test_traffic_never_stands_and_never_speeds_anybody_up(at: datetime) -> None:
    assert 0.55 <= flow(at) <= 1.0


def test_rush_hours_are_slow_on_workdays_only() -> None:
    monday, sunday = datetime(2026, 11, 23), datetime(2026, 11, 22)
    assert flow(monday.replace(hour=17)) < 0.65
    assert flow(monday.replace(hour=3)) > 0.95
    assert flow(sunday.replace(hour=17)) > 0.85


def test_each_driver_has_a_pace_of_their_own_and_keeps_it() -> None:
    paces = [calm(f"1 HC-{number}") for number in range(25)]
    assert len(set(paces)) == 25
    assert paces == [calm(f"1 HC-{number}") for number in range(25)]
    at = datetime(2026, 11, 23, 17, tzinfo=ZoneInfo(ZONE)).timestamp()
    assert pace_of("a", ZONE, lambda: at)() == pytest.approx(calm("a") * 0.60)


def test_a_slowed_road_takes_longer_and_is_nowhere_faster() -> None:
    road = Road(((60.17, 24.94), (60.18, 24.94), (60.18, 24.95)), (14.0, 2.0))
    slow = slowed(road, 0.5, SLOWEST_MPS)
    assert slow.limits == (7.0, 2.0)
    times = [plan_drive(one, Style(), Random(1)).duration for one in (road, slow)]
    assert times[1] > times[0] + 60  # of the 80 that the first part takes


def test_a_vehicle_asks_before_each_trip() -> None:
    paces = iter((1.0, 0.5))
    wander = Wander(AREA, straight, Style(), "7", (60.17, 24.94), pace=lambda: next(paces))
    there, back = wander.to((60.19, 24.94)), wander.to((60.17, 24.94))
    assert there is not None
    assert back is not None
    assert back.duration > 1.6 * there.duration
