"""A tour that comes again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Field

from fleet_app.kernel.columns import primary_key, reference, tags
from fleet_app.records.base import Record, by_text, unique_alive


class RouteTemplate(Record, table=True):
    """Stops in driving order, as `templates.stops.TemplateStop`. Times of day are the fleet's.

    On each of `weekdays` its deliveries are made by themselves, unless it is not `active` or the
    day is not from `valid_from` to `valid_until`. `not_made` says which of them could not be made,
    and why.
    """

    __tablename__ = "route_templates"
    __table_args__ = (
        unique_alive("uq_route_templates_external_reference", "fleet_id", "external_reference"),
        *by_text("route_templates", "name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int | None = reference("vehicles.id", optional=True)
    driver_id: int | None = reference("drivers.id", optional=True)
    depot_id: int | None = reference("depots.id", optional=True)
    name: str = Field(max_length=120)
    weekdays: list[str] = tags()
    leaves_at: str | None = Field(default=None, max_length=5)
    stops: list[dict[str, Any]] = tags()
    active: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    note: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": ""})
    not_made: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": ""})
