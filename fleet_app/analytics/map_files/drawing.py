"""Layers of a map file, as folium draws them.

Importing this brings folium with all of pandas (50 MB), so it is done only where a file is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import folium
import msgspec
from branca.element import MacroElement
from folium.plugins.heat_map import HeatMap
from folium.template import Template

from fleet_app.analytics.map_files.track import LEVEL_COLOURS, Way
from fleet_app.kernel.units import Units
from fleet_app.routing.background import ATTRIBUTION, Background, Box, Line

_shapes: Any = folium  # whose shapes are not typed
_heat: Any = HeatMap
_SILENT = "#667080"
_E5 = 1e5


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A sign on the map with a bubble of plain text; the higher `rank` lies above."""

    lat: float
    lon: float
    kind: str
    sign: str
    title: str
    lines: list[str] = []
    rank: int = 0


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A geofence as rings of (latitude, longitude)."""

    name: str
    color: str
    rings: list[Line]


class _Call(MacroElement):
    """Has one of our own scripts draw its data. `tojavascript` keeps texts inside their quotes."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            fleetMap.{{ this.what }}({{ this._parent.get_name() }}, {{ this.said|tojson }});
        {% endmacro %}""")

    def __init__(self, what: str, said: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Drawn"
        self.what, self.said = what, said


def a_map(box: Box, background: Background, units: Units) -> folium.Map:
    """A map of the box over what is known of the ground."""
    centre = [(box.south + box.north) / 2, (box.west + box.east) / 2]
    drawn = folium.Map(
        centre, tiles=None, prefer_canvas=True, max_zoom=19, min_zoom=2,
        zoom_snap=0.25,
    )  # fmt: skip
    folium.FitBounds(
        [[box.south, box.west], [box.north, box.east]], padding=(18, 18), max_zoom=17
    ).add_to(drawn)
    _Call("background", _packed(background)).add_to(drawn)
    _Call("scale", units.value).add_to(drawn)
    return drawn


def add_way(drawn: folium.Map, way: Way) -> None:
    """The way in the colours of its speeds, broken by dashes where nothing was heard."""
    silent = {"color": _SILENT, "weight": 2, "dash_array": "4 7", "opacity": 0.9}
    if way.gaps:
        _shapes.PolyLine(way.gaps, interactive=False, **silent).add_to(drawn)
    every = [line for level in way.levels for line in level]
    if every:
        _shapes.PolyLine(every, color="#ffffff", weight=7, opacity=0.9).add_to(drawn)
    for colour, lines in zip(LEVEL_COLOURS, way.levels, strict=True):
        if lines:
            _shapes.PolyLine(lines, color=colour, weight=4, opacity=1).add_to(drawn)


def add_zones(drawn: folium.Map, zones: Iterable[Zone]) -> None:
    """Zones beneath everything that is added later."""
    for zone in zones:
        _shapes.Polygon(
            zone.rings, color=zone.color, weight=1.5, fill=True, fill_color=zone.color,
            fill_opacity=0.12, dash_array="3 4",
        ).add_to(drawn)  # fmt: skip


def add_marks(drawn: folium.Map, marks: Sequence[Mark]) -> None:
    """Signs that tell more when they are chosen."""
    _Call("marks", [msgspec.structs.asdict(mark) for mark in marks]).add_to(drawn)


def add_heat(
    drawn: folium.Map, points: Sequence[tuple[float, float, float]], colours: dict[float, str],
    zoom: int,
) -> None:  # fmt: skip
    """Points with weights from 0 to 1, at full strength from `zoom` on."""
    _heat(
        points, min_opacity=0.3, max_zoom=zoom, radius=16, blur=14, gradient=colours
    ).add_to(drawn)  # fmt: skip


def parts_of(drawn: folium.Map) -> tuple[str, str]:
    """The map's element and the script that draws it. Folium's own page, whose scripts lie on
    servers elsewhere, is not used."""
    whole: Any = drawn
    whole.render()
    figure = whole.get_root()
    return figure.html.render(), figure.script.render()


def _packed(background: Background) -> dict[str, Any]:
    return {
        "roads": [[_differences(line) for line in lines] for lines in background.roads],
        "water": [[_differences(ring) for ring in polygon] for polygon in background.water],
        "names": [[lat, lon, name] for (lat, lon), name in background.names],
        "credit": "" if background.empty else ATTRIBUTION,
    }


def _differences(line: Line) -> list[int]:
    numbers, before = [], (0, 0)
    for lat, lon in line:
        here = (round(lat * _E5), round(lon * _E5))
        numbers += [here[0] - before[0], here[1] - before[1]]
        before = here
    return numbers
