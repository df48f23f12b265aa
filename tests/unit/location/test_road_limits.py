"""The roads' limits as the fold asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.models import Fix
from fleet_app.location.past.folding import Laws, Turn
from fleet_app.location.past.road_limits import SLOWEST_MPS, RoadLimits

Place = tuple[float, float, float | None]


class Town:
    """Every road has the limit of its latitude; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Place] = []

    def at(self, lat: float, lon: float, heading: float | None = None) -> float | None:
        self.asked.append((lat, lon, heading))
        return 10.0 + lat if heading is None or heading < 180 else None


def a_fix(second: int = 0, speed: float | None = 20.0, **said: float | None) -> Fix:
    values = {"lat": 0.0, "lon": 0.0002 * second, "heading": 90.0, **said}
    return Fix(recorded_at_ms=1_760_000_000_000 + 1000 * second, speed=speed, **values)


def test_slow_and_inaccurate_fixes_are_not_looked_up() -> None:
    town = Town()
    limits = RoadLimits(town)
    assert limits.limit_mps(a_fix(speed=SLOWEST_MPS - 0.1)) is None
    assert limits.limit_mps(a_fix(accuracy=31.0)) is None
    assert town.asked == []
    assert limits.limit_mps(a_fix(speed=SLOWEST_MPS, accuracy=30.0)) == 10.0
    assert limits.limit_mps(a_fix(speed=None)) == 10.0, "who knows how fast"


def test_the_same_place_and_direction_are_asked_for_once() -> None:
    town = Town()
    limits = RoadLimits(town)
    for off in (0.0, 0.00001, -0.00001):
        limits.limit_mps(a_fix(lat=60 + off, lon=25 - off, heading=88.0 + 1e5 * off))
    assert town.asked == [(60.0, 25.0, 90.0)]
    limits.limit_mps(a_fix(lat=60.0001, lon=25.0))
    limits.limit_mps(a_fix(lat=60.0, lon=25.0, heading=270.0))
    limits.limit_mps(a_fix(lat=60.0, lon=25.0, heading=None))
    assert town.asked[1:] == [(60.0001, 25.0, 90.0), (60.0, 25.0, 270.0), (60.0, 25.0, None)]
    limits.limit_mps(a_fix(lat=60.0, lon=25.0, heading=359.9))
    assert town.asked[-1] == (60.0, 25.0, 0.0)


FIXES = st.builds(
    a_fix, st.integers(0, 100), st.none() | st.floats(0, 70),
    lat=st.floats(-90, 90), lon=st.floats(-180, 180),
    heading=st.none() | st.floats(0, 360), accuracy=st.none() | st.floats(0, 100),
)  # fmt: skip


@given(st.lists(FIXES, max_size=20))
def test_what_was_asked_before_changes_nothing(fixes: list[Fix]) -> None:
    remembering = RoadLimits(Town())
    remembering.look(fixes)
    found = [remembering.limit_mps(fix) for fix in fixes]
    assert found == [RoadLimits(Town()).limit_mps(fix) for fix in fixes]


def drive() -> list[Fix]:
    """A minute of driving twice as fast as the road allows."""
    return [a_fix(second) for second in range(60)]


def speeding(facts: Sequence[Fact]) -> list[tuple[float, str]]:
    found = [fact.values for fact in facts if fact.kind is FactKind.SPEEDING]
    return [(values["limit"], values["source"]) for values in found]


async def test_a_turn_looks_limits_up_before_it_folds() -> None:
    """The fold then finds all of them in memory, and tells speeding on the road."""
    town = Town()
    limits = RoadLimits(town)
    turn = Turn(Laws(parameters=Parameters(), limits=limits))
    looked: list[int] = []

    def look(fixes: Sequence[Fix]) -> None:
        RoadLimits.look(limits, fixes)
        looked.append(len(town.asked))

    limits.look = look  # type: ignore[method-assign]
    await turn.take(drive(), 0)
    assert looked == [len(town.asked)], "the fold itself asked nothing more"
    assert len(town.asked) == 60
    assert speeding([*turn.told.values()]) == [(10.0, "road")]
    assert speeding(Folding(Parameters(), limits=RoadLimits(Town())).fold(drive())) == [
        (10.0, "road")
    ]


async def test_without_limits_nobody_is_too_fast() -> None:
    turn = Turn(Laws(parameters=Parameters()))
    await turn.take(drive(), 0)
    assert speeding([*turn.told.values()]) == []


def test_other_roads_are_other_laws() -> None:
    names = {
        Laws(parameters=Parameters(), limits=limits).name
        for limits in (None, RoadLimits(Town()), RoadLimits(Town(), "2"))
    }
    assert len(names) == 3
