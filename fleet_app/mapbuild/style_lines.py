"""Streets, rails and borders of the basemap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleet_app.mapbuild.style_parts import SEMIBOLD, Colours, Json, among, flag, layer, zoomed

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
        layer(
            f"tunnel-{kind}",
            "line",
            "road",
            minzoom=12,
            filter=[*where, among(*classes)],
            layout={"line-join": "round"},
            paint={
                "line-color": colours["tunnel"],
                "line-width": _width(kind),
                "line-opacity": 0.9,
            },
        )
        for kind, classes in _CLASSES.items()
    ] + [
        layer(
            "tunnel-edge",
            "line",
            "road",
            minzoom=14,
            filter=[*where, ["!", among("path", "track", "pedestrian")]],
            paint={
                "line-color": colours["minor_edge"],
                "line-width": 1,
                "line-dasharray": [3, 3],
                "line-gap-width": zoomed(14, 3, 17, 12, 20, 50),
            },
        )
    ]


def _paths(identifier: str, colours: Colours, where: list[Any]) -> list[Json]:
    dashed = {"line-dasharray": [2, 1.5]}
    return [
        layer(
            identifier,
            "line",
            "road",
            minzoom=14,
            filter=[*where, among("path", "track"), ["!", among("steps", key="sub")]],
            paint={
                "line-color": colours["path"],
                "line-width": zoomed(14, 0.5, 17, 1.3, 20, 3),
                "line-opacity": 0.8,
                **dashed,
            },
        ),
        layer(
            f"{identifier}-steps",
            "line",
            "road",
            minzoom=15,
            filter=[*where, among("steps", key="sub")],
            paint={
                "line-color": colours["path"],
                "line-width": zoomed(15, 1.5, 17, 4, 20, 12),
                "line-dasharray": [0.3, 0.3],
            },
        ),
        layer(
            f"{identifier}-pedestrian",
            "line",
            "road",
            minzoom=13,
            filter=[*where, among("pedestrian")],
            layout={"line-cap": "round", "line-join": "round"},
            paint={
                "line-color": colours["plaza"],
                "line-width": zoomed(13, 0.8, 15, 3, 17, 9, 20, 40),
            },
        ),
    ]


def _casings(level: str, colours: Colours, where: list[Any], *, strong: bool = False) -> list[Json]:
    extra = 2.2 if strong else 1.6
    return [
        layer(
            f"{level}-{kind}-casing",
            "line",
            "road",
            minzoom=_CASING_FROM.get(kind, 9),
            filter=[*where, among(*classes)],
            layout={
                "line-cap": "butt" if strong else "round",
                "line-join": "round",
                "line-sort-key": ["coalesce", ["get", "z"], 0],
            },
            paint={
                "line-color": colours[_EDGE.get(kind, "major_edge")],
                "line-width": _width(kind, extra),
            },
        )
        for kind, classes in _CLASSES.items()
    ]


def _roads(level: str, colours: Colours, where: list[Any]) -> list[Json]:
    return [
        layer(
            f"{level}-{kind}",
            "line",
            "road",
            filter=[*where, among(*classes)],
            layout={
                "line-cap": "round",
                "line-join": "round",
                "line-sort-key": ["coalesce", ["get", "z"], 0],
            },
            paint={"line-color": _early(colours, kind), "line-width": _width(kind)},
        )
        for kind, classes in _CLASSES.items()
    ]


def _early(colours: Colours, kind: str) -> Any:
    """Far out, without its casing, a road would vanish on pale ground: it takes the edge colour."""
    fill = colours[_FILL.get(kind, "major")]
    edge = colours[_EDGE.get(kind, "major_edge")]
    start = _CASING_FROM.get(kind, 9)
    return ["step", ["zoom"], edge, start, fill]


def _rails(identifier: str, colours: Colours, where: list[Any], opacity: float = 1.0) -> list[Json]:
    main = ["all", where, among("rail"), ["!", flag("siding")]]
    return [
        layer(
            identifier,
            "line",
            "rail",
            minzoom=9,
            filter=main,
            paint={
                "line-color": colours["rail"],
                "line-opacity": opacity,
                "line-width": zoomed(9, 0.5, 14, 1.2, 18, 3),
            },
        ),
        layer(
            f"{identifier}-ties",
            "line",
            "rail",
            minzoom=14,
            filter=main,
            paint={
                "line-color": colours["rail"],
                "line-opacity": opacity,
                "line-width": zoomed(14, 2.4, 18, 7),
                "line-dasharray": [0.12, 2],
            },
        ),
        layer(
            f"{identifier}-light",
            "line",
            "rail",
            minzoom=13,
            filter=["all", where, ["any", among("tram", "subway"), flag("siding")]],
            paint={
                "line-color": colours["tram"],
                "line-opacity": opacity,
                "line-width": zoomed(13, 0.5, 17, 1.2),
            },
        ),
    ]


def _oneway(colours: Colours) -> Json:
    return layer(
        "oneway",
        "symbol",
        "road",
        minzoom=16,
        filter=[
            "all",
            flag("oneway"),
            ["!", flag("tunnel")],
            among("motorway", "trunk", "primary", "secondary", "tertiary", "minor", "service"),
        ],
        layout={
            "symbol-placement": "line",
            "symbol-spacing": 140,
            "text-font": SEMIBOLD,
            "text-field": "→",
            "text-size": zoomed(16, 13, 19, 22),
            "text-rotate": ["case", ["==", ["get", "oneway"], -1], 180, 0],
            "text-keep-upright": False,
            "text-padding": 1,
        },
        paint={"text-color": colours["arrow"]},
    )


def _boundary(colours: Colours) -> Json:
    return layer(
        "boundary",
        "line",
        "boundary",
        filter=["<=", ["get", "level"], 9],
        layout={"line-join": "round"},
        paint={
            "line-color": colours["boundary"],
            "line-dasharray": [4, 2, 1, 2],
            "line-width": ["match", ["get", "level"], 2, 1.6, 4, 1.2, 0.9],
            "line-opacity": 0.7,
        },
    )
