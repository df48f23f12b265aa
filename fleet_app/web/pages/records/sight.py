"""Which columns of a list the person on the screen may see at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from fleet_app.access.matrix import roles_with
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.describe import columns
from fleet_app.records.kinds import Kind
from fleet_app.web.states.session import Session


def columns_in_sight(kind: Kind) -> Any:
    """The columns for the grid, without those that point to what the person may not read."""
    everything = columns(kind)
    open_to_all = [one for one in everything if not _guarded(kind, one)]
    if len(open_to_all) == len(everything):
        return everything
    seen = [Session.may_pages.contains(_page(one)) for one in everything if _guarded(kind, one)]
    whole = seen[0]
    for one in seen[1:]:
        whole = whole & one
    return rx.cond(whole, everything, open_to_all)


def if_in_sight(kind: Kind, column: Mapping[str, Any], part: rx.Component) -> rx.Component:
    """`part`, which offers a column, only to those who may see that column."""
    if not _guarded(kind, column):
        return part
    return rx.cond(Session.may_pages.contains(_page(column)), part, rx.fragment())


def _guarded(kind: Kind, column: Mapping[str, Any]) -> bool:
    """Whether some of those who read this list may not read what the column points to."""
    if not column["reference"]:
        return False
    target = KINDS[column["reference"]]
    readers = roles_with(kind.permission("read"))
    return not readers <= roles_with(target.permission("read"))


def _page(column: Mapping[str, Any]) -> str:
    return f"/{column['reference']}"
