"""Socket.IO rooms of Reflex's own event namespace: who sees which live frames."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from reflex.app import EventNamespace

from fleet_app.web.states.live import live_message

Snapshot = Callable[[int], Awaitable[bytes]]
Status = Callable[[int], Awaitable[dict[str, Any]]]


def fleet_room(fleet_id: int) -> str:
    """The room of everybody who watches a fleet."""
    return f"fleet:{fleet_id}"


def vehicle_room(vehicle_id: int) -> str:
    """The room of everybody who may watch one vehicle only."""
    return f"vehicle:{vehicle_id}"


class SocketRooms:
    """Lets sessions into rooms and emits to them. One per process: it reaches local sockets."""

    def __init__(
        self,
        namespace: Callable[[], EventNamespace],
        *,
        fleet_snapshot: Snapshot,
        vehicle_snapshot: Snapshot,
        fleet_status: Status,
    ) -> None:
        self._namespace = namespace
        self._fleet_snapshot = fleet_snapshot
        self._vehicle_snapshot = vehicle_snapshot
        self._fleet_status = fleet_status

    async def join_fleet(self, sid: str, fleet_id: int) -> None:
        """Enter first, read the snapshot second: nothing can fall between the two."""
        await self._enter(sid, fleet_room(fleet_id))
        status = await self._fleet_status(fleet_id)
        frame = await self._fleet_snapshot(fleet_id)
        await self._emit(live_message(frame=frame, status=status), to=sid)

    async def join_vehicle(self, sid: str, vehicle_id: int) -> None:
        """Enter the room of one vehicle and send where it is."""
        await self._enter(sid, vehicle_room(vehicle_id))
        await self._emit(live_message(frame=await self._vehicle_snapshot(vehicle_id)), to=sid)

    async def leave(self, sid: str) -> None:
        """Leave every live room; other rooms of the session stay."""
        namespace = self._namespace()
        for room in list(namespace.rooms(sid)):
            if room.startswith(("fleet:", "vehicle:")):
                await namespace.leave_room(sid, room)

    async def emit_frame(self, room: str, frame: bytes) -> None:
        """Send one frame, encoded once, to everybody in the room."""
        await self._emit(live_message(frame=frame), room=room)

    async def emit_status(self, room: str, status: dict[str, Any]) -> None:
        """Send the status bar's content to everybody in the room."""
        await self._emit(live_message(status=status), room=room)

    def rooms(self) -> set[str]:
        """The live rooms that have somebody in them."""
        namespace = self._namespace()
        rooms = namespace.server.manager.rooms.get(namespace.namespace, {})
        return {name for name in rooms if name and name.startswith(("fleet:", "vehicle:"))}

    async def _enter(self, sid: str, room: str) -> None:
        await self.leave(sid)
        await self._namespace().enter_room(sid, room)

    async def _emit(self, message: dict[str, Any], **target: str) -> None:
        await self._namespace().emit("event", message, **target)
