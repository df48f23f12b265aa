"""The layers of the basemap style, bottom to top. Colours come by name from a palette."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
Colours = Mapping[str, str]

# The first family is no real font: MapLibre reads weight and slant from its name, and the browser
# passes on to the first family of the list that it has.
_FAMILIES = ["Inter", "system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
REGULAR = ["Fleet Regular", *_FAMILIES]
MEDIUM = ["Fleet Medium", *_FAMILIES]
SEMIBOLD = ["Fleet Semibold", *_FAMILIES]
ITALIC = ["Fleet Italic", *_FAMILIES]

CLASS = ["get", "class"]
NAME = ["get", "name"]


def zoomed(*stops: float, base: float = 1.5) -> list[Any]:
    """A size that grows with the zoom, from (zoom, size) pairs in a row."""
    return ["interpolate", ["exponential", base], ["zoom"], *stops]


def among(*values: str, key: str = "class") -> list[Any]:
    return ["in", ["get", key], ["literal", list(values)]]


def flag(key: str) -> list[Any]:
    return ["has", key]


def _layer(identifier: str, kind: str, source_layer: str, **rest: Any) -> Json:
    options = {key.replace("_", "-"): value for key, value in rest.items() if value is not None}
    return {
        "id": identifier,
        "type": kind,
        "source": "basemap",
        "source-layer": source_layer,
        **options,
    }


def background(colours: Colours) -> list[Json]:
    """The paper: what the extract covers, on a ground that tells there is no data beyond."""
    return [
        {"id": "void", "type": "background", "paint": {"background-color": colours["void"]}},
        _layer("earth", "fill", "land", filter=["==", CLASS, "earth"],
               paint={"fill-color": colours["earth"], "fill-antialias": False}),
        _layer("sheet-edge", "line", "land", filter=["==", CLASS, "earth"],
               paint={"line-color": colours["sheet_edge"], "line-width": 1}),
    ]


def land(colours: Colours) -> list[Json]:
    """Ground cover, water, buildings."""
    return [
        _fill("land-built", colours, "residential", "residential", "commercial", "industrial"),
        _fill("land-hospital", colours, "hospital", "hospital", "campus"),
        _fill("land-grass", colours, "grass", "grass", "farmland"),
        _fill("land-park", colours, "green", "park"),
        _fill("land-forest", colours, "forest", "forest"),
        _fill("land-pitch", colours, "pitch", "pitch"),
        _fill("land-sand", colours, "sand", "sand", "rock"),
        _layer("water", "fill", "water", paint={"fill-color": colours["water"]}),
        _layer("waterway", "line", "waterway",
               layout={"line-cap": "round", "line-join": "round"},
               paint={"line-color": colours["water"],
                      "line-width": ["match", CLASS, "river", 2.5, "canal", 2, 1]}),
        _layer("shore", "line", "water", minzoom=13,
               paint={"line-color": colours["water_line"], "line-width": 0.8}),
        _fill("land-pier", colours, "earth", "pier"),
        _fill("land-plaza", colours, "plaza", "plaza", "parking", minzoom=14),
        _layer("building", "fill", "building", minzoom=13,
               paint={"fill-color": colours["building"],
                      "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.3, 15, 1]}),
        _layer("building-edge", "line", "building", minzoom=15,
               paint={"line-color": colours["building_edge"],
                      "line-width": zoomed(15, 0.4, 18, 1)}),
    ]


def _fill(identifier: str, colours: Colours, colour: str, *classes: str,
          minzoom: int | None = None) -> Json:
    return _layer(identifier, "fill", "land", minzoom=minzoom, filter=among(*classes),
                  paint={"fill-color": colours[colour]})


_WIDTHS: Mapping[str, tuple[float, ...]] = {
    # zoom, pixels, ...
    "service": (13, 0.4, 15, 1.6, 17, 5, 20, 18),
    "minor": (12, 0.5, 13, 1, 15, 4, 17, 12, 20, 56),
    "tertiary": (10, 0.4, 12, 1.2, 15, 6, 17, 16, 20, 68),
    "secondary": (9, 0.4, 12, 1.8, 15, 7.5, 17, 19, 20, 78),
    "primary": (8, 0.5, 12, 2.3, 15, 9, 17, 22, 20, 88),
    "highway": (5, 0.6, 10, 1.8, 12, 3.2, 15, 10, 17, 24, 20, 96),
}
_CLASSES: Mapping[str, tuple[str, ...]] = {
    "service": ("service",),
    "minor": ("minor",),
    "tertiary": ("tertiary",),
    "secondary": ("secondary",),
    "primary": ("primary",),
    "highway": ("trunk", "motorway"),
}
_FILL = {"service": "minor", "minor": "minor", "highway": "highway"}
_EDGE = {"service": "minor_edge", "minor": "minor_edge", "highway": "highway_edge"}
_CASING_FROM = {"service": 15, "minor": 13, "tertiary": 12, "secondary": 11}


def _width(kind: str, extra: float = 0.0) -> list[Any]:
    """Width by zoom, link roads narrower; `extra` pixels on both sides together for a casing."""
    stops: list[Any] = []
    pairs = zip(_WIDTHS[kind][::2], _WIDTHS[kind][1::2], strict=True)
    for zoom, pixels in pairs:
        narrow = ["case", flag("link"), pixels * 0.62, pixels]
        stops += [zoom, ["+", narrow, extra] if extra else narrow]
    return zoomed(*stops, base=1.4)


def lines(colours: Colours) -> list[Json]:
    """Tunnels, paths, streets and rails on the ground, then bridges, then borders."""
    tunnel = ["all", flag("tunnel")]
    ground = ["all", ["!", flag("tunnel")], ["!", flag("bridge")]]
    bridge = ["all", flag("bridge")]
    return [
        *_tunnels(colours, tunnel),
        *_rails("rail-tunnel", colours, flag("tunnel"), opacity=0.35),
        *_paths("path", colours, ground),
        *_casings("ground", colours, ground),
        *_roads("ground", colours, ground),
        *_rails("rail", colours, ["!", flag("tunnel")]),
        *_casings("bridge", colours, bridge, strong=True),
        *_paths("path-bridge", colours, bridge),
        *_roads("bridge", colours, bridge),
        _oneway(colours),
        _boundary(colours),
    ]


def _tunnels(colours: Colours, where: list[Any]) -> list[Json]:
    return [
        _layer(f"tunnel-{kind}", "line", "road", minzoom=12, filter=[*where, among(*classes)],
               layout={"line-join": "round"},
               paint={"line-color": colours["tunnel"], "line-width": _width(kind),
                      "line-opacity": 0.9})
        for kind, classes in _CLASSES.items()
    ] + [
        _layer("tunnel-edge", "line", "road", minzoom=14,
               filter=[*where, ["!", among("path", "track", "pedestrian")]],
               paint={"line-color": colours["minor_edge"], "line-width": 1,
                      "line-dasharray": [3, 3],
                      "line-gap-width": zoomed(14, 3, 17, 12, 20, 50)})
    ]


def _paths(identifier: str, colours: Colours, where: list[Any]) -> list[Json]:
    dashed = {"line-dasharray": [2, 1.5]}
    return [
        _layer(identifier, "line", "road", minzoom=14,
               filter=[*where, among("path", "track"), ["!", among("steps", key="sub")]],
               paint={"line-color": colours["path"], "line-width": zoomed(14, 0.5, 17, 1.3, 20, 3),
                      "line-opacity": 0.8, **dashed}),
        _layer(f"{identifier}-steps", "line", "road", minzoom=15,
               filter=[*where, among("steps", key="sub")],
               paint={"line-color": colours["path"], "line-width": zoomed(15, 1.5, 17, 4, 20, 12),
                      "line-dasharray": [0.3, 0.3]}),
        _layer(f"{identifier}-pedestrian", "line", "road", minzoom=13,
               filter=[*where, among("pedestrian")],
               layout={"line-cap": "round", "line-join": "round"},
               paint={"line-color": colours["plaza"],
                      "line-width": zoomed(13, 0.8, 15, 3, 17, 9, 20, 40)}),
    ]


def _casings(level: str, colours: Colours, where: list[Any], *, strong: bool = False) -> list[Json]:
    extra = 2.2 if strong else 1.6
    return [
        _layer(f"{level}-{kind}-casing", "line", "road", minzoom=_CASING_FROM.get(kind, 9),
               filter=[*where, among(*classes)],
               layout={"line-cap": "butt" if strong else "round", "line-join": "round",
                       "line-sort-key": ["coalesce", ["get", "z"], 0]},
               paint={"line-color": colours[_EDGE.get(kind, "major_edge")],
                      "line-width": _width(kind, extra)})
        for kind, classes in _CLASSES.items()
    ]


def _roads(level: str, colours: Colours, where: list[Any]) -> list[Json]:
    return [
        _layer(f"{level}-{kind}", "line", "road", filter=[*where, among(*classes)],
               layout={"line-cap": "round", "line-join": "round",
                       "line-sort-key": ["coalesce", ["get", "z"], 0]},
               paint={"line-color": _early(colours, kind), "line-width": _width(kind)})
        for kind, classes in _CLASSES.items()
    ]


def _early(colours: Colours, kind: str) -> Any:
    """A road thinner than its casing would vanish on pale ground: there it takes the edge colour."""
    fill = colours[_FILL.get(kind, "major")]
    edge = colours[_EDGE.get(kind, "major_edge")]
    start = _CASING_FROM.get(kind, 9)
    return ["step", ["zoom"], edge, start, fill]


def _rails(identifier: str, colours: Colours, where: list[Any], opacity: float = 1.0) -> list[Json]:
    main = ["all", where, among("rail"), ["!", flag("siding")]]
    return [
        _layer(identifier, "line", "rail", minzoom=9, filter=main,
               paint={"line-color": colours["rail"], "line-opacity": opacity,
                      "line-width": zoomed(9, 0.5, 14, 1.2, 18, 3)}),
        _layer(f"{identifier}-ties", "line", "rail", minzoom=14, filter=main,
               paint={"line-color": colours["rail"], "line-opacity": opacity,
                      "line-width": zoomed(14, 3, 18, 9), "line-dasharray": [0.15, 1.6]}),
        _layer(f"{identifier}-light", "line", "rail", minzoom=13,
               filter=["all", where, ["any", among("tram", "subway"), flag("siding")]],
               paint={"line-color": colours["tram"], "line-opacity": opacity,
                      "line-width": zoomed(13, 0.5, 17, 1.2)}),
    ]


def _oneway(colours: Colours) -> Json:
    return _layer(
        "oneway", "symbol", "road", minzoom=16,
        filter=["all", flag("oneway"), ["!", flag("tunnel")],
                among("motorway", "trunk", "primary", "secondary", "tertiary", "minor", "service")],
        layout={"symbol-placement": "line", "symbol-spacing": 160, "text-font": REGULAR,
                "text-field": "→", "text-size": zoomed(16, 11, 19, 20),
                "text-rotate": ["case", ["==", ["get", "oneway"], -1], 180, 0],
                "text-keep-upright": False, "text-padding": 1},
        paint={"text-color": colours["arrow"]})


def _boundary(colours: Colours) -> Json:
    return _layer(
        "boundary", "line", "boundary", filter=["<=", ["get", "level"], 9],
        layout={"line-join": "round"},
        paint={"line-color": colours["boundary"], "line-dasharray": [4, 2, 1, 2],
               "line-width": ["match", ["get", "level"], 2, 1.6, 4, 1.2, 0.9],
               "line-opacity": 0.7})


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
    return {"text-color": colours[colour], "text-halo-color": colours["halo"],
            "text-halo-width": halo}


def _housenumbers(colours: Colours) -> Json:
    return _layer("housenumber", "symbol", "housenumber", minzoom=17,
                  layout={"text-field": ["get", "number"], "text-font": REGULAR, "text-size": 10,
                          "text-padding": 4},
                  paint=_text(colours, "text_soft", 1))


_MARKS = {"fuel": "⛽︎", "hospital": "✚", "parking": "P", "charging": "⚡︎", "airport": "✈︎"}


def _poi(colours: Colours) -> Json:
    mark = ["match", CLASS, *(part for pair in _MARKS.items() for part in pair), "•"]
    return _layer("poi", "symbol", "poi", minzoom=14,
                  filter=["any", ["!", among("parking")], [">=", ["zoom"], 16]],
                  layout={"text-font": MEDIUM, "text-size": 11, "text-max-width": 8,
                          "text-field": ["format", mark, {"font-scale": 1.15}, "\n", {},
                                         ["coalesce", NAME, ""], {"font-scale": 0.92}],
                          "text-padding": 12},
                  paint=_text(colours, "poi"))


def _road_names(colours: Colours) -> Json:
    rank = ["match", CLASS, ["motorway", "trunk"], 0, "primary", 1, "secondary", 2, "tertiary", 3,
            "minor", 4, 5]
    big = ["motorway", "trunk", "primary", "secondary"]
    size = ["interpolate", ["linear"], ["zoom"], 12, ["match", CLASS, big, 10.5, 9.5],
            18, ["match", CLASS, big, 15, 13]]
    return _layer("road-name", "symbol", "road", minzoom=12,
                  filter=["all", flag("name"), ["!", flag("tunnel")],
                          ["step", ["zoom"], among(*big), 14,
                           among(*big, "tertiary"), 14.5,
                           among(*big, "tertiary", "minor", "pedestrian"), 16.5, True]],
                  layout={"symbol-placement": "line", "symbol-spacing": 320,
                          "symbol-sort-key": rank, "text-field": NAME, "text-font": MEDIUM,
                          "text-size": size, "text-max-angle": 32, "text-padding": 6,
                          "text-letter-spacing": 0.01},
                  paint=_text(colours, "text", 1.6))


def _road_refs(colours: Colours) -> Json:
    return _layer("road-ref", "symbol", "road", minzoom=9,
                  filter=["all", flag("ref"), ["!", flag("link")],
                          ["step", ["zoom"], among("motorway"), 11,
                           among("motorway", "trunk", "primary")]],
                  layout={"symbol-placement": "line", "symbol-spacing": 420,
                          "text-field": ["get", "ref"], "text-font": SEMIBOLD, "text-size": 10,
                          "text-rotation-alignment": "viewport", "text-padding": 20},
                  paint=_text(colours, "text_soft", 2))


def _area_names(colours: Colours, identifier: str, colour: str, classes: list[str]) -> Json:
    return _layer(f"name-{identifier}", "symbol", "label", minzoom=13, filter=among(*classes),
                  layout={"text-field": NAME, "text-font": MEDIUM, "text-max-width": 7,
                          "text-size": zoomed(13, 10, 17, 13, base=1), "text-padding": 8},
                  paint=_text(colours, colour))


def _water_names(colours: Colours) -> Json:
    return _layer("name-water", "symbol", "label", minzoom=9, filter=among("water"),
                  layout={"text-field": NAME, "text-font": ITALIC, "text-max-width": 6,
                          "text-letter-spacing": 0.06,
                          "text-size": zoomed(10, 10, 16, 15, base=1)},
                  paint={**_text(colours, "text_water", 0.8), "text-halo-color": colours["water"]})


def _places(colours: Colours) -> list[Json]:
    def places(identifier: str, classes: list[str], size: list[Any], font: list[str],
               maxzoom: int, **layout: Any) -> Json:
        return _layer(identifier, "symbol", "place", maxzoom=maxzoom, filter=among(*classes),
                      layout={"text-field": NAME, "text-font": font, "text-size": size,
                              "text-max-width": 8, "symbol-sort-key": ["get", "rank"], **layout},
                      paint=_text(colours, "text" if "town" in classes else "text_soft", 1.8))

    district = {"text-transform": "uppercase", "text-letter-spacing": 0.1}
    return [
        places("place-small", ["hamlet", "neighbourhood", "locality", "quarter"],
               zoomed(12, 9.5, 16, 12, base=1), MEDIUM, 17),
        places("place-suburb", ["suburb"], zoomed(11, 10, 16, 13, base=1), SEMIBOLD, 17,
               **district),
        places("place-village", ["village"], zoomed(10, 10.5, 15, 15, base=1), MEDIUM, 16),
        places("place-city", ["city", "town"], zoomed(4, 11, 10, 17, 14, 22, base=1), SEMIBOLD,
               15),
    ]
