"""Tracking numbers: each fleet's own, once among the deliveries that are not deleted."""

from __future__ import annotations

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.records.errors import Taken
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records


async def numbered(container: Container, office: Actor) -> int:
    async with records(container, "deliveries", office) as of:
        return int((await of.create({"address": "Katu 1", "tracking_number": "HC-1"}))["id"])


async def test_another_fleets_number_is_free_and_a_deleted_ones_too(container: Container):
    office = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    other = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    await numbered(container, other)
    first = await numbered(container, office)
    with pytest.raises(Taken) as refusal:
        await numbered(container, office)
    assert list(refusal.value.fields) == ["tracking_number"]
    async with records(container, "deliveries", office) as of:
        await of.delete(first)
    second = await numbered(container, office)
    assert second != first
    with pytest.raises(Taken) as refusal:
        async with records(container, "deliveries", office) as of:
            await of.restore(first)
    assert list(refusal.value.fields) == ["tracking_number"]
