// Keeps the address of a list's page in step with what the list shows. No framework needed.
//
// The history is written to directly: the page neither loads again nor is it opened again. The
// server reads an address only when the page is opened by it, by a link or by the back button.

/** A query in one spelling, without the question mark. */
export const plain = (query) => new URLSearchParams(String(query ?? "").replace(/^\?/, "")).toString();

// What changes while somebody types or scrolls makes no step of the back button.
const FLEETING = ["q", "page"];

/** Whether nothing but the words or the place in the list differs. */
export function isFleeting(before, now) {
  const [a, b] = [before, now].map((query) => new URLSearchParams(query));
  for (const params of [a, b]) for (const name of [...FLEETING, "all"]) params.delete(name);
  a.sort();
  b.sort();
  return a.toString() === b.toString();
}

/** The address of one list; `page` is the window or what stands for it. */
export class ListAddress {
  constructor(page) {
    this.page = page;
    this.arrive();
  }

  /** Another address was opened: it counts until the server has read it. */
  arrive() {
    this.wanted = this.at = plain(this.page.location.search);
    this.waiting = true;
    this.left = false;
    this.first = true;
  }

  /** What the page knows: the list's `address`, the query that was `read` last, and whether the
   * server is done with opening the page. */
  take({ address, read, settled }) {
    if (this.waiting) {
      if (!settled) this.left = true;
      // Before that, what looks settled is the page that was left.
      if (!settled || !this.left || plain(read) !== this.wanted) return;
      this.waiting = false;
    }
    this.write(plain(address));
    this.first = false;
  }

  write(query) {
    const { history, location } = this.page;
    const now = plain(location.search);
    // Gone back or forward meanwhile: the page hears of it a moment later, and what it shows until
    // then is not what that address asks for.
    if (now !== this.at || now === query) return;
    const place = location.pathname + (query ? `?${query}` : "");
    if (this.first || isFleeting(now, query)) history.replaceState(history.state, "", place);
    else history.pushState(this.next(history.state), "", place);
    this.at = query;
  }

  /** The router counts its entries and knows them by a key. */
  next(state) {
    return { ...state, key: Math.random().toString(36).slice(2, 10), idx: (state?.idx ?? 0) + 1 };
  }
}
