// What of a plan the map shows when it shows all of it.

const NEAR_DEG = 2;
const TIMES = 10;

/** The places (longitude, latitude) without those that lie far from nearly all others, as an order does
 * whose point is wrong. */
export function together(places) {
  const middle = (index) => places.map((place) => place[index]).sort((a, b) => a - b)[places.length >> 1];
  const [lon, lat] = [middle(0), middle(1)];
  const narrow = Math.cos((lat * Math.PI) / 180);
  const far = ([x, y]) => Math.hypot((x - lon) * narrow, y - lat);
  const usual = places.map(far).sort((a, b) => a - b)[Math.floor(places.length * 0.75)];
  return places.filter((place) => far(place) <= Math.max(NEAR_DEG, TIMES * usual));
}
