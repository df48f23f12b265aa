"""Alert rules: what people write about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from pydantic import AfterValidator, model_validator

from fleet_app.access.roles import Role
from fleet_app.notification.channels.models import Channel
from fleet_app.notification.keeping_up import fall_silent, keep_up
from fleet_app.notification.models import LASTING, AlertEvent, AlertRule, Severity
from fleet_app.notification.naming import Names, find_named
from fleet_app.records.fields import Fields, FieldType, Spec, field
from fleet_app.records.kinds import Kind
from fleet_app.records.types import (
    Flag,
    Hours,
    Integer,
    Lines,
    Name,
    Number,
    OptionalLine,
    Reference,
    Tags,
    wrong_field,
)

ROLES = (Role.FLEET_MANAGER.value, Role.DISPATCHER.value, Role.DRIVER.value)
"""Whom a rule can tell; the driver is the one whom the alert is about."""
CHANNELS = tuple(one.value for one in Channel)
E = AlertEvent
OF_ZONES = frozenset({E.ENTERS_ZONE, E.LEAVES_ZONE, E.CROSSES_ZONE, E.STAYS})
_EVENT_WORDS = {
    "over_by_mps": (frozenset({E.SPEEDING}), "only for speeding"),
    "after_minutes": (LASTING, "only for idling, a silent tracker and a stay in a zone"),
    "below_percent": (frozenset({E.LOW_BATTERY}), "only for a low battery"),
    "geofence_id": (OF_ZONES, "only for zones"),
    "zone_group": (OF_ZONES, "only for zones"),
}
ONLY_FOR = {name: events for name, (events, _) in _EVENT_WORDS.items()}
"""Fields that only some events have a use for."""


def _among(known: Iterable[str]) -> Callable[[list[str]], list[str]]:
    allowed = tuple(known)

    def check(values: list[str]) -> list[str]:
        words = [value.lower().replace(" ", "_").replace("-", "_") for value in values]
        if not set(words) <= set(allowed):
            raise ValueError(f"any of {', '.join(allowed)}")
        return words

    return check


Roles = Annotated[Tags, AfterValidator(_among(ROLES))]
Channels = Annotated[Tags, AfterValidator(_among(CHANNELS))]

# fmt: off


class AlertRuleFields(Fields):
    """A rule as people write it."""

    name: Name = field("Name", max_length=120, example="Left the yard at night", group="Rule")
    event: AlertEvent = field("Event", FieldType.CHOICE, choices=AlertEvent, group="Rule",
                              example="enters_a_zone")
    severity: Severity = field("Severity", FieldType.CHOICE, default=Severity.WARNING,
                               choices=Severity, group="Rule", example="warning")
    active: Flag = field("Active", FieldType.FLAG, default=True, group="Rule", example=True)
    geofence_id: Reference = field("Zone", FieldType.REFERENCE, default=None, group="Where",
                                   reference="geofences", help="None means any zone",
                                   aliases=("geofence",))
    zone_group: OptionalLine = field("Zone group", default=None, max_length=80, group="Where",
                                     shown=False, help="All zones of this group")
    vehicles: Names = field("Only vehicles", FieldType.TAGS, default=[], example=[], group="Where",
                            shown=False, help="By name or plate; none means all")
    drivers: Names = field("Only drivers", FieldType.TAGS, default=[], example=[], group="Where",
                           shown=False, help="By name or licence number; none means all")
    over_by_mps: Number = field("Faster than the limit by", FieldType.NUMBER, default=None, ge=0,
                                le=100, unit="m/s", group="How much", shown=False)
    after_minutes: Integer = field("After", FieldType.INTEGER, default=None, ge=1, le=10_080,
                                   unit="min", group="How much", shown=False,
                                   help="How long it must go on: idling, a silent tracker, a stay")
    below_percent: Integer = field("Battery below", FieldType.INTEGER, default=None, ge=1, le=100,
                                   unit="%", group="How much", shown=False)
    hours: Hours = field("At these hours", default="", max_length=200, group="When",
                         help="Like Mon-Fri 08:00-18:00, Sat 09:00-13:00 or Mon-Sun "
                         "22:00-06:00; nothing means always. For trips outside working "
                         "hours: the working hours, if other than the fleet's")
    quiet_hours: Hours = field("Quiet hours", default="", max_length=200, group="When",
                               shown=False, example="Mon-Sun 22:00-06:00",
                               help="The alert is listed, and nothing is sent out")
    cool_down_minutes: int = field("Do not tell again within", FieldType.INTEGER, default=30, ge=0,
                                   le=10_080, unit="min", group="When", shown=False, example=30)
    keep_late: Flag = field("List what was learnt late", FieldType.FLAG, default=False,
                            group="When", shown=False,
                            help="Marked as late; nobody is told")
    roles: Roles = field("Tell these roles", FieldType.TAGS, default=[], group="Whom",
                         suggestions=ROLES, example=["dispatcher"],
                         help="dispatcher, fleet_manager, driver (of the vehicle)")
    people: Names = field("Tell these people", FieldType.TAGS, default=[], example=[],
                          group="Whom", shown=False, help="By name or e-mail address")
    channels: Channels = field("By", FieldType.TAGS, default=["in_app"], group="Whom",
                               suggestions=CHANNELS, example=["in_app", "email"],
                               help="in_app, email, sms, web_push, push, webhook")
    escalate_after_minutes: Integer = field(
        "Escalate after", FieldType.INTEGER, default=None, ge=1, le=10_080, unit="min",
        group="Escalation", shown=False, example=15,
        help="When nobody has acknowledged it: one degree more severe, and these people are told",
    )
    escalate_roles: Roles = field("Then tell these roles", FieldType.TAGS, default=[],
                                  suggestions=ROLES, group="Escalation", shown=False,
                                  example=["fleet_manager"])
    escalate_people: Names = field("Then tell these people", FieldType.TAGS, default=[],
                                   example=[], group="Escalation", shown=False,
                                   help="By name or e-mail address")
    escalate_channels: Channels = field("Then by", FieldType.TAGS, default=[], example=[],
                                        suggestions=CHANNELS, group="Escalation", shown=False,
                                        help="None means by the same ways as before")
    external_reference: OptionalLine = field(
        "External reference", default=None, max_length=80, shown=False, group="Rule",
        help="Its number in another system", aliases=("external id",),
    )
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Rule", aliases=("notes", "comment"))

    @model_validator(mode="after")
    def _fits(self) -> AlertRuleFields:
        for name, (events, message) in _EVENT_WORDS.items():
            if getattr(self, name) is not None and self.event not in events:
                raise wrong_field(name, message)
        if self.geofence_id is not None and self.zone_group is not None:
            raise wrong_field("zone_group", "give a zone or a group, not both")
        return self


# fmt: on
ALERT_RULES = Kind(
    name="alert_rule",
    plural="alert_rules",
    label="Alert rule",
    label_plural="Alert rules",
    model=AlertRule,
    fields=AlertRuleFields,
    search=("name", "zone_group", "note", "external_reference"),
    before_save=find_named,
    after_save=keep_up,
    before_delete=fall_silent,
    behind=(
        Spec(name="vehicle_ids", title="Vehicles meant", type=FieldType.TAGS),
        Spec(name="driver_ids", title="Drivers meant", type=FieldType.TAGS),
        Spec(name="user_ids", title="People meant", type=FieldType.TAGS),
        Spec(name="escalate_user_ids", title="People told then", type=FieldType.TAGS),
    ),
    icon="bell-ring",
)
