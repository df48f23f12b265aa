"""The planning page's board, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.planning.sources import PLANNING_BOARD


def _one_text(text: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (text,)


def _one_number(number: rx.Var[int]) -> tuple[rx.Var[int]]:
    return (number,)


class PlanningBoard(rx.NoSSRComponent):
    """Plans of a day with the unassigned, routes, timeline and map, all in step.

    It reads plans from the API itself and sends what people do there, step by step: nothing of a
    plan passes through the state of the page. Fills its parent, which must have a height.
    """

    library = PLANNING_BOARD.importable_path
    tag = "PlanningBoard"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    day: rx.Var[str]
    """The day whose plans are shown, as `2026-03-08`."""
    today: rx.Var[str]
    """Which day it is where the fleet is."""
    plan: rx.Var[int]
    """The plan to begin with; 0 for the published one, or the first."""
    zone: rx.Var[str]
    """The time zone in which times are told."""
    fleet: rx.Var[int]
    """Whose plans, for those who see several fleets; 0 for one's own."""
    may: rx.Var[list[str]]
    """What the person may do to plans: update, publish, template."""
    theme: rx.Var[str]
    changes: rx.Var[list[Any]]
    """The newest notices of plans, routes, deliveries and suggestions: they are read again."""

    on_day: rx.EventHandler[_one_text]
    """Another day was chosen."""
    on_plan: rx.EventHandler[_one_number]
    """Another plan of the day is shown; 0 for none."""


def planning_board(**props: Any) -> rx.Component:
    """The board; see `PlanningBoard` for its properties and events."""
    return PlanningBoard.create(**props)
