"""Templates of routes: what people write about them."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, model_validator
from sqlalchemy import func
from sqlmodel import col, select

from fleet_app.delivery.models import Customer
from fleet_app.fleet.models import Depot
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.planning.templates.stops import MOST_STOPS, Stops, TimeOfDay, keep, line_of
from fleet_app.records.fields import Computed, Fields, FieldType, field
from fleet_app.records.kinds import Kind, Write
from fleet_app.records.problems import invalid
from fleet_app.records.types import (
    DAYS,
    Date,
    Flag,
    Lines,
    Name,
    OptionalLine,
    Reference,
    Tags,
    require_order,
)


def _weekdays(values: list[str]) -> list[str]:
    """Days in the order of the week, by their first three letters."""
    named = {value[:3].capitalize() for value in values}
    if not named <= set(DAYS):
        raise ValueError(f"any of {', '.join(DAYS)}")
    return [day for day in DAYS if day in named]


_Row = TypeVar("_Row", Customer, Depot)
Weekdays = Annotated[Tags, AfterValidator(_weekdays)]

# fmt: off


class RouteTemplateFields(Fields):
    """A tour that comes again, as people write it."""

    name: Name = field("Name", max_length=120, example="Bakeries north", group="Template")
    weekdays: Weekdays = field("On these days", FieldType.TAGS, default=[], group="When",
                               suggestions=DAYS, example=["Mon", "Thu"],
                               help="Its deliveries are made a week ahead; without days, only "
                                    "when somebody uses it",
                               aliases=("weekdays", "days"))
    leaves_at: TimeOfDay = field("Leaves at", default=None, max_length=5, group="When",
                                 example="06:30", help="As the fleet's clocks show it, like 06:30")
    active: Flag = field("Active", FieldType.FLAG, default=True, example=True, group="When")
    valid_from: Date = field("From day", FieldType.DATE, default=None, group="When", shown=False)
    valid_until: Date = field("Until day", FieldType.DATE, default=None, group="When", shown=False)
    vehicle_id: Reference = field("Vehicle", FieldType.REFERENCE, default=None, group="Who",
                                  reference="vehicles", aliases=("vehicle",))
    driver_id: Reference = field("Driver", FieldType.REFERENCE, default=None, group="Who",
                                 reference="drivers", aliases=("driver",))
    depot_id: Reference = field("Depot", FieldType.REFERENCE, default=None, group="Who",
                                reference="depots", aliases=("depot",))
    stops: Stops = field(
        "Stops", FieldType.LIST, default=[], max_length=MOST_STOPS, group="Stops", shown=False,
        sortable=False, for_many=False, line=line_of,
        help="One a line in driving order, like Kalevankatu 16, Helsinki | 08:00-10:00 | 5 min | "
             "Ring twice; another time window after the first is the second that will do. Goods, "
             "skills, priority, contact and pick-up are not shown: a stop keeps its own while its "
             "address stays",
        example=[{"address": "Kalevankatu 16, 00100 Helsinki", "lat": 60.1666, "lon": 24.9348,
                  "window_from": "08:00", "window_to": "10:00", "service_minutes": 5,
                  "instructions": "Ring twice", "weight_kg": 12.5}],
    )
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Template",
        help="Its number in another system", aliases=("external id",),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Template", aliases=("notes", "comment"))

    @model_validator(mode="after")
    def _sound(self) -> RouteTemplateFields:
        require_order(self.valid_from, self.valid_until, "it ends before it begins",
                      field="valid_until")
        return self


# fmt: on


async def _before_save(write: Write) -> None:
    """Stops are kept as JSON; customers and depots must be the fleet's, and customers lend their
    addresses."""
    if "stops" not in write.values:
        return
    wanted = keep(write.values["stops"], write.before.get("stops") or [])
    stops = [one.model_dump(mode="json") for one in wanted]
    depots = await _known(write, Depot, {one["pickup_depot_id"] for one in stops})
    known = await _known(write, Customer, {one["customer_id"] for one in stops})
    for number, stop in enumerate(stops):
        identifier = stop["customer_id"]
        customer = known.get(identifier)
        if identifier is not None and customer is None:
            raise invalid({f"stops[{number}].customer_id": "does not exist"})
        if stop["pickup_depot_id"] not in {None, *depots}:
            raise invalid({f"stops[{number}].pickup_depot_id": "does not exist"})
        if customer is not None and not stop["address"]:
            if not customer.address:
                raise invalid({f"stops[{number}].address": "is missing, and the customer has none"})
            stop |= {"address": customer.address, "lat": customer.lat, "lon": customer.lon}
    write.values["stops"] = stops


async def _known(write: Write, model: type[_Row], ids: set[int | None]) -> dict[int | None, _Row]:
    """Those of the fleet's records that are there, by id."""
    wanted = {one for one in ids if one is not None}
    query = select(model).where(
        col(model.id).in_(wanted),
        model.fleet_id == write.row.fleet_id,
        col(model.deleted_at).is_(None),
    )
    return {one.id: one for one in await write.session.exec(query)} if wanted else {}


def _count(_: Any) -> Any:
    return func.jsonb_array_length(col(RouteTemplate.stops))


ROUTE_TEMPLATES = Kind(
    name="route_template",
    plural="route_templates",
    label="Route template",
    label_plural="Route templates",
    model=RouteTemplate,
    fields=RouteTemplateFields,
    search=("name", "note", "external_reference"),
    computed=(
        Computed(
            name="stop_count",
            title="Stop count",
            type=FieldType.INTEGER,
            expression=_count,
            example=1,
        ),
        Computed(
            name="not_made",
            title="Could not be made",
            expression=lambda _: col(RouteTemplate.not_made),
            example="24 Nov: Customer 17 does not exist",
        ),
    ),
    before_save=_before_save,
    icon="route",
)
