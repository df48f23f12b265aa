"""Token pairs for phones and integrators: a short access token and a rotating refresh token."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Channel
from fleet_app.access.principal import Principal
from fleet_app.identity import acts
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.errors import InvalidToken, WrongCredentials
from fleet_app.identity.models import RefreshToken
from fleet_app.identity.passwords import password_stamp
from fleet_app.identity.ports import UnitOfWork
from fleet_app.identity.repository import Account, IdentityRepository
from fleet_app.identity.service import IdentityService
from fleet_app.identity.tokens import (
    AccessTokens,
    Claims,
    digest,
    new_refresh_token,
    next_refresh_token,
)
from fleet_app.kernel.clock import Clock, utc_now

logger = logging.getLogger(__name__)

RETRY_GRACE = timedelta(seconds=10)
"""How long a phone that lost the answer may repeat a refresh and get the same new token."""


class TokenPair(msgspec.Struct, frozen=True):
    """What a client gets; times in seconds from now."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_expires_in: int
    principal: Principal


class _Rotation(msgspec.Struct, frozen=True):
    account: Account
    family: str
    refresh_token: str


class GrantService:
    """Issues, rotates and revokes token pairs."""

    def __init__(
        self,
        work: UnitOfWork,
        identity: IdentityService,
        authenticator: Authenticator,
        tokens: AccessTokens,
        key: str,
        *,
        access_minutes: int,
        refresh_days: int,
        clock: Clock = utc_now,
    ) -> None:
        self._work = work
        self._identity = identity
        self._authenticator = authenticator
        self._tokens = tokens
        self._key = key
        self._access = timedelta(minutes=access_minutes)
        self._refresh = timedelta(days=refresh_days)
        self._clock = clock

    async def sign_in(self, email: str, password: str, client: str) -> TokenPair:
        """A first pair. Raises `WrongCredentials` or `TooManyAttempts`."""
        account = await self._identity.sign_in(email, password, client)
        family, token = str(uuid.uuid4()), new_refresh_token()
        user_id = account.principal.user_id
        async with self._work() as session:
            repository = IdentityRepository(session)
            # A password changed since then has revoked all families but could not see this one.
            user = await repository.user(user_id, lock=True)
            if user is None or password_stamp(user.password_hash) != account.stamp:
                raise WrongCredentials
            repository.add_refresh_token(self._row(user_id, family, token))
        return self._pair(_Rotation(account, family, token))

    async def refresh(self, token: str, client: str = "") -> TokenPair:
        """The next pair of a family. Raises `InvalidToken`.

        A token used before, other than by a prompt retry, revokes its whole family: either the
        caller or whoever used it first has stolen it.
        """
        async with self._work() as session:
            rotation = await self._rotate(session, token, client)
        # Raised after the unit of work, which has to keep the revocation.
        if rotation is None:
            raise InvalidToken("The refresh token is not valid; please sign in again")
        return self._pair(rotation)

    async def revoke(self, token: str, client: str = "") -> None:
        """End the family of a refresh token; unknown tokens are no error (RFC 7009)."""
        async with self._work() as session:
            repository = IdentityRepository(session)
            row = await repository.refresh_token(digest(token))
            if row is None:
                return
            lived = row.revoked_at is None
            await repository.revoke_families(self._clock(), family=row.family)
            user = await repository.user(row.user_id)
            if user is not None and lived:
                actor = acts.actor_of(user, Channel.API, client)
                acts.note_act(session, actor, acts.SIGNED_OUT, user)
        self._authenticator.forget_family(row.family)

    async def _rotate(self, session: AsyncSession, token: str, client: str) -> _Rotation | None:
        repository = IdentityRepository(session)
        row, now = await repository.refresh_token(digest(token)), self._clock()
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            return None
        successor = next_refresh_token(self._key, token)
        if row.used_at is None:
            row.used_at = now
            repository.add_refresh_token(self._row(row.user_id, row.family, successor))
        elif not await self._is_retry(repository, row, successor):
            await self._end_stolen(session, row, client)
            return None
        account = (await repository.accounts([row.user_id])).get(row.user_id)
        if account is None or not account.is_active:
            return None
        return _Rotation(account, row.family, successor)

    async def _end_stolen(self, session: AsyncSession, row: RefreshToken, client: str) -> None:
        logger.warning("A used refresh token came back; user=%s is signed out", row.user_id)
        repository = IdentityRepository(session)
        await repository.revoke_families(self._clock(), family=row.family)
        user = await repository.user(row.user_id)
        if user is not None:
            acts.note_act(session, acts.system(Channel.API, client), acts.TOKEN_REUSED, user)
        self._authenticator.forget_family(row.family)

    async def _is_retry(
        self, repository: IdentityRepository, row: RefreshToken, successor: str
    ) -> bool:
        if row.used_at is None or self._clock() - row.used_at > RETRY_GRACE:
            return False
        following = await repository.refresh_token(digest(successor))
        return following is not None and following.used_at is None

    def _row(self, user_id: int, family: str, token: str) -> RefreshToken:
        expires_at = self._clock() + self._refresh
        return RefreshToken(
            user_id=user_id, family=family, token_hash=digest(token), expires_at=expires_at
        )

    def _pair(self, rotation: _Rotation) -> TokenPair:
        principal = rotation.account.principal
        now = int(self._clock().timestamp())
        claims = Claims(
            user_id=principal.user_id,
            family=rotation.family,
            stamp=rotation.account.stamp,
            expires_at=now + int(self._access.total_seconds()),
        )
        access = self._tokens.sign(
            claims, issued_at=now, role=principal.role.value, fleet_id=principal.fleet_id
        )
        return TokenPair(
            access_token=access,
            refresh_token=rotation.refresh_token,
            expires_in=int(self._access.total_seconds()),
            refresh_expires_in=int(self._refresh.total_seconds()),
            principal=principal,
        )
