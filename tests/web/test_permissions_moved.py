"""What an open page still holds is checked again: whoever has left the fleet changes nothing of it.

The calls are the ones that succeed for somebody who stayed, so it is the permission that refuses.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.identity.models import User
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.toasts import Toasts, Way
from tests.builders.fingerprint import fingerprint
from tests.builders.orders import a_delivery
from tests.builders.people import Person, a_driver, a_fleet, a_person, a_vehicle
from tests.builders.records import a_record, an_actor, records
from tests.builders.screens import a_screen, opened
from tests.builders.tours import DAY

SECRET = "Nobody elses business"
KEPT = {"fleets": "nobody deletes the fleet that they work in"}
"""Kinds whose deletion is nothing that a manager could take back."""
WHOSE = pytest.mark.parametrize("moved", [False, True], ids=["stayed", "moved"])


async def settle_in(container: Container, person: Person, moved: bool) -> None:
    """Put a person into another fleet, or leave them where they are."""
    if moved:
        elsewhere = await a_fleet(container)
        async with container.work() as session:
            (await session.get_one(User, person.id)).fleet_id = elsewhere
        container.authenticator.forget_user(person.id)


async def a_deleted(container: Container, plural: str, fleet_id: int) -> tuple[int, int]:
    """A record that was put aside, and the entry of the audit log about it."""
    number = await a_record(container, plural, fleet_id)
    kind = KINDS[plural]
    async with container.work() as session:
        row, title = await session.get_one(kind.model, number), kind.by_name.get(kind.title)
        if title is not None and title.max_length is not None and plural != "users":
            setattr(row, title.attribute, f"{SECRET} {number}"[: title.max_length])
    async with records(container, plural, an_actor(Role.SYSTEM_ADMIN)) as of_kind:
        await of_kind.delete(number)
    query = select(AuditEntry.id).where(
        AuditEntry.kind == kind.name, AuditEntry.object_id == number, AuditEntry.action == "delete"
    )
    async with container.work() as session:
        return number, (await session.exec(query)).one() or 0


@WHOSE
@pytest.mark.parametrize("plural", sorted({kind.plural for kind in KINDS} - set(KEPT)))
@pytest.mark.parametrize("by", ["restore", "entries"])
async def test_only_who_is_still_there_takes_a_deletion_back(
    container: Container, plural: str, by: str, moved: bool
) -> None:
    person = await a_person(container, Role.FLEET_MANAGER)
    fleet = person.fleet_id or 0
    number, entry = await a_deleted(container, plural, fleet)
    root = await a_screen(container, person)
    toasts = await root.get_state(Toasts)
    way = Way(plural=plural, restore=[], entries=[])
    toasts.show("Deleted.", way=way | {by: [number if by == "restore" else entry]})  # type: ignore[typeddict-item]
    await settle_in(container, person, moved)
    before = await fingerprint(container, fleet)

    await toasts.undo(toasts.items[-1]["id"])

    assert (await fingerprint(container, fleet) == before) == moved
    texts = [item["text"] for item in toasts.items]
    assert any(text.startswith("Taken back.") for text in texts) != moved
    assert SECRET not in json.dumps(texts)


async def a_planned_route(container: Container, fleet_id: int, *acts: str) -> int:
    """A route that can be driven, with these acts done."""
    actor = an_actor(Role.DISPATCHER, fleet_id)
    driver = await a_person(container, Role.DRIVER, fleet_id)
    vehicle = await a_vehicle(container, fleet_id)
    plan = RoutePlan(
        date=DAY, name=SECRET, vehicle_id=vehicle,
        driver_id=await a_driver(container, driver, vehicle),
        delivery_ids=[await a_delivery(container, fleet_id) for _ in range(2)],
    )  # fmt: skip
    async with container.work() as session:
        tour = await RouteService(session).create(actor, plan)
    for act in acts:
        async with container.work() as session:
            await getattr(RouteService(session), act)(actor, tour.route.id)
    return tour.route.id or 0


async def a_planner(container: Container, person: Person, route: int) -> RoutePlanner:
    """The planner on the page of a route, with all of it read."""
    root, _ = await opened(container, person, f"/routes/{route}")
    planner: RoutePlanner = await root.get_state(RoutePlanner)
    await planner.open()
    assert len(planner.stops) == 2
    return planner


async def publish(planner: RoutePlanner) -> None:
    await planner.act("publish")


async def start(planner: RoutePlanner) -> None:
    await planner.act("start")
    await planner.answer(True)  # the route is of another day


async def reorder(planner: RoutePlanner) -> None:
    await planner.move(planner.stops[0]["id"], 1)
    await planner.save({}, False)


async def take_off(planner: RoutePlanner) -> None:
    await planner.drop(planner.stops[0]["id"])
    await planner.save({}, False)


@WHOSE
@pytest.mark.parametrize("role", [Role.FLEET_MANAGER, Role.DISPATCHER])
@pytest.mark.parametrize(
    ("acts", "do"), [((), publish), (("publish",), start), ((), reorder), ((), take_off)]
)
async def test_only_who_is_still_there_changes_an_open_route(
    container: Container, role: Role, acts: tuple[str, ...], do: Any, moved: bool
) -> None:
    person = await a_person(container, role)
    fleet = person.fleet_id or 0
    planner = await a_planner(container, person, await a_planned_route(container, fleet, *acts))
    await settle_in(container, person, moved)
    before = await fingerprint(container, fleet)

    await do(planner)

    assert (await fingerprint(container, fleet) == before) == moved
    assert bool(planner.problem or planner.refused) == moved


@pytest.mark.parametrize("whose", ["own", "other"])
@pytest.mark.parametrize("name", ["vehicle_id", "driver_id", "depot_id", "delivery"])
async def test_a_new_route_takes_only_what_is_the_fleets(
    container: Container, name: str, whose: str
) -> None:
    person = await a_person(container, Role.DISPATCHER)
    subject = (person.fleet_id or 0) if whose == "own" else await a_fleet(container)
    planner: RoutePlanner = await (await a_screen(container, person, "/routes/new")).get_state(
        RoutePlanner
    )
    await planner.begin()
    if name == "delivery":
        await planner.add(await a_delivery(container, subject, address=SECRET))
    else:
        await planner.set_crew(name, await a_record(container, f"{name[:-3]}s", subject))
    before = await fingerprint(container, subject)

    led = await planner.create({"name": "North"}, False)

    if whose == "own":
        assert led is not None
        assert (await fingerprint(container, subject)) != before
    else:
        assert (await fingerprint(container, subject)) == before
        assert SECRET not in json.dumps(planner.stops)
        assert planner.stops == []
        assert (led is None) == (name != "delivery")  # what is not seen is not on the route
