"""Which vehicles are nearest by road."""

from __future__ import annotations

from typing import cast

import numpy as np

from fleet_app.planning.live.nearest import _Seen, nearest
from fleet_app.planning.ports import Roads
from fleet_app.routing.optimiser.problem import UNREACHABLE
from fleet_app.routing.roads.ports import RoadMatrix
from tests.builders.plan_days import utc


class Ferry:
    """Roads that lead from the mainland only."""

    async def matrix(self, *_: object, **__: object) -> RoadMatrix:
        seconds = np.array([[UNREACHABLE], [900]], dtype=np.int64)
        return RoadMatrix(seconds, seconds * 10, is_estimate=False)


async def test_a_vehicle_on_an_island_nearby_comes_after_one_that_can_drive_here() -> None:
    island = _Seen(1, "Island", "auto", 60.1001, 25.0, utc(9))
    mainland = _Seen(2, "Mainland", "auto", 60.15, 25.0, utc(9))
    found = await nearest([island, mainland], (60.1, 25.0), 2, cast("Roads", Ferry()))
    assert [one.name for one in found] == ["Mainland", "Island"]
    assert [one.is_estimate for one in found] == [False, True]
