"""Messages inside the product: stored is sent, so nothing leaves the house."""

from __future__ import annotations

from fleet_app.notification.channels.ports import Message


class InAppChannel:
    """For messages of this channel that come to be sent all the same, such as by a retry."""

    per_minute: int | None = None

    async def send(self, message: Message) -> str:
        """See `Sends`."""
        return ""

    async def close(self) -> None:
        """Nothing is open."""
