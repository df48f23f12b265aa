"""Somebody makes a fleet of their own, and becomes its first manager."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Channel
from fleet_app.audit.trail import noted
from fleet_app.catalogue.kinds import KINDS
from fleet_app.catalogue.new_fleet import (
    AccountExists,
    EmailUnusable,
    FleetNameInUse,
    NewFleet,
    SignUpClosed,
    TooManySignUps,
    check,
)
from fleet_app.fleet.register import FleetRegister
from fleet_app.identity import acts
from fleet_app.identity.errors import WrongCredentials
from fleet_app.identity.models import User
from fleet_app.identity.ports import AttemptLimiter, UnitOfWork
from fleet_app.identity.service import IdentityService
from fleet_app.identity.sessions import OpenedSession, SessionService
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.records.errors import Taken
from fleet_app.records.kinds import View
from fleet_app.records.service import Records, prepared_for

OF_CLIENT, OF_ALL = 10, 200
"""Sign-ups in a quarter of an hour, from one network address and altogether."""
FLEET_CREATED = "fleet.created"
"""The event of a fleet that somebody made for themselves."""
_FLEET, _USER = KINDS["fleets"], KINDS["users"]


class SignUps:
    """Makes fleets for people who have no account yet."""

    def __init__(
        self,
        work: UnitOfWork,
        identity: IdentityService,
        sessions: SessionService,
        attempts: AttemptLimiter,
        *,
        is_open: bool,
    ) -> None:
        self._work = work
        self._identity = identity
        self._sessions = sessions
        self._attempts = attempts
        self.is_open = is_open

    async def sign_up(self, wanted: NewFleet, client: str, agent: str) -> OpenedSession:
        """Store the fleet with its manager, both or neither, and sign the manager in.

        The same once more, as a double click sends it, signs in to the fleet of the first time.
        Raises `SignUpClosed`, `InvalidInput`, `TooManySignUps`, `FleetNameInUse`, `AccountExists`
        or `EmailUnusable`; `TooManyAttempts` when nobody can sign in with that address now.
        """
        if not self.is_open:
            raise SignUpClosed
        check(wanted)
        await self._count(client)
        try:
            known = not await self._create(wanted, client)
        except Taken:
            known = await self._identity.user_by_email(wanted.email) is not None
            if not known:  # somebody took the name a moment ago
                raise FleetNameInUse from None
        return await self._enter(wanted, client, agent, known=known)

    async def _count(self, client: str) -> None:
        # What is over the limit of one address must not use up what is left for all others.
        for subject, limit in ((f"sign-up:{client}", OF_CLIENT), ("sign-up", OF_ALL)):
            wait = await self._attempts.take({subject: limit})
            if wait:
                raise TooManySignUps(wait)

    async def _create(self, wanted: NewFleet, client: str) -> bool:
        """False when the address is somebody's already."""
        actor = acts.system(Channel.WEB, client)
        # Done for known addresses as well: they must not answer sooner.
        ready = await prepared_for(actor, _USER, "create", [wanted.manager])
        async with self._work() as session:
            if await self._identity.is_known(session, wanted.email):
                return False
            await _require_free_name(session, wanted.fleet_name)
            view = View.at_present()
            fleet_id, _ = await Records(session, KINDS, _FLEET, actor, view).add(wanted.fleet)
            people = Records(session, KINDS, _USER, actor, view, prepared=ready)
            user_id, _ = await people.add({**wanted.manager, "fleet_id": fleet_id})
            _tell(session, await session.get_one(User, user_id))
        return True

    async def _enter(
        self, wanted: NewFleet, client: str, agent: str, *, known: bool
    ) -> OpenedSession:
        """Sign in. Of an address that was known before, only into the very fleet that is wanted."""
        if not known:
            return await self._sessions.sign_in(wanted.email, wanted.password, client, agent)
        try:
            await self._identity.check(wanted.email, wanted.password, client, Channel.WEB)
        except WrongCredentials:
            raise EmailUnusable from None
        if not await self._is_repeated(wanted):
            raise AccountExists
        return await self._sessions.sign_in(wanted.email, wanted.password, client, agent)

    async def _is_repeated(self, wanted: NewFleet) -> bool:
        user = await self._identity.user_by_email(wanted.email)
        async with self._work() as session:
            fleet = await FleetRegister(session).fleet_named(wanted.fleet_name.strip())
        return fleet is not None and user is not None and user.fleet_id == fleet.id


async def _require_free_name(session: AsyncSession, name: str) -> None:
    if await FleetRegister(session).fleet_named(name.strip()) is not None:
        raise FleetNameInUse


def _tell(session: AsyncSession, user: User) -> None:
    """Nobody was signed in, but it was not the system either: the log names the new manager."""
    for entry in noted(session):
        entry.actor_id, entry.actor_name = user.id, user.name
        entry.actor_role = user.role.value
    event = DomainEvent(
        type=FLEET_CREATED,
        fleet_id=user.fleet_id,
        subject=f"fleet:{user.fleet_id}",
        data={"fleet_id": user.fleet_id, "user_id": user.id},
    )
    publish(session, event)
