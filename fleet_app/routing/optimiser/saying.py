"""Words for people who plan tours: what is broken, by how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fleet_app.kernel.units import quantity
from fleet_app.routing.optimiser.plan import Words

Clock = Callable[[int], str]
"""Says a time of the problem."""
LARGER = {"g": "kg", "l": "m³"}
"""What people weigh and measure in, a thousand times what is counted in."""


def clock(seconds: int) -> str:
    """Hours and minutes since the problem's zero; from the second day on with the day."""
    days, rest = divmod(seconds, 86_400)
    time = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return time if days == 0 else f"{time} ({days:+d} d)"


def span(seconds: int) -> str:
    """A length of time, rounded up so that something is never nothing."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def length(metres: int) -> str:
    """A distance."""
    return f"{metres} m" if metres < 1000 else quantity(metres / 1000, "km", 1)


class Speaker:
    """Says what is wrong, with people's names for stops and vehicles.

    Beside stops and vehicles, `words` may name what is loaded: `load:0` and so on. Grams and litres
    are said in kilograms and cubic metres. A vehicle that is called as a stop is goes by `vehicle:`
    and its name.
    """

    def __init__(self, words: Words | None, say_time: Clock = clock) -> None:
        self.words = words or {}
        self.time = say_time

    def name(self, one: str) -> str:
        """What people call it."""
        return self.words.get(one, one)

    def vehicle(self, one: str) -> str:
        """What people call a vehicle."""
        return self.words.get(f"vehicle:{one}") or self.name(one)

    def window(self, late: int, closes: int, of: int = 1) -> str:
        """A service that begins too late, of a stop with so many windows: `closes` is the last."""
        which = "the window" if of == 1 else "the last window"
        return f"{span(late)} after {which} ends at {self.time(closes)}"

    def shift(self, late: int, closes: int, is_open: bool) -> str:
        """A tour that is over too late."""
        what = "Done" if is_open else "Back"
        return f"{what} {span(late)} after the shift ends at {self.time(closes)}"

    def capacity(self, peak: int, room: int, dimension: int) -> str:
        """A vehicle that is too small."""
        over, most = self.load(peak - room, dimension), self.load(room, dimension)
        return f"Carries {self.load(peak, dimension)}, {over} more than the {most} it holds"

    def load(self, amount: int, dimension: int) -> str:
        """An amount of what is loaded."""
        unit = self.words.get(f"load:{dimension}", "")
        if unit in LARGER:
            digits = len(f"{amount / 1000:.12g}".partition(".")[2])
            return quantity(amount / 1000, LARGER[unit], digits)
        return f"{amount:,} {unit.removesuffix('s') if amount == 1 else unit}".rstrip()

    def skill(self, missing: Sequence[str]) -> str:
        """A vehicle or driver without what a stop needs."""
        return "Needs " + ", ".join(self.name(one) for one in missing)

    def duration(self, over: int, limit: int) -> str:
        """A day that is too long."""
        return f"{span(over)} longer than the {span(limit)} allowed"

    def distance(self, over: int, limit: int) -> str:
        """A tour that is too far."""
        return f"{length(over)} farther than the {length(limit)} allowed"

    def stops(self, over: int, limit: int) -> str:
        """A tour of too many stops."""
        return f"{over} more than the {limit} stops allowed"

    def pair(self, is_pickup: bool, other: str, both: bool) -> str:
        """A pickup and a delivery that do not fit together."""
        if both:
            return f"Comes before {self.name(other)}, where it is collected"
        if is_pickup:
            return f"{self.name(other)}, where it goes, is not on this route"
        return f"{self.name(other)}, where it is collected, is not on this route"

    def lock(self, vehicle: str) -> str:
        """A stop that belongs elsewhere."""
        return f"Locked to {self.vehicle(vehicle)}"

    def chain(self, stop: str) -> str:
        """An order that is not kept."""
        return f"{self.name(stop)} is out of the order that is locked"

    def rest_late(self, late: int, closes: int) -> str:
        """A break that begins too late."""
        return f"Break begins {span(late)} after {self.time(closes)}"

    def rest_missing(self, duration: int) -> str:
        """A break without a place."""
        return f"No time for the break of {span(duration)}"

    def together(self, other: str) -> str:
        """Stops of one group on several routes."""
        return f"Not on the same route as {self.name(other)}"

    def unreachable(self, before: str | None, is_end: bool) -> str:
        """Two places with no road between."""
        if is_end:
            return "No road leads from the last stop to the end"
        return f"No road leads here from {self.name(before) if before else 'the start'}"
