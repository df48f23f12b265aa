// What is drawn on the map of a plan: roads, stops with their numbers, the tray, depots. No DOM.

import { lookOf } from "./planTime.js";
import { routeColour } from "./planColours.js";

const FONT = ["Fleet Semibold", "Inter Variable", "Inter", "system-ui", "sans-serif"];
const EMPTY = { type: "FeatureCollection", features: [] };
export const SOURCES = ["plan-ways", "plan-depots", "plan-tray", "plan-stops", "plan-vehicles"];
/** The picture of an arrow that points north. */
export const ARROW = "plan-arrow";
/** Layers that can be pointed at, the topmost first. */
export const STOPS = ["plan-stops", "plan-tray"];

const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (type, coordinates, properties, id) => ({ type: "Feature", ...(id === undefined ? {} : { id }), properties, geometry: { type, coordinates } });
const placed = ({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon);
const at = ({ lat, lon }) => [lon, lat];

/** Places `[lon, lat]` of a line that the server wrote down with so many digits. */
export function decoded(text, digits = 6) {
  const scale = 10 ** digits;
  const places = [];
  const last = [0, 0];
  let i = 0;
  while (i < text.length) {
    for (const axis of [0, 1]) {
      let [value, shift, byte] = [0, 0, 0];
      do {
        byte = text.charCodeAt(i) - 63;
        i += 1;
        value += (byte & 31) * 2 ** shift;
        shift += 5;
      } while (byte >= 32 && i < text.length);
      last[axis] += value % 2 ? -(value + 1) / 2 : value / 2;
    }
    places.push([last[1] / scale, last[0] / scale]);
  }
  return places;
}

/** From stop to stop as the crow flies. */
export function straight(row) {
  const stops = row.stops.map(({ order }) => order).filter(placed);
  const depot = row.depot_at && placed(row.depot_at) ? [row.depot_at] : [];
  return [...depot, ...stops, ...depot].map(at);
}

/** The ways of all rows; beside the one that is looked at the others are pale. */
export function wayData(board, { colours, shapeOf, focus }) {
  return collection(board.rows.filter(({ stops }) => stops.length).map((row) => {
    const road = shapeOf(row);
    const line = road ? decoded(road) : straight(row);
    return feature("LineString", line.length > 1 ? line : [...line, ...line], { row: row.key, index: row.index + 1, color: routeColour(colours, row), road: Boolean(road), pale: Boolean(focus) && focus !== row.key }, row.index + 1);
  }));
}

export function stopData(board, { colours, focus, live }) {
  const found = [];
  for (const row of board.rows) for (const [place, stop] of row.stops.entries()) {
    if (!placed(stop.order)) continue;
    const look = lookOf(stop, live);
    const ring = look === "late" || look === "wrong" ? colours.late : look === "risk" ? colours.risk : colours.halo;
    const color = look === "done" ? colours.tray : routeColour(colours, row);
    found.push(feature("Point", at(stop.order), { id: stop.id, row: row.key, number: String(place + 1), color, ring, bad: ring !== colours.halo, pale: Boolean(focus) && focus !== row.key, rank: place }, stop.id));
  }
  return collection(found);
}

export function trayData(board) {
  return collection(board.tray.filter(({ order }) => placed(order)).map(({ id, order }) => feature("Point", at(order), { id }, id)));
}

export function depotData(board) {
  const known = new Map(board.rows.filter((row) => row.depot_at && placed(row.depot_at)).map((row) => [`${row.depot_at.lat} ${row.depot_at.lon}`, row]));
  return collection([...known.values()].map((row) => feature("Point", at(row.depot_at), { name: row.depot || "Depot" })));
}

const driven = ({ route_status: status }) => status === "started";

/** The vehicles of the rows where they are now, by their ids; of several rows of one vehicle the one
 * that is driven gives the colour. */
export function vehicleData(board, { colours, focus, live }, vehicles) {
  const rows = new Map();
  for (const row of live ? board.rows : []) if (driven(row) || !rows.has(row.vehicle_id)) rows.set(row.vehicle_id, row);
  return collection([...rows].filter(([id]) => vehicles.has(id) && placed(vehicles.get(id))).map(([id, row]) => {
    const { heading, shown } = vehicles.get(id);
    return feature("Point", at(vehicles.get(id)), { row: row.key, color: routeColour(colours, row), heading: heading ?? 0, pale: (Boolean(focus) && focus !== row.key) || shown === "offline" }, id);
  }));
}

const state = (name) => ["boolean", ["feature-state", name], false];
const strong = ["any", state("hover"), state("chosen")];
const PALE = ["get", "pale"];

function circle(id, source, palette, radius) {
  const grown = (size) => ["case", strong, size + 3.5, size];
  return {
    id, type: "circle", source,
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, grown(radius[0]), 11.5, grown(radius[1]), 15.5, grown(radius[2])],
      "circle-color": ["case", ["has", "color"], ["get", "color"], palette.tray],
      "circle-opacity": ["case", PALE, 0.25, 1],
      "circle-stroke-opacity": ["case", PALE, 0.25, 1],
      "circle-stroke-color": ["case", state("chosen"), palette.ink, ["has", "ring"], ["get", "ring"], palette.halo],
      "circle-stroke-width": ["case", state("chosen"), 3, ["boolean", ["get", "bad"], false], 2.5, 1.5],
    },
  };
}

/** The layers, the lowest first. */
export function layers(palette) {
  const width = (thin) => ["interpolate", ["linear"], ["zoom"], 8, ["case", state("hover"), thin + 2, thin], 14, ["case", state("hover"), thin + 4, thin + 2]];
  const line = (id, paint, more = {}) => ({ id, type: "line", source: "plan-ways", layout: { "line-join": "round", "line-cap": "round" }, paint, ...more });
  const tray = circle("plan-tray", "plan-tray", palette, [3, 4.5, 6.5]);
  tray.paint = { ...tray.paint, "circle-opacity": 1, "circle-stroke-opacity": 1, "circle-color": palette.ground, "circle-stroke-color": ["case", strong, palette.ink, palette.tray], "circle-stroke-width": ["case", strong, 3.5, 2.5] };
  return [
    line("plan-casing", { "line-color": palette.halo, "line-width": width(4.5), "line-opacity": ["case", PALE, 0, 0.85] }),
    line("plan-way", { "line-color": ["get", "color"], "line-width": width(2.5), "line-opacity": ["case", PALE, 0.15, 0.95] }, { filter: ["get", "road"] }),
    line("plan-guess", { "line-color": ["get", "color"], "line-width": width(1.5), "line-opacity": ["case", PALE, 0.12, 0.75], "line-dasharray": [2.5, 1.6] }, { filter: ["!", ["get", "road"]], layout: { "line-join": "round" } }),
    line("plan-hit", { "line-color": palette.halo, "line-width": 14, "line-opacity": 0 }),
    tray,
    { id: "plan-depots", type: "symbol", source: "plan-depots", layout: { "text-field": "■", "text-font": FONT, "text-size": 20, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": palette.ink, "text-halo-color": palette.halo, "text-halo-width": 2 } },
    circle("plan-stops", "plan-stops", palette, [3, 6.5, 10]),
    {
      id: "plan-numbers", type: "symbol", source: "plan-stops", minzoom: 11,
      layout: { "text-field": ["get", "number"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 11, 8.5, 15, 10.5], "text-padding": 0, "text-allow-overlap": true, "text-ignore-placement": true },
      paint: { "text-color": palette.glyph, "text-opacity": ["case", PALE, 0.3, 1] },
    },
    {
      id: "plan-vehicles", type: "circle", source: "plan-vehicles",
      paint: { "circle-radius": 12, "circle-color": palette.halo, "circle-stroke-color": ["get", "color"], "circle-stroke-width": 3, "circle-opacity": ["case", PALE, 0.4, 1], "circle-stroke-opacity": ["case", PALE, 0.4, 1] },
    },
    {
      id: "plan-arrows", type: "symbol", source: "plan-vehicles",
      layout: { "icon-image": ARROW, "icon-rotate": ["get", "heading"], "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-ignore-placement": true },
      paint: { "icon-color": ["get", "color"], "icon-opacity": ["case", PALE, 0.4, 1] },
    },
  ];
}

export function addTo(map, palette) {
  for (const name of SOURCES) if (!map.getSource(name)) map.addSource(name, { type: "geojson", data: EMPTY });
  for (const layer of layers(palette)) if (!map.getLayer(layer.id)) map.addLayer(layer);
}
