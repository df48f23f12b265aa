"""Who is behind a browser's socket, re-checked at every event."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.bootstrap import get_container
from fleet_app.identity.sessions import SESSION_COOKIE
from fleet_app.identity.tokens import digest
from fleet_app.kernel.errors import Unauthenticated

MARK = "fleet-session-id="
"""What the `cookie` header of a socket holds for the rest of the process: the digest that names
the session. The cookie itself goes no further than `FleetNamespace`, so neither states nor logs
nor tracebacks can hold it."""


def session_of_cookies(header: str) -> str | None:
    """The id of the session whose token these cookies carry."""
    try:
        morsel = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return None
    return digest(morsel.value) if morsel is not None and morsel.value else None


def without_secrets(headers: dict[str, str]) -> dict[str, str]:
    """Request headers with the session's id in place of all cookies, and no other proof."""
    session_id = session_of_cookies(headers.get("cookie", ""))
    hidden = ("cookie", "authorization", "proxy-authorization")
    kept = {name: value for name, value in headers.items() if name.lower() not in hidden}
    if session_id is not None:
        kept["cookie"] = MARK + session_id
    return kept


def session_id_of(state: Any) -> str | None:
    """The id of the session behind a state, as its socket showed it when it connected."""
    cookie = str(state.router.headers.cookie or "")
    return cookie.removeprefix(MARK) if cookie.startswith(MARK) else None


async def current_principal(state: Any) -> Principal:
    """The signed-in user behind an `rx.State`, valid at this moment (to within seconds).

    Raises `Unauthenticated` or `StoreUnavailable`.
    """
    return await principal_of(session_id_of(state))


async def current_actor(state: Any) -> Actor:
    """The signed-in user behind a state, as services and the audit log know who acts.

    Raises `Unauthenticated` or `StoreUnavailable`.
    """
    address = str(state.router.session.client_ip or "")[:64]
    return Actor(principal=await current_principal(state), channel=Channel.WEB, address=address)


async def principal_of(session_id: str | None) -> Principal:
    """The user behind a session's id. Raises `Unauthenticated` or `StoreUnavailable`."""
    if session_id is None:
        raise Unauthenticated("Please sign in")
    return await get_container().authenticator.principal_of_session(session_id)
