"""Sends one message: takes it, hands it to its channel, and writes down what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.notification.channels.claiming import Claim, claim
from fleet_app.notification.channels.models import Channel, Notification
from fleet_app.notification.channels.outcomes import (
    Outcome,
    gave_up,
    later,
    refused,
    sent,
    suppressed,
    write,
)
from fleet_app.notification.channels.ports import Gone, NotNow, Refused, Sends
from fleet_app.notification.channels.sealing import Sealer

log = logging.getLogger(__name__)
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]

ATTEMPTS = 6
"""Spread over about three hours; then the message is dead, and a manager may send it again."""
FIRST_SECONDS, LONGEST_SECONDS = 30.0, 3600.0
WRITING_SECONDS = 60.0
"""For so long we try to write down that a message went out, so that it does not go out again."""
LABELS = {
    Channel.IN_APP: "Messages in the app",
    Channel.EMAIL: "E-mail",
    Channel.SMS: "SMS",
    Channel.WEB_PUSH: "Browser notifications",
    Channel.PUSH: "Phone notifications",
    Channel.WEBHOOK: "The webhook",
}


class Sender:
    """`channels` finds one that is set up; messages of others are kept to be looked at."""

    def __init__(
        self,
        work: Work,
        channels: Callable[[Channel], Sends | None],
        sealer: Sealer,
        origin: str,
        *,
        attempts: int = ATTEMPTS,
        first_seconds: float = FIRST_SECONDS,
        clock: Clock = utc_now,
    ) -> None:
        self._work = work
        self._channels = channels
        self._sealer = sealer
        self._origin = origin
        self._attempts = attempts
        self._first = first_seconds
        self._clock = clock

    async def send(self, *, id: int) -> None:
        """The job. Sending what is sent already does nothing. Raises `StoreUnavailable`."""
        claimed = await self._claim(id)
        if claimed is None:
            return
        outcome = await self._outcome(claimed)
        await self._write_down(id, (claimed.attempt, claimed.try_id), outcome)

    async def _claim(self, notification_id: int) -> Claim | None:
        async with self._work() as session:
            row = await session.get(Notification, notification_id)
            if row is None:
                return None
            channel = self._channels(row.channel)
            if channel is None:
                reason = f"{LABELS[row.channel]}: not set up here. It would have been sent."
                await write(session, notification_id, None, suppressed(reason), self._clock())
                return None
            try:
                return await claim(
                    session,
                    notification_id,
                    self._clock(),
                    via=channel,
                    sealer=self._sealer,
                    origin=self._origin,
                )
            except Refused as error:
                await write(session, notification_id, None, refused(str(error)), self._clock())
                return None

    async def _outcome(self, claimed: Claim) -> Outcome:
        message = claimed.message
        try:
            return sent(await claimed.channel.send(message))
        except Gone as error:
            return refused(str(error), gone=True)
        except Refused as error:
            return refused(str(error))
        except NotNow as error:
            return self._again(claimed, str(error), error.retry_after or 0.0)
        except Exception:
            log.exception("message %d could not be sent", message.id)
            return self._again(claimed, "Something went wrong that nobody expected.", 0.0)

    def _again(self, claimed: Claim, reason: str, retry_after: float) -> Outcome:
        if claimed.attempt >= self._attempts:
            return gave_up(reason)
        own = min(self._first * 4 ** (claimed.attempt - 1), LONGEST_SECONDS)
        return later(reason, timedelta(seconds=max(own, retry_after)))

    async def _write_down(
        self, notification_id: int, attempt: tuple[int, int], outcome: Outcome
    ) -> None:
        end = asyncio.get_running_loop().time() + WRITING_SECONDS
        while True:
            try:
                async with self._work() as session:
                    return await write(session, notification_id, attempt, outcome, self._clock())
            except (StoreUnavailable, Contended):
                if asyncio.get_running_loop().time() > end:
                    raise
                await asyncio.sleep(1)
