"""Reading the numbers, times and leftovers that trackers send, without ever making one up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from fleet_app.identity.models import SpeedUnit
from fleet_app.kernel.clock import clamped_ms, to_ms
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix
from fleet_app.location.plausibility import implausible

Attributes = dict[str, Any]
Pairs = Sequence[tuple[str, str]]

MPS = {
    SpeedUnit.KNOTS: 1852 / 3600,
    SpeedUnit.METRES_PER_SECOND: 1.0,
    SpeedUnit.KILOMETRES_PER_HOUR: 1 / 3.6,
    SpeedUnit.MILES_PER_HOUR: 1609.344 / 3600,
}
"""Metres per second in one unit."""
MAX_SPEED = 150.0
"""m/s (540 km/h): above any road vehicle, below what a wrong unit or a glitch produces."""
ALTITUDES = (-12_262.0, 18_000.0)
"""Metres: the deepest sea floor to well above any road."""
MAX_ACCURACY = 1_000_000.0
SECONDS_END = 2_147_483_647
"""Integers from here on are milliseconds."""
EVENT_ID_LENGTH = 64
MAX_ATTRIBUTES = 32
MAX_KEY = 64
MAX_TEXT = 256


def number(value: object) -> float | None:
    """A finite number, also from text; None for anything else (booleans are no numbers)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and "_" in value:  # float() would read 1_0 as 10
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def coordinates(lat: object, lon: object) -> tuple[float, float]:
    """Both as finite numbers (possibly outside the globe); raises `MalformedPayload`."""
    latitude, longitude = number(lat), number(lon)
    if latitude is None or longitude is None:
        raise MalformedPayload("coordinates", "latitude and longitude must both be numbers")
    return latitude, longitude


def moment_ms(value: object) -> int:
    """Epoch milliseconds of epoch seconds, epoch milliseconds or ISO 8601 (UTC if no zone).

    Raises `MalformedPayload` for anything else: a guessed time would be a lie.
    """
    seconds = number(value)
    if seconds is not None:
        return round(seconds * 1000 if seconds < SECONDS_END else seconds)
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
            return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            pass
    raise MalformedPayload("timestamp", "the time of the position cannot be read")


class Reading:
    """Collects the optional values of one fix; what is out of range is kept as an attribute."""

    def __init__(self) -> None:
        self.attributes: Attributes = {}
        self.event_id: str | None = None

    def within(
        self, name: str, value: object, low: float, high: float, factor: float = 1.0
    ) -> float | None:
        """`value` times `factor` if it lies in [low, high], else None, which means unknown.

        An impossible value (not merely absent) is kept under `name` for whoever looks for it.
        """
        if value is None or value == "":
            return None
        read = number(value)
        if read is not None and low <= read * factor <= high:
            return read * factor
        if read is None or read * factor > high:
            self.keep(name, value)
        return None

    def speed(self, name: str, value: object, unit: SpeedUnit) -> float | None:
        """Metres per second; negative means unknown."""
        return self.within(name, value, 0.0, MAX_SPEED, MPS[unit])

    def heading(self, name: str, value: object) -> float | None:
        """Degrees from north, below 360; negative means unknown."""
        degrees = self.within(name, value, 0.0, 360.0)
        return None if degrees is None else degrees % 360.0

    def accuracy(self, name: str, value: object) -> float | None:
        """Metres; zero or less means unknown."""
        return self.within(name, value, 0.0, MAX_ACCURACY) or None

    def altitude(self, name: str, value: object) -> float | None:
        """Metres."""
        return self.within(name, value, *ALTITUDES)

    def battery(self, name: str, value: object, factor: float = 1.0) -> float | None:
        """Percent; negative means unknown."""
        return self.within(name, value, 0.0, 100.0, factor)

    def keep(self, name: str, value: object) -> None:
        """Keep `value` as an attribute, shortened to what one fix may carry."""
        if value is not None and len(self.attributes) < MAX_ATTRIBUTES:
            self.attributes[storable(name)[:MAX_KEY]] = flat(value)

    def keep_all(self, values: Mapping[str, object]) -> None:
        """Keep every value of a mapping."""
        for name, value in values.items():
            self.keep(name, value)

    def fix(
        self,
        place: tuple[float, float],
        recorded_at_ms: int,
        received_at_ms: int,
        *,
        speed: float | None = None,
        heading: float | None = None,
        accuracy: float | None = None,
        altitude: float | None = None,
        battery: float | None = None,
    ) -> Fix:
        """The finished fix, judged for plausibility."""
        lat, lon = place
        reason = implausible(lat, lon, recorded_at_ms, received_at_ms)
        return Fix(
            recorded_at_ms=self._storable_time(recorded_at_ms),
            lat=lat,
            lon=lon,
            speed=speed,
            heading=heading,
            accuracy=accuracy,
            altitude=altitude,
            battery=battery,
            event_id=self.event_id,
            attributes=self.attributes or None,
            quarantine=reason,
        )

    def _storable_time(self, moment: int) -> int:
        """`moment`, or the nearest one that can be stored, with what was sent beside it."""
        bounded = clamped_ms(moment)
        if bounded != moment:
            self.attributes["recorded_at_ms"] = str(moment)[:MAX_TEXT]
        return bounded


def storable(text: str) -> str:
    """`text` without what PostgreSQL cannot keep (NUL and lone surrogates)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def flat(value: object) -> str | int | float | bool | None:
    """`value` as something an attribute may be: structures become their JSON text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)[:MAX_TEXT]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
    return storable(text)[:MAX_TEXT]


def plain(text: str) -> str | float | bool:
    """The boolean, number or text that a form value means."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    read = number(text)
    return text if read is None else read


def event_id(value: object) -> str | None:
    """An id of at most 64 characters; None when there is none that could be kept whole."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = storable(str(value)) if isinstance(value, str) or abs(value) < 2**63 else ""
    return text if 0 < len(text) <= EVENT_ID_LENGTH else None
