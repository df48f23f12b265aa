// Coordinates as people type and read them. No browser needed.

const NUMBER = String.raw`([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*`;
const PAIR = new RegExp(String.raw`^${NUMBER}([NSEW])?\s*[,;\s]\s*${NUMBER}([NSEW])?$`, "i");
const COMMA_PAIR = /^([+-]?\d{1,3}),(\d+)\s*[;\s]\s*([+-]?\d{1,3}),(\d+)$/;

function signed(number, letter) {
  const value = Number(number);
  return letter === "S" || letter === "W" ? -Math.abs(value) : value;
}

/** `{lat, lon}` from "60.17, 24.94", "60.17 N 24.94 E" or "60,17; 24,94"; null for other text. */
export function parseCoordinates(text) {
  const plain = String(text ?? "").trim().replace(COMMA_PAIR, "$1.$2 $3.$4");
  const match = PAIR.exec(plain);
  if (!match) return null;
  const [first, second] = [match[2], match[4]].map((letter) => letter?.toUpperCase());
  const values = [signed(match[1], first), signed(match[3], second)];
  const turned = first === "E" || first === "W" || second === "N" || second === "S";
  const [lat, lon] = turned ? values.reverse() : values;
  return pointOf(lat, lon);
}

/** A point, or null unless both are numbers on Earth. */
export function pointOf(lat, lon) {
  if (lat === null || lat === undefined || lat === "" || lon === null || lon === undefined || lon === "") return null;
  const point = { lat: Number(lat), lon: Number(lon) };
  const known = Math.abs(point.lat) <= 90 && Math.abs(point.lon) <= 180; // false for NaN
  return known ? point : null;
}

/** About 0.1 m exact: what forms and events carry. */
export function rounded({ lat, lon }) {
  return { lat: Number(lat.toFixed(6)), lon: Number(lon.toFixed(6)) };
}

/** "60.17000, 24.94000": to about a metre. */
export function pointText({ lat, lon }) {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** Whether two points, or their absence, are the same to what `rounded` keeps. */
export function samePoint(a, b) {
  if (!a || !b) return !a && !b;
  return Math.abs(a.lat - b.lat) < 5e-7 && Math.abs(a.lon - b.lon) < 5e-7;
}
