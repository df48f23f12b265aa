"""Parts of a unit of work that may fail without spoiling the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession


@asynccontextmanager
async def attempt(session: AsyncSession) -> AsyncIterator[None]:
    """What is done inside either stays or leaves nothing: no rows, no events, no audit entries.

    A savepoint alone forgets the rows, but not what waits in `session.info` for the commit.
    """
    kept = _copied(dict(session.info))
    try:
        async with session.begin_nested():
            yield
    except BaseException:
        session.info.clear()
        session.info.update(kept)
        raise


def _copied(value: Any) -> Any:
    """Containers anew, what they hold as it is."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return list(value) if isinstance(value, list) else value
