"""How much, how fast and how long: what a connection has to keep to."""

from __future__ import annotations

import time

from mobile_api.ws.messages import Close, Closing

AUTHENTICATE_SECONDS = 10.0
"""How long somebody may stay unknown."""
IDLE_SECONDS = 30.0
"""After so long a silence we ask whether anybody is there, after twice as long we hang up."""
CHECK_SECONDS = 5.0
"""How soon somebody who may not listen any more hears nothing more."""
SEND_SECONDS = 10.0
"""How long a client may take to accept a message."""
BURST, PER_SECOND = 20, 5.0
"""Messages that a client may send at once, and how fast the allowance grows again."""
MOST_SUBSCRIPTIONS, MOST_CONNECTIONS = 50, 20
"""Of one connection; of one person in one process."""
MOST_STRANGERS, MOST_STRANGERS_OF_ONE_PLACE = 2_000, 50
"""Of nobody yet in one process, and of those from one address."""


class Allowance:
    """How many messages may still come."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST), time.monotonic()

    def take(self) -> None:
        """One has come. Raises `Closing` when that is too many."""
        now = time.monotonic()
        self._left = min(float(BURST), self._left + (now - self._at) * PER_SECOND) - 1
        self._at = now
        if self._left < 0:
            raise Closing(Close.TOO_MANY, "Too many messages")
