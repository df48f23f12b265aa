"""The signed-in user's own account: password and open sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

import reflex as rx
from reflex.event import EventSpec

from fleet_app.bootstrap import get_container
from fleet_app.identity.ports import SessionRecord
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.records.reading import house_style


class OpenSession(TypedDict):
    """One line of the list of sessions."""

    session_id: str
    agent: str
    client: str
    since: str
    current: bool


class PasswordForm(TypedDict):
    """What the form sends."""

    current: str
    new: str
    again: str


class Account(rx.State):
    """Password change and sessions of the signed-in user, and of nobody else."""

    sessions: list[OpenSession] = []
    problem: str = ""

    @rx.event
    @requires("account.use")
    async def open(self) -> None:
        """Load the list of sessions."""
        self.problem = ""
        who = await current_principal(self)
        records = await get_container().sessions.of_user(who.user_id)
        zone, _ = await house_style(who.fleet_id or 0)
        self.sessions = [_line(record, who.session_id, zone_of(zone)) for record in records]

    @rx.event
    @requires("account.use")
    async def end_session(self, session_id: str) -> EventSpec | None:
        """Sign one of the user's own browsers out."""
        who = await current_principal(self)
        client = self.router.session.client_ip
        await get_container().sessions.revoke(who.user_id, session_id, client)
        if session_id == who.session_id:
            return rx.redirect("/login?error=expired")
        self.sessions = [line for line in self.sessions if line["session_id"] != session_id]
        return None

    @rx.event
    @requires("account.use")
    async def change_password(self, form: PasswordForm) -> EventSpec | None:
        """Replace the password; every session ends, this one included."""
        who = await current_principal(self)
        if form["new"] != form["again"]:
            self.problem = "The two new passwords differ."
            return None
        try:
            await get_container().identity.change_password(
                who.user_id, form["current"], form["new"], self.router.session.client_ip
            )
        except FleetError as error:
            self.problem = error.message
            return None
        return rx.redirect("/login?error=password")


def _line(record: SessionRecord, current: str | None, zone: ZoneInfo) -> OpenSession:
    since = datetime.fromtimestamp(record.created_at, zone)
    return OpenSession(
        session_id=record.session_id,
        agent=_browser(record.agent),
        client=record.client,
        since=since.strftime("%-d %b %Y, %H:%M %Z"),
        current=record.session_id == current,
    )


def _browser(agent: str) -> str:
    for name in ("Edg", "Firefox", "Chrome", "Safari"):
        if name in agent:
            return "Edge" if name == "Edg" else name
    return agent[:40] or "Unknown browser"
