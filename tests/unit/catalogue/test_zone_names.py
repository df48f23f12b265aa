"""Which zone a point is called by."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.zone_names import MARGIN_M, MOST_M2, ZoneName, zone_names
from fleet_app.kernel.geo import destination, distance_m
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, Shape
from fleet_app.location.zones.zone import Zone

HERE = (60.17, 24.94)
_numbers = count(1)


def circle(name: str, radius: float, metres: float = 0.0, bearing: float = 90.0) -> Zone:
    lat, lon = destination(*HERE, bearing, metres)
    return a_zone(name, Circle((lon, lat), radius))


def a_zone(name: str, shape: Shape, **said: Any) -> Zone:
    return Zone(id=next(_numbers), name=name, shape=shape, **said)


def called(*zones: Zone) -> ZoneName:
    (found,) = zone_names(ZoneIndex(zones), [HERE])
    return found


def test_the_smallest_is_meant() -> None:
    assert called(circle("Port", 170), circle("Gate", 20), circle("Yard", 60)).place == "Gate"


def test_being_inside_goes_before_being_beside() -> None:
    assert called(circle("Port", 170), circle("Gate", 20, 30)).place == "Port"


def test_a_zone_of_some_vehicles_or_hours_is_as_good_a_name() -> None:
    shape = Circle((HERE[1], HERE[0]), 50.0)
    told = {"vehicle_ids": frozenset({1}), "hours": "Mon 08:00-09:00"}
    assert called(a_zone("Bay", shape, **told)).place == "Bay"


def test_a_large_zone_and_a_corridor_are_areas() -> None:
    lat, lon = HERE
    corners = ((lon, lat), (lon + 0.01, lat), (lon + 0.01, lat + 0.01), (lon, lat + 0.01))
    square = Polygon(corners)
    street = Corridor(((lon - 0.001, lat), (lon + 0.001, lat)), 20.0)
    assert called(a_zone("Centre", square)) == ZoneName(None, "Centre")
    assert called(a_zone("Street", street)) == ZoneName(None, "Street")
    assert called(a_zone("Centre", square), a_zone("Street", street)).area == "Street"
    assert called(circle("Shop", 30), a_zone("Street", street)) == ZoneName("Shop", "Street")


def test_no_zones_and_no_points() -> None:
    assert called() == ZoneName()
    assert zone_names(ZoneIndex([circle("Gate", 20)]), []) == []


@given(
    st.lists(
        st.tuples(st.floats(5, 400), st.floats(0, 500), st.floats(0, 359)), min_size=1, max_size=8
    )
)
def test_a_name_is_always_that_of_a_zone_around_the_point(
    drawn: list[tuple[float, float, float]],
) -> None:
    zones = [circle(f"Zone {n}", *one) for n, one in enumerate(drawn)]
    found, index = called(*zones), ZoneIndex(zones)
    outside = {zone.name: _outside(zone) for zone in zones}
    for name in (found.place, found.area):
        assert name is None or outside[name] < MARGIN_M + 0.1
    small = {
        zone.name for n, zone in enumerate(index.zones)
        if index.area_m2(n) <= MOST_M2 and outside[zone.name] < MARGIN_M - 0.1
    }  # fmt: skip
    assert found.place is not None or not small
    if found.place in small and outside[found.place] > 0.1:
        assert all(outside[name] > -0.1 for name in small), "one that it is in goes first"


def _outside(zone: Zone) -> float:
    assert isinstance(zone.shape, Circle)
    lon, lat = zone.shape.center
    return distance_m(*HERE, lat, lon) - zone.shape.radius_m
