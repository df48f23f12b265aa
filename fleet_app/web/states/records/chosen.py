"""Which records of a list an act is for: the ticked ones, or everything that the list shows."""

from __future__ import annotations

from urllib.parse import parse_qsl

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.records.listing import Listing
from fleet_app.records.query import parse_query
from fleet_app.records.service import MOST_AT_ONCE
from fleet_app.web.gate import current_principal

MOST_SELECTED = 10 * MOST_AT_ONCE
TOO_MANY = f"At most {MOST_SELECTED:,} can be changed at once: narrow the list by a filter or words"
_SHARED = frozenset({
    FieldType.CHOICE, FieldType.REFERENCE, FieldType.FLAG, FieldType.INTEGER, FieldType.NUMBER,
    FieldType.MONEY, FieldType.TAGS,
})  # fmt: skip
"""Types of what is often the same for many records."""


async def everything(state: rx.State, kind: Kind, query: str) -> list[int]:
    """The ids of all records of a list as it is now, as far as the person sees them.

    Raises `InvalidInput` for more than may be changed at once.
    """
    who, container = await current_principal(state), get_container()
    async with container.work(container.patience) as session:
        listing = Listing(session, KINDS, kind, container.view())
        ids = await listing.ids(who, parse_query(kind, parse_qsl(query)), MOST_SELECTED + 1)
    if len(ids) > MOST_SELECTED:
        raise InvalidInput(TOO_MANY)
    return sorted(ids)


def settable(kind: Kind) -> list[Spec]:
    """The fields that many records can be given at once."""
    unique = {field for field, _ in kind.unique.values()}
    return [spec for spec in kind.specs if spec.name not in unique and _for_many(spec)]


def _for_many(spec: Spec) -> bool:
    if spec.secret or spec.created_only or spec.input:
        return False
    return spec.type in _SHARED if spec.for_many is None else spec.for_many
