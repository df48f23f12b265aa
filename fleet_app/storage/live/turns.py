"""Turns at a service outside that all processes of an installation share."""

from __future__ import annotations

import logging
from math import ceil
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from fleet_app.routing.outside import TooLong, Turns
from fleet_app.storage.live.client import CONNECT_SECONDS
from fleet_app.storage.live.errors import STORE_ERRORS

log = logging.getLogger(__name__)
ANSWER_SECONDS = 2

# The generic cell rate algorithm (ITU-T I.371) in ms, by the clock of the one server: who comes
# gets the next free moment, or hears when that would be.
_TAKE = """
local gap, burst, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local start = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now - (burst - 1) * gap)
local wait = math.max(0, math.ceil(start - now))
if start - now > longest then return {0, wait} end
redis.call('SET', KEYS[1], string.format('%.3f', start + gap), 'PX', wait + math.ceil(gap) + 1000)
return {1, wait}
"""


class SharedTurns:
    """As `Turns`, over all processes. May be used by several threads.

    While the live store is away each process keeps to a share of its own.
    """

    def __init__(
        self, url: str, name: str, per_second: float, burst: int = 1, processes: int = 1
    ) -> None:
        """`processes` is by how many the pace is divided while they cannot talk to each other."""
        self._client = Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self._key = f"turns:{name}"
        self._gap, self._burst = 1000.0 / per_second, burst
        self._share = Turns(per_second / processes, max(1, burst // processes))

    def take(self, longest: float) -> float:
        """Take a turn; the seconds to wait for it. Raises `TooLong` if those are over `longest`."""
        try:
            found: Any = self._client.eval(
                _TAKE, 1, self._key, self._gap, self._burst, longest * 1000
            )
        except STORE_ERRORS as error:
            log.warning("turns are not shared at the moment: %s", type(error).__name__)
            return self._share.take(longest)
        is_mine, wait = (int(number) for number in found)
        if not is_mine:
            raise TooLong(max(1, ceil(wait / 1000)))
        return wait / 1000
