"""Which addresses of the map the demo's vehicles get to, and back from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from fleet_app.fleet.models import VehicleType
from fleet_app.kernel.geo import distance_m
from fleet_app.routing.geocoding.ports import Place
from fleet_app.routing.roads import UNREACHABLE, LatLon, RoadNetwork, costing_of, open_roads

_HUBS = 8
"""From so many places roads are followed; most of them lie where most roads meet."""
_WIDEST_M = 60_000.0
"""Across so much of a map at most, which takes tenths of a second."""
_RARE = VehicleType.TRUCK
"""Where it may not go, others take its goods, if the map is small."""

Mask = NDArray[np.bool_]


def within_reach(places: Sequence[Place], map_dir: Path, wanted: int) -> list[Place]:
    """The places between which roads lead both ways, for every type of vehicle; where these are
    fewer than `wanted`, for every type but trucks.

    At the edge of a map roads end: one-way streets lead out, and none comes back. All places of a
    map without roads, and of one that is too wide to ask.
    """
    points = [(place.lat, place.lon) for place in places]
    if not points or _width_m(points) > _WIDEST_M:
        return list(places)
    roads = open_roads(map_dir)
    if roads.is_estimate:
        return list(places)
    masks = {kind: _connected(roads, points, kind) for kind in VehicleType}
    common = np.logical_and.reduce([mask for kind, mask in masks.items() if kind is not _RARE])
    every = common & masks[_RARE]
    chosen = every if every.sum() >= wanted else common
    return [place for place, is_in in zip(places, chosen, strict=True) if is_in]


def _connected(roads: RoadNetwork, points: Sequence[LatLon], kind: VehicleType) -> Mask:
    """The largest part of the points that vehicles of a kind can go around in."""
    costing = costing_of(kind.value)
    hubs = Random(len(points)).sample(points, min(_HUBS, len(points)))  # noqa: S311
    there = roads.matrix(hubs, costing, targets=points).durations_s < UNREACHABLE
    back = roads.matrix(points, costing, targets=hubs).durations_s < UNREACHABLE
    both: Mask = there & back.T
    largest: Mask = both[both.sum(axis=1).argmax()]
    return largest


def _width_m(points: Sequence[LatLon]) -> float:
    lats, lons = zip(*points, strict=True)
    return distance_m(min(lats), min(lons), max(lats), max(lons))
