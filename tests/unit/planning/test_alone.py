"""Rows by themselves: the times and flags that they have among all the others."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.delivery.models import DeliveryStatus, Priority, Route
from fleet_app.fleet.models import VehicleType
from fleet_app.planning.problem.alone import alone, blocks_of, times_of
from fleet_app.planning.problem.problems import Question
from fleet_app.planning.routes.healing import Healed, healed
from fleet_app.routing.optimiser.plan import Plan, Tour
from fleet_app.routing.optimiser.scheduling import schedule
from tests.builders.plan_days import (
    DATE,
    a_day,
    a_depot,
    a_document,
    a_driver,
    a_van,
    an_order,
    straight,
    utc,
)  # fmt: skip

ROUTE = Route(id=9, fleet_id=1, date=DATE, vehicle_id=1, driver_id=1)
_said: dict[int, dict[str, Any]] = {
    1: {"route_id": 9, "status": DeliveryStatus.OUT_FOR_DELIVERY},
    2: {"window_from": utc(8), "window_to": utc(8.2)},
    3: {"pickup_lat": 60.3, "pickup_lon": 24.8, "weight_kg": 900.0},
    4: {"required_skills": ["cooled"], "weight_kg": 700.0},
    5: {"window_from": utc(12), "window_to": utc(13)},
    6: {"pickup_lat": 60.2, "pickup_lon": 24.7, "priority": Priority.URGENT},
}
IDS = range(1, 10)
DAY = a_day(
    [an_order(id_, **_said.get(id_, {})) for id_ in IDS],
    vans=[a_van(1, capacity_kg=800.0), a_van(2, type=VehicleType.TRUCK), a_van(3, depot_id=None)],
    drivers=[
        a_driver(1),
        a_driver(2, shift="Mon-Fri 07:00-11:00; Mon-Fri 14:00-18:00"),
        a_driver(3),
    ],
    depots=[a_depot(1), a_depot(2)],
    routes={9: (ROUTE, [1])},
)
_rows = st.permutations(list(IDS)).flatmap(
    lambda ids: st.tuples(st.integers(0, 9), st.integers(0, 9)).map(
        lambda cut: [ids[: min(cut)], ids[min(cut) : max(cut)], ids[max(cut) :][:2]]
    )
)
_locks = st.lists(st.sampled_from(["", "order"]), min_size=3, max_size=3)


def arranged(rows: list[list[int]], locks: list[str], torn: bool) -> Healed:
    """With these stops and locks; `torn`: the first pickup is on the last row."""
    document = a_document(*rows)
    for row, lock in zip(document.rows, locks, strict=True):
        held = tuple(msgspec.structs.replace(stop, locked=lock != "") for stop in row.stops)
        document = document.with_rows(msgspec.structs.replace(row, lock=lock, stops=held))
    plan = healed(DAY, document, {"1": 9})
    fetched = [stop for row in plan.document.rows for stop in row.stops if stop.pickup]
    for stop in fetched[:1] if torn else ():
        for row in plan.document.rows:
            left = tuple(one for one in row.stops if one != stop)
            left = (*left, stop) if row.key == "3" else left
            plan.document = plan.document.with_rows(msgspec.structs.replace(row, stops=left))
    return plan


@settings(max_examples=80, deadline=None)
@given(_rows, _locks, st.booleans())
def test_rows_by_themselves_are_as_they_are_among_all(
    rows: list[list[int]], locks: list[str], torn: bool
) -> None:
    question = Question(DAY, arranged(rows, locks, torn))
    every = question.prepared([straight(question.places) for _ in question.travels])
    whole = schedule(
        every.problem, every.sequences, every.words,
        say_time=lambda seconds: DAY.said(DAY.moment(seconds)),
    )  # fmt: skip
    blocks = {key: block for key, (_, block) in blocks_of(question).items()}
    driving = {
        key: straight(tuple(question.places[one] for one in block)) for key, block in blocks.items()
    }
    apart = times_of(question, alone(question, blocks, driving))

    assert by_vehicle(apart) == by_vehicle(whole)
    assert _flags(apart) == _flags(whole)


def by_vehicle(plan: Plan) -> list[Tour]:
    return sorted(plan.tours, key=lambda one: one.vehicle)


def _flags(plan: Plan) -> list[tuple[object, ...]]:
    return sorted(
        (one.vehicle, one.code, one.stop or "", one.words, one.amount) for one in plan.flags
    )


def test_a_row_knows_its_own_places_only() -> None:
    question = Question(DAY, healed(DAY, a_document([4, 5], [7], []), {"1": 9}))
    blocks = blocks_of(question)
    assert set(blocks) == {"1", "2"}
    assert (len(blocks["1"][1]), len(blocks["2"][1])) == (4, 2)
    assert [travel.costing for travel, _ in blocks.values()] == ["auto", "truck"]
