"""Vehicles beyond the demo's own: made through the public API by the fleet manager."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec

from fleet_app.simulation.api import Account, Refused
from fleet_app.simulation.logins import write_private

AT_ONCE = 8
_PAGE = 200


class Wanted(msgspec.Struct, frozen=True):
    """A vehicle that has to exist."""

    registration: str
    name: str
    type: str = "van"


class Registrar:
    """Finds or makes vehicles with device tokens, and remembers the tokens in a private file.

    Tokens are shown once, so without the file every run would need new ones. Raises `TryLater`
    and `Refused`.
    """

    def __init__(self, manager: Account, file: Path, server: str, unit: str = "mps") -> None:
        self._manager = manager
        self._file = file
        self._server = server
        self._unit = unit
        self._ids: dict[str, int] | None = None

    async def tokens(self, wanted: Sequence[Wanted]) -> dict[str, str]:
        """A working device token for each registration."""
        known = await self._still_valid(self._read())
        missing = [vehicle for vehicle in wanted if vehicle.registration not in known]
        for start in range(0, len(missing), 10 * AT_ONCE):
            some = missing[start : start + 10 * AT_ONCE]
            known.update(await self._make_all(some))
            self._write(known)
        return {vehicle.registration: known[vehicle.registration] for vehicle in wanted}

    async def _make_all(self, wanted: Sequence[Wanted]) -> dict[str, str]:
        places = asyncio.Semaphore(AT_ONCE)

        async def make(vehicle: Wanted) -> tuple[str, str]:
            async with places:
                return vehicle.registration, await self._make(vehicle)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(make(vehicle)) for vehicle in wanted]
        return dict(task.result() for task in tasks)

    async def _make(self, vehicle: Wanted) -> str:
        vehicle_id = await self._vehicle(vehicle)
        body = {"vehicle_id": vehicle_id, "name": "Simulated unit", "speed_unit": self._unit}
        made = await self._manager.request("POST", "/api/v1/devices", json=body)
        return str(made["token"])

    async def _vehicle(self, vehicle: Wanted) -> int:
        body = {"name": vehicle.name, "registration_number": vehicle.registration,
                "type": vehicle.type}  # fmt: skip
        try:
            made = await self._manager.request("POST", "/api/v1/vehicles", json=body)
        except Refused as error:
            if error.status != httpx.codes.CONFLICT:
                raise
            return (await self._existing())[vehicle.registration]
        return int(made["id"])

    async def _existing(self) -> Mapping[str, int]:
        """Ids of the fleet's vehicles by registration."""
        if self._ids is None:
            roster = await self._manager.request("GET", "/api/v1/vehicles/roster")
            rows = [dict(zip(roster["columns"], row, strict=True)) for row in roster["rows"]]
            self._ids = {row["registration_number"]: int(row["id"]) for row in rows}
        return self._ids

    async def _still_valid(self, tokens: dict[str, str]) -> dict[str, str]:
        """Those that the server still takes: it may have been set up afresh since."""
        if not tokens:
            return tokens
        rows = await self._devices()
        hints = {row["hint"] for row in rows if not row["revoked_at"]}
        return {name: token for name, token in tokens.items() if token[-4:] in hints}

    async def _devices(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for page in count(1):
            query = {"page": page, "limit": _PAGE}
            some = await self._manager.request("GET", "/api/v1/devices", params=query)
            rows += some
            if len(some) < _PAGE:
                break
        return rows

    def _read(self) -> dict[str, str]:
        return self._all().get(self._server, {})

    def _all(self) -> dict[str, dict[str, str]]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, dict[str, str]])
        except (OSError, msgspec.DecodeError):
            return {}

    def _write(self, tokens: dict[str, str]) -> None:
        write_private(self._file, msgspec.json.encode({**self._all(), self._server: tokens}))
