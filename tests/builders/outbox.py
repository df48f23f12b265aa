"""Messages in the delivery log, and the places they go to."""

from __future__ import annotations

import itertools
from typing import Any

from fleet_app.bootstrap import Container
from fleet_app.notification.channels.models import (
    Channel,
    Notification,
    PushSubscription,
    PushToken,
    Status,
)

_numbers = itertools.count(1)


async def a_dead_message(container: Container, fleet_id: int, **changes: Any) -> int:
    """A message that was given up."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "fleet_id": fleet_id, "about": f"alert:{number}", "dedupe_key": f"k{number}",
        "target": "to:x", "channel": Channel.EMAIL, "status": Status.DEAD, "severity": "warning",
        "recipient": "Guard", "address": "guard@example.com", "attempts": 6,
        "subject": f"Message {number}", "body": "Its text.", "last_error": "Nobody there.",
        **changes,
    }  # fmt: skip
    row = Notification(**values)
    async with container.work() as session:
        session.add(row)
        await session.flush()
    return row.id or 0


async def a_browser(container: Container, user_id: int) -> int:
    """A browser of a person."""
    row = PushSubscription(
        user_id=user_id, endpoint=f"https://push.example/{next(_numbers)}", p256dh="k", auth="a"
    )
    async with container.work() as session:
        session.add(row)
        await session.flush()
    return row.id or 0


async def a_phone(container: Container, user_id: int) -> int:
    """A phone of a person."""
    row = PushToken(user_id=user_id, token=f"a-phones-token-{next(_numbers)}")
    async with container.work() as session:
        session.add(row)
        await session.flush()
    return row.id or 0
