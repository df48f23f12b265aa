"""The demo's plans: the same every time, plausible, and legal at every step."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.delivery import life
from fleet_app.delivery.kinds.customers import CustomerFields
from fleet_app.delivery.kinds.deliveries import DeliveryFields
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.pickups import TO_FETCH
from fleet_app.delivery.reasons import check_reason
from fleet_app.fleet.kinds.vehicles import VehicleFields
from fleet_app.fleet.maintenance.due import DueStatus, Reading, due_state
from fleet_app.fleet.maintenance.models import MaintenanceSchedule
from fleet_app.kernel.clock import from_ms, to_ms
from fleet_app.location.zones.hours import WeeklyHours
from fleet_app.records.types import weekly_hours
from fleet_app.simulation import cast
from fleet_app.simulation.demo import garage, shops, workshop
from fleet_app.simulation.demo.clients import CUSTOMERS, Client, clients_at, usable_places
from fleet_app.simulation.demo.orders import A_DAY, Order, orders_of
from fleet_app.simulation.demo.rounds import NIGHT, SHIFTS, ZONE, moment, rounds_of
from fleet_app.simulation.demo.stock import depot_sites
from fleet_app.simulation.demo.story import Step, what_follows
from tests.unit.simulation.maps import write_big_town

S = DeliveryStatus
DAY = dt.date(2026, 11, 22)
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2033, 12, 31))


@pytest.fixture(scope="module")
def map_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_big_town(tmp_path_factory.mktemp("home")) / "map"


@pytest.fixture(scope="module")
def clients(map_dir: Path) -> list[Client]:
    return clients_at(usable_places(map_dir, 7), 7)


def planned(day: dt.date, clients: list[Client]) -> list[Order]:
    sites = depot_sites([client.place for client in clients])
    return orders_of(day, clients, [(lat, lon) for _, lat, lon in sites])


def test_customers_are_many_different_and_live_at_addresses_of_the_map(
    map_dir: Path, clients: list[Client]
) -> None:
    on_the_map = {place.label: (place.lat, place.lon) for place in usable_places(map_dir, 7)}
    assert len(clients) == CUSTOMERS
    for unique in ("reference", "email", "phone"):
        assert len({getattr(client, unique) for client in clients}) == CUSTOMERS
    assert len({client.name.text for client in clients}) == CUSTOMERS
    assert len({client.place.label for client in clients}) == CUSTOMERS
    for client in clients:
        values = client.columns(1)
        assert on_the_map[values["address"]] == (values["lat"], values["lon"])
        CustomerFields.model_validate({k: v for k, v in values.items() if k != "fleet_id"})
        assert values["email"].endswith(".example")
        assert values["phone"].startswith("+358 50 555 ")


def test_the_same_seed_gives_the_same_customers_and_the_same_day(
    map_dir: Path, clients: list[Client]
) -> None:
    assert clients == clients_at(usable_places(map_dir, 7), 7)
    assert clients != clients_at(usable_places(map_dir, 8), 8)
    assert planned(DAY, clients) == planned(DAY, clients)
    tomorrow = planned(DAY + timedelta(days=1), clients)
    assert [one.client for one in tomorrow] != [one.client for one in planned(DAY, clients)]


def test_a_map_without_addresses_has_no_customers(tmp_path: Path) -> None:
    assert usable_places(tmp_path, 7) == []
    assert len(depot_sites([])) == 3


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_every_planned_life_is_legal_in_order_and_has_its_reasons(
    clients: list[Client], day: dt.date
) -> None:
    for order in planned(day, clients):
        assert order.steps[0].to is S.CREATED
        for before, after in pairwise(order.steps):
            legal = TO_FETCH & {before.to} if after.fetches else life.LEGAL[before.to]
            assert after.to in legal, (order.tracking_number, order.steps)
            assert before.at < after.at
            check_reason(after.to, after.reason, after.note)


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_every_day_has_its_deliveries_and_nearly_all_arrive(
    clients: list[Client], day: dt.date
) -> None:
    orders = planned(day, clients)
    ends = Counter(order.steps[-1].to for order in orders)
    assert len(orders) == A_DAY
    assert 0.92 <= ends[S.COMPLETED] / A_DAY <= 0.97
    assert set(ends) == {S.COMPLETED, S.RETURNED, S.CANCELLED}
    for name in ("tracking_number", "order_number", "client"):
        assert len({getattr(order, name) for order in orders}) == A_DAY


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_a_few_goods_are_fetched_at_a_shop_between_two_customers(
    clients: list[Client], day: dt.date
) -> None:
    orders = planned(day, clients)
    found = [order for order in orders if order.shop is not None]
    assert len(found) == shops.A_DAY
    for order in found:
        assert order.shop is not None
        assert clients[order.shop].name.sort == "shop"
        assert order.shop != order.client
        (at,) = [step.at for step in order.steps if step.fetches]
        came, tour = at - shops.HANDING_OVER, order.tour
        assert tour is not None
        assert tour.shift is not NIGHT
        others = [one for one in orders if one.tour == tour and one is not order]
        doors = [next(step.at for step in one.steps if step.to is S.ARRIVED) for one in others]
        assert tour.starts_at < came
        assert not any(came - timedelta(minutes=14) < door < at for door in doors)
    assert {step.fetches for order in orders if order.shop is None for step in order.steps} == {
        False
    }


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_windows_have_a_length_lie_in_the_day_and_pass_the_form(
    clients: list[Client], day: dt.date
) -> None:
    for order in planned(day, clients):
        begins, ends = order.wishes["window_from"], order.wishes["window_to"]
        assert begins < ends
        assert moment(day, dt.time(0)) <= begins
        assert ends <= moment(day + timedelta(days=1), dt.time(0))
        written = {**order.goods, **order.wishes, "address": "x", "due_on": day}
        DeliveryFields.model_validate(written)


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_rounds_fit_the_vehicles_and_somebody_is_always_driving(
    clients: list[Client], day: dt.date
) -> None:
    details = {detail.crew.number: detail for detail in garage.details()}
    loads: dict[int, list[Order]] = {}
    for order in planned(day, clients):
        if order.tour is not None:
            loads.setdefault(order.tour.crew, []).append(order)
    assert set(loads) == {tour.crew for tour in rounds_of(day)}
    for crew, orders in loads.items():
        build = details[crew].build
        assert 6 <= len(orders) <= 20
        assert sum(one.goods["weight_kg"] for one in orders) <= build.kg
        assert sum(one.goods["volume_m3"] for one in orders) <= build.m3
        assert sum(one.goods["parcels"] for one in orders) <= build.parcels
        skills = set(details[crew].skills)
        assert all(set(one.goods["required_skills"]) <= skills for one in orders)
        assert len({one.place for one in orders}) == len(orders)
    gaps = [after.starts < before.ends for before, after in pairwise(SHIFTS)]
    assert all(gaps)


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_a_few_orders_fit_no_vehicle_and_wait_until_the_morning_of_their_day(
    clients: list[Client], day: dt.date
) -> None:
    details = garage.details()
    left = [order for order in planned(day, clients) if order.tour is None]
    assert 3 <= len(left) <= 5
    for order in left:
        weight, needs = order.goods["weight_kg"], set(order.goods["required_skills"])
        fits = [d for d in details if d.build.kg >= weight and needs <= set(d.skills)]
        assert fits == []
        assert moment(day, dt.time(8)) <= order.steps[-1].at < moment(day, dt.time(10))


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_a_crew_is_at_work_and_its_depot_open_when_its_orders_are_wanted(
    clients: list[Client], day: dt.date
) -> None:
    for order in planned(day, clients):
        if order.tour is None:
            continue
        shift = hours_on(day, order.tour.shift.pattern)
        depot = hours_on(day, garage.DEPOTS[garage.depot_of(order.tour.crew)][1])
        opens = max(order.wishes["window_from"], shift[0], depot[0])
        closes = min(order.wishes["window_to"], shift[1], depot[1])
        assert closes - opens >= timedelta(minutes=15)
        is_home = clients[order.client].name.sort == "home"
        assert not is_home or order.tour.shift is not NIGHT


def hours_on(day: dt.date, text: str) -> tuple[datetime, datetime]:
    begins = moment(day, dt.time(0))
    span = to_ms(begins), to_ms(moment(day + timedelta(days=1), dt.time(0))) - 1
    ((from_, to),) = WeeklyHours(text, cast.TIME_ZONE).windows(*span)
    return max(from_ms(from_), begins), from_ms(to)


def test_the_workshop_vehicle_and_the_express_van_have_no_round() -> None:
    driving = {tour.crew for tour in rounds_of(DAY)}
    assert driving == {crew.number for crew in cast.CREWS} - {garage.IN_WORKSHOP, garage.EXPRESS}


@settings(max_examples=20, deadline=None)
@given(DAYS, st.integers(-3, 6 * 24))
def test_what_happens_in_parts_is_what_happens_at_once(
    clients: list[Client], day: dt.date, hours: int
) -> None:
    between = moment(day, dt.time(0)) + timedelta(hours=hours)
    later = moment(day + timedelta(days=7), dt.time(0))
    for order in planned(day, clients)[:40]:
        first = what_follows([], order.steps, day, between)
        known = [(step.to, step.at) for step in first]
        rest = what_follows(known, order.steps, day, later)
        assert [*first, *rest] == what_follows([], order.steps, day, later)


@given(st.sampled_from(sorted(S)), st.integers(0, 6))
def test_a_life_that_took_another_way_is_left_alone_or_ended_legally(
    status: DeliveryStatus, days: int
) -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
    plan = [Step(S.CREATED, at, "system"), Step(S.CANCELLED, at, "office")]  # type: ignore[arg-type]
    known = [(S.CREATED, at), (S.ASSIGNED, at), (status, at)]
    now = datetime.combine(DAY + timedelta(days=days), dt.time(23, 59), ZONE)
    state = status
    for step in what_follows(known, plan, DAY, now):
        assert step.to in life.LEGAL[state]
        check_reason(step.to, step.reason, step.note)
        assert at < step.at <= now
        state = step.to
    assert status not in life.UNDER_WAY or state is S.COMPLETED
    assert days == 0 or status is not S.FAILED or (state is S.RETURNED) == (days >= 3)


def test_vehicles_are_what_the_form_would_accept_and_vins_differ() -> None:
    details = garage.details()
    vins = [detail.vin for detail in details if detail.vin]
    assert len(set(vins)) == len(vins) == 23
    for detail in details:
        values = detail.columns()
        for name in ("odometer_m", "engine_s", "status"):
            values.pop(name)
        crew = detail.crew
        plate = {"name": crew.name, "registration_number": crew.registration, "type": crew.type}
        assert VehicleFields.model_validate({**values, **plate}).vin == detail.vin
        assert 8_000 <= detail.odometer_km <= 240_000
    assert sum(detail.crew.number == garage.IN_WORKSHOP for detail in details) == 1


def test_drivers_have_licences_for_what_they_drive_and_some_run_out_soon() -> None:
    crews = [*cast.CREWS, *garage.reserves()]
    columns = {crew: garage.driver_columns(crew, "Mon-Fri 07:00-15:00", DAY) for crew in crews}
    assert len(crews) == len({crew.license_number for crew in crews}) == 30
    for crew, values in columns.items():
        if crew.type == "truck":
            assert "C" in values["license_classes"]
    soon = [v["license_expires_on"] <= DAY + timedelta(days=60) for v in columns.values()]
    assert 2 <= sum(soon) <= 6
    for shift in SHIFTS:
        assert weekly_hours(shift.pattern) == shift.pattern
    for _, hours, _, _ in garage.DEPOTS:
        assert weekly_hours(hours) == hours


@settings(max_examples=20, deadline=None)
@given(DAYS)
def test_maintenance_is_mostly_done_with_some_due_and_some_overdue(day: dt.date) -> None:
    upkeep = workshop.upkeep_of(garage.details(), day)
    states: Counter[DueStatus] = Counter()
    for one in upkeep:
        plan = MaintenanceSchedule(fleet_id=1, vehicle_id=1, **one.schedule)
        reading = Reading(one.detail.odometer_km, one.detail.engine_hours)
        states[due_state(plan, reading, day).status] += 1
        assert one.records[0]["date"] == one.schedule["last_on"]
        assert all(record["date"] < day for record in one.records)
    assert {one.detail.crew.number for one in upkeep} == {crew.number for crew in cast.CREWS}
    assert 1 <= states[DueStatus.OVERDUE] <= 3
    assert 3 <= states[DueStatus.DUE_SOON] <= 8
    assert states[DueStatus.UNKNOWN] == 0
    assert states[DueStatus.OK] > len(upkeep) * 0.8
