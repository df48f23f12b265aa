"""The delivery log on the screen: its filters, and one message beside it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import reflex as rx

from fleet_app.access.matrix import may
from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.fleet.service import FleetService
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.kernel.parameters import LONGEST_SEARCH
from fleet_app.notification.channels.log import AGAIN, MANAGE, DeliveryLog
from fleet_app.notification.channels.models import Channel, Notification, NotificationAttempt
from fleet_app.notification.channels.models import Status as Stands
from fleet_app.notification.channels.query import parse_log_query
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.records.texts import zone_of
from fleet_app.web.states.records.toasts import say
from fleet_app.web.states.session import shown_fleet

FILTERS = ("status", "channel", "created_at.from", "created_at.to", "about")
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


class OutboxScreen(rx.State):
    """What a reader of the log looks at. Everything is checked again where it is acted upon."""

    words: str = ""
    filters: dict[str, str] = {}
    zone: str = "UTC"
    fleet: int = 0
    """The fleet asked for; 0 for those who have only one."""
    version: int = 0
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

    @rx.var
    def query(self) -> str:
        """The page's part of the list's address."""
        parameters = dict(sorted(self.filters.items()))
        if self.words.strip():
            parameters["q"] = self.words.strip()
        if self.fleet:
            parameters["fleet_id"] = str(self.fleet)
        return urlencode(parameters)

    @rx.var
    def narrowed(self) -> bool:
        """Whether a filter or words hide a part of the log."""
        return bool(self.filters or self.words.strip())

    @rx.event
    @requires("notifications.read")
    async def open(self) -> None:
        """Start reading; the address may bring filters."""
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        who = await current_principal(self)
        fleet_id = await shown_fleet(self)
        self.fleet = fleet_id if who.role is Role.SYSTEM_ADMIN else 0
        async with get_container().work() as session:
            fleets = await FleetService(session).fleets(who)
        self.zone = next((one.time_zone for one in fleets if one.id == fleet_id), "UTC")
        given = dict(self.router.url.query_parameters)
        self.words = str(given.pop("q", ""))[:LONGEST_SEARCH]
        self._filter({name: str(text) for name, text in given.items()})

    @rx.event
    @requires("notifications.read")
    async def search(self, words: str) -> None:
        """Show only what matches the words."""
        self.words = words.replace("\0", "").lstrip()[:LONGEST_SEARCH]

    @rx.event
    @requires("notifications.read")
    async def set_filter(self, name: str, text: str) -> None:
        """Set one filter, or drop it by an empty text; an impossible one is not taken over."""
        self._filter({name: str(text).strip()})

    @rx.event
    @requires("notifications.read")
    async def show_all(self) -> None:
        """Drop every filter and the words."""
        self.filters, self.words = {}, ""

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

    def _filter(self, changes: dict[str, str]) -> None:
        filters = dict(self.filters)
        for name, text in changes.items():
            if not text:
                filters.pop(name, None)
            elif name in FILTERS and _possible(name, text):
                filters[name] = text
        self.filters = filters


def _possible(name: str, text: str) -> bool:
    try:
        parse_log_query([(name, text)])
    except InvalidInput:
        return False
    return True


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
