// Asks the server for addresses: one question at a time, and a late answer to an old one is dropped.

const FAILED = "The address search does not answer at the moment. Set the pin on the map instead.";

async function read(url, signal) {
  const response = await fetch(url, { credentials: "same-origin", signal });
  const body = await response.json().catch(() => null);
  if (response.ok && body?.data) return body.data;
  throw new Error(body?.error?.message || FAILED);
}

export class PlaceSearch {
  constructor() {
    this.running = {};
  }

  /** Whether addresses can be searched at all, and at every key stroke. */
  standing() {
    return this.ask("standing", "/api/v1/geocode");
  }

  /** Answer of `/api/v1/geocode`; null when a newer question was asked. */
  find(text, near, limit = 8) {
    const params = new URLSearchParams({ q: text.slice(0, 200), limit });
    if (near) {
      params.set("lat", near.lat.toFixed(5));
      params.set("lon", near.lon.toFixed(5));
    }
    return this.ask("find", `/api/v1/geocode?${params}`);
  }

  /** The same for the address at a point. */
  at({ lat, lon }) {
    const params = new URLSearchParams({ lat: lat.toFixed(6), lon: lon.toFixed(6) });
    return this.ask("at", `/api/v1/geocode/reverse?${params}`);
  }

  stop() {
    for (const question of Object.values(this.running)) question.abort();
  }

  async ask(kind, url) {
    this.running[kind]?.abort();
    const mine = new AbortController();
    this.running[kind] = mine;
    try {
      const data = await read(url, mine.signal);
      return mine.signal.aborted ? null : data;
    } catch (error) {
      if (mine.signal.aborted) return null;
      throw error instanceof TypeError ? new Error(FAILED) : error;
    }
  }
}
