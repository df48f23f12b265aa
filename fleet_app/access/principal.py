"""Who is acting, as established at the edge; services decide by this and by nothing else."""

from __future__ import annotations

import msgspec

from fleet_app.access.roles import Role


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in user. `fleet_id` is None only for system administrators, who see every fleet.

    `driver_id` and `vehicle_id` are set for drivers: their record and the vehicle they drive now.
    `session_id` is set when the proof was a browser session rather than an access token.
    """

    user_id: int
    name: str
    email: str
    role: Role
    fleet_id: int | None
    driver_id: int | None = None
    vehicle_id: int | None = None
    session_id: str | None = None

    def sees_fleet(self, fleet_id: int) -> bool:
        """Whether objects of `fleet_id` exist for this user."""
        return self.role is Role.SYSTEM_ADMIN or self.fleet_id == fleet_id
