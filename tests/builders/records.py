"""Records of every kind, made through the service that everybody uses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import View
from fleet_app.records.service import Records


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
