"""Subscriptions that notice when the server no longer answers, and begin anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio as redis

from fleet_app.storage.live.errors import STORE_ERRORS

log = logging.getLogger(__name__)
SUBSCRIBED = (0, b"")
"""What `numbered_channels` yields first and after every gap."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between attempts to listen again."""
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


async def numbered_channels(client: redis.Redis, prefix: str) -> AsyncIterator[tuple[int, bytes]]:
    """Everything said on channels named `prefix` and a number, for ever, over any outage."""
    pause, heard = FIRST_PAUSE, True
    while True:
        try:
            async with client.pubsub() as subscription:
                await subscription.psubscribe(f"{prefix}*")
                async for announcement in _announcements(subscription, prefix):
                    yield announcement
                    pause, heard = FIRST_PAUSE, True
        except STORE_ERRORS as error:
            if heard:  # once an outage is enough
                log.warning("listening to %s* interrupted, trying again: %s", prefix, error)
            heard = False
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _announcements(
    subscription: redis.client.PubSub, prefix: str
) -> AsyncIterator[tuple[int, bytes]]:
    """Everything one subscription receives; raises when its connection breaks."""
    async for message in messages(subscription):
        if message["type"] == "psubscribe":
            yield SUBSCRIBED
        elif message["type"] == "pmessage":
            number = message["channel"].decode().removeprefix(prefix)
            if number.isdigit():
                yield int(number), message["data"]
