"""The person who acts, and the way the wish came in."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role


class Channel(StrEnum):
    """Through which door a change came."""

    WEB = "web"
    API = "api"
    IMPORT = "import"
    JOB = "job"
    COMMAND = "command"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, through which door, from which network address, in which request."""

    principal: Principal
    channel: Channel
    address: str = ""
    request_id: str = ""

    @property
    def role(self) -> Role:
        """The role acted in."""
        return self.principal.role

    @property
    def user_id(self) -> int | None:
        """The acting user; None for the system itself."""
        return self.principal.user_id or None


SYSTEM = Actor(
    principal=Principal(
        user_id=0, name="The system", email="", role=Role.SYSTEM_ADMIN, fleet_id=None
    ),
    channel=Channel.JOB,
)
"""Acts where no person does."""
