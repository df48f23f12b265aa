// The address at a place, asked for when it is shown, and remembered. No DOM.

import { placeText } from "../../live/sources/format.js";

const AT_ONCE = 2;
const WAIT_MS = 4000;
const known = new Map();

const keyOf = (lat, lon) => `${lat.toFixed(4)},${lon.toFixed(4)}`;

function short(place) {
  const street = [place.street, place.house_number].filter(Boolean).join(" ");
  return [street, place.city].filter(Boolean).join(", ") || place.label;
}

export class Places {
  constructor(get = (...given) => fetch(...given)) {
    Object.assign(this, { get, queue: [], running: 0, off: false, watchers: new Set() });
  }

  watch(changed) {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  /** The address, or the coordinates until it is known. */
  at(lat, lon) {
    if (!Number.isFinite(lat) || !Number.isFinite(lon)) return "";
    const key = keyOf(lat, lon);
    if (known.has(key)) return known.get(key) || placeText(lat, lon);
    known.set(key, "");
    this.queue.push({ key, lat, lon });
    this.next();
    return placeText(lat, lon);
  }

  next() {
    while (this.running < AT_ONCE && this.queue.length && !this.off) {
      this.running += 1;
      this.ask(this.queue.shift()).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  async ask({ key, lat, lon }) {
    try {
      const answer = await this.get(`/api/v1/geocode/reverse?lat=${lat}&lon=${lon}`, { credentials: "same-origin" });
      if (answer.status === 429) return this.later({ key, lat, lon });
      // Where addresses are not to be had, coordinates stay.
      if (!answer.ok) this.off = answer.status === 403 || answer.status === 503;
      else this.take(key, (await answer.json()).data);
    } catch {
      this.off = true;
    }
    return undefined;
  }

  later(one) {
    this.queue.unshift(one);
    return new Promise((go) => setTimeout(go, WAIT_MS));
  }

  take(key, { ready, place }) {
    if (ready === false) this.off = true;
    if (!place) return;
    known.set(key, short(place));
    for (const changed of this.watchers) changed();
  }
}
