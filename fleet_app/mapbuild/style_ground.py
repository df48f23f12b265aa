"""The ground of the basemap: paper, ground cover, water, buildings."""

from __future__ import annotations

from fleet_app.mapbuild.style_parts import CLASS, Colours, Json, among, layer, zoomed


def background(colours: Colours) -> list[Json]:
    """The paper: what the extract covers, on a ground that tells there is no data beyond."""
    return [
        {"id": "void", "type": "background", "paint": {"background-color": colours["void"]}},
        layer(
            "earth",
            "fill",
            "land",
            filter=["==", CLASS, "earth"],
            paint={"fill-color": colours["earth"], "fill-antialias": False},
        ),
        layer(
            "sheet-edge",
            "line",
            "land",
            filter=["==", CLASS, "earth"],
            paint={"line-color": colours["sheet_edge"], "line-width": 1},
        ),
    ]


def land(colours: Colours) -> list[Json]:
    """Ground cover, water, buildings."""
    return [
        _fill("land-built", colours, "residential", "residential", "commercial", "industrial"),
        _fill("land-campus", colours, "campus", "campus"),
        _fill("land-hospital", colours, "hospital", "hospital"),
        _fill("land-grass", colours, "grass", "grass", "farmland"),
        _fill("land-park", colours, "green", "park"),
        _fill("land-forest", colours, "forest", "forest"),
        _fill("land-pitch", colours, "pitch", "pitch"),
        _fill("land-sand", colours, "sand", "sand", "rock"),
        layer("water", "fill", "water", paint={"fill-color": colours["water"]}),
        layer(
            "waterway",
            "line",
            "waterway",
            layout={"line-cap": "round", "line-join": "round"},
            paint={
                "line-color": colours["water"],
                "line-width": ["match", CLASS, "river", 2.5, "canal", 2, 1],
            },
        ),
        layer(
            "shore",
            "line",
            "water",
            minzoom=13,
            paint={"line-color": colours["water_line"], "line-width": 0.8},
        ),
        _fill("land-pier", colours, "earth", "pier"),
        _fill("land-plaza", colours, "plaza", "plaza", "parking", minzoom=14),
        layer(
            "building",
            "fill",
            "building",
            minzoom=13,
            paint={
                "fill-color": colours["building"],
                "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.3, 15, 1],
            },
        ),
        layer(
            "building-edge",
            "line",
            "building",
            minzoom=15,
            paint={"line-color": colours["building_edge"], "line-width": zoomed(15, 0.4, 18, 1)},
        ),
    ]


def _fill(
    identifier: str, colours: Colours, colour: str, *classes: str, minzoom: int | None = None
) -> Json:
    return layer(
        identifier,
        "fill",
        "land",
        minzoom=minzoom,
        filter=among(*classes),
        paint={"fill-color": colours[colour]},
    )
