"""Tasks for children of the optimiser's pool, which must be able to import them."""

from __future__ import annotations

import time

from fleet_app.routing.optimiser.parallel import Desk


def answer(desk: Desk, one: int, other: int) -> int:
    """A sum."""
    return one + other


def fail(desk: Desk) -> None:
    """Nothing."""
    raise ValueError("of no use")


def print_it(desk: Desk, text: str) -> str:
    """The text, which is printed too."""
    print(text, flush=True)
    return text


def echo(desk: Desk) -> None:
    """Tells what it is told."""
    while not desk():
        told = desk.told()
        if told is not None:
            desk.tell(told)
        time.sleep(0.01)


def keep_on(desk: Desk) -> str:
    """Works until it is time."""
    while not desk():
        time.sleep(0.01)
    return "stopped"


def sleep_through(desk: Desk, seconds: float) -> None:
    """Does not care what time it is."""
    time.sleep(seconds)


def think_it_over(desk: Desk, problem: object, stops: tuple[str, ...], seconds: float) -> object:
    """The stops as they are, after a while."""
    time.sleep(seconds)
    return stops
