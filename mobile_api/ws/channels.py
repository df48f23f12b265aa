"""What can be subscribed to. A channel is a kind and a number, such as `plan_job:7`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from fleet_app.access.principal import Principal
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.runs.reading import encoded

_NAME = re.compile(r"([a-z_]{1,40}):([1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Channel:
    """One kind of channel.

    `snapshot` is the present state as JSON, for somebody with the `permission`; it raises
    `NotFound` for another fleet's object. `listen` yields what every channel of the kind says, and
    (0, b"") whenever something may have been missed.
    """

    kind: str
    event: str
    permission: str
    snapshot: Callable[[Container, Principal, int], Awaitable[bytes]]
    listen: Callable[[Container], AsyncIterator[tuple[int, bytes]]]


async def _plan_job(container: Container, principal: Principal, number: int) -> bytes:
    return encoded(await container.plan_runs.get(principal, number))


CHANNELS: Mapping[str, Channel] = {
    one.kind: one
    for one in (
        Channel(
            kind="plan_job",
            event="plan_job:updated",
            permission="plans.read",
            snapshot=_plan_job,
            listen=lambda container: container.plan_news.listen(),
        ),
    )
}
"""Every kind there is."""


def named(name: str) -> tuple[Channel, int]:
    """The kind and the number. Raises `InvalidInput`."""
    found = _NAME.fullmatch(name)
    channel = CHANNELS.get(found[1]) if found else None
    if found is None or channel is None:
        kinds = ", ".join(f"{kind}:<id>" for kind in CHANNELS)
        raise InvalidInput("There is no such channel", fields={"channel": f"one of {kinds}"})
    return channel, int(found[2])
