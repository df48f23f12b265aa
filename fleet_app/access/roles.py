"""The roles that people act in."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The five roles, from the widest reach to the narrowest."""

    SYSTEM_ADMIN = "system_admin"
    FLEET_MANAGER = "fleet_manager"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    CUSTOMER = "customer"
