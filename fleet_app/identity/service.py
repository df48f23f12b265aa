"""Users: creating them, checking their passwords, changing what they may do."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM, Actor, Channel
from fleet_app.access.roles import Role
from fleet_app.identity import acts
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.emails import checked_email, normal_email
from fleet_app.identity.errors import TooManyAttempts, WrongCredentials
from fleet_app.identity.models import User
from fleet_app.identity.passwords import Passwords, password_stamp
from fleet_app.identity.ports import AttemptLimiter, SessionStore, UnitOfWork
from fleet_app.identity.repository import Account, IdentityRepository
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound, StoreUnavailable, Unauthenticated

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

    @staticmethod
    async def is_known(session: AsyncSession, email: str) -> bool:
        """Whether somebody signs in with this address, in the caller's transaction."""
        return await IdentityRepository(session).user_by_email(normal_email(email)) is not None

    async def is_empty(self) -> bool:
        """Whether nobody can sign in because there is nobody yet."""
        async with self._work() as session:
            return not await IdentityRepository(session).has_users()

    async def check(self, email: str, password: str, client: str, channel: Channel) -> None:
        """Whether the two belong together; counted as a sign-in, but nobody comes in by it.

        Raises `WrongCredentials` or `TooManyAttempts`.
        """
        await self._known(email, password, client, channel, enters=False)

    async def sign_in(
        self, email: str, password: str, client: str, channel: Channel = Channel.API
    ) -> Account:
        """The account of whoever knows its password.

        `client` is the caller's network address. Raises `WrongCredentials`, whatever was wrong,
        or `TooManyAttempts`.
        """
        user = await self._known(email, password, client, channel)
        logger.info("user.signed_in user=%s client=%s", user.id, client)
        return await self._account(user)

    async def _known(
        self, email: str, password: str, client: str, channel: Channel, *, enters: bool = True
    ) -> User:
        address = normal_email(email)
        async with self._turns:
            await self._count_attempt(address, client, channel)
            user = await self._checked(address, password, client, channel if enters else None)
            await self._attempts.clear(_of_account(address))
            await self._attempts.give_back([_of_client(client)])
        return user

    async def change_password(self, user_id: int, current: str, new: str, client: str) -> None:
        """Replace a password and end every session and token of the user.

        Raises `WrongCredentials`, `WeakPassword` or `TooManyAttempts`.
        """
        async with self._work() as session:
            user = await _existing(IdentityRepository(session), user_id)
        await self._known(user.email, current, client, Channel.WEB, enters=False)
        await self.set_password(user_id, new, acts.actor_of(user, Channel.WEB, client))

    async def set_password(self, user_id: int, new: str, actor: Actor = SYSTEM) -> None:
        """Replace a password without asking for the old one. Raises `WeakPassword`."""
        password_hash = await self._passwords.hash(new)
        async with self._work() as session:
            user = await _existing(IdentityRepository(session), user_id)
            user.password_hash = password_hash
            acts.note_act(session, actor, acts.PASSWORD_CHANGED, user)
        await self.sign_out_everywhere(user_id)

    async def sign_out_everywhere(self, user_id: int) -> None:
        """End every browser session and revoke every refresh token of a user."""
        async with self._work() as session:
            await IdentityRepository(session).revoke_families(self._clock(), user_id=user_id)
        ids = [record.session_id for record in await self._sessions.of_user(user_id)]
        await self._sessions.revoke(ids)
        self._authenticator.forget_sessions(ids)
        self._authenticator.forget_user(user_id)

    async def signed_out(self, user_id: int, client: str, channel: Channel) -> None:
        """Note that a user signed out; that nobody could is no reason to keep somebody in."""
        with contextlib.suppress(StoreUnavailable):
            async with self._work() as session:
                user = await IdentityRepository(session).user(user_id)
                if user is not None:
                    actor = acts.actor_of(user, channel, client)
                    acts.note_act(session, actor, acts.SIGNED_OUT, user)

    async def _count_attempt(self, address: str, client: str, channel: Channel) -> None:
        of_account = await self._attempts.take({_of_account(address): FAILURES_OF_ACCOUNT})
        of_client = await self._attempts.take({_of_client(client): FAILURES_OF_CLIENT})
        wait = max(of_account, of_client)
        if not wait:
            return
        logger.warning("user.locked client=%s retry_after=%s", client, wait)
        subject = _of_account(address) if of_account else _of_client(client)
        # told once per lockout: whoever goes on trying must not fill the log
        if not await self._attempts.take({f"told:{subject}": 1}):
            await self._note_lockout(address if of_account else None, client, channel)
        raise TooManyAttempts(wait)

    async def _note_lockout(self, address: str | None, client: str, channel: Channel) -> None:
        with contextlib.suppress(StoreUnavailable):
            async with self._work() as session:
                if address is None:
                    acts.address_locked(session, channel, client)
                    return
                user = await IdentityRepository(session).user_by_email(address)
                if user is not None:
                    acts.locked(session, user, channel, client)

    async def _checked(
        self, address: str, password: str, client: str, entered: Channel | None
    ) -> User:
        for _ in range(2):
            user, better_hash = await self._verified(address, password, client)
            noted = await self._note_sign_in(user, better_hash, client, entered)
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

    async def _note_sign_in(
        self, user: User, better_hash: str | None, client: str, entered: Channel | None
    ) -> User | None:
        """None when somebody changed the password or renewed its hash while it was checked.

        `entered` is the door that somebody came in through; None when it was only a check.
        """
        async with self._work() as session:
            current = await IdentityRepository(session).user(user.id or 0, lock=True)
            if current is None or not current.is_active:
                raise WrongCredentials
            if current.password_hash != user.password_hash:
                return None
            if entered is not None:
                current.last_sign_in_at = self._clock()
                acts.signed_in(session, current, entered, client)
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
