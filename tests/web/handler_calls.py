"""Calls of event handlers as a page makes them, with arguments that fit, about a given record."""

from __future__ import annotations

import json
from typing import Any

from fleet_app.catalogue.kinds import KINDS
from tests.web.conftest import GateServer
from tests.web.handlers import Handler
from tests.web.product_server import HANDLERS
from tests.web.raw_socket import STATE, RawSocket

FITTING = {
    "act": "start", "step": "start", "to": "cancelled", "status": "cancelled",
    "field": "service_status", "value": "workshop",
}  # fmt: skip
"""Words that handlers take for arguments of these names."""
FORM = {
    "status": "cancelled", "reason": "customer_request", "note": "", "odometer_km": "99999",
    "done_on": "2026-11-22", "cost": "10", "title": "Changed", "name": "Changed",
    "time_zone": "UTC", "units": "metric", "currency": "EUR", "language": "en",
    "late_deliveries": "never",
}  # fmt: skip
"""Fields of the forms that are no record's; every handler takes what it knows."""
OPENS = ("open", "select")
"""The handlers by which a page shows its state a record."""


def handlers(product: GateServer) -> list[Handler]:
    """All of them but the framework's own that every page needs."""
    listed = json.loads((product.log.parent / HANDLERS).read_text(encoding="utf-8"))
    return [one for one in (Handler(**each) for each in listed) if not one.framework]


def ours(product: GateServer) -> list[Handler]:
    """Those that we wrote."""
    return [one for one in handlers(product) if one.module.startswith("fleet_app.")]


async def call_primed(
    page: RawSocket, among: list[Handler], one: Handler, identifier: int, plural: str
) -> None:
    """Open the state on the record and select it, as a page would, then call the handler."""
    for other in among:
        opens = other.name.rpartition(".")[2] in OPENS
        if other.state == one.state and opens and other != one:
            await call(page, other, identifier, plural)
    await call(page, one, identifier, plural)


async def call(page: RawSocket, one: Handler, identifier: int, plural: str) -> None:
    """Call a handler from the record's page."""
    path = f"/{plural}/{identifier}"
    router = {"pathname": path, "asPath": path, "query": {}}
    given = payload(one, identifier, plural)
    await page.emit("event", {"name": one.name, "payload": given, "router_data": router})


def payload(one: Handler, identifier: int, plural: str) -> dict[str, Any]:
    """What the handler takes, as far as it can be told from names and types."""
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
        title = {KINDS[plural].specs[0].name: f"Changed {identifier}", "id": identifier}
        return FORM | {"route": str(identifier)} | title
    if "list" in annotation:
        return [identifier]
    if "bool" in annotation:
        return True
    return identifier if "int" in annotation or "float" in annotation else str(identifier)


async def settled(page: RawSocket) -> None:
    """Wait until the server has worked off what was sent: it answers in order."""
    await page.event(f"{STATE}.hydrate")
    await page.until_received("is_hydrated")
