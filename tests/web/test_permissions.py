"""Every event handler of every state says who may call it, and nobody else can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fleet_app.access.matrix import PERMISSIONS, roles_with
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from tests.builders.fingerprint import fingerprint
from tests.builders.people import a_fleet
from tests.builders.records import a_record
from tests.web.conftest import GateServer, signed_in
from tests.web.product_server import HANDLERS
from tests.web.raw_socket import STATE, RawSocket

AT_ONCE = 15
"""Refused events a socket may send before it is cut off, with room to spare."""
SECRET = "Nobody elses business"
CHANGED = {
    Role.FLEET_MANAGER: {"vehicles", "customers", "deliveries", "work_orders"},
    Role.DISPATCHER: {"customers", "deliveries"},
}
"""Tables of the own fleet that the walk of a role changes for certain."""
FITTING = {
    "act": "start", "step": "start", "to": "cancelled", "status": "cancelled",
    "field": "service_status", "value": "workshop",
}  # fmt: skip
"""Words that handlers take for arguments of these names."""
FORM = {
    "status": "cancelled", "reason": "customer_request", "note": "", "odometer_km": "99999",
    "done_on": "2026-11-22", "cost": "10", "title": "Changed", "name": "Changed",
}  # fmt: skip
"""Fields of the forms that are no record's; every handler takes what it knows."""


@dataclass(frozen=True)
class Handler:
    """A handler as the running application knows it. `roles` is None when it says nothing."""

    name: str
    module: str
    roles: list[str] | None
    needs: list[str]
    is_event: bool
    framework: bool
    arguments: dict[str, str]

    @property
    def state(self) -> str:
        """The state it belongs to."""
        return self.name.rpartition(".")[0]


def handlers(product: GateServer) -> list[Handler]:
    """All of them but the framework's own that every page needs."""
    listed = json.loads((product.log.parent / HANDLERS).read_text(encoding="utf-8"))
    return [one for one in (Handler(**each) for each in listed) if not one.framework]


def ours(product: GateServer) -> list[Handler]:
    """Those that we wrote."""
    return [one for one in handlers(product) if one.module.startswith("fleet_app.")]


def test_every_handler_says_who_may_call_it(product: GateServer) -> None:
    """Other methods of states are helpers: the gate refuses them to everybody, as seen below."""
    assert [one.name for one in ours(product) if one.roles is None and one.is_event] == []
    assert len(ours(product)) > 50


def test_what_handlers_name_is_in_the_matrix(product: GateServer) -> None:
    for one in ours(product):
        named = {need for need in one.needs if "." in need}
        assert named <= set(PERMISSIONS), one.name
        if named and named == set(one.needs):
            assert set(one.roles or ()) == {r.value for need in named for r in roles_with(need)}


@pytest.mark.parametrize("caller", [None, *Role])
async def test_whoever_may_not_is_refused_and_nothing_happens(
    product: GateServer, services: Container, caller: Role | None
) -> None:
    cookie = None if caller is None else (await signed_in(services, caller)).cookie
    denied = [one for one in handlers(product) if _denied(one, caller)]
    before = await fingerprint(services)
    for start in range(0, len(denied), AT_ONCE):
        some = denied[start : start + AT_ONCE]
        async with product.socket(cookie) as page:
            for one in some:
                await page.event(one.name, **_payload(one, 1, "vehicles"))
            await _settled(page)
            assert _consequences(page) == [], [one.name for one in some]
    assert await fingerprint(services) == before
    if caller is not None:
        log = product.logged()
        assert [one.name for one in denied if f"Event {one.name} was refused" not in log] == []


@pytest.mark.parametrize("role", [Role.FLEET_MANAGER, Role.DISPATCHER])
@pytest.mark.parametrize("whose", ["other", "own"])
async def test_another_fleets_records_stay_untouched_and_unseen(
    product: GateServer, services: Container, whose: str, role: Role
) -> None:
    """The same calls about the own fleet's records do change them, so the calls are fit."""
    own, other = await a_fleet(services), await a_fleet(services, f"{SECRET} {whose} {role}")
    caller = await signed_in(services, role, own)
    subject = other if whose == "other" else own
    objects = {kind.plural: await _named_record(services, kind, subject) for kind in KINDS}
    before = await fingerprint(services, subject)
    seen = []
    for plural, identifier in objects.items():
        for some in _chunks(_of_records(product, plural, role)):
            async with product.socket(caller.cookie) as page:
                for one in some:
                    await _primed(page, product, one, identifier, plural)
                await _settled(page)
                seen += page.messages
    after = await fingerprint(services, subject)
    changed = {table for table in before if before[table] != after[table]}
    if whose == "other":
        assert changed == set()
        assert SECRET not in json.dumps(seen)
    else:
        assert CHANGED[role] <= changed
        assert SECRET in json.dumps(seen)


def _denied(one: Handler, caller: Role | None) -> bool:
    if one.roles is None:
        return True
    return bool(one.roles) and (caller is None or caller.value not in one.roles)


def _of_records(product: GateServer, plural: str, role: Role) -> list[Handler]:
    """The handlers to try with a record of a kind: those of record pages, and once all others."""
    found = [one for one in ours(product) if one.roles and role in one.roles]
    return [one for one in found if "records" in one.module or plural == "vehicles"]


def _chunks(all_: list[Handler]) -> Iterator[list[Handler]]:
    for start in range(0, len(all_), 40):
        yield all_[start : start + 40]


async def _primed(
    page: RawSocket, product: GateServer, one: Handler, identifier: int, plural: str
) -> None:
    """Open the state on the record and select it, as a page would, then call the handler."""
    for other in ours(product):
        opens = other.name.rpartition(".")[2] in ("open", "select")
        if other.state == one.state and opens and other != one:
            await _call(page, other, identifier, plural)
    await _call(page, one, identifier, plural)


async def _call(page: RawSocket, one: Handler, identifier: int, plural: str) -> None:
    path = f"/{plural}/{identifier}"
    router = {"pathname": path, "asPath": path, "query": {}}
    payload = _payload(one, identifier, plural)
    await page.emit("event", {"name": one.name, "payload": payload, "router_data": router})


def _payload(one: Handler, identifier: int, plural: str) -> dict[str, Any]:
    return {
        name: _argument(name, annotation, identifier, plural)
        for name, annotation in one.arguments.items()
    }


def _argument(name: str, annotation: str, identifier: int, plural: str) -> Any:
    if name == "plural":
        return plural
    if name in FITTING and "str" in annotation:
        return FITTING[name]
    if "dict" in annotation:
        return (
            FORM
            | {"route": str(identifier)}
            | {KINDS[plural].specs[0].name: f"Changed {identifier}", "id": identifier}
        )
    if "list" in annotation:
        return [identifier]
    if "bool" in annotation:
        return True
    return identifier if "int" in annotation or "float" in annotation else str(identifier)


async def _named_record(container: Container, kind: Any, fleet_id: int) -> int:
    """A record whose name would be noticed."""
    if kind.plural == "fleets":
        return fleet_id
    identifier = await a_record(container, kind.plural, fleet_id)
    title = kind.by_name.get(kind.title)
    async with container.work() as session:
        row = await session.get_one(kind.model, identifier)
        if title is not None and title.max_length is not None and kind.plural != "users":
            setattr(row, title.attribute, f"{SECRET} {identifier}"[: title.max_length])
    return identifier


async def _settled(page: RawSocket) -> None:
    """Wait until the server has worked off what was sent: it answers in order."""
    await page.event(f"{STATE}.hydrate")
    await page.until_received("is_hydrated")


def _consequences(page: RawSocket) -> list[Any]:
    """What the page was told besides that it must sign in, and the start of every page."""
    told = [data for name, data in page.messages if name == "event" and data is not None]
    return [data for data in told if not _is_hydration(data) and _tells_something(data)]


def _is_hydration(data: Any) -> bool:
    return STATE in (data.get("delta") or {})


def _tells_something(data: Any) -> bool:
    leads_to_sign_in = "/login" in json.dumps(data.get("events") or [])
    return bool(data.get("delta")) or bool(data.get("events") and not leads_to_sign_in)
