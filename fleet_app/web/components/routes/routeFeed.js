// What the map of a route asks the API: the route, its way along roads, and where its vehicle is.

import { pointsOf, placesOf } from "./routeData.js";

const EVERY_MS = 20_000;

async function ask(path) {
  const response = await fetch(`/api/v1${path}`, { credentials: "same-origin" });
  if (!response.ok) throw Object.assign(new Error(`${path}: ${response.status}`), { status: response.status });
  return (await response.json()).data;
}

const orNull = (asked) => asked.catch(() => null);
const NO_WAY = { is_estimate: true };
/** Where no road leads, none will when asked again. */
const orNoWay = (asked) => asked.catch(({ status }) => (status === 400 ? NO_WAY : null));

/** Reads a route again and again while the page is looked at; `tell` hears what is new. */
export class RouteFeed {
  constructor(route, tell) {
    Object.assign(this, { route, tell, tour: null, road: null, seen: null, asked: "" });
    this.look = () => document.visibilityState === "visible" && this.read();
    this.timer = setInterval(this.look, EVERY_MS);
    document.addEventListener("visibilitychange", this.look);
    this.read();
  }

  close() {
    this.closed = true;
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.look);
  }

  async read() {
    const tour = await orNull(ask(`/routes/${this.route}/stops`));
    if (this.closed || !tour) return;
    this.tour = tour;
    this.tell(this);
    this.findRoad(tour);
    // Before and after, the vehicle is about other things.
    const seen = tour.vehicle_id && tour.status === "started" ? await orNull(ask(`/vehicles/${tour.vehicle_id}/location`)) : null;
    if (this.closed) return;
    this.seen = seen;
    this.tell(this);
  }

  // Roads are asked about once for each order of the stops.
  async findRoad(tour) {
    const points = pointsOf(placesOf(tour));
    const wanted = `${tour.vehicle_id} ${points}`;
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.road = null;
    if (!points) return;
    const vehicle = tour.vehicle_id ? await orNull(ask(`/vehicles/${tour.vehicle_id}`)) : null;
    const query = new URLSearchParams({ points, vehicle_type: vehicle?.type ?? "van" });
    const found = await orNoWay(ask(`/roads/route?${query}`));
    if (this.closed || this.asked !== wanted) return;
    if (!found) this.asked = ""; // another time
    this.road = found && !found.is_estimate ? found.shape : null;
    this.tell(this);
  }
}
