"""A walk over every address of the API: callers of every role, objects of every kind."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlmodel import select

from fleet_app.access.matrix import Scope, scope_of
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.catalogue.kinds import KINDS
from fleet_app.identity.models import DeviceToken
from fleet_app.identity.tokens import digest
from fleet_app.records.models import SavedView
from fleet_app.records.references import FILE_INPUTS
from fleet_app.records.views import ViewSettings
from tests.builders.alerts import an_alert
from tests.builders.api import World, a_device
from tests.builders.api_routes import ApiRoute, example_body
from tests.builders.fixes import seen
from tests.builders.media import a_png
from tests.builders.outbox import a_browser, a_dead_message, a_phone
from tests.builders.past import a_fact
from tests.builders.people import a_person
from tests.builders.plan_runs import a_plan_beside, a_queued_run, an_empty_plan
from tests.builders.records import a_record, an_actor, an_example
from tests.builders.suggestions import a_suggestion

PREFIX = "/api/v1/"
_numbers = itertools.count(1)
STRANGERS = ("anonymous", "device")
NAMED_KINDS = {
    "vehicle_id": "vehicles",
    "driver_id": "drivers",
    "delivery_id": "deliveries",
    "delivery_ids": "deliveries",
    "route_id": "routes",
    "order_id": "work_orders",
    "depot_id": "depots",
    "pickup_depot_id": "depots",
    "customer_id": "customers",
    "schedule_id": "maintenance_schedules",
    "user_id": "users",
    "device_id": "devices",
    "file_id": "files",
    "photo_file_id": "files",
    "logo_file_id": "files",
    "fleet_id": "fleets",
    "entry_id": "entries",
    "alert_id": "alerts",
    "geofence_id": "geofences",
    "notification_id": "notifications",
    "subscription_id": "push_subscriptions",
    "token_id": "push_tokens",
    "trip_id": "trips",
    "plan_id": "plans",
    "other_id": "plans",
    "job_id": "plan_jobs",
    "suggestion_id": "suggestions",
}
"""Which kind of object a name in a path or in a body stands for."""
WORDS = {"form": "csv"}
"""What stands in a path for a name that is no object's."""

_TRACKS = ("track", "replay", "track/export.{form}", "report.html")
PERIOD = "?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z"
QUERIES = {
    f"{PREFIX}views": "?kind=vehicles",
    f"{PREFIX}plans": "?date=2026-11-24",
    f"{PREFIX}imports/template.{{form}}": "?kind=customers",
    f"{PREFIX}geocode/reverse": "?lat=60.17&lon=24.94",
    f"{PREFIX}roads/route": "?points=60.17,24.94;60.18,24.95",
    f"{PREFIX}roads/isochrone": "?lat=60.17&lon=24.94",
    f"{PREFIX}vehicles/nearest": "?lat=60.17&lon=24.94",
    f"{PREFIX}reports/heatmap.html": PERIOD,
    **{f"{PREFIX}vehicles/{{vehicle_id}}/{what}": PERIOD for what in _TRACKS},
}
"""What an address must be asked with."""
_CANCELLED = {"status": "cancelled", "reason": "customer_request"}
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", f"{PREFIX}imports/{{identifier}}/mapping"): {"columns": {"0": "name", "1": "phone"}},
    ("PUT", f"{PREFIX}deliveries/{{delivery_id}}/status"): _CANCELLED,
    ("POST", f"{PREFIX}deliveries/status"): {"changes": [_CANCELLED | {"delivery_id": 1}]},
    ("POST", f"{PREFIX}plans"): {"date": "2026-11-24", "name": "Tuesday", "fleet_id": 1},
    ("POST", f"{PREFIX}plans/{{plan_id}}/edits"): {"edit": {"do": "add_row", "vehicle_id": 1}},
}
"""Bodies that fit new objects where the described example does not."""

NOT_YET = {
    f"POST {PREFIX}imports/{{identifier}}/cancel": "nothing runs that could be cancelled",
    f"POST {PREFIX}imports/{{identifier}}/undo": "nothing was taken in that could be undone",
    f"POST {PREFIX}routes/{{route_id}}/publish": "it has no driver",
    f"POST {PREFIX}routes/{{route_id}}/recall": "it is not published",
    f"POST {PREFIX}routes/{{route_id}}/start": "it is not published",
    f"POST {PREFIX}routes/{{route_id}}/complete": "it is not started",
    f"PUT {PREFIX}deliveries/{{delivery_id}}/picked-up": "it is on no route",
    f"POST {PREFIX}work_orders/{{order_id}}/finish": "it is not started",
    f"POST {PREFIX}work_orders/{{order_id}}/reopen": "it is open",
    f"POST {PREFIX}alerts/{{alert_id}}/reopen": "it is raised",
    f"GET {PREFIX}trips/{{trip_id}}/snapped": "there are no roads",
    f"POST {PREFIX}suggestions/{{suggestion_id}}/undo": "it was not accepted",
    f"POST {PREFIX}plans/{{plan_id}}/undo": "nothing was done that could be taken back",
    f"POST {PREFIX}plans/{{plan_id}}/redo": "nothing was taken back",
}
"""What a new object cannot do yet: 409 shows that the caller got to the object itself."""


@dataclass
class Walk:
    """The callers and the two fleets that the routes are tried with."""

    world: World
    callers: dict[str, dict[str, str]] = field(default_factory=dict)
    user_ids: dict[str, int] = field(default_factory=dict)

    async def sign_in(self) -> None:
        """Everybody, before anything is compared."""
        for role in Role:
            person = self.world.driver if role is Role.DRIVER else None
            headers = await (self.world.bearer(person) if person else self.world.a(role))
            self.callers[role.value] = headers
            me = await self.world.client.get(f"{PREFIX}auth/me", headers=headers)
            self.user_ids[role.value] = me.json()["data"]["id"]
        self.callers |= {"anonymous": {}, "device": self.world.device}

    async def object(self, kind: str, fleet_id: int, caller: str = "") -> int:
        """The id of a new object of a fleet; of the caller, where it is a person's own."""
        container = self.world.container
        if kind == "fleets":
            return fleet_id
        if kind == "files":
            admin = an_actor(Role.SYSTEM_ADMIN)
            file = await container.file_service.upload(
                admin, _chunks(a_png()), name="a.png", fleet_id=fleet_id
            )
            return file.id or 0
        if kind == "devices":
            vehicle_id = await a_record(container, "vehicles", fleet_id)
            token = digest(await a_device(container, vehicle_id))
            async with container.work() as session:
                query = select(DeviceToken.id).where(DeviceToken.token_hash == token)
                return (await session.exec(query)).one() or 0
        if kind == "views":
            return await self._view(fleet_id, caller)
        if kind == "imports":
            return await self._import(fleet_id)
        if kind == "trips":
            return await a_fact(
                container, await a_record(container, "vehicles", fleet_id), fleet_id
            )
        if kind == "notifications":
            return await a_dead_message(container, fleet_id)
        if kind in ("push_subscriptions", "push_tokens"):
            return await self._place(kind, fleet_id, caller)
        if kind == "alerts":
            return await an_alert(container, fleet_id)
        if kind == "plans":
            return await an_empty_plan(container, fleet_id)
        if kind == "plan_jobs":
            return await a_queued_run(container, fleet_id)
        if kind == "suggestions":
            return await a_suggestion(container, fleet_id)
        if kind == "entries":
            customer_id = await a_record(container, "customers", fleet_id)
            async with container.work() as session:
                entry = select(AuditEntry.id).where(
                    AuditEntry.kind == "customer", AuditEntry.object_id == customer_id
                )
                return (await session.exec(entry)).one() or 0
        made = await a_record(container, kind, fleet_id)
        if kind == "vehicles":
            await seen(container, made, fleet_id)
        return made

    async def _view(self, fleet_id: int, caller: str) -> int:
        container = self.world.container
        owner = self.user_ids.get(caller)
        if owner is None:
            owner = (await a_person(container, Role.FLEET_MANAGER, fleet_id)).id
        view = SavedView(
            fleet_id=fleet_id, user_id=owner, kind="vehicles", name=f"View {next(_numbers)}",
            shared=True, settings=ViewSettings().model_dump(),
        )  # fmt: skip
        async with container.work() as session:
            session.add(view)
            await session.flush()
        return view.id or 0

    async def _place(self, kind: str, fleet_id: int, caller: str) -> int:
        container = self.world.container
        owner = self.user_ids.get(caller)
        if owner is None:
            owner = (await a_person(container, Role.FLEET_MANAGER, fleet_id)).id
        made = a_browser if kind == "push_subscriptions" else a_phone
        return await made(container, owner)

    async def _import(self, fleet_id: int) -> int:
        container = self.world.container
        person = await a_person(container, Role.FLEET_MANAGER, fleet_id)
        made = await container.imports.upload(
            an_actor(Role.FLEET_MANAGER, fleet_id, user_id=person.id),
            _chunks(_SHEET),
            kind="customers",
            name="customers.csv",
        )
        return made.id or 0

    async def path(self, route: ApiRoute, fleet_id: int, caller: str = "") -> str:
        """The address of the route, of a new object of that fleet."""
        path = route.path + QUERIES.get(route.path, "")
        for name, word in WORDS.items():
            path = path.replace("{" + name + "}", word)
        identifier = 0
        for name in route.parameters:
            if name in WORDS:
                continue
            kind = kind_of(route, name)
            is_own = kind == "fleets" and caller != Role.SYSTEM_ADMIN
            if kind == "fleets" and not is_own:
                identifier = await a_record(self.world.container, "fleets", 0)
            elif name == "other_id":  # plans of one day are compared
                identifier = await a_plan_beside(self.world.container, identifier)
            else:
                identifier = await self.object(kind, fleet_id, caller)
            path = path.replace("{" + name + "}", str(identifier))
        return path

    async def body(self, route: ApiRoute, fleet_id: int) -> Any:
        """A body that the route accepts, about things of that fleet."""
        plural, container = route.path.removeprefix(PREFIX).split("/")[0], self.world.container
        kind = KINDS.get(plural)
        rest = route.path.removeprefix(f"{PREFIX}{plural}")
        if kind is not None and (route.method, rest) in _RECORD_WRITES:
            values = await an_example(container, plural, fleet_id)
            if route.method == "PATCH":
                return dict(list(values.items())[:1])
            if kind.tenant == "fleet_id":
                values["fleet_id"] = fleet_id
            return {"rows": [values]} if rest == "/bulk" else values
        example = BODIES.get((route.method, route.path)) or example_body(self.world.app, route)
        if plural == "views" and isinstance(example, dict) and "name" in example:
            example |= {"name": f"View {next(_numbers)}", "shared": False}  # shared needs a fleet
        if route.path == f"{PREFIX}geofences/corridor":
            example |= {"name": f"Corridor {next(_numbers)}"}
        return await self._filled(example, fleet_id)

    async def _filled(self, value: Any, fleet_id: int, name: str = "") -> Any:
        """The value with ids of real objects in place of examples."""
        if isinstance(value, dict):
            return {key: await self._filled(one, fleet_id, key) for key, one in value.items()}
        if isinstance(value, list):
            return [await self._filled(one, fleet_id, name) for one in value]
        if isinstance(value, int) and name.endswith(("_id", "_ids")):
            return await self.object(NAMED_KINDS[name], fleet_id)
        return value

    async def call(
        self, route: ApiRoute, caller: str, fleet_id: int, **details: Any
    ) -> httpx.Response:
        """Try a route with new objects of a fleet."""
        details.setdefault("url", await self.path(route, fleet_id, caller))
        details.setdefault("json", await self.body(route, fleet_id))
        return await self.send(route, caller, **details)

    async def send(
        self, route: ApiRoute, caller: str, *, url: str, json: Any = None, **more: Any
    ) -> httpx.Response:
        """Try a route as it is said."""
        if json is None and (route.method, route.path) in _FORMS:
            fleet = {"fleet_id": str(self.world.fleet_id)}  # which an administrator must name
            form = _FORMS[route.method, route.path]
            more = {"params": fleet, **more, "files": form["files"]}
            if "data" in form:
                more["data"] = form["data"] | fleet
        return await self.world.client.request(
            route.method, url, json=json, headers=self.callers[caller], **more
        )


_SHEET = b"Name,Phone\nKahvila Aamu,+358 40 1234567\n"
_ZONES = (
    b'{"type": "Feature", "properties": {"name": "Walked"},'
    b' "geometry": {"type": "Point", "coordinates": [24.94, 60.17]}}'
)
_FORMS: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", f"{PREFIX}files"): {"files": {"file": ("a.png", a_png(), "image/png")}},
    ("POST", f"{PREFIX}geofences/import"): {
        "files": {"file": ("zones.geojson", _ZONES, "application/geo+json")},
    },
    ("POST", f"{PREFIX}imports"): {
        "files": {"file": ("a.csv", _SHEET, "text/csv")},
        "data": {"kind": "customers"},
    },
}
"""What is sent where a form is expected."""
_RECORD_WRITES = {("POST", ""), ("POST", "/bulk"), ("PATCH", "/{identifier}")}


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


def names_objects(route: ApiRoute) -> bool:
    """Whether the path is of something that belongs to somebody."""
    return bool(set(route.parameters) - set(WORDS))


def kind_of(route: ApiRoute, name: str) -> str:
    """Which kind of object a name in a path stands for. Raises KeyError for a new name, which
    belongs into `NAMED_KINDS`."""
    if name == "identifier":
        return route.path.removeprefix(PREFIX).split("/")[0]
    return NAMED_KINDS[name]


def reference_fields(plural: str) -> list[str]:
    """The fields of a kind that hold ids of other objects."""
    return [
        spec.name
        for spec in KINDS[plural].specs
        if spec.reference is not None or spec.input in FILE_INPUTS
    ]


def expected_scope(route: ApiRoute, role: Role) -> Scope:
    """What the matrix says about the route."""
    assert route.permission is not None
    return scope_of(role, route.permission)
