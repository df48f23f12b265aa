"""A plan as people see it: the optimiser's times put together with what records say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from fleet_app.delivery.models import Delivery, Priority
from fleet_app.delivery.pickups import address_of
from fleet_app.delivery.windows import windows_of
from fleet_app.kernel.texts import natural
from fleet_app.planning.board import (
    BoardStop,
    Load,
    Order,
    Point,
    Problem,
    Row,
    Span,
    Totals,
    TrayItem,
)
from fleet_app.planning.document import PlanRow, PlanStop
from fleet_app.planning.live.sheet import Risk
from fleet_app.planning.picture.warning import capacity_words, range_words, warnings_of
from fleet_app.planning.problem.breaks import OFF
from fleet_app.planning.problem.problems import Question
from fleet_app.planning.routes.differing import differs
from fleet_app.planning.workday import costs
from fleet_app.planning.workday.crews import depot_of, hours_of, names_of, vehicle_of
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.hours import gaps_of
from fleet_app.planning.workday.pickups import has_of, needs_of, pickup_place
from fleet_app.planning.workday.wanting import GRAMS, LITRES, service_of
from fleet_app.routing.optimiser.plan import Broken, Flag, Plan, Tour, Visit
from fleet_app.routing.optimiser.problem import COST_UNITS

_SAID_HERE = frozenset({Broken.CAPACITY, Broken.DISTANCE})
"""What is said with the vehicle's name and all that it is to carry and drive, not by the flag."""


class Arrivals(msgspec.Struct, frozen=True):
    """When stops of routes on their way are expected and whether that is in time, as far as either
    is known; and since when nothing is heard of routes."""

    stops: Mapping[str, tuple[datetime | None, Risk | None]] = {}
    silent: Mapping[int, datetime] = {}


NOTHING_EXPECTED = Arrivals()


class Picture:
    """Makes the rows, the tray and the totals of a board."""

    def __init__(
        self,
        question: Question,
        plan: Plan,
        arrivals: Arrivals = NOTHING_EXPECTED,
    ) -> None:
        self.day, self.healed = question.day, question.plan
        self._question = question
        self._arrivals = arrivals
        self._tours = {tour.vehicle: tour for tour in plan.tours}
        self._spans = {tour.vehicle: (tour.start, tour.end) for tour in plan.tours if tour.visits}
        self._metres = {tour.vehicle: tour.distance for tour in plan.tours if tour.visits}
        self._capacity = {one.id: one.capacity for one in question.vehicles}
        self._flags: dict[str, list[Flag]] = defaultdict(list)
        for flag in plan.flags:
            self._flags[flag.vehicle or ""].append(flag)

    def rows(self) -> tuple[Row, ...]:
        """Every row, by the name of its vehicle."""
        drawn = [self._row(row) for row in self.healed.document.rows]
        return tuple(sorted(drawn, key=lambda row: (natural(row.vehicle), natural(row.key))))

    def _overdue(self, delivery: Delivery) -> tuple[str, str]:
        due = delivery.due_on
        is_late = due is not None and due < self.day.date
        return ("overdue", f"Was due on {due:%-d %b}") if is_late else ("", "")

    def tray(self) -> tuple[TrayItem, ...]:
        """What is on no row, the most urgent first."""
        left = self.healed.document.left
        found = []
        for delivery in self._question.waiting():
            id_ = delivery.id or 0
            why = self._question.refused.get(id_) or left.get(str(id_)) or self._overdue(delivery)
            found.append(TrayItem(order_of(self.day, delivery), *why))
        urgency = list(reversed([one.value for one in Priority]))
        return tuple(
            sorted(found, key=lambda one: (urgency.index(one.order.priority), one.order.number))
        )

    def _row(self, row: PlanRow) -> Row:
        day, tour = self.day, self._tours.get(row.key)
        vehicle, driver = names_of(day, row)
        kind = vehicle_of(day, row)
        depot, hours = depot_of(day, row), hours_of(day, row)
        route = self.healed.route_of(day, row)
        stops = tuple(self._stops(row, tour))
        problems = tuple(self._problems(row, tour))
        metres = tour.distance if tour else 0
        return Row(
            key=row.key,
            vehicle_id=row.vehicle_id or 0,
            vehicle=vehicle,
            vehicle_type=kind.type.value if kind else "",
            driver_id=row.driver_id,
            driver=driver,
            depot_id=depot.id if depot else None,
            depot=depot.name if depot else "",
            depot_at=Point(depot.lat or 0.0, depot.lon or 0.0) if depot else None,
            shift=Span(hours[0][0], max(end for _, end in hours)),
            off=tuple(Span(start, end) for start, end in gaps_of(day, hours)),
            skills=tuple(sorted(has_of(day, row))),
            lock=row.lock,
            route_id=route.id if route else None,
            route_status=route.status.value if route else "",
            silent_since=self._arrivals.silent.get(route.id or 0) if route else None,
            changed=differs(day, row, route, tour),
            starts_at=day.moment(tour.start) if tour else row.departs_at,
            ends_at=day.moment(tour.end) if tour else None,
            distance_m=metres,
            drive_s=tour.drive if tour else 0,
            service_s=tour.service if tour else 0,
            wait_s=tour.wait if tour else 0,
            late_s=sum(visit.late for visit in tour.visits) if tour else 0,
            cost=round(tour.cost / COST_UNITS, 2) if tour else 0.0,
            co2_kg=round(metres * costs.co2_per_km(kind) / 1e6, 3),
            loads=self._loads(row, tour),
            breaks=tuple(
                Span(day.moment(rest.start), day.moment(rest.end))
                for rest in (tour.rests if tour else ())
                if not rest.id.startswith(OFF)
            ),
            stops=stops,
            problems=problems,
        )

    def _loads(self, row: PlanRow, tour: Tour | None) -> tuple[Load, ...]:
        peaks = tour.peak if tour is not None else (0, 0, 0)
        rooms = self._capacity.get(row.key, (None, None, None))
        return tuple(
            Load(unit, peak / scale, None if room is None else room / scale)
            for unit, scale, peak, room in zip(
                ("kg", "m3", "parcels"), (GRAMS, LITRES, 1), peaks, rooms, strict=False
            )
        )

    def _stops(self, row: PlanRow, tour: Tour | None) -> Iterable[BoardStop]:
        visits = {visit.stop: visit for visit in tour.visits} if tour else {}
        broken: dict[str, list[str]] = defaultdict(list)
        for flag in self._flags[row.key]:
            if flag.stop is not None:
                broken[flag.stop].append(flag.code.value)
        for stop in row.stops:
            delivery = self.day.deliveries[stop.delivery_id]
            if stop.id in visits:
                yield self._visit(stop, delivery, visits[stop.id], tuple(broken[stop.id]))
            elif self.day.is_made(stop):
                yield self._done(row, stop, delivery)

    def _visit(
        self, stop: PlanStop, delivery: Delivery, visit: Visit, broken: tuple[str, ...]
    ) -> BoardStop:
        day = self.day
        eta, risk = self._arrivals.stops.get(stop.id, (None, None))
        return BoardStop(
            order=self._order(stop, delivery),
            arrives_at=day.moment(visit.arrival),
            begins_at=day.moment(visit.start),
            departs_at=day.moment(visit.departure),
            drive_s=visit.drive,
            drive_m=visit.distance,
            late_s=visit.late,
            locked=stop.locked,
            problems=broken,
            is_pickup=stop.pickup,
            eta=eta,
            risk=risk.value if risk else "",
        )

    def _order(self, stop: PlanStop, delivery: Delivery) -> Order:
        """The delivery; at a pickup with the place where it is fetched, whenever that suits."""
        order = order_of(self.day, delivery)
        if not stop.pickup:
            return order
        lat, lon = pickup_place(self.day, delivery) or (order.lat, order.lon)
        address = address_of(delivery, self.day.depots)
        return msgspec.structs.replace(order, address=address, lat=lat, lon=lon, windows=())

    def _done(self, row: PlanRow, stop: PlanStop, delivery: Delivery) -> BoardStop:
        """A stop that is over, with the times that are known of it."""
        kept = next(
            (
                one
                for one in self.day.stops.get(self.healed.links.get(row.key, 0), ())
                if (one.delivery_id, one.kind) == stop.ref
            ),
            None,
        )
        told = (delivery.picked_up_at if stop.pickup else None) or delivery.status_at
        left = (kept.actual_departure if kept else None) or told
        service = timedelta(seconds=service_of(self.day, delivery))
        came = (kept.actual_arrival if kept else None) or left - service
        return BoardStop(
            order=self._order(stop, delivery),
            arrives_at=came,
            begins_at=came,
            departs_at=max(came, left),
            drive_s=(kept.planned_drive_s if kept else None) or 0,
            drive_m=(kept.planned_distance_m if kept else None) or 0,
            locked=stop.locked,
            arrived_at=came,
            done_at=left,
            is_pickup=stop.pickup,
        )

    def _problems(self, row: PlanRow, tour: Tour | None) -> Iterable[Problem]:
        for flag in self._flags[row.key]:
            if flag.code not in _SAID_HERE and not self._is_said(row, flag):
                yield Problem(flag.code.value, flag.words, _delivery_of(flag))
        if tour is not None:
            rooms = self._capacity.get(row.key, ())
            yield from capacity_words(names_of(self.day, row)[0], tour.peak, rooms)
            yield from range_words(self.day, self.healed, row, self._metres)
        yield from warnings_of(self.day, self.healed, row, self._spans)
        yield from self.healed.notes.get(row.key, ())

    def _is_said(self, row: PlanRow, flag: Flag) -> bool:
        """Whether it is said of the delivery already: it is locked, so its pickup is."""
        if flag.code is not Broken.LOCK or not (flag.stop or "").startswith("p"):
            return False
        delivery = (flag.stop or "")[1:]
        return any(one.code is Broken.LOCK and one.stop == delivery for one in self._flags[row.key])


def order_of(day: Day, delivery: Delivery) -> Order:
    """What there is to know of a delivery."""
    return Order(
        delivery_id=delivery.id or 0,
        number=delivery.tracking_number,
        customer=day.customers.get(delivery.customer_id or 0) or delivery.contact_name or "",
        address=delivery.address,
        lat=delivery.lat,
        lon=delivery.lon,
        windows=tuple(_span(day, opens, closes) for opens, closes in windows_of(delivery)),
        service_s=service_of(day, delivery),
        weight_kg=delivery.weight_kg,
        volume_m3=delivery.volume_m3,
        parcels=delivery.parcels,
        priority=delivery.priority.value,
        skills=tuple(sorted(needs_of(day, delivery))),
        status=delivery.status.value,
        version=delivery.version,
    )


def _span(day: Day, opens: datetime | None, closes: datetime | None) -> Span:
    """A window as it is drawn: one that is open at an end goes to that of the day."""
    begins = opens or min(day.begins, closes or day.begins)
    return Span(begins, closes or max(day.ends, begins))


def totals_of(rows: Sequence[Row], tray: Sequence[TrayItem]) -> Totals:
    """The plan in figures."""
    used = [row for row in rows if row.stops]
    stops = [stop for row in used for stop in row.stops if not stop.is_pickup]
    spans = [row.ends_at - row.starts_at for row in used if row.starts_at and row.ends_at]
    return Totals(
        rows=len(used),
        stops=len(stops),
        left=len(tray),
        left_cost=sum(costs.SKIP[Priority(item.order.priority)] for item in tray),
        distance_m=sum(row.distance_m for row in used),
        drive_s=sum(row.drive_s for row in used),
        work_s=round(sum(span.total_seconds() for span in spans)),
        wait_s=sum(row.wait_s for row in used),
        late_s=sum(row.late_s for row in used),
        late_stops=sum(stop.late_s > 0 for stop in stops),
        problems=sum(len(row.problems) for row in rows),
        cost=round(sum(row.cost for row in used), 2),
        co2_kg=round(sum(row.co2_kg for row in used), 3),
    )


def _delivery_of(flag: Flag) -> int | None:
    return None if flag.stop is None else int(flag.stop.removeprefix("p"))
