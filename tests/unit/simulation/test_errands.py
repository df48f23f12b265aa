"""From stop to stop: what a vehicle drives to, and what its trips say about its deliveries."""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

import pytest

from fleet_app.kernel.geo import distance_m
from fleet_app.simulation.api import Refused, TryLater
from fleet_app.simulation.drive import Road, Style
from fleet_app.simulation.errands import MOST_ERRANDS, Errands
from fleet_app.simulation.life import Activity, live, parked
from fleet_app.simulation.rounds import Stop, Work
from fleet_app.simulation.tours import Area, NoRoads, Place, Tour
from fleet_app.simulation.wander import Wander

AREA = Area(60.15, 24.90, 60.20, 25.00)
HOME = (60.17, 24.94)
STOPS = [(60.160 + n * 0.004, 24.92 + n * 0.01) for n in range(5)]


def straight(begin: Place, end: Place) -> Road:
    return Road((begin, end), (10.0,))


class Account:
    """Answers as the server would, and remembers what it was told."""

    def __init__(self, route: dict[str, Any]) -> None:
        self.route = route
        self.told: list[tuple[int, str]] = []
        self.asked: list[str] = []
        self.problem: Exception | None = None

    async def request(self, method: str, path: str, **options: Any) -> Any:
        self.asked.append(f"{method} {path}")
        if self.problem is not None:
            raise self.problem
        if path == "/api/v1/auth/me":
            return {"driver_id": 4, "vehicle_id": 12}
        if path.endswith("/assignments"):
            return {"routes": [self.route]}
        if path.endswith("/start"):
            self.route["status"] = "started"
            return self.route
        if path.endswith("/complete"):
            self.route["status"] = "completed"
            return self.route
        status = options["json"].get("status") or path.rpartition("/")[2]
        self.told.append((int(path.split("/")[4]), status))
        return {}


def route(status: str = "started", starts_at: str = "2026-11-20T08:00:00Z") -> dict[str, Any]:
    stops = [
        {"latitude": lat, "longitude": lon, "open": True, "kind": "delivery",
         "delivery": {"id": 100 + n, "tracking_number": f"HC-{n}"}}
        for n, (lat, lon) in enumerate(STOPS)
    ]  # fmt: skip
    return {"id": 3, "status": status, "vehicle_id": 12, "starts_at": starts_at, "stops": stops,
            "progress": {"left": len(stops)}}  # fmt: skip


def work_on(account: Account, keep_back: str = "") -> Work:
    return Work(account, "seed", keep_back)  # type: ignore[arg-type]


def errands_of(work: Work) -> Errands:
    tour = Tour(AREA, straight, Style(), "7")
    return Errands(work, tour, lambda start: Wander(AREA, straight, Style(), "7", start))


async def driven_through(work: Work, samples: int = 20_000) -> Errands:
    errands = errands_of(work)
    errands.begin_at(HOME)
    for sample in islice(live(errands.drive, "7"), samples):
        errands.notice(sample, time.time() + sample.at)
    return errands


async def test_every_stop_is_served_in_order_with_every_status_once() -> None:
    account = Account(route())
    work = work_on(account)
    await work.refresh(time.time())
    assert [stop.place for stop in work.stops] == STOPS
    await driven_through(work)
    await work.report()
    ends = [status for _, status in account.told[2::3]]
    assert account.told == [
        (100 + n, status) for n, end in enumerate(ends) for status in ("arriving", "arrived", end)
    ]
    assert len(ends) == len(STOPS)
    assert set(ends) <= {"completed", "failed"}
    assert work.stops == []


async def test_goods_are_fetched_before_they_are_brought() -> None:
    fetched = route()
    lat, lon = STOPS[3]
    pickup = {**fetched["stops"][0], "kind": "pickup", "latitude": lat, "longitude": lon}
    fetched["stops"] = [pickup, fetched["stops"][0]]
    account = Account(fetched)
    work = work_on(account)
    await work.refresh(time.time())
    assert [stop.place for stop in work.stops] == [STOPS[3], STOPS[0]]
    await driven_through(work)
    await work.report()
    assert account.told[:3] == [(100, "picked-up"), (100, "arriving"), (100, "arrived")]
    assert len(account.told) == 4
    assert work.stops == []


async def test_a_trip_to_a_stop_ends_there() -> None:
    work = work_on(Account(route()))
    await work.refresh(time.time())
    errands = errands_of(work)
    errands.begin_at(HOME)
    ends = [errands.drive(number).at(1e9) for number in range(5 * (MOST_ERRANDS + 1))]
    for lat, lon in STOPS:
        assert min(distance_m(lat, lon, end.lat, end.lon) for end in ends) < 5


async def test_a_stop_is_the_same_when_the_office_changes_the_times_of_its_route() -> None:
    account = Account(route())
    work = work_on(account)
    await work.refresh(time.time())
    errands = errands_of(work)
    errands.begin_at(HOME)
    errands.drive(0)
    before = work.stops[0]
    account.route["starts_at"] = "2026-11-20T09:30:00Z"
    await work.refresh(time.time())
    assert work.stops[0].ends == before.ends + 5400
    work.tell(before, "arrived", time.time())
    await work.report()
    assert account.told == [(100, "arrived")]


async def test_a_route_starts_when_it_is_time_and_is_completed_when_nothing_is_left() -> None:
    account = Account(route("published"))
    work = work_on(account)
    await work.refresh(0.0)
    assert work.stops == []
    assert not any("start" in asked for asked in account.asked)
    await work.refresh(time.time())
    assert len(work.stops) == len(STOPS)
    assert "POST /api/v1/routes/3/start" in account.asked
    for stop in account.route["stops"]:
        stop["open"] = False
    account.route["progress"]["left"] = 0
    await work.refresh(time.time())
    assert account.route["status"] == "completed"


async def test_the_parcel_that_somebody_follows_stays_on_its_way() -> None:
    account = Account(route())
    work = work_on(account, keep_back="HC-2")
    await work.refresh(time.time())
    assert 102 not in {stop.delivery_id for stop in work.stops}
    assert len(work.stops) == len(STOPS) - 1


async def test_what_happens_without_a_network_is_told_later_and_once() -> None:
    account = Account(route())
    work = work_on(account)
    await work.refresh(time.time())
    stop = work.stops[0]
    account.problem = TryLater("down")
    work.tell(stop, "arrived", time.time())
    work.tell(stop, "completed", time.time())
    with pytest.raises(TryLater):
        await work.report()
    account.problem = None
    await work.report()
    await work.report()
    assert account.told == [(100, "arrived"), (100, "completed")]


async def test_what_the_office_took_away_is_not_reported() -> None:
    account = Account(route())
    work = work_on(account)
    await work.refresh(time.time())
    gone = work.stops[1]
    account.route["stops"].pop(1)
    await work.refresh(time.time())
    work.tell(gone, "arrived", time.time())
    work.tell(work.stops[0], "arrived", time.time())
    account.problem = Refused(409, "illegal")
    await work.report()
    account.problem = None
    await work.report()
    assert account.told == []


async def test_without_work_the_usual_round_is_driven() -> None:
    work = work_on(Account({**route(), "stops": []}))
    await work.refresh(time.time())
    errands, tour = errands_of(work), Tour(AREA, straight, Style(), "7")
    errands.is_live = True
    assert [errands.drive(n).length for n in range(8)] == [tour.leg(n).length for n in range(8)]


async def test_work_that_turns_up_later_begins_where_the_vehicle_is() -> None:
    work = work_on(Account(route()))
    errands = errands_of(work)
    errands.is_live = True
    end = errands.drive(0).at(1e9)
    work.stops = [Stop(100, STOPS[3], time.time() + 3600)]
    begin = errands.drive(1).at(0.0)
    assert distance_m(end.lat, end.lon, begin.lat, begin.lon) < 1


def test_a_vehicle_in_the_workshop_stands_and_still_reports() -> None:
    drive = Tour(AREA, straight, Style(), "7").leg(0)
    samples = list(islice(parked(drive.at(0.0), "x"), 500))
    assert {(sample.speed, sample.activity) for sample in samples} == {(0.0, Activity.BREAK)}
    assert samples[-1].at > 3600
    assert not any(sample.ignition for sample in samples)


def test_a_vehicle_on_an_island_says_so() -> None:
    wander = Wander(AREA, lambda _begin, _end: None, Style(), "7", HOME)
    with pytest.raises(NoRoads):
        wander.anywhere()
