"""A way of which some legs cannot be driven, put together from those that can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.ports import Costing, Directions, LatLon

STRAIGHT = GreatCircleRoads()


class Roads(Protocol):
    """Turns along roads."""

    async def directions(
        self, points: Sequence[LatLon], costing: Costing, language: str
    ) -> Directions:
        """The way with its turns. Raises `NoRoute`."""
        ...


async def in_pieces(
    points: Sequence[LatLon], costing: Costing, language: str, roads: Roads
) -> Directions:
    """The way leg by leg. One that no road leads along, as from where a truck stands and may not
    be, is straight and says so; the others have their turns. Raises `NoRoute` when none leads
    anywhere."""
    found: Directions | None = None
    lost: NoRoute | None = None
    is_led = False
    for ends in pairwise(points):
        try:
            part = await roads.directions(ends, costing, language)
            is_led = True
        except NoRoute as error:
            lost, part = error, _straight(ends, costing, error.reason)
        found = part if found is None else _joined(found, part)
    if lost is not None and not is_led:
        raise lost
    assert found is not None
    return found


def _straight(ends: Sequence[LatLon], costing: Costing, reason: str) -> Directions:
    found = STRAIGHT.directions(ends, costing)
    first = replace(found.maneuvers[0], instruction=f"Find your own way here: {reason}")
    legs = tuple(replace(leg, is_estimate=True) for leg in found.legs)
    return replace(found, maneuvers=(first, *found.maneuvers[1:]), legs=legs)


def _joined(first: Directions, then: Directions) -> Directions:
    moved = len(first.shape)
    turns = (replace(one, shape_index=one.shape_index + moved) for one in then.maneuvers)
    legs = (replace(one, shape_end=one.shape_end + moved) for one in then.legs)
    return Directions(
        first.distance_m + then.distance_m,
        first.duration_s + then.duration_s,
        first.shape + then.shape,
        (*first.maneuvers, *turns),
        then.language if first.is_estimate else first.language,
        first.is_estimate or then.is_estimate,
        (*first.legs, *legs),
    )
