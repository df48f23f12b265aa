"""A day's deliveries: what is in them, where they go, and the life they are meant to have. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fleet_app.delivery.models import Priority, Proof
from fleet_app.fleet.models import VehicleType
from fleet_app.simulation import cast
from fleet_app.simulation.demo import shops, story
from fleet_app.simulation.demo.clients import Client
from fleet_app.simulation.demo.garage import depot_of, details
from fleet_app.simulation.demo.rounds import (
    EVENING,
    SHIFTS,
    Point,
    Round,
    Seat,
    in_driving_order,
    moment,
    sectors,
    shares,
    shift_of,
)
from fleet_app.simulation.demo.story import Outcome, Step

A_DAY = 300
LATE_AT = (dt.time(14, 20), dt.time(20, 0))
"""When orders that came in during the day are given to evening rounds."""
PUT_OFF_BY = story.FOLLOW_UP
"""Nobody who plans the day before has it too late: in the morning of that day it goes back."""
_LATE = 9
"""How many at each of these times."""
_FIRST_DAY = dt.date(2020, 1, 1)
_DETAILS = {detail.crew.number: detail for detail in details()}
_GOODS = {
    VehicleType.VAN: (0.4, 38.0, (1, 1, 1, 2, 3, 4)),
    VehicleType.TRUCK: (45.0, 390.0, (1, 2, 4, 6, 8)),
    VehicleType.CAR: (0.2, 14.0, (1, 1, 1, 2)),
    VehicleType.BIKE: (0.1, 4.5, (1, 1, 2)),
    VehicleType.SCOOTER: (0.1, 4.5, (1,)),
}
"""Lightest, heaviest (kg), and numbers of parcels."""
_TOO_MUCH: tuple[dict[str, Any], ...] = (
    {"weight_kg": 9_400.0, "parcels": 8, "required_skills": []},
    {"required_skills": ["crane"]},
    {"required_skills": ["forklift", "fragile"]},
)
"""Heavier than every vehicle takes, and skills that nobody has."""
_INSTRUCTIONS = (
    "Ring twice", "Leave with the neighbour when nobody is in", "Door code 2580#",
    "Entrance from the courtyard", "Call ten minutes before", "Third floor, no lift",
    "Loading bay at the back", "Please keep upright", "Reception on the ground floor",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One delivery as planned; `place` is its place on the round from 1, 0 when on none. Its goods
    wait at a depot, or with the client `shop`."""

    day: dt.date
    number: int
    client: int
    tour: Round | None
    place: int
    joins_late: bool
    priority: Priority
    goods: dict[str, Any]
    wishes: dict[str, Any]
    steps: tuple[Step, ...]
    shop: int | None = None

    @property
    def tracking_number(self) -> str:
        """Rises from day to day; nobody else's begins with HC-."""
        return f"HC-{3_000_000 + (self.day - _FIRST_DAY).days * 1000 + self.number}"

    @property
    def order_number(self) -> str:
        """Its number in the shops' system."""
        return f"SO-{(self.day - _FIRST_DAY).days * 1000 + self.number + 400_000}"

    @property
    def put_off_to(self) -> dict[str, Any]:
        """Its date and window when it did not work out and the customer asked for another day."""
        later = self.day + PUT_OFF_BY
        opens, closes = moment(later, dt.time(9)), moment(later, dt.time(20))
        return {"due_on": later, "window_from": opens, "window_to": closes}


def orders_of(day: dt.date, clients: Sequence[Client], depots: Sequence[Point]) -> list[Order]:
    """Every delivery of a day. `clients` and `depots` as they are on the map."""
    random = Random(f"orders {day}")  # noqa: S311 - a demonstration, not a secret
    count = min(A_DAY, len(clients))
    chosen = random.sample(range(len(clients)), count)
    outcomes = _outcomes(count, random)
    late = _late(outcomes, random)
    on_rounds = [n for n in range(count) if n not in late and outcomes[n] is not Outcome.CALLED_OFF]
    points = [(clients[index].place.lat, clients[index].place.lon) for index in chosen]
    on_rounds.sort(key=lambda n: clients[chosen[n]].name.sort == "home")  # nobody's sleep is broken
    seats = dict(_seats(day, on_rounds, points, depots, random))
    for place, (number, joins) in enumerate(late.items()):
        seats[number] = _late_seat(day, place, joins, random)
    calm = (number for number in on_rounds if outcomes[number] is Outcome.DONE)
    at_shops = shops.shops_of(day, clients, chosen, seats, calm)
    orders = [
        _order(day, number, (index, clients[index]), outcomes[number], seats.get(number))
        for number, index in enumerate(chosen)
    ]
    return [
        _fetched(order, shop, seats[order.number].arrival)
        if (shop := at_shops.get(order.number)) is not None else order
        for order in orders
    ]  # fmt: skip


def _outcomes(count: int, random: Random) -> list[Outcome]:
    few = ((Outcome.CALLED_OFF, 4), (Outcome.FAILED, 4), (Outcome.PUT_OFF, 4),
           (Outcome.SENT_BACK, 5), (Outcome.SECOND_TRY, 4))  # fmt: skip
    found = [one for one, mean in few for _ in range(mean + random.randrange(-1, 2))]
    found = found[: count // 5]
    found += [Outcome.DONE] * (count - len(found))
    random.shuffle(found)
    return found


def _late(outcomes: Sequence[Outcome], random: Random) -> dict[int, dt.time]:
    """Numbers of the orders that came in during the day, and when they are planned."""
    done = [number for number, outcome in enumerate(outcomes) if outcome is Outcome.DONE]
    picked = random.sample(done, min(2 * _LATE, len(done) // 8))
    return {number: LATE_AT[place % 2] for place, number in enumerate(picked)}


def _seats(
    day: dt.date, numbers: Sequence[int], points: Sequence[Point], depots: Sequence[Point],
    random: Random,
) -> Iterator[tuple[int, Seat]]:  # fmt: skip
    sizes, left = shares(len(numbers)), list(numbers)
    for shift in SHIFTS:
        own = {crew: sizes[crew] for crew in shift.crews}
        mine, left = left[: sum(own.values())], left[sum(own.values()) :]
        slices = sectors([points[number] for number in mine], own)
        for crew, indexes in slices.items():
            tour = Round(day, shift, crew)
            here = [mine[index] for index in indexes]
            ordered = in_driving_order(here, points, depots[depot_of(crew)])
            for place, number in enumerate(ordered, 1):
                yield number, Seat(tour, place, _arrival(tour, place, len(ordered), random))


def _arrival(tour: Round, place: int, count: int, random: Random) -> datetime:
    whole = tour.ends_at - tour.starts_at - timedelta(minutes=45)
    share = (place - 0.3 + random.uniform(-0.25, 0.25)) / count
    return tour.starts_at + timedelta(minutes=12) + whole * share


def _late_seat(day: dt.date, place: int, joins: dt.time, random: Random) -> Seat:
    tour = Round(day, EVENING, EVENING.crews[place % len(EVENING.crews)])
    joined = moment(day, joins)
    span = 300 if joins == LATE_AT[0] else 150
    arrival = joined + timedelta(minutes=35 + random.randrange(span))
    return Seat(tour, 100 + place, arrival, joined)


def _order(
    day: dt.date, number: int, client: tuple[int, Client], outcome: Outcome, seat: Seat | None
) -> Order:
    random = Random(f"order {day} {number}")  # noqa: S311
    late = seat is not None and seat.joins is not None
    created = _created(day, random, late=late)
    if seat is None:
        steps = story.called_off(created, day, random)
    else:
        steps = story.driven(created, seat.tour, seat.arrival, outcome, random, assigned=seat.joins)
    arrival = seat.arrival if seat else moment(day, dt.time(9 + random.randrange(8)))
    crew = seat.tour.crew if seat else 2
    return Order(
        day=day, number=number, client=client[0], tour=seat.tour if seat else None,
        place=seat.place if seat else 0, joins_late=late, priority=_priority(random, late=late),
        goods=_goods(crew, random) | ({} if seat else _impossible(number)),
        wishes=_wishes(day, arrival, client[1], random),
        steps=tuple(steps),
    )  # fmt: skip


def _fetched(order: Order, shop: int, arrival: datetime) -> Order:
    steps = story.fetched(order.steps, arrival - shops.ON_THE_WAY)
    return replace(order, shop=shop, steps=tuple(steps))


def _created(day: dt.date, random: Random, *, late: bool) -> datetime:
    """Orders come in on the two days before; urgent ones on the day itself."""
    if late:
        return moment(day, dt.time(0, 3)) + timedelta(minutes=random.randrange(1, 10 * 60))
    return moment(day, dt.time(0, 0)) - timedelta(minutes=random.randrange(120, 40 * 60))


def _priority(random: Random, *, late: bool) -> Priority:
    weights = (0, 15, 35, 50) if late else (8, 80, 10, 2)
    return random.choices(tuple(Priority), weights)[0]


def _goods(crew: int, random: Random) -> dict[str, Any]:
    detail = _DETAILS[crew]
    lightest, heaviest, numbers = _GOODS[cast.CREWS[crew - 1].type]
    weight = round(random.triangular(lightest, heaviest, lightest * 2), 1)
    parcels = min(random.choice(numbers), max(int(weight * 4), 1))
    side = max((weight / parcels / 180) ** (1 / 3) * 100, 9.0)  # 180 kg a cubic metre
    length, width, height = (round(side * random.uniform(0.7, 1.4)) for _ in range(3))
    skills = [random.choice(detail.skills)] if detail.skills and random.random() < 0.2 else []
    return {
        "weight_kg": max(weight, 0.1), "parcels": parcels, "length_cm": float(length),
        "width_cm": float(width), "height_cm": float(height),
        "volume_m3": round(length * width * height * parcels / 1e6, 4), "required_skills": skills,
    }  # fmt: skip


def _impossible(number: int) -> dict[str, Any]:
    """What no vehicle of the fleet can take, so that a planner has to say why."""
    return _TOO_MUCH[number % len(_TOO_MUCH)]


def _window(day: dt.date, arrival: datetime, random: Random) -> tuple[datetime, datetime]:
    """Some hours around the arrival, within the day."""
    hours = random.choice((2, 3, 3, 4, 8))
    early = arrival - timedelta(minutes=random.uniform(0.15, 0.85) * hours * 60)
    begins = early.replace(minute=30 * (early.minute // 30), second=0, microsecond=0)
    opens, closes = (moment(one, dt.time(0)) for one in (day, day + timedelta(days=1)))
    return max(begins, opens), min(begins + timedelta(hours=hours), closes)


def _wishes(day: dt.date, arrival: datetime, client: Client, random: Random) -> dict[str, Any]:
    """A time window around the arrival, and what the driver should know."""
    window_from, window_to = _window(day, arrival, random)
    proof = random.choices(
        ([], [Proof.SIGNATURE.value], [Proof.PHOTO.value], [Proof.PIN.value],
         [Proof.SIGNATURE.value, Proof.ID_CHECK.value]), (45, 35, 12, 5, 3))[0]  # fmt: skip
    private = client.name.sort == "home"
    return {
        "window_from": window_from, "window_to": window_to,
        "service_minutes": float(random.choice((2, 3, 3, 4, 5, 6))), "required_proof": proof,
        "instructions": random.choice(_INSTRUCTIONS) if random.random() < 0.3 else "",
        "contact_name": client.name.text if private else client.contact,
        "contact_phone": client.phone, "contact_email": client.email,
    }  # fmt: skip


def shift_text(crew: int) -> str:
    """The shift in a driver's record."""
    shift = shift_of(crew)
    return shift.pattern if shift else "Mon-Sun 08:00-16:00"
