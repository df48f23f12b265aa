"""The zones page's own browser components for Reflex. They share one desk in the page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.zones import sources


def _nothing() -> tuple[()]:
    return ()


def _one_number(number: rx.Var[int]) -> tuple[rx.Var[int]]:
    return (number,)


def _one_text(text: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (text,)


def _name_and_text(name: rx.Var[str], text: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return (name, text)


class ZoneMap(rx.NoSSRComponent):
    """Map with all zones and the tools to draw. Fills its parent, which must have a height.

    Escape gives up a drawing, Enter finishes it, Delete takes the chosen corner away.
    """

    library = sources.ZONE_MAP.importable_path
    tag = "ZoneMap"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    url: rx.Var[str]
    """Where the zones come from."""
    changes: rx.Var[Any]
    """Zones are read again when it changes: the newest notice about them."""
    turn: rx.Var[int]
    """A counter; zones are read again when it moves."""
    chosen: rx.Var[int]
    """The zone that is marked; 0 for none."""
    theme: rx.Var[str]
    may_create: rx.Var[bool]

    on_enter: rx.EventHandler[_one_number]
    """The map came up, for the zone `?zone=` of the address; 0 for none."""
    on_draw: rx.EventHandler[_one_text]
    """A new zone is being drawn: a circle, polygon or corridor."""
    on_choose: rx.EventHandler[_one_number]
    on_close: rx.EventHandler[_nothing]
    """The form may go: the drawing was given up."""


class ZoneList(rx.NoSSRComponent):
    """The zones of the desk by group, with a search."""

    library = sources.ZONE_LIST.importable_path
    tag = "ZoneList"

    may: rx.Var[list[str]]
    """What the person may do: create, update, delete."""

    on_choose: rx.EventHandler[_one_number]
    on_copy: rx.EventHandler[_one_number]
    on_delete: rx.EventHandler[_one_number]
    on_import: rx.EventHandler[_nothing]


class ShapeField(rx.NoSSRComponent):
    """The fields of a shape in a form, kept in step with the drawing on the map."""

    library = sources.SHAPE_FIELD.importable_path
    tag = "ShapeField"

    values: rx.Var[dict[str, str]]
    """The texts of the record's fields."""
    stamp: rx.Var[str]
    """The shape is shown anew when it changes."""
    record: rx.Var[int]
    """Id of the zone; 0 for a new one."""
    problem: rx.Var[str]
    """What is wrong with the shape; a place that it names is marked on the map."""

    on_check: rx.EventHandler[_name_and_text]


class ZoneImport(rx.NoSSRComponent):
    """Reads zones from a GeoJSON, KML or KMZ file: first shows what is in it, then stores it."""

    library = sources.ZONE_IMPORT.importable_path
    tag = "ZoneImport"

    url: rx.Var[str]

    on_close: rx.EventHandler[_nothing]
    on_done: rx.EventHandler[_one_number]
    """So many zones came in."""
