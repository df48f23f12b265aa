"""Reflex's Socket.IO namespace with its doors closed.

A socket belongs to the session it was opened with. Clients may send three kinds of messages, well
formed and at a bounded rate; what a session left in its state is handed to that session only; and
a session that ends takes its sockets with it, in every process.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import urllib.parse
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import reflex as rx
from reflex.app import EventNamespace
from reflex.event import Event
from reflex.state import StateUpdate
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]

from fleet_app.access.principal import Principal
from fleet_app.bootstrap import get_container
from fleet_app.kernel.errors import StoreUnavailable, Unauthenticated
from fleet_app.web.gate.allowance import Allowance
from fleet_app.web.gate.declarations import is_registered
from fleet_app.web.gate.who import principal_of, session_of_cookies, without_secrets

if TYPE_CHECKING:
    from reflex.app import App

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 10.0
"""How long a socket may outlive a session that ended without a word (expiry, deactivation)."""
CLIENT_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}")
LONGEST_PATH = 4096
ANONYMOUS = "anonymous"
ANONYMOUS_SECONDS = 600
"""How long a client token without a session stays bound after its socket has gone: time to come
back from a tunnel. Anybody can make such tokens, so they must not pile up."""


class FleetNamespace(EventNamespace):
    """One per process."""

    def __init__(self, namespace: str, app: App) -> None:
        super().__init__(namespace, app)
        self._events = Allowance(burst=200, per_second=30)
        self._offences = Allowance(burst=20, per_second=0.2)
        self._sockets: defaultdict[str, set[str]] = defaultdict(set)
        self._users: dict[str, Principal] = {}
        self._anonymous: dict[str, str] = {}
        self._prolonged = time.monotonic()

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Dispatch what the server raises itself, and the three messages clients may send."""
        sid = args[0]
        if event == "connect":
            # Socket.IO passes on an event that a client has named so: only the server knows the
            # environ object.
            if len(args) > 1 and args[1] is self.server.get_environ(sid, self.namespace):
                return await super().trigger_event(event, *args)
        elif event == "disconnect":
            if not self.server.manager.is_connected(sid, self.namespace):
                return await super().trigger_event(event, *args)
        elif event == "event" and len(args) == 2:
            return await self._client_event(sid, args[1])
        elif event == "ping":
            return await self.on_ping(sid) if self._events.take(sid) else None
        elif event == "client_error":
            return await self.on_client_error(sid, *args[1:2])
        return await self.offence(sid)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Tie the socket to its session; give it the state that this session left, or none."""
        session_id = session_of_cookies(environ.get("HTTP_COOKIE", ""))
        try:
            principal = await _known(session_id)
            environ = await self._bound(sid, environ, principal)
        except StoreUnavailable:
            raise Refused("unavailable") from None
        await super().on_connect(sid, environ, _checked_boot(auth))
        if principal is not None:
            await self._enter(sid, principal)

    def on_disconnect(self, sid: str, *_reason: Any) -> asyncio.Task[None] | None:
        """Forget the socket."""
        self._anonymous.pop(sid, None)
        principal = self._users.pop(sid, None)
        if principal is not None and principal.session_id is not None:
            self._sockets[principal.session_id].discard(sid)
            if not self._sockets[principal.session_id]:
                del self._sockets[principal.session_id]
        self._events.forget(sid)
        self._offences.forget(sid)
        return super().on_disconnect(sid)

    def principal(self, sid: str) -> Principal | None:
        """Who was behind a socket when it was last looked at."""
        return self._users.get(sid)

    async def disconnect_session(self, session_id: str) -> None:
        """Lead the pages of a session in this process to the sign-in page and cut them off."""
        for sid in list(self._sockets.get(session_id, ())):
            events = Event.from_event_type(rx.redirect("/login?error=expired"))
            await self.emit("event", StateUpdate(delta={}, events=events), to=sid)
            await self.disconnect(sid)

    async def offence(self, sid: str) -> None:
        """Count something only an attacker (or a defect) sends; too much of it ends the socket."""
        if not self._offences.take(sid):
            logger.warning("Socket %s sent too many bad events and was cut off", sid)
            await self.disconnect(sid)

    async def hear_revocations(self) -> None:
        """Cut off sessions as they end in any process. Runs as long as the application."""
        container = get_container()
        async for session_ids in container.sessions_store.revocations():
            container.authenticator.forget_sessions(session_ids)
            for session_id in session_ids:
                await self.disconnect_session(session_id)

    async def sweep(self) -> None:
        """Cut off what no message told us about. Runs as long as the application."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for start in range(0, len(self._users), 500):
                some = list(self._users.items())[start : start + 500]
                await asyncio.gather(*(self._recheck(sid, was) for sid, was in some))
            if time.monotonic() - self._prolonged > ANONYMOUS_SECONDS / 4:
                self._prolonged = time.monotonic()
                await self._prolong_anonymous()

    async def _prolong_anonymous(self) -> None:
        """Keep the client tokens of open sockets bound; nobody else may take them meanwhile."""
        bindings = get_container().token_bindings
        for sid in list(self._anonymous):
            if not self.server.manager.is_connected(sid, self.namespace):  # refused after all
                del self._anonymous[sid]
        sockets = {token: sid for sid, token in self._anonymous.items()}
        tokens = list(sockets)
        try:
            for start in range(0, len(tokens), 500):
                for token in await bindings.prolong(tokens[start : start + 500], ANONYMOUS_SECONDS):
                    if not await bindings.claim(token, ANONYMOUS, ANONYMOUS_SECONDS):
                        await self.disconnect(sockets[token])
        except StoreUnavailable:
            logger.warning("Client tokens were not prolonged: the live store is down")

    async def _recheck(self, sid: str, was: Principal) -> None:
        try:
            now = await principal_of(was.session_id)
        except StoreUnavailable:
            return
        except Unauthenticated:
            await self.disconnect_session(was.session_id or "")
            return
        if (now.role, now.fleet_id) != (was.role, was.fleet_id):
            # Another fleet, other rooms: the page joins them when it connects again.
            await self.disconnect(sid)

    async def _client_event(self, sid: str, data: Any) -> None:
        if not self._events.take(sid):
            logger.warning("Socket %s sent too many events and was cut off", sid)
            await self.disconnect(sid)
            return
        event = _well_formed(data)
        if event is None:
            logger.warning("Socket %s sent an event that no page of ours sends", sid)
            await self.offence(sid)
            return
        try:
            await self.on_event(sid, event)
        except Exception as error:  # its text may repeat what the client sent
            logger.warning("An event of socket %s failed: %s", sid, type(error).__name__)
            await self.offence(sid)

    async def _enter(self, sid: str, principal: Principal) -> None:
        self._users[sid] = principal
        self._sockets[principal.session_id or ""].add(sid)
        await self.enter_room(sid, f"user:{principal.user_id}")

    async def _bound(
        self, sid: str, environ: dict[str, Any], principal: Principal | None
    ) -> dict[str, Any]:
        """The environ with a client token that belongs to this session.

        A client token opens the state kept under it; it stands in URLs, so it proves nothing.
        """
        query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""))
        token = query.get("token", [""])[0]
        owner = (principal.session_id if principal else None) or ANONYMOUS
        seconds = ANONYMOUS_SECONDS if owner == ANONYMOUS else None
        bindings = get_container().token_bindings
        if not (CLIENT_TOKEN.fullmatch(token) and await bindings.claim(token, owner, seconds)):
            token = str(uuid.uuid4())
            await bindings.claim(token, owner, seconds)
            await self.emit("new_token", token, to=sid)
            environ = {**environ, "QUERY_STRING": "token=" + token}
        if owner == ANONYMOUS:
            self._anonymous[sid] = token
        return environ

    def _build_static_router_data(self, sid: str, environ: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = super()._build_static_router_data(sid, environ)
        data["headers"] = without_secrets(data["headers"])
        return data


async def _known(session_id: str | None) -> Principal | None:
    try:
        return await principal_of(session_id)
    except Unauthenticated:
        return None


def _checked_boot(auth: Any) -> Any:
    """The CONNECT payload, without its event unless that is one a page sends."""
    if not isinstance(auth, dict):
        return None
    kept = {name: value for name, value in auth.items() if not isinstance(value, dict)}
    for name, value in auth.items():
        if isinstance(value, dict) and (event := _well_formed(value)) is not None:
            kept[name] = event
    return kept


def _well_formed(data: Any) -> dict[str, Any] | None:
    """The event with only the fields that pages send, or None."""
    if not isinstance(data, dict) or not is_registered(data.get("name")):
        return None
    payload, router = data.get("payload") or {}, data.get("router_data") or {}
    if not isinstance(payload, dict) or not isinstance(router, dict):
        return None
    paths = {name: router[name] for name in ("pathname", "asPath") if name in router}
    if not all(isinstance(path, str) and len(path) < LONGEST_PATH for path in paths.values()):
        return None
    query = router.get("query") or {}
    if not isinstance(query, dict):
        return None
    return {**data, "payload": payload, "router_data": {**paths, "query": query}}
