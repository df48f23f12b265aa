"""Taking over what a phone tracker sent, message by message, without ever blocking its queue.

What a phone can never send better later (an unreadable number, an encrypted message) is answered
like the rest and kept for people to see: several clients send the head of their queue again and
again until it is taken, and others delete what is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
from starlette.requests import Request

from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, Source
from fleet_app.location.service import Sender
from mobile_api.ingest import counters, reject, take

M = TypeVar("M")


async def take_messages(
    request: Request,
    sender: Sender,
    source: Source,
    messages: Iterable[M],
    read: Callable[[M], Fix | None],
    *,
    received_at_ms: int,
) -> None:
    """Read each message and make all fixes durable. Raises `StoreUnavailable`: then try again."""
    fixes: list[Fix] = []
    unreadable: list[tuple[MalformedPayload, M]] = []
    without_position = 0
    for message in messages:
        try:
            fix = read(message)
        except MalformedPayload as error:
            unreadable.append((error, message))
            continue
        if fix is None:
            without_position += 1
        else:
            fixes.append(fix)
    if fixes:
        await take(request, sender, source, fixes, received_at_ms)
    for problem, message in unreadable:
        text = msgspec.json.encode(message).decode("utf-8", "replace")
        await reject(request, sender, source, problem, text)
    counters(request).add(sender.fleet_id, "without_position", without_position)
