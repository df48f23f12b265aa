"""What comes in from a browser, and records of any kind as a signed-in person may see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec
import reflex as rx

from fleet_app.audit.trail import noted
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.errors import FleetError, InvalidInput, NotFound
from fleet_app.records.kinds import Kind
from fleet_app.records.listing import Row
from fleet_app.records.query import IMPORT
from fleet_app.records.service import Records, prepared_for
from fleet_app.web.gate import current_actor, current_principal

LONGEST = 20_000
"""Characters of one field that are looked at at all."""


class _File(msgspec.Struct):
    id: int


class _Uploaded(msgspec.Struct):
    data: _File


def kind_of(plural: str) -> Kind:
    """The kind of this name. Raises `InvalidInput`."""
    kind = KINDS.get(plural)
    if kind is None:
        raise InvalidInput("There is no such kind of record")
    return kind


def last_word(state: rx.State) -> str:
    """The end of the page's address."""
    return str(state.router.url.path).rstrip("/").rsplit("/", 1)[-1]


def number_in(word: str) -> int:
    """The id in an address. Raises `NotFound`."""
    if not (word.isascii() and word.isdigit() and 0 < int(word[:20]) < 2**63):
        raise NotFound("Record", word[:40])
    return int(word)


def texts_in(kind: Kind, form: Mapping[str, Any]) -> dict[str, str]:
    """The kind's fields out of what a browser sent; what it did not send is empty."""
    return {
        spec.name: str(form.get(spec.name) or "")[:LONGEST].replace("\r\n", "\n")
        for spec in kind.specs
    }


def file_in(answer: str) -> str:
    """The id of an uploaded file in the API's answer; empty for none."""
    try:
        return str(msgspec.json.decode(str(answer).encode(), type=_Uploaded).data.id)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return ""


def label_in(kind: Kind, row: Mapping[str, Any]) -> str:
    """What a record of a list is called."""
    return str(row.get(kind.title) or f"{kind.label} {row['id']}")


def named(kind: Kind, label: str) -> str:
    """A record as messages speak of it, such as `Vehicle ABC-123`."""
    return label if label.startswith(kind.label) else f"{kind.label} {label}"


async def read_record(state: rx.State, kind: Kind, number: int) -> Row | None:
    """One record, deleted or not; None when it does not exist for this person."""
    actor, container = await current_actor(state), get_container()
    async with container.work() as session:
        records = Records(session, KINDS, kind, actor, container.view())
        return await records.listing.one(actor.principal, number)


async def change_record(
    state: rx.State,
    kind: Kind,
    act: Callable[[Records], Awaitable[Row]],
    values: Mapping[str, Any] | None = None,
    action: str = "update",
) -> tuple[Row, list[int]]:
    """Do something in a unit of work: the record then, and its audit entries for an undo.

    `values` are what `action` is about to store.
    """
    actor, container = await current_actor(state), get_container()
    ready = await prepared_for(actor, kind, action, [values]) if values else None
    async with container.work() as session:
        row = await act(Records(session, KINDS, kind, actor, container.view(), prepared=ready))
        entries = list(noted(session))
    own = [one for one in entries if (one.kind, one.object_id) == (kind.name, row["id"])]
    return row, [entry.id for entry in own if entry.id]


def labels_in(kind: Kind, row: Row) -> dict[str, str]:
    """What the records are called that this one refers to, by field."""
    targets = {spec.name: row.get(spec.name.removesuffix("_id")) for spec in kind.references}
    return {name: target["label"] for name, target in targets.items() if target}


async def labels_of(state: rx.State, kind: Kind, texts: Mapping[str, str]) -> dict[str, str]:
    """What the records are called that these fields name, and the file of an import."""
    labels = await _file_of(state, texts.get(IMPORT, ""))
    for spec in kind.references:
        target, text = KINDS.get(spec.reference or ""), texts.get(spec.name, "")
        if target is None or not (text.isascii() and text.isdigit() and len(text) < 19):
            continue
        with suppress(FleetError):  # the number itself will do
            row = await read_record(state, target, int(text))
            if row is not None:
                labels[spec.name] = label_in(target, row)
    return labels


async def _file_of(state: rx.State, text: str) -> dict[str, str]:
    """The name of the file of the import that a filter names."""
    with suppress(FleetError):  # forgotten, or not for these eyes: the number itself will do
        if text:
            imports, who = get_container().imports, await current_principal(state)
            return {IMPORT: (await imports.get(who, number_in(text))).filename}
    return {}


async def house_style(fleet_id: int) -> tuple[str, str]:
    """Time zone and currency of a fleet."""
    async with get_container().work() as session:
        fleet = await session.get(Fleet, fleet_id) if fleet_id else None
    return (fleet.time_zone, fleet.currency) if fleet else ("UTC", "EUR")
