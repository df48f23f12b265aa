"""States of a screen, with somebody signed in behind them."""

from __future__ import annotations

import reflex as rx

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.tokens import digest
from fleet_app.web.gate.who import MARK
from fleet_app.web.states.records.form import RecordForm
from tests.builders.people import PASSWORD, Person, a_person


async def a_screen(container: Container, person: Person, address: str = "/") -> rx.State:
    """The root of the states of one browser tab in which `person` is signed in."""
    opened = await container.sessions.sign_in(person.email, PASSWORD, "test", "pytest")
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    headers = {"cookie": MARK + digest(opened.token)}
    root._update_router_vars({"headers": headers, "asPath": address}, {})
    return root


async def a_screen_of(
    container: Container, role: Role, fleet_id: int | None = None, address: str = "/"
) -> rx.State:
    """The same for somebody new of a role."""
    return await a_screen(container, await a_person(container, role, fleet_id), address)


async def opened(container: Container, person: Person, address: str) -> tuple[rx.State, RecordForm]:
    """A tab at that address, with its record read."""
    root = await a_screen(container, person, address)
    form = await root.get_state(RecordForm)
    await form.open(address.strip("/").split("/")[0])
    return root, form


def visit(root: rx.State, address: str) -> None:
    """Go to another page in the same tab."""
    cookie = root.router.headers.cookie
    root._update_router_vars({"headers": {"cookie": cookie}, "asPath": address}, {})


def typed(form: RecordForm, **texts: str) -> dict[str, str]:
    """What the browser sends: everything, with these fields changed."""
    return {**form.values, **texts}
