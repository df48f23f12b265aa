// The alerts of a list, page by page from the API, and what the list says of each. No React.

const LIMIT = 50;
export const AGAIN_MS = 300;
const FAILED = "The alerts could not be read.";

/** Reads pages of alerts; what was asked for earlier and answers later is dropped. */
export class AlertPages {
  constructor(onChange, load = readPage) {
    Object.assign(this, { onChange, load, url: "", pages: 1, asked: 0 });
    this.state = { rows: [], total: null, error: "" };
  }

  /** Show another list, from its beginning. */
  async start(url) {
    this.url = url;
    this.pages = 1;
    this.set({ rows: [], total: null, error: "" });
    await this.read();
  }

  async more() {
    this.pages += 1;
    await this.read();
  }

  /** Read everything that is shown again. */
  async read() {
    this.asked += 1;
    const { asked } = this;
    const numbers = Array.from({ length: this.pages }, (_, at) => at + 1);
    try {
      const pages = await Promise.all(numbers.map((page) => this.load(`${this.url}&page=${page}&limit=${LIMIT}`)));
      if (asked !== this.asked) return;
      const rows = new Map(pages.flatMap(({ rows: some }) => some.map((row) => [row.id, row])));
      this.set({ rows: [...rows.values()], total: pages[0].total, error: "" });
    } catch (error) {
      if (asked === this.asked) this.set({ error: error.message || FAILED });
    }
  }

  stop() {
    this.asked += 1;
  }

  set(change) {
    this.state = { ...this.state, ...change };
    this.onChange(this.state);
  }
}

async function readPage(url) {
  const response = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  const body = await response?.json().catch(() => null);
  if (!response?.ok || !Array.isArray(body?.data)) throw new Error(body?.error?.message || FAILED);
  return { rows: body.data, total: body.pagination?.total ?? body.data.length };
}

/** The row after or before the chosen one; the first one when none is. */
export function stepFrom(rows, chosen, step) {
  if (!rows.length) return 0;
  const at = rows.findIndex(({ id }) => id === chosen);
  if (at < 0) return rows[0].id;
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))].id;
}

/** The ticked ones with one more or one less; from the last one ticked up to here with Shift. */
export function ticked(rows, selected, id, from = 0) {
  const before = new Set(selected);
  const ids = rows.map((row) => row.id);
  const [a, b] = [ids.indexOf(from), ids.indexOf(id)];
  if (a >= 0 && b >= 0) for (const one of ids.slice(Math.min(a, b), Math.max(a, b) + 1)) before.add(one);
  else if (!before.delete(id)) before.add(id);
  return [...before];
}
