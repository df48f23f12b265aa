"""Decides about every event, from whatever socket, chain or background task it comes."""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from fleet_app.kernel.errors import StoreUnavailable, Unauthenticated
from fleet_app.web.gate.declarations import PUBLIC, declared, framework_events
from fleet_app.web.gate.namespace import FleetNamespace
from fleet_app.web.gate.who import principal_of, session_id_of

if TYPE_CHECKING:
    from reflex.app import App

logger = logging.getLogger(__name__)


class Decision(Enum):
    """What becomes of an event."""

    ALLOWED = "allowed"
    UNDECLARED = "undeclared"
    SIGNED_OUT = "signed out"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"


async def decide(event_name: str, session_id: str | None) -> Decision:
    """Whether the user of a session may call a handler. Silence means no."""
    if event_name in framework_events():
        return Decision.ALLOWED
    roles = declared(event_name)
    if roles is None:
        return Decision.UNDECLARED
    if roles == PUBLIC:
        return Decision.ALLOWED
    try:
        principal = await principal_of(session_id)
    except Unauthenticated:
        return Decision.SIGNED_OUT
    except StoreUnavailable:
        return Decision.UNAVAILABLE
    return Decision.ALLOWED if principal.role in roles else Decision.FORBIDDEN


class GateMiddleware(Middleware):
    """Blocks what `decide` does not allow; leads to the sign-in page who is signed out."""

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """None to go on, an update to stop."""
        decision = await decide(event.name, session_id_of(state))
        if decision is Decision.ALLOWED:
            return None
        # Everybody is signed out before the first sign-in: nothing an operator should look at.
        level = logging.DEBUG if decision is Decision.SIGNED_OUT else logging.WARNING
        logger.log(level, "Event %s was refused: %s", event.name, decision.value)
        if decision is Decision.SIGNED_OUT:
            return StateUpdate(delta={}, events=Event.from_event_type(_to_sign_in(state)))
        if decision is not Decision.UNAVAILABLE and isinstance(app.event_namespace, FleetNamespace):
            await app.event_namespace.offence(state.router.session.session_id)
        return StateUpdate(delta={}, events=[])


def _to_sign_in(state: BaseState) -> Any:
    path = str(state.router.url.path or "/")
    words = {} if path in ("/", "/login") else {"next": path}
    if session_id_of(state) is not None:
        words = {"error": "expired", **words}
    return rx.redirect("/login" + ("?" + urlencode(words, safe="/") if words else ""))
