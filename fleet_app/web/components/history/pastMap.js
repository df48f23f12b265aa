// The map of the past: ways and markers over the base map, without React.

import { LngLatBounds, Marker, prewarm } from "maplibre-gl";
import { fetchStyle } from "../../live/sources/basemap.js";
import { addRuler, flatMap, readGround } from "../../live/sources/flatMap.js";
import { addTo, CLICKABLE, dim, eventData, near, rawData, snappedData, stopData, wayData } from "./pathLayers.js";
import { metres, sampleAt } from "./track.js";

/** What floats over the map needs room. */
const ROOM = { top: 64, right: 68, bottom: 84, left: 48 };
const NEAR_EDGE = 0.42;
const ARROW = '<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><circle class="past-disc" cx="16" cy="16" r="11"/><path class="past-arrow" d="M16 8.5 21.5 22 16 19 10.5 22Z"/></svg>';

let begun = null;

/** Begins to load what a map needs, while what it shows is still being asked for. */
export function warmUp(theme) {
  prewarm();
  begun = { theme, ground: readGround(document.body, theme) };
}

/** Opens the map in `box`; resolves to a `PastMap`, or null when the box is gone by then. */
export async function openPastMap(box, given) {
  const reading = begun?.theme === given.theme ? begun.ground : readGround(box, given.theme);
  begun = null;
  const ground = await reading;
  return ground && box.isConnected ? new PastMap(box, { ...given, ground }) : null;
}

export class PastMap {
  constructor(box, { ground, theme, palette, player, onPick, onFollow }) {
    Object.assign(this, { info: ground.info, theme, palette, player, onPick, onFollow, following: true, ready: false, markers: new Map(), shown: null });
    this.reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.map = flatMap(box, ground, "Map of the past");
    addRuler(this.map);
    this.listen();
    this.stopFrames = player.onFrame((ms) => this.draw(ms));
    window.__past = { map: this.map, player, view: this };
  }

  listen() {
    const { map } = this;
    map.on("style.load", () => {
      this.ready = true;
      this.paint();
    });
    map.on("click", (event) => this.onClick(event));
    map.on("mousemove", ({ point }) => {
      map.getCanvas().style.cursor = this.hit(point) ? "pointer" : "";
    });
    map.on("dragstart", (event) => event.originalEvent && this.setFollow(false));
  }

  remove() {
    this.stopFrames();
    this.map.remove();
    if (window.__past?.map === this.map) delete window.__past;
  }

  hit({ x, y }) {
    const known = CLICKABLE.filter((id) => this.map.getLayer(id));
    return known.length ? this.map.queryRenderedFeatures([[x - 3, y - 3], [x + 3, y + 3]], { layers: known })[0] : null;
  }

  onClick({ point, lngLat }) {
    const found = this.hit(point);
    if (!found) return;
    const { id, ms, vehicle } = found.properties;
    const at = ms ?? this.nearest(vehicle, lngLat);
    if (at === null) return;
    this.player.seek(at);
    this.onPick?.(found.layer.id, id ?? null);
  }

  // The moment of the way that lies nearest to a place.
  nearest(vehicle, { lat, lng }) {
    const track = this.shown?.tracks.get(vehicle);
    if (!track) return null;
    let best = null;
    let least = Infinity;
    for (let i = 0; i < track.t.length; i += 1) {
      const far = metres(lat, lng, track.lat[i], track.lon[i]);
      if (far < least) [best, least] = [track.t[i], far];
    }
    return best;
  }

  /** What is to be seen: `{tracks, raw, snapped, stops, events, zone, colorOf, names, bySpeed, scale, levels, focus}`. */
  show(shown, fit) {
    this.shown = shown;
    this.paint();
    this.setMarkers();
    if (fit) this.fit(false);
    this.draw(this.player.ms);
  }

  paint() {
    // Until its style is there a map takes no layers; the event of that comes here again.
    if (!this.ready) return;
    addTo(this.map, this.palette);
    if (!this.shown) return;
    const { tracks, raw, snapped, stops, events, zone, colorOf, eventColors, focus } = this.shown;
    this.fill("past-way", wayData(tracks, { ...this.shown, unknown: this.palette.offline }));
    this.fill("past-raw", raw ? rawData(raw, colorOf) : { type: "FeatureCollection", features: [] });
    this.fill("past-stops", stopData(near(focus, stops), zone, colorOf));
    this.fill("past-events", eventData(near(focus, events), eventColors));
    this.fill("past-snapped", snappedData(snapped ?? [], colorOf, focus));
    dim(this.map, Boolean(snapped));
    this.map.setLayoutProperty("past-raw", "visibility", raw ? "visible" : "none");
  }

  fill(name, data) {
    this.map.getSource(name)?.setData(data);
  }

  setMarkers() {
    const { tracks, colorOf, names, focus } = this.shown;
    for (const [id, { marker }] of this.markers) if (!tracks.has(id)) {
      marker.remove();
      this.markers.delete(id);
    }
    for (const id of tracks.keys()) {
      if (!this.markers.has(id)) this.markers.set(id, this.newMarker(id));
      const { element } = this.markers.get(id);
      element.style.setProperty("--vehicle", colorOf(id));
      element.dataset.pale = String(Boolean(focus) && focus.vehicleId !== id);
      element.setAttribute("aria-label", names.get(id) ?? "Vehicle");
      element.lastChild.textContent = tracks.size > 1 ? names.get(id) ?? "" : "";
    }
  }

  newMarker(id) {
    const element = document.createElement("div");
    element.className = "past-marker";
    element.dataset.vehicle = String(id);
    element.setAttribute("role", "img");
    element.innerHTML = `${ARROW}<span></span>`;
    const marker = new Marker({ element, anchor: "center" });
    return { marker, element, arrow: element.querySelector("svg"), on: false };
  }

  draw(ms) {
    if (!this.shown) return;
    let first = null;
    for (const [id, track] of this.shown.tracks) {
      const at = sampleAt(track, ms);
      this.place(this.markers.get(id), at);
      if ((this.shown.focus?.vehicleId ?? id) === id) first ??= at && !at.lost ? at : null;
    }
    const goesAlong = this.player.playing || this.player.following;
    if (first && this.following && goesAlong) this.keepInView(first);
  }

  place(one, at) {
    if (!one) return;
    if (!at) {
      one.marker.remove();
      one.on = false;
      return;
    }
    one.marker.setLngLat([at.lon, at.lat]);
    if (!one.on) one.marker.addTo(this.map);
    one.on = true;
    one.element.dataset.lost = String(at.lost);
    one.element.dataset.heading = at.heading === null ? "" : String(Math.round(at.heading));
    one.arrow.style.rotate = `${at.heading ?? 0}deg`;
  }

  keepInView({ lat, lon }) {
    if (this.map.isMoving()) return;
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const { x, y } = this.map.project([lon, lat]);
    const away = Math.max(Math.abs(x / clientWidth - 0.5), Math.abs(y / clientHeight - 0.5));
    if (away > NEAR_EDGE) this.map.easeTo({ center: [lon, lat], ...this.pace(500) });
  }

  setFollow(following) {
    if (following === this.following) return;
    this.following = following;
    this.onFollow?.(following);
  }

  pace(duration) {
    return { duration: this.reduced.matches ? 0 : duration };
  }

  /** Bring the whole of it into view, or only a span of time, and of one vehicle. */
  fit(animate = true, span = null, vehicle = null) {
    const bounds = new LngLatBounds();
    for (const [id, { t, lat, lon }] of this.shown?.tracks ?? []) {
      if (vehicle !== null && id !== vehicle) continue;
      for (let i = 0; i < t.length; i += 1) if (!span || (t[i] >= span[0] && t[i] <= span[1])) bounds.extend([lon[i], lat[i]]);
    }
    if (bounds.isEmpty()) return;
    this.map.fitBounds(bounds, { padding: ROOM, maxZoom: 16, ...this.pace(animate ? 600 : 0) });
  }

  zoomBy(step) {
    this.map.easeTo({ zoom: this.map.getZoom() + step, ...this.pace(250) });
  }

  setTheme(theme, palette) {
    this.palette = palette;
    if (theme === this.theme) return;
    this.theme = theme;
    fetchStyle(theme, this.info).then((style) => {
      if (this.theme !== theme) return;
      this.ready = false;
      this.map.setStyle(style, { diff: false });
    });
  }
}
