"""Turns proofs of identity into principals, from memory when the answer is a few seconds old."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import msgspec

from fleet_app.access.principal import Principal
from fleet_app.identity.cache import FreshCache
from fleet_app.identity.errors import InvalidToken
from fleet_app.identity.ports import SessionRecord, SessionStore, UnitOfWork
from fleet_app.identity.principal import DeviceIdentity
from fleet_app.identity.repository import Account, IdentityRepository
from fleet_app.identity.tokens import AccessTokens, Claims, digest, looks_like_device_token

FRESH_SECONDS = 5.0
"""How long a revocation, a deactivation or a new vehicle may stay unnoticed."""
REMEMBERED_SIGNATURES = 20_000
SESSION_TOKEN_LENGTH = 43


class Authenticator:
    """One per process. Raises `InvalidToken`, or `StoreUnavailable` when it cannot know.

    Token expiry is exact; everything else is at most `FRESH_SECONDS` old.
    """

    def __init__(
        self,
        work: UnitOfWork,
        sessions: SessionStore,
        tokens: AccessTokens,
        *,
        now: Callable[[], float] = time.time,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._work = work
        self._tokens = tokens
        self._now = now
        self._signed: OrderedDict[bytes, Claims] = OrderedDict()
        self._accounts = FreshCache(self._load_accounts, ttl=fresh_seconds)
        self._families = FreshCache(self._load_families, ttl=fresh_seconds)
        self._devices = FreshCache(self._load_devices, ttl=fresh_seconds)
        self._sessions: FreshCache[str, SessionRecord] = FreshCache(
            sessions.load, ttl=fresh_seconds
        )

    async def principal_from_access_token(self, token: str) -> Principal:
        """The user behind a signed access token."""
        claims = self._claims(token)
        if claims.expires_at <= self._now():
            raise InvalidToken("The access token has expired")
        alive = self._families.peek(claims.family) or await self._families.get(claims.family)
        if not alive:
            raise InvalidToken("The access token was revoked")
        return (await self._account(claims.user_id, claims.stamp)).principal

    async def principal_from_session(self, token: str) -> Principal:
        """The user behind a browser session's token; `session_id` is set."""
        if len(token) != SESSION_TOKEN_LENGTH:
            raise InvalidToken("The session is not valid")
        return await self.principal_of_session(digest(token))

    async def principal_of_session(self, session_id: str) -> Principal:
        """The user behind a session that was found before, by its id."""
        record = self._sessions.peek(session_id) or await self._sessions.get(session_id)
        if record is None or record.expires_at <= self._now():
            raise InvalidToken("The session has ended")
        account = await self._account(record.user_id, record.stamp)
        return msgspec.structs.replace(account.principal, session_id=session_id)

    async def principal_of_user(self, user_id: int) -> Principal:
        """A user who asked for something that is done later, as long as they may sign in."""
        account = self._accounts.peek(user_id) or await self._accounts.get(user_id)
        if account is None or not account.is_active:
            raise InvalidToken("The user may not sign in")
        return account.principal

    async def device(self, token: str) -> DeviceIdentity:
        """The tracking device behind a device token."""
        if not looks_like_device_token(token):
            raise InvalidToken("The device token is not valid")
        key = digest(token)
        device = self._devices.peek(key) or await self._devices.get(key)
        if device is None:
            raise InvalidToken("The device token is unknown or revoked")
        return device

    def forget_sessions(self, session_ids: Sequence[str]) -> None:
        """These sessions have just ended: do not wait for their freshness to run out."""
        for session_id in session_ids:
            self._sessions.forget(session_id)

    def forget_user(self, user_id: int) -> None:
        """This user has just changed."""
        self._accounts.forget(user_id)

    def forget_family(self, family: str) -> None:
        """This family of refresh tokens has just been revoked."""
        self._families.forget(family)

    def forget_device(self, token_hash: str) -> None:
        """This device token has just been revoked."""
        self._devices.forget(token_hash)

    def _claims(self, token: str) -> Claims:
        # Keyed by digest, so that a dump of this process holds no tokens here.
        key = hashlib.sha256(token.encode()).digest()
        claims = self._signed.get(key)
        if claims is not None:
            return claims
        claims = self._tokens.read(token)
        self._signed[key] = claims
        if len(self._signed) > REMEMBERED_SIGNATURES:
            self._signed.popitem(last=False)
        return claims

    async def _account(self, user_id: int, stamp: str) -> Account:
        account = self._accounts.peek(user_id) or await self._accounts.get(user_id)
        if account is None or not account.is_active:
            raise InvalidToken("The user may not sign in")
        if account.stamp != stamp:
            raise InvalidToken("The password has changed; please sign in again")
        return account

    async def _load_accounts(self, user_ids: Sequence[int]) -> Mapping[int, Account]:
        async with self._work() as session:
            return await IdentityRepository(session).accounts(user_ids)

    async def _load_families(self, families: Sequence[str]) -> Mapping[str, bool]:
        async with self._work() as session:
            living = await IdentityRepository(session).living_families(families)
        return dict.fromkeys(living, True)

    async def _load_devices(self, hashes: Sequence[str]) -> Mapping[str, DeviceIdentity]:
        async with self._work() as session:
            return await IdentityRepository(session).devices(hashes)
