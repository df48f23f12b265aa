"""What routers ask of a request: who is calling, and whether that caller may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPBearer, OAuth2PasswordBearer

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.matrix import PERMISSIONS, authorize
from fleet_app.access.principal import Principal
from fleet_app.bootstrap import Container, get_container
from fleet_app.identity.principal import DeviceIdentity
from fleet_app.identity.sessions import SESSION_COOKIE
from fleet_app.kernel.errors import Forbidden, Unauthenticated
from mobile_api.envelope import request_id

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_CLIENT = 64
CHECKED = "__fleet_permission__"

E = TypeVar("E", bound=Callable[..., Any])

# These only describe the ways in for /api/docs; `current_principal` does the checking.
_oauth2 = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)
_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT")


def container(request: Request) -> Container:
    """The container of this process; an app may carry its own in `app.state.container`."""
    own = getattr(request.app.state, "container", None)
    return own if isinstance(own, Container) else get_container()


def client_address(request: Request) -> str:
    """The caller's network address, as the server (and the proxy it trusts) tells it."""
    return request.client.host[:LONGEST_CLIENT] if request.client else "unknown"


def require_own_origin(request: Request) -> None:
    """Refuse a cookie-carrying change that another site's page sent. Raises `Forbidden`.

    Browsers send `Origin` with every such request, so a missing one is refused as well.
    """
    origin = request.headers.get("origin")
    if origin not in container(request).settings.origins:
        raise Forbidden("This request came from a page of another site")


async def current_principal(
    request: Request,
    _docs_oauth2: Annotated[str | None, Depends(_oauth2)] = None,
    _docs_bearer: Annotated[object, Depends(_bearer)] = None,
) -> Principal:
    """Whoever calls: by access token, or by session cookie (with an origin check on changes).

    Raises `Unauthenticated`, `Forbidden` or `StoreUnavailable`.
    """
    return await authenticate(request)


async def authenticate(request: Request) -> Principal:
    """`current_principal` for callers outside FastAPI's dependencies."""
    authenticator = container(request).authenticator
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await authenticator.principal_from_access_token(token.strip())
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        raise Unauthenticated("Please sign in")
    if request.method not in SAFE_METHODS:
        require_own_origin(request)
    return await authenticator.principal_from_session(cookie)


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
"""A signed-in user of any role."""


async def device_identity(request: Request, token: str | None) -> DeviceIdentity:
    """The device behind a token that the device's protocol carried somewhere.

    Raises `Unauthenticated` or `StoreUnavailable`.
    """
    if not token:
        raise Unauthenticated("A device token is needed")
    return await container(request).authenticator.device(token)


def actor_of(request: Request, principal: Principal) -> Actor:
    """The caller as services and the audit log know it: a browser's session, or the API."""
    channel = Channel.WEB if principal.session_id else Channel.API
    return Actor(
        principal=principal,
        channel=channel,
        address=client_address(request),
        request_id=request_id(request),
    )


class Allowed:
    """A dependency that lets those through who have a permission, as the `Actor` they are."""

    def __init__(self, permission: str) -> None:
        if permission not in PERMISSIONS:
            raise ValueError(f"no such permission: {permission}")
        self.permission = permission

    async def __call__(self, request: Request, principal: CurrentPrincipal) -> Actor:
        """Raises `Forbidden` for a role without the permission."""
        authorize(principal, self.permission)
        return actor_of(request, principal)


def allow(permission: str) -> Any:
    """`Depends` on a permission of the matrix: `actor: Annotated[Actor, allow("files.create")]`."""
    return Depends(Allowed(permission))


def checks(permission: str) -> Callable[[E], E]:
    """Say which permission an endpoint asks for by itself, where proofs other than a person's
    count: `allow` would refuse a tracking device."""
    if permission not in PERMISSIONS:
        raise ValueError(f"no such permission: {permission}")

    def mark(endpoint: E) -> E:
        setattr(endpoint, CHECKED, permission)
        return endpoint

    return mark
