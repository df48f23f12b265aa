"""Imports as somebody looks at them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from fleet_app.access.actor import Actor, Channel
from fleet_app.bootstrap import Container
from fleet_app.records.models import Import, ImportState
from fleet_app.web.states.imports.screen import ImportScreen
from tests.builders.people import Person
from tests.builders.screens import a_screen


async def chunks(rows: list[list[str]]) -> AsyncIterator[bytes]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    yield text.getvalue().encode()


async def an_import(
    container: Container,
    person: Person,
    rows: list[list[str]] | None = None,
    kind: str = "vehicles",
) -> Import:
    principal = await container.authenticator.principal_of_user(person.id)
    actor = Actor(principal=principal, channel=Channel.WEB)
    return await container.imports.upload(actor, chunks(rows or ROWS), kind=kind, name="vans.csv")


ROWS = [["Vehicle", "Plate", "Payload"], ["Van 1", "A-1", "900"], ["Van 2", "", "a lot"]]
PATIENCE = 60.0


async def set_state(container: Container, record: Import, state: ImportState, **more) -> None:
    async with container.work(PATIENCE) as session:
        found = await session.get_one(Import, record.id)
        found.state = state
        for name, value in more.items():
            setattr(found, name, value)


async def a_look(container: Container, person: Person, record: Import) -> ImportScreen:
    screen = await (await a_screen(container, person, f"/imports/{record.id}")).get_state(
        ImportScreen
    )
    await screen.open()
    return screen
