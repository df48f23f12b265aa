// A route as the API tells it, as what is drawn on its map. No DOM.

const SAME_PLACE = 1e-5;

const collection = (features) => ({ type: "FeatureCollection", features });
const point = (lon, lat, properties) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } });

/** The stops in driving order, numbered as in the list beside the map: pickups are not counted. */
export function placesOf(tour) {
  let number = 0;
  return (tour?.stops ?? [])
    .filter((stop) => stop.delivery && !stop.moved_on)
    .map((stop) => {
      const pickup = stop.kind === "pickup";
      if (!pickup) number += 1;
      return { lat: stop.latitude, lon: stop.longitude, open: stop.open, next: stop.id === tour.next_stop_id, pickup, number: pickup ? "P" : String(number) };
    });
}

/** The places as the road network is asked about them; null for fewer than two. */
export function pointsOf(places) {
  const apart = places.filter(({ lat, lon }, i) => i === 0 || Math.abs(lat - places[i - 1].lat) + Math.abs(lon - places[i - 1].lon) > SAME_PLACE);
  return apart.length > 1 ? apart.map(({ lat, lon }) => `${lat.toFixed(6)},${lon.toFixed(6)}`).join(";") : null;
}

/** The way along roads, or from stop to stop as the crow flies. */
export function wayData(places, road) {
  const line = road ? road.map(([lat, lon]) => [lon, lat]) : places.map(({ lat, lon }) => [lon, lat]);
  if (line.length < 2) return collection([]);
  return collection([{ type: "Feature", properties: { road: Boolean(road) }, geometry: { type: "LineString", coordinates: line } }]);
}

/** The next stop is drawn last, so that no other covers it. */
export function stopData(places) {
  const rank = ({ open, next }) => (next ? 2 : open ? 1 : 0);
  const drawn = [...places].sort((a, b) => rank(a) - rank(b));
  return collection(drawn.map(({ lat, lon, ...more }) => point(lon, lat, { ...more, rank: rank(more) })));
}

/** Where the vehicle is, or was last. */
export function vehicleData(seen) {
  if (!seen) return collection([]);
  return collection([point(seen.longitude, seen.latitude, { heading: seen.heading ?? 0, old: seen.stale })]);
}

/** `[[west, south], [east, north]]` of everything drawn; null when there is nothing. */
export function boundsOf(places, seen) {
  const all = [...places, ...(seen ? [{ lat: seen.latitude, lon: seen.longitude }] : [])];
  if (all.length === 0) return null;
  const lats = all.map(({ lat }) => lat);
  const lons = all.map(({ lon }) => lon);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}
