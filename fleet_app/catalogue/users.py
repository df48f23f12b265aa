"""Users with the managers behind them: who has that role stands in the fleet's list of managers."""

from __future__ import annotations

from dataclasses import replace

from fleet_app.access.roles import Role
from fleet_app.fleet.register import FleetRegister
from fleet_app.identity.kinds import USERS as RECORDS
from fleet_app.identity.models import User
from fleet_app.records.kinds import Write

_TOLD = frozenset({"role", "name", "email"})


async def _after_save(write: Write) -> None:
    await RECORDS.after_save(write)
    if write.is_new or _TOLD & write.values.keys():
        await _keep_in_step(write)


async def _before_delete(write: Write) -> None:
    await RECORDS.before_delete(write)
    await FleetRegister(write.session).drop_manager(write.row)


async def _keep_in_step(write: Write) -> None:
    user: User = write.row
    register = FleetRegister(write.session)
    if user.role == Role.FLEET_MANAGER:
        await register.keep_manager(user)
    else:
        await register.drop_manager(user)


USERS = replace(
    RECORDS,
    after_save=_after_save,
    before_delete=_before_delete,
    before_restore=_keep_in_step,
)
