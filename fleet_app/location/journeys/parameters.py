"""What decides between moving and standing, a trip and a stop. One set of values for each fleet.

Distances in metres, times in seconds, speeds in m/s, accelerations in m/s². The reasons of the
defaults stand beside them; `docs/movement.md` tells the rules that use them.
"""

from __future__ import annotations

import msgspec


class Parameters(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The values of one fleet. What is left out has its default."""

    max_accuracy_m: float = 100.0
    """A fix that calls itself less accurate is heard, but says nothing about the place: cell towers
    report 500 to 3,000 m, satellites between high buildings up to about 50 m."""
    max_speed_mps: float = 70.0
    """252 km/h: above the 250 km/h at which the fastest production cars are limited. A place out of
    reach at this speed is not believed before others agree with it."""

    start_speed_mps: float = 2.0
    """Faster than a driver who walks with the phone in hand (1.4 m/s)."""
    rest_speed_mps: float = 1.0
    """Receivers at rest report up to about this from noise."""
    start_distance_m: float = 100.0
    """A trip leads at least this far from where the vehicle stood: receivers under a roof wander
    by tens of metres."""
    stop_radius_m: float = 50.0
    """All fixes of one stop lie within: twice a poor urban accuracy, and the size of a yard."""
    stop_after_s: float = 180.0
    """Standing this long is a stop: longer than a red light (rarely over two minutes), shorter than
    most deliveries. Traccar asks for the same (its `minDuration`)."""
    gap_after_s: float = 300.0
    """A silence of places longer than this is told as a gap: two and a half of the 120 s at which
    the slowest clients in use report."""
    trip_gap_s: float = 3_600.0
    """A trip goes on through a shorter gap and ends before a longer one (Traccar's `stopGap`)."""
    min_trip_m: float = 200.0
    """A shorter way is shunting, not a trip (Traccar's `minDistance`)."""
    min_trip_s: float = 60.0
    """A quicker one is a leap of the receiver: nobody drives off, parks and waits in a minute."""

    idle_after_s: float = 300.0
    """Standing with the engine on for longer is idling; most anti-idling rules allow 3 to 5
    minutes."""

    speed_limit_mps: float | None = None
    """The fleet's own limit; None when only the roads' limits count."""
    speeding_over_mps: float = 2.0
    """Tolerance above the limit (7.2 km/h): maps, receivers and speedometers are not exact, and
    European tolerances start at 3 to 7 km/h."""
    speeding_for_s: float = 10.0
    """Shorter excesses are overtaking or noise."""

    harsh_brake_mps2: float = -3.5
    """0.36 g. Roads are laid out for 3.4 m/s² of braking when something unexpected lies ahead
    (AASHTO Green Book); ordinary traffic stays below."""
    harsh_accelerate_mps2: float = 3.0
    """0.31 g: a loaded van does not reach it unless driven hard."""
    harsh_corner_mps2: float = 4.0
    """0.41 g of sideways acceleration; roads are laid out for at most about 0.2 g."""

    low_battery_pct: float = 15.0
    """Percent; phones warn at 15 or 20."""
    silent_after_s: float = 600.0
    """Nothing at all heard for longer: twice `gap_after_s`."""
    forget_after_s: float = 604_800.0
    """After a week without a fix everything begins anew, and nothing is told about the time
    between: it holds holidays and repairs, and the years before a clock was set right."""
