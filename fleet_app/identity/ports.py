"""What identity needs from the outside. Adapters live in `fleet_app.storage`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

UnitOfWork = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens one transaction that commits at the end; raises `StoreUnavailable`."""


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in browser. Times are seconds since 1970; `stamp` ties it to the password."""

    session_id: str
    user_id: int
    stamp: str
    created_at: float
    expires_at: float
    client: str = ""
    agent: str = ""


class SessionStore(Protocol):
    """Browser sessions, found by the digest of their token. Raises `StoreUnavailable`."""

    async def put(self, record: SessionRecord) -> None:
        """Keep a session until its `expires_at`."""

    async def load(self, session_ids: Sequence[str]) -> dict[str, SessionRecord]:
        """Those of the sessions that exist."""

    async def of_user(self, user_id: int) -> list[SessionRecord]:
        """A user's sessions, newest first."""

    async def revoke(self, session_ids: Sequence[str]) -> None:
        """End sessions and tell every process."""

    def revocations(self) -> AsyncIterator[list[str]]:
        """Yield the ids of sessions as they end anywhere, reconnecting by itself."""


class AttemptLimiter(Protocol):
    """Counts failed attempts in fixed windows. Raises `StoreUnavailable`."""

    async def take(self, subjects: dict[str, int]) -> int:
        """Count one attempt for every subject, each with its limit.

        Returns 0 when all are within their limits; otherwise seconds until the next try.
        """

    async def give_back(self, subjects: Sequence[str]) -> None:
        """Uncount one attempt, for it did not fail."""

    async def clear(self, subject: str) -> None:
        """Forget every attempt of a subject."""
