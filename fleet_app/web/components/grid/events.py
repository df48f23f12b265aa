"""Argument shapes of the events that the record components raise."""

from __future__ import annotations

import reflex as rx


def one_number(value: rx.Var[int]) -> tuple[rx.Var[int]]:
    """An event about one record or one count."""
    return (value,)


def some_ids(ids: rx.Var[list[int]]) -> tuple[rx.Var[list[int]]]:
    """An event about a set of records."""
    return (ids,)


def one_text(text: rx.Var[str]) -> tuple[rx.Var[str]]:
    """An event that carries a text."""
    return (text,)
