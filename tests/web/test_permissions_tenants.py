"""No event handler shows or changes another fleet's records, whoever calls it.

The same calls about the own fleet's records do, for every kind of record, so the calls are fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from fleet_app.access.matrix import PERMISSIONS, Scope
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import Kind
from tests.builders.fingerprint import fingerprint
from tests.builders.people import a_fleet
from tests.builders.records import a_record
from tests.web.conftest import GateServer, signed_in
from tests.web.handler_calls import call_primed, ours, settled
from tests.web.handlers import Handler

SECRET = "Nobody elses business"
NAMED = {"name", "title", "address", "note", "instructions", "contact_name", "description",
         "tracking_number", "supplier", "brand_name"}  # fmt: skip
"""Fields in which a record would be noticed wherever it is shown."""
CALLERS = [None, *(role for role in Role if role is not Role.SYSTEM_ADMIN)]
"""Everybody for whom a fleet can be another one."""


@pytest.mark.parametrize("caller", CALLERS)
async def test_another_fleets_records_stay_untouched_and_unseen(
    product: GateServer, services: Container, caller: Role | None
) -> None:
    cookie = None if caller is None else (await signed_in(services, caller)).cookie
    other = await a_fleet(services, f"{SECRET} of {caller}")
    records = {kind.plural: await _named_record(services, kind, other) for kind in KINDS}
    before = await _everything_of(services, other)
    seen = [
        await _called(product, cookie, caller, plural, identifier)
        for plural, identifier in records.items()
    ]
    assert await _everything_of(services, other) == before
    assert [one for one in seen if SECRET in one] == []


@pytest.mark.parametrize("role", [Role.FLEET_MANAGER, Role.DISPATCHER])
async def test_the_same_calls_show_and_change_what_is_the_own_fleets(
    product: GateServer, services: Container, role: Role
) -> None:
    own = await a_fleet(services)
    cookie = (await signed_in(services, role, own)).cookie
    unseen, unchanged = [], []
    for kind in KINDS:
        identifier = await _named_record(services, kind, own)
        before = await _row(services, kind, identifier)
        seen = await _called(product, cookie, role, kind.plural, identifier)
        unseen += [kind.plural] if _mark(kind, identifier) not in seen else []
        unchanged += [kind.plural] if await _row(services, kind, identifier) == before else []
    assert unseen == [kind.plural for kind in KINDS if not _may(role, kind, "read")]
    assert unchanged == [kind.plural for kind in KINDS if not _may(role, kind, "update")]


@pytest.mark.parametrize("role", [Role.DRIVER, Role.CUSTOMER])
async def test_what_is_not_ones_own_work_stays_untouched_and_unseen_in_the_own_fleet(
    product: GateServer, services: Container, role: Role
) -> None:
    own = await a_fleet(services)
    cookie = (await signed_in(services, role, own)).cookie
    records = {kind.plural: await _named_record(services, kind, own) for kind in KINDS}
    before = await _everything_of(services, own)
    seen = {
        plural: await _called(product, cookie, role, plural, identifier)
        for plural, identifier in records.items()
    }
    assert await _everything_of(services, own) == before
    assert [plural for plural, told in seen.items() if SECRET in told] == []


def _may(role: Role, kind: Kind, action: str) -> bool:
    return PERMISSIONS[f"{kind.plural}.{action}"][role] is Scope.FLEET


async def _called(
    product: GateServer, cookie: str | None, caller: Role | None, plural: str, identifier: int
) -> str:
    """Call whatever the caller may about a record; all that the pages were told, as text."""
    told = ""
    for some in _chunks(_to_call(product, plural, caller)):
        async with product.socket(cookie) as page:
            for one in some:
                await call_primed(page, ours(product), one, identifier, plural)
            await settled(page)
            told += json.dumps(page.messages)
    return told


def _to_call(product: GateServer, plural: str, caller: Role | None) -> list[Handler]:
    """The handlers to try with a record of a kind: those of record pages, and once all others."""
    found = [one for one in ours(product) if one.lets(caller)]
    return [one for one in found if "records" in one.module or plural == "vehicles"]


def _chunks(all_: list[Handler]) -> Iterator[list[Handler]]:
    for start in range(0, len(all_), 40):
        yield all_[start : start + 40]


async def _named_record(container: Container, kind: Kind, fleet_id: int) -> int:
    """A record whose texts would be noticed."""
    is_fleet = kind.plural == "fleets"  # whose name is on every page of its people
    identifier = fleet_id if is_fleet else await a_record(container, kind.plural, fleet_id)
    async with container.work() as session:
        row = await session.get_one(kind.model, identifier)
        for spec in kind.specs:
            if spec.name in NAMED and not (is_fleet and spec.name == "name"):
                setattr(row, spec.attribute, _mark(kind, identifier))
    return identifier


def _mark(kind: Kind, identifier: int) -> str:
    return f"{SECRET} {kind.name[:6]} {identifier}."


async def _row(container: Container, kind: Kind, identifier: int) -> str:
    """A record as it is stored."""
    query = text(f'SELECT t::text FROM "{kind.model.__tablename__}" t WHERE id = :id')
    async with container.work() as session:
        rows = await (await session.connection()).execute(query, {"id": identifier})
        return str(rows.scalar_one())


async def _everything_of(container: Container, fleet_id: int) -> dict[str, str]:
    """A digest of a fleet and all that is its own."""
    of_fleet = await fingerprint(container, fleet_id)
    return of_fleet | {"the fleet": await _row(container, KINDS["fleets"], fleet_id)}
