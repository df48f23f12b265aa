"""Crews against every possible choice of them, on days that are small enough to try them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.crews import (
    LICENCES,
    Car,
    Crew,
    Crews,
    Demand,
    Driver,
    assign_crews,
)
from fleet_app.routing.optimiser.problem import Window

HOUR = 3600
DAY = Window(8 * HOUR, 16 * HOUR)
SKILLS = st.frozensets(st.sampled_from(["cooled", "lift"]), max_size=2)
WANTED = st.sampled_from(
    [frozenset({"cooled"}), frozenset({"lift"}), frozenset({"cooled", "lift"})]
)
HOURS = st.sampled_from([DAY, Window(6 * HOUR, 14 * HOUR), Window(14 * HOUR, 22 * HOUR)])


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Car], list[Driver], Demand]:
    """Up to three vehicles and four drivers, and what there is to do."""
    cars = [
        Car(
            f"v{number}",
            draw(st.sampled_from([frozenset(), frozenset({"C"}), frozenset({"B", "C"})])),
            draw(SKILLS),
            draw(st.none() | HOURS),
            (draw(st.none() | st.integers(0, 4).map(lambda n: n * 100)),),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    drivers = [
        Driver(
            f"d{number}",
            draw(HOURS),
            draw(st.frozensets(st.sampled_from("BC"))),
            draw(st.booleans()),
            draw(SKILLS),
            draw(st.none() | st.integers(0, 20).map(lambda n: n * HOUR)),
            draw(st.integers(0, 40)) * HOUR,
            draw(st.none() | st.sampled_from(["v0", "v1", "v2"])),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    skilled = dict(draw(st.lists(st.tuples(WANTED, st.integers(1, 12 * HOUR)), max_size=2)))
    load = (draw(st.integers(0, 900)),)
    return cars, drivers, Demand(draw(st.integers(0, 30 * HOUR)), load, skilled)


def fits(car: Car, driver: Driver) -> Window | None:
    """When the driver may have the vehicle, written down once more."""
    known = driver.classes & car.classes or not driver.classes
    if car.classes and not (driver.licensed and known):
        return None
    opened, closed = (car.hours.start, car.hours.end) if car.hours else (0, 48 * HOUR)
    start = max(driver.shift.start, driver.rested_at or 0, opened)
    end = min(driver.shift.end, closed)
    return Window(start, end) if end - start >= HOUR else None


def every_choice(cars: Sequence[Car], drivers: Sequence[Driver]) -> Iterator[list[Crew]]:
    """All crews that keep the rules."""
    for places in product([None, *cars], repeat=len(drivers)):
        crews = []
        for driver, car in zip(drivers, places, strict=True):
            if car is not None:
                window = fits(car, driver)
                if window is None:
                    break
                crews.append(Crew(car.id, driver.id, window))
        else:
            if not any(clash(one, other) for one in crews for other in crews if one is not other):
                yield crews


def clash(one: Crew, other: Crew) -> bool:
    return one.vehicle == other.vehicle and not (
        one.shift.end <= other.shift.start or other.shift.end <= one.shift.start
    )


def quarters(crew: Crew) -> int:
    return (crew.shift.end - crew.shift.start) // 900


def short(have: int, wanted: int) -> int:
    return max(0, wanted - have)


def missing(
    crews: Sequence[Crew], cars: Sequence[Car], drivers: Sequence[Driver], demand: Demand
) -> tuple[int, int]:
    """What lacks skills, and what lacks hours or room."""
    car, driver = {one.id: one for one in cars}, {one.id: one for one in drivers}
    unskilled = sum(
        short(
            sum(
                quarters(one)
                for one in crews
                if skills <= car[one.vehicle].skills | driver[one.driver].skills
            ),
            -(-work // 900),
        )
        for skills, work in (demand.skilled or {}).items()
    )
    (wanted,) = demand.load
    room = 0
    for one in crews:
        (most,) = car[one.vehicle].room
        room += 1000 if most is None or not wanted else min(1000, 1000 * most // wanted)
    hours = short(sum(map(quarters, crews)), -(-demand.work // 900))
    return unskilled, hours + (short(room, 1000) if wanted else 0)


def strangers(crews: Sequence[Crew], drivers: Sequence[Driver]) -> int:
    """How unusual the pairs are: 2 for somebody else's vehicle, 1 for nobody's."""
    usual = {one.id: one.usual for one in drivers}
    taken = set(usual.values())
    return sum(
        0 if usual[one.driver] == one.vehicle else 2 if one.vehicle in taken else 1 for one in crews
    )


def value(
    crews: Sequence[Crew], cars: Sequence[Car], drivers: Sequence[Driver], demand: Demand
) -> tuple[int, ...]:
    return (*missing(crews, cars, drivers, demand), len(crews), strangers(crews, drivers))


@settings(max_examples=60, deadline=None)
@given(days())
def test_no_other_choice_is_better(day: tuple[list[Car], list[Driver], Demand]) -> None:
    cars, drivers, demand = day
    found = assign_crews(cars, drivers, demand, seconds=20)
    choices = list(every_choice(cars, drivers))

    assert sorted(found.crews, key=lambda one: one.driver) in [
        sorted(one, key=lambda crew: crew.driver) for one in choices
    ]
    best = min(value(one, cars, drivers, demand) for one in choices)
    assert value(found.crews, cars, drivers, demand) == best
    assert {one.driver for one in found.crews} | found.idle.keys() == {one.id for one in drivers}


@settings(max_examples=30, deadline=None)
@given(days())
def test_with_nothing_asked_as_many_drive_as_can(
    day: tuple[list[Car], list[Driver], Demand],
) -> None:
    cars, drivers, _ = day
    found = assign_crews(cars, drivers, seconds=20)

    assert len(found.crews) == max(map(len, every_choice(cars, drivers)))


def vans(count: int) -> list[Car]:
    return [Car(f"v{number}", LICENCES["van"]) for number in range(count)]


def driver(name: str, **said: object) -> Driver:
    return Driver(name, **{"shift": DAY, "classes": frozenset({"B"}), **said})  # type: ignore[arg-type]


def pairs(crews: Crews) -> dict[str, str]:
    return {one.driver: one.vehicle for one in crews.crews}


def test_whoever_worked_least_this_week_comes_when_one_is_enough() -> None:
    people = [
        driver("a", worked=30 * HOUR),
        driver("b", worked=8 * HOUR),
        driver("c", worked=20 * HOUR),
    ]
    found = assign_crews(vans(3), people, Demand(work=7 * HOUR))

    assert list(pairs(found)) == ["b"]
    assert found.idle == dict.fromkeys("ac", "is not needed that day")


def test_everybody_has_the_usual_vehicle() -> None:
    people = [driver("a", usual="v2"), driver("b", usual="v0"), driver("c", usual="v1")]

    assert pairs(assign_crews(vans(3), people)) == {"a": "v2", "b": "v0", "c": "v1"}


def test_early_and_late_shift_share_a_vehicle() -> None:
    early = driver("early", shift=Window(6 * HOUR, 14 * HOUR))
    late = driver("late", shift=Window(14 * HOUR, 22 * HOUR))
    found = assign_crews(vans(1), [early, late, driver("between")])

    assert pairs(found) == {"early": "v0", "late": "v0"}


def test_whoever_is_to_be_alone_has_the_longest_shift() -> None:
    early = driver("early", shift=Window(6 * HOUR, 14 * HOUR))
    late = driver("late", shift=Window(14 * HOUR, 15 * HOUR))

    assert pairs(assign_crews(vans(1), [late, early], one_each=True)) == {"early": "v0"}


def test_a_vehicle_is_shared_with_whoever_has_it_already() -> None:
    taken = [Crew("v0", "early", Window(6 * HOUR, 14 * HOUR))]
    others = [driver("meets", shift=Window(13 * HOUR, 20 * HOUR)),
              driver("late", shift=Window(14 * HOUR, 22 * HOUR))]  # fmt: skip

    assert pairs(assign_crews(vans(1), others, taken=taken)) == {"late": "v0"}


def test_why_somebody_stays_at_home_is_said() -> None:
    truck = Car("t", LICENCES["truck"])
    people = [
        driver("no licence"),
        driver("run out", classes=frozenset({"CE"}), licensed=False),
        driver("tired", classes=frozenset({"C"}), rested_at=DAY.end - HOUR // 2),
    ]
    found = assign_crews([truck], people)

    assert found.crews == ()
    assert found.idle == {
        "no licence": "has a licence for none of the vehicles",
        "run out": "has a licence that runs out before that day",
        "tired": "has not rested long enough since the day before",
    }


def test_the_same_question_has_the_same_answer() -> None:
    people = [driver(f"d{number}") for number in range(8)]
    asked = Demand(work=30 * HOUR)

    assert assign_crews(vans(8), people, asked) == assign_crews(vans(8), people, asked)


def test_a_large_fleet_is_staffed_in_time_with_as_few_as_needed() -> None:
    people = [driver(f"d{n}", usual=f"v{n}", worked=n % 7 * HOUR) for n in range(150)]
    found = assign_crews(vans(150), people, Demand(work=75 * 8 * HOUR), seconds=0.5)

    assert len(found.crews) == 75
    assert all(one.driver[1:] == one.vehicle[1:] for one in found.crews)
