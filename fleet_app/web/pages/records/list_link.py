"""The way to a list as somebody left it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.web.states.records.views import ListViews


def address_of_list(kind: Kind) -> Any:
    """The list as it was left on the way here, else the list as it begins."""
    left = (ListViews.of == kind.plural) & (ListViews.address != "")
    return f"/{kind.plural}" + rx.cond(left, "?" + ListViews.address, "").to(str)
