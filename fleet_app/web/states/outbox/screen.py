"""The delivery log on the screen: its filters, and one message beside it."""

from __future__ import annotations

from datetime import datetime

import reflex as rx

from fleet_app.access.matrix import may
from fleet_app.bootstrap import get_container
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.notification.channels.log import AGAIN, MANAGE, DeliveryLog
from fleet_app.notification.channels.models import Channel, Notification, NotificationAttempt
from fleet_app.notification.channels.models import Status as Stands
from fleet_app.notification.channels.query import parse_log_query
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.narrowing import Narrowing
from fleet_app.web.states.records.toasts import say

STATUSES = {
    Stands.QUEUED: "Waiting",
    Stands.SENDING: "Being sent",
    Stands.SENT: "Sent",
    Stands.FAILED: "Refused",
    Stands.DEAD: "Given up",
    Stands.SUPPRESSED: "Not sent",
}
CHANNELS = {
    Channel.IN_APP: "In the app",
    Channel.EMAIL: "E-mail",
    Channel.SMS: "SMS",
    Channel.WEB_PUSH: "Browser",
    Channel.PUSH: "Phone",
    Channel.WEBHOOK: "Webhook",
}


class OutboxScreen(Narrowing, rx.State):
    """What a reader of the log looks at. Everything is checked again where it is acted upon."""

    FILTERS = ("status", "channel", "created_at.from", "created_at.to", "about")

    message: int = 0
    """The message beside the list; 0 for none."""
    title: str = ""
    body: str = ""
    status: str = ""
    problem: str = ""
    link: str = ""
    facts: list[list[str]] = []
    tries: list[list[str]] = []
    again: bool = False

    @rx.event
    @requires("notifications.read")
    async def open(self) -> None:
        """Start reading; the address may bring filters."""
        await self._begin()

    @rx.event
    @requires("notifications.read")
    async def search(self, words: str) -> None:
        """Show only what matches the words."""
        self._look_for(words)

    @rx.event
    @requires("notifications.read")
    async def set_filter(self, name: str, text: str) -> None:
        """Set one filter, or drop it by an empty text; an impossible one is not taken over."""
        self._filter({name: str(text)})

    @rx.event
    @requires("notifications.read")
    async def show_all(self) -> None:
        """Drop every filter and the words."""
        self._show_all()

    @rx.event
    @requires("notifications.read")
    async def refresh(self) -> None:
        """Read the list, and the message beside it, again."""
        self.version += 1
        if self.message:
            await self._show(self.message)

    @rx.event
    @requires("notifications.read")
    async def follow(self) -> None:
        """Messages have changed: read the one beside the list again."""
        if self.message:
            await self._show(self.message)

    @rx.event
    @requires("notifications.read")
    async def show(self, number: int) -> None:
        """Put a message beside the list."""
        await self._show(int(number))

    @rx.event
    @requires("notifications.read")
    async def close(self) -> None:
        """Take the message away."""
        self.message = 0

    @rx.event
    @requires("notifications.manage")
    async def retry(self) -> None:
        """Send the message again."""
        actor = await current_actor(self)
        try:
            async with get_container().work() as session:
                await DeliveryLog(session).retry(actor, self.message)
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        self.version += 1
        await self._show(self.message)
        await say(self, "The message is being sent again.")

    async def _show(self, number: int) -> None:
        who = await current_principal(self)
        try:
            async with get_container().work() as session:
                row, tries = await DeliveryLog(session).one(who, number)
        except FleetError as error:
            self.message = 0
            await say(self, error.message, tone="problem")
            return
        self.message, self.title, self.body = number, row.subject, row.body
        self.status, self.problem = row.status.value, row.last_error or ""
        self.link = row.path if row.path.startswith("/") else ""
        self.again = row.status in AGAIN and may(who, MANAGE)
        self.facts = _facts(row, self.zone)
        self.tries = [[_moment(one.at, self.zone), _outcome(one)] for one in tries]

    def _read(self, parameters: list[tuple[str, str]]) -> object:
        return parse_log_query(parameters)


def _facts(row: Notification, zone: str) -> list[list[str]]:
    found = [
        ["Status", STATUSES[row.status]],
        ["To", row.recipient or "–"],
        ["Through", CHANNELS[row.channel]],
        ["Address", row.address or "–"],
        ["Written", _moment(row.created_at, zone)],
    ]
    if row.sent_at:
        found.append(["Sent", _moment(row.sent_at, zone)])
    if row.next_at:
        found.append(["Next try" if row.attempts else "To be sent", _moment(row.next_at, zone)])
    if row.provider_id:
        found.append(["Known as", row.provider_id])
    return found


def _outcome(one: NotificationAttempt) -> str:
    return one.error or "Sent"


def _moment(at: datetime, zone: str) -> str:
    return at.astimezone(zone_of(zone)).strftime("%-d %b %Y, %H:%M:%S")
