"""What the server pushes: live frames as raw bytes, a small status, and news of changed records.

None of it ever lives in a session's state on the server: it goes to a Socket.IO room as a state
delta made once for everybody in it, because one per session costs the server many times as much.
Reflex has no public broadcast; its delta format is used here, and nowhere else.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

import reflex as rx

from fleet_app.web.gate import requires
from fleet_app.web.states.session import shown_fleet

FIELD_SUFFIX = "_rx_state_"
"""What Reflex appends to the name of a var in a delta."""

NO_STATUS: dict[str, Any] = {
    "system_state": "Connecting",
    "reason": "",
    "newest_recorded_at": None,
    "vehicles": 0,
    "connected": 0,
    "moving": 0,
    "idle": 0,
    "stopped": 0,
    "offline": 0,
    "alerts": 0,
}


NO_ALERTS: dict[str, Any] = {
    "at": 0,
    "open": 0,
    "active": 0,
    "worst": "",
    "worst_open": "",
    "newest": [],
    "vehicles": {},
}


class Rooms(Protocol):
    """Where live frames come from: lets a session in and gives it its snapshot."""

    async def join_fleet(self, sid: str, fleet_id: int) -> None:
        """Enter the fleet's room and send the session a snapshot and the status."""

    async def join_vehicle(self, sid: str, fleet_id: int, vehicle_id: int) -> None:
        """Enter one vehicle's room and send the session its position."""

    async def leave(self, sid: str) -> None:
        """Leave every live room."""


class _Wiring:
    rooms: Rooms | None = None


def connect_rooms(rooms: Rooms) -> None:
    """Tell the pages where frames come from; called once when the application is put together."""
    _Wiring.rooms = rooms


def live_rooms() -> Rooms:
    """The rooms of this process."""
    if _Wiring.rooms is None:
        raise RuntimeError("live rooms are connected when the application starts")
    return _Wiring.rooms


class Live(rx.State):
    """Broadcast-only vars: the server emits them, no session ever stores them."""

    frame: str = ""
    status: dict[str, Any] = NO_STATUS
    changes: dict[str, Any] = {}
    """The newest notice of changed records by kind (`deliveries`); see `changes_of`."""
    alerts: dict[str, Any] = NO_ALERTS
    """How the fleet's alerts stand; see `fleet_app.notification.pulse.Pulse`."""

    @rx.event
    @requires("overview.watch")
    async def join(self) -> None:
        """Enter the room of the fleet on the screen; the snapshot follows at once."""
        fleet_id = await shown_fleet(self)
        await live_rooms().join_fleet(self.router.session.session_id, fleet_id)

    @rx.event
    @requires("overview.watch")
    async def leave(self) -> None:
        """Leave the live rooms: for pages that show no live data."""
        await live_rooms().leave(self.router.session.session_id)


def changes_of(plural: str) -> rx.Var[Any]:
    """A record grid's `changes`: the newest notice `{sequence, kind, ids}` about one kind.

    When news were lost, that of `*`, which says no more than that.
    """
    changes = Live.changes
    own, any_kind = (f"{changes!s}?.[{json.dumps(kind)}]" for kind in (plural, "*"))
    expression = f"({own} ?? {any_kind} ?? null)"
    return rx.Var(expression, _var_data=changes._get_all_var_data())  # type: ignore[attr-defined]


def live_message(
    *,
    frame: bytes | None = None,
    status: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
    alerts: dict[str, Any] | None = None,
) -> Any:
    """The payload of one socket event that changes these vars in every session that gets it."""
    values = {"frame": frame, "status": status, "changes": changes, "alerts": alerts}
    changed = {
        f"{name}{FIELD_SUFFIX}": value for name, value in values.items() if value is not None
    }
    return {"delta": {Live.get_full_name(): changed}, "events": []}
