// What is drawn on the map of the past: ways, gaps, stops, events and raw fixes as GeoJSON. No DOM.

import { clockText } from "./moments.js";
import { placed } from "./facts.js";
import { cut, pieces } from "./track.js";

const FONT = ["Fleet Semibold", "Inter Variable", "Inter", "system-ui", "sans-serif"];
const EMPTY = { type: "FeatureCollection", features: [] };
export const SOURCES = ["past-way", "past-snapped", "past-raw", "past-stops", "past-events"];
/** Layers that can be clicked, the topmost first. */
export const CLICKABLE = ["past-events", "past-stops", "past-hit"];

const feature = (type, coordinates, properties) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const AT_ENDS_MS = 1000;
const collection = (features) => ({ type: "FeatureCollection", features });

/** The ways: `color` is that of the speed or of the vehicle; gaps have `lost`. Beside a trip that
 * is looked at (`focus`) everything else is `pale`. */
export function wayData(tracks, { colorOf, levels, unknown, bySpeed, scale, focus }) {
  const features = [];
  const put = (vehicle, track, pale) => {
    for (const piece of pieces(track, scale)) {
      const color = bySpeed ? levels[piece.level] ?? unknown : colorOf(vehicle);
      features.push(feature("LineString", piece.line, { vehicle, pale, lost: piece.lost, color: pale || piece.lost ? unknown : color }));
    }
  };
  for (const [vehicle, track] of tracks) put(vehicle, track, Boolean(focus));
  const track = focus && tracks.get(focus.vehicleId);
  if (track) put(focus.vehicleId, cut(track, focus), false);
  return collection(features);
}

/** Trips on roads; what fits none is not `matched`. */
export function snappedData(trips, colorOf, focus) {
  return collection(trips.flatMap(({ trip, vehicle, pieces: parts }) =>
    parts.map(({ matched, line: way }) => feature("LineString", way, { vehicle, matched, pale: isPale(focus, trip), color: colorOf(vehicle) }))));
}

const isPale = (focus, trip) => Boolean(focus && !(focus.kind === "trip" && focus.id === trip));

/** What belongs to the trip or stop that is looked at: with a trip, the stops at both ends. */
export function near(focus, facts) {
  if (!focus) return facts;
  const { from, to } = focus;
  const room = focus.kind === "trip" ? AT_ENDS_MS : 0;
  return facts.filter((fact) =>
    fact.vehicleId === focus.vehicleId && fact.from <= (to ?? Infinity) + room && (fact.to ?? Infinity) >= from - room);
}

/** Every fix as it was told, one dot each. */
export function rawData(tracks, colorOf) {
  const features = [];
  for (const [vehicle, { t, lat, lon }] of tracks) {
    for (let i = 0; i < t.length; i += 1) features.push(feature("Point", [lon[i], lat[i]], { color: colorOf(vehicle), vehicle, ms: t[i] }));
  }
  return collection(features);
}

export function stopData(stops, zone, colorOf) {
  const known = stops.filter(({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon));
  return collection(known.map((stop) => feature("Point", [stop.lon, stop.lat], {
    id: stop.id, ms: stop.from, number: String(stop.number), time: clockText(stop.from, zone), color: colorOf(stop.vehicleId), rank: stop.number,
  })));
}

const SIGNS = { speeding: "»", harsh: "!", visit: "", idle: "◷", low_battery: "▯", mock: "?", silent: "…" };

export function eventData(events, colors) {
  return collection(placed(events).map((event) => feature("Point", [event.lon, event.lat], {
    id: event.id, ms: event.from, usual: event.kind === "visit", sign: SIGNS[event.kind] ?? "•", color: colors[event.kind] ?? colors.other,
  })));
}

const line = (id, filter, paint, more = {}, source = "past-way") => ({
  id, type: "line", source, filter, paint, layout: { "line-join": "round", "line-cap": "round", ...more },
});
const DRIVEN = ["!", ["get", "lost"]];
const ON_ROAD = ["get", "matched"];
const pale = (faint, full) => ["case", ["get", "pale"], faint, full];
const WIDTH = ["interpolate", ["linear"], ["zoom"], 8, pale(1, 2.5), 13, pale(1.5, 4), 17, pale(2.5, 6)];
const CASING = ["interpolate", ["linear"], ["zoom"], 8, 4.5, 13, 7, 17, 10];

function dot(id, source, radius, palette, more = {}) {
  const paint = { "circle-radius": radius, "circle-color": ["get", "color"], "circle-stroke-color": palette.halo, "circle-stroke-width": 1.5, ...more };
  return { id, type: "circle", source, paint };
}

function words(id, source, layout, paint) {
  return { id, type: "symbol", source, layout: { "text-font": FONT, "text-allow-overlap": true, "text-ignore-placement": true, ...layout }, paint };
}

/** The layers, the lowest first. */
export function layers(palette) {
  const time = { "text-field": ["get", "time"], "text-size": 11, "text-offset": [0, 1.5], "text-allow-overlap": false, "text-ignore-placement": false, "symbol-sort-key": ["get", "rank"] };
  // Numbers that would cover each other are left out; they come when the map is nearer.
  const number = { "text-field": ["get", "number"], "text-size": 10.5, "text-padding": 0, "text-allow-overlap": false, "text-ignore-placement": false, "symbol-sort-key": ["get", "rank"] };
  return [
    line("past-gap", ["get", "lost"], { "line-color": palette.offline, "line-width": 2, "line-opacity": pale(0.15, 0.75), "line-dasharray": [1.2, 2] }, { "line-cap": "butt" }),
    line("past-casing", DRIVEN, { "line-color": palette.halo, "line-width": CASING, "line-opacity": pale(0, 0.9) }),
    line("past-line", DRIVEN, { "line-color": ["get", "color"], "line-width": WIDTH, "line-opacity": pale(0.15, 1) }),
    line("past-snapped-casing", ON_ROAD, { "line-color": palette.halo, "line-width": CASING, "line-opacity": pale(0, 0.9) }, {}, "past-snapped"),
    line("past-snapped-line", ON_ROAD, { "line-color": ["get", "color"], "line-width": WIDTH, "line-opacity": pale(0.22, 1) }, {}, "past-snapped"),
    line("past-snapped-off", ["!", ON_ROAD], { "line-color": ["get", "color"], "line-width": 2.5, "line-opacity": pale(0.22, 1), "line-dasharray": [2, 1.5] }, { "line-cap": "butt" }, "past-snapped"),
    line("past-hit", DRIVEN, { "line-color": palette.halo, "line-width": 16, "line-opacity": 0 }),
    { ...dot("past-raw", "past-raw", ["interpolate", ["linear"], ["zoom"], 10, 1.2, 14, 2, 17, 3.5], palette, { "circle-stroke-width": 0.75 }), layout: { visibility: "none" } },
    dot("past-stops", "past-stops", ["interpolate", ["linear"], ["zoom"], 10, 4, 13, 6, 15, 9], palette),
    words("past-stop-times", "past-stops", time, { "text-color": palette.ink, "text-halo-color": palette.halo, "text-halo-width": 1.6 }),
    words("past-stop-numbers", "past-stops", number, { "text-color": palette.glyph }),
    dot("past-events", "past-events", ["case", ["get", "usual"], 4.5, 8], palette, { "circle-stroke-width": ["case", ["get", "usual"], 1.5, 2] }),
    words("past-event-signs", "past-events", { "text-field": ["get", "sign"], "text-size": 11 }, { "text-color": palette.glyph }),
  ];
}

/** The way as it was told becomes a thin line beside the one on the roads. */
export function dim(map, snapped) {
  map.setPaintProperty("past-casing", "line-opacity", snapped ? 0 : pale(0, 0.9));
  map.setPaintProperty("past-line", "line-width", snapped ? 1.5 : WIDTH);
}

export function addTo(map, palette) {
  for (const name of SOURCES) if (!map.getSource(name)) map.addSource(name, { type: "geojson", data: EMPTY });
  for (const layer of layers(palette)) if (!map.getLayer(layer.id)) map.addLayer(layer);
}
