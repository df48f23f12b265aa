// When to fetch rows again after a pushed notice: soon, but never more than once a second.

const SOON_MS = 1_000;
const LATER_MS = 10_000;
const IN_PLACE = new Set(["updated", "changed", "update"]);

/** Collects change notices and calls `refetch` for them, throttled.
 *
 * A record on the screen, a created or deleted one, or notices that got lost are fetched within a
 * second. A change of a record elsewhere could only move it into a filtered list: that may wait.
 */
export class ChangeQueue {
  constructor({ refetch, knows, now = () => Date.now(), later, cancel }) {
    Object.assign(this, { refetch, knows, now });
    this.later = later ?? ((run, wait) => setTimeout(run, wait));
    this.cancel = cancel ?? ((timer) => clearTimeout(timer));
    this.sequence = null;
    this.last = -Infinity;
    this.timer = null;
    this.dueAt = Infinity;
    this.filtered = false;
  }

  /** Hear one notice `{sequence, kind, ids}`. */
  hear(notice) {
    if (!notice || typeof notice.sequence !== "number" || notice.sequence === this.sequence) return;
    const previous = this.sequence;
    this.sequence = notice.sequence;
    if (previous !== null && notice.sequence > previous + 1) this.plan(SOON_MS);
    else this.judge(notice);
  }

  /** The notice that is there when the grid comes up is older than its rows. */
  prime(notice) {
    this.sequence = notice?.sequence ?? null;
  }

  judge({ kind, ids = [] }) {
    if (!IN_PLACE.has(kind) || ids.length === 0 || this.knows(ids)) this.plan(SOON_MS);
    else if (this.filtered) this.plan(LATER_MS);
  }

  plan(gap) {
    const at = Math.max(this.now(), this.last + gap);
    if (at >= this.dueAt) return;
    this.cancel(this.timer);
    this.dueAt = at;
    this.timer = this.later(() => this.run(), at - this.now());
  }

  run() {
    this.timer = null;
    this.dueAt = Infinity;
    this.last = this.now();
    this.refetch();
  }

  stop() {
    this.cancel(this.timer);
    this.timer = null;
    this.dueAt = Infinity;
  }
}
