"""An address that is searched while it is typed, with a pin on a map, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.places.sources import ADDRESS_FIELD


def one_place(
    address: rx.Var[str], lat: rx.Var[float], lon: rx.Var[float]
) -> tuple[rx.Var[str], rx.Var[float], rx.Var[float]]:
    """An event about an address and its point in degrees, both None while there is no pin."""
    return (address, lat, lon)


class AddressField(rx.NoSSRComponent):
    """An address input with suggestions, and a map beneath it whose pin can be dragged.

    A plain form submits `address`, `lat` and `lon`, each with `prefix` before its name; the
    coordinates are "" while there is no pin. A new `address`, `lat` or `lon` from the page replaces
    what is shown.
    """

    library = ADDRESS_FIELD.importable_path
    tag = "AddressField"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    prefix: rx.Var[str]
    """Put before the names of the three form fields, for example `pickup_`."""
    label: rx.Var[str]
    """What stands above the input, "Address" unless given; "" for none."""
    placeholder: rx.Var[str]
    input_id: rx.Var[str]
    """Id of the input, for a label or message of the page."""
    address: rx.Var[str]
    lat: rx.Var[Any]
    """Latitude, degrees; None or "" for no pin."""
    lon: rx.Var[Any]
    required: rx.Var[bool]
    read_only: rx.Var[bool]
    theme: rx.Var[str]
    """`light` or `dark`; anything else follows the page."""

    on_place: rx.EventHandler[one_place]
    """A place was chosen, the pin moved, or the text changed and the field left."""


def address_field(**props: Any) -> rx.Component:
    """The address input; see `AddressField` for its properties and events."""
    return AddressField.create(**props)
