// When to read a period again that goes on: soon, but never so often that it becomes a burden.

const SOON_MS = 1_000;
const FIXES_MS = 5_000;
const OTHERS_MS = 60_000;
/** Reading may take this share of the time at most. */
const SHARE = 20;

/** Collects what is pushed and calls `refetch`, which returns a promise.
 *
 * A new fact of a vehicle of which fixes came, or one that is on the page, is read within a second;
 * fixes alone a little later. A fact that nothing is known of is most likely another vehicle's. */
export class PastNews {
  constructor({ refetch, knows = () => false, goesOn = () => true, hidden = () => document.hidden, now = () => Date.now(), later, cancel }) {
    Object.assign(this, { refetch, knows, goesOn, hidden, now });
    this.later = later ?? ((run, wait) => setTimeout(run, wait));
    this.cancel = cancel ?? ((timer) => clearTimeout(timer));
    this.heard = null;
    this.slowly = false;
    this.forget();
  }

  /** Everything was just read. */
  forget() {
    this.cancel(this.timer);
    Object.assign(this, { timer: null, dueAt: Infinity, last: this.now(), cost: 0, moved: false });
  }

  /** A vehicle on the page has a newer position. */
  fixes() {
    this.moved = true;
    this.plan(SOON_MS, FIXES_MS);
  }

  /** The newest notice `{sequence, kind, ids}` of each kind of fact, null where there is none. */
  notices(all) {
    const before = this.heard;
    this.heard = all.map((one) => one?.sequence ?? null);
    if (!before) return; // older than what was read
    all.forEach((one, i) => {
      if (!one || one.sequence === before[i]) return;
      const near = this.moved || (one.ids ?? []).some((id) => this.knows(id));
      this.plan(SOON_MS, near ? SOON_MS : OTHERS_MS);
    });
  }

  plan(wait, gap) {
    if (!this.goesOn()) return;
    const spaced = Math.max(this.slowly ? OTHERS_MS : gap, this.cost * SHARE);
    const at = Math.max(this.now() + wait, this.last + spaced);
    if (at >= this.dueAt) return;
    this.cancel(this.timer);
    this.dueAt = at;
    this.timer = this.later(() => this.run(), at - this.now());
  }

  async run() {
    Object.assign(this, { timer: null, dueAt: Infinity, last: this.now() });
    // Whom nobody looks at reads when somebody looks again.
    if (this.hidden()) return this.plan(FIXES_MS, FIXES_MS);
    this.moved = false;
    await this.refetch();
    this.cost = this.now() - this.last;
    return undefined;
  }

  stop() {
    this.cancel(this.timer);
    Object.assign(this, { timer: null, dueAt: Infinity });
  }
}
