"""Every event handler of every state as it says of itself, and what is wrong with that."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass

from reflex_base.registry import RegistrationContext

from fleet_app.access.matrix import PERMISSIONS, roles_with
from fleet_app.web.gate.declarations import declared, framework_events, needs_of

_STATES = "fleet_app.web.states."
PUBLIC = {
    f"{_STATES}records.toasts.Toasts.fail": "says a text in the caller's own tab, reads nothing",
    f"{_STATES}session.Session.enter": "finds out who is there; tells the caller's own name only",
    f"{_STATES}sign_in.SignIn.open": "says why one must sign in, from the page's own address",
    f"{_STATES}tracking.Tracking.open": "asks for the unguessable link of one delivery",
}
"""The handlers that anybody may call, signed in or not, and why."""


@dataclass(frozen=True)
class Handler:
    """A handler as the application knows it. `roles` is None when it says nothing, and empty when
    anybody may call it."""

    name: str
    called: str
    module: str
    roles: list[str] | None
    needs: list[str]
    is_event: bool
    framework: bool
    arguments: dict[str, str]

    @property
    def state(self) -> str:
        """The state it belongs to."""
        return self.name.rpartition(".")[0]

    @property
    def public(self) -> bool:
        """Whether anybody may call it."""
        return self.roles == []

    def lets(self, role: str | None) -> bool:
        """Whether it may be called by that role, or by nobody in particular (None)."""
        return self.public or (role is not None and role in (self.roles or ()))


def registered() -> list[Handler]:
    """All handlers of the states that are loaded in this process."""
    return [_described(name) for name in RegistrationContext.get().event_handlers]


def _described(name: str) -> Handler:
    function = RegistrationContext.get().event_handlers[name].handler.fn
    module, roles = getattr(function, "__module__", ""), declared(name)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return Handler(
        name=name,
        called=f"{module}.{getattr(function, '__qualname__', name)}",
        module=module,
        roles=None if roles is None else sorted(roles),
        needs=sorted(needs_of(name)),
        is_event="@rx.event" in inspect.getsource(function),
        framework=name in framework_events(),
        arguments={one.name: str(one.annotation) for one in parameters},
    )


def problems(handlers: Iterable[Handler]) -> list[str]:
    """What is not as it must be: a handler names permissions of the matrix, or is in `PUBLIC`.

    Methods that are no events are helpers: the gate refuses them to everybody.
    """
    told = ((one.called, _problem(one)) for one in handlers)
    return [f"{called} {problem}" for called, problem in told if problem]


def _problem(one: Handler) -> str:
    if one.roles is None:
        return "says nothing" if one.is_event else ""
    if one.public:
        return "" if one.called in PUBLIC else "is public without a reason"
    unknown = set(one.needs) - set(PERMISSIONS)
    if unknown or not one.needs:
        return f"is not in the matrix: {sorted(unknown)}"
    may = {role.value for need in one.needs for role in roles_with(need)}
    return "" if may == set(one.roles) else "lets other roles through than the matrix"
