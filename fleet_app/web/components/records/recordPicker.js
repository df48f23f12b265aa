// Asking the API for records whose name begins with what is typed.

const MOST = 12;

/** The address to ask. */
export function addressOf(url, words, fleet) {
  const query = new URLSearchParams({ limit: String(MOST) });
  if (words.trim()) query.set("q", words.trim().slice(0, 200));
  if (fleet) query.set("fleet_id", String(fleet));
  return `${url}?${query}`;
}

/** Records as the picker shows them: a name, and a word that tells two of one name apart. */
export function choicesIn(rows, title, detail) {
  return rows.map((row) => ({
    id: row.id,
    label: String(row[title] || `${row.id}`),
    detail: detail.map((name) => row[name]).filter((one) => typeof one === "string" && one).join(" · "),
  }));
}

/** Fetches choices; only the newest question is answered. */
export class Choices {
  constructor(fetcher = (...given) => fetch(...given)) {
    this.fetcher = fetcher;
    this.running = null;
  }

  async find({ url, words, fleet, title, detail }) {
    this.running?.abort();
    const own = new AbortController();
    this.running = own;
    try {
      const answer = await this.fetcher(addressOf(url, words, fleet), { signal: own.signal, headers: { Accept: "application/json" } });
      const body = await answer.json();
      if (!answer.ok) throw new Error(body?.message || body?.error?.message || "The list cannot be read right now.");
      const total = body.meta?.pagination?.total ?? body.data.length;
      return this.running === own ? { choices: choicesIn(body.data, title, detail), total } : null;
    } catch (error) {
      if (own.signal.aborted) return null;
      throw new Error(error instanceof TypeError ? "The server cannot be reached right now." : error.message);
    }
  }

  stop() {
    this.running?.abort();
    this.running = null;
  }
}
