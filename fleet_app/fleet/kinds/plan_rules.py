"""What a fleet may set about its plans. What is left out is as usual."""

from __future__ import annotations

from typing import Any

from fleet_app.fleet.models import LateDeliveries
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.types import Flag, Number

GROUP = "Planning"
SERVICE_MINUTES, AT_RISK_MINUTES, LATE_MINUTES, BREAK_AFTER_HOURS = 4.0, 10.0, 0.0, 6.0
"""What holds where a fleet has set nothing. A break within six hours of work is what Directive
2002/15/EC, article 5, asks for."""


def _rule(title: str, unit: str, low: float, high: float, usual: float, **details: Any) -> Any:
    """A number that is empty while the usual one holds."""
    return field(
        title, FieldType.NUMBER, default=None, ge=low, le=high, unit=unit, usual=usual,
        example=usual, group=GROUP, shown=False, **details,
    )  # fmt: skip


# fmt: off


class PlanRules(Fields):
    """`planning` reads them."""

    service_minutes: Number = _rule("Time at the door", "min", 0, 1_440, SERVICE_MINUTES,
                                    help="Of a delivery that says nothing about it",
                                    aliases=("service time", "service minutes"))
    at_risk_minutes: Number = _rule("At risk from", "min", 0, 240, AT_RISK_MINUTES,
                                    help="So long before the end of its time window a stop that "
                                         "is expected later counts as at risk",
                                    aliases=("at risk minutes",))
    late_minutes: Number = _rule("Late from", "min", 0, 240, LATE_MINUTES,
                                 help="So long after the end of its time window a stop counts as "
                                      "late",
                                 aliases=("late minutes",))
    break_after_hours: Number = _rule("A break after", "h", 0.5, 24, BREAK_AFTER_HOURS,
                                      help="Drivers have one before they have worked so long",
                                      aliases=("break after", "break after hours"))
    even_routes: Flag = field("Even routes", FieldType.FLAG, default=False, group=GROUP,
                              shown=False, example=False,
                              help="Drivers are to be out about equally long, though that may "
                                   "cost more",
                              aliases=("even routes", "balance routes"))
    open_routes: Flag = field("Routes end at the last stop", FieldType.FLAG, default=False,
                              group=GROUP, shown=False, example=False,
                              help="Vehicles need not return to their depot",
                              aliases=("open routes", "no return"))
    late_deliveries: LateDeliveries = field(
        "Late deliveries", FieldType.CHOICE, default=LateDeliveries.NEVER, choices=LateDeliveries,
        group=GROUP, shown=False, example="never",
        help="Whether the optimiser may plan a delivery after its time window; at a cost, it does "
             "where that is much cheaper than being in time",
        aliases=("late deliveries", "soft windows"),
    )


# fmt: on
