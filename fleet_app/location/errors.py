"""What can be wrong with what a device sends."""

from __future__ import annotations

from fleet_app.kernel.errors import InvalidInput


class MalformedPayload(InvalidInput):
    """A payload that claims to hold a position but holds none that can be read.

    `reason` is a short fixed word for counters; the message says more.
    """

    type = "malformed_payload"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
