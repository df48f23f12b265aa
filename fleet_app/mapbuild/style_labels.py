"""Every text of the basemap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleet_app.mapbuild.style_parts import (
    CLASS,
    ITALIC,
    MEDIUM,
    NAME,
    REGULAR,
    SEMIBOLD,
    Colours,
    Json,
    among,
    flag,
    layer,
    zoomed,
)


def labels(colours: Colours) -> list[Json]:
    """Every text, the least important first."""
    return [
        _housenumbers(colours),
        _poi(colours),
        _road_names(colours),
        _road_refs(colours),
        _area_names(colours, "park", "text_green", ["park", "forest"]),
        _area_names(colours, "place-of-work", "text_soft", ["campus", "plaza"]),
        _water_names(colours),
        *_places(colours),
    ]


def _text(colours: Colours, colour: str, halo: float = 1.4) -> Json:
    return {
        "text-color": colours[colour],
        "text-halo-color": colours["halo"],
        "text-halo-width": halo,
    }


def _housenumbers(colours: Colours) -> Json:
    return layer(
        "housenumber",
        "symbol",
        "housenumber",
        minzoom=17,
        layout={
            "text-field": ["get", "number"],
            "text-font": REGULAR,
            "text-size": 10,
            "text-padding": 9,
        },
        paint=_text(colours, "text_soft", 1),
    )


_MARKS = {"hospital": "H", "parking": "P"}
"""Letters every font has; pictographs turn into blobs where a colour emoji font answers."""

_UNNAMED = {"fuel": "Fuel", "charging": "Charging", "services": "Services"}


def _by_class(values: Mapping[str, str], otherwise: str) -> list[Any]:
    return ["match", CLASS, *(part for pair in values.items() for part in pair), otherwise]


def _poi(colours: Colours) -> Json:
    return layer(
        "poi",
        "symbol",
        "poi",
        minzoom=14,
        filter=["any", ["!", among("parking")], [">=", ["zoom"], 16]],
        layout={
            "text-font": MEDIUM,
            "text-size": 11,
            "text-max-width": 8,
            "text-field": [
                "format",
                _by_class(_MARKS, "•"),
                {"font-scale": 1.15},
                "\n",
                {},
                ["coalesce", NAME, _by_class(_UNNAMED, "")],
                {"font-scale": 0.92},
            ],
            "text-padding": 12,
        },
        paint=_text(colours, "poi"),
    )


def _road_names(colours: Colours) -> Json:
    rank = [
        "match",
        CLASS,
        ["motorway", "trunk"],
        0,
        "primary",
        1,
        "secondary",
        2,
        "tertiary",
        3,
        "minor",
        4,
        5,
    ]
    big = ["motorway", "trunk", "primary", "secondary"]
    size = [
        "interpolate",
        ["linear"],
        ["zoom"],
        12,
        ["match", CLASS, big, 10.5, 9.5],
        18,
        ["match", CLASS, big, 15, 13],
    ]
    return layer(
        "road-name",
        "symbol",
        "road",
        minzoom=12,
        filter=[
            "all",
            flag("name"),
            ["!", flag("tunnel")],
            [
                "step",
                ["zoom"],
                among(*big),
                14,
                among(*big, "tertiary"),
                14.5,
                among(*big, "tertiary", "minor", "pedestrian"),
                16.5,
                True,
            ],
        ],
        layout={
            "symbol-placement": "line",
            "symbol-spacing": 320,
            "symbol-sort-key": rank,
            "text-field": NAME,
            "text-font": MEDIUM,
            "text-size": size,
            "text-max-angle": 32,
            "text-padding": 6,
            "text-letter-spacing": 0.01,
        },
        paint=_text(colours, "text", 1.6),
    )


def _road_refs(colours: Colours) -> Json:
    return layer(
        "road-ref",
        "symbol",
        "road",
        minzoom=9,
        filter=[
            "all",
            flag("ref"),
            ["!", flag("link")],
            ["step", ["zoom"], among("motorway"), 11, among("motorway", "trunk", "primary")],
        ],
        layout={
            "symbol-placement": "line",
            "symbol-spacing": 420,
            "text-field": ["get", "ref"],
            "text-font": SEMIBOLD,
            "text-size": 10,
            "text-rotation-alignment": "viewport",
            "text-padding": 20,
        },
        paint=_text(colours, "text_soft", 2),
    )


def _area_names(colours: Colours, identifier: str, colour: str, classes: list[str]) -> Json:
    return layer(
        f"name-{identifier}",
        "symbol",
        "label",
        minzoom=13,
        filter=among(*classes),
        layout={
            "text-field": NAME,
            "text-font": MEDIUM,
            "text-max-width": 7,
            "text-size": zoomed(13, 10, 17, 13, base=1),
            "text-padding": 8,
        },
        paint=_text(colours, colour),
    )


def _water_names(colours: Colours) -> Json:
    return layer(
        "name-water",
        "symbol",
        "label",
        minzoom=9,
        filter=among("water"),
        layout={
            "text-field": NAME,
            "text-font": ITALIC,
            "text-max-width": 6,
            "text-letter-spacing": 0.06,
            "text-size": zoomed(10, 10, 16, 15, base=1),
        },
        paint={**_text(colours, "text_water", 0.8), "text-halo-color": colours["water"]},
    )


def _places(colours: Colours) -> list[Json]:
    def places(
        identifier: str,
        classes: list[str],
        size: list[Any],
        font: list[str],
        maxzoom: int,
        **layout: Any,
    ) -> Json:
        return layer(
            identifier,
            "symbol",
            "place",
            maxzoom=maxzoom,
            filter=among(*classes),
            layout={
                "text-field": NAME,
                "text-font": font,
                "text-size": size,
                "text-max-width": 8,
                "symbol-sort-key": ["get", "rank"],
                **layout,
            },
            paint=_text(colours, "text" if "town" in classes else "text_soft", 1.8),
        )

    district = {"text-transform": "uppercase", "text-letter-spacing": 0.1}
    return [
        places(
            "place-small",
            ["hamlet", "neighbourhood", "locality", "quarter"],
            zoomed(12, 9.5, 16, 12, base=1),
            MEDIUM,
            17,
        ),
        places(
            "place-suburb", ["suburb"], zoomed(11, 10, 16, 13, base=1), SEMIBOLD, 17, **district
        ),
        places("place-village", ["village"], zoomed(10, 10.5, 15, 15, base=1), MEDIUM, 16),
        # Up close the name of the city says nothing new: small, and gone where streets have names.
        places("place-city", ["city", "town"], zoomed(4, 11, 11, 17, 13, 14, base=1), SEMIBOLD, 14),
    ]
