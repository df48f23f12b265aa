"""A fleet's own rules of trips and stops count from when they are set."""

from __future__ import annotations

from typing import Any

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.models import Fix
from tests.builders.drives import Drive
from tests.builders.journeys import Journeys
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.records import an_actor, records


async def a_van(container: Container) -> Journeys:
    fleet_id = await a_fleet(container)
    return Journeys(container, fleet_id, await a_vehicle(container, fleet_id))


async def sets(container: Container, fleet_id: int, **rules: Any) -> dict[str, Any]:
    async with records(container, "fleets", an_actor(Role.FLEET_MANAGER, fleet_id)) as fleets:
        return await fleets.update(fleet_id, rules)


def a_round() -> list[Fix]:
    """Two calls of five minutes each on the way, between two long rests."""
    drive = Drive().rest(900)
    for _ in range(2):
        drive = drive.go(3_000).rest(300)
    return drive.go(3_000).rest(1_500).fixes(10, noise_m=3.0)


async def counts(van: Journeys) -> tuple[int, int]:
    return len(await van.facts(FactKind.STOP)), len(await van.facts(FactKind.TRIP))


async def test_a_fleet_that_calls_only_longer_rests_stops_has_fewer_of_them(container: Container):
    usual, patient = await a_van(container), await a_van(container)
    await sets(container, patient.fleet_id, stop_after_min=10)
    for van in (usual, patient):
        await van.drove(a_round())
    assert await counts(usual) == (4, 3)
    assert await counts(patient) == (2, 1)


async def test_changed_rules_count_from_then_on_and_old_facts_stay(container: Container):
    van, usual = await a_van(container), await a_van(container)
    fixes = a_round()
    cut = next(at for at, fix in enumerate(fixes)
               if fix.recorded_at_ms - fixes[0].recorded_at_ms > 1_400_000)  # fmt: skip
    before = await van.drove(fixes[:cut])
    stopped = [fact for fact in before if fact.kind is FactKind.STOP]
    assert len(stopped) == 2
    await sets(container, van.fleet_id, stop_after_min=10)
    await van.drove(fixes[cut:])
    await usual.drove(fixes)
    after = await van.facts(FactKind.STOP)
    assert [fact.started_ms for fact in after][:2] == [fact.started_ms for fact in stopped]
    assert (len(after), len(await usual.facts(FactKind.STOP))) == (3, 4)


async def test_a_rule_that_is_taken_away_is_as_usual_again(container: Container):
    van = await a_van(container)
    assert (await sets(container, van.fleet_id, stop_after_min=10))["stop_after_min"] == 10
    assert (await sets(container, van.fleet_id, stop_after_min=None))["stop_after_min"] is None
    await van.drove(a_round())
    assert await counts(van) == (4, 3)
