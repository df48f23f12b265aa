"""A stop of a template, and how people write one on a line.

`Kalevankatu 16, Helsinki | 08:00-10:00 | 5 min | Ring twice`: all but the address may be left out.
Another window after the first is the second that will do. Goods, skills, priority, contact and
pick-up do not fit on a line: `keep` takes them over from the stop that was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

from fleet_app.delivery.kinds.deliveries import PROOFS, Proofs
from fleet_app.delivery.models import Priority
from fleet_app.fleet.kinds.vehicles import SKILLS
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.points import whole_point
from fleet_app.records.types import (
    Email,
    Integer,
    Line,
    Number,
    OptionalLine,
    Phone,
    Reference,
    Tags,
)

MOST_STOPS = 300
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_WINDOW = re.compile(r"(\d{1,2}[:.]\d{2})?\s*[-\u2013]\s*(\d{1,2}[:.]\d{2})?")
_MINUTES = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)\s*min")
_BAR = "|"
WINDOWS = ("window_from", "window_to", "window2_from", "window2_to")
"""The times of a stop, in their order."""


def time_of_day(text: str | None) -> str | None:
    """A time as `08:05`. Raises ValueError."""
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError("write it like 08:30")
    return f"{int(found[1]):02}:{found[2]}"


TimeOfDay = Annotated[OptionalLine, AfterValidator(time_of_day)]
"""A time of a day that may be unknown."""


class _Written(dict[str, Any]):
    """What a line says of a stop."""


# fmt: off


class TemplateStop(Fields):
    """A place to go to each time, times as the clocks of the fleet show them; all else as the
    deliveries have it that are made of it."""

    _written: bool = PrivateAttr(default=False)

    address: Line = field("Address", default="", max_length=300,
                          help="Left empty, the customer's address")
    lat: Number = field("Latitude", FieldType.NUMBER, default=None, ge=-90, le=90)
    lon: Number = field("Longitude", FieldType.NUMBER, default=None, ge=-180, le=180)
    customer_id: Reference = field("Customer", FieldType.REFERENCE, default=None,
                                   reference="customers")
    service_minutes: Number = field("Time at the door", FieldType.NUMBER, default=None, ge=0,
                                    le=1440, unit="min")
    window_from: TimeOfDay = field("From", default=None, max_length=5)
    window_to: TimeOfDay = field("Until", default=None, max_length=5,
                                 help="Before the beginning means on the next day")
    window2_from: TimeOfDay = field("Or from", default=None, max_length=5,
                                    help="A second time window that suits as well")
    window2_to: TimeOfDay = field("Or until", default=None, max_length=5)
    instructions: Line = field("Instructions", default="", max_length=500)
    priority: Priority = field("Priority", FieldType.CHOICE, default=Priority.NORMAL,
                               choices=Priority)
    weight_kg: Number = field("Weight", FieldType.NUMBER, default=None, ge=0, le=100_000, unit="kg")
    volume_m3: Number = field("Volume", FieldType.NUMBER, default=None, ge=0, le=1000, unit="m³")
    parcels: Integer = field("Parcels", FieldType.INTEGER, default=1, ge=1, le=10_000)
    length_cm: Number = field("Length", FieldType.NUMBER, default=None, ge=0, le=10_000, unit="cm")
    width_cm: Number = field("Width", FieldType.NUMBER, default=None, ge=0, le=10_000, unit="cm")
    height_cm: Number = field("Height", FieldType.NUMBER, default=None, ge=0, le=10_000, unit="cm")
    required_skills: Tags = field("Required skills", FieldType.TAGS, default=[],
                                  suggestions=SKILLS)
    required_proof: Proofs = field("Required proof", FieldType.TAGS, default=[],
                                   suggestions=PROOFS)
    contact_name: OptionalLine = field("Contact", default=None, max_length=120)
    contact_phone: Phone = field("Contact phone", default=None, max_length=32)
    contact_email: Email = field("Contact e-mail", default=None, max_length=254)
    pickup_depot_id: Reference = field("Pick-up depot", FieldType.REFERENCE, default=None,
                                       reference="depots")
    pickup_address: OptionalLine = field("Pick-up address", default=None, max_length=300)
    pickup_lat: Number = field("Pick-up latitude", FieldType.NUMBER, default=None, ge=-90, le=90)
    pickup_lon: Number = field("Pick-up longitude", FieldType.NUMBER, default=None, ge=-180,
                               le=180)

    @model_validator(mode="wrap")
    @classmethod
    def _from_line(
        cls, value: Any, handler: ModelWrapValidatorHandler[TemplateStop]
    ) -> TemplateStop:
        stop = handler(value)
        if isinstance(value, _Written):
            stop._written = True
        return stop

    @property
    def is_written(self) -> bool:
        """Whether it came as a line, which does not tell everything."""
        return self._written

    _point = model_validator(mode="after")(whole_point)

    @model_validator(mode="after")
    def _somewhere(self) -> TemplateStop:
        if not self.address and self.customer_id is None:
            raise ValueError("a stop needs an address or a customer who has one")
        whole = bool(self.window2_from and self.window2_to)
        if whole != bool(self.window2_from or self.window2_to):
            raise ValueError("a second time window needs both its beginning and its end")
        if whole and (not self.window_to or self.window_to == self.window2_from):
            raise ValueError("a second time window begins after the first one ends")
        if (self.pickup_lat is None) != (self.pickup_lon is None):
            raise ValueError("a pick-up place needs both a latitude and a longitude")
        return self


# fmt: on

SAME = tuple(name for name in TemplateStop.model_fields if name not in WINDOWS)
"""What a stop and its delivery have alike, by the same names; times depend on the day."""
_ON_LINE = frozenset({"address", "service_minutes", "instructions", *WINDOWS})
OFF_LINE = tuple(name for name in SAME if name not in _ON_LINE)
"""What a line does not tell."""


def line_of(stop: Mapping[str, Any]) -> str:
    """A stop as one line, which `stop_of` reads back."""
    parts = [str(stop.get("address") or "")]
    for window in ("window", "window2"):
        opens, closes = stop.get(f"{window}_from") or "", stop.get(f"{window}_to") or ""
        if opens or closes:
            parts.append(f"{opens}-{closes}")
    minutes = stop.get("service_minutes")
    if minutes is not None:
        parts.append(f"{minutes:g} min")
    if said := stop.get("instructions"):
        parts.append(str(said))
    return f" {_BAR} ".join(parts)


def stop_of(line: str) -> dict[str, Any]:
    """What a line says."""
    address, *rest = (part.strip() for part in line.split(_BAR))
    stop: dict[str, Any] = {"address": address}
    said: list[str] = []
    for part in rest:
        window, minutes = _WINDOW.fullmatch(part), _MINUTES.fullmatch(part)
        if window and (window[1] or window[2]) and "window_from" not in stop:
            stop |= {"window_from": window[1], "window_to": window[2]}
        elif window and window[1] and window[2] and "window2_from" not in stop:
            stop |= {"window2_from": window[1], "window2_to": window[2]}
        elif minutes and "service_minutes" not in stop:
            stop["service_minutes"] = float(minutes[1].replace(",", "."))
        elif part:
            said.append(part)
    return stop | ({"instructions": f" {_BAR} ".join(said)} if said else {})


def keep(stops: Sequence[TemplateStop], before: Sequence[Mapping[str, Any]]) -> list[TemplateStop]:
    """The stops; those that came as lines with what lines do not tell, as the stop had it that
    was there: the one with the same line, else one with the same address, in the same place
    before others."""
    old = _matched(stops, before)
    return [
        _whole(stop, old.get(number, {})) if stop.is_written else stop
        for number, stop in enumerate(stops)
    ]


def _whole(stop: TemplateStop, its: Mapping[str, Any]) -> TemplateStop:
    told = {name: its[name] for name in OFF_LINE if name in its}
    return TemplateStop.model_validate(stop.model_dump() | told)


def _matched(
    stops: Sequence[TemplateStop], before: Sequence[Mapping[str, Any]]
) -> dict[int, Mapping[str, Any]]:
    """Which stop each was before, by its number; nobody is two."""
    found: dict[int, Mapping[str, Any]] = {}
    left = dict(enumerate(before))
    for what in (line_of, _address):
        for same_place in (True, False):
            for number, stop in enumerate(stops):
                wanted = what(stop.model_dump())
                places = [number] if same_place else list(left)
                place = next((p for p in places if p in left and what(left[p]) == wanted), None)
                if number not in found and place is not None:
                    found[number] = left.pop(place)
    return found


def _address(stop: Mapping[str, Any]) -> str:
    return " ".join(str(stop.get("address") or "").split()).casefold()


def _stops(value: Any) -> Any:
    if isinstance(value, str):
        value = [line for line in value.splitlines() if line.strip()]
    if not isinstance(value, list):
        return value or []
    return [_Written(stop_of(one)) if isinstance(one, str) else one for one in value]


Stops = Annotated[list[TemplateStop], BeforeValidator(_stops)]
