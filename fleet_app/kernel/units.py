"""The units in which a fleet reads its values, and the way there and back. Pure.

What is stored, what the API takes and gives, and what moves between processes is metric. A screen
asks its fleet's `Ruler` how a stored unit is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TYPED_DIGITS, TYPED_PLACES, ANY_PLACE = 12, 4, 4
"""A number comes back just as somebody typed it when it has at most so many significant digits,
and at most so many behind the point, or is as short as the last."""
CONSUMPTION = "l or kWh/100 km"
"""The unit of what a vehicle uses up: which of the two says its energy."""
_MILE_KM, _FOOT_M, _POUND_KG, _US_GALLON_L = 1.609344, 0.3048, 0.45359237, 3.785411784
"""By definition: the international yard and pound (1959), the US liquid gallon."""
_SHORT = 1000.0
"""Lengths below it are metres or feet, from there on kilometres or miles."""
_QUANTITY = re.compile(r"(-?\d[\d,]*(?:\.\d+)?)\u00a0(km|kg|m³|cm)(?!\w)")


class Units(StrEnum):
    """In which units the fleet reads distances, volumes and weights."""

    METRIC = "metric"
    IMPERIAL = "imperial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a stored number is shown: `per` is what one of `unit` is in the stored unit.

    Of an `inverse` one more is less: `per` divided by the one is the other. `digits` are behind
    the point where nobody typed the number like this.
    """

    unit: str
    per: float = 1.0
    inverse: bool = False
    digits: int = 2

    def stored(self, shown: float) -> float:
        """A shown number in the stored unit."""
        if self.inverse:
            return self.per / shown if shown else 0.0
        return shown * self.per

    def exact(self, stored: float) -> float:
        """A stored number as shown, with all its digits."""
        if self.inverse:
            return self.per / stored if stored else 0.0
        return stored / self.per

    def shown(self, stored: float) -> float:
        """A stored number as somebody typed it, else rounded for people to read."""
        exact = self.exact(stored)
        if not math.isfinite(exact):
            return exact
        for digits in range(1, TYPED_DIGITS + 1):
            typed = float(f"{exact:.{digits}g}")
            plain = digits <= ANY_PLACE or round(typed, TYPED_PLACES) == typed
            if plain and self.stored(typed) == stored:
                return typed
        return self.rounded(exact)

    def rounded(self, exact: float) -> float:
        """For people to read; what is small keeps two digits that say something."""
        return round(exact, self.digits) if abs(exact) >= 1 else float(f"{exact:.2g}")


_METRIC: Mapping[str, Measure] = {"m/s": Measure(unit="km/h", per=1 / 3.6, digits=1)}
_IMPERIAL: Mapping[str, Measure] = {
    "km": Measure(unit="mi", per=_MILE_KM, digits=1),
    "m": Measure(unit="ft", per=_FOOT_M, digits=1),
    "cm": Measure(unit="in", per=_FOOT_M * 100 / 12, digits=1),
    "kg": Measure(unit="lb", per=_POUND_KG),
    "m³": Measure(unit="ft³", per=_FOOT_M**3),
    "m/s": Measure(unit="mph", per=_MILE_KM / 3.6, digits=1),
}
_SHOWN = {Units.METRIC: _METRIC, Units.IMPERIAL: _IMPERIAL}
_ELECTRIC = "electric"
_USE = {
    Units.METRIC: (
        Measure(unit="kWh/100 km"), Measure(unit="l/100 km"),
    ),
    Units.IMPERIAL: (
        Measure(unit="kWh/100 mi", per=1 / _MILE_KM, digits=1),
        Measure(unit="US mpg", per=100 * _US_GALLON_L / _MILE_KM, inverse=True, digits=1),
    ),
}  # fmt: skip
"""What a vehicle uses up: an electric one, any other."""
_EITHER = {Units.METRIC: CONSUMPTION, Units.IMPERIAL: "mpg or kWh/100 mi"}


@dataclass(frozen=True, slots=True)
class Ruler:
    """How somebody measures: in the units of the fleet, a vehicle's use by its `energy`."""

    units: Units = Units.METRIC
    energy: str = ""

    @classmethod
    def named(cls, units: str, energy: str = "") -> Ruler:
        """The ruler of units by name; metric for a name that is none."""
        known = units in [*Units]
        return cls(Units(units) if known else Units.METRIC, energy)

    def of(self, unit: str | None) -> Measure | None:
        """How this stored unit is shown; None where it is shown as it is stored."""
        if unit == CONSUMPTION:
            return _USE[self.units][self.energy != _ELECTRIC] if self.energy else None
        return _SHOWN[self.units].get(unit or "")

    def unit(self, unit: str | None) -> str | None:
        """What a field's or a column's unit is called."""
        if unit == CONSUMPTION and not self.energy:
            return _EITHER[self.units]
        measure = self.of(unit)
        return measure.unit if measure else unit

    def said(self, value: float, unit: str, digits: int | None = None) -> str:
        """`1,234.5 mi`: a stored value for people to read, of long lengths the long unit."""
        value, unit = _long(value, unit)
        measure = self.of(unit)
        number = value if measure is None else measure.shown(value)
        text = f"{number:,.10g}" if digits is None else f"{number:,.{digits}f}"
        return f"{text} {self.unit(unit)}"

    def retold(self, text: str) -> str:
        """A sentence with the quantities that `quantity` wrote into it, as this ruler shows them.

        Where the unit stays, the sentence does.
        """
        return _QUANTITY.sub(self._again, text)

    def _again(self, found: re.Match[str]) -> str:
        number, unit = found.groups()
        digits = max(len(number.partition(".")[2]) - 1, 0)  # the last one is rounded already
        return (
            self.said(float(number.replace(",", "")), unit, digits) if self.of(unit) else found[0]
        )


METRIC = Ruler()


def measured(ruler: Ruler, unit: str) -> bool:
    """Whether a stored value is shown as anything but its number and its unit."""
    return unit == "m" or ruler.of(unit) is not None


def quantity(value: float, unit: str, digits: int = 0) -> str:
    """A metric quantity within a sentence, which a `Ruler` can tell in other units.

    The blank between number and unit does not break the line, and nobody types it: so nothing
    that people wrote is ever taken for a quantity.
    """
    return f"{value:,.{digits}f}\u00a0{unit}"


def shown_units(unit: str | None) -> dict[str, Any]:
    """For a browser: how each system of units shows a stored unit, where that is another one.

    One that depends on what a vehicle runs on names the column of that, and its cases.
    """
    return dict(_described(unit))


def live_units(units: Units) -> dict[str, Any]:
    """For a browser: in what live values, which come metric, are shown."""
    speed = _SHOWN[units]["m/s"]
    return {"system": units.value, "speed": {"unit": speed.unit, "per": speed.per}}


def _described(unit: str | None) -> Iterator[tuple[str, Any]]:
    for system in Units:
        ruler = Ruler(system)
        if unit == CONSUMPTION:
            electric, other = (_plain(one) for one in _USE[system])
            known = {"by": "energy", "cases": {_ELECTRIC: electric}, "other": other}
            yield system.value, {"unit": ruler.unit(unit), **known}
        elif measure := ruler.of(unit):
            yield system.value, _plain(measure)


def _plain(measure: Measure) -> dict[str, Any]:
    return {"unit": measure.unit, "per": measure.per, "inverse": measure.inverse,
            "digits": measure.digits}  # fmt: skip


def _long(value: float, unit: str) -> tuple[float, str]:
    return (value / 1000, "km") if unit == "m" and abs(value) >= _SHORT else (value, unit)
