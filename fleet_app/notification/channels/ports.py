"""What sending needs from a channel, and how a channel says that it did not work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import msgspec


class Browser(msgspec.Struct, frozen=True):
    """A push subscription; the keys are base64url as browsers tell them."""

    endpoint: str
    p256dh: str
    auth: str


class Phone(msgspec.Struct, frozen=True):
    """A phone as Firebase knows it."""

    token: str


class Hook(msgspec.Struct, frozen=True):
    """A fleet's webhook."""

    url: str
    secret: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one place. Sending it again after a crash must be told by `id`."""

    id: int
    fleet_id: int
    about: str
    severity: str
    address: str
    subject: str
    body: str
    url: str
    """The page to open, with the origin; empty for none."""
    created_at: datetime
    recipient: str = ""
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    place: Browser | Phone | Hook | None = None


class Sends(Protocol):
    """One way out. Adapters are the other modules of this package."""

    per_minute: int | None
    """How many messages all processes together may send in a minute."""

    async def send(self, message: Message) -> str:
        """Hand it over; returns the provider's name for it, or an empty text.

        Raises `Refused`, `Gone` or `NotNow`; anything else is a defect, and tried again as well.
        """

    async def close(self) -> None:
        """Close connections."""


class NotSent(Exception):
    """The message did not go out; the text is shown in the delivery log."""


class Refused(NotSent):
    """Trying again would change nothing."""


class Gone(Refused):
    """The browser or phone is not there any more and may be forgotten."""


class NotNow(NotSent):
    """It may work later; `retry_after` is how many seconds the provider asked for."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
