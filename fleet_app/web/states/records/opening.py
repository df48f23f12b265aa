"""Which form is on the screen: what it is for, in which fleet, and what outlives another fleet."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex

import reflex as rx

from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.fleet.models import Fleet
from fleet_app.records.fields import FieldType
from fleet_app.records.kinds import Kind
from fleet_app.web.gate import current_principal
from fleet_app.web.states.records.views import ListViews


def marked(plural: str, word: str, given: str = "") -> str:
    """A name for a form that is being opened; only what it is for is the same next time."""
    return f"{plural}:{word[:40]}:{given[:2000]}:{token_hex(6)}"


def purpose(opened: str) -> str:
    """What the form of this name is for, whenever it was opened."""
    return opened.rpartition(":")[0]


def stays_in_fleet(kind: Kind, texts: Mapping[str, str]) -> bool:
    """Whether a new record of these texts belongs to the fleet in view."""
    administers = kind.extra.get("fleetless") and texts.get("role") == Role.SYSTEM_ADMIN
    return kind.tenant == "fleet_id" and not administers


def portable(kind: Kind, texts: Mapping[str, str], *, same_units: bool) -> dict[str, str]:
    """The texts as another fleet can have them: without its records and files, and without
    numbers that would mean something else in its units."""
    bound = {spec.name for spec in kind.specs
             if spec.type is FieldType.REFERENCE or spec.input in ("photo", "file")}  # fmt: skip
    kept = {name: text for name, text in texts.items() if same_units or not kind.by_name[name].unit}
    return {name: "" if name in bound else text for name, text in kept.items()}


def given(state: rx.State, fields: Mapping[str, str]) -> dict[str, str]:
    """What the page's address says about the fields of a new record."""
    said = dict(state.router.url.query_parameters)
    return {name: str(text)[:200] for name, text in said.items() if name in fields}


async def named_fleet(state: rx.State, fleet_id: int) -> str:
    """What the fleet is called, for those who have a choice of fleets; empty for everybody else."""
    if (await current_principal(state)).role is not Role.SYSTEM_ADMIN or not fleet_id:
        return ""
    async with get_container().work() as session:
        fleet = await session.get(Fleet, fleet_id)
    return fleet.name if fleet else ""


def switched(name: str) -> str:
    """Why a form of another fleet is not stored."""
    where = name or "another fleet"
    return (
        f"The fleet was switched to {where} after this form was opened, so nothing was saved. "
        f"The form is now for {where}: look it over and save again"
    )


async def list_left(state: rx.State, plural: str) -> str:
    """The address of a kind's list as somebody left it on the way here."""
    views = await state.get_state(ListViews)
    query = str(await views.address) if views.of == plural else ""
    return f"/{plural}?{query}" if query else f"/{plural}"
