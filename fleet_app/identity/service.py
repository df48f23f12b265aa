"""Users: creating them, checking their passwords, changing what they may do."""

from __future__ import annotations

import asyncio
import logging

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.roles import Role
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.emails import checked_email, normal_email
from fleet_app.identity.errors import TooManyAttempts, WrongCredentials
from fleet_app.identity.models import User
from fleet_app.identity.passwords import Passwords, password_stamp
from fleet_app.identity.ports import AttemptLimiter, SessionStore, UnitOfWork
from fleet_app.identity.repository import Account, IdentityRepository
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound, Unauthenticated

logger = logging.getLogger(__name__)

FAILURES_OF_ACCOUNT = 10
FAILURES_OF_CLIENT = 30
"""Failed sign-ins in a quarter of an hour; a client address may be a whole depot."""
SIGN_INS_AT_ONCE = 4


class IdentityService:
    """The users of this installation. Every method is one or more units of work of its own."""

    def __init__(
        self,
        work: UnitOfWork,
        passwords: Passwords,
        attempts: AttemptLimiter,
        sessions: SessionStore,
        authenticator: Authenticator,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._work = work
        self._passwords = passwords
        self._attempts = attempts
        self._sessions = sessions
        self._authenticator = authenticator
        self._clock = clock
        # Attempts are counted before they are checked, so those under way must stay few: a
        # depot whose drivers all sign in at seven would otherwise lock itself out.
        self._turns = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def create_user(
        self, *, email: str, name: str, role: Role, password: str, fleet_id: int | None = None
    ) -> User:
        """Store a new user. Raises `EmailTaken`, `WeakPassword` or `InvalidInput`."""
        user = await self.new_user(email=email, name=name, role=role, password=password)
        user.fleet_id = fleet_id
        async with self._work() as session:
            return await self.add_user(session, user)

    async def new_user(self, *, email: str, name: str, role: Role, password: str) -> User:
        """A user who is not stored yet. Raises `WeakPassword` or `InvalidInput`.

        Apart from `add_user` because hashing takes long, and transactions must not.
        """
        address, shown = checked_email(email), name.strip()
        if not 1 <= len(shown) <= 120:
            raise InvalidInput("A name is needed", fields={"name": "1 to 120 characters"})
        password_hash = await self._passwords.hash(password)
        return User(email=address, name=shown, role=role, password_hash=password_hash)

    @staticmethod
    async def add_user(session: AsyncSession, user: User) -> User:
        """Store a new user in the caller's transaction. Raises `EmailTaken` or `InvalidInput`."""
        if (user.role is Role.SYSTEM_ADMIN) != (user.fleet_id is None):
            message = "A system administrator has no fleet, and everybody else has one"
            raise InvalidInput(message, fields={"fleet_id": message})
        return await IdentityRepository(session).add_user(user)

    async def user_by_email(self, email: str) -> User | None:
        """Whoever signs in with this address. Raises `InvalidInput` when it is none."""
        async with self._work() as session:
            return await IdentityRepository(session).user_by_email(checked_email(email))

    async def sign_in(self, email: str, password: str, client: str) -> Account:
        """The account of whoever knows its password.

        `client` is the caller's network address. Raises `WrongCredentials`, whatever was wrong,
        or `TooManyAttempts`.
        """
        address = normal_email(email)
        async with self._turns:
            await self._count_attempt(address, client)
            user = await self._checked(address, password, client)
            await self._attempts.clear(_of_account(address))
            await self._attempts.give_back([_of_client(client)])
        logger.info("user.signed_in user=%s client=%s", user.id, client)
        return await self._account(user)

    async def change_password(self, user_id: int, current: str, new: str, client: str) -> None:
        """Replace a password and end every session and token of the user.

        Raises `WrongCredentials`, `WeakPassword` or `TooManyAttempts`.
        """
        async with self._work() as session:
            user = await _existing(IdentityRepository(session), user_id)
        await self.sign_in(user.email, current, client)
        await self.set_password(user_id, new)

    async def set_password(self, user_id: int, new: str) -> None:
        """Replace a password without asking for the old one. Raises `WeakPassword`."""
        password_hash = await self._passwords.hash(new)
        async with self._work() as session:
            user = await _existing(IdentityRepository(session), user_id)
            user.password_hash = password_hash
        await self.sign_out_everywhere(user_id)

    async def set_active(self, user_id: int, active: bool) -> None:
        """Let a user in, or end all access at once."""
        async with self._work() as session:
            user = await _existing(IdentityRepository(session), user_id)
            user.is_active = active
        if not active:
            await self.sign_out_everywhere(user_id)
        self._authenticator.forget_user(user_id)

    async def sign_out_everywhere(self, user_id: int) -> None:
        """End every browser session and revoke every refresh token of a user."""
        async with self._work() as session:
            await IdentityRepository(session).revoke_families(self._clock(), user_id=user_id)
        ids = [record.session_id for record in await self._sessions.of_user(user_id)]
        await self._sessions.revoke(ids)
        self._authenticator.forget_sessions(ids)
        self._authenticator.forget_user(user_id)

    async def _count_attempt(self, address: str, client: str) -> None:
        limits = {_of_account(address): FAILURES_OF_ACCOUNT, _of_client(client): FAILURES_OF_CLIENT}
        wait = await self._attempts.take(limits)
        if wait:
            logger.warning("user.locked client=%s retry_after=%s", client, wait)
            raise TooManyAttempts(wait)

    async def _checked(self, address: str, password: str, client: str) -> User:
        for _ in range(2):
            user = await self._verified(address, password, client)
            noted = await self._note_sign_in(*user)
            if noted is not None:
                return noted
        raise WrongCredentials

    async def _verified(self, address: str, password: str, client: str) -> tuple[User, str | None]:
        async with self._work() as session:
            user = await IdentityRepository(session).user_by_email(address)
        known = user.password_hash if user is not None else None
        verdict = await self._passwords.verify(known, password)
        if user is None or not verdict.ok or not user.is_active:
            logger.info("user.sign_in_failed client=%s", client)
            raise WrongCredentials
        return user, verdict.better_hash

    async def _note_sign_in(self, user: User, better_hash: str | None) -> User | None:
        """None when somebody changed the password or renewed its hash while it was checked."""
        async with self._work() as session:
            current = await IdentityRepository(session).user(user.id or 0, lock=True)
            if current is None or not current.is_active:
                raise WrongCredentials
            if current.password_hash != user.password_hash:
                return None
            current.last_sign_in_at = self._clock()
            if better_hash is not None:
                current.password_hash = better_hash
        return current

    async def _account(self, user: User) -> Account:
        async with self._work() as session:
            accounts = await IdentityRepository(session).accounts([user.id or 0])
        account = accounts.get(user.id or 0)
        if account is None or account.stamp != password_stamp(user.password_hash):
            raise Unauthenticated("The user has just changed; please sign in again")
        self._authenticator.forget_user(account.principal.user_id)
        return account


async def _existing(repository: IdentityRepository, user_id: int) -> User:
    user = await repository.user(user_id, lock=True)
    if user is None:
        raise NotFound("User", user_id)
    return user


def _of_account(address: str) -> str:
    return f"account:{address}"


def _of_client(client: str) -> str:
    return f"client:{client}"
