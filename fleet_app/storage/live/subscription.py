"""Messages of one subscription, which end when the server no longer answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio as redis

POLL_SECONDS = 5.0
"""How long a silent subscription waits before it checks that the connection still lives."""


async def messages(subscription: redis.client.PubSub) -> AsyncIterator[dict[str, Any]]:
    """Everything one subscription receives. Raises `ConnectionError` when its server is silent."""
    quiet = False
    while True:
        message = await subscription.get_message(timeout=POLL_SECONDS)
        if message is not None:
            quiet = False
            yield message
        elif quiet:  # two silences and no answer to the ping in between
            raise ConnectionError("the live store does not answer")
        else:
            await subscription.ping()
            quiet = True
