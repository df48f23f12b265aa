"""What an event handler says about who may call it. Without a word, nobody may."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from reflex.state import FrontendEventExceptionState, OnLoadInternalState, State
from reflex.state import UpdateVarsInternalState as ClientStorage
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from fleet_app.access.matrix import PERMISSIONS, roles_with
from fleet_app.access.roles import Role

F = TypeVar("F", bound=Callable[..., Any])

PUBLIC: frozenset[Role] = frozenset()
"""The need of a handler that anybody may call, signed in or not."""
_MARK = "__fleet_roles__"
_NEEDS = "__fleet_needs__"


def requires(*permissions: str) -> Callable[[F], F]:
    """Let only users call the handler whose role has one of these permissions of the matrix.

    A permission is one such as `vehicles.update`, never a role. The handler itself still checks
    the object it touches. Goes below `@rx.event`. Raises ValueError, at import, for nothing named,
    for an unknown permission and for one that nobody has.
    """
    if not permissions:
        raise ValueError("name at least one permission, or use @public")
    allowed = frozenset(role for one in permissions for role in _roles(one))

    def mark(handler: F) -> F:
        setattr(handler, _MARK, allowed)
        setattr(handler, _NEEDS, frozenset(permissions))
        return handler

    return mark


def _roles(permission: str) -> frozenset[Role]:
    if permission not in PERMISSIONS:
        raise ValueError(f"no such permission in the matrix: {permission}")
    roles = roles_with(permission)
    if not roles:  # which would read as `PUBLIC`
        raise ValueError(f"nobody has the permission {permission}")
    return roles


def public(handler: F) -> F:
    """Let anybody call the handler, which then checks what it touches by itself."""
    setattr(handler, _MARK, PUBLIC)
    return handler


def declared(event_name: str) -> frozenset[Role] | None:
    """The roles a handler requires, `PUBLIC`, or None when it says nothing."""
    registered = RegistrationContext.get().event_handlers.get(event_name)
    if registered is None:
        return None
    mark = getattr(registered.handler.fn, _MARK, None)
    return mark if isinstance(mark, frozenset) else None


def needs_of(event_name: str) -> frozenset[str]:
    """The permissions a handler names."""
    registered = RegistrationContext.get().event_handlers.get(event_name)
    named = None if registered is None else getattr(registered.handler.fn, _NEEDS, None)
    return named if isinstance(named, frozenset) else frozenset()


def is_registered(event_name: object) -> bool:
    """Whether there is such a handler at all."""
    return isinstance(event_name, str) and event_name in RegistrationContext.get().event_handlers


@lru_cache(maxsize=1)
def framework_events() -> frozenset[str]:
    """Reflex's own handlers that a page cannot live without, one by one.

    `setvar`, which every state has and which sets any var, is not among them.
    """
    kept: list[tuple[type[Any], str]] = [
        (State, "hydrate"),
        (State, "hydrate_and_load"),
        (State, "set_is_hydrated"),
        (OnLoadInternalState, "on_load_internal"),
        (OnLoadInternalState, "set_is_hydrated"),
        (ClientStorage, "update_vars_internal"),
        (FrontendEventExceptionState, "handle_frontend_exception"),
    ]
    return frozenset(format_event_handler(state.event_handlers[name]) for state, name in kept)
