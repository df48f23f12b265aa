// How the map of a route is drawn: sources and layers, the lowest first. No DOM.

const FONT = ["Fleet Semibold", "Inter Variable", "Inter", "system-ui", "sans-serif"];
const EMPTY = { type: "FeatureCollection", features: [] };
export const SOURCES = ["route-way", "route-stops", "route-vehicle"];

const OPEN = ["get", "open"];
const NEXT = ["get", "next"];
const PICKUP = ["get", "pickup"];
const pick = (test, yes, no) => ["case", test, yes, no];

export function layers(palette) {
  const line = (id, paint, more = {}) => ({ id, type: "line", source: "route-way", layout: { "line-join": "round", "line-cap": "round" }, paint, ...more });
  const flat = { "text-allow-overlap": true, "text-ignore-placement": true, "text-font": FONT };
  // A pickup is a ring, a delivery is filled; what is done is grey.
  const colour = pick(OPEN, palette.accent, palette.muted);
  return [
    line("route-casing", { "line-color": palette.halo, "line-width": 6, "line-opacity": 0.85 }),
    line("route-road", { "line-color": palette.accent, "line-width": 3.5, "line-opacity": 0.9 }, { filter: ["get", "road"] }),
    line("route-guess", { "line-color": palette.accent, "line-width": 2, "line-dasharray": [2.5, 1.6] }, { filter: ["!", ["get", "road"]] }),
    {
      id: "route-stops", type: "circle", source: "route-stops",
      layout: { "circle-sort-key": ["get", "rank"] },
      paint: {
        "circle-radius": pick(NEXT, 13, 10), "circle-color": pick(PICKUP, palette.surface, colour),
        "circle-stroke-width": pick(PICKUP, 2.5, 1.5), "circle-stroke-color": pick(PICKUP, colour, palette.halo),
      },
    },
    {
      id: "route-numbers", type: "symbol", source: "route-stops",
      layout: { ...flat, "symbol-sort-key": ["get", "rank"], "text-field": ["get", "number"], "text-size": pick(NEXT, 13, 11) },
      paint: { "text-color": pick(PICKUP, colour, palette.glyph) },
    },
    {
      id: "route-vehicle", type: "circle", source: "route-vehicle",
      paint: { "circle-radius": 13, "circle-color": palette.surface, "circle-stroke-width": 3, "circle-stroke-color": pick(["get", "old"], palette.muted, palette.moving) },
    },
    {
      id: "route-arrow", type: "symbol", source: "route-vehicle",
      layout: { ...flat, "text-field": "▲", "text-size": 15, "text-rotate": ["get", "heading"], "text-rotation-alignment": "map" },
      paint: { "text-color": pick(["get", "old"], palette.muted, palette.moving) },
    },
  ];
}

export function addTo(map, palette) {
  for (const name of SOURCES) if (!map.getSource(name)) map.addSource(name, { type: "geojson", data: EMPTY });
  for (const layer of layers(palette)) if (!map.getLayer(layer.id)) map.addLayer(layer);
}
