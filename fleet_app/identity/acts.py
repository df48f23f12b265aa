"""What people do with their own access, for the audit log and for whoever listens."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM, Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.audit.trail import note
from fleet_app.identity.models import User
from fleet_app.kernel.events import DomainEvent, publish

SIGNED_IN, SIGNED_OUT, LOCKED = "signed_in", "signed_out", "locked"
PASSWORD_CHANGED, TOKEN_REUSED = "password_changed", "token_reused"
USER, ADDRESS = "user", "address"


def actor_of(user: User, channel: Channel, client: str) -> Actor:
    """A user who acts before, or without, being anybody's principal."""
    principal = Principal(
        user_id=user.id or 0,
        name=user.name,
        email=user.email,
        role=user.role,
        fleet_id=user.fleet_id,
    )
    return Actor(principal=principal, channel=channel, address=client)


def system(channel: Channel, client: str) -> Actor:
    """The system itself, which answers to somebody at the address `client`."""
    return Actor(principal=SYSTEM.principal, channel=channel, address=client)


def signed_in(session: AsyncSession, user: User, channel: Channel, client: str) -> None:
    """Somebody knew the password."""
    note_act(session, actor_of(user, channel, client), SIGNED_IN, user)
    _announce(session, SIGNED_IN, user, channel, client)


def locked(session: AsyncSession, user: User, channel: Channel, client: str) -> None:
    """Somebody tried too many passwords of an account."""
    note_act(session, system(channel, client), LOCKED, user)
    _announce(session, LOCKED, user, channel, client)


def address_locked(session: AsyncSession, channel: Channel, client: str) -> None:
    """Somebody tried too many passwords, of whatever accounts, from one address."""
    note(session, system(channel, client), LOCKED, kind=ADDRESS, object_id=None, label=client,
         fleet_id=None)  # fmt: skip


def note_act(session: AsyncSession, actor: Actor, action: str, user: User) -> None:
    """An act that concerns a user's access."""
    note(session, actor, action, kind=USER, object_id=user.id, label=user.name,
         fleet_id=user.fleet_id)  # fmt: skip


def _announce(session: AsyncSession, what: str, user: User, channel: Channel, client: str) -> None:
    event = DomainEvent(
        type=f"user.{what}", fleet_id=user.fleet_id, subject=f"user:{user.id}",
        data={"user_id": user.id, "channel": channel.value, "address": client},
    )  # fmt: skip
    publish(session, event)
