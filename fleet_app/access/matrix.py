"""What each role may do, to whose objects: the one place that says so.

A permission is `<plural>.<action>`. Every API route and every event handler names one; screens
show only what it allows; a test fails for a route or handler that names none of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound

_NOT_ALLOWED = "Your role does not allow this"


class Scope(StrEnum):
    """Whose objects a permission covers."""

    NONE = "none"
    OWN = "own"
    """What the person's own work is about: the vehicle driven, the deliveries on the tour."""
    FLEET = "fleet"
    ALL = "all"


_MANAGER, _DISPATCHER, _DRIVER = Role.FLEET_MANAGER, Role.DISPATCHER, Role.DRIVER
_Grants = Mapping[Role, Scope]


def _grants(manager: Scope, dispatcher: Scope, driver: Scope) -> _Grants:
    return {
        Role.SYSTEM_ADMIN: Scope.ALL,
        _MANAGER: manager,
        _DISPATCHER: dispatcher,
        _DRIVER: driver,
        Role.CUSTOMER: Scope.NONE,
    }


_ADMIN = _grants(Scope.NONE, Scope.NONE, Scope.NONE)
_MANAGED = _grants(Scope.FLEET, Scope.NONE, Scope.NONE)
_OFFICE = _grants(Scope.FLEET, Scope.FLEET, Scope.NONE)
_CREW = _grants(Scope.FLEET, Scope.FLEET, Scope.OWN)
_ANYBODY = dict.fromkeys(Role, Scope.OWN) | {Role.SYSTEM_ADMIN: Scope.ALL}
_AT_THE_WHEEL = dict.fromkeys(Role, Scope.NONE) | {_DRIVER: Scope.OWN}

READ, CREATE, UPDATE, DELETE, IMPORT, EXPORT = (
    *("read", "create", "update", "delete", "import", "export"),
)


def _record(plural: str, read: _Grants, write: _Grants) -> dict[str, _Grants]:
    """The usual permissions of a record kind; who may write may import, the office may export."""
    export = {role: Scope.NONE if scope is Scope.OWN else scope for role, scope in read.items()}
    writing = {f"{plural}.{action}": write for action in (CREATE, UPDATE, DELETE, IMPORT)}
    return {f"{plural}.{READ}": read, f"{plural}.{EXPORT}": export, **writing}


PERMISSIONS: Mapping[str, _Grants] = {
    **_record("fleets", _OFFICE, _ADMIN),
    "fleets.update": _MANAGED,
    **_record("users", _MANAGED, _MANAGED),
    **_record("vehicles", _CREW, _MANAGED),
    **_record("drivers", _CREW, _MANAGED),
    **_record("depots", _CREW, _MANAGED),
    **_record("documents", _OFFICE, _MANAGED),
    **_record("geofences", _CREW, _OFFICE),
    **_record("customers", _OFFICE, _OFFICE),
    **_record("deliveries", _CREW, _OFFICE),
    "deliveries.set_status": _CREW,
    **_record("routes", _CREW, _OFFICE),
    "routes.run": _CREW,
    **_record("route_templates", _OFFICE, _OFFICE),
    **_record("maintenance_records", _OFFICE, _MANAGED),
    **_record("maintenance_schedules", _OFFICE, _MANAGED),
    **_record("work_orders", _OFFICE, _MANAGED),
    "maintenance.due": _OFFICE,
    **_record("alert_rules", _OFFICE, _MANAGED),
    "alerts.read": _OFFICE,
    "alerts.handle": _OFFICE,
    "assignments.read": _CREW,
    "plans.read": _OFFICE,
    "plans.update": _OFFICE,
    "plans.publish": _OFFICE,
    "trips.read": _CREW,
    "track.read": _CREW,
    "track.export": _OFFICE,
    "reports.read": _OFFICE,
    "overview.read": _CREW,
    "overview.watch": _OFFICE,
    "locations.send": _AT_THE_WHEEL,
    "quarantine.read": _OFFICE,
    "ingest.read": _OFFICE,
    "devices.read": _MANAGED,
    "devices.manage": _MANAGED,
    "audit.read": _MANAGED,
    "audit.export": _MANAGED,
    "changes.undo": _OFFICE,
    "files.read": _CREW,
    "files.create": _OFFICE,
    "views.use": _OFFICE,
    "views.manage": _MANAGED,
    "imports.use": _OFFICE,
    "places.search": _OFFICE,
    "roads.read": _CREW,
    "map.read": _ANYBODY,
    "notifications.read": _OFFICE,
    "notifications.manage": _MANAGED,
    "account.use": _ANYBODY,
    "system.manage": _ADMIN,
}
"""Permission -> role -> scope."""


def scope_of(role: Role, permission: str) -> Scope:
    """Whose objects `role` may do this to. Raises KeyError for an unknown permission."""
    return PERMISSIONS[permission][role]


def may(principal: Principal, permission: str) -> bool:
    """Whether the person may do this to anything at all."""
    return scope_of(principal.role, permission) is not Scope.NONE


def authorize(principal: Principal, permission: str) -> Scope:
    """The scope in which the person may do this. Raises `Forbidden`."""
    scope = scope_of(principal.role, permission)
    if scope is Scope.NONE:
        raise Forbidden(_NOT_ALLOWED)
    return scope


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that may do this to something."""
    grants = PERMISSIONS[permission]
    return frozenset(role for role, scope in grants.items() if scope is not Scope.NONE)


def fleet_in_view(principal: Principal, fleet_id: int | None) -> int | None:
    """The fleet a request is about; None means all of them. Raises `NotFound`.

    Everybody but administrators has exactly one, whether they name it or not.
    """
    if fleet_id is None:
        return principal.fleet_id
    if not principal.sees_fleet(fleet_id):
        raise NotFound("Fleet", fleet_id)
    return fleet_id


def fleet_of_new(principal: Principal, fleet_id: int | None) -> int:
    """The fleet that something new will belong to. Raises `NotFound`, `InvalidInput` for none."""
    owner = fleet_in_view(principal, fleet_id)
    if owner is None:
        raise InvalidInput("Which fleet?", fields={"fleet_id": "is missing"})
    return owner
