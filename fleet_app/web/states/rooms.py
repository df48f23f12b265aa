"""Socket.IO rooms of Reflex's own event namespace: who sees which live frames."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from reflex.app import EventNamespace

from fleet_app.web.states.live import NO_STATUS, live_message
from fleet_app.web.states.room_emit import emit_to_room

LIVE_ROOMS = ("fleet:", "vehicle:")


class Source(Protocol):
    """What knows where everything is: the broadcaster of this process."""

    async def snapshot(self, fleet_id: int) -> bytes:
        """All vehicles of a fleet, as a frame."""

    async def vehicle_snapshot(self, fleet_id: int, vehicle_id: int) -> bytes:
        """One vehicle, as a frame."""


ShowAlerts = Callable[[int, str], Awaitable[None]]
"""Emits the alerts of a fleet to a room or a session."""


class SocketRooms:
    """Lets sessions into rooms and emits to them. One per process: it reaches local sockets."""

    def __init__(self, namespace: EventNamespace) -> None:
        self._namespace = namespace
        self._source: Source | None = None
        self._statuses: dict[str, dict[str, Any]] = {}
        self._notices: dict[str, dict[str, Any]] = {}
        self._show_alerts: ShowAlerts | None = None

    def fed_by(self, source: Source) -> None:
        """Take snapshots from `source`; until then nobody can join."""
        self._source = source

    def alerts_from(self, show: ShowAlerts) -> None:
        """Who enters a fleet's room is shown its alerts by `show`."""
        self._show_alerts = show

    async def join_fleet(self, sid: str, fleet_id: int) -> None:
        """Enter first, read the snapshot second: nothing can fall between the two."""
        room = f"fleet:{fleet_id}"
        await self._enter(sid, room)
        frame = await self._fed().snapshot(fleet_id)
        status, notices = self._statuses.get(room), self._notices.get(room)
        await self._send(sid, live_message(frame=frame, status=status, changes=notices))
        if self._show_alerts is not None:
            await self._show_alerts(fleet_id, sid)

    async def join_vehicle(self, sid: str, fleet_id: int, vehicle_id: int) -> None:
        """Enter the room of one vehicle and send where it is."""
        await self._enter(sid, f"vehicle:{vehicle_id}")
        frame = await self._fed().vehicle_snapshot(fleet_id, vehicle_id)
        await self._send(sid, live_message(frame=frame))

    async def leave(self, sid: str) -> None:
        """Leave every live room; other rooms of the session stay."""
        for room in list(self._namespace.rooms(sid)):
            if room.startswith(LIVE_ROOMS):
                await self._namespace.leave_room(sid, room)

    async def emit_frame(self, room: str, frame: bytes) -> None:
        """Send one frame, encoded once, to everybody in the room."""
        await emit_to_room(self._namespace, room, live_message(frame=frame))

    async def emit_status(self, room: str, status: dict[str, Any]) -> None:
        """Send the status bar's content to everybody in the room."""
        self._statuses[room] = shown_status(status)
        await emit_to_room(self._namespace, room, live_message(status=self._statuses[room]))

    async def emit_changes(self, room: str, notices: dict[str, Any]) -> None:
        """Tell everybody in the room, and who enters it later, which records changed."""
        self._notices[room] = {kind: {**one, "ids": []} for kind, one in notices.items()}
        await emit_to_room(self._namespace, room, live_message(changes=notices))

    async def emit_alerts(self, to: str, alerts: dict[str, Any]) -> None:
        """Show how a fleet's alerts stand to everybody in the room, or to one session."""
        message = live_message(alerts=alerts)
        if to.startswith(LIVE_ROOMS):
            await emit_to_room(self._namespace, to, message)
        else:
            await self._send(to, message)

    def occupied(self) -> set[str]:
        """The live rooms that have somebody in them."""
        rooms = self._namespace.server.manager.rooms.get(self._namespace.namespace, {})
        return {name for name in rooms if name and name.startswith(LIVE_ROOMS)}

    def _fed(self) -> Source:
        if self._source is None:
            raise RuntimeError("the rooms have no source of snapshots yet")
        return self._source

    async def _enter(self, sid: str, room: str) -> None:
        await self.leave(sid)
        await self._namespace.enter_room(sid, room)

    async def _send(self, sid: str, message: dict[str, Any]) -> None:
        await self._namespace.emit("event", message, to=sid)


def shown_status(status: dict[str, Any]) -> dict[str, Any]:
    """A fleet's status in the words of the status bar."""
    return {**NO_STATUS, **{name: status[name] for name in NO_STATUS.keys() & status.keys()}}
