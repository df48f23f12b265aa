// What zones look like, in numbers. No browser needed. Positions are [longitude, latitude].

const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;
const CIRCLE_CORNERS = 64;
const FEET = 0.3048;
const MILE = 1609.344;
export const DEFAULT_RADIUS_M = 100;
export const DEFAULT_WIDTH_M = 100;
export const NAMES = { circle: "Circle", polygon: "Polygon", corridor: "Corridor" };

/** Metres between two positions, on the sphere. */
export function metresBetween([lon, lat], [lon2, lat2]) {
  const up = Math.sin(((lat2 - lat) * RAD) / 2);
  const along = Math.sin(((lon2 - lon) * RAD) / 2);
  const part = up * up + Math.cos(lat * RAD) * Math.cos(lat2 * RAD) * along * along;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(part)));
}

/** The position so many metres away in a direction, degrees clockwise of north. */
export function positionAt([lon, lat], metres, bearing) {
  const angle = metres / EARTH_M;
  const turn = bearing * RAD;
  const sine = Math.sin(lat * RAD) * Math.cos(angle) + Math.cos(lat * RAD) * Math.sin(angle) * Math.cos(turn);
  const reach = Math.sin(turn) * Math.sin(angle) * Math.cos(lat * RAD);
  const across = Math.atan2(reach, Math.cos(angle) - Math.sin(lat * RAD) * sine);
  return [lon + across / RAD, Math.asin(sine) / RAD];
}

/** Corners on a circle, counter-clockwise, the first of them at the end again. */
export function circleRing({ center, radius_m: radius }, corners = CIRCLE_CORNERS) {
  const ring = Array.from({ length: corners }, (_, n) => positionAt(center, radius, (-360 * n) / corners));
  return [...ring, ring[0]];
}

const closed = (ring) => [...ring, ring[0]];

/** The lines a shape is given by: outline and holes, the line of a corridor, the ring of a circle. */
export function linesOf(shape) {
  if (shape.type === "circle") return [circleRing(shape)];
  return shape.type === "polygon" ? [shape.outline, ...(shape.holes ?? [])] : [shape.line];
}

/** `[west, south, east, north]` in degrees. */
export function boundsOf(shape) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of linesOf(shape)[0]) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  if (shape.type !== "corridor") return box;
  const up = shape.width_m / 2 / EARTH_M / RAD;
  const along = up / Math.max(0.05, Math.cos(((box[1] + box[3]) / 2) * RAD));
  return [box[0] - along, box[1] - up, box[2] + along, box[3] + up];
}

function crossings(rings, lat) {
  const found = [];
  for (const ring of rings) {
    ring.forEach(([lon, at], n) => {
      const [lon2, at2] = ring[(n + 1) % ring.length];
      if (at > lat !== at2 > lat) found.push(lon + ((lat - at) / (at2 - at)) * (lon2 - lon));
    });
  }
  return found.sort((a, b) => a - b);
}

/** A place inside the shape, where its name stands: of a polygon the middle of a wide part. */
export function middleOf(shape) {
  if (shape.type === "circle") return shape.center;
  if (shape.type === "corridor") return shape.line[Math.floor(shape.line.length / 2)];
  const [, south, , north] = boundsOf(shape);
  let best = shape.outline[0];
  let widest = -1;
  for (const share of [0.5, 0.38, 0.62, 0.25, 0.75]) {
    const lat = south + (north - south) * share;
    const cuts = crossings(linesOf(shape), lat);
    for (let n = 0; n + 1 < cuts.length; n += 2) {
      const width = (cuts[n + 1] - cuts[n]) * (share === 0.5 ? 1.5 : 1); // rather in the middle
      if (width > widest) [best, widest] = [[(cuts[n] + cuts[n + 1]) / 2, lat], width];
    }
  }
  return best;
}

function ringArea(ring) {
  const south = ring[0][1];
  const narrow = Math.cos(ring.reduce((sum, [, lat]) => sum + lat, 0) / ring.length * RAD);
  const flat = ring.map(([lon, lat]) => [lon * RAD * narrow * EARTH_M, (lat - south) * RAD * EARTH_M]);
  return Math.abs(flat.reduce((sum, [x, y], n) => {
    const [x2, y2] = flat[(n + 1) % flat.length];
    return sum + x * y2 - x2 * y;
  }, 0)) / 2;
}

/** Square metres, as exactly as a summary needs. */
export function areaOf(shape) {
  if (shape.type === "circle") return Math.PI * shape.radius_m ** 2;
  if (shape.type === "corridor") return lengthOf(shape) * shape.width_m;
  const [outline, ...holes] = linesOf(shape);
  return ringArea(outline) - holes.reduce((sum, hole) => sum + ringArea(hole), 0);
}

/** Metres along a corridor. */
export function lengthOf({ line }) {
  return line.slice(1).reduce((sum, at, n) => sum + metresBetween(line[n], at), 0);
}

const tidy = (number) => Number(number.toPrecision(3)).toLocaleString("en-GB");

/** "450 m", "2.1 km", "1,480 ft" or "1.3 mi". */
export function lengthText(metres, system = "metric") {
  if (system === "imperial") {
    return metres < MILE / 4 ? `${tidy(metres / FEET)} ft` : `${tidy(metres / MILE)} mi`;
  }
  return metres < 1000 ? `${tidy(metres)} m` : `${tidy(metres / 1000)} km`;
}

/** "5,200 m²", "1.2 km²", or in acres and square miles. */
export function areaText(area, system = "metric") {
  if (system === "imperial") {
    return area < MILE * MILE ? `${tidy(area / 4046.856)} acres` : `${tidy(area / MILE / MILE)} mi²`;
  }
  return area < 100_000 ? `${tidy(area)} m²` : `${tidy(area / 1e6)} km²`;
}

const counted = (count, one, many) => `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/** A shape in words, such as "Polygon · 5 corners · 0.42 km²". */
export function wordsOf(shape, system = "metric") {
  if (!shape) return "";
  const parts = [NAMES[shape.type]];
  if (shape.type === "circle") parts.push(`${lengthText(shape.radius_m, system)} radius`);
  if (shape.type === "corridor") parts.push(lengthText(lengthOf(shape), system), `${lengthText(shape.width_m, system)} wide`);
  if (shape.type === "polygon") parts.push(counted(shape.outline.length, "corner", "corners"));
  if (shape.holes?.length) parts.push(counted(shape.holes.length, "hole", "holes"));
  if (shape.type !== "corridor") parts.push(areaText(areaOf(shape), system));
  return parts.join(" · ");
}

/** What a metre is called and how many of it there are in the fleet's units. */
export const RULERS = { metric: { unit: "m", metres: 1 }, imperial: { unit: "ft", metres: FEET } };

// About a centimetre: what a file needs, and what a hand can draw.
const fine = (number) => Number(number.toFixed(7));
const fineLine = (line) => line.map(([lon, lat]) => [fine(lon), fine(lat)]);
const home = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
const shown = (metres, system) => String(Number((metres / RULERS[system].metres).toFixed(1)));

/** The fields of a record that hold a shape. */
export const FIELDS = ["kind", "lat", "lon", "radius_m", "width_m", "geometry"];

/** A shape as the texts of these fields; lengths are in the fleet's units. */
export function textsOf(shape, system = "metric") {
  const texts = Object.fromEntries(FIELDS.map((name) => [name, ""]));
  if (!shape) return { ...texts, kind: "circle" };
  texts.kind = shape.type;
  if (shape.type === "circle") {
    const [lon, lat] = shape.center;
    return { ...texts, lat: String(fine(lat)), lon: String(fine(home(lon))), radius_m: shown(shape.radius_m, system) };
  }
  if (shape.type === "corridor") {
    const line = { coordinates: fineLine(shape.line), type: "LineString" };
    return { ...texts, width_m: shown(shape.width_m, system), geometry: JSON.stringify(line) };
  }
  const rings = linesOf(shape).map((ring) => fineLine(closed(ring)));
  return { ...texts, geometry: JSON.stringify({ coordinates: rings, type: "Polygon" }) };
}

const isPosition = (at) => Array.isArray(at) && Number.isFinite(at[0]) && Number.isFinite(at[1]);
const arePositions = (line, least) => Array.isArray(line) && line.length >= least && line.every(isPosition);
const opened = (ring) => ring.slice(0, -1);

function coordinatesIn(geometry) {
  try {
    return (typeof geometry === "string" ? JSON.parse(geometry || "null") : geometry)?.coordinates;
  } catch {
    return null; // somebody typed it
  }
}

/** The shape in the fields of a record, whose lengths are metres or, as texts, in the fleet's units. */
export function shapeIn(fields, system = "metric") {
  const { kind, geometry } = fields ?? {};
  const metres = (value) => Number(value) * RULERS[system].metres;
  if (kind === "circle") {
    const [lat, lon, radius] = [fields.lat, fields.lon, fields.radius_m].map((one) => (one === "" || one == null ? NaN : Number(one)));
    return isPosition([lon, lat]) && radius > 0 ? { type: "circle", center: [lon, lat], radius_m: metres(radius) } : null;
  }
  const coordinates = coordinatesIn(geometry);
  if (kind === "corridor") {
    const fits = arePositions(coordinates, 2) && Number(fields.width_m) > 0;
    return fits ? { type: "corridor", line: coordinates, width_m: metres(fields.width_m) } : null;
  }
  if (kind !== "polygon" || !coordinates?.length || !coordinates.every((ring) => arePositions(ring, 4))) return null;
  const [outline, ...holes] = coordinates.map(opened);
  return { type: "polygon", outline, holes };
}

/** How many pixels so many metres are at zoom 0; each further zoom doubles it. */
export function pixelsAtZoom0(metres, lat) {
  return (metres * 512) / (2 * Math.PI * EARTH_M * Math.max(0.02, Math.cos(lat * RAD)));
}

/** A shape as a feature that the map can paint; a corridor is a line with its width in pixels. */
export function featureOf(shape, properties = {}) {
  if (shape.type === "corridor") {
    const lat = shape.line.reduce((sum, at) => sum + at[1], 0) / shape.line.length;
    const more = { ...properties, px: pixelsAtZoom0(shape.width_m, lat) };
    return { type: "Feature", properties: more, geometry: { type: "LineString", coordinates: shape.line } };
  }
  const rings = shape.type === "circle" ? [circleRing(shape)] : linesOf(shape).map(closed);
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: rings } };
}

/** The shape moved by so much of the map's width to the east and south. */
export function movedBy(shape, dx, dy) {
  const move = ([lon, lat]) => [lon + dx * 360, latAt(mercator(lat) + dy)];
  if (shape.type === "circle") return { ...shape, center: move(shape.center) };
  if (shape.type === "corridor") return { ...shape, line: shape.line.map(move) };
  return { ...shape, outline: shape.outline.map(move), holes: (shape.holes ?? []).map((hole) => hole.map(move)) };
}

/** How far south a latitude lies on the map, 0 at the top and 1 at the bottom. */
export const mercator = (lat) => (1 - Math.log(Math.tan(Math.PI / 4 + (lat * RAD) / 2)) / Math.PI) / 2;
const latAt = (y) => (2 * Math.atan(Math.exp((1 - 2 * y) * Math.PI)) - Math.PI / 2) / RAD;
