"""Argument shapes of the events that the live components raise."""

from __future__ import annotations

import reflex as rx


def no_arguments() -> tuple[()]:
    """An event without arguments."""
    return ()


def one_id(vehicle_id: rx.Var[int]) -> tuple[rx.Var[int]]:
    """An event about one vehicle."""
    return (vehicle_id,)


def one_flag(value: rx.Var[bool]) -> tuple[rx.Var[bool]]:
    """An event that switches something on or off."""
    return (value,)
