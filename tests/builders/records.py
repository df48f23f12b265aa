"""Records of every kind, made through the service that everybody uses."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import Spec
from fleet_app.records.kinds import Kind, View
from fleet_app.records.service import Records
from tests.builders.people import Person

POINTED_TO = ("vehicles", "customers")
"""What examples point to, where their fields can; other references stay empty."""
_numbers = itertools.count(1)


def an_actor(role: Role, fleet_id: int | None = None, **details: Any) -> Actor:
    """Somebody of that role, who need not exist."""
    principal = Principal(
        user_id=details.pop("user_id", 0),
        name="Elina Virtanen",
        email="elina@example.com",
        role=role,
        fleet_id=None if role is Role.SYSTEM_ADMIN else fleet_id,
        **details,
    )
    return Actor(principal=principal, channel=Channel.API, address="192.0.2.1", request_id="r-1")


@asynccontextmanager
async def records(container: Container, plural: str, actor: Actor) -> AsyncIterator[Records]:
    """The service for one kind in one unit of work."""
    async with container.work() as session:
        yield Records(session, KINDS, KINDS[plural], actor, View.at_present())


async def an_example(container: Container, plural: str, fleet_id: int) -> dict[str, Any]:
    """A record from the examples of its fields, like no other where it must be, with references
    to real records of the fleet."""
    kind, number = KINDS[plural], next(_numbers)
    given = {spec.name: _one_of_many(kind, spec, number) for spec in kind.specs}
    for spec in kind.references:
        given[spec.name] = None
        if spec.reference in POINTED_TO and spec.reference != plural:
            given[spec.name] = await a_record(container, spec.reference, fleet_id)
    return {name: value for name, value in given.items() if value is not None}


async def a_record(container: Container, plural: str, fleet_id: int) -> int:
    """The id of a new record of that kind, in the fleet where it can be in one."""
    values = await an_example(container, plural, fleet_id)
    if KINDS[plural].tenant == "fleet_id":
        values["fleet_id"] = fleet_id
    async with records(container, plural, an_actor(Role.SYSTEM_ADMIN)) as of_kind:
        made = await of_kind.create(values)
    return int(made["id"])


def _one_of_many(kind: Kind, spec: Spec, number: int) -> Any:
    unique = {field for field, _ in kind.unique.values()} | {"external_reference"}
    if spec.name not in unique or not isinstance(spec.example, str):
        return spec.example
    if " " in spec.example or "@" in spec.example:
        return f"{number}{spec.example}"
    return f"{spec.example[:-4]}{number:04}"


async def a_new(container: Container, person: Person, plural: str, **said: object) -> int:
    """A record that a manager of the person's fleet makes; answers its id."""
    actor = an_actor(Role.FLEET_MANAGER, person.fleet_id)
    async with records(container, plural, actor) as of:
        return int((await of.create(said))["id"])
