// Trips on the roads they were driven on, as `/trips/{id}/snapped` tells them. No DOM.

const SCALE = 1e6;

/** The `[longitude, latitude]` pairs of an encoded line of six decimals. */
export function decodeLine(text) {
  const line = [];
  const last = [0, 0];
  let [value, shift, turn] = [0, 1, 0];
  for (const character of text) {
    const chunk = character.charCodeAt(0) - 63;
    value += (chunk & 31) * shift;
    shift *= 32;
    if (chunk >= 32) continue;
    last[turn] += value % 2 ? -(value + 1) / 2 : value / 2;
    if (turn === 1) line.push([last[1] / SCALE, last[0] / SCALE]);
    [value, shift, turn] = [0, 1, 1 - turn];
  }
  return line;
}

/** One trip: `{trip, vehicle, pieces: [{matched, line}], distance, agreement}`. */
export function readSnapped(answer, trip) {
  const pieces = answer.pieces.map(({ polyline6, matched }) => ({ matched, line: decodeLine(polyline6) }));
  return { trip: trip.id, vehicle: trip.vehicleId, pieces, distance: answer.distance_m, agreement: answer.agreement };
}

/** How many percent of the fixes lie on the roads, longer trips counting more; null without any. */
export function fitPercent(snapped) {
  const whole = snapped.reduce((sum, { distance }) => sum + distance, 0);
  if (!whole) return null;
  return Math.floor((100 * snapped.reduce((sum, { distance, agreement }) => sum + distance * agreement, 0)) / whole);
}
