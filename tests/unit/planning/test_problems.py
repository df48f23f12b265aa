"""What becomes of records in the optimiser's problem."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fleet_app.delivery.models import Delivery, DeliveryStatus, Priority, Route, RouteStatus
from fleet_app.fleet.models import EnergyType, LateDeliveries, VehicleType
from fleet_app.planning.workday import costs
from fleet_app.planning.workday.hours import gaps_of, shift_of
from fleet_app.routing.optimiser.plan import Why
from fleet_app.routing.optimiser.problem import Hold, Problem, Stop, Vehicle, Window
from fleet_app.routing.optimiser.solving import solve
from fleet_app.routing.optimiser.validating import validate
from tests.builders.plan_days import (
    a_day,
    a_depot,
    a_document,
    a_driver,
    a_van,
    an_order,
    asked,
    utc,
)

HOUR = 3600


def stop(problem: Problem, identifier: str) -> Stop:
    return next(one for one in problem.stops if one.id == identifier)


def vehicle(problem: Problem, key: str = "1") -> Vehicle:
    return next(one for one in problem.vehicles if one.id == key)


def test_a_delivery_becomes_a_stop_in_whole_units() -> None:
    order = an_order(
        7, window_from=utc(9), window_to=utc(12.5), service_minutes=2.5, weight_kg=12.5,
        volume_m3=0.05, parcels=3, required_skills=["cooled"],
    )  # fmt: skip
    found = stop(asked(a_day([order]), a_document([])).problem, "7")
    assert found.windows == (Window(9 * HOUR, 12 * HOUR + 1800),)
    assert (found.service, found.delivers, found.skills) == (150, (12_500, 50, 3), {"cooled"})


def test_what_nobody_said_is_as_the_fleet_says() -> None:
    day = a_day([an_order(1)], service_minutes=7.0)
    found = stop(asked(day, a_document([])).problem, "1")
    assert (found.service, found.windows, found.delivers) == (420, (), (0, 0, 1))
    assert stop(asked(a_day([an_order(1)]), a_document([])).problem, "1").service == 240


def test_midnight_of_the_fleet_is_the_zero_also_when_the_clock_changes() -> None:
    order = an_order(1, window_from=utc(9), window_to=utc(10))
    day = a_day([order], time_zone="Europe/Helsinki")
    prepared = asked(day, a_document([]))
    assert prepared.zero == utc(-2)
    assert stop(prepared.problem, "1").windows == (Window(11 * HOUR, 12 * HOUR),)
    assert vehicle(prepared.problem).shift == Window(7 * HOUR, 16 * HOUR)


def test_the_more_urgent_a_delivery_the_dearer_it_is_to_leave_it_out() -> None:
    orders = [an_order(n, priority=one) for n, one in enumerate(Priority, start=1)]
    problem = asked(a_day(orders), a_document([])).problem
    prices = [stop(problem, str(n)).skip_cost or 0 for n in range(1, 5)]
    assert prices == sorted(prices)
    assert len(set(prices)) == 4


def test_a_window_that_is_over_refuses_a_delivery_unless_it_may_be_late() -> None:
    over = an_order(1, window_from=utc(8), window_to=utc(9))
    strict = asked(a_day([over], now=utc(10)), a_document([]))
    assert strict.refused[1][0] == Why.PAST.value
    day = a_day([over], now=utc(10), late_deliveries=LateDeliveries.AT_A_COST)
    found = stop(asked(day, a_document([])).problem, "1")
    assert found.late_cost is not None
    assert 60 * 60 * found.late_cost < (found.skip_cost or 0), "an hour late is better than never"
    before = an_order(2, window_from=utc(8, 20), window_to=utc(9, 20))
    late = a_day([before], now=utc(10), late_deliveries=LateDeliveries.AT_A_COST)
    assert asked(late, a_document([])).refused[2][0] == Why.PAST.value, "that was another day"


TWICE = {
    "window_from": utc(9), "window_to": utc(12), "window2_from": utc(14), "window2_to": utc(17),
}  # fmt: skip


def test_either_of_two_windows_will_do() -> None:
    problem = asked(a_day([an_order(1, **TWICE)]), a_document([])).problem
    assert stop(problem, "1").windows == (
        Window(9 * HOUR, 12 * HOUR), Window(14 * HOUR, 17 * HOUR),
    )  # fmt: skip


def test_who_has_two_windows_is_refused_after_the_last_one_only() -> None:
    def refused(hour: float) -> tuple[str, str] | None:
        return asked(a_day([an_order(1, **TWICE)], now=utc(hour)), a_document([])).refused.get(1)

    assert refused(13) is None
    words = "Its last time window ended at 17:00 on 24 Nov; give it a new one"
    assert refused(17.5) == (Why.PAST.value, words)
    days = TWICE | {"window_from": utc(9, 20), "window_to": utc(12, 20)}
    other = days | {"window2_from": utc(14, 27), "window2_to": utc(17, 27)}
    for windows, why in ((days, None), (other, Why.WINDOW.value)):
        found = asked(a_day([an_order(1, **windows)]), a_document([])).refused.get(1)
        assert (found and found[0]) == why, "what is over on another day does not count"


def test_what_has_two_windows_is_late_after_the_last_one() -> None:
    day = a_day([an_order(1, **TWICE)], late_deliveries=LateDeliveries.AT_A_COST)
    assert stop(asked(day, a_document([])).problem, "1").late_cost is not None


def test_only_what_has_to_be_there_by_a_time_can_be_late_at_a_cost() -> None:
    orders = [an_order(1), an_order(2, window_from=utc(9)), an_order(3, window_to=utc(12))]
    day = a_day(orders, late_deliveries=LateDeliveries.AT_A_COST)
    problem = asked(day, a_document([])).problem
    assert [one.id for one in problem.stops if one.late_cost is not None] == ["3"]


def test_vehicle_and_driver_become_one_with_their_limits() -> None:
    van = a_van(
        1, capacity_kg=900.5, capacity_parcels=50, skills=["heavy"], equipment=["ramp"],
        cost_per_km=0.5, cost_per_hour=36.0, fixed_cost=10.0, max_stops=40, type=VehicleType.TRUCK,
    )  # fmt: skip
    driver = a_driver(1, skills=["hazardous"], max_hours=8.5, break_minutes=45.0)
    day = a_day([], vans=[van], drivers=[driver])
    problem = asked(day, a_document([])).problem
    found = vehicle(problem)
    assert found.capacity == (900_500, None, 50)
    assert found.skills == {"heavy", "ramp", "hazardous", "goods from Depot 1"}
    assert (found.cost_per_metre, found.cost_per_second, found.fixed_cost) == (50, 1000, 1_000_000)
    assert (found.max_stops, found.max_duration) == (40, round(8.5 * HOUR))
    assert found.start == found.end is not None
    (rest,) = found.breaks
    assert (rest.duration, rest.windows[-1].end) == (45 * 60, (7 + 6) * HOUR)


@pytest.mark.parametrize(
    ("shift", "fleet", "minutes", "breaks"),
    [
        ("Mon-Fri 07:00-13:00", {}, None, 0),
        ("Mon-Fri 07:00-13:01", {}, None, 1),
        ("Mon-Fri 07:00-13:00", {"break_after_hours": 4.5}, None, 1),
        ("Mon-Fri 07:00-16:00", {}, 0.0, 0),
    ],
)
def test_who_works_long_has_a_break(
    shift: str, fleet: dict[str, float], minutes: float | None, breaks: int
) -> None:
    driver = a_driver(1, shift=shift, break_minutes=minutes)
    problem = asked(a_day([], drivers=[driver], **fleet), a_document([])).problem
    assert len(vehicle(problem).breaks) == breaks


def test_goods_of_another_depot_go_with_who_starts_there() -> None:
    depots = [a_depot(1), a_depot(2)]
    vans = [a_van(1), a_van(2, depot_id=2)]
    order = an_order(1, pickup_depot_id=2)
    problem = asked(a_day([order], vans=vans, depots=depots), a_document([], [])).problem
    assert stop(problem, "1").skills == {"goods from Depot 2"}
    assert solve(problem, seconds=0.2).sequences == {"2": ("1",)}


def test_goods_from_elsewhere_are_fetched_first_by_the_same_vehicle() -> None:
    order = an_order(1, pickup_lat=60.3, pickup_lon=24.8, weight_kg=5.0)
    day = a_day([order, an_order(2)])
    prepared = asked(day, a_document([2, 1], []))
    (pair,) = prepared.problem.pairs
    assert (pair.pickup, pair.delivery, pair.amounts) == ("p1", "1", (5000, 0, 1))
    assert prepared.sequences["1"] == ("2", "p1", "1")
    assert stop(prepared.problem, "1").delivers == ()


def test_what_nobody_starts_at_is_fetched_at_that_depot() -> None:
    order = an_order(1, pickup_depot_id=2)
    day = a_day([order], depots=[a_depot(1), a_depot(2)])
    assert asked(day, a_document([1])).sequences["1"] == ("p1", "1")


def test_what_is_locked_stays_and_so_does_a_locked_order() -> None:
    document = a_document([1, 2], [3])
    rows = document.rows
    locked = msgspec.structs.replace(
        rows[1], stops=(msgspec.structs.replace(rows[1].stops[0], locked=True),)
    )
    document = document.with_rows(msgspec.structs.replace(rows[0], lock="order"), locked)
    problem = asked(a_day([an_order(n) for n in range(1, 5)]), document).problem
    assert [stop(problem, str(n)).vehicle for n in range(1, 5)] == ["1", "1", "2", None]
    (chain,) = problem.chains
    assert (chain.vehicle, chain.stops, chain.hold) == ("1", ("1", "2"), Hold.WHOLE)


def test_who_has_left_goes_on_from_where_the_vehicle_was_last() -> None:
    route = Route(id=9, fleet_id=1, date=utc(0).date(), vehicle_id=1, driver_id=1,
                  status=RouteStatus.STARTED)  # fmt: skip
    done = an_order(1, route_id=9, status=DeliveryStatus.COMPLETED, status_at=utc(8.5))
    aboard = an_order(2, route_id=9, status=DeliveryStatus.OUT_FOR_DELIVERY)
    day = a_day([done, aboard], routes={9: (route, [1, 2])}, now=utc(9))
    prepared = asked(day, a_document([1, 2], []), {"1": 9})
    found = vehicle(prepared.problem)
    assert [one.id for one in prepared.problem.stops] == ["2"]
    assert found.shift.start == 9 * HOUR
    assert found.start != found.end
    assert stop(prepared.problem, "2").vehicle == "1"


def test_nobody_leaves_before_now() -> None:
    problem = asked(a_day([], now=utc(10)), a_document([])).problem
    assert vehicle(problem).shift == Window(10 * HOUR, 16 * HOUR)
    problem = asked(a_day([], now=utc(20)), a_document([])).problem
    assert vehicle(problem).shift.start == vehicle(problem).shift.end


def test_hours_are_the_drivers_else_the_fleets_within_those_of_the_depot() -> None:
    day = a_day([], working_hours="Mon-Fri 06:00-20:00")
    depot = a_depot(opening_hours="Mon-Sun 08:00-15:00")
    night = a_driver(1, shift="Mon-Sun 22:00-06:00")
    weekend = a_driver(1, shift="Sat-Sun 07:00-12:00")
    assert shift_of(day, a_driver(1), depot) == [(utc(8), utc(15))]
    assert shift_of(day, night, None) == [(utc(22), utc(30))]
    assert shift_of(day, weekend, None) == [(utc(6), utc(20))]
    assert shift_of(day, None, None) == [(utc(6), utc(20))]
    assert shift_of(a_day([], working_hours="Mon-Sun 00:00-24:00"), None, None) == [
        (utc(0), utc(24))
    ]
    assert gaps_of(day, [(utc(8), utc(15))]) == [(utc(0), utc(8)), (utc(15), utc(24))]


def test_nothing_is_an_answer_too() -> None:
    prepared = asked(a_day([], vans=[], drivers=[], depots=[]), a_document())
    assert (prepared.problem.stops, prepared.problem.vehicles, prepared.sequences) == ((), (), {})
    alone = asked(a_day([an_order(1)], depots=[]), a_document([1]))
    assert vehicle(alone.problem).start is None
    same = [an_order(n, lat=60.1, lon=24.9) for n in (1, 2)]
    assert len({one.place for one in asked(a_day(same), a_document([])).problem.stops}) == 1


def test_no_plan_takes_more_places_than_the_optimiser_does() -> None:
    orders = [an_order(n, lat=60 + n / 5000, lon=25.0) for n in range(1, 2_101)]
    prepared = asked(a_day(orders), a_document([]))
    assert len(prepared.problem.stops) == 1_999
    assert len(prepared.refused) == 101
    assert "2,000 places at most" in next(iter(prepared.refused.values()))[1]


def fetched(id_: int, **said: Any) -> Delivery:
    """An order whose goods wait at one of fifty addresses."""
    return an_order(id_, lat=60 + id_ / 5000, pickup_lat=60.2, pickup_lon=24 + id_ % 50, **said)


def test_what_is_fetched_on_the_way_has_two_of_the_stops_that_one_plan_takes() -> None:
    orders = [fetched(n, priority=Priority.HIGH if n > 1_000 else Priority.NORMAL)
              for n in range(1, 1_101)]  # fmt: skip
    prepared = asked(a_day(orders), a_document([]))
    assert len({one.place for one in prepared.problem.stops}) < 2_000, "these are not too many"
    assert (len(prepared.problem.stops), len(prepared.problem.pairs)) == (2_000, 1_000)
    assert {words for _, words in prepared.refused.values()} == {
        "One plan takes 2,000 stops at most"
    }
    assert len(prepared.refused) == 100
    assert max(prepared.refused) <= 1_000, "the least urgent wait, though they were there first"
    validate(prepared.problem)


def test_many_orders_of_few_places_are_planned_in_part_around_those_on_rows() -> None:
    orders = [an_order(n, lat=60 + n % 500 / 5000, lon=25.0) for n in range(1, 2_101)]
    orders[0].status = DeliveryStatus.COMPLETED
    day = a_day(orders)
    prepared = asked(day, a_document([*range(1, 1_502)]))
    assert len(prepared.problem.stops) == 2_000
    assert set(prepared.refused) == {*range(2_002, 2_101)}, "what is done takes no room"
    validate(prepared.problem)


@pytest.mark.parametrize(
    ("said", "grams"),
    [
        ({"co2_per_km": 77.0}, 77.0),
        ({"consumption_per_100km": 10.0}, 268.0),
        ({"energy": EnergyType.ELECTRIC, "consumption_per_100km": 20.0}, 50.0),
        ({"energy": EnergyType.HUMAN, "type": VehicleType.BIKE}, 0.0),
    ],
)
def test_co2_is_what_somebody_said_or_what_the_energy_gives(
    said: dict[str, object], grams: float
) -> None:
    assert costs.co2_per_km(a_van(1, **said)) == pytest.approx(grams)
